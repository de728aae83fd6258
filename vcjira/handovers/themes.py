"""Emerging themes: words and pairs of words that become frequent, from several people (Dunning 1993)."""

import math
from collections import defaultdict
from typing import Any

from vcjira import statistics
from vcjira.handovers.titles import BUCKET, HASH, WORDS, terms
from vcjira.mirror import Mirror

RATIO = 8.0
MIN_ISSUES = 5
MIN_BEFORE = 100
"""Titles that a site must have had before."""
MIN_REQUESTERS = 3
FALSE_DISCOVERIES = 0.01
OVERLAP = 0.6


def find(mirror: Mirror) -> None:
    """Bring the internal table `themes` up to date after `titles.read`: from the first month on in which one moved."""
    mirror.run("DELETE FROM themes WHERE bucket >= (SELECT m.bucket FROM moved_months m WHERE m.site = themes.site)")
    most = mirror.value("SELECT max(titles) FROM (SELECT count(*) AS titles FROM titles GROUP BY site)")
    if (most or 0) > MIN_BEFORE:
        mirror.run(RISEN)
        mirror.load("themes", _found(mirror))
        mirror.run("DROP TABLE term_months")
    else:
        mirror.run(NONE_RISEN)


def _found(mirror: Mirror) -> list[dict[str, Any]]:
    """Terms that emerge in a month, judged together, merged where they stand for the same issues."""
    tested = {(row[0], row[1]): row[2] for row in mirror.tuples(TESTED)}
    months: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in mirror.rows(CANDIDATES, [MIN_REQUESTERS]):
        row["g2"] = _g2(row["recent"], row["recent_all"], row["earlier"], row["earlier_all"])
        months[row["site"], row["bucket"]].append(row)
    found = []
    for month, rows in sorted(months.items()):
        p = [0.5 * math.erfc(math.sqrt(row["g2"] / 2)) for row in rows]
        rest = max(0, tested.get(month, len(rows)) - len(rows))
        q = statistics.benjamini_hochberg([*p, *[1.0] * rest])
        kept = [row for row, value in zip(rows, q, strict=False) if value < FALSE_DISCOVERIES]
        found += _merged(kept)
    return found


def _g2(recent: int, recent_all: int, earlier: int, earlier_all: int) -> float:
    """Dunning's log-likelihood ratio of a term's share of issues now against before."""
    share = (recent + earlier) / (recent_all + earlier_all)
    total = 0.0
    for k, n in ((recent, recent_all), (earlier, earlier_all)):
        for observed, expected in ((k, n * share), (n - k, n * (1 - share))):
            if observed > 0 and expected > 0:
                total += 2 * observed * math.log(observed / expected)
    return max(total, 0.0)


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Terms into themes: joined when the smaller set of issues lies by 60 % in the larger; named by the strongest."""
    ordered = sorted(rows, key=lambda row: (-len(row["issues"]), -row["g2"], row["words"]))
    themes: list[tuple[set[str], list[dict[str, Any]]]] = []
    for row in ordered:
        issues = set(row["issues"])
        for held, members in themes:
            if len(issues & held) >= OVERLAP * min(len(issues), len(held)):
                held |= issues
                members.append(row)
                break
        else:
            themes.append((issues, [row]))
    found = []
    for _, members in themes:
        names = sorted(members, key=lambda row: (-row["g2"], row["words"]))
        theme = ", ".join(_telling([row["words"] for row in names])[:3])
        found += [
            {"site": row["site"], "bucket": row["bucket"], "term": row["term"], "theme": theme, "g2": row["g2"]}
            for row in members
        ]
    return found


def _telling(names: list[str]) -> list[str]:
    """Of names in order those that say more than the ones before: neither part of one nor one with more words."""
    kept: list[str] = []
    for name in names:
        words = set(name.split())
        if not any(words <= set(other.split()) or words >= set(other.split()) for other in kept):
            kept.append(name)
    return kept


RISEN = f"""
-- what months that are judged again look at, and what lies before
CREATE OR REPLACE TEMP VIEW recent_titles AS
SELECT rowid AS title, * FROM titles
WHERE created >= (SELECT min(make_timestamp((bucket - 2) * 2592000000000)) FROM moved_months);
CREATE OR REPLACE TEMP VIEW earlier_titles AS
SELECT rowid AS title, * FROM titles
WHERE created < (SELECT max(make_timestamp((bucket - 2) * 2592000000000)) FROM moved_months);

