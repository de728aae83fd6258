"""How long teams hold an issue: stays by hand, and Kaplan-Meier where some are not over."""

from datetime import timedelta
from typing import Any

import pytest
from two_sides import NOW, World

from vcjira import statistics
from vcjira.report import Request, facts, render

HOUR = 3600


def held(world: World) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    settings = world.settings()
    with world.mirror(settings) as mirror:
        texts = {kind: render(mirror, settings, Request("walls", format=kind)) for kind in ("md", "html")}
        return {row["team"]: row for row in facts(mirror, settings, Request("walls"))["held"]}, texts


def handed(world: World, count: int, hours: float, **columns: Any) -> None:
    """Issues that Platform passes to Data after so many hours."""
    for number in range(count):
        issue = world.ask(f"Sales.{number % 12}", "Platform", 20, assignee_id="Data.1", **columns)
        world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=hours)


def closed(world: World, count: int, hours: float) -> None:
    for number in range(count):
        issue = world.ask(f"Sales.{number % 12}", "Platform", 20, assignee_id="Platform.1")
        row = world.issues[int(issue) - 1]
        row |= {"status_category": "done", "resolved": row["created"] + timedelta(hours=hours)}


def test_what_is_still_held_is_not_dropped() -> None:
    """9 stays of ten hours, 1 closed after 30, and 20 that go on for some 480: a plain median of what is over says ten.

    Of 30, 20 are left after ten hours and 19 after thirty, so half are not within the time seen.
    """
    world = World()
    handed(world, 10, 10)
    closed(world, 1, 30)
    for number in range(19):
        world.ask(f"Sales.{number % 12}", "Platform", 20, assignee_id="Platform.1")
    rows, texts = held(world)
    platform = rows["Platform"]
    assert (platform["stays"], platform["ended"], platform["median"]) == (30, 11, None)
    assert (rows["Data"]["stays"], rows["Data"]["ended"], rows["Data"]["enough"]) == (10, 0, False)
    assert "| Platform | 30 | 11 | not yet (" in texts["md"]
    assert all("or more" in text and "not enough" in text for text in texts.values())


def test_the_median_and_the_85th_percentile_have_their_intervals() -> None:
    world = World()
    handed(world, 10, 10)
    closed(world, 8, 30)
    closed(world, 8, 100)
    for number in range(4):
        world.ask(f"Sales.{number % 12}", "Platform", 20, assignee_id="Platform.1")
    rows, texts = held(world)
    sample = [(10.0, True)] * 10 + [(30.0, True)] * 8 + [(100.0, True)] * 8 + [(480.0, False)] * 4
    for name, share in (("median", 0.5), ("p85", 0.85)):
        known = statistics.kaplan_meier_interval(sample, share)
        for place, bound in zip((name, f"{name}_low", f"{name}_high"), known, strict=True):
            told = rows["Platform"][place]
            assert (told is None) == (bound is None), place
            assert bound is None or told == pytest.approx(bound * HOUR, rel=0.01), place
    assert "| Platform | 30 | 26 | 30 h (" in texts["md"]


def test_a_bulk_edit_passes_nothing_on() -> None:
    """Thirty issues in thirty minutes by one person: seen until then, not over."""
    world = World()
    handed(world, 30, 10)
    for change in world.changes:
        change["changed"] = NOW - timedelta(days=10) + timedelta(seconds=20 * int(change["change_id"]))
    platform = held(world)[0]["Platform"]
    assert (platform["stays"], platform["ended"]) == (30, 0)


def test_a_history_that_is_not_whole_has_no_stays() -> None:
    world = World()
    handed(world, 25, 10, history_complete=False)
    assert held(world)[0] == {}
