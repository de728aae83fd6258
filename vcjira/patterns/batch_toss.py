"""P11 batch_toss: Are requests dumped in piles?

Definition. One requester files at least `size` requests to one team with gaps of at most `gap`. One hit per request of
the pile, when its last one was filed.
Formula. A chain over the sorted times of creation; share of requests that were filed in piles.
Default. 15 minutes (as pm4py's batches), 5 requests, so that ordinary triage is left alone.
Edges. Machine-made bulk runs (10 issues with gaps of a minute) are imports rather than batches and are left out;
checklists and sprint planning look the same: read the titles.
Source. Martin, Swennen, Depaire, Jans, Caris, Vanhoof, SIMPDA 2015; Martin et al., DSS 2017.
What to do. A pile is a project in disguise: plan it together before it is filed.

found:
    x5 0h+10m ann creates A* for Platform
    2h now
not found:
    x4 0h+10m ann creates A* for Platform
    2h now
not found:
    x5 0h+30m ann creates A* for Platform
    1d now
not found:
    x12 0h+30s ann creates A* for Platform   # a bulk run (E6)
    1d now
"""

from vcjira.patterns.option import Option

NUMBER = "P11"
OPTIONS = {
    "size": Option(5, "requests from which it is a pile"),
    "gap": Option("15m", "longest gap between two of a pile", "duration"),
}

NEAR = """
SELECT r.site, r.issue_id, true AS again FROM requests r
JOIN (SELECT DISTINCT site, requester_id, team FROM moved_requests) m USING (site, requester_id, team)
"""
"""Those of the same requester to the same team."""

SQL = """
SELECT b.site, b.issue_id, max(b.created) OVER (PARTITION BY b.site, b.requester_id, b.team, b.pile) AS happened,
    b.requests, b.organization, b.team, b.first_key
FROM (
    SELECT c.*, count(*) OVER (PARTITION BY c.site, c.requester_id, c.team, c.pile) AS requests,
        min(c.key) OVER (PARTITION BY c.site, c.requester_id, c.team, c.pile) AS first_key
    FROM (
        SELECT g.*, sum(CASE WHEN g.apart THEN 1 ELSE 0 END) OVER (
            PARTITION BY g.site, g.requester_id, g.team ORDER BY g.created, g.issue_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS pile
        FROM (
            SELECT r.site, r.issue_id, r.key, r.requester_id, r.organization, r.team, r.created,
                r.created - lag(r.created) OVER (PARTITION BY r.site, r.requester_id, r.team
                    ORDER BY r.created, r.issue_id) > INTERVAL '{gap}' SECOND AS apart
            FROM requests r
            JOIN (
                SELECT site, requester_id, team FROM requests r WHERE {asked}
                GROUP BY site, requester_id, team HAVING count(*) >= {size}
            ) n ON n.site = r.site AND n.requester_id = r.requester_id AND n.team = r.team
            WHERE {asked}
        ) g
    ) c
) b
WHERE b.requests >= {size}
"""
