"""What else patterns ask of the history: steps of status and resolution, and who changed anything when."""

from vcjira.mirror import Mirror


def build(mirror: Mirror) -> None:
    """Make the temporary tables `status_steps`, `resolution_steps` and `acts`; needs the marks and `talk`."""
    mirror.run(STATUS)
    mirror.run(RESOLUTION)
    mirror.run(ACTS)


STATUS = """
CREATE OR REPLACE TEMP TABLE status_steps AS
SELECT c.site, c.issue_id, c.change_id, c.item, c.changed AS happened, c.author_id AS actor_id,
    row_number() OVER w AS step, lead(c.changed) OVER w AS left_at,
    c.from_text AS from_status, c.to_text AS to_status, f.category AS from_category, t.category AS to_category,
    coalesce(f.active, false) AS from_active, coalesce(t.active, false) AS to_active,
    coalesce(f.asking, false) AS from_asking, coalesce(t.asking, false) AS to_asking,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM changes c
JOIN present i ON i.site = c.site AND i.issue_id = c.issue_id
LEFT JOIN status_kinds f ON f.site = c.site AND f.name = lower(c.from_text)
LEFT JOIN status_kinds t ON t.site = c.site AND t.name = lower(c.to_text)
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
WHERE c.field = 'status'
WINDOW w AS (PARTITION BY c.site, c.issue_id
    ORDER BY c.changed, try_cast(c.change_id AS BIGINT), c.change_id, c.item);
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
CREATE OR REPLACE TEMP VIEW acts AS
SELECT c.site, c.issue_id, c.change_id, c.changed AS happened, c.author_id AS actor_id,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM changes c
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
WHERE c.item = 0
"""
