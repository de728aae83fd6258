"""The cells of the wall matrix: shares, intervals by requester, shrinkage, and which cells may be named.

U1 Wilson; U2 clusters are requesters; U3 order by the posterior mean, names by Benjamini-Hochberg; U7 how many tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median

from vcjira import statistics
from vcjira.config import Settings
from vcjira.handovers.talk import NO_TEAM, UNKNOWN
from vcjira.mirror import Mirror, now
from vcjira.walls import cells as counting
from vcjira.walls import joint

WINDOW = timedelta(days=180)
MIN_REQUESTS = 30
MIN_REQUESTERS = 10
MIN_READABLE = 0.9
FALSE_DISCOVERIES = 0.10


@dataclass(frozen=True, slots=True)
class Stratum:
    """One-way requests among the novel or the routine ones of a cell; `low`, `high` null below 20."""

    requests: int = 0
    one_way: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One asking organization and one receiving team; shares are of `requests` whose comments could be read.

    `share` is one_way / requests with the interval `low` to `high` (Wilson, effective size); `score` is the posterior
    mean in [0, 1] to order by. All are null unless `enough`; then `why_not` is empty.
    """

    site: str
    organization: str
    team: str
    window_from: datetime
    window_to: datetime
    requests: int
    requesters: int
    one_way: int
    readable: float
    enough: bool
    why_not: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    score: float | None = None
    design_effect: float | None = None
    named: bool = False
    q: float | None = None
    tested: int = 0
    silent_handoffs: int = 0
    ping_pongs: int = 0
    reworked: int = 0
    median_first_response_s: float | None = None
    median_turns: float | None = None
    novel: Stratum = field(default_factory=Stratum)
    routine: Stratum = field(default_factory=Stratum)
    embedding: float | None = None
    embedding_low: float | None = None
    embedding_high: float | None = None
    signs: dict[str, float] = field(default_factory=dict)
    mode: str = "undefined"

    @property
    def unknown(self) -> bool:
        """The asking side or the receiving team is not known: a bucket, not a pair to talk about."""
        return self.organization == UNKNOWN or self.team == NO_TEAM


def matrix(
    mirror: Mirror,
    settings: Settings,
    window_from: datetime,
    window_to: datetime,
    projects: Sequence[str] | None = None,
    as_of: datetime | None = None,
) -> list[Cell]:
    """Every cell with a request created in [window_from, window_to), named ones first, then by score.

    Conversation counts until `as_of` (default: now, or the end of the window where that is later).
    """
    until = as_of or max(window_to, now(mirror))
    rows = counting.gather(mirror, window_from, window_to, projects, until)
    found = [_cell(row, window_from, window_to) for row in rows]
    found = _judge(found)
    found = joint.embed(mirror, found, window_from, window_to, until)
    return sorted(found, key=_order)


def issues(mirror: Mirror, cell: Cell, projects: Sequence[str] | None = None) -> list[dict[str, object]]:
    """The requests behind a cell: key, issue_id, created, two_way, turns, novelty; newest first."""
    return behind(mirror, [cell], projects)[cell.site, cell.organization, cell.team]


def behind(
    mirror: Mirror, cells: Sequence[Cell], projects: Sequence[str] | None = None
) -> dict[tuple[str, str, str], list[dict[str, object]]]:
    """As `issues`, for the cells of one matrix at once: (site, organization, team) -> requests."""
    found: dict[tuple[str, str, str], list[dict[str, object]]] = {(c.site, c.organization, c.team): [] for c in cells}
    if not cells:
        return found
    until = max(cells[0].window_to, now(mirror))
    counting.gather(mirror, cells[0].window_from, cells[0].window_to, projects, until)
    for row in mirror.rows(BEHIND):
        key = (row.pop("site"), row.pop("organization"), row.pop("team"))
        if key in found:
            found[key].append(row)
    return found


BEHIND = """
SELECT site, organization, team, key, issue_id, created, two_way, turns, novelty FROM wall_requests
ORDER BY created DESC, issue_id
"""


