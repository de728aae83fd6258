"""What people decided about our proposals: a text file that they can read, edit and keep in version control.

One decision a line: `DAY WORD KIND: ABOUT [until DAY] [# note]`, for instance
`2026-06-01 snooze radar: Globex -> partner until 2026-09-01 # asked sales`. The last line about something counts.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vcjira.config import Settings
from vcjira.errors import Mend

WORDS = ("accept", "dismiss", "never", "snooze")
KINDS = ("same_as", "radar")
_LINE = re.compile(
    r"^(?P<day>\d{4}-\d\d-\d\d)\s+(?P<word>\w+)\s+(?P<kind>\w+):\s+(?P<about>.*?)"
    r"(?:\s+until\s+(?P<until>\d{4}-\d\d-\d\d))?\s*(?:\s#.*)?$"
)
HINT = "a line reads: DAY accept|dismiss|never|snooze same_as|radar: ABOUT [until DAY] [# note]"


@dataclass(frozen=True, slots=True)
class Decision:
    """`about` is the proposal's own name; `until` ends a snooze."""

    day: date
    word: str
    kind: str
    about: str
    until: date | None
    where: str


def read_decisions(settings: Settings) -> list[Decision]:
    """The standing decisions: of several about one thing, the last. Empty where there is no file."""
    path = settings.people.decisions
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Mend(f"the decisions file {path} cannot be read", where=settings.where("people", "decisions")) from None
    standing: dict[tuple[str, str], Decision] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            decision = _parsed(line, f"{path.name}:{number}")
            standing[decision.kind, decision.about] = decision
    return list(standing.values())


def _parsed(line: str, where: str) -> Decision:
    match = _LINE.match(line.strip())
    if not match or match["word"] not in WORDS or match["kind"] not in KINDS:
        raise Mend(f"this is not a decision: {line.strip()[:80]!r}", where=where, hint=HINT)
    try:
        day = date.fromisoformat(match["day"])
        until = date.fromisoformat(match["until"]) if match["until"] else None
    except ValueError:
        raise Mend(f"this is not a day: {line.strip()[:80]!r}", where=where, hint=HINT) from None
    return Decision(day, match["word"], match["kind"], match["about"].strip(), until, where)


HEADER = "# What people decided about vcjira's proposals; the last line about something counts.\n"


def record(
    settings: Settings, day: date, word: str, kind: str, about: str, *, until: date | None = None, note: str = ""
) -> Path:
    """Append one decision to the file, which is made where there is none; the path of the file."""
    path = settings.people.decisions
    end = f" until {until}" if until else ""
    remark = f" # {' '.join(note.split())}" if note.strip() else ""
    line = f"{day} {word} {kind}: {about}{end}{remark}"
    _parsed(line, path.name)  # what cannot be read back is not written
    try:
        old = path.read_text(encoding="utf-8-sig") if path.exists() else HEADER
        break_ = "" if old.endswith("\n") or not old else "\n"
        path.write_text(f"{old}{break_}{line}\n", encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        where = settings.where("people", "decisions")
        raise Mend(f"the decisions file {path} cannot be written", where=where) from None
    return path
