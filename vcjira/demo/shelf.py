"""All issues in memory: found by id, key, old key and project; what they were before a change is remembered."""

import copy
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from vcjira.demo import times
from vcjira.demo.directory import Directory
from vcjira.demo.records import Account, Group, Issue, Named, Organization, Project

EMAIL = "bot@demo.example"
TOKEN = "demo-token"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KINDS = ("status", "type", "priority", "resolution")
"""What an issue holds one of, by name."""
REMEMBERED = 50_000
"""How many changes the store can show as not yet indexed."""


class Past:
    """An issue as it was before a change; None when it was not there."""

    __slots__ = ("issue_id", "moment", "was")

    def __init__(self, moment: int, issue_id: int, was: Issue | None) -> None:
        self.moment, self.issue_id, self.was = moment, issue_id, was


class Shelf:
    """Where issues and people stand. All methods are safe to call from any thread while the server runs.

    `version` grows with every change; `changing` is the way to change anything of an issue.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.directory = Directory()
        self.projects: dict[str, Project] = {}
        self.issues: dict[int, Issue] = {}
        self.skipped = 0
        """Records of files that are no issues."""
        self.replaced = 0
        """Records of files that say an issue again; the last one counts."""
        self.version = 0
        self.clock = times.Clock(times.millis(START))
        self.past: deque[Past] = deque(maxlen=REMEMBERED)
        self.custom: dict[str, dict[str, Any]] = {}
        self.me = self.directory.add(
            Account("712020:demo-bot", key="JIRAUSER10000", name="demo-bot", display="Demo Bot", email=EMAIL)
        )
        self._values: dict[tuple[str, str], Named] = {}
        self._met: dict[str, dict[str, Named]] = {kind: {} for kind in KINDS}
        self._keys: dict[str, int] = {}
        self._by_project: dict[str, set[int]] = {}
        self._numbers: dict[str, int] = {}
        self._serial = 0
        self._highest = 10_000

    # time -------------------------------------------------------------------------------------------------------
    @property
    def now_ms(self) -> int:
        return self.clock.now()

    @property
    def now(self) -> datetime:
        """The server's time; may be set."""
        return times.EPOCH + timedelta(milliseconds=self.clock.now())

    @now.setter
    def now(self, moment: datetime) -> None:
        self.clock.set(times.millis(moment))

    def advance(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + int(seconds * 1000))

    # finding ----------------------------------------------------------------------------------------------------
    def find(self, id_or_key: str | int) -> Issue | None:
        """By numeric id, by key in any case, or by a key it had before it was moved."""
        text = str(id_or_key)
        number = int(text) if text.isdigit() else self._keys.get(text.upper())
        return None if number is None else self.issues.get(number)

    def __getitem__(self, id_or_key: str | int) -> Issue:
        found = self.find(id_or_key)
        if found is None:
            raise KeyError(id_or_key)
        return found

    def __len__(self) -> int:
        return len(self.issues)

    def in_project(self, key: str) -> set[int]:
        return self._by_project.get(key.upper(), set())

    def project(self, id_or_key: str) -> Project | None:
        for project in self.projects.values():
            if project.key.upper() == id_or_key.upper() or str(project.id) == id_or_key:
                return project
        return None

    def group(self, name: str) -> Group:
        """The group of that name; made when it is not there."""
        return self.directory.group(name)

    def organization(self, name: str) -> Organization:
        return self.directory.organization(name)

    def person(self, name: str | Account | None) -> Account | None:
        """An account by id, key or name; KeyError when there is none."""
        if name is None or isinstance(name, Account):
            return name
        found = self.directory.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def labels(self) -> dict[str, list[str]]:
        with self.lock:
            return {issue.key: list(issue.labels) for issue in self.issues.values()}

    def named(self, kind: str) -> dict[str, Named]:
        """Statuses, types, priorities or resolutions that there are, by lower-case name."""
        made = {low: value for (of, low), value in self._values.items() if of == kind}
        return {**made, **{low: value for low, value in self._met[kind].items() if low not in made}}

    # changing ---------------------------------------------------------------------------------------------------
    def serial(self) -> int:
        """A number that no history or comment has."""
        with self.lock:
            self._serial += 1
            return self._serial

    def settle(self) -> None:
        """After loading: new histories and comments get numbers above all that are there."""
        highest = 100_000
        for issue in self.issues.values():
            highest = max(highest, *(history.id for history in issue.histories), 0)
            highest = max(highest, *(int(c.id) for c in issue.comments if c.id.isdigit()), 0)
        self._serial = max(self._serial, highest)
        self.version += 1

    def put(self, issue: Issue) -> None:
        """Take in an issue as it is: no history, no new `updated`."""
        with self.lock:
            old = self.issues.get(issue.id)
            if old is not None:
                self._by_project[old.project.key.upper()].discard(issue.id)
            self.issues[issue.id] = issue
            for kind in KINDS:
                value: Named | None = getattr(issue, kind)
                if value is not None:
                    self._met[kind].setdefault(value.lower, value)
            self.projects.setdefault(issue.project.key, issue.project)
            self._place(issue)
            self.version += 1

    def _place(self, issue: Issue) -> None:
        self._keys[issue.key.upper()] = issue.id
        self._by_project.setdefault(issue.project.key.upper(), set()).add(issue.id)
        self._highest = max(self._highest, issue.id)
        key = issue.project.key
        self._numbers[key] = max(self._numbers.get(key, 0), issue.number)

    def next_id(self) -> int:
        return self._highest + 1

    def next_key(self, project: Project) -> str:
        self._numbers[project.key] = self._numbers.get(project.key, 0) + 1
        return f"{project.key}-{self._numbers[project.key]}"

    @contextmanager
    def changing(self, id_or_key: str | int) -> Iterator[tuple[Issue, int]]:
        """The issue and the moment of the change; afterwards the search index can still show what it was."""
        with self.lock:
            issue = self[id_or_key]
            moment = self.clock.tick()
            was = copy.copy(issue)
            yield issue, moment
            self._remember(moment, issue.id, was)

    def _remember(self, moment: int, issue_id: int, was: Issue | None) -> None:
        self.past.append(Past(moment, issue_id, was))
        self.version += 1

    def add(self, issue: Issue) -> None:
        """A new issue, as of now."""
        with self.lock:
            self.put(issue)
            self._remember(issue.created or self.clock.now(), issue.id, None)

    def rekey(self, issue: Issue, project: Project) -> str:
        """Give the issue a key in another project; the old one goes on resolving. Returns the old key."""
        old = issue.key
        self._by_project[issue.project.key.upper()].discard(issue.id)
        self.projects.setdefault(project.key, project)
        issue.key, issue.project = self.next_key(project), project
        self._place(issue)
        return old

    def delete(self, id_or_key: str | int) -> None:
        with self.lock:
            issue = self[id_or_key]
            moment = self.clock.tick()
            del self.issues[issue.id]
            self._by_project[issue.project.key.upper()].discard(issue.id)
            self._remember(moment, issue.id, copy.copy(issue))

    def seen_before(self, moment: int) -> dict[int, Issue | None]:
        """What an index that stopped at `moment` would show otherwise: id -> the issue as it was, None if unborn."""
        overlay: dict[int, Issue | None] = {}
        for past in reversed(self.past):
            if past.moment <= moment:
                break
            overlay[past.issue_id] = past.was
        return overlay
