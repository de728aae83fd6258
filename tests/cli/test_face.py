"""How the program meets a person and a script: help, completion, streams, colours, widths, one document of JSON."""

import json
import os
import pty
import subprocess
import sys

import pytest
from cli_world import ROOT, call, environment

from vcjira.cli import COMMANDS

ESCAPE = "\x1b["
HEAVY = {
    "duckdb",
    "pydantic",
    "jira",
    "jinja2",
    "requests",
    "aiohttp",
    "yaml",
    "rich",
    "msgspec",
    "tenacity",
    "keyring",
}


def test_help_loads_nothing_heavy(tmp_path):
    script = "import sys; from vcjira.cli import run; run(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("Usage: vcjira")
    assert not HEAVY & set(done.stderr.split())
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.slow
def test_help_takes_less_than_a_third_of_a_second_of_cpu(tmp_path):
    def spent() -> float:
        before = os.times()
        subprocess.run([sys.executable, "-m", "vcjira", "--help"], env=environment(), capture_output=True, check=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(spent() for _ in range(5)) < 0.3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_within_80_columns(say, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    said = say(command, "--help")
    assert said.code == 0
    assert said.err == ""
    assert [line for line in said.out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("vcjira rep", ["report"]),
        ("vcjira labels ", ["plan", "apply", "undo", "log", "verify"]),
        ("vcjira report ", ["walls", "requesters"]),
        ("vcjira report walls --format ", ["html", "md", "csv", "json"]),
        ("vcjira report --pseu", ["--pseudonymise"]),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(tmp_path, shell, words, offered):
    parts = words.split(" ")
    told = {"_VCJIRA_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(parts) - 1)}
    if shell == "fish":
        told["COMP_CWORD"] = parts[-1]
    said = call(tmp_path, env=told)
    assert said.code == 0, said.err
    assert all(word in said.out for word in offered)


def test_completion_can_be_switched_on(tmp_path):
    for shell in ("zsh", "fish"):
        said = call(tmp_path, env={"_VCJIRA_COMPLETE": f"{shell}_source"})
        assert said.code == 0, said.err
        assert "_VCJIRA_COMPLETE" in said.out


ONE_DOCUMENT = [
    ["status", "--json"],
    ["classify", "--json"],
    ["explain", "PLAT-1", "--json"],
    ["labels", "plan", "--json"],
    ["labels", "log", "--json"],
    ["patterns", "--json"],
    ["rules", "test", "--json"],
    ["rules", "lint", "--json"],
    ["rules", "card", "--json"],
    ["report", "walls", "--format", "json"],
    ["check", "--offline", "--json"],
    ["sync", "--json"],
    ["schema", "config"],
    ["schema", "export"],
]


@pytest.mark.parametrize("args", ONE_DOCUMENT, ids=" ".join)
def test_json_is_one_document_and_nothing_else(desk, say, args):
    said = say(*args)
    assert said.code == 0, said.err
    assert json.loads(said.out) is not None
    assert ESCAPE not in said.out


def test_json_goes_on_with_v_and_with_logs_as_json(desk, say):
    said = say("-v", "--log-format", "json", "sync", "--full", "--json")
    assert said.code == 0
    assert json.loads(said.out)
    lines = said.err.splitlines()
    assert lines
    assert all("message" in json.loads(line) for line in lines)


def test_errors_are_lines_of_json_too_where_logs_are(desk, say):
    for args in (["--log-format", "json", "report", "wals"], ["--log-format=json", "-c", "none.yaml", "status"]):
        said = say(*args)
        facts = json.loads(said.err)
        assert facts["level"] == "error"
        assert facts["exit_code"] == said.code == 2
        assert facts["hint"]


def test_an_error_does_not_steer_the_terminal(desk, say):
    said = say("explain", "\x1b[31mPLAT-1\x07")
    assert said.code == 2
    assert ESCAPE not in said.err
    assert "\x07" not in said.err


def test_a_command_that_is_nearly_one_is_suggested(say):
    assert "Did you mean 'report'?" in say("reprot").err


def test_quiet_says_only_what_went_wrong(desk, say):
    assert say("-q", "sync", "--full").err == ""
    assert say("sync", "--full").err != ""
    assert say("-q", "report", "wals").err.startswith("vcjira: ")


def test_the_contract_of_status_plan_and_explain(desk, say):
    site = say("status", "--json").json["sites"][0]
    assert {"name", "issues", "present", "changes", "comments", "people", "last_sync", "watermark"} <= set(site)
    assert site["certificate"]["complete"] is True
    plan = say("labels", "plan", "--json").json
    assert {"plan_id", "created", "site_counts", "changes", "refused"} <= set(plan)
    assert {"site", "key", "issue_id", "add", "remove", "why"} <= set(plan["changes"][0])
    told = say("explain", "PLAT-1", "--json").json
    assert {"key", "requester", "carrier", "organization", "team", "class", "answers", "hits", "labels"} <= set(told)
    assert {"value", "rule", "evidence"} <= set(told["answers"]["has_choice"])
    assert "vetoes" in told


def on_a_terminal(folder, *args: str, columns: int = 80, **env: str) -> str:
    """What a command shows where stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vcjira", *args],
        cwd=folder,
        env=environment({"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40", **env}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:
                break
            if not part:
                break
            seen += part
        assert running.wait(60) == 0
    os.close(ours)
    return seen.decode(errors="replace")


@pytest.mark.slow
def test_colours_on_a_terminal_and_none_where_they_are_not_wanted(desk):
    assert ESCAPE in on_a_terminal(desk, "labels", "plan")
    assert ESCAPE not in on_a_terminal(desk, "labels", "plan", NO_COLOR="1")
    assert ESCAPE not in call(desk, "labels", "plan").out


@pytest.mark.slow
def test_progress_on_a_terminal_only_where_it_is_wanted(desk):
    assert ESCAPE in on_a_terminal(desk, "sync", "--full")
    assert ESCAPE not in on_a_terminal(desk, "--no-progress", "sync", "--full", NO_COLOR="1")


@pytest.mark.parametrize(
    "args",
    [["status"], ["classify", "--limit", "5"], ["explain", "PLAT-1"], ["labels", "plan"], ["patterns"], ["check"]],
    ids=" ".join,
)
def test_every_screen_fits_80_columns(desk, say, monkeypatch, args):
    monkeypatch.setenv("COLUMNS", "80")
    said = say(*args)
    assert said.code == 0, said.err
    assert [line for line in said.out.splitlines() if len(line) > 80 and str(desk) not in line] == []


def test_a_narrow_terminal_still_shows_who_and_what(desk, say, monkeypatch):
    monkeypatch.setenv("COLUMNS", "48")
    said = say("classify", "--limit", "5")
    assert "stakeholder" in said.out
    assert said.code == 0


def test_the_modules_of_the_commands_are_the_files_of_this_folder():
    named = {place.partition(":")[0] for place, _ in COMMANDS.values()}
    files = {path.stem for path in (ROOT / "vcjira" / "cli").glob("*.py")}
    assert named <= files
