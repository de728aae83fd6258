"""What both products answer alike: who, what fields and statuses, single issues, comments, permissions, properties."""

import re
from typing import Any

from vcjira.demo import bodies, fields, raw, times
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import Comment, Named

PERMISSIONS = {
    "BROWSE_PROJECTS": ("10", "Browse Projects", "PROJECT"),
    "EDIT_ISSUES": ("12", "Edit Issues", "PROJECT"),
    "ADMINISTER_PROJECTS": ("23", "Administer Projects", "PROJECT"),
    "ADMINISTER": ("0", "Administer Jira", "GLOBAL"),
    "BULK_CHANGE": ("33", "Bulk Change", "GLOBAL"),
    "USER_PICKER": ("27", "Browse users and groups", "GLOBAL"),
    "SERVICEDESK_AGENT": ("-1", "Service Project Agent", "PROJECT"),
}


def server_info(call: Call) -> Answer:
    """Answers strangers too."""
    cloud = call.site.product == "cloud"
    version = "1001.0.0-SNAPSHOT" if cloud else "10.3.24"
    return json_answer(
        {
            "baseUrl": call.site.url,
            "version": version,
            "versionNumbers": [1001, 0, 0] if cloud else [10, 3, 24],
            "deploymentType": "Cloud" if cloud else "Server",
            "buildNumber": 100_300 if cloud else 10_030_024,
            "buildDate": "2026-10-01T00:00:00.000+0000",
            "serverTime": times.iso(call.site.store.now_ms, call.shapes.zone),
            "scmInfo": "0" * 40,
            "serverTitle": "Embedded Jira",
        }
    )


def myself(call: Call) -> Answer:
    shown = call.shapes.person(call.known())
    return json_answer({**shown, "timeZone": call.shapes.zone_name, "locale": "en_US"})


def field(call: Call) -> Answer:
    return json_answer(fields.catalogue(call.site.store))


def statuses(call: Call) -> Answer:
    return _values(call, "status")


def priorities(call: Call) -> Answer:
    return _values(call, "priority")


def resolutions(call: Call) -> Answer:
    return _values(call, "resolution")


def issue_types(call: Call) -> Answer:
    return _values(call, "type")


def _values(call: Call, kind: str) -> Answer:
    call.known()
    return json_answer([_with_self(call, kind, value) for value in call.site.store.named(kind).values()])


def _with_self(call: Call, kind: str, value: Named) -> dict[str, Any]:
    shown: dict[str, Any] = raw.parse(value.raw)
    return {"self": f"{call.shapes.rest}/{kind}/{value.id}", **shown}


def project(call: Call) -> Answer:
    found = call.site.store.project(call.path["project"])
    if found is None or call.me is None or not call.site.browses(found.key):
        raise Refusal(404, f"No project could be found with key '{call.path['project']}'.")
    return json_answer(call.shapes.project(found))


def permissions(call: Call) -> Answer:
    """`mypermissions`: those asked for; Data Center gives all that it knows."""
    project_key = _project_asked(call)
    asked = call.listed("permissions")
    if call.site.product == "cloud" and not asked:
        raise Refusal(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in PERMISSIONS]
    if unknown:
        raise Refusal(400, f"Unrecognized permission: {unknown[0]}")
    shown = {}
    for name in asked or PERMISSIONS:
        number, title, kind = PERMISSIONS[name]
        have = call.me is not None and call.site.has(name, project_key if kind == "PROJECT" else None)
        shown[name] = {
            "id": number,
            "key": name,
            "name": title,
            "type": kind,
            "description": title,
            "havePermission": have,
        }
    return json_answer({"permissions": shown})


def _project_asked(call: Call) -> str | None:
    name = call.query.get("projectKey") or call.query.get("projectId")
    issue = call.query.get("issueKey") or call.query.get("issueId")
    if issue:
        found = call.site.store.find(issue)
        if found is None or not call.site.sees(call.me, found):
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return found.project.key
    if name is None:
        return None
    project = call.site.store.project(name)
    if project is None or not call.site.browses(project.key):
        raise Refusal(404, f"No project could be found with key '{name}'.")
    return project.key


