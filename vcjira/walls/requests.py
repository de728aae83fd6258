"""The requests of a window with what was said on each until a day: the table `wall_requests` behind the matrix.

Three readings of "two-way" (patterns.md 5.1): both sides wrote where both can read; strict: and the receiving side
wrote before the requester side had to write again; generous: what people of both sides wrote on the parent, edits of
summary or description, and texts that are no talk of themselves but mention a person of the other side, count as well.
"""

from collections.abc import Sequence
from datetime import datetime

from vcjira.mirror import Mirror


def collect(
    mirror: Mirror, window_from: datetime, window_to: datetime, projects: Sequence[str] | None, as_of: datetime
) -> None:
    """Make the temporary tables `wall_requests`, `wall_generous`, `wall_passed` and `wall_receivers`."""
    only = "AND list_contains($projects, r.project)" if projects is not None else ""
    values: dict[str, object] = {"from": window_from, "to": window_to}
    if projects is not None:
        values["projects"] = list(projects)
    mirror.run(CHOSEN.format(only=only), values)
    within: dict[str, object] = {"from": window_from, "as_of": as_of}
    mirror.run(GENEROUS, within)
    mirror.run(REQUESTS, within)
    mirror.run(PASSED, within)
    mirror.run(RECEIVERS, {"from": window_from, "to": window_to, "as_of": as_of})


def holds(alias: str, when: str) -> str:
    """SQL: a dated row (an affiliation, a membership) holds at a time."""
    return (
        f"({alias}.valid_from IS NULL OR {alias}.valid_from <= {when})"
        f" AND ({alias}.valid_until IS NULL OR {alias}.valid_until > {when})"
    )


CHOSEN = """
CREATE OR REPLACE TEMP TABLE wall_chosen AS
SELECT r.*, i.parent_key, p.team IS NOT NULL AS staffed
FROM requests r JOIN issues i USING (site, issue_id)
LEFT JOIN (SELECT DISTINCT site, team FROM person_teams) p ON p.site = r.site AND p.team = r.team
WHERE NOT r.bulk AND r.created >= $from AND r.created < $to {only}
"""


def _sides(who: str) -> str:
    """SQL: whether somebody is of the asking side, of the receiving one, where affiliations `f` and memberships `p` of
    that time are joined in."""
    asking = f"{who} = c.requester_id OR bool_or(coalesce(f.organization = c.organization, false))"
    member = "bool_or(coalesce(p.team = c.team, false)) OR NOT c.staffed"
    return f"{asking} AS asking, ({member}) AND NOT ({asking}) AS receiving"


def _belongs(who: str) -> str:
    """SQL: the joins that `_sides` needs, for an event `s`."""
    return f"""
    LEFT JOIN affiliations f ON f.site = s.site AND f.account_id = {who} AND {holds("f", "s.happened")}
    LEFT JOIN person_teams p ON p.site = s.site AND p.account_id = {who} AND {holds("p", "s.happened")}"""


GENEROUS = f"""
-- sides that left a weaker sign on a request: an edit of its text after the first minute, a comment on its parent; of
-- the description, notes and templates only such as mention somebody of the other side
CREATE OR REPLACE TEMP TABLE wall_generous AS
WITH mentioning AS (
    SELECT c.site, c.issue_id, coalesce(i.creator_id, i.reporter_id) AS author_id, c.created AS happened, m.account
    FROM mentions m JOIN wall_chosen c USING (site, issue_id) JOIN issues i USING (site, issue_id)
    WHERE m.comment_id IS NULL
    UNION ALL
    SELECT c.site, c.issue_id, t.author_id, t.created, m.account
    FROM mentions m JOIN wall_chosen c USING (site, issue_id) JOIN talk t USING (site, issue_id, comment_id)
    WHERE t.human AND (t.template OR NOT t.public) AND t.created BETWEEN $from AND $as_of
),
named AS (
    SELECT s.site, s.issue_id, s.author_id, s.happened, coalesce(p.account_id, s.account) AS mentioned
    FROM mentioning s LEFT JOIN people p ON p.site = s.site AND coalesce(p.username, p.account_id) = s.account
),
addressed AS (
    SELECT c.site, c.issue_id, s.author_id, s.happened, {_sides("s.mentioned")}
    FROM named s JOIN wall_chosen c USING (site, issue_id){_belongs("s.mentioned")}
    GROUP BY c.site, c.issue_id, s.author_id, s.happened, s.mentioned, c.requester_id, c.staffed
),
signs AS (
    SELECT c.site, c.issue_id, e.author_id, min(e.changed) AS happened, true AS to_asking, true AS to_receiving
    FROM wall_chosen c JOIN changes e USING (site, issue_id)
    WHERE lower(e.field) IN ('summary', 'description') AND e.changed BETWEEN $from AND $as_of
        AND e.changed > c.created + INTERVAL '60' SECOND AND e.author_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT c.site, c.issue_id, t.author_id, min(t.created), true, true
    FROM wall_chosen c JOIN issues p ON p.site = c.site AND p.key = c.parent_key
    JOIN talk t ON t.site = p.site AND t.issue_id = p.issue_id
    WHERE t.human AND NOT t.template AND t.created > c.created
        AND t.created BETWEEN $from AND $as_of GROUP BY ALL
    UNION ALL
    SELECT site, issue_id, author_id, happened, asking, receiving FROM addressed
),
human AS (
    SELECT s.* FROM signs s ANTI JOIN (SELECT site, account_id AS author_id FROM people WHERE bot) b
        USING (site, author_id)
),
sided AS (
    SELECT c.site, c.issue_id, s.to_asking, s.to_receiving, {_sides("s.author_id")}
    FROM human s JOIN wall_chosen c USING (site, issue_id){_belongs("s.author_id")}
    GROUP BY c.site, c.issue_id, s.author_id, c.requester_id, c.staffed, s.to_asking, s.to_receiving
)
SELECT site, issue_id, bool_or(asking AND to_receiving) AS asking, bool_or(receiving AND to_asking) AS receiving
FROM sided GROUP BY site, issue_id
"""

