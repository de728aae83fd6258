"""A bulk run that grows or shrinks by one entry between two nights."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from two_sides import SITE, World

from vcjira import nightly
from vcjira.config.models import Settings
from vcjira.mirror import Mirror

ACROSS_TEN_MINUTES = datetime(2026, 5, 1, 12, 5, 45)
"""Nine of ten entries, half a minute apart, lie in ten minutes of the clock, the last one in the next."""


@contextmanager
def swept(count: int) -> Iterator[tuple[Mirror, Settings]]:
    """Many issues; one person edited so many of them in one go."""
    world = World()
    for number in range(60):
        issue = world.ask("Sales.1", "Platform", 90 - number)
        if number < count:
            world.change(issue, "Platform.1", "labels", None, "swept")
            world.changes[-1]["changed"] = ACROSS_TEN_MINUTES + timedelta(seconds=30 * number)
    settings = world.settings()
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        yield mirror, settings


def marked(mirror: Mirror) -> int:
    found: int = mirror.value("SELECT count(*) FROM bulk_changes")
    return found


def test_the_tenth_entry_makes_a_run_of_the_nine_before():
    with swept(9) as (mirror, settings):
        assert not marked(mirror)
        mirror.run(
            "INSERT INTO changes BY NAME SELECT * REPLACE ('10' AS issue_id, '10' AS change_id,"
            " changed + INTERVAL 30 SECOND AS changed) FROM changes WHERE issue_id = '9'"
        )
        mirror.touch_issues(SITE, ["10"])
        assert nightly.refresh(mirror, settings)
        assert marked(mirror) == 10
        assert not mirror.value("SELECT count(*) FROM bulk_changes WHERE changed IS NULL")


def test_nine_entries_are_no_run_when_the_tenth_is_gone():
    with swept(10) as (mirror, settings):
        assert marked(mirror) == 10
        mirror.run("DELETE FROM changes WHERE issue_id = '4'")
        mirror.touch_issues(SITE, ["4"])
        assert nightly.refresh(mirror, settings)
        assert not marked(mirror)


def test_an_eleventh_entry_joins_the_run():
    with swept(10) as (mirror, settings):
        mirror.run(
            "INSERT INTO changes BY NAME SELECT * REPLACE ('11' AS issue_id, '11' AS change_id,"
            " changed + INTERVAL 30 SECOND AS changed) FROM changes WHERE issue_id = '10'"
        )
        mirror.touch_issues(SITE, ["11"])
        assert nightly.refresh(mirror, settings)
        assert marked(mirror) == 11