def issue(call: Call) -> Answer:
    found = call.issue()
    expand = call.listed("expand")
    wanted = fields.wanted(call.listed("fields"), "*all")
    shown = call.shapes.issue(
        found, wanted, histories="changelog" in expand, properties=_properties_asked(call, found.properties)
    )
    return Answer(body=shown)


def _properties_asked(call: Call, held: dict[str, Any]) -> list[str]:
    asked = call.listed("properties")
    return list(held) if "*all" in asked else asked


def changelog(call: Call) -> Answer:
    """GET `issue/{id}/changelog` (Cloud): oldest first, paged."""
    found = call.issue()
    start, size = call.number("startAt", 0), min(call.number("maxResults", 100), 100)
    page = found.histories[start : start + size]
    total = call.site.faults.history_total(found)
    return json_answer(
        {
            "self": f"{call.shapes.rest}/issue/{found.id}/changelog?startAt={start}&maxResults={size}",
            "maxResults": size,
            "startAt": start,
            "total": total,
            "isLast": start + size >= len(found.histories),
            "values": [call.shapes.history(history) for history in page],
        }
    )


def comments(call: Call) -> Answer:
    """Paged on Cloud; on Data Center all of them when `maxResults` is left out. The total is honest."""
    found = call.issue()
    listed = _ordered(found.comments, call.query.get("orderBy", "created"))
    start = call.number("startAt", 0)
    cloud = call.site.product == "cloud"
    size = call.number("maxResults", 100 if cloud else max(len(listed), 1))
    size = min(size, 100) if cloud else size
    properties = "properties" in call.listed("expand")
    start += ("skip" in call.effects) - ("duplicate" in call.effects and start > 0)
    page = listed[start : start + max(size, 0)]
    return json_answer(
        {
            "startAt": start,
            "maxResults": size,
            "total": call.site.faults.comment_total(found),
            "comments": [call.shapes.comment(found, comment, properties=properties) for comment in page],
        }
    )


def _ordered(listed: list[Comment], order: str) -> list[Comment]:
    if not re.fullmatch(r"[+-]?created", order):
        raise Refusal(400, f"The field '{order}' cannot be used to order comments.")
    return sorted(listed, key=lambda comment: comment.created or 0, reverse=order.startswith("-"))


def comment(call: Call) -> Answer:
    found = call.issue()
    for entry in found.comments:
        if entry.id == call.path["comment"]:
            return json_answer(call.shapes.comment(found, entry, properties="properties" in call.listed("expand")))
    raise Refusal(404, f"Can not find a comment for the id: {call.path['comment']}.")


def comment_list(call: Call) -> Answer:
    """POST `comment/list` (Cloud): comments by id."""
    ids = {str(entry) for entry in bodies.read(call, bodies.CommentIds).ids}
    if not 0 < len(ids) <= 1000:
        raise Refusal(400, "Between 1 and 1000 ids must be given.")
    shown = [
        call.shapes.comment(issue, entry)
        for issue in call.site.store.issues.values()
        if call.site.sees(call.me, issue)
        for entry in issue.comments
        if entry.id in ids
    ]
    return json_answer({"startAt": 0, "maxResults": 1000, "total": len(shown), "isLast": True, "values": shown})


def properties(call: Call) -> Answer:
    found = call.issue()
    base = f"{call.shapes.rest}/issue/{found.id}/properties"
    return json_answer({"keys": [{"self": f"{base}/{name}", "key": name} for name in found.properties]})


def get_property(call: Call) -> Answer:
    found = call.issue()
    name = call.path["property"]
    if name not in found.properties:
        raise Refusal(404, f"The property with key '{name}' does not exist.")
    return json_answer({"key": name, "value": found.properties[name]})
