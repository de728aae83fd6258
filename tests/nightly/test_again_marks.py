"""Bulk runs that grow, shrink, part and join between two nights."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from two_sides import SITE, World

from vcjira import nightly
from vcjira.config.models import Settings
from vcjira.handovers import marks
from vcjira.mirror import Mirror

pytestmark = pytest.mark.usefixtures("nights")
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
    settings = world.settings(patterns={})
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


def test_a_run_is_found_though_its_entries_are_counted_some_at_a_time(monkeypatch):
    """As many at a time as come with a ninth of the issues; all of these were raised while the run went on."""
    monkeypatch.setattr(marks, "AT_ONCE", 1)
    with swept(10) as (mirror, settings):
        mirror.run("UPDATE issues SET created = ? + INTERVAL 5 SECOND * issue_id::INTEGER", [ACROSS_TEN_MINUTES])
        mirror.touch()
        assert nightly.refresh(mirror, settings)
        assert marked(mirror) == 10


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


GAPS = [5, 5, 5, 30, 30, 60, 61, 400, 5_000, 90_000]
START = datetime(2026, 3, 1)


def entry(number: int, issue: int, when: datetime, author: str = "ann") -> dict[str, Any]:
    told = {"site": SITE, "issue_id": str(issue), "change_id": str(number), "item": 0, "field": "labels"}
    return told | {"changed": when, "author_id": author}


def lived(dice: random.Random) -> list[dict[str, Any]]:
    """What two people did, now quickly, now after a while."""
    found, when = [], START
    for number in range(150):
        when += timedelta(seconds=dice.choice(GAPS if number % 40 > 25 else GAPS[:5]))
        found.append(entry(number, dice.randrange(40), when, dice.choice(["ann", "ann", "ann", "bob"])))
    return found


def a_night_later(dice: random.Random, entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], set[str]]:
    """Of some issues some entries are gone or moved, others came; and which issues these are."""
    stale = {str(dice.randrange(40)) for _ in range(dice.choice([1, 2, 6]))}
    left = []
    for row in entries:
        fate = dice.randrange(4) if row["issue_id"] in stale else 0
        moved = row["changed"] + timedelta(seconds=dice.choice(GAPS))
        left += [] if fate == 1 else [row | {"changed": moved} if fate == 2 else row]
    for number in range(150, 150 + dice.randrange(12)):
        near = dice.choice(entries)["changed"] + timedelta(seconds=dice.choice(GAPS))
        left.append(entry(number, int(dice.choice(sorted(stale))), near))
    return left, stale


def marked_again(before: list[dict[str, Any]], after: list[dict[str, Any]], stale: set[str]) -> list[Any]:
    """The entries of bulk runs as a night finds them; AssertionError where marking everything anew finds others."""
    with Mirror(Path(":memory:"), write=True) as mirror:
        issues = {row["issue_id"] for row in [*before, *after]}
        mirror.load("issues", [{"site": SITE, "issue_id": i, "presence": "present", "created": START} for i in issues])
        mirror.load("changes", before)
        marks.present(mirror)
        marks.mark(mirror)
        mirror.run("DELETE FROM changes")
        mirror.load("changes", after)
        mirror.load("stale", [{"site": SITE, "issue_id": issue} for issue in stale])
        marks.mark_again(mirror)
        found = mirror.tuples("FROM bulk_changes ORDER BY ALL")
        marks.mark(mirror)
        assert found == mirror.tuples("FROM bulk_changes ORDER BY ALL")
        return found


@pytest.mark.parametrize("first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 160, 8))])
def test_runs_marked_again_are_those_marked_anew(first):
    found = 0
    for seed in range(first, first + 8):
        dice = random.Random(seed)
        entries = lived(dice)
        found += len(marked_again(entries, *a_night_later(dice, entries)))
    assert found


def test_a_run_of_more_than_a_day_is_found_to_its_beginning():
    minute = timedelta(minutes=1)
    entries = [entry(n, n % 9, START + n * minute) for n in range(1_500)]
    tenth = entry(1_500, 9, START + 1_500 * minute)
    assert not marked_again(entries, entries, set())
    assert len(marked_again(entries, [*entries, tenth], {"9"})) == 1_501
