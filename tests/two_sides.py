"""A small made-up company for tests of the measures: organizations ask teams, and both write, edit and hold issues."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vcjira import walls
from vcjira.config.models import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import again
from vcjira.patterns import PATTERNS

NOW = datetime(2026, 7, 1)
SITE = "s"
PEOPLE = 14
"""People of each organization and each team."""
MEASURED = (
    "handover", "silent_handoff", "ping_pong", "relay", "reassignment", "reopen", "rejection", "return_to_sender",
)  # fmt: skip
"""Patterns that the measures read; others are looked for where a test says so (`patterns={}`): that takes its time."""


@dataclass
class World:
    """Rows of the mirror, grown by deeds; an organization's people are `Sales.0`, `Sales.1`, ..."""

    organizations: tuple[str, ...] = ("Sales", "Finance", "Legal")
    teams: tuple[str, ...] = ("Platform", "Data")
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def homes(self) -> list[str]:
        """Everywhere that people are; a team may be an organization as well."""
        return list(dict.fromkeys((*self.organizations, *self.teams)))

    def ask(self, who: str, team: str, days_ago: float = 60, **columns: Any) -> str:
        """An issue of `who` for a team; its id."""
        number = len(self.issues) + 1
        created = NOW - timedelta(days=days_ago) + timedelta(minutes=3 * number)
        self.issues.append(
            {
                "site": SITE, "issue_id": str(number), "key": f"P-{number}", "project": team.upper(), "type": "Task",
                "status": "Open", "status_category": "new", "priority": "Medium", "created": created,
                "updated": created, "reporter_id": who, "creator_id": who, "labels": [], "components": [],
                "organizations": [], "summary": f"thing number {number}", "description_words": 20,
                "presence": "present", "history_complete": True, "comments_complete": True,
            } | columns
        )  # fmt: skip
        return str(number)

    def say(self, issue: str, *who: str, hours: float = 1, **columns: Any) -> None:
        """Comments of these people, an hour after each other, the first `hours` after the issue was raised."""
        begin = self.issues[int(issue) - 1]["created"]
        for place, author in enumerate(who):
            number = len(self.comments) + 1
            self.comments.append(
                {
                    "site": SITE, "issue_id": issue, "comment_id": str(number), "author_id": author, "public": True,
                    "created": begin + timedelta(hours=hours + place), "words": 5, "question": False,
                    "digest": str(number), "lint": [],
                } | columns
            )  # fmt: skip

    def mention(self, issue: str, account: str, *, comment: bool = True) -> None:
        """The latest comment, or the description, mentions somebody."""
        where = self.comments[-1]["comment_id"] if comment else None
        self.mentions.append({"site": SITE, "issue_id": issue, "comment_id": where, "account": account})

    def change(self, issue: str, who: str, what: str, before: str | None, after: str | None, hours: float = 2) -> None:
        number = len(self.changes) + 1
        self.changes.append(
            {
                "site": SITE, "issue_id": issue, "change_id": str(number), "item": 0, "author_id": who,
                "changed": self.issues[int(issue) - 1]["created"] + timedelta(hours=hours, seconds=number),
                "field": what, "field_id": what, "from_value": before, "to_value": after, "from_text": before,
                "to_text": after,
            }
        )  # fmt: skip

    def traffic(
        self, organization: str, team: str, count: int, *, two_way: int, days_ago: float = 60, requesters: int = 12
    ) -> list[str]:
        """`count` requests, spread over requesters, the first `two_way` of them with a word of each side."""
        found = []
        for number in range(count):
            who = f"{organization}.{number % requesters}"
            issue = self.ask(who, team, days_ago - number / 100)
            if number < two_way:
                self.say(issue, f"{team}.{number % PEOPLE}", who)
            found.append(issue)
        return found

    def settings(self, **more: Any) -> Settings:
        return Settings.model_validate(
            {
                "people": {
                    "affiliations": [
                        {"account": f"{home}.{n}", "organization": home} for home in self.homes for n in range(PEOPLE)
                    ]
                },
                "teams": {
                    team: {"projects": [team.upper()], "members": {"account": [f"{team}.{n}" for n in range(PEOPLE)]}}
                    for team in self.teams
                },
                "patterns": {name: {"enabled": False} for name in PATTERNS if name not in MEASURED},
            }
            | more
        )

    @contextmanager
    def mirror(self, settings: Settings | None = None) -> Iterator[Mirror]:
        """A mirror of it all with everything derived."""
        with Mirror(Path(":memory:"), write=True) as mirror:
            mirror.load("sites", [{"site": SITE, "product": "cloud", "last_sync": NOW, "url": "https://jira.example"}])
            everybody = [f"{home}.{n}" for home in self.homes for n in range(PEOPLE)]
            mirror.load("people", [{"site": SITE, "account_id": who, "name": who, "active": True} for who in everybody])
            mirror.load("site_fields", [{"site": SITE, "field_id": "summary", "name": "Summary"}])
            for table in ("issues", "comments", "changes", "links", "mentions"):
                mirror.load(table, getattr(self, table))
            again.everything(mirror, settings or self.settings())
            yield mirror

    def cells(
        self, mirror: Mirror, settings: Settings | None = None, **options: Any
    ) -> dict[tuple[str, str], walls.Cell]:
        found = walls.matrix(mirror, settings or self.settings(), NOW - walls.WINDOW, NOW, **options)
        return {(cell.organization, cell.team): cell for cell in found}
