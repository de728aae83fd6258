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
FIRSTS = 10
"""So many of the first uses of a component, a label, a type of request, a pair count as new."""


def derive(mirror: Mirror) -> None:
    """Fill the internal table `novelty` anew, and what it is judged by: `titles`, `themes`, `first_uses`."""
    mirror.run("DELETE FROM titles; DELETE FROM themes; DELETE FROM first_uses; DELETE FROM novelty")
    _score(mirror, "present")
    mirror.run(FIRST_USES.format(among=""))
    mirror.run("CREATE OR REPLACE TEMP TABLE touched_firsts AS SELECT site, issue_id FROM first_uses LIMIT 0")
    mirror.run(JUDGED)
    mirror.run("INSERT INTO novelty FROM judgements")


def derive_again(mirror: Mirror) -> None:
    """Bring them up to date after issues of the temporary table `again` changed: titles are judged anew where that
    makes a difference. Makes the temporary tables `moved_titles` and `renewed` (site, issue_id): the issues of which
    a title, or what is said of it, is not what it was."""
    _score(mirror, "again")
    mirror.run(MOVED_THINGS)
    mirror.run(FIRST_USES.format(among="SEMI JOIN moved_things USING (site, thing)"))
    mirror.run(TOUCHED_FIRSTS)
    mirror.run(JUDGED)
    mirror.run(RENEWED)


def title_words(mirror: Mirror) -> None:
    """Make the temporary table `title_words` of all that `requests` holds."""
    mirror.run(TITLE_WORDS)


def _score(mirror: Mirror, changed: str) -> None:
    """Titles and their scores, of a team from the first on that these issues moved; themes from its month on."""
    mirror.run(f"CREATE OR REPLACE TEMP VIEW changed_issues AS SELECT site, issue_id FROM {changed}")
    mirror.run(TITLES)
    mirror.run(SCORES)
    mirror.run(RISEN)
    mirror.run("DELETE FROM themes WHERE bucket >= (SELECT m.bucket FROM moved_months m WHERE m.site = themes.site)")
    mirror.load("themes", _themes(mirror))


def _themes(mirror: Mirror) -> list[dict[str, Any]]:
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


_TOKENS = r"regexp_extract_all(lower(i.summary), '[\p{L}\p{N}][\p{L}\p{N}_.+#-]*[\p{L}\p{N}+#]|[\p{L}\p{N}]')"
_WORDS = f"list_filter({_TOKENS}, lambda w: len(w) >= 2 AND NOT regexp_full_match(w, '[0-9.]+'))[:24]"
_HASH = "CAST(hash({}) >> 24 AS BIGINT)"
"""40 bits: so few are alike in millions of words, and so they take less room."""
_BUCKET = "CAST(floor(epoch({}) / 2592000) AS INTEGER)"
_PLACE = "hash(site, coalesce(team, ''))"

