"""A view of the mirror in which only some issues exist: the same statements then derive just these."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from vcjira.mirror import Mirror


@contextmanager
def narrowed(mirror: Mirror, among: str, *, read: Sequence[str], filled: Mapping[str, str]) -> Iterator[None]:
    """Within, of the tables `read` there are only the rows of the issues that the table `among` lists; the tables
    `filled` are empty, and what is put into them takes the place of the rows of these issues in the end.

    Temporary tables of the same names stand before the real ones; call it in a transaction. `filled` maps a table to a
    condition: only rows for which it holds are taken out.
    """
    home = f'"{mirror.value("SELECT current_database()")}".main'
    for name in read:
        mirror.run(f"CREATE TEMP TABLE {name} AS SELECT * FROM {home}.{name} SEMI JOIN {among} USING (site, issue_id)")
    for name in filled:
        mirror.run(f"CREATE TEMP TABLE {name} AS FROM {home}.{name} LIMIT 0")
    yield  # when it fails, the transaction around it takes the tables back
    for name, condition in filled.items():
        mirror.run(
            f"DELETE FROM {home}.{name} WHERE {condition}"
            f" AND (site, issue_id) IN (SELECT (site, issue_id) FROM {among})"
        )
        mirror.run(f"INSERT INTO {home}.{name} FROM temp.{name} ORDER BY site, issue_id")
    for name in (*read, *filled):
        mirror.run(f"DROP TABLE temp.{name}")
