"""The audit: the mirror held against a full reading, row by row."""

from pathlib import Path
from typing import Any

from vcjira.mirror import Mirror
from vcjira.mirror.schema import CONTRACT

COMPARED = ("issues", "changes", "comments", "links")
"""What an issue brings along; people are compared through the issues that name them."""


def differences(mirror: Mirror, scratch: Path) -> list[dict[str, Any]]:
    """One row per difference: site, table, issue_id, key, what (missing, surplus or different)."""
    mirror.run(f"ATTACH '{scratch}' AS scratch (READ_ONLY)")
    try:
        return [row for table in COMPARED for row in _of(mirror, table)]
    finally:
        mirror.run("DETACH scratch")


def _of(mirror: Mirror, table: str) -> list[dict[str, Any]]:
    columns = ", ".join(f't."{name}"' for name in CONTRACT[table] if name != "fetched_at")
    present = "" if table == "issues" else " JOIN {db}issues i ON i.site = t.site AND i.issue_id = t.issue_id"
    state = "t" if table == "issues" else "i"
    ours, theirs = (
        f"SELECT {columns} FROM {db}{table} t{present.format(db=db)} WHERE {state}.presence = 'present'"
        for db in ("", "scratch.")
    )
    return mirror.rows(
        f"WITH ours AS ({ours}), theirs AS ({theirs}),"
        " surplus AS (SELECT DISTINCT site, issue_id FROM (SELECT * FROM ours EXCEPT ALL SELECT * FROM theirs)),"
        " missing AS (SELECT DISTINCT site, issue_id FROM (SELECT * FROM theirs EXCEPT ALL SELECT * FROM ours))"
        f" SELECT coalesce(s.site, m.site) AS site, '{table}' AS table, coalesce(s.issue_id, m.issue_id) AS issue_id,"
        " coalesce(i.key, j.key) AS key, CASE WHEN s.site IS NULL THEN 'missing in the mirror'"
        " WHEN m.site IS NULL THEN 'only in the mirror' ELSE 'different' END AS what"
        " FROM surplus s FULL JOIN missing m ON s.site = m.site AND s.issue_id = m.issue_id"
        " LEFT JOIN issues i ON i.site = s.site AND i.issue_id = s.issue_id"
        " LEFT JOIN scratch.issues j ON j.site = m.site AND j.issue_id = m.issue_id ORDER BY 1, 3"
    )
