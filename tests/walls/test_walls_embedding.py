"""The embedding index: each of the five signs by itself, two of five, and what is declared but cannot be seen."""

from datetime import date, timedelta

import pytest
from two_sides import NOW, SITE, World

from vcjira import statistics, walls
from vcjira.walls.joint import Moved

ASKER, MEMBER = "Sales.{}", "Platform.{}"


def asked(world: World, count: int = 40, **columns: object) -> list[tuple[str, str]]:
    """(issue, requester) of requests of Sales to Platform."""
    found = []
    for number in range(count):
        who = ASKER.format(number % 12)
        found.append((world.ask(who, "Platform", **columns), who))
    return found


def signs(world: World) -> dict[str, int]:
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    return {name: share.hits for name, share in cell.joint.signs.items() if share.hits}


def test_three_turns_are_a_sign_and_two_are_none() -> None:
    world = World()
    for number, (issue, who) in enumerate(asked(world)):
        turns = ["Platform.1", who, "Platform.2"] if number < 15 else ["Platform.1", "Platform.2", who]
        world.say(issue, *turns)
    assert signs(world) == {"a": 15}


def test_edits_by_both_sides_are_a_sign_and_edits_by_one_are_none() -> None:
    world = World()
    for number, (issue, who) in enumerate(asked(world)):
        world.change(issue, who, "description", "a", "b")
        world.change(issue, "Platform.1" if number < 12 else who, "summary", "b", "c")
    assert signs(world) == {"b": 12}


def test_sub_tasks_owned_by_both_sides_are_a_sign() -> None:
    world = World()
    for issue, who in asked(world, 30):
        world.ask("Platform.1", "Platform", assignee_id="Platform.1", parent_key=f"P-{issue}")
        world.ask("Platform.1", "Platform", assignee_id=who, parent_key=f"P-{issue}")
    assert signs(world)["b"] == 30


def test_a_common_parent_is_a_sign() -> None:
    world = World()
    epic = world.ask("Legal.1", "Data", 100)
    world.ask("Platform.3", "Platform", parent_key=f"P-{epic}")
    asked(world, 30)
    asked(world, 10, parent_key=f"P-{epic}")
    assert signs(world) == {"c": 10}


def test_speaking_on_what_the_other_raised_is_a_sign() -> None:
    world = World()
    asked(world, 30)
    for _ in range(5):
        world.say(world.ask("Platform.1", "Platform"), "Sales.1")
        world.say(world.ask("Finance.1", "Platform"), "Sales.1")
        world.say(world.ask("Finance.1", "Platform"), "Legal.1")
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert (cell.joint.signs["d"].hits, cell.joint.issues) == (10, 40)


def test_both_sides_as_assignees_or_logging_work_is_a_sign() -> None:
    world = World()
    for number, (issue, who) in enumerate(asked(world, 40, assignee_id="Platform.1")):
        if number < 8:
            world.change(issue, "Platform.1", "assignee", who, "Platform.1")
        elif number < 14:
            world.change(issue, who, "timespent", None, "3600")
    assert signs(world) == {"e": 14}


def test_two_of_five_make_joint_work_and_one_and_three_are_told_too() -> None:
    world = World()
    for number, (issue, who) in enumerate(asked(world, 40, assignee_id="Platform.1")):
        if number < 30:
            world.say(issue, "Platform.1", who, "Platform.2")
        if number < 20:
            world.change(issue, who, "timespent", None, "3600")
        if number < 5:
            world.change(issue, who, "description", "a", "b")
            world.change(issue, "Platform.1", "description", "b", "c")
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
        kept = mirror.value("SELECT embedding FROM walls WHERE organization = 'Sales' AND team = 'Platform'")
    assert [share.hits for share in (cell.joint.one, cell.joint.two, cell.joint.three)] == [30, 20, 5]
    assert cell.embedding == kept == 0.5
    assert cell.embedding_low is not None
    assert cell.embedding_low > 0.3
    assert cell.mode == "collaboration"


def test_below_thirty_issues_there_is_no_index() -> None:
    world = World()
    for issue, who in asked(world, 29):
        world.say(issue, "Platform.1", who, "Platform.2")
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.embedding is None
    assert cell.joint.issues == 29


def test_automation_is_no_side() -> None:
    world = World()
    for issue, who in asked(world):
        world.change(issue, who, "description", "a", "b")
        world.change(issue, "Platform.13", "description", "b", "c")
    settings = world.settings()
    bots = settings.model_copy(update={"people": settings.people.model_copy(update={"bots": ["Platform.13"]})})
    with world.mirror(bots) as mirror:
        cell = world.cells(mirror, bots)["Sales", "Platform"]
    assert not cell.joint.signs["b"].hits


