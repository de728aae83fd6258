"""Tracing to a customer: which ways lead there, what is not known, what proves nothing."""

from datetime import timedelta
from typing import Any

import pytest
from two_sides import NOW, SITE, World

from vcjira import chain, statistics
from vcjira.chain import Trace
from vcjira.config import Settings
from vcjira.mirror import Mirror

RULES = [
    {
        "name": "buyers",
        "when": {"organization": ["Legal"]},
        "answers": {"has_choice": True, "delivers_to_others": False},
    },
    {"name": "staff", "when": {"organization": ["Sales", "Finance"]}, "answers": {"has_choice": False}},
]
WAYS = [
    # link type, direction, at the request: leads to the outcome?
    ("Blocks", "outward", "traced"),
    ("Blocks", "inward", "untraced"),
    ("Implements", "outward", "traced"),
    ("Depends", "inward", "traced"),
    ("Depends", "outward", "untraced"),
    ("Causes", "inward", "traced"),
    ("Causes", "outward", "untraced"),
    ("Relates", "outward", "untraced"),
    ("Wombat", "outward", "untraced"),
]


def settings(world: World, **more: Any) -> Settings:
    return world.settings(classify={"rules": RULES}, **more)


def traces(mirror: Mirror, chosen: Settings) -> dict[str, Trace]:
    found = chain.trace(mirror, chosen, NOW - timedelta(days=180), NOW, NOW, [])
    return {one.team: one for one in found}


def states(world: World, chosen: Settings | None = None) -> dict[str, str]:
    """Issue key -> traced, untraced or unknown."""
    with world.mirror(chosen or settings(world)) as mirror:
        traces(mirror, chosen or settings(world))
        return {row["key"]: row["state"] for rows in chain.behind(mirror).values() for row in rows}


def link(world: World, issue: str, kind: str, direction: str, other: str) -> None:
    back = {"outward": "inward", "inward": "outward"}[direction]
    for one, two, way in ((issue, other, direction), (other, issue, back)):
        world.links.append({"site": SITE, "issue_id": one, "other_key": f"P-{two}", "type": kind, "direction": way})


def test_links_lead_towards_what_they_serve() -> None:
    world, wanted = World(), {}
    for kind, direction, state in WAYS:
        outcome, request = world.ask("Legal.1", "Platform"), world.ask("Sales.1", "Platform")
        link(world, request, kind, direction, outcome)
        wanted[f"P-{request}"] = state
    child = world.ask("Sales.2", "Platform", parent_key=f"P-{world.ask('Legal.2', 'Platform')}")
    assert states(world) == wanted | {f"P-{child}": "traced"}


def test_a_link_type_of_the_house_can_be_given_its_meaning() -> None:
    world = World()
    outcome, request = world.ask("Legal.1", "Platform"), world.ask("Sales.1", "Platform")
    link(world, request, "Wombat", "inward", outcome)
    assert states(world, settings(world, chain={"links": {"Wombat": "inward"}})) == {f"P-{request}": "traced"}


@pytest.mark.parametrize(("steps", "state"), [(4, "traced"), (5, "untraced")])
def test_an_outcome_counts_within_four_steps(steps: int, state: str) -> None:
    world = World()
    last = world.ask("Legal.1", "Platform")
    for _ in range(steps - 1):
        middle = world.ask("Platform.1", "Platform")
        link(world, middle, "Blocks", "outward", last)
        last = middle
    request = world.ask("Sales.1", "Platform")
    link(world, request, "Blocks", "outward", last)
    link(world, last, "Blocks", "outward", request)  # and a circle does no harm
    assert states(world)[f"P-{request}"] == state


def test_what_leads_out_of_sight_is_unknown_and_a_moved_issue_is_found() -> None:
    world = World()
    gone, moved = world.ask("Sales.1", "Platform"), world.ask("Sales.2", "Platform")
    hidden, far = world.ask("Sales.3", "Platform"), world.ask("Sales.4", "Platform")
    world.links.append(
        {"site": SITE, "issue_id": gone, "other_key": "SECRET-1", "type": "Blocks", "direction": "outward"}
    )
    outcome = world.ask("Legal.1", "Platform")
    world.change(outcome, "Legal.1", "Key", "OLD-7", f"P-{outcome}")
    world.links.append(
        {"site": SITE, "issue_id": moved, "other_key": "OLD-7", "type": "Blocks", "direction": "outward"}
    )
    archived = world.ask("Legal.2", "Platform", presence="archived")
    link(world, hidden, "Blocks", "outward", archived)
    link(world, far, "Blocks", "outward", gone)
    found = states(world)
    assert found == {f"P-{gone}": "unknown", f"P-{moved}": "traced", f"P-{hidden}": "unknown", f"P-{far}": "unknown"}


def test_an_epic_that_holds_everything_proves_nothing_and_is_told() -> None:
    world = World()
    epic, old = world.ask("Legal.1", "Platform"), world.ask("Legal.2", "Platform", 900)
    small = world.ask("Legal.3", "Platform")
    for number in range(12):
        world.ask(f"Sales.{number}", "Platform", parent_key=f"P-{epic}")
        world.ask(f"Sales.{number}", "Data", parent_key=f"P-{old if number < 8 else small}")
    chosen = settings(world, chain={"catch_all": {"children": 11}})
    with world.mirror(chosen) as mirror:
        found = traces(mirror, chosen)
    assert (found["Platform"].traced, found["Platform"].catch_all) == (0, 12)
    assert (found["Data"].traced, found["Data"].catch_all) == (4, 8)


