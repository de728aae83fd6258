"""The tables of the contract as files, for a warehouse or a spreadsheet: each appears whole or not at all."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from vcjira.mirror import Mirror
from vcjira.mirror.schema import CONTRACT

Format = Literal["parquet", "csv", "jsonl"]
TIMES = "TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%f'"
"""Times in texts: UTC, to the microsecond."""


def export(mirror: Mirror, folder: Path, tables: Sequence[str], kind: Format) -> list[Path]:
    """Write `<table>.csv`, `<table>.jsonl` or `<table>/` of Parquet into `folder`; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_one(mirror, folder, table, kind) for table in tables]


def _one(mirror: Mirror, folder: Path, table: str, kind: Format) -> Path:
    target = folder / (table if kind == "parquet" else f"{table}.{kind}")
    fresh = folder / f".{target.name}.new"
    _remove(fresh)
    columns = [f'"{name}"' for name in CONTRACT[table]]
    order = "ORDER BY ALL"
    if kind == "parquet":
        fresh.mkdir()
        select = f"SELECT {', '.join(columns)} FROM {table} {order}"
        _copy(mirror, select, fresh / "part-0.parquet", "FORMAT parquet, COMPRESSION zstd")
    elif kind == "jsonl":
        _copy(mirror, f"SELECT {', '.join(columns)} FROM {table} {order}", fresh, f"FORMAT json, ARRAY false, {TIMES}")
    else:
        lists = {name for name, _ in mirror.tuples(_LISTS, [table])}
        told = [f'to_json("{name}")::VARCHAR AS "{name}"' if name in lists else f'"{name}"' for name in CONTRACT[table]]
        _copy(mirror, f"SELECT {', '.join(told)} FROM {table} {order}", fresh, f"FORMAT csv, HEADER, {TIMES}")
    _remove(target)
    fresh.replace(target)
    return target


_LISTS = "SELECT column_name, 1 FROM duckdb_columns() WHERE table_name = ? AND data_type LIKE '%[]'"


def _copy(mirror: Mirror, select: str, path: Path, options: str) -> None:
    place = str(path).replace("'", "''")
    mirror.run(f"COPY ({select}) TO '{place}' ({options})")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