TITLES = f"""
CREATE OR REPLACE TEMP TABLE read_titles AS
WITH cut AS (
    SELECT i.site, i.issue_id, i.created, i.reporter_id, c.team, {_WORDS} AS words
    FROM present i SEMI JOIN changed_issues a ON a.site = i.site AND a.issue_id = i.issue_id
    LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
    LEFT JOIN machines m ON m.site = i.site AND m.account_id = i.reporter_id
    WHERE i.summary IS NOT NULL AND i.summary <> '' AND m.account_id IS NULL
)
SELECT * REPLACE (list_transform(words, lambda w, n: CASE WHEN list_position(words, w) < n
    THEN -{_HASH.format("w")} ELSE {_HASH.format("w")} END) AS words) FROM cut;

-- titles that came, went or are not as they were: as they were, and as they are
CREATE OR REPLACE TEMP TABLE moved_titles AS
WITH old AS (
    SELECT * EXCLUDE (score), hash(created, reporter_id, team, words) AS facts
    FROM titles SEMI JOIN changed_issues USING (site, issue_id)
),
new AS (SELECT *, hash(created, reporter_id, team, words) AS facts FROM read_titles)
SELECT site, issue_id, created, team FROM old ANTI JOIN new USING (site, issue_id, facts)
UNION ALL SELECT site, issue_id, created, team FROM new ANTI JOIN old USING (site, issue_id, facts);

CREATE OR REPLACE TEMP TABLE moved_places AS
SELECT {_PLACE} AS place, min(created) AS since FROM moved_titles GROUP BY place;
CREATE OR REPLACE TEMP TABLE moved_months AS
SELECT site, min({_BUCKET.format("created")}) AS bucket FROM moved_titles GROUP BY site;

-- the titles of a team from the first on that moved: only they are scored
CREATE OR REPLACE TEMP TABLE fresh_titles AS
SELECT t.* FROM (
    SELECT * EXCLUDE (score), {_PLACE} AS place FROM titles ANTI JOIN changed_issues USING (site, issue_id)
    UNION ALL SELECT *, {_PLACE} FROM read_titles
) t JOIN moved_places p ON p.place = t.place AND t.created >= p.since;
DELETE FROM titles WHERE rowid IN (
    SELECT t.id FROM (SELECT rowid AS id, created, {_PLACE} AS place FROM titles) t
    JOIN moved_places p ON p.place = t.place AND t.created >= p.since
);
"""

SCORES = f"""
-- the share of a title that is new to its team: words used there at least twice before, the first time under 120 days
-- ago; a word weighs the more, the rarer it has been up to then
INSERT INTO titles
WITH known_titles AS (SELECT {_PLACE} AS place, created, words FROM titles),
begun AS (
    SELECT place, count(*) AS issues, min(created) AS first
    FROM known_titles SEMI JOIN moved_places USING (place) GROUP BY place
),
placed AS (SELECT rowid AS title, hash(site, issue_id) AS tie, created, place, words FROM fresh_titles),
numbered AS (
    SELECT title, tie, created, place, words, coalesce(b.issues, 0) + row_number() OVER w AS issues,
        created - coalesce(b.first, first_value(created) OVER w) >= INTERVAL '90' DAY AS based
    FROM placed LEFT JOIN begun b USING (place) WINDOW w AS (PARTITION BY place ORDER BY created, tie)
),
uses AS (
    SELECT title, tie, created, issues, hash(place, word) AS term
    FROM (SELECT title, tie, created, place, issues, unnest(words) AS word FROM numbered) WHERE word > 0
),
before AS (
    SELECT term, count(*) AS uses, min(created) AS first
    FROM (
        SELECT created, hash(place, word) AS term
        FROM (SELECT place, created, unnest(words) AS word FROM known_titles SEMI JOIN moved_places USING (place))
        WHERE word > 0
    ) SEMI JOIN uses USING (term) GROUP BY term
),
known AS (
    SELECT title, coalesce(b.uses, 0) + row_number() OVER w AS uses,
        created - coalesce(b.first, first_value(created) OVER w) AS age, issues
    FROM uses LEFT JOIN before b USING (term) WINDOW w AS (PARTITION BY term ORDER BY created, tie)
),
scored AS (
    SELECT title, round(sum(CASE WHEN uses >= 3 AND age < INTERVAL '120' DAY THEN ln(1 + issues / uses) ELSE 0 END)
        / sum(ln(1 + issues / uses)), 9) AS score
    FROM known GROUP BY title
)
SELECT f.* EXCLUDE (place), CASE WHEN n.based THEN s.score END AS score
FROM fresh_titles f JOIN numbered n ON n.title = f.rowid LEFT JOIN scored s ON s.title = f.rowid
"""


