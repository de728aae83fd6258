"""Deriving everything is broken off somewhere: nothing half done is taken for done, and the next run does it all."""

import pytest
from two_sides import SITE, World

from vcjira import handovers, nightly, rules, stages, walls
from vcjira.handovers import novelty
from vcjira.mirror import Mirror
from vcjira.nightly import again

TABLES = ("classes", "handovers", "requests", "talk", "hits", "queue", "titles", "novelty", "walls", "stages", "facts")


def world() -> World:
    made = World()
    for number in range(12):
        issue = made.ask(f"Sales.{number % 3}", "Platform", 90 - number)
        made.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=3)
        made.say(issue, "Platform.2", hours=1, question=True)
    return made


def derived(mirror: Mirror) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(mirror.tuples(f"FROM {table}"), key=str) for table in TABLES}


@pytest.mark.parametrize(
    "place", [(rules, "derive"), (handovers, "tell"), (novelty, "derive"), (walls, "derive"), (stages, "derive")]
)
def test_what_was_broken_off_is_derived_anew(monkeypatch, place):
    settings = world().settings()
    with world().mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        assert not nightly.refresh(mirror, settings)
        wanted = derived(mirror)
        other = world().settings(patterns={"stale": {"enabled": False}})
        with monkeypatch.context() as patch:
            patch.setattr(*place, broken_off)
            with pytest.raises(KeyboardInterrupt):
                nightly.refresh(mirror, other)
        assert nightly.refresh(mirror, settings), "with the settings of before it looked fresh"
        assert derived(mirror) == wanted
        assert not mirror.tuples("SELECT table_name FROM duckdb_tables() WHERE temporary")


def broken_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("nights")
def test_when_too_much_changed_everything_is_derived(monkeypatch):
    settings = world().settings()
    with world().mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        wanted = derived(mirror)
        monkeypatch.setattr(again, "MOST", 0.0)
        mirror.run("DELETE FROM hits; DELETE FROM talk")  # only everything brings these back
        mirror.touch_issues(SITE, ["1"])
        assert nightly.refresh(mirror, settings)
        assert derived(mirror) == wanted
