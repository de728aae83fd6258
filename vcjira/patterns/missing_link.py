"""P24 missing_link: Which teams depend on each other although no two of their people write on the same issue?

Definition. Two teams joined by at least `ties` requests and links in `window`, without any issue on which people of
both wrote. One hit per pair (no issue), now.
Formula. Congruence = pairs of teams that need to coordinate and do / pairs that need to.
Default. 30 ties in 90 days.
Edges. Needs teams with members; talk outside Jira is invisible; bots tie nothing.
Source. Cataldo et al., CSCW 2006; Cataldo & Herbsleb, TSE 2013.
What to do. Introduce two people to each other, on one real issue.

found (ties=3):
    x4 0h+1d dan creates A* for Platform
    5d now
not found (ties=3):
    x4 0h+1d dan creates A* for Platform
    4d dan comments A1
    5d pat comments A1
not found (ties=9):
    x4 0h+1d dan creates A* for Platform
    5d now
not found (ties=3):
    x4 0h+1d robot creates A* for Platform   # automation (E1)
    5d now
"""

from vcjira.patterns.option import Option

NUMBER = "P24"
OPTIONS = {
    "ties": Option(30, "requests and links that a pair needs"),
    "window": Option("90d", "how far back", "duration"),
}

SQL = """
SELECT n.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {now} AS happened, n.a AS team, n.b AS other_team, n.ties
FROM (
    SELECT e.site, e.a, e.b, count(*) AS ties FROM (
        SELECT r.site, CASE WHEN p.team < r.team THEN p.team ELSE r.team END AS a,
            CASE WHEN p.team < r.team THEN r.team ELSE p.team END AS b
        FROM requests r JOIN person_teams p ON p.site = r.site AND p.account_id = r.requester_id AND p.team <> r.team
        WHERE {asked} AND r.created > {now} - INTERVAL '{window}' SECOND
        UNION ALL
        SELECT l.site, c.team, o.team
        FROM link_edges l
        JOIN classes c ON c.site = l.site AND c.issue_id = l.issue_id
        JOIN classes o ON o.site = l.site AND o.issue_id = l.other_id AND c.team < o.team
        WHERE l.linked > {now} - INTERVAL '{window}' SECOND
    ) e GROUP BY e.site, e.a, e.b
) n
LEFT JOIN (
    SELECT DISTINCT x.site, x.team AS a, y.team AS b
    FROM (
        SELECT DISTINCT t.site, t.issue_id, p.team FROM talk t
        JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id
        WHERE {talks} AND t.created > {now} - INTERVAL '{window}' SECOND
    ) x
    JOIN (
        SELECT DISTINCT t.site, t.issue_id, p.team FROM talk t
        JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id
        WHERE {talks} AND t.created > {now} - INTERVAL '{window}' SECOND
    ) y ON y.site = x.site AND y.issue_id = x.issue_id AND x.team < y.team
) met ON met.site = n.site AND met.a = n.a AND met.b = n.b
WHERE n.ties >= {ties} AND met.a IS NULL
    AND EXISTS (SELECT 1 FROM person_teams p WHERE p.site = n.site AND p.team = n.a)
    AND EXISTS (SELECT 1 FROM person_teams p WHERE p.site = n.site AND p.team = n.b)
"""
