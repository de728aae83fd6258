"""The service desk's own API: organizations and their members, service desks, requests."""

from collections.abc import Sequence
from typing import Any

from vcjira.demo import raw
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import NULL, Organization

PAGE = 50


def organizations(call: Call) -> Answer:
    call.known()
    listed = list(call.site.store.directory.organizations.values())
    account = call.site.store.directory.find(call.query.get("accountId"))
    if account is not None:
        listed = [organization for organization in listed if account in organization.members]
    return _page(call, [_organization(call, entry) for entry in listed], "organization")


def organization(call: Call) -> Answer:
    return json_answer(_organization(call, _asked(call)))


def organization_users(call: Call) -> Answer:
    asked = _asked(call)
    shown = [call.shapes.person(account) for account in asked.members]
    return _page(call, shown, f"organization/{asked.id}/user")


def _asked(call: Call) -> Organization:
    call.known()
    number = call.path["organization"]
    found = call.site.store.directory.organizations.get(int(number) if number.isdigit() else -1)
    if found is None:
        raise Refusal(404, "The organization does not exist.")
    return found


def _organization(call: Call, entry: Organization) -> dict[str, Any]:
    url = f"{call.site.url}/rest/servicedeskapi/organization/{entry.id}"
    return {"id": str(entry.id), "name": entry.name, "scimManaged": False, "_links": {"self": url}}


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


def desks(call: Call) -> Answer:
    call.known()
    found = [p for p in call.site.store.projects.values() if p.kind == "service_desk" and call.site.browses(p.key)]
    base = f"{call.site.url}/rest/servicedeskapi/servicedesk"
    shown = [
        {
            "id": str(number),
            "projectId": str(project.id),
            "projectName": project.name,
            "projectKey": project.key,
            "_links": {"self": f"{base}/{number}"},
        }
        for number, project in enumerate(found, 1)
    ]
    return _page(call, shown, "servicedesk")


def request(call: Call) -> Answer:
    """One request, in short."""
    call.known()
    found = call.issue()
    if found.project.kind != "service_desk":
        raise Refusal(404, "The request does not exist, or you do not have permission to see it.")
    channel = raw.parse(found.properties.get("request.channel.type", NULL)) or {}
    return json_answer(
        {
            "issueId": str(found.id),
            "issueKey": found.key,
            "requestTypeId": "1",
            "serviceDeskId": "1",
            "reporter": call.shapes.user(found.reporter),
            "summary": raw.parse(found.fields.get("summary", NULL)),
            "currentStatus": {"status": found.status.name if found.status else None},
            "channel": channel.get("value"),
            "_links": {"self": f"{call.site.url}/rest/servicedeskapi/request/{found.id}"},
        }
    )
