"""Priority honesty: the split that was declared against what was delivered, who waits how long, and who is let ahead.

Delivered are requests resolved in the period; their split is bounded by those whose class is unknown. Waiting is from
the request to the first response and to its end (Kaplan-Meier). A queue jump is a request picked while an older one of
its team was waiting: 0 is first in, first out; 0.5 is random; 1 is last in, first out.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vcjira import statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror

CLASSES = ("customer", "partner", "stakeholder", "unknown")
SHOW_FROM = 20
PICKS = 400
"""The newest picks of a team that are looked at."""
MIN_PICKS = 50


@dataclass(frozen=True, slots=True)
class Served:
    """One class: declared and delivered; `low` to `high` spans the interval and what unknown classes could change."""

    kind: str
    declared: float | None
    delivered: int
    of: int
    unknown: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = "not enough"


def split(
    mirror: Mirror, settings: Settings, start: datetime, end: datetime, projects: list[str], team: str | None = None
) -> list[Served]:
    """Per class the delivered share of a period, and what it says of the declared one."""
    clusters: dict[str, list[tuple[str, int]]] = defaultdict(list)
    params = {"start": start, "end": end, "projects": projects, "team": team}
    for kind, requester, count in mirror.tuples(DELIVERED, params):
        clusters[kind].append((requester, count))
    sizes: dict[str, int] = defaultdict(int)
    for entries in clusters.values():
        for requester, count in entries:
            sizes[requester] += count
    unknown = dict(clusters.get("unknown", []))
    return [
        _served(kind, settings.declared_split.get(kind), dict(clusters.get(kind, [])), unknown, sizes)
        for kind in ("customer", "partner", "stakeholder")
    ]


def _served(
    kind: str, declared: float | None, hits: dict[str, int], unknown: dict[str, int], sizes: dict[str, int]
) -> Served:
    k, unclear, total = sum(hits.values()), sum(unknown.values()), sum(sizes.values())
    if total < SHOW_FROM or len(sizes) < statistics.FEWEST_CLUSTERS:
        return Served(kind, declared, k, total, unclear)
    low, _ = _interval([(hits.get(requester, 0), size) for requester, size in sizes.items()])
    _, high = _interval([(hits.get(who, 0) + unknown.get(who, 0), size) for who, size in sizes.items()])
    known = total - unclear
    share = k / known if known else None
    return Served(kind, declared, k, total, unclear, share, low, high, _verdict(declared, low, high))


def _interval(clusters: list[tuple[int, int]]) -> statistics.Interval:
    """Of a share by its requesters: (hits, size) of each."""
    effect = max(1.0, statistics.design_effect(clusters) * statistics.few_clusters(len(clusters)))
    return statistics.wilson(sum(k for k, _ in clusters) / effect, sum(n for _, n in clusters) / effect)


def _verdict(declared: float | None, low: float, high: float) -> str:
    if declared is None:
        return "nothing declared"
    if low > declared:
        return "more than declared"
    if high < declared:
        return "less than declared"
    return "cannot be told from what was declared"


@dataclass(frozen=True, slots=True)
class Kind:
    """How long requests of one class wait, in days; null: fewer than 20, or not reached by half of them."""

    kind: str
    requests: int
    answered: int
    response: float | None
    response_low: float | None
    response_high: float | None
    ended: int
    end: float | None
    end_low: float | None
    end_high: float | None


def waits(mirror: Mirror, start: datetime, end: datetime, as_of: datetime, projects: list[str]) -> list[Kind]:
    """Per class: days until the first response of the receiving side and until the end, for half of the requests."""
    spans: dict[str, list[tuple[float, bool, float, bool]]] = defaultdict(list)
    params = {"start": start, "end": end, "as_of": as_of, "projects": projects}
    for kind, *row in mirror.tuples(WAITS, params):
        spans[kind].append((row[0], row[1], row[2], row[3]))
    return [_kind(kind, spans[kind]) for kind in CLASSES if spans[kind]]


def _kind(kind: str, rows: list[tuple[float, bool, float, bool]]) -> Kind:
    enough = len(rows) >= SHOW_FROM
    response = statistics.kaplan_meier_interval([(a, b) for a, b, _, _ in rows]) if enough else (None, None, None)
    ended = statistics.kaplan_meier_interval([(c, d) for _, _, c, d in rows]) if enough else (None, None, None)
    return Kind(kind, len(rows), sum(row[1] for row in rows), *response, sum(row[3] for row in rows), *ended)


@dataclass(frozen=True, slots=True)
class Jump:
    """Picks of one class by one team: the mean share of the other waiting requests that were older, its interval."""

    team: str
    kind: str
    picks: int
    passed: float | None
    low: float | None
    high: float | None
    ahead: bool
    """The interval lies above that of the team's other picks."""
    issues: tuple[str, ...]
    site: str


