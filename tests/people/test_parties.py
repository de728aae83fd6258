"""Who filed, who really asked, and which team had it first; each with its evidence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from people_rows import fill, memory, settings

from vcjira import people
from vcjira.mirror import Mirror

PEOPLE = [
    {"account_id": "ann", "email": "ann@globex.example", "account_type": "customer"},
    {"account_id": "bob", "email": "bob@initech.example"},
    {"account_id": "agent"},
    {"account_id": "bot", "account_type": "app"},
    {"account_id": "desk", "email": "help@acme.example"},
]
TEAMS = {"Support": {"projects": ["SUP"], "members": {"account": "agent"}}}


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with memory() as mirror:
        fill(mirror, people=PEOPLE)
        yield mirror


def parties(mirror: Mirror, tmp_path: Path, **config: Any) -> dict[str, tuple[str | None, str | None, list[str]]]:
    """Issue id -> requester, carrier, kinds of hops."""
    people.derive(mirror, settings(tmp_path, teams=TEAMS, shared_mailboxes=["help@acme.example"], **config))
    rows = mirror.tuples("SELECT issue_id, requester_id, carrier_id, hops FROM issue_parties")
    return {row[0]: (row[1], row[2], [hop["hop"] for hop in json.loads(row[3] or "[]")]) for row in rows}


def test_the_reporter_asks_and_the_creator_carries(mirror: Mirror, tmp_path: Path) -> None:
    fill(
        mirror,
        issues=[
            {"issue_id": "1", "reporter_id": "ann"},
            {"issue_id": "2", "reporter_id": "ann", "creator_id": "agent"},
            {"issue_id": "3", "reporter_id": None, "creator_id": "agent"},
            {"issue_id": "4", "reporter_id": None},
            {"issue_id": "5", "reporter_id": "bot"},
            {"issue_id": "6", "reporter_id": "ann", "presence": "deleted"},
        ],
    )
    assert parties(mirror, tmp_path) == {
        "1": ("ann", "ann", []),
        "2": ("ann", "agent", ["filed for"]),
        "3": (None, "agent", []),
        "4": (None, None, []),
        "5": ("bot", "bot", []),
    }


def test_a_forwarded_mail_names_the_one_who_asked(mirror: Mirror, tmp_path: Path) -> None:
    fill(
        mirror,
        issues=[
            {"issue_id": "1", "reporter_id": "desk", "forwarded_from": "Ann@globex.example"},
            {"issue_id": "2", "reporter_id": "agent", "forwarded_from": "eve@umbrella.example"},
            {"issue_id": "3", "reporter_id": "ann", "forwarded_from": "ann@globex.example"},
        ],
    )
    assert parties(mirror, tmp_path) == {
        "1": ("ann", "desk", ["forwarded"]),
        "2": ("mailto:eve@umbrella.example", "agent", ["forwarded"]),
        "3": ("ann", "ann", []),
    }
    told = mirror.tuples("SELECT organization FROM affiliations WHERE account_id = 'mailto:eve@umbrella.example'")
    assert told == [("umbrella.example",)]


@pytest.mark.parametrize(
    ("value", "requester"),
    [
        ({"accountId": "ann"}, "ann"),
        ([{"name": "bob"}], "bob"),
        ("BOB@initech.example", "bob"),
        ("new@hooli.example", "mailto:new@hooli.example"),
        ("call me", "bot"),
        ({"emailAddress": "ann@globex.example"}, "ann"),
    ],
)
def test_a_field_may_name_the_originator(mirror: Mirror, tmp_path: Path, value: object, requester: str) -> None:
    fill(
        mirror,
        site_fields=[{"field_id": "customfield_7", "name": "Asked by"}],
        issues=[{"issue_id": "1", "reporter_id": "bot"}],
        issue_fields=[{"issue_id": "1", "fields": json.dumps({"customfield_7": value})}],
    )
    assert parties(mirror, tmp_path, originator_fields=["asked BY"])["1"][0] == requester


def test_the_only_participant_of_an_agents_request_is_who_asked(mirror: Mirror, tmp_path: Path) -> None:
    one, two = [{"accountId": "ann"}], [{"accountId": "ann"}, {"accountId": "bob"}]
    custom = "com.atlassian.servicedesk:sd-request-participants"
    fill(
        mirror,
        site_fields=[{"field_id": "customfield_9", "name": "Participants", "custom": custom}],
        issues=[{"issue_id": n, "reporter_id": who} for n, who in (("1", "agent"), ("2", "agent"), ("3", "bob"))],
        issue_fields=[
            {"issue_id": n, "fields": json.dumps({"customfield_9": who})}
            for n, who in (("1", one), ("2", two), ("3", one))
        ],
    )
    found = parties(mirror, tmp_path)
    assert [found[n][0] for n in "123"] == ["ann", "agent", "bob"]
    assert found["1"][2] == ["participant"]


def test_clones_and_causes_lead_back_to_the_first_who_asked(mirror: Mirror, tmp_path: Path) -> None:
    day = "2026-06-0{}T00:00:00".format
    fill(
        mirror,
        issues=[
            {"issue_id": "1", "reporter_id": "ann", "created": day(1)},
            {"issue_id": "2", "reporter_id": "agent", "created": day(2)},
            {"issue_id": "3", "reporter_id": "agent", "created": day(3)},
            {"issue_id": "4", "reporter_id": "bob", "created": day(4)},
            {"issue_id": "5", "reporter_id": "agent", "created": day(5)},
        ],
        links=[
            {"issue_id": "2", "other_key": "PLAT-1", "type": "Problem/Incident", "direction": "inward"},
            {"issue_id": "3", "other_key": "PLAT-2", "type": "Cloners", "direction": "outward"},
            {"issue_id": "4", "other_key": "PLAT-1", "type": "Cloners", "direction": "outward"},  # bob is no agent
            {
                "issue_id": "5",
                "other_key": "PLAT-1",
                "type": "Cloners",
                "direction": "inward",
            },  # cloned by 1, not from it
            {"issue_id": "1", "other_key": "PLAT-3", "type": "Cloners", "direction": "outward"},  # a circle
        ],
    )
    found = parties(mirror, tmp_path)
    assert {n: row[0] for n, row in found.items()} == {"1": "ann", "2": "ann", "3": "ann", "4": "bob", "5": "agent"}
    assert found["3"][2] == ["clone"]


OWNERS = {
    "Platform": {"projects": ["PLAT"], "members": {"group": "platform-devs"}},
    "Data": {"field_team": ["Data Eng"], "components": ["DATA/ETL", "Lake"], "members": {"directory_team": "DE"}},
}


class TestOwningTeam:
    def owner(self, mirror: Mirror, tmp_path: Path, **config: Any) -> tuple[str, str] | None:
        people.derive(mirror, settings(tmp_path, teams=OWNERS, **config))
        rows = mirror.tuples("SELECT team, how FROM issue_teams")
        return rows[0] if rows else None

    @pytest.mark.parametrize(
        ("issue", "changes", "expected"),
        [
            ({}, [], ("Platform", "project")),
            ({"project": "X"}, [], None),
            ({"team_field": "data eng"}, [], ("Data", "team field")),
            ({"team_field": "Other"}, [], ("Other", "team field")),
            ({"team_field": "Other"}, [("Team", "Data Eng", "Other")], ("Data", "team field")),
            ({"team_field": "Other"}, [("Team", None, "Other")], ("Platform", "project")),
            ({"project": "X", "team_field": "Data Eng"}, [("Team", None, "Data Eng")], ("Data", "team field, later")),
            ({"components": ["lake"]}, [], ("Data", "component")),
            ({"components": ["etl"]}, [], ("Platform", "project")),
            ({"project": "DATA", "components": ["etl"]}, [], ("Data", "component")),
            ({"components": ["lake"]}, [("Component", None, "Lake")], ("Platform", "project")),
            ({"components": []}, [("Component", "Lake", None)], ("Data", "component")),
            ({"project": "X"}, [("Key", "PLAT-9", "X-1")], ("Platform", "project")),
            ({}, [("Key", "X-9", "PLAT-1")], ("Platform", "project, later")),
            ({"assignee_id": "dev", "components": ["lake"]}, [], ("Platform", "assignee")),
            ({"assignee_id": "dev"}, [("assignee", None, "dev")], ("Platform", "project")),
            ({"project": "X", "assignee_id": "dev"}, [("assignee", None, "dev")], ("Platform", "assignee, later")),
        ],
    )
    def test_the_first_way_that_names_a_team_as_it_was_raised(
        self, mirror: Mirror, tmp_path: Path, issue: Any, changes: list[Any], expected: tuple[str, str] | None
    ) -> None:
        fill(
            mirror,
            site_fields=[{"field_id": "customfield_1", "name": "Team"}],
            memberships=[{"kind": "group", "name": "platform-devs", "account_id": "dev"}],
            issues=[{"issue_id": "1", "reporter_id": "ann"} | issue],
            changes=[
                {
                    "issue_id": "1",
                    "change_id": str(n),
                    "item": 0,
                    "changed": f"2026-06-02T00:00:0{n}",
                    "field": field,
                    "from_value": before,
                    "from_text": before,
                    "to_value": after,
                    "to_text": after,
                }
                for n, (field, before, after) in enumerate(changes)
            ],
        )
        site = {"name": "s", "url": "https://x.example", "token": "env:T", "fields": {"team": "Team"}}
        assert self.owner(mirror, tmp_path, sites=[site]) == expected

    def test_a_team_that_somebody_left_is_not_theirs_any_more(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, issues=[{"issue_id": "1", "reporter_id": "ann", "assignee_id": "agent", "project": "X"}])
        directory = "account_id,team,from,until\nagent,DE,,2026-01-01\nagent,Platform,2026-01-01,2026-09-01\n"
        assert self.owner(mirror, tmp_path, directory=directory) == ("Platform", "assignee")


def test_somebody_without_an_account_may_stand_in_the_directory_and_in_a_team(mirror: Mirror, tmp_path: Path) -> None:
    fill(mirror, issues=[{"issue_id": "1", "reporter_id": "desk", "forwarded_from": "new@hooli.example"}])
    directory = "email,organization,team\nnew@hooli.example,Hooli,Support\n"
    assert parties(mirror, tmp_path, directory=directory)["1"][0] == "mailto:new@hooli.example"
    found = mirror.tuples(
        "SELECT a.organization, a.source, t.team FROM affiliations a JOIN person_teams t USING (site, account_id)"
        " WHERE account_id = 'mailto:new@hooli.example'"
    )
    assert found == [("Hooli", "directory", "Support")]


@pytest.mark.parametrize(
    ("kind", "direction", "hop"),
    [
        ("Problem/Incident", "inward", "caused by"),
        ("Cause", "inward", "caused by"),
        ("Causality", "inward", "caused by"),
        ("Causality", "outward", None),
        ("Cloners", "outward", "clone"),
        ("Clone", "outward", "clone"),
        ("Cloners", "inward", None),
        ("Issue split", "outward", "clone"),
        ("Relates", "inward", None),
        ("Blocks", "outward", None),
    ],
)
def test_which_links_lead_back(mirror: Mirror, tmp_path: Path, kind: str, direction: str, hop: str | None) -> None:
    fill(
        mirror,
        issues=[
            {"issue_id": "1", "reporter_id": "ann", "created": "2026-06-01T00:00:00"},
            {"issue_id": "2", "reporter_id": "agent", "created": "2026-06-02T00:00:00"},
        ],
        links=[{"issue_id": "2", "other_key": "PLAT-1", "type": kind, "direction": direction}],
    )
    requester, carrier, hops = parties(mirror, tmp_path)["2"]
    assert (requester, carrier, hops) == (("ann", "agent", [hop]) if hop else ("agent", "agent", []))


def test_an_originator_is_found_where_there_is_no_reporter(mirror: Mirror, tmp_path: Path) -> None:
    fill(mirror, issues=[{"issue_id": "1", "reporter_id": None, "forwarded_from": "ann@globex.example"}])
    assert parties(mirror, tmp_path)["1"] == ("ann", None, ["forwarded"])


@pytest.mark.parametrize(("team", "requester"), [("Sales", "pat"), ("Support", "ann")])
def test_only_members_of_receiving_teams_file_for_others_by_cloning(
    mirror: Mirror, tmp_path: Path, team: str, requester: str
) -> None:
    fill(
        mirror,
        people=[{"account_id": "pat"}],
        issues=[
            {"issue_id": "1", "reporter_id": "ann", "created": "2026-06-01T00:00:00", "project": "SUP"},
            {"issue_id": "2", "reporter_id": "pat", "created": "2026-06-02T00:00:00", "project": "SUP"},
        ],
        links=[{"issue_id": "2", "other_key": "PLAT-1", "type": "Cloners", "direction": "outward"}],
    )
    assert parties(mirror, tmp_path, directory=f"account_id,team\npat,{team}\n")["2"][0] == requester
