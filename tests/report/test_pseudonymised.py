"""With --pseudonymise no name of a person or organization, no account and no address leaves the house."""

import json

import pytest
from report_world import ORGANIZATIONS, PEOPLE_EACH, PLAIN_NAMES, URL

from vcjira.report import REPORTS, Request, render


@pytest.mark.parametrize("kind", ["html", "md", "csv", "json"])
@pytest.mark.parametrize("name", REPORTS)
def test_no_name_no_account_no_address(hostile, name, kind):
    text = render(hostile.mirror, hostile.settings, Request(name, kind, pseudonymise=True))
    secrets = [*PLAIN_NAMES, "Initech", "partners of", "557058:", "Agent Smith", "acme.example", URL]
    secrets += [f"mail{number}.example" for number in range(len(ORGANIZATIONS))]
    secrets += [f"Person{org}x{who}" for org in range(len(ORGANIZATIONS)) for who in range(PEOPLE_EACH)]
    secrets += ["alert(1)", "/C calc", "DROP TABLE", "SUM(A1"]
    assert [secret for secret in secrets if secret in text] == []


def test_the_receiving_teams_and_the_numbers_stay(hostile):
    plain, veiled = (
        json.loads(render(hostile.mirror, hostile.settings, Request("requesters", "json", pseudonymise=veil)))
        for veil in (False, True)
    )
    assert [row["team"] for row in veiled["teams"]] == [row["team"] for row in plain["teams"]]
    numbers = [[row["requests"] for row in facts["organizations"]] for facts in (plain, veiled)]
    assert numbers[0] == numbers[1]
    assert veiled["report"]["pseudonymised"] is True


def test_a_pseudonym_is_the_same_in_every_report_and_means_one_organization(hostile):
    found = [
        json.loads(render(hostile.mirror, hostile.settings, Request(name, "json", pseudonymise=True)))
        for name in ("walls", "requesters")
    ]
    walls = {cell["organization"] for cell in found[0]["cells"]}
    requesters = {row["organization"] for row in found[1]["organizations"]}
    assert walls <= requesters
    assert len(requesters) == len(set(ORGANIZATIONS))
    assert all(name.startswith("organization ") for name in requesters)
