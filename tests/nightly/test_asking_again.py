"""Who asks, found again where it may have changed, is what finding out all of it anew gives."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asking_scenes import DAY, PEOPLE, SCENES, UNMOVED, Row
from asking_world import FIELDS, Company, settings
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from vcjira import people, rules
from vcjira.config import Settings
from vcjira.mirror import Mirror, now
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


def furnish(mirror: Mirror, tables: Row) -> None:
    """A mirror as it was on the fifth day, or at the moment given, with these rows."""
    rows = {table: tables.get(table, []) for table in ("changes", "links")}
    rows["people"] = PEOPLE
    rows["site_fields"] = FIELDS
    rows["issues"] = [{name: row[name] for name in row if name != "fields"} for row in tables["issues"]]
    rows["issue_fields"] = [{name: row[name] for name in ("issue_id", "fields")} for row in tables["issues"]]
    rows["lookups"] = [{"kind": "group", "name": name, "ok": True} for name in ("staff", "platform", "liked")]
    rows["sites"] = [{"product": "cloud", "last_sync": tables.get("moment", DAY + timedelta(days=5))}]
    rows["memberships"] = [
        {"kind": kind, "name": name, "account_id": who}
        for kind, pairs in (("group", "memberships"), ("organization", "organizations"))
        for name, who in tables.get(pairs, [])
    ]
    for table, found in rows.items():
        mirror.load(table, [{"site": "s"} | row for row in found])


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


@pytest.mark.parametrize(
    "scene", [pytest.param(scene, marks=pytest.mark.slow if place % 4 else ()) for place, scene in enumerate(SCENES)]
)
def test_what_is_known_differently_is_found_on_issues_that_were_not_saved(tmp_path, scene):
    before, night, saved = SCENES[scene]
    chosen = settings(tmp_path)
    with Mirror(Path(":memory:"), write=True) as mirror:
        furnish(mirror, before)
        everything(mirror, chosen)
        old, moment = found(mirror), now(mirror)
        for sql in night:
            mirror.run(sql)
        mirror.touch_issues("s", saved)
        with mirror.transaction():
            asking.derive_again(mirror, chosen, moment, most=2.0)
            facts.keep(mirror, chosen)
        again = found(mirror)
        everything(mirror, chosen)
        wanted = found(mirror)
    for table in DERIVED:
        assert again[table] == wanted[table], table
    assert (scene in UNMOVED) == all(old[table] == wanted[table] for table in ("classes", "issue_verdicts"))


@trial(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nights_derived_again_equal_everything_derived(tmp_path_factory, seed):
    nights(tmp_path_factory.mktemp("company"), seed)


@pytest.mark.slow
def test_many_nights_derived_again_equal_everything_derived(tmp_path):
    assert sum(nights(tmp_path, seed) for seed in range(10)) > 10
