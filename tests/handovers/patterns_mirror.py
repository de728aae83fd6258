"""Mirrors for tests of hand-overs, patterns and walls: a public Jira read from its file, or a few rows by hand."""

import gzip
from pathlib import Path

from msgspec import json

from vcjira.jira import answers, shapes
from vcjira.mirror import Mirror
from vcjira.mirror.save import save

SHARED = Path(__file__).resolve().parents[3] / "shared"
DURASPACE = SHARED / "data" / "dev" / "duraspace_jira.ndjson.gz"
REF = SHARED / "eventlogs" / "ref"


def read_issues(path: Path, site: str, mirror: Mirror, limit: int | None = None) -> int:
    """Save the raw issues of a file as sync does; how many they were."""
    issues = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if limit is not None and number >= limit:
                break
            raw = json.decode(line, type=answers.Issue)
            histories = raw.changelog.histories or [] if raw.changelog else []
            comments = raw.comments().comments or []
            issues.append(shapes.issue(raw, histories, complete=True, comments=comments, all_comments=True))
    newest = max(i.updated for i in issues if i.updated)
    for start in range(0, len(issues), 5000):
        save(mirror, site, issues[start : start + 5000], newest)
    mirror.load("site_fields", [{"site": site, "field_id": "summary", "name": "Summary"}])
    mirror.load("sites", [{"site": site, "product": "datacenter", "last_sync": newest}])
    return len(issues)