def _terms(titles: str) -> str:
    """SQL: the words and pairs of words of titles, each once."""
    told = f"SELECT site, issue_id, reporter_id, {_BUCKET.format('created')} AS bucket"
    return f"""(
    SELECT site, issue_id, reporter_id, bucket, CAST(word AS UBIGINT) AS term
    FROM ({told}, unnest(words) AS word FROM {titles}) WHERE word > 0
    UNION ALL
    SELECT site, issue_id, reporter_id, bucket, hash(abs(word), abs(next)) AS term
    FROM ({told}, unnest(words[:-2]) AS word, unnest(words[2:]) AS next FROM {titles}) WHERE word > 0 OR next > 0
)"""


RISEN = f"""
CREATE OR REPLACE TEMP VIEW recent_titles AS        -- what months that are judged again look at
SELECT * FROM titles WHERE created >= (SELECT min(make_timestamp((bucket - 2) * 2592000000000)) FROM moved_months);

-- a term's uses in three months and before them, from the first month on in which a title moved
CREATE OR REPLACE TEMP TABLE term_months AS
WITH months AS (
    SELECT t.site, t.term, t.bucket, count(*) AS uses
    FROM {_terms("recent_titles")} t JOIN moved_months m ON m.site = t.site AND t.bucket >= m.bucket - 2 GROUP BY ALL
),
often AS (SELECT site, term FROM months GROUP BY site, term HAVING sum(uses) >= {MIN_ISSUES}),
before AS (
    SELECT t.site, t.term, count(*) AS uses
    FROM {_terms("titles")} t JOIN moved_months m ON m.site = t.site AND t.bucket < m.bucket - 2
    SEMI JOIN often o ON o.site = t.site AND o.term = t.term GROUP BY ALL
),
summed AS (
    SELECT site, term, bucket, CAST(sum(m.uses) OVER near AS BIGINT) AS recent, CAST(coalesce(b.uses, 0)
        + sum(m.uses) OVER (PARTITION BY site, term ORDER BY bucket) - sum(m.uses) OVER near AS BIGINT) AS earlier
    FROM months m SEMI JOIN often USING (site, term) LEFT JOIN before b USING (site, term)
    WINDOW near AS (PARTITION BY site, term ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW)
)
SELECT s.* FROM summed s JOIN moved_months m ON m.site = s.site AND s.bucket >= m.bucket;

CREATE OR REPLACE TEMP TABLE all_months AS
WITH months AS (SELECT site, {_BUCKET.format("created")} AS bucket, count(*) AS uses FROM titles GROUP BY ALL)
SELECT site, bucket, CAST(sum(uses) OVER near AS BIGINT) AS recent_all,
    CAST(sum(uses) OVER (PARTITION BY site ORDER BY bucket) - sum(uses) OVER near AS BIGINT) AS earlier_all
FROM months
WINDOW near AS (PARTITION BY site ORDER BY bucket RANGE BETWEEN 2 PRECEDING AND CURRENT ROW);

CREATE OR REPLACE TEMP TABLE risen AS
SELECT m.site, m.term, m.bucket, m.recent, m.earlier, a.recent_all, a.earlier_all
FROM term_months m JOIN all_months a USING (site, bucket)
WHERE a.earlier_all >= 100 AND m.recent >= {MIN_ISSUES}
    AND m.recent * 1.0 / a.recent_all >= {RATIO} * (m.earlier + 0.5) / a.earlier_all;
"""

TESTED = f"""
SELECT site, bucket, count(*) FROM term_months JOIN all_months USING (site, bucket)
WHERE recent >= {MIN_ISSUES} AND earlier_all > 0 GROUP BY site, bucket
"""

