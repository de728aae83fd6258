"""Answers of the embedded Jira, and requests of our own client, held against Atlassian's OpenAPI documents."""

import re

import pytest
from demo_world import ANN, Client, serving, small
from openapi import CLOUD, DC, DESK, hold, hold_request, operation, spec

from vcjira.config.models import Site
from vcjira.demo import TOKEN, EmbeddedJira, cloud, datacenter
from vcjira.jira import connect


@pytest.fixture(scope="module")
def folder(shared):
    found = shared / "specs"
    if not (found / CLOUD).exists():
        pytest.skip("needs ../shared/specs")
    return found


@pytest.fixture(scope="module")
def store():
    store = small(8)
    store.edit_labels("A-1", ["x"], author=ANN, metadata={"type": "t", "description": "d"})
    store.assign("A-1", ANN)
    store.comment("A-1", "hello", ANN)
    store.comment("B-1", "internal", ANN, public=False)
    store.transition("A-2", "Done", ANN)
    store.move("A-3", "B", ANN)
    store.set_property("A-1", "request.channel.type", {"value": "portal"})
    store.change("A-4", {"components": [{"id": "10000", "name": "ETL"}]}, ANN)
    return store


READS = [
    "serverInfo",
    "myself",
    "field",
    "status",
    "priority",
    "resolution",
    "issuetype",
    "project/A",
    "mypermissions?permissions=EDIT_ISSUES,BROWSE_PROJECTS&projectKey=A",
    "issue/A-1",
    "issue/A-1?expand=changelog&properties=*all",
    "issue/A-99",
    "issue/A-1/comment",
    "issue/A-1/transitions",
    "issue/A-1/properties",
    "issue/A-1/properties/request.channel.type",
    "issue/A-1/properties/none",
    "group/member?groupname=devs",
    "groups/picker?query=dev",
]
CLOUD_READS = [
    *READS,
    "statuses/search",
    "project",
    "project/search?status=live",
    "search/jql?jql=project%20%3D%20A&fields=*all&expand=names,schema,changelog",
    "search/jql?jql=nonsense",
    "issue/A-1/changelog",
    "user?accountId=" + ANN,
    "user?accountId=none",
    "user/bulk?accountId=" + ANN,
    "user/groups?accountId=" + ANN,
    "user/search?query=ann",
    "users/search",
    "group/bulk?groupName=devs",
]
CLOUD_POSTS = [
    ("search/jql", {"jql": "project = A", "fields": ["*all"], "maxResults": 3, "properties": ["request.channel.type"]}),
    ("search/jql", {"jql": ""}),
    ("search/approximate-count", {"jql": "project = A"}),
    (
        "issue/bulkfetch",
        {"issueIdsOrKeys": ["A-1", "A-3", "B-1", "NOPE-1"], "fields": ["*all"], "expand": ["changelog"]},
    ),
    ("issue/bulkfetch", {"issueIdsOrKeys": []}),
    ("changelog/bulkfetch", {"issueIdsOrKeys": ["A-1", "A-3"], "maxResults": 2}),
    ("comment/list", {"ids": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}),
    ("issue", {"fields": {"project": {"key": "A"}, "issuetype": {"name": "Bug"}, "summary": "by HTTP"}}),
    ("issue", {"fields": {}}),
    ("issue/A-5/transitions", {"transition": {"id": "0"}}),
    ("bulk/issues/move", {"targetToSourcesMapping": {"B,10001": {"issueIdsOrKeys": ["A-7"]}}}),
    ("issue/properties/multi", {"issues": [{"issueID": 10001, "properties": {"p": 1}}]}),
]


@pytest.mark.parametrize("path", CLOUD_READS)
def test_cloud_reads(folder, store, path):
    with serving(store) as client:
        hold(folder / CLOUD, "GET", f"/rest/api/3/{path.partition('?')[0]}", client.call("GET", path))


@pytest.mark.parametrize(("path", "body"), CLOUD_POSTS)
def test_cloud_posts(folder, store, path, body):
    with serving(store) as client:
        answer = client.post(path, body)
        hold(folder / CLOUD, "POST", f"/rest/api/3/{path}", answer)


def test_cloud_writes(folder, store):
    base = "/rest/api/3"
    with serving(store) as client:
        edit = {"update": {"labels": [{"add": "y"}, {"remove": "x"}]}, "historyMetadata": {"type": "t"}}
        hold(folder / CLOUD, "PUT", f"{base}/issue/A-1", client.put("issue/A-1", edit))
        hold(folder / CLOUD, "PUT", f"{base}/issue/A-1/properties/p", client.put("issue/A-1/properties/p", {"a": 1}))
        hold(folder / CLOUD, "DELETE", f"{base}/issue/A-1/properties/p", client.delete("issue/A-1/properties/p"))
        labels = {"fieldId": "labels", "bulkEditMultiSelectFieldOption": "ADD", "labels": [{"name": "z"}]}
        body = {
            "selectedActions": ["labels"],
            "selectedIssueIdsOrKeys": ["A-1"],
            "editedFieldsInput": {"labelsFields": [labels]},
        }
        hold_request(folder / CLOUD, "POST", f"{base}/bulk/issues/fields", body, {})
        submitted = client.post("bulk/issues/fields", body)
        hold(folder / CLOUD, "POST", f"{base}/bulk/issues/fields", submitted)
        path = f"bulk/queue/{submitted.json()['taskId']}"
        hold(folder / CLOUD, "GET", f"{base}/{path}", client.get(path))


