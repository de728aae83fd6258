"""The facts of the report `chain`: what reaches a customer, what was declared and delivered, and what waiting costs."""

from dataclasses import asdict
from typing import Any

from vcjira import chain
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.window import Window

PAIRS = 60
"""Pairs of teams in the list of hand-overs."""


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """traces (each with its requests), outcomes, split (whole and by team), waits, jumps, costs."""
    start, end, as_of, projects = window.start, window.end, window.as_of, list(window.projects)
    traces = [_plain(one) for one in chain.trace(mirror, settings, start, end, as_of, projects)]
    behind = chain.behind(mirror)
    for row in traces:
        row["issues"] = behind.get(row["team"], [])
        row["distances"] = [{"steps": step, "requests": count} for step, count in sorted(row["distances"].items())]
    costs = chain.costs(mirror, start, end, as_of, projects)
    return {
        "outcomes": chain.outcomes(mirror),
        "steps": settings.chain.steps,
        "traces": traces,
        "split": [_plain(one) for one in chain.split(mirror, settings, start, end, projects)],
        "teams": [_team(mirror, settings, window, row["team"]) for row in traces[1:] if settings.declared_split],
        "waits": [_plain(one) for one in chain.waits(mirror, start, end, as_of, projects)],
        "jumps": [_plain(one) for one in chain.jumps(mirror, start, end, projects)],
        "costs": [_plain(one) for one in costs if one.from_team is None],
        "pairs": [_plain(one) for one in costs if one.from_team is not None][:PAIRS],
    }


def _team(mirror: Mirror, settings: Settings, window: Window, team: str) -> dict[str, Any]:
    served = chain.split(mirror, settings, window.start, window.end, list(window.projects), team)
    return {"team": team, "split": [_plain(one) for one in served]}


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as a dict; tuples as lists; a class is called `class`, as in every report."""
    row = asdict(value)
    if "kind" in row:
        row = {"class": row.pop("kind")} | row
    return {name: list(part) if isinstance(part, tuple) else part for name, part in row.items()}
