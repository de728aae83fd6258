"""The commands about rules, as people call them: classify, explain, rules test, lint, card, suggest, diff."""

import json
from pathlib import Path
from typing import Any

import pytest
from rules_world import fill

from vcjira.cli import run
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS

CONFIG = """
version: 1
people:
  directory: people.csv
teams:
  Platform: {projects: [PLAT], members: {group: platform-devs}}
classify:
  unknown_budget: 50%
  rules:
    - name: own staff
      when: {email_domain: acme.example}
      answers: {has_choice: no}
    - name: resellers
      when: {organization: Globex}
      answers: {has_choice: yes, delivers_to_others: yes}
      because: they sell it on
      from: 2026-05-01
    - name: everybody at Globex
      when: {email_domain: globex.example}
      class: customer
      from: 2026-05-01
  tests:
    - given: {requester: {email: ann@globex.example}, issue: {project: PLAT, created: 2026-06-01}}
      expect: partner
    - name: in the mirror
      given: {issue: OLD-1}
      expect: partner
"""
CONFIG += f"patterns: {{{', '.join(f'{name}: {{enabled: false}}' for name in PATTERNS)}}}\n"
"""No pattern is looked for: these commands do not need them."""
DIRECTORY = "email,organization,team\nann@globex.example,Globex,Sales\n"


def furnish(tmp_path: Path) -> Path:
    """A directory with a configuration, a directory file and a mirror."""
    (tmp_path / "vcjira.yaml").write_text(CONFIG)
    (tmp_path / "people.csv").write_text(DIRECTORY)
    with Mirror(tmp_path / "vcjira.duckdb", write=True) as mirror:
        fill(
            mirror,
            sites=[{"last_sync": "2026-11-01T00:00:00", "product": "cloud"}],
            people=[
                {"account_id": "ann", "name": "Ann \x1b[31mLee", "email": "ann@globex.example"},
                {"account_id": "eve", "name": "Eve", "email": "eve@umbrella.example"},
                {"account_id": "pat", "name": "Pat", "email": "pat@acme.example"},
                {"account_id": "dan", "name": "Dan", "email": "dan@acme.example"},
            ],
            memberships=[{"kind": "group", "name": "platform-devs", "account_id": "dan"}],
            lookups=[{"kind": "group", "name": "platform-devs"}],
            issues=[
                {
                    "issue_id": "1",
                    "reporter_id": "ann",
                    "creator_id": "dan",
                    "summary": "Export",
                    "labels": ["vc-partner"],
                },
                {"issue_id": "2", "reporter_id": "ann", "created": "2026-04-30T23:00:00"},
                {"issue_id": "3", "reporter_id": "eve"},
                {"issue_id": "4", "reporter_id": "pat"},
                {"issue_id": "5", "reporter_id": "dan"},
            ],
            changes=[
                {
                    "issue_id": "1",
                    "change_id": "9",
                    "item": 0,
                    "changed": "2026-06-02T00:00:00",
                    "author_id": "dan",
                    "field": "Key",
                    "from_text": "OLD-1",
                    "to_text": "PLAT-1",
                }
            ],
        )
    return tmp_path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own, for what changes something."""
    monkeypatch.chdir(tmp_path)
    return furnish(tmp_path)


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("common"))


@pytest.fixture
def shelf(common: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place that is derived once, for what only reads."""
    monkeypatch.chdir(common)
    return common


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert run(list(args)) == code
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> Any:
    return json.loads(said(capsys, *args, "--json", code=code))


def test_classify_lists_requesters_with_most_issues_first(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys, "classify")
    assert [(row["account_id"], row["class"], row["issues"]) for row in rows] == [
        ("ann", "partner", 2),
        ("dan", "stakeholder", 1),
        ("eve", "unknown", 1),
        ("pat", "stakeholder", 1),
    ]
    ann, dan, eve, _ = rows
    assert ann["classes"] == {"partner": 1, "unknown": 1}
    assert (ann["organization"], ann["class_now"], ann["rules"]) == ("Globex", "partner", ["resellers"])
    assert (ann["has_choice"], ann["delivers_to_others"]) == ("yes", "yes")
    assert dan["own_team_issues"] == 1
    assert eve["missing"] == "has_choice"


