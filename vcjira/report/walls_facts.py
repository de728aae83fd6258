"""The facts of the report `walls`: the matrix, what was passed on between teams, the trend, and the advice."""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any

from vcjira import statistics, walls
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report import held_facts, shares
from vcjira.report.behind import ISSUES
from vcjira.report.head import IN_WINDOW, params
from vcjira.report.window import Window


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """cells (each with its issues), organizations, teams, advice, teams' hand-overs, patterns, months."""
    projects = list(window.projects) or None
    cells = walls.matrix(mirror, settings, window.start, window.end, projects, window.as_of)
    behind = _requests(mirror)
    advice = walls.advice(cells, themes=walls.themes(mirror))
    pooled = walls.other(mirror, window.start, window.end)
    rows = []
    for cell in cells:
        row = asdict(cell)
        row["issues"] = behind.get((cell.site, cell.organization, cell.team), [])
        rows.append(row)
    return {
        "cells": rows,
        "organizations": _by_weight(rows, "organization"),
        "teams": _by_weight(rows, "team"),
        "tested": max((cell.tested for cell in cells), default=0),
        "other": [asdict(cell) for cell in pooled],
        "advice": [_advised(one) for one in advice],
        "left_alone": [{"reason": reason, "pairs": count} for reason, count in walls.left_alone(cells)],
        "whole": _whole(mirror),
        "months": _months(mirror),
        "handovers": _handovers(mirror, window),
        "held": held_facts.gather(mirror, window),
        "patterns": _patterns(mirror, window),
    }


def _advised(one: walls.Advice) -> dict[str, Any]:
    themes = [asdict(theme) | {"issues": list(theme.issues)} for theme in one.themes]
    told = {name: getattr(one, name) for name in ("rank", "organization", "team", "site", "sure", "start")}
    return told | {"why": list(one.why), "but": list(one.but), "themes": themes}


def _requests(mirror: Mirror) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Requests behind each cell; `matrix` has just counted them into `wall_requests`."""
    found = defaultdict(list)
    for row in mirror.rows(
        "SELECT w.site, w.organization, w.team, w.key, w.created, w.two_way, i.summary FROM wall_requests w"
        " JOIN issues i USING (site, issue_id) ORDER BY w.created DESC, w.key"
    ):
        found[row["site"], row["organization"], row["team"]].append(
            {name: row[name] for name in ("site", "key", "created", "two_way", "summary")}
        )
    return found


def _by_weight(rows: list[dict[str, Any]], name: str) -> list[str]:
    weight: dict[str, int] = defaultdict(int)
    for row in rows:
        weight[row[name]] += row["requests"]
    return sorted(weight, key=lambda key: (-weight[key], key))


ONE_WAY = (
    f"{shares.REQUESTER} AS requester, CASE WHEN c.two_way THEN [] ELSE ['one_way'] END AS parts"
    " FROM wall_requests c JOIN issues i USING (site, issue_id) WHERE c.readable"
)


def _whole(mirror: Mirror) -> dict[str, Any]:
    """All requests whose comments could be read, and the share without a recorded two-way conversation."""
    [(requests, one_way)] = mirror.tuples(
        "SELECT count(*), count(*) FILTER (NOT two_way) FROM wall_requests WHERE readable"
    )
    found = shares.count(mirror, f"SELECT 0 AS whole, {ONE_WAY}")
    return {"requests": requests, "one_way": one_way} | found.share(0, "one_way")


def _months(mirror: Mirror) -> list[dict[str, Any]]:
    """Requests per month and the share without a recorded two-way conversation, with its interval."""
    months = mirror.rows(
        "SELECT date_trunc('month', i.created)::DATE AS month, count(*) AS requests,"
        f" count(*) FILTER (w.two_way) AS two_way, count(*) FILTER (NOT w.two_way) AS one_way, {ISSUES}"
        " FROM wall_requests w JOIN issues i USING (site, issue_id) WHERE w.readable GROUP BY 1 ORDER BY 1"
    )
    found = shares.count(mirror, f"SELECT date_trunc('month', c.created)::DATE AS whole, {ONE_WAY}")
    chart = statistics.p_chart(found.series([row["month"] for row in months], "one_way"))
    return [
        row | found.share(row["month"], "one_way") | asdict(control) for row, control in zip(months, chart, strict=True)
    ]


def _handovers(mirror: Mirror, window: Window) -> list[dict[str, Any]]:
    """Pairs of teams with what one passed on to the other; bulk edits and automation left out.

    The interval is wider where the hand-overs per issue vary from month to month (of the issues) by more than chance.
    """
    values = params(window) | {"as_of": window.as_of}
    rows = mirror.rows(
        "WITH passed AS (SELECT h.from_team, h.to_team, count(*) AS handovers,"
        f" list(DISTINCT (h.site, h.issue_id)) AS ids {PASSED} GROUP BY ALL)"
        " SELECT from_team, to_team, any_value(handovers) AS handovers,"
        f" {ISSUES} FROM (SELECT *, unnest(ids) AS id FROM passed) p"
        " JOIN issues i ON i.site = p.id[1] AND i.issue_id = p.id[2] GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        values,
    )
    months = dict(
        mirror.tuples(
            f"SELECT date_trunc('month', i.created), count(*) FROM issues i WHERE {IN_WINDOW} GROUP BY 1",
            params(window),
        )
    )
    counts: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
    for from_team, to_team, month, count in mirror.tuples(MONTHLY, values):
        counts[from_team, to_team][month] = count
    for row in rows:
        monthly = counts[row["from_team"], row["to_team"]]
        row["dispersion"] = statistics.dispersion([monthly.get(month, 0) for month in months], list(months.values()))
        row["low"], row["high"] = statistics.garwood(row["handovers"], dispersion=row["dispersion"] or 1.0)
    return rows


PASSED = (
    "FROM handovers h JOIN issues i USING (site, issue_id) WHERE h.from_team <> h.to_team AND NOT h.bulk"
    f" AND NOT h.automated AND {IN_WINDOW} AND h.happened < $as_of"
)
MONTHLY = f"SELECT h.from_team, h.to_team, date_trunc('month', i.created) AS month, count(*) {PASSED} GROUP BY ALL"


def _patterns(mirror: Mirror, window: Window) -> list[dict[str, Any]]:
    """Per pattern: hits, the window's issues with one, their share with its interval; hits of whole cells beside."""
    total = mirror.value(f"SELECT count(*) FROM issues i WHERE {IN_WINDOW}", params(window))
    rows = mirror.rows(
        "WITH found AS"
        " (SELECT pattern, site, issue_id, count(*) AS hits FROM hits WHERE happened < $as_of GROUP BY ALL)"
        f" SELECT h.pattern, sum(h.hits)::BIGINT AS hits, {ISSUES} FROM found h JOIN issues i USING (site, issue_id)"
        f" WHERE {IN_WINDOW} GROUP BY 1 ORDER BY 1",
        params(window) | {"as_of": window.as_of},
    )
    found = shares.count(
        mirror,
        f"SELECT 0 AS whole, {shares.REQUESTER} AS requester, h.patterns AS parts"
        " FROM issues i LEFT JOIN classes c USING (site, issue_id) LEFT JOIN (SELECT site, issue_id,"
        " list(DISTINCT pattern) AS patterns FROM hits WHERE happened < $as_of GROUP BY ALL) h USING (site, issue_id)"
        f" WHERE {IN_WINDOW}",
        params(window) | {"as_of": window.as_of},
    )
    return [row | {"of": total} | found.share(0, row["pattern"]) for row in rows]
