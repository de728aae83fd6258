"""Carrier and originator: who filed an issue, and who really asked; each hop between them with its evidence.

The carrier is the creator. The requester is the originator where one is found, else the reporter. An originator is
looked for where the reporter is a bot, a shared mailbox or a member of a receiving team (an agent); a field that
names one, or a forwarded e-mail, is believed whoever the reporter is.
"""

from collections.abc import Sequence

from vcjira.config import Settings
from vcjira.mirror import Mirror

MAIL = "mailto:"
"""Prefix of the id of a requester who has no account, only an e-mail address."""
ROUNDS = 5
"""Longest chain of clones that is followed back."""
CLONES = "(contains(lower(l.type), 'clon') OR lower(l.type) = 'issue split')"
"""SQL: link types whose outward end is the issue that this one was made from: Cloners, Clone, ..."""
CAUSES = "(contains(lower(l.type), 'caus') OR lower(l.type) = 'problem/incident')"
"""SQL: link types whose inward end is the issue that caused this one: Cause, Causality, ..."""


def save(mirror: Mirror, settings: Settings, receiving: Sequence[str] = ()) -> None:
    """Fill `issue_parties`; teams that receive are the configured ones, those of the issues here, and `receiving`."""
    mirror.run(_REPORTED, {"teams": [*settings.teams, *receiving]})
    mirror.run(_NAMED)
    mirror.run(_FORWARDED)
    mirror.run(_PARTICIPANTS)
    mirror.run(_FOUND)
    for _ in range(ROUNDS):
        if not _follow_links(mirror):
            break
    mirror.replace("issue_parties", _FILL)


_REPORTED = """
CREATE OR REPLACE TEMP TABLE t_reported AS
WITH by_member AS (
    SELECT DISTINCT i.site, i.issue_id FROM issues i
    JOIN person_teams p ON p.site = i.site AND p.account_id = i.reporter_id
        AND p.team IN (SELECT team FROM issue_teams UNION SELECT unnest($teams::VARCHAR[]))  -- not of the asking side
        AND (p.valid_from IS NULL OR p.valid_from <= i.created)
        AND (p.valid_until IS NULL OR p.valid_until > i.created)
)
SELECT i.site, i.issue_id, i.key, i.created, i.reporter_id, i.creator_id, i.forwarded_from,
    coalesce(r.bot OR r.mailbox, false) OR m.issue_id IS NOT NULL AS agent
FROM issues i LEFT JOIN t_accounts r ON r.site = i.site AND r.account_id = i.reporter_id
LEFT JOIN by_member m ON m.site = i.site AND m.issue_id = i.issue_id
WHERE i.presence = 'present'
"""

NAMES = """
    SELECT site, issue_id, field_name, coalesce(x->>'accountId', x->>'key', x->>'name') AS id,
        lower(coalesce(x->>'emailAddress', CASE WHEN json_type(x) = 'VARCHAR' THEN x->>'$' END)) AS text
    FROM (
        SELECT site, issue_id, field_name, CASE json_type(raw) WHEN 'ARRAY' THEN raw->0 ELSE raw END AS x
        FROM (
            SELECT f.site, f.issue_id, r.field_name, json_extract(f.fields, '$."' || r.field_id || '"') AS raw
            FROM issue_fields f JOIN t_roles r ON r.site = f.site AND r.role = 'originator'
        ) WHERE raw IS NOT NULL
    )
"""
"""Whom fields for the originator name: by account id, or by a text that may be an id or an e-mail address."""
PARTICIPANTS = """
    SELECT site, issue_id, coalesce(x->>'accountId', x->>'key', x->>'name') AS id FROM (
        SELECT f.site, f.issue_id, unnest(json_extract(f.fields, '$."' || r.field_id || '"')::JSON[]) AS x
        FROM issue_fields f JOIN t_roles r ON r.site = f.site AND r.role = 'participants' {among}
        WHERE json_type(json_extract(f.fields, '$."' || r.field_id || '"')) = 'ARRAY'
    )
"""

