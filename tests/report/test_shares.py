"""Shares in reports: by hand, Wilson at the size divided by the design effect; too few requesters are said."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from two_sides import World

from vcjira import statistics
from vcjira.mirror import Mirror
from vcjira.report import Request, facts, render, shares
from vcjira.statistics import few_clusters, wilson

T11 = 2.200985
"""Student's t of 0.975 with 11 degrees of freedom, from a printed table."""


def counted(rows: list[tuple[int, str]]) -> shares.Shares:
    """Shares of issues of (requester, part) in one whole."""
    values = ", ".join(f"({who}, '{part}')" for who, part in rows)
    with Mirror(Path(":memory:"), write=True) as mirror:
        return shares.count(
            mirror, f"SELECT 'all' AS whole, who AS requester, [part] AS parts FROM (VALUES {values}) v(who, part)"
        )


def test_a_share_by_hand() -> None:
    """12 requesters of 5 issues, 6 of them always, 6 never: the sum of (hits - size / 2)² is 12 × 2.5² = 75, so the
    design effect is 75 / (60 × 0.25) × 12 / 11 = 60 / 11, and t instead of z for 12 requesters."""
    share = counted([(who, "a" if who < 6 else "b") for who in range(12) for _ in range(5)]).share("all", "a")
    effect = 60 / 11 * (T11 / 1.959964) ** 2
    assert few_clusters(12) == pytest.approx((T11 / 1.959964) ** 2, rel=1e-5)
    assert (share["share"], share["why_not"]) == (0.5, "")
    assert (share["low"], share["high"]) == pytest.approx(wilson(30 / effect, 60 / effect), abs=1e-5)
    assert share["low"] < 0.25 < wilson(30, 60)[0]


def test_a_part_that_nobody_has_is_no_hit_of_all() -> None:
    share = counted([(who, "a") for who in range(40)]).share("all", "b")
    assert (share["share"], share["low"]) == (0.0, 0.0)
    assert share["high"] == pytest.approx(wilson(0, 40 / few_clusters(40))[1])


def test_too_few_requesters_or_issues_are_said() -> None:
    few = counted([(n % 9, "a" if n < 15 else "b") for n in range(30)])
    assert few.share("all", "a") == {"share": 0.5, "low": None, "high": None, "why_not": "too few requesters: 9"}
    small = counted([(n, "a") for n in range(19)])
    assert small.share("all", "a") == {"share": None, "low": None, "high": None, "why_not": "not enough"}
    assert small.share("nothing", "a")["why_not"] == "not enough"


def test_a_month_of_all_or_nothing_has_the_design_effect_of_all_months() -> None:
    """Three months of 12 people with 4 issues each: in the first and the last 3 of them have the part, in the other
    none; around 6 / 36 the 6 have 4 - 4 / 6 each, the 30 have -4 / 6."""
    rows = [
        (month, who, "a" if who < 3 and month != 1 else "b")
        for month in range(3)
        for who in range(12)
        for _ in range(4)
    ]
    values = ", ".join(map(str, rows))
    with Mirror(Path(":memory:"), write=True) as mirror:
        found = shares.count(
            mirror, f"SELECT m AS whole, w AS requester, [p] AS parts FROM (VALUES {values}) v(m, w, p)"
        )
    p = 6 / 36
    effect = (6 * (4 - 4 * p) ** 2 + 30 * (4 * p) ** 2) * 36 / 35 / (144 * p * (1 - p)) * few_clusters(36)
    assert found.series([0, 1, 2], "a") == [
        pytest.approx((12 / effect, 48 / effect)),
        (0, pytest.approx(48 / effect)),
        pytest.approx((12 / effect, 48 / effect)),
    ]


def by_hand(of: list[str], hit: list[str]) -> tuple[float, float]:
    """The interval of a share, from the requester of every issue and of every hit."""
    sizes, hits = Counter(of), Counter(hit)
    effect = statistics.design_effect([(hits[who], size) for who, size in sizes.items()])
    effect = max(1.0, effect * few_clusters(len(sizes)))
    return wilson(len(hit) / effect, len(of) / effect)


def asked() -> World:
    """12 people of Sales ask; those with a low number get a conversation. Finance asks one thing each."""
    world = World()
    for number in range(72):
        who = f"Sales.{number % 12}"
        issue = world.ask(who, "Platform", 40)
        if number % 12 < 5:
            world.say(issue, "Platform.1", who)
    for number in range(12):
        world.ask(f"Finance.{number}", "Platform", 40)
    return world


RULES = [
    {
        "name": "buyers",
        "when": {"organization": "Finance"},
        "answers": {"has_choice": True, "delivers_to_others": False},
    }
]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    world = asked()
    settings = world.settings(classify={"rules": RULES}, declared_split={"customer": 1.0}, patterns={})
    with world.mirror(settings) as mirror:
        found: dict[str, Any] = {name: facts(mirror, settings, Request(name)) for name in ("walls", "requesters")}
        found["text"] = {name: render(mirror, settings, Request(name, format="md")) for name in ("walls", "requesters")}
        return found


SALES = [f"Sales.{n % 12}" for n in range(72)]
FINANCE = [f"Finance.{n}" for n in range(12)]


def test_months_and_patterns_of_walls_know_their_requesters(told: dict[str, Any]) -> None:
    [month] = told["walls"]["months"]
    whole = told["walls"]["whole"]
    assert [whole[name] for name in ("requests", "one_way", "low")] == [
        month[name] for name in ("requests", "one_way", "low")
    ]
    alone = [who for who in SALES if int(who[6:]) >= 5] + FINANCE
    assert month["one_way"] == len(alone)
    assert (month["low"], month["high"]) == pytest.approx(by_hand(SALES + FINANCE, alone))
    orphan = next(row for row in told["walls"]["patterns"] if row["pattern"] == "orphan")
    assert (orphan["low"], orphan["high"]) == pytest.approx(by_hand(SALES + FINANCE, alone))


def test_classes_know_their_requesters(told: dict[str, Any]) -> None:
    shares_of = {row["class"]: row for row in told["requesters"]["classes"]}
    assert shares_of["customer"]["requests"] == 12
    assert (shares_of["customer"]["low"], shares_of["customer"]["high"]) == pytest.approx(
        by_hand(SALES + FINANCE, FINANCE)
    )
    assert shares_of["partner"]["share"] == 0.0
    assert told["requesters"]["carried"]["share"] == 0.0
    [owner] = told["requesters"]["owners"]
    assert (owner["count"], owner["share"]) == (84, 1.0)
    assert (owner["low"], owner["high"]) == pytest.approx(by_hand(SALES + FINANCE, SALES + FINANCE))
    assert "not enough" in told["text"]["requesters"]  # of the declared split: nothing was resolved
