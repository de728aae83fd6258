"""Account -> person: which accounts are one human being, and how we know.

Joined are accounts that share a strong key: one person in the directory file, one e-mail address, one entry under
`people.same_as`. Never a display name: that is only a suspicion, offered by `suspects`. Nothing is merged: each
account keeps its rows, the join is a table that is made again each time, so taking a key away undoes it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.people.decisions import read_decisions

Account = tuple[str, str]
"""Site and account id."""


@dataclass(slots=True, frozen=True)
class Key:
    """Something that accounts share, and what it is called."""

    evidence: str
    accounts: tuple[Account, ...]


def save(mirror: Mirror, settings: Settings) -> None:
    """Fill `identities`: one row per account that belongs to a person with several."""
    keys = [*_directory(mirror), *_emails(mirror), *_same_as(mirror, settings), *_accepted(mirror, settings)]
    mirror.run("DELETE FROM identities")
    mirror.load("identities", _rows(keys))


def _rows(keys: Iterable[Key]) -> list[dict[str, str]]:
    keys = list(keys)
    root = _joined(key.accounts for key in keys)
    evidence: dict[Account, set[str]] = defaultdict(set)
    for key in keys:
        if len(key.accounts) > 1:
            for account in key.accounts:
                evidence[account].add(key.evidence)
    return [
        {"site": site, "account_id": account, "person": "/".join(root[site, account]), "evidence": "; ".join(sorted(e))}
        for (site, account), e in sorted(evidence.items())
    ]


def _joined(sets: Iterable[tuple[Account, ...]]) -> dict[Account, Account]:
    """The smallest account of each set of accounts that hang together (union-find)."""
    above: dict[Account, Account] = {}

    def top(account: Account) -> Account:
        while above.setdefault(account, account) != account:
            above[account] = above[above[account]]
            account = above[account]
        return account

    for accounts in sets:
        for account in accounts[1:]:
            low, high = sorted((top(accounts[0]), top(account)))
            above[high] = low
    return {account: top(account) for account in list(above)}


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
        mirror.tuples("""
            SELECT email, site, account_id FROM t_accounts WHERE NOT bot AND NOT mailbox AND email IN (
                SELECT email FROM t_accounts WHERE email LIKE '%_@_%' AND NOT bot AND NOT mailbox
                GROUP BY email HAVING count(*) > 1
            )
        """),
        "e-mail",
    )


def _same_as(mirror: Mirror, settings: Settings) -> list[Key]:
    """Entries are account ids (of any site), SITE/ID, or e-mail addresses."""
    found = []
    for number, entries in enumerate(settings.people.same_as):
        where = settings.where("people", "same_as", number)
        found.append(Key(f"{where} same_as", tuple(sorted(_resolve(mirror, entries)))))
    return found


def _resolve(mirror: Mirror, entries: list[str]) -> set[Account]:
    return set(
        mirror.tuples(
            """
            SELECT a.site, a.account_id FROM t_accounts a JOIN (SELECT lower(unnest(?::VARCHAR[])) AS entry)
            ON entry IN (a.account, a.email, lower(a.site) || '/' || a.account)
            """,
            [entries],
        )
    )


def _accepted(mirror: Mirror, settings: Settings) -> list[Key]:
    """Suspicions that somebody accepted in the decisions file."""
    return [
        Key(f"{decision.where} accepted", tuple(sorted(_resolve(mirror, decision.about.split(" = ")))))
        for decision in read_decisions(settings)
        if decision.kind == "same_as" and decision.word == "accept"
    ]


def suspects(mirror: Mirror, settings: Settings, limit: int = 50) -> list[dict[str, object]]:
    """Pairs of accounts that may be one person: equal names, or equal local parts of their e-mail addresses.

    Only humans, only pairs that are not joined and that nobody dismissed. Never joined by themselves (E11).
    """
    settled = {
        frozenset(d.about.split(" = "))
        for d in read_decisions(settings)
        if d.kind == "same_as" and d.word in ("dismiss", "never")
    }
    rows = mirror.rows(
        """
        WITH human AS (
            SELECT p.site, p.account_id, p.name, coalesce(i.person, p.site || '/' || p.account_id) AS person,
                nullif(lower(trim(p.name)), '') AS key_name, nullif(split_part(lower(p.email), '@', 1), '') AS key_local
            FROM people p LEFT JOIN identities i USING (site, account_id) WHERE p.bot IS NOT TRUE
        ),
        pair AS (
            SELECT a.site || '/' || a.account_id AS one, b.site || '/' || b.account_id AS other, 'equal names' AS why
            FROM human a JOIN human b ON a.key_name = b.key_name AND a.person < b.person
            WHERE contains(a.key_name, ' ')
            UNION ALL
            SELECT a.site || '/' || a.account_id, b.site || '/' || b.account_id, 'equal local parts of e-mail'
            FROM human a JOIN human b ON a.key_local = b.key_local AND a.person < b.person WHERE len(a.key_local) > 5
        )
        SELECT one, other, string_agg(why, ', ' ORDER BY why) AS why FROM pair GROUP BY ALL ORDER BY one, other
        """
    )
    return [row for row in rows if frozenset((row["one"], row["other"])) not in settled][:limit]
