"""What is marked before anything is counted: present issues, machines (E1), bulk runs (E6)."""

from vcjira.mirror import Mirror


def mark(mirror: Mirror) -> None:
    """Fill the temporary tables `present`, `machines`, `bulk_changes`."""
    mirror.run(PRESENT)
    mirror.run(NO_BULK)
    parts = 1 + mirror.value("SELECT count(*) FROM changes") // AT_ONCE
    for part in range(parts):
        mirror.run(BULK.format(parts=parts, part=part))


AT_ONCE = 4_000_000
"""History entries whose bulk runs are looked for at once: so many fit into memory, author by author."""


PRESENT = """
CREATE OR REPLACE TEMP TABLE present AS
SELECT site, issue_id, key, project, type, status, status_category, priority, created, updated, resolved, reporter_id,
    creator_id, assignee_id, parent_key, team_field, labels, components, request_type, summary, history_complete,
    comments_complete, resolution, due, lint
FROM issues WHERE presence = 'present' AND created IS NOT NULL;

CREATE OR REPLACE TEMP TABLE machines AS SELECT DISTINCT site, account_id FROM people WHERE bot;
"""

NO_BULK = """
CREATE OR REPLACE TEMP TABLE bulk_changes (
    site TEXT, issue_id TEXT, change_id TEXT, author_id TEXT, run TIMESTAMP
)
"""

BULK = """
-- E6: one author's history entries with gaps of at most 60 s that touch at least 10 issues. Such a run has five entries
-- within some ten minutes of the clock, and none of it lies further than ten minutes from such: the rest is not sorted
INSERT INTO bulk_changes
WITH entries AS (
    SELECT site, issue_id, change_id, changed, author_id, CAST(epoch(changed) AS BIGINT) // 600 AS slot
    FROM changes WHERE item = 0 AND author_id IS NOT NULL AND hash(author_id) % {parts} = {part}
),
dense AS MATERIALIZED (
    SELECT key FROM (SELECT hash(site, author_id, slot) AS key, slot FROM entries) GROUP BY key HAVING count(*) >= 5
),
near AS (
    SELECT * FROM entries WHERE hash(site, author_id, slot) IN (SELECT key FROM dense)
        OR hash(site, author_id, slot - 1) IN (SELECT key FROM dense)
        OR hash(site, author_id, slot + 1) IN (SELECT key FROM dense)
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
SELECT r.site, r.issue_id, r.change_id, r.author_id, b.started AS run
FROM runs r
JOIN (
    SELECT site, author_id, run, min(changed) AS started FROM runs
    GROUP BY site, author_id, run HAVING count(DISTINCT issue_id) >= 10
) b ON b.site = r.site AND b.author_id = r.author_id AND b.run = r.run
"""
