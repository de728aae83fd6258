"""Titles as novelty looks at them: their words, hashed, and how new these were to the team; kept for the next night."""

from vcjira.mirror import Mirror


def read(mirror: Mirror) -> None:
    """Bring the internal table `titles` up to date after the issues of the temporary view `changed_issues` changed.

    Makes the temporary tables `moved_titles`: of those that came, went or are others, as they were and as they are;
    `moved_months`: per site the first month with such; `fresh_titles`: those whose score may have changed.
    """
    mirror.run(TITLES)
    mirror.run(SCORES)


def words(mirror: Mirror) -> None:
    """Make the temporary table `title_words` of all that `requests` holds."""
    mirror.run(TITLE_WORDS)


_TOKENS = r"regexp_extract_all(lower(i.summary), '[\p{L}\p{N}][\p{L}\p{N}_.+#-]*[\p{L}\p{N}+#]|[\p{L}\p{N}]')"
WORDS = f"list_filter({_TOKENS}, lambda w: len(w) >= 2 AND NOT regexp_full_match(w, '[0-9.]+'))[:24]"
HASH = "CAST(hash({}) >> 24 AS BIGINT)"
"""40 bits: so few are alike in millions of words, and so they take less room."""
BUCKET = "CAST(floor(epoch({}) / 2592000) AS INTEGER)"
PLACE = "hash(site, coalesce(team, ''))"


TITLES = f"""
CREATE OR REPLACE TEMP TABLE read_titles AS
WITH cut AS (
    SELECT i.site, i.issue_id, i.created, i.reporter_id, c.team, {WORDS} AS words
    FROM present i SEMI JOIN changed_issues a ON a.site = i.site AND a.issue_id = i.issue_id
    LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
    LEFT JOIN machines m ON m.site = i.site AND m.account_id = i.reporter_id
    WHERE i.summary IS NOT NULL AND i.summary <> '' AND m.account_id IS NULL
)
SELECT * REPLACE (list_transform(words, lambda w, n: CASE WHEN list_position(words, w) < n
    THEN -{HASH.format("w")} ELSE {HASH.format("w")} END) AS words) FROM cut;

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
SELECT {PLACE} AS place, min(created) AS since FROM moved_titles GROUP BY place;
CREATE OR REPLACE TEMP TABLE moved_months AS
SELECT site, min({BUCKET.format("created")}) AS bucket FROM moved_titles GROUP BY site;

-- the titles of a team from the first on that moved: only they are scored
CREATE OR REPLACE TEMP TABLE fresh_titles AS
SELECT t.* FROM (
    SELECT * EXCLUDE (score), {PLACE} AS place FROM titles ANTI JOIN changed_issues USING (site, issue_id)
    UNION ALL SELECT *, {PLACE} FROM read_titles
) t JOIN moved_places p ON p.place = t.place AND t.created >= p.since;
DELETE FROM titles WHERE rowid IN (
    SELECT t.id FROM (SELECT rowid AS id, created, {PLACE} AS place FROM titles) t
    JOIN moved_places p ON p.place = t.place AND t.created >= p.since
);
"""

SCORES = f"""
-- the share of a title that is new to its team: words used there at least twice before, the first time under 120 days
-- ago; a word weighs the more, the rarer it has been up to then
INSERT INTO titles
WITH known_titles AS (SELECT {PLACE} AS place, created, words FROM titles),
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


def terms(titles: str) -> str:
    """SQL: the words and pairs of words of titles, each once."""
    told = f"SELECT site, issue_id, reporter_id, {BUCKET.format('created')} AS bucket"
    return f"""(
    SELECT site, issue_id, reporter_id, bucket, CAST(word AS UBIGINT) AS term
    FROM ({told}, unnest(words) AS word FROM {titles}) WHERE word > 0
    UNION ALL
    SELECT site, issue_id, reporter_id, bucket, hash(abs(word), abs(next)) AS term
    FROM ({told}, unnest(words[:-2]) AS word, unnest(words[2:]) AS next FROM {titles}) WHERE word > 0 OR next > 0
)"""


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
