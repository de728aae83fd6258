"""How fast and how frugal is sync? Against three peers, in the same run, on the same embedded Jira.

    python bench/sync.py [--issues 4000] [--rounds 3] [--latency 100] [--peers]

Prints medians and ratios. The peers (`jira` 3.10.5, `atlassian-python-api`, `tap-jira`) live in an environment of
their own, `.venv-peers`, made on first use. Each pulls issues with changelogs and comments as its own documentation
says; tap-jira insists on https and gets its URL put right. On our side storing is included.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = ROOT / ".venv-peers"
CONCURRENCY = 8

SERVER = """
import sys, time
from vcjira.demo import EmbeddedJira
from vcjira.demo.company import company
with EmbeddedJira(company(issues=int(sys.argv[1]), weight="bench"), latency=float(sys.argv[2])) as jira:
    print(jira.url, flush=True)
    while True:
        time.sleep(1)
"""

CONFIG = (
    """
version: 1
mirror: m.duckdb
sites:
  - name: bench
    url: {url}
    email: bot@demo.example
    token: env:VCJIRA_BENCH
    requests: {{concurrency: %d, per_second: 100000}}
"""
    % CONCURRENCY
)  # noqa: UP031

JIRA_OBJECTS = """
import sys
from jira import JIRA
jira = JIRA(sys.argv[1], basic_auth=("bot@demo.example", "demo-token"), options={"rest_api_version": "3"})
issues = jira.search_issues('created >= "2000-01-01"', maxResults=0, fields="*all", expand="changelog")
print(len(issues), sum(len(i.changelog.histories) for i in issues))
"""

ATLASSIAN = """
import sys
from atlassian import Jira
jira = Jira(url=sys.argv[1], username="bot@demo.example", password="demo-token", cloud=True, api_version="3")
token, n, histories = None, 0, 0
while True:
    page = jira.enhanced_jql(
        'created >= "2000-01-01"', fields="*all", nextPageToken=token, limit=100, expand="changelog"
    )
    n += len(page["issues"]); histories += sum(len(i["changelog"]["histories"]) for i in page["issues"])
    token = page.get("nextPageToken")
    if not token or page.get("isLast"):
        break
print(n, histories)
"""

TAP = """
import sys, json, tempfile
from tap_jira import http
http.Client.url = lambda self, path: self.base_url.rstrip("/") + "/" + path.lstrip("/")
import tap_jira, singer
config = {"start_date": "2000-01-01T00:00:00Z", "username": "bot@demo.example", "password": "demo-token",
          "base_url": sys.argv[1], "user_agent": "bench"}
folder = tempfile.mkdtemp()
json.dump(config, open(folder + "/config.json", "w"))
tap_jira.Context.client = http.Client(config) if hasattr(tap_jira, "Context") else None
catalog = tap_jira.discover().to_dict()
for stream in catalog["streams"]:
    wanted = stream["tap_stream_id"] in ("issues", "issue_comments", "changelogs", "projects")
    for entry in stream["metadata"]:
        entry["metadata"]["selected"] = wanted
json.dump(catalog, open(folder + "/catalog.json", "w"))
sys.argv = ["tap-jira", "--config", folder + "/config.json", "--catalog", folder + "/catalog.json"]
tap_jira.main()
"""


@contextmanager
def served(issues: int, latency: float) -> Iterator[str]:
    """The embedded Jira in a process of its own; its URL."""
    command = [sys.executable, "-c", SERVER, str(issues), str(latency)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def timed(command: list[str], folder: Path, env: dict[str, str] | None = None) -> tuple[float, float, int, str]:
    """(seconds, CPU seconds, peak kB, output) of a child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    log = folder / "out.txt"
    with log.open("w") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=env)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    del before
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[:3]} failed:\n{log.read_text()[-2000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, log.read_text()


def ours(url: str) -> tuple[float, float, int, int]:
    """One first sync into a new mirror, as a user calls it; the number of requests last."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vcjira.yaml").write_text(CONFIG.format(url=url))
        env = {**os.environ, "VCJIRA_BENCH": "demo-token"}
        command = [str(Path(sys.executable).parent / "vcjira"), "-q", "sync", "--json"]
        seconds, cpu, peak, text = timed(command, folder, env)
        return seconds, cpu, peak, json.loads(text)[0]["traffic"]["requests"]


def peer(name: str, code: str, url: str) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        seconds, cpu, peak, _ = timed([str(PEERS / "bin" / "python"), "-c", code, url], Path(folder))
        return seconds, cpu, peak


def prepare() -> None:
    if not (PEERS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        packages = ["jira==3.10.5", "atlassian-python-api==5.0.5", "tap-jira==2.6.0"]
        subprocess.run([str(PEERS / "bin" / "pip"), "install", "-q", *packages], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=100, help="milliseconds per request")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    n = options.issues
    peers = {} if options.no_peers else {"jira": JIRA_OBJECTS, "atlassian-python-api": ATLASSIAN, "tap-jira": TAP}
    if peers:
        prepare()
    for latency in (options.latency / 1000, 0.0):
        with served(n, latency) as url:
            runs = [ours(url) for _ in range(options.rounds)]
            seconds, cpu, peak, requests = (statistics.median(values) for values in zip(*runs, strict=True))
            bound = requests * latency / CONCURRENCY
            print(f"\n{n} issues, {latency * 1000:.0f} ms per request, medians of {options.rounds}")
            print(f"{'vcjira':<22}{n / seconds:9.0f} issues/s {cpu / n * 1000:8.3f} ms CPU/issue {peak / 1024:7.0f} MB")
            if latency:
                print(
                    f"  {requests:.0f} requests; bound {bound:.2f} s (requests x latency / {CONCURRENCY}),"
                    f" took {seconds:.2f} s: {seconds / bound:.2f} x"
                )
            for name, code in peers.items():
                theirs = [peer(name, code, url) for _ in range(options.rounds)]
                s, c, p = (statistics.median(values) for values in zip(*theirs, strict=True))
                print(
                    f"{name:<22}{n / s:9.0f} issues/s {c / n * 1000:8.3f} ms CPU/issue {p / 1024:7.0f} MB"
                    f"   we are {s / seconds:.1f} x as fast, {c / cpu:.1f} x less CPU"
                )


if __name__ == "__main__":
    main()
