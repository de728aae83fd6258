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


_MOVED = """
CREATE OR REPLACE TEMP TABLE moved AS
SELECT i.key FROM walked w JOIN issues i ON i.site = ? AND i.issue_id = w.issue_id WHERE i.key <> w.key
"""

_POINTERS = """
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT issue_id, row_number() OVER (ORDER BY length(issue_id), issue_id) AS place
FROM issues WHERE site = $site AND presence = 'present' AND (parent_key IN (FROM moved)
    OR issue_id IN (SELECT issue_id FROM links WHERE site = $site AND other_key IN (FROM moved)))
"""

_WANTED = """
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT w.issue_id, row_number() OVER (ORDER BY length(w.issue_id), w.issue_id) AS place
FROM walked w LEFT JOIN issues i ON i.site = $site AND i.issue_id = w.issue_id
WHERE $everything OR i.issue_id IS NULL OR i.presence <> 'present' OR i.key <> w.key
   OR w.updated > i.updated OR ($timeless AND (i.updated IS NULL OR w.updated IS NULL))
   OR list_contains($stale, i.status)
   OR i.parent_key IN (FROM moved) OR i.issue_id IN (SELECT issue_id FROM links WHERE site = $site
                                                     AND other_key IN (FROM moved))
"""


def wanted(mirror: Mirror, site: str, *, everything: bool, timeless: bool, stale: Sequence[str]) -> None:
    """Decide what to fetch: new, changed, moved, back again; an index that lags behind us is no reason.

    Issues without an `updated` say nothing of changes; `timeless` fetches them to be sure. `stale` are statuses that
    were renamed; and what points at a moved issue now shows another key.
    """
    mirror.run(_MOVED, [site])
    mirror.run(_WANTED, {"site": site, "everything": everything, "timeless": timeless, "stale": list(stale)})


def count_walked(mirror: Mirror) -> int:
    return int(mirror.value("SELECT count(*) FROM walked"))


def count_wanted(mirror: Mirror) -> int:
    return int(mirror.value("SELECT count(*) FROM wanted"))


def want_pointers(mirror: Mirror, site: str, ids: Sequence[str]) -> int:
    """Want the present issues whose links or parent point at one of `ids`; how many."""
    if not ids:
        return 0
    mirror.run(
        "CREATE OR REPLACE TEMP TABLE moved AS"
        " SELECT key FROM issues WHERE site = ? AND list_contains(?::VARCHAR[], issue_id)",
        [site, list(ids)],
    )
    mirror.run(_POINTERS, {"site": site})
    return count_wanted(mirror)


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


def lagging(mirror: Mirror, site: str) -> tuple[int, float]:
    """How many issues the search index showed older than they were, and by how many seconds at most."""
    count, seconds = mirror.tuples(
        "SELECT count(*), coalesce(max(epoch(i.updated) - epoch(w.updated)), 0)"
        " FROM walked w JOIN issues i ON i.site = ? AND i.issue_id = w.issue_id WHERE w.updated < i.updated",
        [site],
    )[0]
    return int(count), float(seconds)


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