REQUESTS = """
-- each request of the window with what was said on it until then; issues whose comments cannot be read stay out of n
CREATE OR REPLACE TEMP TABLE wall_requests AS
WITH said AS (
    SELECT t.site, t.issue_id, t.created, t.comment_id, t.side, lag(t.side) OVER (
        PARTITION BY t.site, t.issue_id ORDER BY t.created, t.comment_id) AS before
    FROM talk t SEMI JOIN wall_chosen USING (site, issue_id)
    WHERE t.human AND NOT t.template AND t.public AND t.side IS NOT NULL
        AND t.created BETWEEN $from AND $as_of
),
spoken AS (
    SELECT site, issue_id, count(*) FILTER (side = 'requester') AS asking, count(*) FILTER (side = 'receiving') AS
        receiving, count(*) FILTER (before IS DISTINCT FROM side) AS turns,
        min(created) FILTER (side = 'receiving') AS first_response,
        min(created) FILTER (side = 'requester') AS second_message
    FROM said GROUP BY site, issue_id
),
trouble AS (
    SELECT h.site, h.issue_id, count(*) FILTER (pattern = 'handover') AS handovers,
        count(*) FILTER (pattern = 'silent_handoff') AS silent, count(*) FILTER (pattern = 'ping_pong') AS pings,
        count(*) FILTER (pattern = 'relay') AS relays,
        count(*) FILTER (pattern IN ('reassignment', 'ping_pong', 'reopen', 'rejection', 'return_to_sender')) AS rework
    FROM hits h SEMI JOIN wall_chosen USING (site, issue_id)
    WHERE h.happened BETWEEN $from AND $as_of GROUP BY h.site, h.issue_id
)
SELECT c.site, c.issue_id, c.key, c.organization, c.team, c.requester_id, c.created, c.readable,
    coalesce(s.asking, 0) > 0 AND coalesce(s.receiving, 0) > 0 AS two_way,
    coalesce(s.first_response <= s.second_message, false) AS two_way_strict,
    (coalesce(s.asking, 0) > 0 OR coalesce(g.asking, false))
        AND (coalesce(s.receiving, 0) > 0 OR coalesce(g.receiving, false)) AS two_way_generous,
    coalesce(s.turns, 0) AS turns,
    epoch(coalesce(s.first_response, CASE WHEN c.closed <= $as_of THEN c.closed ELSE $as_of END)) - epoch(c.created)
        AS waited_s,
    s.first_response IS NOT NULL AS responded, coalesce(t.handovers, 0) AS handovers, coalesce(t.silent, 0) AS silent,
    coalesce(t.pings, 0) AS pings, coalesce(t.relays, 0) AS relays, coalesce(t.rework, 0) AS rework,
    n.kind AS novelty, n.theme
FROM wall_chosen c
LEFT JOIN spoken s USING (site, issue_id)
LEFT JOIN wall_generous g USING (site, issue_id)
LEFT JOIN trouble t USING (site, issue_id)
LEFT JOIN novelty n USING (site, issue_id)
"""

PASSED = """
-- hand-overs of each request by who passed it on; where that is not known, by nobody else
CREATE OR REPLACE TEMP TABLE wall_passed AS
SELECT h.site, h.issue_id, coalesce(h.evidence->>'$.actor_id', '#' || h.issue_id) AS actor_id,
    count(*) FILTER (pattern = 'handover') AS handovers, count(*) FILTER (pattern = 'silent_handoff') AS silent
FROM hits h SEMI JOIN wall_chosen USING (site, issue_id)
WHERE h.pattern IN ('handover', 'silent_handoff') AND h.happened BETWEEN $from AND $as_of GROUP BY ALL
"""

RECEIVERS = """
-- who is behind a team (U11): its members in the window; where none are known, who answered or was assigned
CREATE OR REPLACE TEMP TABLE wall_receivers AS
WITH members AS (
    SELECT site, team, account_id, (valid_from IS NULL OR valid_from < $to)
        AND (valid_until IS NULL OR valid_until > $from) AS present
    FROM person_teams
),
seen AS (
    SELECT c.site, c.team, t.author_id AS account_id
    FROM wall_chosen c JOIN talk t USING (site, issue_id)
    WHERE t.side = 'receiving' AND t.human AND NOT t.template AND t.created BETWEEN $from AND $as_of
    UNION
    SELECT c.site, c.team, i.assignee_id FROM wall_chosen c JOIN issues i USING (site, issue_id)
    WHERE i.assignee_id IS DISTINCT FROM c.requester_id
),
known AS (
    SELECT site, team, account_id FROM members WHERE present
    UNION SELECT s.* FROM seen s ANTI JOIN members USING (site, team)
)
SELECT DISTINCT k.site, k.team, coalesce(d.person, k.account_id) AS person
FROM known k
LEFT JOIN identities d ON d.site = k.site AND d.account_id = k.account_id
LEFT JOIN people p ON p.site = k.site AND p.account_id = k.account_id
WHERE k.account_id IS NOT NULL AND NOT coalesce(p.bot, false)
"""
