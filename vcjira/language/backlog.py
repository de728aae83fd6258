"""The backlog lint: open features that name no customer, stories that name no user, and candidates where Jira has any.

A feature names a customer by its organizations, a filled customer field, a name in summary or description, or by being
linked to what a customer asked. A story names a user by "As a ...", or by a word for users in its summary.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror

USERS = (
    "user", "users", "customer", "customers", "visitor", "visitors", "buyer", "buyers", "reader", "readers", "admin",
    "admins", "administrator", "administrators", "agent", "agents", "member", "members", "guest", "guests", "operator",
    "operators", "developer", "developers",
)  # fmt: skip
"""Words for users, besides `language.users`."""
MOST = 5


@dataclass(frozen=True, slots=True)
class Nameless:
    """An open item that names nobody; `candidates` are what issues around it name, likeliest first."""

    kind: str
    site: str
    key: str
    created: datetime
    summary: str | None
    team: str | None
    candidates: tuple[str, ...]


def backlog(
    mirror: Mirror, settings: Settings, projects: list[str], as_of: datetime
) -> tuple[list[Nameless], dict[str, int]]:
    """Open features without a customer and stories without a user; and how many of each there are in all."""
    wanted = settings.language
    mirror.run("CREATE OR REPLACE TEMP TABLE lint_names (name TEXT)")
    names = [{"name": name.lower()} for name in wanted.customers if name.strip()]
    mirror.load("lint_names", names)
    mirror.run(CUSTOMERS)
    mirror.run(
        ITEMS,
        {
            "features": [kind.lower() for kind in wanted.feature_types],
            "stories": [kind.lower() for kind in wanted.story_types],
            "projects": projects,
            "as_of": as_of,
        },
    )
    mirror.run(AROUND)
    users = [word.lower() for word in (*USERS, *wanted.users)]
    fields = [name.lower() for name in settings.chain.outcomes.fields]
    rows = mirror.rows(NAMELESS, {"users": users, "fields": fields})
    totals = dict(mirror.tuples("SELECT kind, count(*) FROM lint_items GROUP BY kind"))
    return [_nameless(row) for row in rows], totals


def _nameless(row: dict[str, Any]) -> Nameless:
    candidates = tuple(str(name) for name in row["candidates"] or ())
    return Nameless(
        row["kind"], row["site"], row["key"], row["created"], row["summary"], row["team"], candidates[:MOST]
    )


CUSTOMERS = """
-- everything that is a customer's name here: what is configured, and organizations with requests as customer or partner
CREATE OR REPLACE TEMP TABLE lint_customers AS
SELECT DISTINCT lower(organization) AS name FROM classes
WHERE class IN ('customer', 'partner') AND organization IS NOT NULL AND NOT own_team
UNION SELECT name FROM lint_names
"""

ITEMS = """
CREATE OR REPLACE TEMP TABLE lint_items AS
SELECT i.site, i.issue_id, i.key, i.created, i.summary, i.parent_key, i.organizations, i.labels, i.components, i.lint,
    c.team, c.class, lower(coalesce(i.summary, '')) AS words,
    CASE WHEN list_contains($stories::VARCHAR[], lower(i.type)) THEN 'story' ELSE 'feature' END AS kind
FROM issues i LEFT JOIN classes c USING (site, issue_id)
WHERE i.presence = 'present' AND i.status_category IS DISTINCT FROM 'done' AND i.created <= $as_of
    AND (list_contains($stories::VARCHAR[], lower(i.type)) OR list_contains($features::VARCHAR[], lower(i.type)))
    AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], i.project))
