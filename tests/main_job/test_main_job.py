"""The main job on a public Jira of 3,031 issues, over HTTP, on both products, against published numbers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from job import Desk, jira_of

PLAIN = {"level": "person", "debounce": 0, "bots": "count", "bulk": "count"}
"""Nothing judged, nothing left out: the options under which our numbers are comparable with published ones."""
LABELS = {"prefix": "vc-", "limits": {"issues": 10_000, "share": "100%"}, "where": None, "own_team": "label"}
RULES = [
    {"name": "one project's people", "when": {"project": "DS"}, "answers": {"has_choice": False}},
    {
        "name": "another's",
        "when": {"project": "HYPAT"},
        "answers": {"has_choice": True, "delivers_to_others": True},
    },
]


@pytest.fixture(scope="module", params=["cloud", pytest.param("datacenter", marks=pytest.mark.slow)])
def desk(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """After one sync; patterns as published, rules for two projects."""
    folder = tmp_path_factory.mktemp(request.param)
    with jira_of([shared / "data" / "dev" / "duraspace_jira.ndjson.gz"], request.param) as url:
        found = Desk(folder, url, request.param)
        found.configure(
            patterns=dict.fromkeys(("silent_handoff", "ping_pong", "reopen"), PLAIN),
            classify={"rules": RULES, "unknown_budget": "100%"},
            labels=LABELS,
        )
        found.call("sync")
        yield found


@pytest.fixture(scope="module")
def tables(desk: Desk) -> duckdb.DuckDBPyConnection:
    return desk.tables()


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((shared / "eventlogs/ref/duraspace_jira.plain.json").read_text())["counts"]
    return found


def one(tables: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = tables.execute(sql).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    ("sql", "name", "number"),
    [
        ("SELECT count(*) FROM issues WHERE presence = 'present'", "issues", 3031),
        ("SELECT count(DISTINCT (issue_id, change_id)) FROM changes", "histories", 15115),
        ("SELECT count(*) FROM changes", "items", 22125),
        ("SELECT count(*) FROM comments", "comments", 5963),
        ("SELECT count(*) FROM handovers WHERE from_person <> to_person", "handover_person_to_person", 402),
        ("SELECT count(*) FROM hits WHERE pattern = 'silent_handoff'", "handover_silent", 102),
        ("SELECT count(DISTINCT issue_id) FROM hits WHERE pattern = 'ping_pong'", "aba_issues", 30),
        ("SELECT count(*) FROM hits WHERE pattern = 'ping_pong'", "aba_occurrences", 40),
        ("SELECT count(DISTINCT issue_id) FROM changes WHERE field = 'Project'", "issues_moved", 55),
        ("SELECT count(DISTINCT issue_id) FROM hits WHERE pattern = 'reopen'", "reopen_by_status_issues", 141),
        ("SELECT count(*) FROM issues WHERE NOT (history_complete AND comments_complete)", None, 0),
    ],
)
def test_the_mirror_holds_what_is_published(
    tables: duckdb.DuckDBPyConnection, published: dict[str, int], sql: str, name: str | None, number: int
) -> None:
    assert one(tables, sql) == number
    assert name is None or published[name] == number


def test_every_issue_has_one_class_by_the_rules(tables: duckdb.DuckDBPyConnection) -> None:
    found = tables.execute(
        "SELECT project IN ('DS', 'HYPAT'), class, count(*) > 0 FROM classes JOIN issues USING (site, issue_id)"
        " WHERE requester_id IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert one(tables, "SELECT count(*) FROM classes") == 3031
    assert found == [(False, "unknown", True), (True, "partner", True), (True, "stakeholder", True)]


def test_the_certificate_says_complete(desk: Desk) -> None:
    site = desk.status()
    assert (site["issues"], site["changes"], site["comments"]) == (3031, 22125, 5963)
    assert site["certificate"] == {**site["certificate"], "complete": True, "findings": []}


def test_a_second_sync_and_an_audit_find_nothing(desk: Desk) -> None:
    before = desk.status()
    assert "0 fetched" in desk.call("sync")
    after = desk.status()
    assert {**after, "last_sync": None, "watermark": None} == {**before, "last_sync": None, "watermark": None}
    desk.call("sync", "--audit")


def test_reports_name_the_certificate_and_lead_to_issues(desk: Desk) -> None:
    desk.call("report", "walls", "requesters", "--out", "out")
    html = (desk.folder / "out" / "requesters.html").read_text(encoding="utf-8")
    assert re.search(r"/browse/[A-Z]+-\d+", html)
    assert ">Complete<" in html


@pytest.mark.slow
def test_labels_go_out_and_come_back(desk: Desk) -> None:
    """Last in this file: it writes to the Jira that the other tests read."""
    plan = json.loads(desk.call("labels", "plan", "--json", "--out", "plan.json"))
    wanted = {change["issue_id"]: change["add"] for change in plan["changes"]}
    assert len(wanted) == 73 + 66
    before = labels_by_issue(desk)
    desk.call("labels", "apply", "plan.json", "--yes")
    desk.call("sync")
    assert labels_by_issue(desk) == {issue: sorted([*worn, *wanted.get(issue, [])]) for issue, worn in before.items()}
    assert json.loads(desk.call("labels", "plan", "--json"))["changes"] == []
    run = desk.tables().execute("SELECT max(run_id) FROM label_writes").fetchall()[0][0]
    desk.call("labels", "undo", run, "--yes")
    desk.call("sync")
    assert labels_by_issue(desk) == before


def labels_by_issue(desk: Desk) -> dict[str, list[str]]:
    return {
        issue: sorted(worn) for issue, worn in desk.tables().execute("SELECT issue_id, labels FROM issues").fetchall()
    }
