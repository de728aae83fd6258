"""Bad input gets a clear error (what, where, a hint) and the exit code of the contract; no traceback, no secret."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_world import call, environment, furnish, invented

from vcjira.demo import TOKEN, EmbeddedJira, Fault, Faults, company
from vcjira.mirror import Mirror
from vcjira.mirror.schema import VERSION


def edit(desk: Path, old: str, new: str) -> None:
    path = desk / "vcjira.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def clear(said, code: int, *words: str, hint: bool = True):
    """The message is for people: one line of what and where, a hint, and nothing else."""
    assert said.code == code, said.err
    for word in words:
        assert word in said.err
    last = said.err.strip().splitlines()
    assert any(line.startswith(("vcjira: ", "Usage: ", "Error: ")) for line in last), said.err
    assert not hint or "hint: " in said.err or "did you mean" in said.err.lower(), said.err
    assert "Traceback" not in said.err + said.out
    assert TOKEN not in said.err + said.out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("people:\n", "poeple:\n", ("vcjira.yaml:", "poeple", "people")),
        ("  limits:", "  limit:", ("vcjira.yaml:", "limit", "limits")),
        ("email_domain: [demo-corp", "email_domian: [demo-corp", ("email_domian", "email_domain")),
        ("token: file:token", "token: ATATT3xFfGF0SuperSecretToken", ("vcjira.yaml:", "env:")),
        ("unknown_budget: 25%", "unknown_budget: lots", ("vcjira.yaml:", "lots")),
        ("version: 1\n", "version: 1\nsites: [\n", ("vcjira.yaml:",)),
        ("account_type: customer}\n      answers", "group: 're:(['}\n      answers", ("vcjira.yaml:",)),
        ("url: http://127.0.0.1", "url: http://jira.acme.example", ("vcjira.yaml:", "https")),
    ],
    ids=["key", "nested-key", "matcher", "literal-secret", "value", "yaml", "pattern", "plain-http"],
)
def test_wrong_configuration_is_named_by_line_and_column(desk, say, old, new, words):
    edit(desk, old, new)
    said = say("classify")
    clear(said, 2, *words, hint=False)
    assert any(part.count(":") >= 2 and part.split(":")[1].isdigit() for part in said.err.split()), said.err
    assert "SuperSecret" not in said.err + said.out


def test_a_literal_secret_is_never_repeated(desk, say):
    edit(desk, "token: file:token", "token: xoxb-very-secret-1234567890")
    for command in ("check", "sync", "run", "report"):
        said = say(command)
        assert said.code == 2
        assert "very-secret" not in said.err + said.out


def test_no_configuration_at_all(tmp_path, say, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VCJIRA_CONFIG", raising=False)
    for command in ("sync", "status", "run", "report", "check", "classify"):
        clear(say(command), 2, "vcjira.yaml", "vcjira init")


def test_a_configuration_named_but_not_there(desk, say):
    clear(say("-c", "elsewhere.yaml", "status"), 2, "elsewhere.yaml")


def test_no_mirror_yet(desk, say):
    (desk / "vcjira.duckdb").unlink()
    for args in (["status"], ["report"], ["labels", "plan"], ["explain", "PLAT-1"], ["export", "out"]):
        clear(say(*args), 2, "no mirror yet", "vcjira sync")


def test_a_mirror_that_is_not_one(desk, say):
    (desk / "vcjira.duckdb").write_bytes(b"this is not a database, but long enough to look like a file" * 200)
    for command in ("status", "sync"):
        clear(say(command), 2, "vcjira.duckdb")


def test_a_mirror_of_a_newer_version(desk, say):
    with Mirror(desk / "vcjira.duckdb", write=True) as mirror:
        mirror.set_meta("version", str(VERSION + 1))
    for command in ("status", "sync", "report"):
        clear(say(command), 2, "vcjira.duckdb", "newer")


def test_a_token_that_is_not_set(desk, say, monkeypatch):
    monkeypatch.delenv("VCJIRA_TOKEN", raising=False)
    edit(desk, "token: file:token", "token: env:VCJIRA_TOKEN")
    clear(say("sync"), 2, "VCJIRA_TOKEN", "vcjira.yaml:")
    assert say("run").code == 2
    assert say("check").code == 2


def test_a_token_file_that_is_not_there(desk, say):
    (desk / "token").unlink()
    clear(say("sync"), 2, "token", "vcjira.yaml:", hint=False)


def test_a_wrong_token(desk, say):
    (desk / "token").write_text("not-the-token\n")
    said = say("sync")
    clear(said, 3, "log-in")
    assert "not-the-token" not in said.err


@pytest.fixture(scope="module")
def few():
    return company(50, 7)


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("cloud", "401"),
        ("cloud", "anonymous"),
        ("cloud", "html"),
        ("cloud", "redirect"),
        ("datacenter", "401"),
        ("datacenter", "anonymous"),
        ("datacenter", "captcha"),
    ],
)
def test_what_is_not_an_answer_of_jira(tmp_path, say, monkeypatch, few, product, kind):
    with EmbeddedJira(few, product=product, faults=Faults(rules=[Fault(kind=kind)])) as jira:
        monkeypatch.chdir(furnish(tmp_path / "desk", jira))
        clear(say("sync"), 3)
        said = say("check")
        assert said.code == 3, said.out + said.err
        assert "NOT OK" in said.out
        assert TOKEN not in said.out + said.err


def test_a_host_that_cannot_be_reached(desk, say, jira):
    edit(desk, jira.url, "http://127.0.0.1:9")
    edit(desk, "timeout: 30", "timeout: 1, deadline: 2")
    clear(say("sync"), 3, "127.0.0.1")
    assert say("status").code == 0, "the mirror still answers"


def test_jql_that_jira_refuses(desk, say):
    edit(desk, 'scope: "project in', 'scope: "projekt in')
    clear(say("sync"), 2, "vcjira.yaml:", "projekt")


def test_a_template_with_a_syntax_error(desk, say):
    (desk / "mine.md.j2").write_text("# One\n\n{% for cell in cells %}\n{{ cell.organization }\n{% endfor %}\n")
    clear(say("report", "walls", "--template", "mine.md.j2"), 2, "mine.md.j2:4")


def test_a_template_with_an_undefined_name(desk, say):
    (desk / "mine.md.j2").write_text("# One\n\n{{ cels|length }}\n")
    clear(say("report", "walls", "--template", "mine.md.j2"), 2, "mine.md.j2:3", "cels")


def test_a_template_that_is_not_there(desk, say):
    clear(say("report", "walls", "--template", "none.md.j2"), 2, "none.md.j2", hint=False)


def test_a_report_that_is_not_there(desk, say):
    clear(say("report", "wall"), 2, "did you mean 'walls'?")


def test_an_issue_a_table_and_a_pattern_that_are_not_there(desk, say):
    clear(say("explain", "PLAT-99999"), 2)
    clear(say("export", "out", "--table", "isues"), 2, "issues")
    clear(say("patterns", "pingpong"), 2)


def test_a_wrong_option_and_a_wrong_command(desk, say):
    clear(say("report", "--formt", "md"), 2, "--format", hint=False)
    clear(say("reprot"), 2, "reprot", hint=False)
    clear(say("report", "--from", "yesterday"), 2, "yesterday", hint=False)
    clear(say("report", "walls", "--from", "2026-09-01", "--to", "2026-08-01"), 2, "--from", hint=False)


def test_plans_that_are_edited_cut_short_foreign_or_no_plans(desk, say):
    assert say("labels", "plan", "--out", "plan.json").code == 0
    text = (desk / "plan.json").read_text()
    (desk / "edited.json").write_text(text.replace("vc-stakeholder", "vc-customer", 1))
    (desk / "short.json").write_text(text[: len(text) // 2])
    (desk / "other.json").write_text("{}")
    for name in ("edited", "short", "other"):
        clear(say("labels", "apply", f"{name}.json", "--yes"), 5, f"{name}.json")
    clear(say("labels", "apply", "none.json", "--yes"), 2, "none.json", hint=False)


def test_too_many_changes_names_the_key_and_the_way_on(desk, say):
    edit(desk, "limits: {issues: 2000, share: 100%}", "limits: {issues: 3}")
    clear(say("labels", "apply", "--yes"), 5, "labels.limits.issues", "--force")


def test_nobody_to_ask(desk, say):
    clear(say("labels", "apply"), 2, "--yes")


def test_another_run_holds_the_mirror(desk):
    hold = "import sys, time; from pathlib import Path; from vcjira.mirror import Mirror\n"
    hold += "m = Mirror(Path('vcjira.duckdb'), write=True); print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], cwd=desk, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for command in ("run", "sync", "status"):
            clear(call(desk, command), 6, "vcjira.duckdb")
    finally:
        holder.kill()
        holder.communicate()


def test_ctrl_c_ends_with_130_and_the_mirror_is_whole(tmp_path):
    with invented(60, rules=[Fault(kind="hang", path="bulkfetch|changelog", seconds=20)]) as jira:
        folder = furnish(tmp_path / "desk", jira)
        command = [sys.executable, "-m", "vcjira", "sync"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running = subprocess.Popen(command, cwd=folder, env=environment(), **pipes)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not any("bulkfetch" in seen.path for seen in jira.requests):
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 130, err
    assert "interrupted; the mirror is whole" in err
    assert "Traceback" not in err
    assert call(folder, "status").code == 0


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from vcjira.cli import run
sys.exit(run(sys.argv[2:]))
"""
"""The command with a limit on the size of files: writing more fails as on a full disk."""


