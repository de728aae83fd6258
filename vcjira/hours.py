"""Working hours: calendars as a table of half days, and the SQL that counts working time between two moments by it.

`working_days` has a row per calendar and half of a UTC day: seconds worked before it, how long the stretch goes on that
is under way when it begins, when the next one starts and how long it is. There is never a third: even where the clocks
go forward, stretches start more than half a day apart. Work up to a moment is one look-up, work between two moments the
difference of two; no row means that all time counts. `working_times` is the way back: from work done to the moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from vcjira.config import Settings
from vcjira.config.calendar import DAYS, Calendar
from vcjira.mirror import Mirror, now

EVERYBODY = "*"
"""The calendar of those who have none of their own."""
OLDEST = date(2000, 1, 1)
"""What happened before is counted in calendar hours: so old a date is a mistake."""


def calendars(settings: Settings) -> dict[str, Calendar]:
    """By team; `*` is everybody else's."""
    found = {name: team.calendar for name, team in settings.teams.items() if team.calendar}
    return found | ({EVERYBODY: settings.calendar} if settings.calendar else {})


def told(settings: Settings) -> str:
    """Which hours count for whom, in one sentence."""
    if not calendars(settings):
        return "all hours count, nights and weekends too: no calendar is configured"
    return "; ".join(f"{who}: {when}" for who, when in whose(settings))


def whose(settings: Settings) -> list[tuple[str, str]]:
    """Who, and which hours in words: teams with a calendar of their own first."""
    found = calendars(settings)
    own = [(name, one.told()) for name, one in sorted(found.items()) if name != EVERYBODY]
    rest = found[EVERYBODY].told() if EVERYBODY in found else "all hours, nights and weekends too"
    return [*own, ("everybody else" if own else "everybody", rest)]


# from calendars to tables ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of work, in UTC without zone; `week` numbers the calendar's own weeks."""

    begins: datetime
    ends: datetime
    week: int


