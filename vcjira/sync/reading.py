"""Reading portions of issues from a tracker: where one issue spoils a portion, the others are read without it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from vcjira.errors import Incomplete, LoginFailed, Unreachable, VcjiraError
from vcjira.model import Finding
from vcjira.tracker import Fetched, NotDone, Throttled, Tracker

CHUNK = 200
"""Issues that are read at once: bodies come by 100, histories of twice as many in one request."""
LONGEST = 1_000
"""Characters of detail in a finding that sums up many."""

_ORDER = re.compile(r"\border\s+by\b(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$).*$", re.IGNORECASE | re.DOTALL)


def read(tracker: Tracker, ids: Sequence[str]) -> Fetched:
    """Fetch; where a portion fails although the server is there, halve it until the bad issue stands alone."""
    try:
        return tracker.fetch(ids)
    except (LoginFailed, Throttled):
        raise
    except (Unreachable, NotDone, Incomplete, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, Unreachable):
            tracker.alive()
        if len(ids) == 1:
            what = error.what if isinstance(error, VcjiraError) else f"{type(error).__name__}: {error}"
            return Fetched([], [Finding("issue_unreadable", 1, f"{ids[0]}: {what}")])
    half = len(ids) // 2
    first, second = read(tracker, ids[:half]), read(tracker, ids[half:])
    return Fetched(first.issues + second.issues, first.findings + second.findings)


def without_order(jql: str) -> str:
    """A scope is a set; its `ORDER BY` would not survive the parentheses we put around it."""
    return _ORDER.sub("", jql).strip()


def summed(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one code and project as one; short lists are already told from the mirror itself."""
    merged: dict[tuple[str, str | None], Finding] = {}
    unread: set[str] = set()  # the catch-up tries in vain once more what the fetch could not read
    for finding in findings:
        if finding.code.endswith("_short") or (finding.code == "issue_unreadable" and finding.detail in unread):
            continue
        if finding.code == "issue_unreadable":
            unread.add(finding.detail)
        known = merged.get((finding.code, finding.project))
        if known is None:
            merged[finding.code, finding.project] = replace(finding)
        else:
            known.count += finding.count
            if len(known.detail) < LONGEST:
                known.detail += f"; {finding.detail}"
    return list(merged.values())