-- a term's uses in three months and before them, from the first month on in which a title moved
CREATE OR REPLACE TEMP TABLE term_months AS
WITH often AS (         -- counted alone: most terms are rare
    SELECT term FROM {terms("recent_titles")} GROUP BY term HAVING count(*) >= {MIN_ISSUES}
),
months AS (
    SELECT t.site, t.term, t.bucket, count(*) AS uses
    FROM {terms("recent_titles")} t SEMI JOIN often USING (term)
    JOIN moved_months m ON m.site = t.site AND t.bucket >= m.bucket - 2 GROUP BY ALL
),
before AS (
    SELECT t.site, t.term, count(*) AS uses
    FROM {terms("earlier_titles")} t SEMI JOIN often USING (term)
    JOIN moved_months m ON m.site = t.site AND t.bucket < m.bucket - 2 GROUP BY ALL
),
summed AS (
    SELECT site, term, bucket, CAST(sum(m.uses) OVER near AS BIGINT) AS recent, CAST(coalesce(b.uses, 0)
        + sum(m.uses) OVER (PARTITION BY site, term ORDER BY bucket) - sum(m.uses) OVER near AS BIGINT) AS earlier
    FROM months m LEFT JOIN before b USING (site, term)
    WINDOW near AS (PARTITION BY site, term ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW)
)
SELECT s.* FROM summed s JOIN moved_months m ON m.site = s.site AND s.bucket >= m.bucket
WHERE s.recent >= {MIN_ISSUES};

CREATE OR REPLACE TEMP TABLE all_months AS
WITH months AS (
    SELECT try_cast(site AS site_name) AS site, {BUCKET.format("created")} AS bucket, count(*) AS uses
    FROM titles GROUP BY ALL
)
SELECT site, bucket, CAST(sum(uses) OVER near AS BIGINT) AS recent_all,
    CAST(sum(uses) OVER (PARTITION BY site ORDER BY bucket) - sum(uses) OVER near AS BIGINT) AS earlier_all
FROM months
WINDOW near AS (PARTITION BY site ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);

CREATE OR REPLACE TEMP TABLE risen AS
SELECT m.site, m.term, m.bucket, m.recent, m.earlier, a.recent_all, a.earlier_all
FROM term_months m JOIN all_months a USING (site, bucket)
WHERE a.earlier_all >= {MIN_BEFORE} AND m.recent * 1.0 / a.recent_all >= {RATIO} * (m.earlier + 0.5) / a.earlier_all;

CREATE OR REPLACE TEMP TABLE risen_uses AS
SELECT u.title, u.reporter_id, r.site, r.term, r.bucket
FROM {terms("recent_titles")} u
JOIN risen r ON r.term = u.term AND r.site = u.site AND u.bucket BETWEEN r.bucket - 2 AND r.bucket;
"""

NONE_RISEN = """
CREATE OR REPLACE TEMP TABLE risen_uses AS SELECT rowid AS title, reporter_id, site, 0::UBIGINT AS term, 0 AS bucket
FROM titles LIMIT 0
"""

TESTED = """
SELECT site, bucket, count(*) FROM term_months JOIN all_months USING (site, bucket)
WHERE earlier_all > 0 GROUP BY site, bucket
"""

CANDIDATES = f"""
WITH uses AS (
    SELECT site, term, bucket, list(title ORDER BY title) AS issues FROM risen_uses
    GROUP BY site, term, bucket HAVING count(DISTINCT reporter_id) >= ?
),
cut AS (                -- the words again
    SELECT u.site, u.term, u.bucket, {WORDS} AS words
    FROM uses u JOIN titles t ON t.rowid = u.issues[1] JOIN present i ON i.site = t.site AND i.issue_id = t.issue_id
)
SELECT r.*, u.issues, coalesce(
    list_filter(c.words, lambda w: CAST({HASH.format("w")} AS UBIGINT) = r.term)[1],
    list_filter(list_transform(range(1, len(c.words)), lambda n: c.words[n] || ' ' || c.words[n + 1]),
        lambda w: hash({HASH.format("split_part(w, ' ', 1)")}, {HASH.format("split_part(w, ' ', 2)")}) = r.term)[1]
    ) AS words
FROM risen r JOIN uses u USING (site, term, bucket) JOIN cut c USING (site, term, bucket)
ORDER BY r.site, r.bucket, r.term
"""
