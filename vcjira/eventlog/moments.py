"""Times as logs write them: ISO 8601, seconds or milliseconds since 1970, and dates in any order of their parts."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

EPOCH_MILLISECONDS = 100_000_000_000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_NAMED = re.compile(r"(?:[a-z]{3,9},? )?(\d{1,2})[-/. ]([a-z]{3})[a-z]*\.?[-/. ,]+(\d{4}|\d{2})\b", re.IGNORECASE)
_NAME_FIRST = re.compile(r"(?:[a-z]{3,9},? )?([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"[T:, ]*(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,:](\d+))?)? ?([ap]\.?m\.?)? ?"
    r"(Z|[A-Z]{3,4}|[+-]\d{2}:?\d{2}|[+-]\d{2})?$",
    re.IGNORECASE,
)
_JAVA = re.compile(
    r"[a-z]{3} ([a-z]{3} \d{1,2}) (\d{1,2}:\d{2}:\d{2}) ?([A-Z]{1,4}|[+-]\d{2}:?\d{2})? (\d{4})", re.IGNORECASE
)
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2,
    "EEST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Names of zones in mails (RFC 2822) and of Europe, in hours."""
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
DAY_ZERO = datetime(1899, 12, 30)
"""From which spreadsheets count days."""
_COMPACT = re.compile(r"(?:19|20)\d{6}(?:T?\d{6})?")


class Moments:
    """Reads the times of one log; whether the day or the month goes first is found out from all of them.

    Numbers are seconds or milliseconds since 1970; a spreadsheet's days where all lie in 1954 to 2119 and some have
    fractions.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._known: dict[str, datetime] = {}
        whole = list(texts)
        self._day_first = _day_goes_first(whole)
        self._days = _are_days(whole)

    def read(self, text: str) -> datetime:
        """A time in UTC; ValueError for what is none."""
        if text not in self._known:
            try:
                when = DAY_ZERO + timedelta(float(text)) if self._days else _read(text.strip(), self._day_first)
                self._known[text] = when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when
            except (OverflowError, OSError):  # the latter by some systems, of years beyond theirs
                raise ValueError(text) from None
        return self._known[text]


def _day_goes_first(texts: Iterable[str]) -> bool:
    for text in texts:
        found = _NUMBERS.match(text.strip())
        if found and len(found[1]) < 3:
            if int(found[1]) > 12:
                return True
            if int(found[2]) > 12:
                return False
    return True


def _are_days(texts: Iterable[str]) -> bool:
    fractions = False
    for text in texts:
        if not _SERIAL.fullmatch(text.strip()):
            return False
        fractions = fractions or "." in text
    return fractions


def _read(text: str, day_first: bool) -> datetime:
    if _COMPACT.fullmatch(text):
        digits = text.replace("T", "")
        return datetime.strptime(digits, "%Y%m%d%H%M%S" if len(digits) == 14 else "%Y%m%d")
    if text.replace(".", "", 1).isdigit():
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number >= EPOCH_MILLISECONDS else number, UTC)
    if found := _JAVA.fullmatch(text):
        text = f"{found[1]} {found[4]} {found[2]} {found[3] or ''}".strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        year, month, day, rest = _date(text, day_first)
    return _at(datetime(year + (2000 if year < 100 else 0), month, day), rest)


def _date(text: str, day_first: bool) -> tuple[int, int, int, str]:
    """Year, month and day, and what follows them."""
    if found := _NUMBERS.match(text):
        first, second, third = (int(part) for part in found.groups())
        if len(found[1]) == 4:
            return first, second, third, text[found.end() :]
        day, month = (first, second) if day_first else (second, first)
        return third, month, day, text[found.end() :]
    if found := _NAMED.match(text):
        return int(found[3]), _month(found[2]), int(found[1]), text[found.end() :]
    if found := _NAME_FIRST.match(text):
        return int(found[3]), _month(found[1]), int(found[2]), text[found.end() :]
    raise ValueError(text)


def _month(name: str) -> int:
    return MONTHS.index(name.lower()) + 1


def _at(date: datetime, clock: str) -> datetime:
    if not clock.strip():
        return date
    found = _CLOCK.match(clock)
    if not found:
        raise ValueError(clock)
    hour, half = int(found[1]), (found[5] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    fraction = int((found[4] or "0")[:6].ljust(6, "0"))
    return date.replace(
        hour=hour, minute=int(found[2]), second=int(found[3] or 0), microsecond=fraction, tzinfo=_zone(found[6])
    )


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        if text.upper() not in _ZONES:
            raise ValueError(text)
        return timezone(timedelta(hours=_ZONES[text.upper()]))
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
