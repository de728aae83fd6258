"""With whom to embed next, and why: a ranked list that says how sure it is, and where it cannot say anything."""

from collections.abc import Iterable
from dataclasses import dataclass

from vcjira.walls.cell import Cell


@dataclass(frozen=True, slots=True)
class Advice:
    """One pair to look at; `sure` is `likely` or `worth a look`, `why` are sentences with their numbers."""

    organization: str
    team: str
    site: str
    sure: str
    why: tuple[str, ...]
    cell: Cell


def advice(cells: Iterable[Cell], most: int = 5) -> list[Advice]:
    """At most `most` pairs: named cells first, then those whose novel work is one-way; none that chance explains.

    Pairs that already work together, and those with routine requests only, are left alone.
    """
    found = [one for cell in cells if (one := _consider(cell)) is not None]
    return sorted(found, key=_rank)[:most]


def _consider(cell: Cell) -> Advice | None:
    if not cell.enough or cell.unknown or cell.mode in ("collaboration", "x-as-a-service"):
        return None
    novel = cell.novel.low is not None and cell.novel.low > 0.5
    if not cell.named and not novel:
        return None
    sure = "likely" if cell.named and (novel or cell.mode == "wall") else "worth a look"
    return Advice(cell.organization, cell.team, cell.site, sure, tuple(_why(cell, novel=novel)), cell)


def _why(cell: Cell, *, novel: bool) -> Iterable[str]:
    yield (
        f"{cell.share:.0%} of {cell.requests} requests have no two-way conversation recorded in Jira"
        f" ({cell.low:.0%}-{cell.high:.0%}, {cell.requesters} requesters)"
    )
    if cell.named:
        yield f"more than elsewhere: q = {cell.q:.2g} among {cell.tested} pairs tested"
    if novel and cell.novel.requests:
        yield (
            f"of {cell.novel.requests} requests about emerging themes {cell.novel.one_way} are one-way"
            f" ({cell.novel.low:.0%}-{cell.novel.high:.0%})"
        )
    if cell.ping_pongs or cell.silent_handoffs:
        yield f"{cell.silent_handoffs} hand-overs without a recorded word, {cell.ping_pongs} ping-pongs"
    if cell.median_first_response_s is not None:
        yield f"half of them wait {cell.median_first_response_s / 86400:.1f} days or more for the first response"
    if cell.embedding is not None:
        yield f"joint work on {cell.embedding:.0%} of the issues both touched"


def _rank(one: Advice) -> tuple[object, ...]:
    cell = one.cell
    return (one.sure != "likely", not cell.named, -(cell.score or 0.0), cell.organization, cell.team)
