"""What cannot both be true of an organization: its class, and what it does or is declared to deliver."""

from typing import Any

import pytest
from rules_world import classed, fill, memory, settings

from vcjira.rules.chain import contradictions, edges

ORGANIZATIONS = {"Globex": {"account": ["ann", "abe"]}, "Initech": {"account": "ida"}}


def told(
    kind: str,
    chain: list[str],
    *,
    account_type: str | None = None,
    count: int = 3,
    more: list[Any] | None = None,
    **config: Any,
) -> list[tuple[str, str, str]]:
    """Contradictions of Globex, whose `count` requests are all of one class; `more` are further issues."""
    rules = [
        {"name": "globex", "when": {"organization": "Globex"}, "class": kind, "because": "so"},
        {"name": "initech", "when": {"organization": "Initech"}, "answers": {"has_choice": False}},
    ]
    setting = settings(rules, value_chain=chain, people={"organizations": ORGANIZATIONS}, **config)
    with memory() as mirror:
        fill(
            mirror,
            people=[{"account_id": who, "account_type": account_type} for who in ("ann", "abe", "ida")],
            issues=[{"issue_id": f"{n}", "reporter_id": ("ann", "abe")[n % 2]} for n in range(count)] + (more or []),
        )
        classed(mirror, setting)
        return [(one.organization, one.what, one.evidence) for one in contradictions(mirror, setting)]


ONWARD = ("Globex", "a customer that delivers onward")
CARRIED = [{"issue_id": f"c{n}", "reporter_id": "ida", "creator_id": "ann"} for n in range(2)]


def test_a_customer_that_delivers_onward_is_no_end_of_the_chain() -> None:
    assert told("customer", []) == []
    assert told("customer", ["Platform -> Globex"]) == []
    assert told("customer", ["globex -> Initech"]) == [(*ONWARD, "declared to deliver to Initech")]
    assert told("customer", ["globex -> Initech"], count=2) == []  # too few issues to hold it against them
    assert told("customer", [], more=CARRIED) == [(*ONWARD, "filed 2 issues for other organizations")]


def test_owning_the_work_of_others_is_delivering_too() -> None:
    teams = {"Desk": {"projects": ["D"], "members": {"account": "ann"}}}
    owned = [{"issue_id": f"d{n}", "reporter_id": "ida", "project": "D"} for n in range(3)]
    assert told("customer", [], more=owned, teams=teams) == [
        (*ONWARD, "its people are in teams that own 3 issues of others")
    ]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [([], 0), (["Globex -> Initech"], 0), (["Platform -> Globex"], 1), (["Platform -> Checkout"], 1)],
)
def test_a_partner_delivers_to_somebody_where_deliveries_are_declared(chain: list[str], expected: int) -> None:
    assert [what for _, what, _ in told("partner", chain)] == ["a partner that delivers to nobody"] * expected


@pytest.mark.parametrize(("account_type", "expected"), [("customer", 1), ("atlassian", 0), (None, 0)])
def test_a_stakeholder_with_portal_accounts_pays(account_type: str | None, expected: int) -> None:
    found = told("stakeholder", [], account_type=account_type)
    assert [what for _, what, _ in found] == ["a stakeholder who pays"] * expected


def test_edges_are_read_in_both_forms_in_the_order_of_the_file() -> None:
    setting = settings(value_chain=["Platform -> Checkout", {"from": "Checkout", "to": "Globex"}])
    assert edges(setting) == [("Platform", "Checkout"), ("Checkout", "Globex")]
