"""With whom to embed next, and why: a ranked list that says how sure it is, what speaks against it, and where to begin.

Pairs between which chance could have decided share a rank (U3). What is left alone is counted, with the reason.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vcjira import statistics
from vcjira.mirror import Mirror
from vcjira.walls.cell import Cell

HALF = 0.5
Pair = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Theme:
    """An emerging theme among the requests of a pair; `issues` are its one-way requests, newest first."""

    theme: str
    requests: int
    one_way: int
    issues: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One pair to look at; `sure` is `likely` or `worth a look`; `why`, `but`, `start` are sentences with numbers."""

    organization: str
    team: str
    site: str
    sure: str
    why: tuple[str, ...]
    cell: Cell
    rank: int = 1
    but: tuple[str, ...] = ()
    start: str = ""
    themes: tuple[Theme, ...] = ()


def advice(cells: Iterable[Cell], most: int = 5, themes: Mapping[Pair, Sequence[Theme]] | None = None) -> list[Advice]:
    """At most `most` pairs: named cells first, then those whose novel work is one-way; none that chance explains.

    Pairs that already work together, and those with routine requests only, are left alone.
    """
    known = themes or {}
    found = [one for cell in cells if (one := _consider(cell, tuple(known.get(cell.pair, ())))) is not None]
    return _ranked(sorted(found, key=_order)[:most])


def left_alone(cells: Iterable[Cell]) -> list[tuple[str, int]]:
    """Why the other pairs are not advised, and how many there are of each, most first."""
    counts = Counter(reason for cell in cells if (reason := _reason(cell)))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def themes(mirror: Mirror, most: int = 3) -> dict[Pair, list[Theme]]:
    """The emerging themes of each pair, those with most one-way requests first; after `matrix`."""
    found: dict[Pair, list[Theme]] = defaultdict(list)
    for row in mirror.rows(THEMES):
        kept = found[row["site"], row["organization"], row["team"]]
        if len(kept) < most:
            kept.append(Theme(row["theme"], row["requests"], row["one_way"], tuple(row["issues"] or ())))
    return found


THEMES = """
SELECT w.site, w.organization, w.team, w.theme, count(*) AS requests, count(*) FILTER (NOT w.two_way) AS one_way,
    list({'site': w.site, 'key': w.key, 'created': w.created, 'summary': i.summary, 'two_way': w.two_way}
        ORDER BY w.created DESC, w.key) FILTER (NOT w.two_way) AS issues
FROM wall_requests w JOIN issues i USING (site, issue_id)
WHERE w.readable AND w.theme IS NOT NULL GROUP BY ALL
ORDER BY one_way DESC, requests DESC, theme
"""


def _reason(cell: Cell) -> str | None:
    """Why a cell is left alone; None where it is not."""
    if cell.unknown:
        return "the asking side or the receiving team is not known"
    if cell.embedded_since is not None:
        return "declared as embedded"
    if not cell.enough:
        return "too few requests, requesters, people in the team or readable comments to say anything"
    if cell.mode == "collaboration":
        return "joint work on their issues is recorded already"
    if cell.mode == "x-as-a-service":
        return "routine requests that need no conversation"
    if not cell.named and not _novel(cell):
        return "no more one-way than chance allows"
    return None


def _novel(cell: Cell) -> bool:
    """New kinds of work are one-way: more than routine, or mostly."""
    return cell.novel_named or (cell.novel.low is not None and cell.novel.low > HALF)


def _consider(cell: Cell, found: tuple[Theme, ...]) -> Advice | None:
    if _reason(cell):
        return None
    novel = _novel(cell)
    talks = cell.generous.high is not None and cell.generous.high < HALF
    sure = "likely" if cell.named and (novel or cell.mode == "wall") and not talks else "worth a look"
    return Advice(
        cell.organization,
        cell.team,
        cell.site,
        sure,
        tuple(_why(cell, novel=novel)),
        cell,
        but=tuple(_but(cell, talks=talks)),
        start=_start(cell, found),
        themes=found,
    )


