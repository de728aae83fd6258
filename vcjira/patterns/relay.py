"""P17 relay: Is a ticket answered by another ticket, and that by a third?

Definition. While a team owns an issue, one of its people creates an issue for another team and links the two from
`before` before to `after` after creating it. A relay is a chain of at least `depth` such links. One hit per issue that
ends a chain, when it is created.
Formula. Depth = longest chain; share of requests with depth 2 or more; share of those in which the first requester
never writes on the last issue.
Default. 2: in Jira teams own projects, so the wall shows as a new issue rather than as a reassignment.
Edges. Sub-tasks and issues under one parent are planned breakdown and do not count; nor do issues created by bots.
Source. "Subcontracting": van der Aalst & Song, BPM 2004.
What to do. Bring the first requester and the last team into one conversation.

found:
    0h ann creates A for Platform
    1d pat creates B for Data
    1d1h pat links A to B
    2d dan creates C for Ops
    2d1h dan links B to C
not found:
    0h ann creates A for Platform
    1d pat creates B for Data
    1d1h pat links A to B
not found:
    0h ann creates A for Platform
    1d pat creates B for Data
    9d pat links A to B          # linked much later
    10d dan creates C for Ops
    10d1h dan links B to C
not found:
    0h ann creates A for Platform
    1d robot creates B for Data  # automation (E1)
    1d1h robot links A to B
    2d robot creates C for Ops
    2d1h robot links B to C
"""

from vcjira.patterns.option import Option

NUMBER = "P17"
OPTIONS = {
    "depth": Option(2, "links of a chain from which it is a relay"),
    "before": Option("1h", "the link may be this much older than the new issue", "duration"),
    "after": Option("24h", "the link is made at most this much later", "duration"),
}

SQL = """
WITH RECURSIVE steps AS (
    SELECT DISTINCT e.site, e.issue_id, e.other_id, o.created, a.team AS from_team, b.team AS to_team
    FROM link_edges e
    JOIN issues i ON i.site = e.site AND i.issue_id = e.issue_id
    JOIN issues o ON o.site = e.site AND o.issue_id = e.other_id
    JOIN classes a ON a.site = e.site AND a.issue_id = e.issue_id
    JOIN classes b ON b.site = e.site AND b.issue_id = e.other_id
    WHERE a.team <> b.team AND o.created > i.created
        AND e.linked >= o.created - INTERVAL '{before}' SECOND AND e.linked <= o.created + INTERVAL '{after}' SECOND
        AND (o.parent_key IS NULL OR (o.parent_key <> i.key AND o.parent_key IS DISTINCT FROM i.parent_key))
        AND (o.creator_id = i.assignee_id OR EXISTS (
            SELECT 1 FROM person_teams p WHERE p.site = e.site AND p.account_id = o.creator_id AND p.team = a.team
            AND (p.valid_from IS NULL OR p.valid_from <= o.created)
            AND (p.valid_until IS NULL OR p.valid_until > o.created)))
        AND NOT EXISTS (SELECT 1 FROM machines m WHERE m.site = e.site AND m.account_id = o.creator_id)
),
chains AS (
    SELECT s.site, s.issue_id AS first_id, s.other_id AS last_id, s.created, s.to_team, 1 AS depth FROM steps s
    UNION ALL
    SELECT c.site, c.first_id, s.other_id, s.created, s.to_team, c.depth + 1
    FROM chains c JOIN steps s ON s.site = c.site AND s.issue_id = c.last_id
    WHERE c.depth < 10
)
SELECT c.site, c.last_id AS issue_id, c.created AS happened, max(c.depth) AS depth, c.to_team AS team,
    min(c.first_id) AS first_issue_id
FROM chains c
WHERE c.depth >= {depth}
GROUP BY c.site, c.last_id, c.created, c.to_team
"""
