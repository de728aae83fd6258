"""Hostile text made harmless, once for every format; and names made unrecognisable where they must not leave."""

import hashlib
import re
from typing import Any

LONGEST = 300
"""Characters of any text of Jira that a report shows."""
SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""Control, escape, bidi and invisible characters."""
SURROGATES = re.compile(r"[\ud800-\udfff]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
KEPT_NAMES = ("(unknown)", "(no team)")


def plain(facts: Any) -> Any:
    """The same facts with every text cleaned and cut; numbers, times and structure stay."""
    if isinstance(facts, str):
        return clean(facts)
    if isinstance(facts, dict):
        return {clean(name) if isinstance(name, str) else name: plain(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [plain(value) for value in facts]
    return facts


def clean(text: str) -> str:
    text = SURROGATES.sub("\ufffd", SHOWN.sub("\ufffd", text[: LONGEST + 1]).replace("\n", " "))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def cell(value: object) -> str:
    """One cell of a CSV for people: quoted, and no formula for a spreadsheet to run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if text.startswith(FORMULA):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"'


def markdown(value: object) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&-])", r"\\\1", str(value))


def pseudonymised(facts: Any, salt: str) -> Any:
    """Organizations by pseudonyms that are the same everywhere in this mirror; no summaries, no addresses."""
    if isinstance(facts, dict):
        changed: dict[str, Any] = {}
        for name, value in facts.items():
            if name in ("summary", "url", "theme", "phrase", "because"):
                changed[name] = None
            elif name == "organization" and isinstance(value, str):
                changed[name] = pseudonym(value, salt)
            elif name == "organizations" and isinstance(value, list) and value and isinstance(value[0], str):
                changed[name] = [pseudonym(text, salt) for text in value]
            else:
                changed[name] = pseudonymised(value, salt)
        return changed
    if isinstance(facts, list):
        return [pseudonymised(value, salt) for value in facts]
    return facts


def pseudonym(name: str, salt: str) -> str:
    if name in KEPT_NAMES:
        return name
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), key=salt.encode()[:64], digest_size=3).hexdigest()
    return f"organization {digest}"
