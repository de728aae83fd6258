"""From stage to stage: how often, with Dirichlet intervals, and how long it takes until both sides talk (Kaplan-Meier).

Transitions are counted between windows that do not overlap (90 days apart), so that no request counts twice.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from vcjira import statistics
from vcjira.mirror import Mirror
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


def transitions(mirror: Mirror) -> list[Transition]:
    """Every pair of stages between which something moved or stayed, in the order of the stages."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for origin, end, count in mirror.tuples(_PAIRS):
        counts[origin][end] = count
    found = []
    for origin in STAGES:
        of = sum(counts[origin].values())
        shares = statistics.dirichlet([counts[origin][end] for end in STAGES])
        for end, (share, low, high) in zip(STAGES, shares, strict=True):
            count = counts[origin][end]
            if count:
                enough = of >= SHOW_FROM
                interval = (share, low, high) if enough else (None, None, None)
                found.append(Transition(origin, end, count, of, *interval))
    return found


_PAIRS = f"""
SELECT a.stage, b.stage, count(*) FROM stages a
JOIN stages b ON b.site = a.site AND b.organization = a.organization AND b.team = a.team
    AND b.number = a.number - {APART}
WHERE a.number % {APART} = 0 GROUP BY ALL
"""


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


def time_to_conversation(mirror: Mirror, team: str | None = None) -> Wait:
    """Of all pairs, or of those of one team; pairs that have not reached it count for as long as they were seen."""
    rows = mirror.rows(_WAITS, {"talks": list(TALKS), "team": team})
    young = [row for row in rows if not row["old"]]
    spans = [((row["reached"] or row["last"]) - row["first_request"], row["reached"] is not None) for row in young]
    days = [(span.total_seconds() / 86_400, ended) for span, ended in spans]
    median, low, high = statistics.kaplan_meier_interval(days) if days else (None, None, None)
    return Wait(len(young), sum(ended for _, ended in days), len(rows) - len(young), median, low, high)


_WAITS = """
WITH told AS (
    SELECT site, organization, team, first_request, max(window_to) AS last, min(window_from) AS earliest,
        min(window_to) FILTER (list_contains($talks, stage)) AS reached, max(number) AS number
    FROM stages WHERE $team IS NULL OR team = $team GROUP BY ALL
),
edge AS (SELECT max(number) AS number FROM stages)
SELECT t.*, EXISTS (
    SELECT 1 FROM requests r WHERE r.site = t.site AND r.organization = t.organization AND r.team = t.team
        AND r.created < t.first_request) AS old
FROM told t
ORDER BY t.site, t.organization, t.team
"""