"""

AROUND = """
-- issues around an item: its children, its parent, what it is linked with
CREATE OR REPLACE TEMP TABLE lint_around AS
SELECT x.site, x.issue_id, o.issue_id AS other_id FROM lint_items x
JOIN issues o ON o.site = x.site AND o.parent_key = x.key
UNION
SELECT x.site, x.issue_id, o.issue_id FROM lint_items x JOIN issues o ON o.site = x.site AND o.key = x.parent_key
UNION
SELECT x.site, x.issue_id, o.issue_id FROM lint_items x
JOIN issues o ON o.site = x.site AND o.parent_key = x.parent_key AND o.issue_id <> x.issue_id AND x.kind = 'story'
UNION
SELECT x.site, x.issue_id, o.issue_id FROM lint_items x JOIN links l USING (site, issue_id)
JOIN issues o ON o.site = l.site AND o.key = l.other_key
"""

NAMELESS = """
WITH kept AS (              -- descriptions, where the mirror keeps them
    SELECT site, issue_id, lower(body) AS body FROM texts SEMI JOIN lint_items USING (site, issue_id)
    WHERE comment_id IS NULL
),
by_name AS (
    SELECT DISTINCT x.site, x.issue_id FROM lint_items x LEFT JOIN kept k USING (site, issue_id)
    JOIN lint_customers n ON len(n.name) > 2 AND (contains(x.words, n.name) OR contains(coalesce(k.body, ''), n.name)
        OR list_contains(list_transform(x.labels, lambda t: lower(t)), n.name)
        OR list_contains(list_transform(x.components, lambda t: lower(t)), n.name)
        OR list_contains(x.lint, 'C:' || n.name))
    WHERE x.kind = 'feature'
),
by_field AS (
    SELECT DISTINCT v.site, v.issue_id FROM site_fields f
    JOIN issue_fields v ON v.site = f.site AND contains(v.fields, '"' || f.field_id || '"')
    SEMI JOIN lint_items x ON x.site = v.site AND x.issue_id = v.issue_id
    WHERE list_contains($fields::VARCHAR[], lower(f.name)) OR list_contains($fields::VARCHAR[], lower(f.field_id))
),
around AS (
    SELECT a.site, a.issue_id, c.organization, c.class, o.lint, count(*) AS n
    FROM lint_around a JOIN issues o ON o.site = a.site AND o.issue_id = a.other_id
    LEFT JOIN classes c ON c.site = a.site AND c.issue_id = a.other_id GROUP BY ALL
),
by_link AS (
    SELECT DISTINCT site, issue_id FROM around WHERE class IN ('customer', 'partner')
),
named AS (
    SELECT site, issue_id FROM by_name
    UNION SELECT site, issue_id FROM by_field
    UNION SELECT site, issue_id FROM by_link
    UNION
    SELECT site, issue_id FROM lint_items
    WHERE kind = 'feature' AND (len(organizations) > 0 OR class IN ('customer', 'partner')
        OR len(list_filter(lint, lambda t: starts_with(t, 'C:'))) > 0)
    UNION
    SELECT site, issue_id FROM lint_items
    WHERE kind = 'story' AND (len(list_filter(lint, lambda t: starts_with(t, 'U:'))) > 0
        OR regexp_matches(words, '\\bas an? [a-z]')
        OR list_has_any(regexp_extract_all(words, '[\\w-]+'), $users::VARCHAR[]))
),
ideas AS (
    SELECT a.site, a.issue_id, x.kind, unnest(CASE WHEN x.kind = 'story'
        THEN list_transform(list_filter(a.lint, lambda t: starts_with(t, 'U:')), lambda t: substr(t, 3))
        ELSE list_concat(list_transform(list_filter(a.lint, lambda t: starts_with(t, 'C:')), lambda t: substr(t, 3)),
            CASE WHEN a.organization IS NOT NULL THEN [a.organization] ELSE [] END) END) AS name, a.n
    FROM around a JOIN lint_items x USING (site, issue_id)
),
counted AS (SELECT site, issue_id, name, sum(n) AS n FROM ideas WHERE name <> '' GROUP BY ALL)
SELECT x.kind, x.site, x.key, x.created, x.summary, x.team, c.candidates
FROM lint_items x ANTI JOIN named USING (site, issue_id)
LEFT JOIN (SELECT site, issue_id, list(name ORDER BY n DESC, name) AS candidates FROM counted GROUP BY ALL) c
    USING (site, issue_id)
ORDER BY x.kind, c.candidates IS NULL, x.created DESC, x.key
"""
