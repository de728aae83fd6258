"""The facts of the report `stages`: how close each pair works, window by window, how stages change, and the radar."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vcjira import stages
from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.report.window import Window

Row = Mapping[str, Any]
SHOWN = 12
"""Windows of a pair that a report shows: a year."""


def gather(mirror: Mirror, settings: Settings, window: Window) -> dict[str, Any]:
    """pairs (each with its windows, newest last, and the requests behind the newest), transitions, waits, radar."""
    rows = stages.history(mirror, settings, window.as_of, window.projects)
    classes = _classes(mirror)
    behind = _requests(mirror)
    pairs: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        pairs[row["site"], row["organization"], row["team"]].append(row)
    return {
        "meaning": [
            {"stage": name, "name": stages.STAGES[name], "rule": stages.MEANING[name]} for name in stages.STAGES
        ],
        "pairs": [
            _pair(windows) | {"class": classes.get(key), "issues": behind.get(key, [])}
            for key, windows in sorted(pairs.items(), key=_order)
        ],
        "transitions": [asdict(move) for move in stages.transitions(rows)],
        "waits": _waits(rows),
        "radar": _radar(mirror, settings, window),
    }


def _order(entry: tuple[tuple[str, str, str], list[Row]]) -> tuple[object, ...]:
    (site, organization, team), windows = entry
    return organization, team, site, -windows[-1]["requests"]


def _pair(windows: list[Row]) -> dict[str, Any]:
    newest = windows[-1]
    return {
        "site": newest["site"],
        "organization": newest["organization"],
        "team": newest["team"],
        "stage": newest["stage"],
        "name": stages.STAGES[newest["stage"]],
        "sure": newest["sure"],
        "windows": [
            {name: row[name] for name in ("window_from", "window_to", "stage", "seen", "sure", *stages.COUNTS)}
            for row in windows
            if row["number"] < SHOWN
        ],
    }


def _classes(mirror: Mirror) -> dict[tuple[str, str, str], str]:
    """The class that most requests of a pair have."""
    return {
        (site, organization, team): kind
        for site, organization, team, kind in mirror.tuples(
            "SELECT r.site, r.organization, r.team, mode(c.class) FROM stage_requests r"
            " JOIN classes c ON c.site = r.site AND c.issue_id = r.issue_id GROUP BY ALL"
        )
    }


def _requests(mirror: Mirror) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """The newest requests of each pair, with whether both sides wrote; `history` has just made the table."""
    found = defaultdict(list)
    for row in mirror.rows(
        "SELECT s.site, s.organization, s.team, s.key, s.created, s.two_way_since IS NOT NULL AS two_way, i.summary"
        " FROM stage_signs s JOIN issues i USING (site, issue_id)"
        " QUALIFY row_number() OVER (PARTITION BY s.site, s.organization, s.team ORDER BY s.created DESC, s.key) <= 200"
        " ORDER BY s.created DESC, s.key"
    ):
        found[row["site"], row["organization"], row["team"]].append(
            {name: row[name] for name in ("site", "key", "created", "two_way", "summary")}
        )
    return found


def _waits(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Time to S3 over all pairs and by team."""
    told = [{"team": None} | asdict(stages.time_to_conversation(rows))]
    for team in sorted({row["team"] for row in rows}):
        told.append({"team": team} | asdict(stages.time_to_conversation([r for r in rows if r["team"] == team])))
    return told


def _radar(mirror: Mirror, settings: Settings, window: Window) -> list[dict[str, Any]]:
    """Contradictions of today; a report of another day has none, since classes and decisions are today's."""
    if window.as_of != now(mirror):
        return []
    told = ("site", "organization", "team", "kind", "stage", "proposed", "why", "since", "state", "until")
    return [
        {name: getattr(blip, name) for name in told} | {"issues": list(blip.issues)}
        for blip in stages.radar(mirror, settings)
    ]
