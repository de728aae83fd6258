"""The patterns' SQL gives the same hits on PostgreSQL, with nothing but the words of one small table replaced."""

import csv
import io
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from test_patterns_timelines import EXAMPLES
from timeline import World, settings

from vcjira import handovers, people, rules
from vcjira.handovers import paths
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS, choose, prepare, query
from vcjira.patterns.dialects import READS, spelled

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nonexistent"))
TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric", "VARCHAR[]": "text"}
ASKED = sorted({(name, repr(example.options)): example.options for name, example in EXAMPLES}.items())
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not BIN.exists(), reason="needs Debian's postgresql")]


class Server:
    """A PostgreSQL of our own behind a socket in a folder, owned by a user without rights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._who: dict[str, Any] = {}
        if os.getuid() == 0:
            who = pwd.getpwnam("postgres")
            os.chown(folder, who.pw_uid, who.pw_gid)
            self._who = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}

    def call(self, program: str, *arguments: str, text: str = "") -> str:
        said = subprocess.run(
            [BIN / program, *arguments], input=text, capture_output=True, text=True, cwd=self.folder, **self._who
        )
        assert said.returncode == 0, said.stderr
        return said.stdout

    def start(self) -> None:
        self.call("initdb", "-D", "data", "-A", "trust", "-U", "bench", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.call("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self.call("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def sql(self, text: str) -> str:
        return self.call(
            "psql", "-h", str(self.folder), "-U", "bench", "-d", "postgres", "-qv", "ON_ERROR_STOP=1", text=text
        )


@pytest.fixture(scope="module")
def world() -> Iterator[Mirror]:
    """The timelines of all manual pages, with every table that the patterns read."""
    grown = World()
    for _, example in EXAMPLES:
        grown.play(example)
    with Mirror(Path(":memory:"), write=True) as mirror:
        grown.save(mirror)
        for room in (people, rules, handovers):
            room.derive(mirror, settings())
        prepare(mirror, settings())
        for (name, _), options in ASKED:
            one = choose(settings({name: options}), PATTERNS)[name]
            paths.build(mirror, one.level, one.debounce)
        yield mirror


@pytest.fixture(scope="module")
def theirs(world: Mirror) -> dict[tuple[str, str], list[list[str]]]:
    """What PostgreSQL answers, by pattern and options."""
    folder = Path(tempfile.mkdtemp(prefix="vcjira-pg-"))
    server = Server(folder)
    server.start()
    try:
        made = world.tuples("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'path_')")
        server.sql("".join(copied(world, table) for table in (*READS, *sorted(row[0] for row in made))))
        queries = [spelled(sql(world, *asked), "postgresql") for asked in ASKED]
        said = server.sql("\\echo =\n".join(f"COPY ({one}) TO STDOUT (FORMAT csv, NULL '\\N');\n" for one in queries))
    finally:
        server.stop()
        shutil.rmtree(folder)
    answers = (list(csv.reader(io.StringIO(part))) for part in re.split("^=\n", said, flags=re.MULTILINE))
    return {asked: [row for row in answer if row] for (asked, _), answer in zip(ASKED, answers, strict=True)}


def sql(world: Mirror, asked: tuple[str, str], options: Any) -> str:
    one = choose(settings({asked[0]: options}), PATTERNS)[asked[0]]
    return query(world, one, paths.table(one.level, one.debounce))


def copied(mirror: Mirror, table: str) -> str:
    columns = mirror.tuples(f"DESCRIBE {table}")
    made = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind, *_ in columns)
    text = io.StringIO()
    rows = ([r"\N" if value is None else value for value in row] for row in mirror.tuples(f"FROM {table}"))
    csv.writer(text, lineterminator="\n").writerows(rows)
    copy = f"COPY {table} FROM STDIN (FORMAT csv, NULL '\\N')"
    return f"CREATE TABLE {table} ({made});\n{copy};\n{text.getvalue()}\\.\n"


@pytest.mark.parametrize(("asked", "options"), ASKED, ids=[" ".join(asked) for asked, _ in ASKED])
def test_a_pattern_gives_the_same_hits(
    world: Mirror, theirs: dict[tuple[str, str], list[list[str]]], asked: tuple[str, str], options: Any
) -> None:
    ours = world.tuples(sql(world, asked, options))
    assert sorted([plain(value) for value in row] for row in theirs[asked]) == sorted(
        [plain(value) for value in row] for row in ours
    )


def plain(value: Any) -> str:
    """A value as text, however the engine writes booleans, moments and fractions."""
    if value is None or value == "\\N":
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return str(value)
    try:
        return f"{float(value):.6g}"
    except ValueError:
        return str(value)
