"""The directory file: a CSV that says who is whom, in which organization and team, from when until when.

Complaints name the line. Periods are half-open: `from` is the first day, `until` the first day no longer.
"""

import csv
import difflib
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.mirror import Mirror

KNOWN = ("site", "account_id", "email", "person", "organization", "team", "from", "until")
"""Columns with a meaning of their own; any further one can be asked for as `directory.<column>`."""
SHOWN = 20
"""Problems told at once."""
HINT = "columns: account_id or email, person, organization, team, from, until, and any others"


@dataclass
class Line:
    """One line of the file; `number` is its line number there, from 1."""

    number: int
    values: dict[str, str]
    valid_from: date | None = None
    valid_until: date | None = None

    def row(self) -> dict[str, object]:
        known = {name: self.values.get(name) or None for name in KNOWN[:6]}
        return {
            **known,
            "line": self.number,
            "email": (known["email"] or "").lower() or None,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
            "columns": json.dumps(self.values, ensure_ascii=False),
        }

    def overlaps(self, other: "Line") -> bool:
        return (self.valid_from or date.min) < (other.valid_until or date.max) and (other.valid_from or date.min) < (
            self.valid_until or date.max
        )


@dataclass
class Problems:
    """What is wrong with the file, told together."""

    path: Path
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, what: str) -> None:
        self.found.append((line, what))

    def raise_if_any(self) -> None:
        if not self.found:
            return
        self.found.sort()
        (first, what), *others = self.found
        told = [what, *(f"{self.path.name}:{line}: {more}" for line, more in others[: SHOWN - 1])]
        if len(self.found) > SHOWN:
            told.append(f"... and {len(self.found) - SHOWN} more")
        raise Mend("\n".join(told), where=f"{self.path.name}:{first}", hint=HINT)


def save(mirror: Mirror, settings: Settings) -> None:
    """Bring the table `directory` in line with the file; nothing to do while the file is the same."""
    path = settings.people.directory
    if path is None:
        mirror.run("DELETE FROM directory")
        mirror.set_meta("directory", "")
        return
    raw = _bytes(path, settings)
    digest = hashlib.sha256(raw).hexdigest()
    if mirror.meta("directory") == digest:
        return
    lines = parse(path, raw)
    mirror.run("DELETE FROM directory")
    mirror.load("directory", (line.row() for line in lines))
    mirror.set_meta("directory", digest)


def _bytes(path: Path, settings: Settings) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = "there is no directory file" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise Mend(
            f"{reason}: {path}",
            where=settings.where("people", "directory"),
            hint="put the CSV there, or drop the key `people.directory`",
        ) from None


def parse(path: Path, raw: bytes) -> list[Line]:
    """The lines of a directory file; Mend with every problem and its line. Comma, semicolon or tab; BOM or none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Mend(
            "the directory file is not UTF-8", where=f"{path.name}:{line}", hint="save it as CSV UTF-8"
        ) from None
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    problems = Problems(path)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = _header(path, next(rows, []))
        lines = list(_lines(rows, header, problems))
    except csv.Error as error:
        raise Mend(f"this is not CSV: {error}", where=f"{path.name}:{rows.line_num}", hint=HINT) from None
    _one_person_per_account(lines, problems)
    problems.raise_if_any()
    return lines


def read_header(path: Path) -> list[str]:
    """The names of the columns, in lower case; empty where the file cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            line = file.readline()
    except OSError:
        return []
    return [cell.strip().strip('"').lower() for cell in line.split(max(",;\t", key=line.count))]


def misspelt(names: list[str]) -> list[tuple[str, str]]:
    """Names of columns that look like a known one which is not there: as written, as it was probably meant."""
    absent = [known for known in KNOWN if known not in names]
    near = [(name, difflib.get_close_matches(name, absent, n=1, cutoff=0.8)) for name in names if name not in KNOWN]
    return [(name, found[0]) for name, found in near if found]


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    where = f"{path.name}:1"
    if not any(names):
        raise Mend("the directory file is empty", where=where, hint=HINT)
    if "account_id" not in names and "email" not in names:
        meant = "; ".join(f"did you mean {known} by {name!r}?" for name, known in misspelt(names))
        told = f"the header has neither account_id nor email, but {', '.join(names)[:200]}"
        raise Mend(told, where=where, hint=meant or HINT)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Mend(f"the header names {', '.join(twice)} twice", where=where, hint=HINT)
    return names


def _lines(rows: Any, header: list[str], problems: Problems) -> Iterator[Line]:
    end = 1
    for cells in rows:
        number, end = end + 1, rows.line_num
        if not any(cells):
            continue
        if len(cells) != len(header):
            problems.add(number, f"{len(cells)} cells where the header has {len(header)}")
            continue
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name}
        line = Line(number, values)
        if not values.get("account_id") and not values.get("email"):
            problems.add(number, "neither account_id nor email")
            continue
        line.valid_from = _day(line, "from", problems)
        line.valid_until = _day(line, "until", problems)
        if line.valid_from and line.valid_until and line.valid_from >= line.valid_until:
            problems.add(number, f"`until` {line.valid_until} is not after `from` {line.valid_from}")
            continue
        yield line


def _day(line: Line, name: str, problems: Problems) -> date | None:
    text = line.values.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(line.number, f"`{name}` {text[:40]!r} is not a date such as 2026-05-01")
        return None


def _one_person_per_account(lines: list[Line], problems: Problems) -> None:
    """An account cannot be two people at once; after one another it can (accounts are handed on)."""
    by_account: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        for name in ("account_id", "email"):
            if line.values.get(name):
                by_account[name, line.values[name].lower()].append(line)
    for (name, account), group in by_account.items():
        group.sort(key=lambda line: (line.valid_from or date.min, line.number))
        longest = group[0]
        for line in group[1:]:
            person, before = line.values.get("person"), longest.values.get("person")
            if person and before and person.lower() != before.lower() and line.overlaps(longest):
                problems.add(
                    line.number, f"{name} {account} is {person!r} here and {before!r} in line {longest.number}"
                )
            longest = max(longest, line, key=lambda held: held.valid_until or date.max)
