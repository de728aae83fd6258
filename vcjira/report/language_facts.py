"""The facts of the report `language`: words that shape how people work, and backlog items that name nobody."""

from dataclasses import asdict
from typing import Any

from vcjira import language
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report import shares
from vcjira.report.window import Window


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """classes, teams (the same by team), words with their issues, months; features and stories that name nobody."""
    found = language.scan(mirror, settings, window.start, window.end, window.projects)
    items, totals = language.backlog(mirror, settings, list(window.projects), window.as_of)
    counted = _shares(mirror, items)
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
        "features": _backlog(items, "feature", totals) | counted.share("feature", "nameless"),
        "stories": _backlog(items, "story", totals) | counted.share("story", "nameless"),
        "keeps_text": settings.language.keep_text,
    }


def _backlog(items: list[language.Nameless], kind: str, totals: dict[str, int]) -> dict[str, Any]:
    """One kind: how many of how many name nobody, and which they are."""
    rows = [asdict(item) for item in items if item.kind == kind]
    for row in rows:
        row["candidates"] = list(row["candidates"])
        row.pop("kind")
    return {"nameless": len(rows), "of": totals.get(kind, 0), "items": rows}


def _shares(mirror: Mirror, items: list[language.Nameless]) -> shares.Shares:
    """Of each kind the share that names nobody; those who raised the items are the clusters. After `backlog`."""
    return shares.count(
        mirror,
        f"SELECT i.kind AS whole, {shares.REQUESTER} AS requester,"
        " CASE WHEN n.key IS NOT NULL THEN ['nameless'] END AS parts"
        " FROM lint_items i LEFT JOIN classes c USING (site, issue_id)"
        " LEFT JOIN (SELECT unnest($sites::VARCHAR[]) AS site, unnest($keys::VARCHAR[]) AS key) n"
        " ON n.site = i.site AND n.key = i.key",
        {"sites": [item.site for item in items], "keys": [item.key for item in items]},
    )
