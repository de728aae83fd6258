"""What is marked before anything is counted: present issues, machines (E1), bulk runs (E6), templates (E18), statuses.

These look across issues: what one issue's marks are may change with another issue.
"""

from vcjira.mirror import Mirror
from vcjira.mirror.narrow import listed

DONE = ("resolved", "closed", "done")
"""Names of statuses that end an issue, where the site does not tell the category."""
WAITING = "(wait|hold|block|pending|review|ready|need.?info|more details|feedback)"
"""Names of statuses in which nobody works, although their category is `indeterminate` (P08)."""
ASKING = "(wait|pending|need|await|more).*(customer|user|reporter|requester|requestor|info|details|feedback|response)"
"""Names of statuses in which the requester is asked (P06, P13)."""


def present(mirror: Mirror) -> None:
    """Make the temporary view `present`, the table `machines` and the type `site_name`."""
    mirror.run(PRESENT)


def mark(mirror: Mirror) -> None:
    """Fill the internal tables `bulk_changes`, `bulk_issues`, `templates`, `status_kinds` anew; after `present`."""
    mirror.run("DELETE FROM bulk_changes; DELETE FROM bulk_issues")
    _bulk(mirror, "changes")
    mirror.run(RAISED.format(among="true"))
    mirror.replace("templates", TEMPLATES.format(keys=REPEATED))
    mirror.replace("status_kinds", _statuses(NAMED))


def mark_again(mirror: Mirror) -> None:
    """Bring the marks up to date where issues of the table `stale` touch them; makes the temporary table `remarked`
    (site, issue_id): the issues of which a mark came or went."""
    for name in ("templates", "status_kinds"):
        mirror.run(f"CREATE OR REPLACE TEMP TABLE old_{name} AS FROM {name}")
    mirror.run(BUSY)
    _bulk(mirror, "busy_entries")
    mirror.run(RAISED.format(among=listed("raising", "creator_id")))
    mirror.run(RECOUNT)
    mirror.replace("templates", TEMPLATES.format(keys="SELECT key FROM recount"))
    mirror.replace("status_kinds", _statuses(NAMED_AGAIN))
    mirror.run(REMARKED)


