"""The documented rules for public trackers: they hold what they promise, and run end to end on real issues."""

import importlib.util
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from vcjira.cli import run
from vcjira.config import load
from vcjira.demo import EmbeddedJira
from vcjira.demo.load import load as load_issues
from vcjira.rules import run_tests
from vcjira.rules.lint import lint

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
FILES = {
    "apache": ("asf-kafka-20251026", "asf-spark-20251026", "asf-hadoop-20251026"),
    "appcelerator": ("tidev-mod", "tidev-daemon"),
}


def contributors() -> Any:
    """The example's script, as a module."""
    spec = importlib.util.spec_from_file_location("contributors", EXAMPLES / "contributors.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(EXAMPLES / "trackers.yaml", tmp_path / "vcjira.yaml")
    (tmp_path / "people.csv").write_text("site,account_id,tier,team,from,until\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VCJIRA_TOKEN", "demo-token")
    return tmp_path


def test_the_rules_pass_their_tests_and_the_lint(place: Path) -> None:
    settings = load(place / "vcjira.yaml")
    results = run_tests(settings)
    assert len(results) == 5
    assert [result.name for result in results if not result.ok] == []
    assert lint(settings) == []


def test_tiers_are_made_from_what_people_did_each_from_its_day(tmp_path: Path) -> None:
    issues = [
        {"site": "s", "issue_id": f"{n}", "project": "P", "reporter_id": "ann", "created": f"2026-01-{n:02} 00:00:00"}
        for n in range(1, 29)
    ] + [
        {"site": "s", "issue_id": f"{n}", "project": "P", "reporter_id": "ann", "created": "2026-02-01 00:00:00"}
        for n in range(29, 60)
    ]
    comments = [
        {"site": "s", "issue_id": f"{n}", "author_id": who, "created": f"2026-03-{min(n, 28):02} 00:00:00"}
        for who, count in (("bob", 55), ("cyd", 12), ("dan", 9), ("ann", 59))
        for n in range(1, count + 1)
    ]
    for name, rows in (("issues", issues), ("comments", comments)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert list(contributors().lines(tmp_path)) == [
        ("s", "ann", "user", "", "2026-01-03", ""),
        ("s", "bob", "regular", "", "2026-03-10", "2026-03-28"),
        ("s", "bob", "core", "P", "2026-03-28", ""),
        ("s", "cyd", "regular", "", "2026-03-10", ""),
    ]


@pytest.fixture
def trackers(place: Path, shared: Path) -> Iterator[Path]:
    """The configuration with the addresses of two embedded Jiras that hold public issues."""
    text = (place / "vcjira.yaml").read_text()
    with ExitStack() as stack:
        for port, names in (("8471", FILES["apache"]), ("8472", FILES["appcelerator"])):
            paths = [shared / "data" / "dev" / f"{name}.jsonl.gz" for name in names]
            server = stack.enter_context(EmbeddedJira(load_issues(paths), product="datacenter"))
            text = text.replace(f"http://127.0.0.1:{port}", server.url)
        (place / "vcjira.yaml").write_text(text)
        yield place


@pytest.mark.slow
def test_the_road_of_the_document_works_on_real_issues(trackers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--no-progress", "sync"]) == 0
    assert run(["export", "exported", "--format", "jsonl", "--table", "issues", "--table", "comments"]) == 0
    found = list(contributors().lines(trackers / "exported"))
    (trackers / "people.csv").write_text(
        "site,account_id,tier,team,from,until\n" + "".join(",".join(line) + "\n" for line in found)
    )
    assert run(["rules", "test"]) == 0
    assert run(["rules", "lint"]) == 0
    capsys.readouterr()
    assert run(["rules", "card", "--json"]) == 0
    cards = {card["rule"]: card for card in json.loads(capsys.readouterr().out)["rules"]}
    assert cards["regular contributors"]["decided"] > 100
    assert cards["free to leave"]["share"] > 0.5
    assert run(["rules", "suggest", "--json"]) == 0
    suggested = json.loads(capsys.readouterr().out)
    assert suggested[0]["issues"] >= suggested[-1]["issues"] > 0
    assert run(["classify", "--json"]) == 0
    classes = {row["class"] for row in json.loads(capsys.readouterr().out)}
    assert classes == {"customer", "partner", "stakeholder", "unknown"}
