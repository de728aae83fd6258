"""Whatever happens between and during runs, incremental equals full; on both products, over real HTTP."""

import contextlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sync_world import CLOUD_FIRST, EDITS, PRODUCTS, bodies, happen, held, run, site, tracker_of

from vcjira.demo import EmbeddedJira
from vcjira.mirror import Mirror


class Broken(Exception):
    """Somebody pulled the plug."""


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
        assert len(jira.requests) > before
        assert bodies(jira, 0)
        assert bodies(jira, before) == []
        assert held(mirror, where, tmp_path) == []


@pytest.mark.parametrize("product", CLOUD_FIRST)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
