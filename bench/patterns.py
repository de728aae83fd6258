"""What all patterns, the matrix, embedding, stages and novelty cost on a made-up tracker, beside pandas and pm4py.

`make bench-patterns` does 1 % and 10 % of 2.7 million issues; `python bench/patterns.py --share 1` the whole (10
minutes and 3 GB of disk). Two threads and 2.5 GB for the database, so that the process stays under 3 GB. pandas and
pm4py (which is AGPL and no dependency of ours) run on the same tables in a throw-away environment: `--rivals`.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import tracker

from vcjira import nightly, people, rules
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import again, asking

HERE = Path(__file__).parent
TRIES = 3
"""The best of so many counts, theirs as ours: the machine may be busy with something else."""
WHO = ("vcjira.people.derive", "vcjira.rules.derive")
"""What says who asks; their time is shown apart: it is not the patterns'."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--share", type=float, nargs="+", default=[0.01, 0.1], help="of 2.7 million issues")
    asked.add_argument("--folder", type=Path, help="where made-up trackers are kept; else they are thrown away")
    asked.add_argument("--rivals", action="store_true", help="pandas and pm4py as well, on the last share up to 10 %%")
    asked.add_argument(
        "--night", action="store_true", help="then 0.5 %% of the issues change: what deriving again costs"
    )
    asked.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        print(json.dumps(derive(given.one, night=given.night)))
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="vcjira-bench-"))
    try:
        for share in given.share:
            show(share, measured(share, folder, night=given.night))
        if given.rivals:
            rivals(folder / f"tracker-{min(given.share[-1], 0.1):g}.duckdb", folder)
    finally:
        if not given.folder:
            shutil.rmtree(folder)


def measured(share: float, folder: Path, *, night: bool) -> dict[str, Any]:
    """One derivation in a process of its own, so that its memory can be read."""
    origin = folder / f"tracker-{share:g}.duckdb"
    if not origin.exists():
        with Mirror(origin, write=True) as mirror:
            _limit(mirror)
            tracker.fill(mirror, share)
    copy = folder / "derived.duckdb"
    copy.unlink(missing_ok=True)
    shutil.copy(origin, copy)
    command = [sys.executable, __file__, "--one", copy, *(["--night"] if night else [])]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    copy.unlink()
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def derive(path: Path, *, night: bool) -> dict[str, Any]:
    """Seconds (by the clock, of processors) of each room that derives tables and of writing, and the peak of memory."""
    settings, seconds = tracker.settings(), {}
    with Mirror(path, write=True) as mirror:
        _limit(mirror)
        events = mirror.tuples("SELECT (SELECT count(*) FROM issues), (SELECT count(*) FROM changes),"
                               " (SELECT count(*) FROM comments), (SELECT count(*) FROM links)")[0]  # fmt: skip
        for step in (people.derive, rules.derive):
            began = _clocks()
            step(mirror, settings)
            seconds[f"{step.__module__}.{step.__name__}"] = _since(began)
        mirror.drop_temporary(but=again.KNOWN)
        began = _clocks()
        again.whole(mirror, settings)
        seconds["vcjira.nightly.again.whole"] = _since(began)
        began = _clocks()
        mirror.checkpoint()
        seconds["writing"] = _since(began)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        changed = derive_again(mirror, settings) if night else None
        hits = dict(mirror.tuples("SELECT pattern, count(*) FROM hits GROUP BY ALL ORDER BY ALL"))
    return {"sizes": events, "seconds": seconds, "peak": peak, "hits": hits, "night": changed}


def derive_again(mirror: Mirror, settings: Settings) -> dict[str, Any]:
    """A night later, 0.5 % of the issues changed, a fifth of them new: seconds in all, of who asks, of the rest."""
    nightly.refresh(mirror, settings)
    stale = tracker.night(mirror)
    mirror.run("BEGIN")
    began = _clocks()
    asking.derive_again(mirror, settings, datetime.fromisoformat(mirror.meta("derived_at") or ""), again.MOST)
    who = _since(began)
    mirror.run("ROLLBACK")
    began = _clocks()
    nightly.refresh(mirror, settings)
    whole = _since(began)
    return {"stale": stale, "who": who, "rest": [whole[0] - who[0], whole[1] - who[1]]}


def show(share: float, found: dict[str, Any]) -> None:
    issues, changes, comments, links = found["sizes"]
    print(f"{share:.0%}: {issues:,} issues, {changes:,} changes, {comments:,} comments, {links:,} links")
    for name, (wall, cpu) in found["seconds"].items():
        print(f"  {name:<21} {wall:7.1f} s, {cpu:7.1f} s CPU{'   (who asks: apart)' if name in WHO else ''}")
    counted = [times for name, times in found["seconds"].items() if name not in WHO]
    wall, cpu = (sum(column) for column in zip(*counted, strict=True))
    million = (changes + comments) / 1e6
    print(f"  patterns and measures {wall:7.1f} s, {cpu:7.1f} s CPU, {cpu / million:.2f} s CPU per million events,"
          f" peak {found['peak']:.2f} GB, {sum(found['hits'].values()):,} hits")  # fmt: skip
    if night := found["night"]:
        (_, who), (wall, rest) = night["who"], night["rest"]
        print(f"  a night later, {night['stale']:,} issues changed: {wall:.1f} s, {rest:.1f} s CPU,"
              f" {rest / cpu:.2f} of everything; who asks {who:.1f} s CPU more")  # fmt: skip


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    wall, cpu = _clocks()
    return wall - began[0], cpu - began[1]


