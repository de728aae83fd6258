"""The house keeps its rooms: who may import whom, who may print, how long a room may get."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest

from vcjira.cli import COMMANDS

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "vcjira").rglob("*.py"))
LAYERS = (
    {"__main__"},
    {"cli"},
    {"nightly", "demo"},
    {"sync", "rules", "patterns", "walls", "labels", "report", "stages", "chain", "language", "eventlog"},
    {"jira", "people", "handovers", "hours"},
    {"mirror", "statistics"},
    {"config", "tracker"},
    {"errors", "model", "text", "document", "pool"},
)
"""Top to bottom; a room imports rooms below it, and itself."""
WALLS = {
    "click": {"cli"},
    "duckdb": {"mirror"},
    "jinja2": {"report"},
    "yaml": {"config", "rules"},
    "jira": {"jira"},
    "requests": {"jira"},
    "tenacity": {"jira"},
    "aiohttp": {"demo"},
    "rich": {"cli"},
}
"""Package -> the only rooms that may know it."""
ALLOWED_TOGETHER = {
    ("labels", "rules"),
    ("walls", "patterns"),
    ("report", "walls"),
    ("rules", "walls"),
    ("report", "rules"),
    ("report", "stages"),
    ("report", "chain"),
    ("report", "language"),
    ("report", "labels"),
}
"""Rooms of one layer of which the first may use the second."""
EXEMPTIONS = 2
"""How many `type: ignore`, `noqa` and `no cover` there are; may only fall."""


def room(path: Path) -> str:
    parts = path.relative_to(ROOT / "vcjira").with_suffix("").parts
    return parts[0]


def level(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


def imports(tree: ast.AST) -> set[str]:
    """Names of modules imported anywhere in a file, but for type checking only."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "vcjira":
                found |= {f"vcjira.{alias.name}" for alias in node.names}
    return found


@pytest.fixture(scope="module")
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_imports_point_strictly_down(trees):
    wrong = []
    for path, tree in trees.items():
        here = room(path)
        if here == "__init__":
            continue
        for name in imports(tree):
            parts = name.split(".")
            if parts[0] != "vcjira" or len(parts) < 2 or parts[1] in (here, "__version__"):
                continue
            if level(parts[1]) <= level(here) and (here, parts[1]) not in ALLOWED_TOGETHER:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_jira_never_sees_the_mirror(trees):
    assert not [path.name for path, tree in trees.items() if room(path) == "jira" and "vcjira.mirror" in imports(tree)]


def test_each_package_is_known_in_its_rooms_only(trees):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, tree in trees.items()
        for name in imports(tree)
        if name.split(".")[0] in WALLS and room(path) not in WALLS[name.split(".")[0]]
    ]
    assert not wrong


def test_the_jira_package_is_known_to_one_file_only(trees):
    names = {"jira", "requests", "tenacity"}
    knowing = {path.name for path, tree in trees.items() if names & {name.split(".")[0] for name in imports(tree)}}
    assert knowing == {"wire.py"}


def test_only_the_command_line_prints_or_exits(trees):
    wrong = []
    for path, tree in trees.items():
        if room(path) in ("cli", "__main__"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_rooms_and_functions_stay_small(trees):
    wrong = []
    for path, tree in trees.items():
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > 400:
            wrong.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 50:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} is over 50 lines")
    assert not wrong


def test_every_module_says_what_it_is(trees):
    assert not [str(path.relative_to(ROOT)) for path, tree in trees.items() if not ast.get_docstring(tree)]


def test_no_room_is_named_after_nothing(trees):
    assert not {path.stem for path in trees} & {"utils", "helpers", "common", "manager", "base", "misc"}


def test_exemptions_only_fall():
    words = re.compile("# type" + r": ignore|# noqa|pragma: " + "no cover")
    found = [str(path) for path in FILES for _ in words.findall(path.read_text(encoding="utf-8"))]
    assert len(found) <= EXEMPTIONS, found


def test_the_list_of_commands_says_what_the_commands_say():
    for name, (place, line) in COMMANDS.items():
        module, attribute = place.split(":")
        command = getattr(importlib.import_module(f"vcjira.cli.{module}"), attribute)
        assert command.name == name
        assert (command.help or "").strip().splitlines()[0] == line, name


def test_nothing_names_a_registry_or_a_machine():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = "|".join(a + b for a, b in [("py", r"pi\.org"), ("python", r"hosted\.org"), ("registry\\.npm", "js")])
    bad = re.compile(hosts + r"|(?<![\w.])/(?:wo" + "rk|fa" + "rm|ro" + "ot)/")
    wrong = []
    for name in listing.split():
        path = ROOT / name
        if path.suffix in (".png", ".gz", ".ico") or not path.is_file():
            continue
        wrong += [name for line in path.read_text(encoding="utf-8").splitlines() if bad.search(line)]
    assert not wrong
