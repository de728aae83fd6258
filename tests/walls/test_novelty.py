"""What is new: themes that many people begin to write of, words new to a team with a first use, and nothing else."""

from typing import Any

from two_sides import World

from vcjira.mirror import Mirror

ROUTINE = "reset the password please"


def background(world: World, count: int = 150) -> None:
    """A year of routine, one request every two days."""
    for number in range(count):
        world.ask(f"Sales.{number % 12}", "Platform", 400 - 2 * number, summary=f"{ROUTINE} {number % 3}")


def kinds(mirror: Mirror) -> dict[str, tuple[str, str | None]]:
    return {row[0]: (row[1], row[2]) for row in mirror.tuples("SELECT issue_id, kind, theme FROM novelty")}


def pilot(world: World, count: int, requesters: int, **columns: Any) -> list[str]:
    return [
        world.ask(f"Sales.{n % requesters}", "Platform", 40 - n, **({"summary": "vision headset pilot"} | columns))
        for n in range(count)
    ]


def test_a_theme_is_named_by_its_own_words_and_carried_by_its_issues() -> None:
    world = World()
    background(world)
    told = pilot(world, 8, 4)
    with world.mirror() as mirror:
        found = kinds(mirror)
    assert {found[issue][0] for issue in told} == {"novel"}
    themes = {found[issue][1] for issue in told}
    assert len(themes) == 1
    assert "headset" in str(themes)


def test_routine_is_routine_and_the_rest_undecided() -> None:
    world = World()
    background(world)
    pilot(world, 8, 4)
    odd = world.ask("Sales.1", "Platform", 5, summary="something entirely different")
    with world.mirror() as mirror:
        found = kinds(mirror)
    routine = {int(issue) for issue, (kind, _) in found.items() if kind == "routine"}
    assert len(routine & set(range(151))) > 60
    assert not routine & set(range(151, 159))
    assert found.get(odd, ("undecided", None))[1] is None


def test_few_issues_or_few_requesters_or_a_bot_make_no_theme() -> None:
    for count, requesters in [(4, 4), (8, 2)]:
        world = World()
        background(world)
        pilot(world, count, requesters)
        with world.mirror() as mirror:
            assert not mirror.value("SELECT count(theme) FROM novelty")
    world = World()
    background(world)
    told = pilot(world, 8, 4)
    settings = world.settings()
    bots = [f"Sales.{n}" for n in range(4)]
    settings = settings.model_copy(update={"people": settings.people.model_copy(update={"bots": bots})})
    with world.mirror(settings) as mirror:
        assert not set(told) & set(kinds(mirror))


def test_without_a_past_nothing_is_new() -> None:
    world = World()
    pilot(world, 30, 12)
    with world.mirror() as mirror:
        assert not mirror.value("SELECT count(theme) FROM novelty")


def test_the_same_mirror_gives_the_same_themes() -> None:
    world = World()
    background(world)
    pilot(world, 8, 4)
    pilot(world, 8, 5, summary="tizen watch face")
    with world.mirror() as mirror:
        first = mirror.tuples("FROM novelty ORDER BY ALL")
    with world.mirror() as mirror:
        assert mirror.tuples("FROM novelty ORDER BY ALL") == first
    assert len({row[3] for row in first if row[3]}) == 2


def test_the_score_of_an_issue_knows_nothing_of_later_issues() -> None:
    def scores(later: int) -> dict[str, float]:
        world = World()
        background(world)
        pilot(world, 8, 4)
        for number in range(later):
            world.ask("Sales.1", "Platform", 20 - number, summary="headset pilot in every shop")
        with world.mirror() as mirror:
            return dict(mirror.tuples("SELECT issue_id, score FROM novelty WHERE score IS NOT NULL"))

    alone, followed = scores(0), scores(12)
    assert len(alone) > 60
    assert alone.items() <= followed.items()
    assert max(followed.values()) > 0


def test_the_name_of_a_theme_says_nothing_twice() -> None:
    world = World()
    background(world)
    pilot(world, 8, 4)
    with world.mirror() as mirror:
        theme = mirror.value("SELECT any_value(theme) FROM novelty WHERE theme IS NOT NULL")
    names = [set(name.split()) for name in theme.split(", ")]
    assert not any(a is not b and a <= b for a in names for b in names)
