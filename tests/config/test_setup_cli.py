"""`init`, `check` and `schema`, as people call them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from vcjira.cli import run
from vcjira.config.starter import starter
from vcjira.config.yaml_nodes import parse
from vcjira.rules import run_tests

FULL = """
version: 1
mirror: m.duckdb
sites:
  - {name: acme, url: "https://acme.example", token: env:T, fields: {team: Team}, requests: {timeout: 60}}
people:
  bots: ["automation-*", {account_type: app}]
  free_mail_domains: [default, hey.example]
  same_as: {u1: u2}
  affiliations: [{account: u1, organization: Globex, from: 2026-01-01}]
teams:
  Platform: {projects: PLAT, members: {group: platform-devs}}
classify:
  unknown_budget: 25%
  rules:
    - name: own
      when: {email_domain: acme.example, bot: no, any: [{project: [A, B]}, {not: {field.Tier: 1}}]}
      answers: {has_choice: no}
      until: 2027-01-01
    - {name: e, when: {all: [{directory.team: X}, {team: Platform}]}, class: partner, because: one team}
  tests:
    - given: {requester: {email: ann@acme.example, bot: no}, issue: {project: A, created: 2026-06-01}}
      expect: stakeholder
patterns:
  ping_pong: {level: team, debounce: 5m}
  silent_handoff: {before: 24h, after: 72h}
declared_split: {customer: 60%, partner: 25%, stakeholder: 15%}
value_chain: [Platform -> Checkout, {from: A, to: B}]
labels: {prefix: vc-, limits: {issues: 500, share: 30%}, wait: 2d}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VCJIRA_CONFIG", raising=False)
    return tmp_path


def schema(capsys: pytest.CaptureFixture[str]) -> Any:
    assert run(["schema", "config"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def plain(text: str) -> Any:
    return json.loads(json.dumps(parse(Path("x.yaml"), text).values, default=str))


@pytest.mark.parametrize("text", [FULL, starter(None, None), starter("https://jira.acme.example/", None)])
def test_the_schema_takes_what_people_write(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert [error.message for error in schema(capsys).iter_errors(plain(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "mirorr: x",
        "classify: {rules: [{name: r, when: {emial: x}, class: partner}]}",
        "classify: {rules: [{name: r, when: {email: {}}, class: partner}]}",
        "classify: {rules: [{name: r, when: {email: x}, answers: {has_choice: perhaps}}]}",
        "people: {bots: 1}",
    ],
)
def test_the_schema_refuses_what_we_refuse(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert list(schema(capsys).iter_errors(plain(text)))


def test_schema_export_names_the_columns_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "export"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert {"name": "changed", "type": "TIMESTAMP"} in tables["changes"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "url: https://acme.atlassian.net"),
        (["--url", "https://jira.acme.example"], "Data Center"),
        (["--url", "https://globex.atlassian.net", "--email", "bot@globex.example"], "email_domain: [globex.example]"),
    ],
)
def test_init_writes_a_file_that_passes_its_own_tests(
    here: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str
) -> None:
    from vcjira.config import load

    assert run(["init", *options]) == 0
    assert expected in (here / "vcjira.yaml").read_text()
    assert all(result.ok for result in run_tests(load(here / "vcjira.yaml")))
    assert run(["check", "--offline"]) == 0
    assert "rule tests: 2 of 2 pass" in capsys.readouterr().out


def test_init_never_writes_over_a_file_unasked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "vcjira.yaml").write_text("mine")
    assert run(["init"]) == 2
    assert (here / "vcjira.yaml").read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert run(["init", "--force"]) == 0
    assert (here / "vcjira.yaml").read_text() != "mine"


WRONG = [
    ("patterns: {pingpong: {level: team}}\n", "vcjira.yaml:1:12", "did you mean 'ping_pong'?"),
    ("patterns: {ping_pong: {levle: team}}\n", "vcjira.yaml:1:24", "did you mean 'level'?"),
    ("people: {directory: people.csv}\n", "vcjira.yaml:1:10", "people.csv cannot be read"),
    ("people: {bots: ['re:(x']}\n", "vcjira.yaml:1:17", "missing )"),
    ("reports: {templates: mine}\n", "vcjira.yaml:1:11", "no such directory"),
    (
        "classify: {rules: [{name: r, when: {email: 're:(?=x)'}, class: partner}]}\n",
        "vcjira.yaml:1:37",
        "patterns are RE2",
    ),
    (
        "classify: {rules: [], tests: [{given: {requester: {email: a@b.example}}, expect: partner}]}\n",
        "rule test email a@b.example",
        "want partner, got unknown",
    ),
]


@pytest.mark.parametrize(("text", "place", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_check_tells_what_is_wrong_and_where(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, place: str, told: str
) -> None:
    (here / "vcjira.yaml").write_text(text)
    assert run(["check", "--offline"]) == 2
    out = capsys.readouterr().out
    assert any(line.startswith("NOT OK") and place in line for line in out.splitlines())
    assert told in out


def test_check_tells_everything_that_is_wrong(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "vcjira.yaml").write_text(
        "patterns: {pingpong: {}}\npeople: {directory: people.csv}\n"
        "classify: {rules: [{name: r, when: {email: 're:('}, class: partner}]}\n"
    )
    assert run(["check", "--offline", "--json"]) == 2
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [check["name"] for check in checks if check["ok"] is False] == [
        "vcjira.yaml:1:12",
        "vcjira.yaml:2:10",
        "vcjira.yaml:3:37",
    ]


def test_a_wrong_pattern_is_told_before_jira_is_asked(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("T", "x")
    (here / "vcjira.yaml").write_text(
        "sites: [{name: a, url: 'http://127.0.0.1:1', token: env:T}]\n"
        "classify: {rules: [{name: r, when: {email: 're:('}, class: partner}]}\n"
    )
    assert run(["sync"]) == 2
    assert "vcjira.yaml:2:37" in capsys.readouterr().err


def test_the_configuration_may_be_named_by_the_environment(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "elsewhere.yaml").write_text("version: 1\n")
    monkeypatch.setenv("VCJIRA_CONFIG", "elsewhere.yaml")
    assert run(["check", "--offline"]) == 0
    assert "elsewhere.yaml: 0 sites" in capsys.readouterr().out
