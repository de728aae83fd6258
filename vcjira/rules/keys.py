"""Finding what a person typed: an issue by its key of today or of old, an account by id, e-mail or name."""

import difflib
from dataclasses import dataclass
from typing import Any

from vcjira.mirror import Mirror


@dataclass(frozen=True, slots=True)
class Found:
    """An issue, by the key it has today."""

    site: str
    issue_id: str
    key: str
    presence: str


def find_issue(mirror: Mirror, key: str) -> Found | None:
    """By today's key, else by a key it had before a move (items of the field `Key`); present ones first."""
    rows = mirror.rows(
        """
        SELECT site, issue_id, key, presence FROM (
            SELECT site, issue_id, key, presence, 0 AS old FROM issues WHERE upper(key) = upper($key)
            UNION ALL
            SELECT i.site, i.issue_id, i.key, i.presence, 1 FROM changes c JOIN issues i USING (site, issue_id)
            WHERE lower(c.field) = 'key' AND upper(c.from_text) = upper($key)
        ) ORDER BY old, presence = 'present' DESC, site, issue_id LIMIT 1
        """,
        {"key": key.strip()},
    )
    return Found(**rows[0]) if rows else None


def find_accounts(mirror: Mirror, text: str) -> list[dict[str, Any]]:
    """Accounts by id, SITE/ID, e-mail or exact name (without case); ids go before names."""
    return mirror.rows(
        """
        WITH known AS (
            SELECT DISTINCT a.site, a.account_id, p.name, p.email
            FROM affiliations a LEFT JOIN people p USING (site, account_id)
        ),
        hit AS (
            SELECT *, CASE WHEN account_id = $text OR site || '/' || account_id = $text THEN 0
                WHEN lower(account_id) = lower($text) THEN 1
                WHEN lower(email) = lower($text) OR lower(account_id) = 'mailto:' || lower($text) THEN 2
                WHEN lower(name) = lower($text) THEN 3 END AS rank FROM known
        )
        SELECT site, account_id, name FROM hit WHERE rank = (SELECT min(rank) FROM hit) ORDER BY site, account_id
        """,
        {"text": text.strip()},
    )


def near_misses(mirror: Mirror, text: str, n: int = 3) -> list[str]:
    """Keys and names that look like `text`, for the one who mistyped it."""
    project, dash, number = text.strip().upper().rpartition("-")
    found: list[str] = []
    if dash:
        found += [
            key
            for (key,) in mirror.tuples(
                """
                SELECT key FROM issues WHERE starts_with(key, $project || '-') AND presence = 'present'
                ORDER BY abs(try_cast(split_part(key, '-', -1) AS BIGINT) - try_cast($number AS BIGINT)), key LIMIT 2
                """,
                {"project": project, "number": number},
            )
        ]
        projects = [key for (key,) in mirror.tuples("SELECT DISTINCT project FROM issues WHERE project IS NOT NULL")]
        if project not in projects:
            found += [f"{near}-{number}" for near in difflib.get_close_matches(project, projects, n=n)]
    names = mirror.tuples(
        """
        SELECT coalesce(name, account_id) FROM people
        ORDER BY jaro_winkler_similarity(lower(coalesce(name, account_id)), lower(?)) DESC, 1 LIMIT ?
        """,
        [text.strip(), n],
    )
    if not dash:
        found += [name for (name,) in names]
    return found[:n]
