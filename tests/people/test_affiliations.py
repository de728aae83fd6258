"""Whose organization somebody speaks for, when, by what authority; and which accounts are one person."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from people_rows import fill, memory, settings

from vcjira import people
from vcjira.mirror import Mirror


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with memory() as mirror:
        yield mirror


def affiliation(mirror: Mirror, account: str = "ann") -> list[tuple[Any, ...]]:
    return mirror.tuples(
        "SELECT organization, source, valid_from::DATE::TEXT, valid_until::DATE::TEXT FROM affiliations"
        " WHERE account_id = ? ORDER BY valid_from NULLS FIRST",
        [account],
    )


ANN = {"account_id": "ann", "email": "Ann@Globex.example"}
WAYS: dict[str, Any] = {
    "configuration": {"affiliations": [{"account": "ann", "organization": "By configuration"}]},
    "directory": {"directory": "account_id,organization\nann,By directory\n"},
    "group": {"organizations": {"By group": {"group": "globex-users"}}},
    "service desk": {},
    "e-mail domain": {},
}


@pytest.mark.parametrize("number", range(len(WAYS)))
def test_the_order_of_authority(mirror: Mirror, tmp_path: Path, number: int) -> None:
    sources = list(WAYS)[number:]
    fill(mirror, people=[ANN])
    if "group" in sources:
        fill(mirror, memberships=[{"kind": "group", "name": "globex-users", "account_id": "ann"}])
    if "service desk" in sources:
        fill(mirror, memberships=[{"kind": "organization", "name": "By service desk", "account_id": "ann"}])
    config = settings(tmp_path, **{key: value for source in sources for key, value in WAYS[source].items()})
    people.derive(mirror, config)
    expected = "globex.example" if sources == ["e-mail domain"] else f"By {sources[0]}"
    assert affiliation(mirror) == [(expected, sources[0], None, None)]


def test_free_mail_and_disposable_domains_are_nobodys_organization(mirror: Mirror, tmp_path: Path) -> None:
    mails = ["a@gmail.com", "b@mailinator.com", "c@hey.example", "d@globex.example", "e@yahoo.com.invalid"]
    fill(mirror, people=[{"account_id": mail[0], "email": mail} for mail in mails])
    people.derive(mirror, settings(tmp_path, free_mail_domains=["default", "hey.example"]))
    assert [affiliation(mirror, who)[0][0] for who in "abcde"] == [None, None, None, "globex.example", None]


def test_periods_are_half_open_and_never_overlap(mirror: Mirror, tmp_path: Path) -> None:
    fill(mirror, people=[ANN])
    directory = (
        "email,organization,from,until\n"
        "ann@globex.example,Initech,,2025-01-01\n"
        "ann@globex.example,Umbrella,2025-06-01,2026-01-01\n"
        "ann@globex.example,Hooli,2025-09-01,\n"
    )
    people.derive(mirror, settings(tmp_path, directory=directory))
    assert affiliation(mirror) == [
        ("Initech", "directory", None, "2025-01-01"),
        ("globex.example", "e-mail domain", "2025-01-01", "2025-06-01"),
        ("Umbrella", "directory", "2025-06-01", "2025-09-01"),
        ("Hooli", "directory", "2025-09-01", "2026-01-01"),
        ("Hooli", "directory", "2026-01-01", None),
    ]


def test_domains_groups_and_accounts_can_be_given_a_name(mirror: Mirror, tmp_path: Path) -> None:
    fill(mirror, people=[ANN, {"account_id": "bob", "email": "bob@eu.globex.example"}, {"account_id": "cyd"}])
    named = {"Globex": {"email_domain": ["globex.example", "glob:*.globex.example"], "account": "cyd"}}
    people.derive(mirror, settings(tmp_path, organizations=named))
    assert {affiliation(mirror, who)[0][0] for who in ("ann", "bob", "cyd")} == {"Globex"}


def test_a_team_of_the_directory_can_stand_for_an_organization(mirror: Mirror, tmp_path: Path) -> None:
    fill(mirror, people=[ANN, {"account_id": "bob"}])
    directory = "account_id,organization,team,from\nann,,Sales EU,2026-01-01\nbob,Initech,Sales EU,\n"
    named = {"Sales": {"directory_team": "glob:sales*"}}
    people.derive(mirror, settings(tmp_path, organizations=named, directory=directory))
    assert affiliation(mirror) == [
        ("globex.example", "e-mail domain", None, "2026-01-01"),
        ("Sales", "directory", "2026-01-01", None),
    ]
    assert affiliation(mirror, "bob") == [("Initech", "directory", None, None)]  # the line itself goes before


def test_lists_that_could_not_be_read_stay_null_and_read_ones_are_empty(mirror: Mirror, tmp_path: Path) -> None:
    fill(
        mirror,
        people=[ANN, {"account_id": "bob"}, {"site": "t", "account_id": "eve"}],
        memberships=[{"kind": "group", "name": "g", "account_id": "ann"}],
        lookups=[{"kind": "group", "name": "g"}, {"kind": "organization", "name": "o", "ok": False}],
    )
    people.derive(mirror, settings(tmp_path))
    rows = mirror.tuples("SELECT account_id, groups, organizations FROM people ORDER BY 1")
    assert rows == [("ann", ["g"], None), ("bob", [], None), ("eve", None, None)]


def test_an_organization_shared_on_a_request_is_the_customers(mirror: Mirror, tmp_path: Path) -> None:
    fill(
        mirror,
        people=[
            {"account_id": "ann", "account_type": "customer"},
            {"account_id": "agent", "account_type": "atlassian"},
        ],
        issues=[
            {"issue_id": "1", "reporter_id": "ann", "organizations": ["Globex"]},
            {"issue_id": "2", "reporter_id": "agent", "organizations": ["Globex"]},
        ],
    )
    people.derive(mirror, settings(tmp_path))
    assert affiliation(mirror)[0][:2] == ("Globex", "service desk")
    assert affiliation(mirror, "agent")[0][:2] == (None, None)
