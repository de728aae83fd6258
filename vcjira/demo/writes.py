"""Edits of single issues: labels and fields, comments, entity properties."""

from typing import Any

from vcjira.demo import bodies, raw
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.fields import wanted
from vcjira.demo.limits import refused
from vcjira.demo.records import Issue

LONGEST_LABEL = 255
LONGEST_PROPERTY = 32_768
PLAIN = frozenset({"summary", "description", "environment", "duedate", "components", "fixVersions", "versions"})


def edit(call: Call) -> Answer:
    """PUT `issue/{id}`: `fields` replace, `update` has verbs; never both for one field."""
    found = editable(call)
    asked = bodies.read(call, bodies.Update)
    replace, verbs = asked.fields or {}, asked.update or {}
    both = set(replace) & set(verbs)
    if both:
        name = sorted(both)[0]
        raise Refusal(400, errors={name: f"Field '{name}' cannot be both in 'fields' and 'update'."})
    _may_be_silent(call, found)
    labels = _labels(found, replace, verbs)
    values = _values(call, found, replace, verbs)
    within_limits(call, found)
    store = call.site.store
    metadata = asked.historyMetadata
    with store.lock:
        if labels is not None:
            store.set_labels(found.id, labels, call.me, metadata)
        for name in [name for name in values if name in ("assignee", "reporter", "priority")]:
            store.set_field(found.id, name, name_of(values.pop(name)), call.me)
        if values:
            store.change(found.id, values, call.me, metadata)
    if call.query.get("returnIssue") == "true" and call.site.product == "cloud":
        return Answer(body=call.shapes.issue(found, wanted([], "*all")))
    return Answer(204)


def editable(call: Call) -> Issue:
    call.known()
    found = call.issue()
    if not call.site.edits(found.project.key):
        raise Refusal(403, "You do not have permission to edit issues in this project.")
    return found


def _may_be_silent(call: Call, found: Issue) -> None:
    """Without an administrator's right, Data Center refuses `notifyUsers=false`; Cloud ignores it."""
    text = call.query.get("notifyUsers")
    if text is None or text == "true":
        return
    if text != "false" and call.site.product == "datacenter":
        raise Refusal(403, "You do not have permissions to disable notifications.")
    admin = call.site.has("ADMINISTER", None) or call.site.has("ADMINISTER_PROJECTS", found.project.key)
    if not admin and call.site.product == "datacenter":
        raise Refusal(403, "To discard the user notification either admin or project admin permissions are required.")


def within_limits(call: Call, found: Issue) -> None:
    """Cloud: so many writes to one issue, whatever they write."""
    if call.site.product != "cloud" or not call.site.faults.per_issue:
        return
    wait = call.site.per_issue.over(found.id)
    if wait:
        told = refused(wait, "jira-per-issue-on-write")
        raise Refusal(429, "Rate limit exceeded: too many writes to this issue.", headers=told)


def _labels(found: Issue, replace: dict[str, Any], verbs: dict[str, Any]) -> list[str] | None:
    """The labels as they shall be; None when the request does not speak of them."""
    if "labels" in replace:
        return [label(name) for name in labels_of(replace["labels"])]
    if "labels" not in verbs:
        return None
    labels = list(found.labels)
    for step in verbs["labels"]:
        if not isinstance(step, dict) or len(step) != 1:
            raise Refusal(400, errors={"labels": "One of 'set', 'add', 'remove' is expected."})
        ((verb, value),) = step.items()
        if verb == "set":
            labels = [label(name) for name in labels_of(value)]
        elif verb == "add":
            labels += [name for name in [label(value)] if name not in labels]
        elif verb == "remove":
            labels = [name for name in labels if name != value]
        else:
            raise Refusal(400, errors={"labels": f"Operation '{verb}' is not supported."})
    return labels