@pytest.mark.parametrize(
    "args",
    [["sync"], ["report", "walls", "--out", "out.html"], ["export", "out"], ["labels", "plan", "--out", "p.json"]],
)
def test_a_full_disk(desk, args):
    if args == ["sync"]:
        (desk / "vcjira.duckdb").unlink()
    command = [sys.executable, "-c", FULL, "3000", *args]
    done = subprocess.run(command, cwd=desk, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "vcjira: " in done.stderr
    assert "bug" not in done.stderr


def test_a_folder_that_may_not_be_written(desk, say):
    target = desk / "file"
    target.write_text("a file where a folder is wanted")
    clear(say("report", "walls", "--out", target / "walls.html"), 2, "file", hint=False)
    clear(say("export", target / "out"), 2, "file", hint=False)


def test_a_bug_says_so_and_shows_its_trace_only_with_v(desk):
    broken = "import vcjira.nightly as n, sys\nfrom vcjira.cli import run\ndel n.fresh\nsys.exit(run(sys.argv[1:]))"
    for args, traced in ((["classify"], False), (["-v", "classify"], True)):
        command = [sys.executable, "-c", broken, *args]
        done = subprocess.run(command, cwd=desk, env=environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "this is a bug" in done.stderr
        assert ("File " in done.stderr) == traced


def test_a_reader_that_goes_away_is_no_error(desk):
    command = f"{sys.executable} -m vcjira patterns --markdown | head -1"
    done = subprocess.run(command, shell=True, cwd=desk, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("# The patterns")
    assert done.stderr == ""


@pytest.mark.slow
def test_the_token_is_in_no_file_that_we_write(desk, say):
    assert say("-v", "sync", "--full").code == 0
    assert say("report", "walls", "--format", "json", "--out", "w.json").code == 0
    assert say("labels", "plan", "--out", "plan.json").code == 0
    assert say("export", "out", "--format", "jsonl").code == 0
    written = [path for path in desk.rglob("*") if path.is_file() and path.name != "token"]
    assert len(written) > 10
    assert not [path.name for path in written if TOKEN.encode() in path.read_bytes()]


def test_version_and_help_need_nothing(tmp_path):
    assert shutil.which("env"), "a usual system"
    for args in (["--version"], ["--help"], ["report", "--help"], ["labels", "apply", "--help"]):
        said = call(tmp_path, *args)
        assert said.code == 0
        assert said.err == ""
    assert os.listdir(tmp_path) == []
