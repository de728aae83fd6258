"""The service desk's own API: organizations and their members, service desks, request types, requests."""

from collections.abc import Sequence
from typing import Any

from vcjira.demo import raw, texts
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import NULL, Account, Issue, Organization, Project

PAGE = 50
REQUEST_TYPE = "com.atlassian.servicedesk:vp-origin"
PARTICIPANTS = "com.atlassian.servicedesk:sd-request-participants"
CATEGORIES = {"new": "NEW", "indeterminate": "INDETERMINATE", "done": "DONE"}


def organizations(call: Call) -> Answer:
    """All of them to an agent, one's own to everybody else."""
    me = call.known()
    listed = list(call.site.store.directory.organizations.values())
    if not call.site.has("SERVICEDESK_AGENT", None):
        listed = [organization for organization in listed if me in organization.members]
    account = call.site.store.directory.find(call.query.get("accountId"))
    if account is not None:
        listed = [organization for organization in listed if account in organization.members]
    return _page(call, [_organization(call, entry) for entry in listed], "organization")


def organization(call: Call) -> Answer:
    return json_answer(_organization(call, _asked(call)))


def organization_users(call: Call) -> Answer:
    asked = _asked(call)
    return _page(call, [_user(call, account) for account in asked.members], f"organization/{asked.id}/user")


def _asked(call: Call) -> Organization:
    call.permitted("SERVICEDESK_AGENT")
    number = call.path["organization"]
    found = call.site.store.directory.organizations.get(int(number) if number.isdigit() else -1)
    if found is None:
        raise Refusal(404, "The organization does not exist.")
    return found


def _organization(call: Call, entry: Organization) -> dict[str, Any]:
    return {"id": str(entry.id), "name": entry.name, "scimManaged": False, **_self(call, f"organization/{entry.id}")}


def _user(call: Call, account: Account) -> dict[str, Any]:
    """The service desk's own shape of a person: no account type, links instead of pictures."""
    shown = call.shapes.person(account)
    names = ("accountId", "name", "key", "emailAddress", "displayName", "active", "timeZone")
    links = {"jiraRest": shown["self"], "self": shown["self"], "avatarUrls": shown["avatarUrls"]}
    return {name: shown[name] for name in names if name in shown} | {"_links": links}


def _self(call: Call, path: str) -> dict[str, Any]:
    return {"_links": {"self": f"{call.site.url}/rest/servicedeskapi/{path}"}}


def _page(call: Call, listed: Sequence[Any], path: str) -> Answer:
    start, limit = call.number("start", 0), max(1, min(call.number("limit", PAGE), PAGE))
    page = list(listed[start : start + limit])
    base = f"{call.site.url}/rest/servicedeskapi"
    last = start + limit >= len(listed)
    links = {"self": f"{base}/{path}", "base": base, "context": ""}
    if not last:
        links["next"] = f"{base}/{path}?limit={limit}&start={start + limit}"
    return json_answer(
        {"size": len(page), "start": start, "limit": limit, "isLastPage": last, "_links": links, "values": page}
    )


def _desks(call: Call) -> dict[str, Project]:
    """Service desks that the caller sees, by number."""
    projects = [project for project in call.site.store.projects.values() if project.kind == "service_desk"]
    return {str(number): project for number, project in enumerate(projects, 1) if call.site.shows(call.me, project.key)}


def _desk(call: Call, number: str, project: Project) -> dict[str, Any]:
    names = {"projectId": str(project.id), "projectName": project.name, "projectKey": project.key}
    return {"id": number, **names, **_self(call, f"servicedesk/{number}")}


def desks(call: Call) -> Answer:
    call.known()
    return _page(call, [_desk(call, number, project) for number, project in _desks(call).items()], "servicedesk")


def desk(call: Call) -> Answer:
    number, project = _one_desk(call)
    return json_answer(_desk(call, number, project))


def _one_desk(call: Call) -> tuple[str, Project]:
    call.known()
    number = call.path["desk"]
    project = _desks(call).get(number)
    if project is None:
        raise Refusal(404, f"The service desk with ID {number} does not exist.")
    return number, project


