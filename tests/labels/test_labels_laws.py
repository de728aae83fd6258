"""Laws over random histories of people editing labels between and during our steps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from labels_world import BOT, FakeJira, World
from labels_world import settings as config

from vcjira.errors import Refused
from vcjira.labels.apply import apply
from vcjira.labels.facts import gather
from vcjira.labels.notes import vetoes
from vcjira.labels.plan import Plan, draft
from vcjira.labels.undo import draft_undo
from vcjira.mirror import Mirror

ISSUES = 4
LABELS = ["vc-partner", "vc-stakeholder", "vc-customer", "vc-wall-ping-pong", "VC-Partner", "vc-other", "mine", "x"]
OURS = LABELS[:4]
CLASSES = ["partner", "stakeholder", "customer", "unknown"]

QUIET_APPLY = ("apply", [], [])

issue = st.integers(0, ISSUES - 1)
authors = st.sampled_from(["ann", "bob", BOT])
edit = st.one_of(
    st.tuples(st.just("edit"), issue, st.sampled_from(LABELS), st.booleans(), authors),
    st.tuples(st.just("edit"), issue, st.just("our own"), st.booleans(), authors),
)
meanwhile = edit.map(lambda what: (*what[:4], "ann" if what[4] == BOT else what[4]))
"""In the moments between our reading and our write, the same edit by our own account cannot be told from ours."""
think = st.tuples(st.just("class"), issue, st.sampled_from(CLASSES), st.booleans())
step = st.one_of(
    edit,
    edit,
    think,
    st.tuples(st.just("sync")),
    st.tuples(st.just("apply"), st.lists(edit, max_size=3), st.lists(meanwhile, max_size=2)),
    st.tuples(st.just("undo"), st.integers(0, 5)),
)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with Mirror(tmp_path_factory.mktemp("laws") / "mirror.duckdb", write=True) as mirror:
        yield mirror


def fresh_world(mirror: Mirror, bulk: bool) -> World:
    with mirror.transaction():
        for table in ("label_writes", "label_runs", "label_notes", "label_lifts", "label_proposals"):
            mirror.run(f"DELETE FROM {table}")
    w = World(mirror, FakeJira(bulk=bulk), config(patterns=["ping_pong"]))
    for number in range(ISSUES):
        issue_id = w.jira.create(f"P{number % 2}-{number}", ["x"] if number else ["vc-customer", "mine"])
        w.classes[issue_id] = CLASSES[number % 3]
        w.hits[issue_id] = ["ping_pong"] if number == 1 else []
    w.sync()
    return w


def play(w: World, steps: list[Any]) -> list[str]:
    """Carry out the steps; the runs made."""
    runs: list[str] = []
    ids = list(w.jira.issues)
    for name, *rest in steps:
        if name == "edit":
            person(w, ids, rest)
        elif name == "class":
            w.classes[ids[rest[0]]] = rest[1]
            w.hits[ids[rest[0]]] = ["ping_pong"] if rest[2] else []
            w.derive()
        elif name == "sync":
            w.sync()
        elif name == "apply":
            plan = draft(gather(w.mirror, w.settings))
            for _, *between in rest[0]:
                person(w, ids, between)
            during = list(rest[1])
            w.jira.before_write = lambda _, d=during: d and person(w, ids, d.pop()[1:])
            runs += go(w, plan)
        elif runs:
            w.sync(ids)
            runs += go(w, draft_undo(w.mirror, w.settings, runs[rest[0] % len(runs)]))
        w.jira.before_write = lambda _: None
    return runs


def person(w: World, ids: list[str], what: list[Any]) -> None:
    number, label, adds, author = what
    if label == "our own":
        mine = sorted(name for (i, name), by in w.jira.books.owners.items() if i == ids[number] and by == "vcjira")
        label = mine[0] if mine else "vc-partner"
    w.jira.edit(ids[number], [label] if adds else [], [] if adds else [label], author=author)


def go(w: World, plan: Plan) -> list[str]:
    try:
        outcome = apply(w.mirror, w.settings, plan, w.tracker_for, refetch=w.refetch, now=w.clock)
    except Refused:
        return []
    return [outcome.run_id] if outcome.run_id else []


def wanted(w: World, issue_id: str) -> set[str]:
    class_ = w.classes.get(issue_id, "unknown")
    walls = {"vc-wall-ping-pong"} if w.hits.get(issue_id) else set()
    return walls | ({f"vc-{class_}"} if class_ != "unknown" else set())


def folded(w: World) -> dict[str, set[str]]:
    """A label in another case is the same label: where a person's stands so, ours is not put back beside it."""
    return {i: {label.casefold() for label in issue.labels} for i, issue in w.jira.issues.items()}


