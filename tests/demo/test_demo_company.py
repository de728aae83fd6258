"""The invented company: every pattern and class is there, the same for the same seed, and the configuration fits."""

import csv
import io

import pytest
from demo_world import serving

from vcjira.config import load as load_settings
from vcjira.demo import company
from vcjira.demo.company import cast

PATTERNS = {
    "ping_pong",
    "reassignment",
    "return",
    "silent_handoff",
    "escalation",
    "hot_potato",
    "deadline_toss",
    "fire_and_forget",
    "stale",
    "orphan",
    "swarm",
    "reopen",
    "rejection",
    "return_to_sender",
    "clarification_loop",
    "ticket_demanded",
    "field_churn",
    "batch_toss",
    "relay",
    "project_bounce",
    "shotgun_request",
    "novel_unaccompanied",
    "proxy_requester",
    "queue_skip",
    "one_way_street",
    "missing_link",
}


@pytest.fixture(scope="module")
def store():
    return company()


def path(issue):
    """Owners of an issue, by its Team field or its assignee."""
    found = []
    for history in issue.histories:
        found += [edit.after_text for edit in history.edits if edit.field == "Team"]
    return found


def test_every_pattern_is_planted(store):
    assert set(store.truth) >= PATTERNS
    assert len(store) == 600


def test_the_same_seed_the_same_company(store):
    def facts(one):
        return [
            (issue.key, issue.updated, issue.labels, [(h.created, h.edits[0].after_text) for h in issue.histories])
            for issue in one.issues.values()
        ]

    assert facts(company()) == facts(store) != facts(company(seed=8))


@pytest.mark.parametrize("issues", [50, 137, 1500])
def test_exactly_as_many_issues_as_asked_for(issues):
    assert len(company(issues)) == issues


def test_planted_patterns_are_really_there(store):
    for key in store.truth["ping_pong"]:
        assert path(store[key])[:2] == ["Identity", "Platform"]
    for key in store.truth["reassignment"]:
        assert len(path(store[key])) >= 3
    for key in store.truth["project_bounce"]:
        moves = [e for h in store[key].histories for e in h.edits if e.field == "Key"]
        assert len(moves) == 2
        assert store.find(moves[0].before_text) is store[key]
    for key in store.truth["reopen"]:
        statuses = [e.after_text for h in store[key].histories for e in h.edits if e.field == "status"]
        assert statuses[:2] == ["Done", "In Progress"]
    for key in store.truth["filed_by_other"]:
        assert store[key].creator is not store[key].reporter
    for key in store.truth["silent_handoff"]:
        assert not store[key].comments
    assert store[store.truth["reporter_nobody"][0]].reporter is None
    assert len(store.truth["bulk"]) >= 30


def test_nothing_happens_after_now(store):
    latest = max(history.created for issue in store.issues.values() for history in issue.histories)
    assert latest < store.now_ms
    assert all(issue.created <= issue.updated <= store.now_ms for issue in store.issues.values())


def test_every_kind_of_account_is_there(store):
    kinds = {account.kind for account in store.directory.accounts}
    assert kinds == {"atlassian", "app", "customer"}
    assert any(account.hidden for account in store.directory.accounts)
    assert {account.display for account in store.directory.accounts if not account.active} == {
        "Xan Finance",
        "Former user",
    }
    assert {group.name for group in store.directory.groups.values()} >= {"platform-devs", "support-agents"}
    assert len(store.directory.organizations) == len(cast.CUSTOMERS)


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_the_configuration_fits(store, product, tmp_path):
    path = tmp_path / "vcjira.yaml"
    path.write_text(store.config_yaml("http://127.0.0.1:1", product))
    (tmp_path / "people.csv").write_text(store.directory_csv(product))
    settings = load_settings(path)
    assert settings.sites[0].product == product
    assert set(settings.teams) == set(cast.TEAMS)
    assert len(settings.classify.tests) == 4


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_the_directory_names_people_as_the_product_does(store, product):
    rows = list(csv.DictReader(io.StringIO(store.directory_csv(product))))
    known = {account.id if product == "cloud" else account.server_key for account in store.directory.accounts}
    assert {row["account_id"] for row in rows} <= known
    moved = [row for row in rows if row["until"]]
    assert moved
    assert all(row["organization"] == "Operations" for row in moved)


def test_it_is_served_on_both_products(store):
    for product in ("cloud", "datacenter"):
        with serving(store, product=product) as client:
            assert len(client.keys("project = HELP")) > 40
            assert client.keys('"Request Type" = "Ask a question"')
            assert client.keys('Organizations = "Cedar Foods" and "Team" = Support')
            key = client.keys("project = HELP and reporter in membersOf('portal-customers')")[0]
            shown = client.get(f"issue/{key}").json()["fields"]["customfield_10026"]
            assert ("accountId" in shown[0]) is (product == "cloud")
            fields = {entry["name"]: (entry.get("schema") or {}).get("custom") for entry in client.get("field").json()}
            assert fields["Request Type"] == "com.atlassian.servicedesk:vp-origin"


def test_the_bench_company_is_large_and_dull():
    store = company(300, weight="bench")
    assert len(store) == 300
    assert {len(issue.histories) for issue in store.issues.values()} == {11}
    assert {len(issue.comments) for issue in store.issues.values()} == {3}
    ids = [history.id for issue in store.issues.values() for history in issue.histories]
    assert len(set(ids)) == len(ids)
    for issue in store.issues.values():
        owners = [edit.after for history in issue.histories for edit in history.edits if edit.field == "assignee"]
        assert owners[-1] is issue.assignee
    with serving(store) as client:
        sizes = []
        for issue_id in list(store.issues)[:20]:
            sizes.append(len(client.get(f"issue/{issue_id}", expand="changelog").content))
        assert 12_000 < sum(sizes) / len(sizes) < 26_000
