"""Bodies in the form that is asked for: Atlassian Document Format for version 3, plain (wiki) text for version 2."""

from collections.abc import Callable
from typing import Any

from msgspec import Raw

from vcjira.demo import raw
from vcjira.demo.records import NULL

EMPTY = Raw(b'{"type":"doc","version":1,"content":[]}')
BREAK = {"type": "hardBreak"}


def document(body: Raw) -> Raw:
    """Text (JSON-encoded) as an ADF document; a document stays as it is."""
    if bytes(memoryview(body)[:1]) != b'"':
        return body
    text: str = raw.parse(body)
    if not text:
        return EMPTY
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return raw.raw({"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]})


def _paragraph(block: str) -> dict[str, Any]:
    lines = block.split("\n")
    inside: list[dict[str, Any]] = []
    for line in lines:
        if inside:
            inside.append(BREAK)
        if line:
            inside.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": inside}


def by_account(account_id: str) -> str:
    """What Cloud's wiki text mentions somebody by."""
    return f"accountid:{account_id}"


def wiki(body: Raw, called: Callable[[str], str] = by_account) -> Raw:
    """An ADF document (JSON-encoded) as text, accounts mentioned as they are `called`; text stays as it is."""
    if bytes(memoryview(body)[:1]) != b"{":
        return body
    document: Any = raw.parse(body)
    if not isinstance(document, dict) or document.get("type") != "doc":
        return body
    return raw.raw("\n\n".join(_flat(block, called) for block in _content(document)))


def _content(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes inside a node; what is none is left out."""
    inside = node.get("content")
    return [entry for entry in inside if isinstance(entry, dict)] if isinstance(inside, list) else []


def _flat(node: dict[str, Any], called: Callable[[str], str]) -> str:
    kind = node.get("type")
    if kind == "text":
        return str(node.get("text", ""))
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return f"[~{called(str((node.get('attrs') or {}).get('id', '')))}]"
    joint = "\n" if kind in ("bulletList", "orderedList", "listItem", "table", "blockquote") else ""
    return joint.join(_flat(inner, called) for inner in _content(node))


def plain(body: Raw | None) -> str:
    """The words of a body, for searching."""
    found = raw.parse(wiki(body)) if body is not None and body != NULL else ""
    return found if isinstance(found, str) else ""
