"""The few charts of our reports, as SVG written by hand: they need no network, no script and no library."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

COLOURS = {"customer": "c1", "partner": "c2", "stakeholder": "c3", "unknown": "c4"}


def whisker(share: float | None, low: float | None, high: float | None, width: int = 120) -> Markup:
    """A share as a dot with its interval as a line, on a scale from 0 to 100 %."""
    if share is None or low is None or high is None:
        return Markup("")
    told = f"{share:.0%}, interval {low:.0%} to {high:.0%}"
    x, a, b = (6 + value * (width - 12) for value in (share, low, high))
    return Markup(
        f'<svg class="whisker" viewBox="0 0 {width} 16" width="{width}" height="16" role="img" aria-label="{told}">'
        f"<title>{told}</title>"
        f'<line x1="6" y1="8" x2="{width - 6}" y2="8" class="scale"/>'
        f'<line x1="{a:.1f}" y1="8" x2="{b:.1f}" y2="8" class="interval"/>'
        f'<circle cx="{x:.1f}" cy="8" r="4.5" class="dot"/></svg>'
    )


def bar(parts: Mapping[str, int], most: int, width: int = 240) -> Markup:
    """Counts side by side in one bar, in the order of the classes; as long as the total is of `most`."""
    total = sum(parts.values())
    if not total:
        return Markup("")
    told = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
    pieces, x = [], 0.0
    for name, count in parts.items():
        share = count / max(most, 1) * width
        pieces.append(f'<rect x="{x:.1f}" y="0" width="{share:.1f}" height="12" class="{COLOURS[name]}"/>')
        x += share
    return Markup(
        f'<svg class="bar" viewBox="0 0 {width} 12" width="{width}" height="12" role="img" aria-label="{told}">'
        f"<title>{told}</title>{''.join(pieces)}</svg>"
    )


def months(rows: Sequence[Mapping[str, Any]], height: int = 150) -> Markup:
    """Requests per month as columns; stacked by class where the rows have classes."""
    if not rows:
        return Markup("")
    step, top = 60, max(int(row["requests"]) for row in rows) or 1
    columns = []
    for place, row in enumerate(rows):
        columns.append(_column(place * step + 8, row, top, height))
    width = len(rows) * step + 16
    return Markup(
        f'<div class="scroll"><svg class="months" viewBox="0 0 {width} {height + 40}" width="{width}"'
        f' height="{height + 40}" role="img" aria-label="requests per month">{"".join(columns)}</svg></div>'
    )


def _column(x: int, row: Mapping[str, Any], top: int, height: int) -> str:
    month = escape(str(row["month"])[:7])
    classes = [name for name in COLOURS if name in row]
    y = float(height) + 16
    pieces = []
    for name in classes or ["requests"]:
        size = int(row[name]) / top * height
        y -= size
        pieces.append(
            f'<rect x="{x}" y="{y:.1f}" width="32" height="{size:.1f}" class="{COLOURS.get(name, "c3")}">'
            f"<title>{month}: {row[name]} {name}</title></rect>"
        )
    return (
        f'{"".join(pieces)}<text x="{x + 16}" y="{y - 4:.1f}" class="value">{row["requests"]}</text>'
        f'<text x="{x + 16}" y="{height + 32}" class="tick">{month}</text>'
    )
