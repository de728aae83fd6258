"""Counting for the wall matrix: one row per asking organization and receiving team, from `wall_requests` in one pass.

A cell too small to say anything of (U7) is also counted into one row for all such cells of its site.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vcjira.mirror import Mirror
from vcjira.walls import requests
from vcjira.walls.cell import SHOW_FROM, added

Row = dict[str, Any]
OTHER = "(other)"
"""Organization and team of the row that pools the cells with too few requests, requesters or receivers."""


def gather(
    mirror: Mirror, window_from: datetime, window_to: datetime, projects: Sequence[str] | None, as_of: datetime
) -> list[Row]:
    """One row per cell with its counts; makes the temporary tables `wall_requests` and `wall_counted`."""
    requests.collect(mirror, window_from, window_to, projects, as_of)
    mirror.run("CREATE OR REPLACE TEMP VIEW wall_counted AS SELECT *, team AS staff FROM wall_requests")
    return _counted(mirror, CELLS.format(receivers=RECEIVERS))


def pool(mirror: Mirror, fewest: int, fewest_requesters: int, fewest_receivers: int) -> list[Row]:
    """One row per site for all its cells with too few requests, requesters or receivers, after `gather`."""
    mirror.run(POOLED.format(fewest=fewest, requesters=fewest_requesters, receivers=fewest_receivers, other=OTHER))
    return _counted(mirror, CELLS.format(receivers=RECEIVERS_OF_SEVERAL))


def _counted(mirror: Mirror, counts: str) -> list[Row]:
    """What is counted of each cell, and the sums over clusters of those that are large enough for a share."""
    clusters = {(row["site"], row["organization"], row["team"]): row for row in mirror.rows(CLUSTERS)}
    cells = mirror.rows(counts)
    return [row | clusters.get((row["site"], row["organization"], row["team"]), {}) for row in cells]


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


SHARES = {
    "one_way": ("readable", "NOT two_way"),
    "strict": ("readable", "NOT two_way_strict"),
    "generous": ("readable", "NOT two_way_generous"),
    "novel": ("readable AND novelty = 'novel'", "NOT two_way"),
    "routine": ("readable AND novelty = 'routine'", "NOT two_way"),
    "known": ("readable AND novelty IN ('novel', 'routine')", "novelty = 'routine'"),
    "bounced": ("handovers > 0", "pings > 0"),
    "relayed": ("true", "relays > 0"),
    "rework": ("true", "rework > 0"),
}
"""Share of requests -> SQL: of which, and what makes a hit. Clusters are the requesters."""
_PER_REQUESTER = ", ".join(
    f"count(*) FILTER ({of}) AS {name}_of, count(*) FILTER ({of} AND {hit}) AS {name}_hits"
    for name, (of, hit) in SHARES.items()
)

CLUSTERS = f"""
WITH counted AS (
    FROM wall_counted SEMI JOIN (
        SELECT site, organization, team FROM wall_counted GROUP BY ALL HAVING count(*) FILTER (readable) >= {SHOW_FROM}
    ) USING (site, organization, team)
),
by_requester AS (
    SELECT site, organization, team, requester_id, {_PER_REQUESTER} FROM counted GROUP BY ALL
),
clusters AS (
    SELECT site, organization, team, {", ".join(map(added, SHARES))} FROM by_requester GROUP BY ALL
),
by_actor AS (   -- hand-overs and silent ones hang together by who passed on (P05)
    SELECT c.site, c.organization, c.team, p.actor_id, sum(p.handovers) AS silent_of, sum(p.silent) AS silent_hits
    FROM counted c JOIN wall_passed p USING (site, issue_id) WHERE c.readable GROUP BY ALL
),
actors AS (SELECT site, organization, team, {added("silent")} FROM by_actor GROUP BY ALL)
SELECT c.*, a.* EXCLUDE (site, organization, team) FROM clusters c LEFT JOIN actors a USING (site, organization, team)
"""

RECEIVERS = """
    SELECT c.site, c.organization, c.team, r.receivers
    FROM (SELECT DISTINCT site, organization, team FROM wall_counted) c
    JOIN (SELECT site, team, count(*) AS receivers FROM wall_receivers GROUP BY ALL) r USING (site, team)
"""
RECEIVERS_OF_SEVERAL = """
    SELECT c.site, c.organization, c.team, count(DISTINCT r.person) AS receivers
    FROM (SELECT DISTINCT site, organization, team, staff FROM wall_counted) c
    JOIN wall_receivers r ON r.site = c.site AND r.team = c.staff GROUP BY ALL
"""
"""People behind a cell; behind the pooled one there are several teams, and some people may be in two."""

CELLS = f"""
WITH readable AS (SELECT * FROM wall_counted WHERE readable),
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
receivers AS ({{receivers}}),
sums AS (
    SELECT site, organization, team, count(*) AS requests, count(*) FILTER (readable) AS readable,
        count(*) FILTER (readable) AS one_way_n, count(DISTINCT requester_id) FILTER (readable) AS one_way_m,
        count(*) FILTER (readable AND NOT two_way) AS one_way_k, count(*) FILTER (rework > 0) AS rework_k,
        sum(handovers)::BIGINT AS handovers, sum(silent)::BIGINT AS silent, sum(pings)::BIGINT AS pings,
        median(turns) FILTER (two_way) AS turns,
        count(*) FILTER (novelty = 'routine' AND readable AND turns >= 4) AS routine_talked
    FROM wall_counted GROUP BY ALL
)
SELECT s.*, coalesce(r.receivers, 0) AS receivers, m.* EXCLUDE (site, organization, team)
FROM sums s
LEFT JOIN receivers r USING (site, organization, team)
LEFT JOIN medians m USING (site, organization, team)
ORDER BY s.site, s.organization, s.team
"""
