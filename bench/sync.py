"""How fast and how frugal is sync? Against three peers, in the same run, on the same embedded Jira.

    python bench/sync.py [--issues 4000] [--rounds 3] [--latency 100] [--no-peers]
    python bench/sync.py --scale 5000 100000          # memory, time and CPU per issue of first syncs
    python bench/sync.py --nightly 10000 100000       # a night with 500 changed issues, against a first sync

Prints medians and ratios. The peers (`jira` 3.10.5, `atlassian-python-api`, `tap-jira`) live in an environment of
their own, `.venv-peers`, made on first use. Each pulls issues with changelogs and comments as its own documentation
says; tap-jira insists on https and gets its URL put right. On our side storing is included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peers import ALL, python_of_peers

SERVER = """
import gc, random, sys, time
from vcjira.demo import EmbeddedJira
from vcjira.demo.company import company
store = company(issues=int(sys.argv[1]), weight="bench")
gc.freeze()
store.clock.run()
dice = random.Random(1)
with EmbeddedJira(store, product=sys.argv[3], latency=float(sys.argv[2])) as jira:
    print(jira.url, flush=True)
    for line in sys.stdin:
        for key in dice.sample(sorted(store.labels()), int(line)):
            store.edit_labels(key, add=[f"changed-{dice.randrange(10**9)}"])
        print("changed", flush=True)
"""

CONFIG = """
version: 1
mirror: m.duckdb
sites:
  - name: bench
    url: {url}
    {email}
    token: env:VCJIRA_BENCH
    requests: {{concurrency: {concurrency}, per_second: 100000}}
"""


@dataclass
class Cost:
    """What one run of a program cost."""

    seconds: float
    cpu: float
    megabytes: float
    requests: int = 0
    fetched: int = 0


class Server:
    """The embedded Jira in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url = process, url

    def change(self, count: int) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()


@contextmanager
def served(issues: int, latency: float, product: str = "cloud") -> Iterator[Server]:
    command = [sys.executable, "-c", SERVER, str(issues), str(latency), product]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Server(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def timed(command: list[str], folder: Path, env: dict[str, str] | None = None) -> tuple[Cost, str]:
    log = folder / "out.txt"
    started = time.perf_counter()
    with log.open("w") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=env)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[:3]} failed:\n{log.read_text()[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), log.read_text()


def sync(server: Server, folder: Path, concurrency: int, product: str = "cloud") -> Cost:
    """One `vcjira sync` as a user calls it."""
    email = "email: bot@demo.example" if product == "cloud" else "product: datacenter"
    (folder / "vcjira.yaml").write_text(CONFIG.format(url=server.url, email=email, concurrency=concurrency))
    command = [str(Path(sys.executable).parent / "vcjira"), "-q", "sync", "--json"]
    cost, text = timed(command, folder, {**os.environ, "VCJIRA_BENCH": "demo-token"})
    (outcome,) = json.loads(text)
    assert outcome["certificate"]["complete"], outcome
    cost.requests, cost.fetched = outcome["traffic"]["requests"], outcome["fetched"]
    return cost


def first(server: Server, concurrency: int, product: str = "cloud") -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return sync(server, Path(folder), concurrency, product)


def peer(code: str, server: Server, issues: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        cost, text = timed([python_of_peers(), "-c", code, server.url, str(issues)], Path(folder))
    cost.fetched = int(text.strip().splitlines()[-1]) if text.strip()[-1:].isdigit() else issues
    return cost


def median(costs: list[Cost]) -> Cost:
    return Cost(
        *(statistics.median(getattr(cost, name) for cost in costs) for name in ("seconds", "cpu", "megabytes")),
        requests=costs[0].requests,
        fetched=costs[0].fetched,
    )


def compare(issues: int, rounds: int, latency: float, concurrency: int, peers: dict[str, str]) -> None:
    with served(issues, latency) as server:
        ours = median([first(server, concurrency) for _ in range(rounds)])
        speed, cpu = issues / ours.seconds, ours.cpu / issues * 1000
        bound = ours.requests * latency / concurrency
        print(f"\n{issues} issues, {latency * 1000:.0f} ms per request, {concurrency} at once, medians of {rounds}")
        print(f"{'vcjira':<34}{speed:8.0f} issues/s {cpu:8.3f} ms CPU/issue {ours.megabytes:6.0f} MB")
        if latency:
            print(
                f"  {ours.requests} requests; bound {bound:.2f} s (requests x latency / {concurrency}),"
                f" took {ours.seconds:.2f} s from start to end of the process: {ours.seconds / bound:.2f} x"
            )
        for name, code in peers.items():
            theirs = median([peer(code, server, issues) for _ in range(rounds)])
            s, c = theirs.fetched / theirs.seconds, theirs.cpu / theirs.fetched * 1000
            print(
                f"{name:<34}{s:8.0f} issues/s {c:8.3f} ms CPU/issue {theirs.megabytes:6.0f} MB"
                f"   we: {speed / s:.1f} x the issues/s, {c / cpu:.1f} x less CPU"
            )


def scale(sizes: list[int], product: str) -> None:
    for issues in sizes:
        with served(issues, 0.0, product) as server:
            cost = first(server, 8, product)
        print(
            f"first sync of {issues} issues ({product}): {cost.seconds:.1f} s, {cost.seconds / issues * 1000:.3f} ms"
            f" and {cost.cpu / issues * 1000:.3f} ms CPU per issue, {cost.requests} requests,"
            f" peak {cost.megabytes:.0f} MB",
            flush=True,
        )


def nightly(sizes: list[int], changed: int, product: str) -> None:
    for issues in sizes:
        with served(issues, 0.0, product) as server, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            runs = {"first sync": sync(server, folder, 8, product), "nothing changed": sync(server, folder, 8, product)}
            server.change(changed)
            runs[f"{changed} changed"] = sync(server, folder, 8, product)
        for what, cost in runs.items():
            print(
                f"{issues} issues ({product}), {what}: {cost.requests} requests, {cost.fetched} fetched,"
                f" {cost.cpu:.2f} s CPU, {cost.seconds:.2f} s, peak {cost.megabytes:.0f} MB",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issues", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=100, help="milliseconds per request")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--product", choices=["cloud", "datacenter"], default="cloud")
    parser.add_argument("--scale", type=int, nargs="+")
    parser.add_argument("--nightly", type=int, nargs="+")
    parser.add_argument("--changed", type=int, default=500)
    options = parser.parse_args()
    if options.scale:
        scale(options.scale, options.product)
    elif options.nightly:
        nightly(options.nightly, options.changed, options.product)
    else:
        for latency in (options.latency / 1000, 0.0):
            compare(options.issues, options.rounds, latency, options.concurrency, {} if options.no_peers else ALL)


if __name__ == "__main__":
    main()
