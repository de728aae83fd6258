"""The patterns' SQL gives the same hits on Spark, with nothing but the words of one small table replaced."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warehouse import ASKED, grown, rows, sql, tables

from vcjira.mirror import Mirror
from vcjira.patterns.dialects import spelled

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark: pip install '.[spark]'"),
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java 17, e.g. Debian's openjdk-17-jre-headless"),
    pytest.mark.filterwarnings("default"),  # pyspark's own
]
SMALL = {
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-Dlog4j.rootLogger=ERROR,console -XX:TieredStopAtLevel=1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.ui.enabled": "false",
}
"""Small tables, many queries: planning and compiling take the time, not the rows."""
WIDE = {"HUGEINT": "BIGINT", "UBIGINT": "VARCHAR"}


@pytest.fixture(scope="module")
def world() -> Iterator[Mirror]:
    with grown() as mirror:
        yield mirror


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.master("local[1]").appName("vcjira")
        for name, value in (SMALL | {"spark.sql.warehouse.dir": str(folder)}).items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="module")
def theirs(world: Mirror, spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A session that has all tables, read from Parquet as `vcjira export` writes it."""
    folder = tmp_path_factory.mktemp("parquet")
    for table in tables(world):
        spark.read.parquet(copied(world, table, folder)).createOrReplaceTempView(table)
    return spark


def copied(mirror: Mirror, table: str, folder: Path) -> str:
    columns = ", ".join(
        f'"{name}"::{WIDE.get(kind, kind)} AS "{name}"' for name, kind, *_ in mirror.tuples(f"DESCRIBE {table}")
    )
    path = folder / f"{table}.parquet"
    mirror.run(f"COPY (SELECT {columns} FROM {table}) TO '{path}' (FORMAT parquet)")
    return str(path)


@pytest.mark.parametrize(("asked", "options"), ASKED, ids=[" ".join(asked) for asked, _ in ASKED])
def test_a_pattern_gives_the_same_hits(world: Mirror, theirs: Any, asked: tuple[str, str], options: Any) -> None:
    ours = sql(world, asked, options)
    assert rows(theirs.sql(spelled(ours, "spark")).collect()) == rows(world.tuples(ours))
