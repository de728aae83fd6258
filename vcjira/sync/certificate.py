"""The completeness certificate: what Jira has, what the mirror holds, and the name of every difference."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from vcjira.mirror import Mirror
from vcjira.model import Finding
from vcjira.sync import census

EXAMPLES = 200
"""Characters of example keys in a finding."""


def draw(mirror: Mirror, site: str, findings: Sequence[Finding], *, partial: bool) -> dict[str, Any]:
    """Compare the walk of this run with the mirror, project by project.

    `partial` runs (some projects only) say nothing about the rest, so their counts are of what was walked.
    """
    every = [*_short(mirror, site), *_unread(mirror, site), *findings]
    real = [finding for finding in every if not finding.note]
    return {
        "complete": not real,
        "findings": [{k: v for k, v in asdict(f).items() if k != "note"} for f in real],
        "notes": [{k: v for k, v in asdict(f).items() if k != "note"} for f in every if f.note],
        "projects": _projects(mirror, site),
        "partial": partial,
    }


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


def _projects(mirror: Mirror, site: str) -> list[dict[str, Any]]:
    return mirror.rows(
        "SELECT coalesce(j.project, m.project) AS project, coalesce(j.n, 0) AS jira, coalesce(m.n, 0) AS mirror FROM"
        " (SELECT regexp_extract(key, '^(.*)-[^-]*$', 1) AS project, count(*) AS n FROM walked GROUP BY 1) j FULL JOIN"
        " (SELECT project, count(*) AS n FROM issues WHERE site = ? AND presence = 'present' GROUP BY 1) m"
        " ON j.project = m.project ORDER BY 1",
        [site],
    )


def _cut(keys: str) -> str:
    return keys if len(keys) <= EXAMPLES else keys[:EXAMPLES].rpartition(",")[0] + ", ..."
