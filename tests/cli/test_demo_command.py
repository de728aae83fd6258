"""`vcjira demo`: the whole main job in a directory to play with, in which every line it offers works."""

import csv
import json
import re
import shlex

import pytest

from vcjira.cli.demo import MADE


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    from cli_world import call

    folder = tmp_path_factory.mktemp("demo")
    said = call(folder, "demo", "--dir", "here", "--issues", "120")
    return folder, said


@pytest.mark.slow
def test_it_ends_well_and_says_where_everything_is(played):
    folder, said = played
    assert said.code == 0, said.err
    for name in MADE:
        assert (folder / "here" / name).exists(), name
        assert name in said.out


@pytest.mark.slow
def test_every_line_it_offers_runs(played, say, monkeypatch):
    folder, said = played
    lines = re.findall(r"^  (cd .*)$", said.out, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        there, _, command = line.removeprefix("cd ").partition(" && ")
        monkeypatch.chdir(folder / shlex.split(there)[0])
        answer = say(*shlex.split(command)[1:])
        assert answer.code == 0, f"{line}\n{answer.err}"
        assert answer.out


@pytest.mark.slow
def test_the_labels_are_those_that_the_plan_wanted(played):
    folder, _ = played
    plan = json.loads((folder / "here" / "plan.json").read_text())
    with (folder / "here" / "labels.csv").open() as file:
        worn = {row["key"]: set(row["labels"].split()) for row in csv.DictReader(file)}
    assert len(plan["changes"]) > 50
    for change in plan["changes"]:
        assert set(change["add"]) <= worn[change["key"]]
    assert sum(bool(labels) for labels in worn.values()) >= len(plan["changes"])


def test_a_directory_of_somebody_else_is_left_alone(tmp_path, say):
    (tmp_path / "mine.txt").write_text("mine")
    said = say("demo", "--dir", tmp_path)
    assert said.code == 2
    assert "not empty" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
