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
from pathlib import Path
from typing import Any

import pytest
from warehouse import ASKED, grown, rows, sql, tables

from vcjira.mirror import Mirror
from vcjira.patterns.dialects import spelled

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nonexistent"))
TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric", "VARCHAR[]": "text"}
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
    with grown() as mirror:
        yield mirror


@pytest.fixture(scope="module")
def theirs(world: Mirror) -> dict[tuple[str, str], list[list[str]]]:
    """What PostgreSQL answers, by pattern and options."""
    folder = Path(tempfile.mkdtemp(prefix="vcjira-pg-"))
    server = Server(folder)
    server.start()
    try:
        server.sql("".join(copied(world, table) for table in tables(world)))
        queries = [spelled(sql(world, *asked), "postgresql") for asked in ASKED]
        said = server.sql("\\echo =\n".join(f"COPY ({one}) TO STDOUT (FORMAT csv, NULL '\\N');\n" for one in queries))
    finally:
        server.stop()
        shutil.rmtree(folder)
    answers = (list(csv.reader(io.StringIO(part))) for part in re.split("^=\n", said, flags=re.MULTILINE))
    return {asked: [row for row in answer if row] for (asked, _), answer in zip(ASKED, answers, strict=True)}


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
    assert rows(theirs[asked]) == rows(world.tuples(sql(world, asked, options)))
