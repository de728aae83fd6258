"""What Jira Data Center answers: its routes, and what only it has. Same names as `cloud`."""

from typing import Any

from vcjira.demo import bodies, desk, fields, lifecycle, people, reads, writes
from vcjira.demo.call import Answer, Call, Refusal, Route, json_answer
from vcjira.demo.shapes import joined

VERSIONS = ("2",)
PAGE = 50
PREFIXES = ("",)
OUTSIDE: tuple[Route, ...] = ()


def authorised(scheme: str, secret: str, email: str, token: str) -> bool:
    """Bearer with a personal access token; basic authentication is off, as it is from version 11 on."""
    return scheme == "bearer" and secret == token


def search(call: Call) -> Answer:
    """GET and POST `search`: by offset, with a silent cap of the page size and a hard end of the window."""
    asked = _asked(call)
    found = call.site.find(call, asked["jql"], strict=asked["strict"]).issues
    start, size = asked["start"], min(asked["size"], call.site.faults.page_cap)
    beyond = start + size > call.site.faults.window and size > 0
    if beyond and call.site.faults.beyond == "500":
        _refuse(start + size, call.site.faults.window)
    first = start + ("skip" in call.effects) - ("duplicate" in call.effects and start > 0)
    shown_size = max(1, size // 2) if "short_page" in call.effects and size else size
    wanted = fields.wanted(asked["fields"], "*navigable")
    histories = "changelog" in asked["expand"]
    page = [] if beyond else found[first : first + shown_size]
    shown = [call.shapes.issue(issue, wanted, histories=histories) for issue in page]
    head: dict[str, Any] = {
        "expand": "names,schema",
        "startAt": start,
        "maxResults": shown_size,
        "total": len(found),
    }
    if "names" in asked["expand"]:
        head["names"] = {entry["id"]: entry["name"] for entry in fields.catalogue(call.site.store)}
    return Answer(body=joined(head, "issues", shown))


def _refuse(asked: int, window: int) -> None:
    """Past the end of the window a search fails."""
    raise Refusal(500, f"Search limit exceeded. The search requests {asked:,} results, but the maximum is {window:,}.")


def _asked(call: Call) -> dict[str, Any]:
    asked = _of_query(call) if call.body is None else bodies.read(call, bodies.OldSearch)
    strict = True if asked.validateQuery is None else asked.validateQuery
    return {
        "jql": asked.jql or "",
        "start": max(0, asked.startAt or 0),
        "size": PAGE if asked.maxResults is None else max(0, asked.maxResults),
        "fields": asked.fields or [],
        "expand": asked.expand or [],
        "strict": str(strict).lower() not in ("false", "none", "warn"),
    }


def _of_query(call: Call) -> bodies.OldSearch:
    return bodies.OldSearch(
        jql=call.query.get("jql"),
        startAt=call.number("startAt", 0),
        maxResults=call.number("maxResults", PAGE),
        fields=call.listed("fields"),
        expand=call.listed("expand"),
        validateQuery=call.query.get("validateQuery"),
    )


def projects(call: Call) -> Answer:
    """`project`: a plain list; archived ones only when asked for."""
    archived = call.query.get("includeArchived", "false") == "true"
    states = ("live", "archived") if archived else ("live",)
    found = [p for p in call.site.store.projects.values() if p.state in states and call.me and call.site.browses(p.key)]
    return json_answer([call.shapes.project(p) | ({"archived": True} if p.state == "archived" else {}) for p in found])


ROUTES: tuple[Route, ...] = (
    ("GET", "serverInfo", reads.server_info),
    ("GET", "myself", reads.myself),
    ("GET", "mypermissions", reads.permissions),
    ("GET", "field", reads.field),
    ("GET", "status", reads.statuses),
    ("GET", "priority", reads.priorities),
    ("GET", "resolution", reads.resolutions),
    ("GET", "issuetype", reads.issue_types),
    ("GET", "project", projects),
    ("GET", "project/{project}", reads.project),
    ("GET", "search", search),
    ("POST", "search", search),
    ("GET", "issue/{issue}", reads.issue),
    ("PUT", "issue/{issue}", writes.edit),
    ("POST", "issue", lifecycle.create),
    ("DELETE", "issue/{issue}", lifecycle.delete),
    ("GET", "issue/{issue}/transitions", lifecycle.transitions),
    ("POST", "issue/{issue}/transitions", lifecycle.transition),
    ("PUT", "issue/{issue}/assignee", writes.assign),
    ("GET", "issue/{issue}/comment", reads.comments),
    ("POST", "issue/{issue}/comment", writes.add_comment),
    ("GET", "issue/{issue}/comment/{comment}", reads.comment),
    ("PUT", "issue/{issue}/comment/{comment}", lifecycle.edit_comment),
    ("DELETE", "issue/{issue}/comment/{comment}", lifecycle.delete_comment),
    ("GET", "issue/{issue}/properties", reads.properties),
    ("GET", "issue/{issue}/properties/{property}", reads.get_property),
    ("PUT", "issue/{issue}/properties/{property}", writes.put_property),
    ("DELETE", "issue/{issue}/properties/{property}", writes.delete_property),
    ("GET", "group/member", people.member_page),
    ("GET", "groups/picker", people.pick_groups),
    ("GET", "user", people.user),
    ("GET", "user/search", people.search_users),
)

DESK: tuple[Route, ...] = desk.ROUTES
