"""How frugal are labels? Requests for many changes on both products, against one `issue.update` per issue.

    python bench/labels.py [--changes 20000] [--datacenter 600] [--sample 300] [--plan 50000]

Everything goes over HTTP to the embedded Jira of this process, which counts what arrives; vcjira runs as a user calls
it, in a process of its own. The peer, `jira` 3.10.5 with `issue.update(...)` per issue, does a sample on the same
server, and its numbers are scaled to the same count of changes.
"""

import argparse
import json
import logging
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jira import JIRA

from vcjira.demo import EMAIL, TOKEN, Bucket, EmbeddedJira, Faults, Request, Store
from vcjira.demo.records import Account

DOMAINS = ("acme.example", "globex.example", "initech.example")
TASK = 1_000
CONFIG = """
version: 1
sites:
  - {name: bench, url: "%(url)s", %(email)stoken: "env:VCJIRA_BENCH", requests: {per_second: %(rate)s}}
teams:
  Platform: {projects: [P0, P1, P2, P3, P4]}
classify:
  rules:
    - {name: own staff, when: {email_domain: [acme.example]}, answers: {has_choice: no}}
    - {name: portal, when: {email_domain: [globex.example]}, answers: {has_choice: yes, delivers_to_others: no}}
    - {name: resellers, when: {email_domain: [initech.example]}, answers: {has_choice: yes, delivers_to_others: yes}}
labels: {enabled: true, limits: {issues: 1000000, share: 100%%}}
"""


def company(issues: int) -> Store:
    """Issues of ninety people of three organizations in five projects: a third for each class."""
    store = Store()
    for number in range(90):
        name, domain = f"u{number}", DOMAINS[number % 3]
        store.directory.add(Account(name, key=name, name=name, display=name.title(), email=f"{name}@{domain}"))
    for number in range(issues):
        store.create(f"P{number % 5}", f"Issue {number}", reporter=f"u{number % 90}", labels=["theirs"])
    return store


