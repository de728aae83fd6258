"""What vcjira asks of an issue tracker: a handful of methods, the same on every product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from vcjira.errors import Unreachable, VcjiraError
from vcjira.model import Finding, Issue, Person, Product


class NotDone(VcjiraError):
    """The tracker refused one thing (400, 403, 404, 409); the rest may go on."""

    exit_code = 4

    def __init__(self, what: str, *, status: int, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status


class Throttled(Unreachable):
    """The tracker asks us to wait longer than the run may; nothing is wrong with what was asked for."""


class Stub(Struct, frozen=True, gc=False):
    """One row of the walk: enough to decide whether the issue must be fetched."""

    issue_id: str
    key: str
    updated: datetime | None


@dataclass(slots=True)
class Fetched:
    """Issues read whole, and what could not be read of them; ids absent from `issues` are not visible."""

    issues: list[Issue]
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Catalogue:
    """What a site is made of: (id, name, custom type), (id, name, category), (id, key, name, type, archived)."""

    fields: list[tuple[str, str, str | None]]
    statuses: list[tuple[str, str, str | None]]
    projects: list[tuple[str, str, str, str | None, bool]]


@dataclass(slots=True, frozen=True)
class Worn:
    """An issue as it stands on the server, as far as labels go."""

    key: str
    labels: tuple[str, ...]
    updated: datetime | None


@dataclass(slots=True)
class BulkOutcome:
    """What became of one bulk edit, issue by issue; `status` is the task's own word."""

    status: str
    done: set[str]
    failed: dict[str, str]


class Tracker(Protocol):
    """One site of one tracker. Safe to call from several threads at once."""

    product: Product
    url: str
    account_id: str
    zone: str | None
    started: datetime
    """The server's clock when we connected, UTC."""

    def traffic(self) -> dict[str, Any]:
        """Requests so far, retries, slow-downs, seconds waited."""

    def waiting(self) -> float:
        """Seconds for which the server's rate limit holds everybody up; 0 when nobody waits."""

    def notices(self) -> list[Finding]:
        """What walks met that may have cost issues: results cut by the server, pages that would not join up."""

    def alive(self) -> None:
        """Raise LoginFailed unless we are still who we were."""

    def catalogue(self) -> Catalogue:
        """Fields, statuses and projects, each read to the end."""

    def bounded(self, jql: str) -> str:
        """The scope as the server accepts it, where it is empty."""

    def count(self, jql: str) -> int | None:
        """About how many issues match; None where the server does not say. Mend when it refuses the JQL."""

    def walk(self, jql: str) -> Iterator[list[Stub]]:
        """All matching issues, page by page; an id may come twice."""

    def windows(self, jql: str) -> list[str]:
        """`jql` cut into independent parts, each small enough to be walked safely."""

    def since(self, jql: str, moment: datetime) -> str:
        """`jql` narrowed to what was updated at or after `moment`, safe in every time zone."""

    def fetch(self, ids: Sequence[str]) -> Fetched:
        """These issues whole: fields, complete history, complete comments."""

    def members(self, kind: Literal["group", "organization"], name: str) -> list[Person]:
        """Everybody in it; NotDone when it may not be read or does not exist."""

    def read_labels(self, ids: Sequence[str]) -> dict[str, Worn]:
        """By issue id; absent means deleted or invisible."""

    def relabel(self, issue_id: str, add: Sequence[str], remove: Sequence[str], *, notify: bool, note: str) -> None:
        """One edit with add and remove verbs; `note` is told to readers of the history."""

    def can_bulk(self) -> bool:
        """May this account bulk-edit?"""

    def bulk_relabel(
        self, ids: Sequence[str], op: Literal["add", "remove"], label: str, *, notify: bool
    ) -> BulkOutcome:
        """One label on at most 1,000 issues; waits for the server to finish."""

    def set_property(self, issue_id: str, key: str, value: object) -> None:
        """An entity property: no mail, no change of `updated`."""

    def may_edit(self, project_key: str) -> bool | None:
        """None where the server does not say."""