def request_types(call: Call) -> Answer:
    """`servicedesk/{id}/requesttype`: those that occur on its requests."""
    number, project = _one_desk(call)
    found: dict[str, dict[str, Any]] = {}
    for issue_id in sorted(call.site.store.in_project(project.key)):
        kind = _request_type(call, call.site.store.issues[issue_id])
        found.setdefault(str(kind.get("id")), kind)
    path = f"servicedesk/{number}/requesttype"
    shown = [
        {"id": ident, "name": str(kind["name"]), "serviceDeskId": number, **_self(call, f"{path}/{ident}")}
        for ident, kind in sorted(found.items())
        if kind
    ]
    return _page(call, shown, path)


def _request_type(call: Call, issue: Issue) -> dict[str, Any]:
    value = _custom(call, issue, REQUEST_TYPE)
    kind = value.get("requestType") if isinstance(value, dict) else None
    return kind if isinstance(kind, dict) else {}


def _custom(call: Call, issue: Issue, schema: str) -> Any:
    """The value of the first field of that kind."""
    for name, entry in call.site.store.custom.items():
        if (entry.get("schema") or {}).get("custom") == schema:
            return raw.parse(issue.fields.get(name, NULL))
    return None


def request(call: Call) -> Answer:
    """One request: who asked, what kind of request, where it stands."""
    found = _one_request(call)
    number = next(number for number, project in _desks(call).items() if project is found.project)
    status = found.status
    shown = {
        "issueId": str(found.id),
        "issueKey": found.key,
        "requestTypeId": str(_request_type(call, found).get("id", "")),
        "serviceDeskId": number,
        "summary": raw.parse(found.fields.get("summary", NULL)),
        "createdDate": _date(call, found.created),
        "reporter": _user(call, found.reporter) if found.reporter else None,
        "requestFieldValues": [
            {"fieldId": "summary", "label": "Summary", "value": raw.parse(found.fields.get("summary", NULL))},
            {"fieldId": "description", "label": "Description", "value": texts.plain(found.fields.get("description"))},
        ],
        "currentStatus": {
            "status": status.name if status else None,
            "statusCategory": CATEGORIES.get(status.category, "UNDEFINED") if status else "UNDEFINED",
        },
        **_self(call, f"request/{found.id}"),
    }
    return json_answer(shown)


def _one_request(call: Call) -> Issue:
    call.known()
    found = call.issue()
    if found.project.kind != "service_desk":
        raise Refusal(404, "The request does not exist, or you do not have permission to see it.")
    return found


def _date(call: Call, when: int | None) -> dict[str, Any] | None:
    shown = call.shapes.moment(when)
    return None if shown is None else {"iso8601": shown, "jira": shown, "friendly": shown[:10], "epochMillis": when}


def participants(call: Call) -> Answer:
    """`request/{key}/participant`: who takes part besides the reporter."""
    found = _one_request(call)
    users = _custom(call, found, PARTICIPANTS) or []
    met = [call.shapes.meet(user) for user in users if isinstance(user, dict)]
    shown = [_user(call, account) for account in met if account]
    return _page(call, shown, f"request/{found.id}/participant")


def request_comments(call: Call) -> Answer:
    """`request/{key}/comment`: `public` and `internal` choose; nothing, rather than an error, without permission."""
    found = _one_request(call)
    wanted = {True: call.query.get("public", "true") == "true", False: call.query.get("internal", "true") == "true"}
    path = f"request/{found.id}/comment"
    shown = [
        {
            "id": comment.id,
            "body": texts.plain(comment.body),
            "public": comment.public is not False,
            "author": _user(call, comment.author) if comment.author else None,
            "created": _date(call, comment.created),
            **_self(call, f"{path}/{comment.id}"),
        }
        for comment in found.comments
        if wanted[comment.public is not False]
    ]
    agent = call.site.has("SERVICEDESK_AGENT", found.project.key)
    return _page(call, shown if agent else [], path)


ROUTES = (
    ("GET", "organization", organizations),
    ("GET", "organization/{organization}", organization),
    ("GET", "organization/{organization}/user", organization_users),
    ("GET", "servicedesk", desks),
    ("GET", "servicedesk/{desk}", desk),
    ("GET", "servicedesk/{desk}/requesttype", request_types),
    ("GET", "request/{issue}", request),
    ("GET", "request/{issue}/participant", participants),
    ("GET", "request/{issue}/comment", request_comments),
)
