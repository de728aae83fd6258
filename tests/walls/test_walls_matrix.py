"""The wall matrix: what counts as two-way in each reading, where nothing is said, which cells are named."""

import math

import pytest
from two_sides import NOW, SITE, World

from vcjira import statistics, walls
from vcjira.walls.cell import Share


def test_a_request_is_two_way_when_both_sides_wrote() -> None:
    world = World()
    world.traffic("Sales", "Platform", 40, two_way=10)
    for issue in world.traffic("Finance", "Data", 40, two_way=0):
        world.say(issue, "Data.1")  # the team alone
    with world.mirror() as mirror:
        cells = world.cells(mirror)
    assert (cells["Sales", "Platform"].one_way, cells["Sales", "Platform"].requests) == (30, 40)
    assert cells["Finance", "Data"].one_way == 40


def test_the_interval_is_wilson_at_the_effective_size_that_is_published() -> None:
    world = World()
    world.traffic("Sales", "Platform", 60, two_way=30, requesters=10)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.design_effect is not None
    low, high = statistics.wilson(cell.one_way / cell.design_effect, cell.requests / cell.design_effect)
    assert (cell.low, cell.high) == pytest.approx((low, high))


def test_strict_wants_the_answer_before_the_requester_writes_again() -> None:
    world = World()
    for number in range(40):
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform")
        first, second = ("Platform.1", who) if number < 25 else (who, "Platform.1")
        world.say(issue, first, second)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert (cell.one_way, cell.strict.hits, cell.strict.of) == (0, 15, 40)


def by_hand(clusters: list[tuple[float, float]]) -> tuple[float, float]:
    """The interval of a share from its own clusters: (hits, size)."""
    effect = max(1.0, statistics.design_effect(clusters) * statistics.few_clusters(len(clusters)))
    return statistics.wilson(sum(k for k, _ in clusters) / effect, sum(n for _, n in clusters) / effect)


def test_each_share_has_the_design_effect_of_its_own_requesters() -> None:
    """All answer, but four of twelve always write first; half of what is asked is new, of ten of them."""
    world = World()
    issues = []
    for number in range(60):
        who = f"Sales.{number % 12}"
        issues.append(world.ask(who, "Platform"))
        world.say(issues[-1], *((who, "Platform.1") if number % 12 < 4 else ("Platform.1", who)))
    new = [issue for number, issue in enumerate(issues) if number % 12 < 10 and number < 36]
    for issue in new[:6]:
        world.comments = [said for said in world.comments if said["issue_id"] != issue]
    with world.mirror() as mirror:
        mirror.run("DELETE FROM novelty")
        mirror.load("novelty", [{"site": SITE, "issue_id": issue, "kind": "novel"} for issue in new])
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.one_way == 6
    assert (cell.strict.hits, cell.strict.of) == (22, 60)
    assert (cell.strict.low, cell.strict.high) == pytest.approx(by_hand([(5, 5)] * 4 + [(1, 5)] * 2 + [(0, 5)] * 6))
    assert (cell.novel.one_way, cell.novel.requests) == (6, 30)
    assert (cell.novel.low, cell.novel.high) == pytest.approx(by_hand([(1, 3)] * 6 + [(0, 3)] * 4))


def passed_on(actors: int) -> Share:
    """The silent share where 40 requests of 12 people were passed on by so many, three of them without a word."""
    world = World()
    for number in range(40):
        issue = world.ask(f"Sales.{number % 12}", "Platform", assignee_id="Data.1")
        actor = f"Platform.{number % actors}"
        world.change(issue, actor, "assignee", "Platform.1", "Data.1")
        if number % actors >= 3:
            world.say(issue, actor)
    with world.mirror() as mirror:
        return world.cells(mirror)["Sales", "Platform"].silent


def test_silent_hand_overs_hang_together_by_who_passed_on() -> None:
    silent = passed_on(10)
    assert (silent.hits, silent.of) == (12, 40)
    assert (silent.low, silent.high) == pytest.approx(by_hand([(4, 4)] * 3 + [(0, 4)] * 7))
    few = passed_on(8)
    assert (few.share, few.low) == (15 / 40, None)  # fewer than ten: no interval


def test_where_all_or_none_are_hit_the_effect_is_that_of_the_cell() -> None:
    world = World()
    for number in range(60):  # one-way by habit; nobody ever waited for an answer to ask again
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform")
        if number % 12 < 6:
            world.say(issue, who, "Platform.1")
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.design_effect > 5
    assert (cell.strict.hits, cell.strict.design_effect) == (60, cell.design_effect)


