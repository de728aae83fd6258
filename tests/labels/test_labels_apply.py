"""Applying and undoing: what reaches Jira, what is left alone, and what the journal says of it."""

import contextlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from labels_world import BOT, FakeJira, World, settings, world

from vcjira.errors import Incomplete, LoginFailed, Mend, Refused, Unreachable
from vcjira.labels.apply import Outcome, apply
from vcjira.labels.facts import gather
from vcjira.labels.journal import Op, begin, intend
from vcjira.labels.plan import Plan, draft, read
from vcjira.labels.recover import recover
from vcjira.labels.undo import draft_undo
from vcjira.labels.verify import verify
from vcjira.mirror import Mirror

CLASSES = ["partner", "stakeholder", "customer"]


def plan_of(w: World) -> Plan:
    return draft(gather(w.mirror, w.settings))


def go(w: World, plan: Plan | None = None, *, refetch: bool = True, force: bool = False) -> Outcome:
    return apply(
        w.mirror,
        w.settings,
        plan or plan_of(w),
        w.tracker_for,
        force=force,
        refetch=w.refetch if refetch else None,
        now=w.clock,
    )


def worn(w: World) -> dict[str, list[str]]:
    return {issue.key: list(issue.labels) for issue in w.jira.issues.values()}


def outcomes(w: World) -> dict[tuple[str, str, str], str]:
    rows = w.mirror.tuples("SELECT issue_id, op, label, outcome FROM label_writes ORDER BY written")
    return {tuple(row[:3]): row[3] for row in rows}


def filled(folder: Path, jira: FakeJira, count: int = 12, **labels: object) -> World:
    w = world(folder, jira, **labels)
    for number in range(count):
        w.classes[w.jira.create(f"PLAT-{number}", ["mine"])] = CLASSES[number % 3]
    w.sync()
    return w


