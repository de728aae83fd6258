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
    mirror.run(TALK.format(**side(mirror, "c.author_id", "c.created")))


REQUESTS = """
-- a request: raised by a human of another side, not imported (E7), not self-handled (E2), not part of a bulk run (E6)
INSERT INTO requests BY NAME
WITH imported AS (
    SELECT DISTINCT site, issue_id FROM changes WHERE field = 'ProjectImport'
),
holders AS (
    SELECT site, issue_id, assignee_id AS person FROM present WHERE assignee_id IS NOT NULL
    UNION ALL SELECT site, issue_id, from_person FROM handovers WHERE from_person IS NOT NULL
    UNION ALL SELECT site, issue_id, to_person FROM handovers WHERE to_person IS NOT NULL
),
held AS (
    SELECT site, issue_id, min(person) AS one, max(person) AS other FROM holders GROUP BY site, issue_id
)
SELECT i.site, i.issue_id, i.key, i.project, coalesce(c.organization, '{unknown}') AS organization, {team} AS team,
    c.requester_id, i.created, CASE WHEN i.status_category = 'done' THEN coalesce(i.resolved, i.updated) END AS closed,
    i.comments_complete IS NOT FALSE AS readable, d.issue_id IS NOT NULL AS bulk
FROM present i
JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN held h ON h.site = i.site AND h.issue_id = i.issue_id
LEFT JOIN bulk_issues d ON d.site = i.site AND d.issue_id = i.issue_id
LEFT JOIN machines m ON m.site = i.site AND m.account_id = c.requester_id
LEFT JOIN imported p ON p.site = i.site AND p.issue_id = i.issue_id
WHERE c.requester_id IS NOT NULL AND m.account_id IS NULL AND p.issue_id IS NULL
    AND c.own_team IS DISTINCT FROM true
    AND NOT coalesce(h.one = c.requester_id AND h.other = c.requester_id, false)
"""

SIDES = """
CREATE OR REPLACE TEMP TABLE asked AS
SELECT i.site, i.issue_id, c.requester_id, c.organization, c.team, s.team IS NOT NULL AS staffed
FROM present i LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN (SELECT DISTINCT site, team FROM person_teams) s ON s.site = c.site AND s.team = c.team;

CREATE OR REPLACE TEMP TABLE receivers AS
SELECT DISTINCT site, issue_id, account_id FROM (
    SELECT site, issue_id, assignee_id AS account_id FROM present
    UNION ALL SELECT site, issue_id, to_person FROM handovers
    UNION ALL SELECT site, issue_id, from_person FROM handovers
) WHERE account_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE receiving_teams AS
SELECT site, issue_id, team FROM classes WHERE team IS NOT NULL
UNION SELECT site, issue_id, to_team FROM handovers WHERE to_team IS NOT NULL;

-- who is in one team, always; the others' issues are found out once
CREATE OR REPLACE TEMP TABLE only_teams AS
SELECT site, account_id, min(team) AS team FROM person_teams
GROUP BY site, account_id HAVING min(team) = max(team) AND bool_and(valid_from IS NULL AND valid_until IS NULL);

CREATE OR REPLACE TEMP TABLE team_receivers AS
WITH others AS (FROM person_teams ANTI JOIN only_teams USING (site, account_id)),
authors AS (
    SELECT site, issue_id, author_id AS account_id FROM comments
    UNION ALL SELECT site, issue_id, author_id FROM changes
    SEMI JOIN (FROM field_names WHERE lower(field) IN ({disputed})) USING (field)
)
SELECT DISTINCT a.site, a.issue_id, a.account_id, p.valid_from, p.valid_until
FROM (SELECT DISTINCT site, issue_id, account_id FROM authors SEMI JOIN others USING (site, account_id)) a
ANTI JOIN receivers USING (site, issue_id, account_id)
JOIN others p ON p.site = a.site AND p.account_id = a.account_id
JOIN receiving_teams h ON h.site = a.site AND h.issue_id = a.issue_id AND h.team = p.team;

INSERT INTO receivers
SELECT DISTINCT site, issue_id, account_id FROM team_receivers WHERE valid_from IS NULL AND valid_until IS NULL;
DELETE FROM team_receivers WHERE valid_from IS NULL AND valid_until IS NULL;

-- who speaks for one organization always, and who for one at a time
CREATE OR REPLACE TEMP TABLE sole_affiliations AS
SELECT site, account_id, min(organization) AS organization FROM affiliations
GROUP BY site, account_id HAVING count(*) = 1 AND bool_and(valid_from IS NULL AND valid_until IS NULL);
CREATE OR REPLACE TEMP TABLE dated_affiliations AS
FROM affiliations ANTI JOIN sole_affiliations USING (site, account_id);
"""


def side(mirror: Mirror, account: str, when: str, prefix: str = "") -> dict[str, str]:
    """SQL: the `side` on which an account stood on the issue of `c` at a time, and the `joins` for it, their names
    with the prefix before.

    `asked a` must be joined in. What has dates is only asked where there are dates.
    """
    r, o, n, s = (prefix + letter for letter in "rons")
    member, colleague = f"{r}.account_id IS NOT NULL OR {n}.team IS NOT NULL", f"{s}.organization = a.organization"
    if mirror.value("SELECT count(*) FROM team_receivers"):
        member += f" OR EXISTS (SELECT 1 FROM team_receivers d WHERE {_then('d', account, when)})"
    if mirror.value("SELECT count(*) FROM dated_affiliations"):
        where = f"f.organization = a.organization AND {_then('f', account, when, issue=False)}"
        colleague += f" OR EXISTS (SELECT 1 FROM dated_affiliations f WHERE {where})"
    return {
        "side": f"""CASE WHEN {account} IS NULL THEN NULL
        WHEN {account} = a.requester_id THEN 'requester'
        WHEN {member} THEN 'receiving'
        WHEN {colleague} THEN 'requester'
        WHEN a.staffed THEN NULL ELSE 'receiving' END""",
        "joins": f"""
LEFT JOIN receivers {r} ON {r}.site = c.site AND {r}.issue_id = c.issue_id AND {r}.account_id = {account}
LEFT JOIN only_teams {o} ON {o}.site = c.site AND {o}.account_id = {account}
LEFT JOIN receiving_teams {n} ON {n}.site = c.site AND {n}.issue_id = c.issue_id AND {n}.team = {o}.team
LEFT JOIN sole_affiliations {s} ON {s}.site = c.site AND {s}.account_id = {account}""",
    }


def _then(dated: str, account: str, when: str, *, issue: bool = True) -> str:
    same = f"{dated}.site = c.site AND {dated}.account_id = {account}"
    if issue:
        same += f" AND {dated}.issue_id = c.issue_id"
    return f"""{same} AND ({dated}.valid_from IS NULL OR {dated}.valid_from <= {when})
            AND ({dated}.valid_until IS NULL OR {dated}.valid_until > {when})"""


TALK = """
INSERT INTO talk BY NAME
SELECT c.site, c.issue_id, c.comment_id, c.created, c.author_id, {side} AS side,
    c.author_id IS NOT NULL AND m.account_id IS NULL AS human, c.public IS DISTINCT FROM false AS public,
    coalesce(c.question, false) AS question, t.digest IS NOT NULL AS template,
    coalesce(len(list_filter(c.lint, lambda word: word LIKE 'L4:%')) > 0, false) AS gate
FROM comments c
JOIN asked a ON a.site = c.site AND a.issue_id = c.issue_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
{joins}
LEFT JOIN templates t ON t.site = c.site AND t.author_id = c.author_id AND t.digest = c.digest
"""
