"""Priority honesty and the price of hand-overs: declared against delivered, who waits, who is let ahead."""

from datetime import timedelta
from typing import Any

import pytest
from two_sides import NOW, World

from vcjira import chain, statistics
from vcjira.config import Settings

START = NOW - timedelta(days=180)
RULES = [
    {
        "name": "buyers",
        "when": {"organization": ["Legal"]},
        "answers": {"has_choice": True, "delivers_to_others": False},
    },
    {"name": "staff", "when": {"organization": ["Sales"]}, "answers": {"has_choice": False}},
]


def settings(world: World, **more: Any) -> Settings:
    return world.settings(classify={"rules": RULES}, **more)


def done(world: World, organization: str, count: int, team: str = "Platform") -> None:
    for number in range(count):
        ended = NOW - timedelta(days=20 + number / 50)
        columns = {"status_category": "done", "resolved": ended, "updated": ended}
        world.ask(f"{organization}.{number % 12}", team, 60 + number / 50, **columns)


def test_delivered_work_is_held_against_what_was_declared() -> None:
    world = World()
    done(world, "Legal", 30)
    done(world, "Sales", 150)
    chosen = settings(world, declared_split={"customer": "60%", "stakeholder": "40%"})
    with world.mirror(chosen) as mirror:
        served = {one.kind: one for one in chain.split(mirror, chosen, START, NOW, [])}
        other = chain.split(mirror, chosen, START, NOW, [], "Data")
    assert (served["customer"].delivered, served["customer"].of) == (30, 180)
    assert served["customer"].verdict == "less than declared"
    assert served["stakeholder"].verdict == "more than declared"
    assert served["partner"].verdict == "nothing declared"
    assert {one.verdict for one in other} == {"not enough"}


def test_what_is_unknown_widens_the_interval_until_nothing_can_be_told() -> None:
    world = World()
    done(world, "Legal", 30)
    done(world, "Sales", 60)
    done(world, "Finance", 90)  # no rule knows them
    chosen = settings(world, declared_split={"customer": "50%"})
    with world.mirror(chosen) as mirror:
        customer = chain.split(mirror, chosen, START, NOW, [])[0]
    assert (customer.unknown, customer.share) == (90, pytest.approx(1 / 3))
    assert customer.low is not None
    assert customer.high is not None
    assert customer.low < 30 / 180
    assert customer.high > 120 / 180
    assert customer.verdict == "cannot be told from what was declared"


def test_what_unknown_classes_could_change_hangs_together_by_who_asked() -> None:
    world = World()
    done(world, "Legal", 60)
    done(world, "Finance", 48)
    chosen = settings(world, declared_split={"customer": "50%"})
    with world.mirror(chosen) as mirror:
        stakeholder = chain.split(mirror, chosen, START, NOW, [])[2]
    clusters = [(0, 5)] * 12 + [(4, 4)] * 12
    effect = statistics.design_effect(clusters) * statistics.few_clusters(24)
    assert (stakeholder.delivered, stakeholder.unknown) == (0, 48)
    assert stakeholder.high == pytest.approx(statistics.wilson(48 / effect, 108 / effect)[1])


def test_half_of_each_class_waits_so_long() -> None:
    world = World()
    for number in range(40):
        world.say(world.ask(f"Sales.{number % 12}", "Platform"), "Platform.1", hours=24 * (2 if number < 25 else 9))
        if number < 10:
            world.say(world.ask(f"Legal.{number % 12}", "Platform"), "Platform.1", hours=5)
    done(world, "Legal", 15)
    with world.mirror(settings(world)) as mirror:
        waits = {one.kind: one for one in chain.waits(mirror, START, NOW, NOW, [])}
    assert waits["stakeholder"].response == 2
    assert (waits["stakeholder"].ended, waits["stakeholder"].end) == (0, None)
    assert (waits["customer"].requests, waits["customer"].answered, waits["customer"].ended) == (25, 10, 15)
    assert waits["customer"].response is None  # fewer than half were answered


def test_a_class_that_is_let_ahead_of_the_others_is_told() -> None:
    world = World()
    for number in range(60):
        buyer = world.ask(f"Legal.{number % 12}", "Platform", 100 - number)
        staff = world.ask(f"Sales.{number % 12}", "Platform", 100.4 - number)
        world.change(staff, "Platform.1", "assignee", None, "Platform.2", hours=24)  # after a day
        world.change(buyer, "Platform.1", "assignee", None, "Platform.2", hours=24 * 30)  # after a month
    for issue in world.issues:
        issue["assignee_id"] = "Platform.2"
    with world.mirror(settings(world)) as mirror:
        jumps = {one.kind: one for one in chain.jumps(mirror, START, NOW, [])}
    staff_jump, buyer_jump = jumps["stakeholder"], jumps["customer"]
    assert staff_jump.ahead
    assert not buyer_jump.ahead
    assert staff_jump.passed is not None
    assert staff_jump.passed > 0.8
    assert buyer_jump.passed == 0
    assert len(staff_jump.issues) == staff_jump.picks


def test_few_picks_say_nothing_and_automation_picks_nothing() -> None:
    world = World()
    for number in range(10):
        issue = world.ask(f"Sales.{number}", "Platform", 60 - number, assignee_id="Platform.2")
        world.change(issue, "Platform.13" if number < 4 else "Platform.1", "assignee", None, "Platform.2", hours=48)
    chosen = settings(world)
    chosen = chosen.model_copy(update={"people": chosen.people.model_copy(update={"bots": ["Platform.13"]})})
    with world.mirror(chosen) as mirror:
        (jump,) = chain.jumps(mirror, START, NOW, [])
    assert (jump.picks <= 6, jump.passed, jump.ahead) == (True, None, False)


def test_the_wait_after_a_hand_over_ends_with_a_sign_of_the_new_team() -> None:
    world = World()
    for number in range(24):
        issue = world.ask(f"Sales.{number % 12}", "Platform", 40, assignee_id="Data.1")
        world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=24)
        world.say(issue, "Platform.1", hours=30)  # the old team: no sign
        if number < 18:
            world.say(issue, "Data.2", hours=24 * 4)
    with world.mirror(settings(world)) as mirror:
        costs = chain.costs(mirror, START, NOW, NOW, [])
    assert [(cost.from_team, cost.to_team) for cost in costs] == [(None, "Data"), ("Platform", "Data")]
    cost = costs[0]
    assert (cost.handovers, cost.acted, len(cost.issues)) == (24, 18, 24)
    assert cost.median == pytest.approx(3, abs=0.1)
    assert cost.days == pytest.approx(18 * 3 + 6 * 39, rel=0.02)
    assert cost.life == pytest.approx(24 * 40, rel=0.02)


def test_bulk_edits_and_hand_overs_within_a_team_cost_nothing() -> None:
    world = World()
    issue = world.ask("Sales.1", "Platform", assignee_id="Platform.2")
    world.change(issue, "Platform.1", "assignee", "Platform.1", "Platform.2")
    with world.mirror(settings(world)) as mirror:
        assert not chain.costs(mirror, START, NOW, NOW, [])
