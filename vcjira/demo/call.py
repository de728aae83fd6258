"""One request on its way through the embedded Jira, and what may be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vcjira.demo import raw
from vcjira.demo.records import Account, Issue
from vcjira.demo.shapes import Shapes

if TYPE_CHECKING:
    from vcjira.demo.site import Site

KEPT_BODY = 64 * 1024


@dataclass
class Request:
    """A request that arrived, as kept in `EmbeddedJira.requests`; large bodies are not kept."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    status: int = 0


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """An answer in Jira's error form."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        body = raw.encoded({"errorMessages": list(self.messages), "errors": self.errors})
        return Answer(self.status, body, self.headers)


@dataclass
class Call:
    """What a handler gets. `me` is None for strangers; `effects` are faults that the handler itself acts out."""

    site: Site
    shapes: Shapes
    path: Mapping[str, str]
    query: Mapping[str, str]
    queries: Callable[[str], list[str]]
    body: Any
    me: Account | None
    effects: frozenset[str] = frozenset()

    def number(self, name: str, default: int) -> int:
        text = str(self.query.get(name, default))
        if not text.lstrip("-").isdigit():
            raise Refusal(400, f"'{text}' is not a number for '{name}'.")
        return int(text)

    def listed(self, name: str) -> list[str]:
        """A query parameter that may be repeated or comma-separated."""
        return [part.strip() for text in self.queries(name) for part in text.split(",") if part.strip()]

    def known(self) -> Account:
        """The caller; 401 for strangers."""
        if self.me is None:
            raise Refusal(401, "You are not authenticated. Authentication required to perform this operation.")
        return self.me

    def permitted(self, permission: str) -> Account:
        """The caller, who must have a permission; 403 without it."""
        me = self.known()
        if not self.site.has(permission, None):
            raise Refusal(403, "You do not have the permission to perform this operation.")
        return me

    def issue(self) -> Issue:
        """The issue of the path, if the caller may see it."""
        found = self.site.store.find(self.path["issue"])
        if found is None or not self.site.sees(self.me, found):
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return found


Handler = Callable[[Call], Answer]
Route = tuple[str, str, Handler]


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, raw.encoded(value))
