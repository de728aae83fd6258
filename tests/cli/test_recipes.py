"""The three uses of the README, line by line as they stand there, against the embedded Jira."""

import shlex
from pathlib import Path

import pytest
from cli_world import furnish, invented

from vcjira.demo import EMAIL, TOKEN

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def recipe(heading: str) -> list[str]:
    """The lines that one types, of the first block under a heading."""
    block = README.partition(f"### {heading}\n")[2].partition("```console\n")[2].partition("```")[0]
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in block.splitlines()]


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """An empty folder and an embedded Jira of its own, whose labels may change."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VCJIRA_CONFIG", raising=False)
    with invented(60, per_issue=False) as jira:
        yield jira


def typed(say, monkeypatch, line: str):
    """One line as a shell would take it."""
    if line.startswith("export "):
        monkeypatch.setenv("VCJIRA_TOKEN", TOKEN)
        return None
    words = shlex.split(line)
    assert words[0] == "vcjira"
    return say(*words[1:])


def test_every_night(fresh, say, monkeypatch, tmp_path):
    lines = recipe("Every night")
    assert lines[0].startswith("vcjira init")
    for line in lines:
        line = line.replace("https://acme.atlassian.net", fresh.url).replace("bot@acme.example", EMAIL)
        said = typed(say, monkeypatch, line)
        assert said is None or said.code == 0, f"{line}\n{said.out}{said.err}"
    assert "all done" in said.out
    assert (tmp_path / "reports" / "walls.html").exists()


def test_when_somebody_asks(desk, say, monkeypatch):
    lines = recipe("When somebody asks")
    said = [typed(say, monkeypatch, line) for line in lines]
    assert [answer.code for answer in said] == [0] * len(lines), [answer.err for answer in said]
    assert said[0].out.startswith("# Where work is tossed over the wall")
    assert said[1].json["report"]["name"] == "requesters"
    assert "PLAT-12" in said[3].out


def test_labels_in_the_backlog(fresh, say, monkeypatch, tmp_path):
    furnish(tmp_path, fresh)
    before = fresh.store.labels()
    assert say("-q", "sync").code == 0
    lines = recipe("Labels in the backlog")
    for line in lines[:-1]:
        line = line + " --yes" if "apply" in line else line
        said = typed(say, monkeypatch, line)
        assert said.code == 0, f"{line}\n{said.err}"
    worn = [label for labels in fresh.store.labels().values() for label in labels if label.startswith("vc-")]
    assert len(worn) > 20
    run = say("labels", "log", "--json").json[0]["run_id"]
    said = typed(say, monkeypatch, lines[-1].replace("RUN", run) + " --yes")
    assert said.code == 0, said.err
    assert fresh.store.labels() == before
