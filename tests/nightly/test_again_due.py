"""Time alone makes hits: on issues that nobody touched, night after night, they fall due as they would anew."""

from datetime import timedelta

import pytest
from two_sides import NOW, SITE, World

from vcjira import nightly
from vcjira.config import Settings
from vcjira.nightly import again
from vcjira.patterns import ACROSS, PATTERNS

pytestmark = pytest.mark.usefixtures("nights")
HITS = "SELECT pattern, issue_id, happened, evidence FROM hits ORDER BY ALL"
NIGHTS = (2, 16)


def hits_of_quiet_nights(world: World, settings: Settings) -> set[tuple[str, str]]:
    """Patterns and issues that were hit in nights without a change; AssertionError where everything derived finds other
    hits."""
    due: set[tuple[str, str]] = set()
    with world.mirror(settings) as mirror, world.mirror(settings) as fresh:
        for day in NIGHTS:
            before = mirror.tuples(HITS)
            for one in (mirror, fresh):
                one.run("UPDATE sites SET last_sync = ?", [NOW + timedelta(days=day)])
            mirror.touch_issues(SITE, [])
            assert nightly.refresh(mirror, settings)
            again.everything(fresh, settings)
            found = mirror.tuples(HITS)
            assert found == fresh.tuples(HITS), day
            due |= {(pattern, issue) for pattern, issue, *_ in set(found) - set(before) if issue}
    return due


def test_hits_fall_due_on_issues_that_nobody_touches():
    world = World()
    for number in range(150):
        world.ask(f"Sales.{number % 12}", "Platform", 310 - 2 * number, summary=f"reset the password {number % 3}")
    for number in range(8):
        issue = world.ask(f"Sales.{number % 4}", "Platform", 8 - number, summary="vision headset pilot")
        if number % 2:
            world.say(issue, "Platform.2", hours=1, question=True)
        world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=3)
    found = hits_of_quiet_nights(world, world.settings(patterns={}))
    assert {pattern for pattern, _ in found} >= {
        "fire_and_forget", "novel_unaccompanied", "orphan", "silent_handoff", "stale",
    }  # fmt: skip


def test_what_a_machine_or_a_template_says_later_keeps_no_issue_from_falling_due():
    world = World(organizations=("Sales", "Robots"))
    quiet, machine, template, answered = (world.ask("Sales.1", "Platform", 20) for _ in range(4))
    world.say(machine, "Robots.1", hours=400)
    world.change(machine, "Robots.1", "priority", "Medium", "High", hours=401)
    for issue in (template, *(world.ask("Sales.2", "Data", 200 + n) for n in range(5))):
        world.say(issue, "Platform.1", hours=400, digest="the same")
    world.say(answered, "Platform.2", hours=400)
    accounts = [{"account": f"Sales.{n}", "organization": "Sales"} for n in range(3)]
    settings = world.settings(patterns={}, people={"affiliations": accounts, "bots": ["Robots.*"]})
    stale = {issue for pattern, issue in hits_of_quiet_nights(world, settings) if pattern == "stale"}
    assert stale & {quiet, machine, template, answered} == {quiet, machine, template}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_that_asks_what_time_it_is_says_what_it_waits_for(name):
    pattern = PATTERNS[name]
    looked_for_near = name not in ACROSS or hasattr(pattern, "NEAR")
    assert hasattr(pattern, "DUE") == ("{now}" in pattern.SQL and looked_for_near)
    assert all(key in pattern.OPTIONS for key in getattr(pattern, "DUE", {}) if isinstance(key, str))