@contextmanager
def workplace(jira: EmbeddedJira, rate: float) -> Iterator[Any]:
    """A synced mirror of that server, and a way to call vcjira there."""
    with tempfile.TemporaryDirectory() as name:
        email = f"email: {EMAIL}, " if jira.product == "cloud" else ""
        (Path(name) / "vcjira.yaml").write_text(CONFIG % {"url": jira.url, "email": email, "rate": rate})

        def call(*words: str) -> str:
            command = [str(Path(sys.executable).parent / "vcjira"), "-q", *words]
            env = {**os.environ, "VCJIRA_BENCH": TOKEN}
            done = subprocess.run(command, cwd=name, env=env, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{words} ended with {done.returncode}:\n{done.stderr}{done.stdout[-2000:]}")
            return done.stdout

        call("sync")
        yield call


def mails(requests: list[Request]) -> int:
    """Issues for which an edit let Jira send mail."""
    count = 0
    for request in requests:
        if request.method == "PUT" and "/properties/" not in request.path:
            count += request.query.get("notifyUsers") != "false"
        elif request.path.endswith("/bulk/issues/fields") and request.body["sendBulkNotification"]:
            count += len(request.body["selectedIssueIdsOrKeys"])
    return count


def kind(request: Request) -> str:
    words = [word if not word.isdigit() else "N" for word in request.path.split("/")[4:]]
    return f"{request.method} {'/'.join(words)}"


def cloud(changes: int) -> None:
    with EmbeddedJira(company(changes), product="cloud") as jira, workplace(jira, 100_000) as call:
        seen, started = len(jira.requests), time.perf_counter()
        outcome = json.loads(call("labels", "apply", "--yes", "--json"))
        seconds, sent = time.perf_counter() - started, jira.requests[seen:]
    groups = Counter(number % 3 for number in range(changes))
    pieces = sum(math.ceil(count / TASK) for count in groups.values())
    least = 4 * pieces  # read again, write, ask whether it is done, read back
    evidence = 2 * len(groups)  # write, ask whether it is done
    told = sum("issue/properties" in request.path or "/task/" in request.path for request in sent)
    labels = len(sent) - told
    print(f"\nCloud, {changes:,} changes ({outcome['done']:,} done) in {seconds:.1f} s")
    print(f"  labels: {labels} requests; least possible {least} ({pieces} tasks x 4): {labels / least:.2f} x")
    print(f"  evidence: {told} requests; least possible {evidence}")
    total = labels + told
    print(f"  all: {total} requests, {total / (least + evidence):.2f} x the least; mails: {mails(sent)}")
    for name, count in Counter(map(kind, sent)).most_common():
        print(f"    {count:>6}  {name}")


def datacenter(changes: int, rate: int) -> None:
    faults = Faults(bucket=Bucket(limit=rate, fill=rate, interval=1.0))
    with (
        EmbeddedJira(company(changes), product="datacenter", faults=faults) as jira,
        workplace(jira, rate * 0.9) as call,
    ):
        time.sleep(1.5)
        seen, started = len(jira.requests), time.perf_counter()
        outcome = json.loads(call("labels", "apply", "--yes", "--json"))
        seconds, sent = time.perf_counter() - started, jira.requests[seen:]
    print(
        f"\nData Center, {changes:,} changes ({outcome['done']:,} done) in {seconds:.1f} s; bucket of {rate} per second"
    )
    print(f"  configured {rate * 0.9:.0f} requests per second, sent {len(sent) / seconds:.1f} ({len(sent)} requests)")
    print(f"  429 answers: {sum(request.status == 429 for request in sent)}; mails: {mails(sent)}")


def peer(changes: int, sample: int) -> None:
    logging.disable(logging.CRITICAL)
    with EmbeddedJira(company(sample), product="cloud") as jira:
        client = JIRA(server=jira.url, basic_auth=(EMAIL, TOKEN), options={"rest_api_version": "3"})
        seen, started = len(jira.requests), time.perf_counter()
        for key in [issue.key for issue in jira.store.issues.values()]:
            client.issue(key, fields="labels").update(update={"labels": [{"add": "vc-customer"}]}, notify=False)
        seconds, sent = time.perf_counter() - started, jira.requests[seen:]
    scale = changes / sample
    print(f"\nPeer: jira 3.10.5, issue.update for each of a sample of {sample} issues, scaled to {changes:,}")
    print(
        f"  {len(sent) * scale:,.0f} requests, {seconds * scale:,.0f} s on this server; {mails(sent) * scale:.0f} mails"
    )


def plan(changes: int) -> None:
    """Draft a plan from a mirror that is full already; the classes are said, not derived."""
    from labels_mirror import filled

    with tempfile.TemporaryDirectory() as name, filled(Path(name) / "m.duckdb", changes) as (mirror, settings):
        from vcjira import report
        from vcjira.cli.labels_text import plan_lines
        from vcjira.labels import sketch

        cpu, wall = time.process_time(), time.perf_counter()
        drafted = sketch(mirror, settings)
        lines = list(plan_lines(drafted.facts(30), over=None, every=False))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(f"\nPlan of {len(drafted.changes):,} changes, drafted and told: {wall:.2f} s ({cpu:.2f} s CPU)")
        for form in ("json", "md", "html"):
            started = time.perf_counter()
            text = drafted.text() if form == "json" else report.render_plan(mirror, settings, drafted, form)
            print(f"  as {form}: {time.perf_counter() - started:.2f} s, {len(text) / 1e6:.1f} MB")
            if folder := os.environ.get("VCJIRA_BENCH_OUT"):
                (Path(folder) / f"plan.{form}").write_text(text)
        if os.environ.get("VCJIRA_BENCH_OUT"):
            print("\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--datacenter", type=int, default=600)
    parser.add_argument("--rate", type=int, default=50, help="Data Center's tokens per second")
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--plan", type=int, default=50_000)
    options = parser.parse_args()
    if options.plan:
        plan(options.plan)
    if options.datacenter:
        datacenter(options.datacenter, options.rate)
    if options.changes:
        cloud(options.changes)
        peer(options.changes, options.sample)


if __name__ == "__main__":
    main()
