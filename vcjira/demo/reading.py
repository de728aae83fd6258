"""One raw issue, as either product ever wrote it, into the store's form; what is odd is kept, never guessed."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from vcjira.demo import fields, raw, times
from vcjira.demo.directory import Directory
from vcjira.demo.records import NULL, Account, Comment, Edit, History, Issue, Named, Project

PEOPLE_FIELDS = frozenset({"assignee", "reporter", "creator", "approver", "reviewer", "user"})
"""Names of history fields whose `from` and `to` are accounts."""
HELD = frozenset(fields.COMPUTED)
"""Fields that an issue holds in members of its own."""


class RawComment(Struct):
    id: Any = None
    author: Raw = NULL
    updateAuthor: Raw = NULL
    body: Raw = NULL
    created: Any = None
    updated: Any = None
    visibility: Raw = NULL
    jsdPublic: Any = None


class RawHistory(Struct):
    id: Any = None
    author: Raw = NULL
    created: Any = None
    items: list[dict[str, Any]] = []
    historyMetadata: Raw = NULL


DECODERS: dict[type[Any], msgspec.json.Decoder[list[Any]]] = {
    RawComment: msgspec.json.Decoder(list[RawComment]),
    RawHistory: msgspec.json.Decoder(list[RawHistory]),
}


class Reader:
    """Reads issues into one directory of people; equal values are shared between issues."""

    def __init__(self, directory: Directory, projects: dict[str, Project]) -> None:
        self.directory = directory
        self.projects = projects
        self._users: dict[bytes, Account | None] = {}
        self._named: dict[tuple[str, bytes], Named | None] = {}
        self._fresh = 900_000_000

    def fresh(self) -> int:
        """A number that no file uses."""
        self._fresh += 1
        return self._fresh

    def issue(self, whole: dict[str, Raw]) -> Issue | None:
        """None when it is no issue: no id, no key."""
        number, key = (_scalar(whole.get(name)) for name in ("id", "key"))
        if number is None or not key or "-" not in key:
            return None
        given = _object(whole.get("fields"))
        issue = Issue(
            id=int(number) if number.isdigit() else self.fresh(),
            key=key,
            project=self.project(given.get("project"), key),
            type=self._name("type", given.get("issuetype")),
            status=self._name("status", given.get("status")),
            priority=self._name("priority", given.get("priority")),
            resolution=self._name("resolution", given.get("resolution")),
            reporter=self.user(given.get("reporter")),
            creator=self.user(given.get("creator")),
            assignee=self.user(given.get("assignee")),
            labels=tuple(label for label in _parsed(given.get("labels"), list) if isinstance(label, str)),
            components=tuple(_names(_parsed(given.get("components"), list))),
            created=times.read(_parsed(given.get("created"), str)),
            updated=times.read(_parsed(given.get("updated"), str)),
            resolved=times.read(_parsed(given.get("resolutiondate"), str)),
        )
        issue.fields = {name: _shared(value) for name, value in given.items() if name not in HELD}
        issue.peopled = frozenset(name for name, value in issue.fields.items() if raw.has_people(value))
        self._comments(issue, given.get("comment"), whole.get("comments_data"))
        self._histories(issue, whole.get("changelog"))
        issue.properties = _object(whole.get("properties"))
        return issue

    def user(self, value: Raw | None) -> Account | None:
        if value is None or len(memoryview(value)) < 5:
            return None
        encoded = bytes(value)
        if encoded not in self._users:
            user = raw.parse(encoded)
            self._users[encoded] = self.directory.meet(user) if isinstance(user, dict) else None
        return self._users[encoded]

    def project(self, value: Raw | None, key: str) -> Project:
        told = _parsed(value, dict)
        project_key = str(told.get("key") or key.rpartition("-")[0])
        known = self.projects.get(project_key)
        if known is None:
            number = str(told.get("id") or "")
            taken = {project.id for project in self.projects.values()}
            project_id = int(number) if number.isdigit() and int(number) not in taken else 10_000 + len(taken)
            kind = str(told.get("projectTypeKey") or "software")
            known = Project(project_id, project_key, str(told.get("name") or project_key), kind)
            if isinstance(told.get("projectCategory"), dict):
                known.category = raw.raw(told["projectCategory"])
            self.projects[project_key] = known
        return known

    def _name(self, kind: str, value: Raw | None) -> Named | None:
        if value is None or value == NULL:
            return None
        encoded = bytes(value)
        if (kind, encoded) not in self._named:
            self._named[kind, encoded] = _named(raw.parse(encoded), value)
        return self._named[kind, encoded]

    def _comments(self, issue: Issue, embedded: Raw | None, separate: Raw | None) -> None:
        """The embedded list, or the separate one of some archives; what is only counted there is remembered as lost."""
        told = _object(embedded)
        listed = told.get("comments", separate)
        issue.comments = [self._comment(entry) for entry in _typed(listed, RawComment)]
        total = _parsed(told.get("total"), int)
        issue.lost_comments = max(total - len(issue.comments), 0)

    def _comment(self, entry: RawComment) -> Comment:
        return Comment(
            id=str(entry.id if entry.id is not None else self.fresh()),
            author=self.user(entry.author),
            update_author=self.user(entry.updateAuthor),
            created=times.read(entry.created),
            updated=times.read(entry.updated),
            body=entry.body,
            public=entry.jsdPublic if isinstance(entry.jsdPublic, bool) else None,
            visibility=None if entry.visibility == NULL else entry.visibility,
        )

    def _histories(self, issue: Issue, changelog: Raw | None) -> None:
        told = _object(changelog)
        histories = [self._history(entry) for entry in _typed(told.get("histories"), RawHistory)]
        issue.histories = sorted(histories, key=lambda history: (history.created, history.id))
        total = _parsed(told.get("total"), int)
        issue.lost_histories = max(total - len(histories), 0)

    def _history(self, entry: RawHistory) -> History:
        number = str(entry.id)
        return History(
            id=int(number) if number.isdigit() else self.fresh(),
            author=self.user(entry.author),
            created=times.read(entry.created) or 0,
            edits=tuple(self._edit(step) for step in _listed(entry.items) if isinstance(step, dict)),
            metadata=None if entry.historyMetadata == NULL else entry.historyMetadata,
        )

    def _edit(self, step: dict[str, Any]) -> Edit:
        field = str(step.get("field", ""))
        before, after = (_text(step.get(name)) for name in ("from", "to"))
        before_text, after_text = (_text(step.get(name)) for name in ("fromString", "toString"))
        people = field.lower() in PEOPLE_FIELDS
        return Edit(
            field,
            self.directory.named(before, before_text) if people and before else before,
            before_text,
            self.directory.named(after, after_text) if people and after else after,
            after_text,
            str(step.get("fieldtype") or "jira"),
            _text(step.get("fieldId")),
        )


def _typed(listed: Raw | None, kind: type[Any]) -> Iterable[Any]:
    if listed is None:
        return []
    try:
        return DECODERS[kind].decode(listed)
    except msgspec.DecodeError:
        return [_slowly(kind, raw.parts(entry)) for entry in raw.members(listed) if _is_object(entry)]


def _slowly(kind: type[Any], told: dict[str, Raw]) -> Any:
    known = {name: told[name] for name in kind.__struct_fields__ if name in told}
    kept = {name for name, hint in kind.__annotations__.items() if hint is Raw}
    return kind(**{name: value if name in kept else raw.parse(value) for name, value in known.items()})


def _parsed(value: Raw | None, kind: type[Any]) -> Any:
    """The value when it is of that kind, else the kind's empty value."""
    found = None if value is None else raw.parse(value)
    return found if isinstance(found, kind) else kind()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _scalar(value: Raw | None) -> str | None:
    found = None if value is None else raw.parse(value)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _names(values: list[Any]) -> list[str]:
    return [value["name"] for value in values if isinstance(value, dict) and isinstance(value.get("name"), str)]


def _object(value: Raw | None) -> dict[str, Raw]:
    """The members of an object; none of anything else."""
    return raw.parts(value) if value is not None and _is_object(value) else {}


def _is_object(value: Raw) -> bool:
    return bytes(memoryview(value)[:1]) == b"{"


def _shared(value: Raw) -> Raw:
    return NULL if value == NULL else value


def _named(value: Any, encoded: Raw) -> Named | None:
    if isinstance(value, str):
        value = {"name": value}
        encoded = raw.raw(value)
    if not isinstance(value, dict) or not value.get("name"):
        return None
    category = value.get("statusCategory")
    key = str(category.get("key", "")) if isinstance(category, dict) else ""
    return Named(str(value.get("id", "")), str(value["name"]), encoded, key)
