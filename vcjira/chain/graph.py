"""From an issue towards what it serves: parents, epics and links as edges, and how far everything is from an outcome.

An edge leads from an issue to the one it serves: up to its parent or epic; along a link from the one that blocks,
implements or is depended on. `weak` edges (relates, duplicates, clones) and those to catch-all epics are kept apart;
links and parents that were given in a bulk edit (E6) prove nothing and lead nowhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vcjira.config import Settings
from vcjira.mirror import Mirror

SERVES: Mapping[str, str] = {
    "block": "outward",
    "implement": "outward",
    "deliver": "outward",
    "fulfil": "outward",
    "depend": "inward",
    "require": "inward",
    "caus": "inward",
    "problem/incident": "inward",
    "relate": "weak",
    "duplicate": "weak",
    "clone": "weak",
}
"""Beginning of a link type's name (lower case) -> which end serves the other; unknown types lead nowhere.

`outward`: who has the link outward ("A blocks B") serves the other. `inward`: who has it inward serves: "B is depended
on by A", and "B is caused by A", done because of A.
"""
EPIC_LINKS = ("com.pyxis.greenhopper.jira:gh-epic-link",)


def build(mirror: Mirror, settings: Settings, as_of: datetime) -> None:
    """Make the temporary tables `chain_edges` (who serves whom, of which kind) and `chain_dead` (into the unknown)."""
    rules = {name.lower(): way for name, way in settings.chain.links.items()}
    mirror.run("CREATE OR REPLACE TEMP TABLE chain_ways (beginning TEXT, way TEXT, rank INTEGER)")
    mirror.load("chain_ways", [{"beginning": name, "way": way, "rank": 0} for name, way in rules.items()])
    mirror.load("chain_ways", [{"beginning": name, "way": way, "rank": 1} for name, way in SERVES.items()])
    mirror.run(KEYS)
    mirror.run(PARENTS, {"types": list(EPIC_LINKS)})
    limits: dict[str, object] = {
        "children": settings.chain.catch_all.children,
        "days": settings.chain.catch_all.days,
        "as_of": as_of,
    }
    mirror.run(BULK)
    mirror.run(RAW)
    mirror.run(CATCH_ALL, limits)
    mirror.run(EDGES)
    mirror.run(DEAD)


def reach(mirror: Mirror, name: str, sources: str, kinds: Sequence[str], steps: int, *, through: str = "true") -> None:
    """Make the temporary table `name`: site, issue_id, steps from the nearest of `sources` (a query), against the
    edges; `through` is a condition on the issues `f` that a way may lead through."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    mirror.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT site, issue_id, 0 AS steps FROM ({sources})")
    for step in range(1, steps + 1):
        mirror.run(f"""
            INSERT INTO {name} SELECT DISTINCT e.site, e.issue_id, {step} FROM {name} f
            JOIN chain_edges e ON e.site = f.site AND e.other_id = f.issue_id AND e.kind IN ({listed})
            ANTI JOIN {name} seen ON seen.site = e.site AND seen.issue_id = e.issue_id
            WHERE f.steps = {step - 1} AND (f.steps = 0 OR {through})
        """)


KEYS = """
-- keys of today and of before a move
CREATE OR REPLACE TEMP TABLE chain_keys AS
SELECT site, key, any_value(issue_id) AS issue_id, bool_or(present) AS present FROM (
    SELECT site, key, issue_id, presence = 'present' AS present FROM issues
    UNION ALL
    SELECT c.site, c.from_text, c.issue_id, i.presence = 'present' FROM changes c JOIN issues i USING (site, issue_id)
    WHERE c.field IN ('Key', 'key') AND c.from_text IS NOT NULL AND c.from_text <> i.key
) GROUP BY site, key
"""

PARENTS = """
CREATE OR REPLACE TEMP TABLE chain_parents AS
SELECT site, issue_id, parent_key FROM issues WHERE presence = 'present' AND parent_key IS NOT NULL
UNION
SELECT i.site, i.issue_id, json_extract_string(v.fields, '$."' || f.field_id || '"') AS parent_key
FROM site_fields f JOIN issue_fields v ON v.site = f.site AND contains(v.fields, f.field_id)
JOIN issues i ON i.site = v.site AND i.issue_id = v.issue_id AND i.presence = 'present'
WHERE list_contains($types::VARCHAR[], f.custom)
"""

