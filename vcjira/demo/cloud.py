"""What Jira Cloud answers: its routes, and what only it has. Same names as `datacenter`."""

from vcjira.demo import bodies, bulk_edit, cloud_search, desk, lifecycle, people, reads, writes
from vcjira.demo.call import Answer, Call, Refusal, Route, json_answer
from vcjira.demo.records import Project

VERSIONS = ("2", "3")
PAGE = 50
CLOUD_ID = "0c1d0000-0000-4000-8000-000000000001"
GATEWAY = f"/ex/jira/{CLOUD_ID}"
PREFIXES = ("", GATEWAY)
"""The site itself, and Atlassian's gateway, which alone takes scoped tokens."""


def authorised(scheme: str, secret: str, email: str, token: str) -> bool:
    """Basic with the account's e-mail address and an API token."""
    return scheme == "basic" and secret == f"{email}:{token}"


def projects(call: Call) -> Answer:
    """`project/search`: paged; live ones unless `status` says otherwise."""
    states = call.listed("status") or ["live"]
    found = [p for p in call.site.store.projects.values() if p.state in states and call.me and call.site.browses(p.key)]
    keys = call.listed("keys")
    found = sorted((p for p in found if not keys or p.key in keys), key=lambda project: project.key)
    start, size = call.number("startAt", 0), max(1, min(call.number("maxResults", PAGE), 100))
    return json_answer(
        {
            "self": f"{call.shapes.rest}/project/search?startAt={start}&maxResults={size}",
            "maxResults": size,
            "startAt": start,
            "total": len(found),
            "isLast": start + size >= len(found),
            "values": [_project(call, project) for project in found[start : start + size]],
        }
    )


def _project(call: Call, project: Project) -> dict[str, object]:
    shown = call.shapes.project(project)
    extra = {"archived": {"archived": True}, "deleted": {"deleted": True}, "live": {}}
    return shown | extra[project.state]


def all_projects(call: Call) -> Answer:
    live = [p for p in call.site.store.projects.values() if p.state == "live" and call.me and call.site.browses(p.key)]
    return json_answer([_project(call, project) for project in live])


def permitted_projects(call: Call) -> Answer:
    """POST `permissions/project`: where the account has all of these permissions."""
    asked = bodies.read(call, bodies.Permitted).permissions
    unknown = [name for name in asked if reads.PERMISSIONS.get(name, ("", "", ""))[2] != "PROJECT"]
    if unknown:
        raise Refusal(400, f"Unrecognized permission: {unknown[0]}")
    seen = [p for p in call.site.store.projects.values() if call.me and call.site.browses(p.key)]
    granted = [p for p in seen if all(call.site.has(name, p.key) for name in asked)]
    return json_answer({"projects": [{"id": int(p.id), "key": p.key} for p in granted]})


def status_search(call: Call) -> Answer:
    """`statuses/search`: with upper-case categories, as only this endpoint has them."""
    call.known()
    names = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
    listed = list(call.site.store.named("status").values())
    start, size = call.number("startAt", 0), max(1, min(call.number("maxResults", 200), 200))
    shown = [
        {"id": value.id, "name": value.name, "description": "", "statusCategory": names.get(value.category, "TODO")}
        for value in listed[start : start + size]
    ]
    last = start + size >= len(listed)
    url = f"{call.shapes.rest}/statuses/search?startAt={start}&maxResults={size}"
    paging = {"self": url, "startAt": start, "maxResults": size, "total": len(listed), "isLast": last}
    return json_answer({**paging, "values": shown})


def tenant(call: Call) -> Answer:
    """`_edge/tenant_info`: which site this is on the gateway; for everybody."""
    return json_answer({"cloudId": CLOUD_ID})


OUTSIDE: tuple[Route, ...] = (("GET", "/_edge/tenant_info", tenant),)
ROUTES: tuple[Route, ...] = (
    ("GET", "serverInfo", reads.server_info),
    ("GET", "myself", reads.myself),
    ("GET", "mypermissions", reads.permissions),
    ("POST", "permissions/project", permitted_projects),
    ("GET", "field", reads.field),
    ("GET", "status", reads.statuses),
    ("GET", "statuses/search", status_search),
    ("GET", "priority", reads.priorities),
    ("GET", "resolution", reads.resolutions),
    ("GET", "issuetype", reads.issue_types),
    ("GET", "project", all_projects),
    ("GET", "project/search", projects),
    ("GET", "project/{project}", reads.project),
    ("GET", "search/jql", cloud_search.search),
    ("POST", "search/jql", cloud_search.search),
    ("POST", "search/approximate-count", cloud_search.count),
    ("GET", "search", cloud_search.gone),
    ("POST", "search", cloud_search.gone),
    ("POST", "issue/bulkfetch", cloud_search.bulk_issues),
    ("POST", "changelog/bulkfetch", cloud_search.bulk_histories),
    ("POST", "issue/properties", bulk_edit.properties_alike),
    ("POST", "issue/properties/multi", bulk_edit.properties_of_many),
    ("GET", "issue/{issue}", reads.issue),
    ("PUT", "issue/{issue}", writes.edit),
    ("POST", "issue", lifecycle.create),
    ("DELETE", "issue/{issue}", lifecycle.delete),
    ("GET", "issue/{issue}/transitions", lifecycle.transitions),
    ("POST", "issue/{issue}/transitions", lifecycle.transition),
    ("PUT", "issue/{issue}/assignee", writes.assign),
    ("GET", "issue/{issue}/changelog", reads.changelog),
    ("GET", "issue/{issue}/comment", reads.comments),
    ("POST", "issue/{issue}/comment", writes.add_comment),
    ("GET", "issue/{issue}/comment/{comment}", reads.comment),
    ("PUT", "issue/{issue}/comment/{comment}", lifecycle.edit_comment),
    ("DELETE", "issue/{issue}/comment/{comment}", lifecycle.delete_comment),
    ("POST", "comment/list", reads.comment_list),
    ("GET", "issue/{issue}/properties", reads.properties),
    ("GET", "issue/{issue}/properties/{property}", reads.get_property),
    ("PUT", "issue/{issue}/properties/{property}", writes.put_property),
    ("DELETE", "issue/{issue}/properties/{property}", writes.delete_property),
    ("POST", "bulk/issues/fields", bulk_edit.submit),
    ("POST", "bulk/issues/move", lifecycle.move),
    ("GET", "bulk/queue/{task}", bulk_edit.progress),
    ("GET", "task/{task}", bulk_edit.task),
    ("GET", "group/member", people.member_page),
    ("GET", "group/bulk", people.groups),
    ("GET", "groups/picker", people.pick_groups),
    ("GET", "user", people.user),
    ("GET", "user/bulk", people.users_bulk),
    ("GET", "user/groups", people.user_groups),
    ("GET", "user/search", people.search_users),
    ("GET", "users/search", people.users),
    ("GET", "users", people.users),
)

DESK: tuple[Route, ...] = desk.ROUTES
