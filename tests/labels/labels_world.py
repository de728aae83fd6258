"""A small Jira in memory for the label tests: issues with labels, a history, people, permissions and faults."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from vcjira.config import Settings
from vcjira.errors import Unreachable
from vcjira.mirror import Mirror
from vcjira.tracker import BulkOutcome, NotDone, Worn

START = datetime(2026, 11, 1, 8, 0)
BOT = "bot-1"


@dataclass
class FakeIssue:
    issue_id: str
    key: str
    labels: list[str]
    updated: datetime
    history: list[tuple[int, datetime, str, str, str]] = field(default_factory=list)
    gone: bool = False

    @property
    def project(self) -> str:
        return self.key.split("-")[0]


class Books:
    """What the laws are checked against: who really did what, kept apart from journal and history."""

    def __init__(self) -> None:
        self.owners: dict[tuple[str, str], str] = {}
        """Who really set each label: "person" or "vcjira", whatever account was used."""
        self.vetoed: set[tuple[str, str]] = set()
        self.violations: list[str] = []

    def witness(self, issue_id: str, worn: Iterable[str], add: Sequence[str], remove: Sequence[str], by: str) -> None:
        """Called just before an edit by a "person" or by "vcjira"."""
        worn = set(worn)
        for label in set(remove) & worn:
            owner = self.owners.pop((issue_id, label), "person")
            if by == "vcjira" and owner == "person":
                self.violations.append(f"{issue_id}: took away {label}, which a person had set")
            if by == "person" and owner == "vcjira":
                self.vetoed.add((issue_id, label.casefold()))
        for label in set(add) - worn:
            self.owners[issue_id, label] = by
            if by == "vcjira" and (issue_id, label.casefold()) in self.vetoed:
                self.violations.append(f"{issue_id}: set {label} again after a veto")
        if by == "vcjira":
            self.violations += [f"sent {label}" for label in (*add, *remove) if not label.startswith("vc-")]


class FakeJira:
    """A `Tracker` over a dict. Faults are set by the tests; every request is kept in `requests`."""

    def __init__(self, product: Literal["cloud", "datacenter"] = "cloud", *, bulk: bool = False) -> None:
        self.product = product
        self.url = "https://acme.atlassian.net"
        self.account_id = BOT
        self.zone = "UTC"
        self.started = START
        self.issues: dict[str, FakeIssue] = {}
        self.properties: dict[str, Any] = {}
        self.requests: list[tuple[Any, ...]] = []
        self.bulk = bulk
        self.read_only: set[str] = set()
        self.locked: set[str] = set()
        self.lose_answers: set[str] = set()
        self.before_write: Callable[[str], None] = lambda issue_id: None
        self.bulk_plan: Callable[[list[str]], tuple[str, set[str], dict[str, str]]] | None = None
        self.dead = False
        self.books = Books()
        self._time = START
        self._change = 1000
        self._lock = threading.RLock()

    # what people do -----------------------------------------------------------------------------
    def create(self, key: str, labels: Sequence[str] = ()) -> str:
        issue_id = str(10_000 + len(self.issues))
        self.issues[issue_id] = FakeIssue(issue_id, key, sorted(labels), self.tick())
        return issue_id

    def edit(
        self,
        issue_id: str,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        author: str = "ann",
        by: str = "person",
    ) -> None:
        with self._lock:
            issue = self.issues[issue_id]
            self.books.witness(issue_id, issue.labels, add, remove, by)
            before = list(issue.labels)
            after = sorted((set(before) | set(add)) - set(remove))
            if after == sorted(before):
                return
            issue.labels = after
            issue.updated = self.tick()
            self._change += 1
            issue.history.append((self._change, issue.updated, author, " ".join(before), " ".join(after)))

    def comment(self, issue_id: str) -> None:
        self.issues[issue_id].updated = self.tick()

    def tick(self) -> datetime:
        with self._lock:
            self._time += timedelta(seconds=7)
            return self._time

    # what vcjira asks ---------------------------------------------------------------------------
    def alive(self) -> None:
        self._answer("alive")

    def read_labels(self, ids: Sequence[str]) -> dict[str, Worn]:
        self._answer("read", len(ids))
        return {
            i: Worn(self.issues[i].key, tuple(self.issues[i].labels), self.issues[i].updated)
            for i in ids
            if i in self.issues and not self.issues[i].gone
        }

    def relabel(self, issue_id: str, add: Sequence[str], remove: Sequence[str], *, notify: bool, note: str) -> None:
        self._answer("put", issue_id, tuple(add), tuple(remove), notify)
        self.before_write(issue_id)
        self._may(issue_id)
        self.edit(issue_id, add, remove, author=BOT, by="vcjira")
        if issue_id in self.lose_answers:
            self.lose_answers.discard(issue_id)
            raise Unreachable("no answer within the time allowed")

    def can_bulk(self) -> bool:
        return self.bulk

    def bulk_relabel(
        self, ids: Sequence[str], op: Literal["add", "remove"], label: str, *, notify: bool
    ) -> BulkOutcome:
        assert len(ids) <= 1000
        self._answer("bulk", op, label, len(ids), notify)
        status, failed = "COMPLETE", {i: "no permission to edit" for i in ids if i in self.locked}
        doing = [i for i in ids if i not in failed and not self.issues[i].gone]
        if self.bulk_plan:
            status, skipped, more = self.bulk_plan(list(ids))
            failed |= more
            doing = [i for i in doing if i not in skipped and i not in failed]
        for i in doing:
            self.before_write(i)
            add, remove = ([label], []) if op == "add" else ([], [label])
            self.edit(i, add, remove, author=BOT, by="vcjira")
        return BulkOutcome(status, set(doing), failed)

    def set_property(self, issue_id: str, key: str, value: object) -> None:
        self._answer("property", issue_id)
        self.properties[issue_id] = value

    def may_edit(self, project_key: str) -> bool | None:
        self._answer("may edit", project_key)
        return project_key not in self.read_only

    def _answer(self, *request: Any) -> None:
        with self._lock:
            self.requests.append(request)
        if self.dead:
            raise Unreachable("the server could not be reached")

    def _may(self, issue_id: str) -> None:
        if self.issues[issue_id].gone:
            raise NotDone("issue does not exist", status=404)
        if issue_id in self.locked:
            raise NotDone("no permission to edit", status=403)

    def sent_labels(self) -> set[str]:
        """Every label that ever left for Jira."""
        sent = {label for kind, *rest in self.requests if kind == "put" for part in rest[1:3] for label in part}
        return sent | {rest[1] for kind, *rest in self.requests if kind == "bulk"}


@dataclass
class World:
    """The mirror of a FakeJira, and the classes that rules are said to have found."""

    mirror: Mirror
    jira: FakeJira
    settings: Settings
    classes: dict[str, str] = field(default_factory=dict)
    hits: dict[str, list[str]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)

    def sync(self, ids: Sequence[str] | None = None) -> None:
        """Bring the mirror up to date, all of it or some issues."""
        with self.mirror.transaction():
            for table in ("issues", "changes"):
                if ids is None:
                    self.mirror.run(f"DELETE FROM {table}")
                else:
                    self.mirror.run(f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], issue_id)", [list(ids)])
            chosen = [issue for i, issue in self.jira.issues.items() if ids is None or i in ids]
            self.mirror.load("issues", [self._issue(issue) for issue in chosen])
            self.mirror.load("changes", [row for issue in chosen for row in self._changes(issue)])
            if ids is None:
                self.mirror.run("DELETE FROM sites")
                site = {"site": "acme", "product": self.jira.product, "url": self.jira.url, "account_id": BOT}
                self.mirror.load("sites", [site | {"last_sync": self.jira.tick()}])
        self.derive()

    def derive(self) -> None:
        with self.mirror.transaction():
            self._derive()

    def _derive(self) -> None:
        self.mirror.run("DELETE FROM classes; DELETE FROM hits")
        self.mirror.load(
            "classes",
            [
                {"site": "acme", "issue_id": i, "class": self.classes.get(i, "unknown"), "rules": ["a rule"]}
                | {"own_team": i in self.own, "organization": "Globex"}
                for i in self.jira.issues
            ],
        )
        self.mirror.load(
            "hits",
            [
                {"site": "acme", "issue_id": i, "pattern": pattern, "happened": START, "evidence": "{}"}
                for i, patterns in self.hits.items()
                for pattern in patterns
            ],
        )

    def _issue(self, issue: FakeIssue) -> dict[str, Any]:
        return {
            "site": "acme",
            "issue_id": issue.issue_id,
            "key": issue.key,
            "project": issue.project,
            "created": START + timedelta(minutes=int(issue.issue_id) - 10_000),
            "updated": issue.updated,
            "labels": issue.labels,
            "presence": "deleted" if issue.gone else "present",
            "history_complete": True,
        }

    def _changes(self, issue: FakeIssue) -> list[dict[str, Any]]:
        return [
            {
                "site": "acme",
                "issue_id": issue.issue_id,
                "change_id": str(change_id),
                "item": 0,
                "changed": changed,
                "author_id": author,
                "field": "labels",
                "from_text": before,
                "to_text": after,
            }
            for change_id, changed, author, before, after in issue.history
        ]

    def refetch(self, site: str, ids: Sequence[str]) -> None:
        self.sync(ids)

    def tracker_for(self, site: str) -> FakeJira:
        assert site == "acme"
        return self.jira

    def clock(self) -> datetime:
        return self.jira.tick().replace(tzinfo=UTC)


def settings(**labels: Any) -> Settings:
    """A configuration with one site and these `labels:`; limits out of the way unless given."""
    labels.setdefault("limits", {"issues": 1_000_000, "share": 1.0})
    site = {"name": "acme", "url": "https://acme.atlassian.net", "token": "env:T", "requests": {"concurrency": 2}}
    return Settings.model_validate({"sites": [site], "labels": labels})


def world(folder: Path, jira: FakeJira | None = None, **labels: Any) -> World:
    return World(Mirror(folder / "mirror.duckdb", write=True), jira or FakeJira(), settings(**labels))
