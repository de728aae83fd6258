"""Deriving only what changed gives what deriving everything gives, whatever changed."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st
from timeline import CONFIG, NOW, Timeline, World

from vcjira import nightly
from vcjira.config.models import Settings
from vcjira.handovers import marks, titles
from vcjira.mirror import Mirror
from vcjira.nightly import again

DERIVED = (
    "people", "classes", "issue_teams", "issue_parties", "affiliations", "person_teams", "handovers", "requests",
    "talk", "novelty", "queue", "hits", "walls", "stages", "bulk_changes", "bulk_issues", "templates",
    "status_kinds", "team_acts", "titles", "themes", "first_uses",
)  # fmt: skip
CHOSEN = CONFIG | {
    "teams": CONFIG["teams"] | {"Data": CONFIG["teams"]["Data"] | {"members": {"account": ["dan"], "group": ["data"]}}}
}
CHOSEN |= {"patterns": {"deadline_toss": {"window": "60d", "hand_overs": 1}}}
OFFICE = CHOSEN | {"calendar": {"zone": "Europe/Berlin", "holidays": "DE"}}
CHILDREN = ("changes", "comments", "links")
DAYS = 200
PEOPLE = ["ann", "amy", "gil", "pat", "pia", "dan", "oli", "robot"]
DEEDS = [
    "comments", "comments same", "comments same", "asks", "says L4:wrong_queue", "assigns to pat", "assigns to dan",
    "assigns to nobody", "takes", "passes to Data", "passes to Platform", "moves to Q", "closes", "closes as Won't Do",
    "sets status to Open", "sets status to Waiting for customer", "sets status to In Progress",
    "sets priority to Low", "sets priority to Medium", "links",
]  # fmt: skip
WORDS = ["printer", "login", "invoice", "agent", "slow", "broken", "export", "gateway"]


def lines(dice: random.Random, issues: int) -> list[tuple[int, str]]:
    """(minute, deed) in the order of time; now and then many within a minute, as bulk edits are."""
    found = []
    for number in range(issues):
        born = dice.randrange(DAYS * 1440 - 60)
        if number % 4 == 1:
            born = found[-1][0] + dice.choice([0, 5])
        born = min(born, DAYS * 1440 - 30)
        who = dice.choice(PEOPLE)
        where = dice.choice(["for Platform", "for Data", "to pat", "to dan", "for Ops"])
        title = "_".join(dice.sample(WORDS, 4))
        found.append((born, f"{who} creates I{number} {where} summary={title}"))
        when = born
        for _ in range(dice.randrange(7)):
            when = min(when + dice.choice([0, 1, 30, 600, 2000, 12_000]), DAYS * 1440 - 10)
            who = dice.choice(PEOPLE)
            verb, *rest = dice.choice(DEEDS).split()
            if verb == "links":
                rest = ["to", f"I{dice.randrange(number + 1)}"]
            found.append((when, " ".join([who, verb, f"I{number}", *rest])))
    dump = dice.randrange(100 * 1440, DAYS * 1440 - 60)
    found += [(dump, f"amy creates D{n} for Ops summary={'_'.join(dice.sample(WORDS, 3))}") for n in range(12)]
    rush = dice.randrange(DAYS * 1440 - 60)
    births = [(born, deed.split()[2]) for born, deed in found if deed.split()[1] == "creates"]
    found += [(max(rush, born) + 1, f"ann sets {name} priority to High") for born, name in births]
    return sorted(found, key=lambda line: line[0])


def world(deeds: list[tuple[int, str]]) -> World:
    made = World()
    made.play(Timeline("s", True, {}, [*(f"{minute}m {deed}" for minute, deed in deeds), f"{DAYS * 1440}m now"]))
    return made


def rows(made: World, table: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in made.issues.values() if table == "issues" else getattr(made, table):
        found.setdefault(row["issue_id"], []).append(row)
    return found


def bring(mirror: Mirror, before: World, after: World) -> None:
    """What a sync would do: replace the issues that are not as they were, and say which."""
    tables = ("issues", *CHILDREN)
    old, new = ({table: rows(made, table) for table in tables} for made in (before, after))
    moved = [i for i in new["issues"] if any(old[t].get(i) != new[t].get(i) for t in tables)]
    for table in tables:
        mirror.run(f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], issue_id)", [moved])
        mirror.load(table, [row for i in moved for row in new[table].get(i, [])])
    mirror.touch_issues("s", moved)


def derived(mirror: Mirror) -> dict[str, list[tuple[Any, ...]]]:
    return {table: mirror.tuples(f"SELECT * FROM {table} ORDER BY ALL") for table in DERIVED}


def opened(made: World, moment: object) -> Mirror:
    mirror = Mirror(Path(":memory:"), write=True)
    made.save(mirror)
    mirror.run("UPDATE sites SET last_sync = ?", [moment])
    return mirror


LATER = {
    "": [],
    "a bot is told": ["UPDATE people SET account_type = 'app' WHERE account_id = 'amy'"],
    "a status has another category": ["INSERT INTO statuses VALUES ('s', '9', 'Waiting for customer', 'done')"],
    "issues went": ["UPDATE issues SET presence = 'deleted' WHERE issue_id IN ('I1', 'I4')"],
    "somebody joins a team": ["INSERT INTO memberships VALUES ('s', 'group', 'data', 'gil')",
                              "INSERT INTO lookups VALUES ('s', 'group', 'data', true, '', '2026-01-01')"],
}  # fmt: skip
"""What may happen beside the deeds of the night."""


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(sql, id=what, marks=pytest.mark.slow if place else ())
        for place, (what, sql) in enumerate(LATER.items())
    ],
)
@trial(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.3, 1), inside=st.booleans(), office=st.booleans())
def test_a_night_derived_again_equals_everything_derived(later, seed, share, inside, office):
    night(later, seed, share, inside=inside, office=office)


def night(later: list[str], seed: int, share: float, *, inside: bool = False, office: bool = False) -> None:
    """Raise AssertionError where a night's deeds derived again differ from everything derived."""
    dice = random.Random(seed)
    chosen = Settings.model_validate(OFFICE if office else CHOSEN)
    deeds = lines(dice, 40)
    cut = int(len(deeds) * share)
    if inside:  # the night begins in the middle of twelve issues filed at once
        cut = next(place for place, line in enumerate(deeds) if "creates D9" in line[1])
    known = deeds[: cut or 1]
    before, after = world(known), world(deeds)
    moment = NOW - timedelta(minutes=DAYS * 1440 - known[-1][0])
    with opened(before, moment) as mirror, opened(after, NOW) as fresh:
        assert nightly.refresh(mirror, chosen)
        bring(mirror, before, after)
        for sql in later:
            mirror.run(sql)
            fresh.run(sql)
        if "deleted" in "".join(later):
            mirror.touch_issues("s", ["I1", "I4"])
        mirror.run("UPDATE sites SET last_sync = ?", [NOW])
        again.MOST, again.FEW, limits = 2.0, -1, (again.MOST, again.FEW)
        try:
            assert nightly.refresh(mirror, chosen)
        finally:
            again.MOST, again.FEW = limits
        assert nightly.refresh(fresh, chosen)
        found, wanted = derived(mirror), derived(fresh)
        for table in DERIVED:
            assert found[table] == wanted[table], table
        assert wanted["handovers"]
        assert wanted["hits"]


