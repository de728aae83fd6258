"""A seeded company with planted patterns: what was planted is found, nothing else (precision and recall)."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from timeline import Timeline, World, settings

from vcjira import handovers, people, rules
from vcjira.mirror import Mirror
from vcjira.patterns import derive

SITE = "company"
PLANTS = {
    name: [deed.strip() for deed in deeds.split(";") if deed]
    for name, deeds in {
        "ping_pong": "1d pat comments; 2d pat assigns to dan; 3d dan comments; 4d dan assigns to pat; 5d pat comments",
        "silent_handoff": "5d pat assigns to dan",
        "reopen": "1d pat closes; 6d ann sets status to Open; 7d pat comments; 8d ann comments",
        "reassignment": "1d pat comments; 2d pat assigns to dan; 3d dan comments; 4d dan assigns to oli;"
        " 5d oli comments; 6d oli assigns to pat; 7d pat comments",
        "fire_and_forget": "1d pat asks",
        "rejection": "1d pat closes as Won't Do",
        "clarification_loop": ";".join(
            f"{d}d pat sets status to {s}" for d, s in enumerate(["Waiting for customer", "Open"] * 3, 2)
        ),
        "field_churn": "1d pat sets priority to Low; 2d ann sets priority to Medium",
        "hot_potato": "3d pat comments; 3d1h pat assigns to dan; 3d1h30m dan assigns to oli; 4d oli comments",
        "ticket_demanded": "1d pat says L4:wrong_queue; 1d1h pat assigns to dan; 2d dan comments",
        "project_bounce": "1d pat moves to Q; 2d pat moves to P",
        "return_to_sender": "1d pat comments; 2d pat assigns to ann; 3d ann comments",
        "swarm": "1d pat comments; 2d dan comments; 3d ann comments",
        "monologue": "3d pat comments; 9d pat closes",
        "return": "1d pat comments; 2d pat assigns to dan; 3d dan assigns to oli; 3d5h oli comments;"
        " 4d oli assigns to pat; 5d dan comments",
        "orphan": "",
    }.items()
}
NOISE = [
    ["1d pat comments", "2d ann comments", "3d pat closes"],
    ["1d pat comments", "2d pat assigns to dan", "3d dan comments", "4d ann comments"],
    ["1d pat comments", "2d pat assigns to nobody", "3d pia takes", "4d pia comments", "5d ann comments"],
    ["1d robot sets priority to Low", "2d pat comments", "3d ann comments", "4d robot closes"],
    ["1d pat sets status to In Progress", "2d pat comments", "3d ann comments"],
]


@pytest.fixture(scope="module")
def company() -> Iterator[tuple[Mirror, dict[str, set[str]]]]:
    """600 issues, a third of them with a planted pattern; (mirror, pattern -> issues planted)."""
    chance = random.Random(20)
    lines: list[tuple[float, str]] = []
    planted: dict[str, set[str]] = {name: set() for name in PLANTS}
    world = World()
    for number in range(600):
        issue = f"I{number}"
        start = chance.randint(0, 300 * 24 * 60)
        name = chance.choice(list(PLANTS)) if number % 3 == 0 else None
        deeds = chance.choice(NOISE) if name is None else PLANTS[name]
        if name:
            planted[name].add(issue)
        lines.append((start, f"ann creates {issue} {'for Platform' if name == 'orphan' else 'to pat'}"))
        for deed in deeds:
            when, who, verb, *rest = deed.split()
            minutes = _minutes(when) + chance.randint(0, 3)
            lines.append((start + minutes, " ".join([who, verb, issue, *rest])))
    ordered = [f"{int(minute)}m {rest}" for minute, rest in sorted(lines, key=lambda line: line[0])]
    world.play(Timeline(SITE, True, {}, [*ordered, f"{330 * 24 * 60}m now"]))
    with Mirror(Path(":memory:"), write=True) as mirror:
        world.save(mirror)
        for room in (people, rules, handovers):
            room.derive(mirror, settings())
        derive(mirror, settings())
        yield mirror, planted


def _minutes(text: str) -> int:
    days, _, rest = text.partition("d")
    hours, _, more = rest.partition("h") if "h" in rest else ("0", "", rest)
    return int(days) * 1440 + int(hours or 0) * 60 + int(more.rstrip("m") or 0)


EXPECTED_BESIDE = {
    # one plant may truly show another pattern too
    "silent_handoff": {"hot_potato", "return_to_sender"},
    "monologue": {"rejection"},
    "return": {"ping_pong", "reassignment"},
    "reassignment": {"return"},
    "fire_and_forget": {"clarification_loop"},  # asked three times by its status, and never a word from the requester
}


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_everything_planted_is_found(company: tuple[Mirror, dict[str, set[str]]], name: str) -> None:
    mirror, planted = company
    found = {row[0] for row in mirror.tuples("SELECT issue_id FROM hits WHERE pattern = ?", [name])}
    assert planted[name] <= found, f"recall {len(planted[name] & found) / len(planted[name]):.2f}"


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_nothing_else_is_found(company: tuple[Mirror, dict[str, set[str]]], name: str) -> None:
    mirror, planted = company
    found = {row[0] for row in mirror.tuples("SELECT issue_id FROM hits WHERE pattern = ?", [name])}
    beside = set().union(*(planted[other] for other in EXPECTED_BESIDE.get(name, ())))
    wrong = found - planted[name] - beside
    assert not wrong, f"precision {1 - len(wrong) / len(found):.2f}"


def test_the_company_shows_more_than_one_of_each(company: tuple[Mirror, dict[str, set[str]]]) -> None:
    assert all(len(issues) >= 5 for issues in company[1].values())
