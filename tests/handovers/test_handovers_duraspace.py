"""A public Jira with published reference numbers: 3,031 issues of 18 projects."""

import csv
import json
from collections.abc import Iterator

import pytest
from patterns_mirror import DURASPACE, REF, read_issues

from vcjira.config.models import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import again
from vcjira.patterns import PATTERNS

PLAIN = {"level": "person", "debounce": 0, "bots": "count", "bulk": "count"}
"""Nothing judged, nothing left out: the options under which our numbers are comparable with published ones."""
COUNTS = json.loads((REF / "duraspace_jira.plain.json").read_text()) if REF.exists() else {}
pytestmark = pytest.mark.skipif(not DURASPACE.exists(), reason="needs ../shared")


def plain(options: dict[str, dict[str, str]]) -> Settings:
    return Settings.model_validate({"patterns": {name: PLAIN | options.get(name, {}) for name in PATTERNS}})


@pytest.fixture(scope="module")
def duraspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with Mirror(tmp_path_factory.mktemp("duraspace") / "mirror.duckdb", write=True) as mirror:
        read_issues(DURASPACE, "duraspace", mirror)
        again.everything(mirror, plain({}))
        yield mirror


def test_hand_overs_between_two_persons_are_as_published(duraspace: Mirror) -> None:
    published = COUNTS["counts"]
    found = duraspace.value("SELECT count(*) FROM handovers WHERE from_person <> to_person")
    assert found == published["handover_person_to_person"] == 402


def test_the_matrix_of_persons_agrees_cell_by_cell(duraspace: Mirror) -> None:
    with (REF / "duraspace_jira.how.assignee.csv").open() as file:
        published = {(row["from"], row["to"]): int(row["count"]) for row in csv.DictReader(file)}
    found = duraspace.tuples(
        "SELECT from_person, to_person, count(*) FROM handovers WHERE from_person <> to_person GROUP BY ALL"
    )
    assert {(a, b): n for a, b, n in found} == published


def test_every_change_of_assignee_is_a_row_and_unassigning_too(duraspace: Mirror) -> None:
    published = COUNTS["counts"]
    nobody = "count(*) FILTER (to_person IS NULL), count(*) FILTER (from_person IS NULL)"
    assert duraspace.tuples(f"SELECT count(*), {nobody} FROM handovers") == [
        (published["assignee_changes"], published["unassign"], published["first_or_re_assign_from_none"])
    ]


def test_bulk_runs_are_as_published(duraspace: Mirror) -> None:
    published = COUNTS
    assert duraspace.tuples("SELECT count(DISTINCT (author_id, run)), count(*) FROM bulk_changes") == [
        (published["bulk_edit_runs"], published["bulk_edit_histories"])
    ]


@pytest.mark.parametrize(
    ("pattern", "options", "hits", "issues"),
    [
        ("silent_handoff", {}, "handover_silent", None),
        ("ping_pong", {}, "aba_occurrences", "aba_issues"),
        ("return", {}, None, "return_issues"),
        ("reopen", {}, "reopen_by_status", "reopen_by_status_issues"),
        ("reopen", {"by": "resolution"}, "reopen_by_resolution", "reopen_by_resolution_issues"),
        ("reopen", {"by": "both"}, None, "reopen_both_issues"),
    ],
)
def test_patterns_give_the_published_numbers(
    duraspace: Mirror, pattern: str, options: dict[str, str], hits: str | None, issues: str | None
) -> None:
    if options:
        again.everything(duraspace, plain({pattern: options}))
    found = [issue for (issue,) in duraspace.tuples("SELECT issue_id FROM hits WHERE pattern = ?", [pattern])]
    if hits:
        assert len(found) == COUNTS["counts"][hits]
    if issues:
        assert len(set(found)) == COUNTS["counts"][issues]


def test_hops_are_distributed_as_published(duraspace: Mirror) -> None:
    hops: dict[str, int] = {}
    for (issue,) in duraspace.tuples("SELECT issue_id FROM hits WHERE pattern = 'handover'"):
        hops[issue] = hops.get(issue, 0) + 1
    counts: dict[str, int] = {}
    for count in hops.values():
        counts[str(count)] = counts.get(str(count), 0) + 1
    published = dict(COUNTS["assignee_hops_distribution"])
    del published["0"]
    assert counts == published


def test_all_hits_are_derived_at_once_and_twice_the_same(duraspace: Mirror) -> None:
    again.everything(duraspace, plain({}))
    everything = "SELECT * FROM hits ORDER BY ALL"
    first = duraspace.tuples(everything)
    again.everything(duraspace, plain({}))
    assert duraspace.tuples(everything) == first
    assert duraspace.value("SELECT count(*) FROM hits WHERE pattern = 'silent_handoff'") == 102
