"""Sizes nobody tries at home: huge histories, thousands of comments, a 10 MB text, no issue at all, 300 projects."""

import pytest
from sync_world import PRODUCTS, held, run, site

from vcjira.demo import EmbeddedJira, Store
from vcjira.demo.faults import Faults
from vcjira.demo.records import Comment, History
from vcjira.mirror import Mirror


def sync_of(store: Store, product, folder, faults: Faults | None = None):  # type: ignore[no-untyped-def]
    """One first run; the counts of the mirror, the certificate."""
    with (
        EmbeddedJira(store, product=product, faults=faults) as jira,
        Mirror(folder / "m.duckdb", write=True) as mirror,
    ):
        outcome = run(mirror, site(jira))
        counts = {table: mirror.value(f"SELECT count(*) FROM {table}") for table in ("issues", "changes", "comments")}
        assert held(mirror, site(jira), folder) == []
    return counts, outcome


def giant(histories: int, comments: int, words: int) -> Store:
    """Three issues, one of them out of all proportion."""
    store = Store()
    issue = store.create("BIG", "a giant")
    step = store.transition(issue.key, "In Progress")
    store.comment(issue.key, "word by word")
    said = issue.comments[0]
    first, start = store.serial(), issue.updated
    issue.histories = [History(first + n, step.author, start + n * 1000, step.edits) for n in range(histories)]
    issue.comments = [
        Comment(str(first + histories + n), said.author, start + n, start + n, said.body) for n in range(comments)
    ]
    store.settle()
    store.create("BIG", "a long text", fields={"description": "word " * words})
    store.create("BIG", "a small one")
    return store


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_giant_among_issues_is_read_whole(tmp_path, product):
    faults = Faults(history_repeats=True)
    counts, outcome = sync_of(giant(300, 150, 100_000), product, tmp_path, faults)
    assert counts == {"issues": 3, "changes": 300, "comments": 150}
    assert outcome.certificate["complete"]


@pytest.mark.slow
@pytest.mark.parametrize("product", PRODUCTS)
def test_30_000_histories_5_000_comments_and_10_megabytes_are_read_whole(tmp_path, product):
    counts, outcome = sync_of(giant(30_000, 5_000, 2_000_000), product, tmp_path)
    assert counts == {"issues": 3, "changes": 30_000, "comments": 5_000}
    assert outcome.certificate["complete"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_issue_nested_beyond_reason_is_named_and_the_others_are_read(tmp_path, product):
    store = Store()
    store.create("DEEP", "a sound one")
    value: object = "at last"
    for _ in range(900):
        value = [value]
    deep = store.create("DEEP", "a deep one", fields={"customfield_10999": value})
    store.create("DEEP", "another sound one")
    with (
        EmbeddedJira(store, product=product) as jira,
        Mirror(tmp_path / "m.duckdb", write=True) as mirror,
    ):
        outcome = run(mirror, site(jira))
        assert mirror.value("SELECT count(*) FROM issues") == 2
        told = mirror.rows("SELECT * FROM findings WHERE code = 'issue_unreadable'")
    assert [row["count"] for row in told] == [1]
    assert str(deep.id) in told[0]["detail"]
    assert not outcome.certificate["complete"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_project_of_one_issue_and_a_scope_without_any(tmp_path, product):
    store = Store()
    store.create("ONE", "the only one")
    with EmbeddedJira(store, product=product) as jira, Mirror(tmp_path / "m", write=True) as mirror:
        nothing = run(mirror, site(jira, scope='summary ~ "no such word"'))
        assert (nothing.walked, nothing.fetched, nothing.certificate["complete"]) == (0, 0, True)
        everything = run(mirror, site(jira))
        assert (everything.walked, everything.fetched, everything.certificate["complete"]) == (1, 1, True)
        again = run(mirror, site(jira, scope='summary ~ "no such word"'))
        assert (again.gone, again.error) == ({"out_of_scope": 1}, None)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_scope_of_300_projects_has_300_lines_in_the_certificate(tmp_path, product):
    store = Store()
    keys = [f"P{number:03}" for number in range(300)]
    for key in keys:
        store.create(key, f"an issue of {key}")
    scope = f"project in ({', '.join(keys)})"
    with EmbeddedJira(store, product=product) as jira, Mirror(tmp_path / "m", write=True) as mirror:
        outcome = run(mirror, site(jira, scope=scope))
        assert outcome.certificate["complete"]
        lines = outcome.certificate["projects"]
        assert [line["project"] for line in lines] == keys
        assert all(line["jira"] == line["mirror"] == 1 for line in lines)
        assert run(mirror, site(jira, scope=scope)).fetched == 0


def test_more_issues_in_one_minute_than_a_window_holds_are_split_by_project(tmp_path, monkeypatch):
    monkeypatch.setattr("vcjira.jira.datacenter.WINDOW", 20)
    store = Store()
    for number in range(60):
        issue = store.create(f"P{number % 4}", "imported")
        issue.created = store.issues[min(store.issues)].created
        store.put(issue)
    counts, outcome = sync_of(store, "datacenter", tmp_path, Faults(window=70, page_cap=10))
    assert counts["issues"] == outcome.walked == 60
    assert outcome.certificate["complete"]
