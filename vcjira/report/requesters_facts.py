"""The facts of the report `requesters`: where requests come from, by class, organization, team and month."""

from typing import Any

from vcjira import statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.head import IN_WINDOW, params
from vcjira.report.window import Window

CLASSES = ("customer", "partner", "stakeholder", "unknown")
NOBODY = "(unknown)"
SHOW_FROM = 20
ASKED = f"FROM issues i JOIN classes c USING (site, issue_id) WHERE NOT c.own_team AND {IN_WINDOW}"
COUNTS = ", ".join(f"count(*) FILTER (c.class = '{name}') AS {name}" for name in CLASSES)
MISSING = """CASE WHEN c.has_choice IS NULL THEN 'has the requester a choice?'
    ELSE 'do they use it to deliver to others?' END"""


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """total, classes, organizations, teams, months, unknown, carried, changed, split; each row with its issues."""
    values = params(window)
    total = int(mirror.value(f"SELECT count(*) {ASKED}", values))
    return {
        "total": total,
        "classes": _classes(mirror, values, total),
        "organizations": _table(mirror, values, f"coalesce(c.organization, '{NOBODY}')", "organization"),
        "teams": _table(mirror, values, "coalesce(c.team, '(no team)')", "team"),
        "months": mirror.rows(
            f"SELECT date_trunc('month', i.created)::DATE AS month, count(*) AS requests, {COUNTS} {ASKED}"
            " GROUP BY 1 ORDER BY 1",
            values,
        ),
        "unknown": _listed(mirror, values, MISSING, "missing", "AND c.class = 'unknown'"),
        "carried": _listed(
            mirror, values, "coalesce(c.team, '(no team)')", "team", "AND c.carrier_id IS DISTINCT FROM c.requester_id"
        ),
        "changed": _listed(mirror, values, "c.class || ' -> ' || c.class_now", "change", "AND c.class <> c.class_now"),
        "split": _split(mirror, settings, values),
    }


def _classes(mirror: Mirror, values: dict[str, object], total: int) -> list[dict[str, Any]]:
    found = {row["class"]: row for row in _listed(mirror, values, "c.class", "class")}
    rows = []
    for name in CLASSES:
        row = found.get(name) or {"class": name, "requests": 0, "issues": []}
        low, high = statistics.wilson(row["requests"], total) if total >= SHOW_FROM else (None, None)
        rows.append(row | {"share": row["requests"] / total if total else None, "low": low, "high": high})
    return rows


def _table(mirror: Mirror, values: dict[str, object], column: str, name: str) -> list[dict[str, Any]]:
    return mirror.rows(
        f"SELECT {column} AS {name}, count(*) AS requests, count(DISTINCT c.requester_id) AS requesters, {COUNTS},"
        f" {_ISSUES} {ASKED} GROUP BY 1 ORDER BY 2 DESC, 1",
        values,
    )


_ISSUES = (
    "list({'site': i.site, 'key': i.key, 'created': i.created, 'summary': i.summary}"
    " ORDER BY i.created DESC, i.issue_id) AS issues"
)


def _listed(mirror: Mirror, values: dict[str, object], column: str, name: str, only: str = "") -> list[dict[str, Any]]:
    return mirror.rows(
        f"SELECT {column} AS {name}, count(*) AS requests, {_ISSUES} {ASKED} {only} GROUP BY 1 ORDER BY 2 DESC, 1",
        values,
    )


def _split(mirror: Mirror, settings: Settings, values: dict[str, object]) -> list[dict[str, Any]]:
    """Declared split against delivered work: resolved requests of the window whose class is known."""
    if not settings.declared_split:
        return []
    done = dict(
        mirror.tuples(
            f"SELECT c.class, count(*) {ASKED} AND c.class <> 'unknown' AND i.resolved IS NOT NULL GROUP BY 1", values
        )
    )
    total = sum(done.values())
    rows = []
    for name, declared in settings.declared_split.items():
        enough = total >= SHOW_FROM
        low, high = statistics.wilson(done.get(name, 0), total) if enough else (None, None)
        rows.append(
            {
                "class": name,
                "declared": declared,
                "delivered": done.get(name, 0),
                "of": total,
                "share": done.get(name, 0) / total if enough else None,
                "low": low,
                "high": high,
            }
        )
    return rows
