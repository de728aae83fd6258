"""Which fields there are and what a request for `*all,-comment` means."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Raw, Struct

from vcjira.demo import raw
from vcjira.demo.records import NULL
from vcjira.demo.shelf import Shelf

Json = dict[str, Any]

SYSTEM = {
    "summary": ("Summary", "string"),
    "issuetype": ("Issue Type", "issuetype"),
    "project": ("Project", "project"),
    "status": ("Status", "status"),
    "priority": ("Priority", "priority"),
    "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "reporter": ("Reporter", "user"),
    "creator": ("Creator", "user"),
    "assignee": ("Assignee", "user"),
    "labels": ("Labels", "array:string"),
    "components": ("Components", "array:component"),
    "fixVersions": ("Fix versions", "array:version"),
    "versions": ("Affects versions", "array:version"),
    "description": ("Description", "string"),
    "environment": ("Environment", "string"),
    "duedate": ("Due date", "date"),
    "parent": ("Parent", "issuelink"),
    "subtasks": ("Sub-tasks", "array:issuelinks"),
    "issuelinks": ("Linked Issues", "array:issuelinks"),
    "attachment": ("Attachment", "array:attachment"),
    "comment": ("Comment", "comments-page"),
    "worklog": ("Log Work", "array:worklog"),
    "votes": ("Votes", "votes"),
    "watches": ("Watchers", "watches"),
    "timetracking": ("Time tracking", "timetracking"),
    "security": ("Security Level", "securitylevel"),
    "workratio": ("Work Ratio", "number"),
}
UNSEEN = frozenset({"comment", "worklog", "attachment"})
"""Not in `*navigable`."""
COMPUTED = (
    "issuetype",
    "project",
    "status",
    "priority",
    "resolution",
    "resolutiondate",
    "created",
    "updated",
    "reporter",
    "creator",
    "assignee",
    "labels",
    "comment",
)
"""Fields that an issue holds in members of its own."""
SINGLE = frozenset({"id", "key", *SYSTEM}) - UNSEEN - {"description", "environment", "issuelinks", "subtasks"}
"""Fields so cheap that a search page may be large."""


class Wanted(Struct, frozen=True):
    """A resolved field list: everything or some, less what is excluded."""

    everything: bool
    navigable: bool
    names: frozenset[str]
    without: frozenset[str]

    def __call__(self, name: str) -> bool:
        if name in self.without:
            return False
        return self.everything or name in self.names or (self.navigable and name not in UNSEEN)

    @property
    def only_ids(self) -> bool:
        return not (self.everything or self.navigable or self.names - {"id", "key"})

    @property
    def small(self) -> bool:
        """Few single-valued fields: a page of thousands is possible."""
        return not self.everything and not self.navigable and self.names <= SINGLE and len(self.names) <= 6


def wanted(fields: Sequence[str], default: str) -> Wanted:
    """`fields` as requests write them: repeated, comma-separated, `*all`, `*navigable`, `-field`."""
    names = [name.strip() for entry in fields for name in entry.split(",") if name.strip()]
    return _wanted(tuple(names), default)


@lru_cache(512)
def _wanted(names: tuple[str, ...], default: str) -> Wanted:
    minus = frozenset(name[1:] for name in names if name.startswith("-"))
    plus = [name for name in names if not name.startswith("-")] or [default]
    stars = {"*all", "*navigable"}
    return Wanted("*all" in plus, "*navigable" in plus, frozenset(plus) - stars, minus)


def catalogue(shelf: Shelf) -> list[Json]:
    """All fields, as `/field` lists them: the system's and the custom ones that occur."""
    entries = [_system(name, shown, kind) for name, (shown, kind) in SYSTEM.items()]
    return entries + [shelf.custom[name] for name in sorted(shelf.custom)]


def _system(name: str, shown: str, kind: str) -> Json:
    head, _, items = kind.partition(":")
    schema = {"type": head, "system": name} | ({"items": items} if items else {})
    return {
        "id": name,
        "key": name,
        "name": shown,
        "custom": False,
        "orderable": name not in ("created", "updated", "status", "project"),
        "navigable": name not in UNSEEN,
        "searchable": True,
        "clauseNames": [name],
        "schema": schema,
    }


def custom(name: str, shown: str, kind: str, schema: str, items: str | None = None) -> Json:
    """A custom field's entry."""
    number = name.rpartition("_")[2]
    told: Json = {"type": kind, "custom": schema, "customId": int(number)}
    return {
        "id": name,
        "key": name,
        "name": shown,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number}]", shown],
        "schema": told | ({"items": items} if items else {}),
    }


def infer(shelf: Shelf) -> None:
    """Fill in the custom fields that occur in loaded issues, by looking at their values."""
    open_: dict[str, Raw] = {}
    for issue in shelf.issues.values():
        for name, value in issue.fields.items():
            if name.startswith("customfield_") and name not in shelf.custom and open_.get(name, NULL) == NULL:
                open_[name] = value
    for name, value in open_.items():
        if name.rpartition("_")[2].isdigit():
            shelf.custom[name] = custom(name, *_guess(name, raw.parse(value)))


KIT = "com.atlassian.jira.plugin.system.customfieldtypes:"


def _guess(name: str, value: Any) -> tuple[str, str, str, str | None]:
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, str) and "greenhopper" in first:
        return "Sprint", "array", "com.pyxis.greenhopper.jira:gh-sprint", "json"
    if isinstance(value, str) and value.startswith("0|"):
        return "Rank", "any", "com.pyxis.greenhopper.jira:gh-lexo-rank", None
    if isinstance(value, dict) and "requestType" in value:
        return "Request Type", "sd-customerrequesttype", "com.atlassian.servicedesk:vp-origin", None
    array = isinstance(value, list)
    item, plugin = _kind(first, array)
    return name, "array" if array else item, KIT + plugin, item if array else None


def _kind(first: Any, array: bool) -> tuple[str, str]:
    if isinstance(first, dict) and ("accountId" in first or "displayName" in first):
        return "user", "multiuserpicker" if array else "userpicker"
    if isinstance(first, dict):
        return "option", "multiselect" if array else "select"
    if isinstance(first, int | float):
        return "number", "float"
    return "string", "labels" if array else "textfield"


def by_name(shelf: Shelf, name: str) -> str | None:
    """The id of a custom field called so in JQL: its name, `cf[10001]` or `customfield_10001`."""
    low = name.lower()
    if low.startswith("cf[") and low.endswith("]"):
        low = f"customfield_{low[3:-1]}"
    for field_id, entry in shelf.custom.items():
        if low in (field_id, str(entry["name"]).lower()):
            return field_id
    return None


def names(shelf: Shelf, used: Iterable[str]) -> dict[str, str]:
    """`expand=names`: what the fields are called."""
    return {
        name: str(shelf.custom[name]["name"]) if name in shelf.custom else SYSTEM.get(name, (name,))[0] for name in used
    }
