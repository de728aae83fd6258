"""`vcjira people`, as people call it: what is offered, settled, joined, and taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from people_rows import fill

from vcjira.cli import run
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    no_patterns = ", ".join(f"{name}: {{enabled: false}}" for name in PATTERNS)
    (tmp_path / "vcjira.yaml").write_text(f"version: 1\npatterns: {{{no_patterns}}}\n")
    with Mirror(tmp_path / "vcjira.duckdb", write=True) as mirror:
        fill(
            mirror,
            people=[
                {"account_id": "a1", "name": "Ann Lee", "email": "ann.lee@globex.example"},
                {"account_id": "a2", "name": "Lee, Ann", "email": "ann.lee@acme.example"},
                {"account_id": "b1", "name": "Bob", "email": "bob@acme.example"},
            ],
            issues=[{"issue_id": n, "reporter_id": who} for n, who in (("1", "a1"), ("2", "a2"), ("3", "b1"))],
        )
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    assert run([*args, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_offer_can_be_accepted_and_taken_back(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (offer,) = told(capsys, "people", "suggest")
    assert (offer["one"], offer["other"]) == ("s/a1", "s/a2")
    assert offer["why"] == "equal local parts of e-mail, near-equal names"
    assert run(["people", "accept", "ANN.lee@acme.example", "a1", "--note", "asked\nher"]) == 0
    assert capsys.readouterr().out == "decisions.txt: accept s/a1 = s/a2\n"
    assert told(capsys, "people", "suggest") == []
    assert [row["account"] for row in told(capsys, "people", "list")] == ["s/a1", "s/a2"]
    (joined,) = told(capsys, "explain", "a1")["joined"]
    assert joined["account_id"] == "a2"
    assert joined["evidence"] == "decisions.txt:2 accepted"
    text = (place / "decisions.txt").read_text()
    assert text.splitlines()[1].endswith("accept same_as: s/a1 = s/a2 # asked her")
    (place / "decisions.txt").write_text(text.splitlines()[0])
    assert told(capsys, "people", "list") == []
    assert len(told(capsys, "people", "suggest")) == 1


@pytest.mark.parametrize("word", ["dismiss", "never"])
def test_an_offer_can_be_turned_down(place: Path, capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert run(["people", word, "a2", "s/a1"]) == 0
    capsys.readouterr()
    assert told(capsys, "people", "suggest") == []
    assert told(capsys, "people", "list") == []


def test_the_text_says_how_to_go_on_and_the_last_line_counts(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "suggest"]) == 0
    assert "Ann Lee / Lee, Ann: equal local parts" in capsys.readouterr().out
    assert run(["people", "dismiss", "a1", "a2"]) == 0
    assert run(["people", "accept", "a1", "a2"]) == 0
    assert run(["people", "list"]) == 0
    assert "1 persons have 2 accounts" in capsys.readouterr().out


@pytest.mark.parametrize(("pair", "why"), [(("a1", "nobody"), "no account"), (("a1", "s/a1"), "same account")])
def test_only_two_accounts_can_be_decided_about(
    place: Path, capsys: pytest.CaptureFixture[str], pair: tuple[str, str], why: str
) -> None:
    assert run(["people", "accept", *pair]) == 2
    assert why in capsys.readouterr().err
    assert not (place / "decisions.txt").exists()


@pytest.mark.parametrize("line", ["yes", "2026-06-01 merge same_as: a = b", "2026-02-30 accept same_as: a = b"])
def test_a_decision_that_cannot_be_read_is_told_with_its_line(
    place: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    (place / "decisions.txt").write_text(f"# head\n{line}\n")
    assert run(["classify"]) == 2
    assert "decisions.txt:2" in capsys.readouterr().err
