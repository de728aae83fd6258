"""A person's no is final until it is lifted; whose label it is, is read from the history."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from labels_world import BOT, FakeJira, World, settings, world

from vcjira.errors import Mend
from vcjira.labels.apply import Outcome, apply
from vcjira.labels.facts import gather
from vcjira.labels.notes import lift, vetoes
from vcjira.labels.plan import Plan, draft
from vcjira.labels.verify import verify
from vcjira.labels.veto import Event, Write, events, judge

T = datetime(2026, 11, 1, 9, 0)


@pytest.fixture
def w(tmp_path: Path) -> World:
    w = world(tmp_path, FakeJira())
    for number, class_ in enumerate(["partner", "stakeholder", "customer"]):
        w.classes[w.jira.create(f"PLAT-{number}")] = class_
    w.sync()
    return w


def plan_of(w: World) -> Plan:
    return draft(gather(w.mirror, w.settings))


def go(w: World) -> Outcome:
    outcome = apply(w.mirror, w.settings, plan_of(w), w.tracker_for, refetch=w.refetch, now=w.clock)
    w.sync()
    return outcome


def labels(w: World) -> list[list[str]]:
    return [issue.labels for issue in w.jira.issues.values()]


def test_a_removal_by_a_person_is_a_veto_with_author_and_date(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.sync()
    (veto,) = vetoes(w.mirror, w.settings)
    assert (veto["key"], veto["label"], veto["author_id"]) == ("PLAT-0", "vc-partner", "ann")
    plan = plan_of(w)
    assert plan.changes == []
    assert [(r.key, r.reason, r.add) for r in plan.refused] == [("PLAT-0", "veto", ["vc-partner"])]
    assert "vc-partner was taken away by ann on 2026-11-01" in plan.refused[0].why
    assert go(w).exit_code == 0
    assert labels(w)[0] == []


def test_a_veto_outlives_a_history_that_comes_back_shorter(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.sync()
    go(w)
    w.jira.issues["10000"].history.clear()
    w.sync()
    assert [r.reason for r in plan_of(w).refused] == ["veto"]


def test_another_class_set_by_a_person_stands(w: World) -> None:
    go(w)
    w.jira.edit("10000", add=["vc-customer"], remove=["vc-partner"])
    w.sync()
    assert plan_of(w).changes == []
    w.classes["10000"] = "stakeholder"
    w.derive()
    plan = plan_of(w)
    assert plan.changes == []
    assert [(r.reason, r.add) for r in plan.refused] == [("theirs", ["vc-stakeholder"])]


def test_a_label_set_by_a_person_before_us_is_theirs(w: World) -> None:
    w.jira.edit("10000", add=["vc-partner"])
    w.sync()
    assert go(w).done == 2
    w.classes["10000"] = "unknown"
    w.derive()
    assert plan_of(w).changes == []


def test_a_label_set_again_by_a_person_is_theirs(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.jira.edit("10000", add=["vc-partner"])
    w.sync()
    w.classes["10000"] = "unknown"
    w.derive()
    assert plan_of(w).changes == []


def test_the_person_behind_our_account_is_a_person(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"], author=BOT)
    w.jira.edit("10001", add=["vc-other"], author=BOT)
    w.sync()
    plan = plan_of(w)
    assert [r.reason for r in plan.refused] == ["veto"]
    assert plan.changes == []


def test_a_lifted_veto_lets_the_label_come_back_and_a_new_no_counts_again(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.sync()
    go(w)
    assert [veto.label for veto in lift(w.mirror, w.settings, "plat-0", None)] == ["vc-partner"]
    assert [(c.key, c.add) for c in plan_of(w).changes] == [("PLAT-0", ["vc-partner"])]
    w.jira.books.vetoed.clear()
    assert go(w).done == 1
    assert vetoes(w.mirror, w.settings) == []
    w.jira.edit("10000", remove=["vc-partner"])
    w.sync()
    assert [r.reason for r in plan_of(w).refused] == ["veto"]
    with pytest.raises(Mend, match="no veto"):
        lift(w.mirror, w.settings, "PLAT-1", None)


def test_a_veto_counts_under_the_new_name_of_a_label(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.sync()
    w.settings = settings(catalogue={"partner": {"name": "vc-p", "previously": ["vc-partner"]}})
    plan = plan_of(w)
    assert plan.changes == []
    assert [r.reason for r in plan.refused] == ["veto"]


def test_nobody_objected_in_time_so_it_is_applied(w: World) -> None:
    w.settings = settings(wait="3d")
    assert go(w).announced == 3
    assert labels(w) == [[], [], []]
    w.jira._time += timedelta(days=2)
    w.sync()
    plan = plan_of(w)
    assert (len(plan.changes), len(plan.announced)) == (0, 3)
    w.jira._time += timedelta(days=1)
    w.sync()
    assert go(w).done == 3


def test_a_veto_label_or_a_line_in_a_file_objects(w: World, tmp_path: Path) -> None:
    objections = tmp_path / "vetoes.txt"
    objections.write_text("# from the Tuesday meeting\nplat-1 vc-stakeholder # no\nPLAT-2\n")
    w.settings = settings(wait="3d", veto_file=str(objections))
    w.jira.edit("10000", add=["vc-veto"])
    w.sync()
    plan = plan_of(w)
    assert (plan.changes, plan.announced) == ([], [])
    assert [(r.key, r.reason) for r in plan.refused] == [
        ("PLAT-0", "objection"),
        ("PLAT-1", "veto"),
        ("PLAT-2", "objection"),
    ]
    assert "vetoes.txt:2 objects" in plan.refused[1].why
    go(w)
    objections.write_text("")
    assert [a.key for a in plan_of(w).announced] == ["PLAT-1", "PLAT-2"]


def test_a_veto_file_that_is_missing_is_named(w: World) -> None:
    w.settings = settings(veto_file="/nowhere/vetoes.txt")
    with pytest.raises(Mend, match="veto file"):
        plan_of(w)


# verify ---------------------------------------------------------------------------------------------


def kinds(w: World) -> dict[str, tuple[str, bool]]:
    found = verify(w.mirror, w.settings, w.tracker_for, refetch=w.refetch)
    return {f"{row.key} {row.label}": (row.kind, row.known) for row in found}


def test_jira_and_the_journal_agree_after_apply(w: World) -> None:
    go(w)
    assert kinds(w) == {}


def test_what_people_did_is_told_until_a_run_has_met_it(w: World) -> None:
    go(w)
    w.jira.edit("10000", remove=["vc-partner"])
    w.jira.edit("10001", add=["vc-other", "unrelated"])
    w.classes["10002"] = "unknown"
    w.derive()
    expected = {"PLAT-0 vc-partner": ("missing", False), "PLAT-1 vc-other": ("foreign", False)}
    assert kinds(w) == expected
    w.sync()
    assert kinds(w) == expected
    go(w)
    assert kinds(w) == {name: (kind, True) for name, (kind, _) in expected.items()}
    w.jira.edit("10002", add=["vc-customer"])
    assert kinds(w)["PLAT-2 vc-customer"] == ("returned", False)


def test_an_issue_that_is_gone_is_told_but_is_no_contradiction(w: World) -> None:
    go(w)
    w.jira.issues["10000"].gone = True
    assert kinds(w) == {"PLAT-0 vc-partner": ("gone", True)}


# the pure part --------------------------------------------------------------------------------------


def write(op: str, label: str, outcome: str = "done", after: int | None = 10) -> Write:
    return Write("r1", op, label, outcome, BOT, T, None if after is None else T + timedelta(seconds=after))


def test_a_write_newer_than_the_mirror_is_believed() -> None:
    standing = judge(["x"], [], [write("add", "vc-a")], seen=T, whole=True)
    assert standing.worn == ("x", "vc-a")
    assert standing.ours == {"vc-a": "r1"}


def test_a_write_that_the_history_does_not_show_was_none() -> None:
    standing = judge(["vc-a"], [], [write("add", "vc-a")], seen=T + timedelta(hours=1), whole=True)
    assert standing.ours == {}


def test_where_the_history_is_cut_the_journal_is_believed_and_absence_is_a_no() -> None:
    late = T + timedelta(hours=1)
    assert judge(["vc-a"], [], [write("add", "vc-a")], seen=late, whole=False).ours == {"vc-a": "r1"}
    assert set(judge([], [], [write("add", "vc-a")], seen=late, whole=False).vetoes) == {"vc-a"}


def test_a_failed_write_that_arrived_late_is_still_ours() -> None:
    event = Event(T + timedelta(minutes=5), BOT, "add", "vc-a")
    late = T + timedelta(hours=1)
    assert judge(["vc-a"], [event], [write("add", "vc-a", "failed", None)], seen=late, whole=True).ours
    assert not judge(["vc-a"], [event], [write("add", "vc-a", "refused", None)], seen=late, whole=True).ours


def test_history_items_are_read_as_sets() -> None:
    assert events(T, "ann", "a b", "b c") == [Event(T, "ann", "remove", "a"), Event(T, "ann", "add", "c")]
    assert events(T, "ann", None, "a") == [Event(T, "ann", "add", "a")]
    assert events(T, "ann", "a", "") == [Event(T, "ann", "remove", "a")]


def test_a_person_who_shares_our_account_is_told_apart_to_the_moment() -> None:
    def at(millis: int) -> datetime:
        return T + timedelta(milliseconds=millis)

    story = [
        Event(at(-200), BOT, "add", "vc-a"),
        Event(at(0), BOT, "remove", "vc-a"),
        Event(at(100), BOT, "add", "vc-a"),
    ]
    ours = Write("r1", "add", "vc-a", "done", BOT, at(0), at(100))
    standing = judge(["vc-a"], story, [ours], seen=at(100), whole=True)
    assert standing.ours == {"vc-a": "r1"}
    assert standing.vetoes == {}


def test_histories_in_whole_seconds_are_understood() -> None:
    before, after = T + timedelta(milliseconds=400), T + timedelta(milliseconds=900)
    write = Write("r1", "add", "vc-a", "done", BOT, before, after)
    assert judge(["vc-a"], [Event(T, BOT, "add", "vc-a")], [write], seen=after, whole=True).ours == {"vc-a": "r1"}
