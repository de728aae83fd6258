"""Working time by the tables and the SQL is what a slow count, minute by minute, says; and the examples one knows."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as trial
from hypothesis import strategies as st

from vcjira import hours
from vcjira.cli import run
from vcjira.config import Settings
from vcjira.config.calendar import DAYS, Calendar
from vcjira.mirror import Mirror

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 20)
"""Both changes to summer time, Easter and a few holidays lie between."""
MINUTE = timedelta(minutes=1)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Auckland", "America/St_Johns", "Pacific/Kiritimati"]  # fmt: skip


def office(**keys: object) -> Calendar:
    return Calendar.model_validate(keys)


@st.composite
def any_calendar(draw: st.DrawFn) -> Calendar:
    start = draw(st.integers(0, 47))
    length = draw(st.one_of(st.integers(1, 46), st.just(48)))
    end = start + length
    if length == 48:
        start, end = 0, 48
    text = "{:02}:{:02}-{:02}:{:02}".format(*divmod(start * 30, 60), *divmod((end % 48 or 48) * 30, 60))
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    closed = draw(st.lists(st.dates(FIRST, LAST), max_size=4))
    opened = draw(st.lists(st.dates(FIRST, LAST), max_size=2))
    holidays = draw(st.sampled_from([None, "DE", "US-CA", "IN"]))
    return office(
        zone=draw(st.sampled_from(ZONES)), hours=text, days=sorted(days), closed=closed, open=opened, holidays=holidays
    )


def slow(calendar: Calendar, since: datetime, until: datetime) -> int:
    """Working minutes between two whole minutes, one by one, from the definition."""
    import holidays as library

    start, end = calendar.minutes
    country, _, region = (calendar.holidays or "").partition("-")
    away = set(library.country_holidays(country, subdiv=region or None, years=[2026])) if country else set()
    stretches = []
    for number in range(FIRST.toordinal() - 3, LAST.toordinal() + 3):
        day = date.fromordinal(number)
        usual = DAYS[day.weekday()] in calendar.days and day not in away and day not in calendar.closed
        if usual or day in calendar.open:
            midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.tz)
            begins, ends = (
                (midnight + timedelta(minutes=m)).astimezone(UTC).replace(tzinfo=None) for m in (start, end)
            )
            stretches.append((begins, ends))
    minutes, moment = 0, since
    while moment < until:
        minutes += any(begins <= moment < ends for begins, ends in stretches)
        moment += MINUTE
    return minutes


class Clock:
    """The SQL of a span, asked about two moments."""

    def __init__(self, calendars: dict[str, Calendar], moment: datetime) -> None:
        teams = {name: {"calendar": one} for name, one in calendars.items() if name != "*"}
        self.settings = Settings.model_validate({"teams": teams, "calendar": calendars.get("*")})
        self.mirror = Mirror(Path(":memory:"), write=True)
        self.mirror.load("sites", [{"site": "s", "last_sync": moment}])
        born = datetime.combine(FIRST, datetime.min.time())
        self.mirror.load("issues", [{"site": "s", "issue_id": "1", "created": born, "presence": "present"}])
        hours.build(self.mirror, self.settings)

    def __enter__(self) -> "Clock":
        return self

    def __exit__(self, *_: object) -> None:
        self.mirror.close()

    def ask(self, what: str, team: str, since: datetime, until: datetime | None, **limits: Any) -> Any:
        span = hours.Span(holder="x.team", since="x.since", until="x.until" if until else None)
        told = hours.words("x", span, calendars=True, **{"seconds": "0"} | limits)
        (row,) = self.mirror.tuples(
            f"SELECT {getattr(told, what)} FROM (SELECT 's' AS site, ? AS team, ?::TIMESTAMP AS since,"
            f" ?::TIMESTAMP AS until) x{told.joins}",
            [team, since, until],
        )
        return row[0]


moments = st.integers(0, 45 * 1440).map(lambda m: datetime.combine(FIRST, datetime.min.time()) + m * MINUTE)
NIGHTS = office(zone="Europe/Berlin", hours="22:00-06:00", days="mon-fri")


@trial(max_examples=30, deadline=None)
@given(calendar=any_calendar(), since=moments, until=moments)
@example(calendar=NIGHTS, since=datetime(2026, 3, 27), until=datetime(2026, 4, 1))
@example(calendar=office(zone="America/New_York", hours="19:30-03:30", days="mon-sun"), since=datetime(2026, 3, 6),
         until=datetime(2026, 3, 11))  # fmt: skip
@example(calendar=office(zone="Europe/London", hours="00:30-08:00", days="mon-sun"), since=datetime(2026, 3, 27),
         until=datetime(2026, 4, 1))  # fmt: skip
@example(calendar=office(zone="Europe/London", hours="00:00-24:00", days="sat-mon"), since=datetime(2026, 3, 27),
         until=datetime(2026, 4, 1))  # fmt: skip
def test_working_time_is_what_counting_the_minutes_gives(calendar: Calendar, since: datetime, until: datetime) -> None:
    since, until = sorted([since, until])
    until = min(until, since + timedelta(days=12))
    with Clock({"Platform": calendar}, datetime(2026, 4, 18)) as clock:
        assert clock.ask("seconds", "Platform", since, until) == 60 * slow(calendar, since, until)
        assert clock.ask("hours", "Platform", since, until) == "working"


@trial(max_examples=25, deadline=None)
@given(calendar=any_calendar(), since=moments, minutes=st.integers(1, 6000))
def test_the_way_back_ends_where_the_time_has_just_been_worked(
    calendar: Calendar, since: datetime, minutes: int
) -> None:
    with Clock({"*": calendar}, datetime(2026, 4, 18)) as clock:
        due = clock.ask("due", "Anybody", since, None, working=(0, minutes * 60))
        if due is None:  # not yet
            assert clock.ask("seconds", "Anybody", since, datetime(2026, 4, 18)) < minutes * 60
            return
        assert clock.ask("seconds", "Anybody", since, due) == pytest.approx(minutes * 60, abs=1e-3)
        assert clock.ask("seconds", "Anybody", since, due - MINUTE) <= (minutes - 1) * 60 + 1e-3
        first, last = hours.began(calendar, due, (0, minutes * 60))
        assert first <= since <= last


def test_summer_time_moves_the_hours() -> None:
    with Clock({"*": office(zone="Europe/Berlin")}, datetime(2026, 4, 18)) as clock:
        assert clock.ask("seconds", "", datetime(2026, 3, 27, 8), datetime(2026, 3, 27, 16)) == 8 * 3600
        assert clock.ask("seconds", "", datetime(2026, 3, 30, 7), datetime(2026, 3, 30, 15)) == 8 * 3600
    with Clock({"*": NIGHTS}, datetime(2026, 4, 18)) as clock:  # and a night is shorter by one
        assert clock.ask("seconds", "", datetime(2026, 3, 26, 12), datetime(2026, 3, 27, 12)) == 8 * 3600
    sunday = office(zone="Europe/Berlin", hours="22:00-06:00", days="sat")
    with Clock({"*": sunday}, datetime(2026, 4, 18)) as clock:
        assert clock.ask("seconds", "", datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 12)) == 7 * 3600


def test_a_holiday_on_a_weekend_takes_nothing_and_one_in_the_week_takes_a_day() -> None:
    plain, german = office(), office(holidays="DE")
    week = datetime(2026, 4, 1), datetime(2026, 4, 8)  # Good Friday, Easter Sunday, Easter Monday
    with Clock({"A": plain, "B": german}, datetime(2026, 4, 18)) as clock:
        worked = {team: clock.ask("seconds", team, *week) / 8 / 3600 for team in "AB"}
        assert worked == {"A": 5, "B": 3}
        assert clock.ask("seconds", "B", datetime(2026, 4, 4), datetime(2026, 4, 6)) == 0


def test_own_days_off_and_on_go_before_the_rest() -> None:
    calendar = office(closed=["2026-04-01"], open=["2026-04-04", "2026-04-03"], holidays="DE")
    with Clock({"*": calendar}, datetime(2026, 4, 18)) as clock:
        days = [datetime(2026, 4, day) for day in range(1, 7)]
        assert [clock.ask("seconds", "", a, a + timedelta(days=1)) // 3600 for a in days] == [0, 8, 8, 8, 0, 0]


def test_who_has_no_calendar_counts_all_hours() -> None:
    with Clock({"Platform": office()}, datetime(2026, 4, 18)) as clock:
        span = datetime(2026, 4, 4), datetime(2026, 4, 5)
        assert clock.ask("seconds", "Platform", *span) == 0
        assert clock.ask("seconds", "Data", *span) == 86_400
        assert clock.ask("hours", "Data", *span) == "calendar"
        assert clock.ask("due", "Data", span[0], None, seconds="86400") == span[1]
    assert "no calendar" in hours.told(Settings())


@pytest.mark.parametrize(
    ("days", "friday", "last"),
    [("mon-fri", "2026-03-20", True), ("sun-thu", "2026-03-19", True), ("mon-fri", "2026-03-18", False),
     ("mon-sun", "2026-03-22", True)],
)  # fmt: skip
def test_the_week_ends_where_the_calendar_says(days: str, friday: str, last: bool) -> None:
    with Clock({"*": office(days=days)}, datetime(2026, 4, 18)) as clock:
        slot = hours.words("x", hours.WeekEnd("x.team", "x.since", "NULL"), calendars=True, seconds="",
                           working=(0, 7200))  # fmt: skip
        asked = f"SELECT {slot.slot} FROM (SELECT 's' AS site, '' AS team, ?::TIMESTAMP AS since) x{slot.joins}"
        at = {hour: clock.mirror.value(asked, [f"{friday} {hour}"]) for hour in ("14:59", "15:00", "16:59", "17:00")}
    assert at == {"14:59": False, "15:00": last, "16:59": last, "17:00": False}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"zone": "Europe/Berlim"}, "did you mean 'Europe/Berlin'"),
        ({"days": "mon-fry"}, "no day of the week"),
        ({"days": []}, "at least 1"),
        ({"hours": "9-17"}, "no hours such as"),
        ({"hours": "09:00-09:00"}, "no hours such as"),
        ({"hours": "09:00-24:30"}, "no hours such as"),
        ({"hours": "09:00-08:30"}, "an hour apart"),
        ({"holidays": "XX"}, "no country"),
        ({"holidays": "DE-XY"}, "no region 'XY'"),
        ({"closed": ["soon"]}, "valid date"),
    ],
)
def test_what_is_no_calendar_is_refused_with_a_reason(keys: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        office(**keys)


def test_days_are_read_as_people_write_them() -> None:
    assert office(days=["sun-tue", "fri"]).days == ["mon", "tue", "fri", "sun"]
    assert office(days="mon-fri", zone="Asia/Kolkata", holidays="IN").told() == (
        "Mon-Fri 09:00-17:00 Asia/Kolkata, holidays of IN"
    )


def test_check_tells_who_has_which_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vcjira.yaml").write_text("calendar: {holidays: NO}\nteams: {Desk: {calendar: {hours: 22:00-06:00}}}\n")
    assert run(["check", "--offline"]) == 0
    said = capsys.readouterr().out
    assert "hours: Desk: Mon-Fri 22:00-06:00 UTC\n" in said
    assert "hours: everybody else: Mon-Fri 09:00-17:00 UTC, holidays of NO\n" in said
    (tmp_path / "vcjira.yaml").write_text("calendar: {zone: Europe/Berlim}\n")
    assert run(["check", "--offline"]) == 2
    assert "vcjira.yaml:1:12: `calendar.zone` 'Europe/Berlim' is no time zone; did you mean" in capsys.readouterr().err
