"""An issue's way over HTTP: created, moved on through its statuses, talked about again, moved away, deleted."""

from typing import Any

from vcjira.demo import bodies, raw
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import Comment, Issue, Named, Project
from vcjira.demo.writes import PLAIN, editable, label, labels_of, name_of, well_formed, within_limits

PEOPLE = ("assignee", "reporter")


def create(call: Call) -> Answer:
    """POST `issue`: in a project that is there; its reporter is the caller unless somebody else is named."""
    me = call.known()
    given = bodies.read(call, bodies.New).fields
    home = _project(call, given.get("project"))
    if not given.get("summary"):
        raise Refusal(400, errors={"summary": "You must specify a summary of the issue."})
    kind = name_of_value(given.get("issuetype"))
    if kind is None:
        raise Refusal(400, errors={"issuetype": "Specify an issue type"})
    people = {name: _person(call, name, given.get(name)) for name in PEOPLE}
    well_formed(given)
    known = PLAIN | {"parent"} | set(call.site.store.custom)
    issue = call.site.store.create(
        home.key,
        str(given["summary"]),
        issue_type=_type(call, kind),
        reporter=people["reporter"] or me,
        creator=me,
        assignee=people["assignee"],
        labels=[label(name) for name in labels_of(given.get("labels"))],
        fields={name: value for name, value in given.items() if name in known and name != "summary"},
    )
    return json_answer({"id": str(issue.id), "key": issue.key, "self": f"{call.shapes.rest}/issue/{issue.id}"}, 201)


def _project(call: Call, value: Any) -> Project:
    name = (value.get("id") or value.get("key")) if isinstance(value, dict) else None
    found = call.site.store.project(str(name)) if name else None
    if found is None or not call.site.shows(call.me, found.key) or not call.site.edits(found.key):
        raise Refusal(400, errors={"project": "Specify a valid project ID or key"})
    return found


def name_of_value(value: Any) -> str | None:
    """What a request calls a value by: its id, else its name."""
    return str(value.get("id") or value.get("name") or "") or None if isinstance(value, dict) else None


def _type(call: Call, name: str) -> str:
    """The name of the issue type; a new one by its name, never by an id."""
    for value in call.site.store.named("type").values():
        if name == value.id or name.lower() == value.lower:
            return value.name
    if name.isdigit():
        raise Refusal(400, errors={"issuetype": "Specify a valid issue type"})
    return name


def _person(call: Call, field: str, value: Any) -> str | None:
    name = name_of(value)
    if name is not None and call.site.store.directory.find(name) is None:
        raise Refusal(400, errors={field: f"Specify a valid value for {field}"})
    return name


def delete(call: Call) -> Answer:
    """DELETE `issue/{id}`: for good."""
    call.site.store.delete(editable(call).id)
    return Answer(204)


def transitions(call: Call) -> Answer:
    """GET `issue/{id}/transitions`: to every status that there is but its own."""
    found = call.issue()
    shown = [_transition(call, status) for status in call.site.store.named("status").values() if _leads(found, status)]
    return json_answer({"expand": "transitions", "transitions": shown})


def _leads(issue: Issue, status: Named) -> bool:
    return issue.status is None or issue.status.lower != status.lower


def _transition(call: Call, status: Named) -> dict[str, Any]:
    to = {"self": f"{call.shapes.rest}/status/{status.id}", **raw.parse(status.raw)}
    return {"id": status.id, "name": status.name, "to": to}


def transition(call: Call) -> Answer:
    """POST `issue/{id}/transitions`; into category done with a resolution."""
    found = editable(call)
    asked = bodies.read(call, bodies.Transition)
    wish = asked.transition.text
    target = next((value for value in call.site.store.named("status").values() if value.id == wish), None)
    if target is None or not _leads(found, target):
        raise Refusal(400, f"It seems that you have tried to perform an illegal workflow operation ({wish}).")
    within_limits(call, found)
    resolution = asked.fields.resolution if asked.fields else None
    call.site.store.transition(found.id, target, call.me, resolution.name if resolution else None)
    return Answer(204)


def edit_comment(call: Call) -> Answer:
    """PUT `issue/{id}/comment/{id}`."""
    found, _ = _comment(call)
    body = bodies.read(call, bodies.Said).body
    if not body:
        raise Refusal(400, errors={"comment": "Comment body can not be empty!"})
    within_limits(call, found)
    call.site.store.edit_comment(found.id, call.path["comment"], body, call.me)
    return json_answer(call.shapes.comment(found, _comment(call)[1]))


def delete_comment(call: Call) -> Answer:
    """DELETE `issue/{id}/comment/{id}`: leaves a history."""
    found, comment = _comment(call)
    within_limits(call, found)
    call.site.store.delete_comment(found.id, comment.id, call.me)
    return Answer(204)


def _comment(call: Call) -> tuple[Issue, Comment]:
    found = editable(call)
    for comment in found.comments:
        if comment.id == call.path["comment"]:
            return found, comment
    raise Refusal(404, f"Can not find a comment for the id: {call.path['comment']}.")


def move(call: Call) -> Answer:
    """POST `bulk/issues/move` (Cloud): to the projects of `targetToSourcesMapping`, by a task."""
    me = call.permitted("BULK_CHANGE")
    store = call.site.store
    homes: dict[int, str] = {}
    invalid = 0
    for target, sources in bodies.read(call, bodies.Move).targetToSourcesMapping.items():
        key, _, rest = str(target).partition(",")
        home = _project(call, {"key": key})
        if not rest:
            raise Refusal(400, "Each target is a project and an issue type, separated by a comma.")
        found = [store.find(str(entry)) for entry in sources.issueIdsOrKeys]
        seen = [issue.id for issue in found if issue is not None and call.site.sees(me, issue)]
        homes |= dict.fromkeys(seen, home.key)
        invalid += len(found) - len(seen)
    if not homes:
        raise Refusal(400, "At least one issue must be given.")
    task = call.site.tasks.submit(me, list(homes), lambda issue: store.move(issue.id, homes[issue.id], me), invalid)
    return json_answer({"taskId": task.id}, 201)
