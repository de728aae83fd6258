"""Public logs give the published numbers, through the command line, hop by hop and cell by cell."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from vcjira.cli import run
from vcjira.config.models import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import refresh

LOGS = Path(__file__).resolve().parents[3] / "shared" / "eventlogs"
REF = LOGS / "ref"
UCI = ["--case", "number", "--time", "sys_updated_at"]
CASES = [
    ("receipt.xes.gz", [], "receipt", "resource", "person"),
    ("receipt.xes.gz", [], "receipt", "group", "team"),
    ("running-example.csv", [], "running_example", "resource", "person"),
    ("uci_incident_event_log.zip", [*UCI, "--team", "assignment_group"], "uci", "assignment_group", "team"),
    ("uci_incident_event_log.zip", [*UCI, "--person", "assigned_to"], "uci", "assigned_to", "person"),
    ("uci_incident_event_log.zip", [*UCI, "--person", "sys_updated_by"], "uci", "updated_by", "person"),
]
pytestmark = pytest.mark.skipif(not REF.exists(), reason="needs ../shared")


def slow_if_large(case: tuple[Any, ...]) -> Any:
    return pytest.param(*case, marks=[pytest.mark.slow] if case[2] == "uci" else [], id=f"{case[2]}-{case[3]}")


@pytest.mark.parametrize(("log", "options", "name", "column", "level"), [slow_if_large(case) for case in CASES])
def test_a_public_log_gives_the_published_numbers(
    tmp_path: Path, log: str, options: list[str], name: str, column: str, level: str
) -> None:
    path = tmp_path / "log.duckdb"
    assert run(["import-log", str(LOGS / log), "--name", name, "--mirror", str(path), *options]) == 0
    published = json.loads((REF / f"{name}.plain.json").read_text())["levels"][column]
    plain = {"level": level, "debounce": 0, "bots": "count", "bulk": "count"}
    settings = Settings.model_validate({"patterns": dict.fromkeys(("handover", "ping_pong", "return"), plain)})
    with Mirror(path, write=True) as mirror:
        refresh(mirror, settings)
        hits = "SELECT count(*) FROM hits WHERE pattern = ?"
        issues = "SELECT count(DISTINCT issue_id) FROM hits WHERE pattern = ?"
        assert mirror.value("SELECT count(*) FROM issues") == published["cases"]
        assert mirror.value(hits, ["handover"]) == published["hops_total"]
        assert mirror.value(issues, ["handover"]) == published["cases_hops_ge1"]
        assert mirror.value(hits, ["ping_pong"]) == published["pingpong_occurrences_ABA"]
        assert mirror.value(issues, ["ping_pong"]) == published["pingpong_cases_ABA"]
        assert mirror.value(issues, ["return"]) == published["return_cases"]
        assert cells(mirror, level) == published_cells(name, column)


def cells(mirror: Mirror, level: str) -> dict[tuple[str, str], int]:
    sql = f"""SELECT coalesce(from_{level}, '?'), coalesce(to_{level}, '?'), count(*) FROM handovers
        WHERE from_{level} IS DISTINCT FROM to_{level} GROUP BY ALL"""
    return {(a, b): n for a, b, n in mirror.tuples(sql)}


def published_cells(name: str, column: str) -> dict[tuple[str, str], int]:
    with (REF / f"{name}.how.{column}.csv").open() as file:
        rows = [(row["from"], row["to"], int(row["count"])) for row in csv.DictReader(file)]
    return {(a, b): n for a, b, n in rows if a != b}
