"""Which requests are about something new: emerging themes first, then words new to the team, then first uses.

Words and first uses are judged by what came before the issue; a theme is found at the end of its 90 days, and its
issues carry it from then on (patterns.md 5.4). A single issue is never called novel as a fact: the label says which
theme it carries, and reports speak of shares.
Themes: words and pairs of words at least 8 times as frequent in 90 days as ever before, in at least 5 issues of 3
requesters, by a one-sided G test (Dunning 1993), false discovery rate 1 % per month, after at least 100 issues.
"""

import math
from collections import defaultdict
from typing import Any

from vcjira import statistics
from vcjira.mirror import Mirror

RATIO = 8.0
MIN_ISSUES = 5
MIN_REQUESTERS = 3
FALSE_DISCOVERIES = 0.01
OVERLAP = 0.6


def derive(mirror: Mirror) -> None:
    """Fill the internal table `novelty`; makes the temporary table `title_words` as well."""
    mirror.run(TITLE_WORDS)
    mirror.run(TERMS)
    mirror.run(RISEN)
    mirror.run("CREATE OR REPLACE TEMP TABLE themes (site TEXT, bucket INTEGER, term UBIGINT, theme TEXT, g2 DOUBLE)")
    mirror.load("themes", _themes(mirror))
    mirror.run("DELETE FROM novelty")
    mirror.run(SCORES)
    mirror.run(NOVELTY)


def _themes(mirror: Mirror) -> list[dict[str, Any]]:
    """Terms that emerge in a month, judged together, merged where they stand for the same issues."""
    tested = {(row[0], row[1]): row[2] for row in mirror.tuples(TESTED)}
    months: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in mirror.rows(CANDIDATES.format(requesters=MIN_REQUESTERS)):
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


_TOKENS = r"regexp_extract_all(lower(i.summary), '[\p{L}\p{N}][\p{L}\p{N}_.+#-]*[\p{L}\p{N}+#]|[\p{L}\p{N}]')"

TITLE_WORDS = rf"""
-- terms: the words and pairs of words, hashed
CREATE OR REPLACE TEMP TABLE titles AS
SELECT *, list_distinct(list_concat(
        list_transform(words, lambda w: hash(w)),
        list_transform(range(1, len(words)), lambda n: hash(words[n] || ' ' || words[n + 1]))
    )) AS terms
FROM (
    SELECT CAST(i.site AS site_name) AS site, i.issue_id, i.created,
        CAST(floor(epoch(i.created) / 2592000) AS INTEGER) AS bucket, i.reporter_id, c.team,
        list_filter({_TOKENS}, lambda w: len(w) >= 2 AND NOT regexp_full_match(w, '[0-9.]+'))[:24] AS words
    FROM present i
    LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
    LEFT JOIN machines m ON m.site = i.site AND m.account_id = i.reporter_id
    WHERE i.summary IS NOT NULL AND i.summary <> '' AND m.account_id IS NULL
);

-- words of requests' titles, hashed, and how many a title has; place: from the rarest word on
CREATE OR REPLACE TEMP TABLE title_words AS
WITH hashed AS (
    SELECT t.rowid AS title, list_distinct(list_transform(t.words, lambda w: hash(w))) AS words
    FROM titles t SEMI JOIN requests USING (site, issue_id)
),
spread AS (SELECT title, len(words) AS words, unnest(words) AS word FROM hashed),
placed AS (
    SELECT s.title, s.words, s.word, row_number() OVER (PARTITION BY s.title ORDER BY d.uses, s.word) AS place
    FROM spread s JOIN (SELECT word, count(*) AS uses FROM spread GROUP BY word) d USING (word)
)
SELECT t.site::TEXT AS site, t.issue_id, (p.word >> 1)::BIGINT AS word, p.words, p.place
FROM placed p JOIN titles t ON t.rowid = p.title;
"""

TERMS = """
CREATE OR REPLACE TEMP TABLE term_months AS
WITH months AS (
    SELECT site, term, bucket, count(*) AS uses FROM (SELECT site, bucket, unnest(terms) AS term FROM titles)
    GROUP BY site, term, bucket
),
often AS (SELECT site, term FROM months GROUP BY site, term HAVING sum(uses) >= 5)
SELECT site, term, bucket, CAST(sum(uses) OVER near AS BIGINT) AS recent,
    CAST(sum(uses) OVER (PARTITION BY site, term ORDER BY bucket) - sum(uses) OVER near AS BIGINT) AS earlier
FROM months SEMI JOIN often USING (site, term)
WINDOW near AS (PARTITION BY site, term ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);

CREATE OR REPLACE TEMP TABLE all_months AS
WITH months AS (SELECT site, bucket, count(*) AS uses FROM titles GROUP BY ALL)
SELECT site, bucket, CAST(sum(uses) OVER near AS BIGINT) AS recent_all,
    CAST(sum(uses) OVER (PARTITION BY site ORDER BY bucket) - sum(uses) OVER near AS BIGINT) AS earlier_all
FROM months
WINDOW near AS (PARTITION BY site ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);
"""

TESTED = """
SELECT site, bucket, count(*) FROM term_months JOIN all_months USING (site, bucket)
WHERE recent >= 5 AND earlier_all > 0 GROUP BY site, bucket
"""

