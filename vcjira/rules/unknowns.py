"""The budget of unknowns: how many requests have no class, per team and over all, and how to get below the limit."""

from dataclasses import dataclass

from vcjira.config import Settings
from vcjira.errors import Refused
from vcjira.mirror import Mirror
from vcjira.rules.suggest import suggest

FEWEST = 20
"""Requests that a team must have before its own share counts (patterns.md U1)."""
KEY = "classify.unknown_budget"
SHOWN = 3
"""Shares told when the budget is spent; the whole first, then team by team."""
STEPS = 5
"""Longest way back that is told."""


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
    told = "; ".join(
        f"{entry.share:.0%} of the requests{f' of {entry.team}' if entry.team else ''} are unknown"
        f" ({entry.unknown} of {entry.requests})"
        for entry in over[:SHOWN]
    )
    more = f"; and {len(over) - SHOWN} more" if len(over) > SHOWN else ""
    ways = "; ".join(way_back(mirror, settings, entry) for entry in over[:SHOWN])
    raise Refused(
        f"{told}{more}; the budget is {over[0].limit:.0%}",
        key=KEY,
        where=settings.where("classify", "unknown_budget"),
        hint=f"{ways}; or raise {KEY}, or go on once with --force",
    )


def way_back(mirror: Mirror, settings: Settings, entry: Budget) -> str:
    """The fewest rules that would bring this share down to the limit, or how far rules can bring it."""
    steps = suggest(mirror, settings, limit=STEPS, enough=entry.excess, team=entry.team)
    of = f" for {entry.team}" if entry.team else ""
    if not steps:
        return f"nothing that requesters share can be seen{of}: `vcjira classify --unknown` lists them"
    told = ", ".join(f"{step.name} ({step.issues})" for step in steps)
    rules = f"{len(steps)} rule{'s' if len(steps) > 1 else ''}"
    writes = f"`vcjira rules suggest{f' --team {entry.team!r}' if entry.team else ''}` writes them"
    reached = sum(step.issues for step in steps)
    if reached < entry.excess:
        return f"the first {rules}{of} class {reached} of {entry.excess} needed: {told} ({writes})"
    return f"the shortest way back{of} is {rules}: {told} ({writes})"
