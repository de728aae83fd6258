"""Conversation recorded in Jira: which comments count as talk, and on which side of the request they stand.

Requester side: the requester; people of the asking organization. Receiving side: members of the teams that owned the
issue, and whoever was its assignee; where the owning team has no configured members, everybody else. Others: nobody's.
"""

from vcjira.config import Settings
from vcjira.mirror import Mirror

DISPUTED = ("priority", "issuetype", "issue type", "component", "duedate", "due date")
"""Fields over which the sides may fight (P19): who changed them stands on a side too."""
NO_TEAM = "(no team)"
UNKNOWN = "(unknown)"
"""The asking side where the requester's organization is not known."""


def tell(mirror: Mirror, settings: Settings) -> None:
    """Fill the internal tables `requests` and `talk`; needs `classes`, `handovers` and the marks."""
    team = f"coalesce(c.team, '{NO_TEAM}')" if settings.teams else "coalesce(c.team, i.team_field, i.project)"
    mirror.run("DELETE FROM requests")
    mirror.run(REQUESTS.format(team=team, unknown=UNKNOWN))
    mirror.run(SIDES.format(disputed=", ".join(f"'{name}'" for name in DISPUTED)))
    mirror.run("DELETE FROM talk")
    mirror.run(TALK.format(side=side("c.site", "c.issue_id", "c.author_id", "c.created")))


REQUESTS = """
-- a request: raised by a human of another side, not imported (E7), not self-handled (E2), not part of a bulk run (E6)
INSERT INTO requests BY NAME
WITH imported AS (
    SELECT DISTINCT site, issue_id FROM changes WHERE field = 'ProjectImport'
),
holders AS (
    SELECT site, issue_id, assignee_id AS person FROM present WHERE assignee_id IS NOT NULL
    UNION SELECT site, issue_id, from_person FROM handovers WHERE from_person IS NOT NULL
    UNION SELECT site, issue_id, to_person FROM handovers WHERE to_person IS NOT NULL
),
held AS (
    SELECT site, issue_id, count(DISTINCT person) AS people, min(person) AS one FROM holders GROUP BY site, issue_id
),
chain AS (
    SELECT i.site, i.issue_id, i.creator_id, i.created, i.created - lag(i.created) OVER (
        PARTITION BY i.site, i.creator_id ORDER BY i.created, i.issue_id) > INTERVAL '60' SECOND AS apart
    FROM present i WHERE i.creator_id IS NOT NULL
),
filed AS (
    SELECT site, issue_id, creator_id, sum(CASE WHEN apart THEN 1 ELSE 0 END) OVER (
        PARTITION BY site, creator_id ORDER BY created, issue_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM chain
),
dumped AS (
    SELECT f.site, f.issue_id FROM filed f JOIN (
        SELECT site, creator_id, run FROM filed GROUP BY site, creator_id, run HAVING count(*) >= 10
    ) b ON b.site = f.site AND b.creator_id = f.creator_id AND b.run = f.run
)
SELECT i.site, i.issue_id, i.key, i.project, coalesce(c.organization, '{unknown}') AS organization, {team} AS team,
    c.requester_id, i.created, CASE WHEN i.status_category = 'done' THEN coalesce(i.resolved, i.updated) END AS closed,
    i.comments_complete IS NOT FALSE AS readable, d.issue_id IS NOT NULL AS bulk
FROM present i
JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN held h ON h.site = i.site AND h.issue_id = i.issue_id
LEFT JOIN dumped d ON d.site = i.site AND d.issue_id = i.issue_id
LEFT JOIN machines m ON m.site = i.site AND m.account_id = c.requester_id
LEFT JOIN imported p ON p.site = i.site AND p.issue_id = i.issue_id
WHERE c.requester_id IS NOT NULL AND m.account_id IS NULL AND p.issue_id IS NULL
    AND c.own_team IS DISTINCT FROM true
    AND NOT coalesce(h.people = 1 AND h.one = c.requester_id, false)
ORDER BY i.site, i.issue_id
"""

