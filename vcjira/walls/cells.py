"""Counting for the wall matrix: requests of an asking organization to a receiving team, in one pass over the mirror."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vcjira.mirror import Mirror

Row = dict[str, Any]


def gather(
    mirror: Mirror, window_from: datetime, window_to: datetime, projects: Sequence[str] | None, as_of: datetime
) -> list[Row]:
    """One row per cell with its counts; makes the temporary tables `asked_now` and `wall_requests`."""
    mirror.run(
        REQUESTS.format(only="AND list_contains($projects, r.project)" if projects is not None else ""),
        {"from": window_from, "to": window_to, "as_of": as_of}
        | ({"projects": list(projects)} if projects is not None else {}),
    )
    return mirror.rows(CELLS)


REQUESTS = """
-- each request of the window with what was said on it until then; issues whose comments cannot be read stay out of n
CREATE OR REPLACE TEMP TABLE wall_requests AS
WITH chosen AS (
    SELECT * FROM requests r WHERE NOT r.bulk AND r.created >= $from AND r.created < $to {only}
),
said AS (
    SELECT t.site, t.issue_id, t.created, t.comment_id, t.side, lag(t.side) OVER (
        PARTITION BY t.site, t.issue_id ORDER BY t.created, t.comment_id) AS before
    FROM talk t SEMI JOIN chosen USING (site, issue_id)
    WHERE t.human AND NOT t.template AND t.public AND t.side IS NOT NULL AND t.created <= $as_of
),
spoken AS (
    SELECT site, issue_id, count(*) FILTER (side = 'requester') AS asking, count(*) FILTER (side = 'receiving') AS
        receiving, count(*) FILTER (before IS DISTINCT FROM side) AS turns,
        min(created) FILTER (side = 'receiving') AS first_response
    FROM said GROUP BY site, issue_id
),
trouble AS (
    SELECT h.site, h.issue_id, count(*) FILTER (pattern = 'silent_handoff') AS silent,
        count(*) FILTER (pattern = 'ping_pong') AS pings,
        count(*) FILTER (pattern IN ('reassignment', 'ping_pong', 'reopen', 'rejection', 'return_to_sender')) AS rework
    FROM hits h SEMI JOIN chosen USING (site, issue_id)
    WHERE h.happened <= $as_of GROUP BY h.site, h.issue_id
)
SELECT c.site, c.issue_id, c.key, c.organization, c.team, c.requester_id, c.created, c.readable,
    coalesce(s.asking, 0) > 0 AND coalesce(s.receiving, 0) > 0 AS two_way, coalesce(s.turns, 0) AS turns,
    epoch(coalesce(s.first_response, CASE WHEN c.closed <= $as_of THEN c.closed ELSE $as_of END)) - epoch(c.created)
        AS waited_s,
    s.first_response IS NOT NULL AS responded,
    coalesce(t.silent, 0) AS silent, coalesce(t.pings, 0) AS pings, coalesce(t.rework, 0) AS rework,
    n.kind AS novelty
FROM chosen c
LEFT JOIN spoken s USING (site, issue_id)
LEFT JOIN trouble t USING (site, issue_id)
LEFT JOIN novelty n USING (site, issue_id)
"""

CELLS = """
WITH readable AS (SELECT * FROM wall_requests WHERE readable),
by_requester AS (
    SELECT site, organization, team, requester_id, count(*) AS size, count(*) FILTER (NOT two_way) AS hits
    FROM readable GROUP BY ALL
),
clusters AS (
    SELECT site, organization, team, sum(size) AS n, count(*) AS m, sum(hits) AS k, sum(hits * hits) AS hh,
        sum(hits * size) AS hs, sum(size * size) AS ss, max(size) AS busiest
    FROM by_requester GROUP BY ALL
),
waits AS (      -- Kaplan-Meier (U5): each request in the order of its waiting time, those answered before those not
    SELECT site, organization, team, waited_s, responded,
        count(*) OVER (PARTITION BY site, organization, team)
            - row_number() OVER (PARTITION BY site, organization, team ORDER BY waited_s, responded DESC, issue_id) + 1
            AS at_risk, issue_id
    FROM readable
),
survival AS (
    SELECT site, organization, team, waited_s, exp(sum(
        CASE WHEN NOT responded THEN 0 WHEN at_risk = 1 THEN -1000 ELSE ln(1 - 1.0 / at_risk) END
    ) OVER (PARTITION BY site, organization, team ORDER BY at_risk DESC ROWS UNBOUNDED PRECEDING)) AS left_over
    FROM waits
),
medians AS (
    SELECT site, organization, team, min(waited_s) AS median_s FROM survival WHERE left_over <= 0.5 + 1e-9 GROUP BY ALL
),
sums AS (
    SELECT site, organization, team, count(*) AS requests, count(*) FILTER (readable) AS readable,
        sum(silent) AS silent, sum(pings) AS pings, count(*) FILTER (rework > 0) AS reworked,
        median(turns) FILTER (two_way) AS turns,
        count(*) FILTER (novelty = 'novel' AND readable) AS novel,
        count(*) FILTER (novelty = 'novel' AND readable AND NOT two_way) AS novel_one_way,
        count(*) FILTER (novelty = 'routine' AND readable) AS routine,
        count(*) FILTER (novelty = 'routine' AND readable AND NOT two_way) AS routine_one_way
    FROM wall_requests GROUP BY ALL
)
SELECT s.*, c.n, c.m, c.k, c.hh, c.hs, c.ss, m.median_s
FROM sums s
LEFT JOIN clusters c USING (site, organization, team)
LEFT JOIN medians m USING (site, organization, team)
ORDER BY s.site, s.organization, s.team
"""