def embedded(world: World, since: date) -> list[Moved]:
    settings = world.settings(embedded=[{"organization": "sales", "team": "Platform", "since": since}])
    with world.mirror(settings) as mirror:
        cell = world.cells(mirror, settings)["Sales", "Platform"]
        assert cell.mode == "collaboration"
        assert not walls.advice([cell])
        return walls.moved(mirror, settings, NOW)


@pytest.mark.parametrize(("together", "told"), [(True, "rose"), (False, "no change")])
def test_a_declared_pair_is_believed_and_its_index_is_watched(together: bool, told: str) -> None:
    world = World()
    for number in range(80):
        who = ASKER.format(number % 12)
        issue = world.ask(who, "Platform", 120 - number)
        if together and number >= 40:
            world.say(issue, "Platform.1", who, "Platform.2")
            world.change(issue, who, "timespent", None, "60")
            world.change(issue, "Platform.1", "timespent", "60", "120")
    (moved,) = embedded(world, (NOW - timedelta(days=80)).date())
    assert told in moved.verdict
    assert moved.before.of >= 30


def test_a_declaration_too_young_to_compare_says_so() -> None:
    world = World()
    asked(world)
    (moved,) = embedded(world, (NOW - timedelta(days=5)).date())
    assert moved.low is None
    assert "not enough" in moved.verdict


def test_a_team_that_mostly_helps_on_the_others_own_issues_is_facilitating() -> None:
    world = World(organizations=("Sales", "Finance", "Legal", "Data"))
    for organization in ("Sales", "Finance", "Legal"):
        world.traffic(organization, "Platform", 80, two_way=20)
    world.traffic("Data", "Platform", 12, two_way=12)
    for number in range(40):
        world.say(world.ask(f"Data.{number % 12}", "Data"), f"Platform.{number % 9}")
    with world.mirror() as mirror:
        cells = world.cells(mirror)
    assert cells["Data", "Platform"].mode == "facilitating"
    assert cells["Sales", "Platform"].mode == "undefined"
    hosted = cells["Data", "Platform"].joint.hosted
    clusters = [(4, 5)] * 4 + [(3, 4)] * 8  # each asked once, and was helped on three or four issues of their own
    effect = max(1.0, statistics.design_effect(clusters) * statistics.few_clusters(12))
    assert (hosted.hits, hosted.of) == (40, 52)
    assert (hosted.low, hosted.high) == pytest.approx(statistics.wilson(40 / effect, 52 / effect))


def test_help_for_three_people_only_does_not_make_a_team_facilitating() -> None:
    """Half of the issues, which looks surely above 30 %, but they are of 3 of 13 requesters."""
    world = World(organizations=("Sales", "Finance", "Legal", "Data"))
    for organization in ("Sales", "Finance", "Legal"):
        world.traffic(organization, "Platform", 80, two_way=20)
    world.traffic("Data", "Platform", 36, two_way=12, requesters=10)
    for number in range(36):
        world.say(world.ask(f"Data.{10 + number % 3}", "Data"), f"Platform.{number % 9}")
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Data", "Platform"]
    assert statistics.wilson(36, 72)[0] > 0.3
    assert cell.joint.hosted.low == pytest.approx(by_hand([(0, 4)] * 6 + [(0, 3)] * 4 + [(12, 12)] * 3, 36, 72))
    assert cell.mode != "facilitating"


def by_hand(clusters: list[tuple[float, float]], k: int, n: int) -> float:
    effect = statistics.design_effect(clusters) * statistics.few_clusters(len(clusters))
    return statistics.wilson(k / effect, n / effect)[0]


def test_routine_of_a_few_requesters_is_not_surely_routine() -> None:
    """48 of 60 are routine, the novel ones are of four of twelve requesters."""
    world = World()
    issues = world.traffic("Sales", "Platform", 60, two_way=0)
    with world.mirror() as mirror:
        mirror.run("DELETE FROM novelty")
        kinds = ["novel" if number % 12 < 4 and number < 36 else "routine" for number in range(60)]
        rows = [{"site": SITE, "issue_id": i, "kind": kind} for i, kind in zip(issues, kinds, strict=True)]
        mirror.load("novelty", rows)
        share = world.cells(mirror)["Sales", "Platform"].routine_share
    assert (share.hits, share.of) == (48, 60)
    assert share.low == pytest.approx(by_hand([(2, 5)] * 4 + [(5, 5)] * 8, 48, 60))
