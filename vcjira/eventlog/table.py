"""Reading a CSV log: a header line, then one event per line; the delimiter is found out."""

import csv
import difflib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vcjira.errors import Mend

if TYPE_CHECKING:
    from vcjira.eventlog import Columns

DEFAULTS = {
    "case": "case:concept:name",
    "time": "time:timestamp",
    "person": "org:resource",
    "team": "org:group",
    "order": "sys_mod_count",
}
"""The names that XES tools give to the columns of a table; ServiceNow's count of what was done to a record."""
MISSING = ("", "?")
"""What stands for "no value" in a table: nothing, and the question mark of machine-learning archives."""
NAMES = ("case", "time", "person", "team", "requester", "status", "order")

SEPARATOR = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)

Raw = tuple[int, str, str, list[str | None]]
"""Line, case, time, and the values of the other NAMES."""


def rows(stream: io.BufferedReader, columns: "Columns", asked: set[str], path: Path, encoding: str) -> Iterator[Raw]:
    """Every line as raw texts; Mend for columns that were asked for and are not there."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    text = None
    try:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        above, header, delimiter = _header(text, columns, path)
        places = _places(header, columns, asked, f"{path}:{above}")
        for number, line in _records(text, delimiter, above, len(header), path):
            found = [line[place] if place is not None and place < len(line) else None for place in places]
            yield number, found[0] or "", found[1] or "", found[2:]
    except LookupError:
        raise Mend(f"there is no encoding {encoding!r}", where="--encoding", hint="e.g. utf-8 or cp1252") from None
    except csv.Error as error:
        raise Mend(f"this is no CSV file: {error}", where=str(path)) from None
    finally:
        if text is not None:
            text.detach()  # the stream is its opener's to close


def _header(text: io.TextIOWrapper, columns: "Columns", path: Path) -> tuple[int, list[str], str]:
    """Its last line, the names of the columns, and the delimiter: the one that a line `sep=;` names, as spreadsheets
    write it, else that under which most of the columns wanted appear, then most at all."""
    number, line, delimiters = 0, "", ",;\t|"
    while not line.strip():
        number, line = number + 1, text.readline()
        if "\0" in line or not line:
            raise Mend("this is no event log: neither XES nor a table with a header", where=f"{path}:{number}")
        if named := SEPARATOR.fullmatch(line.strip("\r\n")):
            delimiters, line = named[1], ""
    while line.count('"') % 2 and (more := text.readline()):
        number, line = number + 1, line + more
    wanted = {getattr(columns, name) for name in NAMES}
    splits = [
        (
            [" ".join(name.split()) for name in next(csv.reader(line.splitlines(keepends=True), delimiter=delimiter))],
            delimiter,
        )
        for delimiter in delimiters
    ]
    header, delimiter = max(splits, key=lambda split: (len(wanted & set(split[0])), len(split[0])))
    return number, header, delimiter


def _records(
    text: io.TextIOWrapper, delimiter: str, above: int, width: int, path: Path
) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with its last line; Mend where a quote that nobody closes swallowed rows."""
    lines: list[str] = []

    def kept() -> Iterator[str]:
        for line in text:
            lines.append(line)
            yield line

    reader, widths = csv.reader(kept(), delimiter=delimiter), {width}
    for record in reader:
        last = above + reader.line_num
        if len(lines) == 1:
            widths.add(len(record))
        elif len(record) not in widths or _torn(lines, delimiter):
            raise Mend(
                f"lines {last - len(lines) + 1} to {last} are one row, as a quote opens there",
                where=f"{path}:{last - len(lines) + 1}",
                hint="close the quote, or double it where it stands for itself",
            )
        lines.clear()
        if any(cell.strip() for cell in record):
            yield last, record


def _torn(lines: list[str], delimiter: str) -> bool:
    """Whether a row of several lines ends within quotes, or goes on after them: then they are not one row."""
    try:
        return not list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True


def _places(header: list[str], columns: "Columns", asked: set[str], where: str) -> list[int | None]:
    places: list[int | None] = []
    lowered = [name.lower() for name in header]
    for field in NAMES:
        wish = getattr(columns, field)
        if wish is not None and wish in header:
            places.append(header.index(wish))
        elif wish is not None and wish.lower() in lowered:
            places.append(lowered.index(wish.lower()))
        elif field in asked:
            raise _missing(wish, header, field, where)
        else:
            places.append(None)
    return places


def _missing(wish: str, header: list[str], field: str, where: str) -> Mend:
    close = difflib.get_close_matches(wish, header, n=1)
    names = ", ".join(header[:30]) + (", ..." if len(header) > 30 else "")
    hint = f"did you mean {close[0]!r}?" if close else f"name one of them by --{field}: {names}"
    return Mend(f"there is no column {wish!r}", where=where, hint=hint)
