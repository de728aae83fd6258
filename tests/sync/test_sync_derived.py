"""Night after night, what is derived of what a sync brought equals what deriving everything gives."""

import random
import shutil

import pytest
from sync_world import CLOUD_FIRST, EDITS, happen, run, site

from vcjira import nightly
from vcjira.config.models import Settings
from vcjira.demo import EmbeddedJira
from vcjira.demo.company import company
from vcjira.mirror import Mirror

pytestmark = pytest.mark.usefixtures("nights")
DERIVED = ("classes", "handovers", "requests", "talk", "novelty", "queue", "hits", "walls", "stages")


@pytest.mark.parametrize("product", CLOUD_FIRST)
def test_nights_derived_one_by_one_equal_everything_derived(tmp_path, product):
    store, dice, path = company(120), random.Random(3), tmp_path / "m.duckdb"
    chosen = Settings.model_validate({"teams": {t: {"projects": [t.upper()]} for t in ("Plat", "Data", "Pay")}})
    with EmbeddedJira(store, product=product) as jira:
        where = site(jira)
        for night in range(3):
            for _ in range(night * 4):
                happen(store, dice.choice(EDITS), dice)
            with Mirror(path, write=True) as mirror:
                run(mirror, where)
                assert mirror.meta("stale") in ((None,) if night == 0 else ("some",))
                assert nightly.refresh(mirror, chosen)
                found = {table: mirror.tuples(f"FROM {table} ORDER BY ALL") for table in DERIVED}
            whole = tmp_path / "whole.duckdb"
            shutil.copy(path, whole)
            with Mirror(whole, write=True) as mirror:
                mirror.touch()
                assert nightly.refresh(mirror, chosen)
                for table in DERIVED:
                    assert found[table] == mirror.tuples(f"FROM {table} ORDER BY ALL"), (night, table)
    assert found["hits"]
    assert found["walls"]
