"""What `vcjira explain` says of much: one screen of 80 columns, the rest counted, every line from a row."""

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from vcjira.cli.explain_text import told_account, told_issue

DAY = datetime(2026, 6, 1)
ANSWER = {"value": "yes", "rule": "resellers", "evidence": ["organization Globex"], "because": None} | {
    "from": None,
    "until": None,
}


def issue(many: int, long: int) -> dict[str, Any]:
    """An issue with `many` of everything, and texts of `long` words."""
    text = "word " * long
    hop = {"hop": "forwarded", "from": "desk", "to": "ann", "evidence": text}
    return {
        "key": "PLAT-1",
        "summary": text,
        "class": "partner",
        "class_now": "customer",
        "own_team": False,
        "created": DAY,
        "requester": "ann",
        "requester_name": "Ann Lee",
        "carrier": "desk",
        "carrier_name": None,
        "hops": [hop],
        "affiliation": {"organization": "Globex", "source": "directory", "evidence": "line 2", "since": DAY}
        | {"until": None},
        "team": "Platform",
        "team_how": "project, later",
        "answers": {"has_choice": ANSWER, "delivers_to_others": ANSWER | {"because": text}},
        "missing": None,
        "undecided": [],
        "disagreeing": ["other rule"] if many else [],
        "handovers": [
            {"happened": DAY, "bulk": True, "automated": False, "from_team": "A", "from_person": None}
            | {"to_team": "B", "to_person": "Bob"}
        ]
        * many,
        "hits": [{"happened": DAY, "pattern": "ping_pong", "evidence": {"teams": text}}] * many,
        "labels": ["vc-partner"],
        "label_writes": [
            {"written": DAY, "op": "add", "label": "vc-partner", "outcome": "done", "reason": None, "run_id": "r1"}
        ]
        * many,
        "vetoes": [],
    }


@effort(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(0, 25))
def test_an_issue_fits_on_one_screen_however_much_there_is(many: int, long: int) -> None:
    lines = told_issue(issue(many, long))
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 24
    assert any("more (--json has them all)" in line for line in lines) == (many > 5) or many > 1


def test_little_is_told_in_full() -> None:
    text = " ".join(told_issue(issue(2, 2)))
    assert text.count("2026-06-01 A -> B / Bob, bulk") == 2
    assert text.count("we add vc-partner (run r1)") == 2
    assert "--json has them all" not in text
    assert "today: customer" in text


def account(many: int) -> dict[str, Any]:
    period = {"valid_from": DAY, "valid_until": None}
    return {
        "account": "ann",
        "site": "s",
        "name": "Ann Lee",
        "account_type": "customer",
        "bot": False,
        "carried": 3,
        "joined": [{"site": "t", "account_id": "ann2", "evidence": "e-mail ann@globex.example"}] * many,
        "affiliations": [{"organization": "Globex", "source": "directory", "evidence": "line 2"} | period] * many,
        "teams": [{"team": "Sales", "how": "group sales"} | period] * many,
        "classes": [
            {"team": None, "own_team": True, "class": "partner", "class_now": "customer", "rules": ["resellers"]}
            | {"issues": 7, "example": "PLAT-1"}
        ]
        * many,
    }


def test_an_account_fits_on_one_screen_too() -> None:
    for many in (0, 1, 5, 40):
        lines = told_account(account(many))
        assert len(lines) <= 22
        assert max(map(len, lines)) <= 80
    assert "Has asked for nothing." in told_account(account(0))
    assert "  ... and 37 more (--json has them all)" in told_account(account(40))
