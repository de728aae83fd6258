"""The words of vcjira: what an issue tracker gives us, in the shape of the mirror's tables.

Times are naive `datetime` in UTC; ids are text as the server gave them. `None` means "not known or not set".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Product = Literal["cloud", "datacenter"]


@dataclass(slots=True)
class Person:
    """An account as Jira showed it; `account_id` is the account id on Cloud, the user key on Data Center."""

    account_id: str
    name: str | None = None
    email: str | None = None
    account_type: str | None = None
    active: bool | None = None
    username: str | None = None
    """What a text mentions the account by, on Data Center."""


@dataclass(slots=True)
class Change:
    """One item of one history entry; `item` numbers the items of a change from 0."""

    change_id: str
    item: int
    changed: datetime
    author_id: str | None
    field: str
    field_id: str | None
    from_value: str | None
    from_text: str | None
    to_value: str | None
    to_text: str | None


@dataclass(slots=True)
class Comment:
    """A comment without its text; `public` is None where visibility cannot be known."""

    comment_id: str
    created: datetime
    author_id: str | None
    public: bool | None
    words: int
    question: bool = False
    """The text asks something: a question mark outside code, quotes and links."""
    digest: str | None = None
    """Hash of the normalised text: equal texts of one author are templates (E18)."""
    lint: list[str] = field(default_factory=list)
    """What the vocabulary lint found, as `class:words`."""


@dataclass(slots=True)
class Link:
    other_key: str
    type: str
    direction: Literal["inward", "outward"]


@dataclass(slots=True)
class Issue:
    """One issue with all that belongs to it; the unit in which the mirror is written."""

    issue_id: str
    key: str
    project: str
    type: str | None
    status: str | None
    status_category: str | None
    priority: str | None
    created: datetime | None
    updated: datetime | None
    resolved: datetime | None
    reporter_id: str | None
    creator_id: str | None
    assignee_id: str | None
    parent_key: str | None
    labels: list[str]
    components: list[str]
    summary: str | None
    description_words: int
    history_complete: bool
    comments_complete: bool
    team_field: str | None = None
    organizations: list[str] = field(default_factory=list)
    request_type: str | None = None
    channel: str | None = None
    resolution: str | None = None
    due: datetime | None = None
    forwarded_from: str | None = None
    """E-mail address of the person whose mail was forwarded into the description."""
    lint: list[str] = field(default_factory=list)
    fields: dict[str, object] = field(default_factory=dict)
    """Values of custom fields and of the issue properties asked for, slimmed; by field id: what is needed to
    derive again without the network."""
    changes: list[Change] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    mentions: dict[str, Sequence[str]] = field(default_factory=dict)
    """Comment id (empty: the description) -> whom it mentions, where it does: account ids, or user names."""
    texts: dict[str, str] = field(default_factory=dict)
    """Comment id (empty: the description) -> its text; saved only by a mirror that was told to keep text."""


@dataclass(slots=True)
class Finding:
    """Something that is missing or doubtful, with a count; findings make runs end with 4, notes do not."""

    code: str
    count: int
    detail: str
    project: str | None = None
    note: bool = False
