"""The cells of the wall matrix: shares, intervals by requester, shrinkage, and which cells may be named.

U1 Wilson; U2 clusters are requesters; U3 order by the posterior mean, names by Benjamini-Hochberg; U7 how many tested,
small cells pooled; U8 bounds for what could not be read; U11 people on both sides.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from vcjira import statistics
from vcjira.config import Settings
from vcjira.handovers.talk import NO_TEAM, UNKNOWN
from vcjira.mirror import Mirror, now
from vcjira.walls import cells as counting
from vcjira.walls import joint
from vcjira.walls.cell import MIN_RECEIVERS, MIN_REQUESTERS, Cell, Joint, Share, Stratum, clustered, portion, sums

WINDOW = timedelta(days=180)
MIN_REQUESTS = 30
MIN_READABLE = 0.9
FALSE_DISCOVERIES = 0.10
NONE = Joint()


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
    tested = sum(not _why_not(row) for row in rows)
    index = joint.index(mirror, window_from, window_to, until) if rows else {}
    touched = [index.get((row["site"], row["organization"], row["team"]), NONE) for row in rows]
    found = judge([count(row, window_from, window_to, tested, both) for row, both in zip(rows, touched, strict=True)])
    return sorted(joint.embed(settings, found, until), key=_order)


def other(mirror: Mirror, window_from: datetime, window_to: datetime) -> list[Cell]:
    """Per site the cells that are too small (U7), counted together; after `matrix`, of the same window."""
    rows = counting.pool(mirror, MIN_REQUESTS, MIN_REQUESTERS, MIN_RECEIVERS)
    return [count(row, window_from, window_to) for row in rows]


def count(row: counting.Row, window_from: datetime, window_to: datetime, tested: int = 0, both: Joint = NONE) -> Cell:
    """A cell from its counts, shares only where there is enough; how many cells have; what both sides touched."""
    why = _why_not(row)
    unknown = row["organization"] == UNKNOWN or row["team"] == NO_TEAM
    cell = Cell(
        site=row["site"],
        organization=row["organization"],
        team=row["team"],
        window_from=window_from,
        window_to=window_to,
        requests=int(row["one_way_n"] or 0),
        requesters=int(row["one_way_m"] or 0),
        receivers=int(row["receivers"]),
        one_way=int(row["one_way_k"] or 0),
        readable=_readable(row),
        enough=not why,
        why_not=why,
        tested=tested,
        joint=NONE if unknown else both,
        handovers=int(row["handovers"] or 0),
        silent_handoffs=int(row["silent"] or 0),
        ping_pongs=int(row["pings"] or 0),
        reworked=int(row["rework_k"] or 0),
        median_first_response_s=row["median_s"],
        median_first_response_low=row["median_low"],
        median_first_response_high=row["median_high"],
        p85_first_response_s=row["p85_s"],
        p85_first_response_low=row["p85_low"],
        p85_first_response_high=row["p85_high"],
        median_turns=row["turns"],
    )
    return cell if why else _shares(cell, row)


def _shares(cell: Cell, row: counting.Row) -> Cell:
    n, k = cell.requests, cell.one_way
    effect = clustered(sums(row, "one_way"))
    low, high = statistics.wilson(k / effect, n / effect)
    unread = row["requests"] - n
    beside = {name: portion(sums(row, name), effect) for name in (*counting.SHARES, "silent")}
    gap_low, gap_high = _gap(beside["novel"], beside["routine"])
    return replace(
        cell,
        share=k / n,
        low=low,
        high=high,
        bound_low=k / (n + unread),
        bound_high=(k + unread) / (n + unread),
        design_effect=effect,
        strict=beside["strict"],
        generous=beside["generous"],
        silent=beside["silent"],
        bounced=beside["bounced"],
        relayed=beside["relayed"],
        rework=beside["rework"],
        novel=_stratum(beside["novel"]),
        routine=_stratum(beside["routine"]),
        routine_share=beside["known"],
        routine_talked=int(row["routine_talked"] or 0),
        novel_gap_low=gap_low,
        novel_gap_high=gap_high,
        novel_named=gap_low is not None and gap_low > 0,
    )


def _stratum(share: Share) -> Stratum:
    return Stratum(share.of, share.hits, share.low, share.high)


def _gap(novel: Share, routine: Share) -> tuple[float | None, float | None]:
    if novel.low is None or routine.low is None:
        return None, None
    sizes = [count / share.design_effect for share in (novel, routine) for count in (share.hits, share.of)]
    return statistics.newcombe(*sizes)


def _readable(row: counting.Row) -> float:
    return float(row["readable"] / row["requests"]) if row["requests"] else 0.0


def _why_not(row: counting.Row) -> str:
    readable, receivers = _readable(row), int(row["receivers"])
    n, m = int(row["one_way_n"] or 0), int(row["one_way_m"] or 0)
    if readable < MIN_READABLE:
        return f"comments of only {readable:.0%} of the requests could be read"
    if n < MIN_REQUESTS:
        return f"not enough: {n} requests, {MIN_REQUESTS} are needed"
    if m < MIN_REQUESTERS:
        return f"too few requesters: {m}, {MIN_REQUESTERS} are needed"
    if receivers < MIN_RECEIVERS:
        return f"too few people in the team: {receivers}, {MIN_RECEIVERS} are needed"
    return ""


def judge(cells: list[Cell]) -> list[Cell]:
    """Scores by shrinkage over all cells; names where the excess over the rest survives the false-discovery rate."""
    sizes = [_effective(cell) for cell in cells]
    prior = statistics.beta_binomial(sizes)
    tested = [i for i, cell in enumerate(cells) if cell.enough]
    whole = (sum(k for k, _ in sizes), sum(n for _, n in sizes))
    p = []
    for i in tested:
        k, n = sizes[i]
        p.append(statistics.excess_p(k, n, whole[0] - k, whole[1] - n, cells[i].requesters - 1))
    q = dict(zip(tested, statistics.benjamini_hochberg(p), strict=True))
    middle = median(cells[i].share or 0.0 for i in tested) if tested else 0.0
    judged = []
    for i, cell in enumerate(cells):
        if i not in q:
            judged.append(cell)
            continue
        score, low, high = statistics.posterior(*sizes[i], prior)
        named = q[i] <= FALSE_DISCOVERIES and (cell.low or 0.0) > middle and not cell.unknown
        found = replace(cell, score=score, score_low=low, score_high=high, q=q[i], named=named)
        judged.append(found)
    return judged


def _effective(cell: Cell) -> tuple[float, float]:
    """Hits and size, divided by the design effect; a cell too small to know its own counts a requester as one."""
    effect = cell.design_effect or (cell.requests / cell.requesters if cell.requesters else 1.0)
    return cell.one_way / effect, cell.requests / effect


def _order(cell: Cell) -> tuple[object, ...]:
    first = (not cell.named, not cell.enough, cell.unknown, -(cell.score or 0.0), -cell.requests)
    return (*first, cell.site, cell.organization, cell.team)
