"""The facts of the report `requesters`: where requests come from, by class, organization, team and month."""

from typing import Any

from vcjira import statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report import shares, value_chain_facts
from vcjira.report.behind import ISSUES, listed
from vcjira.report.head import IN_WINDOW, params
from vcjira.report.window import Window
from vcjira.rules.tallies import count_carried, count_changed, count_owners

CLASSES = ("customer", "partner", "stakeholder", "unknown")
NOBODY = "(unknown)"
ASKED = f"FROM issues i JOIN classes c USING (site, issue_id) WHERE NOT c.own_team AND {IN_WINDOW}"
COUNTS = ", ".join(f"count(*) FILTER (c.class = '{name}') AS {name}" for name in CLASSES)
MONTH = "date_trunc('month', i.created)::DATE"
MISSING = """CASE WHEN c.has_choice IS NULL THEN 'has the requester a choice?'
    ELSE 'do they use it to deliver to others?' END"""


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """What docs/reports.md lists; each row with the issues behind it."""
    values = params(window)
    total = int(mirror.value(f"SELECT count(*) {ASKED}", values))
    return {
        "total": total,
        "classes": _classes(mirror, values),
        "organizations": _table(mirror, values, f"coalesce(c.organization, '{NOBODY}')", "organization"),
        "teams": _table(mirror, values, "coalesce(c.team, '(no team)')", "team"),
        "months": _months(mirror, values),
        "unknown": _listed(mirror, values, MISSING, "missing", "AND c.class = 'unknown'"),
        "carried": _carried(mirror, values, total),
        "changed": [
            row | {"change": f"{row['class']} → {row['class_now']}"}
            for row in listed(count_changed(mirror, IN_WINDOW, values))
        ],
        "owners": _owners(mirror, values),
        "split": _split(mirror, settings, values | {"as_of": window.as_of}),
        "chain": value_chain_facts.gather(mirror, settings, values),
    }


def _classes(mirror: Mirror, values: dict[str, object]) -> list[dict[str, Any]]:
    counted = _shares(mirror, values, "[c.class]")
    found = {row["class"]: row for row in _listed(mirror, values, "c.class", "class")}
    rows = []
    for name in CLASSES:
        row = found.get(name) or {"class": name, "requests": 0, "issues": []}
        rows.append(row | counted.share(0, name))
    return rows


def _shares(mirror: Mirror, values: dict[str, object], parts: str, only: str = "", whole: str = "0") -> shares.Shares:
    """Of all requests, or of those that `only` keeps, the shares of `parts` (SQL: a list of names) in each `whole`."""
    return shares.count(
        mirror, f"SELECT {whole} AS whole, {shares.REQUESTER} AS requester, {parts} AS parts {ASKED} {only}", values
    )


def _table(mirror: Mirror, values: dict[str, object], column: str, name: str) -> list[dict[str, Any]]:
    return mirror.rows(
        f"SELECT {column} AS {name}, count(*) AS requests, count(DISTINCT c.requester_id) AS requesters, {COUNTS},"
        f" {ISSUES} {ASKED} GROUP BY 1 ORDER BY 2 DESC, 1",
        values,
    )


def _months(mirror: Mirror, values: dict[str, object]) -> list[dict[str, Any]]:
    """Requests per month and class; `changes` names the classes whose share is higher or lower than in all months."""
    rows = mirror.rows(
        f"SELECT {MONTH} AS month, count(*) AS requests, {COUNTS}, {ISSUES} {ASKED} GROUP BY 1 ORDER BY 1", values
    )
    counted = _shares(mirror, values, "[c.class]", whole=MONTH)
    series = {name: counted.series([row["month"] for row in rows], name) for name in CLASSES}
    charts = {name: statistics.p_chart(cells) for name, cells in series.items()}
    for place, row in enumerate(rows):
        row["judged"] = any(chart[place].usual_low is not None for chart in charts.values())
        row["changes"] = {name: chart[place].change for name, chart in charts.items() if chart[place].change}
    return rows


def _listed(mirror: Mirror, values: dict[str, object], column: str, name: str, only: str = "") -> list[dict[str, Any]]:
    return mirror.rows(
        f"SELECT {column} AS {name}, count(*) AS requests, {ISSUES} {ASKED} {only} GROUP BY 1 ORDER BY 2 DESC, 1",
        values,
    )


def _carried(mirror: Mirror, values: dict[str, object], total: int) -> dict[str, Any]:
    """How much was filed by somebody else than the one who asked, and by whom: a team, never a person."""
    rows = listed(count_carried(mirror, IN_WINDOW, values))
    for row in rows:
        row["team"] = row["team"] or "(no team)"
    requests = sum(row["requests"] for row in rows)
    counted = _shares(mirror, values, "CASE WHEN c.carrier_id IS DISTINCT FROM c.requester_id THEN ['carried'] END")
    return {"requests": requests, "of": total, **counted.share(0, "carried"), "rows": rows}


def _owners(mirror: Mirror, values: dict[str, object]) -> list[dict[str, Any]]:
    """By which way the owning team was found; how many issues, of which share, and which."""
    rows = count_owners(mirror, IN_WINDOW, values)
    counted = shares.count(
        mirror,
        f"SELECT 0 AS whole, {shares.REQUESTER} AS requester, [coalesce(t.how, '(no team)')] AS parts FROM issues i"
        f" JOIN classes c USING (site, issue_id) LEFT JOIN issue_teams t USING (site, issue_id) WHERE {IN_WINDOW}",
        values,
    )
    return [row | counted.share(0, row["how"]) | {"count": row["issues"], "issues": row.pop("behind")} for row in rows]


def _split(mirror: Mirror, settings: Settings, values: dict[str, object]) -> list[dict[str, Any]]:
    """Declared split against delivered work: requests of the window, resolved by then, whose class is known."""
    if not settings.declared_split:
        return []
    known = "AND c.class <> 'unknown' AND i.resolved < $as_of"
    done = {row["class"]: row for row in _listed(mirror, values, "c.class", "class", known)}
    counted = _shares(mirror, values, "[c.class]", known)
    total = sum(row["requests"] for row in done.values())
    rows = []
    for name, declared in settings.declared_split.items():
        row = done.get(name) or {"requests": 0, "issues": []}
        facts = {"class": name, "declared": declared, "delivered": row["requests"], "of": total}
        rows.append(facts | counted.share(0, name) | {"issues": row["issues"]})
    return rows
