"""Every pattern finds what its manual page says it finds, and nothing in the examples that say it does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from timeline import CONFIG, Timeline, World, derived, settings, timelines

from vcjira.config.models import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import again
from vcjira.patterns import PATTERNS

EXAMPLES = [(name, one) for name, module in PATTERNS.items() for one in timelines(name, module.__doc__ or "")]


@pytest.fixture(scope="module")
def world() -> Iterator[Mirror]:
    """All examples in one mirror, each a site of its own."""
    grown = World()
    for _, example in EXAMPLES:
        grown.play(example)
    with Mirror(Path(":memory:"), write=True) as mirror:
        grown.save(mirror)
        yield mirror


@pytest.fixture(scope="module")
def hits(world: Mirror) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    """Site and issue of all hits, by pattern and options."""
    return derived(world, ((name, example.options) for name, example in EXAMPLES))


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example.site for _, example in EXAMPLES])
def test_the_manual_page_says_what_is_found(hits: dict[Any, Any], name: str, example: Timeline) -> None:
    assert (example.site in {site for site, _ in hits[name, repr(example.options)]}) == example.found


CELLS = ("proxy_requester", "queue_skip", "deadline_toss", "one_way_street", "missing_link")


def test_only_patterns_of_a_cell_name_no_issue(hits: dict[Any, Any]) -> None:
    for name, example in EXAMPLES:
        if example.found:
            rows = hits[name, repr(example.options)]
            assert {issue is None for _, issue in rows} == {name in CELLS}, name


def test_what_is_switched_off_is_not_looked_for(world: Mirror) -> None:
    again.everything(world, settings({name: {"enabled": name == "reopen"} for name in PATTERNS}))
    assert world.tuples("SELECT DISTINCT pattern FROM hits") == [("reopen",)]


def test_ids_in_the_evidence_are_texts(world: Mirror) -> None:
    """Also where they are numbers while it is derived."""
    again.everything(world, settings())
    found = [(name, key, told) for name, evidence in world.tuples("SELECT pattern, evidence FROM hits")
             for key, told in json.loads(evidence).items() if key.endswith("_id") and told is not None]  # fmt: skip
    assert [one for one in found if not isinstance(one[2], str)] == []
    assert len({name for name, key, _ in found if key.endswith("change_id")}) >= 12


def test_without_teams_the_path_is_that_of_persons() -> None:
    grown = World()
    grown.play(Timeline("desk", True, {}, ["0h ann creates to pat", "1d pat assigns to pia"]))
    with Mirror(Path(":memory:"), write=True) as mirror:
        grown.save(mirror)
        found = {}
        for teams in (True, False):
            chosen = settings() if teams else Settings.model_validate(CONFIG | {"teams": {}})
            again.everything(mirror, chosen)
            found[teams] = mirror.value("SELECT count(*) FROM hits WHERE pattern = 'handover'")
    assert found == {True: 0, False: 1}


def test_every_page_shows_both_and_names_its_parts() -> None:
    for name, module in PATTERNS.items():
        page = module.__doc__ or ""
        assert page.startswith(f"{module.NUMBER} {name}: "), name
        shown = [example.found for example in timelines(name, page)]
        assert set(shown) == {True, False}, name
        for part in ("Definition.", "Default.", "Edges.", "Source.", "What to do."):
            assert part in page, (name, part)
