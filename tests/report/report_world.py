"""A mirror for the tests of reports: one team is asked by several organizations, some of them with hostile names."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vcjira import nightly
from vcjira.config import Settings
from vcjira.mirror import Mirror

SITE = "acme"
URL = "https://acme.example"
LAST = datetime(2026, 8, 1, 12)
PLAIN_NAMES = ("Sales", "Finance", "Globex")
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
    "=cmd|' /C calc'!A0",
    "+1-2",
    "@SUM(A1:A9)",
    "-2+3",
    " =1+1",
    "＝1+1",
    "\x1b[31mred\x1b[0m\x07\x08",
    "left\u202eright\u2066x\u2069",
    "line\nbreak\r\nand\u2028more\u2029",
    "pipe | `tick` ](http://evil.example) **bold** <b>",
    "{{ 7*7 }} {% raw %} ${7*7}",
    '"; DROP TABLE issues; --',
    "null\x00byte \ufeff \u200b zero",
    "' OR '1'='1",
)
ORGANIZATIONS = (*PLAIN_NAMES, *HOSTILE)
PEOPLE_EACH = 2
ISSUES_EACH = 4


@dataclass
class World:
    mirror: Mirror
    settings: Settings
    names: list[str]
    """Of persons; nothing of a report may show them."""


def world(folder: Path, **more: Any) -> World:
    """The mirror of a synced, classed and measured site."""
    people = [
        (f"557058:{org:02}-{who}", f"Person{org}x{who} Lastname{org}", f"p{org}.{who}@mail{org}.example")
        for org in range(len(ORGANIZATIONS))
        for who in range(PEOPLE_EACH)
    ]
    _directory(folder / "people.csv", people)
    settings = Settings.model_validate(_settings(folder) | more)
    mirror = Mirror(folder / "mirror.duckdb", write=True)
    mirror.load(
        "sites", [{"site": SITE, "product": "cloud", "url": URL, "last_sync": LAST, "certificate": CERTIFICATE}]
    )
    mirror.load("people", [_person(*person) for person in [*people, ("557058:agent", "Agent Smith", "a@acme.example")]])
    mirror.load("issues", [_issue(number, people) for number in range(len(ORGANIZATIONS) * ISSUES_EACH)])
    mirror.load("comments", _comments(people))
    nightly.refresh(mirror, settings)
    return World(mirror, settings, [person[1] for person in people])


CERTIFICATE = (
    '{"complete": false, "findings": [{"code": "history_cut", "project": "PLAT", "count": 2,'
    ' "detail": "<b>two</b> histories | are short \\u001b[31m"}]}'
)


def _settings(folder: Path) -> dict[str, Any]:
    rules = [
        {"name": "partners of <us>", "when": {"organization": "Globex"}, "class": "partner", "from": "2026-06-15"},
        {"name": "before", "when": {"organization": "Globex"}, "class": "customer"},
        {"name": "staff", "when": {"organization": ["Sales", "Finance"]}, "answers": {"has_choice": False}},
    ]
    return {
        "people": {"directory": folder / "people.csv"},
        "teams": {"Platform": {"projects": ["PLAT"]}, "Data | <i>": {"projects": ["DATA"]}},
        "classify": {"rules": rules},
        "value_chain": ["Platform -> Globex", "Data | <i> -> Platform", "Globex -> Initech"],
        "declared_split": {"customer": 0.6, "partner": 0.25, "stakeholder": 0.15},
    }


def _directory(path: Path, people: list[tuple[str, str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows: Any = csv.writer(file)
        rows.writerow(["account_id", "person", "organization", "team", "from", "until"])
        for number, (account_id, name, _) in enumerate(people):
            rows.writerow(
                [account_id, name, ORGANIZATIONS[number // PEOPLE_EACH].replace("\x00", "\u0001"), "", "", ""]
            )


def _person(account_id: str, name: str, email: str) -> dict[str, Any]:
    domain = email.partition("@")[2]
    return {
        "site": SITE,
        "account_id": account_id,
        "name": name,
        "email": email,
        "email_domain": domain,
        "account_type": "atlassian",
        "active": True,
        "bot": False,
        "seen": LAST,
    }


def _issue(number: int, people: list[tuple[str, str, str]]) -> dict[str, Any]:
    org = number % len(ORGANIZATIONS)
    reporter = people[org * PEOPLE_EACH + number % PEOPLE_EACH][0]
    project = "DATA" if number % 5 == 0 else "PLAT"
    created = LAST - timedelta(days=2 * number + 1)
    return {
        "site": SITE,
        "issue_id": str(1000 + number),
        "key": f"{project}-{number + 1}",
        "project": project,
        "type": "Task",
        "status": "Open",
        "created": created,
        "updated": created,
        "resolved": created + timedelta(days=1) if number % 2 else None,
        "reporter_id": reporter,
        "creator_id": "557058:agent" if number % 7 == 0 else reporter,
        "summary": HOSTILE[number % len(HOSTILE)].replace("\x00", "") + f" by {reporter}",
        "presence": "present",
        "history_complete": number % 9 != 0,
        "comments_complete": True,
        "labels": [],
        "components": [],
        "organizations": [],
        "fetched_at": LAST,
    }


def _comments(people: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """The asking side speaks on every third issue."""
    rows = []
    for number in range(0, len(ORGANIZATIONS) * ISSUES_EACH, 3):
        issue = _issue(number, people)
        for step, author in enumerate((issue["reporter_id"], "557058:agent", issue["reporter_id"])):
            when = issue["created"] + timedelta(hours=step + 1)
            row = {"site": SITE, "issue_id": issue["issue_id"], "comment_id": f"{number}-{step}", "words": 7}
            rows.append(row | {"created": when, "author_id": author, "public": True, "question": False})
    return rows
