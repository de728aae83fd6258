"""Reading XES (IEEE 1849): traces of events, streamed; entities and document types are refused."""

import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from vcjira.errors import Mend
from vcjira.eventlog.table import NAMES, Raw

if TYPE_CHECKING:
    from vcjira.eventlog import Columns

DEFAULTS = {"case": "concept:name", "time": "time:timestamp", "person": "org:resource", "team": "org:group"}
MISSING = ("",)
CHUNK = 1 << 16
VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


class Reader:
    """The callbacks of one parse: attributes of the log's traces and events, nested ones left aside."""

    def __init__(self, columns: "Columns", parser: expat.XMLParserType) -> None:
        self.root = ""
        self.ready: deque[Raw] = deque()
        self.seen: set[str] = set()
        self._columns = columns
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] | None = None
        self._waiting: list[tuple[int, dict[str, str]]] = []
        self._traces = 0
        self._parser = parser
        self._line = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        above = self._path[-1] if self._path else ""
        self.root = self.root or name
        if name == "trace":
            self._trace, self._waiting = {}, []
            self._traces += 1
        elif name == "event":
            self._event, self._line = {}, self._parser.CurrentLineNumber
        elif name in VALUES and "key" in attributes:
            if above == "event" and self._event is not None:
                self._event[attributes["key"]] = attributes.get("value", "")
            elif above == "trace":
                self._trace[attributes["key"]] = attributes.get("value", "")
        self._path.append(name)

    def end(self, _: str) -> None:
        name = self._path.pop()
        if name == "event" and self._event is not None:
            self._waiting.append((self._line, self._event))
            self._event = None
        elif name == "trace":
            for number, event in self._waiting:
                self.ready.append(self._row(number, event))
            self._waiting = []

    def _row(self, number: int, event: dict[str, str]) -> Raw:
        """An event's own attributes go before its trace's, but for the case: that is the trace's."""
        whole = self._trace | event
        self.seen.update(whole)
        case = self._trace.get(self._columns.case or "", event.get(self._columns.case or "") or f"trace {self._traces}")
        found = [whole.get(wish) if (wish := getattr(self._columns, field)) else None for field in NAMES[2:]]
        return number, case, whole.get(self._columns.time or "", ""), found


def rows(stream: io.BufferedReader, columns: "Columns", asked: set[str], path: Path, encoding: str) -> Iterator[Raw]:
    """Every event as raw texts, trace by trace; Mend for XML that is not XES, or attributes asked for in vain."""
    parser = expat.ParserCreate()
    reader = Reader(columns, parser)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(path)
    parser.EntityDeclHandler = lambda *_: _refuse(path)
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
            while reader.ready:
                yield reader.ready.popleft()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Mend(f"this is no XES file: {error}", where=f"{path}:{error.lineno}:{error.offset + 1}") from None
    yield from reader.ready
    if reader.root != "log":
        raise Mend(f"this is no XES file: it begins with <{reader.root}>, not <log>", where=str(path))
    if not reader.seen:
        return
    for field in sorted(asked - {"case"}):
        wish = getattr(columns, field)
        if wish not in reader.seen:
            names = ", ".join(sorted(reader.seen)[:30])
            raise Mend(f"no event has the attribute {wish!r}", where=str(path), hint=f"there are: {names}")


def _refuse(path: Path) -> None:
    raise Mend("the file declares a document type or entities, which XES does not need", where=str(path))
