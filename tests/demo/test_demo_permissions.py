"""What an account may not do is refused as each product refuses it, and `mypermissions` says so before."""

import pytest
from demo_world import ANN, serving

from vcjira.demo import Faults
from vcjira.demo.reads import PERMISSIONS


def told(client, *names):
    asked = client.get("mypermissions", permissions=",".join(names), projectKey="A").json()["permissions"]
    return [asked[name]["havePermission"] for name in names]


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_all_is_permitted_until_told_otherwise(product):
    with serving(product=product) as client:
        assert told(client, *PERMISSIONS) == [True] * len(PERMISSIONS)
        client.jira.faults.lacks.extend(["BULK_CHANGE", "ADMINISTER"])
        assert told(client, "BULK_CHANGE", "ADMINISTER", "EDIT_ISSUES") == [False, False, True]
        client.jira.faults.no_edit.append("A")
        assert told(client, "EDIT_ISSUES", "BROWSE_PROJECTS") == [False, True]


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_users_and_groups_need_a_permission(product):
    paths = ["group/member?groupname=devs", "groups/picker?query=dev"]
    paths += ["group/bulk", f"user/bulk?accountId={ANN}", "users/search"] if product == "cloud" else []
    search = "user/search?query=ann&username=ann"
    with serving(product=product) as client:
        assert {client.call("GET", path).status_code for path in paths} == {200}
        assert len(client.call("GET", search).json()) == 1
        client.jira.faults.lacks.append("USER_PICKER")
        assert {client.call("GET", path).status_code for path in paths} == {403}
        assert client.call("GET", search).json() == []


def test_organizations_are_for_agents():
    with serving() as client:
        desk = f"{client.jira.url}/rest/servicedeskapi"
        assert client.get(f"{desk}/organization").json()["size"] == 1
        assert client.get(f"{desk}/organization/9").status_code == 404
        client.jira.faults.lacks.append("SERVICEDESK_AGENT")
        assert client.get(f"{desk}/organization").json()["size"] == 0
        assert client.get(f"{desk}/organization/1/user").status_code == 403


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_a_stranger_may_read_little_and_write_nothing(product):
    with serving(product=product, auth="none") as client:
        codes = {
            client.get("myself").status_code,
            client.put("issue/A-1", {"update": {}}).status_code,
            client.post("issue", {"fields": {}}).status_code,
            client.delete("issue/A-1").status_code,
            client.get("group/member", groupname="devs").status_code,
        }
        assert codes == {401}
        assert [client.get(path).status_code for path in ("serverInfo", "field", "project")] == [200] * 3
        assert client.get("project").json() == []


def test_silence_needs_an_administrator():
    """Without the right, Data Center refuses a silent edit, Cloud ignores the wish and edits."""
    edit = {"update": {"labels": [{"add": "x"}]}}
    lacking = Faults(lacks=["ADMINISTER", "ADMINISTER_PROJECTS"])
    for product, code in (("cloud", 204), ("datacenter", 403)):
        with serving(product=product, faults=lacking) as client:
            assert client.put("issue/A-1", edit, notifyUsers="false").status_code == code
            assert client.jira.store.labels()["A-1"] == (["x"] if code == 204 else [])