SIDES = """
CREATE OR REPLACE TEMP TABLE asked AS
SELECT c.site, c.issue_id, c.requester_id, c.organization, c.team, s.team IS NOT NULL AS staffed
FROM classes c LEFT JOIN (SELECT DISTINCT site, team FROM person_teams) s ON s.site = c.site AND s.team = c.team;

CREATE OR REPLACE TEMP TABLE receivers AS
SELECT DISTINCT site, issue_id, account_id, valid_from, valid_until FROM (
    SELECT h.site, h.issue_id, p.account_id, p.valid_from, p.valid_until
    FROM (
        SELECT site, issue_id, team FROM classes WHERE team IS NOT NULL
        UNION SELECT site, issue_id, to_team FROM handovers WHERE to_team IS NOT NULL
    ) h
    JOIN person_teams p ON p.site = h.site AND p.team = h.team
    SEMI JOIN (
        SELECT site, issue_id, author_id AS account_id FROM comments
        UNION SELECT site, issue_id, author_id FROM changes WHERE lower(field) IN ({disputed})
    ) a ON a.site = h.site AND a.issue_id = h.issue_id AND a.account_id = p.account_id
    UNION ALL
    SELECT site, issue_id, assignee_id, NULL, NULL FROM present WHERE assignee_id IS NOT NULL
    UNION ALL
    SELECT site, issue_id, to_person, NULL, NULL FROM handovers WHERE to_person IS NOT NULL
    UNION ALL
    SELECT site, issue_id, from_person, NULL, NULL FROM handovers WHERE from_person IS NOT NULL
);
"""


def side(site: str, issue_id: str, account: str, when: str) -> str:
    """SQL: the side on which an account stood on an issue at a time; needs `asked a` joined in."""
    return f"""CASE WHEN {account} IS NULL THEN NULL
        WHEN {account} = a.requester_id THEN 'requester'
        WHEN EXISTS (SELECT 1 FROM receivers r WHERE r.site = {site} AND r.issue_id = {issue_id}
            AND r.account_id = {account} AND (r.valid_from IS NULL OR r.valid_from <= {when})
            AND (r.valid_until IS NULL OR r.valid_until > {when})) THEN 'receiving'
        WHEN a.organization IS NOT NULL AND EXISTS (SELECT 1 FROM affiliations f WHERE f.site = {site}
            AND f.account_id = {account} AND f.organization = a.organization
            AND (f.valid_from IS NULL OR f.valid_from <= {when})
            AND (f.valid_until IS NULL OR f.valid_until > {when})) THEN 'requester'
        WHEN a.staffed THEN NULL ELSE 'receiving' END"""


TALK = """
INSERT INTO talk BY NAME
WITH templates AS (     -- E18: the same text by the same author at least five times
    SELECT site, author_id, digest FROM comments WHERE digest IS NOT NULL AND author_id IS NOT NULL
    GROUP BY site, author_id, digest HAVING count(*) >= 5
)
SELECT c.site, c.issue_id, c.comment_id, c.created, c.author_id, {side} AS side,
    c.author_id IS NOT NULL AND m.account_id IS NULL AS human, c.public IS DISTINCT FROM false AS public,
    coalesce(c.question, false) AS question, t.digest IS NOT NULL AS template,
    coalesce(len(list_filter(c.lint, lambda word: word LIKE 'L4:%')) > 0, false) AS gate
FROM comments c
JOIN present i ON i.site = c.site AND i.issue_id = c.issue_id
LEFT JOIN asked a ON a.site = c.site AND a.issue_id = c.issue_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
LEFT JOIN templates t ON t.site = c.site AND t.author_id = c.author_id AND t.digest = c.digest
ORDER BY c.site, c.issue_id, c.created, c.comment_id
"""
