"""Whatever a client sends, the embedded Jira answers as Jira would: refused perhaps, never broken."""

import re

import pytest
from demo_world import serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcjira.demo import cloud, datacenter

PLACES = {"issue": "A-1", "comment": "1", "property": "p", "task": "10000", "project": "A", "organization": "1"}
WORDS = [
    "fields", "update", "jql", "issueIdsOrKeys", "maxResults", "nextPageToken", "labels", "add", "remove", "set",
    "selectedActions", "selectedIssueIdsOrKeys", "editedFieldsInput", "labelsFields", "properties", "expand", "ids",
    "issues", "body", "transition", "id", "project", "key", "summary", "issuetype", "targetToSourcesMapping", "A,1",
    "startAt", "reconcileIssues", "fieldIds", "entitiesIds", "assignee", "accountId", "value", "resolution", "name",
]  # fmt: skip
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 20_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
bodies = st.recursive(
    leaves | st.sampled_from(["A-1", "labels", "project = A", "10001"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module", params=[cloud, datacenter], ids=["cloud", "datacenter"])
def spoken(request):
    product = request.param
    with serving(product="cloud" if product is cloud else "datacenter") as client:
        client.jira.faults.per_issue = False
        yield client, [(method, path) for method, path, _ in product.ROUTES]


def filled(path):
    return re.sub(r"{(\w+)}", lambda found: PLACES[found[1]], path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_body_is_understood_or_refused(spoken, data):
    client, routes = spoken
    method, path = data.draw(st.sampled_from([route for route in routes if route[0] in ("POST", "PUT")]))
    body = data.draw(bodies | st.dictionaries(st.sampled_from(WORDS), bodies, max_size=5))
    answer = client.call(method, filled(path), json=body)
    assert answer.status_code < 500, answer.text


QUERY = [
    "startAt", "maxResults", "jql", "fields", "expand", "accountId", "username", "key", "groupname", "groupId", "query",
    "status", "permissions", "projectKey", "issueKey", "properties", "orderBy", "nextPageToken",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_query_is_understood_or_refused(spoken, data):
    client, routes = spoken
    _, path = data.draw(st.sampled_from([route for route in routes if route[0] == "GET"]))
    values = st.text(max_size=12) | st.sampled_from(["-1", "0", "99999999999", "A", "project = A", "*all", "changelog"])
    query = data.draw(st.dictionaries(st.sampled_from(QUERY), values, max_size=4))
    answer = client.call("GET", filled(path), params=query)
    assert answer.status_code < 500 or "Search limit exceeded" in answer.text, answer.text


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"null", b"[]", b'"text"', b"{" * 5000])
def test_a_body_that_is_no_object(spoken, content):
    client, routes = spoken
    for method, path in routes:
        if method in ("POST", "PUT"):
            answer = client.call(method, filled(path), data=content, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (path, answer.text)
