"""The same laws, and faults, over real HTTP on the embedded Jira of both products."""

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from labels_http import HttpJira, HttpWorld, http_world
from test_labels_laws import CLASSES, ISSUES, QUIET_APPLY, check_rest, play, step

from vcjira.demo import Fault
from vcjira.errors import Refused, Unreachable
from vcjira.labels.apply import Outcome, apply
from vcjira.labels.facts import gather
from vcjira.labels.plan import Plan, draft
from vcjira.labels.undo import draft_undo
from vcjira.labels.verify import verify
from vcjira.mirror import Mirror

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
UNSHRUNK = (Phase.explicit, Phase.generate)
"""A failing history is told as it was found: making it smaller over HTTP takes minutes."""
PRODUCTS = [("cloud", True), ("cloud", False), ("datacenter", False)]
NAMES = ["cloud in bulk", "cloud singly", "datacenter"]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with Mirror(tmp_path_factory.mktemp("http") / "mirror.duckdb", write=True) as mirror:
        yield mirror


def emptied(mirror: Mirror) -> Mirror:
    for (table,) in mirror.tuples("SELECT table_name FROM duckdb_tables() WHERE NOT temporary"):
        if table != "meta":
            mirror.run(f"DELETE FROM {table}")
    return mirror


def populated(w: HttpWorld, count: int = ISSUES) -> HttpWorld:
    for number in range(count):
        issue_id = w.jira.create(
            f"P{number % 2}-{number}", ["x"] if number or count > ISSUES else ["vc-customer", "mine"]
        )
        w.classes[issue_id] = CLASSES[number % 3]
        w.hits[issue_id] = ["ping_pong"] if number == 1 else []
    w.sync()
    return w


@pytest.mark.slow
@pytest.mark.parametrize(("product", "bulk"), PRODUCTS)
@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, phases=UNSHRUNK)
@given(steps=st.lists(step, max_size=10))
def test_the_laws_hold_over_http(mirror: Mirror, product: Any, bulk: bool, steps: list[Any]) -> None:
    jira = HttpJira(product, bulk=bulk)
    with jira.server:
        w = populated(http_world(emptied(mirror), jira, patterns=["ping_pong"]))
        play(w, [QUIET_APPLY, *steps])
        check_rest(w)
        assert jira.books.violations == []


def folded(labels: dict[str, list[str]]) -> dict[str, set[str]]:
    """A label in another case is the same label: where a person's stands so, ours is not put back beside it."""
    return {key: {label.casefold() for label in worn} for key, worn in labels.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("product", "bulk"), PRODUCTS)
@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, phases=UNSHRUNK)
@given(steps=st.lists(step, max_size=8))
def test_undo_restores_exactly_over_http(mirror: Mirror, product: Any, bulk: bool, steps: list[Any]) -> None:
    jira = HttpJira(product, bulk=bulk)
    with jira.server:
        w = populated(http_world(emptied(mirror), jira, patterns=["ping_pong"]))
        play(w, steps)
        w.sync()
        before = folded(jira.store.labels())
        plan = plan_of(w)
        assert plan_of(w).text() == plan.text()
        if plan.changes:
            go(w, draft_undo(w.mirror, w.settings, go(w, plan).run_id or ""))
        assert folded(jira.store.labels()) == before
        assert jira.books.violations == []


@pytest.fixture(params=PRODUCTS, ids=NAMES)
def w(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HttpWorld]:
    with served(tmp_path, request.param) as w:
        yield w


@contextlib.contextmanager
def served(folder: Path, kind: tuple[Any, bool]) -> Iterator[HttpWorld]:
    """Sixty issues on a server of that kind; afterwards nobody's label may have been touched."""
    jira = HttpJira(kind[0], bulk=kind[1])
    with jira.server:
        w = populated(http_world(folder, jira), 60)
        yield w
        assert jira.books.violations == []


