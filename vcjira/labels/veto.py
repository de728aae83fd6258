"""Whose label is it, and did somebody say no? Read from the issue's history, held against our journal.

A label is ours when its last addition in the history is one that the journal knows. Somebody else's removal of
a label of ours is a veto. The account alone proves nothing: a person may use the same one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

EARLIER = timedelta(seconds=1)
LATER = timedelta(seconds=2)
"""How far a history entry may lie outside the two readings of `updated` around it: some answers carry whole seconds."""
NOTHING = timedelta(0)
SENT = ("done", "failed", "intended")
"""Outcomes after which our request may have reached the issue."""


class Event(NamedTuple):
    """One label added to or removed from an issue, as its history tells."""

    changed: datetime
    author_id: str | None
    op: str
    label: str


class Write(NamedTuple):
    """One row of the journal."""

    run_id: str
    op: str
    label: str
    outcome: str
    account_id: str | None
    before: datetime | None
    after: datetime | None


class Veto(NamedTuple):
    """A person took one of our labels away; nobody is named where the history was cut."""

    label: str
    happened: datetime | None
    author_id: str | None
    line: str | None = None
    """The line of the veto file that says so, where it is no removal in Jira."""


@dataclass(slots=True)
class Standing:
    """What an issue wears and whose it is; `vetoes` by case-folded label."""

    worn: tuple[str, ...]
    ours: dict[str, str] = field(default_factory=dict)
    """Label -> the run that set it."""
    vetoes: dict[str, Veto] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """Label -> the run behind the last event on it; absent where that was somebody else's."""


def events(changed: datetime, author_id: str | None, before: str | None, after: str | None) -> list[Event]:
    """One history item of the field `labels`: the sets before and after, joined by spaces."""
    old, new = (before or "").split(), (after or "").split()
    return [Event(changed, author_id, "remove", label) for label in old if label not in new] + [
        Event(changed, author_id, "add", label) for label in new if label not in old
    ]


def judge(
    worn: Sequence[str], history: Sequence[Event], writes: Iterable[Write], *, seen: datetime | None, whole: bool
) -> Standing:
    """What stands on an issue: `worn` and `history` as the mirror shows them at `updated` = `seen`.

    Writes that the mirror cannot show yet are played on top. Where the history is not `whole`, the journal is
    believed, and a label of ours that is gone counts as vetoed.
    """
    marks, unseen = _match(history, list(writes))
    story = [(event, run) for event, run in zip(history, marks, strict=True)]
    cut = []
    for write in unseen:
        if write.outcome != "done":
            continue
        if seen is None or write.after is None or seen < write.after:
            story.append((Event(write.after or datetime.max, write.account_id, write.op, write.label), write.run_id))
            worn = _played(worn, write)
        elif not whole:
            cut.append(write)
    standing = _told(tuple(worn), story)
    for write in cut:
        _believe(standing, write)
    return standing


def _match(history: Sequence[Event], writes: list[Write]) -> tuple[list[str | None], list[Write]]:
    """For each event the run that caused it or None; and the writes that no event shows.

    Exact matches are made first, then those that need the tolerance, so that a near event is not taken for ours
    while the true one stands beside it; writes that may not have arrived choose last.
    """
    marks: list[str | None] = [None] * len(history)
    open_ = [write for write in writes if write.outcome in SENT]
    for exact in (True, False):
        rest = []
        for write in sorted(open_, key=lambda write: write.outcome != "done"):
            for place, event in enumerate(history):
                if marks[place] is None and caused(event, write, exact=exact):
                    marks[place] = write.run_id
                    break
            else:
                rest.append(write)
        open_ = rest
    return marks, [write for write in writes if write in open_]


def arrived(history: Sequence[Event], writes: list[Write]) -> list[tuple[Write, Event]]:
    """The writes given up as failed that the history shows all the same, each with its event."""
    if all(write.outcome != "failed" for write in writes):
        return []
    marks, _ = _match(history, writes)
    shown = {(run, e.op, e.label): e for e, run in zip(history, marks, strict=True) if run}
    keyed = [(write, shown.get((write.run_id, write.op, write.label))) for write in writes]
    return [(write, event) for write, event in keyed if event and write.outcome == "failed"]


def caused(event: Event, write: Write, *, exact: bool = False) -> bool:
    """Can this history entry be that write of ours? Same label, verb and account, between the two readings."""
    earlier, later = (NOTHING, NOTHING) if exact else (EARLIER, LATER)
    return (
        event.op == write.op
        and event.label == write.label
        and (write.account_id is None or event.author_id == write.account_id)
        and (write.before is None or event.changed >= write.before - earlier)
        and (not exact or event.changed != write.before)
        and (write.after is None or event.changed <= write.after + later)
    )


def _played(worn: Sequence[str], write: Write) -> tuple[str, ...]:
    rest = tuple(label for label in worn if label != write.label)
    return (*rest, write.label) if write.op == "add" else rest


def _told(worn: tuple[str, ...], story: list[tuple[Event, str | None]]) -> Standing:
    standing = Standing(worn)
    holder: dict[str, str | None] = {}
    for event, run in story:
        if event.op == "add":
            holder[event.label] = run
        else:
            held = holder.pop(event.label, None)
            if held and run is None:
                standing.vetoes[event.label.casefold()] = Veto(event.label, event.changed, event.author_id)
        if run:
            standing.last[event.label] = run
        else:
            standing.last.pop(event.label, None)
    standing.ours = {label: run for label, run in holder.items() if run and label in worn}
    return standing


def _believe(standing: Standing, write: Write) -> None:
    """A write that a cut history does not show: later ones in the journal override earlier ones."""
    if write.op == "remove":
        standing.ours.pop(write.label, None)
        standing.vetoes.pop(write.label.casefold(), None)
    elif write.label in standing.worn:
        standing.ours[write.label] = write.run_id
    else:
        standing.vetoes.setdefault(write.label.casefold(), Veto(write.label, None, None))
        return
    standing.last[write.label] = write.run_id
