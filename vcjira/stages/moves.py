"""From stage to stage: how often, with Dirichlet intervals, and how long until Jira records talk of both sides.

How long is estimated after Kaplan and Meier.

Transitions are counted between windows that do not overlap (90 days apart), so that no request counts twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vcjira import statistics
from vcjira.stages.ladder import STAGES

APART = 3
"""Windows from one that does not overlap to the next."""
SHOW_FROM = 20
"""U1: no share is shown of fewer transitions out of a stage."""
TALKS = ("S3", "S4", "S5")


@dataclass(frozen=True, slots=True)
class Transition:
    """How often a pair that stood at one stage stood at the other 90 days later; shares null below 20."""

    origin: str
    end: str
    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def transitions(rows: Iterable[Mapping[str, Any]]) -> list[Transition]:
    """Every pair of stages between which something moved or stayed, in the order of the stages."""
    stood = {(row["site"], row["organization"], row["team"], row["number"]): row["stage"] for row in rows}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (site, organization, team, number), origin in stood.items():
        end = stood.get((site, organization, team, number - APART))
        if number % APART == 0 and end is not None:
            counts[origin][end] += 1
    found = []
    for origin in STAGES:
        of = sum(counts[origin].values())
        shares = statistics.dirichlet([counts[origin][end] for end in STAGES])
        for end, (share, low, high) in zip(STAGES, shares, strict=True):
            count = counts[origin][end]
            if count:
                interval = (share, low, high) if of >= SHOW_FROM else (None, None, None)
                found.append(Transition(origin, end, count, of, *interval))
    return found


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from a pair's first request until it stands at S3 or above; null: not reached by half of them."""

    pairs: int
    reached: int
    left_out: int
    """Pairs that were there before the windows begin: nobody knows since when."""
    median: float | None
    low: float | None
    high: float | None


def time_to_conversation(rows: Iterable[Mapping[str, Any]]) -> Wait:
    """Over the pairs of these rows; pairs that have not reached it count for as long as they were seen."""
    pairs: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        pairs[row["site"], row["organization"], row["team"]].append(row)
    young = [windows for windows in pairs.values() if not windows[0]["old"]]
    days = [_span(windows) for windows in young]
    median, low, high = statistics.kaplan_meier_interval(days)
    return Wait(len(young), sum(ended for _, ended in days), len(pairs) - len(young), median, low, high)


def _span(windows: list[Mapping[str, Any]]) -> tuple[float, bool]:
    """Days from the first request to the end of the first window at S3 or above, or to the last that was seen."""
    reached = [row["window_to"] for row in windows if row["stage"] in TALKS]
    end = min(reached) if reached else max(row["window_to"] for row in windows)
    return (end - windows[0]["first_request"]).total_seconds() / 86_400, bool(reached)
