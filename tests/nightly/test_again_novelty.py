"""What is new is judged by what came before: night after night it equals what judging everything gives."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from two_sides import NOW, SITE, World

from vcjira import nightly
from vcjira.mirror import Mirror

pytestmark = pytest.mark.usefixtures("nights")
HITS = "SELECT * FROM hits ORDER BY ALL"
JUDGED = ("titles", "themes", "first_uses", "novelty", "hits", "walls", "stages")
USUAL = ["reset", "password", "please", "printer", "login", "invoice", "slow", "export", "broken", "gateway"]
FASHIONS = ["vision headset", "copilot seat", "quantum vault", "badge reader", "solar roof", "laser desk"]


def title(dice: random.Random, day: int) -> str:
    """Words as always, now and then one twice, or what everybody writes of in these hundred days."""
    words = dice.choices(USUAL, k=dice.randrange(1, 5))
    if dice.random() < (0.3 if day < 500 else 0.7):
        words.insert(0, FASHIONS[day // 100 % len(FASHIONS)])
    return " ".join(words)


def columns(dice: random.Random, day: int) -> dict[str, Any]:
    return {
        "summary": title(dice, day),
        "components": dice.sample([f"part {n}" for n in range(9)], dice.randrange(3)),
        "labels": [f"label{day // 50}"] if dice.random() < 0.3 else [],
        "request_type": dice.choice([None, None, "Access", f"Type {day // 100}"]),
    }


def company(dice: random.Random, issues: int) -> World:
    world = World()
    for number in range(issues):
        day = number * 500 // issues
        who = f"{dice.choice(world.organizations)}.{dice.randrange(12)}"
        issue = world.ask(who, dice.choice(["Platform", "Platform", "Data"]), 500 - day, **columns(dice, day))
        if dice.random() < 0.4:
            world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=dice.randrange(900))
        if dice.random() < 0.5:
            world.say(issue, "Data.1", who, hours=dice.randrange(900))
    return world


DEEDS = {
    "words": "UPDATE issues SET summary = $words WHERE issue_id = $id",
    "team": "UPDATE issues SET project = CASE project WHEN 'DATA' THEN 'PLATFORM' ELSE 'DATA' END WHERE issue_id = $id",
    "gone": "UPDATE issues SET presence = 'deleted' WHERE issue_id = $id",
    "back": "UPDATE issues SET presence = 'present' WHERE issue_id = $id",
    "reporter": "UPDATE issues SET reporter_id = 'Legal.3' WHERE issue_id = $id",
    "parts": "UPDATE issues SET components = [$words, 'part 1'], labels = [] WHERE issue_id = $id",
    "empty": "UPDATE issues SET summary = '' WHERE issue_id = $id",
    "born": "UPDATE issues SET created = created - INTERVAL 40 DAY WHERE issue_id = $id",
    "talk": "UPDATE issues SET updated = created + INTERVAL 1 DAY WHERE issue_id = $id",
}
"""What may befall an issue between two nights."""


def befall(mirror: Mirror, dice: random.Random, moment: datetime) -> None:
    """A night's changes: new issues at the end, and something with a few old ones, mostly with young ones."""
    touched = []
    ids = [row[0] for row in mirror.tuples("SELECT issue_id FROM issues ORDER BY created, issue_id")]
    for deed in dice.choices([*DEEDS, "talk", "talk"], k=dice.randrange(2, 9)):
        touched.append(ids[-1 - int(len(ids) * dice.random() ** dice.choice([1, 4]))])
        given = {"id": touched[-1], "words": title(dice, dice.randrange(500))}
        mirror.run(DEEDS[deed], {name: value for name, value in given.items() if f"${name}" in DEEDS[deed]})
    world = World()
    for number in range(dice.randrange(9)):
        world.ask(f"Sales.{dice.randrange(12)}", dice.choice(["Platform", "Data"]), 0, **columns(dice, 500))
        row = world.issues[-1]
        row["issue_id"] = f"{moment:%j}{number}"
        row["created"] = row["updated"] = moment - timedelta(hours=number + 1)
        touched.append(row["issue_id"])
    mirror.load("issues", world.issues)
    mirror.touch_issues(SITE, touched)
    mirror.run("UPDATE sites SET last_sync = ?", [moment])


def nights(seed: int, issues: int = 260, count: int = 3) -> dict[str, int]:
    """Raise AssertionError where what a night brought up to date differs from all judged anew; how much there was."""
    dice = random.Random(seed)
    world = company(dice, issues)
    settings = world.settings(patterns={})
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        for night in range(1, count + 1):
            befall(mirror, dice, NOW + timedelta(days=night))
            assert nightly.refresh(mirror, settings)
            found = {table: mirror.tuples(f"FROM {table} ORDER BY ALL") for table in JUDGED}
            mirror.touch()
            assert nightly.refresh(mirror, settings)
            for table in JUDGED:
                assert found[table] == mirror.tuples(f"FROM {table} ORDER BY ALL"), (night, table)
        return {table: len(rows) for table, rows in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_night_after_night_novelty_equals_all_judged_anew(seed):
    found = nights(seed)
    assert found["themes"]
    assert found["novelty"] > 50


def test_a_title_that_becomes_like_another_is_found_the_next_night():
    world = World()
    world.ask("Sales.1", "Platform", 20, summary="export of invoices fails again")
    world.ask("Sales.2", "Data", 18, summary="something else altogether")
    settings = world.settings(patterns={})
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        assert not mirror.value("SELECT count(*) FROM hits WHERE pattern = 'shotgun_request'")
        mirror.run("UPDATE issues SET summary = 'export of invoices fails' WHERE issue_id = '2'")
        mirror.touch_issues(SITE, ["2"])
        assert nightly.refresh(mirror, settings)
        assert mirror.tuples("SELECT issue_id FROM hits WHERE pattern = 'shotgun_request'") == [("2",)]


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
    settings = world.settings(patterns={})
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, settings)
        first = mirror.tuples(HITS)
        mirror.touch_issues(SITE, ["1"])
        assert nightly.refresh(mirror, settings)
        assert mirror.tuples(HITS) == first
    found = [row[4] for row in first if row[2] == "novel_unaccompanied"]
    assert any('"silent_handoffs":1' in evidence for evidence in found)
