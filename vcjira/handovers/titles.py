"""Titles as novelty looks at them: their words, hashed, and how new these were to the team; kept for the next night."""

from vcjira.handovers.talk import UNKNOWN
from vcjira.mirror import Mirror

AT_ONCE = 300_000
"""Titles that are scored at once: their words are put in order in memory."""


def read(mirror: Mirror) -> None:
    """Bring the internal table `titles` up to date after the issues of the temporary view `changed_issues` changed.

    Makes the temporary tables `moved_titles`: of those that came, went or are others, as they were and as they are;
    `moved_months`: per site the first month with such; `fresh_titles`: those whose score may have changed.
    """
    changed = _read("SEMI JOIN changed_issues USING (site, issue_id)")
    mirror.run(f"CREATE OR REPLACE TEMP TABLE read_titles AS {changed}")
    mirror.run(MOVED)
    _score(mirror)


def read_all(mirror: Mirror) -> None:
    """Fill the internal table `titles`, which is empty; makes `moved_months` as well."""
    mirror.run(f"CREATE OR REPLACE TEMP TABLE fresh_titles AS SELECT *, {PLACE} AS place FROM ({_read()})")
    mirror.run(ALL_MOVED)
    _score(mirror)
    mirror.run("DROP TABLE fresh_titles")


def _score(mirror: Mirror) -> None:
    """Add `fresh_titles` to `titles`, those of some teams after the others."""
    mirror.run("CREATE OR REPLACE TEMP TABLE scores (title BIGINT, score DOUBLE)")
    parts = 1 + mirror.value("SELECT count(*) FROM fresh_titles") // AT_ONCE
    for part in range(parts):
        mirror.run(SCORES.format(among=f"place % {parts} = {part}"))
    mirror.run(SCORED)
    mirror.run("DROP TABLE scores")


def words(mirror: Mirror) -> None:
    """Make the temporary tables `asked_titles`, of all that `requests` holds, and `title_words`."""
    mirror.run(ASKED_TITLES)
    for first, last in mirror.tuples("SELECT min(title), max(title) FROM asked_titles HAVING count(*) > 0"):
        for title in range(first, last + 1, AT_ONCE):
            mirror.run(TITLE_WORDS.format(first=title, past=title + AT_ONCE))


_TOKENS = r"regexp_extract_all(lower(i.summary), '[\p{L}\p{N}][\p{L}\p{N}_.+#-]*[\p{L}\p{N}+#]|[\p{L}\p{N}]')"
_TELLS = "len(w) >= 2 AND CASE WHEN w < ':' THEN NOT regexp_full_match(w, '[0-9.]+') ELSE true END"
"""Only what begins with a digit is looked at twice; most words do not."""
WORDS = f"list_filter({_TOKENS}, lambda w: {_TELLS})[:24]"
HASH = "CAST(hash({}) >> 24 AS BIGINT)"
"""40 bits: so few are alike in millions of words, and so they take less room."""
BUCKET = "CAST(floor(epoch({}) / 2592000) AS INTEGER)"
PLACE = "hash(site, coalesce(team, ''))"


def _read(among: str = "") -> str:
    """SQL: the titles of present issues, of people."""
    return f"""
WITH cut AS (
    SELECT i.site, i.issue_id, i.created, i.reporter_id, c.team, {WORDS} AS words
    FROM (FROM present {among}) i
    LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
    LEFT JOIN machines m ON m.site = i.site AND m.account_id = i.reporter_id
    WHERE i.summary IS NOT NULL AND i.summary <> '' AND m.account_id IS NULL
)
SELECT * REPLACE (list_transform(words, lambda w, n: CASE WHEN list_position(words, w) < n
    THEN -{HASH.format("w")} ELSE {HASH.format("w")} END) AS words) FROM cut"""


ALL_MOVED = f"""
CREATE OR REPLACE TEMP TABLE moved_places AS SELECT place, min(created) AS since FROM fresh_titles GROUP BY place;
CREATE OR REPLACE TEMP TABLE moved_months AS
SELECT try_cast(site AS site_name) AS site, min({BUCKET.format("created")}) AS bucket FROM fresh_titles GROUP BY ALL;
"""