_NAMED = f"""
CREATE OR REPLACE TEMP TABLE t_named AS
WITH word AS ({NAMES})
SELECT w.site, w.issue_id, coalesce(a.account_id, b.account_id, e.account_id,
        CASE WHEN regexp_full_match(w.text, '[^@\\s]+@[^@\\s]+') THEN 'mailto:' || w.text END) AS account_id,
    'field ' || w.field_name || ' names them' AS evidence
FROM word w
LEFT JOIN t_accounts a ON a.site = w.site AND a.account_id = w.id
LEFT JOIN t_accounts b ON b.site = w.site AND b.account = w.text
LEFT JOIN t_emails e ON e.site = w.site AND e.email = w.text
"""

_FORWARDED = """
CREATE OR REPLACE TEMP TABLE t_forwarded AS
SELECT r.site, r.issue_id, coalesce(e.account_id, 'mailto:' || lower(r.forwarded_from)) AS account_id,
    'the description forwards an e-mail from ' || lower(r.forwarded_from) AS evidence
FROM t_reported r LEFT JOIN t_emails e ON e.site = r.site AND e.email = lower(r.forwarded_from)
WHERE r.forwarded_from IS NOT NULL
"""

_PARTICIPANTS = f"""
CREATE OR REPLACE TEMP TABLE t_participants AS
SELECT t.site, t.issue_id, min(a.account_id) AS account_id, 'the only participant of the request' AS evidence
FROM ({
    PARTICIPANTS.format(among="SEMI JOIN t_reported d ON d.site = f.site AND d.issue_id = f.issue_id AND d.agent")
}) t
JOIN t_accounts a ON a.site = t.site AND a.account_id = t.id
WHERE NOT a.bot AND a.account_type IS DISTINCT FROM 'atlassian'
GROUP BY ALL HAVING count(DISTINCT a.account_id) = 1
"""


def list_mail(mirror: Mirror) -> bool:
    """Bring those who ask and have no account into `t_accounts`, and out of it who no longer does; was anybody?"""
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_mail AS
        SELECT DISTINCT site, requester_id AS account_id, account_id AS account,
            substr(account_id, {len(MAIL) + 1}) AS email, split_part(account_id, '@', 2) AS email_domain,
            false AS bot, false AS mailbox
        FROM issue_parties WHERE starts_with(requester_id, '{MAIL}')
            AND (site, requester_id) NOT IN (SELECT (site, account_id) FROM t_known)
    """)
    absent = "(site, account_id) NOT IN (SELECT (site, account_id) FROM t_{})".format
    gone, come = f"{absent('known')} AND {absent('mail')}", absent("accounts")
    differing = mirror.value(
        f"SELECT (SELECT count(*) FROM t_accounts WHERE {gone}) + (SELECT count(*) FROM t_mail WHERE {come})"
    )
    if differing:
        mirror.run(f"DELETE FROM t_accounts WHERE {gone}; INSERT INTO t_accounts BY NAME FROM t_mail WHERE {come}")
    return bool(differing)


_FOUND = """
CREATE OR REPLACE TEMP TABLE t_found AS
WITH found AS (
    SELECT site, issue_id, account_id, 0 AS n, 'field' AS hop, evidence FROM t_named WHERE account_id IS NOT NULL
    UNION ALL SELECT site, issue_id, account_id, 1, 'forwarded', evidence FROM t_forwarded
    UNION ALL SELECT site, issue_id, account_id, 2, 'participant', evidence FROM t_participants
)
SELECT f.site, f.issue_id, arg_min(
    {'account_id': f.account_id, 'hop': f.hop, 'evidence': f.evidence}, (f.n, f.account_id)) AS best
