"""What Jira Cloud does and a client must know: tokens, caps, silent absences, cut lists, the end of /search."""

import base64

import pytest
from demo_world import ANN, BOB, CAT, Client, serving, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcjira.demo import EmbeddedJira, Faults


@pytest.fixture(scope="module")
def many():
    store = small(130)
    for number in range(60):
        store.edit_labels("A-1", [f"label-{number}"], [f"label-{number - 1}"], ANN)
    for number in range(45):
        store.comment("A-2", f"word {number}", ANN)
    store.edit_labels("A-3", ["x"], author=BOB)
    with serving(store) as client:
        yield client


def test_search_gives_ids_only_unless_asked_for_more(many):
    page = many.search("project = A", maxResults=3).json()
    assert page["issues"] == [{"id": issue["id"]} for issue in page["issues"]]
    assert page["isLast"] is False
    assert "total" not in page
    shown = many.search("key = A-1", fields=["summary", "updated"]).json()["issues"][0]
    assert set(shown["fields"]) == {"summary", "updated"}
    assert shown["key"] == "A-1"
    everything = many.search("key = A-1", fields=["*all", "-comment"]).json()["issues"][0]["fields"]
    assert {"description", "reporter", "labels"} <= set(everything)
    assert "comment" not in everything
    assert "comment" not in many.search("key = A-1", fields=["*navigable"]).json()["issues"][0]["fields"]


def test_page_size_depends_on_what_is_asked(many):
    assert len(many.search("project = A").json()["issues"]) == 50
    assert len(many.search("project = A", maxResults=5000).json()["issues"]) == 130
    assert len(many.search("project = A", maxResults=5000, fields=["updated"]).json()["issues"]) == 130
    assert len(many.search("project = A", maxResults=5000, fields=["*all"]).json()["issues"]) == 100
    assert len(many.search("project = A", maxResults=5000, fields=["comment"]).json()["issues"]) == 100


def test_a_token_belongs_to_its_query(many):
    page = many.search("project = A", maxResults=10).json()
    token = page["nextPageToken"]
    second = many.search("project = A", maxResults=10, nextPageToken=token)
    assert {i["id"] for i in second.json()["issues"]}.isdisjoint({i["id"] for i in page["issues"]})
    assert many.search("project = B", maxResults=10, nextPageToken=token).status_code == 400
    assert many.search("project = A", fields=["summary"], nextPageToken=token).status_code == 400
    assert many.search("project = A", nextPageToken="rubbish!").status_code == 400
    assert many.search("project = A", nextPageToken=base64.b64encode(b"[1]").decode()).status_code == 400


@pytest.mark.parametrize("jql", ["", "order by created"])
def test_unbounded_queries_are_refused(many, jql):
    answer = many.search(jql)
    assert answer.status_code == 400
    assert "Unbounded JQL" in answer.json()["errorMessages"][0]
    assert many.post("search/approximate-count", {"jql": jql}).status_code == 400


def test_get_and_post_say_the_same(many):
    params = {"jql": "project = A order by key", "maxResults": 7, "fields": ["summary", "status"]}
    assert many.get("search/jql", **params).json() == many.search(**params).json()
    assert many.post("search/jql", {"jql": "project = A", "startAt": 3}).status_code == 400
    assert many.post("search/jql", {"jql": "project = A", "expand": ["changelog"]}).status_code == 400


def test_old_search_is_gone(many):
    for answer in (many.get("search", jql="project = A"), many.post("search", {"jql": "project = A"})):
        assert answer.status_code == 410
        assert "search/jql" in answer.json()["errorMessages"][0]


def test_count(many):
    assert many.post("search/approximate-count", {"jql": "project = A"}).json() == {"count": 130}


def test_embedded_lists_are_cut_and_say_so(many):
    shown = many.search("key = A-1", fields=["labels"], expand="changelog").json()["issues"][0]["changelog"]
    assert (len(shown["histories"]), shown["total"]) == (40, 60)
    assert shown["histories"][0]["created"] > shown["histories"][-1]["created"]
    embedded = many.search("key = A-2", fields=["comment"]).json()["issues"][0]["fields"]["comment"]
    assert (len(embedded["comments"]), embedded["total"]) == (20, 45)


def test_single_issue_lists_are_complete_by_pages(many):
    first = many.get("issue/A-1/changelog", maxResults=40).json()
    second = many.get("issue/A-1/changelog", startAt=40).json()
    assert (first["isLast"], first["total"], second["isLast"]) == (False, 60, True)
    assert len(first["values"] + second["values"]) == 60
    times = [history["created"] for history in first["values"] + second["values"]]
    assert times == sorted(times)
    comments = many.get("issue/A-2/comment").json()
    assert (len(comments["comments"]), comments["total"]) == (45, 45)
    newest = many.get("issue/A-2/comment", orderBy="-created", maxResults=1).json()["comments"][0]
    assert newest["id"] == comments["comments"][-1]["id"]
    ids = [int(comment["id"]) for comment in comments["comments"][:3]]
    assert len(many.post("comment/list", {"ids": ids}).json()["values"]) == 3


