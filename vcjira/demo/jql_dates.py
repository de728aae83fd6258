"""Dates in JQL: literals in the caller's time zone at minute granularity, epoch milliseconds, relative, functions."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from vcjira.demo import times
from vcjira.demo.jql_tree import BadJql, Operand

LITERAL = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}))?")
RELATIVE = re.compile(r"([+-]?)((?:\s*\d+[ywdhm])+)", re.IGNORECASE)
PART = re.compile(r"(\d+)([ywdhm])", re.IGNORECASE)
UNITS = {"y": 365 * times.DAY, "w": times.WEEK, "d": times.DAY, "h": times.HOUR, "m": times.MINUTE}
BORDER = re.compile(r"(startof|endof)(day|week|month|year)$")
STEP = re.compile(r"([+-]?\d+)([ywdhMm]?)$")


def moment(operand: Operand, field: str, now: int, zone: tzinfo) -> int:
    """The epoch milliseconds that the operand means."""
    if operand.function:
        return _function(operand, field, now, zone)
    text = operand.text.strip()
    if text.lstrip("-").isdigit() and not operand.quoted:
        return int(text)
    literal = LITERAL.fullmatch(text)
    if literal:
        return _literal(literal, field, text, zone)
    relative = RELATIVE.fullmatch(text)
    if relative:
        length = sum(int(count) * UNITS[unit.lower()] for count, unit in PART.findall(relative[2]))
        return now - length if relative[1] == "-" else now + length
    raise _wrong(text, field)


def _literal(found: re.Match[str], field: str, text: str, zone: tzinfo) -> int:
    """A wall-clock time that occurs twice is the first of the two; one that never occurs is moved on by the gap."""
    year, month, day, hour, minute = (int(found[n] or 0) for n in (1, 3, 4, 5, 6))
    try:
        wall = datetime(year, month, day, hour, minute, tzinfo=zone)
    except ValueError:
        raise _wrong(text, field) from None
    return times.millis(wall.astimezone(UTC))


def _wrong(text: str, field: str) -> BadJql:
    return BadJql(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _function(operand: Operand, field: str, now: int, zone: tzinfo) -> int:
    name = operand.text.lower()
    if name == "now":
        return now
    border = BORDER.match(name)
    if border is None:
        raise BadJql(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")
    start = _start(border[2], (times.EPOCH + timedelta(milliseconds=now)).astimezone(zone))
    start = _shifted(start, border[2], operand.arguments[0] if operand.arguments else "0", field)
    if border[1] == "startof":
        return times.millis(start)
    return times.millis(_shifted(start, border[2], "1", field)) - 1


def _start(unit: str, local: datetime) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _shifted(start: datetime, unit: str, text: str, field: str) -> datetime:
    found = STEP.match(text)
    if found is None:
        raise _wrong(text, field)
    count = int(found[1])
    unit = {"d": "day", "w": "week", "M": "month", "y": "year"}.get(found[2], unit)
    if found[2] in ("h", "m"):
        return start + timedelta(**{"hours" if found[2] == "h" else "minutes": count})
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
    return start.replace(year=months // 12, month=months % 12 + 1)
