"""What is read from a description or a comment before its text is dropped."""

import hashlib
import re
from dataclasses import dataclass, field

_NOT_PROSE = re.compile(
    r"\{(code|noformat|quote)[^}]*\}.*?\{\1\}|```.*?```|^\s*(?:>|bq\.).*$|https?://\S+",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"\w[\w'’-]*")


@dataclass(slots=True)
class Reading:
    """`words` counts prose only; `digest` is None for an empty text."""

    words: int = 0
    question: bool = False
    digest: str | None = None
    lint: list[str] = field(default_factory=list)
    forwarded_from: str | None = None


def read(body: object) -> Reading:
    """Read wiki text (a string) or an Atlassian document (a dict); anything else reads as empty."""
    text = plain(body)
    if not text:
        return Reading()
    prose = _NOT_PROSE.sub(" ", text) if len(text) < 200_000 else text
    words = _WORD.findall(prose)
    normal = " ".join(words).lower()
    return Reading(
        words=len(words),
        question="?" in prose,
        digest=hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
    )


def plain(body: object) -> str:
    """The text of a body, block by block; code and quotes of an Atlassian document are left out."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    parts: list[str] = []
    stack: list[object] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            kind = node.get("type")
            if kind in ("codeBlock", "blockquote"):
                continue
            if kind == "text":
                parts.append(str(node.get("text", "")))
            elif kind in ("mention", "emoji"):
                attrs = node.get("attrs")
                parts.append(str(attrs.get("text", "")) if isinstance(attrs, dict) else "")
            elif kind == "hardBreak":
                parts.append("\n")
            if kind in ("paragraph", "heading", "listItem", "tableRow"):
                stack.append("\n")
            if "content" in node:
                stack.append(node["content"])
    return "".join(parts)
