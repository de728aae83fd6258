"""Dated affiliations: for every account and period the organization it speaks for, by what, and with what evidence.

Order of authority: the configuration, the directory file, Jira groups, service-desk organizations, the e-mail domain.
Claims are undated or dated; periods are cut at every date that a claim of the account has, so they never overlap.
"""

from collections.abc import Iterator

from vcjira.config import Settings
from vcjira.config.words import Words, one_of, pattern, quote
from vcjira.mirror import Mirror
from vcjira.people import domains

AUTHORITY = ("configuration", "directory", "group", "service desk", "e-mail domain")
"""Sources, the most trusted first; `affiliations.source` is one of them."""
FIRM = AUTHORITY[:2]
"""Sources that say all: where they name an organization, no other is considered."""


def save(mirror: Mirror, settings: Settings) -> None:
    """Fill `affiliations`; make the temporary tables `t_listed` (directory lines of accounts) and `t_claims`."""
    mirror.run("CREATE OR REPLACE TEMP TABLE t_claims AS " + " UNION ALL BY NAME ".join(_claims(mirror, settings)))
    _share_among_accounts_of_one_person(mirror)
    mirror.replace("affiliations", _FILL)


def list_directory(mirror: Mirror) -> None:
    """`t_listed`: which directory lines are about which account, directly or through the same person."""
    mirror.run("""
        CREATE OR REPLACE TEMP TABLE t_listed AS
        WITH direct AS (
            SELECT a.site, a.account_id, d.line FROM directory d
            JOIN t_accounts a ON a.account = lower(d.account_id) AND a.site = coalesce(d.site, a.site)
            UNION
            SELECT a.site, a.account_id, d.line FROM directory d
            JOIN t_accounts a ON a.email = d.email AND a.site = coalesce(d.site, a.site)
        )
        SELECT * FROM direct
        UNION
        SELECT other.site, other.account_id, d.line FROM direct d JOIN identities mine USING (site, account_id)
        JOIN identities other ON other.person = mine.person
    """)


def _claims(mirror: Mirror, settings: Settings) -> list[str]:
    """SELECTs of: site, account_id, authority, n, organization, team, valid_from, valid_until, evidence."""
    found = [
        "SELECT ''::TEXT AS site, ''::TEXT AS account_id, 0 AS authority, 0 AS n, ''::TEXT AS organization, ''::TEXT AS"
        " team, NULL::TIMESTAMP AS valid_from, NULL::TIMESTAMP AS valid_until, ''::TEXT AS evidence WHERE false",
        """SELECT l.site, l.account_id, 1 AS authority, d.line AS n, d.organization, d.team, d.valid_from,
            d.valid_until, 'line ' || d.line AS evidence
        FROM t_listed l JOIN directory d USING (line) WHERE d.organization IS NOT NULL""",
        _service_desk(settings),
        _domain(mirror, settings),
    ]
    found += _said_outright(settings)
    for number, organization in enumerate(settings.people.organizations):
        found += _members(settings, organization, number)
    return found


def _said_outright(settings: Settings) -> Iterator[str]:
    """The claims of `people.affiliations`: those of plain names as rows, for there may be hundreds."""
    rows: dict[str, list[str]] = {"account": [], "email": []}
    for number, entry in enumerate(settings.people.affiliations):
        told = [entry.organization, entry.team, entry.from_, entry.until]
        where = settings.where("people", "affiliations", number)
        claim = f"{number}, {', '.join(map(_text, [*told, where]))}"
        for column, word in (("account", entry.account), ("email", entry.email)):
            if word and pattern(word) is None:
                rows[column].append(f"(lower({quote(word)}), {claim})")
            elif word:
                yield _claimed(one_of(column, Words([word])), f"('', {claim})")
    for column, plain in rows.items():
        if plain:
            yield _claimed(f"c.word = {column}", ", ".join(plain))


def _claimed(match: str, rows: str) -> str:
    return f"""
        SELECT a.site, a.account_id, 0 AS authority, c.n, c.organization, c.team,
            c.valid_from::TIMESTAMP AS valid_from, c.valid_until::TIMESTAMP AS valid_until, c.evidence
        FROM t_accounts a
        JOIN (VALUES {rows}) c(word, n, organization, team, valid_from, valid_until, evidence) ON {match}"""


def _members(settings: Settings, organization: str, number: int) -> Iterator[str]:
    """The claims of one entry of `people.organizations`, but for domains and service desks, which it only renames."""
    members = settings.people.organizations[organization]
    label = f"{quote(organization)} AS organization"
    named = [one_of(c, Words(w)) for c, w in (("account", members.account), ("email", members.email)) if w]
    if named:
        where = settings.where("people", "organizations", organization)
        yield f"""
            SELECT site, account_id, 0 AS authority, {number} AS n, {label}, {quote(where)} AS evidence
            FROM t_accounts WHERE {" OR ".join(named)}"""
    if members.directory_team:
        yield f"""
            SELECT l.site, l.account_id, 1 AS authority, d.line AS n, {label}, d.team, d.valid_from, d.valid_until,
                'line ' || d.line AS evidence FROM t_listed l JOIN directory d USING (line)
            WHERE d.organization IS NULL AND {one_of("lower(d.team)", Words(members.directory_team))}"""
    if members.group:
        yield f"""
            SELECT site, account_id, 2 AS authority, {number} AS n, {label}, 'group ' || name AS evidence
            FROM memberships WHERE kind = 'group' AND {one_of("lower(name)", Words(members.group))}"""


