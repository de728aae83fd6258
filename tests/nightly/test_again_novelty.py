"""What looks across issues is found anew each night, of old issues as of new ones."""

from two_sides import SITE, World

from vcjira import nightly

HITS = "SELECT * FROM hits ORDER BY ALL"


def test_silent_hops_of_old_novel_issues_are_found_the_next_night_too():
    world = World()
    for number in range(150):
        world.ask(
            f"Sales.{number % 12}", "Platform", 900 - 2 * number, summary=f"reset the password please {number % 3}"
        )
    for number in range(8):
        issue = world.ask(f"Sales.{number % 4}", "Platform", 590 - number, summary="vision headset pilot")
        world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=30)
        world.say(issue, "Data.1", f"Sales.{number % 4}", hours=30 * 24)
    settings = world.settings()
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        first = mirror.tuples(HITS)
        mirror.touch_issues(SITE, ["1"])
        assert nightly.refresh(mirror, settings)
        assert mirror.tuples(HITS) == first
    found = [row[4] for row in first if row[2] == "novel_unaccompanied"]
    assert any('"silent_handoffs":1' in evidence for evidence in found)
