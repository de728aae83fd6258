"""Counting for the wall matrix: one row per asking organization and receiving team, from `wall_requests` in one pass.

A cell too small to say anything of (U7) is also counted into one row for all such cells of its site.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vcjira.mirror import Mirror
from vcjira.walls import requests

Row = dict[str, Any]
OTHER = "(other)"
"""Organization and team of the row that pools the cells with too few requests, requesters or receivers."""


def gather(
    mirror: Mirror, window_from: datetime, window_to: datetime, projects: Sequence[str] | None, as_of: datetime
) -> list[Row]:
    """One row per cell with its counts; makes the temporary tables `wall_requests` and `wall_counted`."""
    requests.collect(mirror, window_from, window_to, projects, as_of)
    mirror.run("CREATE OR REPLACE TEMP VIEW wall_counted AS SELECT *, team AS staff FROM wall_requests")
    return mirror.rows(CELLS)


def pool(mirror: Mirror, fewest: int, fewest_requesters: int, fewest_receivers: int) -> list[Row]:
    """One row per site for all its cells with too few requests, requesters or receivers, after `gather`."""
    mirror.run(POOLED.format(fewest=fewest, requesters=fewest_requesters, receivers=fewest_receivers, other=OTHER))
    return mirror.rows(CELLS)


POOLED = """
CREATE OR REPLACE TEMP VIEW wall_counted AS
SELECT * REPLACE ('{other}' AS organization, '{other}' AS team), team AS staff FROM wall_requests SEMI JOIN (
    SELECT w.site, w.organization, w.team FROM wall_requests w
    LEFT JOIN (SELECT site, team, count(*) AS people FROM wall_receivers GROUP BY ALL) r USING (site, team)
    GROUP BY ALL
    HAVING count(*) FILTER (w.readable) < {fewest} OR count(DISTINCT w.requester_id) FILTER (w.readable) < {requesters}
        OR coalesce(max(r.people), 0) < {receivers}
) USING (site, organization, team)
"""

_BOUND = "CASE WHEN left_over <= 0 THEN 0 WHEN left_over >= 1 THEN 1 ELSE pow(left_over, exp({sign} 1.959963984540054 *"
_BOUND += " sqrt(hazard) / abs(ln(left_over)))) END"


def _quantile(name: str, left: float) -> str:
    """SQL: the time by which no more than `left` have no answer yet, and its interval."""
    bounds = {"s": "left_over", "low": _BOUND.format(sign=""), "high": _BOUND.format(sign="-")}
    return ", ".join(f"min(waited_s) FILTER ({sql} <= {left} + 1e-9) AS {name}_{end}" for end, sql in bounds.items())


CELLS = f"""
WITH readable AS (SELECT * FROM wall_counted WHERE readable),
by_requester AS (
    SELECT site, organization, team, requester_id, count(*) AS size, count(*) FILTER (NOT two_way) AS hits,
        count(*) FILTER (novelty IN ('novel', 'routine')) AS known, count(*) FILTER (novelty = 'routine') AS routine
    FROM readable GROUP BY ALL
),
clusters AS (
    SELECT site, organization, team, sum(size) AS n, count(*) AS m, sum(hits) AS k, sum(hits * hits) AS hh,
        sum(hits * size) AS hs, sum(size * size) AS ss, sum(known) AS known_n,
        count(*) FILTER (known > 0) AS known_m, sum(routine) AS known_k, sum(routine * routine) AS known_hh,
        sum(routine * known) AS known_hs, sum(known * known) AS known_ss
    FROM by_requester GROUP BY ALL
),
waits AS (      -- Kaplan-Meier (U5): each request in the order of its waiting time, those answered before those not
    SELECT site, organization, team, waited_s, responded,
        count(*) OVER (PARTITION BY site, organization, team)
            - row_number() OVER (PARTITION BY site, organization, team ORDER BY waited_s, responded DESC, issue_id) + 1
            AS at_risk
    FROM readable
),
survival AS (   -- and Greenwood's sum, for the interval by log(-log)
    SELECT site, organization, team, waited_s, exp(sum(
            CASE WHEN NOT responded THEN 0 WHEN at_risk = 1 THEN -1000 ELSE ln(1 - 1.0 / at_risk) END
        ) OVER seen) AS left_over,
        sum(CASE WHEN NOT responded OR at_risk = 1 THEN 0 ELSE 1.0 / (at_risk * (at_risk - 1)) END) OVER seen AS hazard
    FROM waits
    WINDOW seen AS (PARTITION BY site, organization, team ORDER BY at_risk DESC ROWS UNBOUNDED PRECEDING)
),
medians AS (
    SELECT site, organization, team, {_quantile("median", 0.5)}, {_quantile("p85", 0.15)}
    FROM survival GROUP BY ALL
),
receivers AS (
    SELECT c.site, c.organization, c.team, count(DISTINCT r.person) AS receivers
    FROM (SELECT DISTINCT site, organization, team, staff FROM wall_counted) c
    JOIN wall_receivers r ON r.site = c.site AND r.team = c.staff GROUP BY ALL
),
sums AS (
    SELECT site, organization, team, count(*) AS requests, count(*) FILTER (readable) AS readable,
        sum(handovers) AS handovers, sum(handovers) FILTER (readable) AS heard, sum(silent) AS silent,
        sum(pings) AS pings, count(*) FILTER (handovers > 0) AS handed,
        count(*) FILTER (handovers > 0 AND pings > 0) AS bounced,
        count(*) FILTER (relays > 0) AS relayed, count(*) FILTER (rework > 0) AS reworked,
        count(*) FILTER (readable AND NOT two_way_strict) AS strict,
        count(*) FILTER (readable AND NOT two_way_generous) AS generous,
        median(turns) FILTER (two_way) AS turns,
        count(*) FILTER (novelty = 'novel' AND readable) AS novel,
        count(*) FILTER (novelty = 'novel' AND readable AND NOT two_way) AS novel_one_way,
        count(*) FILTER (novelty = 'routine' AND readable) AS routine,
        count(*) FILTER (novelty = 'routine' AND readable AND NOT two_way) AS routine_one_way,
        count(*) FILTER (novelty = 'routine' AND readable AND turns >= 4) AS routine_talked
    FROM wall_counted GROUP BY ALL
)
SELECT s.*, coalesce(r.receivers, 0) AS receivers, c.* EXCLUDE (site, organization, team),
    m.* EXCLUDE (site, organization, team)
FROM sums s
LEFT JOIN clusters c USING (site, organization, team)
LEFT JOIN receivers r USING (site, organization, team)
LEFT JOIN medians m USING (site, organization, team)
ORDER BY s.site, s.organization, s.team
"""
