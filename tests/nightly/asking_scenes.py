"""Nights in which one thing is known differently, and on an issue that was not saved somebody else asks, or another
team owns it, or it has another class."""

import json
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
DAY = datetime(2026, 5, 10)
PEOPLE: list[Row] = [
    {"account_id": "ann", "name": "Ann", "email": "ann@globex.example"},
    {"account_id": "bob", "name": "Bob", "email": "bob@hooli.example"},
    {"account_id": "cy", "name": "Cy"},
    {"account_id": "eve", "name": "Eve"},
    {"account_id": "fay", "name": "Fay", "email": "fay@globex.example"},
    {"account_id": "gus", "name": "Gus"},  # an agent: a member of Platform
]


def issue(number: int, reporter: str | None, fields: Row | None = None, project: str = "P", **columns: Any) -> Row:
    return {
        "issue_id": str(number), "key": f"{project}-{number}", "project": project, "reporter_id": reporter,
        "creator_id": reporter, "presence": "present", "created": DAY + timedelta(hours=number), "components": [],
        "organizations": [], "fields": json.dumps(fields or {}),
    } | columns  # fmt: skip


def member(kind: str, name: str, who: str) -> str:
    return f"INSERT INTO memberships VALUES ('s', '{kind}', '{name}', '{who}')"


def asked_by(who: str) -> Row:
    return {"f2": [{"accountId": who}]}


def clone(number: int, key: str) -> Row:
    return {"issue_id": str(number), "other_key": key, "type": "Cloners", "direction": "outward"}


def assigned(number: int, was: str | None, became: str | None) -> Row:
    told = {"change_id": "1", "item": 0, "field": "assignee", "from_value": was, "to_value": became}
    return told | {"issue_id": str(number), "changed": DAY + timedelta(days=1)}


ZED = "INSERT INTO people BY NAME SELECT 's' AS site, 'zed' AS account_id, 'z@hooli.example' AS email"
CLONES = {"issues": [issue(1, "ann"), issue(2, "gus"), issue(3, "gus")], "links": [clone(2, "P-1"), clone(3, "P-2")]}
FLOOD = """INSERT INTO changes BY NAME SELECT 's' AS site, '2' AS issue_id, n::TEXT AS change_id, 0 AS item,
    'labels' AS field, TIMESTAMP '2026-05-18' + n * INTERVAL 1 SECOND AS changed, w.author_id FROM range(60) t(n),
    (VALUES ('eve'), ('cy')) w(author_id)"""
"""Each within a second of what the other did."""

SCENES: dict[str, tuple[Row, list[str], list[str]]] = {
    "the reporter is no agent any more": (
        {"issues": [issue(1, "fay", asked_by("ann"))], "memberships": [("platform", "fay")]},
        ["DELETE FROM memberships WHERE account_id = 'fay'"], []),
    "the assignee joins a team": (
        {"issues": [issue(1, "ann", project="R", assignee_id="eve")]}, [member("group", "platform", "eve")], []),
    "the first assignee joins a team": (
        {"issues": [issue(1, "ann", project="R")], "changes": [assigned(1, "eve", None)]},
        [member("group", "platform", "eve")], []),
    "a later assignee joins a team": (
        {"issues": [issue(1, "ann", project="R")], "changes": [assigned(1, None, "eve")]},
        [member("group", "platform", "eve")], []),
    "the requester has another name": (
        {"issues": [issue(1, "bob", forwarded_from="ann@globex.example")]},
        ["UPDATE people SET name = 'New' WHERE account_id = 'ann'"], []),
    "somebody in a group that rules name": (
        {"issues": [issue(1, "eve")]}, [member("group", "liked", "eve")], []),
    "of another organization as well": (
        {"issues": [issue(1, "eve")], "organizations": [("Alpha", "eve")]},
        [member("organization", "Umbrella", "eve")], []),
    "a colleague is found to be the same person as a member": (
        {"issues": [issue(1, "fay")], "memberships": [("platform", "eve")]},
        ["UPDATE people SET email = 'fay@globex.example' WHERE account_id = 'eve'"], []),
    "a bot by what it does": ({"issues": [issue(1, "eve"), issue(2, "ann")]}, [FLOOD], ["2"]),
    "a field names an account that is met": ({"issues": [issue(1, "bob", {"f1": {"accountId": "zed"}})]}, [ZED], []),
    "a field names by text an account that is met": ({"issues": [issue(1, "bob", {"f1": "ZED"})]}, [ZED], []),
    "a field names the address of one who is met": (
        {"issues": [issue(1, "bob", {"f1": "z@hooli.example"})]}, [ZED], []),
    "a participant is met": ({"issues": [issue(1, "gus", asked_by("zed"))]}, [ZED], []),
    "the sender of a mail is met": ({"issues": [issue(1, "bob", forwarded_from="z@hooli.example")]}, [ZED], []),
    "one without an account asks for the first time": (
        {"issues": [issue(1, "bob")]},
        ["UPDATE issues SET forwarded_from = 'z@hooli.example'"], ["1"]),
    "a period ended": (
        {"issues": [issue(1, "ann")], "moment": DAY + timedelta(days=9)},
        ["UPDATE sites SET last_sync = TIMESTAMP '2026-05-21'"], []),
    "a rule began": ({"issues": [issue(1, "ann")]}, ["UPDATE sites SET last_sync = TIMESTAMP '2026-05-17'"], []),
    "a group is not read": ({"issues": [issue(1, "eve")]}, ["UPDATE lookups SET ok = false WHERE name = 'staff'"], []),
    "fields change names": (
        {"issues": [issue(1, "eve", {"f3": {"value": "high"}})]},
        ["UPDATE site_fields SET name = CASE field_id WHEN 'f3' THEN 'Once' ELSE 'Need' END"
         " WHERE field_id IN ('f3', 'f4')"], []),
    "a field is found": (
        {"issues": [issue(1, "bob", {"f5": {"accountId": "eve"}})]},
        ["INSERT INTO site_fields VALUES ('s', 'f5', 'Asked by', NULL)"], []),
    "cloned from an issue of somebody else now": (
        CLONES, ["UPDATE issues SET reporter_id = 'bob' WHERE issue_id = '1'"], ["1"]),
    "cloned from an issue that is gone": (
        CLONES, ["UPDATE issues SET presence = 'deleted' WHERE issue_id = '1'"], ["1"]),
    "cloned from an issue that moved away": (CLONES, ["UPDATE issues SET key = 'R-1' WHERE issue_id = '1'"], ["1"]),
    "a clone of a clone, saved": (CLONES, ["UPDATE issues SET priority = 'High' WHERE issue_id = '3'"], ["3"]),
    "a team receives for the first time": (
        {"issues": [issue(1, "ann", asked_by("bob")), issue(2, "eve", project="R")]},
        ["UPDATE issues SET team_field = 'Research' WHERE issue_id = '2'"], ["2"]),
    "a team receives elsewhere": (
        {"issues": [issue(1, "ann", asked_by("bob")), issue(2, "eve", project="R", team_field="Research")]},
        ["UPDATE issues SET priority = 'High' WHERE issue_id = '1'"], ["1"]),
    "nobody has a verdict any more": (
        {"issues": [issue(1, "ann"), issue(2, "eve", project="R"), issue(3, "bob")]},
        ["UPDATE issues SET reporter_id = 'bob' WHERE issue_id = '1'"], ["1"]),
}  # fmt: skip
"""What happens -> rows before, statements of the night, issues that were saved in it."""
UNMOVED = {"a clone of a clone, saved", "a team receives elsewhere"}
"""Here nothing must change."""
