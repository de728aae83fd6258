"""Every pattern finds what its manual page says it finds, and nothing in the examples that say it does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from timeline import Timeline, World, settings, timelines

from vcjira import handovers, people, rules
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS, find

EXAMPLES = [(name, one) for name, module in PATTERNS.items() for one in timelines(name, module.__doc__ or "")]


@pytest.fixture(scope="module")
def world() -> Iterator[Mirror]:
    """All examples in one mirror, each a site of its own."""
    grown = World()
    for _, example in EXAMPLES:
        grown.play(example)
    with Mirror(Path(":memory:"), write=True) as mirror:
        grown.save(mirror)
        for room in (people, rules, handovers):
            room.derive(mirror, settings())
        yield mirror


@pytest.fixture(scope="module")
def hits(world: Mirror) -> dict[tuple[str, str], set[str]]:
    """Sites with hits, by pattern and options; each combination is asked once."""
    found: dict[tuple[str, str], set[str]] = {}
    for name, example in EXAMPLES:
        key = (name, repr(example.options))
        if key not in found:
            found[key] = {row["site"] for row in find(world, settings({name: example.options}), name)}
    return found


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example.site for _, example in EXAMPLES])
def test_the_manual_page_says_what_is_found(hits: dict[Any, set[str]], name: str, example: Timeline) -> None:
    assert (example.site in hits[name, repr(example.options)]) == example.found


def test_every_page_shows_both_and_names_its_parts() -> None:
    for name, module in PATTERNS.items():
        page = module.__doc__ or ""
        assert page.startswith(f"{module.NUMBER} {name}: "), name
        shown = [example.found for example in timelines(name, page)]
        assert set(shown) == {True, False}, name
        for part in ("Definition.", "Default.", "Edges.", "Source.", "What to do."):
            assert part in page, (name, part)
