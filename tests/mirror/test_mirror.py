"""The mirror opens what is a mirror, refuses what is not, and is whole whatever happens to it."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcjira.errors import Busy, Incomplete, Mend
from vcjira.mirror import LITTLE, Mirror, now, schema
from vcjira.mirror.save import save, save_people
from vcjira.model import Change, Comment, Issue, Link, Person

WHEN = datetime(2026, 5, 1)


def issue(number: int, **changes: object) -> Issue:
    values: dict[str, object] = {
        "issue_id": str(number), "key": f"ABC-{number}", "project": "ABC", "type": "Bug", "status": "Open",
        "status_category": "new", "priority": None, "created": WHEN, "updated": WHEN, "resolved": None,
        "reporter_id": "ann", "creator_id": "ann", "assignee_id": None, "parent_key": None, "labels": [],
        "components": [], "summary": "x", "description_words": 1, "history_complete": True, "comments_complete": True,
        "changes": [Change("1", 0, WHEN, "ann", "status", None, "1", "Open", "2", "")],
        "comments": [Comment("5", WHEN, "ann", None, 3)],
        "links": [Link("ABC-9", "Blocks", "inward")],
        "people": {"ann": Person("ann", "Ann", "ann@acme.example")}, "mentions": {"": ["bob"]},
    }  # fmt: skip
    return Issue(**{**values, **changes})  # type: ignore[arg-type]


def test_a_file_that_is_no_mirror_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes" * 1000)
    for write in (True, False):
        with pytest.raises(Mend, match="not a vcjira mirror"):
            Mirror(path, write=write)
    assert path.read_text() == "my notes" * 1000


@pytest.mark.parametrize(
    "meta",
    [
        "CREATE TABLE other (a INTEGER)",
        "CREATE TABLE meta (a INTEGER)",
        "CREATE TABLE meta (name TEXT, value TEXT)",
        "CREATE TABLE meta AS SELECT 'version' AS name, 'mine' AS value",
        "CREATE TABLE meta AS SELECT 'version' AS name, NULL AS value",
    ],
)
def test_another_duckdb_file_is_refused(tmp_path, meta):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute(meta)
    for write in (True, False):
        with pytest.raises(Mend, match="not a vcjira mirror"):
            Mirror(path, write=write)


def test_a_mirror_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "m.duckdb"
    with Mirror(path, write=True) as mirror:
        mirror.set_meta("version", str(schema.VERSION + 1))
    with pytest.raises(Mend, match="schema version"):
        Mirror(path, write=True)


TOLD = ("issues", "issue_fields", "changes", "comments", "links", "people")
AS_OF_VERSION_1 = """
DROP TABLE stages; DROP TABLE texts; DROP TABLE bulk_changes; DROP TABLE bulk_issues; DROP TABLE templates;
DROP TABLE status_kinds; DROP TABLE queue; DROP TABLE stale; DROP TABLE facts; DROP TABLE mentions; DROP TABLE titles;
DROP TABLE themes; DROP TABLE first_uses; DROP TABLE team_acts; ALTER TABLE people DROP COLUMN username;
"""


def test_an_old_mirror_is_brought_up_to_a_new_one_and_keeps_what_it_holds(tmp_path):
    columns = "SELECT table_name, column_name, column_index, data_type FROM duckdb_columns()"
    columns += " WHERE database_name = current_database()"
    path = tmp_path / "m.duckdb"
    with Mirror(path, write=True) as mirror:
        save(mirror, "s", [issue(1)], WHEN)
        held = [mirror.tuples(f"FROM {table} ORDER BY ALL") for table in TOLD]
        wanted = mirror.tuples(f"{columns} ORDER BY ALL")
        mirror.run(AS_OF_VERSION_1)
        mirror.set_meta("version", "1")
        assert mirror.tuples(f"{columns} ORDER BY ALL") != wanted
    with pytest.raises(Mend, match="vcjira sync"):
        Mirror(path, write=False)
    with Mirror(path, write=True) as mirror:
        assert mirror.tuples(f"{columns} ORDER BY ALL") == wanted
        assert mirror.meta("version") == str(schema.VERSION)
        assert [mirror.tuples(f"FROM {table} ORDER BY ALL") for table in TOLD] == held


def test_reading_without_a_mirror_says_what_to_do(tmp_path):
    with pytest.raises(Mend, match="no mirror yet") as caught:
        Mirror(tmp_path / "m.duckdb", write=False)
    assert "vcjira sync" in (caught.value.hint or "")


def test_a_second_writer_is_told_to_wait(tmp_path):
    path = tmp_path / "m.duckdb"
    code = f"from vcjira.mirror import Mirror; from pathlib import Path; Mirror(Path({str(path)!r}), write=True)"
    with Mirror(path, write=True):
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert Busy.__name__ in other.stderr


def test_a_killed_writer_leaves_no_lock_and_whole_batches(tmp_path):
    path = tmp_path / "m.duckdb"
    script = tmp_path / "writer.py"
    script.write_text(
        "import sys\n"
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}\n"
        "from pathlib import Path\n"
        "from test_mirror import WHEN, issue\n"
        "from vcjira.mirror import Mirror\n"
        "from vcjira.mirror.save import save\n"
        f"mirror = Mirror(Path({str(path)!r}), write=True)\n"
        "for batch in range(1000):\n"
        "    save(mirror, 'acme', [issue(batch * 10 + n) for n in range(10)], WHEN)\n"
        "    print(batch, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(4):
        said = writer.stdout.readline()
    time.sleep(0.03)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with Mirror(path, write=True) as mirror:
        count = mirror.value("SELECT count(*) FROM issues")
        assert count % 10 == 0
        assert count >= (int(said) + 1) * 10
        assert mirror.value("SELECT count(*) FROM comments") == count


def test_an_error_inside_a_transaction_undoes_all_of_it(tmp_path):
    with Mirror(tmp_path / "m.duckdb", write=True) as mirror:
        with pytest.raises(ZeroDivisionError), mirror.transaction():
            mirror.set_meta("x", "1")
            _ = 1 / 0
        assert mirror.meta("x") is None


UNENDING = {
    "sum": "SELECT sum(hash(n)) FROM range(1000000000000) t(n)",
    "join": "SELECT count(*) FROM range(1000000) a(n), range(1000000) b(n) WHERE a.n % 7 = b.n % 11",
    "recursion": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
}


@pytest.mark.parametrize(("ask", "statement"), [("run", "sum"), ("tuples", "join"), ("rows", "recursion")])
def test_ctrl_c_stops_the_statement_that_runs_undoes_the_transaction_and_stops_no_other(tmp_path, ask, statement):
    program = tmp_path / "asking.py"
    program.write_text(f"""