def plan_of(w: HttpWorld) -> Plan:
    return draft(gather(w.mirror, w.settings))


def go(w: HttpWorld, plan: Plan | None = None) -> Outcome:
    return apply(w.mirror, w.settings, plan or plan_of(w), w.tracker_for, refetch=w.refetch)


def agree(w: HttpWorld) -> None:
    """Journal, Jira and mirror say the same."""
    assert [row for row in verify(w.mirror, w.settings, w.tracker_for, refetch=w.refetch) if not row.known] == []
    w.sync()
    standing = {issue_id: sorted(issue.labels) for issue_id, issue in w.jira.issues.items()}
    mirrored = dict(w.mirror.tuples("SELECT issue_id, list_sort(labels) FROM issues WHERE presence = 'present'"))
    assert mirrored == {i: labels for i, labels in standing.items() if i in mirrored}
    assert not w.mirror.value("SELECT count(*) FROM label_writes WHERE outcome = 'intended'")


def applied_once(w: HttpWorld) -> None:
    """No label was ever added twice to an issue without having been taken away."""
    for issue in w.jira.store.issues.values():
        edits = [edit for history in issue.histories for edit in history.edits if edit.field == "labels"]
        assert len(edits) <= 1


def test_apply_and_undo(w: HttpWorld) -> None:
    before = w.jira.store.labels()
    outcome = go(w)
    assert (outcome.exit_code, outcome.done) == (0, 60)
    agree(w)
    assert plan_of(w).changes == []
    assert go(w, draft_undo(w.mirror, w.settings, outcome.run_id or "")).exit_code == 0
    assert w.jira.store.labels() == before


PER_ISSUE = "jira-per-issue-on-write"
BAD_LINES = {
    "lost": {"kind": "lost", "method": "PUT|POST", "path": r"/issue/\d+$|/bulk/issues/fields", "share": 0.3},
    "cut": {"kind": "cut", "share": 0.1},
    "502": {"kind": "502", "share": 0.12},
    "429 burst": {"kind": "429", "share": 0.1, "retry_after": 0.05, "reason": "jira-burst-based"},
    "429 issue": {
        "kind": "429",
        "method": "PUT",
        "share": 0.2,
        "retry_after": 0.05,
        "reason": "jira-per-issue-on-write",
    },
    "truncate": {"kind": "truncate", "share": 0.1},
    "cut_body": {"kind": "cut_body", "share": 0.1},
}
QUICK = {("lost", 0), ("lost", 2), ("cut", 1), ("502", 2), ("429 burst", 0), ("429 issue", 1), ("truncate", 2)}
"""What the default run tries of the whole matrix; `.ci/run` tries all."""
MATRIX = [
    pytest.param(fault, kind, marks=() if (fault, place) in QUICK else pytest.mark.slow, id=f"{fault}-{NAMES[place]}")
    for fault in BAD_LINES
    for place, kind in enumerate(PRODUCTS)
]


@pytest.mark.parametrize(("fault", "kind"), MATRIX)
def test_a_bad_line_changes_nothing_in_the_end(tmp_path: Path, fault: str, kind: tuple[Any, bool]) -> None:
    with served(tmp_path, kind) as w:
        plan = plan_of(w)
        w.jira.server.faults.rules = [Fault(**BAD_LINES[fault])]
        outcome = go(w, plan)
        w.jira.server.faults.rules = []
        assert (outcome.exit_code, outcome.done + outcome.unchanged) == (0, 60), outcome.troubles
        agree(w)
        applied_once(w)