DESK_READS = [
    "organization",
    "organization/1",
    "organization/1/user",
    "servicedesk",
    "servicedesk/1",
    "servicedesk/1/requesttype",
    "request/B-1",
    "request/B-1/participant",
    "request/B-1/comment",
]


@pytest.mark.parametrize("path", DESK_READS)
def test_the_service_desk(folder, store, path):
    with serving(store) as client:
        answer = client.get(f"{client.jira.url}/rest/servicedeskapi/{path}")
        assert answer.status_code == 200
        hold(folder / DESK, "GET", f"/rest/servicedeskapi/{path}", answer)


@pytest.mark.parametrize(
    "path",
    [
        *READS,
        "project",
        "search?jql=project%20%3D%20A&expand=changelog,names",
        "search?jql=nonsense",
        "user?username=ann",
        "user?key=none",
        "user/search?username=ann",
        "issue/B-1/comment?expand=properties",
    ],
)
def test_data_center_reads(folder, store, path):
    with serving(store, product="datacenter") as client:
        hold(folder / DC, "GET", f"/api/2/{path.partition('?')[0]}", client.call("GET", path))


def test_data_center_posts_and_writes(folder, store):
    with serving(store, product="datacenter") as client:
        body = {"jql": "project = A", "fields": ["*all"], "expand": ["changelog"], "maxResults": 3}
        hold_request(folder / DC, "POST", "/api/2/search", body, {})
        hold(folder / DC, "POST", "/api/2/search", client.post("search", body))
        edit = {"update": {"labels": [{"add": "y"}]}}
        hold(folder / DC, "PUT", "/api/2/issue/A-1", client.put("issue/A-1", edit))
        hold(folder / DC, "PUT", "/api/2/issue/A-1/properties/p", client.put("issue/A-1/properties/p", 1))


@pytest.mark.parametrize(("product", "name"), [(cloud, CLOUD), (datacenter, DC)])
def test_every_route_is_documented(folder, product, name):
    document, _ = spec(folder / name)
    base = "/rest/api/3" if product is cloud else "/api/2"
    for method, path, _ in product.ROUTES:
        operation(document, method, f"{base}/{re.sub(r'{[a-z]+}', '1', path)}")


def speak(tracker):
    """Everything that a sync and a labelling ask for."""
    tracker.catalogue()
    for part in tracker.windows("project = A"):
        for page in tracker.walk(part):
            tracker.fetch([stub.issue_id for stub in page])
    tracker.members("group", "devs")
    tracker.read_labels(["10001", "10002"])
    tracker.may_edit("A")
    tracker.relabel("10001", ["vc-x"], [], notify=False, note="why")
    tracker.set_property("10001", "vcjira", {"class": "partner"})
    tracker.set_property("10001", "vcjira", {"class": "customer"})
    if tracker.can_bulk():
        tracker.members("organization", "Cedar")
        tracker.bulk_relabel(["10001", "10002"], "add", "vc-y", notify=False)
    tracker.alive()


def document_of(request):
    """Where a request is documented: the file and the path as that file writes it."""
    if "servicedeskapi" in request.path:
        return DESK, request.path
    if request.path.startswith("/rest/api/3"):
        return CLOUD, request.path
    return DC, request.path.removeprefix("/rest")


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_requests_of_our_own_client(folder, product):
    """Everything that vcjira.jira sends in a sync and a labelling is as documented; `jira` asks version 2 who it is."""
    store = small(12)
    for number in range(25):
        store.comment("A-1", f"word {number}", ANN)
    with EmbeddedJira(store, product=product) as jira:
        email = "bot@demo.example" if product == "cloud" else None
        site = Site(name="t", url=jira.url, token="env:T", email=email, product=product)
        speak(connect(site, TOKEN))
        assert store.labels()["A-1"][0] == "vc-x"
        assert bytes(store["A-1"].properties["vcjira"]) == b'{"class":"customer"}'
        assert {request.status for request in jira.requests} <= {200, 201, 204}
        for request in jira.requests:
            name, path = document_of(request)
            hold_request(folder / name, request.method, path, request.body, request.query)


def test_strangers_get_documented_refusals(folder, store):
    with EmbeddedJira(store) as jira:
        client = Client(jira, auth="none")
        with client.session:
            hold(folder / CLOUD, "GET", "/rest/api/3/myself", client.get("myself"))
            hold(folder / CLOUD, "PUT", "/rest/api/3/issue/A-1", client.put("issue/A-1", {"update": {}}))
