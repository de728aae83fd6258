"""The directory file: what is read, and what is told of what cannot be."""

import time
from datetime import date
from pathlib import Path

import pytest

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.mirror import Mirror
from vcjira.people.directory import parse, save

PATH = Path("people.csv")
HEADER = "account_id,email,person,organization,team,from,until\n"


def test_a_line_is_read_with_its_number_and_further_columns() -> None:
    lines = parse(
        PATH, b'email,Cost Centre,from,until\n\n"ann@x.example","R,\nD",2026-01-01,2026-02-01\nbob@x.example,,,\n'
    )
    assert [(line.number, line.values["cost centre"]) for line in lines] == [(3, "R,\nD"), (5, "")]
    assert lines[0].valid_from == date(2026, 1, 1)
    assert lines[1].valid_until is None


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfemail;team\r\nann@x.example;A\r\n", b"email\tteam\nann@x.example\tA"])
def test_byte_order_mark_semicolons_and_tabs_are_understood(raw: bytes) -> None:
    assert parse(PATH, raw)[0].values == {"email": "ann@x.example", "team": "A"}


BAD = [
    (b"", "people.csv:1", "empty"),
    (b"name,mail\nx,y\n", "people.csv:1", "neither account_id nor email, but name, mail"),
    (b"Account ID;Name\nx;y\n", "people.csv:1", "did you mean account_id by 'account id'?"),
    (b"email,team,team\n", "people.csv:1", "team twice"),
    (b"email,team\nann@x.example\n", "people.csv:2", "1 cells where the header has 2"),
    (b"email,team\nann@x.example,A\n,B\n", "people.csv:3", "neither account_id nor email"),
    (b"email,from\na@x.example,01.05.2026\n", "people.csv:2", "is not a date"),
    (b"email,from\na@x.example,2026-02-30\n", "people.csv:2", "is not a date"),
    (b"email,from,until\na@x.example,2026-05-01,2026-05-01\n", "people.csv:2", "is not after"),
    (b'email,team\na@x.example,"A\n', "people.csv:2", "not CSV"),
    ("email,team\na@x.example,Jürgen\n".encode("cp1252"), "people.csv:2", "not UTF-8"),
    (b"email,person\na@x.example,Ann\nA@x.example,Bob\n", "people.csv:3", "'Bob' here and 'Ann' in line 2"),
]


@pytest.mark.parametrize(("raw", "where", "told"), BAD, ids=[told for _, _, told in BAD])
def test_what_is_wrong_is_told_with_its_line(raw: bytes, where: str, told: str) -> None:
    with pytest.raises(Mend, match=told) as complaint:
        parse(PATH, raw)
    assert complaint.value.where == where


def test_all_problems_are_told_at_once() -> None:
    lines = "".join(f"a{n}@x.example,2026-13-0{n}\n" for n in range(9))
    with pytest.raises(Mend) as complaint:
        parse(PATH, ("email,from\n" + lines).encode())
    assert str(complaint.value).count("is not a date") == 9


def test_an_account_may_be_handed_on() -> None:
    raw = "account_id,person,from,until\nu1,Ann,,2026-05-01\nu1,Bob,2026-05-01,\n"
    assert len(parse(PATH, raw.encode())) == 2


def test_a_file_that_is_not_there_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    settings = Settings.model_validate({"people": {"directory": tmp_path / "people.csv"}})
    with Mirror(Path(":memory:"), write=True) as mirror, pytest.raises(Mend, match="there is no directory file"):
        save(mirror, settings)


def read_many(tmp_path: Path, count: int) -> float:
    """CPU seconds in which a file of so many lines is saved."""
    path = tmp_path / "people.csv"
    body = "".join(f"u{n},u{n}@x.example,P{n},Org {n % 99},T{n % 9},2020-01-01,\n" for n in range(count))
    path.write_text(HEADER + body)
    settings = Settings.model_validate({"people": {"directory": path}})
    with Mirror(Path(":memory:"), write=True) as mirror:
        begin = time.process_time()
        save(mirror, settings)
        spent = time.process_time() - begin
        assert mirror.value("SELECT count(*) FROM directory") == count
        begin = time.process_time()
        save(mirror, settings)  # the same file is not read again
        assert time.process_time() - begin < 1
    return spent


def test_twenty_thousand_lines_are_read_at_once(tmp_path: Path) -> None:
    assert read_many(tmp_path, 20_000) < 4


@pytest.mark.slow
def test_two_hundred_thousand_lines_are_read_in_seconds(tmp_path: Path) -> None:
    assert read_many(tmp_path, 200_000) < 20