def _bulk(mirror: Mirror, entries: str) -> None:
    """Add to `bulk_changes` those among these entries of histories."""
    mirror.run("CREATE OR REPLACE TEMP TABLE dense (key BIGINT)")
    for among in _times(mirror, 1 + mirror.value(f"SELECT count(*) FROM {entries}") // AT_ONCE):
        mirror.run(DENSE.format(entries=ENTRIES.format(entries), among=among))
    mirror.run(BULK.format(entries=ENTRIES.format(entries)))


def _times(mirror: Mirror, parts: int) -> list[str]:
    """Conditions that part histories by time, at ten minutes of the clock; evenly, if issues change as they come."""
    shares = [part / parts for part in range(1, parts)]
    found = mirror.value("SELECT quantile_disc(created, ?) FROM present", [shares]) if shares else None
    edges = [f"TIMESTAMP '{t.replace(minute=t.minute // 10 * 10, second=0, microsecond=0)}'" for t in found or []]
    lows, highs = [f"changed >= {edge}" for edge in edges], [f"changed < {edge}" for edge in edges]
    return [" AND ".join(filter(None, ends)) or "true" for ends in zip(["", *lows], [*highs, ""], strict=True)]


def _statuses(named: str) -> str:
    done = ", ".join(f"'{name}'" for name in DONE)
    return STATUSES.format(named=named, done=done, waiting=WAITING, asking=ASKING)


AT_ONCE = 2_000_000
"""History entries of which those of the same minutes are counted at once: in small tables counting is quick."""


PRESENT = """
CREATE OR REPLACE TEMP VIEW present AS
SELECT site, issue_id, key, project, type, status, status_category, priority, created, updated, resolved, reporter_id,
    creator_id, assignee_id, parent_key, team_field, labels, components, request_type, summary, history_complete,
    comments_complete, resolution, due, lint
FROM issues WHERE presence = 'present' AND created IS NOT NULL;

CREATE OR REPLACE TEMP TYPE site_name AS ENUM (SELECT DISTINCT site FROM issues);
CREATE OR REPLACE TEMP TABLE machines AS SELECT DISTINCT site, account_id FROM people WHERE bot;
"""

ENTRIES = """(
    SELECT site, issue_id, change_id, changed, author_id,
        CAST(hash(site, author_id) >> 2 AS BIGINT) + CAST(epoch(changed) AS BIGINT) // 600 AS key
    FROM {} WHERE item = 0 AND author_id IS NOT NULL
)"""
"""`key`: of an author and ten minutes of the clock; the ten minutes beside have the numbers beside."""

DENSE = """
-- E6: one author's history entries with gaps of at most 60 s that touch at least 10 issues. Such a run has five entries
-- within some ten minutes of the clock, and none of it lies further than ten minutes from such: the rest is not sorted
INSERT INTO dense
SELECT unnest([key - 1, key, key + 1]) FROM (
    SELECT key FROM {entries} WHERE {among} GROUP BY key HAVING count(*) >= 5
)
"""

BULK = """
INSERT INTO bulk_changes
WITH near AS (
    SELECT * FROM {entries} WHERE key IN (SELECT key FROM dense)
),
gaps AS (
    SELECT *, changed - lag(changed) OVER w > INTERVAL '60' SECOND AS apart
    FROM near
    WINDOW w AS (PARTITION BY site, author_id ORDER BY changed, change_id)
),
runs AS (
    SELECT site, issue_id, change_id, author_id, changed, sum(CASE WHEN apart THEN 1 ELSE 0 END) OVER (
        PARTITION BY site, author_id ORDER BY changed, change_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS run
    FROM gaps
)
SELECT r.site, r.issue_id, r.change_id, r.author_id, b.started AS run, r.changed
FROM runs r
JOIN (
    SELECT site, author_id, run, min(changed) AS started FROM runs
    GROUP BY site, author_id, run HAVING count(DISTINCT issue_id) >= 10
) b ON b.site = r.site AND b.author_id = r.author_id AND b.run = r.run
"""

RAISED = """
INSERT INTO bulk_issues
WITH chain AS (
    SELECT site, issue_id, creator_id, created, created - lag(created) OVER w > INTERVAL '60' SECOND AS apart
    FROM present WHERE creator_id IS NOT NULL AND {among}
    WINDOW w AS (PARTITION BY site, creator_id ORDER BY created, issue_id)
),
filed AS (
    SELECT site, issue_id, creator_id, sum(CASE WHEN apart THEN 1 ELSE 0 END) OVER (
        PARTITION BY site, creator_id ORDER BY created, issue_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM chain
)
SELECT site, issue_id, creator_id FROM filed SEMI JOIN (
    SELECT site, creator_id, run FROM filed GROUP BY site, creator_id, run HAVING count(*) >= 10
) USING (site, creator_id, run)
"""

TEMPLATES = """
-- the same text by the same author at least five times; by hash, so that few are compared
SELECT site, author_id, digest FROM comments
WHERE digest IS NOT NULL AND author_id IS NOT NULL AND hash(site, author_id, digest) IN ({keys})
GROUP BY site, author_id, digest HAVING count(*) >= 5
"""
REPEATED = "SELECT hash(site, author_id, digest) AS key FROM comments GROUP BY key HAVING count(*) >= 5"

NAMED = "SELECT site, unnest([from_text, to_text]) FROM changes WHERE field = 'status'"
NAMED_AGAIN = f"SELECT site, name FROM old_status_kinds UNION ALL {NAMED} AND {listed('stale')}"
"""SQL: statuses that history names."""

STATUSES = """
WITH worn AS MATERIALIZED (SELECT DISTINCT site, status, status_category FROM present),
told AS (
    SELECT site, lower(name) AS name, min(lower(category)) AS category FROM statuses
    WHERE category IS NOT NULL GROUP BY site, lower(name) HAVING count(DISTINCT lower(category)) = 1
    UNION ALL
    SELECT site, lower(status), min(status_category) FROM worn
    WHERE status_category IS NOT NULL GROUP BY site, lower(status) HAVING count(DISTINCT status_category) = 1
),
named AS (
    SELECT site, lower(name) AS name FROM ({named} UNION SELECT site, status FROM worn) n(site, name)
)
SELECT DISTINCT site, name, category, category = 'indeterminate' AND NOT asking AND NOT waiting AS active,
    asking OR waiting AS waiting, asking
FROM (
    SELECT n.site, n.name, CASE WHEN n.name IN ({done}) THEN 'done' ELSE coalesce(t.category, 'indeterminate') END
        AS category, regexp_matches(n.name, '{asking}') AS asking, regexp_matches(n.name, '{waiting}') AS waiting
    FROM named n LEFT JOIN (SELECT site, name, min(category) AS category FROM told GROUP BY site, name) t
        ON t.site = n.site AND t.name = n.name
    WHERE n.name IS NOT NULL
)
"""


def _near(table: str, who: str, when: str, stale: str) -> str:
    """SQL: of whom a row of stale issues lies, as all rows of a bulk run do, within some ten minutes of five of his."""
    slot = f"CAST(epoch({when}) AS BIGINT) // 600"
    return f"""(
    WITH touched AS (SELECT DISTINCT site, {who}, {slot} AS slot FROM {stale} WHERE {who} IS NOT NULL),
    around AS (
        SELECT DISTINCT site, {who}, hash(site, {who}, slot + later) AS key FROM touched, range(-1, 2) slots(later)
    ),
    dense AS (
        SELECT key FROM (SELECT hash(site, {who}, {slot}) AS key FROM {table}
            WHERE {when} >= (SELECT min({when}) - INTERVAL '20' MINUTE FROM {stale}))
        SEMI JOIN around USING (key) GROUP BY key HAVING count(*) >= 5
    )
    SELECT DISTINCT site, {who} FROM around SEMI JOIN dense USING (key)
)"""


BACK = "INTERVAL '1' DAY"
"""SQL: how far back the beginning of a run is looked for; of whom it lies further all is looked at."""
BUSY = f"""
-- authors and creators of whom a row may have come into a bulk run or gone from one
CREATE OR REPLACE TEMP TABLE stale_entries AS
SELECT site, issue_id, change_id, author_id, changed FROM changes SEMI JOIN stale USING (site, issue_id)
WHERE item = 0 AND author_id IS NOT NULL;
CREATE OR REPLACE TEMP TABLE new_entries AS
FROM stale_entries ANTI JOIN bulk_changes USING (site, issue_id, change_id, author_id, changed);
CREATE OR REPLACE TEMP TABLE gone_entries AS
SELECT site, author_id, changed FROM (FROM bulk_changes SEMI JOIN stale USING (site, issue_id))
    ANTI JOIN stale_entries USING (site, issue_id, change_id, author_id, changed);
CREATE OR REPLACE TEMP TABLE busy_authors AS
FROM {_near("(FROM changes WHERE item = 0)", "author_id", "changed", "new_entries")}
UNION SELECT site, author_id FROM gone_entries;

-- since when their runs may be others: since the last entry up to the first touched one that none lies close before
CREATE OR REPLACE TEMP TABLE busy AS
WITH touched AS (
    SELECT site, author_id, min(changed) AS first
    FROM (SELECT site, author_id, changed FROM new_entries UNION ALL FROM gone_entries)
    SEMI JOIN busy_authors USING (site, author_id) GROUP BY ALL
),
before AS (
    SELECT c.site, c.author_id, c.changed, c.changed - lag(c.changed, 1, t.first - {BACK}) OVER (
        PARTITION BY c.site, c.author_id ORDER BY c.changed) > INTERVAL '60' SECOND AS apart
    FROM changes c JOIN touched t USING (site, author_id)
    WHERE c.item = 0 AND c.changed <= t.first AND c.changed > t.first - {BACK}
        AND c.changed > (SELECT min(first) - {BACK} FROM touched)
)
SELECT t.site, t.author_id, CASE WHEN count(b.changed) = 0 THEN t.first
    ELSE coalesce(max(b.changed) FILTER (b.apart), '-infinity') END AS since
FROM touched t LEFT JOIN before b USING (site, author_id) GROUP BY t.site, t.author_id, t.first;
CREATE OR REPLACE TEMP TABLE old_bulk_changes AS
SELECT c.rowid AS place, c.site, c.issue_id, c.change_id FROM bulk_changes c JOIN busy b USING (site, author_id)
WHERE c.changed >= b.since;
DELETE FROM bulk_changes WHERE rowid IN (SELECT place FROM old_bulk_changes);
CREATE OR REPLACE TEMP TABLE busy_entries AS
SELECT c.site, c.issue_id, c.change_id, c.item, c.changed, c.author_id
FROM changes c JOIN busy b USING (site, author_id)
WHERE c.changed >= b.since AND c.changed >= (SELECT min(since) FROM busy);

CREATE OR REPLACE TEMP TABLE stale_issues AS
SELECT site, creator_id, created FROM present SEMI JOIN stale USING (site, issue_id);
CREATE OR REPLACE TEMP TABLE raising AS
FROM {_near("present", "creator_id", "created", "stale_issues")}
UNION SELECT site, creator_id FROM bulk_issues SEMI JOIN stale USING (site, issue_id);
CREATE OR REPLACE TEMP TABLE old_bulk_issues AS FROM bulk_issues SEMI JOIN raising USING (site, creator_id);
DELETE FROM bulk_issues WHERE (site, creator_id) IN (SELECT (site, creator_id) FROM raising);
"""

RECOUNT = """
CREATE OR REPLACE TEMP TABLE recount AS
SELECT hash(site, author_id, digest) AS key FROM comments SEMI JOIN stale USING (site, issue_id)
UNION SELECT hash(site, author_id, digest) FROM templates;
"""

REMARKED = """
CREATE OR REPLACE TEMP TABLE flipped_templates AS
(FROM templates EXCEPT FROM old_templates) UNION ALL (FROM old_templates EXCEPT FROM templates);
CREATE OR REPLACE TEMP TABLE flipped_statuses AS
SELECT site, name FROM (
    (FROM status_kinds EXCEPT FROM old_status_kinds) UNION ALL (FROM old_status_kinds EXCEPT FROM status_kinds));
CREATE OR REPLACE TEMP TABLE new_bulk_changes AS    -- of these authors, since then
SELECT c.site, c.issue_id, c.change_id FROM bulk_changes c JOIN busy b USING (site, author_id)
WHERE c.changed >= b.since;
CREATE OR REPLACE TEMP TABLE new_bulk_issues AS FROM bulk_issues SEMI JOIN raising USING (site, creator_id);
CREATE OR REPLACE TEMP TABLE remarked AS
SELECT site, issue_id FROM new_bulk_changes ANTI JOIN old_bulk_changes USING (site, issue_id, change_id)
UNION SELECT site, issue_id FROM old_bulk_changes ANTI JOIN new_bulk_changes USING (site, issue_id, change_id)
UNION SELECT site, issue_id FROM new_bulk_issues ANTI JOIN old_bulk_issues USING (site, issue_id)
UNION SELECT site, issue_id FROM old_bulk_issues ANTI JOIN new_bulk_issues USING (site, issue_id)
UNION SELECT site, issue_id FROM comments SEMI JOIN flipped_templates USING (site, author_id, digest)
UNION SELECT site, issue_id FROM present p SEMI JOIN flipped_statuses f ON f.site = p.site AND f.name = lower(p.status)
UNION SELECT c.site, c.issue_id FROM changes c SEMI JOIN flipped_statuses f ON f.site = c.site
    AND f.name IN (lower(c.from_text), lower(c.to_text)) WHERE c.field = 'status';
DROP TABLE old_bulk_changes; DROP TABLE old_bulk_issues; DROP TABLE old_templates; DROP TABLE old_status_kinds;
"""
