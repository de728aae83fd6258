"""Answers of the embedded Jira, and requests of our own client, held against Atlassian's OpenAPI documents.

The documents have known defects; what is forgiven is listed here by name: nulls where a type is given, lists declared
as one of their members, numbers where times are documented as text, issue fields declared as objects on Data Center.
"""

import json
import re
from functools import cache

import jsonschema
import pytest
from demo_world import ANN, CAT, Client, serving, small
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from vcjira.config.models import Site
from vcjira.demo import TOKEN, EmbeddedJira, cloud, datacenter
from vcjira.jira import connect

CLOUD = "jira-cloud-platform-v3.swagger.json"
DESK = "jira-cloud-servicedesk.swagger.json"
DC = "jira-dc-10.3.24.openapi.json"
NUMBERS_FOR_TIMES = {"Changelog", "BulkOperationProgress"}
"""Their times are documented as text and shown (in the documents' own examples) as numbers."""
UNDOCUMENTED = {
    ("GET", "/rest/servicedeskapi/request/{issueIdOrKey}"): {"channel"},
}


@pytest.fixture(scope="module")
def folder(shared):
    found = shared / "specs"
    if not (found / CLOUD).exists():
        pytest.skip("needs ../shared/specs")
    return found


@cache
def spec(path):
    """The document, its schemas ready for a JSON Schema validator, and a registry of them."""
    document = json.loads(path.read_text())
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        schemas[name] = lenient(schema, numbers=name in NUMBERS_FOR_TIMES)
    if "dc" in path.name:
        schemas["IssueBean"]["properties"]["fields"] = {}
    registry = Registry().with_resource("urn:spec", Resource(contents=document, specification=DRAFT202012))
    return document, registry


def lenient(schema, *, numbers=False):
    """OpenAPI 3.0 as JSON Schema; null is allowed everywhere."""
    if isinstance(schema, list):
        return [lenient(entry, numbers=numbers) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: lenient(value, numbers=numbers) for name, value in schema.items() if name not in ("example", "xml")}
    if isinstance(kept.get("type"), str):
        extra = ["integer"] if numbers and kept.get("format") == "date-time" else []
        kept["type"] = [kept["type"], "null", *extra]
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = "urn:spec" + kept["$ref"].removeprefix("urn:spec")
        return {"anyOf": [{"$ref": kept["$ref"]}, {"type": "null"}]}
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [*kept["enum"], None]
    return kept


def operation(document, method, path):
    """The operation of a path, its template and its object."""
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations and template.count("{") <= 2:
            exact = template == path
            if exact or not any(path == other for other in document["paths"]):
                return template, operations[method.lower()]
    raise AssertionError(f"{method} {path} is not documented")


def complaints(registry, schema, value):
    if schema is None:
        return []
    schema = lenient(schema)
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    values = value if isinstance(value, list) and not _is_list(registry, schema) else [value]
    return [error for entry in values for error in validator.iter_errors(entry)]


def _is_list(registry, schema):
    return "array" in str(schema.get("type")) or "items" in schema


def hold(path, method, url_path, answer):
    """The status is documented, and the body is as the schema of that status says."""
    document, registry = spec(path)
    template, described = operation(document, method, url_path)
    responses = described["responses"]
    assert str(answer.status_code) in responses, (method, template, answer.status_code)
    content = responses[str(answer.status_code)].get("content") or {}
    schema = next((entry.get("schema") for entry in content.values()), None)
    if not answer.content or schema is None:
        return
    found = complaints(registry, schema, answer.json())
    allowed = UNDOCUMENTED.get((method, template), set())
    left = [e for e in found if not any(name in e.message for name in allowed)]
    assert not left, [(list(error.absolute_path), error.message[:300]) for error in left[:5]]


def hold_request(path, method, url_path, body, query):
    document, registry = spec(path)
    _, described = operation(document, method, url_path)
    known = {parameter["name"] for parameter in described.get("parameters", []) if "name" in parameter}
    assert set(query) <= known, (url_path, set(query) - known)
    content = (described.get("requestBody") or {}).get("content") or {}
    schema = next((entry.get("schema") for entry in content.values()), None)
    if body is not None and schema:
        found = complaints(registry, schema, body)
        assert not found, [(list(error.absolute_path), error.message[:300]) for error in found[:5]]


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


@pytest.mark.parametrize("path", ["organization", "organization/1", "organization/1/user", "servicedesk"])
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


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_requests_of_our_own_client(folder, product, monkeypatch):
    """Everything that vcjira.jira sends in a sync and a labelling is as documented."""
    store = small(12)
    for number in range(25):
        store.comment("A-1", f"word {number}", ANN)
    store.person(CAT)
    with EmbeddedJira(store, product=product) as jira:
        site = Site(
            name="t",
            url=jira.url,
            token="env:T",
            email="bot@demo.example" if product == "cloud" else None,
            product=product,
        )
        tracker = connect(site, TOKEN)
        tracker.catalogue()
        for part in tracker.windows("project = A"):
            for page in tracker.walk(part):
                tracker.fetch([stub.issue_id for stub in page])
        tracker.members("group", "devs")
        tracker.read_labels(["10001", "10002"])
        tracker.may_edit("A")
        tracker.relabel("10001", ["vc-x"], [], notify=False, note="why")
        tracker.set_property("10001", "vcjira", {"class": "partner"})
        if tracker.can_bulk():
            tracker.bulk_relabel(["10001", "10002"], "add", "vc-y", notify=False)
        tracker.alive()
        assert store.labels()["A-1"][0] == "vc-x"
        name = CLOUD if product == "cloud" else DC
        for request in jira.requests:
            path = request.path if product == "cloud" else request.path.removeprefix("/rest")
            if "/api/2/serverInfo" in path:
                continue
            hold_request(folder / name, request.method, path, request.body, request.query)


def test_strangers_get_documented_refusals(folder, store):
    with EmbeddedJira(store) as jira:
        client = Client(jira, auth="none")
        with client.session:
            hold(folder / CLOUD, "GET", "/rest/api/3/myself", client.get("myself"))
            hold(folder / CLOUD, "PUT", "/rest/api/3/issue/A-1", client.put("issue/A-1", {"update": {}}))
