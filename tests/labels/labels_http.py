"""The embedded Jira as the world of the label tests: real HTTP, people editing behind vcjira's back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labels_world import Books, World, settings

from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Faults, Request, Store
from vcjira.demo.records import Account
from vcjira.jira import connect
from vcjira.mirror import Mirror
from vcjira.sync import Options, refresh_issues, sync_site
from vcjira.tracker import Tracker

OURSELVES = "bot-1"
FIRST_PAUSE = 0.01
"""Seconds before a first retry; the doubling from there, and what the server itself asks for, are the wire's own."""


@dataclass
class Seen:
    """An issue as the store has it."""

    issue_id: str
    key: str
    labels: tuple[str, ...]


class HttpJira:
    """An `EmbeddedJira` with books; edits of people go straight to the store."""

    def __init__(self, product: Any = "cloud", *, bulk: bool = True, **faults: Any) -> None:
        self.store = Store()
        for name in ("ann", "bob"):
            self.store.directory.add(Account(name, key=name, name=name, display=name.title()))
        lacks = [] if bulk else ["BULK_CHANGE"]
        self.server = EmbeddedJira(self.store, product=product, faults=Faults(lacks=lacks, per_issue=False, **faults))
        self.books = Books()
        self.before_write: Callable[[str], None] = lambda issue_id: None
        self.server.on_request(self._arrived)

    @property
    def issues(self) -> Mapping[str, Seen]:
        return {str(i): Seen(str(i), issue.key, issue.labels) for i, issue in sorted(self.store.issues.items())}

    def create(self, key: str, labels: Sequence[str] = ()) -> str:
        issue = self.store.create(key.split("-")[0], key, labels=labels, reporter="ann")
        return str(issue.id)

    def edit(self, issue_id: str, add: Sequence[str] = (), remove: Sequence[str] = (), author: str = "ann") -> None:
        with self.store.lock:
            self.books.witness(issue_id, self.store[issue_id].labels, add, remove, "person")
            self.store.edit_labels(issue_id, add, remove, None if author == OURSELVES else author)

    def _arrived(self, request: Request) -> None:
        """A write of vcjira, just before it is done."""
        if request.method == "PUT" and isinstance(request.body, dict) and "update" in request.body:
            verbs = request.body["update"]["labels"]
            add = [label for step in verbs for verb, label in step.items() if verb == "add"]
            remove = [label for step in verbs for verb, label in step.items() if verb == "remove"]
            self._writes(request.path.rsplit("/", 1)[1], add, remove)
        elif request.method == "POST" and request.path.endswith("/bulk/issues/fields"):
            (step,) = request.body["editedFieldsInput"]["labelsFields"]
            labels = [entry["name"] for entry in step["labels"]]
            adds = step["bulkEditMultiSelectFieldOption"] == "ADD"
            for issue_id in request.body["selectedIssueIdsOrKeys"]:
                self._writes(issue_id, labels if adds else [], [] if adds else labels)

    def _writes(self, issue_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        self.before_write(issue_id)
        if self.store.find(issue_id) is not None:
            self.books.witness(issue_id, self.store[issue_id].labels, add, remove, "vcjira")


class HttpWorld(World):
    """A mirror synced from the embedded Jira; classes and hits as the test says."""

    jira: Any

    def open(self) -> "HttpWorld":
        site = self.settings.sites[0].model_copy(update={"url": self.jira.server.url, "email": self._email})
        self.settings = self.settings.model_copy(update={"sites": [site]})
        self.tracker: Tracker = connect(site, TOKEN)
        self.tracker.wire._first_pause = FIRST_PAUSE  # type: ignore[attr-defined]
        return self

    @property
    def _email(self) -> str | None:
        return EMAIL if self.jira.server.product == "cloud" else None

    def configure(self, **labels: Any) -> None:
        """Other `labels:`, the same site."""
        self.settings = settings(**labels).model_copy(update={"sites": self.settings.sites})

    def sync(self, ids: Sequence[str] | None = None) -> None:
        site = self.settings.sites[0]
        if ids is None:
            sync_site(self.mirror, site, self.tracker, Options(), run_id="sync")
        else:
            refresh_issues(self.mirror, site, self.tracker, list(ids))
        self.derive()

    def refetch(self, site: str, ids: Sequence[str]) -> None:
        self.sync(ids)

    def tracker_for(self, site: str) -> Any:
        return self.tracker

    def clock(self) -> datetime:
        return datetime.now(UTC)


def http_world(mirror: Mirror | Path, jira: HttpJira, **labels: Any) -> HttpWorld:
    """A world on a server that is already running."""
    labels.setdefault("evidence_property", None)
    held = mirror if isinstance(mirror, Mirror) else Mirror(mirror / "mirror.duckdb", write=True)
    world = HttpWorld(held, jira, settings(**labels))
    site = world.settings.sites[0]
    quick = site.requests.model_copy(update={"per_second": 5000, "concurrency": 4, "deadline": 20})
    world.settings = world.settings.model_copy(update={"sites": [site.model_copy(update={"requests": quick})]})
    return world.open()