def rivals(origin: Path, folder: Path) -> None:
    """The same four questions, and the hand-over network of 1 million events, asked of all three."""
    ours: dict[str, tuple[float, ...]] = {}
    wanted: dict[str, Any] = {}
    with Mirror(origin, write=True) as mirror:
        _limit(mirror)
        mirror.run(EVENTS)
        for name, sql in QUESTIONS.items():
            tries = []
            for _ in range(TRIES):
                began = _clocks()
                wanted[name] = mirror.tuples(sql)[0]
                tries.append(_since(began))
            ours[name] = tuple(map(min, zip(*tries, strict=True)))
        for table, sql in EXPORTS.items():
            mirror.run(f"COPY ({sql}) TO '{folder / table}.parquet'")
    python = folder / "rivals" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "rivals"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pandas", "pyarrow", "pm4py"], check=True)
    said = subprocess.run([python, HERE / "rivals.py", folder], check=True, capture_output=True, text=True)
    theirs = json.loads(said.stdout.splitlines()[-1])
    for name, (wall, cpu, answer) in theirs.items():
        same = [round(float(value), 6) for value in answer] == [round(float(value), 6) for value in wanted[name]]
        print(f"  {name:<16} ours {ours[name][0]:6.2f} s, {ours[name][1]:6.2f} s CPU;"
              f" theirs {wall:6.2f} s, {cpu:6.2f} s CPU:"
              f" {wall / ours[name][0]:5.1f} and {cpu / ours[name][1]:5.1f} times,"
              f" {'equal' if same else f'NOT EQUAL: {wanted[name]} {answer}'}")  # fmt: skip
    pandas = [name for name in theirs if name != "network"]
    for kind, what in enumerate(("by the clock", "of processor")):
        ratio = sum(theirs[name][kind] for name in pandas) / sum(ours[name][kind] for name in pandas)
        print(f"  pandas, all four: {ratio:.1f} times our time {what}")


def _limit(mirror: Mirror) -> None:
    mirror.run("SET memory_limit = '2500MB'")
    mirror.run("SET threads = 2")


_STEPS = """SELECT issue_id, to_value AS holder,
    lag(to_value) OVER w AS before, lag(to_value, 2) OVER w AS origin
    FROM changes WHERE field = 'assignee' AND to_value IS NOT NULL
    WINDOW w AS (PARTITION BY issue_id ORDER BY changed, change_id)"""
EVENTS = """CREATE OR REPLACE TEMP TABLE network_events AS
    SELECT issue_id, 'T' || hash(author_id) % 120 AS resource, changed, change_id FROM changes
    WHERE CAST(issue_id AS BIGINT) < 86_000"""
"""About one million, by 120 resources."""

QUESTIONS = {
    "hand-overs": f"""SELECT count(*), count(DISTINCT issue_id), count(DISTINCT hash(before, holder))
        FROM ({_STEPS}) WHERE before <> holder""",
    "ping-pong": f"""SELECT count(*), count(DISTINCT issue_id) FROM ({_STEPS})
        WHERE origin = holder AND before <> holder""",
    "first response": """SELECT count(*), median(epoch(answered) - epoch(created)) FROM (
        SELECT i.issue_id, i.created, min(c.created) AS answered FROM issues i JOIN comments c USING (issue_id)
        WHERE c.author_id <> i.reporter_id GROUP BY ALL)""",
    "turns": """SELECT sum(turns), max(turns) FROM (SELECT issue_id, count(*) AS turns FROM (
        SELECT issue_id, side, lag(side) OVER (PARTITION BY issue_id ORDER BY created, comment_id) AS before FROM (
            SELECT c.issue_id, c.created, c.comment_id, c.author_id = i.reporter_id AS side
            FROM comments c JOIN issues i USING (issue_id))
        ) WHERE before IS DISTINCT FROM side GROUP BY issue_id)""",
    "network": """SELECT count(*), sum(n) FROM (SELECT before, resource, count(*) AS n FROM (
        SELECT resource, lag(resource) OVER (PARTITION BY issue_id ORDER BY changed, change_id) AS before
        FROM network_events) WHERE before IS NOT NULL GROUP BY ALL)""",
}
"""What both answer, in numbers that must be equal."""

EXPORTS = {
    "changes": "SELECT issue_id, change_id, changed, field, to_value FROM changes",
    "comments": "SELECT issue_id, comment_id, created, author_id FROM comments",
    "issues": "SELECT issue_id, created, reporter_id FROM issues",
    "events": "FROM network_events",
}

if __name__ == "__main__":
    main()
