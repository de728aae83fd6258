"""A seeded company of 15 teams and 10 organizations, six divisions of it, in which every pattern is planted.

Each division is a site that tells of some patterns: what was meant (the truth) is kept beside what merely looks like
it. People are not exact: they link late, change words of a title, stray into another team's issue, and pick by whim.
"""

from collections.abc import Callable
from typing import Any

from company_cells import cells, friday, queue
from company_issues import desk, lab, scripted
from division import Division, Key
from timeline import World

DIVISIONS: dict[str, tuple[Callable[[Division], None], int]] = {
    "company": (scripted, 330),
    "desk": (desk, 200),
    "lab": (lab, 330),
    "cells": (cells, 330),
    "queue": (queue, 330),
    "friday": (friday, 364),
}


def generate(world: World) -> list[Division]:
    """Play all divisions into the world."""
    divisions = []
    for seed, (site, (told, days)) in enumerate(DIVISIONS.items(), 20):
        division = Division(site, days, seed)
        told(division)
        world.play(division.told())
        divisions.append(division)
    return divisions


CELLS: dict[str, tuple[str, ...]] = {
    "one_way_street": ("from_team", "to_team"),
    "missing_link": ("team", "other_team"),
    "proxy_requester": ("organization", "team"),
    "queue_skip": ("team", "priority", "type"),
    "deadline_toss": ("team",),
}
"""Pattern of a whole cell -> what of its evidence names the cell."""


def key(pattern: str, issue_id: str | None, evidence: dict[str, Any]) -> Key:
    """What a hit is about: an issue, or a cell."""
    if issue_id is not None:
        return (issue_id,)
    named = tuple(str(evidence[column]) for column in CELLS[pattern])
    return tuple(sorted(named)) if pattern == "missing_link" else named