CANDIDATES = f"""
WITH
-- materialized: else the titles may be joined by their site alone, before the terms are
term_uses AS MATERIALIZED (
    FROM {_terms("recent_titles")} SEMI JOIN (SELECT DISTINCT site, term FROM risen) USING (site, term)
),
uses AS (
    SELECT r.site, r.term, r.bucket, list(u.issue_id ORDER BY u.issue_id) AS issues
    FROM risen r JOIN term_uses u ON u.site = r.site AND u.term = r.term AND u.bucket BETWEEN r.bucket - 2 AND r.bucket
    GROUP BY r.site, r.term, r.bucket HAVING count(DISTINCT u.reporter_id) >= ?
),
cut AS (                -- the words again
    SELECT u.site, u.term, u.bucket, {_WORDS} AS words
    FROM uses u JOIN present i ON i.site = u.site AND i.issue_id = u.issues[1]
)
SELECT r.*, u.issues, coalesce(
    list_filter(c.words, lambda w: CAST({_HASH.format("w")} AS UBIGINT) = r.term)[1],
    list_filter(list_transform(range(1, len(c.words)), lambda n: c.words[n] || ' ' || c.words[n + 1]),
        lambda w: hash({_HASH.format("split_part(w, ' ', 1)")}, {_HASH.format("split_part(w, ' ', 2)")}) = r.term)[1]
    ) AS words
FROM risen r JOIN uses u USING (site, term, bucket) JOIN cut c USING (site, term, bucket)
ORDER BY r.site, r.bucket, r.term
"""


def _things(among: str = "") -> str:
    """SQL: components, labels, types of request and pairs, by issue."""
    told = f"(FROM present {among})"
    return f"""(
    SELECT site, issue_id, created, hash('component', unnest(list_distinct(components))) AS thing FROM {told}
    UNION ALL SELECT site, issue_id, created, hash('label', unnest(list_distinct(labels))) FROM {told}
    UNION ALL SELECT site, issue_id, created, hash('type', request_type) FROM {told} WHERE request_type IS NOT NULL
    UNION ALL SELECT site, issue_id, created, hash('pair', organization, team) FROM (FROM requests {among})
)"""


MOVED_THINGS = f"""
-- components, labels, types of request and pairs of which one of the ten first uses may have come or gone
CREATE OR REPLACE TEMP TABLE moved_things AS
WITH lasts AS (
    SELECT site, thing, max((created, issue_id)) AS last FROM first_uses GROUP BY ALL HAVING count(*) >= {FIRSTS}
),
old AS (SELECT site, thing, issue_id, created FROM first_uses SEMI JOIN changed_issues USING (site, issue_id)),
new AS (
    SELECT u.site, u.thing, u.issue_id, u.created
    FROM {_things("SEMI JOIN changed_issues USING (site, issue_id)")} u
    LEFT JOIN lasts l ON l.site = u.site AND l.thing = u.thing
    WHERE l.last IS NULL OR (u.created, u.issue_id) <= l.last
)
SELECT DISTINCT site, thing FROM ((FROM old EXCEPT FROM new) UNION ALL (FROM new EXCEPT FROM old));
CREATE OR REPLACE TEMP TABLE old_firsts AS FROM first_uses SEMI JOIN moved_things USING (site, thing);
DELETE FROM first_uses WHERE rowid IN (
    SELECT f.id FROM (SELECT rowid AS id, site, thing FROM first_uses) f SEMI JOIN moved_things USING (site, thing));
"""

FIRST_USES = f"""
INSERT INTO first_uses SELECT site, thing, issue_id, created FROM {_things()} {{among}}
QUALIFY row_number() OVER (PARTITION BY site, thing ORDER BY created, issue_id) <= {FIRSTS}
"""

TOUCHED_FIRSTS = """
CREATE OR REPLACE TEMP TABLE touched_firsts AS
SELECT site, issue_id FROM old_firsts
UNION SELECT site, issue_id FROM first_uses SEMI JOIN moved_things USING (site, thing)
"""