def _service_desk(settings: Settings) -> str:
    alias = [
        f"WHEN {one_of('lower(name)', Words(members.organization))} THEN {quote(organization)}"
        for organization, members in settings.people.organizations.items()
        if members.organization
    ]
    named = f"CASE {' '.join(alias)} ELSE name END" if alias else "name"
    return f"""
        SELECT site, account_id, 3 AS authority, row_number() OVER (PARTITION BY site, account_id ORDER BY name) AS n,
            {named} AS organization, 'organization ' || name AS evidence
        FROM (SELECT site, account_id, unnest(organizations) AS name FROM people)"""


def _domain(mirror: Mirror, settings: Settings) -> str:
    alias = [
        f"WHEN {one_of('email_domain', Words(members.email_domain))} THEN {quote(organization)}"
        for organization, members in settings.people.organizations.items()
        if members.email_domain
    ]
    used = {domain for (domain,) in mirror.tuples("SELECT DISTINCT email_domain FROM t_accounts")}
    silent = used.intersection(domains.silent(settings))  # of the thousands that are, those that somebody has
    silent |= {domain for domain in used if domain and domain.endswith(".invalid")}  # on purpose, nobody's (RFC 2606)
    mirror.replace("silent_domains", "SELECT unnest($silent::VARCHAR[]) AS domain", {"silent": sorted(silent)})
    named = f"CASE {' '.join(alias)} ELSE email_domain END" if alias else "email_domain"
    return f"""
        SELECT site, account_id, 4 AS authority, 0 AS n, {named} AS organization,
            'e-mail domain ' || email_domain AS evidence
        FROM t_accounts WHERE email_domain IS NOT NULL AND email_domain NOT IN (SELECT domain FROM silent_domains)"""


def _text(value: object) -> str:
    return "NULL::TEXT" if value is None else quote(str(value))


def _share_among_accounts_of_one_person(mirror: Mirror) -> None:
    mirror.run("""
        INSERT INTO t_claims BY NAME
        SELECT other.site, other.account_id, c.* EXCLUDE (site, account_id, evidence),
            c.evidence || ', as ' || c.site || '/' || c.account_id AS evidence
        FROM t_claims c JOIN identities mine USING (site, account_id)
        JOIN identities other ON other.person = mine.person
            AND (other.site, other.account_id) IS DISTINCT FROM (mine.site, mine.account_id)
        WHERE c.authority <> 1  -- directory lines are shared already
    """)


_FILL = f"""
WITH dates AS (
    SELECT site, account_id, valid_from AS day FROM t_claims WHERE valid_from IS NOT NULL
    UNION SELECT site, account_id, valid_until FROM t_claims WHERE valid_until IS NOT NULL
    UNION SELECT l.site, l.account_id, d.valid_from FROM t_listed l JOIN directory d USING (line)
        WHERE d.valid_from IS NOT NULL
    UNION SELECT l.site, l.account_id, d.valid_until FROM t_listed l JOIN directory d USING (line)
        WHERE d.valid_until IS NOT NULL
    UNION SELECT site, account_id, '-infinity'::TIMESTAMP FROM t_accounts
),
periods AS (
    SELECT site, account_id, day AS since,
        coalesce(lead(day) OVER (PARTITION BY site, account_id ORDER BY day), 'infinity'::TIMESTAMP) AS until
    FROM dates
),
chosen AS (
    SELECT p.site, p.account_id, p.since, arg_min(
        {{'organization': c.organization, 'team': c.team, 'authority': c.authority, 'evidence': c.evidence}},
        (c.authority, coalesce(-epoch(c.valid_from), 'infinity'::DOUBLE), c.n, c.organization, c.evidence)
    ) AS best, list_sort(list(DISTINCT c.organization) FILTER (c.authority >= {len(FIRM)})) AS organizations
    FROM periods p JOIN t_claims c ON c.site = p.site AND c.account_id = p.account_id
        AND coalesce(c.valid_from, '-infinity'::TIMESTAMP) <= p.since
        AND coalesce(c.valid_until, 'infinity'::TIMESTAMP) >= p.until
    WHERE c.organization IS NOT NULL GROUP BY ALL
),
listed AS (
    SELECT p.site, p.account_id, p.since, arg_min(
        {{'line': d.line, 'team': d.team}}, (coalesce(-epoch(d.valid_from), 'infinity'::DOUBLE), d.line)
    ) AS best
    FROM periods p JOIN t_listed l ON l.site = p.site AND l.account_id = p.account_id JOIN directory d USING (line)
    WHERE coalesce(d.valid_from, '-infinity'::TIMESTAMP) <= p.since
        AND coalesce(d.valid_until, 'infinity'::TIMESTAMP) >= p.until
    GROUP BY ALL
)
SELECT p.site, p.account_id, c.best.organization, coalesce(c.best.team, l.best.team) AS team,
    CASE WHEN isfinite(p.since) THEN p.since END AS valid_from,
    CASE WHEN isfinite(p.until) THEN p.until END AS valid_until,
    [{", ".join(quote(source) for source in AUTHORITY)}][c.best.authority + 1] AS source,
    c.best.evidence, l.best.line, c.organizations
FROM periods p
LEFT JOIN chosen c ON c.site = p.site AND c.account_id = p.account_id AND c.since = p.since
LEFT JOIN listed l ON l.site = p.site AND l.account_id = p.account_id AND l.since = p.since
"""
