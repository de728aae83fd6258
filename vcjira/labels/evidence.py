"""The reason at the reader's elbow: an entity property on each issue we labelled says which rule, when and why.

It sends no mail and does not move `updated`. It is told after the labels are; that it could not be written is no
failure of the run.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, runtime_checkable

from vcjira.errors import LoginFailed, Unreachable
from vcjira.labels.plan import Change
from vcjira.tracker import NotDone, Tracker

Value = dict[str, object]
ALIKE = 10_000
"""Most issues in one request that gives all of them the same property."""
EACH = 100
"""Most issues in one request that gives each its own."""
FEW = 10
"""Fewer than that, and one request each is as frugal as a task that must be looked after."""


@runtime_checkable
class PropertiesInBulk(Protocol):
    """A tracker that can give many issues a property in one request."""

    def set_alike(self, ids: Sequence[str], key: str, value: object) -> None: ...
    def set_each(self, values: Mapping[str, object], key: str) -> None: ...


def value(change: Change, run_id: str) -> Value:
    """What a reader of the issue is told; the same for all issues changed for the same reason."""
    told: Value = {"labels_added": change.add, "labels_removed": change.remove, "why": "; ".join(change.reasons)[:2000]}
    return told | {"class": change.class_, "run": run_id, "by": "vcjira"}


def write(tracker: Tracker, key: str, changes: Sequence[Change], run_id: str, *, threads: int) -> int:
    """Write the property on these issues; the number of issues where it could not be written."""
    values = {change.issue_id: value(change, run_id) for change in changes}
    rest = sorted(values)
    try:
        if isinstance(tracker, PropertiesInBulk) and len(values) >= FEW:
            rest = _together(tracker, key, values)
        return _singly(tracker, key, {issue_id: values[issue_id] for issue_id in rest}, threads)
    except LoginFailed:
        raise
    except Unreachable:
        return len(values)  # perhaps fewer; nobody answers to tell


def _together(tracker: PropertiesInBulk, key: str, values: Mapping[str, Value]) -> list[str]:
    """Large groups of the same value first; what is rare, or refused as a group, a hundred at a time; ids refused."""
    groups: dict[str, list[str]] = defaultdict(list)
    for issue_id, told in values.items():
        groups[json.dumps(told, sort_keys=True)].append(issue_id)
    rare: list[str] = []
    refused: list[str] = []
    for _, ids in sorted(groups.items()):
        for part in _parts(ids, ALIKE):
            if len(part) <= EACH or not _taken(tracker.set_alike, part, key, values[part[0]]):
                rare += part
    for part in _parts(rare, EACH):
        if not _taken(tracker.set_each, {issue_id: values[issue_id] for issue_id in part}, key):
            refused += part
    return refused


def _singly(tracker: Tracker, key: str, values: Mapping[str, Value], threads: int) -> int:
    """One request for each; how many were refused."""
    down = threading.Event()

    def put(issue_id: str) -> bool:
        try:
            return not down.is_set() and _taken(tracker.set_property, issue_id, key, values[issue_id])
        except LoginFailed:
            raise
        except Unreachable:
            down.set()
            return False

    with ThreadPoolExecutor(threads) as pool:
        return len(values) - sum(pool.map(put, sorted(values)))


def _parts(ids: list[str], most: int) -> list[list[str]]:
    return [ids[start : start + most] for start in range(0, len(ids), most)]


def _taken(attempt: Callable[..., object], *arguments: object) -> bool:
    try:
        attempt(*arguments)
    except NotDone:
        return False
    return True