def test_generous_counts_edits_of_the_text_and_words_on_the_parent() -> None:
    world = World()
    parent = world.ask("Platform.0", "Platform", 90)
    for number in range(30):
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform", parent_key=f"P-{parent}" if number < 10 else None)
        world.say(issue, "Platform.1")
        if 10 <= number < 20:
            world.change(issue, who, "description", "a", "b")
    world.say(parent, "Sales.0", hours=31 * 24)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.one_way == 30
    assert cell.generous.hits == 10  # the last ten: a child of the parent and an edited one are two-way now


@pytest.mark.parametrize(
    ("who", "mentioned", "note", "two_way"),
    [
        (None, "Platform.2", False, True),  # the description
        (None, "Sales.1", False, False),  # of the same side
        (None, "Legal.1", False, False),  # of neither side
        (None, "nobody.known", False, False),
        ("Sales.3", "Platform.2", True, True),  # a note of the asking side
        ("Sales.3", "Sales.1", True, False),
        ("Legal.1", "Platform.2", True, False),  # by neither side
    ],
)
def test_generous_counts_what_is_no_talk_but_mentions_the_other_side(
    who: str | None, mentioned: str, note: bool, two_way: bool
) -> None:
    world = World()
    for number in range(30):
        issue = world.ask(f"Sales.{number % 12}", "Platform")
        world.say(issue, "Platform.1")
        if who:
            world.say(issue, who, public=not note)
        world.mention(issue, mentioned, comment=note)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.one_way == 30
    assert cell.generous.hits == (0 if two_way else 30)


def test_a_mention_that_nobody_answered_is_no_exchange() -> None:
    world = World()
    for number in range(30):
        issue = world.ask(f"Sales.{number % 12}", "Platform")
        world.mention(issue, "Platform.1", comment=False)
    with world.mirror() as mirror:
        assert world.cells(mirror)["Sales", "Platform"].generous.hits == 30


@pytest.mark.parametrize(
    ("requests", "requesters", "told"),
    [(29, 12, "not enough: 29 requests"), (60, 9, "too few requesters: 9"), (30, 10, "")],
)
def test_too_little_is_said_and_has_no_share(requests: int, requesters: int, told: str) -> None:
    world = World()
    world.traffic("Sales", "Platform", requests, two_way=5, requesters=requesters)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.why_not.startswith(told) or not told
    assert cell.enough is not bool(told)
    assert (cell.share is None) is bool(told)


@pytest.mark.parametrize(("members", "told"), [(2, "too few people in the team: 2, 3 are needed"), (3, "")])
def test_a_team_of_fewer_than_three_has_no_share_and_no_name(members: int, told: str) -> None:
    """Everything of Sales is one-way and stands out, but in a team of two that would speak of persons."""
    world = World()
    world.traffic("Sales", "Platform", 120, two_way=0)
    for organization in ("Finance", "Legal"):
        world.traffic(organization, "Data", 120, two_way=90)
    small = {"projects": ["PLATFORM"], "members": {"account": [f"Platform.{n}" for n in range(members)]}}
    settings = world.settings(
        teams=world.settings().model_dump(mode="json", exclude_unset=True)["teams"] | {"Platform": small}
    )
    with world.mirror(settings) as mirror:
        cells = world.cells(mirror, settings)
        (*pooled,) = walls.other(mirror, NOW - walls.WINDOW, NOW)
    cell = cells["Sales", "Platform"]
    assert (cell.receivers, cell.why_not, cell.named) == (members, told, not told)
    assert (cell.share is None) is bool(told)
    assert ("Sales", "Platform") not in [(one.organization, one.team) for one in walls.advice([cell])] or not told
    assert [(row.requests, row.receivers, row.enough) for row in pooled] == ([(120, 2, False)] if told else [])


def test_people_of_a_team_without_known_members_are_who_answered_or_was_assigned() -> None:
    """Two who answered, one more who was assigned; a bot, the requester, and two accounts of one person add none."""
    world = World()
    for number in range(40):
        issue = world.ask(f"Sales.{number % 12}", "Platform", assignee_id="Data.3" if number == 5 else None)
        world.say(issue, "Data.1" if number % 2 else "Data.2")
    world.ask("Sales.1", "Platform", assignee_id="Sales.1")
    world.say("1", "Data.4")
    settings = world.settings(teams={"Platform": {"projects": ["PLATFORM"]}})
    with world.mirror(settings) as mirror:
        mirror.run("UPDATE people SET bot = true WHERE account_id = 'Data.4'")
        assert world.cells(mirror, settings)["Sales", "Platform"].receivers == 3
        mirror.load("identities", [{"site": SITE, "account_id": f"Data.{n}", "person": "d"} for n in (1, 2)])
        cell = world.cells(mirror, settings)["Sales", "Platform"]
    assert (cell.receivers, cell.why_not) == (2, "too few people in the team: 2, 3 are needed")


