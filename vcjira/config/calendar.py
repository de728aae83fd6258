"""When people work: time zone, days of the week, hours of the day, holidays."""

import difflib
import re
from datetime import date
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""Monday first, as in ISO weeks."""
_HOURS = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$")
DAY = 24 * 60


def _days(value: object) -> object:
    """`mon-fri`, `sun-thu`, one day, or a list of these."""
    found = []
    for part in value if isinstance(value, list) else [value]:
        first, dash, last = str(part).strip().lower().partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part!r} is no day of the week such as mon, nor a span such as mon-fri")
        start, length = DAYS.index(first), (DAYS.index(last if dash else first) - DAYS.index(first)) % 7
        found += [DAYS[(start + step) % 7] for step in range(length + 1)]
    return [day for day in DAYS if day in found]


def _zone(value: str) -> str:
    if value not in available_timezones():
        near = difflib.get_close_matches(value, sorted(available_timezones()), n=1)
        raise ValueError(f"{value!r} is no time zone" + (f"; did you mean {near[0]!r}?" if near else ""))
    return value


def _hours(value: str) -> str:
    match = _HOURS.match(value)
    if not match:
        raise ValueError(f"{value!r} are no hours such as 09:00-17:00")
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (match.groups()[:2], match.groups()[2:]))
    length = (end - start) % DAY or DAY * (start != end)
    if end > DAY or not length:
        raise ValueError(f"{value!r} are no hours such as 09:00-17:00; 00:00-24:00 is the whole day")
    if DAY - 60 < length < DAY:
        raise ValueError("two working days must be an hour apart, or work the whole day (00:00-24:00)")
    return value


def _holidays(value: str) -> str:
    country, _, region = value.partition("-")
    import holidays  # late: few configurations need it, and commands begin quickly without

    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise ValueError(f"{value!r}: {country!r} is no country such as DE, US or GB whose holidays are known")
    if region and region not in known[country]:
        near = ", ".join(known[country]) or "none"
        raise ValueError(f"{value!r}: {country} has no region {region!r}; known are: {near}")
    return value


class Calendar(BaseModel):
    """When people work. Thresholds that speak of working time count these hours only."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="time zone, such as Europe/Berlin")
    days: Annotated[list[Day], BeforeValidator(_days, json_schema_input_type=str | list[str]), Field(min_length=1)] = (
        Field(["mon", "tue", "wed", "thu", "fri"], description="days of the week: `mon-fri`, `[sun-wed, fri]`")
    )
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        "09:00-17:00", description="of each day, local time; `22:00-06:00` ends on the day after; no breaks"
    )
    holidays: Annotated[str, AfterValidator(_holidays)] | None = Field(
        None, description="country, or country-region: `DE-BE`, `US-CA`; public holidays, also when moved to a Monday"
    )
    closed: list[date] = Field([], description="further days on which nobody works")
    open: list[date] = Field([], description="days on which people work although they are holidays or not in `days`")

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def minutes(self) -> tuple[int, int]:
        """Minutes of the local day at which work begins, and at which it ends; above 1440 that is the day after."""
        match = _HOURS.match(self.hours)
        assert match
        first, second, third, fourth = map(int, match.groups())
        start, end = first * 60 + second, third * 60 + fourth
        return start, end if end > start else end + DAY

    def told(self) -> str:
        """In a few words: `Mon-Fri 09:00-17:00 Europe/Berlin, holidays of DE-BE`."""
        numbers = [DAYS.index(day) for day in self.days]
        whole = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
        names = [DAYS[number].title() for number in numbers]
        days = f"{names[0]}-{names[-1]}" if whole else ", ".join(names)
        return f"{days} {self.hours} {self.zone}" + (f", holidays of {self.holidays}" if self.holidays else "")
