"""What is read from a description or a comment before its text is dropped."""

import hashlib
import re
from dataclasses import dataclass, field

_NOT_PROSE = re.compile(
    r"\{(code|noformat|quote)[^}]*\}.*?\{\1\}|```.*?```|^\s*(?:>|bq\.).*$|https?://\S+",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"\w[\w'’-]*")
_FROM = re.compile(
    r"^[ \t>|*_{}]{0,20}(?:From|Von|De|Van|Da|Od|Från|Fra|Lähettäjä|От|发件人|寄件者|差出人|보낸 사람)[ \t*_{}]{0,9}[:：]"
    r"[^\n]{0,200}?(?<![\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER = re.compile(
    r"^[ \t>|*_{}]{0,20}(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Fecha|Para|Asunto"
    r"|Verzonden|Aan|Onderwerp|Inviato|Data|Oggetto|Skickat|Till|Ämne|Дата|Кому|Тема|发送时间|收件人|主题|日付|宛先|件名"
    r"|보낸 날짜|받는 사람|제목)[ \t*_{}]{0,9}[:：]",
    re.MULTILINE | re.IGNORECASE,
)
FORWARDED_WITHIN = 20_000
"""Characters of a text in which the header of a forwarded e-mail is looked for."""
HEADER_LINES = 6
"""Lines after `From:` among which two other header lines must stand."""


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
        forwarded_from=forwarded(text),
    )


def forwarded(text: str) -> str | None:
    """The sender of the topmost e-mail whose header stands in the text, in lower case; None where there is none.

    A header is a `From:` line with an address and, right after it, two of the other lines that mail programs write,
    in any of their usual languages.
    """
    if "@" not in text:
        return None
    text = text[:FORWARDED_WITHIN]
    for match in _FROM.finditer(text):
        following = "\n".join(text[match.end() :].split("\n", HEADER_LINES)[1:HEADER_LINES])
        if len(_HEADER.findall(following)) >= 2:
            return match[1].lower().rstrip(".-")
    return None


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
