"""The facts of the report `embedding`: who works with whom, by which signs, in which mode, and what was declared."""

from dataclasses import asdict
from typing import Any

from vcjira import walls
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.window import Window
from vcjira.walls.signs import SIGNS

MODES = {
    "collaboration": "joint work on 30 % of the issues or more, or declared as embedded",
    "facilitating": "the team speaks on the asking side's own issues, and is asked for little",
    "x-as-a-service": "mostly routine requests, one-way, with little rework",
    "wall": "named in the wall matrix, and either new work is tossed or rework is above the middle",
    "undefined": "the deciding interval is not clear",
}


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """cells (index, signs, one and three of five, mode, issues), modes counted, declared pairs before and after."""
    projects = list(window.projects) or None
    cells = walls.matrix(mirror, settings, window.start, window.end, projects, window.as_of)
    behind = walls.joint_issues(mirror)
    rows = [_row(cell) | {"issues": behind.get(cell.pair, [])} for cell in sorted(cells, key=_order)]
    moved = [asdict(one) for one in walls.moved(mirror, settings, window.as_of)]
    return {
        "signs": [{"sign": name, "meaning": meaning} for name, meaning in SIGNS.items()],
        "modes": [
            {"mode": mode, "meaning": meaning, "pairs": sum(row["mode"] == mode for row in rows)}
            for mode, meaning in MODES.items()
        ],
        "cells": rows,
        "declared": moved,
    }


def _order(cell: walls.Cell) -> tuple[object, ...]:
    """Pairs with an index first, those that surely work together before the others; small ones by size."""
    low = cell.embedding_low
    return (low is None, -(low or 0.0), -cell.joint.issues, cell.organization, cell.team, cell.site)


def _row(cell: walls.Cell) -> dict[str, Any]:
    joint = cell.joint
    return {
        "site": cell.site,
        "organization": cell.organization,
        "team": cell.team,
        "mode": cell.mode,
        "embedded_since": cell.embedded_since,
        "touched": joint.issues,
        "people": joint.requesters,
        "requests": cell.requests,
        "hosted": joint.hosted.hits,
        "design_effect": joint.design_effect,
        "share": joint.two.share if cell.embedding is not None else None,
        "low": cell.embedding_low,
        "high": cell.embedding_high,
        "one": asdict(joint.one),
        "two": asdict(joint.two),
        "three": asdict(joint.three),
        "signs": {name: asdict(share) for name, share in joint.signs.items()},
    }
