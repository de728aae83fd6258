"""One embedded Jira and one synced folder for all tests of the command line; each test gets a copy to damage."""

import shutil
from pathlib import Path

import pytest
from cli_world import Said, call, furnish, invented

from vcjira.cli import run


@pytest.fixture(scope="session")
def jira():
    with invented() as server:
        yield server


@pytest.fixture(scope="session")
def synced(jira, tmp_path_factory) -> Path:
    folder = furnish(tmp_path_factory.mktemp("synced"), jira)
    said = call(folder, "-q", "sync")
    assert said.code == 0, said.err
    assert call(folder, "classify", "--limit", "1").code == 0
    return folder


@pytest.fixture
def desk(synced, tmp_path, monkeypatch) -> Path:
    """A copy of the synced folder, which is the working directory."""
    shutil.copytree(synced, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.delenv("VCJIRA_CONFIG", raising=False)
    return tmp_path / "desk"


@pytest.fixture
def say(capsys):
    """One command in this process, through the same error boundary as the real one."""

    def command(*args: object) -> Said:
        capsys.readouterr()
        code = run([str(arg) for arg in args])
        found = capsys.readouterr()
        return Said(code, found.out, found.err)

    return command