def _cell(row: counting.Row, window_from: datetime, window_to: datetime) -> Cell:
    n, m, k = int(row["n"] or 0), int(row["m"] or 0), int(row["k"] or 0)
    readable = row["readable"] / row["requests"] if row["requests"] else 0.0
    why = _why_not(n, m, readable)
    cell = Cell(
        site=row["site"],
        organization=row["organization"],
        team=row["team"],
        window_from=window_from,
        window_to=window_to,
        requests=n,
        requesters=m,
        one_way=k,
        readable=readable,
        enough=not why,
        why_not=why,
        silent_handoffs=int(row["silent"] or 0),
        ping_pongs=int(row["pings"] or 0),
        reworked=int(row["reworked"] or 0),
        median_first_response_s=row["median_s"],
        median_turns=row["turns"],
    )
    if why:
        return cell
    effect = max(1.0, _design_effect(row))
    low, high = statistics.wilson(k / effect, n / effect)
    return replace(
        cell,
        share=k / n,
        low=low,
        high=high,
        design_effect=effect,
        novel=_stratum(row["novel"], row["novel_one_way"], effect),
        routine=_stratum(row["routine"], row["routine_one_way"], effect),
    )


def _design_effect(row: counting.Row) -> float:
    """As `statistics.design_effect`, from sums: hits and sizes by requester, squared and multiplied."""
    n, m, k = float(row["n"]), float(row["m"]), float(row["k"])
    p = k / n
    if m < 2 or not 0 < p < 1:
        return 1.0
    spread = float(row["hh"]) - 2 * p * float(row["hs"]) + p * p * float(row["ss"])
    return spread * m / (m - 1) / (n * p * (1 - p))


def _stratum(requests: int, one_way: int, effect: float) -> Stratum:
    if requests < 20:
        return Stratum(requests, one_way)
    low, high = statistics.wilson(one_way / effect, requests / effect)
    return Stratum(requests, one_way, low, high)


def _why_not(n: int, m: int, readable: float) -> str:
    if n < MIN_REQUESTS:
        return f"not enough: {n} requests, {MIN_REQUESTS} are needed"
    if m < MIN_REQUESTERS:
        return f"too few requesters: {m}, {MIN_REQUESTERS} are needed"
    if readable < MIN_READABLE:
        return f"comments of only {readable:.0%} of the requests could be read"
    return ""


def _judge(cells: list[Cell]) -> list[Cell]:
    """Scores by shrinkage over all cells; names where the excess over the rest survives the false-discovery rate."""
    sizes = [_effective(cell) for cell in cells]
    prior = statistics.beta_binomial(sizes)
    tested = [i for i, cell in enumerate(cells) if cell.enough]
    whole = (sum(k for k, _ in sizes), sum(n for _, n in sizes))
    p = []
    for i in tested:
        k, n = sizes[i]
        p.append(statistics.excess_p(k, n, whole[0] - k, whole[1] - n))
    q = dict(zip(tested, statistics.benjamini_hochberg(p), strict=True))
    middle = median(cells[i].share or 0.0 for i in tested) if tested else 0.0
    judged = []
    for i, cell in enumerate(cells):
        if i not in q:
            judged.append(replace(cell, tested=len(tested)))
            continue
        score, _, _ = statistics.posterior(*sizes[i], prior)
        named = q[i] <= FALSE_DISCOVERIES and (cell.low or 0.0) > middle and not cell.unknown
        judged.append(replace(cell, score=score, q=q[i], named=named, tested=len(tested)))
    return judged


def _effective(cell: Cell) -> tuple[float, float]:
    """Hits and size, divided by the design effect; a cell too small to know its own counts a requester as one."""
    effect = cell.design_effect or (cell.requests / cell.requesters if cell.requesters else 1.0)
    return cell.one_way / effect, cell.requests / effect


def _order(cell: Cell) -> tuple[object, ...]:
    first = (not cell.named, not cell.enough, cell.unknown, -(cell.score or 0.0), -cell.requests)
    return (*first, cell.site, cell.organization, cell.team)
