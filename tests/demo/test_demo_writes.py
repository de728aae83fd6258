"""Writes: single labels by verbs, what is refused, histories, permissions, bulk tasks, properties."""

import time
from itertools import pairwise

import pytest
from demo_world import ANN, BOB, serving, small
from hypothesis import given, settings
from hypothesis import strategies as st

from vcjira.demo import Faults

PRODUCTS = pytest.mark.parametrize("product", ["cloud", "datacenter"])


def edit(client, key, *verbs, **params):
    return client.put(f"issue/{key}", {"update": {"labels": list(verbs)}}, **params)


def history(client, key):
    """Items of all histories, oldest first."""
    if client.jira.product == "cloud":
        histories = client.get(f"issue/{key}/changelog").json()["values"]
    else:
        histories = client.get(f"issue/{key}", expand="changelog").json()["changelog"]["histories"]
    return [(history, item) for history in histories for item in history["items"]]


@PRODUCTS
def test_labels_are_added_and_removed_one_by_one(product):
    with serving(product=product) as client:
        client.jira.store.edit_labels("A-1", ["theirs"], author=ANN)
        before = client.get("issue/A-1", fields="updated").json()["fields"]["updated"]
        answer = edit(client, "A-1", {"add": "vc-partner"}, {"remove": "theirs"}, {"add": "vc-partner"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.jira.store.labels()["A-1"] == ["vc-partner"]
        told, item = history(client, "A-1")[-1]
        assert (item["field"], item["fromString"], item["toString"]) == ("labels", "theirs", "vc-partner")
        assert told["author"]["displayName"] == "Demo Bot"
        assert client.get("issue/A-1", fields="updated").json()["fields"]["updated"] > before


@PRODUCTS
def test_an_edit_that_changes_nothing_leaves_no_trace(product):
    with serving(product=product) as client:
        edit(client, "A-1", {"add": "x"})
        before = client.get("issue/A-1").json()
        assert edit(client, "A-1", {"add": "x"}, {"remove": "y"}).status_code == 204
        assert client.get("issue/A-1").json() == before
        assert len(history(client, "A-1")) == 1


@PRODUCTS
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"update": {"labels": [{"add": "two words"}]}}, "labels"),
        ({"update": {"labels": [{"add": "x" * 256}]}}, "labels"),
        ({"update": {"labels": [{"add": ""}]}}, "labels"),
        ({"update": {"labels": [{"frob": "x"}]}}, "labels"),
        ({"update": {"labels": ["x"]}}, "labels"),
        ({"update": {"labels": [{"add": "x"}]}, "fields": {"labels": []}}, "labels"),
        ({"fields": {"nonsense": 1}}, "nonsense"),
        ({"fields": {"assignee": {"accountId": "nobody"}}}, "assignee"),
    ],
)
def test_wrong_edits_are_refused_and_change_nothing(product, body, field):
    with serving(product=product) as client:
        answer = client.put("issue/A-1", body)
        assert answer.status_code == 400
        assert field in answer.json()["errors"]
        assert client.jira.store.labels()["A-1"] == []
        assert client.call("PUT", "issue/A-1", data="{broken").status_code == 400


def test_the_history_keeps_what_the_writer_said_of_itself():
    note = {"type": "vcjira:labels", "description": "why"}
    with serving() as client:
        body = {"update": {"labels": [{"set": ["b", "a"]}]}, "historyMetadata": note}
        shown = client.put("issue/A-1", body, returnIssue="true", notifyUsers="false")
        assert (shown.status_code, shown.json()["fields"]["labels"]) == (200, ["a", "b"])
        assert history(client, "A-1")[0][0]["historyMetadata"] == note


