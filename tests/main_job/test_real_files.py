"""Every public Jira of ../shared syncs whole on both products, and a killed sync leaves nothing behind."""

import gzip
import json
import random
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from job import Desk, jira_of

pytestmark = pytest.mark.slow
SERVERS = ("asf", "cloud", "tidev", "jac", "dc", "duraspace_jira.ndjson.gz")
TABLES = ("issues", "changes", "comments", "links", "people")


def counted(paths: Iterable[Path]) -> dict[str, tuple[int, int]]:
    """Key -> (history entries, comments) of the issues in the files; of an issue that occurs twice, the later one."""
    found = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for raw in map(json.loads, lines):
                if "key" in raw and ("fields" in raw or "changelog" in raw):
                    histories = (raw.get("changelog") or {}).get("histories") or []
                    comments = (
                        (raw.get("fields", {}).get("comment") or {}).get("comments") or raw.get("comments_data") or []
                    )
                    found[raw["key"]] = len(histories), len(comments)
    return found


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_the_largest_file_syncs_within_a_minute_without_loss(product: str, shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "dev" / "tidev-timob.jsonl.gz"
    expected = counted([path])
    with jira_of([path], product) as url:
        desk = Desk(tmp_path, url, product).configure(site={"requests": {}})
        begun = time.monotonic()
        desk.call("sync")
        took = time.monotonic() - begun
        status = desk.status()
    assert (status["issues"], status["comments"]) == (22371, 84455)
    assert (len(expected), sum(comments for _, comments in expected.values())) == (22371, 84455)
    assert status["certificate"]["complete"]
    print(f"{product}: {took:.0f} s")


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_all_other_files_sync_without_loss(product: str, shared: Path, tmp_path: Path) -> None:
    paths = [path for path in (shared / "data" / "dev").glob("*.gz") if path.name.partition("-")[0] in SERVERS]
    expected = counted(sorted(path for path in paths if "timob" not in path.name))
    with jira_of(sorted(path for path in paths if "timob" not in path.name), product) as url:
        desk = Desk(tmp_path, url, product).configure()
        desk.call("sync")
        tables = desk.tables()
        desk.call("report", "--out", "out")
    held = tables.execute(
        "SELECT key, (SELECT count(DISTINCT change_id) FROM changes c WHERE c.issue_id = i.issue_id),"
        " (SELECT count(*) FROM comments c WHERE c.issue_id = i.issue_id) FROM issues i WHERE presence = 'present'"
    ).fetchall()
    assert {key: (entries, comments) for key, entries, comments in held} == expected


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_a_sync_killed_ten_times_ends_as_an_undisturbed_one(product: str, shared: Path, tmp_path: Path) -> None:
    dice = random.Random(product)
    with jira_of([shared / "data" / "dev" / "duraspace_jira.ndjson.gz"], product, "--latency", "20") as url:
        (tmp_path / "calm").mkdir()
        (tmp_path / "killed").mkdir()
        calm = Desk(tmp_path / "calm", url, product).configure()
        begun = time.monotonic()
        calm.call("sync")
        took = time.monotonic() - begun
        killed = Desk(tmp_path / "killed", url, product).configure()
        for _ in range(10):
            sync = killed.start("sync")
            time.sleep(dice.uniform(0.1, took))
            sync.send_signal(signal.SIGKILL)
            sync.communicate()
        killed.call("sync")
        assert rows(killed) == rows(calm)


def rows(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    tables = desk.tables()
    return {
        t: tables.execute(
            "SELECT * EXCLUDE (fetched_at) FROM issues ORDER BY ALL" if t == "issues" else f"FROM {t} ORDER BY ALL"
        ).fetchall()
        for t in TABLES
    }