def labels_of(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise Refusal(400, errors={"labels": "The value of labels must be a list."})
    return value or []


def label(name: Any) -> str:
    """A label as Jira takes it; 400 with Jira's words otherwise."""
    if not isinstance(name, str) or not name:
        raise Refusal(400, errors={"labels": "Labels must be text."})
    if any(character.isspace() for character in name):
        raise Refusal(400, errors={"labels": f"The label '{name}' contains spaces which is invalid."})
    if len(name) > LONGEST_LABEL:
        raise Refusal(400, errors={"labels": f"The label '{name[:20]}...' exceeds {LONGEST_LABEL} characters."})
    return name


def _values(call: Call, found: Issue, replace: dict[str, Any], verbs: dict[str, Any]) -> dict[str, Any]:
    """Other fields: their new values; 400 for a field that does not exist."""
    values = {name: value for name, value in replace.items() if name != "labels"}
    for name, steps in verbs.items():
        if name != "labels" and steps and isinstance(steps[-1], dict) and "set" in steps[-1]:
            values[name] = steps[-1]["set"]
    well_formed(values)
    known = PLAIN | {"assignee", "reporter", "priority"} | set(call.site.store.custom) | set(found.fields)
    for name in values:
        if name not in known:
            message = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            raise Refusal(400, errors={name: message})
    for name in ("assignee", "reporter"):
        if values.get(name) is not None and call.site.store.directory.find(name_of(values[name])) is None:
            raise Refusal(400, errors={name: "Specify a valid value for " + name})
    return values


def well_formed(values: dict[str, Any]) -> None:
    """Texts are texts, components name something; other values may be anything."""
    for name in ("summary", "duedate"):
        if not isinstance(values.get(name), str | None):
            raise Refusal(400, errors={name: "Operation value must be a string"})
    parts = values.get("components") or []
    if not isinstance(parts, list) or not all(
        isinstance(part, dict) and isinstance(part.get("name"), str) for part in parts
    ):
        raise Refusal(400, errors={"components": "Component name must be given."})


def name_of(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("accountId") or value.get("key") or value.get("name")
    return str(value) if value else None


def assign(call: Call) -> Answer:
    """PUT `issue/{id}/assignee`."""
    found = editable(call)
    name = name_of(call.body)
    if name is not None and call.site.store.directory.find(name) is None:
        raise Refusal(400, errors={"assignee": "Specify a valid value for assignee"})
    within_limits(call, found)
    call.site.store.assign(found.id, name, call.me)
    return Answer(204)


def add_comment(call: Call) -> Answer:
    """POST `issue/{id}/comment`; visible to the customer unless `sd.public.comment` says internal."""
    call.known()
    found = call.issue()
    asked = bodies.read(call, bodies.Said)
    body = asked.body
    if not body:
        raise Refusal(400, errors={"comment": "Comment body can not be empty!"})
    told = [entry.value for entry in asked.properties or [] if entry.key == "sd.public.comment"]
    internal = told[0].get("internal") if told and isinstance(told[0], dict) else None
    public = None if internal is None else str(internal).lower() != "true"
    within_limits(call, found)
    said = call.site.store.comment(found.id, "", call.me, public=public)
    said.body = raw.raw(body)
    return json_answer(call.shapes.comment(found, said), 201)


def put_property(call: Call) -> Answer:
    """201 the first time, 200 afterwards; `updated` stays."""
    found = editable(call)
    name = call.path["property"]
    if len(name) > 255:
        raise Refusal(400, "The property key cannot be longer than 255 characters.")
    if call.body is None:
        raise Refusal(400, "The property value must be a valid, non-empty JSON value.")
    if len(raw.encoded(call.body).decode()) > LONGEST_PROPERTY:
        raise Refusal(400, f"The property value cannot be longer than {LONGEST_PROPERTY} characters.")
    within_limits(call, found)
    fresh = name not in found.properties
    call.site.store.set_property(found.id, name, call.body)
    return Answer(201 if fresh else 200)


def delete_property(call: Call) -> Answer:
    found = editable(call)
    if call.path["property"] not in found.properties:
        raise Refusal(404, f"The property with key '{call.path['property']}' does not exist.")
    call.site.store.set_property(found.id, call.path["property"], None)
    return Answer(204)
