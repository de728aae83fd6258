"""What people do in Jira, as methods: each leaves the history, the `updated` and the values that Jira would leave."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Raw

from vcjira.demo import raw
from vcjira.demo.records import NULL, Account, Comment, Edit, History, Issue, Named, Project
from vcjira.demo.shelf import Shelf

Key = str | int
Who = str | Account | None
NAMED = {"status": "status", "priority": "priority", "resolution": "resolution", "issuetype": "type"}
PEOPLE = {"assignee", "reporter"}


class Store(Shelf):
    """The embedded Jira's contents. `author` is an account, its id, key or name; left out, it is the API account."""

    def _author(self, author: Who) -> Account:
        return self.person(author) or self.me

    def _record(
        self, issue: Issue, moment: int, author: Who, edits: Iterable[Edit], metadata: object = None
    ) -> History:
        history = History(
            self.serial(),
            self._author(author),
            moment,
            tuple(edits),
            raw.raw(metadata) if metadata is not None else None,
        )
        issue.histories = [*issue.histories, history]
        issue.updated = max(moment, (issue.updated or 0) + 1)
        return history

    def edit_labels(
        self,
        issue: Key,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        author: Who = None,
        metadata: object = None,
    ) -> History | None:
        """Single labels, first those to remove; None (and no new `updated`) when nothing was different afterwards."""
        gone = set(remove)
        kept = [label for label in self[issue].labels if label not in gone]
        return self.set_labels(issue, [*kept, *add], author, metadata)

    def set_labels(
        self, issue: Key, labels: Iterable[str], author: Who = None, metadata: object = None
    ) -> History | None:
        with self.lock:
            wanted = tuple(sorted(dict.fromkeys(labels)))
            if wanted == tuple(sorted(self[issue].labels)):
                return None
            with self.changing(issue) as (found, moment):
                before, found.labels = found.labels, wanted
                step = Edit("labels", "", " ".join(sorted(before)), "", " ".join(wanted), field_id="labels")
                return self._record(found, moment, author, [step], metadata)

    def comment(self, issue: Key, text: str, author: Who = None, *, public: bool | None = None) -> Comment:
        with self.changing(issue) as (found, moment):
            writer = self._author(author)
            said = Comment(str(self.serial()), writer, moment, moment, raw.raw(text), writer, public)
            found.comments = [*found.comments, said]
            found.updated = moment
            return said

    def edit_comment(self, issue: Key, comment_id: str, text: object, author: Who = None) -> None:
        with self.changing(issue) as (found, moment):
            old = next(comment for comment in found.comments if comment.id == comment_id)
            new = Comment(
                old.id, old.author, old.created, moment, raw.raw(text), self._author(author), old.public, old.visibility
            )
            found.comments = [new if comment is old else comment for comment in found.comments]
            found.updated = moment

    def delete_comment(self, issue: Key, comment_id: str, author: Who = None) -> None:
        with self.changing(issue) as (found, moment):
            kept = [comment for comment in found.comments if comment.id != comment_id]
            found.comments = kept
            self._record(found, moment, author, [Edit("Comment", comment_id, None, None, None)])

    def assign(self, issue: Key, to: Who, author: Who = None) -> History | None:
        return self._give(issue, "assignee", self.person(to), author)

    def _give(self, issue: Key, field: str, to: Account | None, author: Who) -> History | None:
        with self.lock:
            before: Account | None = getattr(self[issue], field)
            if before is to:
                return None
            with self.changing(issue) as (found, moment):
                setattr(found, field, to)
                step = Edit(field, before, _display(before), to, _display(to), field_id=field)
                return self._record(found, moment, author, [step])

    def transition(
        self, issue: Key, status: str | Named, author: Who = None, resolution: str | Named | None = None
    ) -> History | None:
        """To a status by name; into category done with a resolution, out of it without."""
        target = status if isinstance(status, Named) else self.value("status", status)
        with self.lock:
            was = self[issue].status
            if was is target:
                return None
            with self.changing(issue) as (found, moment):
                edits = [_named_edit("status", was, target)]
                found.status = target
                settled = self._settled(target, resolution, found.resolution)
                if settled is not found.resolution:
                    edits.insert(0, _named_edit("resolution", found.resolution, settled))
                    found.resolution, found.resolved = settled, moment if settled else None
                return self._record(found, moment, author, edits)

    def _settled(self, target: Named, wish: str | Named | None, now: Named | None) -> Named | None:
        if target.category != "done":
            return None
        if wish is None:
            return now or self.value("resolution", "Done")
        return wish if isinstance(wish, Named) else self.value("resolution", wish)

    def value(self, kind: str, name: str, category: str = "") -> Named:
        """The status, type, priority or resolution of that name; made when it does not occur yet."""
        known = self._values.get((kind, name.lower())) or self.named(kind).get(name.lower())
        if known is None:
            return self.new_value(kind, name, category)
        self._values[kind, name.lower()] = known
        return known

    def new_value(self, kind: str, name: str, category: str = "") -> Named:
        number = str(10_000 + len(self._values) + 1)
        shown: dict[str, Any] = {"id": number, "name": name, "description": ""}
        if kind == "status":
            category = category or _category(name)
            numbers = {"new": 2, "indeterminate": 4, "done": 3}
            names = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
            shown["statusCategory"] = {
                "id": numbers[category],
                "key": category,
                "colorName": {"new": "blue-gray", "indeterminate": "yellow", "done": "green"}[category],
                "name": names[category],
            }
            made = Named(number, name, raw.raw(shown), category)
        else:
            if kind == "type":
                shown |= {"subtask": name.lower() in ("sub-task", "subtask"), "hierarchyLevel": int(name == "Epic")}
            made = Named(number, name, raw.raw(shown))
        self._values[kind, name.lower()] = made
        self.version += 1
        return made

    def set_field(self, issue: Key, field: str, value: Any, author: Who = None) -> History | None:
        """Any field by its id: labels, people, statuses and the like by name, all others by their JSON value."""
        if field == "labels":
            return self.set_labels(issue, value or (), author)
        if field in PEOPLE:
            return self._give(issue, field, self.person(value), author)
        if field == "status":
            return self.transition(issue, value, author)
        if field in NAMED:
            return self._set_named(issue, field, value, author)
        return self.change(issue, {field: value}, author)

    def _set_named(self, issue: Key, field: str, name: str | None, author: Who) -> History | None:
        kind = NAMED[field]
        target = self.value(kind, name) if name else None
        with self.lock:
            was = getattr(self[issue], kind)
            if was is target:
                return None
            with self.changing(issue) as (found, moment):
                setattr(found, kind, target)
                return self._record(found, moment, author, [_named_edit(field, was, target)])

    def change(self, issue: Key, fields: dict[str, Any], author: Who = None, metadata: object = None) -> History | None:
        """Several fields at once, by their JSON values, in one history."""
        with self.lock:
            held = self[issue].fields
            new = {name: raw.raw(value) for name, value in fields.items()}
            edits = [
                self._field_edit(name, held.get(name, NULL), value)
                for name, value in new.items()
                if value != held.get(name, NULL)
            ]
            if not edits:
                return None
            with self.changing(issue) as (found, moment):
                _take(found, new)
                return self._record(found, moment, author, edits, metadata)

    def _field_edit(self, name: str, was: bytes | Any, now: bytes | Any) -> Edit:
        custom = self.custom.get(name)
        shown = str(custom["name"]) if custom else "Component" if name == "components" else name
        before, before_text = _told(raw.parse(was))
        after, after_text = _told(raw.parse(now))
        kind = "custom" if name.startswith("customfield_") else "jira"
        return Edit(shown, before, before_text, after, after_text, kind, name)

    def attach(self, issue: Key, fields: dict[str, Any]) -> None:
        """Values that come without a history item: `updated` moves, nothing else tells."""
        with self.changing(issue) as (found, moment):
            _take(found, {name: raw.raw(value) for name, value in fields.items()})
            found.updated = moment

    def note(
        self, issue: Key, field: str, before: str | None, after: str | None, text: str | None, author: Who = None
    ) -> History:
        """A history item alone, as Jira writes it for links, attachments and the like."""
        with self.changing(issue) as (found, moment):
            return self._record(found, moment, author, [Edit(field, before, None, after, text)])

    def new_project(self, key: str, name: str = "", *, kind: str = "software", lead: Who = None) -> Project:
        """The project of that key; made when it is not there."""
        known = self.projects.get(key)
        if known is None:
            number = 10_000 + len(self.projects)
            known = Project(number, key, name or key, kind, lead=self.person(lead))
            self.projects[key] = known
        return known

    def move(self, issue: Key, project: str, author: Who = None) -> History:
        """To another project: a new key, the old one goes on resolving."""
        target = self.new_project(project)
        with self.changing(issue) as (found, moment):
            origin = found.project
            old = self.rekey(found, target)
            edits = [
                Edit("project", str(origin.id), origin.name, str(target.id), target.name, field_id="project"),
                Edit("Key", None, old, None, found.key, field_id="issuekey"),
            ]
            return self._record(found, moment, author, edits)

    def create(
        self,
        project: str,
        summary: str,
        *,
        issue_type: str = "Task",
        reporter: Who = None,
        creator: Who = None,
        assignee: Who = None,
        status: str = "To Do",
        labels: Sequence[str] = (),
        fields: dict[str, Any] | None = None,
    ) -> Issue:
        """A new issue, as of now; created already assigned it has no history."""
        with self.lock:
            home = self.new_project(project)
            moment = self.clock.tick()
            author = self._author(creator if creator is not None else reporter)
            issue = Issue(
                id=self.next_id(),
                key=self.next_key(home),
                project=home,
                type=self.value("type", issue_type),
                status=self.value("status", status, "new"),
                priority=self.value("priority", "Medium"),
                reporter=self.person(reporter) or author,
                creator=author,
                assignee=self.person(assignee),
                labels=tuple(sorted(labels)),
                created=moment,
                updated=moment,
            )
            issue.fields = {"summary": raw.raw(summary), "description": NULL, "issuelinks": raw.raw([])}
            _take(issue, {name: raw.raw(value) for name, value in (fields or {}).items()})
            self.add(issue)
            return issue

    def set_property(self, issue: Key, name: str, value: Any) -> None:
        """An entity property; None removes it. `updated` stays."""
        with self.lock:
            found = self[issue]
            rest = {key: held for key, held in found.properties.items() if key != name}
            found.properties = rest if value is None else {**rest, name: raw.raw(value)}

    def shelve(self, project: str, state: Literal["live", "archived", "deleted"]) -> None:
        """Archive a project, put it in the trash, or bring it back; its issues keep their `updated`."""
        with self.lock:
            self.projects[project].state = state
            self.version += 1

    def archive(self, issue: Key) -> None:
        with self.changing(issue) as (found, _):
            found.archived = True