def test_classify_can_list_only_those_with_unknowns(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {row["account_id"] for row in told(capsys, "classify", "--unknown")} == {"ann", "eve"}


def test_classify_fits_a_terminal_and_shows_no_escapes(
    shelf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = said(capsys, "classify")
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert "4 requests: 1 partner (25%), 1 stakeholder (25%), 2 unknown (50%); 1 of the" in out


def test_explain_tells_an_issue_on_one_screen(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "explain", "old-1").splitlines()
    assert lines[0].startswith("PLAT-1")
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "Class: partner. Raised 2026-06-01." in text
    assert "of Globex (by directory, line 2)" in text
    assert "dan -> ann: filed for (creator and reporter differ)" in text
    assert "Platform first owned it, after it was raised (by its project)." in text
    assert "by rule 'resellers': organization globex (directory: line 2)" in text
    assert "they sell it on; the rule holds from 2026-05-01" in text
    assert "Later rules that would answer otherwise: everybody at Globex." in text
    assert "Labels: vc-partner" in text


def test_explain_as_json_has_the_keys_of_the_contract(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = told(capsys, "explain", "PLAT-1")
    for key in ("key", "requester", "carrier", "organization", "team", "class", "answers", "hits", "labels", "vetoes"):
        assert key in story
    assert (story["requester"], story["carrier"]) == ("ann", "dan")
    assert story["answers"]["has_choice"]["value"] == "yes"
    assert story["answers"]["has_choice"]["rule"] == "resellers"
    assert story["answers"]["has_choice"]["evidence"]


def test_explain_as_json_has_its_keys_for_an_issue_that_is_gone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Mirror(place / "vcjira.duckdb", write=True) as mirror:
        fill(mirror, issues=[{"issue_id": "6", "reporter_id": "eve", "presence": "deleted"}])
        mirror.touch()
    story = told(capsys, "explain", "PLAT-6")
    assert {name: story[name] for name in ("requester", "carrier", "organization", "team", "class")} == {
        "requester": None,
        "carrier": None,
        "organization": None,
        "team": None,
        "class": None,
    }
    assert story["answers"]["has_choice"] == {"value": None, "rule": None, "evidence": []}
    assert (story["hits"], story["labels"], story["vetoes"]) == ([], [], [])
    assert "It is deleted, so it has no class." in said(capsys, "explain", "PLAT-6")


def test_explain_says_what_is_missing(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Unknown, because has_choice is not answered." in said(capsys, "explain", "PLAT-3")


@pytest.mark.parametrize("name", ["ann", "s/ann", "ANN@globex.example"])
def test_explain_tells_an_account(shelf: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    out = said(capsys, "explain", name)
    assert "Organization: Globex (by directory: line 2)" in out
    assert "partner for 1 issues of Platform, by resellers" in out
    assert told(capsys, "explain", name)["affiliations"][0]["organization"] == "Globex"


@pytest.mark.parametrize(("typed", "near"), [("PLAT-77", "PLAT-5"), ("PALT-1", "PLAT-1"), ("Evve", "Eve")])
def test_explain_offers_what_is_near(shelf: Path, capsys: pytest.CaptureFixture[str], typed: str, near: str) -> None:
    assert run(["explain", typed]) == 2
    assert near in capsys.readouterr().err


def test_rules_test_runs_the_files_own_tests(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "2 of 2 as expected" in said(capsys, "rules", "test")
    path = place / "vcjira.yaml"
    path.write_text(CONFIG.replace("expect: partner", "expect: customer", 1))
    out = said(capsys, "rules", "test", code=2)
    assert "FAIL" in out
    assert "want customer\n     got  partner" in out
    results = told(capsys, "rules", "test", code=2)
    assert [(r["want"], r["got"], r["ok"]) for r in results] == [
        ("customer", "partner", False),
        ("partner", "partner", True),
    ]


def test_rules_test_needs_no_mirror(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "vcjira.duckdb").unlink()
    results = told(capsys, "rules", "test")
    assert [(r["ok"], r["skipped"]) for r in results] == [(True, False), (True, True)]


def test_rules_lint_tells_errors_from_warnings(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = {(doubt["level"], doubt["code"]) for doubt in told(capsys, "rules", "lint")}
    assert codes == {("warning", "no_because"), ("warning", "shadowed"), ("warning", "contradicts")}
    assert run(["rules", "lint", "--strict"]) == 2
    capsys.readouterr()


LINTS = [
    ("- {name: x, when: {organization: Globex}, class: partner, because: b, from: 2026-06-01}", "shadowed"),
    ("- {name: x, when: {organization: Globex}, class: customer, because: b, from: 2026-06-01}", "contradicts"),
    ("- {name: x, when: {account_type: app}, class: customer, because: b}", "never_matches"),
    ("- {name: x, when: {directory.taem: Sales}, class: customer, because: b}", "never_matches"),
]


@pytest.mark.parametrize(("line", "code"), LINTS)
def test_rules_lint_ends_with_2_on_errors(
    place: Path, capsys: pytest.CaptureFixture[str], line: str, code: str
) -> None:
    (place / "vcjira.yaml").write_text(CONFIG.replace("  tests:", f"    {line}\n  tests:"))
    doubts = told(capsys, "rules", "lint", code=2)
    assert [doubt["code"] for doubt in doubts if doubt["level"] == "error"] == [code]
    assert next(doubt for doubt in doubts if doubt["level"] == "error")["where"].startswith("vcjira.yaml:22:")


def test_rules_card_counts_reach_and_rivals(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = told(capsys, "rules", "card")
    cards = {card["rule"]: card for card in document["rules"]}
    assert (cards["resellers"]["issues"], cards["resellers"]["decided"]) == (1, 1)
    assert (cards["everybody at Globex"]["decided"], cards["everybody at Globex"]["overruled"]) == (0, 1)
    assert cards["own staff"]["issues"] == 1  # dan's issue is the team's own
    assert document["unknown"] == [{"why": "no rule answers has_choice", "issues": 2, "requesters": 2}]
    assert "decides 1; overruled by earlier rules 0" in said(capsys, "rules", "card")


def test_rules_suggest_prints_rules_that_load_and_leave_fewer_unknown(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = said(capsys, "rules", "suggest")
    pasted = "\n".join(line for line in out.splitlines() if line.startswith("    "))
    (place / "vcjira.yaml").write_text(CONFIG.replace("  tests:", pasted + "\n  tests:"))
    left = told(capsys, "classify", "--unknown")
    assert [row["account_id"] for row in left] == ["ann"]  # before the rule about her begins
    assert "unchecked" in {doubt["code"] for doubt in told(capsys, "rules", "lint")}


def test_rules_diff_replays_history_and_keeps_nothing(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "classify")
    (shelf / "new.yaml").write_text(CONFIG.replace("      from: 2026-05-01\n", "", 1))
    document = told(capsys, "rules", "diff", "vcjira.yaml", "new.yaml")
    assert document["flips"] == [
        {
            "site": "s",
            "key": "PLAT-2",
            "old": "unknown",
            "new": "partner",
            "why": "no rule -> resellers",
            "add": ["vc-partner"],
            "remove": [],
        }
    ]
    assert {"old": "stakeholder", "new": "stakeholder", "issues": 1} in document["matrix"]
    assert "1 of 4 requests change class (25.0%)" in said(capsys, "rules", "diff", "vcjira.yaml", "new.yaml")
    assert said(capsys, "rules", "diff", "vcjira.yaml", "new.yaml", "--max-flips", "10%", code=5)
    assert said(capsys, "rules", "diff", "vcjira.yaml", "new.yaml", "--max-flips", "25%")
    assert run(["rules", "diff", "vcjira.yaml", "new.yaml", "--max-flips", "x"]) == 2
    assert [row["class"] for row in told(capsys, "classify")] == ["partner", "stakeholder", "unknown", "stakeholder"]


def test_rules_diff_finds_the_history_of_a_file_that_was_taken_out_of_its_place(
    place: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    for name in ("old.yaml", "new.yaml"):
        (away / name).write_text(CONFIG)
    (away / "people.csv").write_text(DIRECTORY)
    pair = (str(away / "old.yaml"), str(away / "new.yaml"))
    assert told(capsys, "rules", "diff", *pair)["requests"] == 4  # the mirror of vcjira.yaml here
    (place / "vcjira.duckdb").unlink()
    assert run(["rules", "diff", *pair]) == 2
    assert "there is no mirror to replay" in capsys.readouterr().err
    assert not list(away.glob("*.duckdb"))


def test_lint_names_an_issue_that_shows_the_contradiction(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hints = [doubt["hint"] for doubt in told(capsys, "rules", "lint") if doubt["code"] == "contradicts"]
    assert hints == ["for instance PLAT-1: `vcjira explain` it"]


def test_a_misspelt_matcher_is_told_with_its_place(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "vcjira.yaml").write_text(CONFIG.replace("{email_domain: acme.example}", "{emial_domain: acme.example}"))
    assert run(["classify"]) == 2
    error = capsys.readouterr().err
    assert "vcjira.yaml:11:14" in error
    assert "did you mean 'email_domain'?" in error
