"""What the text of the rules alone shows: dead, shadowed, contradictory, unfounded; and what is none of these."""

from pathlib import Path
from typing import Any

import pytest
from rules_world import fill, memory, settings

from vcjira import people
from vcjira.rules.lint import lint

STAKEHOLDER = {"answers": {"has_choice": False}}
CUSTOMER = {"answers": {"has_choice": True, "delivers_to_others": False}}
ACME = {"email_domain": "acme.example"}


def found(*rules: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """Level and code of each doubt about rules of (when, said, dates)."""
    named = [{"name": f"r{n}", "because": "so"} | rule for n, rule in enumerate(rules)]
    return [(doubt.level, doubt.code) for doubt in lint(settings(named, **more))]


SHADOWS: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    # an earlier rule, a later one, doubts
    (ACME, ACME | {"project": "PLAT"}, [("error", "shadowed")]),
    ({"email_domain": ["acme.example", "b.example"]}, ACME, [("error", "shadowed")]),
    (ACME, {"email_domain": ["acme.example", "b.example"]}, []),
    (ACME, {"all": [ACME, {"any": [{"project": "A"}, {"project": "B"}]}]}, [("error", "shadowed")]),
    (ACME | {"project": "PLAT"}, ACME, []),
    ({"any": [ACME, {"project": "A"}]}, ACME, []),
    ({"not": ACME}, {"not": ACME}, [("error", "shadowed")]),
    ({"not": ACME}, ACME, []),
    ({"email": "glob:*@acme.example"}, {"email": "glob:*@acme.example", "group": "x"}, [("error", "shadowed")]),
    ({"email_domain": "re:acme"}, {"email_domain": "re:ACME"}, []),
    ({"project": "plat"}, {"project": "PLAT", "email_domain": "x"}, [("error", "shadowed")]),
    ({"bot": False}, {"bot": False} | ACME, [("error", "shadowed")]),
    (ACME, ACME | {"bot": True}, []),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "doubts"), SHADOWS)
def test_a_rule_below_one_that_takes_all_of_it_never_answers(first: Any, second: Any, doubts: Any) -> None:
    assert found({"when": first} | STAKEHOLDER, {"when": second} | STAKEHOLDER) == doubts


@pytest.mark.parametrize(
    ("first", "second", "doubts"),
    [
        (STAKEHOLDER, CUSTOMER, [("error", "contradicts")]),
        (STAKEHOLDER, {"answers": {"delivers_to_others": True}}, []),
        (CUSTOMER, STAKEHOLDER, [("error", "contradicts")]),
        (STAKEHOLDER | {"until": "2026-05-01"}, CUSTOMER | {"from": "2026-05-01"}, []),
        (STAKEHOLDER | {"until": "2026-05-02"}, CUSTOMER | {"from": "2026-05-01"}, [("error", "contradicts")]),
        (STAKEHOLDER | {"until": "2026-05-02"}, STAKEHOLDER | {"from": "2026-05-01"}, [("warning", "overlapping")]),
        (STAKEHOLDER, STAKEHOLDER | {"from": "2026-05-01"}, [("error", "shadowed")]),
    ],
)
def test_the_answers_and_the_days_decide_what_it_is(first: Any, second: Any, doubts: Any) -> None:
    assert found({"when": ACME} | first, {"when": ACME | {"project": "PLAT"}} | second) == doubts


def test_a_rule_that_adds_an_answer_to_the_same_conditions_could_be_one_with_them() -> None:
    more = {"answers": {"delivers_to_others": True}}
    assert found({"when": ACME} | STAKEHOLDER, {"when": ACME} | more) == [("warning", "overlapping")]


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"project": "A"}, {"project": "B"}]},
        {"all": [{"all": [ACME]}], "email_domain": "b.example"},
        {"email": "ann@globex.example", "email_domain": "acme.example"},
        {"all": [{"bot": True}, {"bot": False}]},
        {"all": [{"directory.team": "A"}, {"directory.team": "B"}]},
        {"account_type": "app"},
    ],
)
def test_conditions_that_cannot_hold_together_are_errors(when: Any) -> None:
    directory = {"people": {"directory": "people.csv"}} if "directory" in str(when) else {}
    codes = found({"when": when} | STAKEHOLDER, **directory)
    assert ("error", "never_matches") in codes


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"project": "A"}, {"project": ["B", "a"]}]},
        {"all": [{"group": "a"}, {"group": "b"}]},
        {"all": [{"label": "a"}, {"label": "b"}]},
        {"all": [{"project": "A"}, {"project": "glob:*"}]},
        {"email": "ann@ACME.example", "email_domain": "acme.example"},
        {"not": {"account_type": "app"}},
        {"any": [{"account_type": "app"}, {"project": "A"}]},
        {"account_type": "app", "bot": True},
    ],
)
def test_conditions_that_can_hold_together_are_not_doubted(when: Any) -> None:
    assert found({"when": when} | STAKEHOLDER) == []


def test_a_class_needs_a_reason_and_a_team_a_name_that_is_known() -> None:
    assert found({"when": ACME, "class": "partner", "because": None}) == [("warning", "no_because")]
    teams = {"teams": {"Platform": {"projects": ["PLAT"]}}}
    assert found({"when": {"team": "Platfrom"}} | STAKEHOLDER, **teams) == [("warning", "unknown_team")]
    assert found({"when": {"group": "glob:team-*"}} | STAKEHOLDER) == [("warning", "group_pattern")]
    assert found({"when": ACME, "because": "proposed by vcjira rules suggest, not yet checked"} | STAKEHOLDER) == [
        ("warning", "unchecked")
    ]


def test_affiliations_that_overlap_are_told() -> None:
    entries = [
        {"account": "u1", "organization": "Globex", "until": "2026-06-01"},
        {"account": "U1", "organization": "Initech", "from": "2026-05-01"},
        {"account": "u2", "organization": "Initech", "from": "2026-05-01"},
        {"account": "u1", "organization": "Hooli", "until": "2020-01-01", "from": "2019-01-01"},
    ]
    assert found(people={"affiliations": entries[:3]}) == [("warning", "affiliation_overlap")]
    assert found(people={"affiliations": [entries[0], entries[2]]}) == []
    assert len(found(people={"affiliations": [entries[0], entries[3]]})) == 1


def test_lines_of_the_directory_that_overlap_are_told_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("account_id,organization,from,until\nu1,A,,2026-02-01\nu2,B,,\nU1,C,2026-01-01,\n")
    config = settings(people={"directory": path})
    with memory() as mirror:
        fill(mirror, people=[{"account_id": "u1"}])
        people.derive(mirror, config)
        (doubt,) = lint(config, mirror)
    assert (doubt.code, doubt.where) == ("directory_overlap", "people.csv:4")


def test_a_column_that_looks_like_a_known_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,organisation,cost centre\n")
    assert found(people={"directory": path}) == [("warning", "directory_column")]
    path.write_text("email,organization,organisation,name\n")
    assert found(people={"directory": path}) == []