def _category(status: str) -> str:
    low = status.lower()
    if low in ("done", "closed", "resolved", "cancelled"):
        return "done"
    return "new" if low in ("to do", "open", "new", "backlog") else "indeterminate"


def _take(issue: Issue, values: dict[str, Raw]) -> None:
    """Take over encoded values, and what is searched of them."""
    issue.fields = {**issue.fields, **values}
    issue.peopled |= {name for name, value in values.items() if raw.has_people(value)}
    if "components" in values:
        issue.components = tuple(part["name"] for part in raw.parse(values["components"]) or [])


def _display(account: Account | None) -> str | None:
    return None if account is None else account.display or account.server_name


def _named_edit(field: str, was: Named | None, now: Named | None) -> Edit:
    before, before_text = (was.id, was.name) if was else (None, None)
    after, after_text = (now.id, now.name) if now else (None, None)
    return Edit(field, before, before_text, after, after_text, field_id=field)


def _told(value: Any) -> tuple[str | None, str | None]:
    """A value's `from` and `fromString`."""
    if value is None or value == []:
        return None, None
    if isinstance(value, list):
        told = [_told(entry) for entry in value]
        return ", ".join(id_ or "" for id_, _ in told), ", ".join(text or "" for _, text in told)
    if isinstance(value, dict):
        name = value.get("name") or value.get("value") or value.get("displayName") or value.get("key")
        return str(value.get("id") or value.get("accountId") or name), str(name)
    return None, str(value)
