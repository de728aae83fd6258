"""The reason at the reader's elbow: an entity property on each issue we labelled says which rule, when and why.

It sends no mail and does not move `updated`. It is told after the labels are; that it could not be written is no
failure of the run.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, runtime_checkable

from vcjira.errors import LoginFailed, Unreachable
from vcjira.labels.plan import Change
from vcjira.tracker import NotDone, Tracker

Value = dict[str, object]
TOGETHER = 1_000
"""Most issues in one bulk request."""


@runtime_checkable
class PropertiesInBulk(Protocol):
    """A tracker that can give many issues the same property in one request."""

    def set_properties(self, ids: Sequence[str], key: str, value: object) -> None: ...


def value(change: Change, run_id: str) -> Value:
    """What a reader of the issue is told; the same for all issues changed for the same reason."""
    told: Value = {"labels_added": change.add, "labels_removed": change.remove, "why": change.why[:2000]}
    return told | {"class": change.class_, "run": run_id, "by": "vcjira"}


def write(tracker: Tracker, key: str, changes: Sequence[Change], run_id: str, *, threads: int) -> int:
    """Write the property on these issues; the number of issues where it could not be written."""
    if isinstance(tracker, PropertiesInBulk):
        return _together(tracker, key, changes, run_id)

    down = threading.Event()

    def put(change: Change) -> int:
        if down.is_set():
            return 1
        try:
            tracker.set_property(change.issue_id, key, value(change, run_id))
        except LoginFailed:
            raise
        except Unreachable:
            down.set()
            return 1
        except NotDone:
            return 1
        return 0

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(put, changes))


def _together(tracker: PropertiesInBulk, key: str, changes: Sequence[Change], run_id: str) -> int:
    groups: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        groups[json.dumps(value(change, run_id), sort_keys=True)].append(change.issue_id)
    missing = 0
    for text, ids in sorted(groups.items()):
        for start in range(0, len(ids), TOGETHER):
            try:
                tracker.set_properties(ids[start : start + TOGETHER], key, json.loads(text))
            except LoginFailed:
                raise
            except (NotDone, Unreachable):
                missing += len(ids[start : start + TOGETHER])
    return missing
