"""What Jira Data Center does: offsets with a silent cap and an end, complete expansions, names and keys."""

import pytest
from demo_world import ANN, CAT, Client, serving, small

from vcjira.demo import Faults


@pytest.fixture(scope="module")
def dc():
    store = small(60)
    for number in range(130):
        store.edit_labels("A-1", [f"label-{number}"], [f"label-{number - 1}"], ANN)
    for number in range(70):
        store.comment("A-2", f"word {number}", ANN)
    store.comment("B-1", "internal", ANN, public=False)
    store.comment("B-1", "to the customer", ANN, public=True)
    store.assign("A-3", CAT, ANN)
    with serving(store, product="datacenter", faults=Faults(page_cap=25, window=50)) as client:
        yield client


def test_the_page_is_capped_in_silence_and_the_echo_tells(dc):
    page = dc.search("project = A order by id", maxResults=40).json()
    assert (page["maxResults"], len(page["issues"]), page["total"], page["startAt"]) == (25, 25, 60, 0)
    nothing = dc.search("project = A", maxResults=0).json()
    assert (nothing["issues"], nothing["total"]) == ([], 60)


def test_offsets_end_at_the_window(dc):
    assert dc.search("project = A", startAt=25, maxResults=25).status_code == 200
    answer = dc.search("project = A", startAt=30, maxResults=25)
    assert answer.status_code == 500
    assert "Search limit exceeded" in answer.json()["errorMessages"][0]


def test_unbounded_search_and_fields_default_to_navigable(dc):
    page = dc.search("", maxResults=2).json()
    assert page["total"] == 61
    assert "summary" in page["issues"][0]["fields"]
    assert "comment" not in page["issues"][0]["fields"]


def test_expand_must_be_a_list_in_a_post(dc):
    assert dc.search("project = A", expand="changelog").status_code == 400
    by_get = dc.get("search", jql="key = A-1", expand="changelog").json()
    by_post = dc.search("key = A-1", expand=["changelog"]).json()
    log = by_post["issues"][0]["changelog"]
    assert log == by_get["issues"][0]["changelog"]
    assert (len(log["histories"]), log["total"]) == (130, 130)
    assert log["histories"][0]["created"] < log["histories"][-1]["created"]
    assert "fieldId" not in log["histories"][0]["items"][0]


def test_comments_are_all_there_when_no_number_is_asked(dc):
    everything = dc.get("issue/A-2/comment").json()
    assert (len(everything["comments"]), everything["total"]) == (70, 70)
    assert len(dc.get("issue/A-2/comment", maxResults=50).json()["comments"]) == 50
    embedded = dc.search("key = A-2", fields=["comment"]).json()["issues"][0]["fields"]["comment"]
    assert len(embedded["comments"]) == 70


def test_internal_comments_are_marked_by_a_property_only(dc):
    plain = dc.get("issue/B-1/comment").json()["comments"]
    assert "properties" not in plain[0]
    assert "jsdPublic" not in plain[0]
    shown = dc.get("issue/B-1/comment", expand="properties").json()["comments"]
    assert [entry["properties"][0]["value"]["internal"] for entry in shown] == [True, False]


def test_users_have_names_and_keys(dc):
    user = dc.get("user", username="bob").json()
    assert (user["key"], user["name"], user["emailAddress"]) == ("JIRAUSER2", "bob", "bob@b.example")
    assert "accountId" not in user
    assert "accountType" not in user
    assert dc.get("user", key="JIRAUSER2").json() == user
    members = dc.get("group/member", groupname="devs").json()["values"]
    assert [member["name"] for member in members] == ["ann", "bob"]
    items = dc.get("issue/A-3", expand="changelog").json()["changelog"]["histories"][-1]["items"]
    assert items[0]["to"] == "JIRAUSER3"
    assert dc.get("issue/A-3").json()["fields"]["assignee"]["key"] == "JIRAUSER3"


@pytest.mark.parametrize(
    "path",
    ["/rest/api/3/myself", "/rest/api/2/search/jql?jql=project=A", "/rest/api/2/issue/A-1/changelog", "/nothing"],
)
def test_cloud_paths_are_not_there(dc, path):
    assert dc.get(dc.jira.url + path).status_code == 404


def test_bulk_paths_are_not_there(dc):
    for path in ("bulk/issues/fields", "changelog/bulkfetch", "issue/bulkfetch"):
        assert dc.post(path, {}).status_code == 404


def test_queries_are_validated_unless_told_not_to(dc):
    assert dc.search("id in (10001, 4)").status_code == 400
    assert len(dc.search("id in (10001, 4)", validateQuery=False).json()["issues"]) == 1
    assert dc.search("reporter = nobody").status_code == 400


def test_info_projects_and_permissions(dc):
    assert dc.get("serverInfo").json()["deploymentType"] == "Server"
    assert [project["key"] for project in dc.get("project").json()] == ["A", "B"]
    told = dc.get("mypermissions", projectKey="A").json()["permissions"]
    assert told["EDIT_ISSUES"]["havePermission"] is True
    assert {status["name"] for status in dc.get("status").json()} == {"To Do"}
    for path in ("priority", "resolution", "issuetype", "field"):
        assert dc.get(path).status_code == 200


def test_strangers_and_wrong_tokens():
    with serving(product="datacenter", auth="none") as client:
        assert client.get("myself").status_code == 401
        assert client.search("project = A").json()["total"] == 0
        wrong = Client(client.jira, auth="wrong")
        with wrong.session:
            answer = wrong.get("myself")
            assert (answer.status_code, answer.headers["X-Seraph-LoginReason"]) == (401, "AUTHENTICATED_FAILED")


def test_archived_projects_on_request():
    store = small(1)
    store.shelve("B", "archived")
    with serving(store, product="datacenter") as client:
        assert [p["key"] for p in client.get("project").json()] == ["A"]
        both = client.get("project", includeArchived="true").json()
        assert [(p["key"], p.get("archived")) for p in both] == [("A", None), ("B", True)]