@pytest.mark.parametrize("end", ["COMPLETE", "FAILED", "DEAD", "CANCELLED"])
def test_bulk_tasks_that_do_half_of_it(tmp_path: Path, end: Any) -> None:
    jira = HttpJira("cloud", bulk=True, bulk_end=end, bulk_share=0.5)
    with jira.server:
        w = populated(http_world(tmp_path, jira), 60)
        plan = plan_of(w)
        outcome = go(w, plan)
        if end == "CANCELLED":
            assert outcome.exit_code == 4
            assert outcome.done == 10
            jira.server.faults.bulk_end, jira.server.faults.bulk_share = "COMPLETE", 1.0
            assert go(w, plan).exit_code == 0
        else:
            assert (outcome.exit_code, outcome.done) == (0, 60)
        agree(w)
        applied_once(w)


def test_bulk_tasks_that_fail_for_some_and_are_refused_when_busy(tmp_path: Path) -> None:
    jira = HttpJira("cloud", bulk=True, bulk_failing=["P0-1", "P0-3"], bulk_busy=1)
    with jira.server:
        w = populated(http_world(tmp_path, jira), 60)
        outcome = go(w)
        assert (outcome.exit_code, outcome.refused) == (4, 2)
        assert {trouble.reason for trouble in outcome.troubles} == {"The issue is locked by its workflow."}
        agree(w)


def test_some_projects_may_not_be_edited(w: HttpWorld) -> None:
    w.jira.server.faults.no_edit = ["P1"]
    outcome = go(w)
    assert (outcome.exit_code, outcome.done, outcome.refused) == (4, 30, 30)
    agree(w)


def test_issues_deleted_or_moved_meanwhile(w: HttpWorld) -> None:
    plan = plan_of(w)
    ids = list(w.jira.issues)
    w.jira.store.delete(ids[3])
    w.jira.store.move(ids[5], "ELSE")
    outcome = go(w, plan)
    assert outcome.exit_code == 4
    assert {trouble.reason for trouble in outcome.troubles} <= {"the issue is gone or no longer visible"}
    agree(w)


def test_jira_goes_away_in_the_middle(w: HttpWorld) -> None:
    plan = plan_of(w)
    left = 3 + random.Random(7).randrange(10)
    w.jira.server.faults.rules = [Fault(kind="cut", method="PUT|GET|POST", after=left)]
    w.tracker.wire._deadline = 0.3  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        go(w, plan)
    w.jira.server.faults.rules = []
    with contextlib.suppress(Refused):  # everything was done, only the answers were missing
        assert go(w, plan).exit_code == 0
    agree(w)
    applied_once(w)
    assert plan_of(w).changes == []


def test_the_reason_is_told_in_bulk_and_nobody_gets_mail(tmp_path: Path) -> None:
    jira = HttpJira("cloud", bulk=True)
    with jira.server:
        w = populated(http_world(tmp_path, jira, evidence_property="vcjira"), 450)
        seen = len(jira.server.requests)
        assert apply(w.mirror, w.settings, plan_of(w), w.tracker_for).done == 450
        sent = jira.server.requests[seen:]
        edits = [request for request in sent if request.path.endswith("/bulk/issues/fields")]
        assert [request.body["sendBulkNotification"] for request in edits] == [False] * 3
        assert not [request for request in sent if request.method == "PUT"]
        assert len([request for request in sent if request.path.endswith("/issue/properties")]) == 3
        assert len([request for request in sent if "permissions" in request.path]) == 2
        assert len([request for request in sent if "/bulk/queue/" in request.path]) <= 9
        told = [json.loads(bytes(issue.properties["vcjira"])) for issue in jira.store.issues.values()]
        assert {value["class"] for value in told} == {"partner", "stakeholder", "customer"}


def test_the_reason_is_told_only_where_labels_were_written(tmp_path: Path) -> None:
    jira = HttpJira("cloud", bulk=True)
    with jira.server:
        w = populated(http_world(tmp_path, jira, evidence_property="vcjira"), 30)
        jira.server.faults.no_edit = ["P1"]
        outcome = go(w)
        assert (outcome.done, outcome.without_evidence) == (15, 0)
        assert sum("vcjira" in issue.properties for issue in jira.store.issues.values()) == 15
