"""A public Jira with published reference numbers: 3,031 issues of 18 projects."""

import csv
import json
from collections.abc import Iterator

import pytest
from patterns_mirror import DURASPACE, REF, read_issues

from vcjira import handovers
from vcjira.config.models import Settings
from vcjira.mirror import Mirror

pytestmark = pytest.mark.skipif(not DURASPACE.exists(), reason="needs ../shared")


@pytest.fixture(scope="module")
def duraspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with Mirror(tmp_path_factory.mktemp("duraspace") / "mirror.duckdb", write=True) as mirror:
        read_issues(DURASPACE, "duraspace", mirror)
        handovers.derive(mirror, Settings())
        yield mirror


def test_hand_overs_between_two_persons_are_as_published(duraspace: Mirror) -> None:
    published = json.loads((REF / "duraspace_jira.plain.json").read_text())["counts"]
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
    published = json.loads((REF / "duraspace_jira.plain.json").read_text())["counts"]
    nobody = "count(*) FILTER (to_person IS NULL), count(*) FILTER (from_person IS NULL)"
    assert duraspace.tuples(f"SELECT count(*), {nobody} FROM handovers") == [
        (published["assignee_changes"], published["unassign"], published["first_or_re_assign_from_none"])
    ]


def test_bulk_runs_are_as_published(duraspace: Mirror) -> None:
    published = json.loads((REF / "duraspace_jira.plain.json").read_text())
    assert duraspace.tuples("SELECT count(DISTINCT (author_id, run)), count(*) FROM bulk_changes") == [
        (published["bulk_edit_runs"], published["bulk_edit_histories"])
    ]
