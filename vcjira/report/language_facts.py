"""The facts of the report `language`: words that shape how people work, and backlog items that name nobody."""

from dataclasses import asdict
from typing import Any

from vcjira import language, statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.window import Window

SHOW_FROM = 20


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """classes, teams (the same by team), words with their issues, months; features and stories that name nobody."""
    found = language.scan(mirror, settings, window.start, window.end, window.projects)
    items, totals = language.backlog(mirror, settings, list(window.projects), window.as_of)
    rows = [{"class": one.kind} | {n: v for n, v in asdict(one).items() if n != "kind"} for one in found]
    words = [
        {"class": word.kind, "phrase": word.phrase, "hits": word.hits, "issues": list(word.issues)}
        for word in language.words(mirror)
    ]
    return {
        "documents": rows[0]["documents"],
        "classes": [row for row in rows if row["team"] is None],
        "teams": [row for row in rows if row["team"] is not None],
        "words": words,
        "months": language.months(mirror),
        "features": _backlog(items, "feature", totals),
        "stories": _backlog(items, "story", totals),
        "keeps_text": settings.language.keep_text,
    }


def _backlog(items: list[language.Nameless], kind: str, totals: dict[str, int]) -> dict[str, Any]:
    """One kind: how many of how many name nobody, with the interval, and which they are."""
    rows = [asdict(item) for item in items if item.kind == kind]
    for row in rows:
        row["candidates"] = list(row["candidates"])
        row.pop("kind")
    of = totals.get(kind, 0)
    enough = of >= SHOW_FROM
    low, high = statistics.wilson(len(rows), of) if enough else (None, None)
    share = len(rows) / of if enough else None
    return {"nameless": len(rows), "of": of, "share": share, "low": low, "high": high, "items": rows}