JUDGED = f"""
CREATE OR REPLACE TEMP TABLE judged AS
WITH touched AS (
    SELECT site, issue_id FROM fresh_titles UNION SELECT site, issue_id FROM touched_firsts
)
SELECT t.* EXCLUDE (team)
FROM (SELECT *, {_PLACE} AS place, {_BUCKET.format("created")} AS bucket FROM titles) t
LEFT JOIN touched f ON f.site = t.site AND f.issue_id = t.issue_id
LEFT JOIN moved_months m ON m.site = t.site
WHERE f.issue_id IS NOT NULL OR t.bucket >= m.bucket - 2;

CREATE OR REPLACE TEMP TABLE judgements AS
WITH carried AS (
    SELECT u.site, u.issue_id, arg_max(t.theme, (t.g2, t.theme)) AS theme
    FROM {_terms("judged")} u
    JOIN themes t ON t.site = u.site AND t.term = u.term AND u.bucket BETWEEN t.bucket - 2 AND t.bucket
    GROUP BY u.site, u.issue_id
),
-- what was usual in a team in the 180 days before a month
wanted AS (SELECT DISTINCT place, bucket FROM judged),
scores AS (
    SELECT {_PLACE} AS place, {_BUCKET.format("created")} AS bucket, score FROM titles WHERE score IS NOT NULL
),
usual AS (
    SELECT place, bucket, quantile_disc(score, [0.5, 0.95]) AS levels
    FROM (
        SELECT place, bucket + later AS bucket, score FROM scores, range(1, 7) months(later)
        WHERE bucket >= (SELECT min(bucket) - 6 FROM wanted)
    ) SEMI JOIN wanted USING (place, bucket) GROUP BY place, bucket HAVING count(*) >= 20
),
ranked AS (
    SELECT n.site, n.issue_id, n.score, n.score > u.levels[2] AS high, n.score <= u.levels[1] AS low
    FROM judged n JOIN usual u ON u.place = n.place AND u.bucket = n.bucket
),
firsts AS (SELECT DISTINCT site, issue_id FROM first_uses)
SELECT i.site, i.issue_id, CASE WHEN c.theme IS NOT NULL OR (r.high AND f.issue_id IS NOT NULL)
    THEN 'novel' ELSE 'routine' END AS kind, c.theme, r.score
FROM judged i
LEFT JOIN carried c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN ranked r ON r.site = i.site AND r.issue_id = i.issue_id
LEFT JOIN firsts f ON f.site = i.site AND f.issue_id = i.issue_id
WHERE c.theme IS NOT NULL OR (r.high AND f.issue_id IS NOT NULL) OR (r.low AND f.issue_id IS NULL)
"""

RENEWED = """
CREATE OR REPLACE TEMP TABLE old_judgements AS
FROM novelty SEMI JOIN (SELECT site, issue_id FROM judged UNION SELECT site, issue_id FROM moved_titles)
    USING (site, issue_id);
CREATE OR REPLACE TEMP TABLE renewed AS
SELECT site, issue_id FROM (
    (FROM old_judgements EXCEPT FROM judgements) UNION ALL (FROM judgements EXCEPT FROM old_judgements)
) UNION SELECT site, issue_id FROM moved_titles;
DELETE FROM novelty WHERE rowid IN (
    SELECT n.rowid FROM novelty n SEMI JOIN renewed r ON r.site = n.site AND r.issue_id = n.issue_id);
INSERT INTO novelty FROM judgements SEMI JOIN renewed USING (site, issue_id);
"""

TITLE_WORDS = """
-- words of requests' titles, hashed, and how many a title has; place: from the rarest word on
CREATE OR REPLACE TEMP TABLE title_words AS
WITH spread AS (
    SELECT title, words, word FROM (
        SELECT t.rowid AS title, len(list_filter(t.words, lambda w: w > 0)) AS words, unnest(t.words) AS word
        FROM titles t SEMI JOIN requests USING (site, issue_id)
    ) WHERE word > 0
),
placed AS (
    SELECT s.title, s.words, s.word, row_number() OVER (PARTITION BY s.title ORDER BY d.uses, s.word) AS place
    FROM spread s JOIN (SELECT word, count(*) AS uses FROM spread GROUP BY word) d USING (word)
)
SELECT t.site, t.issue_id, p.word, p.words, p.place FROM placed p JOIN titles t ON t.rowid = p.title;
"""