def test_bulk_read_of_issues(many):
    answer = many.post(
        "issue/bulkfetch", {"issueIdsOrKeys": ["a-2", "10001", "NOPE-1", "99"], "fields": ["summary"]}
    ).json()
    assert [issue["key"] for issue in answer["issues"]] == ["A-1", "A-2"]
    assert answer["issueErrors"] == []


def test_bulk_read_takes_a_hundred_or_a_thousand(many):
    ids = [f"A-{number}" for number in range(1, 131)]
    cheap = many.post("issue/bulkfetch", {"issueIdsOrKeys": ids, "fields": ["labels", "updated"]})
    assert len(cheap.json()["issues"]) == 130
    for dear in ({"fields": ["*all"]}, {"fields": ["comment"]}, {}, {"fields": ["labels"], "expand": ["changelog"]}):
        assert many.post("issue/bulkfetch", {"issueIdsOrKeys": ids, **dear}).status_code == 400
    assert many.post("issue/bulkfetch", {"issueIdsOrKeys": []}).status_code == 400
    assert many.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"], "expand": "changelog"}).status_code == 400


def test_bulk_read_of_histories_is_sorted_by_date_over_all_issues(many):
    ids = ["A-1", "A-3", "A-4"]
    seen: list[tuple[str, str]] = []
    token: dict = {}
    while True:
        page = many.post("changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 25, **token}).json()
        for group in page["issueChangeLogs"]:
            seen += [(group["issueId"], history["id"]) for history in group["changeHistories"]]
        if "nextPageToken" not in page:
            break
        token = {"nextPageToken": page["nextPageToken"]}
    assert len(seen) == len(set(seen)) == 61
    one = many.post("changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 10_000}).json()
    created = [h["created"] for group in one["issueChangeLogs"] for h in group["changeHistories"]]
    assert all(isinstance(moment, int) for moment in created)
    for wrong in ([], [str(n) for n in range(1001)]):
        assert many.post("changelog/bulkfetch", {"issueIdsOrKeys": wrong}).status_code == 400
    assert many.post("changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 10_001}).status_code == 400
    only = many.post("changelog/bulkfetch", {"issueIdsOrKeys": ids, "fieldIds": ["status"]}).json()
    assert only["issueChangeLogs"] == []


def test_histories_come_with_milliseconds_iso_or_seconds_when_told(many):
    store = small(2)
    for number in range(6):
        store.edit_labels("A-1", [f"l{number}"])
    with serving(store, faults=Faults(history_created="mixed", history_repeats=True)) as client:
        page = client.post("changelog/bulkfetch", {"issueIdsOrKeys": ["A-1"], "maxResults": 4}).json()
        kinds = {type(h["created"]) for h in page["issueChangeLogs"][0]["changeHistories"]}
        assert kinds == {int, str}
        token = page["nextPageToken"]
        second = client.post(
            "changelog/bulkfetch", {"issueIdsOrKeys": ["A-1"], "maxResults": 4, "nextPageToken": token}
        ).json()
        last = page["issueChangeLogs"][0]["changeHistories"][-1]["id"]
        assert second["issueChangeLogs"][0]["changeHistories"][0]["id"] == last


def test_a_moved_issue_answers_to_its_old_key():
    store = small(2)
    store.move("A-1", "B", ANN)
    with serving(store) as client:
        assert client.get("issue/A-1").json()["key"] == "B-2"
        shown = client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"], "fields": ["summary"]}).json()["issues"]
        assert [issue["key"] for issue in shown] == ["B-2"]
        items = client.get("issue/B-2/changelog").json()["values"][0]["items"]
        assert [(item["field"], item["fromString"], item["toString"]) for item in items] == [
            ("project", "Alpha", "Beta"),
            ("Key", "A-1", "B-2"),
        ]
        assert client.get("issue/A-99").status_code == 404


def test_users_have_account_ids_and_may_hide_their_address(many):
    ann = many.get("user", accountId=ANN).json()
    assert (ann["accountType"], ann["emailAddress"]) == ("atlassian", "ann@a.example")
    assert "name" not in ann
    assert "emailAddress" not in many.get("user", accountId=BOB).json()
    assert many.get("user", accountId="nobody").status_code == 404
    bulk = many.get("user/bulk", accountId=[ANN, CAT]).json()
    assert [user["accountType"] for user in bulk["values"]] == ["atlassian", "customer"]
    assert {user["accountId"] for user in many.get("users/search").json()} >= {ANN, BOB, CAT}


def test_groups_and_organizations(many):
    page = many.get("group/member", groupname="devs", maxResults=1).json()
    assert (page["total"], page["isLast"], len(page["values"])) == (2, False, 1)
    assert many.get("group/member", groupname="devs", maxResults=500).json()["maxResults"] == 50
    group = many.get("group/bulk", groupName="devs").json()["values"][0]
    assert many.get("group/member", groupId=group["groupId"]).json()["total"] == 2
    assert many.get("group/member", groupname="none").status_code == 404
    assert [found["name"] for found in many.get("groups/picker", query="dev").json()["groups"]] == ["devs"]
    assert [found["name"] for found in many.get("user/groups", accountId=ANN).json()] == ["devs"]
    desk = many.jira.url + "/rest/servicedeskapi"
    found = many.get(f"{desk}/organization").json()
    assert (found["isLastPage"], found["values"][0]["name"]) == (True, "Cedar")
    members = many.get(f"{desk}/organization/{found['values'][0]['id']}/user").json()
    assert [member["accountId"] for member in members["values"]] == [CAT]
    assert many.get(f"{desk}/servicedesk").json()["values"][0]["projectKey"] == "B"
    assert many.get(f"{desk}/request/B-1").json()["reporter"]["accountId"] == CAT
    assert many.get(f"{desk}/request/A-1").status_code == 404
    assert many.get(f"{desk}/organization/77").status_code == 404


def test_projects_by_state():
    store = small(2)
    store.shelve("B", "archived")
    with serving(store) as client:
        assert [p["key"] for p in client.get("project/search").json()["values"]] == ["A"]
        assert [p["key"] for p in client.get("project/search", status="archived").json()["values"]] == ["B"]
        assert client.keys("created > 0") == ["A-1", "A-2"]
        found = client.search("created > 0", includeArchivedProjects=True).json()["issues"]
        assert len(found) == 3
        store.shelve("B", "deleted")
        assert [p["key"] for p in client.get("project/search", status="deleted").json()["values"]] == ["B"]
        assert client.get("project/A").json()["name"] == "Alpha"
        assert client.get("project/NOPE").status_code == 404


def test_versions_differ_in_bodies_only():
    with serving() as client:
        three = client.get("issue/A-1").json()["fields"]["description"]
        assert [block["type"] for block in three["content"]] == ["paragraph", "paragraph"]
        two = client.get(f"{client.jira.url}/rest/api/2/issue/A-1").json()["fields"]["description"]
        assert two == "First.\n\nSecond."
        client.jira.store.comment("A-1", "plain", ANN, public=False)
        assert client.get("issue/A-1/comment").json()["comments"][0]["jsdPublic"] is False


def test_server_info_and_myself():
    with serving(zone="America/New_York") as client:
        assert client.get("serverInfo").json()["deploymentType"] == "Cloud"
        assert client.get("myself").json()["timeZone"] == "America/New_York"
        stranger = Client(client.jira, auth="none")
        with stranger.session:
            info = stranger.get("serverInfo").json()
            assert info["serverTime"].endswith(("-0400", "-0500"))
            assert stranger.get("myself").status_code == 401
            assert stranger.search("project = A").json() == {"isLast": True, "issues": []}
            assert stranger.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"]}).json()["issues"] == []
            assert stranger.get("issue/A-1").status_code == 404
            assert stranger.put("issue/A-1", {"update": {}}).status_code == 401


def test_names_and_schema_by_expand():
    with serving() as client:
        page = client.search("key = A-1", fields=["summary", "status"], expand="names,schema").json()
        assert page["names"] == {"summary": "Summary", "status": "Status"}
        assert page["schema"]["status"]["type"] == "status"


def test_reconciled_issues_are_found_before_the_index_knows_them():
    with serving(faults=Faults(index_lag=3600)) as client:
        issue = client.jira.store.create("A", "fresh")
        assert issue.key not in client.keys("project = A")
        body = {"fields": ["summary"], "reconcileIssues": [issue.id]}
        assert issue.key in [found["key"] for found in client.search("project = A", **body).json()["issues"]]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 60), order=st.sampled_from(["", " order by id", " order by updated desc", " order by key"]))
def test_walking_gives_each_issue_once(many, size, order):
    walked = many.walk(f"project = A{order}", size)
    assert len(walked) == len(set(walked)) == 130


@settings(max_examples=8, deadline=None)
@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.sampled_from(["edit", "delete", "create"]), st.integers(1, 40)), max_size=12),
)
def test_a_walk_by_id_loses_no_issue_that_stays(size, deeds):
    store = small(40)
    queue = list(deeds)

    def meddle(request):
        if queue:
            deed, number = queue.pop()
            issue = store.find(f"A-{number}")
            if deed == "create":
                store.create("A", "new")
            elif issue is not None and deed == "edit":
                store.edit_labels(issue.id, [f"x{len(queue)}"])
            elif issue is not None:
                store.delete(issue.id)

    before = set(store.issues)
    with EmbeddedJira(store) as jira:
        jira.on_request(meddle)
        client = Client(jira)
        with client.session:
            walked = client.walk("created > 0 order by id", size)
    assert len(walked) == len(set(walked))
    assert {str(issue_id) for issue_id in before & set(store.issues)} <= set(walked)