@trial(max_examples=1, deadline=None)
@given(seed=st.integers(0, 10**6), at_once=st.sampled_from([40, 100, 200]))
def test_derived_in_portions_equals_derived_at_once(seed, at_once):
    chosen = Settings.model_validate(CHOSEN)
    made = world(lines(random.Random(seed), 40))
    with opened(made, NOW) as mirror, opened(made, NOW) as whole:
        assert nightly.refresh(whole, chosen)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(again, "AT_ONCE", at_once)
            for room in (marks, titles):
                patch.setattr(room, "AT_ONCE", at_once // 20)
            assert nightly.refresh(mirror, chosen)
        assert derived(mirror) == derived(whole)


def test_an_id_that_is_no_number_among_numbers_changes_nothing():
    """Where all ids are numbers they are compared as numbers; one that is none must not get lost."""
    chosen = Settings.model_validate(CHOSEN)
    made = world(lines(random.Random(7), 60))
    names = sorted(row["issue_id"] for row in made.issues.values())
    with opened(made, NOW) as mirror:
        assert nightly.refresh(mirror, chosen)
        wanted = derived(mirror)
        for numbers in (names[1:], names):  # first one issue keeps its name, then all are numbers
            for table in ("issues", *CHILDREN):
                for name in numbers:
                    ids = {"new": f"9{names.index(name):04d}", "old": name}
                    mirror.run(f"UPDATE {table} SET issue_id = $new WHERE issue_id = $old", ids)
            mirror.touch()
            assert nightly.refresh(mirror, chosen)
            assert {table: len(rows) for table, rows in derived(mirror).items()} == {
                table: len(rows) for table, rows in wanted.items()
            }
    assert wanted["hits"]


def test_a_history_entry_whose_id_is_no_number_is_not_lost():
    chosen = Settings.model_validate(CHOSEN)
    made = world(lines(random.Random(7), 60))
    with opened(made, NOW) as mirror:
        assert nightly.refresh(mirror, chosen)
        wanted = derived(mirror)
        moved = mirror.value("SELECT min(change_id) FROM handovers")
        mirror.run("UPDATE changes SET change_id = 'x' || change_id WHERE change_id = ?", [moved])
        mirror.touch()
        assert nightly.refresh(mirror, chosen)
        assert len(derived(mirror)["handovers"]) == len(wanted["handovers"])
        assert mirror.value("SELECT count(*) FROM handovers WHERE change_id = ?", [f"x{moved}"]) == 1
