"""The values of the wall matrix: a cell, and the shares that stand beside its one-way share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from vcjira import statistics
from vcjira.handovers.talk import NO_TEAM, UNKNOWN

SHOW_FROM = 20
"""U1: no share is shown of fewer."""
MIN_REQUESTERS = statistics.FEWEST_CLUSTERS
MIN_RECEIVERS = 3
"""U11: what is said of a team of fewer is said of persons; of the asking side ten are needed anyway."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its interval (U1) by its own design effect (U2); `share` is null below 20, `low` and `high`
    are where fewer than ten clusters are behind it, too."""

    hits: int = 0
    of: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    design_effect: float = 1.0


@dataclass(frozen=True, slots=True)
class Stratum:
    """One-way requests among the novel or the routine ones of a cell; `low`, `high` as those of a share."""

    requests: int = 0
    one_way: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Joint:
    """The embedding index of a cell: issues both sides touched, and the shares with at least 1, 2, 3 of five signs."""

    issues: int = 0
    requesters: int = 0
    design_effect: float = 1.0
    one: Share = Share()
    two: Share = Share()
    three: Share = Share()
    signs: dict[str, Share] = field(default_factory=dict)
    hosted: Share = Share()
    """Issues that the asking side raised for itself on which the team spoke."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One asking organization and one receiving team; shares are of `requests` whose comments could be read.

    `share` is one_way / requests with the interval `low` to `high` (Wilson, effective size); `score` is the posterior
    mean in [0, 1] to order by. All are null unless `enough`; then `why_not` is empty. `bound_low` and `bound_high` say
    what the share would be if every request whose comments could not be read were two-way, or none were (U8).
    """

    site: str
    organization: str
    team: str
    window_from: datetime
    window_to: datetime
    requests: int
    requesters: int
    receivers: int
    """People of the team: its members in the window, or who answered or was assigned where none are known."""
    one_way: int
    readable: float
    enough: bool
    why_not: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    design_effect: float | None = None
    named: bool = False
    q: float | None = None
    tested: int = 0
    strict: Share = Share()
    generous: Share = Share()
    handovers: int = 0
    silent_handoffs: int = 0
    silent: Share = Share()
    ping_pongs: int = 0
    bounced: Share = Share()
    relayed: Share = Share()
    reworked: int = 0
    rework: Share = Share()
    median_first_response_s: float | None = None
    median_first_response_low: float | None = None
    median_first_response_high: float | None = None
    p85_first_response_s: float | None = None
    p85_first_response_low: float | None = None
    p85_first_response_high: float | None = None
    median_turns: float | None = None
    novel: Stratum = Stratum()
    routine: Stratum = Stratum()
    routine_share: Share = Share()
    """Routine requests among those that are novel or routine; no more than counts below 30 of 10 requesters."""
    routine_talked: int = 0
    """Routine requests that took four turns of talk or more: candidates for self-service."""
    novel_gap_low: float | None = None
    novel_gap_high: float | None = None
    """Newcombe interval of the one-way share of novel requests less that of routine ones, where both have one."""
    novel_named: bool = False
    embedding: float | None = None
    embedding_low: float | None = None
    embedding_high: float | None = None
    signs: dict[str, float] = field(default_factory=dict)
    joint: Joint = Joint()
    embedded_since: date | None = None
    """As the configuration declares; joint work outside Jira cannot be seen."""
    mode: str = "undefined"

    @property
    def unknown(self) -> bool:
        """The asking side or the receiving team is not known: a bucket, not a pair to talk about."""
        return self.organization == UNKNOWN or self.team == NO_TEAM

    @property
    def pair(self) -> tuple[str, str, str]:
        return self.site, self.organization, self.team


def portion(sums: Mapping[str, Any], otherwise: float = 1.0) -> Share:
    """A share with its Wilson interval at the effective size, from the sums over its clusters.

    Where nobody or everybody is hit, no design effect can be seen: then it is `otherwise`.
    """
    k, n = int(sums["k"] or 0), int(sums["n"] or 0)
    if n < SHOW_FROM:
        return Share(k, n)
    if sums["m"] < MIN_REQUESTERS:
        return Share(k, n, k / n)
    effect = clustered(sums) if 0 < k < n else max(otherwise, clustered(sums))
    low, high = statistics.wilson(k / effect, n / effect)
    return Share(k, n, k / n, low, high, effect)


SUMS = ("n", "m", "k", "hh", "hs", "ss")
"""What a design effect is estimated from: sizes, clusters, hits, and the sums over the clusters of hits squared, hits
times size, sizes squared."""


def clustered(sums: Mapping[str, Any]) -> float:
    """The design effect of SUMS (U2)."""
    return statistics.clustered_effect(*(float(sums[name] or 0) for name in SUMS))


def added(name: str) -> str:
    """SQL: SUMS as columns `name_n`, `name_m`, ..., over rows with `name_of` and, in it, `name_hits` of a cluster."""
    hits, size = f"{name}_hits", f"{name}_of"
    each = {
        "n": f"sum({size})", "m": f"count(*) FILTER ({size} > 0)", "k": f"sum({hits})", "hh": f"sum({hits} * {hits})",
        "hs": f"sum({hits} * {size})", "ss": f"sum({size} * {size})",
    }  # fmt: skip
    return ", ".join(f"{each[one]} AS {name}_{one}" for one in SUMS)


def sums(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """SUMS of one share of a row, as `added` names them; zeros where there was no cluster."""
    return {one: row[f"{name}_{one}"] or 0 for one in SUMS}
