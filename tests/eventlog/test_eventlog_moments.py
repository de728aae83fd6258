"""Times as logs write them, and that the order of day and month is found out from the whole column."""

from datetime import datetime

import pytest

from vcjira.eventlog.moments import Moments

NOON = datetime(2012, 10, 9, 14, 50, 17)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2012-10-09 14:50:17", NOON),
        ("2012-10-09T14:50:17Z", NOON),
        ("2012-10-09T16:50:17.250+02:00", NOON.replace(microsecond=250_000)),
        ("2012-10-09 16:50:17 +0200", NOON),
        ("2012-10-09 14:50:17 UTC", NOON),
        ("2012/10/09 14:50:17.000", NOON),
        ("2012/10/09 14:50:17.123456789", NOON.replace(microsecond=123_456)),
        ("2012.10.9 14:50:17", NOON),
        ("9/10/2012 14:50:17", NOON),
        ("9.10.12 14:50", NOON.replace(second=0)),
        ("09-10-2012:14.50", NOON.replace(second=0)),
        ("9/10/2012 2:50:17 PM", NOON),
        ("9/10/2012 12:05 am", datetime(2012, 10, 9, 0, 5)),
        ("09-Oct-12 14.50.17", NOON),
        ("Tue, 9 Oct 2012 16:50:17 +0200", NOON),
        ("Oct 9, 2012 2:50:17 PM", NOON),
        ("Tue Oct 09 16:50:17 CEST 2012", NOON),
        ("Tue Oct 09 14:50:17 2012", NOON),
        ("2012-10-09 10:50:17 EDT", NOON),
        ("20121009145017", NOON),
        ("20121009T145017", NOON),
        ("20121009", datetime(2012, 10, 9)),
        ("2012-10-09", datetime(2012, 10, 9)),
        ("1349794217", NOON),
        ("1349794217000", NOON),
        ("1349794217.5", NOON.replace(microsecond=500_000)),
    ],
)
def test_a_time_is_read(text: str, when: datetime) -> None:
    assert Moments([text]).read(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2012-13-01",
        "31/31/2012",
        "9/10/2012 25:00",
        "99999999999999999",
        "9" * 20,
        "9 Foo 2012",
        "2012-10-09 10:50 XYZ",
    ],
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        Moments([text]).read(text)


def test_one_row_tells_whether_the_month_goes_first() -> None:
    assert Moments(["3/4/2012", "4/13/2012"]).read("3/4/2012") == datetime(2012, 3, 4)
    assert Moments(["3/4/2012", "13/4/2012"]).read("3/4/2012") == datetime(2012, 4, 3)
    assert Moments(["2012/13/04", "3/4/2012"]).read("3/4/2012") == datetime(2012, 4, 3)


def test_a_spreadsheets_days_are_told_from_seconds_by_their_fractions() -> None:
    assert Moments(["41191", "41191.5"]).read("41191.5") == datetime(2012, 10, 9, 12)
    assert Moments(["41191", "41191.5"]).read("41191") == datetime(2012, 10, 9)
    assert Moments(["41191", "41192"]).read("41191") == datetime(1970, 1, 1, 11, 26, 31)
    assert Moments(["41191.5", "1.5"]).read("41191.5") == datetime(1970, 1, 1, 11, 26, 31, 500_000)
