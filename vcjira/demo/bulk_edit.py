"""Cloud's bulk writes: labels of up to 1,000 issues by a task, entity properties of up to 100 issues."""

import msgspec

from vcjira.demo import bodies, raw
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import Issue
from vcjira.demo.tasks import Change
from vcjira.demo.writes import label

MOST = 1_000
MOST_MULTI = 100
OPTIONS = ("ADD", "REMOVE", "REPLACE", "REMOVE_ALL")


def submit(call: Call) -> Answer:
    """POST `bulk/issues/fields`: 201 with a task id; the work is done later."""
    me = call.permitted("BULK_CHANGE")
    asked = bodies.read(call, bodies.BulkEdit)
    change = _change(call, asked)
    ids = list(dict.fromkeys(str(entry) for entry in asked.selectedIssueIdsOrKeys))
    if not 0 < len(ids) <= MOST:
        return _wrong(f"Between 1 and {MOST} issues can be edited at once.")
    busy = call.site.faults.bulk_busy
    if busy is not None and len(call.site.tasks.open) >= busy:
        raise Refusal(429, "Too many bulk operations are running.", headers={"Retry-After": "1"})
    found = [call.site.store.find(entry) for entry in ids]
    seen = [issue.id for issue in found if issue is not None and call.site.sees(call.me, issue)]
    task = call.site.tasks.submit(me, seen, change, invalid=len(ids) - len(seen))
    return json_answer({"taskId": task.id}, 201)


def _wrong(message: str) -> Answer:
    return json_answer({"errors": [{"message": message}]}, 400)


def _change(call: Call, asked: bodies.BulkEdit) -> Change:
    """What the task does to each issue. Of the many fields that Jira can edit so, labels are understood here."""
    try:
        steps = msgspec.convert(asked.editedFieldsInput, type=bodies.EditedLabels).labelsFields
    except msgspec.ValidationError as error:
        raise Refusal(400, f"Only labels can be edited in bulk here: {error}") from None
    if asked.selectedActions != ["labels"] or len(steps) != 1:
        raise Refusal(400, "The following editedFieldInput values are not listed as selectedActions, or not supported.")
    option = steps[0].bulkEditMultiSelectFieldOption
    if option not in OPTIONS or steps[0].fieldId != "labels":
        raise Refusal(400, f"bulkEditMultiSelectFieldOption must be one of {', '.join(OPTIONS)}.")
    labels = [label(entry.name) for entry in steps[0].labels or []]
    store, me = call.site.store, call.me

    def edit(issue: Issue) -> None:
        if option == "ADD":
            store.edit_labels(issue.id, labels, (), me)
        elif option == "REMOVE":
            store.edit_labels(issue.id, (), labels, me)
        else:
            store.set_labels(issue.id, labels if option == "REPLACE" else (), me)

    return edit


def progress(call: Call) -> Answer:
    """GET `bulk/queue/{taskId}`."""
    call.known()
    task = call.site.tasks.tasks.get(call.path["task"])
    if task is None:
        return _wrong("The task associated with this taskId is not a bulk operation task.")
    with call.site.store.lock:
        return json_answer(task.progress())


def properties_of_many(call: Call) -> Answer:
    """POST `issue/properties/multi`: at once here, where the real one answers 303 and works on."""
    call.known()
    entries = bodies.read(call, bodies.Many).issues
    if not 0 < len(entries) <= MOST_MULTI:
        raise Refusal(400, f"Between 1 and {MOST_MULTI} issues can be given.")
    for entry in entries:
        found = call.site.store.find(entry.issueID)
        if found is not None and call.site.sees(call.me, found) and call.site.edits(found.project.key):
            for name, value in (entry.properties or {}).items():
                call.site.store.set_property(found.id, name, value)
    return Answer(303, headers={"Location": f"{call.shapes.rest}/task/{len(entries)}"})


def properties_alike(call: Call) -> Answer:
    """POST `issue/properties`: the same properties for up to 10,000 issues."""
    call.known()
    asked = bodies.read(call, bodies.Alike)
    ids, values = asked.entitiesIds, asked.properties
    if not 0 < len(ids) <= 10_000 or not 0 < len(values) <= 10:
        raise Refusal(400, "Between 1 and 10000 issues and between 1 and 10 properties can be given.")
    for issue_id in ids:
        found = call.site.store.find(issue_id)
        if found is None or not call.site.edits(found.project.key):
            raise Refusal(400, f"The issue {issue_id} does not exist or cannot be edited.")
    for issue_id in ids:
        for name, value in values.items():
            call.site.store.set_property(issue_id, name, value)
    return Answer(303, headers={"Location": f"{call.shapes.rest}/task/1"})


def task(call: Call) -> Answer:
    """GET `task/{id}`: the property writes are done by the time anybody asks."""
    call.known()
    url = f"{call.shapes.rest}/task/{call.path['task']}"
    now = call.site.store.now_ms
    told = {"self": url, "id": call.path["task"], "status": "COMPLETE", "progress": 100, "submittedBy": 10_000}
    times = {"submitted": now, "started": now, "finished": now, "lastUpdate": now, "elapsedRuntime": 1}
    return Answer(body=raw.encoded({**told, **times, "description": "Set issue properties"}))
