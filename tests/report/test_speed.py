"""Reports on a large tracker: within five seconds of CPU, and a page that a browser still likes."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from vcjira import nightly
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report import Request, render

ISSUES = 22_371
LAST = datetime(2026, 8, 1)
DAYS = 4000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """As many issues as the largest public tracker of our tests, by 2,000 people of 60 organizations."""
    settings = Settings.model_validate(
        {
            "teams": {f"Team {n}": {"projects": [f"P{n}"]} for n in range(9)},
            "classify": {"rules": [{"name": "all", "when": {"email_domain": "glob:*1.example"}, "class": "partner"}]},
        }
    )
    people = [
        {"site": "s", "account_id": f"a{n}", "name": f"N {n}", "email": f"n{n}@o{n % 60}.example", "bot": False}
        | {"email_domain": f"o{n % 60}.example", "account_type": "atlassian"}
        for n in range(2000)
    ]
    issues = [
        {"site": "s", "issue_id": str(n), "key": f"P{n % 9}-{n}", "project": f"P{n % 9}", "presence": "present"}
        | {"created": LAST - timedelta(days=n * DAYS / ISSUES, hours=1), "updated": LAST, "reporter_id": f"a{n % 2000}"}
        | {"creator_id": f"a{n % 2000}", "summary": f"Please do number {n}", "history_complete": True}
        | {"comments_complete": True, "labels": [], "components": [], "organizations": [], "status": "Open"}
        for n in range(ISSUES)
    ]
    with Mirror(Path(tmp_path_factory.mktemp("large")) / "m.duckdb", write=True) as mirror:
        mirror.load("sites", [{"site": "s", "url": "https://acme.example", "last_sync": LAST}])
        mirror.load("people", people)
        mirror.load("issues", issues)
        nightly.refresh(mirror, settings)
        yield mirror, settings


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walls", "requesters"])
def test_a_report_on_twenty_two_thousand_issues(large, name):
    mirror, settings = large
    began = time.process_time()
    page = render(mirror, settings, Request(name, from_=(LAST - timedelta(days=DAYS + 1)).date()))
    assert time.process_time() - began < 5
    assert 100_000 < len(page) < 8_000_000
    assert "22,371" in page.replace("\u202f", ",")