RISEN = f"""
CREATE OR REPLACE TEMP TABLE risen AS
SELECT m.site, m.term, m.bucket, m.recent, m.earlier, a.recent_all, a.earlier_all
FROM term_months m JOIN all_months a USING (site, bucket)
WHERE a.earlier_all >= 100 AND m.recent >= {MIN_ISSUES}
    AND m.recent * 1.0 / a.recent_all >= {RATIO} * (m.earlier + 0.5) / a.earlier_all;

-- the titles once more, of which only the few terms that rose are kept
CREATE OR REPLACE TEMP TABLE term_uses AS
SELECT site, issue_id, bucket, term FROM (SELECT site, issue_id, bucket, unnest(terms) AS term FROM titles)
SEMI JOIN (SELECT DISTINCT site, term FROM risen) USING (site, term);
"""

CANDIDATES = """
WITH
-- materialized: else the titles may be joined by their site alone, before the terms are
risen_uses AS MATERIALIZED (
    SELECT r.site, r.term, r.bucket, u.issue_id
    FROM risen r JOIN term_uses u ON u.site = r.site AND u.term = r.term AND u.bucket BETWEEN r.bucket - 2 AND r.bucket
),
read AS (              -- the words again; the smallest, where two share a hash
    SELECT r.site, r.term, r.bucket, r.issue_id, t.reporter_id, coalesce(
        list_filter(t.words, lambda w: hash(w) = r.term)[1],
        list_filter(list_transform(range(1, len(t.words)), lambda n: t.words[n] || ' ' || t.words[n + 1]),
            lambda w: hash(w) = r.term)[1]) AS words
    FROM risen_uses r JOIN titles t ON t.site = r.site AND t.issue_id = r.issue_id
),
uses AS (
    SELECT site, term, bucket, list(issue_id ORDER BY issue_id) AS issues, min(words) AS words,
        count(DISTINCT reporter_id) AS requesters
    FROM read GROUP BY site, term, bucket
)
SELECT r.*, u.issues, u.words
FROM risen r JOIN uses u USING (site, term, bucket)
WHERE u.requesters >= {requesters}
ORDER BY r.site, r.bucket, r.term
"""

SCORES = """
-- the share of a title that is new to its team: words used there at least twice before, the first time under 120 days
-- ago; a word weighs the more, the rarer it has been up to then
CREATE OR REPLACE TEMP TABLE new_words AS
WITH placed AS (
    SELECT rowid AS title, hash(site, issue_id) AS tie, created, hash(site, coalesce(team, '')) AS place, words
    FROM titles
),
numbered AS (
    SELECT title, tie, created, place, words, row_number() OVER w AS issues,
        created - first_value(created) OVER w >= INTERVAL '90' DAY AS based
    FROM placed WINDOW w AS (PARTITION BY place ORDER BY created, tie)
),
uses AS (
    SELECT title, tie, created, issues, hash(place, word) AS term
    FROM (SELECT title, tie, created, place, issues, unnest(list_distinct(words)) AS word FROM numbered)
),
known AS (
    SELECT title, row_number() OVER w AS uses, created - first_value(created) OVER w AS age, issues
    FROM uses WINDOW w AS (PARTITION BY term ORDER BY created, tie)
),
scored AS (
    SELECT title, round(sum(CASE WHEN uses >= 3 AND age < INTERVAL '120' DAY THEN ln(1 + issues / uses) ELSE 0 END)
        / sum(ln(1 + issues / uses)), 9) AS score
    FROM known GROUP BY title
)
SELECT t.site, t.issue_id, n.place AS team, t.bucket, s.score
FROM scored s JOIN numbered n ON n.title = s.title AND n.based JOIN titles t ON t.rowid = s.title;

-- what was usual in a team in the 180 days before a month
CREATE OR REPLACE TEMP TABLE usual AS
SELECT team, bucket + later AS bucket, quantile_disc(score, 0.5) AS middle, quantile_disc(score, 0.95) AS high
FROM new_words, range(1, 7) months(later) GROUP BY ALL HAVING count(*) >= 20;

CREATE OR REPLACE TEMP TABLE first_uses AS
WITH things AS (
    SELECT site, issue_id, created, 'component ' || unnest(components) AS thing FROM present
    UNION ALL SELECT site, issue_id, created, 'label ' || unnest(labels) FROM present
    UNION ALL SELECT site, issue_id, created, 'type ' || request_type FROM present WHERE request_type IS NOT NULL
    UNION ALL SELECT site, issue_id, created, 'pair ' || organization || ' ' || team FROM requests
)
SELECT DISTINCT site, issue_id FROM (
    SELECT site, issue_id, row_number() OVER (PARTITION BY site, thing ORDER BY created, issue_id) AS place FROM things
) WHERE place <= 10;
"""

NOVELTY = """
INSERT INTO novelty
WITH carried AS (
    SELECT u.site, u.issue_id, arg_max(t.theme, (t.g2, t.theme)) AS theme
    FROM term_uses u JOIN themes t ON t.site = u.site AND t.term = u.term AND u.bucket BETWEEN t.bucket - 2 AND t.bucket
    GROUP BY u.site, u.issue_id
),
ranked AS (
    SELECT n.site, n.issue_id, n.score, n.score > u.high AS high, n.score <= u.middle AS low
    FROM new_words n JOIN usual u ON u.team = n.team AND u.bucket = n.bucket
)
SELECT i.site, i.issue_id, CASE WHEN c.theme IS NOT NULL OR (r.high AND f.issue_id IS NOT NULL)
    THEN 'novel' ELSE 'routine' END AS kind, c.theme, r.score
FROM titles i
LEFT JOIN carried c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN ranked r ON r.site = i.site AND r.issue_id = i.issue_id
LEFT JOIN first_uses f ON f.site = i.site AND f.issue_id = i.issue_id
WHERE c.theme IS NOT NULL OR (r.high AND f.issue_id IS NOT NULL) OR (r.low AND f.issue_id IS NULL)
"""
