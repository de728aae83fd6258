"""Rare answers of real Jiras, played when told to: what is left out, what has expired, who is not known for a while."""

import pytest
from demo_world import ANN, BOB, CAT, Client, serving, small

from vcjira.demo import Event, Fault, Faults
from vcjira.demo.cloud import GATEWAY


def faulty(kind, path="", **more):
    return {"faults": Faults(rules=[Fault(kind=kind, path=path)], **more)}


@pytest.mark.parametrize("status", ["400", "403", "404", "408", "409", "425"])
def test_any_status_for_a_write(status):
    with serving(**faulty(status, "A-1$")) as client:
        answer = client.put("issue/A-1", {"update": {"labels": [{"add": "x"}]}})
        assert answer.status_code == int(status)
        assert "Trouble on purpose" in answer.json()["errorMessages"][0]
    assert client.jira.store.labels()["A-1"] == []


def test_a_bulk_read_may_keep_an_issue_back_and_say_so():
    with serving(**faulty("withheld", "bulkfetch")) as client:
        read = client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1", "A-2"], "fields": ["summary"]}).json()
        assert [issue["key"] for issue in read["issues"]] == ["A-1"]
        assert [error["id"] for error in read["issueErrors"]] == [str(client.jira.store["A-2"].id)]


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_a_page_may_leave_one_out(product):
    with serving(small(9), product=product, **faulty("skip", "search")) as client:
        page = client.search("project = A order by id", fields=["summary"], maxResults=4).json()
        assert [issue["key"] for issue in page["issues"]] == ["A-2", "A-3", "A-4", "A-5"]


def test_a_search_may_warn_that_it_left_something_out():
    with serving(**faulty("warning", "jql")) as client:
        assert client.search("project = A").json()["warnings"][0]["type"] == "RESULT_SET_TRUNCATED"


def test_the_token_of_a_next_page_expires():
    with serving(faults=Faults(token_seconds=60)) as client:
        token = client.search("project = A", maxResults=2).json()["nextPageToken"]
        assert client.search("project = A", maxResults=2, nextPageToken=token).status_code == 200
        client.jira.store.advance(61)
        late = client.search("project = A", maxResults=2, nextPageToken=token)
        assert (late.status_code, "expired" in late.json()["errorMessages"][0]) == (400, True)


def test_an_order_has_at_most_seven_fields():
    names = ["created", "updated", "key", "id", "status", "priority", "summary", "assignee"]
    with serving() as client:
        assert client.search("project = A order by " + ", ".join(names[:7])).status_code == 200
        assert client.search("project = A order by " + ", ".join(names)).status_code == 400


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_people_may_be_unknown_for_a_while(product):
    rules = [Fault(kind="outage", times=1)]
    with serving(product=product, faults=Faults(rules=rules)) as client:
        first, second = (client.get("issue/A-1").json()["fields"]["reporter"] for _ in range(2))
        name = "accountId" if product == "cloud" else "key"
        assert (first[name], first["displayName"], first["active"]) == ("unknown", "", False)
        assert (second[name], second["displayName"]) == (ANN if product == "cloud" else "JIRAUSER1", "Ann")


def test_past_the_window_there_may_be_nothing():
    with serving(product="datacenter", faults=Faults(window=4, beyond="empty")) as client:
        page = client.search("project = A order by id", startAt=3, maxResults=2).json()
        assert (page["issues"], page["total"], page["startAt"]) == ([], 6, 3)


def test_histories_may_be_cut_on_data_center():
    store = small(1)
    for number in range(9):
        store.edit_labels("A-1", [f"l{number}"], (), ANN)
    with serving(store, product="datacenter", faults=Faults(history_cap=5)) as client:
        log = client.get("issue/A-1", expand="changelog").json()["changelog"]
        assert (len(log["histories"]), log["total"], log["maxResults"]) == (5, 9, 5)


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_an_issue_hidden_by_its_security_looks_deleted(product):
    script = [Event(do="hide", to="A-2", path="myself")]
    with serving(product=product, faults=Faults(script=script)) as client:
        assert "A-2" in client.keys("project = A")
        client.get("myself")
        assert "A-2" not in client.keys("project = A")
        assert client.get("issue/A-2").status_code == client.get("issue/A-77").status_code == 404


def test_a_scoped_token_is_good_on_the_gateway_only():
    with serving(faults=Faults(scoped=True)) as client:
        told = client.session.get(f"{client.jira.url}/_edge/tenant_info", timeout=5).json()
        assert client.get("myself").status_code == 401
        client.base = f"{client.jira.url}/ex/jira/{told['cloudId']}/rest/api/3"
        assert told["cloudId"] in GATEWAY
        assert (client.get("myself").status_code, len(client.keys("project = A"))) == (200, 6)


def test_a_stranger_who_answers_by_mail_is_marked():
    store = small(1)
    store.comment("B-1", "my order", CAT, public=True)
    store.comment("A-1", "who am I?", CAT, public=True)
    store.comment("B-1", "looking", BOB, public=False)
    with serving(store) as client:
        shown = {key: client.get(f"issue/{key}/comment").json()["comments"] for key in ("A-1", "B-1")}
        assert [entry["jsdAuthorCanSeeRequest"] for entry in shown["A-1"] + shown["B-1"]] == [False, True, True]
        assert [entry["jsdPublic"] for entry in shown["B-1"]] == [True, False]


def test_data_center_says_that_the_log_in_went_well():
    with serving(product="datacenter") as client:
        answer = client.get("myself")
        assert (answer.headers["X-Seraph-LoginReason"], answer.json()["deleted"]) == ("OK", False)
        with Client(client.jira, auth="none").session as stranger:
            answer = stranger.get(f"{client.base}/search?jql=project=A", timeout=5)
            assert (answer.status_code, answer.json()["total"]) == (200, 0)


def test_the_desk_tells_request_types_participants_and_what_the_customer_sees():
    store = small(1)
    store.custom["customfield_1"] = {"id": "customfield_1", "name": "Kind", "schema": {"custom": KIND}}
    store.custom["customfield_2"] = {"id": "customfield_2", "name": "With", "schema": {"custom": WITH}}
    kind = {"requestType": {"id": "4", "name": "Ask"}}
    store.change("B-1", {"customfield_1": kind, "customfield_2": [{"accountId": BOB}]}, ANN)
    store.comment("B-1", "seen", ANN, public=True)
    store.comment("B-1", "hidden", ANN, public=False)
    with serving(store) as client:
        desk = f"{client.jira.url}/rest/servicedeskapi"

        def values(path):
            return client.get(f"{desk}/{path}").json()["values"]

        assert [(entry["id"], entry["name"]) for entry in values("servicedesk/1/requesttype")] == [("4", "Ask")]
        assert [user["accountId"] for user in values("request/B-1/participant")] == [BOB]
        for query, bodies in [("", ["seen", "hidden"]), ("?internal=false", ["seen"]), ("?public=false", ["hidden"])]:
            assert [entry["body"] for entry in values(f"request/B-1/comment{query}")] == bodies
        assert client.get(f"{desk}/request/B-1").json()["requestTypeId"] == "4"
        client.jira.faults.lacks.append("SERVICEDESK_AGENT")
        assert values("request/B-1/comment") == []
        for wrong in ("request/A-1", "servicedesk/9"):
            assert client.get(f"{desk}/{wrong}").status_code == 404


KIND = "com.atlassian.servicedesk:vp-origin"
WITH = "com.atlassian.servicedesk:sd-request-participants"
