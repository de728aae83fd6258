"""The walk over (id, updated) held against the mirror: what must be fetched, what is missing, what only lags."""

from collections.abc import Iterator, Sequence

from vcjira.mirror import Mirror
from vcjira.tracker import Stub

SLICE = 10_000


def begin(mirror: Mirror) -> None:
    mirror.run("CREATE OR REPLACE TEMP TABLE walked (issue_id TEXT, key TEXT, updated TIMESTAMP)")


def note(mirror: Mirror, stubs: Sequence[Stub]) -> None:
    mirror.load("walked", stubs)


def settle(mirror: Mirror, *, gone: Sequence[str] = ()) -> None:
    """One row per id, the newest: pages and windows may repeat an issue. `gone` vanished during the walk."""
    mirror.run(
        "CREATE OR REPLACE TEMP TABLE walked AS"
        " SELECT issue_id, arg_max(key, coalesce(updated, TIMESTAMP '1970-01-01')) AS key, max(updated) AS updated"
        " FROM walked WHERE NOT list_contains(?::VARCHAR[], issue_id) GROUP BY issue_id",
        [list(gone)],
    )


_WANTED = """
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT w.issue_id, row_number() OVER (ORDER BY length(w.issue_id), w.issue_id) AS place
FROM walked w LEFT JOIN issues i ON i.site = ? AND i.issue_id = w.issue_id
WHERE ? OR i.issue_id IS NULL OR i.presence <> 'present' OR i.key <> w.key
   OR w.updated > i.updated OR (? AND (i.updated IS NULL OR w.updated IS NULL))
"""


def wanted(mirror: Mirror, site: str, *, everything: bool, timeless: bool) -> int:
    """Decide what to fetch: new, changed, moved, back again; an index that lags behind us is no reason.

    Issues without an `updated` say nothing of changes; `timeless` fetches them to be sure.
    """
    mirror.run(_WANTED, [site, everything, timeless])
    return int(mirror.value("SELECT count(*) FROM wanted"))


def batches(mirror: Mirror, size: int) -> Iterator[list[str]]:
    """The wanted ids in portions; read slice by slice so that millions fit."""
    start = 0
    while True:
        rows = mirror.tuples(
            "SELECT issue_id FROM wanted WHERE place > ? AND place <= ? ORDER BY place", [start, start + SLICE]
        )
        if not rows:
            return
        ids = [row[0] for row in rows]
        yield from (ids[at : at + size] for at in range(0, len(ids), size))
        start += SLICE


def lagging(mirror: Mirror, site: str) -> int:
    return int(
        mirror.value(
            "SELECT count(*) FROM walked w JOIN issues i ON i.site = ? AND i.issue_id = w.issue_id"
            " WHERE w.updated < i.updated",
            [site],
        )
    )


def missing(mirror: Mirror, site: str, projects: Sequence[str]) -> list[tuple[str, str]]:
    """(id, project) held as present and not met on the walk; with `projects`, of these only."""
    return [
        (row[0], row[1])
        for row in mirror.tuples(
            "SELECT issue_id, project FROM issues i WHERE site = ? AND presence = 'present'"
            " AND (len(?::VARCHAR[]) = 0 OR list_contains(?::VARCHAR[], project))"
            " AND issue_id NOT IN (SELECT issue_id FROM walked) ORDER BY length(issue_id), issue_id",
            [site, list(projects), list(projects)],
        )
    ]


def unread(mirror: Mirror, site: str) -> list[tuple[str, int, str]]:
    """(project, how many, examples) met on the walk and not held as new as that."""
    return [
        (row[0], row[1], row[2])
        for row in mirror.tuples(
            "SELECT regexp_extract(w.key, '^(.*)-[^-]*$', 1), count(*), string_agg(w.key, ', ' ORDER BY w.key)"
            " FROM walked w LEFT JOIN issues i ON i.site = ? AND i.issue_id = w.issue_id AND i.presence = 'present'"
            " WHERE i.issue_id IS NULL OR w.updated > i.updated GROUP BY 1 ORDER BY 1",
            [site],
        )
    ]
