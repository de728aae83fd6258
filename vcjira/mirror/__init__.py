"""The mirror: one DuckDB file that holds what Jira said and what we make of it.

The only room that knows DuckDB. Everybody else asks by SQL text (`rows`, `run`) or hands over whole rows
(`load`); sync hands over issues (`save.save`).
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from vcjira.errors import Busy, Incomplete, Mend
from vcjira.mirror import interrupt, schema

STORAGE = "v1.2.0"
"""Storage version of a new file: readable by DuckDB 1.5, so that a user can go back; the first that knows zstd."""


FRUGAL = "160MB"
"""While issues come in. With half of it batches of long texts no longer fit."""
PORTION = 1_000
"""Rows that are written at once."""
LITTLE = 50_000
"""History entries up to which one thread derives: a second finds next to nothing to do, and costs 8 %."""
LINE = 1_000_000
"""Bytes that DuckDB sets aside for one line of JSON, twice per thread; longer ones get what they need."""


class Mirror:
    """An open mirror. Use as a context manager; `write=False` lets several readers in at once."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.write = write
        self.moment: datetime | None = None
        self._con = _connect(path, write=write)
        try:
            interrupt.listen()
            with _explained(self._con, path):
                _prepare(self._con, path, write=write)
        except BaseException:
            self._con.close()
            raise

    def __enter__(self) -> "Mirror":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._con.close()

    def run(self, sql: str, params: Sequence[object] | dict[str, object] = ()) -> None:
        """Execute one or several statements; parameters only with one."""
        with _explained(self._con, self.path):
            self._con.execute(sql, params or None)

    def tuples(self, sql: str, params: Sequence[object] | dict[str, object] = ()) -> list[tuple[Any, ...]]:
        with _explained(self._con, self.path):
            return self._con.execute(sql, params or None).fetchall()

    def rows(self, sql: str, params: Sequence[object] | dict[str, object] = ()) -> list[dict[str, Any]]:
        with _explained(self._con, self.path):
            cursor = self._con.execute(sql, params or None)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, params: Sequence[object] | dict[str, object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.tuples(sql, params)
        return found[0][0] if found else None

    def refusal(self, sql: str, params: Sequence[object] = ()) -> str | None:
        """Why DuckDB refuses this statement, in its words; None when it runs."""
        try:
            self._con.execute(sql, params or None).fetchall()
        except duckdb.Error as error:
            return str(error).strip().splitlines()[0].rpartition("Error: ")[2]
        return None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):  # it may have been rolled back by what went wrong
                self._con.execute("ROLLBACK")
            raise
        self.run("COMMIT")

    def load(self, table: str, rows: Iterable[Any]) -> None:
        """Append rows (dicts, dataclasses or structs with the table's column names) as one batch.

        Columns that a row lacks become null; times are ISO texts or `datetime`.
        """
        encode = msgspec.json.Encoder().encode_lines
        source = iter(rows)
        with tempfile.NamedTemporaryFile(prefix="vcjira-", suffix=".jsonl") as file:
            with _explained(self._con, self.path):
                longest = 0
                while portion := list(islice(source, PORTION)):
                    written = encode(portion)
                    if len(written) > LINE:
                        longest = max(longest, *map(len, written.split(b"\n")))
                    file.write(written)
                file.flush()
                if not file.tell():
                    return
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in self.columns(table))
            self.run(
                f"INSERT INTO {table} BY NAME SELECT * FROM read_json('{file.name}', format='newline_delimited',"
                f" columns={{{columns}}}, maximum_object_size={max(LINE, 2 * longest)})"
            )

    def replace(self, table: str, select: str, params: dict[str, object] | None = None) -> None:
        """Let a table hold the rows of a SELECT, no two of which are equal; only what differs, by a hash of 64 bits, is
        written.

        From one night to the next hardly any row differs, and a row that is written is written three times: to the
        table, to the log of the transaction, to the file.
        """
        if self.value(f"SELECT count(*) FROM (FROM {table} LIMIT 1)") == 0:
            self.run(f"INSERT INTO {table} BY NAME {select}", params or ())
            return
        # Lists as texts: those that stand beside each other hash alike wherever they are cut.
        columns = (f"{name}::TEXT" if kind.endswith("[]") else name for name, kind in self.columns(table))
        row = f"hash({', '.join(columns)}) AS row"
        self.run(f"CREATE OR REPLACE TEMP TABLE wanted AS FROM {table} LIMIT 0")
        self.run(f"INSERT INTO wanted BY NAME {select}", params or ())
        self.run(
            f"CREATE OR REPLACE TEMP TABLE held_rows AS SELECT rowid AS place, {row} FROM {table};"
            f"CREATE OR REPLACE TEMP TABLE wanted_rows AS SELECT rowid AS place, {row} FROM wanted;"
            f"DELETE FROM {table} WHERE rowid IN (SELECT place FROM held_rows ANTI JOIN wanted_rows USING (row));"
            f"INSERT INTO {table} FROM wanted"
            " WHERE rowid IN (SELECT place FROM wanted_rows ANTI JOIN held_rows USING (row));"
            "DROP TABLE wanted; DROP TABLE held_rows; DROP TABLE wanted_rows"
        )

    def columns(self, table: str) -> list[tuple[str, str]]:
        """Names and types, as the table stands before others of its name."""
        with _explained(self._con, self.path):
            found = self._con.execute(f"FROM {table} LIMIT 0").description or ()
        return [(column[0], str(column[1])) for column in found]

    def meta(self, name: str) -> str | None:
        found = self.value("SELECT value FROM meta WHERE name = ?", [name])
        return None if found is None else str(found)

    def set_meta(self, name: str, value: str) -> None:
        self.run("DELETE FROM meta WHERE name = ?", [name])
        self.run("INSERT INTO meta VALUES (?, ?)", [name, value])

    def touch(self) -> None:
        """Say that the content changed: whatever is derived from it is stale."""
        self.set_meta("content", str(int(self.meta("content") or 0) + 1))
        self.set_meta("stale", "all")

    def touch_issues(self, site: str, ids: Sequence[str]) -> None:
        """Say that only these issues changed, or, with none, only people."""
        self.set_meta("content", str(int(self.meta("content") or 0) + 1))
        if ids:
            self.run("INSERT INTO stale SELECT ?, unnest(?::VARCHAR[])", [site, list(ids)])

    @contextmanager
    def deriving(self) -> Iterator[None]:
        """Within, `now` is asked for once, as deriving does not change it; and of little, one thread derives it all."""
        self.moment = now(self)
        threads = self.value("SELECT current_setting('threads')")
        if self.value("SELECT count(*) FROM changes") <= LITTLE:
            self.run("SET threads = 1")
        try:
            yield
        finally:
            self.moment = None
            with suppress(duckdb.Error):  # in a transaction that failed nothing can be set
                self._con.execute(f"SET threads = {threads}")

    @contextmanager
    def frugal(self) -> Iterator[None]:
        """Within, DuckDB keeps no more than FRUGAL in memory: writing needs little, and need not hold what it wrote."""
        self.run(f"SET memory_limit = '{FRUGAL}'")
        try:
            yield
        finally:
            self.run("RESET memory_limit")

    def drop_temporary(self, but: Sequence[str] = ()) -> None:
        """Drop the temporary tables and views `but` some: what there is when a transaction ends is copied once more."""
        found = self.tuples(
            "SELECT 'VIEW', view_name FROM duckdb_views() WHERE temporary AND NOT internal"
            " UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary AND NOT internal"
        )
        if dropped := [f'DROP {kind} temp."{name}"' for kind, name in found if name not in but]:
            self.run("; ".join(dropped))

    def checkpoint(self) -> None:
        self.run("CHECKPOINT")


