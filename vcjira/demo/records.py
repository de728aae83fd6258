"""What the embedded Jira remembers: accounts, projects, issues, histories, comments, in one form for both products.

Texts and custom values stay the JSON that they came as (`Raw`); what a search asks for is held in fields of its own.
Times are epoch milliseconds.
"""

from typing import Literal

from msgspec import Raw, Struct

NULL = Raw(b"null")


class Account(Struct, eq=False):
    """Somebody, in both shapes at once: `id` is what Cloud shows, `key` and `name` what Data Center shows."""

    id: str
    key: str | None = None
    name: str | None = None
    display: str | None = None
    email: str | None = None
    hidden: bool = False
    kind: str | None = "atlassian"
    active: bool | None = True
    zone: str | None = None
    deleted: bool = False

    __hash__ = object.__hash__

    @property
    def server_key(self) -> str:
        return self.key or self.id

    @property
    def server_name(self) -> str:
        return self.name or self.key or self.id


class Group(Struct, eq=False):
    id: str
    name: str
    members: list[Account] = []


class Organization(Struct, eq=False):
    """A customer organization of the service desk."""

    id: int
    name: str
    members: list[Account] = []


class Named(Struct, eq=False):
    """A status, type, priority or resolution: its name for searching, its JSON for showing."""

    id: str
    name: str
    raw: Raw
    category: str = ""

    @property
    def lower(self) -> str:
        return self.name.lower()


class Project(Struct, eq=False):
    id: int
    key: str
    name: str
    kind: str = "software"
    category: Raw | None = None
    state: Literal["live", "archived", "deleted"] = "live"
    lead: Account | None = None


Value = Account | str | None


class Edit(Struct, frozen=True, gc=False):
    """One field's change in a history; `before` and `after` are accounts where the field holds people."""

    field: str
    before: Value = None
    before_text: str | None = None
    after: Value = None
    after_text: str | None = None
    fieldtype: str = "jira"
    field_id: str | None = None


class History(Struct, eq=False, gc=False):
    id: int
    author: Account | None
    created: int
    edits: tuple[Edit, ...]
    metadata: Raw | None = None


class Comment(Struct, eq=False, gc=False):
    id: str
    author: Account | None
    created: int | None
    updated: int | None
    body: Raw
    update_author: Account | None = None
    public: bool | None = None
    visibility: Raw | None = None


class Issue(Struct, eq=False):
    """One issue; `fields` holds what is only shown, the rest is also searched. None of `created` means: never told.

    `lost_comments` and `lost_histories` are those that a file counted and did not have.
    """

    id: int
    key: str
    project: Project
    fields: dict[str, Raw] = {}
    type: Named | None = None
    status: Named | None = None
    priority: Named | None = None
    resolution: Named | None = None
    reporter: Account | None = None
    creator: Account | None = None
    assignee: Account | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    created: int | None = None
    updated: int | None = None
    resolved: int | None = None
    comments: list[Comment] = []
    lost_comments: int = 0
    histories: list[History] = []
    lost_histories: int = 0
    properties: dict[str, Raw] = {}
    peopled: frozenset[str] = frozenset()
    archived: bool = False

    @property
    def number(self) -> int:
        tail = self.key.rpartition("-")[2]
        return int(tail) if tail.isdigit() else 0
