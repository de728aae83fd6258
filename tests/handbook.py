"""What README and docs say that code knows better: tables and documents made from it, and what their examples call."""

import importlib
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from vcjira import errors
from vcjira.cli import COMMANDS, main
from vcjira.config import manual as config_manual
from vcjira.config.matchers import MATCHERS, PREFIXED
from vcjira.config.models import Settings
from vcjira.patterns import PATTERNS, page
from vcjira.report import REPORTS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
TABLE = re.compile(r"(<!-- table:([a-z-]+) -->\n).*?(<!-- /table -->)", re.DOTALL)
BLOCK = re.compile(r"^```(?:console|sh|shell|bash)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMBINED = {
    "any": "a list of conditions, one of which must hold",
    "all": "a list that must all hold",
    "not": "must not hold",
}


def renewed(text: str) -> str:
    """A document with every generated table made anew."""
    return TABLE.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def commands() -> str:
    """One line per command, subcommands behind it."""
    rows = []
    for name, (_, line) in COMMANDS.items():
        command = command_of(name)
        inner = ""
        if isinstance(command, click.Group):
            inner = " " + " · ".join(f"`{sub}`" for sub in command.commands)
        rows.append(f"| `vcjira {name}`{inner} | {line} |")
    return "| command | what it does |\n|---|---|\n" + "\n".join(rows) + "\n"


def exit_codes() -> str:
    """From the tree of errors."""
    return "| code | meaning |\n|--:|---|\n" + "".join(
        f"| {code} | {said} |\n" for code, said in errors.MEANINGS.items()
    )


def patterns() -> str:
    pages = [page(Settings(), name) for name in PATTERNS]
    rows = [
        f"| {one.number} | [`{one.name}`](docs/patterns.md#{one.number.lower()}-{one.name}) | {one.question} |\n"
        for one in pages
    ]
    return "| | pattern | what it asks |\n|---|---|---|\n" + "".join(rows)


def matchers() -> str:
    rows = [f"| `{key}` | {kind.about} | {_first(kind.__doc__)} |\n" for key, kind in MATCHERS.items()]
    for kind in PREFIXED.values():
        key, _, said = _first(kind.__doc__).partition(": ")
        rows.append(f"| {key} | {kind.about} | {said[0].upper()}{said[1:]} |\n")
    rows += [f"| `{key}` | | {said[0].upper()}{said[1:]}. |\n" for key, said in COMBINED.items()]
    return "| matcher | asks about | what it matches |\n|---|---|---|\n" + "".join(rows)


def documents() -> str:
    """Every page of docs, by its own heading."""
    rows = []
    for path in sorted(DOCS.glob("*.md")):
        heading = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        rows.append(f"| [docs/{path.name}](docs/{path.name}) | {heading} |\n")
    return "| page | |\n|---|---|\n" + "".join(rows)


def reports() -> str:
    """What the module of each report says of its facts."""
    rows = []
    for name, gather in REPORTS.items():
        said = re.sub(r"(^T|: t)he facts of the report `\w+`(: |\.$)", ".", _first(_doc(gather))).strip(". ") + "."
        rows.append(f"| `{name}` | {said[0].upper()}{said[1:]} |\n")
    return "| report | what it tells |\n|---|---|\n" + "".join(rows)


def _doc(gather: Callable[..., object]) -> str | None:
    return importlib.import_module(gather.__module__).__doc__


def _first(doc: str | None) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((doc or "").strip().partition("\n\n")[0].split()).replace("|", "\\|")


TABLES = {
    "commands": commands,
    "exit-codes": exit_codes,
    "patterns": patterns,
    "matchers": matchers,
    "reports": reports,
    "documents": documents,
}


def command_of(name: str) -> click.Command:
    module, attribute = COMMANDS[name][0].split(":")
    command: click.Command = getattr(importlib.import_module(f"vcjira.cli.{module}"), attribute)
    return command


def reference() -> str:
    """`docs/commands.md`: what `--help` says of every command."""
    lines = [
        "# Every command and option",
        "",
        "What `vcjira COMMAND --help` says; options marked global go before the command.",
        "",
    ]
    lines += _help(main, "vcjira", "##")
    for name in COMMANDS:
        lines += _help(command_of(name), f"vcjira {name}", "##")
    return "\n".join(lines).rstrip() + "\n"


def _help(command: click.Command, called: str, level: str) -> Iterator[str]:
    names = main.context_settings["help_option_names"]  # as called from the program; click remembers the first it met
    context = click.Context(
        command, info_name=called, terminal_width=100, max_content_width=100, help_option_names=names
    )
    text = command.get_help(context)
    yield from (f"{level} `{called}`", "", "```", *(line.rstrip() for line in text.splitlines()), "```", "")
    if isinstance(command, click.Group) and command is not main:
        for name, inner in command.commands.items():
            yield from _help(inner, f"{called} {name}", level + "#")


def configuration() -> str:
    return config_manual.markdown()


GENERATED = {"docs/commands.md": reference, "docs/configuration.md": configuration}
"""Documents made as a whole."""


def console(text: str) -> list[list[str]]:
    """The blocks of a document that show commands: the lines that one types, without prompt and comment."""
    blocks = []
    for found in BLOCK.finditer(text):
        lines = [line.removeprefix("$ ").partition("  #")[0].strip() for line in found[1].splitlines()]
        lines = [line for line in lines if line.startswith(("vcjira", "export "))]
        if lines:
            blocks.append(lines)
    return blocks


def unknown_words(line: str) -> list[str]:
    """Commands and options of one line that the program does not have."""
    words = shlex.split(line)[1:]
    command: click.Command = main
    wrong = []
    for word in words:
        if isinstance(command, click.Group) and not word.startswith("-"):
            inner = command_of(word) if command is main and word in COMMANDS else None
            if command is not main:
                inner = command.commands.get(word)
            if inner is None:
                return [*wrong, word]
            command = inner
        elif word.startswith("-") and word.partition("=")[0] not in _options(command):
            wrong.append(word)
    return wrong


def _options(command: click.Command) -> set[str]:
    named = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    return named | {"-h", "--help"}
