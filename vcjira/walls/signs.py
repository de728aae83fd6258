"""Signs of joint work on the issues that an asking organization G and a team T both touched, in SQL (patterns.md 5.2).

`wall_touched`: requests of G to T, issues of T on which G spoke without having filed them, issues that G raised for
itself on which T spoke, and requests of T to G, where G is a team as well. `wall_joint`: each with its five signs.
"""

from datetime import datetime

from vcjira.handovers.acts import acts
from vcjira.mirror import Mirror
from vcjira.walls.cell import SHOW_FROM, added
from vcjira.walls.requests import holds

SIGNS = {
    "a": "at least three turns between the sides",
    "b": "people of both sides edited summary, description or acceptance, or own sub-tasks",
    "c": "both sides have issues under the same parent",
    "d": "one side comments on an issue that the other raised",
    "e": "people of both sides were assignees or logged work",
}


def gather(mirror: Mirror, window_from: datetime, window_to: datetime, as_of: datetime) -> None:
    """Make the temporary tables `wall_touched` and `wall_joint`; needs `wall_requests`."""
    mirror.run(SPEAKERS, {"from": window_from, "as_of": as_of})
    mirror.run(TOUCHED, {"from": window_from, "to": window_to})
    mirror.run(acts("wall_acts", near="wall_touched"), {"since": window_from, "as_of": as_of})
    mirror.run(SIDES)
    mirror.run(TURNS, {"from": window_from, "as_of": as_of})
    mirror.run(FAMILIES)
    mirror.run(JOINT)


SPEAKERS = f"""
-- who wrote on which issue in the window, with the organizations and teams of that time
CREATE OR REPLACE TEMP TABLE wall_speakers AS
WITH spoke AS (
    SELECT site, issue_id, author_id, min(created) AS happened FROM talk
    WHERE human AND NOT template AND created >= $from AND created <= $as_of GROUP BY ALL
)
SELECT s.site, s.issue_id, s.author_id, f.organization, p.team
FROM spoke s
LEFT JOIN affiliations f ON f.site = s.site AND f.account_id = s.author_id AND {holds("f", "s.happened")}
LEFT JOIN person_teams p ON p.site = s.site AND p.account_id = s.author_id AND {holds("p", "s.happened")}
"""

TOUCHED = """
-- numbered: what follows is told by number
CREATE OR REPLACE TEMP TABLE wall_touched AS
WITH cell AS (SELECT DISTINCT site, organization, team FROM wall_requests),
inside AS (
    SELECT c.site, c.issue_id, c.requester_id, c.organization, c.team, c.own_team
    FROM issues i JOIN classes c USING (site, issue_id)
    WHERE i.presence = 'present' AND i.created >= $from AND i.created < $to AND c.team IS NOT NULL
),
pairs AS MATERIALIZED (     -- of teams that ask each other: few, else all cells of a team are joined first
    SELECT DISTINCT x.site, x.organization, x.team, i.team AS asking FROM cell x
    JOIN (SELECT DISTINCT site, team FROM inside) i ON i.site = x.site AND lower(i.team) = lower(x.organization)
),
heard AS MATERIALIZED (     -- who spoke on whose issue: else speakers are joined with all cells of their side first
    SELECT s.site, s.organization, s.team AS speaking, i.issue_id, i.requester_id, i.organization AS filed, i.team,
        i.own_team
    FROM wall_speakers s JOIN inside i USING (site, issue_id) WHERE s.author_id IS DISTINCT FROM i.requester_id
),
found AS (
    SELECT site, organization, team, issue_id, requester_id, false AS visited, false AS hosted
    FROM wall_requests WHERE readable
    UNION ALL           -- G speaks on an issue of T that G did not file
    SELECT h.site, h.organization, h.team, h.issue_id, h.requester_id, true, false
    FROM heard h SEMI JOIN cell USING (site, organization, team)
    WHERE h.filed IS DISTINCT FROM h.organization AND h.speaking IS DISTINCT FROM h.team
    UNION ALL           -- T speaks on an issue that G, a team as well, raised for itself
    SELECT x.site, x.organization, x.team, h.issue_id, h.requester_id, false, true
    FROM heard h JOIN pairs x ON x.site = h.site AND x.team = h.speaking AND x.asking = h.team WHERE h.own_team
    UNION ALL           -- T asks G
    SELECT x.site, x.organization, x.team, i.issue_id, i.requester_id, false, false
    FROM inside i JOIN pairs x ON x.site = i.site AND x.asking = i.team AND lower(x.team) = lower(i.organization)
    WHERE NOT i.own_team
)
SELECT row_number() OVER () AS number, site, organization, team, issue_id, any_value(requester_id) AS requester_id,
    bool_or(visited) AS visited, bool_or(hosted) AS hosted
FROM found GROUP BY site, organization, team, issue_id
"""