def _connect(path: Path, *, write: bool) -> duckdb.DuckDBPyConnection:
    memory = str(path) == ":memory:"
    if not write and not memory and not path.exists():
        raise Mend("there is no mirror yet", where=str(path), hint="run `vcjira sync` first")
    config: dict[str, str | bool | int | float | list[str]] = {}
    if write and not memory:
        config["storage_compatibility_version"] = STORAGE
    try:
        if not memory:
            path.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(path), read_only=not write, config=config)
    except (duckdb.Error, OSError) as error:
        raise _explain(error, path) from None


def _prepare(con: duckdb.DuckDBPyConnection, path: Path, *, write: bool) -> None:
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    memory = str(path) == ":memory:"
    version = None if memory else _version(con)
    if memory or (version is None and write and not con.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchone()):
        con.execute("BEGIN")
        con.execute(schema.TABLES)
        con.execute("INSERT INTO meta VALUES ('version', ?)", [str(schema.VERSION)])
        con.execute("COMMIT")
        con.execute("CHECKPOINT")
        return
    if version is None:
        raise Mend(
            "this DuckDB file is not a vcjira mirror",
            where=str(path),
            hint="name another file under `mirror:`; vcjira will create it",
        )
    if version > schema.VERSION:
        raise Mend(
            f"the mirror has schema version {version}, this vcjira knows {schema.VERSION}",
            where=str(path),
            hint="upgrade vcjira, or name another file under `mirror:`",
        )
    if version < schema.VERSION:
        if not write:
            raise Mend(
                f"the mirror has schema version {version} and must be brought to {schema.VERSION}",
                where=str(path),
                hint="run `vcjira sync`, which does it",
            )
        _migrate(con, version)


