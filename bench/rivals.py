"""The questions of `bench/patterns.py` asked of pandas and pm4py; runs in an environment of its own."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas

FOLDER = Path(sys.argv[1])
TRIES = 3


def timed(question: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """The least seconds, by the clock and of processor, of some tries, and the answer."""
    tries = []
    for _ in range(TRIES):
        began = time.perf_counter(), time.process_time()
        answer = question()
        tries.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    wall, cpu = (min(column) for column in zip(*tries, strict=True))
    return (wall, cpu), answer


def steps(changes: pandas.DataFrame) -> pandas.DataFrame:
    found = changes[(changes.field == "assignee") & changes.to_value.notna()]
    found = found.sort_values(["issue_id", "changed", "change_id"], kind="stable")
    found["before"] = found.groupby("issue_id").to_value.shift()
    found["origin"] = found.groupby("issue_id").to_value.shift(2)
    return found


def hand_overs() -> tuple[float, ...]:
    found = steps(pandas.read_parquet(FOLDER / "changes.parquet"))
    found = found[found.before.notna() & (found.before != found.to_value)]
    return len(found), found.issue_id.nunique(), len(found[["before", "to_value"]].drop_duplicates())


def ping_pong() -> tuple[float, ...]:
    found = steps(pandas.read_parquet(FOLDER / "changes.parquet"))
    found = found[(found.origin == found.to_value) & (found.before != found.to_value)]
    return len(found), found.issue_id.nunique()


def spoken() -> pandas.DataFrame:
    issues = pandas.read_parquet(FOLDER / "issues.parquet")
    return pandas.read_parquet(FOLDER / "comments.parquet").merge(issues, on="issue_id", suffixes=("", "_issue"))


def first_response() -> tuple[float, ...]:
    found = spoken()
    found = found[found.author_id != found.reporter_id]
    firsts = found.groupby("issue_id").agg(answered=("created", "min"), created=("created_issue", "first"))
    return len(firsts), (firsts.answered - firsts.created).dt.total_seconds().median()


def turns() -> tuple[float, ...]:
    found = spoken().sort_values(["issue_id", "created", "comment_id"], kind="stable")
    side = (found.author_id == found.reporter_id).astype("int8")
    found = found[side != side.groupby(found.issue_id).shift()]
    counted = found.groupby("issue_id").size()
    return int(counted.sum()), int(counted.max())


def network() -> tuple[float, ...]:
    """The hand-over network is asked of one million events; reading and sorting them is not counted."""
    import pm4py

    events = pandas.read_parquet(FOLDER / "events.parquet").sort_values(["changed", "change_id"], kind="stable")
    events = pm4py.format_dataframe(events, case_id="issue_id", activity_key="resource", timestamp_key="changed")
    events["org:resource"] = events["resource"]
    pairs = len(events) - events["case:concept:name"].nunique()
    seconds, found = timed(lambda: pm4py.discover_handover_of_work_network(events))
    weights = [weight * pairs for weight in found.connections.values()]
    return *seconds, sum(weight > 0.5 for weight in weights), round(sum(weights))


def main() -> None:
    said = {}
    for name, question in {
        "hand-overs": hand_overs, "ping-pong": ping_pong, "first response": first_response, "turns": turns,
    }.items():  # fmt: skip
        seconds, answer = timed(question)
        said[name] = (*seconds, [float(value) for value in answer])
    wall, cpu, *answer = network()
    said["network"] = (wall, cpu, [float(value) for value in answer])
    print(json.dumps(said))


main()
