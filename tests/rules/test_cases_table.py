"""Tables of cases over one small house: rule, person, day -> class, rules, evidence, and the missing question."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rules_world import classed, fill, memory, settings

from vcjira.config import load
from vcjira.mirror import Mirror
from vcjira.rules import compile, find_issue
from vcjira.rules.explanation import explain_class

DIRECTORY = """account_id,email,organization,team,role,from,until
,ann@globex.example,Globex,,buyer,,2026-06-01
,ann@globex.example,Initech,,engineer,2026-06-01,
,pat@acme.example,,Data Science,,,
"""
RULES: list[dict[str, Any]] = [
    {"name": "own staff", "when": {"email_domain": "acme.example"}, "answers": {"has_choice": False}},
    {
        "name": "resellers",
        "when": {"organization": ["Globex", "Initech"]},
        "answers": {"has_choice": True, "delivers_to_others": True},
        "from": "2026-05-01",
    },
    {
        "name": "portal",
        "when": {"account_type": "customer"},
        "answers": {"has_choice": True, "delivers_to_others": False},
    },
    {"name": "buyers choose", "when": {"directory.role": "buyer"}, "answers": {"has_choice": True}},
    {"name": "crashes", "when": {"any": [{"label": "glob:crash-*"}, {"issue_type": "Incident"}]}, "class": "customer"},
    {"name": "robots", "when": {"bot": True, "project": "OPS"}, "answers": {"has_choice": False}},
    {
        "name": "embedded",
        "when": {"team": "Platform", "not": {"account": "eve"}},
        "answers": {"delivers_to_others": True},
    },
]
PEOPLE = [
    {"account_id": "ann", "email": "ann@globex.example"},
    {"account_id": "pat", "email": "pat@acme.example"},
    {"account_id": "cus", "account_type": "customer"},
    {"account_id": "eve", "email": "eve@umbrella.example"},
    {"account_id": "bot", "account_type": "app", "email": "bot@acme.example"},
    {"account_id": "hid"},
]
APRIL, MAY, LATER = "2026-04-30T23:59:59", "2026-05-15T12:00:00", "2026-07-01T00:00:00"
CASES: list[tuple[dict[str, Any], str, list[str], str, str | None]] = [
    # issue, class, rules, evidence (of the first answer there is), missing question
    ({"reporter_id": "pat"}, "stakeholder", ["own staff", "embedded"], "email domain acme.example", None),
    ({"reporter_id": "pat", "project": "X"}, "stakeholder", ["own staff"], "email domain acme.example", None),
    ({"reporter_id": "ann"}, "partner", ["resellers"], "organization globex (directory: line 2)", None),
    (
        {"reporter_id": "ann", "created": LATER},
        "partner",
        ["resellers"],
        "organization initech (directory: line 3)",
        None,
    ),
    ({"reporter_id": "ann", "created": APRIL}, "partner", ["buyers choose", "embedded"], "directory.role buyer", None),
    (
        {"reporter_id": "ann", "created": APRIL, "project": "X"},
        "unknown",
        ["buyers choose"],
        "directory.role buyer",
        "delivers_to_others",
    ),
    ({"reporter_id": "cus"}, "customer", ["portal"], "account type customer", None),
    ({"reporter_id": "eve"}, "unknown", [], "", "has_choice"),
    ({"reporter_id": "eve", "labels": ["Crash-9"]}, "customer", ["crashes"], "label crash-9", None),
    ({"reporter_id": "eve", "type": "Incident"}, "customer", ["crashes"], "issue type incident", None),
    ({"reporter_id": "hid", "project": "X"}, "unknown", [], "", "has_choice"),
    ({"reporter_id": None, "labels": ["crash-1"]}, "customer", ["crashes"], "label crash-1", None),
    ({"reporter_id": None, "project": "X"}, "unknown", [], "", "has_choice"),
    ({"reporter_id": "bot"}, "unknown", [], "", "has_choice"),
    ({"reporter_id": "bot", "project": "OPS"}, "stakeholder", ["robots"], "bot: yes; project ops", None),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, Any]]:
    """All cases as issues of one mirror, numbered."""
    path = tmp_path_factory.mktemp("house") / "people.csv"
    path.write_text(DIRECTORY)
    config = settings(RULES, people={"directory": path}, teams={"Platform": {"projects": ["PLAT"]}})
    with memory() as mirror:
        issues = [{"issue_id": f"{n}", "created": MAY} | case[0] for n, case in enumerate(CASES)]
        fill(mirror, people=PEOPLE, issues=issues)
        classed(mirror, config)
        yield mirror, config


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_case_has_its_class_by_its_rules_on_its_evidence(house: tuple[Mirror, Any], number: int) -> None:
    mirror, config = house
    _, expected, rules, evidence, missing = CASES[number]
    found = find_issue(mirror, f"PLAT-{number}")
    assert found
    story = explain_class(mirror, config, found)
    assert story
    answers = [answer for answer in story["answers"].values() if answer["rule"]]
    assert story["class"] == expected
    assert list(dict.fromkeys(answer["rule"] for answer in answers)) == rules
    assert "; ".join(answers[0]["evidence"] if answers else []) == evidence
    assert story["missing"] == missing


@pytest.mark.slow
def test_five_thousand_rules_load_in_two_seconds(tmp_path: Path) -> None:
    kinds = (
        "{email_domain: [d%d.example, e.example]}",
        '{display_name: "re:^(team|squad) %d[0-9]* "}',
        "{all: [{organization: Org %d}, {not: {account_type: app}}]}",
        "{any: [{group: g%d}, {account: [a, b]}], project: P}",
    )
    rules = "".join(
        f"    - name: rule {n}\n      when: {kinds[n % 4] % n}\n      answers: {{has_choice: yes}}\n"
        for n in range(5_000)
    )
    path = tmp_path / "vcjira.yaml"
    path.write_text(f"version: 1\nclassify:\n  rules:\n{rules}")
    begin = time.process_time()
    book = compile(load(path))
    assert time.process_time() - begin < 2
    assert len(book.clauses) == 5_000
