"""Rows as sync would leave them, and settings whose directory and decisions are written beside them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror

Row = dict[str, Any]


def memory() -> Mirror:
    return Mirror(Path(":memory:"), write=True)


def settings(folder: Path, *, teams: Row | None = None, sites: Iterable[Row] = (), **people: Any) -> Settings:
    """`directory` and `decisions` are given as text."""
    for name, file in (("directory", "people.csv"), ("decisions", "decisions.txt")):
        if name in people:
            (folder / file).write_text(people[name])
            people[name] = folder / file
    return Settings.model_validate({"people": people, "teams": teams or {}, "sites": list(sites)})


def fill(mirror: Mirror, **tables: Iterable[Row]) -> None:
    """Rows per table; `site` is "s" and issues are present where a row does not say."""
    for table, rows in tables.items():
        mirror.load(table, [_row(table, row) for row in rows])


def _row(table: str, row: Row) -> Row:
    defaults: Row = {"site": "s"}
    if table == "issues":
        number = row["issue_id"]
        defaults |= {
            "presence": "present",
            "created": "2026-06-01T12:00:00",
            "key": f"PLAT-{number}",
            "project": "PLAT",
        }
        defaults["creator_id"] = row.get("reporter_id")
    if table == "lookups":
        defaults["ok"] = True
    return defaults | row
