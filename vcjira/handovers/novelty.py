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


def _score(mirror: Mirror, changed: str) -> None:
    """Titles and their scores, of a team from the first on that these issues moved; themes from its month on."""
    mirror.run(f"CREATE OR REPLACE TEMP VIEW changed_issues AS SELECT site, issue_id FROM {changed}")
    titles.read(mirror)
    themes.find(mirror)


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
FROM (SELECT *, {PLACE} AS place, {BUCKET.format("created")} AS bucket FROM titles) t
LEFT JOIN touched f ON f.site = t.site AND f.issue_id = t.issue_id
LEFT JOIN moved_months m ON m.site = t.site
WHERE f.issue_id IS NOT NULL OR t.bucket >= m.bucket - 2;

CREATE OR REPLACE TEMP TABLE judgements AS
WITH carried AS (
    SELECT u.site, u.issue_id, arg_max(t.theme, (t.g2, t.theme)) AS theme
    FROM {terms("judged")} u
    JOIN themes t ON t.site = u.site AND t.term = u.term AND u.bucket BETWEEN t.bucket - 2 AND t.bucket
    GROUP BY u.site, u.issue_id
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
