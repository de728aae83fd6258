"""With whom to embed next: what is advised, what speaks against it, who shares a rank, and what is left alone."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from two_sides import NOW, World

from vcjira import statistics, walls
from vcjira.report import texts
from vcjira.walls.cell import Cell, Joint, Share, Stratum


def portion(hits: int, of: int) -> Share:
    return Share(hits, of, hits / of, *statistics.wilson(hits, of))


def cell(organization: str = "Sales", one_way: int = 95, **columns: Any) -> Cell:
    """A named wall of 100 requests of 20 requesters, unless said otherwise."""
    share = portion(one_way, 100)
    found = Cell(
        "s", organization, "Platform", datetime(2026, 1, 1), NOW, 100, 20, 9, one_way, 1.0, True, "",
        share=share.share, low=share.low, high=share.high, score=share.share, design_effect=1.0, named=True, q=0.01,
        tested=9, generous=share, strict=share, silent_handoffs=4, handovers=5, mode="wall",
        novel=Stratum(30, 29, 0.83, 0.99), routine=Stratum(50, 40, 0.67, 0.89), joint=Joint(100, 20),
    )  # fmt: skip
    return replace(found, **columns)


def reasons(*cells: Cell) -> list[str]:
    return [reason for reason, _ in walls.left_alone(cells)]


def test_a_named_wall_with_one_way_new_work_is_likely_and_says_why_with_numbers() -> None:
    (one,) = walls.advice([cell()])
    assert (one.sure, one.rank) == ("likely", 1)
    assert "95% of 100 requests have no two-way conversation recorded in Jira" in one.why[0]
    assert "q = 0.01 among 9 pairs" in one.why[1]
    assert "29 are one-way" in one.why[2]
    assert one.but == (
        "what is said outside Jira is not seen; if they work as one already, declare it under `embedded`",
    )


def test_what_speaks_against_is_told_and_makes_it_less_sure() -> None:
    (one,) = walls.advice([cell(generous=portion(20, 100), readable=0.95, bound_low=0.9, bound_high=0.95)])
    assert one.sure == "worth a look"
    assert any("only 20% are one-way" in but for but in one.but)
    assert any("could not be read" in but for but in one.but)


def test_a_pair_that_is_not_named_is_advised_for_its_new_work_only() -> None:
    (one,) = walls.advice([cell(named=False, mode="undefined")])
    assert one.sure == "worth a look"
    assert any("no more one-way than others" in but for but in one.but)
    assert not walls.advice([cell(named=False, mode="undefined", novel=Stratum(30, 5, 0.07, 0.33))])


def test_others_are_left_alone_and_counted_with_the_reason() -> None:
    alone = [
        cell("(unknown)"),
        cell(embedded_since=date(2026, 1, 1)),
        cell(enough=False),
        cell(mode="collaboration"),
        cell(mode="x-as-a-service"),
        cell(named=False, novel=Stratum()),
        cell(named=False, novel=Stratum()),
    ]
    assert not walls.advice(alone)
    assert walls.left_alone(alone)[0] == ("no more one-way than chance allows", 2)
    assert len(reasons(*alone)) == 6
    assert not reasons(cell())


def test_pairs_that_chance_could_swap_share_a_rank() -> None:
    ranked = walls.advice([cell("A", 97), cell("B", 95), cell("C", 70), cell("D", 66)])
    assert [(one.organization, one.rank) for one in ranked] == [("A", 1), ("B", 1), ("C", 3), ("D", 3)]


def test_it_says_where_to_begin() -> None:
    theme = walls.Theme("headset pilot", 12, 11)
    assert "headset pilot" in walls.advice([cell()], themes={cell().pair: [theme]})[0].start
    assert "4 hand-overs" in walls.advice([cell()])[0].start
    assert "newest one-way" in walls.advice([cell(silent_handoffs=0)])[0].start


def test_hand_overs_without_a_word_have_an_interval_from_twenty_on() -> None:
    many = walls.advice([cell(handovers=40, silent_handoffs=30, silent=Share(30, 40, 0.75, 0.6, 0.86))])[0]
    assert any("75% of 40 hand-overs" in why for why in many.why)
    assert any(why.startswith("4 hand-overs without a recorded word") for why in walls.advice([cell()])[0].why)


def test_themes_of_a_pair_lead_to_their_one_way_requests() -> None:
    world = World()
    for number in range(130):
        world.ask(f"Sales.{number % 12}", "Platform", 400 - number, summary="reset the password please")
    told = [world.ask(f"Sales.{n % 12}", "Platform", 20 - n / 10, summary="vision headset pilot") for n in range(12)]
    world.say(told[0], "Platform.1", "Sales.0")
    with world.mirror() as mirror:
        world.cells(mirror)
        (theme,) = walls.themes(mirror)["s", "Sales", "Platform"]
    assert "headset" in theme.theme
    assert (theme.requests, theme.one_way, len(theme.issues)) == (12, 11, 11)


def test_keys_of_the_configuration_are_code_on_a_page() -> None:
    told = "declare it under `embedded` <b>`x` `[link](y)`"
    assert texts.html_keys(told) == ("declare it under <code>embedded</code> &lt;b&gt;<code>x</code> `[link](y)`")
    assert texts.markdown_keys("under `embedded_since` *now* `<b>`") == r"under `embedded_since` \*now\* \`\<b\>\`"
