"""Account -> person: which accounts are one human being, and how we know.

Joined are accounts that share a strong key: one entry under `people.same_as`, one accepted suspicion, one person in
the directory file, one e-mail address that Jira shows for both. Never a display name: that is only a suspicion, see
`suspects`. Nothing is merged: each account keeps its rows, the join is a table that is made again each time, so
taking a key away undoes it. Two accounts that somebody said `never` of stay apart, whatever they share; accounts of
deleted and anonymised users stay nodes of their own unless the configuration or the directory names them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from vcjira.config import Settings
from vcjira.config.joins import circles
from vcjira.errors import Mend
from vcjira.mirror import Mirror
from vcjira.people.decisions import Decision, read_decisions

Account = tuple[str, str]
"""Site and account id."""
GONE = """(p.account_id IN ('unknown', 'unknown-user') OR lower(p.name) IN (
    'former user', 'deleted user', 'deleted account', '[deleted]', '[deleted user]', 'anonymous', 'unknown user')
    OR regexp_full_match(lower(p.name), 'user-[0-9a-f]{5,}') OR lower(p.email) LIKE '%.invalid'
    OR lower(p.email) LIKE '%@invalid')"""
"""SQL over `people p`: deleted and anonymised accounts as Cloud and Data Center leave them."""
CROWD = 10
"""A name that more accounts have says nothing."""


@dataclass(slots=True, frozen=True)
class Key:
    """Something that accounts share, and what it is called."""

    evidence: str
    accounts: tuple[Account, ...]


def save(mirror: Mirror, settings: Settings) -> None:
    """Fill `identities`: one row per account that belongs to a person with several."""
    decisions = [decision for decision in read_decisions(settings) if decision.kind == "same_as"]
    keys = [*_same_as(mirror, settings), *_accepted(mirror, decisions), *_directory(mirror), *_emails(mirror)]
    mirror.run("DELETE FROM identities")
    mirror.load("identities", _rows(keys, _apart(mirror, decisions)))


def _rows(keys: list[Key], apart: list[tuple[set[Account], set[Account]]]) -> list[dict[str, str]]:
    root = _joined([key.accounts for key in keys], apart)
    evidence: dict[Account, set[str]] = defaultdict(set)
    for key in keys:
        together: dict[Account, list[Account]] = defaultdict(list)
        for account in key.accounts:
            together[root[account]].append(account)
        for accounts in together.values():
            if len(accounts) > 1:
                for account in accounts:
                    evidence[account].add(key.evidence)
    return [
        {"site": site, "account_id": account, "person": "/".join(root[site, account]), "evidence": "; ".join(sorted(e))}
        for (site, account), e in sorted(evidence.items())
    ]


def _joined(
    sets: Iterable[tuple[Account, ...]], apart: list[tuple[set[Account], set[Account]]]
) -> dict[Account, Account]:
    """The smallest account of each set of accounts that hang together (union-find); earlier sets go first."""
    above: dict[Account, Account] = {}

    def top(account: Account) -> Account:
        while above.setdefault(account, account) != account:
            above[account] = above[above[account]]
            account = above[account]
        return account

    def kept_apart(low: Account, high: Account) -> bool:
        ends = {low, high}
        return any({top(one), top(other)} == ends for left, right in apart for one in left for other in right)

    for accounts in sets:
        for account in accounts:
            low, high = sorted((top(accounts[0]), top(account)))
            if low != high and not kept_apart(low, high):
                above[high] = low
    return {account: top(account) for account in list(above)}


def _apart(mirror: Mirror, decisions: list[Decision]) -> list[tuple[set[Account], set[Account]]]:
    """Pairs that somebody said `never` of."""
    pairs = [decision.about.split(" = ") for decision in decisions if decision.word == "never"]
    return [(_resolve(mirror, [pair[0]]), _resolve(mirror, pair[1:])) for pair in pairs if len(pair) > 1]


def _keys(rows: Iterable[tuple[str, str, str]], kind: str) -> list[Key]:
    """Rows of (key, site, account) as keys that two accounts or more share."""
    groups: dict[str, set[Account]] = defaultdict(set)
    for key, site, account in rows:
        groups[key].add((site, account))
    return [
        Key(f"{kind} {key}", tuple(sorted(accounts))) for key, accounts in sorted(groups.items()) if len(accounts) > 1
    ]


def _directory(mirror: Mirror) -> list[Key]:
    return _keys(
        mirror.tuples("""
            WITH named AS (
                SELECT lower(d.person) AS person, a.site, a.account_id FROM directory d
                JOIN t_accounts a ON a.account = lower(d.account_id) AND a.site = coalesce(d.site, a.site)
                WHERE d.person IS NOT NULL
                UNION
                SELECT lower(d.person), a.site, a.account_id FROM directory d
                JOIN t_accounts a ON a.email = d.email AND a.site = coalesce(d.site, a.site) WHERE d.person IS NOT NULL
            )
            SELECT * FROM named WHERE person IN (SELECT person FROM named GROUP BY person HAVING count(*) > 1)
        """),
        "directory: person",
    )


def _emails(mirror: Mirror) -> list[Key]:
    return _keys(
        mirror.tuples(
            """
            WITH human AS (
                SELECT email, site, account_id FROM t_accounts p
                WHERE email LIKE '%_@_%' AND NOT bot AND NOT mailbox AND NOT coalesce(GONE, false)
            )
            SELECT * FROM human WHERE email IN (SELECT email FROM human GROUP BY email HAVING count(*) > 1)
        """.replace("GONE", GONE.replace("p.name", "p.display_name"))
        ),
        "e-mail",
    )


def _same_as(mirror: Mirror, settings: Settings) -> list[Key]:
    """Entries are account ids (of any site), SITE/ID, or e-mail addresses; Mend where they go in a circle."""
    found = []
    for number, entries in enumerate(settings.people.same_as):
        where = settings.where("people", "same_as", number)
        found.append(Key(f"{where} same_as", tuple(sorted(_resolve(mirror, entries)))))
    for number, one, other in circles(key.accounts for key in found):
        raise Mend(
            f"`same_as` goes in a circle: {'/'.join(one)} and {'/'.join(other)} are one person already",
            where=settings.where("people", "same_as", number),
            hint="drop one of the entries",
        )
    return [key for key in found if len(key.accounts) > 1]


def _resolve(mirror: Mirror, entries: list[str]) -> set[Account]:
    return set(
        mirror.tuples(
            """
            SELECT a.site, a.account_id FROM t_accounts a JOIN (SELECT lower(trim(unnest(?::VARCHAR[]))) AS entry)
            ON entry IN (a.account, a.email, lower(a.site) || '/' || a.account)
            """,
            [entries],
        )
    )


def _accepted(mirror: Mirror, decisions: list[Decision]) -> list[Key]:
    """Suspicions that somebody accepted in the decisions file."""
    found = [
        Key(f"{decision.where} accepted", tuple(sorted(_resolve(mirror, decision.about.split(" = ")))))
        for decision in decisions
        if decision.word == "accept"
    ]
    return [key for key in found if len(key.accounts) > 1]


def suspects(mirror: Mirror, settings: Settings, limit: int = 50) -> list[dict[str, object]]:
    """Pairs of accounts that may be one person: equal or near-equal names, equal local parts of e-mail addresses.

    Only humans that are still there, only pairs that are not joined and that nobody dismissed (E11). Pairs for which
    more speaks come first.
    """
    settled = {
        frozenset(d.about.lower().split(" = "))
        for d in read_decisions(settings)
        if d.kind == "same_as" and d.word in ("dismiss", "never")
    }
    found = mirror.rows(_SUSPECTS)
    return [row for row in found if frozenset((row["one"].lower(), row["other"].lower())) not in settled][:limit]


_SUSPECTS = rf"""
WITH human AS (
    SELECT p.site || '/' || p.account_id AS account, p.name,
        coalesce(i.person, p.site || '/' || p.account_id) AS person,
        nullif(array_to_string(list_sort(list_filter(string_split_regex(
            strip_accents(regexp_replace(lower(p.name), '[\(\[].*?[\)\]]', '', 'g')), '[^\pL\pN]+'),
            lambda word: len(word) > 1)), ' '), '') AS words,
        nullif(split_part(lower(p.email), '@', 1), '') AS part
    FROM people p LEFT JOIN identities i USING (site, account_id)
    WHERE p.bot IS NOT TRUE AND NOT coalesce({GONE}, false)
),
by_name AS (SELECT * FROM human WHERE contains(words, ' ') QUALIFY count(*) OVER (PARTITION BY words) <= {CROWD}),
by_mail AS (SELECT * FROM human WHERE len(part) > 5 QUALIFY count(*) OVER (PARTITION BY part) <= {CROWD}),
pair AS (
    SELECT a.account AS one, b.account AS other, a.name AS one_name, b.name AS other_name,
        CASE WHEN lower(trim(a.name)) = lower(trim(b.name)) THEN 'equal names' ELSE 'near-equal names' END AS why
    FROM by_name a JOIN by_name b ON a.words = b.words AND a.account < b.account AND a.person <> b.person
    UNION ALL
    SELECT a.account, b.account, a.name, b.name, 'equal local parts of e-mail'
    FROM by_mail a JOIN by_mail b ON a.part = b.part AND a.account < b.account AND a.person <> b.person
)
SELECT one, other, any_value(one_name) AS one_name, any_value(other_name) AS other_name,
    string_agg(why, ', ' ORDER BY why) AS why
FROM pair GROUP BY one, other ORDER BY count(*) DESC, one, other
"""


def persons(mirror: Mirror) -> list[dict[str, object]]:
    """Who has several accounts: one row per account, with what joins it to the others."""
    return mirror.rows("""
        SELECT i.person, i.site || '/' || i.account_id AS account, p.name, i.evidence
        FROM identities i LEFT JOIN people p USING (site, account_id) ORDER BY i.person, account
    """)
