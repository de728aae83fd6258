"""Months in reports: a change is named where chance cannot explain it, and uneven months widen an interval."""

from datetime import datetime
from typing import Any

import pytest
from two_sides import NOW, World

from vcjira import statistics
from vcjira.report import Request, facts, render

RULES = [
    {
        "name": "buyers",
        "when": {"organization": "Finance"},
        "answers": {"has_choice": True, "delivers_to_others": False},
    }
]
TOSSED = {2: 2, 3: 10, 4: 18}
"""Month -> how many of its 48 issues are passed on, and draw a word of the lint."""
SPREAD = 12.8 / 2 * (4.302653 / 1.959964) ** 2
"""Of 2, 10 and 18 around 10: X² over its degrees of freedom, times t² / z² of two."""


def months(tossed: dict[int, int]) -> World:
    """48 requests a month of 12 people, 6 of each side; two of somebody's four are two-way.

    In the last month all are of Finance, and none is two-way.
    """
    world = World()
    for month, toss in tossed.items():
        for number in range(48):
            who = f"{'Finance' if month == max(tossed) or number % 2 else 'Sales'}.{number % 12}"
            days = (NOW - datetime(2026, month, 10)).days
            issue = world.ask(who, "Platform", days, assignee_id="Data.1" if number < toss else "Platform.1")
            world.say(issue, "Platform.1", lint=["L4:wrong queue"] if number < toss else [])
            if number < 24 and month != max(tossed):
                world.say(issue, who, hours=3)
            if number < toss:
                world.change(issue, "Platform.1", "assignee", "Platform.1", "Data.1")
    return world


def told(world: World, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    settings = world.settings(classify={"rules": RULES})
    with world.mirror(settings) as mirror:
        texts = {kind: render(mirror, settings, Request(name, format=kind)) for kind in ("md", "html")}
        return facts(mirror, settings, Request(name)), texts


def test_a_month_that_chance_cannot_explain_is_named_in_walls() -> None:
    walls, texts = told(months(dict.fromkeys(range(2, 7), 0)), "walls")
    assert [(row["one_way"], row["change"]) for row in walls["months"]] == [(24, "")] * 4 + [(48, "higher")]
    clusters = [(2, 4)] * 48 + [(4, 4)] * 12  # people by month
    effect = max(1.0, statistics.design_effect(clusters) * statistics.few_clusters(60))
    half = 2.575829 * (0.6 * 0.4 * effect / 48) ** 0.5
    assert (walls["months"][0]["usual_low"], walls["months"][0]["usual_high"]) == pytest.approx(
        (0.6 - half, 0.6 + half), abs=1e-5
    )
    assert "**higher**" in texts["md"]
    assert ">higher<" in texts["html"]


def test_a_month_with_another_mix_of_classes_is_named_in_requesters() -> None:
    requesters, texts = told(months(dict.fromkeys(range(2, 7), 0)), "requesters")
    assert [row["changes"] for row in requesters["months"][:4]] == [{}] * 4
    assert requesters["months"][4]["changes"] == {"customer": "higher", "unknown": "lower"}
    assert "customer higher, unknown lower" in texts["md"]
    assert "customer higher" in texts["html"]


def test_two_months_are_too_little_to_say() -> None:
    for name in ("walls", "requesters"):
        _, texts = told(months({5: 0, 6: 0}), name)
        assert all("too little to say" in text for text in texts.values()), name


def test_uneven_months_widen_the_interval_of_hand_overs() -> None:
    walls, texts = told(months(TOSSED), "walls")
    [row] = walls["handovers"]
    assert (row["from_team"], row["to_team"], row["handovers"]) == ("Platform", "Data", 30)
    assert row["dispersion"] == pytest.approx(SPREAD, rel=1e-5)
    assert (row["low"], row["high"]) == pytest.approx(statistics.garwood(30, dispersion=SPREAD), rel=1e-4)
    assert row["low"] < 8 < 20.24 < 42.83 < 70 < row["high"]  # Garwood of 30 is 20.24 to 42.83
    assert all(", widened" in text for text in texts.values())


def test_few_hand_overs_are_said_to_be_unchecked() -> None:
    walls, texts = told(months({2: 1, 3: 0, 4: 1}), "walls")
    [row] = walls["handovers"]
    assert row["dispersion"] is None
    assert (row["low"], row["high"]) == statistics.garwood(2)
    assert all(", unchecked" in text for text in texts.values())


def test_uneven_months_widen_the_rates_of_words_and_their_chart() -> None:
    language, texts = told(months(TOSSED), "language")
    gate = next(row for row in language["classes"] if row["class"] == "L4")
    documents = sum(row["documents"] for row in language["months"])
    # 120, 120 and 96 texts: of 30 hits 10.714, 10.714 and 8.571 are to be expected
    spread = (8.714**2 / 10.714 + 0.714**2 / 10.714 + 9.429**2 / 8.571) / 2 * (4.302653 / 1.959964) ** 2
    assert gate["dispersion"] == pytest.approx(spread, rel=1e-3)
    low, high = statistics.garwood(30, dispersion=gate["dispersion"])
    assert (gate["low"], gate["high"]) == pytest.approx((low * 1000 / documents, high * 1000 / documents))
    chart = statistics.u_chart([(row["hits"], row["documents"] / 1000) for row in language["months"]])
    assert [row["usual_high"] for row in language["months"]] == [control.usual_high for control in chart]
    assert all(", widened" in text for text in texts.values())
