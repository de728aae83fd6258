"""Secrets by reference; percentages and durations as people write them."""

import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from vcjira.config.secrets import problem, read
from vcjira.config.units import duration, percent
from vcjira.errors import Mend


@pytest.mark.parametrize("reference", ["env:NAME", "file:token.txt", "keyring:jira/bot"])
def test_a_reference_is_no_problem(reference: str) -> None:
    assert problem(reference) is None


@pytest.mark.parametrize("text", ["hunter2", "vault:x", "env:", "keyring:jira", "ATATT3x:y", ""])
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    told = problem(text)
    assert told
    with pytest.raises(Mend) as complaint:
        read(text, Path())
    assert "hunter2" not in str(complaint.value)
    assert "ATATT3x" not in str(complaint.value)


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCJIRA_TEST", " s3cret\n")
    assert read("env:VCJIRA_TEST", Path()) == "s3cret"
    monkeypatch.setenv("VCJIRA_TEST", "  ")
    with pytest.raises(Mend, match="is empty"):
        read("env:VCJIRA_TEST", Path())
    monkeypatch.delenv("VCJIRA_TEST")
    with pytest.raises(Mend, match="VCJIRA_TEST is not set"):
        read("env:VCJIRA_TEST", Path())


def test_a_secret_is_read_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(Mend, match="is not there"):
        read("file:token", tmp_path)
    (tmp_path / "token").write_text("s3cret\n")
    assert read("file:token", tmp_path) == "s3cret"
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(Mend, match="cannot be read"):
        read("file:token", tmp_path)


def test_a_secret_is_read_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Ring(KeyringBackend):
        """A keyring with one entry."""

        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return {"jira/bot": "s3cret"}.get(f"{service}/{username}")

        def set_password(self, service: str, username: str, password: str) -> None: ...

        def delete_password(self, service: str, username: str) -> None: ...

    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        assert isinstance(sys.modules["keyring"], ModuleType)
        assert read("keyring:jira/bot", Path()) == "s3cret"
        with pytest.raises(Mend, match="no entry jira/nobody"):
            read("keyring:jira/nobody", Path())
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(("text", "share"), [("25%", 0.25), (" 0.5 %", 0.005), (1, 1), (0.3, 0.3), ("100%", 1.0)])
def test_percentages(text: object, share: float) -> None:
    assert percent(text) == share


@pytest.mark.parametrize("text", ["101%", "-1%", 25, -0.1, "x%"])
def test_what_is_no_percentage(text: object) -> None:
    with pytest.raises(ValueError, match=r"percentage|between"):
        percent(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300), ("24h", 86_400), ("1.5d", 129_600), ("2w", 1_209_600), (0, 0), ("0s", 0)]
)
def test_durations(text: object, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "5", "-5m", -1, True, None, "5 months"])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration(text)