def test_unreadable_comments_leave_bounds_or_no_statement_at_all() -> None:
    world = World()
    world.traffic("Sales", "Platform", 38, two_way=19)
    for number in range(2):
        world.ask(f"Sales.{number}", "Platform", comments_complete=False)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert (cell.requests, cell.readable) == (38, 0.95)
    assert (cell.bound_low, cell.bound_high) == (19 / 40, 21 / 40)
    for number in range(8):
        world.ask(f"Sales.{number}", "Platform", comments_complete=False)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert "could be read" in cell.why_not


def test_a_cell_that_stands_out_is_named_and_its_neighbours_are_not() -> None:
    world = World()
    world.traffic("Sales", "Platform", 120, two_way=6)
    for organization, team in [("Finance", "Platform"), ("Finance", "Data"), ("Legal", "Data"), ("Legal", "Platform")]:
        world.traffic(organization, team, 120, two_way=70)
    with world.mirror() as mirror:
        cells = world.cells(mirror)
        kept = mirror.tuples("SELECT organization, team FROM walls WHERE named")
    assert [pair for pair, cell in cells.items() if cell.named] == [("Sales", "Platform")]
    assert kept == [("Sales", "Platform")]
    assert cells["Sales", "Platform"].score == max(cell.score or 0 for cell in cells.values())


def test_nothing_is_named_where_all_are_alike() -> None:
    world = World()
    for organization in world.organizations:
        for team in world.teams:
            world.traffic(organization, team, 60, two_way=24)
    with world.mirror() as mirror:
        cells = world.cells(mirror)
    assert not [pair for pair, cell in cells.items() if cell.named]
    assert {cell.tested for cell in cells.values()} == {6}


def test_small_cells_are_pooled_into_one() -> None:
    world = World()
    world.traffic("Sales", "Platform", 60, two_way=10)
    for organization in ("Finance", "Legal"):
        world.traffic(organization, "Data", 25, two_way=5)
    with world.mirror() as mirror:
        world.cells(mirror)
        (other,) = walls.other(mirror, NOW - walls.WINDOW, NOW)
    assert (other.organization, other.requests, other.one_way, other.requesters) == ("(other)", 50, 40, 24)
    assert other.enough


def test_beside_the_share_stand_silence_ping_pong_wait_and_relays() -> None:
    world = World()
    for number in range(40):
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform", assignee_id="Platform.1")
        world.say(issue, "Platform.1", hours=5 if number < 20 else 50)
        if number < 24:
            world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1", hours=200)
            world.change(issue, "Data.1", "assignee", "Data.1", "Platform.1", hours=400)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    assert cell.handovers == 48
    assert (cell.silent.hits, cell.silent.of) == (48, 48)
    assert (cell.bounced.hits, cell.bounced.of) == (24, 24)
    assert cell.median_first_response_s == 5 * 3600
    assert cell.median_first_response_high == 50 * 3600
    assert (cell.p85_first_response_low, cell.p85_first_response_s) == (50 * 3600, 50 * 3600)
    assert (cell.relayed.hits, cell.rework.hits) == (0, 24)


def test_what_happened_after_the_day_of_judgement_is_not_known() -> None:
    world = World()
    world.traffic("Sales", "Platform", 40, two_way=40, days_ago=60)
    with world.mirror() as mirror:
        later = world.cells(mirror)["Sales", "Platform"]
        earlier = world.cells(mirror, as_of=min(row["created"] for row in world.comments))["Sales", "Platform"]
    assert (later.one_way, earlier.one_way) == (0, 40)


def test_the_first_answer_is_known_by_kaplan_meier_also_for_its_85th_percentile() -> None:
    world = World()
    waits = [(hours, True) for hours in range(1, 31)] + [(60 * 24, False)] * 10
    for number, (hours, answered) in enumerate(waits):
        issue = world.ask(f"Sales.{number % 12}", "Platform", 60)
        if answered:
            world.say(issue, "Platform.1", hours=hours)
    with world.mirror() as mirror:
        cell = world.cells(mirror)["Sales", "Platform"]
    sample = [(float(hours), answered) for hours, answered in waits]
    known = statistics.kaplan_meier_interval(sample, 0.5)
    told = (cell.median_first_response_s, cell.median_first_response_low, cell.median_first_response_high)
    assert told == tuple(bound and bound * 3600 for bound in known)
    assert statistics.kaplan_meier_interval(sample, 0.85) == (None, 29, None)
    # by hand: after 29 hours 11 of 40 are left, Greenwood's sum is 1 / 11 - 1 / 40, and the lower end is 0.1486
    wide = 1.959964 * (1 / 11 - 1 / 40) ** 0.5 / -math.log(11 / 40)
    assert (11 / 40) ** math.exp(wide) == pytest.approx(0.1486, abs=1e-4)
    p85 = (cell.p85_first_response_s, cell.p85_first_response_low, cell.p85_first_response_high)
    assert p85 == (None, 29 * 3600, None)
