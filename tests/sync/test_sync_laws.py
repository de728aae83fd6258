"""Whatever happens between and during runs, incremental equals full; on both products, over real HTTP."""

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcjira.config.models import Site
from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Store
from vcjira.jira import connect
from vcjira.mirror import Mirror
from vcjira.sync import Options, Outcome, sync_site
from vcjira.sync.audit import differences

PRODUCTS = ("cloud", "datacenter")


def tracker_of(issues: int, seed: int) -> Store:
    """A small tracker with a past: labels, comments, status changes, a few moves."""
    store, dice = Store(), random.Random(seed)
    for number in range(issues):
        store.create(f"P{number % 4}", f"issue {number}")
    for _ in range(issues * 2):
        happen(store, dice.choice(["label", "comment", "status", "comment", "move"]), dice)
    return store


class Broken(Exception):
    """Somebody pulled the plug."""


def site(jira: EmbeddedJira, **changes: object) -> Site:
    values = {
        "name": "acme",
        "url": jira.url,
        "email": EMAIL if jira.product == "cloud" else None,
        "token": "env:X",
        "requests": {"per_second": 10_000, "concurrency": 4, "deadline": 20},
    }
    return Site.model_validate({**values, **changes})


def run(mirror: Mirror, where: Site, **options: object) -> Outcome:
    watch = options.pop("watch", lambda *_: None)
    return sync_site(mirror, where, connect(where, TOKEN), Options(**options), run_id="r", watch=watch)  # type: ignore[arg-type]


def held(mirror: Mirror, where: Site, folder: Path) -> list[dict[str, object]]:
    """Differences between the mirror and a reading from nothing."""
    path = folder / "scratch.duckdb"
    path.unlink(missing_ok=True)
    with Mirror(path, write=True) as scratch:
        assert run(scratch, where).certificate["complete"]
    return differences(mirror, path)


EDITS = ("label", "comment", "status", "move", "delete", "create", "forget")


def happen(store: Store, what: str, dice: random.Random) -> None:
    """One edit by somebody else, while we are not looking."""
    keys = sorted(store.labels())
    key = dice.choice(keys)
    if what == "label":
        store.edit_labels(key, add=[f"l{dice.randrange(9)}"], remove=[f"l{dice.randrange(9)}"])
    elif what == "comment":
        store.comment(key, f"word {dice.randrange(99)}?")
    elif what == "status":
        store.transition(key, dice.choice(["To Do", "In Progress", "Done"]))
    elif what == "move":
        store.move(key, dice.choice(sorted({k.rpartition("-")[0] for k in keys} - {key.rpartition("-")[0]})))
    elif what == "delete":
        store.delete(key)
    elif what == "create":
        store.create(key.rpartition("-")[0], "new")
    else:
        comments = store[key].comments
        if comments:
            store.delete_comment(key, comments[0].id)


@pytest.mark.parametrize("product", PRODUCTS)
def test_sync_twice_is_sync_once_and_fetches_no_bodies(tmp_path, product):
    with (
        EmbeddedJira(tracker_of(150, 3), product=product) as jira,
        Mirror(tmp_path / "m", write=True) as mirror,
    ):
        where = site(jira)
        first = run(mirror, where)
        assert first.fetched == first.walked == 150
        assert first.certificate["complete"], first.certificate
        before = len(jira.requests)
        second = run(mirror, where)
        assert second.fetched == 0
        assert not [r for r in list(jira.requests)[before:] if "bulkfetch" in r.path and b"summary" in (r.body or b"")]
        assert held(mirror, where, tmp_path) == []


@pytest.mark.parametrize("product", PRODUCTS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.tuples(st.lists(st.sampled_from(EDITS), max_size=8), st.booleans()), min_size=1, max_size=3),
       seed=st.integers(0, 1000))  # fmt: skip
def test_any_nights_leave_the_mirror_equal_to_a_full_reading(tmp_path, product, nights, seed):
    dice = random.Random(seed)
    store = tracker_of(60, 5)
    path = tmp_path / "m.duckdb"
    path.unlink(missing_ok=True)
    with EmbeddedJira(store, product=product) as jira, Mirror(path, write=True) as mirror:
        where = site(jira)
        run(mirror, where)
        for edits, breaks in nights:
            for what in edits:
                happen(store, what, dice)

            def watch(*_: object, breaks: bool = breaks) -> None:
                if breaks:
                    raise Broken

            with contextlib.suppress(Broken):
                run(mirror, where, watch=watch)
        last = run(mirror, where)
        assert last.certificate["complete"], last.certificate
        assert held(mirror, where, tmp_path) == []