FROM found f JOIN t_reported r USING (site, issue_id)
WHERE f.account_id IS DISTINCT FROM r.reporter_id GROUP BY ALL
"""


def _follow_links(mirror: Mirror) -> bool:
    """One step back along clones and causes, for agents' issues of which nothing else is known; was there one?"""
    clones, causes = f"l.direction = 'outward' AND {CLONES}", f"l.direction = 'inward' AND {CAUSES}"
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_step AS
        SELECT r.site, r.issue_id, arg_min({{
            'account_id': coalesce(f.best.account_id, o.reporter_id),
            'hop': CASE WHEN {clones} THEN 'clone' ELSE 'caused by' END,
            'evidence': CASE WHEN {clones} THEN 'cloned from ' ELSE 'caused by ' END || o.key
        }}, (o.created, o.key)) AS best
        FROM t_reported r JOIN links l USING (site, issue_id)
        JOIN t_reported o ON o.site = l.site AND o.key = l.other_key
        LEFT JOIN t_found f ON f.site = o.site AND f.issue_id = o.issue_id
        WHERE r.agent AND o.created <= r.created AND o.issue_id <> r.issue_id AND (({clones}) OR ({causes}))
            AND (r.site, r.issue_id) NOT IN (SELECT (site, issue_id) FROM t_found)
            AND (NOT o.agent OR f.issue_id IS NOT NULL)
            AND coalesce(f.best.account_id, o.reporter_id) IS DISTINCT FROM r.reporter_id
            AND coalesce(f.best.account_id, o.reporter_id) IS NOT NULL
        GROUP BY ALL
    """)
    mirror.run("INSERT INTO t_found SELECT * FROM t_step")
    return bool(mirror.value("SELECT count(*) FROM t_step"))


_ORIGINS = f"""
CREATE OR REPLACE TEMP TABLE t_origins AS
SELECT l.site, l.issue_id, l.other_key, o.issue_id AS origin
FROM links l LEFT JOIN issues o ON o.site = l.site AND o.key = l.other_key AND o.presence = 'present'
WHERE (l.direction = 'outward' AND {CLONES}) OR (l.direction = 'inward' AND {CAUSES})
"""

_NEAR = """
INSERT INTO {table}
WITH RECURSIVE after AS (
    SELECT site, issue_id FROM (
        FROM {table} UNION  -- the issue that it was cloned from has another key now, or is gone
        SELECT site, issue_id FROM t_origins JOIN issue_parties p USING (site, issue_id)
        WHERE origin IS NULL AND (contains(p.hops, '"clone"') OR contains(p.hops, '"caused by"'))
    )
    UNION SELECT o.site, o.issue_id FROM after a JOIN t_origins o ON o.site = a.site AND o.origin = a.issue_id
),
near AS (
    FROM after UNION SELECT o.site, o.origin FROM near n JOIN t_origins o ON o.site = n.site AND o.issue_id = n.issue_id
    WHERE o.origin IS NOT NULL
)
FROM near EXCEPT FROM {table}
"""


def follow(mirror: Mirror, table: str) -> None:
    """Add to a table of issues those whose requester may follow from theirs, and those from which all these follow."""
    mirror.run(_ORIGINS)
    if mirror.value("SELECT count(*) FROM t_origins"):
        mirror.run(_NEAR.format(table=table))


_FILL = """
SELECT r.site, r.issue_id, coalesce(f.best.account_id, r.reporter_id) AS requester_id,
    coalesce(r.creator_id, r.reporter_id) AS carrier_id,
    CASE WHEN f.issue_id IS NOT NULL OR r.creator_id <> r.reporter_id THEN to_json(list_filter([
        CASE WHEN r.creator_id <> r.reporter_id THEN {'hop': 'filed for', 'from': r.creator_id, 'to': r.reporter_id,
            'evidence': 'creator and reporter differ'} END,
        CASE WHEN f.issue_id IS NOT NULL THEN {'hop': f.best.hop, 'from': coalesce(r.reporter_id, r.creator_id),
            'to': f.best.account_id, 'evidence': f.best.evidence} END
    ], lambda hop: hop IS NOT NULL))::TEXT END AS hops
FROM t_reported r LEFT JOIN t_found f USING (site, issue_id)
"""
