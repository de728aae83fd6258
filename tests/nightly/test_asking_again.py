"""Who asks, found again where it may have changed, is what finding out all of it anew gives."""

from pathlib import Path
from typing import Any

import pytest
from asking_world import Company, settings
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from vcjira import people, rules
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import asking, facts

DERIVED = {
    table: f"FROM {table}"
    for table in ("people", "directory", "identities", "affiliations", "person_teams", "silent_domains")
} | {
    "issue_teams": "FROM issue_teams",
    "issue_parties": "FROM issue_parties",
    "classes": "FROM classes",
    "verdicts": "SELECT * EXCLUDE (verdict_id) FROM verdicts",
    "issue_verdicts": "SELECT site, issue_id, t.* EXCLUDE (verdict_id), n.* EXCLUDE (verdict_id) FROM issue_verdicts"
    " JOIN verdicts t ON t.verdict_id = then_id JOIN verdicts n ON n.verdict_id = now_id",
    "facts": "FROM facts",
}  # fmt: skip


def found(mirror: Mirror) -> dict[str, list[tuple[Any, ...]]]:
    return {table: mirror.tuples(f"SELECT * FROM ({sql}) ORDER BY ALL") for table, sql in DERIVED.items()}


def everything(mirror: Mirror, chosen: Settings) -> None:
    people.derive(mirror, chosen)
    rules.derive(mirror, chosen)
    facts.keep(mirror, chosen)


def nights(folder: Path, seed: int, count: int = 4, issues: int = 40) -> int:
    """Raise AssertionError where a night differs; how many of the nights were derived from a few issues alone."""
    chosen, narrow = settings(folder), 0
    company = Company(seed, issues)
    with company.mirror as mirror:
        everything(mirror, chosen)
        for night in range(count):
            before = company.moment
            mirror.run("DELETE FROM stale")
            happened = company.befall()
            with mirror.transaction():
                narrow += asking.derive_again(mirror, chosen, before, most=2.0) != "true"
                facts.keep(mirror, chosen)
            again = found(mirror)
            everything(mirror, chosen)
            wanted = found(mirror)
            for table in DERIVED:
                assert again[table] == wanted[table], (seed, night, happened, table)
    return narrow


@trial(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nights_derived_again_equal_everything_derived(tmp_path_factory, seed):
    nights(tmp_path_factory.mktemp("company"), seed)


@pytest.mark.slow
def test_many_nights_derived_again_equal_everything_derived(tmp_path):
    assert sum(nights(tmp_path, seed) for seed in range(60)) > 60
