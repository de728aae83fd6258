"""A view of the mirror in which only some issues exist: the same statements then derive just these, and faster."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vcjira.mirror import Mirror

NUMBERS = {"issue_id": "issues", "change_id": "changes"}
"""Ids that may be numbers for the time -> the table that has all of them."""
NAMED = ("people", "person_teams", "identities", "affiliations", "templates", "status_kinds")
"""Tables that issues are joined with by site."""


@contextmanager
def narrowed(
    mirror: Mirror,
    among: str,
    *,
    read: Sequence[str],
    filled: Sequence[str],
    seen: Sequence[str] = (),
    typed: bool = True,
) -> Iterator[None]:
    """Within, of the tables `read` there are only the rows for which the condition `among` on site and issue_id holds;
    the tables `filled` are empty, and what is put into them is added to the real ones in the end.

    Temporary tables of the same names stand before the real ones; call it in a transaction. Those named in `seen` are
    views: better where the condition costs little and few columns are read at a time. Where `typed` is set, sites are
    an ENUM in them, and ids of issues and history entries numbers where all of them are: comparing, sorting and joining
    by texts is half of what a derivation costs.
    """
    home = f'"{mirror.value("SELECT current_database()")}".main'
    types = _types(mirror, home, among) if typed else {}
    whole = NAMED if typed else ()
    parts = [(name, f"WHERE {among}") for name in read] + [(name, "LIMIT 0") for name in filled]
    for name, which in [*parts, *((name, "") for name in whole)]:
        columns = [column for column, _ in mirror.columns(f"{home}.{name}") if column in types]
        cast = ", ".join(f"try_cast({column} AS {types[column]}) AS {column}" for column in columns)
        chosen = f"* REPLACE ({cast})" if cast else "*"
        mirror.run(
            f"CREATE TEMP {'VIEW' if name in seen else 'TABLE'} {name} AS SELECT {chosen} FROM {home}.{name} {which}"
        )
    yield  # when it fails, the transaction around it takes the tables back
    added = [f"INSERT INTO {home}.{name} FROM temp.{name}" for name in filled]
    dropped = [f"DROP {'VIEW' if name in seen else 'TABLE'} temp.{name}" for name in (*read, *filled, *whole)]
    mirror.run("; ".join([*added, *dropped]))


def listed(table: str, column: str = "issue_id") -> str:
    """SQL: site and issue are in a table; the issue is looked up alone first: that is a third of the work."""
    return f"{column} IN (SELECT {column} FROM {table}) AND (site, {column}) IN (SELECT (site, {column}) FROM {table})"


def _types(mirror: Mirror, home: str, among: str) -> dict[str, str]:
    """Column -> the type it has in the narrowed tables."""
    mirror.run(f"CREATE OR REPLACE TEMP TYPE site_name AS ENUM (SELECT DISTINCT site FROM {home}.issues)")
    types = {"site": "site_name"}
    for name, table in NUMBERS.items():
        number = f"coalesce({name} = try_cast({name} AS BIGINT)::TEXT, false)"  # null is what is no number at all
        if mirror.value(f"SELECT bool_and({number}) FROM {home}.{table} WHERE {among}"):
            types[name] = "BIGINT"
    return types
