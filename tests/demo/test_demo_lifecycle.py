"""Issues over HTTP from their creation to their end, on both products, with the history that Jira leaves."""

import time

import pytest
from demo_world import ANN, BOB, serving

from vcjira.demo import Faults


@pytest.fixture(params=["cloud", "datacenter"])
def client(request):
    with serving(product=request.param) as client:
        yield client


def person(client, account):
    return {"accountId": account} if client.jira.product == "cloud" else {"key": f"JIRAUSER{account[-1]}"}


def born(client, **fields):
    given = {"project": {"key": "A"}, "issuetype": {"name": "Bug"}, "summary": "new", **fields}
    return client.post("issue", {"fields": given})


def test_created_with_what_was_given(client):
    answer = born(
        client, reporter=person(client, BOB), assignee=person(client, ANN), labels=["x"], description="said", zzz=1
    )
    assert (answer.status_code, answer.json()["key"]) == (201, "A-7")
    issue = client.jira.store["A-7"]
    assert (issue.reporter.id, issue.assignee.id, issue.creator) == (BOB, ANN, client.jira.store.me)
    assert (issue.type.name, issue.labels, issue.histories, "zzz" in issue.fields) == ("Bug", ("x",), [], False)
    assert client.keys("labels = x and issuetype = Bug") == ["A-7"]
    again = born(client, issuetype={"id": issue.type.id}).json()
    assert client.jira.store[again["key"]].type is issue.type


@pytest.mark.parametrize(
    "wrong",
    [
        {"project": {"key": "NOPE"}},
        {"project": None},
        {"summary": ""},
        {"issuetype": None},
        {"issuetype": {"id": "99999"}},
        {"reporter": {"accountId": "nobody", "name": "nobody"}},
        {"labels": ["two words"]},
    ],
)
def test_what_is_wrong_is_refused(client, wrong):
    before = len(client.jira.store)
    answer = born(client, **wrong)
    assert (answer.status_code, len(client.jira.store)) == (400, before)
    assert list(answer.json()["errors"]) == list(wrong)


def test_moved_on_through_statuses(client):
    client.jira.store.value("status", "Done")
    offered = client.get("issue/A-1/transitions").json()["transitions"]
    assert [entry["name"] for entry in offered] == ["Done"]
    body = {"transition": {"id": offered[0]["id"]}, "fields": {"resolution": {"name": "Fixed"}}}
    assert client.post("issue/A-1/transitions", body).status_code == 204
    issue = client.jira.store["A-1"]
    assert (issue.status.name, issue.resolution.name, len(issue.histories)) == ("Done", "Fixed", 1)
    assert client.post("issue/A-1/transitions", body).status_code == 400


def test_comments_come_and_go(client):
    said = client.post("issue/A-1/comment", {"body": "one"}).json()["id"]
    changed = client.put(f"issue/A-1/comment/{said}", {"body": "two"})
    assert changed.status_code == 200
    assert "two" in changed.text
    assert client.put(f"issue/A-1/comment/{said}", {"body": ""}).status_code == 400
    assert client.delete(f"issue/A-1/comment/{said}").status_code == 204
    assert client.delete(f"issue/A-1/comment/{said}").status_code == 404
    assert [edit.field for edit in client.jira.store["A-1"].histories[-1].edits] == ["Comment"]


def test_deleted_for_good_and_only_where_allowed(client):
    client.jira.faults.no_edit.append("B")
    assert [client.delete(f"issue/{key}").status_code for key in ("A-2", "A-2", "B-1")] == [204, 404, 403]
    assert "A-2" not in client.keys("project = A")


def test_moved_by_a_task():
    with serving(faults=Faults(bulk_seconds=0.01)) as client:
        body = {"targetToSourcesMapping": {"B,10001": {"issueIdsOrKeys": ["A-1", "A-3", "A-99"]}}}
        task = client.post("bulk/issues/move", body).json()["taskId"]
        end = time.monotonic() + 5
        while (told := client.get(f"bulk/queue/{task}").json())["status"] != "COMPLETE":
            assert time.monotonic() < end
        assert (len(told["processedAccessibleIssues"]), told["invalidOrInaccessibleIssueCount"]) == (2, 1)
        assert client.get("issue/A-3").json()["key"] == "B-3"
        for wrong in ({"B": {"issueIdsOrKeys": ["A-2"]}}, {"Z,1": {"issueIdsOrKeys": ["A-2"]}}, {}):
            assert client.post("bulk/issues/move", {"targetToSourcesMapping": wrong}).status_code == 400
        client.jira.faults.lacks.append("BULK_CHANGE")
        assert client.post("bulk/issues/move", body).status_code == 403
