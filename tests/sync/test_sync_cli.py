"""`vcjira sync` as people and cron call it: interrupted, killed, on a full disk, audited; and `status`."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sync_world import CLOUD_FIRST, bodies, tracker_of

from vcjira.demo import EMAIL, TOKEN, EmbeddedJira
from vcjira.demo.faults import Fault
from vcjira.mirror import Mirror

KILLS = int(os.environ.get("VCJIRA_KILLS", "6"))
"""How often the killed runs are killed; fifty takes some minutes."""


def configured(
    folder: Path, *jiras: EmbeddedJira, mirror: str = "m.duckdb", requests: str = "per_second: 10000"
) -> None:
    lines = ["version: 1", f"mirror: {mirror}", "sites:"]
    for number, jira in enumerate(jiras):
        lines += [f"  - name: site{number}", f"    url: {jira.url}", "    token: env:VCJIRA_TOKEN"]
        lines += [f"    requests: {{{requests}}}"]
        lines += [f"    email: {EMAIL}"] if jira.product == "cloud" else []
    (folder / "vcjira.yaml").write_text("\n".join(lines))


def start(folder: Path, *args: str) -> subprocess.Popen[str]:
    env = {**os.environ, "VCJIRA_TOKEN": TOKEN}
    command = [sys.executable, "-m", "vcjira", *args]
    return subprocess.Popen(command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def call(folder: Path, *args: str) -> tuple[int, str, str]:
    process = start(folder, *args)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture(params=CLOUD_FIRST)
def jira(request):
    with EmbeddedJira(tracker_of(120, 11), product=request.param) as running:
        yield running


def test_status_audit_full_and_project_do_what_the_contract_says(tmp_path, jira):
    configured(tmp_path, jira)
    assert call(tmp_path, "-q", "sync")[0] == 0
    code, out, _ = call(tmp_path, "status", "--json")
    (site,) = json.loads(out)["sites"]
    assert code == 0
    assert site["name"] == "site0"
    assert site["issues"] == site["present"] == 120
    assert site["changes"] == sum(len(h.edits) for issue in jira.store.issues.values() for h in issue.histories)
    assert site["comments"] == sum(len(issue.comments) for issue in jira.store.issues.values())
    assert site["last_sync"] > site["watermark"]
    assert (site["certificate"]["complete"], site["certificate"]["findings"]) == (True, [])
    mark = len(jira.requests)
    assert call(tmp_path, "-q", "sync", "--project", "P1")[0] == 0
    assert bodies(jira, mark) == []
    assert call(tmp_path, "-q", "sync", "--audit")[0] == 0
    key = min(jira.store.labels())
    with Mirror(tmp_path / "m.duckdb", write=True) as mirror:
        mirror.run("UPDATE issues SET summary = 'not so' WHERE key = ?", [key])
        mirror.run("DELETE FROM comments WHERE comment_id = (SELECT min(comment_id) FROM comments)")
    code, out, _ = call(tmp_path, "-q", "sync", "--audit", "--json")
    found = {(row["table"], row["what"]) for row in json.loads(out)["differences"]}
    assert (code, found) == (4, {("issues", "different"), ("comments", "missing in the mirror")})
    assert call(tmp_path, "-q", "sync", "--full")[0] == 0
    assert call(tmp_path, "-q", "sync", "--audit")[0] == 0


def test_ctrl_c_stops_within_two_seconds_and_the_mirror_is_whole(tmp_path, jira):
    configured(tmp_path, jira)
    jira.faults.rules.append(Fault(kind="hang", seconds=30, path="search|bulkfetch", after=3))
    process = start(tmp_path, "sync")
    while len(jira.requests) < 8 and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 2
    assert (process.returncode, "the mirror is whole" in err) == (130, True)
    jira.faults.rules.clear()
    assert call(tmp_path, "-q", "sync")[0] == 0
    assert call(tmp_path, "-q", "sync", "--audit")[0] == 0


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_and_nothing_doubled(tmp_path, jira, monkeypatch):
    dice = random.Random(len(jira.product))
    jira.faults.rules.append(Fault(kind="hang", seconds=0.05, share=0.5))
    configured(tmp_path, jira, requests="per_second: 10000, concurrency: 2")
    whole = 1.0
    killed = 0
    for trial in range(KILLS + 1):  # the first one runs to its end, to know how long that takes
        for key in list(jira.store.labels()):
            jira.store.edit_labels(key, add=[f"n{dice.randrange(10**6)}"])
        process = start(tmp_path, "-q", "sync")
        seen = len(jira.requests)
        while len(jira.requests) == seen and process.poll() is None:
            time.sleep(0.01)
        began = time.monotonic()
        if trial:
            time.sleep(dice.random() * whole)
            process.kill()
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        whole = whole if trial else time.monotonic() - began
    assert killed >= KILLS / 2
    jira.faults.rules.clear()
    assert call(tmp_path, "-q", "sync")[0] == 0
    assert call(tmp_path, "-q", "sync", "--audit")[0] == 0
    with Mirror(tmp_path / "m.duckdb", write=False) as mirror:
        assert mirror.value("SELECT count(*) FROM issues") == 120
        doubled = (
            "SELECT count(*) FROM (SELECT issue_id, change_id, item FROM changes GROUP BY ALL HAVING count(*) > 1)"
        )
        assert mirror.value(doubled) == 0


@pytest.mark.parametrize("size", ["900k", pytest.param("1500k", marks=pytest.mark.slow)], ids=["at once", "later"])
def test_a_full_disk_is_told_and_nothing_saved_is_lost(tmp_path, jira, size):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        configured(tmp_path, jira, mirror=str(mount / "m.duckdb"))
        code, _, err = call(tmp_path, "-q", "sync")
        assert (code, "disk is full" in err, "Traceback" in err) == (4, True, False)
        subprocess.run(["mount", "-o", "remount,size=64m", str(mount)], check=True)
        assert call(tmp_path, "-q", "sync")[0] == 0
        assert call(tmp_path, "-q", "sync", "--audit")[0] == 0
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def test_one_site_that_fails_spoils_no_other(tmp_path):
    with EmbeddedJira(tracker_of(20, 12)) as good, EmbeddedJira(tracker_of(20, 13)) as bad:
        bad.faults.rules.append(Fault(kind="401"))
        configured(tmp_path, bad, good)
        code, out, err = call(tmp_path, "sync")
        assert code == 4
        assert "site1: 20 issues in Jira, 20 fetched" in out
        assert "log-in failed" in err
        assert len([request for request in bad.requests if request.status == 401]) == 1
