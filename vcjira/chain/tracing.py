"""What share of the requests reaches an outcome for a customer (patterns.md 5.5), between two bounds.

Traced: an outcome lies at most four steps ahead. Unknown: no outcome, but the way leads to an issue that the mirror
cannot see. The share is between all unknown being untraced and all being traced (U8), each with its interval (U2). A
low share first measures linking habits: the share of requests with any link upward stands beside it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vcjira import statistics
from vcjira.chain import graph
from vcjira.config import Settings
from vcjira.mirror import Mirror

MIN_REQUESTS = 30
WHOLE = "(all teams)"


@dataclass(frozen=True, slots=True)
class Trace:
    """One team; `low` is the lower end of the interval of the lower bound, `high` the upper end of the upper one, each
    with the design effect of its own hits; null, as the bounds, unless `enough`."""

    team: str
    requests: int
    requesters: int
    traced: int
    unknown: int
    enough: bool
    bound_low: float | None = None
    bound_high: float | None = None
    low: float | None = None
    high: float | None = None
    below: bool = False
    """The upper end lies below the lower end of all teams together."""
    linked: int = 0
    dead: int = 0
    through_requests: int = 0
    """Traced only by way of another internal request."""
    weak: int = 0
    """Untraced, but for links such as `relates to`."""
    catch_all: int = 0
    """Untraced, but for an epic that holds everything."""
    distances: dict[int, int] = field(default_factory=dict)


def trace(
    mirror: Mirror, settings: Settings, start: datetime, end: datetime, as_of: datetime, projects: list[str]
) -> list[Trace]:
    """All teams together first, then each; internal requests raised in [start, end). Makes `chain_requests`."""
    graph.build(mirror, settings, as_of)
    _outcomes(mirror, settings)
    mirror.run(INTERNAL, {"classes": list(settings.chain.outcomes.classes)})
    steps = settings.chain.steps
    ends = "SELECT site, issue_id FROM chain_outcomes"
    graph.reach(mirror, "chain_traced", ends, ["strong"], steps)
    no_request = "NOT EXISTS (SELECT 1 FROM chain_internal n WHERE n.site = f.site AND n.issue_id = f.issue_id)"
    graph.reach(mirror, "chain_direct", ends, ["strong"], steps, through=no_request)
    graph.reach(mirror, "chain_weak", ends, ["strong", "weak"], steps)
    graph.reach(mirror, "chain_any", ends, ["strong", "catch_all"], steps)
    graph.reach(mirror, "chain_unknown", "SELECT site, issue_id FROM chain_dead", ["strong"], steps - 1)
    mirror.run(REQUESTS, {"start": start, "end": end, "projects": projects})
    rows = mirror.rows(TEAMS)
    whole = _trace(next((row for row in rows if row["team"] is None), None), None)
    return [whole, *(_trace(row, whole) for row in rows if row["team"] is not None)]


def outcomes(mirror: Mirror) -> int:
    """How many issues are outcomes for a customer; after `trace`."""
    return int(mirror.value("SELECT count(*) FROM chain_outcomes"))


def behind(mirror: Mirror) -> dict[str, list[dict[str, Any]]]:
    """The requests of each team with their state and distance; after `trace`."""
    found = defaultdict(list)
    for row in mirror.rows(BEHIND):
        found[row.pop("team")].append(row)
    return found


def _trace(row: dict[str, Any] | None, whole: Trace | None) -> Trace:
    if row is None:
        return Trace(WHOLE, 0, 0, 0, 0, enough=False)
    n, traced, unknown = int(row["n"]), int(row["k"]), int(row["unknown"])
    enough = n >= MIN_REQUESTS and row["m"] >= statistics.FEWEST_CLUSTERS
    bounds: dict[str, Any] = {}
    if enough:
        least, most = (
            statistics.clustered_effect(*(float(row[name]) for name in ("n", "m", *hits, "ss")))
            for hits in (("k", "hh", "hs"), ("most_k", "most_hh", "most_hs"))
        )
        low, _ = statistics.wilson(traced / least, n / least)
        _, high = statistics.wilson((traced + unknown) / most, n / most)
        bounds = {"bound_low": traced / n, "bound_high": (traced + unknown) / n, "low": low, "high": high}
        bounds["below"] = whole is not None and whole.low is not None and high < whole.low
    return Trace(
        team=row["team"] or WHOLE,
        requests=n,
        requesters=int(row["m"]),
        traced=traced,
        unknown=unknown,
        enough=enough,
        linked=int(row["linked"]),
        dead=int(row["dead"]),
        through_requests=int(row["through"]),
        weak=int(row["weak"]),
        catch_all=int(row["catch_all"]),
        distances={int(step): int(count) for step, count in (row["distances"] or {}).items()},
        **bounds,
    )


def _outcomes(mirror: Mirror, settings: Settings) -> None:
    wanted = settings.chain.outcomes
    mirror.run(
        OUTCOMES,
        {
            "classes": list(wanted.classes),
            "projects": list(wanted.projects),
            "types": [name.lower() for name in wanted.types],
            "labels": list(wanted.labels),
        },
    )
    if wanted.fields:
        mirror.run(BY_FIELD, {"fields": [name.lower() for name in wanted.fields]})


OUTCOMES = """
CREATE OR REPLACE TEMP TABLE chain_outcomes AS
SELECT i.site, i.issue_id FROM issues i LEFT JOIN classes c USING (site, issue_id)
WHERE i.presence = 'present' AND (
    (list_contains($classes::VARCHAR[], c.class) AND NOT coalesce(c.own_team, false))
    OR list_contains($projects::VARCHAR[], i.project) OR list_contains($types::VARCHAR[], lower(i.type))
    OR list_has_any($labels::VARCHAR[], i.labels))
