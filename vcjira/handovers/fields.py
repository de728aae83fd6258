"""Steps of other things than owner and status: projects, disputed fields, signs of work; links, queues of a team."""

from vcjira.handovers.talk import DISPUTED, side
from vcjira.mirror import Mirror

ROUTING = (
    "assignee", "team", "component", "key", "project", "projectimport", "link", "issuelinks", "remoteissuelink",
    "epic link", "parent", "rank", "global rank", "sprint", "labels", "workflow", "status", "fix version", "version",
    "priority", "reporter", "issuetype", "security", "watcher",
)  # fmt: skip
"""Fields whose change is no sign of work on the content (P21)."""


def build(mirror: Mirror) -> None:
    """Fill the internal table `queue`; make the temporary tables `project_steps`, `field_steps`, and the view
    `work_signs`; needs `status_steps`."""
    mirror.run(PROJECTS)
    disputed = ", ".join(f"'{name}'" for name in DISPUTED)
    now = side(mirror, "c.author_id", "c.happened")
    before = side(mirror, "c.previous_author", "c.previous_happened", "p")
    mirror.run(FIELDS.format(fields=disputed, **now, **{f"previous_{name}": sql for name, sql in before.items()}))
    mirror.run(QUEUE)
    mirror.run(WORK.format(routing=", ".join(f"'{name}'" for name in ROUTING)))


def between(mirror: Mirror) -> None:
    """Make the temporary table `link_edges`, which looks across issues."""
    mirror.run(LINKS)


PROJECTS = r"""
CREATE OR REPLACE TEMP TABLE project_steps AS
SELECT c.site, c.issue_id, c.change_id, c.changed AS happened, c.author_id AS actor_id,
    row_number() OVER (PARTITION BY c.site, c.issue_id
        ORDER BY c.changed, try_cast(c.change_id AS BIGINT), c.change_id, c.item) AS step,
    regexp_replace(c.from_text, '-[0-9]+$', '') AS from_project,
    regexp_replace(c.to_text, '-[0-9]+$', '') AS to_project,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated
FROM changes c
JOIN present i ON i.site = c.site AND i.issue_id = c.issue_id
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
WHERE c.field IN ('Key', 'key')
"""

FIELDS = """
CREATE OR REPLACE TEMP TABLE field_steps AS
WITH told AS (          -- put in order first: what is joined need not be sorted
    SELECT site, issue_id, change_id, lower(field) AS field, changed AS happened, author_id,
        coalesce(from_text, '') AS from_text, coalesce(to_text, '') AS to_text,
        lag(coalesce(from_text, '')) OVER w AS previous_from, lag(author_id) OVER w AS previous_author,
        lag(changed) OVER w AS previous_happened, lag(change_id) OVER w AS previous_change
    FROM changes SEMI JOIN (FROM field_names WHERE lower(field) IN ({fields})) USING (field)
    WINDOW w AS (PARTITION BY site, issue_id, lower(field)
        ORDER BY changed, try_cast(change_id AS BIGINT), change_id, item)
)
SELECT c.site, c.issue_id, c.change_id, c.field, c.happened, c.author_id AS actor_id, c.from_text, c.to_text,
    {side} AS side, b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated, c.previous_from,
    {previous_side} AS previous_side, c.previous_happened, pb.change_id IS NOT NULL AS previous_bulk,
    pm.account_id IS NOT NULL AS previous_automated
FROM told c
JOIN asked a ON a.site = c.site AND a.issue_id = c.issue_id{joins}{previous_joins}
LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
LEFT JOIN bulk_changes pb ON pb.site = c.site AND pb.issue_id = c.issue_id AND pb.change_id = c.previous_change
LEFT JOIN machines pm ON pm.site = c.site AND pm.account_id = c.previous_author
WHERE c.previous_from = c.to_text
"""
"""Only what puts back the value that another change took away."""

LINKS = """
CREATE OR REPLACE TEMP TABLE link_edges AS
WITH linked AS MATERIALIZED (       -- few: else issues may be joined with each other first, by their site
    SELECT site, issue_id, coalesce(to_value, to_text) AS other_key, min(changed) AS linked
    FROM changes WHERE field = 'Link' GROUP BY ALL
)
SELECT l.site, l.issue_id, o.issue_id AS other_id, min(l.linked) AS linked
FROM linked l
JOIN present o ON o.site = l.site AND o.key = l.other_key
SEMI JOIN present i ON i.site = l.site AND i.issue_id = l.issue_id
WHERE o.issue_id <> l.issue_id
GROUP BY l.site, l.issue_id, o.issue_id
"""

QUEUE = """
INSERT INTO queue BY NAME
WITH picks AS (
    SELECT site, issue_id, happened, bulk OR automated AS excused FROM handovers WHERE to_person IS NOT NULL
    UNION ALL
    SELECT site, issue_id, happened, bulk OR automated FROM status_steps WHERE to_active
),
first_pick AS (
    SELECT site, issue_id, min(happened) AS picked, arg_min(excused, (happened, excused)) AS excused
    FROM picks GROUP BY site, issue_id
),
given AS (          -- already somebody's when it was created
    SELECT site, issue_id FROM handovers WHERE seq = 1 AND from_person IS NOT NULL
    UNION ALL
    SELECT site, issue_id FROM present ANTI JOIN handovers USING (site, issue_id) WHERE assignee_id IS NOT NULL
)
SELECT i.site, i.issue_id, c.team, coalesce(i.priority, '') AS priority, coalesce(i.type, '') AS type, i.created,
    p.picked, coalesce(p.excused, false) AS excused,
    least(coalesce(p.picked, TIMESTAMP '9999-01-01'), CASE WHEN i.status_category = 'done'
        THEN coalesce(i.resolved, i.updated, TIMESTAMP '9999-01-01') ELSE TIMESTAMP '9999-01-01' END) AS leaves
FROM present i
JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id
LEFT JOIN first_pick p ON p.site = i.site AND p.issue_id = i.issue_id
WHERE c.team IS NOT NULL AND NOT EXISTS (SELECT 1 FROM given g WHERE g.site = i.site AND g.issue_id = i.issue_id)
"""

WORK = """
CREATE OR REPLACE TEMP VIEW work_signs AS
SELECT c.site, c.issue_id, c.author_id AS actor_id, c.changed AS happened
FROM changes c
SEMI JOIN (FROM field_names WHERE lower(field) NOT IN ({routing})) w ON w.field = c.field
ANTI JOIN owner_fields f ON f.site = c.site AND f.field = lower(c.field)
ANTI JOIN owner_fields i ON i.site = c.site AND i.field = c.field_id
UNION ALL
SELECT s.site, s.issue_id, s.actor_id, s.happened FROM status_steps s WHERE s.to_active
"""
