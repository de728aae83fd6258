"""The embedding index: of the issues that two sides both touched, the share that shows joint work (patterns.md 5.2).

Five signs, two of which make joint work: (a) two-way with at least three turns; (b) people of both sides edited summary
or description; (c) both sides have issues under one parent; (d) one side comments on an issue that the other raised for
itself; (e) both sides were assignees. What happens outside Jira is invisible.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from vcjira import statistics
from vcjira.mirror import Mirror

if TYPE_CHECKING:
    from vcjira.walls.matrix import Cell

MIN_ISSUES = 30
SIGNS = ("a", "b", "c", "d", "e")
COLLABORATION = 0.3
ROUTINE = 0.7


def embed(
    mirror: Mirror, cells: list["Cell"], window_from: datetime, window_to: datetime, as_of: datetime
) -> list["Cell"]:
    """The cells with embedding index, its signs and the mode of interaction; needs `wall_requests`."""
    if not cells:
        return cells
    mirror.run(SIDES, {"from": window_from, "as_of": as_of})
    mirror.run(TOUCHED, {"from": window_from, "to": window_to, "as_of": as_of})
    found = {(row["site"], row["organization"], row["team"]): row for row in mirror.rows(SHARES)}
    rework = sorted(cell.reworked / cell.requests for cell in cells if cell.enough)
    middle = rework[len(rework) // 2] if rework else 0.0
    done = []
    for cell in cells:
        row = found.get((cell.site, cell.organization, cell.team))
        if row and row["n"] >= MIN_ISSUES and not cell.unknown:
            effect = cell.design_effect or 1.0
            low, high = statistics.wilson(row["joint"] / effect, row["n"] / effect)
            signs = {sign: row[sign] / row["n"] for sign in SIGNS}
            cell = replace(cell, embedding=row["joint"] / row["n"], embedding_low=low, embedding_high=high, signs=signs)
        done.append(replace(cell, mode=_mode(cell, middle, row)))
    return done


def _mode(cell: "Cell", middle_rework: float, row: dict[str, int] | None) -> str:
    """Interaction mode (patterns.md 5.7), only where the deciding interval is clear."""
    if not cell.enough or cell.unknown:
        return "undefined"
    if cell.embedding_low is not None and cell.embedding_low >= COLLABORATION:
        return "collaboration"
    if row and row["visits"] >= MIN_ISSUES and statistics.wilson(row["visits"], row["n"])[0] >= COLLABORATION:
        return "facilitating"
    rework = cell.reworked / cell.requests
    stratified = cell.novel.low is not None and cell.routine.high is not None
    novel_wall = stratified and (cell.novel.low or 0.0) > (cell.routine.high or 1.0)
    if cell.named and (novel_wall or rework > middle_rework):
        return "wall"
    known = cell.novel.requests + cell.routine.requests
    if (
        known >= MIN_ISSUES
        and statistics.wilson(cell.routine.requests, known)[0] >= ROUTINE
        and (cell.low or 0.0) > 0.5
        and rework <= middle_rework
    ):
        return "x-as-a-service"
    return "undefined"


SIDES = """
-- which organization an author speaks for, on issues changed or talked about in the window
CREATE OR REPLACE TEMP TABLE wall_voices AS
SELECT t.site, t.issue_id, t.author_id, f.organization, min(t.created) AS first_word
FROM talk t
JOIN affiliations f ON f.site = t.site AND f.account_id = t.author_id AND f.organization IS NOT NULL
    AND (f.valid_from IS NULL OR f.valid_from <= t.created) AND (f.valid_until IS NULL OR f.valid_until > t.created)
