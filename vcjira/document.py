"""The text of a description or a comment, from the JSON in which Jira gives it: wiki text, or an Atlassian document."""

from collections.abc import Sequence

from msgspec import Raw, Struct, ValidationError, json


class Attrs(Struct, gc=False):
    text: str = ""
    id: str = ""


class Node(Struct, gc=False):
    """A piece of an Atlassian document, as far as its text goes; of the rest nothing is built."""

    type: str = ""
    text: str = ""
    attrs: Attrs | None = None
    content: list["Node"] | None = None


_LEFT_OUT = frozenset({"codeBlock", "blockquote"})
_SHOWN = frozenset({"mention", "emoji"})
_BLOCKS = frozenset({"paragraph", "heading", "listItem", "tableRow"})
_BREAK = Node("text", "\n")
_decode = json.Decoder(Node | str | None).decode


def plain(body: bytes | Raw) -> tuple[str, Sequence[str]]:
    """The text of a body, block by block, and the accounts that a document mentions; its code and quotes are left out.
    What is no body reads as empty.

    Raises DecodeError where `body` is no JSON at all.
    """
    try:
        found = _decode(body)
    except ValidationError:
        value = json.decode(body)
        found = _odd(value) if isinstance(value, dict) else None
    if isinstance(found, str):
        return found, ()
    parts: list[str] = []
    mentioned: list[str] = []
    rest = [found] if found else []
    while rest:  # not by recursion: how deep a document goes is not for us to say
        node = rest.pop()
        kind = node.type
        if kind == "text":
            parts.append(node.text)
        elif kind == "hardBreak":
            parts.append("\n")
        elif kind in _LEFT_OUT:
            continue
        elif kind in _BLOCKS:
            rest.append(_BREAK)
        elif kind in _SHOWN and node.attrs:
            parts.append(node.attrs.text)
            if kind == "mention" and node.attrs.id:
                mentioned.append(node.attrs.id)
        if node.content:
            rest += node.content[::-1]
    return "".join(parts), mentioned


def _odd(value: object) -> Node | None:
    """What can be read of a document that is not as Atlassian describes it."""
    if isinstance(value, str):
        return Node("text", value)
    if isinstance(value, list):
        return Node(content=[node for entry in value if (node := _odd(entry))])
    if not isinstance(value, dict):
        return None
    attrs, content = value.get("attrs"), _odd(value.get("content"))
    return Node(
        str(value.get("type", "")),
        str(value.get("text", "")),
        Attrs(str(attrs.get("text", "")), str(attrs.get("id", ""))) if isinstance(attrs, dict) else None,
        [content] if content else None,
    )
