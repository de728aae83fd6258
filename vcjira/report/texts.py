"""Hostile text made harmless, once for every format."""

import re
from typing import Any

from markupsafe import Markup, escape

LONGEST = 300
"""Characters of any text of Jira that a report shows."""
SHOWN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
    r"|[\U000e0000-\U000e007f]"
)
"""Control, escape, bidi and invisible characters; joiners stay, some scripts need them."""
SURROGATES = re.compile(r"[\ud800-\udfff]")
FORMULA = re.compile(r"^\s*[=+\-@\t\r|%＝＋－＠]")
"""What a spreadsheet might run."""
MARKS = re.compile(r"([\\`*_{}\[\]<>|~&$^]|^\s*[#+=-]|(?<=\d)[.)](?=\s)|:(?=//)|(?<=www)\.)")
"""What Markdown, or a page around it, might read as more than text: bare addresses too."""


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
    if FORMULA.match(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"'


def markdown(value: object) -> str:
    """Text that Markdown shows as it is."""
    return MARKS.sub(r"\\\1", str(value))


def markdown_keys(value: object) -> str:
    """The same, but for keys of the configuration between backticks."""
    return re.sub(r"\\`([a-z\\_]+)\\`", lambda key: f"`{key[1].replace(chr(92), '')}`", markdown(value))


def html_keys(value: object) -> Markup:
    """Text for HTML in which keys of the configuration, between backticks, are code."""
    return Markup(re.sub(r"`([a-z_]+)`", r"<code>\1</code>", str(escape(value))))
