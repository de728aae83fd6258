"""What an interrupted run left open is settled before anything else: by the issue's history, else by reading back."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from vcjira.config import Settings
from vcjira.labels import journal
from vcjira.labels.facts import Id, histories
from vcjira.labels.facts import journal as written
from vcjira.labels.journal import Op
from vcjira.labels.veto import Event, Write, arrived, caused
from vcjira.labels.write import in_place
from vcjira.mirror import Mirror
from vcjira.tracker import Tracker, Worn

TrackerFor = Callable[[str], Tracker]
"""Site name -> a connection to it."""
Refetch = Callable[[str, Sequence[str]], object]
"""(site, issue ids): bring these issues up to date in the mirror."""


def clock() -> datetime:
    """Our own clock, UTC: for the journal and for quiet hours only, never for what is planned."""
    return datetime.now(UTC)


def recover(mirror: Mirror, settings: Settings, tracker_for: TrackerFor, refetch: Refetch | None) -> int:
    """Settle the rows that are only `intended`, and those that arrived after we had given them up; how many."""
    configured = {site.name for site in settings.sites}
    by_site: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in journal.unsettled(mirror):
        if row["site"] in configured:
            by_site[row["site"]].append(row)
    for site, rows in by_site.items():
        ids = sorted({row["issue_id"] for row in rows})
        fresh = tracker_for(site).read_labels(ids)
        if refetch is not None:
            refetch(site, ids)  # after the labels: a bulk edit may still be at work, and what is worn must be explained
        told = histories(mirror) if refetch is not None else None
        for run_id, mine in groupby(sorted(rows, key=_run_of), key=_run_of):
            ops = [_settled(row, fresh.get(row["issue_id"]), _events(told, row)) for row in mine]
            journal.settle(mirror, run_id, ops)
    return sum(map(len, by_site.values())) + _settle_late(mirror)


def _run_of(row: dict[str, Any]) -> str:
    return str(row["run_id"])


def _events(told: dict[Id, list[Event]] | None, row: dict[str, Any]) -> list[Event] | None:
    return None if told is None else told.get((row["site"], row["issue_id"]), [])


def _settle_late(mirror: Mirror) -> int:
    """Writes that failed as far as we knew, and that the history shows: a task that went on without us."""
    if not mirror.value("SELECT 1 FROM label_writes WHERE outcome = 'failed' LIMIT 1"):
        return 0
    told = histories(mirror)
    late: dict[str, list[Op]] = defaultdict(list)
    for (site, issue_id), writes in written(mirror).items():
        for write, event in arrived(told.get((site, issue_id), []), writes):
            op = Op(site, issue_id, "", write.op, write.label, "done", "had arrived after all", event.changed)
            late[write.run_id].append(op)
    for run_id, ops in sorted(late.items()):
        journal.settle(mirror, run_id, ops)
    return sum(map(len, late.values()))


def _settled(row: dict[str, Any], now: Worn | None, events: list[Event] | None) -> Op:
    """One open row with its outcome; `events` is None where the history was not read again."""
    op = Op(row["site"], row["issue_id"], row["key"], row["op"], row["label"])
    write = Write(row["run_id"], op.op, op.label, "intended", row["account_id"], row["before"], None)
    event = next((e for exact in (True, False) for e in events or () if caused(e, write, exact=exact)), None)
    if event is not None:
        op.outcome, op.reason, op.after = "done", "found in the history after an interruption", event.changed
    elif now is None:
        op.outcome, op.reason = "refused", "the issue is gone or no longer visible"
    elif in_place(op, now):
        op.outcome = "done" if events is None else "unchanged"
        op.after = now.updated if events is None else None
        op.reason = "found in place after an interruption"
    else:
        op.outcome, op.reason = "failed", "interrupted before it was written"
    return op