BULK = """
-- pairs of issues that only bulk edits put together, in either order
CREATE OR REPLACE TEMP TABLE chain_bulk AS
WITH given AS (
    SELECT c.site, c.issue_id, unnest([c.to_value, c.to_text]) AS key, b.change_id IS NOT NULL AS bulk
    FROM changes c LEFT JOIN bulk_changes b USING (site, issue_id, change_id)
    WHERE lower(c.field) IN ('link', 'parent', 'epic link', 'parent link', 'issueparentassociation')
        AND (c.to_value IS NOT NULL OR c.to_text IS NOT NULL)
),
pairs AS (
    SELECT g.site, g.issue_id, k.issue_id AS other_id FROM given g
    JOIN chain_keys k ON k.site = g.site AND k.key = g.key GROUP BY ALL HAVING bool_and(g.bulk)
)
FROM pairs UNION SELECT site, other_id, issue_id FROM pairs
"""

RAW = """
CREATE OR REPLACE TEMP TABLE chain_raw AS
WITH ways AS (
    SELECT t.type, arg_min(w.way, (w.rank, -len(w.beginning))) AS way
    FROM (SELECT DISTINCT type FROM links WHERE type IS NOT NULL) t
    JOIN chain_ways w ON starts_with(lower(t.type), w.beginning) GROUP BY t.type
),
linked AS (
    SELECT l.site, l.issue_id, l.other_key, CASE WHEN w.way = 'weak' THEN 'weak'
        WHEN w.way = l.direction THEN 'serves' ELSE 'served' END AS kind
    FROM links l JOIN ways w USING (type) JOIN issues i USING (site, issue_id)
    WHERE w.way <> 'none' AND i.presence = 'present'
)
SELECT * FROM (
    SELECT l.site, l.issue_id, k.issue_id AS other_id, l.kind, coalesce(k.present, false) AS alive
    FROM linked l LEFT JOIN chain_keys k ON k.site = l.site AND k.key = l.other_key
    UNION ALL
    SELECT p.site, p.issue_id, k.issue_id, 'parent', coalesce(k.present, false)
    FROM chain_parents p LEFT JOIN chain_keys k ON k.site = p.site AND k.key = p.parent_key
    WHERE p.parent_key IS NOT NULL
) r ANTI JOIN chain_bulk USING (site, issue_id, other_id)
"""

CATCH_ALL = """
CREATE OR REPLACE TEMP TABLE chain_catch_all AS
SELECT r.site, r.other_id AS issue_id FROM chain_raw r JOIN issues i ON i.site = r.site AND i.issue_id = r.other_id
WHERE r.kind = 'parent' GROUP BY r.site, r.other_id
HAVING count(*) > $children OR any_value(epoch(coalesce(i.resolved, $as_of)) - epoch(i.created)) > 86400.0 * $days
"""

EDGES = """
CREATE OR REPLACE TEMP TABLE chain_edges AS
SELECT DISTINCT e.site, e.issue_id, e.other_id, CASE WHEN e.kind = 'parent' AND c.issue_id IS NOT NULL THEN 'catch_all'
    WHEN e.kind = 'weak' THEN 'weak' ELSE 'strong' END AS kind
FROM (
    SELECT site, issue_id, other_id, kind FROM chain_raw WHERE alive AND kind <> 'served'
    UNION ALL
    SELECT site, other_id, issue_id, 'serves' FROM chain_raw WHERE alive AND kind = 'served'
    UNION ALL
    SELECT site, other_id, issue_id, 'weak' FROM chain_raw WHERE alive AND kind = 'weak'
) e
LEFT JOIN chain_catch_all c ON c.site = e.site AND c.issue_id = e.other_id
"""

DEAD = """
-- issues that would serve something which the mirror cannot see
CREATE OR REPLACE TEMP TABLE chain_dead AS
SELECT DISTINCT site, issue_id FROM chain_raw WHERE NOT alive AND kind IN ('serves', 'parent')
"""
