"""P23 one_way_street: Does one team always ask and the other never?

Definition. Team G sends requests to team T in `window`, T sends none to G and its people write on none of G's issues.
One hit per ordered pair (no issue), now.
Formula. Reciprocity = min(N(G,T), N(T,G)) / max(N(G,T), N(T,G)).
Default. Shown from `requests` 30 on, with the number; there is no threshold for too little.
Edges. Needs teams with members on both sides; customers are no team.
Source. Reciprocity of social networks: van der Aalst, Reijers & Song, CSCW 14 (2005).
What to do. Let somebody of T spend a day with G's issues.

found (requests=3):
    x4 0h+1d dan creates A* for Platform
    5d now
not found (requests=3):
    x4 0h+1d dan creates A* for Platform
    5d pat creates B for Data
not found (requests=3):
    x4 0h+1d dan creates A* for Platform
    0h dan creates B for Data
    5d pat comments B
not found (requests=3):
    x4 0h+1d ann creates A* for Platform     # not a team
    5d now
"""

from vcjira.patterns.option import Option

NUMBER = "P23"
OPTIONS = {
    "requests": Option(30, "requests that a pair needs"),
    "window": Option("180d", "how far back", "duration"),
}

SQL = """
SELECT n.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {now} AS happened, n.asking AS from_team, n.team AS to_team,
    n.requests, 0 AS reciprocity
FROM (
    SELECT r.site, p.team AS asking, r.team, count(*) AS requests
    FROM requests r JOIN person_teams p ON p.site = r.site AND p.account_id = r.requester_id AND p.team <> r.team
    WHERE {asked} AND r.created > {now} - INTERVAL '{window}' SECOND
    GROUP BY r.site, p.team, r.team
) n
WHERE n.requests >= {requests}
    AND NOT EXISTS (
        SELECT 1 FROM requests r JOIN person_teams p ON p.site = r.site AND p.account_id = r.requester_id
        WHERE r.site = n.site AND r.team = n.asking AND p.team = n.team
            AND r.created > {now} - INTERVAL '{window}' SECOND)
    AND NOT EXISTS (
        SELECT 1 FROM talk t
        JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id
        JOIN classes c ON c.site = t.site AND c.issue_id = t.issue_id
        WHERE t.site = n.site AND p.team = n.team AND c.team = n.asking AND {talks}
            AND t.created > {now} - INTERVAL '{window}' SECOND)
"""
