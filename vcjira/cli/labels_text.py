"""Plans, outcomes and the journal of labels as lines of at most 80 columns, safe for any terminal."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from vcjira.cli.app import App

SHOWN = 30
"""Changes listed unless all are asked for."""


def plan_lines(facts: dict[str, Any], *, over: str | None, every: bool, enabled: bool = True) -> Iterator[str]:
    """A plan: counts first, the oddest cases next, then the changes as a diff."""
    yield f"Plan {facts['plan_id'][:12]} from the mirror of {facts['created']:%Y-%m-%d %H:%M} UTC" + (
        f", undo of run {facts['undoes']}" if facts["undoes"] else ""
    )
    if not facts["issues"]:
        yield "Nothing to change."
    else:
        yield (
            f"{_count(facts['issues'], 'issue')} to change: {_count(facts['add'], 'label')} to add, "
            f"{facts['remove']} to remove"
        )
        yield from _table(["label", "add", "remove"], facts["labels"])
        yield from _table(["class", "issues"], facts["classes"])
        yield from _table(["project", "issues", "add", "remove"], facts["projects"])
        yield from _reasons(facts)
        yield from _changes(facts, every)
    yield from _not_done(facts, every)
    if over:
        yield ""
        yield from _wrapped(f"This plan is over a limit: {over}")
    if not enabled and facts["kind"] == "apply":
        yield ""
        yield from _wrapped(
            "labels.enabled is false: `vcjira run` plans and reports only; `vcjira labels apply` writes, called by name"
        )


def _reasons(facts: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield "Why"
    for row in facts["reasons"][:10]:
        yield clip(f"{row['issues']:>7}  {row['why']}")
    if len(facts["reasons"]) > 10:
        yield f"         and {len(facts['reasons']) - 10} more reasons"


def _changes(facts: dict[str, Any], every: bool) -> Iterator[str]:
    count = facts["issues"]
    if count > len(facts["oddest"]):
        yield ""
        yield "The oddest first"
        for row in facts["oddest"]:
            yield from _change(row, "; ".join(row["reasons"]))
            yield clip(f"      {row['odd']}")
    yield ""
    shown = facts["changes"] if every else facts["changes"][:SHOWN]
    yield "Changes" if len(shown) == count else f"Changes ({len(shown)} of {count}; --all shows every one)"
    for row in shown:
        yield from _change(row, row["why"])


def _change(row: dict[str, Any], told: str) -> Iterator[str]:
    marks = [paint(f"-{label}", "31") for label in row["remove"]] + [paint(f"+{label}", "32") for label in row["add"]]
    plain = " ".join([f"-{label}" for label in row["remove"]] + [f"+{label}" for label in row["add"]])
    head = f"  {App.clean(row['key']):<12} "
    room = width() - len(head) - len(plain) - 2
    if room >= 20:
        yield f"{head}{' '.join(marks)}  {clip(told, room)}"
    else:
        yield f"{head}{' '.join(marks)}"
        yield clip(f"{'':<15}{told}")


def _not_done(facts: dict[str, Any], every: bool) -> Iterator[str]:
    counts = facts["counts"]
    if counts["refused"]:
        words = ", ".join(f"{row['issues']} {row['reason']}" for row in facts["refusals"])
        yield ""
        yield f"Not planned: {words}"
        for row in facts["refused"] if every else facts["refused"][:10]:
            labels = " ".join(row["add"] + row["remove"])
            yield clip(f"  {row['key']:<12} {labels}  {row['why']}")
        if not every and counts["refused"] > 10:
            yield f"  and {counts['refused'] - 10} more"
    if counts["announced"]:
        yield from _announced(facts["announced"], counts["announced"], every)
    if facts["left"]:
        yield ""
        yield (
            f"In portions (labels.per_night): {facts['labelled']} issues labelled so far, {facts['left']} left"
            f" for {facts['nights']} more nights"
        )


def _announced(rows: list[dict[str, Any]], count: int, every: bool) -> Iterator[str]:
    yield ""
    yield f"Announced, not yet applied: {_count(count, 'issue')}; somebody may object (labels.wait)"
    for row in rows if every else rows[:10]:
        due = row["due"][:16].replace("T", " ")
        yield clip(f"  {row['key']:<12} +{' +'.join(row['add'])}  from {due}: {row['why']}")
    if not every and count > 10:
        yield f"  and {count - 10} more"


def outcome_lines(outcome: Any) -> Iterator[str]:
    """What became of a plan."""
    if outcome.run_id:
        done = f"{outcome.done} done"
        rest = [f"{n} {word}" for n, word in _rest(outcome) if n]
        yield f"Run {outcome.run_id}: {_count(outcome.issues, 'issue')} changed; {', '.join([done, *rest])}"
        yield f"Undo with: vcjira labels undo {outcome.run_id}"
    if outcome.read_only:
        yield "This account may not edit these issues: planned and reported only, nothing written."
    if outcome.stopped:
        yield from _wrapped(f"Stopped: {outcome.stopped}. Apply again to go on.")
    reasons: dict[str, list[Any]] = {}
    for trouble in outcome.troubles:
        reasons.setdefault(trouble.reason, []).append(trouble)
    for reason, rows in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield from _wrapped(f"  {len(rows)} not done: {reason}")
        keys = ", ".join(dict.fromkeys(row.key for row in rows[:8]))
        yield clip(f"    {keys}{' ...' if len(rows) > 8 else ''}")
    if outcome.without_evidence:
        yield f"  {outcome.without_evidence} issues without the evidence property (not a failure)"
    if outcome.left:
        yield f"  {outcome.left} issues left for later nights (labels.per_night)"


def _rest(outcome: Any) -> list[tuple[int, str]]:
    return [(outcome.unchanged, "already so"), (outcome.refused, "refused"), (outcome.failed, "failed")]


def _table(columns: list[str], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    first = max([len(columns[0]), *(len(App.clean(str(row[columns[0]]))) for row in rows[:20])])
    yield f"  {columns[0]:<{first}}" + "".join(f"{name:>9}" for name in columns[1:])
    for row in rows[:20]:
        yield f"  {App.clean(str(row[columns[0]])):<{first}}" + "".join(f"{row[name]:>9}" for name in columns[1:])
    if len(rows) > 20:
        yield f"  and {len(rows) - 20} more"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _wrapped(text: str) -> Iterable[str]:
    import textwrap

    return textwrap.wrap(App.clean(text), width(), subsequent_indent="    ", break_on_hyphens=False)


def width() -> int:
    return min(shutil.get_terminal_size().columns, 80)


def clip(text: str, room: int | None = None) -> str:
    """One line, without what could steer a terminal, cut to the room there is."""
    room = width() if room is None else room
    text = App.clean(text)
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"


def paint(text: str, colour: str) -> str:
    """Coloured on a terminal that wants it."""
    text = App.clean(text)
    return f"\x1b[{colour}m{text}\x1b[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text
