"""`docs/configuration.md`: every key of `vcjira.yaml` with its value, default and meaning, read from the models."""

import types
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vcjira.config.matchers import When
from vcjira.config.models import GivenIssue, GivenRequester, Settings
from vcjira.config.units import percent

SECONDS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60))
WORDS: dict[object, str] = {
    str: "text",
    bool: "yes or no",
    int: "number",
    float: "number",
    Path: "path",
    date: "day",
    datetime: "time",
    timedelta: "duration such as `24h`",
    When: "mapping",
}
FEW = (GivenRequester, GivenIssue, When)
"""Shapes that README.md and docs/rules.md explain; their keys are those of the matchers."""

HEAD = """\
# The configuration, key by key

Made by `vcjira schema config --markdown` from the models that check the file. Unknown keys are errors, with
file:line:column and a suggestion. `vcjira init` writes a starting file; `vcjira check` tells what is right and wrong.
Paths are relative to the file. Shares are written `25%` or `0.25`; durations `5m`, `24h`, `3d`, `2w`; where a list of
texts is expected, a single text will do.

A secret never stands in the file: `env:NAME` reads a variable, `file:PATH` the first line of a file,
`keyring:SERVICE/USER` the keyring of the system.

Without a `calendar` all hours count, nights and weekends too. With one, patterns and stages that speak of working time
(`vcjira patterns NAME` says which hours) count the hours of who holds the issue: a team's own calendar, else the one of
all; `vcjira check` and the foot of each report say who has which. For people it is the calendar of their team. Then a
day in a duration such as `5d` is a working day. `silent_handoff` stays with calendar time, and so do waits in reports.

    calendar: {zone: Europe/Berlin, days: mon-fri, hours: 09:00-17:00, holidays: DE-BE, closed: [2026-12-24]}
    teams:
      Night desk: {projects: [DESK], calendar: {zone: America/New_York, hours: 22:00-06:00, holidays: US}}
"""


def markdown() -> str:
    """The whole document."""
    return "\n".join([HEAD, *_section("", Settings)])


def _section(path: str, model: type[BaseModel]) -> Iterator[str]:
    """A table of the model's keys, then a section for each key that has keys of its own."""
    yield f"## `{path}`\n" if path else "## Top level\n"
    doc = (model.__doc__ or "").strip()
    if path and doc and model.__module__.startswith("vcjira."):
        yield " ".join(doc.split()) + "\n"
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    inner = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        below = _below(field.annotation)
        if below:
            inner.append((f"{path}.{key}{below[0]}".lstrip("."), below[1]))
        yield f"| `{key}` | {_value(field)} | {_default(field)} | {_cell(field.description or '')} |"
    yield ""
    for place, shape in inner:
        yield from _section(place, shape)


def _below(annotation: Any) -> tuple[str, type[BaseModel]] | None:
    """How the keys of a model inside are reached (`[]` in a list, `.<name>` in a mapping), and the model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return None if annotation in FEW else ("", annotation)
    for step, part in enumerate(get_args(annotation)):
        found = _below(part)
        if found:
            kind = get_origin(annotation)
            return ("[]" if kind is list else ".<name>" if kind is dict and step == 1 else "") + found[0], found[1]
    return None


def _value(field: FieldInfo) -> str:
    return "share" if _share(field.metadata) else _cell(_words(field.annotation))


def _share(metadata: Iterable[Any]) -> bool:
    return any(getattr(extra, "func", None) is percent for extra in metadata)


def _words(annotation: Any) -> str:
    """A type in words."""
    kind, parts = get_origin(annotation), get_args(annotation)
    if kind is Annotated:
        return "share" if _share(parts[1:]) else _words(parts[0])
    if kind is Literal:
        return " | ".join(f"`{part}`" for part in parts)
    if kind in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(part) for part in parts if part is not type(None)))
    if kind is list:
        inner = _words(parts[0])
        return f"list of {inner}{'s' if inner in ('text', 'mapping') else ''}"
    if kind is dict:
        return f"{_words(parts[0])} → {_words(parts[1])}"
    return WORDS.get(annotation, "mapping")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    return f"`{value:.0%}`" if _share(field.metadata) else _cell(_told(value))


def _told(value: Any) -> str:
    """A default as one would write it in the file; nothing where it is empty or a mapping of its own."""
    if value is None or value is PydanticUndefined or isinstance(value, BaseModel) or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f"`{_duration(int(value.total_seconds()))}`"
    if isinstance(value, list):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{value}`"


def _duration(seconds: int) -> str:
    for unit, size in SECONDS:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return str(seconds)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
