"""Reading a CSV log: a header line, then one event per line; the delimiter is found out."""

import csv
import difflib
import io
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

Raw = tuple[int, str, str, list[str | None]]
"""Line, case, time, and the values of the other NAMES."""


def rows(stream: io.BufferedReader, columns: "Columns", asked: set[str], path: Path, encoding: str) -> Iterator[Raw]:
    """Every line as raw texts; Mend for columns that were asked for and are not there."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    text = None
    try:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        header, delimiter = _header(text, columns, path)
        places = _places(header, columns, asked, path)
        reader = csv.reader(text, delimiter=delimiter)
        for line in reader:
            if not line:
                continue
            found = [line[place] if place is not None and place < len(line) else None for place in places]
            yield reader.line_num + 1, found[0] or "", found[1] or "", found[2:]
    except LookupError:
        raise Mend(f"there is no encoding {encoding!r}", where="--encoding", hint="e.g. utf-8 or cp1252") from None
    except csv.Error as error:
        raise Mend(f"this is no CSV file: {error}", where=str(path)) from None
    finally:
        if text is not None:
            text.detach()  # the stream is its opener's to close


def _header(text: io.TextIOWrapper, columns: "Columns", path: Path) -> tuple[list[str], str]:
    """The names of the columns, split by the delimiter under which most of those wanted appear, then most at all."""
    line = text.readline()
    if "\0" in line or not line.strip():
        raise Mend("this is no event log: neither XES nor a table with a header", where=f"{path}:1")
    wanted = {getattr(columns, name) for name in NAMES}
    splits = [
        ([name.strip() for name in next(csv.reader([line], delimiter=delimiter))], delimiter) for delimiter in ",;\t|"
    ]
    return max(splits, key=lambda split: (len(wanted & set(split[0])), len(split[0])))


def _places(header: list[str], columns: "Columns", asked: set[str], path: Path) -> list[int | None]:
    places: list[int | None] = []
    lowered = [name.lower() for name in header]
    for field in NAMES:
        wish = getattr(columns, field)
        if wish is not None and wish in header:
            places.append(header.index(wish))
        elif wish is not None and wish.lower() in lowered:
            places.append(lowered.index(wish.lower()))
        elif field in asked:
            raise _missing(wish, header, field, path)
        else:
            places.append(None)
    return places


def _missing(wish: str, header: list[str], field: str, path: Path) -> Mend:
    close = difflib.get_close_matches(wish, header, n=1)
    names = ", ".join(header[:30]) + (", ..." if len(header) > 30 else "")
    hint = f"did you mean {close[0]!r}?" if close else f"name one of them by --{field}: {names}"
    return Mend(f"there is no column {wish!r}", where=f"{path}:1", hint=hint)
