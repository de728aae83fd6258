"""Time alone makes hits: on issues that nobody touched, night after night, they fall due as they would anew."""

from datetime import timedelta

import pytest
from two_sides import NOW, SITE, World

from vcjira import nightly
from vcjira.nightly import again

pytestmark = pytest.mark.usefixtures("nights")
HITS = "SELECT pattern, issue_id, happened, evidence FROM hits ORDER BY ALL"
NIGHTS = (2, 16)


def hits_of_quiet_nights(world: World) -> set[str]:
    """Patterns that were hit in nights without a change; AssertionError where everything derived finds other hits."""
    settings = world.settings(patterns={})
    due: set[str] = set()
    with world.mirror() as mirror, world.mirror() as fresh:
        for day in NIGHTS:
            before = mirror.tuples(HITS)
            for one in (mirror, fresh):
                one.run("UPDATE sites SET last_sync = ?", [NOW + timedelta(days=day)])
            mirror.touch_issues(SITE, [])
            assert nightly.refresh(mirror, settings)
            again.everything(fresh, settings)
            found = mirror.tuples(HITS)
            assert found == fresh.tuples(HITS), day
            due |= {pattern for pattern, issue, *_ in set(found) - set(before) if issue}
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
    assert hits_of_quiet_nights(world) >= {
        "fire_and_forget", "novel_unaccompanied", "orphan", "silent_handoff", "stale",
    }  # fmt: skip
