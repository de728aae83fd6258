"""P14 proxy_requester: Does one person speak for a whole group?

Definition. Of the requests of an organization to a team, filed in the last `window`, most come through one person,
although more of the organization's people are active. One hit per cell (no issue), now.
Formula. Effective channels = 1 / sum of squared shares of the people who file. Agents of the receiving team who file on
behalf do not count as filing: for them the requester does.
Default. Fewer than 2 effective channels, from `requests` 30 on and with `people` 5 or more active. Two people who file
as much as each other are 2, and no hit; set `channels` to 3 to find them.
Edges. Only where the organization is known; bots file for nobody.
Source. Tamburri, Palomba, Kazman, TSE 2019/2021 ("one member interposes into every interaction").
What to do. Meet the people behind the channel; open it for two more of them.

found (requests=4, people=2):
    x5 0h+1d ann creates A* for Platform
    6d amy creates B for Data
not found (requests=4, people=2):
    x3 0h+1d ann creates A* for Platform
    x3 0h+1d amy creates B* for Platform
not found (requests=4, people=5):
    x5 0h+1d ann creates A* for Platform     # nobody else is active
not found (requests=4, people=2):
    x5 0h+1d robot creates A* for Platform   # automation (E1)
    6d amy creates B for Data
"""

from vcjira.patterns.option import Option

NUMBER = "P14"
OPTIONS = {
    "channels": Option(2, "fewer effective channels than this"),
    "requests": Option(30, "requests that a cell needs"),
    "people": Option(5, "active people that the organization needs"),
    "window": Option("180d", "how far back", "duration"),
}

SQL = """
SELECT f.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {now} AS happened, f.organization, f.team,
    sum(f.n) AS requests, count(*) AS filing, max(a.people) AS active_people,
    CAST(sum(f.n) * sum(f.n) AS DOUBLE PRECISION) / sum(f.n * f.n) AS effective_channels
FROM (
    SELECT r.site, r.organization, r.team, CASE WHEN p.account_id IS NOT NULL THEN r.requester_id
        ELSE coalesce(c.carrier_id, r.requester_id) END AS filer, count(*) AS n
    FROM requests r
    JOIN classes c ON c.site = r.site AND c.issue_id = r.issue_id
    LEFT JOIN (SELECT DISTINCT site, account_id, team FROM person_teams) p
        ON p.site = r.site AND p.account_id = c.carrier_id AND p.team = r.team
    WHERE {asked} AND r.organization <> '(unknown)' AND r.created > {now} - INTERVAL '{window}' SECOND
        AND r.created <= {now}
    GROUP BY 1, 2, 3, 4
) f
JOIN (
    SELECT site, organization, count(*) AS people FROM (
        SELECT r.site, r.organization, r.requester_id AS person FROM requests r
        WHERE r.created > {now} - INTERVAL '{window}' SECOND
        UNION
        SELECT t.site, r.organization, t.author_id FROM talk t
        JOIN requests r ON r.site = t.site AND r.issue_id = t.issue_id
        WHERE t.side = 'requester' AND {talks} AND t.created > {now} - INTERVAL '{window}' SECOND
    ) e GROUP BY site, organization
) a ON a.site = f.site AND a.organization = f.organization
GROUP BY f.site, f.organization, f.team
HAVING sum(f.n) >= {requests} AND max(a.people) >= {people}
    AND CAST(sum(f.n) * sum(f.n) AS DOUBLE PRECISION) / sum(f.n * f.n) < {channels}
"""
