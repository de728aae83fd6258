"""What else patterns ask of the history: steps of status and resolution, and who changed anything when."""

from vcjira.mirror import Mirror


def build(mirror: Mirror) -> None:
    """Make the temporary tables `status_steps`, `resolution_steps` and `acts`; needs the marks and `talk`."""
    mirror.run(STATUS)
    mirror.run(RESOLUTION)
    mirror.run(ACTS)


STATUS = """
CREATE OR REPLACE TEMP TABLE status_steps AS
WITH steps AS (         -- put in order first: what is joined need not be sorted
    SELECT site, issue_id, change_id, item, changed AS happened, author_id AS actor_id, from_text, to_text,
        row_number() OVER w AS step, lead(changed) OVER w AS left_at
    FROM changes c SEMI JOIN present USING (site, issue_id)
    WHERE c.field = 'status'
    WINDOW w AS (PARTITION BY site, issue_id ORDER BY changed, try_cast(change_id AS BIGINT), change_id, item)
)
SELECT s.site, s.issue_id, s.change_id, s.item, s.happened, s.actor_id, s.step, s.left_at,
    s.from_text AS from_status, s.to_text AS to_status, f.category AS from_category, t.category AS to_category,
    coalesce(f.active, false) AS from_active, coalesce(t.active, false) AS to_active,
    coalesce(f.asking, false) AS from_asking, coalesce(t.asking, false) AS to_asking,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM steps s
LEFT JOIN status_kinds f ON f.site = s.site AND f.name = lower(s.from_text)
LEFT JOIN status_kinds t ON t.site = s.site AND t.name = lower(s.to_text)
LEFT JOIN bulk_changes b ON b.site = s.site AND b.issue_id = s.issue_id AND b.change_id = s.change_id
LEFT JOIN machines m ON m.site = s.site AND m.account_id = s.actor_id
"""

RESOLUTION = """
CREATE OR REPLACE TEMP TABLE resolution_steps AS
SELECT c.site, c.issue_id, c.change_id, c.item, c.changed AS happened, c.author_id AS actor_id,
    nullif(c.from_text, '') AS from_resolution, nullif(c.to_text, '') AS to_resolution,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM changes c
JOIN present i ON i.site = c.site AND i.issue_id = c.issue_id
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
WHERE c.field = 'resolution';
"""

ACTS = """
CREATE OR REPLACE TEMP TABLE acts AS
SELECT c.site, c.issue_id, c.change_id, c.changed AS happened, c.author_id AS actor_id,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM (
    FROM changes SEMI JOIN (SELECT site, issue_id FROM present WHERE status_category IS DISTINCT FROM 'done')
        USING (site, issue_id)
    WHERE item = 0
) c
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
"""
"""Of open issues: nobody asks for others'."""