@pytest.fixture(params=["cloud", "cloud with bulk", "datacenter"])
def w(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    product = "datacenter" if request.param == "datacenter" else "cloud"
    return filled(tmp_path, FakeJira(product, bulk="bulk" in request.param), count=30)  # type: ignore[arg-type]


def test_apply_then_undo_leaves_every_label_as_it_was(w: World) -> None:
    before = worn(w)
    outcome = go(w)
    assert (outcome.exit_code, outcome.done, outcome.issues) == (0, 30, 30)
    assert worn(w)["PLAT-4"] == ["mine", "vc-stakeholder"]
    undone = go(w, draft_undo(w.mirror, w.settings, outcome.run_id or ""))
    assert (undone.exit_code, undone.done) == (0, 30)
    assert worn(w) == before
    assert all(label.startswith("vc-") for label in w.jira.sent_labels())


@pytest.mark.parametrize("refetch", [True, False])
def test_a_second_plan_is_empty(w: World, refetch: bool) -> None:
    go(w, refetch=refetch)
    assert plan_of(w).changes == []
    w.sync()
    assert plan_of(w).changes == []


def test_a_changed_class_swaps_our_label(w: World) -> None:
    go(w)
    w.classes["10000"] = "customer"
    w.classes["10001"] = "unknown"
    w.derive()
    plan = plan_of(w)
    assert [(c.add, c.remove) for c in plan.changes] == [(["vc-customer"], ["vc-partner"]), ([], ["vc-stakeholder"])]
    assert plan.changes[1].why == "vc-stakeholder: class is now unknown"
    assert go(w, plan).exit_code == 0
    assert worn(w)["PLAT-0"] == ["mine", "vc-customer"]
    assert worn(w)["PLAT-1"] == ["mine"]


def test_no_mail_and_the_reason_beside_the_label(w: World) -> None:
    go(w)
    assert {request[-1] for request in w.jira.requests if request[0] in ("put", "bulk")} == {False}
    told = w.jira.properties["10000"]
    assert (told["labels_added"], told["class"]) == (["vc-partner"], "partner")
    assert "a rule" in told["why"]


def test_a_plan_applied_before_is_refused(w: World) -> None:
    plan = plan_of(w)
    go(w, plan)
    with pytest.raises(Refused, match="applied before"):
        go(w, plan)


def test_a_plan_replayed_after_its_undo_is_refused(w: World) -> None:
    plan = plan_of(w)
    run = go(w, plan).run_id
    go(w, draft_undo(w.mirror, w.settings, run or ""))
    with pytest.raises(Refused, match="applied before"):
        go(w, plan)
    assert go(w).done == 30


def test_what_a_person_touched_since_is_left_alone_and_the_rest_goes(w: World) -> None:
    plan = plan_of(w)
    w.jira.edit("10003", add=["hot"])
    outcome = go(w, plan)
    assert (outcome.exit_code, outcome.done, outcome.refused) == (4, 29, 1)
    assert "stale" in outcome.troubles[0].reason
    assert worn(w)["PLAT-3"] == ["hot", "mine"]


def test_a_class_that_changed_since_is_left_alone(w: World) -> None:
    plan = plan_of(w)
    w.classes["10003"] = "customer"
    w.derive()
    outcome = go(w, plan)
    assert (outcome.exit_code, outcome.refused) == (4, 1)
    assert worn(w)["PLAT-3"] == ["mine"]


def test_a_plan_all_of_which_is_stale_is_refused(w: World) -> None:
    plan = plan_of(w)
    for issue_id in w.jira.issues:
        w.jira.edit(issue_id, add=["x"])
    w.sync()
    with pytest.raises(Refused, match="stale"):
        go(w, plan)
    assert not w.jira.sent_labels()


def test_a_label_that_somebody_set_in_the_meantime_is_theirs(w: World) -> None:
    plan = plan_of(w)
    w.jira.edit("10000", add=["vc-partner"])
    outcome = go(w, plan)
    assert (outcome.exit_code, outcome.unchanged) == (0, 1)
    undone = go(w, draft_undo(w.mirror, w.settings, outcome.run_id or ""))
    assert undone.done == 29
    assert worn(w)["PLAT-0"] == ["mine", "vc-partner"]


def test_undo_takes_back_only_what_is_still_ours(w: World) -> None:
    run = go(w).run_id or ""
    w.jira.edit("10000", remove=["vc-partner"])
    w.jira.edit("10001", remove=["vc-stakeholder"])
    w.jira.edit("10001", add=["vc-stakeholder"])
    w.sync()
    plan = draft_undo(w.mirror, w.settings, run)
    assert {(r.issue_id, r.reason) for r in plan.refused} == {("10000", "changed"), ("10001", "theirs")}
    go(w, plan)
    assert worn(w)["PLAT-0"] == ["mine"]
    assert worn(w)["PLAT-1"] == ["mine", "vc-stakeholder"]
    assert worn(w)["PLAT-2"] == ["mine"]


def test_undo_is_a_plan_that_can_be_undone(w: World) -> None:
    first = go(w)
    after = worn(w)
    undone = go(w, draft_undo(w.mirror, w.settings, first.run_id or ""))
    again = go(w, draft_undo(w.mirror, w.settings, undone.run_id or ""))
    assert again.done == 30
    assert worn(w) == after
    assert plan_of(w).changes == []


def test_undo_of_an_unknown_run_says_so(w: World) -> None:
    with pytest.raises(Mend, match="no run"):
        draft_undo(w.mirror, w.settings, "nonsense")


def test_limits_name_the_key_and_the_way_to_go_on_once(w: World) -> None:
    for limits, key in [
        ({"issues": 29, "share": 1.0}, "labels.limits.issues"),
        ({"issues": 500, "share": "50%"}, "labels.limits.share"),
        ({"issues": 500, "share": 1.0, "per_project": 3}, "labels.limits.per_project"),
    ]:
        w.settings = settings(limits=limits)
        with pytest.raises(Refused) as refusal:
            go(w)
        assert refusal.value.key == key
        assert key in str(refusal.value)
        assert "--force" in str(refusal.value)
    assert not w.jira.sent_labels()
    assert go(w, force=True).done == 30


def test_projects_without_permission_are_not_tried_and_listed(w: World) -> None:
    for number in range(3):
        w.classes[w.jira.create(f"DATA-{number}")] = "partner"
    w.jira.read_only = {"DATA"}
    w.sync()
    outcome = go(w)
    assert (outcome.exit_code, outcome.done, outcome.refused) == (4, 30, 3)
    assert "DATA" in outcome.troubles[0].reason
    assert outcomes(w)["10030", "add", "vc-partner"] == "refused"


def test_an_account_that_may_edit_nothing_only_plans(w: World) -> None:
    w.jira.read_only = {"PLAT"}
    outcome = go(w)
    assert outcome.read_only
    assert outcome.exit_code == 4
    assert outcomes(w) == {}


def test_issues_that_refuse_or_are_gone_are_listed(w: World) -> None:
    plan = plan_of(w)
    w.jira.locked = {"10002"}
    w.jira.issues["10003"].gone = True
    outcome = go(w, plan)
    assert (outcome.exit_code, outcome.done, outcome.refused) == (4, 28, 2)
    assert {t.key: t.reason.split(" (")[0] for t in outcome.troubles} == {
        "PLAT-2": "no permission to edit",
        "PLAT-3": "the issue is gone or no longer visible",
    }


def test_a_moved_issue_keeps_its_plan(w: World) -> None:
    plan = plan_of(w)
    w.jira.issues["10003"].key = "DATA-9"
    assert go(w, plan).done == 30


def test_jira_going_away_leaves_rows_that_the_next_run_settles(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira("datacenter"), count=30)
    count = 0

    def die(issue_id: str) -> None:
        nonlocal count
        count += 1
        if count == 10:
            w.jira.dead = True
            raise Unreachable("the server could not be reached")

    w.jira.before_write = die
    plan = plan_of(w)
    with pytest.raises(Unreachable):
        go(w, plan)
    assert "intended" in outcomes(w).values()
    w.jira.dead = False
    w.jira.before_write = lambda issue_id: None
    outcome = go(w, read(plan.text(), where="x"))
    assert outcome.exit_code == 0
    assert set(outcomes(w).values()) == {"done"}
    assert w.mirror.value("SELECT count(DISTINCT run_id) FROM label_writes") == 1
    assert len([r for r in w.jira.requests if r[0] == "put"]) <= 32
    undone = go(w, draft_undo(w.mirror, w.settings, outcome.run_id or ""))
    assert undone.done == 30


def test_a_lost_answer_is_settled_by_reading_back(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira("datacenter"), count=1)
    w.jira.lose_answers = {"10000"}
    outcome = go(w)
    assert (outcome.exit_code, outcome.done) == (0, 1)
    assert len([r for r in w.jira.requests if r[0] == "put"]) == 1


def test_a_write_that_arrived_after_we_gave_it_up_is_ours(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira())

    def silence(issue_id: str) -> None:
        raise Unreachable("no answer within the time allowed")

    w.jira.before_write = silence
    outcome = go(w)
    assert (outcome.exit_code, outcome.done) == (4, 0)
    w.jira.before_write = lambda issue_id: None
    w.jira.edit("10000", add=["vc-partner"], author=BOT, by="vcjira")
    w.sync()
    assert verify(w.mirror, w.settings, w.tracker_for) == []
    assert outcomes(w)["10000", "add", "vc-partner"] == "done"
    go(w, draft_undo(w.mirror, w.settings, outcome.run_id or ""))
    assert worn(w)["PLAT-0"] == ["mine"]


def test_a_task_still_at_work_while_we_recover_is_ours_too(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira())
    plan = plan_of(w)
    run_id = begin(w.mirror, plan, w.clock().replace(tzinfo=None))
    op = Op("acme", "10000", "PLAT-0", "add", "vc-partner")
    intend(w.mirror, run_id, [op], w.clock().replace(tzinfo=None), BOT, {"10000": w.jira.issues["10000"].updated})

    def refetch(site: str, ids: object) -> None:
        w.sync(["10000"])

    class Slow(FakeJira):
        """The task sets the label just before the labels are read, and after whatever was read before that."""

        def read_labels(self, ids: object) -> object:
            w.jira.edit("10000", add=["vc-partner"], author=BOT, by="vcjira")
            return FakeJira.read_labels(w.jira, ids)  # type: ignore[arg-type]

    recover(w.mirror, w.settings, lambda site: Slow(), refetch)  # type: ignore[arg-type,return-value]
    assert outcomes(w)["10000", "add", "vc-partner"] == "done"


def test_a_failed_login_stops_at_once(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira("datacenter"), count=30)

    def refuse(issue_id: str) -> None:
        raise LoginFailed("the log-in failed")

    w.jira.before_write = refuse
    with pytest.raises(LoginFailed):
        go(w)
    assert len([r for r in w.jira.requests if r[0] == "put"]) <= 2


@pytest.mark.parametrize("status", ["COMPLETE", "FAILED", "DEAD"])
def test_what_a_bulk_task_left_out_goes_issue_by_issue(tmp_path: Path, status: str) -> None:
    w = filled(tmp_path, FakeJira(bulk=True), count=30)
    w.jira.bulk_plan = lambda ids: (status, {"10000", "10003"}, {})
    assert go(w).exit_code == 0
    assert set(outcomes(w).values()) == {"done"}
    assert len([r for r in w.jira.requests if r[0] == "put"]) == 2


def test_a_bulk_task_that_somebody_cancelled_stops_the_run(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira(bulk=True), count=30)
    w.jira.bulk_plan = lambda ids: ("CANCELLED", set(ids[4:]), {})
    outcome = go(w)
    assert (outcome.exit_code, outcome.done, outcome.failed) == (4, 4, 26)
    assert "cancelled" in (outcome.stopped or "")
    assert len([r for r in w.jira.requests if r[0] in ("put", "bulk")]) == 1


def test_what_a_bulk_task_refused_keeps_its_reason(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira(bulk=True), count=30)
    w.jira.bulk_plan = lambda ids: ("COMPLETE", set(), {"10000": "The issue is archived"} if "10000" in ids else {})
    outcome = go(w)
    assert [(t.key, t.reason) for t in outcome.troubles] == [("PLAT-0", "The issue is archived")]


def test_the_other_half_of_a_refused_change_is_not_written(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira(bulk=True), count=30)
    go(w)
    for issue_id in w.classes:
        w.classes[issue_id] = "customer"
    w.derive()
    w.jira.bulk_plan = lambda ids: ("COMPLETE", set(), {"10000": "locked"} if "10000" in ids else {})
    go(w)
    assert worn(w)["PLAT-0"] == ["mine", "vc-partner"]
    assert worn(w)["PLAT-3"] == ["mine", "vc-customer"]


def test_identical_operations_go_as_one_bulk_edit(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira(bulk=True), count=300, evidence_property=None)
    assert go(w).done == 300
    assert sorted(r[1:4] for r in w.jira.requests if r[0] == "bulk") == [
        ("add", "vc-customer", 100),
        ("add", "vc-partner", 100),
        ("add", "vc-stakeholder", 100),
    ]
    assert len(w.jira.requests) <= 3 * 3 + 2


def test_quiet_hours_stop_before_and_in_between(tmp_path: Path) -> None:
    w = filled(tmp_path, FakeJira("datacenter"), count=250, quiet_hours="08:00-18:00 Europe/Berlin")
    moments = iter([datetime(2026, 11, 2, 12, 0, tzinfo=UTC)])
    with pytest.raises(Refused, match=r"labels\.quiet_hours"):
        apply(w.mirror, w.settings, plan_of(w), w.tracker_for, now=lambda: next(moments))
    ticks = iter(range(1_000))

    def now() -> datetime:
        return datetime(2026, 11, 2, 6, 30 + min(29, next(ticks) * 3), tzinfo=UTC).replace(
            hour=6 if next(ticks) < 14 else 8
        )

    plan = plan_of(w)
    outcome = apply(w.mirror, w.settings, plan, w.tracker_for, refetch=w.refetch, now=now)
    assert outcome.exit_code == 4
    assert 0 < outcome.done < 250
    assert "quiet hours" in (outcome.stopped or "")
    rest = go(w, plan, force=True)
    assert outcome.done + rest.done == 250


def test_portions_finish_a_backlog_over_the_nights(w: World) -> None:
    w.settings = settings(per_night=8, limits={"issues": 10, "share": 1.0})
    lefts = []
    for _ in range(4):
        lefts.append(go(w).left)
        w.sync()
    assert lefts == [22, 14, 6, 0]
    assert plan_of(w).changes == []


def test_an_end_date_retires_our_labels_and_nobody_elses(w: World) -> None:
    w.jira.edit("10000", add=["vc-partner"])
    w.sync()
    go(w)
    w.settings = settings(retire_after="2026-11-01")
    plan = plan_of(w)
    assert len(plan.changes) == 29
    assert plan.changes[0].why == "vc-stakeholder: retired"
    go(w, plan)
    assert {label for labels in worn(w).values() for label in labels} == {"mine", "vc-partner"}


def test_a_rename_migrates_our_labels(w: World) -> None:
    go(w)
    w.settings = settings(catalogue={"customer": {"name": "vc-kunde", "previously": "vc-customer"}})
    plan = plan_of(w)
    assert {(*c.add, *c.remove) for c in plan.changes} == {("vc-kunde", "vc-customer")}
    assert "now called vc-kunde" in plan.changes[0].why
    assert go(w, plan).exit_code == 0
    assert worn(w)["PLAT-2"] == ["mine", "vc-kunde"]
    assert plan_of(w).changes == []


def test_a_journal_on_a_full_disk_stops_before_the_write(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        w = filled(mount, FakeJira("datacenter"), count=300)
        plan = plan_of(w)
        ballast = mount / "ballast"

        def fill(issue_id: str) -> None:
            if not ballast.exists():
                with contextlib.suppress(OSError):
                    ballast.write_bytes(os.urandom(6_000_000))

        w.jira.before_write = fill
        with pytest.raises(Incomplete, match="disk is full"):
            go(w, plan)
        w.mirror.close()
        ballast.unlink()
        sent = {request[1] for request in w.jira.requests if request[0] == "put"}
        w = World(Mirror(mount / "mirror.duckdb", write=True), w.jira, w.settings, w.classes)
        assert sent <= {row[0] for row in outcomes(w)}
        w.jira.before_write = lambda issue_id: None
        assert go(w, plan).exit_code == 0
        assert set(outcomes(w).values()) == {"done"}
        w.mirror.close()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def test_a_second_apply_meets_the_lock(w: World) -> None:
    program = (
        "import sys; from pathlib import Path; from vcjira.mirror import Mirror; Mirror(Path(sys.argv[1]), write=True)"
    )
    command = [sys.executable, "-c", program, str(w.mirror.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Busy" in done.stderr