"""

BY_FIELD = """
INSERT INTO chain_outcomes
SELECT DISTINCT v.site, v.issue_id FROM site_fields f
JOIN issue_fields v ON v.site = f.site AND contains(v.fields, '"' || f.field_id || '"')
JOIN issues i ON i.site = v.site AND i.issue_id = v.issue_id AND i.presence = 'present'
WHERE list_contains($fields::VARCHAR[], lower(f.name)) OR list_contains($fields::VARCHAR[], lower(f.field_id))
"""

INTERNAL = """
CREATE OR REPLACE TEMP TABLE chain_internal AS
SELECT r.site, r.issue_id FROM requests r JOIN classes c USING (site, issue_id)
WHERE NOT list_contains($classes::VARCHAR[], c.class) AND NOT EXISTS (
    SELECT 1 FROM chain_outcomes o WHERE o.site = r.site AND o.issue_id = r.issue_id)
"""

REQUESTS = """
CREATE OR REPLACE TEMP TABLE chain_requests AS
SELECT r.site, r.issue_id, r.key, r.team, r.requester_id, r.created, t.steps, t.issue_id IS NOT NULL AS traced,
    t.issue_id IS NULL AND u.issue_id IS NOT NULL AS unknown, d.issue_id IS NOT NULL AS dead,
    t.issue_id IS NOT NULL AND a.issue_id IS NULL AS through, t.issue_id IS NULL AND w.issue_id IS NOT NULL AS weak,
    t.issue_id IS NULL AND y.issue_id IS NOT NULL AS catch_all,
    e.issue_id IS NOT NULL OR d.issue_id IS NOT NULL AS linked
FROM requests r JOIN chain_internal n USING (site, issue_id)
LEFT JOIN chain_traced t USING (site, issue_id) LEFT JOIN chain_direct a USING (site, issue_id)
LEFT JOIN chain_weak w USING (site, issue_id) LEFT JOIN chain_any y USING (site, issue_id)
LEFT JOIN chain_unknown u USING (site, issue_id) LEFT JOIN chain_dead d USING (site, issue_id)
LEFT JOIN (SELECT DISTINCT site, issue_id FROM chain_edges WHERE kind <> 'weak') e USING (site, issue_id)
WHERE NOT r.bulk AND r.created >= $start AND r.created < $end
    AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], r.project))
"""

TEAMS = """
WITH by_requester AS (
    SELECT team, site, requester_id, count(*) AS size, count(*) FILTER (traced) AS hits,
        count(*) FILTER (traced OR unknown) AS most
    FROM chain_requests GROUP BY ALL
),
clusters AS (
    SELECT team, sum(size) AS n, count(*) AS m, sum(hits) AS k, sum(hits * hits) AS hh, sum(hits * size) AS hs,
        sum(size * size) AS ss, sum(most) AS most_k, sum(most * most) AS most_hh, sum(most * size) AS most_hs
    FROM by_requester GROUP BY GROUPING SETS ((team), ())
),
counts AS (
    SELECT team, count(*) FILTER (unknown) AS unknown, count(*) FILTER (linked) AS linked,
        count(*) FILTER (dead) AS dead, count(*) FILTER (through) AS through, count(*) FILTER (weak) AS weak,
        count(*) FILTER (catch_all) AS catch_all, histogram(steps) FILTER (traced) AS distances
    FROM chain_requests GROUP BY GROUPING SETS ((team), ())
)
SELECT c.*, s.* EXCLUDE (team) FROM clusters c JOIN counts s ON s.team IS NOT DISTINCT FROM c.team
WHERE c.n > 0 ORDER BY c.n DESC, c.team
"""

BEHIND = """
SELECT q.team, q.site, q.key, q.created, i.summary, q.steps,
    CASE WHEN traced THEN 'traced' WHEN unknown THEN 'unknown' ELSE 'untraced' END AS state
FROM chain_requests q JOIN issues i USING (site, issue_id)
ORDER BY q.traced, q.created DESC, q.key
"""
