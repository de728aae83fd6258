"""Stages: each rule at its threshold, thin evidence, two windows in a row, and what a mirror makes of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from two_sides import NOW, World

from vcjira import stages
from vcjira.mirror import Mirror
from vcjira.stages import ladder, moves

NONE = dict.fromkeys(stages.COUNTS, 0)


def judged(**counts: int) -> tuple[str, bool]:
    return ladder.judge(NONE | counts)


@pytest.mark.parametrize(
    ("counts", "stage", "sure"),
    [
        ({}, "S0", True),
        ({"requests": 4, "joint": 4}, "unknown", False),
        ({"requests": 5}, "S1", True),
        ({"requests": 40, "questions": 20, "answered": 16}, "S2", True),
        ({"requests": 40, "questions": 20, "answered": 9}, "S1", True),
        ({"requests": 40, "questions": 4, "answered": 2}, "S1", False),
        ({"requests": 40, "two_way": 32, "spoken": 32, "started": 16}, "S3", True),
        ({"requests": 40, "two_way": 32, "spoken": 32, "started": 2}, "S1", True),
        ({"requests": 40, "two_way": 25, "spoken": 32, "started": 16}, "S1", False),
        ({"requests": 40, "joint": 20}, "S4", True),
        ({"requests": 6, "joint": 2}, "S1", False),
        ({"requests": 40, "joint": 20, "words": 60, "elsewhere": 45, "weeks": 8}, "S5", True),
        ({"requests": 40, "joint": 20, "words": 60, "elsewhere": 45, "weeks": 7}, "S4", True),
        ({"requests": 40, "joint": 20, "words": 60, "elsewhere": 31, "weeks": 9}, "S4", False),
    ],
)
def test_the_first_rule_that_is_sure_from_the_top_gives_the_stage(
    counts: dict[str, int], stage: str, sure: bool
) -> None:
    assert judged(**counts) == (stage, sure)


COUNTED = {
    "S1": {"requests": 5},
    "S3": {"requests": 40, "two_way": 32, "spoken": 32, "started": 16},
    "S4": {"requests": 40, "joint": 20},
}


@pytest.mark.parametrize(
    ("seen", "standing"),
    [
        ([], []),
        (["S1"], ["S1"]),
        (["S1", "S3", "S1", "S1"], ["S1", "S1", "S1", "S1"]),
        (["S1", "S3", "S3", "S1"], ["S1", "S1", "S3", "S3"]),
        (["S1", "S3", "S4", "S4"], ["S1", "S1", "S1", "S4"]),
    ],
)
def test_a_stage_changes_after_two_windows_that_agree(seen: list[str], standing: list[str]) -> None:
    rows = [
        {"site": "s", "organization": name, "team": "Data", "number": len(seen) - place} | NONE | COUNTED[stage]
        for name, told in (("Sales", seen), ("Legal", ["S4", "S4"]))
        for place, stage in enumerate(told)
    ]
    with Mirror(Path(":memory:"), write=True) as mirror:
        mirror.run("CREATE TEMP TABLE stage_windows AS SELECT * EXCLUDE (window_from, window_to, first_request, stage,"
                   " seen, sure) FROM stages")  # fmt: skip
        mirror.load("stage_windows", rows)
        ladder.place(mirror)
        found = mirror.rows("FROM stage_history WHERE organization = 'Sales' ORDER BY number DESC")
    assert [row["stage"] for row in found] == standing
    assert [row["seen"] for row in found] == seen
    assert [row["sure"] for row in found] == [one == other for one, other in zip(seen, standing, strict=True)]


def talkers(world: World, since: int = 200) -> World:
    """Sales asks Platform each third day: first it only tosses, from half of the time on it starts the exchange."""
    for days_ago in range(since, 0, -3):
        who = f"Sales.{days_ago % 12}"
        issue = world.ask(who, "Platform", days_ago)
        if days_ago < since / 2:
            world.say(issue, who, "Platform.1")
    return world


def test_a_pair_climbs_when_both_sides_talk() -> None:
    world = talkers(World())
    with world.mirror() as mirror:
        rows = mirror.rows("SELECT number, stage, seen, sure FROM stages ORDER BY number DESC")
    assert [row["stage"] for row in rows][:2] == ["S1", "S1"]
    assert (rows[-1]["stage"], rows[-1]["seen"], rows[-1]["sure"]) == ("S3", "S3", True)


def test_work_of_a_colleague_beside_the_requester_is_joint_work_as_in_the_embedding_index() -> None:
    world = World()
    for number in range(40):
        issue = world.ask(f"Sales.{number % 11}", "Platform", 40 + number / 9)
        world.say(issue, "Sales.12", "Platform.1", "Sales.12")
        world.change(issue, "Sales.12", "description", "x", "y")
        world.change(issue, "Platform.1", "summary", "x", "y")
    with world.mirror() as mirror:
        (row,) = mirror.rows("SELECT joint, stage FROM stages WHERE number = 0")
        embedding = world.cells(mirror)["Sales", "Platform"].embedding
    assert (row, embedding) == ({"joint": 40, "stage": "S4"}, 1.0)


def test_what_happens_after_a_window_does_not_count_in_it() -> None:
    world = World()
    for number in range(40):
        who = f"Sales.{number % 12}"
        world.say(world.ask(who, "Platform", 100 + number / 9), who, "Platform.1", hours=24 * 60)
    with world.mirror() as mirror:
        seen = dict(mirror.tuples("SELECT number, two_way FROM stages WHERE requests > 0"))
    assert seen == {1: 40, 2: 0, 3: 0}


def test_a_question_is_answered_within_five_working_days_or_not() -> None:
    world = World()
    for number in range(30):
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform", 30)
        world.say(issue, "Platform.1", question=True)
        world.say(issue, who, hours=24 if number < 20 else 24 * 9)
    world.say(world.ask("Sales.1", "Platform", 2), "Platform.1", question=True)  # too young to judge
    with world.mirror() as mirror:
        (row,) = mirror.rows("SELECT questions, answered FROM stages WHERE number = 0")
    assert row == {"questions": 30, "answered": 20}


def test_with_a_calendar_five_working_days_are_those_of_who_is_asked() -> None:
    world = World()
    for number in range(10):
        issue = world.ask("Sales.1", "Platform", 30)
        world.say(issue, "Platform.1", question=True)
        world.say(issue, "Sales.1", hours=24 * (8 if number < 6 else 13))
    closed = [(NOW - timedelta(days=days)).date() for days in range(24, 30)]
    kept = world.settings(calendar={"days": "mon-sun", "hours": "00:00-24:00", "closed": closed})
    found = []
    for chosen in (None, kept):
        with world.mirror(chosen) as mirror:
            found += mirror.tuples("SELECT questions, answered FROM stages WHERE number = 0")
    assert found == [(10, 0), (10, 6)]


def test_a_pair_that_went_quiet_is_absent_and_one_that_never_asked_enough_is_not_there() -> None:
    world = World()
    world.traffic("Sales", "Platform", 12, two_way=0, days_ago=200)
    world.traffic("Legal", "Data", 4, two_way=0)
    with world.mirror() as mirror:
        rows = mirror.rows("SELECT organization, number, stage FROM stages ORDER BY number")
    assert {row["organization"] for row in rows} == {"Sales"}
    assert rows[0]["stage"] == "S0"


def test_work_on_what_others_filed_every_week_is_embedded() -> None:
    world = World()
    for days_ago in range(120, 0, -3):
        who = f"Sales.{days_ago % 12}"
        issue = world.ask(who, "Platform", days_ago)
        world.say(issue, "Platform.1", who, "Platform.2")
        world.change(issue, who, "description", "a", "b")
        world.change(issue, "Platform.1", "description", "b", "c")
        world.say(world.ask("Platform.3", "Platform", days_ago), who, f"Sales.{days_ago % 7}")
    with world.mirror() as mirror:
        assert mirror.value("SELECT stage FROM stages WHERE number = 0 AND organization = 'Sales'") == "S5"


def rows_of(*pairs: str) -> list[dict[str, Any]]:
    """Windows of made-up pairs, a letter each, oldest first: digits are stages."""
    found = []
    for place, letters in enumerate(pairs):
        for number, letter in zip(reversed(range(len(letters))), letters, strict=True):
            found.append(
                {
                    "site": "s", "organization": str(place), "team": "T", "number": number, "stage": f"S{letter}",
                    "old": False, "first_request": NOW - timedelta(days=30 * len(letters)),
                    "window_to": NOW - timedelta(days=30 * number),
                }
            )  # fmt: skip
    return found


def test_transitions_are_counted_between_windows_that_do_not_overlap() -> None:
    found = {(t.origin, t.end): t for t in moves.transitions(rows_of(*["1111333"] * 15, *["1111111"] * 15))}
    assert {pair: t.count for pair, t in found.items()} == {("S1", "S1"): 45, ("S1", "S3"): 15}
    move = found["S1", "S3"]
    assert (move.of, move.share) == (60, pytest.approx(16 / 67))
    assert move.low is not None
    assert move.high is not None
    assert move.low < 0.25 < move.high


def test_few_transitions_have_no_share() -> None:
    (move,) = moves.transitions(rows_of("1111"))
    assert (move.count, move.share) == (1, None)


def test_time_to_conversation_counts_pairs_that_are_not_there_yet() -> None:
    wait = moves.time_to_conversation(rows_of("113333", "133333", "111111", "111333"))
    assert (wait.pairs, wait.reached, wait.median) == (4, 3, 90)
    never = moves.time_to_conversation(rows_of("1111", "1111", "1333"))
    assert (never.reached, never.median) == (1, None)


def test_pairs_older_than_the_windows_are_left_out_and_counted() -> None:
    rows = rows_of("1333")
    old = [row | {"old": True, "organization": "old"} for row in rows]
    wait = moves.time_to_conversation(rows + old)
    assert (wait.pairs, wait.left_out) == (1, 1)


def test_a_pair_from_before_the_windows_is_known_to_be_old() -> None:
    world = talkers(World(), 300)
    world.ask("Sales.1", "Platform", 2000)
    with world.mirror() as mirror:
        assert {row["old"] for row in stages.history(mirror, world.settings(), NOW)} == {True}


def test_only_the_projects_asked_for_count() -> None:
    world = talkers(World())
    world.traffic("Sales", "Data", 20, two_way=0)
    with world.mirror() as mirror:
        assert {row["team"] for row in stages.history(mirror, world.settings(), NOW, ["DATA"])} == {"Data"}
        assert _teams(mirror) == {"Data", "Platform"}


def _teams(mirror: Mirror) -> set[str]:
    return {row[0] for row in mirror.tuples("SELECT DISTINCT team FROM stages")}