def _why(cell: Cell, *, novel: bool) -> Iterable[str]:
    yield (
        f"{cell.share:.0%} of {cell.requests} requests have no two-way conversation recorded in Jira"
        f" ({cell.low:.0%}-{cell.high:.0%}, {cell.requesters} requesters)"
    )
    if cell.named:
        yield f"more than elsewhere: q = {cell.q:.2g} among {cell.tested} pairs tested"
    if novel:
        yield (
            f"of {cell.novel.requests} requests about emerging themes {cell.novel.one_way} are one-way"
            f" ({cell.novel.low:.0%}-{cell.novel.high:.0%})"
        )
    if cell.novel_named:
        yield f"that is {cell.novel_gap_low:.0%} to {cell.novel_gap_high:.0%} more than for their routine requests"
    if cell.silent.low is not None and cell.silent.share is not None:
        yield (
            f"{cell.silent.share:.0%} of {cell.handovers} hand-overs without a recorded word"
            f" ({cell.silent.low:.0%}-{cell.silent.high:.0%})"
        )
    elif cell.silent_handoffs or cell.ping_pongs:
        yield f"{cell.silent_handoffs} hand-overs without a recorded word, {cell.ping_pongs} ping-pongs"
    if cell.median_first_response_s is not None:
        yield f"half of them wait {cell.median_first_response_s / 86400:.1f} days or more for the first response"
    if cell.embedding is not None and cell.embedding_low is not None:
        yield (
            f"joint work on {cell.embedding:.0%} of the {cell.joint.issues} issues both touched"
            f" ({cell.embedding_low:.0%}-{cell.embedding_high:.0%})"
        )


def _but(cell: Cell, *, talks: bool) -> Iterable[str]:
    """What speaks against, or cannot be seen."""
    if talks:
        yield (
            f"counting edits, mentions and words on the parent only {cell.generous.share:.0%} are one-way"
            f" ({cell.generous.low:.0%}-{cell.generous.high:.0%}): they may talk elsewhere in Jira"
        )
    if not cell.named:
        yield "over all its requests this pair is no more one-way than others"
    if cell.novel.low is None:
        yield f"only {cell.novel.requests} of its requests are about emerging themes: too few to say new work is tossed"
    if cell.readable < 1 and cell.bound_low is not None:
        yield f"comments of {1 - cell.readable:.0%} could not be read: {cell.bound_low:.0%} to {cell.bound_high:.0%}"
    yield "what is said outside Jira is not seen; if they work as one already, declare it under `embedded`"


def _start(cell: Cell, found: tuple[Theme, ...]) -> str:
    """Where to begin, as a question to both sides."""
    told = next((theme for theme in found if theme.one_way), None)
    if told:
        return f"begin with “{told.theme}”: {told.one_way} of {told.requests} requests about it are one-way"
    if cell.silent_handoffs >= cell.ping_pongs and cell.silent_handoffs:
        return (
            f"begin with the {cell.silent_handoffs} hand-overs without a recorded word: what had to be found out again?"
        )
    return "begin with the newest one-way requests: who could have asked back, and whom?"


def _order(one: Advice) -> tuple[object, ...]:
    cell = one.cell
    return (one.sure != "likely", not cell.named, -(cell.score or 0.0), cell.organization, cell.team)


def _ranked(found: list[Advice]) -> list[Advice]:
    """The same with ranks; as long as the difference to the first of a rank may be chance, the rank is shared."""
    ranked: list[Advice] = []
    leader: Advice | None = None
    for place, one in enumerate(found, 1):
        if leader is None or leader.sure != one.sure or _apart(leader.cell, one.cell):
            leader = replace(one, rank=place)
        ranked.append(replace(one, rank=leader.rank))
    return ranked


def _apart(first: Cell, second: Cell) -> bool:
    one, two = (cell.design_effect or 1.0 for cell in (first, second))
    low, _ = statistics.newcombe(first.one_way / one, first.requests / one, second.one_way / two, second.requests / two)
    return low > 0
