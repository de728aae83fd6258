"""The budget of unknowns: how many requests have no class, per team and over all, and how to get below the limit."""

from dataclasses import dataclass

from vcjira.config import Settings
from vcjira.errors import Refused
from vcjira.mirror import Mirror
from vcjira.rules.suggest import suggest

FEWEST = 20
"""Requests that a team must have before its own share counts (patterns.md U1)."""
KEY = "classify.unknown_budget"


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests and unknown ones of a team; `team` None is over all."""

    team: str | None
    requests: int
    unknown: int
    limit: float

    @property
    def share(self) -> float:
        return self.unknown / self.requests if self.requests else 0.0

    @property
    def is_over(self) -> bool:
        return self.share > self.limit and (self.team is None or self.requests >= FEWEST)

    @property
    def excess(self) -> int:
        """Unknown requests that must be classed to get below the limit."""
        return max(0, self.unknown - int(self.limit * self.requests))


def spending(mirror: Mirror, settings: Settings) -> list[Budget]:
    """Over all first, then team by team; own issues of the teams are no requests."""
    rows = mirror.tuples("""
        SELECT team, count(*), count(*) FILTER (class = 'unknown') FROM classes WHERE NOT own_team
        GROUP BY GROUPING SETS ((), (team)) HAVING team IS NOT NULL OR grouping(team) = 1
        ORDER BY grouping(team) DESC, team
    """)
    return [Budget(team, requests, unknown, settings.classify.unknown_budget) for team, requests, unknown in rows]


def budget(mirror: Mirror, settings: Settings) -> list[Budget]:
    """What is spent; Refused, with the shortest way back, where it is more than the limit."""
    spent = spending(mirror, settings)
    over = [entry for entry in spent if entry.is_over]
    if not over:
        return spent
    first = over[0]
    of = f" of {first.team}" if first.team else ""
    what = f"{first.share:.0%} of the requests{of} are unknown ({first.unknown} of {first.requests})"
    if len(over) > 1:
        what += f", and so for {len(over) - 1} more"
    raise Refused(
        f"{what}; the budget is {first.limit:.0%}",
        key=KEY,
        where=settings.where("classify", "unknown_budget"),
        hint=f"{_way_back(mirror, settings, first)}; or raise {KEY}, or go on once with --force",
    )


def _way_back(mirror: Mirror, settings: Settings, entry: Budget) -> str:
    steps = suggest(mirror, settings, limit=5, enough=entry.excess)
    if not steps:
        return "`vcjira classify --unknown` lists them"
    told = ", ".join(f"{step.name} ({step.issues})" for step in steps)
    return f"the shortest way back is {len(steps)} rules: {told} (`vcjira rules suggest` writes them)"
