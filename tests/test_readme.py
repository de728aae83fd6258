"""README and docs say what the program does: tables made from code, links that lead somewhere, commands that exist."""

import re

import pytest
from handbook import DOCS, GENERATED, LINK, README, ROOT, TABLE, TABLES, console, renewed, unknown_words

PAGES = [README, *sorted(DOCS.glob("*.md"))]
REMEDY = "run `make docs` and read the diff"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_are_made_from_code(path, regold):
    text = path.read_text(encoding="utf-8")
    if regold:
        path.write_text(renewed(text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == renewed(text), REMEDY


@pytest.mark.parametrize("name", GENERATED)
def test_generated_documents_are_current(name, regold):
    if regold:
        (ROOT / name).write_text(GENERATED[name](), encoding="utf-8")
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), REMEDY


def test_the_readme_has_every_table():
    assert {found[2] for found in TABLE.finditer(README.read_text(encoding="utf-8"))} == set(TABLES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = LINK.findall(path.read_text(encoding="utf-8"))
    dead = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_that_are_shown_exist(path):
    blocks = console(path.read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block if line.startswith("vcjira")]
    assert not [(line, wrong) for line in lines if (wrong := unknown_words(line))]


def test_make_commands_that_are_shown_exist():
    goals = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"^\$ make ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert shown
    assert shown <= goals
