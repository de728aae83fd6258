"""Raw rows into events with times, and events into issues: one per case, with changes of person, team and status."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from vcjira.errors import Mend
from vcjira.eventlog.moments import Moments
from vcjira.model import Change, Issue, Person

if TYPE_CHECKING:
    from vcjira.eventlog.table import Raw

__all__ = ["Event", "Issue", "events", "issues"]

DONE = frozenset({"done", "closed", "resolved", "complete", "completed"})
"""Statuses that end a case, where the log has statuses."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row; `number` is its place in the file."""

    number: int
    case: str
    time: datetime
    person: str | None
    team: str | None
    requester: str | None
    status: str | None
    order: float | None = None
    """Place within the case, where a column says so; goes before the time."""


def events(raw: "Iterable[Raw]", missing: Set[str], path: Path, *, ordered: bool = True) -> list[Event]:
    """Rows with their times understood; `ordered`: somebody asked for an order, so it must be numbers."""
    rows = list(raw)
    if not rows:
        raise Mend("the log has no events", where=str(path))
    moment = Moments(text for _, _, text, _ in rows)
    found = []
    for number, (line, case, text, values) in enumerate(rows, 1):
        if not case.strip():
            raise Mend("an event has no case", where=f"{path}:{line}")
        try:
            when = moment.read(text)
        except ValueError:
            raise Mend(
                f"{text!r} is not a time", where=f"{path}:{line}", hint="name the right column by --time"
            ) from None
        known = [None if value is None or value.strip() in missing else value for value in values]
        order = _order(known.pop(), f"{path}:{line}", strict=ordered)
        found.append(Event(number, case, when, known[0], known[1], known[2], known[3], order))
    return found


def _order(text: str | None, where: str, *, strict: bool) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        if not strict:
            return None
        raise Mend(f"{text!r} is not a number", where=where, hint="--order names a column of numbers") from None


def issues(found: list[Event], site: str) -> Iterator[Issue]:
    """One issue per case, in the order of their first rows; ties in time keep the order of the file."""
    cases: dict[str, list[Event]] = {}
    for event in found:
        cases.setdefault(event.case, []).append(event)
    for case, rows in cases.items():
        rows.sort(key=_place if all(event.order is not None for event in rows) else _moment)
        yield _issue(case, _forward(rows), site)


def _place(event: Event) -> tuple[float, int]:
    return event.order or 0.0, event.number


def _moment(event: Event) -> tuple[datetime, int]:
    return event.time, event.number


def _forward(rows: list[Event]) -> list[Event]:
    """Times and numbers made to rise with the rows: where `--order` and the times disagree, the order is right."""
    latest = rows[0].time
    for place, (event, number) in enumerate(zip(rows, sorted(event.number for event in rows), strict=True)):
        latest = max(latest, event.time)
        if event.time < latest or event.number != number:
            rows[place] = replace(event, time=latest, number=number)
    return rows


def _issue(case: str, rows: list[Event], site: str) -> Issue:
    first, last = rows[0], rows[-1]
    statuses = any(event.status for event in rows)
    done = not statuses or (last.status or "").lower() in DONE
    requester = next((event.requester for event in rows if event.requester), None)
    changes = [change for before, after in pairwise(rows) for change in _changes(before, after)]
    people = {
        who: Person(who, name=who) for event in rows for who in (event.person, event.requester) if who is not None
    }
    return Issue(
        issue_id=case,
        key=case,
        project=site,
        type=None,
        status=last.status,
        status_category="done" if done else "indeterminate",
        priority=None,
        created=first.time,
        updated=last.time,
        resolved=last.time if done else None,
        reporter_id=requester,
        creator_id=requester,
        assignee_id=last.person,
        parent_key=None,
        labels=[],
        components=[],
        summary=None,
        description_words=0,
        history_complete=True,
        comments_complete=False,  # a log holds no talk, which is not silence (E9)
        team_field=last.team,
        changes=changes,
        people=people,
    )


def _changes(before: Event, after: Event) -> Iterator[Change]:
    """What differs from one event to the next, as the items of one history entry; who did it is not known."""
    pairs = (
        ("assignee", before.person, after.person),
        ("Team", before.team, after.team),
        ("status", before.status, after.status),
    )
    moved = [(name, old, new) for name, old, new in pairs if old != new]
    for item, (name, old, new) in enumerate(moved):
        yield Change(str(after.number), item, after.time, None, name, name.lower(), old, old, new, new)
