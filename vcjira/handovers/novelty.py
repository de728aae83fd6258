"""Which requests are about something new: emerging themes first, then words new to the team, then first uses.

Words and first uses are judged by what came before the issue; a theme is found at the end of its 90 days, and its
issues carry it from then on (patterns.md 5.4). A single issue is never called novel as a fact: the label says which
theme it carries, and reports speak of shares.
Themes: words and pairs of words at least 8 times as frequent in 90 days as ever before, in at least 5 issues of 3
requesters, by a one-sided G test (Dunning 1993), false discovery rate 1 % per month, after at least 100 issues.
"""

from vcjira.handovers import themes, titles
from vcjira.handovers.titles import BUCKET, PLACE, terms
from vcjira.mirror import Mirror

FIRSTS = 10
"""So many of the first uses of a component, a label, a type of request, a pair count as new."""


def derive(mirror: Mirror) -> None:
    """Fill the internal table `novelty` anew, and what it is judged by: `titles`, `themes`, `first_uses`."""
    mirror.run("DELETE FROM titles; DELETE FROM themes; DELETE FROM first_uses; DELETE FROM novelty")
    titles.read_all(mirror)
    themes.find(mirror)
    mirror.run(FIRST_USES.format(among=""))
    mirror.run(f"CREATE OR REPLACE TEMP VIEW judged AS SELECT rowid AS title, {JUDGED_BY} FROM titles")
    mirror.run(f"INSERT INTO novelty {JUDGEMENTS.format(carrying=CARRYING)}")
    mirror.run("DROP TABLE risen_uses")


def derive_again(mirror: Mirror) -> None:
    """Bring them up to date after issues of the temporary table `again` changed: titles are judged anew where that
    makes a difference. Makes the temporary tables `moved_titles` and `renewed` (site, issue_id): the issues of which
    a title, or what is said of it, is not what it was."""
    mirror.run("CREATE OR REPLACE TEMP VIEW changed_issues AS SELECT site, issue_id FROM again")
    titles.read(mirror)
    themes.find(mirror)
    mirror.run(MOVED_THINGS)
    mirror.run(FIRST_USES.format(among="SEMI JOIN moved_things USING (site, thing)"))
    mirror.run(TOUCHED_FIRSTS)
    mirror.run(JUDGED)
    mirror.run(f"CREATE OR REPLACE TEMP TABLE judgements AS {JUDGEMENTS.format(carrying=CARRYING_AGAIN)}")
    mirror.run(RENEWED)


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

JUDGED_BY = f"site, issue_id, reporter_id, created, score, {PLACE} AS place, {BUCKET.format('created')} AS bucket"

JUDGED = f"""
CREATE OR REPLACE TEMP TABLE judged AS
WITH touched AS (
    SELECT site, issue_id FROM fresh_titles UNION SELECT site, issue_id FROM touched_firsts
)
SELECT t.* FROM (SELECT rowid AS title, {JUDGED_BY}, words FROM titles) t
LEFT JOIN touched f ON f.site = t.site AND f.issue_id = t.issue_id
LEFT JOIN moved_months m ON m.site = t.site
WHERE f.issue_id IS NOT NULL OR t.bucket >= m.bucket - 2
"""

CARRYING = "SELECT u.title, t.theme, t.g2 FROM risen_uses u JOIN themes t USING (site, term, bucket)"
"""Which title carries which theme, where all are judged: what was found of them is at hand."""

CARRYING_AGAIN = f"""
SELECT u.title, t.theme, t.g2 FROM {terms("judged")} u
JOIN themes t ON t.term = u.term AND t.site = u.site AND u.bucket BETWEEN t.bucket - 2 AND t.bucket
"""

JUDGEMENTS = f"""
WITH carried AS (
    SELECT title, arg_max(theme, (g2, theme)) AS theme FROM ({{carrying}}) GROUP BY title
),
-- what was usual in a team in the 180 days before a month
wanted AS (SELECT DISTINCT place, bucket FROM judged),
scores AS (
    SELECT {PLACE} AS place, {BUCKET.format("created")} AS bucket, score FROM titles WHERE score IS NOT NULL
),
usual AS (
    SELECT place, bucket, quantile_disc(score, [0.5, 0.95]) AS levels
    FROM (
        SELECT place, bucket + later AS bucket, score FROM scores, range(1, 7) months(later)
        WHERE bucket >= (SELECT min(bucket) - 6 FROM wanted)
    ) SEMI JOIN wanted USING (place, bucket) GROUP BY place, bucket HAVING count(*) >= 20
),
firsts AS (SELECT DISTINCT site, issue_id FROM first_uses),
held AS (
    SELECT j.site, j.issue_id, c.theme, CASE WHEN u.levels IS NOT NULL THEN j.score END AS score,
        f.issue_id IS NOT NULL AS first, j.score > u.levels[2] AS high, j.score <= u.levels[1] AS low
    FROM judged j
    LEFT JOIN carried c ON c.title = j.title
    LEFT JOIN usual u ON u.place = j.place AND u.bucket = j.bucket
    LEFT JOIN firsts f ON f.site = j.site AND f.issue_id = j.issue_id
)
SELECT site, issue_id, CASE WHEN theme IS NOT NULL OR (high AND first) THEN 'novel' ELSE 'routine' END AS kind, theme,
    score
FROM held WHERE theme IS NOT NULL OR (high AND first) OR (low AND NOT first)
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
