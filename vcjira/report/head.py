"""What every report says of itself: what it covers, how fresh and complete the mirror is, by which rules."""

import hashlib
import json
from typing import Any

from vcjira import __version__, hours
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.behind import ISSUES
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
        "hours": hours.told(settings),
        "left_out": _left_out(mirror, window),
    }


def _left_out(mirror: Mirror, window: Window) -> list[dict[str, Any]]:
    """Issues of the window that some numbers do without: how many, why, and which."""
    total = mirror.value(f"SELECT count(*) FROM issues i WHERE {IN_WINDOW}", params(window))
    rows = []
    for condition, why in LEFT_OUT.items():
        found = mirror.value(
            f"SELECT {ISSUES} FROM issues i LEFT JOIN classes c USING (site, issue_id)"
            f" WHERE {IN_WINDOW} AND {condition}",
            params(window),
        )
        if found:
            rows.append({"count": len(found), "of": total, "why": why, "issues": found})
    return rows


LEFT_OUT = {
    "c.own_team": "asked by the owning team itself; not a request to anybody",
    "NOT i.history_complete": "history shorter than Jira counts; left out of hand-over patterns",
    "NOT i.comments_complete": "not all comments are known; left out of the shares",
    "c.requester_id IS NULL": "without a requester",
}
"""SQL condition -> why the issues that meet it are not in every number."""
