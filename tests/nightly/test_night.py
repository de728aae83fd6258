"""The night as a scheduler meets it, and a person in the morning: one site down, nothing to do, limits, a summary."""

import json
from pathlib import Path

import pytest

from vcjira import stages
from vcjira.cli import run
from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Faults, company
from vcjira.errors import Incomplete
from vcjira.mirror import Mirror

TEAMS = """
teams: {Platform: {projects: [PLAT]}, Data: {projects: [DATA]}, Checkout: {projects: [CHK]}}
classify:
  unknown_budget: 100%
  rules:
    - {name: staff, when: {email_domain: [demo-corp.example]}, answers: {has_choice: no}}
    - {name: portal, when: {account_type: customer}, answers: {has_choice: yes, delivers_to_others: no}}
"""
LABELS = "labels: {enabled: true, limits: {issues: 1000, share: 100%}}\n"
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def jira():
    with EmbeddedJira(company(60, 7), faults=Faults(per_issue=False)) as server:
        yield server


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(desk: Path, sites: dict[str, str], more: str = "") -> None:
    lines = [
        f"  - {{name: {name}, url: '{url}', email: {EMAIL}, token: 'file:token',"
        " requests: {per_second: 2000, timeout: 1, deadline: 2}}"
        for name, url in sites.items()
    ]
    (desk / "vcjira.yaml").write_text("version: 1\nsites:\n" + "\n".join(lines) + TEAMS + more)


def night(capsys, *args: str) -> tuple[int, str]:
    code = run(["-q", "run", *args])
    return code, capsys.readouterr().out


def test_a_whole_night_and_a_second_with_nothing_to_do(desk, jira, capsys):
    configure(desk, {"acme": jira.url}, LABELS)
    code, out = night(capsys)
    assert code == 0, out
    assert "all done" in out.splitlines()[0]
    assert "vcjira labels undo" in out
    assert "Wants a hand" not in out
    assert (desk / "reports" / "walls.html").exists()
    assert (desk / "reports" / "requesters.html").exists()
    code, out = night(capsys)
    assert code == 0
    assert "nothing to change" in out
    assert "0 fetched" in out


@pytest.mark.slow
def test_one_failing_site_does_not_spoil_the_other(desk, jira, capsys):
    configure(desk, {"dead": DEAD, "acme": jira.url}, LABELS)
    code, out = night(capsys)
    assert code == 4, out
    assert "dead: not synced" in out
    assert "acme: 60 issues" in out
    assert "issues relabelled" in out
    hand = out.partition("Wants a hand")[2]
    assert "dead: " in hand
    assert "127.0.0.1:9" in hand
    assert all(len(line) <= 80 for line in hand.splitlines()[:2])
    with Mirror(desk / "vcjira.duckdb", write=False) as mirror:
        assert mirror.value("SELECT count(DISTINCT site) FROM label_writes") == 1


@pytest.mark.slow
def test_nothing_is_labelled_when_no_site_answered(desk, jira, capsys):
    configure(desk, {"acme": jira.url})
    assert night(capsys)[0] == 0
    before = jira.store.labels()
    configure(desk, {"acme": DEAD}, LABELS)
    code, out = night(capsys)
    assert code == 3
    assert "nothing written" in out
    assert jira.store.labels() == before


def test_labels_that_are_switched_off_are_planned_only_whatever_is_unknown(desk, jira, capsys):
    configure(desk, {"acme": jira.url})
    text = (desk / "vcjira.yaml").read_text().replace("unknown_budget: 100%", "unknown_budget: 0%")
    (desk / "vcjira.yaml").write_text(text)
    code, out = night(capsys)
    assert code == 0, out
    assert "`labels.enabled` is false, nothing written" in out


def test_a_limit_refuses_the_labels_and_not_the_report(desk, jira, capsys):
    configure(desk, {"acme": jira.url}, "labels: {enabled: true, limits: {issues: 2}}\n")
    code, out = night(capsys)
    assert code == 5, out
    assert "labels.limits.issues" in out
    assert (desk / "reports" / "walls.html").exists()


def test_nothing_is_built_on_tables_that_a_full_disk_left_half_derived(desk, jira, capsys, monkeypatch):
    configure(desk, {"acme": jira.url}, LABELS)
    with monkeypatch.context() as patch:
        patch.setattr(stages, "derive", full)
        code, out = night(capsys, "--json")
    assert code == 4
    assert [step["name"] for step in json.loads(out)["steps"]] == ["sync", "classify"]
    assert not any(seen.method == "PUT" or "/bulk/issues" in seen.path for seen in jira.requests)
    assert not (desk / "reports").exists()
    code, out = night(capsys)
    assert code == 0, out
    assert "vcjira labels undo" in out


def full(*_: object) -> None:
    raise Incomplete("the disk is full", hint="make room, then run again")


def test_a_report_that_cannot_be_written_is_told(desk, jira, capsys):
    configure(desk, {"acme": jira.url}, "reports: {out: token/below}\n")
    code, out = night(capsys)
    assert code == 4, out
    assert "token" in out.partition("Wants a hand")[2]


def test_json_is_one_document_with_every_step(desk, jira, capsys):
    configure(desk, {"acme": jira.url})
    code, out = night(capsys, "--json")
    facts = json.loads(out)
    assert code == facts["exit_code"] == 0
    assert [step["name"] for step in facts["steps"]] == ["sync", "classify", "labels", "report"]
    assert facts["took_s"] > 0
