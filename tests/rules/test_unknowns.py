"""The budget of unknowns, team by team and over all, and the shortest way back below it."""

from collections.abc import Iterator
from typing import Any

import pytest
from rules_world import classed, fill, memory, settings

from vcjira import rules
from vcjira.errors import Refused
from vcjira.mirror import Mirror

TEAMS = {"Platform": {"projects": ["PLAT"]}, "Data": {"projects": ["DATA"]}, "Small": {"projects": ["S"]}}


def asked(project: str, who: str, count: int) -> list[dict[str, Any]]:
    return [
        {"issue_id": f"{project}{who}{n}", "key": f"{project}-{who}{n}", "project": project, "reporter_id": who}
        for n in range(count)
    ]


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """Data: 30 of 40 unknown (20 of Globex, 8 of Hooli, 2 of nobody known); Platform: 10 of 100; Small: 5 of 5."""
    domains = {"staff": "acme.example", "globex": "globex.example", "hooli": "hooli.example", "free": "gmail.com"}
    with memory() as mirror:
        fill(
            mirror,
            people=[{"account_id": who, "email": f"{who}@{domain}"} for who, domain in domains.items()],
            issues=[
                *asked("PLAT", "staff", 90),
                *asked("PLAT", "hooli", 10),
                *asked("DATA", "staff", 10),
                *asked("DATA", "globex", 20),
                *asked("DATA", "hooli", 8),
                *asked("DATA", "free", 2),
                *asked("S", "free", 5),
            ],
        )
        yield mirror


def derived(mirror: Mirror, limit: object) -> Any:
    staff = {"name": "staff", "when": {"email_domain": "acme.example"}, "answers": {"has_choice": False}}
    config = settings([staff], classify={"unknown_budget": limit}, teams=TEAMS)
    classed(mirror, config)
    return config


def test_spending_counts_over_all_and_by_team(mirror: Mirror) -> None:
    spent = rules.spending(mirror, derived(mirror, "25%"))
    assert [(entry.team, entry.unknown, entry.requests, entry.is_over) for entry in spent] == [
        (None, 45, 145, True),
        ("Data", 30, 40, True),
        ("Platform", 10, 100, False),
        ("Small", 5, 5, False),  # fewer than 20 requests say nothing of a team
    ]


def test_over_the_budget_every_share_gets_its_own_shortest_way(mirror: Mirror) -> None:
    config = derived(mirror, "25%")
    with pytest.raises(Refused) as refusal:
        rules.budget(mirror, config)
    told = refusal.value
    assert told.exit_code == 5
    assert told.key == "classify.unknown_budget"
    assert (
        "31% of the requests are unknown (45 of 145); 75% of the requests of Data are unknown (30 of 40)" in told.what
    )
    assert "the shortest way back is 1 rule: organization globex.example (20)" in (told.hint or "")
    assert "the shortest way back for Data is 1 rule: organization globex.example (20)" in (told.hint or "")
    assert "`vcjira rules suggest --team 'Data'`" in (told.hint or "")


def test_only_a_team_may_be_over(mirror: Mirror) -> None:
    config = derived(mirror, "40%")
    with pytest.raises(Refused, match=r"^.*75% of the requests of Data are unknown"):
        rules.budget(mirror, config)


def test_where_rules_cannot_reach_the_budget_that_is_said(mirror: Mirror) -> None:
    fill(mirror, people=[{"account_id": "bot", "account_type": "app"}], issues=asked("BOTS", "bot", 40))
    config = derived(mirror, "1%")
    with pytest.raises(Refused) as refusal:
        rules.budget(mirror, config)
    assert "the first 4 rules class 45 of 84 needed: " in (refusal.value.hint or "")


def test_within_the_budget_nothing_is_refused(mirror: Mirror) -> None:
    assert [entry.team for entry in rules.budget(mirror, derived(mirror, "75%"))] == [None, "Data", "Platform", "Small"]
    assert rules.budget(mirror, derived(mirror, 1))


def test_suggestions_are_those_of_most_issues_and_may_be_of_one_team(mirror: Mirror) -> None:
    config = derived(mirror, "25%")
    found = rules.suggest(mirror, config)
    assert [(one.matcher, one.value, one.issues) for one in found] == [
        ("organization", "globex.example", 20),
        ("organization", "hooli.example", 18),
        ("project", "S", 5),
        ("project", "DATA", 2),
    ]
    assert [(one.value, one.issues) for one in rules.suggest(mirror, config, team="platform")] == [
        ("hooli.example", 10)
    ]
    assert rules.suggest(mirror, config, team="Nobody") == []
