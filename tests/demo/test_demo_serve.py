"""`vcjira serve-jira`: one line when ready, ends cleanly, says what is wrong."""

import json
import re
import signal
import subprocess
import sys

import pytest
import requests

from vcjira.cli import run
from vcjira.demo import EMAIL, TOKEN


def started(*options):
    command = [sys.executable, "-m", "vcjira", "serve-jira", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+", line)
    return process, line, url[0] if url else None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_and_a_clean_end(number):
    process, line, url = started("--issues", "60", "--zone", "Asia/Kathmandu")
    assert line.startswith(f"embedded Jira (cloud) on {url}  issues 60  email: {EMAIL}  token: {TOKEN}")
    me = requests.get(f"{url}/rest/api/3/myself", auth=(EMAIL, TOKEN), timeout=5).json()
    assert me["timeZone"] == "Asia/Kathmandu"
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_data_files_faults_and_rate(tmp_path):
    data = tmp_path / "d.jsonl"
    line = '{"id":"1","key":"A-1","fields":{"summary":"s"}}\n'
    data.write_text(line + line + '{"accountId":"x"}\n')
    faults = tmp_path / "f.json"
    faults.write_text(json.dumps({"rules": [{"kind": "503", "path": "field"}]}))
    process, line, url = started(
        "--data", str(data), "--product", "datacenter", "--faults", str(faults), "--rate", "2", "--latency", "1"
    )
    try:
        assert f"issues 1  not issues: 1  said again: 1  token: {TOKEN}" in line
        token = {"Authorization": f"Bearer {TOKEN}"}
        assert requests.get(f"{url}/rest/api/2/field", headers=token, timeout=5).status_code == 503
        codes = [requests.get(f"{url}/rest/api/2/myself", headers=token, timeout=5).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_what_is_wrong_is_said(tmp_path, capsys):
    empty = tmp_path / "e.jsonl"
    empty.write_text("")
    broken = tmp_path / "b.json"
    broken.write_text("{")
    for options, words in [
        (["--data", str(empty)], "there is no issue in these files"),
        (["--faults", str(broken)], "not a description of faults"),
        (["--zone", "Nowhere/Land"], "is not a time zone"),
        (["--data", str(tmp_path / "none.jsonl")], "does not exist"),
        (["--rate", "0"], "Invalid value"),
    ]:
        assert run(["serve-jira", *options]) == 2
        assert words in capsys.readouterr().err
