"""Rate limits with real time: Cloud's bursts and writes per issue, Data Center's token bucket."""

import time
from collections import deque
from datetime import UTC, datetime, timedelta

from vcjira.demo.faults import Bucket, Quota

PER_ISSUE = ((20, 2.0), (100, 30.0))


NEAR = 0.2
"""Below this share of what there was, Cloud warns."""


def refused(wait: float, reason: str) -> dict[str, str]:
    """Cloud's headers of a 429."""
    reset = datetime.now(UTC) + timedelta(seconds=wait)
    told = {"Retry-After": str(int(wait) + 1), "X-RateLimit-Remaining": "0", "RateLimit-Reason": reason}
    return told | {"X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%SZ")}


class Points:
    """Cloud's quota; `take` says for how long there is none left, and gives the headers."""

    def __init__(self, shape: Quota) -> None:
        self.shape = shape
        self._left = shape.limit
        self._since = time.monotonic()

    def take(self) -> tuple[float, dict[str, str]]:
        now = time.monotonic()
        if now - self._since >= self.shape.window:
            self._left, self._since = self.shape.limit, now
        told = {"X-RateLimit-Limit": str(self.shape.limit)}
        if not self._left:
            wait = self.shape.window - (now - self._since)
            return wait, told | refused(wait, f"jira-quota-{self.shape.scope}-based")
        self._left -= 1
        told["X-RateLimit-Remaining"] = str(self._left)
        if self._left < NEAR * self.shape.limit:
            told["X-RateLimit-NearLimit"] = "true"
        return 0.0, told


class Burst:
    """So many requests per second; `over` says for how long a request comes too early."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._tokens = per_second
        self._at = time.monotonic()

    def over(self) -> float:
        now = time.monotonic()
        self._tokens = min(self.per_second, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0.0


class TokenBucket:
    """Data Center's; `take` gives the headers, and whether there was a token."""

    def __init__(self, shape: Bucket) -> None:
        self.shape = shape
        self._tokens = shape.limit
        self._at = time.monotonic()

    def take(self) -> tuple[bool, dict[str, str]]:
        now = time.monotonic()
        steps = int((now - self._at) / self.shape.interval)
        if steps:
            self._tokens = min(self.shape.limit, self._tokens + steps * self.shape.fill)
            self._at += steps * self.shape.interval
        granted = self._tokens > 0
        self._tokens -= granted
        wait = 0.0 if self._tokens else self._at + self.shape.interval - now
        return granted, {
            "X-RateLimit-Limit": str(self.shape.limit),
            "X-RateLimit-Remaining": str(self._tokens),
            "X-RateLimit-Interval-Seconds": str(max(1, round(self.shape.interval))),
            "X-RateLimit-FillRate": str(self.shape.fill),
            "Retry-After": str(max(0, -int(-wait // 1))),
        }


class PerIssue:
    """Writes to one issue: 20 in 2 seconds, 100 in 30."""

    def __init__(self) -> None:
        self._writes: dict[int, deque[float]] = {}

    def over(self, issue_id: int) -> float:
        """0 when the write may be done (and counts), else how long to wait."""
        now = time.monotonic()
        writes = self._writes.setdefault(issue_id, deque(maxlen=100))
        for count, seconds in PER_ISSUE:
            if len(writes) >= count and now - writes[-count] < seconds:
                return seconds - (now - writes[-count])
        writes.append(now)
        return 0.0
