"""The vocabulary lint: how many documents hold words of a class, by team, by month, and which issues they are on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from vcjira import statistics, text
from vcjira.config import Settings
from vcjira.config.words import Words, one_of
from vcjira.mirror import Mirror

CLASSES = {
    "L4": "ticket gate",
    "L1": "customer-supplier talk between colleagues",
    "L2": "sides",
    "L3": "throwing",
    "L5": "order-taking",
    "L6": "people as things",
}
"""Class -> its name; the first two first."""
SHOW_FROM = 20
MOST_WORDS = 12
Months = Counter[date]


@dataclass(frozen=True, slots=True)
class Found:
    """Documents with a hit of one class; `rate` per 1,000 and its interval are null below 20 hits."""

    kind: str
    name: str
    team: str | None
    hits: int
    documents: int
    rate: float | None
    low: float | None
    high: float | None
    instead: str
    dispersion: float | None = None
    """By what the interval's variance exceeds Poisson's: 1 where months vary by chance, null where none can say."""


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase of a class, in how many documents, on which issues."""

    kind: str
    phrase: str
    hits: int
    issues: tuple[dict[str, Any], ...]


def scan(mirror: Mirror, settings: Settings, start: datetime, end: datetime, projects: Sequence[str]) -> list[Found]:
    """Per class over all teams, then by team; makes the temporary tables `lint_documents` and `lint_hits`."""
    mirror.run(DOCUMENTS, {"start": start, "end": end, "projects": list(projects)})
    mirror.run(HITS.format(allowed=_allowed(settings), classes=", ".join(f"'{kind}'" for kind in CLASSES)))
    documents: dict[str | None, Months] = defaultdict(Counter)
    for team, month, count in mirror.tuples(DOCUMENT_COUNTS):
        documents[team][month] = count
    hits: dict[tuple[str, str | None], Months] = defaultdict(Counter)
    for kind, team, month, count in mirror.tuples(COUNTS):
        hits[kind, team][month] = count
    everything = _together(documents.values())
    found = [
        _found(kind, None, _together(n for (k, _), n in hits.items() if k == kind), everything) for kind in CLASSES
    ]
    for kind, team in sorted(hits, key=lambda pair: (list(CLASSES).index(pair[0]), -hits[pair].total(), pair[1] or "")):
        found.append(_found(kind, team or "(no team)", hits[kind, team], documents[team]))
    return found


def _together(teams: Iterable[Months]) -> Months:
    return sum(teams, Counter())


def months(mirror: Mirror) -> list[dict[str, Any]]:
    """Documents and hits per month and class, with a u'-chart of each class from 20 hits on; after `scan`."""
    rows = mirror.rows(MONTHS)
    for _, group in groupby(rows, key=itemgetter("kind")):
        _charted(list(group))
    for row in rows:
        row["class"] = row.pop("kind")
        enough = row["hits"] >= SHOW_FROM
        low, high = statistics.garwood(row["hits"]) if enough else (None, None)
        per = 1000 / row["documents"]
        row |= {"rate": row["hits"] * per if enough else None}
        row |= {"low": low * per if low is not None else None, "high": high * per if high is not None else None}
    return rows


def _charted(rows: list[dict[str, Any]]) -> None:
    enough = sum(row["hits"] for row in rows) >= SHOW_FROM
    chart = statistics.u_chart([(row["hits"], row["documents"] / 1000 if enough else 0) for row in rows])
    for row, control in zip(rows, chart, strict=True):
        row |= asdict(control)


def words(mirror: Mirror) -> list[Word]:
    """The commonest phrases of each class with the issues they stand on; after `scan`."""
    return [
        Word(row["kind"], row["phrase"], row["hits"], tuple(row["issues"]))
        for row in mirror.rows(PHRASES, {"most": MOST_WORDS})
    ]


def _found(kind: str, team: str | None, monthly: Months, of: Months) -> Found:
    hits, documents = monthly.total(), of.total()
    if hits < SHOW_FROM:
        return Found(kind, CLASSES[kind], team, hits, documents, None, None, None, text.INSTEAD[kind])
    spread = statistics.dispersion([monthly[month] for month in of], list(of.values()))
    low, high = (bound * 1000 / documents for bound in statistics.garwood(hits, dispersion=spread or 1.0))
    rate = hits * 1000 / documents
    return Found(kind, CLASSES[kind], team, hits, documents, rate, low, high, text.INSTEAD[kind], spread)


def _allowed(settings: Settings) -> str:
    """SQL: a phrase that is fine on this site."""
    allow = settings.language.allow
    return one_of("phrase", Words(allow)) if allow else "false"


DOCUMENTS = """
-- descriptions and comments of humans inside the house, each with what matched
CREATE OR REPLACE TEMP TABLE lint_documents AS
SELECT d.site, d.issue_id, i.key, i.summary, i.created AS issue_created, d.created, d.lint, c.team
FROM (
    SELECT site, issue_id, created, reporter_id AS author_id, lint FROM issues WHERE description_words > 0
    UNION ALL
    SELECT site, issue_id, created, author_id, lint FROM comments WHERE words > 0
) d
JOIN issues i USING (site, issue_id) LEFT JOIN classes c USING (site, issue_id)
LEFT JOIN people p ON p.site = d.site AND p.account_id = d.author_id
WHERE i.presence = 'present' AND d.created >= $start AND d.created < $end AND NOT coalesce(p.bot, false)
    AND p.account_type IS DISTINCT FROM 'customer'
    AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], i.project))
"""

HITS = """
CREATE OR REPLACE TEMP TABLE lint_hits AS
SELECT * FROM (
    SELECT rowid AS document, * EXCLUDE (lint), split_part(mark, ':', 1) AS kind, substr(mark, 4) AS phrase
    FROM (SELECT rowid, *, unnest(lint) AS mark FROM lint_documents WHERE len(lint) > 0)
) WHERE kind IN ({classes}) AND NOT coalesce({allowed}, false)
"""

MONTH = "date_trunc('month', created)::DATE AS month"
DOCUMENT_COUNTS = f"SELECT team, {MONTH}, count(*) FROM lint_documents GROUP BY ALL"
COUNTS = f"SELECT kind, team, {MONTH}, count(DISTINCT document) FROM lint_hits GROUP BY ALL"

MONTHS = f"""
WITH documents AS (SELECT {MONTH}, count(*) AS documents FROM lint_documents GROUP BY ALL),
hits AS (SELECT {MONTH}, kind, count(DISTINCT document) AS hits FROM lint_hits GROUP BY ALL)
SELECT month, kind, coalesce(hits, 0) AS hits, documents
FROM documents CROSS JOIN (SELECT DISTINCT kind FROM hits) LEFT JOIN hits USING (month, kind) ORDER BY kind, month
"""

PHRASES = """
WITH phrases AS (
    SELECT kind, phrase, count(DISTINCT document) AS hits, list(DISTINCT {'site': site, 'key': key, 'created':
        issue_created, 'summary': summary} ORDER BY {'site': site, 'key': key, 'created': issue_created, 'summary':
        summary}) AS issues
    FROM lint_hits GROUP BY ALL
)
SELECT * FROM phrases QUALIFY row_number() OVER (PARTITION BY kind ORDER BY hits DESC, phrase) <= $most
ORDER BY kind, hits DESC, phrase
"""
