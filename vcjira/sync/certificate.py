"""The completeness certificate: what Jira has, what the mirror holds, and the name of every difference."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from vcjira.mirror import Mirror
from vcjira.model import Finding
from vcjira.sync import census

EXAMPLES = 200
"""Characters of example keys in a finding."""


def draw(mirror: Mirror, site: str, findings: Sequence[Finding], only: Sequence[str]) -> dict[str, Any]:
    """Compare the walk of this run with the mirror, project by project.

    A run over some projects `only` says nothing about the rest: what was said of them last stays.
    """
    every = [*_short(mirror, site), *_unread(mirror, site), *findings]
    drawn: dict[str, list[Any]] = {
        "findings": [_told(f) for f in every if not f.note],
        "notes": [_told(f) for f in every if f.note],
        "projects": _projects(mirror, site),
        "partial": list(only),
    }
    if only:
        text = mirror.value("SELECT certificate FROM sites WHERE site = ?", [site])
        _keep_the_rest(drawn, json.loads(text) if text else {}, set(only))
    return {"complete": not drawn["findings"], **drawn}


def _told(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name != "note"}


def _keep_the_rest(drawn: dict[str, list[Any]], before: dict[str, list[Any]], only: set[str]) -> None:
    for part in ("findings", "notes"):
        have = [(entry["code"], entry["project"]) for entry in drawn[part]]
        drawn[part] += [
            entry
            for entry in before.get(part, [])
            if entry["project"] not in only
            and (entry["code"], entry["project"]) not in have
            and not entry["code"].endswith("_short")  # these are of the whole mirror each time
        ]
    mine = [entry for entry in drawn["projects"] if entry["project"] in only]
    rest = [entry for entry in before.get("projects", []) if entry["project"] not in only]
    drawn["projects"] = sorted([*mine, *rest], key=lambda entry: str(entry["project"]))


def asides(mirror: Mirror, site: str, traffic: Mapping[str, Any]) -> list[Finding]:
    """Notes: how far the search index was behind, and what went wrong on the wire and was tried again."""
    found = []
    count, seconds = census.lagging(mirror, site)
    if count:
        text = f"the search index was behind the issues, by {seconds:.0f} s at most"
        found.append(Finding("index_lag", count, text, note=True))
    reasons = traffic.get("by_reason") or {}
    if reasons:
        text = ", ".join(f"{reason}: {count}" for reason, count in sorted(reasons.items()))
        found.append(Finding("tried_again", sum(reasons.values()), text, note=True))
    return found


def save(mirror: Mirror, site: str, run_id: str, certificate: dict[str, Any]) -> None:
    mirror.run("DELETE FROM findings WHERE site = ?", [site])
    mirror.load(
        "findings",
        [
            {"site": site, "run_id": run_id, "note": note} | finding
            for name, note in (("findings", False), ("notes", True))
            for finding in certificate[name]
        ],
    )
    mirror.run("UPDATE sites SET certificate = ? WHERE site = ?", [json.dumps(certificate), site])


def _unread(mirror: Mirror, site: str) -> list[Finding]:
    return [
        Finding("issues_unread", count, f"in Jira and not (or older) in the mirror: {_cut(keys)}", project)
        for project, count, keys in census.unread(mirror, site)
    ]


def _short(mirror: Mirror, site: str) -> list[Finding]:
    """Histories and comments that stay shorter than Jira's own count, in the whole mirror."""
    found = []
    for column, code, what in (
        ("history_complete", "histories_short", "history"),
        ("comments_complete", "comments_short", "comments"),
    ):
        rows = mirror.tuples(
            "SELECT project, count(*), string_agg(key, ', ' ORDER BY key) FROM issues"
            f" WHERE site = ? AND presence = 'present' AND NOT {column} GROUP BY project ORDER BY project",
            [site],
        )
        found += [Finding(code, n, f"{what} shorter than Jira counts: {_cut(keys)}", p) for p, n, keys in rows]
    return found


_PROJECTS = """
WITH jira AS (
    SELECT regexp_extract(key, '^(.*)-[^-]*$', 1) AS project, count(*) AS n, max(updated) AS newest
    FROM walked GROUP BY 1
), present AS (
    SELECT issue_id, project, updated, history_complete, comments_complete
    FROM issues WHERE site = $site AND presence = 'present'
), mirror AS (
    SELECT project, count(*) AS n, max(updated) AS newest, count(*) FILTER (NOT history_complete) AS histories_short,
        count(*) FILTER (NOT comments_complete) AS comments_short
    FROM present GROUP BY 1
), parts AS (
    SELECT project, count(*) AS histories, 0 AS comments
    FROM present JOIN changes c ON c.site = $site AND c.issue_id = present.issue_id AND c.item = 0 GROUP BY 1
    UNION ALL
    SELECT project, 0, count(*) FROM present JOIN comments c ON c.site = $site AND c.issue_id = present.issue_id
    GROUP BY 1
)
SELECT coalesce(j.project, m.project) AS project, coalesce(j.n, 0) AS jira, coalesce(m.n, 0) AS mirror,
    strftime(j.newest, '%Y-%m-%dT%H:%M:%S.%g') AS newest_in_jira,
    strftime(m.newest, '%Y-%m-%dT%H:%M:%S.%g') AS newest_in_mirror,
    coalesce(sum(p.histories), 0)::BIGINT AS histories, coalesce(sum(p.comments), 0)::BIGINT AS comments,
    coalesce(m.histories_short, 0) AS histories_short, coalesce(m.comments_short, 0) AS comments_short
FROM jira j FULL JOIN mirror m ON j.project = m.project LEFT JOIN parts p ON p.project = m.project
GROUP BY ALL ORDER BY 1
"""


def _projects(mirror: Mirror, site: str) -> list[dict[str, Any]]:
    return mirror.rows(_PROJECTS, {"site": site})


def _cut(keys: str) -> str:
    return keys if len(keys) <= EXAMPLES else keys[:EXAMPLES].rpartition(",")[0] + ", ..."
