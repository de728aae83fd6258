"""The embedding index: of the issues that two sides both touched, the share that shows joint work (patterns.md 5.2);
and the mode in which a pair works together (5.7), said only where the deciding interval is clear.

Two of five signs make joint work; one and three are given as well. What happens outside Jira is invisible: a pair that
the configuration declares as embedded is believed, and `moved` shows whether its index changed on that day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from vcjira import statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.walls import cells as counting
from vcjira.walls import signs
from vcjira.walls.cell import MIN_RECEIVERS, MIN_REQUESTERS, Cell, Joint, Share, clustered, portion, sums

Pair = tuple[str, str, str]
MIN_ISSUES = 30
COLLABORATION = 0.3
ROUTINE = 0.7
BESIDE = timedelta(days=180)
"""Before and after the day from which a pair is declared as embedded."""


def index(mirror: Mirror, window_from: datetime, window_to: datetime, as_of: datetime) -> dict[Pair, Joint]:
    """What is counted of the issues that each pair touched; needs `wall_requests`."""
    signs.gather(mirror, window_from, window_to, as_of)
    clusters = {(row["site"], row["organization"], row["team"]): row for row in mirror.rows(signs.SHARES)}
    found = {}
    for site, organization, team, issues, requesters, *hits in mirror.tuples(signs.COUNTS):
        row = clusters.get((site, organization, team))
        joint = measured(issues, requesters, row) if row else _few(issues, requesters, *hits)
        found[site, organization, team] = joint
    return found


@cache
def _few(issues: int, requesters: int, *hits: int) -> Joint:
    """Counts only: most pairs have a handful of issues, and so the same counts."""
    return _joint(
        issues, requesters, 1.0, {name: Share(k, issues) for name, k in zip(signs.COUNTED, hits, strict=True)}
    )


def measured(issues: int, requesters: int, row: dict[str, Any]) -> Joint:
    """The index from the sums over the clusters of one pair: those who filed the issues (U2)."""
    effect = clustered(sums(row, "two"))
    return _joint(issues, requesters, effect, {name: portion(sums(row, name), effect) for name in signs.COUNTED})


def _joint(issues: int, requesters: int, effect: float, found: dict[str, Share]) -> Joint:
    return Joint(
        issues=issues,
        requesters=requesters,
        design_effect=effect,
        one=found["one"],
        two=found["two"],
        three=found["three"],
        signs={name: found[name] for name in signs.SIGNS},
        hosted=found["hosted"],
    )


def embed(settings: Settings, cells: list[Cell], as_of: datetime) -> list[Cell]:
    """The cells, which know what is joint, with embedding index, its signs and the mode of interaction."""
    declared = {(e.organization.lower(), e.team.lower()): e.since for e in settings.embedded}
    judge = _Judge.of(cells)
    done = []
    for cell in cells:
        told = _indexed(cell)
        since = declared.get((cell.organization.lower(), cell.team.lower()))
        if since is not None and since < as_of.date():
            told["embedded_since"] = since
        if told:  # a copy costs more than what is in it, and there are thousands
            cell = replace(cell, **told)
        mode = judge.mode(cell)
        done.append(cell if mode == cell.mode else replace(cell, mode=mode))
    return done


def _indexed(cell: Cell) -> dict[str, Any]:
    joint = cell.joint
    if joint.issues < MIN_ISSUES or joint.requesters < MIN_REQUESTERS or cell.receivers < MIN_RECEIVERS:
        return {}
    return {
        "embedding": joint.two.share,
        "embedding_low": joint.two.low,
        "embedding_high": joint.two.high,
        "signs": {name: share.share or 0.0 for name, share in joint.signs.items()},
    }


@dataclass(frozen=True, slots=True)
class _Judge:
    """What the modes are held against: the middle of the matrix."""

    rework: float
    requests: float

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "_Judge":
        enough = [cell for cell in cells if cell.enough]
        return cls(
            median(cell.reworked / cell.requests for cell in enough) if enough else 0.0,
            median(cell.requests for cell in enough) if enough else 0.0,
        )

    def mode(self, cell: Cell) -> str:
        """Interaction mode (patterns.md 5.7), only where the deciding interval is clear."""
        if cell.unknown:
            return "undefined"
        if cell.embedded_since is not None or (cell.embedding_low or 0.0) >= COLLABORATION:
            return "collaboration"
        if self._facilitating(cell):
            return "facilitating"
        if not cell.enough:
            return "undefined"
        rework = cell.reworked / cell.requests
        if cell.named and (cell.novel_named or rework > self.rework):
            return "wall"
        if self._service(cell) and rework <= self.rework:
            return "x-as-a-service"
        return "undefined"

    def _facilitating(self, cell: Cell) -> bool:
        joint = cell.joint
        known = cell.embedding is not None  # issues and people enough
        return known and (joint.hosted.low or 0.0) >= COLLABORATION and cell.requests < self.requests

    @staticmethod
    def _service(cell: Cell) -> bool:
        return (cell.routine_share.low or 0.0) >= ROUTINE and (cell.low or 0.0) > 0.5


def joint_issues(mirror: Mirror, most: int = 200) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """The issues behind each index with their signs, those with most signs first; after `embed`."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in mirror.rows(signs.BEHIND, {"most": most}):
        found[row["site"], row.pop("organization"), row.pop("team")].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """The embedding index of a declared pair before and after its day; `low` to `high` is of the difference."""

    organization: str
    team: str
    since: date
    because: str | None
    before: Share
    after: Share
    low: float | None
    high: float | None
    verdict: str


def moved(mirror: Mirror, settings: Settings, as_of: datetime) -> list[Moved]:
    """Every declared pair, and whether joint work recorded in Jira rose with the declaration."""
    found = []
    for entry in settings.embedded:
        day = datetime.combine(entry.since, datetime.min.time())
        pair = (entry.organization.lower(), entry.team.lower())
        before = _joint_of(mirror, pair, day - BESIDE, min(day, as_of))
        after = _joint_of(mirror, pair, day, min(day + BESIDE, as_of)) if day < as_of else Joint()
        low, high, verdict = _compared(before, after)
        found.append(
            Moved(entry.organization, entry.team, entry.since, entry.because, before.two, after.two, low, high, verdict)
        )
    return found


def _joint_of(mirror: Mirror, pair: tuple[str, str], start: datetime, end: datetime) -> Joint:
    counting.gather(mirror, start, end, None, end)
    for (_, *who), joint in index(mirror, start, end, end).items():
        if tuple(name.lower() for name in who) == pair:
            return joint
    return Joint()


def _compared(before: Joint, after: Joint) -> tuple[float | None, float | None, str]:
    if min(before.issues, after.issues) < MIN_ISSUES:
        return None, None, f"not enough to compare: {before.issues} issues before, {after.issues} since"
    new, old = after.design_effect, before.design_effect
    low, high = statistics.newcombe(
        after.two.hits / new, after.issues / new, before.two.hits / old, before.issues / old
    )
    if low > 0:
        return low, high, "joint work recorded in Jira rose"
    if high < 0:
        return low, high, "joint work recorded in Jira fell: is the pair still embedded, or outside Jira?"
    return low, high, "no change that chance could not explain; what happens outside Jira is not seen"