def test_other_fields_may_be_set():
    with serving() as client:
        body = {"fields": {"summary": "New", "assignee": {"accountId": BOB}, "priority": {"name": "High"}}}
        assert client.put("issue/A-1", body).status_code == 204
        fields = client.get("issue/A-1").json()["fields"]
        assert (fields["summary"], fields["priority"]["name"]) == ("New", "High")
        assert fields["assignee"]["accountId"] == BOB
        assert client.put("issue/A-1/assignee", {"accountId": None}).status_code == 204
        assert client.get("issue/A-1").json()["fields"]["assignee"] is None
        assert client.put("issue/A-1/assignee", {"accountId": "nobody"}).status_code == 400
        said = client.post("issue/A-1/comment", {"body": {"type": "doc", "version": 1, "content": []}})
        assert said.status_code == 201
        assert client.get(f"issue/A-1/comment/{said.json()['id']}").status_code == 200
        assert client.post("issue/A-1/comment", {}).status_code == 400


def test_silence_needs_an_administrator_on_data_center_only():
    faults = Faults(lacks=["ADMINISTER", "ADMINISTER_PROJECTS"])
    with serving(product="datacenter", faults=faults) as client:
        assert edit(client, "A-1", {"add": "x"}, notifyUsers="false").status_code == 403
        assert edit(client, "A-1", {"add": "x"}, notifyUsers="0").status_code == 403
        assert edit(client, "A-1", {"add": "x"}).status_code == 204
    with serving(faults=Faults(lacks=["ADMINISTER", "ADMINISTER_PROJECTS"])) as client:
        assert edit(client, "A-1", {"add": "x"}, notifyUsers="false").status_code == 204


@PRODUCTS
def test_missing_permissions(product):
    with serving(product=product, faults=Faults(no_edit=["A"], no_browse=["B"], lacks=["BULK_CHANGE"])) as client:
        assert edit(client, "A-1", {"add": "x"}).status_code == 403
        assert edit(client, "B-1", {"add": "x"}).status_code == 404
        assert client.get("issue/B-1").status_code == 404
        assert "B-1" not in client.keys("created > 0")
        asked = "BROWSE_PROJECTS,EDIT_ISSUES,BULK_CHANGE,ADMINISTER"
        told = client.get("mypermissions", permissions=asked, projectKey="A").json()["permissions"]
        assert {name: told[name]["havePermission"] for name in asked.split(",")} == {
            "BROWSE_PROJECTS": True,
            "EDIT_ISSUES": False,
            "BULK_CHANGE": False,
            "ADMINISTER": True,
        }
        assert client.get("mypermissions", permissions="EDIT_ISSUES", projectKey="B").status_code == 404


def test_permissions_must_be_named_on_cloud():
    with serving() as client:
        assert client.get("mypermissions").status_code == 400
        assert client.get("mypermissions", permissions="FLY").status_code == 400
        told = client.get("mypermissions", permissions="EDIT_ISSUES", issueKey="A-1").json()
        assert told["permissions"]["EDIT_ISSUES"]["havePermission"] is True


def bulk(client, ids, option="ADD", labels=("vc-x",)):
    return client.post(
        "bulk/issues/fields",
        {
            "selectedActions": ["labels"],
            "selectedIssueIdsOrKeys": list(ids),
            "editedFieldsInput": {
                "labelsFields": [
                    {
                        "fieldId": "labels",
                        "bulkEditMultiSelectFieldOption": option,
                        "labels": [{"name": label} for label in labels],
                    }
                ]
            },
            "sendBulkNotification": False,
        },
    )


def finished(client, task_id):
    """All states seen, and the last progress."""
    seen = []
    for _ in range(200):
        progress = client.get(f"bulk/queue/{task_id}").json()
        seen.append(progress["status"])
        if progress["status"] not in ("ENQUEUED", "RUNNING"):
            return seen, progress
        time.sleep(0.01)
    raise AssertionError(seen)


