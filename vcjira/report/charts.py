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


def split(parts: Mapping[str, int]) -> Markup:
    """Counts as parts of one whole bar, as wide as the page."""
    total = sum(parts.values())
    if not total:
        return Markup("")
    told = ", ".join(f"{count} {name} ({count / total:.0%})" for name, count in parts.items() if count)
    pieces, x = [], 0.0
    for name, count in parts.items():
        share = count / total * 1000
        pieces.append(f'<rect x="{x:.1f}" y="0" width="{share:.1f}" height="10" class="{COLOURS.get(name, "c4")}"/>')
        x += share
    return Markup(
        f'<svg class="split" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{escape(told)}">'
        f"<title>{escape(told)}</title>{''.join(pieces)}</svg>"
    )


def months(rows: Sequence[Mapping[str, Any]], parts: Mapping[str, str] = COLOURS, height: int = 140) -> Markup:
    """Requests per month as columns, stacked by the parts that the rows have: name of the part -> colour."""
    if not rows:
        return Markup("")
    step = 64 if len(rows) <= 15 else 34 if len(rows) <= 30 else 16
    every = 1 if step == 64 else 2 if step == 34 else 6
    top = max(int(row["requests"]) for row in rows) or 1
    columns = [
        _column(place * step + 6, step - 10, row, top, height, parts, labelled=(len(rows) - 1 - place) % every == 0)
        for place, row in enumerate(rows)
    ]
    width = max(len(rows) * step + 8, 64)
    return Markup(
        f'<div class="scroll"><svg class="months" viewBox="0 0 {width} {height + 40}" width="{width}"'
        f' height="{height + 40}" role="img" aria-label="requests per month">{"".join(columns)}</svg></div>'
    )


def _column(
    x: int, wide: int, row: Mapping[str, Any], top: int, height: int, parts: Mapping[str, str], *, labelled: bool
) -> str:
    month = escape(str(row["month"])[:7])
    y = float(height) + 16
    pieces = []
    for name in [name for name in parts if name in row]:
        size = int(row[name]) / top * height
        y -= size
        pieces.append(
            f'<rect x="{x}" y="{y:.1f}" width="{wide}" height="{size:.1f}" class="{parts[name]}">'
            f"<title>{month}: {row[name]} {escape(name.replace('_', '-'))}</title></rect>"
        )
    middle = x + wide / 2
    value = f'<text x="{middle}" y="{y - 4:.1f}" class="value">{row["requests"]}</text>' if wide > 20 else ""
    tick = f'<text x="{middle}" y="{height + 32}" class="tick">{month}</text>' if labelled else ""
    return "".join(pieces) + value + tick


BOX = (150, 34)
GAP = (110, 18)


def chain(nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]) -> Markup:
    """The declared value chain from left to right; as thick as what was asked back along it."""
    if not nodes:
        return Markup("")
    place: dict[str, tuple[float, float]] = {}
    rows: dict[int, int] = {}
    for node in nodes:
        row = rows.get(node["layer"], 0)
        rows[node["layer"]] = row + 1
        place[node["name"]] = (node["layer"] * (BOX[0] + GAP[0]) + 2, row * (BOX[1] + GAP[1]) + 2)
    deepest = max(rows.values())
    for node in nodes:  # short columns stand in the middle
        x, y = place[node["name"]]
        place[node["name"]] = (x, y + (deepest - rows[node["layer"]]) * (BOX[1] + GAP[1]) / 2)
    most = max((int(edge["requests"]) for edge in edges), default=0) or 1
    width = (max(rows) + 1) * (BOX[0] + GAP[0]) - GAP[0] + 4
    height = deepest * (BOX[1] + GAP[1]) - GAP[1] + 4
    lines = "".join(_edge(edge, place, most) for edge in edges)
    boxes = "".join(_box(node, place[node["name"]]) for node in nodes)
    return Markup(
        f'<div class="scroll"><svg class="chain" viewBox="0 0 {width} {height:.0f}" width="{width}"'
        f' height="{height:.0f}" role="img" aria-label="the declared value chain">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
        f"{lines}{boxes}</svg></div>"
    )


def _edge(edge: Mapping[str, Any], place: Mapping[str, tuple[float, float]], most: int) -> str:
    (x1, y1), (x2, y2) = place[edge["from"]], place[edge["to"]]
    x1, y1, y2 = x1 + BOX[0], y1 + BOX[1] / 2, y2 + BOX[1] / 2
    bend = max(abs(x2 - x1) / 2, 40)
    thick = 1.2 + 6 * int(edge["requests"]) / most
    told = escape(f"{edge['from']} delivers to {edge['to']}; {edge['requests']} requests came back")
    way = f"M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return (
        f'<path class="edge" d="{way}"'
        f' stroke-width="{thick:.1f}" marker-end="url(#tip)"><title>{told}</title></path>'
        f'<text x="{(x1 + x2) / 2:.0f}" y="{(y1 + y2) / 2 - 5:.0f}" class="value">{edge["requests"] or ""}</text>'
    )


def _box(node: Mapping[str, Any], corner: tuple[float, float]) -> str:
    x, y = corner
    name = str(node["name"])
    short = escape(name if len(name) <= 20 else name[:19] + "…")
    colour = COLOURS.get(str(node["class"]), "team" if node["kind"] == "team" else "c4")
    return (
        f'<g><rect x="{x:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="7" class="box"/>'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="7" height="{BOX[1]}" rx="3" class="{colour}"/>'
        f'<text x="{x + BOX[0] / 2 + 3:.0f}" y="{y + 22:.0f}" class="name">{short}</text>'
        f"<title>{escape(name)}: {escape(str(node['class'] or node['kind']))}</title></g>"
    )
