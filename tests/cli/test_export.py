"""`vcjira export` and `vcjira schema`: the tables and columns of the contract, the same in every form."""

import csv
import json
from pathlib import Path

import duckdb
import pytest

CONTRACT = {
    "issues": "site, issue_id, key, project, type, status, status_category, priority, created, updated, resolved,"
    " reporter_id, creator_id, assignee_id, parent_key, team_field, labels, components, organizations, request_type,"
    " channel, summary, description_words, presence, history_complete, comments_complete, fetched_at",
    "changes": "site, issue_id, change_id, item, changed, author_id, field, field_id, from_value, from_text, to_value,"
    " to_text",
    "comments": "site, issue_id, comment_id, created, author_id, public, words",
    "links": "site, issue_id, other_key, type, direction",
    "people": "site, account_id, name, email, email_domain, account_type, active, bot, groups, organizations",
    "classes": "site, issue_id, requester_id, carrier_id, organization, team, own_team, class, has_choice,"
    " delivers_to_others, rules, class_now",
    "handovers": "site, issue_id, seq, happened, actor_id, from_team, to_team, from_person, to_person, held_s, bulk,"
    " automated",
    "hits": "site, issue_id, pattern, happened, evidence",
    "walls": "site, organization, team, window_from, window_to, requests, requesters, one_way, share, low, high,"
    " design_effect, named, silent_handoffs, ping_pongs, median_first_response_s, embedding, mode",
    "label_writes": "run_id, site, issue_id, written, op, label, outcome, reason",
}
TABLES = {name: columns.split(", ") for name, columns in CONTRACT.items()}
"""The contract, written down once more on purpose."""


def counted(desk: Path) -> dict[str, int]:
    with duckdb.connect(str(desk / "vcjira.duckdb"), read_only=True) as con:
        return {name: con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def test_csv_has_the_columns_and_the_rows(desk, say):
    said = say("export", "out", "--format", "csv")
    assert said.code == 0, said.err
    numbers = counted(desk)
    for name, columns in TABLES.items():
        with (desk / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert rows[0] == columns, name
        assert len(rows) - 1 == numbers[name], name


def test_json_lines_have_the_columns_and_the_rows(desk, say):
    assert say("export", "out", "--format", "jsonl").code == 0
    numbers = counted(desk)
    for name, columns in TABLES.items():
        lines = (desk / "out" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == numbers[name], name
        assert all(list(json.loads(line)) == columns for line in lines), name


def test_parquet_has_the_columns_and_the_rows(desk, say):
    assert say("export", "out").code == 0
    numbers = counted(desk)
    with duckdb.connect() as con:
        for name, columns in TABLES.items():
            found = con.execute(f"SELECT * FROM read_parquet('{desk}/out/{name}/*.parquet')")
            assert [column[0] for column in found.description or ()] == columns, name
            assert len(found.fetchall()) == numbers[name], name


def test_times_are_utc_to_the_microsecond_and_lists_are_lists(desk, say):
    assert say("export", "out", "--format", "jsonl", "--table", "issues").code == 0
    [line, *_] = (desk / "out" / "issues.jsonl").read_text().splitlines()
    issue = json.loads(line)
    assert len(issue["created"]) == len("2026-01-01T00:00:00.000000")
    assert isinstance(issue["labels"], list)
    assert [path.name for path in (desk / "out").iterdir()] == ["issues.jsonl"]


def test_a_second_export_replaces_the_first_and_is_the_same(desk, say):
    assert say("export", "out", "--format", "jsonl").code == 0
    first = {path.name: path.read_bytes() for path in (desk / "out").iterdir()}
    assert say("export", "out", "--format", "jsonl").code == 0
    assert {path.name: path.read_bytes() for path in (desk / "out").iterdir()} == first


def test_the_schema_lists_what_is_exported(say):
    tables = say("schema", "export").json["tables"]
    assert {name: [column["name"] for column in columns] for name, columns in tables.items()} == TABLES
    types = {column["name"]: column["type"] for column in tables["issues"]}
    assert types["created"] == "TIMESTAMP"
    assert types["labels"] == "VARCHAR[]"


def test_the_schema_of_the_configuration_takes_the_demo_s(desk, say):
    import jsonschema
    import yaml

    schema = say("schema", "config").json
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) >= {"version", "mirror", "sites", "people", "teams", "classify", "labels"}
    assert yaml.safe_load((desk / "vcjira.yaml").read_text())["version"] == 1


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_an_empty_mirror_exports_empty_tables(tmp_path, say, monkeypatch, kind):
    from vcjira.mirror import Mirror

    monkeypatch.chdir(tmp_path)
    (tmp_path / "vcjira.yaml").write_text("version: 1\n")
    Mirror(tmp_path / "vcjira.duckdb", write=True).close()
    said = say("export", "out", "--format", kind)
    assert said.code == 0, said.err
    assert len(list((tmp_path / "out").iterdir())) == len(TABLES)