SIDES = f"""
-- who did what on which touched issue, on which side: the requester's, the team's; where a team has no configured
-- members, everybody who is not of the asking side
CREATE OR REPLACE TEMP TABLE wall_sides AS
WITH belongs AS (
    SELECT a.site, a.issue_id, a.account_id, a.text IS NOT NULL AS edited, a.work IS NOT NULL AS worked,
        f.organization, p.team
    FROM wall_acts a
    LEFT JOIN affiliations f ON f.site = a.site AND f.account_id = a.account_id AND {holds("f", "a.happened")}
    LEFT JOIN person_teams p ON p.site = a.site AND p.account_id = a.account_id AND {holds("p", "a.happened")}
),
placed AS (
    SELECT t.number, b.account_id, bool_or(b.edited) AS edited, bool_or(b.worked) AS worked,
        bool_or(coalesce(b.team = t.team, false)) AS of_team,
        bool_or(coalesce(b.organization = t.organization OR lower(b.team) = lower(t.organization), false)) AS of_asking,
        bool_or(b.account_id = t.requester_id AND NOT t.hosted AND NOT t.visited) AS asks,
        bool_or(s.team IS NOT NULL) AS staffed
    FROM wall_touched t JOIN belongs b USING (site, issue_id)
    LEFT JOIN (SELECT DISTINCT site, team FROM person_teams) s ON s.site = t.site AND s.team = t.team
    GROUP BY t.number, b.account_id
)
SELECT number, account_id, edited, worked,
    CASE WHEN of_team THEN 'team' WHEN of_asking OR asks THEN 'asking' WHEN NOT staffed THEN 'team' END AS side
FROM placed
"""

TURNS = """
CREATE OR REPLACE TEMP TABLE wall_turns AS
WITH said AS (
    SELECT s.number, s.side, lag(s.side) OVER (PARTITION BY s.number ORDER BY c.created, c.comment_id) AS before
    FROM wall_sides s JOIN wall_touched t USING (number)
    JOIN talk c ON c.site = t.site AND c.issue_id = t.issue_id AND c.author_id = s.account_id
    WHERE s.side IS NOT NULL AND c.human AND NOT c.template AND c.created BETWEEN $from AND $as_of
)
SELECT number, count(*) FILTER (before IS DISTINCT FROM side) AS turns FROM said GROUP BY number
"""

FAMILIES = """
-- parents under which the team has issues of its own and the asking side has asked (or, a team as well, has its own)
CREATE OR REPLACE TEMP TABLE wall_kin AS
WITH child AS (
    SELECT i.site, i.parent_key, i.issue_id, c.organization, c.team, c.own_team
    FROM issues i JOIN classes c USING (site, issue_id)
    WHERE i.parent_key IS NOT NULL AND i.presence = 'present' AND c.team IS NOT NULL
),
mixed AS (
    SELECT DISTINCT w.site, o.parent_key, w.organization, w.team
    FROM (SELECT DISTINCT site, organization, team FROM wall_requests) w
    JOIN child o ON o.site = w.site AND o.team = w.team AND o.own_team
    JOIN child g ON g.site = o.site AND g.parent_key = o.parent_key AND (
        (NOT g.own_team AND g.organization = w.organization)
        OR (g.own_team AND lower(g.team) = lower(w.organization)))
)
SELECT DISTINCT i.site, i.issue_id, b.organization, b.team
FROM mixed b JOIN issues i ON i.site = b.site AND i.parent_key = b.parent_key
"""

JOINT = """
CREATE OR REPLACE TEMP TABLE wall_joint AS
WITH done AS (
    SELECT number, bool_or(edited AND side = 'asking') AND bool_or(edited AND side = 'team') AS b,
        bool_or(worked AND side = 'asking') AND bool_or(worked AND side = 'team') AS e
    FROM wall_sides GROUP BY number
),
signs AS (
    SELECT t.site, t.organization, t.team, t.issue_id, t.requester_id, t.hosted,
        coalesce(n.turns, 0) >= 3 AS a, coalesce(d.b, false) AS b, k.issue_id IS NOT NULL AS c,
        t.visited OR t.hosted AS d, coalesce(d.e, false) AS e
    FROM wall_touched t
    LEFT JOIN wall_turns n USING (number)
    LEFT JOIN done d USING (number)
    LEFT JOIN wall_kin k USING (site, organization, team, issue_id)
)
SELECT *, a::INTEGER + b::INTEGER + c::INTEGER + d::INTEGER + e::INTEGER AS signs FROM signs
"""

COUNTED = {"one": "signs >= 1", "two": "signs >= 2", "three": "signs >= 3", "hosted": "hosted"}
COUNTED |= {name: name for name in SIGNS}
"""Share of the issues that both touched -> SQL of what makes a hit. Clusters are those who filed them."""
_PER_REQUESTER = ", ".join(
    f"count(*) AS {name}_of, count(*) FILTER ({hit}) AS {name}_hits" for name, hit in COUNTED.items()
)

COUNTS = f"""
SELECT site, organization, team, count(*) AS issues, count(DISTINCT coalesce(requester_id, '')) AS requesters,
    {", ".join(f"count(*) FILTER ({hit}) AS {name}" for name, hit in COUNTED.items())}
FROM wall_joint GROUP BY ALL
"""

SHARES = f"""
WITH by_requester AS (
    SELECT site, organization, team, requester_id, {_PER_REQUESTER} FROM wall_joint SEMI JOIN (
        SELECT site, organization, team FROM wall_joint GROUP BY ALL HAVING count(*) >= {SHOW_FROM}
    ) USING (site, organization, team) GROUP BY ALL
)
SELECT site, organization, team, {", ".join(map(added, COUNTED))} FROM by_requester GROUP BY ALL
"""

BEHIND = """
SELECT j.site, j.organization, j.team, i.key, i.created, i.summary, j.signs,
    concat_ws('', CASE WHEN a THEN 'a' END, CASE WHEN b THEN 'b' END, CASE WHEN c THEN 'c' END,
        CASE WHEN d THEN 'd' END, CASE WHEN e THEN 'e' END) AS marks
FROM wall_joint j JOIN issues i USING (site, issue_id)
QUALIFY row_number() OVER (PARTITION BY j.site, j.organization, j.team
    ORDER BY j.signs DESC, i.created DESC, i.issue_id) <= $most
ORDER BY j.signs DESC, i.created DESC, i.issue_id
"""
