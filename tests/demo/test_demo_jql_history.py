"""`WAS` and `CHANGED`: questions about what was, as a person asks them, on histories whose answers are known."""

from datetime import UTC

import pytest
from demo_world import ANN, BOB, CAT, serving, small

from vcjira.demo import company
from vcjira.demo.jql import compile_jql


@pytest.fixture(scope="module")
def store():
    """A-1 goes to ann and on to bob, A-2 is done and reopened by bob, A-3 gets a fix version, A-4 is due, B-1 lies."""
    store = small(4)
    store.assign("A-1", ANN, CAT)
    store.transition("A-2", "Done", ANN, "Fixed")
    store.advance(86_400)
    store.assign("A-1", BOB, ANN)
    store.transition("A-2", "To Do", BOB)
    store.set_field("A-3", "priority", "Low", ANN)
    store.change("A-3", {"fixVersions": [{"id": "1", "name": "2026.4"}]}, ANN)
    store.change("A-4", {"duedate": "2026-11-02"}, ANN)
    link = {"id": "1", "type": {"name": "Blocks"}, "outwardIssue": {"id": "10001", "key": "A-1"}}
    store.attach("A-4", {"issuelinks": [link]})
    return store


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("assignee was ann", "A-1"),
        ("assignee was in (ann, bob)", "A-1"),
        ("assignee was not bob and project = A", "A-2 A-3 A-4"),
        ("not assignee was bob and project = A", "A-2 A-3 A-4"),
        ("assignee was EMPTY and key in (A-1, A-2)", "A-1 A-2"),
        ("assignee was not EMPTY", ""),
        ("assignee was ann after 2026-11-04", ""),
        ("assignee was ann on 2026-11-02", "A-1"),
        ("assignee was bob before 2026-11-03", ""),
        ("assignee was bob by ann", "A-1"),
        ("assignee was bob by cat", ""),
        ("assignee changed", "A-1"),
        ("assignee not in (bob) or assignee changed", "A-1"),
        ("assignee changed from ann to bob", "A-1"),
        ("assignee changed from bob", ""),
        ("assignee changed to bob by ann after 2026-11-03", "A-1"),
        ("assignee changed to bob before 2026-11-03", ""),
        ("assignee changed from EMPTY to ann by (ann, cat)", "A-1"),
        ("status was Done", "A-2"),
        ("status was not in (Done) and project = A", "A-1 A-3 A-4"),
        ("status changed from Done to 'To Do' during (2026-11-03, 2026-11-04)", "A-2"),
        ("status changed during (2026-11-05, 2026-11-06)", ""),
        ("not status changed and project = A", "A-1 A-3 A-4"),
        ("resolution was Fixed and resolution changed to EMPTY", "A-2"),
        ("priority changed to Low", "A-3"),
        ("fixVersion = 2026.4", "A-3"),
        ("due <= 2026-11-02", "A-4"),
        ("duedate is EMPTY and project = A", "A-1 A-2 A-3"),
        ("issueLinkType = Blocks", "A-4"),
    ],
)
def test_finds(store, jql, keys):
    search = compile_jql(jql, store, me=store.person(ANN), zone=UTC)
    assert sorted(issue.key for issue in search.find(store, {})) == keys.split()


def test_the_company_answers_as_its_histories_say():
    store = company(100)
    changed = {
        issue.key
        for issue in store.issues.values()
        if any(edit.field == "assignee" for history in issue.histories for edit in history.edits)
    }
    with serving(store) as client:
        assert set(client.keys("assignee changed")) == changed
        assert len(changed) > 20
