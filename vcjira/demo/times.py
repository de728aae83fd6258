"""Moments as epoch milliseconds: from what Jira writes, to what Jira writes, and the clock of the embedded Jira."""

import threading
import time
from datetime import UTC, datetime, timedelta, tzinfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(when: datetime) -> int:
    """A moment as epoch milliseconds; one without a zone is UTC."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return round((aware - EPOCH) / timedelta(milliseconds=1))


def read(text: object) -> int | None:
    """Jira's text (or a number of milliseconds) as epoch milliseconds; None when it is no moment."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    if not isinstance(text, str):
        return None
    try:
        return millis(datetime.fromisoformat(text))
    except ValueError:
        return None


def iso(moment: int, zone: tzinfo = UTC) -> str:
    """As Jira writes it, with the offset of the zone: 2026-05-04T10:00:00.000+0000."""
    when = EPOCH + timedelta(milliseconds=moment)
    text = (when if zone is UTC else when.astimezone(zone)).isoformat(timespec="milliseconds")
    return text[:-3] + text[-2:]


class Clock:
    """The server's own time: stands still but for a small step per change, unless told to run."""

    def __init__(self, start: int, *, step: int = 100) -> None:
        self.step = step
        self._moment = start
        self._running_since: float | None = None
        self._lock = threading.Lock()

    def now(self) -> int:
        with self._lock:
            return self._read()

    def _read(self) -> int:
        if self._running_since is not None:
            mark = time.monotonic()
            self._moment += int((mark - self._running_since) * 1000)
            self._running_since = mark
        return self._moment

    def tick(self) -> int:
        """The moment of a change: later than every one before."""
        with self._lock:
            self._moment = self._read() + (self.step if self._running_since is None else 1)
            return self._moment

    def set(self, moment: int) -> None:
        with self._lock:
            self._read()
            self._moment = moment

    def run(self) -> None:
        """Go on with real time from now on."""
        with self._lock:
            if self._running_since is None:
                self._running_since = time.monotonic()
