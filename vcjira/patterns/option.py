"""What can be set for a pattern under `patterns:` in the configuration, and how a value there is understood."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from vcjira.config.units import duration

Kind = Literal["duration", "number", "share", "choice", "texts", "lines", "flag"]
Value = int | float | str | list[str] | bool


@dataclass(frozen=True, slots=True)
class Option:
    """`default` is written as in the file; `says` is one line for the manual page."""

    default: str | int | float | list[str] | bool | None
    says: str
    kind: Kind = "number"
    choices: tuple[str, ...] = ()
    working: str | None = None
    """The default where there is a calendar: days are then working days, a week five of them, hours working hours."""


def understand(option: Option, value: object) -> Value | None:
    """A value as the SQL needs it: durations in seconds; ValueError says what was expected."""
    if value is None:
        return None
    if option.kind == "duration":
        moment = duration(value)
        if not isinstance(moment, timedelta):  # pragma: no branch
            raise ValueError("must be a duration such as 24h")
        return moment.total_seconds()
    if option.kind == "flag":
        if isinstance(value, bool):
            return value
        raise ValueError("must be true or false")
    if option.kind == "choice":
        if value in option.choices:
            return str(value)
        raise ValueError(f"must be one of {', '.join(option.choices)}")
    if option.kind in ("texts", "lines"):
        return _texts(value)
    return _number(option.kind, value)


def working(value: object) -> tuple[float, float]:
    """A duration as (working days, seconds)."""
    moment = duration(value)
    seconds = moment.total_seconds() if isinstance(moment, timedelta) else 0.0
    if isinstance(value, str) and value.strip()[-1:] in ("d", "w"):
        return seconds / 86_400 * (5 / 7 if value.strip().endswith("w") else 1), 0.0
    return 0.0, seconds


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return list(value)
    raise ValueError("must be a text or a list of texts")


def _number(kind: Kind, value: object) -> int | float:
    if isinstance(value, str) and kind == "share" and value.strip().endswith("%"):
        value = float(value.strip()[:-1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError("must be a number, 0 or more")
    if kind == "share" and value > 1:
        raise ValueError("must lie between 0% and 100%")
    return value


def literal(value: Value | None) -> str:
    """A value as SQL text; a list becomes the inside of `IN (...)`."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(literal(word.lower()) for word in value) or "''"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(round(value, 6)) if isinstance(value, float) and value != int(value) else str(int(value))