def test_outcomes_are_what_the_configuration_says() -> None:
    world = World()
    goal = world.ask("Platform.1", "Platform", type="Goal")
    labelled = world.ask("Platform.1", "Platform", labels=["outcome"])
    requests = [world.ask("Sales.1", "Platform", parent_key=f"P-{one}") for one in (goal, labelled)]
    assert set(states(world).values()) == {"untraced"}
    chosen = settings(world, chain={"outcomes": {"types": ["goal"], "labels": ["outcome"]}})
    assert states(world, chosen) == {f"P-{request}": "traced" for request in requests}


def test_a_team_far_below_the_whole_is_flagged_between_its_bounds() -> None:
    world = World()
    outcome = world.ask("Legal.1", "Data")
    for number in range(120):
        world.ask(f"Sales.{number % 12}", "Data", 60 - number / 9, parent_key=f"P-{outcome}" if number % 3 else None)
    for number in range(80):
        request = world.ask(f"Finance.{number % 12}", "Platform", 60 - number / 9)
        if number < 4:
            world.links.append(
                {"site": SITE, "issue_id": request, "other_key": "X-1", "type": "Blocks", "direction": "outward"}
            )
    world.ask("Sales.1", "Ops", project="OPS")
    with world.mirror(settings(world)) as mirror:
        found = traces(mirror, settings(world))
    platform = found["Platform"]
    assert (platform.traced, platform.unknown, platform.dead, platform.linked) == (0, 4, 4, 4)
    assert (platform.bound_low, platform.bound_high) == (0, 0.05)
    assert platform.below
    assert not found["Data"].below
    assert found["Data"].distances == {1: 80}
    assert (found["(all teams)"].requests, found["(all teams)"].traced) == (201, 80)


def test_few_requests_have_no_share_and_other_requests_in_between_are_told() -> None:
    world = World()
    outcome = world.ask("Legal.1", "Platform")
    first, second = world.ask("Sales.1", "Platform"), world.ask("Finance.1", "Data")
    link(world, first, "Blocks", "outward", outcome)
    link(world, second, "Blocks", "outward", first)
    with world.mirror(settings(world)) as mirror:
        found = traces(mirror, settings(world))
    assert (found["Platform"].traced, found["Platform"].through_requests, found["Platform"].low) == (1, 0, None)
    assert (found["Data"].traced, found["Data"].through_requests) == (1, 1)


def test_a_weak_link_is_told_apart() -> None:
    world = World()
    request = world.ask("Sales.1", "Platform")
    link(world, request, "Relates", "outward", world.ask("Legal.1", "Platform"))
    with world.mirror(settings(world)) as mirror:
        found = traces(mirror, settings(world))["Platform"]
    assert (found.traced, found.weak, found.linked) == (0, 1, 0)


@pytest.mark.parametrize(("linked", "state"), [(12, "untraced"), (3, "traced")])
def test_links_that_were_given_in_bulk_prove_nothing(linked: int, state: str) -> None:
    world = World()
    goal = world.ask("Legal.1", "Platform", 40)
    for number in range(linked):
        issue = world.ask(f"Sales.{number}", "Platform", 30)
        link(world, issue, "Blocks", "outward", goal)
        world.change(issue, "Platform.1", "Link", None, f"P-{goal}", hours=2 - int(issue) * 3 / 60)
    found = states(world)
    assert {found[f"P-{number}"] for number in range(2, 2 + linked)} == {state}


@pytest.mark.parametrize(("requesters", "enough"), [(10, True), (9, False)])
def test_each_bound_has_the_interval_of_its_own_requesters(requesters: int, enough: bool) -> None:
    """Three ask for what leads out of sight, one of the others now and then for what reaches a customer."""
    world = World()
    outcome = world.ask("Legal.1", "Platform")
    for number in range(4 * requesters):
        request = world.ask(f"Sales.{number % requesters}", "Platform")
        if number % requesters < 3:
            world.links.append(
                {"site": SITE, "issue_id": request, "other_key": "SECRET-1", "type": "Blocks", "direction": "outward"}
            )
        elif number < 6:
            link(world, request, "Blocks", "outward", outcome)
    with world.mirror(settings(world)) as mirror:
        team = traces(mirror, settings(world))["Platform"]
    assert (team.traced, team.unknown, team.enough) == (3, 12, enough)
    if enough:
        assert team.low == pytest.approx(by_hand([(1, 4)] * 3 + [(0, 4)] * 7)[0])
        assert team.high == pytest.approx(by_hand([(4, 4)] * 3 + [(1, 4)] * 3 + [(0, 4)] * 4)[1])
    else:
        assert (team.low, team.bound_low, team.below) == (None, None, False)


def by_hand(clusters: list[tuple[float, float]]) -> tuple[float, float]:
    effect = max(1.0, statistics.design_effect(clusters) * statistics.few_clusters(len(clusters)))
    return statistics.wilson(sum(k for k, _ in clusters) / effect, sum(n for _, n in clusters) / effect)
