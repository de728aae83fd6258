"""`vcjira patterns`: the list, the pages, and what is said of a configuration that names what is not there."""

import json
from pathlib import Path

import pytest

from vcjira.cli import run
from vcjira.config.models import Settings
from vcjira.errors import Mend
from vcjira.patterns import PATTERNS, check

CONTRACT = """
handover reassignment ping_pong return silent_handoff fire_and_forget monologue stale escalation swarm batch_toss reopen
rejection return_to_sender clarification_loop proxy_requester orphan queue_skip relay project_bounce field_churn
shotgun_request hot_potato deadline_toss one_way_street missing_link novel_unaccompanied ticket_demanded
"""
NAMES = CONTRACT.split()
DOCS = Path(__file__).resolve().parents[2] / "docs" / "patterns.md"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VCJIRA_CONFIG", raising=False)


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["patterns", *args]) == 0
    return capsys.readouterr().out


def test_the_catalogue_has_all_names_of_the_contract_in_order() -> None:
    assert list(PATTERNS) == NAMES


def test_the_list_fits_a_terminal_and_asks_a_question_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert sum(line.startswith("P") for line in lines) == len(PATTERNS)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_fits_a_terminal_but_for_its_examples(capsys: pytest.CaptureFixture[str], name: str) -> None:
    page, _, _ = said(capsys, name).partition("\nExamples\n")
    assert all(len(line) <= 80 for line in page.splitlines())
    assert "Definition" in page
    assert "Options" in page


def test_a_page_shows_what_the_configuration_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vcjira.yaml").write_text("version: 1\npatterns:\n  silent_handoff: {before: 4h, enabled: false}\n")
    page = said(capsys, "silent-handoff")
    assert "before: 4h (default 24h)" in page
    assert "after: 72h\n" in page


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(said(capsys, "ping_pong", "--json"))["number"] == "P03"
    assert len(json.loads(said(capsys, "--json"))) == len(PATTERNS)


def test_a_pattern_that_is_not_there_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["patterns", "pingpong"]) == 2
    assert "did you mean 'ping_pong'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("patterns", "what", "hint"),
    [
        ({"ping_pongs": {}}, "there is no pattern 'ping_pongs'", "ping_pong"),
        ({"silent_handoff": {"befor": "4h"}}, "silent_handoff has no option 'befor'", "before"),
        ({"silent_handoff": {"before": "soon"}}, "before: 'soon' is not a duration", "24h"),
        ({"reopen": {"by": "magic"}}, "by: must be one of status, resolution, both", "status"),
        ({"reassignment": {"hops": "many"}}, "hops: must be a number", "3"),
        ({"shotgun_request": {"alike": 7}}, "alike: must lie between", "0.6"),
        ({"orphan": {"ice_boxes": 5}}, "ice_boxes: must be a text", ""),
    ],
)
def test_unknown_names_and_values_are_complained_about(patterns: dict[str, object], what: str, hint: str) -> None:
    with pytest.raises(Mend) as caught:
        check(Settings.model_validate({"patterns": patterns}))
    assert what in caught.value.what
    assert hint in (caught.value.hint or "")
    assert caught.value.where


def test_the_documentation_is_what_the_program_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert DOCS.read_text() == said(capsys, "--markdown"), "run `vcjira patterns --markdown > docs/patterns.md`"