def _version(con: duckdb.DuckDBPyConnection) -> int | None:
    """Of the schema; None in what is no mirror. Asked at once: a list of the tables first is a fifth of opening one."""
    with suppress(duckdb.CatalogException, duckdb.BinderException, TypeError, ValueError):  # no `meta`, or another's
        found = con.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        return None if found is None else int(found[0])
    return None


def _migrate(con: duckdb.DuckDBPyConnection, version: int) -> None:
    for step in range(version + 1, schema.VERSION + 1):
        con.execute("BEGIN")
        con.execute(schema.STEPS[step])
        con.execute("UPDATE meta SET value = ? WHERE name = 'version'", [str(step)])
        con.execute("COMMIT")
        con.execute("CHECKPOINT")


@contextmanager
def _explained(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    try:
        with interrupt.heeded(con):
            yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # so DuckDB tells of Ctrl-C in the middle of a statement
            raise KeyboardInterrupt from None
        raise
    except (duckdb.Error, OSError) as error:
        meaning = _explain(error, path)
        if meaning is error:
            raise
        raise meaning from None


def _explain(error: Exception, path: Path) -> Exception:
    """What an error of the file system or of DuckDB's file layer means to the user."""
    text = str(error)
    where = str(path)
    if isinstance(error, duckdb.IOException) and "lock" in text:
        return Busy("another run holds the mirror", where=where, hint="wait for it to end, then call again")
    if "No space left" in text or "File too large" in text or "out of disk" in text.lower() or "Disk quota" in text:
        return Incomplete(
            "the disk is full; what was saved before is kept", where=where, hint="make room, then run again"
        )
    if isinstance(error, PermissionError) or "Permission denied" in text:
        return Mend("the mirror may not be opened", where=where, hint="check the file's owner and permissions")
    if "storage version" in text or "newer version" in text:
        return Mend("the mirror was written by a newer DuckDB", where=where, hint="upgrade the duckdb package")
    if isinstance(error, duckdb.Error) and (
        "not a valid DuckDB" in text or "Cannot open" in text or "corrupt" in text.lower()
    ):
        return Mend(
            "this file is not a vcjira mirror",
            where=where,
            hint="name another file under `mirror:`; vcjira will create it",
        )
    return error


def now(mirror: Mirror) -> datetime:
    """The moment everything is judged at: the newest sync of any site, by the servers' clocks; never our clock.

    A mirror without a sync (an imported log, a test) is judged at its newest event.
    """
    if mirror.moment is not None:
        return mirror.moment
    found = mirror.value("SELECT max(last_sync) FROM sites")
    if found is None:
        found = mirror.value(
            "SELECT max(m) FROM (SELECT max(updated) AS m FROM issues UNION ALL SELECT max(changed) FROM changes)"
        )
    return found if isinstance(found, datetime) else datetime(1970, 1, 1)