WHERE t.human AND NOT t.template AND t.created >= $from AND t.created <= $as_of
GROUP BY ALL
"""

TOUCHED = """
-- issues that both sides of a cell touched: its requests, and issues one side raised for itself where the other spoke
CREATE OR REPLACE TEMP TABLE wall_joint AS
WITH visits AS (            -- G speaks on an issue of T that G did not file
    SELECT v.site, v.organization, c.team, v.issue_id
    FROM wall_voices v JOIN classes c ON c.site = v.site AND c.issue_id = v.issue_id
    JOIN issues i ON i.site = v.site AND i.issue_id = v.issue_id AND i.created >= $from AND i.created < $to
    WHERE c.team IS NOT NULL AND c.organization IS DISTINCT FROM v.organization
        AND EXISTS (SELECT 1 FROM wall_requests r
            WHERE r.site = v.site AND r.organization = v.organization AND r.team = c.team)
        AND NOT EXISTS (SELECT 1 FROM person_teams p
            WHERE p.site = v.site AND p.account_id = v.author_id AND p.team = c.team)
),
touched AS (
    SELECT site, organization, team, issue_id, turns >= 3 AND two_way AS a, false AS d FROM wall_requests WHERE readable
    UNION ALL
    SELECT DISTINCT site, organization, team, issue_id, false, true FROM visits
),
edits AS (
    SELECT c.site, c.issue_id, bool_or(c.author_id = r.requester_id) AS asking,
        bool_or(c.author_id <> r.requester_id) AS receiving
    FROM changes c JOIN wall_requests r ON r.site = c.site AND r.issue_id = c.issue_id
    WHERE lower(c.field) IN ('summary', 'description') AND c.changed <= $as_of
    GROUP BY ALL
),
held AS (
    SELECT h.site, h.issue_id, bool_or(h.person = r.requester_id) AS asking, bool_or(h.person <> r.requester_id) AS
        receiving
    FROM (
        SELECT site, issue_id, to_person AS person FROM handovers WHERE to_person IS NOT NULL
        UNION SELECT site, issue_id, from_person FROM handovers WHERE from_person IS NOT NULL
        UNION SELECT site, issue_id, assignee_id FROM issues WHERE assignee_id IS NOT NULL
    ) h JOIN wall_requests r ON r.site = h.site AND r.issue_id = h.issue_id
    GROUP BY ALL
),
families AS (               -- parents under which both sides have issues
    SELECT i.site, i.parent_key, r.organization, r.team
    FROM issues i JOIN wall_requests r ON r.site = i.site AND r.issue_id = i.issue_id
    JOIN issues o ON o.site = i.site AND o.parent_key = i.parent_key
    JOIN classes c ON c.site = o.site AND c.issue_id = o.issue_id AND c.own_team AND c.team = r.team
    WHERE i.parent_key IS NOT NULL GROUP BY ALL
),
kin AS (
    SELECT i.site, i.issue_id, f.organization, f.team
    FROM issues i JOIN families f ON f.site = i.site AND f.parent_key = i.parent_key GROUP BY ALL
)
SELECT t.site, t.organization, t.team, t.issue_id, t.a, coalesce(e.asking AND e.receiving, false) AS b,
    k.issue_id IS NOT NULL AS c, t.d, coalesce(h.asking AND h.receiving, false) AS e
FROM touched t
LEFT JOIN edits e ON e.site = t.site AND e.issue_id = t.issue_id
LEFT JOIN held h ON h.site = t.site AND h.issue_id = t.issue_id
LEFT JOIN kin k ON k.site = t.site AND k.issue_id = t.issue_id AND k.organization = t.organization AND k.team = t.team
"""

SHARES = """
SELECT site, organization, team, count(*) AS n,
    count(*) FILTER (CASE WHEN a THEN 1 ELSE 0 END + CASE WHEN b THEN 1 ELSE 0 END + CASE WHEN c THEN 1 ELSE 0 END
        + CASE WHEN d THEN 1 ELSE 0 END + CASE WHEN e THEN 1 ELSE 0 END >= 2) AS joint,
    count(*) FILTER (a) AS a, count(*) FILTER (b) AS b, count(*) FILTER (c) AS c, count(*) FILTER (d) AS d,
    count(*) FILTER (e) AS e, count(*) FILTER (d) AS visits
FROM wall_joint GROUP BY ALL
"""
