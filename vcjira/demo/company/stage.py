"""The director: scenes are written down with their times, then played in order, as people would have done them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vcjira.demo import raw, times
from vcjira.demo.company.cast import TEAMS, Cast
from vcjira.demo.records import Account, Issue
from vcjira.demo.store import Store

TEAM_FIELD = "customfield_10001"
REQUEST_TYPE = "customfield_10010"
ORGANIZATIONS = "customfield_10002"
PARTICIPANTS = "customfield_10026"
POINTS = "customfield_10016"
EPIC_LINK = "customfield_10014"
REQUESTED_FOR = "customfield_10031"
WAITING = "Waiting for customer"


@dataclass
class Card:
    """An issue that will be there once its opening has been played."""

    opened: int
    issue: Issue | None = None
    team: str | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def it(self) -> Issue:
        assert self.issue is not None, "played before it was opened"
        return self.issue


class Stage:
    """Collects scenes; `play` runs them by time. `truth` says which card carries which planted pattern."""

    def __init__(self, store: Store, cast: Cast, seed: int, end: int) -> None:
        self.store = store
        self.cast = cast
        self.dice = random.Random(seed)
        self.end = end
        self.cards: list[Card] = []
        self._scenes: list[tuple[int, int, Callable[[], None]]] = []

    def at(self, when: int, deed: Callable[[], Any]) -> None:
        """Later than the end it does not happen."""
        if when <= self.end:
            self._scenes.append((when, len(self._scenes), deed))

    def play(self) -> None:
        for when, _, deed in sorted(self._scenes, key=lambda scene: scene[:2]):
            self.store.clock.set(max(when, self.store.clock.now()))
            deed()

    def truth(self) -> dict[str, list[str]]:
        """Pattern -> keys of the issues that were made to show it."""
        found: dict[str, list[str]] = {}
        for card in self.cards:
            for tag in card.tags if card.issue else ():
                found.setdefault(tag, []).append(card.it.key)
        return found

    def workday(self, earliest: float, latest: float) -> int:
        """A moment in working hours, between so and so many days before the end."""
        while True:
            when = self.end - int(self.dice.uniform(latest, earliest) * times.DAY)
            day = when - when % times.DAY
            if (day // times.DAY + 3) % 7 < 5:
                return day + int(self.dice.uniform(8, 17) * times.HOUR)

    def open(
        self,
        when: int,
        team: str,
        summary: str,
        reporter: Account | None,
        *,
        creator: Account | None = None,
        body: str = "",
        project: str | None = None,
        issue_type: str = "Task",
        assignee: Account | None = None,
        fields: dict[str, Any] | None = None,
        labels: tuple[str, ...] = (),
        status: str = "To Do",
        show_team: bool = True,
        channel: str | None = None,
    ) -> Card:
        """A new issue for a delivery team."""
        card = Card(when, team=team)
        self.cards.append(card)
        home = project or TEAMS[team][0]
        given = {"description": body, **(fields or {})} | ({TEAM_FIELD: team_value(team)} if show_team else {})

        def deed() -> None:
            card.issue = self.store.create(
                home,
                summary,
                issue_type=issue_type,
                reporter=reporter,
                creator=creator or reporter,
                assignee=assignee,
                status=status,
                labels=labels,
                fields=given,
            )
            if channel:
                self.store.set_property(card.issue.id, "request.channel.type", {"value": channel})

        self.at(when, deed)
        return card

    def say(self, card: Card, when: int, who: Account, text: str, *, public: bool | None = None) -> None:
        self.at(when, lambda: self.store.comment(card.it.id, text, who, public=public))

    def give(self, card: Card, when: int, to: Account | None, by: Account, *, team: str | None = None) -> None:
        """Assign; with `team` the Team field changes in the same minute."""
        self.at(when, lambda: self.store.assign(card.it.id, to, by))
        if team:
            self.team(card, when + 2_000, team, by)

    def team(self, card: Card, when: int, team: str, by: Account) -> None:
        card.team = team
        self.at(when, lambda: self.store.change(card.it.id, {TEAM_FIELD: team_value(team)}, by))

    def status(self, card: Card, when: int, to: str, by: Account, resolution: str | None = None) -> None:
        self.at(when, lambda: self.store.transition(card.it.id, to, by, resolution))

    def change(self, card: Card, when: int, by: Account, **values: Any) -> None:
        self.at(when, lambda: self.store.change(card.it.id, values, by))

    def priority(self, card: Card, when: int, to: str, by: Account) -> None:
        self.at(when, lambda: self.store.set_field(card.it.id, "priority", to, by))

    def label(self, card: Card, when: int, by: Account, add: str) -> None:
        self.at(when, lambda: self.store.edit_labels(card.it.id, [add], (), by))

    def move(self, card: Card, when: int, project: str, by: Account) -> None:
        self.at(when, lambda: self.store.move(card.it.id, project, by))

    def shown(self, account: Account) -> dict[str, Any]:
        """An account inside a field's value; the server shows it in the product's own form."""
        return {
            "accountId": account.id,
            "key": account.key,
            "name": account.name,
            "displayName": account.display,
        }

    def link(self, card: Card, other: Card, when: int, kind: str, by: Account) -> None:
        """`card` is on the outward side: it blocks, clones, relates to the other."""
        self.at(when, lambda: link(self.store, card.it, other.it, kind, by))


def team_value(team: str) -> dict[str, Any]:
    return {"id": f"team-{TEAMS[team][0].lower()}", "name": team, "title": team}


KINDS = {
    "Blocks": ("is blocked by", "blocks"),
    "Cloners": ("is cloned by", "clones"),
    "Relates": ("relates to", "relates to"),
}


def link(store: Store, source: Issue, target: Issue, kind: str, author: Account | None) -> None:
    """A link on both issues, with the history items that Jira writes on both."""
    inward, outward = KINDS[kind]
    shown = {"id": "10000", "name": kind, "inward": inward, "outward": outward}
    for issue, side, other in ((source, "outwardIssue", target), (target, "inwardIssue", source)):
        entry = {
            "id": str(store.serial()),
            "type": shown,
            side: {"id": str(other.id), "key": other.key, "fields": {"summary": raw.parse(other.fields["summary"])}},
        }
        before = raw.parse(issue.fields["issuelinks"])
        store.attach(issue.id, {"issuelinks": [*before, entry]})
    store.note(source.id, "Link", None, target.key, f"This issue {outward} {target.key}", author)
    store.note(target.id, "Link", None, source.key, f"This issue {inward} {source.key}", author)