def jumps(mirror: Mirror, start: datetime, end: datetime, projects: list[str]) -> list[Jump]:
    """Per team and class, from 50 picks on; those that are let ahead of the others first."""
    params = {"start": start, "end": end, "projects": projects}
    rows = mirror.rows(JUMPS.format(picks=PICKS), params)
    found = [_jump(row, [other for other in rows if other["team"] == row["team"] and other is not row]) for row in rows]
    return sorted(found, key=lambda jump: (not jump.ahead, jump.team, CLASSES.index(jump.kind)))


def _jump(row: dict[str, Any], rest: list[dict[str, Any]]) -> Jump:
    """Picks of one class beside those of the others of the same team."""
    n, mean = row["picks"], row["passed"]
    few = n < MIN_PICKS
    half = 1.96 * row["spread"] / math.sqrt(n)
    others = sum(other["picks"] for other in rest)
    ahead = False
    if not few and others >= MIN_PICKS:
        level = sum(other["passed"] * other["picks"] for other in rest) / others
        noise = 1.96 * math.sqrt(sum(other["picks"] * other["spread"] ** 2 for other in rest)) / others
        ahead = mean - level > math.hypot(half, noise)
    return Jump(
        team=row["team"],
        kind=row["kind"],
        picks=n,
        passed=None if few else mean,
        low=None if few else max(0.0, mean - half),
        high=None if few else min(1.0, mean + half),
        ahead=ahead,
        issues=tuple(row["keys"]),
        site=row["site"],
    )


_IN = """
r.created >= $start AND r.created < $end AND NOT r.bulk
    AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], r.project))
"""

DELIVERED = """
SELECT c.class, r.site || '/' || r.requester_id, count(*)
FROM requests r JOIN classes c USING (site, issue_id) JOIN issues i USING (site, issue_id)
WHERE NOT r.bulk AND i.resolved >= $start AND i.resolved < $end AND ($team IS NULL OR r.team = $team)
    AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], r.project))
GROUP BY ALL ORDER BY ALL
"""

WAITS = f"""
WITH first AS (
    SELECT site, issue_id, min(created) AS happened FROM talk
    WHERE human AND NOT template AND public AND side = 'receiving' AND created <= $as_of GROUP BY ALL
)
SELECT c.class, (epoch(least(coalesce(f.happened, r.closed, $as_of), $as_of)) - epoch(r.created)) / 86400,
    f.happened IS NOT NULL, (epoch(least(coalesce(r.closed, $as_of), $as_of)) - epoch(r.created)) / 86400,
    coalesce(r.closed <= $as_of, false)
FROM requests r JOIN classes c USING (site, issue_id) LEFT JOIN first f USING (site, issue_id)
WHERE r.readable AND {_IN}
"""

JUMPS = f"""
WITH picks AS (
    SELECT site, issue_id, min(happened) AS picked, min(seq) AS seq, arg_min(bulk OR automated, seq) AS excused,
        arg_min(from_person, seq) AS given
    FROM handovers WHERE to_person IS NOT NULL GROUP BY ALL
),
queue AS (
    SELECT r.site, r.issue_id, r.key, r.team, c.class AS kind, r.created, p.picked,
        coalesce(p.excused, false) AS excused,
        least(coalesce(p.picked, TIMESTAMP '9999-01-01'), coalesce(r.closed, TIMESTAMP '9999-01-01')) AS leaves
    FROM requests r JOIN classes c USING (site, issue_id) JOIN issues i USING (site, issue_id)
    LEFT JOIN picks p USING (site, issue_id)
    WHERE {_IN} AND p.given IS NULL AND (p.issue_id IS NOT NULL OR i.assignee_id IS NULL)
),
newest AS (
    SELECT *, row_number() OVER (PARTITION BY site, team ORDER BY picked DESC, issue_id) AS place
    FROM queue WHERE picked IS NOT NULL AND NOT excused
),
passed AS (
    SELECT k.site, k.team, k.kind, k.key, count(*) FILTER (w.created < k.created) * 1.0 / count(*) AS passed
    FROM newest k JOIN queue w ON w.site = k.site AND w.team = k.team AND w.issue_id <> k.issue_id
        AND w.created <= k.picked AND w.leaves > k.picked
    WHERE k.place <= {{picks}} GROUP BY k.site, k.team, k.kind, k.key
)
SELECT team, kind, any_value(site) AS site, count(*) AS picks, avg(passed) AS passed,
    coalesce(stddev_samp(passed), 0) AS spread, list(key ORDER BY passed DESC, key) AS keys
FROM passed GROUP BY team, kind ORDER BY team, kind
"""
