"""One limiter for all workers of a site: never faster than configured, slower when the server asks for it."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

CALM_DOWN = 10.0
"""Seconds at half speed after the server said that the limit is near."""
LONGEST = 3600.0
"""No header is believed to mean more than an hour."""
NEAR = 0.2
"""Below this share of what is left of a limit we slow down, as Cloud's own warning does."""


@dataclass
class Tally:
    """What the wire met; told in the summary."""

    requests: int = 0
    retries: int = 0
    limited: int = 0
    waited_s: float = 0.0
    by_reason: dict[str, int] = field(default_factory=dict)

    def count(self, reason: str) -> None:
        self.by_reason[reason] = self.by_reason.get(reason, 0) + 1


class Limiter:
    """Hands out moments at which a request may leave; thread-safe."""

    def __init__(self, per_second: float, stop: threading.Event) -> None:
        self._interval = 1.0 / per_second
        self._stop = stop
        self._lock = threading.Lock()
        self._next = 0.0
        self._slow_until = 0.0
        self._slow_interval = 0.0
        self._closed_until: dict[str, float] = {}
        self.tally = Tally()

    @property
    def waiting(self) -> float:
        """Seconds until the last endpoint that the server closed opens again; 0 when it closed none."""
        with self._lock:
            return max(0.0, max(self._closed_until.values(), default=0.0) - time.monotonic())

    def wait(self, endpoint: str, longest: float = LONGEST) -> float:
        """Sleep until a request to `endpoint` may leave; returns at once when the run is being stopped.

        When that is more than `longest` seconds away nobody sleeps: the seconds are returned, else 0.
        """
        with self._lock:
            now = time.monotonic()
            closed = max(self._closed_until.get("", 0.0), self._closed_until.get(endpoint, 0.0))
            if closed - now > longest:
                return closed - now
            interval = self._interval
            if now < self._slow_until:
                interval = max(interval, self._slow_interval) if self._slow_interval else interval * 2
            due = max(now, self._next)
            self._next = due + interval
            due = max(due, closed)
            self.tally.requests += 1
            self.tally.waited_s += due - now
        if due > now:
            self._stop.wait(due - now)
        return 0.0

    def heed(self, endpoint: str, status: int, headers: Mapping[str, str]) -> float | None:
        """Learn from an answer; the seconds after which the same request may be tried again, None if unsaid."""
        self._near(headers)
        after = _after(headers)
        if status != 429:
            return after if status == 503 else None
        if after is None and (refill := _refill(headers)):
            after = refill
        self.tally.limited += 1
        reason = headers.get("RateLimit-Reason", "unsaid")
        self.tally.count(f"429 {reason}")
        if reason == "jira-per-issue-on-write":
            return after
        pause = 1.0 if after is None else after
        with self._lock:
            # A burst belongs to one endpoint; a quota, or a reason nobody documented, to everybody.
            whom = endpoint if reason in ("jira-burst-based", "unsaid") else ""
            self._closed_until[whom] = max(self._closed_until.get(whom, 0.0), time.monotonic() + pause)
            self._slow_until = time.monotonic() + pause + CALM_DOWN
        return after

    def _near(self, headers: Mapping[str, str]) -> None:
        near = headers.get("X-RateLimit-NearLimit", "").lower() == "true"
        remaining = _number(headers.get("X-RateLimit-Remaining"))
        limit = _number(headers.get("X-RateLimit-Limit")) or 0.0
        slow = _refill(headers)
        if remaining is not None and (limit or slow):
            near = near or remaining <= max(2.0 if slow else 0.0, NEAR * limit)
        if near:
            with self._lock:
                self._slow_until = time.monotonic() + (max(slow, 1.0) if slow else CALM_DOWN)
                self._slow_interval = slow


def _refill(headers: Mapping[str, str]) -> float:
    """Seconds per token of Data Center's bucket: then we send one request per refilled token; 0 where none is told."""
    fill = _number(headers.get("X-RateLimit-FillRate"))
    every = _number(headers.get("X-RateLimit-Interval-Seconds"))
    return every / fill if fill and every else 0.0


def _after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds or as an HTTP date, else `X-RateLimit-Reset` (ISO 8601), as seconds from now."""
    text = headers.get("Retry-After")
    seconds = _number(text)
    if text and seconds is None:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            seconds = None
    if seconds is None and (reset := headers.get("X-RateLimit-Reset")):
        try:
            moment = datetime.fromisoformat(reset)
            seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        except ValueError:
            seconds = None
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
