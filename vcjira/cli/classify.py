"""`vcjira classify`: every requester with class, organization, issues, and the rule that says so."""

import textwrap

import click

from vcjira.cli.app import App


@click.command()
@click.option("--unknown", is_flag=True, help="Only requesters of whom something is not known, with what is missing.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many, those with most issues.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document: a list of requesters.")
@click.pass_obj
def classify(app: App, unknown: bool, limit: int | None, as_json: bool) -> None:
    """Class every requester and issue from the mirror.

    Lists the requesters; reads the mirror only, never Jira. `vcjira explain ACCOUNT` says why somebody has a class.
    """
    from vcjira.nightly import fresh
    from vcjira.rules.listing import count_classes, list_requesters

    with fresh(app.settings) as mirror:
        requesters = list_requesters(mirror, unknown=unknown)
        counts = count_classes(mirror)
    shown = requesters[:limit]
    if as_json:
        app.say_json([row | {"classes": _counts(row["classes"])} for row in shown])
        return
    _show(app, shown)
    if len(shown) < len(requesters):
        app.say(f"... and {len(requesters) - len(shown)} more requesters (drop --limit to see them)")
    for line in textwrap.wrap(_summary(counts), 80, subsequent_indent="  "):
        app.say(line)


def _counts(text: str) -> dict[str, int]:
    import json

    counts: dict[str, int] = json.loads(text)
    return counts


def _show(app: App, rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("requester", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("organization", ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column("class", no_wrap=True, min_width=11)
    table.add_column("issues", justify="right", no_wrap=True, min_width=6)
    table.add_column("because of rule, or what is missing", ratio=4, no_wrap=True, overflow="ellipsis")
    for row in rows:
        name = row["name"] or row["account_id"] or "(nobody: no reporter)"
        cells = (name, row["organization"] or "-", _class(row), row["issues"], _because(row))
        table.add_row(*(Text(app.clean(str(cell))) for cell in cells))
    Console(highlight=False).print(table)


def _class(row: dict[str, object]) -> str:
    """The class, marked where the requester has others too, or another one today."""
    others = len(_counts(str(row["classes"]))) > 1
    now = row["class_now"]
    return f"{row['class']}{'*' if others else ''}{f' -> {now}' if now != row['class'] else ''}"


def _because(row: dict[str, object]) -> str:
    rules = row["rules"]
    missing = f"missing: {row['missing']}" if row["missing"] else ""
    undecided = row["undecided"] if row["missing"] else None
    if isinstance(undecided, list) and undecided:
        missing += f" (a group could not be read for {', '.join(undecided)})"
    named = ", ".join(rules) if isinstance(rules, list) else ""
    return "; ".join(part for part in (named, missing) if part)


def _summary(counts: dict[str, int]) -> str:
    requests = sum(n for kind, n in counts.items() if kind != "own")
    parts = [
        f"{counts[kind]:,} {kind} ({counts[kind] / requests:.0%})"
        for kind in ("customer", "partner", "stakeholder", "unknown")
        if counts.get(kind)
    ]
    own = f"; {counts['own']:,} of the teams' own" if counts.get("own") else ""
    return f"{requests:,} requests: {', '.join(parts) or 'none'}{own}"
