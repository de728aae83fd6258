"""What Jira answers when it is asked for issues, as types: only what somebody reads is ever built.

Whatever may stand in a field stays JSON until it is looked at. Types are as wide as the answers seen in the wild; what
does not fit raises `msgspec.ValidationError`, a ValueError.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Raw, Struct, json

Value = TypeVar("Value")

NOTHING = Raw(b"null")
SHORT = 2_000
"""Longest JSON, in bytes, that is remembered; a user of Jira Cloud has up to 1,000."""
REMEMBERED = 2_048
"""So many values are remembered, those that came last."""


class Item(Struct, gc=False, rename={"before": "from"}):
    """One field in one history entry; any value may come as a number."""

    field: Any = ""
    fieldId: Any = None
    before: Any = None
    fromString: Any = None
    to: Any = None
    toString: Any = None


class History(Struct, gc=False):
    id: str | int
    created: Any = None
    author: Raw = NOTHING
    items: list[Item] | None = None


class Changelog(Struct, gc=False):
    """The histories of one issue; `total` is None where the server does not say how many there are."""

    histories: list[History] | None = None
    total: int | None = None


class Comment(Struct, gc=False):
    id: str | int
    created: Any = None
    author: Raw = NOTHING
    body: Raw = NOTHING
    visibility: Any = None
    jsdPublic: Any = None
    properties: list[Any] | None = None


class CommentPage(Struct):
    """A page of a Cloud issue's comments."""

    comments: list[Comment]
    total: int


class Comments(Struct, gc=False):
    """The comments of one issue, or a page of them; `total` is None where the server does not say."""

    comments: list[Comment] | None = None
    total: int | None = None


class Issue(Struct, gc=False):
    id: str | int
    key: str
    fields: dict[str, Raw] | None = None
    properties: Any = None
    changelog: Changelog | None = None

    def raw(self, name: str) -> Raw:
        """The JSON of a field; `null` where there is none."""
        return (self.fields or {}).get(name, NOTHING)

    def comments(self) -> Comments:
        return _comments(self.raw("comment")) or Comments()


class Issues(Struct):
    """The answer to a bulk read."""

    issues: list[Issue]


class Page(Struct):
    """The answer to a search by offsets; None for what is missing in it."""

    issues: list[Issue] | None = None
    total: int | None = None


class IssueHistories(Struct, gc=False):
    issueId: str | int
    changeHistories: list[History] | None = None


class Histories(Struct):
    """The answer to a bulk read of histories."""

    issueChangeLogs: list[IssueHistories]
    nextPageToken: str | None = None


_comments = json.Decoder(Comments | None).decode


def remembered(read: Callable[[Any], Value]) -> Callable[[Raw], Value]:
    """`read` for a value still in JSON. Users, statuses, options come again and again: what was read of the same bytes
    is given again, so nobody may change it. Texts and numbers are not worth remembering."""

    @lru_cache(REMEMBERED)
    def short(encoded: bytes) -> Value:
        return read(json.decode(encoded))

    def reading(raw: Raw) -> Value:
        encoded = bytes(raw)
        if encoded[0] in b"{[" and len(encoded) <= SHORT:
            return short(encoded)
        return read(json.decode(encoded))

    return reading