from pathlib import Path
from vcjira.mirror import Mirror
with Mirror(Path("m.duckdb"), write=True) as mirror:
    try:
        with mirror.transaction():
            mirror.set_meta("half", "done")
            print("begun", flush=True)
            mirror.{ask}("{UNENDING[statement]}")
    except KeyboardInterrupt:
        print("interrupted", mirror.meta("half"), sum(mirror.value("SELECT 1") for _ in range(500)))
""")
    with subprocess.Popen([sys.executable, str(program)], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == "begun\n"
            time.sleep(0.3)
            running.send_signal(signal.SIGINT)
            said, _ = running.communicate(timeout=20)
        finally:
            running.kill()
    assert said == "interrupted None 500\n"


def test_a_full_disk_is_told_and_what_was_saved_stays(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        with Mirror(mount / "m.duckdb", write=True) as mirror:
            save(mirror, "acme", [issue(1)], WHEN)
            with pytest.raises(Incomplete, match="disk is full"):
                for batch in range(1, 400):
                    texts = {"customfield_1": os.urandom(2000).hex()}
                    save(mirror, "acme", [issue(batch * 100 + n, fields=texts) for n in range(100)], WHEN)
                    mirror.checkpoint()
        with Mirror(mount / "m.duckdb", write=False) as mirror:
            assert mirror.value("SELECT count(*) FROM issues WHERE issue_id = '1'") == 1
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True), max_size=5))
def test_saving_again_replaces_and_never_doubles(batches):
    with Mirror(Path(":memory:"), write=True) as mirror:
        for batch in batches:
            save(mirror, "acme", [issue(number) for number in batch], WHEN)
        held = {number for batch in batches for number in batch}
        for table in ("issues", "changes", "comments", "links", "mentions", "issue_fields"):
            assert mirror.value(f"SELECT count(*) FROM {table}") == len(held), table


@settings(max_examples=12, deadline=None)
@given(st.permutations([("Ann", None, 1), ("Ann A.", "a@x.example", 2), ("Anne", None, 3), (None, None, 3)]))
def test_people_are_kept_as_last_seen_whatever_the_order(sightings):
    with Mirror(Path(":memory:"), write=True) as mirror:
        for name, email, day in sightings:
            save_people(mirror, "acme", [Person("a", name, email)], datetime(2026, 5, day))
        assert mirror.tuples("SELECT name, email FROM people") == [("Anne", None)]


def test_hostile_texts_come_back_as_they_were(tmp_path):
    hostile = "<b>\x1b[31m\u202e\u2028=cmd() '\"\\N\x00 \U0001f600"
    with Mirror(tmp_path / "m.duckdb", write=True) as mirror:
        save(mirror, "acme", [issue(1, summary=hostile, labels=[hostile, ""])], WHEN)
        assert mirror.tuples("SELECT summary, labels FROM issues") == [(hostile, [hostile, ""])]
        assert mirror.tuples("SELECT to_text, to_value FROM changes") == [("", "2")]


def test_a_row_that_differs_only_in_which_list_holds_a_word_is_replaced():
    with Mirror(Path(":memory:"), write=True) as mirror:
        for fired, undecided in (("['a', 'b']", "[]"), ("['a']", "['b']")):
            mirror.replace("verdicts", f"SELECT 1 AS verdict_id, {fired} AS fired, {undecided} AS undecided")
            assert mirror.value(f"SELECT fired = {fired} AND undecided = {undecided} FROM verdicts")


def test_now_is_the_newest_sync_and_never_our_clock(tmp_path):
    with Mirror(tmp_path / "m.duckdb", write=True) as mirror:
        assert now(mirror) == datetime(1970, 1, 1)
        save(mirror, "acme", [issue(1)], WHEN)
        assert now(mirror) == WHEN
        mirror.load("sites", [{"site": "acme", "last_sync": datetime(2026, 6, 1)}])
        assert now(mirror) == datetime(2026, 6, 1)


@pytest.mark.parametrize(("count", "during"), [(LITTLE, 1), (LITTLE + 1, 3)])
def test_little_is_derived_by_one_thread_and_then_there_are_as_many_as_before(count, during):
    threads = "SELECT current_setting('threads')"
    with Mirror(Path(":memory:"), write=True) as mirror:
        mirror.run("SET threads = 3")
        mirror.run("INSERT INTO changes BY NAME SELECT 's' AS site, n::TEXT AS issue_id FROM range(?) r(n)", [count])
        with pytest.raises(ZeroDivisionError), mirror.deriving():
            assert mirror.value(threads) == during
            raise ZeroDivisionError
        assert mirror.value(threads) == 3