def shifts(calendar: Calendar, first: date, last: date) -> Iterator[Shift]:
    """The stretches that begin on the local days from `first` to `last`, in order."""
    start, end = calendar.minutes
    away = set(calendar.closed) | _holidays(calendar, first, last)
    monday = _week_begins(calendar)
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if day in calendar.open or (DAYS[day.weekday()] in calendar.days and day not in away):
            yield Shift(_utc(calendar, day, start), _utc(calendar, day, end), (number - 1 - monday) // 7)


def _utc(calendar: Calendar, day: date, minutes: int) -> datetime:
    local = datetime.combine(day, datetime.min.time(), calendar.tz) + timedelta(minutes=minutes)
    return local.astimezone(UTC).replace(tzinfo=None)


def _holidays(calendar: Calendar, first: date, last: date) -> set[date]:
    if not calendar.holidays:
        return set()
    import holidays  # late: few configurations need it, and commands begin quickly without

    country, _, region = calendar.holidays.partition("-")
    years = range(first.year, last.year + 1)
    return set(holidays.country_holidays(country, subdiv=region or None, years=years))


def _week_begins(calendar: Calendar) -> int:
    """The day of the week (0 is Monday) that comes after the longest time off; Monday where none is longer."""
    works = [day in calendar.days for day in DAYS]
    return max(range(7), key=lambda day: _off_before(works, day) if works[day] else -1)


def _off_before(works: list[bool], day: int) -> int:
    return next((off for off in range(7) if works[(day - 1 - off) % 7]), 7)


def days(name: str, calendar: Calendar, first: date, last: date) -> list[dict[str, Any]]:
    """Rows of `working_days` from one UTC day to another."""
    halves = (first + timedelta(days=number) for number in range((last - first).days + 1))
    rows: dict[datetime, dict[str, Any]] = {
        (begins := datetime(day.year, day.month, day.day, 12 * half)): {
            "calendar": name, "day": day.isoformat(), "half": half, "begins": begins, "worked_s": 0, "early_s": 0,
            "early_left_s": 0, "starts_s": 0, "late_s": 0, "late_left_s": 0,
            "full_s": (calendar.minutes[1] - calendar.minutes[0]) * 60}
        for day in halves for half in (0, 1)
    }  # fmt: skip
    worked = list(shifts(calendar, first - timedelta(days=2), last + timedelta(days=9)))
    left: dict[int, float] = {}
    for shift in reversed(worked):
        left[shift.week] = left.get(shift.week, 0) + (shift.ends - shift.begins).total_seconds()
        remains = left[shift.week]
        for begins, seconds in _by_half(shift):
            row = rows.get(_half(begins))
            offset = (begins - _half(begins)).total_seconds()
            if row and offset:
                row |= {"starts_s": int(offset), "late_s": int(seconds), "late_left_s": int(remains)}
            elif row:
                row |= {"early_s": int(seconds), "early_left_s": int(remains)}
            remains -= seconds
    done = 0
    for row in rows.values():
        row["worked_s"] = done
        done += row["early_s"] + row["late_s"]
    return list(rows.values())


def _half(moment: datetime) -> datetime:
    """When the half of the UTC day begins in which a moment lies."""
    return datetime(moment.year, moment.month, moment.day, moment.hour // 12 * 12)


def _by_half(shift: Shift) -> Iterator[tuple[datetime, float]]:
    """The parts of a stretch, one for each half of a UTC day: when it begins, and its seconds."""
    begins = shift.begins
    while begins < shift.ends:
        ends = min(_half(begins) + timedelta(hours=12), shift.ends)
        yield begins, (ends - begins).total_seconds()
        begins = ends


def build(mirror: Mirror, settings: Settings) -> None:
    """Make the temporary tables `holder_calendars`, `working_days` and `working_times`, empty without calendars."""
    mirror.run(TABLES)
    found = calendars(settings)
    if not found:
        return
    newest = now(mirror).date()
    oldest = mirror.value(OLDEST_EVENT)
    first = min(newest, max(OLDEST, oldest.date() if oldest else newest))
    for name, calendar in found.items():
        mirror.load("working_days", days(name, calendar, first - timedelta(days=1), newest + timedelta(days=1)))
    mirror.run(HOLDERS, {"teams": [name for name in found if name != EVERYBODY]})
    mirror.run(TIMES)


TABLES = """
CREATE OR REPLACE TEMP TABLE holder_calendars (site TEXT, holder TEXT, calendar TEXT);
CREATE OR REPLACE TEMP TABLE working_days (
    calendar TEXT, day DATE, half BIGINT, begins TIMESTAMP, worked_s BIGINT, early_s BIGINT, early_left_s BIGINT,
    starts_s BIGINT, late_s BIGINT, late_left_s BIGINT, full_s BIGINT
);
CREATE OR REPLACE TEMP TABLE working_times AS SELECT 0::BIGINT AS slot, * FROM working_days
"""
"""`half`: 0 before noon, UTC, and 1 after; `begins`: when that is. `*_left_s`: working seconds from where a stretch
begins in it to the end of the calendar's week; `full_s`: of a day."""

OLDEST_EVENT = """
SELECT least((SELECT min(created) FROM issues), (SELECT min(created) FROM comments), (SELECT min(changed) FROM changes))
"""

HOLDERS = """
-- teams by their name, people by the first of their teams that has a calendar
INSERT INTO holder_calendars
WITH own AS (SELECT unnest($teams::VARCHAR[]) AS team),
placed AS (
    SELECT p.site, p.account_id, arg_min(p.team, (p.valid_until IS NOT NULL, p.authority, p.team)) AS team
    FROM person_teams p SEMI JOIN own USING (team) GROUP BY ALL
),
named AS (
    SELECT DISTINCT i.site, o.team AS holder, 0 AS place, o.team FROM (SELECT DISTINCT site FROM issues) i, own o
    UNION ALL
    SELECT site, account_id, 1, team FROM placed
    UNION ALL
    SELECT p.site, d.person, 2, p.team FROM placed p JOIN identities d USING (site, account_id)
    WHERE d.person IS NOT NULL
)
SELECT site, holder, arg_min(team, (place, team)) FROM named GROUP BY ALL
"""

TIMES = """
-- half a day stands under every number of full days' work that it reaches
INSERT INTO working_times
SELECT unnest(range(worked_s // full_s, (worked_s + early_s + late_s) // full_s + 1)), *
FROM working_days WHERE early_s + late_s > 0
"""


# from tables to conditions ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in some SQL, from `since` to `until` (null where it is open), in working time of a `holder`.

    Columns are given as in the SQL, with the name of their table: that of `since` has the site.
    """

    holder: str
    since: str
    until: str | None = None
    option: str = ""
    """The pattern's option that says how long it may be."""
    via: str = ""
    """What must be joined to know the holder; only where there are calendars."""


@dataclass(frozen=True, slots=True)
class WeekEnd:
    """The last hours of a holder's week in some SQL: is `since` in them? `otherwise`: SQL without a calendar."""

    holder: str
    since: str
    otherwise: str
    option: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the SQL for a span: to join first, and then the conditions."""

    joins: str
    hours: str
    """`working` or `calendar`."""
    seconds: str = ""
    before: str = ""
    """`until` comes before the time has passed."""
    by: str = ""
    """The same, or when it has just passed."""
    due: str = ""
    """The moment at which the time has passed."""
    slot: str = ""


def words(
    name: str, span: Span | WeekEnd, *, calendars: bool, seconds: str, working: tuple[float, float] = (0, 0)
) -> Words:
    """SQL for a span; `seconds` may pass in calendar time, or `working` (days, seconds) where there is a calendar."""
    since, until = span.since, span.until if isinstance(span, Span) else None
    later = f"{since} + INTERVAL '{seconds}' SECOND"
    if isinstance(span, WeekEnd) and not calendars:
        return Words("", "'calendar'", slot=span.otherwise)
    if not calendars:
        lasted = f"epoch({until}) - epoch({since})"
        return Words("", "'calendar'", lasted, f"{until} < {later}", f"{until} <= {later}", later)
    joins = f"""
{span.via if isinstance(span, Span) else ""}
LEFT JOIN holder_calendars {name}_whose ON {name}_whose.site = {since.partition(".")[0]}.site
    AND {name}_whose.holder = {span.holder}
LEFT JOIN working_days {name}_since ON {name}_since.calendar = coalesce({name}_whose.calendar, '{EVERYBODY}')
    AND {_in_half(f"{name}_since", since)}"""
    hours = f"CASE WHEN {name}_since.calendar IS NULL THEN 'calendar' ELSE 'working' END"
    if isinstance(span, WeekEnd):
        inside = _last(f"{name}_since", since, working[1])
        return Words(joins, hours, slot=_either(name, span.otherwise, inside))
    limit = f"({working[0]:g} * {name}_since.full_s + {working[1]:g})"
    target = f"({_worked(f'{name}_since', since)} + {limit})"
    if until is None:
        joins += f"""
LEFT JOIN working_times {name}_due ON {name}_due.calendar = {name}_since.calendar
    AND {name}_due.slot = CAST(floor({target} / {name}_since.full_s) AS BIGINT)
    AND {name}_due.worked_s < {target} AND {target} <= {name}_due.worked_s + {name}_due.early_s + {name}_due.late_s"""
        return Words(joins, hours, due=_either(name, later, _moment(f"{name}_due", target, since)))
    joins += f"""
LEFT JOIN working_days {name}_until ON {name}_until.calendar = {name}_since.calendar
    AND {_in_half(f"{name}_until", until)}"""
    worked = f"{_worked(f'{name}_until', until)} - {_worked(f'{name}_since', since)}"
    return Words(
        joins,
        hours,
        _either(name, f"epoch({until}) - epoch({since})", worked),
        _either(name, f"{until} < {later}", f"{worked} < {limit}"),
        _either(name, f"{until} <= {later}", f"{worked} <= {limit}"),
    )


def _either(name: str, calendar: str, working: str) -> str:
    return f"CASE WHEN {name}_since.calendar IS NULL THEN {calendar} ELSE {working} END"


def _in_half(day: str, moment: str) -> str:
    """A row of `working_days` is that of a moment."""
    half = f"CAST(floor(extract(hour FROM {moment}) / 12) AS BIGINT)"
    return f"{day}.day = CAST({moment} AS DATE) AND {day}.half = {half}"


def _worked(day: str, moment: str) -> str:
    """Working seconds up to a moment, with its row of `working_days`."""
    into = f"(epoch({moment}) - epoch({day}.begins))"
    late = f"least(greatest({into} - {day}.starts_s, 0), {day}.late_s)"
    return f"({day}.worked_s + least({into}, {day}.early_s) + {late})"


def _moment(day: str, target: str, since: str) -> str:
    """The moment at which so many seconds have been worked, with its row of `working_times`."""
    into = f"({target} - {day}.worked_s)"
    seconds = f"CASE WHEN {into} <= {day}.early_s THEN {into} ELSE {day}.starts_s + {into} - {day}.early_s END"
    moment = f"{day}.begins + INTERVAL '1' SECOND * ({seconds})"
    return f"CASE WHEN {day}.slot IS NOT NULL THEN greatest({since}, {moment}) END"  # greatest would pass over null


def _last(day: str, moment: str, seconds: float) -> str:
    """A moment lies in working hours, of which so many seconds are left in the week."""
    into = f"(epoch({moment}) - epoch({day}.begins))"
    early = f"{into} < {day}.early_s AND {day}.early_left_s - {into} <= {seconds:g}"
    late = (
        f"{into} >= {day}.starts_s AND {into} < {day}.starts_s + {day}.late_s"
        f" AND {day}.late_left_s - ({into} - {day}.starts_s) <= {seconds:g}"
    )
    return f"({early} OR {late})"


# backwards -------------------------------------------------------------------------------------


def began(calendar: Calendar, moment: datetime, working: tuple[float, float]) -> tuple[datetime, datetime]:
    """The first and the last moment between which and `moment` so many (days, seconds) were worked."""
    start, end = calendar.minutes
    wanted = working[0] * (end - start) * 60 + working[1]
    for years in (1, 4, 16):
        done, upper = 0.0, moment
        oldest, newest = moment.date() - timedelta(days=366 * years), moment.date() + timedelta(days=1)
        for shift in reversed(list(shifts(calendar, oldest, newest))):
            ends = min(shift.ends, moment)
            length = max(0.0, (ends - shift.begins).total_seconds())
            if done + length > wanted:
                point = ends - timedelta(seconds=wanted - done)
                return point, (upper if done == wanted else point)
            done += length
            upper = min(upper, shift.begins)
    return datetime.combine(OLDEST, datetime.min.time()), upper
