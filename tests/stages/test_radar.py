"""The radar: which contradictions show, and that decisions in the file the user reads are heeded."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from two_sides import NOW, SITE, World

from vcjira import cli, stages
from vcjira.config import load
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS
from vcjira.stages import Blip

RULES = [
    {"name": "partners", "when": {"organization": ["Finance", "Legal"]}, "class": "partner"},
    {"name": "staff", "when": {"organization": ["Sales"]}, "answers": {"has_choice": False}},
]


def company() -> World:
    """Sales co-works as a stakeholder; Finance only tosses as a partner; Legal, a partner, has gone quiet."""
    world = World()
    for days_ago in range(160, 0, -4):
        who = f"Sales.{days_ago % 12}"
        issue = world.ask(who, "Platform", days_ago)
        world.say(issue, "Platform.1", who, "Platform.2")
        world.change(issue, who, "description", "a", "b")
        world.change(issue, "Platform.1", "description", "b", "c")
        world.ask(f"Finance.{days_ago % 12}", "Platform", days_ago)
        if days_ago > 100:
            world.ask(f"Legal.{days_ago % 12}", "Data", days_ago + 250)
    return world


def found(world: World, **more: Any) -> list[Blip]:
    settings = world.settings(classify={"rules": RULES}, **more)
    with world.mirror(settings) as mirror:
        return stages.radar(mirror, settings)


def test_behaviour_that_contradicts_the_class_is_found_and_told() -> None:
    blips = found(company())
    assert [blip.about for blip in blips] == [
        "Finance with Platform -> customer",
        "Legal with Data -> quiet",
        "Sales with Platform -> partner",
    ]
    assert "no request since" in blips[1].why
    assert "joint work on" in blips[2].why
    assert len(blips[2].issues) == 40


def test_the_proposal_is_a_rule_that_classes_the_pair_so(tmp_path: Path) -> None:
    blip = next(blip for blip in found(company()) if blip.proposed == "partner")
    world, text = company(), f"version: 1\nclassify:\n  rules:\n{_indented(blip.yaml)}"
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    (rule,) = load(path).classify.rules
    settings = world.settings(classify={"rules": [rule.model_dump(by_alias=True), *RULES]})
    with world.mirror(settings) as mirror:
        after = mirror.tuples("SELECT class_now FROM classes WHERE organization = 'Sales' AND team = 'Platform'")
        about = [other.about for other in stages.radar(mirror, settings)]
    assert set(after) == {("partner",)}
    assert blip.about not in about


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def test_thin_evidence_stays_off_the_radar() -> None:
    world = World()
    for number in range(6):
        who = f"Sales.{number}"
        issue = world.ask(who, "Platform", 40 - number)
        if number < 2:
            world.say(issue, "Platform.1", who, "Platform.2")
            world.change(issue, who, "description", "a", "b")
            world.change(issue, "Platform.1", "description", "b", "c")
    assert not found(world)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file beside a mirror in which three things contradict."""
    world = company()
    settings = world.settings(classify={"rules": RULES})
    document = settings.model_dump(mode="json", by_alias=True, include={"people": {"affiliations"}, "teams": True})
    document["classify"] = {"rules": RULES}
    document["patterns"] = {name: {"enabled": False} for name in PATTERNS}
    (tmp_path / "vcjira.yaml").write_text(json.dumps({"version": 1, **document}))
    with Mirror(tmp_path / "vcjira.duckdb", write=True) as mirror:
        mirror.load("sites", [{"site": SITE, "product": "cloud", "last_sync": NOW, "url": "https://jira.example"}])
        everybody = [f"{home}.{n}" for home in world.homes for n in range(14)]
        mirror.load("people", [{"site": SITE, "account_id": who, "name": who, "active": True} for who in everybody])
        mirror.load("site_fields", [{"site": SITE, "field_id": "summary", "name": "Summary"}])
        for table in ("issues", "comments", "changes"):
            mirror.load(table, getattr(world, table))
        mirror.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.main, ["rules", "radar", *words])
    return (cli.EXIT_OK if result.exit_code == 0 else result.exit_code), result.output


def test_accept_dismiss_and_snooze_are_remembered_in_a_file_one_can_read(folder: Path) -> None:
    code, out = run()
    assert (code, "3 contradictions" in out) == (0, True)
    assert "class: partner" in run("accept", "Sales with Platform -> partner", "--note", "asked both")[1]
    assert run("dismiss", "Legal with Data -> quiet")[0] == 0
    assert run("snooze", "1", "--until", "2026-09-01")[0] == 0
    assert (folder / "decisions.txt").read_text().splitlines()[1:] == [
        "2026-07-01 accept radar: Sales with Platform -> partner # asked both",
        "2026-07-01 dismiss radar: Legal with Data -> quiet",
        "2026-07-01 snooze radar: Finance with Platform -> customer until 2026-09-01",
    ]
    assert json.loads(run("--json")[1]) == []
    states = {blip["about"]: blip["state"] for blip in json.loads(run("--all", "--json")[1])}
    assert states["Sales with Platform -> partner"] == "accepted"
    assert states["Finance with Platform -> customer"] == "snoozed"


def test_a_snooze_ends_and_a_line_taken_out_is_undone(folder: Path) -> None:
    lines = "2026-01-01 snooze radar: Finance with Platform -> customer until 2026-07-01\n"
    (folder / "decisions.txt").write_text(lines)
    assert "Finance with Platform" in run()[1]
    (folder / "decisions.txt").write_text(lines.replace("2026-07-01", "2026-07-02"))
    assert "Finance with Platform" not in run()[1]
    (folder / "decisions.txt").write_text("")
    assert "Finance with Platform" in run()[1]


def test_what_cannot_be_decided_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in [
        (["accept", "9"], "nothing called '9'"),
        (["dismiss", "Nobody with Nothing -> partner"], "nothing called"),
        (["snooze", "1", "--until", "2026-07-01"], "over before it begins"),
    ]:
        assert cli.run(["rules", "radar", *words]) == 2
        assert told in capsys.readouterr().err
    assert not (folder / "decisions.txt").exists()
