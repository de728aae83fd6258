"""What every report says of itself: what it covers, how fresh and complete the mirror is, by which rules."""

import hashlib
import json
from typing import Any

from vcjira import __version__
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.window import Window

IN_WINDOW = """
i.presence = 'present' AND i.created >= $start AND i.created < $end
AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], i.project))
"""
"""SQL over `issues i`: the issues a report looks at."""


def params(window: Window) -> dict[str, object]:
    return {"start": window.start, "end": window.end, "projects": list(window.projects)}


def head(mirror: Mirror, settings: Settings, name: str, window: Window) -> dict[str, Any]:
    """`report` in the facts of every report."""
    sites = mirror.rows("SELECT site AS name, url, last_sync, certificate FROM sites ORDER BY site")
    for site in sites:
        site["certificate"] = json.loads(site["certificate"] or '{"complete": false, "findings": []}')
    rules = settings.classify.model_dump_json()
    return {
        "name": name,
        "from": window.start,
        "to": window.end,
        "as_of": window.as_of,
        "days": window.days,
        "projects": list(window.projects),
        "sites": sites,
        "complete": bool(sites) and all(site["certificate"].get("complete") for site in sites),
        "rules": len(settings.classify.rules),
        "rules_hash": hashlib.sha256(rules.encode()).hexdigest()[:12],
        "vcjira": __version__,
        "left_out": _left_out(mirror, window),
    }


def _left_out(mirror: Mirror, window: Window) -> list[dict[str, Any]]:
    """Issues of the window that some numbers do without, and why."""
    row = mirror.rows(
        "SELECT count(*) AS issues, count(*) FILTER (c.own_team) AS own,"
        " count(*) FILTER (NOT i.history_complete) AS cut, count(*) FILTER (NOT i.comments_complete) AS short,"
        " count(*) FILTER (c.requester_id IS NULL) AS nobody"
        f" FROM issues i LEFT JOIN classes c USING (site, issue_id) WHERE {IN_WINDOW}",
        params(window),
    )[0]
    reasons = {
        "own": "asked by the owning team itself; not a request to anybody",
        "cut": "history shorter than Jira counts; left out of hand-over patterns",
        "short": "comments shorter than Jira counts; left out of the shares",
        "nobody": "without a requester",
    }
    return [{"issues": row[key], "of": row["issues"], "why": why} for key, why in reasons.items() if row[key]]
