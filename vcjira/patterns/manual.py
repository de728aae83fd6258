"""The manual page of a pattern, read from its docstring: parts, options with what is set, and its examples."""

import re
from dataclasses import dataclass
from types import ModuleType

from vcjira.patterns.chosen import COMMON, Chosen

_PART = re.compile(r"^(Definition|Formula|Default|Edges|Source|What to do)\. ", re.MULTILINE)
_EXAMPLE = re.compile(r"^(?:not )?found(?: \(.*\))?:$", re.MULTILINE)
ALL_HOURS = "Now all hours count, nights and weekends too: no calendar is configured."
CALENDAR = "With a `calendar`, days and hours are working days and hours of who holds the issue."
SAYS = {
    "enabled": "looked for at all",
    "level": "whose path is looked at: team or person",
    "debounce": "shorter stays in which the holder writes nothing are removed; 0 switches it off",
    "bots": "what automation did: ignore or count",
    "bulk": "bulk edits: ignore or count",
}
_DEFAULTS = {
    "enabled": "true",
    "level": "team; person without teams",
    "debounce": "5m",
    "bots": "ignore",
    "bulk": "ignore",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One option: its default as written in a file, and the value now where it is another."""

    name: str
    default: str
    now: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Page:
    number: str
    name: str
    question: str
    parts: dict[str, str]
    options: tuple[Line, ...]
    examples: str


def page(name: str, module: ModuleType, chosen: Chosen) -> Page:
    """The page of one pattern, with the values that the configuration sets."""
    text = (module.__doc__ or "").strip()
    head, _, rest = text.partition("\n\n")
    start = _EXAMPLE.search(rest)
    prose = rest[: start.start()] if start else rest
    found = _PART.split(prose)[1:]
    parts = {title: " ".join(body.split()) for title, body in zip(found[::2], found[1::2], strict=True)}
    if chosen.spans:
        parts["Hours"] = f"{ALL_HOURS} {CALENDAR}" if not chosen.calendars else f"Now: {chosen.calendars}."
    return Page(
        number=module.NUMBER,
        name=name,
        question=" ".join(head.partition(": ")[2].split()),
        parts=parts,
        options=tuple(_options(module, chosen)),
        examples=rest[start.start() :].strip() if start else "",
    )


def markdown(pages: list[Page]) -> str:
    """All pages as one Markdown document: `docs/patterns.md`."""
    lines = [
        "# The patterns",
        "",
        "Made by `vcjira patterns --markdown` from the pages that the program itself shows. The cast of the examples:",
        "ann, amy, abe (Acme) and gil, gus (Globex) ask; pat, pia (Platform), dan, dot (Data), oli, ola (Ops) receive;",
        "robot is automation; `calendar=office` is Monday to Friday, 09:00 to 17:00 UTC.",
        "No conversation recorded in Jira does not mean that there was none.",
        "",
        "| | name | question |",
        "|---|---|---|",
        *(f"| {one.number} | [`{one.name}`](#{one.number.lower()}-{one.name}) | {one.question} |" for one in pages),
    ]
    for one in pages:
        lines += ["", f"## {one.number} `{one.name}`", "", f"*{one.question}*", ""]
        lines += [f"**{title}.** {text}\n" for title, text in one.parts.items()]
        own = [line for line in one.options if line.name not in COMMON]
        lines += [f"- `{line.name}` (default {line.default}): {line.says}" for line in own]
        lines += ["" if own else "No options of its own.", "```", one.examples, "```"]
    return "\n".join(lines) + "\n"


def _options(module: ModuleType, chosen: Chosen) -> list[Line]:
    lines = []
    for name, option in module.OPTIONS.items():
        default = ", ".join(option.default) if isinstance(option.default, list) else str(option.default)
        if option.working and option.working != default:
            default += f"; {option.working} of working time with a calendar"
        lines.append(Line(name, default or "none", chosen.given.get(name), option.says))
    for name in COMMON:
        lines.append(Line(name, _DEFAULTS[name], chosen.given.get(name), SAYS[name]))
    return lines