def test_a_bulk_edit_runs_while_the_client_asks():
    with serving(small(250), faults=Faults(bulk_seconds=0.03)) as client:
        answer = bulk(client, [f"A-{n}" for n in range(1, 251)] + ["NOPE-1"])
        assert answer.status_code == 201
        seen, progress = finished(client, answer.json()["taskId"])
        assert {"RUNNING", "COMPLETE"} <= set(seen)
        assert (len(progress["processedAccessibleIssues"]), progress["invalidOrInaccessibleIssueCount"]) == (250, 1)
        assert progress["progressPercent"] == 100
        assert set(client.jira.store.labels()["A-250"]) == {"vc-x"}
        for option, labels, left in (("REPLACE", ["b"], ["b"]), ("REMOVE", ["b"], []), ("REMOVE_ALL", [], [])):
            finished(client, bulk(client, ["A-1"], option, labels).json()["taskId"])
            assert client.jira.store.labels()["A-1"] == left


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED", "DEAD", "COMPLETE"])
def test_a_bulk_edit_may_end_half_done(end):
    with serving(small(20), faults=Faults(bulk_end=end, bulk_share=0.5, bulk_failing=["A-1"])) as client:
        task = bulk(client, [f"A-{n}" for n in range(1, 21)]).json()["taskId"]
        seen, progress = finished(client, task)
        assert seen[-1] == end
        assert len(progress["processedAccessibleIssues"]) == 9
        assert list(progress["failedAccessibleIssues"]) == ["10001"]
        assert sum("vc-x" in labels for labels in client.jira.store.labels().values()) == 9


def test_bulk_edits_that_are_refused():
    with serving(faults=Faults(lacks=["BULK_CHANGE"])) as client:
        assert bulk(client, ["A-1"]).status_code == 403
    with serving(faults=Faults(bulk_busy=0)) as client:
        assert bulk(client, ["A-1"]).status_code == 429
    with serving() as client:
        assert bulk(client, []).status_code == 400
        assert bulk(client, [str(n) for n in range(1001)]).status_code == 400
        assert bulk(client, ["A-1"], "FROB").status_code == 400
        assert bulk(client, ["A-1"], labels=["two words"]).status_code == 400
        assert client.post("bulk/issues/fields", {"selectedActions": ["priority"]}).status_code == 400
        assert client.get("bulk/queue/77").status_code == 400


def test_a_bulk_edit_fails_where_the_account_may_not_edit():
    with serving(faults=Faults(no_edit=["A"])) as client:
        _, progress = finished(client, bulk(client, ["A-1", "B-1"]).json()["taskId"])
        assert len(progress["processedAccessibleIssues"]) == 1
        assert "permission" in progress["failedAccessibleIssues"]["10001"][0]


@PRODUCTS
def test_properties_do_not_touch_updated(product):
    with serving(product=product) as client:
        before = client.get("issue/A-1", fields="updated").json()
        assert client.put("issue/A-1/properties/vcjira", {"class": "partner"}).status_code == 201
        assert client.put("issue/A-1/properties/vcjira", {"class": "customer"}).status_code == 200
        held = client.get("issue/A-1/properties/vcjira").json()
        assert held == {"key": "vcjira", "value": {"class": "customer"}}
        assert [entry["key"] for entry in client.get("issue/A-1/properties").json()["keys"]] == ["vcjira"]
        assert client.get("issue/A-1", fields="updated").json() == before
        assert client.delete("issue/A-1/properties/vcjira").status_code == 204
        assert client.delete("issue/A-1/properties/vcjira").status_code == 404
        assert client.get("issue/A-1/properties/vcjira").status_code == 404
        assert client.put("issue/A-1/properties/vcjira", "x" * 32_800).status_code == 400
        assert client.put(f"issue/A-1/properties/{'k' * 256}", 1).status_code == 400