def check_rest(w: World) -> None:
    """After a sync and an apply that nobody disturbs: worn is wanted, but for vetoes and refusals."""
    w.sync()
    go(w, draft(gather(w.mirror, w.settings)))
    w.sync()
    plan = draft(gather(w.mirror, w.settings))
    assert plan.changes == []
    refused = {(row.issue_id, label) for row in plan.refused for label in row.add}
    for issue_id, issue in w.jira.issues.items():
        worn = {label.casefold() for label in issue.labels}
        for label in wanted(w, issue_id):
            assert label in worn or (issue_id, label) in refused
        for label in issue.labels:
            if w.jira.books.owners.get((issue_id, label)) == "vcjira":
                assert label in wanted(w, issue_id)
    known = {(row["issue_id"], row["label"].casefold()) for row in vetoes(w.mirror, w.settings)}
    assert known == w.jira.books.vetoed


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=14), bulk=st.booleans())
def test_labels_have_an_owner_and_a_no_is_final(mirror: Mirror, steps: list[Any], bulk: bool) -> None:
    w = fresh_world(mirror, bulk)
    play(w, [QUIET_APPLY, *steps])
    check_rest(w)
    assert w.jira.books.violations == []


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=30), bulk=st.booleans())
def test_labels_have_an_owner_over_long_histories(mirror: Mirror, steps: list[Any], bulk: bool) -> None:
    w = fresh_world(mirror, bulk)
    play(w, [QUIET_APPLY, *steps])
    check_rest(w)
    assert w.jira.books.violations == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=10), bulk=st.booleans())
@example(steps=[("apply", [], [("edit", 2, "our own", False, "ann")] * 2), QUIET_APPLY], bulk=False)
def test_undo_restores_exactly(mirror: Mirror, steps: list[Any], bulk: bool) -> None:
    w = fresh_world(mirror, bulk)
    play(w, steps)
    w.sync()
    before = folded(w)
    for run in go(w, draft(gather(w.mirror, w.settings))):
        go(w, draft_undo(w.mirror, w.settings, run))
    assert folded(w) == before
    assert w.jira.books.violations == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=10), seed=st.integers(0, 9))
def test_the_order_of_rows_changes_nothing(mirror: Mirror, steps: list[Any], seed: int) -> None:
    w = fresh_world(mirror, bulk=False)
    play(w, steps)
    w.sync()
    plan = draft(gather(w.mirror, w.settings))
    for table in ("issues", "classes", "changes", "label_writes", "hits"):
        w.mirror.run(f"CREATE TEMP TABLE shuffled AS FROM {table} ORDER BY hash(issue_id || '{seed}'), rowid")
        w.mirror.run(f"DELETE FROM {table}; INSERT INTO {table} FROM shuffled; DROP TABLE shuffled")
    assert draft(gather(w.mirror, w.settings)).text() == plan.text()


def test_the_books_of_the_fake_catch_a_thief(tmp_path: Path) -> None:
    jira = FakeJira()
    issue_id = jira.create("P-1", ["vc-partner"])
    jira.edit(issue_id, remove=["vc-partner"], author=BOT, by="vcjira")
    jira.edit(issue_id, add=["foo"], author=BOT, by="vcjira")
    assert len(jira.books.violations) == 2
