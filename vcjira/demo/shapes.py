"""The store's form into the JSON of one product and version, for one caller."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw

from vcjira.demo import raw, texts, times
from vcjira.demo.faults import Faults
from vcjira.demo.fields import COMPUTED, Wanted
from vcjira.demo.records import NULL, Account, Comment, Edit, History, Issue, Named, Project

Json = dict[str, Any]
Product = Literal["cloud", "datacenter"]
Meet = Callable[[Json], Account | None]
"""The account of a user inside a value."""
EMBEDDED_COMMENTS = 20
"""How many comments Cloud embeds in an issue."""
EXPANDED_HISTORIES = 40
"""How many histories Cloud's `expand=changelog` gives."""
REMEMBERED_FROM = 250
REMEMBERED = 512
BODIES = frozenset({"description", "environment"})
EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


class Shapes:
    """How things look to the caller of `/rest/api/{version}` of this product."""

    def __init__(self, url: str, product: Product, version: str, zone: str, faults: Faults, meet: Meet) -> None:
        self.url = url
        self.faults = faults
        self.meet = meet
        self.product = product
        self.cloud = product == "cloud"
        self.version = version
        self.rest = f"{url}/rest/api/{version}"
        self.zone: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
        self.zone_name = zone
        self._users: dict[Account | None, Raw] = {None: NULL}
        self._users_as_of = -1
        self._bodies: dict[int, tuple[Raw, Raw]] = {}
        self._computed = {name: getattr(self, f"_{name}") for name in COMPUTED}

    # people -----------------------------------------------------------------------------------------------------
    def know(self, directory_version: int) -> None:
        """Forget how people looked when the directory has changed."""
        if directory_version != self._users_as_of:
            self._users = {None: NULL}
            self._users_as_of = directory_version

    def user(self, account: Account | None) -> Raw:
        shown = self._users.get(account)
        if shown is None and account is not None:
            shown = self._users[account] = raw.raw(self.person(account))
        return shown or NULL

    def person(self, account: Account) -> Json:
        """Cloud: account id and type, the e-mail only where it is not hidden. Data Center: name and key."""
        ident = quote(account.id if self.cloud else account.server_name)
        shown: Json = {"self": f"{self.rest}/user?{'accountId' if self.cloud else 'username'}={ident}"}
        if self.cloud:
            shown |= {"accountId": account.id, "accountType": account.kind}
        else:
            shown |= {"name": account.server_name, "key": account.server_key}
        if account.email and not (self.cloud and account.hidden):
            shown["emailAddress"] = account.email
        shown |= {
            "avatarUrls": {"48x48": f"{self.url}/avatar/48.png"},
            "displayName": account.display or account.server_name,
            "active": bool(account.active),
        }
        if account.zone:
            shown["timeZone"] = account.zone
        return shown if self.cloud else shown | {"deleted": account.deleted}

    def who(self, value: Account | str | None) -> str | None:
        """An account in a history: its id on Cloud, its key on Data Center."""
        if isinstance(value, Account):
            return value.id if self.cloud else value.server_key
        return value

    def moment(self, when: int | None) -> str | None:
        return None if when is None else times.iso(when, self.zone)

    # issues -----------------------------------------------------------------------------------------------------
    def issue(
        self,
        issue: Issue,
        wanted: Wanted,
        *,
        histories: bool = False,
        properties: Sequence[str] = (),
        all_comments: bool = False,
    ) -> bytes:
        """One issue, encoded."""
        if self.cloud and not wanted.names - {"id"} and wanted.only_ids and not histories:
            return b'{"id":"%d"}' % issue.id
        ident = f'"id":"{issue.id}","self":"{self.rest}/issue/{issue.id}","key":"{issue.key}"'
        pieces: list[Any] = [b'{"expand":"', EXPAND.encode(), b'",', ident.encode()]
        if not wanted.only_ids or not self.cloud:
            pieces += [b',"fields":{', *self._fields(issue, wanted, all_comments), b"}"]
        if histories:
            pieces += [b',"changelog":', raw.encoded(self.changelog(issue))]
        if properties:
            held = {name: issue.properties[name] for name in properties if name in issue.properties}
            pieces += [b',"properties":', raw.encoded(held)]
        return b"".join([*pieces, b"}"])

    def _fields(self, issue: Issue, wanted: Wanted, all_comments: bool) -> list[Any]:
        pieces: list[Any] = []
        for name, compute in self._computed.items():
            if wanted(name):
                value = self._comment(issue, all_comments) if name == "comment" else compute(issue)
                if value is not None:
                    pieces += [b"," if pieces else b"", b'"%s":' % name.encode(), value]
        for name, value in issue.fields.items():
            if wanted(name):
                shown = self._value(issue, name, value) if name in issue.peopled or name in BODIES else value
                pieces += [b"," if pieces else b"", b'"%s":' % name.encode(), shown]
        return pieces

    def _value(self, issue: Issue, name: str, value: Raw) -> Raw:
        if name in BODIES:
            return self.body(value)
        return raw.raw(self._reshape(raw.parse(value)))

    def _reshape(self, value: Any) -> Any:
        """People inside a value, as this product shows them."""
        if isinstance(value, list):
            return [self._reshape(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if ("accountId" in value or "displayName" in value) and (account := self.meet(value)):
            return self.user(account)
        return {name: self._reshape(inner) for name, inner in value.items()}

    def body(self, value: Raw) -> Raw:
        """A text in the form of this version; of long ones, which the generator shares, the last are remembered."""
        convert = texts.document if self.version == "3" else self._wiki
        if len(memoryview(value)) < REMEMBERED_FROM:
            return convert(value)
        if id(value) not in self._bodies:
            if len(self._bodies) >= REMEMBERED:
                self._bodies.clear()
            self._bodies[id(value)] = (value, convert(value))
        return self._bodies[id(value)][1]

    def _wiki(self, body: Raw) -> Raw:
        return texts.wiki(body) if self.cloud else texts.wiki(body, self._username)

    def _username(self, account_id: str) -> str:
        account = self.meet({"accountId": account_id})
        return account.server_name if account else account_id

    def _named(self, value: Named | None) -> Raw:
        return NULL if value is None else value.raw

    def _issuetype(self, issue: Issue) -> Raw:
        return self._named(issue.type)

    def _status(self, issue: Issue) -> Raw:
        return self._named(issue.status)

    def _priority(self, issue: Issue) -> Raw:
        return self._named(issue.priority)

    def _resolution(self, issue: Issue) -> Raw:
        return self._named(issue.resolution)

    def _project(self, issue: Issue) -> bytes:
        return raw.encoded(self.project(issue.project))

    def _reporter(self, issue: Issue) -> Raw:
        return self.user(issue.reporter)

    def _creator(self, issue: Issue) -> Raw:
        return self.user(issue.creator)

    def _assignee(self, issue: Issue) -> Raw:
        return self.user(issue.assignee)

    def _labels(self, issue: Issue) -> bytes:
        return raw.encoded(issue.labels)

    def _created(self, issue: Issue) -> bytes | None:
        return self._when(issue.created)

    def _updated(self, issue: Issue) -> bytes | None:
        return self._when(issue.updated)

    def _when(self, when: int | None) -> bytes | None:
        """A field that a file never told is absent, as it was there."""
        return None if when is None else b'"%s"' % times.iso(when, self.zone).encode()

    def _resolutiondate(self, issue: Issue) -> bytes:
        return self._when(issue.resolved) or b"null"

    def _comment(self, issue: Issue, everything: bool = False) -> bytes | None:
        """Cloud embeds a few comments and says how many there are; Data Center embeds all."""
        shown = issue.comments if not self.cloud or everything else issue.comments[-EMBEDDED_COMMENTS:]
        return raw.encoded(
            {
                "comments": [self.comment(issue, comment) for comment in shown],
                "self": f"{self.rest}/issue/{issue.id}/comment",
                "maxResults": len(shown),
                "total": self.faults.comment_total(issue),
                "startAt": 0,
            }
        )

    def project(self, project: Project) -> Json:
        shown: Json = {
            "self": f"{self.rest}/project/{project.id}",
            "id": str(project.id),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": project.kind,
            "simplified": False,
            "avatarUrls": {"48x48": f"{self.url}/avatar/project.png"},
        }
        return shown if project.category is None else shown | {"projectCategory": project.category}

    # comments and histories -------------------------------------------------------------------------------------
    def comment(self, issue: Issue, comment: Comment, *, properties: bool = False) -> Json:
        shown: Json = {
            "self": f"{self.rest}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "body": self.body(comment.body),
            "created": self.moment(comment.created),
            "updated": self.moment(comment.updated if comment.updated is not None else comment.created),
        }
        if comment.author is not None:
            shown["author"] = self.user(comment.author)
        if comment.update_author is not None:
            shown["updateAuthor"] = self.user(comment.update_author)
        if comment.visibility is not None:
            shown["visibility"] = comment.visibility
        if self.cloud:
            stranger = comment.author is not issue.reporter and getattr(comment.author, "kind", None) == "customer"
            shown |= {"jsdPublic": comment.public is not False, "jsdAuthorCanSeeRequest": not stranger}
        elif properties:
            told = [] if comment.public is None else [_internal(not comment.public)]
            shown["properties"] = told
        return shown

    def changelog(self, issue: Issue) -> Json:
        """`expand=changelog`: Cloud the newest few, newest first; Data Center all, oldest first."""
        histories = issue.histories
        if self.cloud:
            histories = histories[: -EXPANDED_HISTORIES - 1 : -1]
        elif self.faults.history_cap is not None:
            histories = histories[: self.faults.history_cap]
        return {
            "startAt": 0,
            "maxResults": len(histories),
            "total": self.faults.history_total(issue),
            "histories": [self.history(entry) for entry in histories],
        }

    def history(self, history: History, created: Any = None) -> Json:
        shown: Json = {"id": str(history.id)}
        if history.author is not None:
            shown["author"] = self.user(history.author)
        shown["created"] = self.moment(history.created) if created is None else created
        shown["items"] = self.items(history.edits)
        if history.metadata is not None:
            shown["historyMetadata"] = history.metadata
        return shown

    def items(self, edits: Iterable[Edit]) -> list[Json]:
        return [self._item(edit) for edit in edits]

    def _item(self, edit: Edit) -> Json:
        shown: Json = {"field": edit.field, "fieldtype": edit.fieldtype}
        if self.cloud and edit.field_id is not None:
            shown["fieldId"] = edit.field_id
        shown["from"] = self.who(edit.before)
        shown["fromString"] = edit.before_text
        shown["to"] = self.who(edit.after)
        shown["toString"] = edit.after_text
        return shown


class Outage(Shapes):
    """While the service that knows people is away: fallback values in their place."""

    def person(self, account: Account) -> Json:
        shown = super().person(account)
        names = {"accountId": "unknown"} if self.cloud else {"name": "unknown", "key": "unknown"}
        return {"self": shown["self"].partition("?")[0], **names, "displayName": "", "active": False}


def _internal(value: bool) -> Json:
    return {"key": "sd.public.comment", "value": {"internal": value}}


def joined(head: dict[str, Any], name: str, entries: list[bytes]) -> bytes:
    """`{head..., "name": [entries...]}` without decoding the entries."""
    start = msgspec.json.encode(head)[:-1]
    comma = b"," if head else b""
    return b"".join([start, comma, b'"%s":[' % name.encode(), b",".join(entries), b"]}"])