def test_properties_of_many_and_in_search():
    with serving() as client:
        entries = [{"issueID": 10001, "properties": {"vcjira": {"n": 1}}}, {"issueID": 99, "properties": {"vcjira": 2}}]
        assert client.post("issue/properties/multi", {"issues": entries}).status_code == 303
        both = {"entitiesIds": [10001, 10002], "properties": {"p": 1}}
        answer = client.post("issue/properties", both)
        assert answer.status_code == 303
        assert client.get(answer.headers["Location"]).json()["status"] == "COMPLETE"
        client.jira.store.set_property("A-1", "request.channel.type", {"value": "portal"})
        asked = {"properties": ["request.channel.type", "vcjira"], "fields": ["summary"]}
        shown = client.search("key = A-1", **asked).json()["issues"][0]["properties"]
        assert shown == {"request.channel.type": {"value": "portal"}, "vcjira": {"n": 1}}
        read = client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1", "A-2"], **asked}).json()["issues"]
        assert [issue["properties"] for issue in read] == [shown, {}]
        too_many = {"properties": list("abcdef")}
        assert client.search("key = A-1", **too_many).status_code == 400
        assert client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"], **too_many}).status_code == 400


def test_too_many_writes_to_one_issue():
    with serving() as client:
        answers = [edit(client, "A-1", {"add": f"l{n}"}) for n in range(22)]
        assert [answer.status_code for answer in answers] == [204] * 20 + [429] * 2
        assert answers[-1].headers["RateLimit-Reason"] == "jira-per-issue-on-write"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert edit(client, "A-2", {"add": "x"}).status_code == 204


LABELS = st.lists(st.sampled_from(["a", "b", "C", "c", "vc-x"]), max_size=4, unique=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(LABELS, LABELS), max_size=8))
def test_label_verbs_are_set_algebra(steps):
    store = small(1)
    worn: set[str] = set()
    for add, remove in steps:
        changed = store.edit_labels("A-1", add, remove, ANN)
        wanted = (worn - set(remove)) | set(add)
        assert (changed is not None) == (wanted != worn)
        worn = wanted
    assert store["A-1"].labels == tuple(sorted(worn))
    texts = [(e.before_text, e.after_text) for h in store["A-1"].histories for e in h.edits]
    assert all(one[1] == two[0] for one, two in pairwise(texts))


def test_what_people_do_leaves_what_jira_leaves():
    store = small(3)
    store.transition("A-1", "Done", ANN, "Won't Do")
    assert (store["A-1"].resolution.name, store["A-1"].resolved) == ("Won't Do", store["A-1"].updated)
    store.transition("A-1", "To Do", BOB)
    assert (store["A-1"].resolution, store["A-1"].resolved) == (None, None)
    assert [edit.field for edit in store["A-1"].histories[-1].edits] == ["resolution", "status"]
    assert store.transition("A-1", "To Do", BOB) is None
    assert store.assign("A-1", None, BOB) is None
    said = store.comment("A-2", "one", ANN)
    store.edit_comment("A-2", said.id, "two", BOB)
    assert (store["A-2"].comments[0].author.id, store["A-2"].comments[0].update_author.id) == (ANN, BOB)
    store.delete_comment("A-2", said.id, ANN)
    assert store["A-2"].comments == []
    assert store["A-2"].histories[-1].edits[0].field == "Comment"
    store.set_field("A-3", "priority", "Low", ANN)
    store.set_field("A-3", "labels", ["z"], ANN)
    store.set_field("A-3", "status", "In Progress", ANN)
    store.set_field("A-3", "reporter", BOB, ANN)
    store.set_field("A-3", "customfield_10077", {"id": "5", "value": "five"}, ANN)
    assert store.set_field("A-3", "customfield_10077", {"id": "5", "value": "five"}, ANN) is None
    last = store["A-3"].histories[-1].edits[0]
    assert (last.field_id, last.after, last.after_text, last.fieldtype) == ("customfield_10077", "5", "five", "custom")
    store.delete("A-3")
    assert store.find("A-3") is None
    assert store.create("A", "after").key == "A-4"
    with pytest.raises(KeyError):
        store.assign("A-1", "nobody")
    with pytest.raises(KeyError):
        store.delete("A-3")