MOVED = f"""
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
SELECT try_cast(site AS site_name) AS site, min({BUCKET.format("created")}) AS bucket FROM moved_titles GROUP BY ALL;

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
INSERT INTO scores
WITH known_titles AS (SELECT {PLACE} AS place, created, words FROM titles WHERE {{among}}),
begun AS (
    SELECT place, count(*) AS issues, min(created) AS first
    FROM known_titles SEMI JOIN moved_places USING (place) GROUP BY place
),
fresh AS (SELECT rowid AS title, * FROM fresh_titles WHERE {{among}}),
numbered AS (           -- issues: of the place up to this one; by this number, which is short, words are put in order
    SELECT title, CAST(coalesce(b.issues, 0) + row_number() OVER w AS INTEGER) AS issues,
        created - coalesce(b.first, first_value(created) OVER w) >= INTERVAL '90' DAY AS based
    FROM (SELECT title, place, created, hash(site, issue_id) AS tie FROM fresh) LEFT JOIN begun b USING (place)
    WINDOW w AS (PARTITION BY place ORDER BY created, tie)
),
uses AS (
    SELECT title, created, issues, hash(place, word) AS term
    FROM (SELECT title, place, created, issues, unnest(words) AS word FROM fresh JOIN numbered USING (title))
    WHERE word > 0
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
        created < coalesce(b.first, first_value(created) OVER w) + INTERVAL '120' DAY AS young, issues
    FROM uses LEFT JOIN before b USING (term) WINDOW w AS (PARTITION BY term ORDER BY issues)
),
scored AS (
    SELECT title, round(sum(CASE WHEN uses >= 3 AND young THEN ln(1 + issues / uses) ELSE 0 END)
        / sum(ln(1 + issues / uses)), 9) AS score
    FROM known GROUP BY title
)
SELECT title, score FROM scored SEMI JOIN (FROM numbered WHERE based) USING (title)
"""

SCORED = """
INSERT INTO titles
SELECT f.site, f.issue_id, f.created, f.reporter_id, f.team, f.words, s.score
FROM fresh_titles f LEFT JOIN scores s ON s.title = f.rowid
"""


def terms(titles: str) -> str:
    """SQL: the words and pairs of words of titles, each once."""
    told = f"SELECT title, try_cast(site AS site_name) AS site, reporter_id, {BUCKET.format('created')} AS bucket"
    return f"""(
    SELECT title, site, reporter_id, bucket, CAST(word AS UBIGINT) AS term
    FROM ({told}, unnest(words) AS word FROM {titles}) WHERE word > 0
    UNION ALL
    SELECT title, site, reporter_id, bucket, hash(abs(word), abs(next)) AS term
    FROM ({told}, unnest(words[:-2]) AS word, unnest(words[2:]) AS next FROM {titles}) WHERE word > 0 OR next > 0
)"""


ASKED_TITLES = f"""
-- a title goes by its number, as what is compared is narrow then; asking: whose requests are compared with each other
CREATE OR REPLACE TEMP TABLE told_titles AS
SELECT r.site, r.issue_id, r.created, r.organization, r.team, r.bulk, CAST(hash(r.site, r.organization,
    CASE WHEN r.organization = '{UNKNOWN}' THEN r.requester_id END) >> 1 AS BIGINT) AS asking, t.words
FROM requests r JOIN (SELECT site, issue_id, words FROM titles) t USING (site, issue_id);
CREATE OR REPLACE TEMP VIEW asked_titles AS SELECT rowid AS title, * EXCLUDE (words) FROM told_titles;
CREATE OR REPLACE TEMP VIEW asked_words AS SELECT rowid AS title, unnest(words) AS word FROM told_titles;
CREATE OR REPLACE TEMP TABLE word_uses AS
SELECT word, count(*) AS uses FROM asked_words WHERE word > 0 GROUP BY word;
CREATE OR REPLACE TEMP TABLE title_words (title BIGINT, word BIGINT, words INTEGER, place INTEGER);
"""

TITLE_WORDS = """
-- words of requests' titles, hashed, and how many a title has; place: from the rarest word on, of which the number of
-- uses stands before the word's 40 bits. What one title alone has is left out
INSERT INTO title_words
WITH placed AS (
    SELECT title, list_sort(list(least(uses, 8_000_000) << 40 | word)) AS placed
    FROM asked_words JOIN word_uses USING (word) WHERE title >= {first} AND title < {past} GROUP BY title
)
SELECT title, word & 1_099_511_627_775, words, place FROM (
    SELECT title, len(placed) AS words, unnest(placed) AS word, generate_subscripts(placed, 1) AS place FROM placed
) WHERE word >= 2::BIGINT << 40
"""
