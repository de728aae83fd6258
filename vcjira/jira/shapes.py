"""JSON of Jira, Cloud and Data Center, into the words of `model`: the last place that knows JSON.

Nothing here asks the network. What a server left out stays None; what it got wrong is never guessed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from vcjira import text
from vcjira.model import Change, Comment, Issue, Link, Person
from vcjira.tracker import Worn

Json = dict[str, Any]

MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are epoch milliseconds: as seconds they would lie after the year 5138."""
LATEST = 7_258_118_400
"""The year 2200 in epoch seconds: what lies beyond is no time but some other number."""
KEPT_TEXT = 1_000
"""Longest text kept of a custom field; nobody maps a longer one."""
BODIES = frozenset({"description", "environment", "comment"})
"""Fields whose history items carry whole texts; those are not kept."""
ELSEWHERE = BODIES | {
    "summary", "reporter", "creator", "assignee", "labels", "created", "updated", "issuelinks", "worklog",
    "attachment", "votes", "watches", "subtasks", "timetracking", "progress", "aggregateprogress", "workratio",
    "lastViewed", "thumbnail", "statuscategorychangedate",
}  # fmt: skip
"""Fields that have a place of their own in the mirror, or that nobody derives anything from."""
NOISE = frozenset({"self", "avatarUrls", "iconUrl", "avatarId", "timeZone", "locale", "expand", "description"})


def moment(value: object) -> datetime | None:
    """ISO 8601, epoch seconds or epoch milliseconds -> naive UTC; ValueError for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.endswith("+0000"):  # as nearly all are: three times as fast
        when = datetime.fromisoformat(value[:-5])
        if when.tzinfo is None:
            return when
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        when = datetime.fromisoformat(value)
        return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when
    if isinstance(value, int | str) and not isinstance(value, bool):
        number = int(value)
        seconds = number / 1000 if abs(number) >= MILLISECONDS_FROM else float(number)
        if abs(seconds) < LATEST:
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    raise ValueError(f"not a time: {value!r}")


def person(raw: object) -> Person | None:
    """A user in either shape; None for nobody, and for the stand-in that Jira shows while it cannot tell."""
    if not isinstance(raw, dict):
        return None
    account = raw.get("accountId") or raw.get("key") or raw.get("name")
    if not account or account == "unknown":
        return None
    return Person(
        account_id=str(account),
        name=raw.get("displayName"),
        email=raw.get("emailAddress") or None,
        account_type=raw.get("accountType"),
        active=raw.get("active"),
    )


def issue(raw: Json, histories: Iterable[Json], *, complete: bool, comments: list[Json], all_comments: bool) -> Issue:
    """One issue; `complete` and `all_comments` say whether histories and comments were read to the end."""
    fields: Json = raw.get("fields") or {}
    people: dict[str, Person] = {}
    key = str(raw["key"])
    status = fields.get("status")
    body = text.read(fields.get("description"))
    bodies = {"": body.text}
    return Issue(
        issue_id=str(raw["id"]),
        key=key,
        project=project(raw),
        type=_text(fields.get("issuetype")),
        status=_text(status),
        status_category=_text(status.get("statusCategory"), "key") if isinstance(status, dict) else None,
        priority=_text(fields.get("priority")),
        created=moment(fields.get("created")),
        updated=moment(fields.get("updated")),
        resolved=moment(fields.get("resolutiondate")),
        reporter_id=_met(fields.get("reporter"), people),
        creator_id=_met(fields.get("creator"), people),
        assignee_id=_met(fields.get("assignee"), people),
        parent_key=_text(fields.get("parent"), "key"),
        labels=[str(label) for label in fields.get("labels") or []],
        components=texts(fields.get("components")),
        summary=fields.get("summary"),
        description_words=body.words,
        resolution=_text(fields.get("resolution")),
        due=moment(fields.get("duedate")),
        forwarded_from=body.forwarded_from,
        lint=[*body.lint, *body.names],
        history_complete=complete,
        comments_complete=all_comments,
        channel=_channel(raw.get("properties")),
        fields={
            name: _slim(value)
            for name, value in fields.items()
            if value not in (None, [], "") and name not in ELSEWHERE
        },
        changes=_changes(histories, people),
        comments=[_comment(entry, people, bodies) for entry in _once(comments)],
        links=_links(fields.get("issuelinks")),
        people=people,
        texts=bodies,
    )


def add_history(issue: Issue, histories: Iterable[Json]) -> None:
    """Give an issue its history, where that came later."""
    issue.changes = _changes(histories, issue.people)


def texts(value: object) -> list[str]:
    """The words a person would read in a field's value: a text, an option, a user, or a list of these."""
    if isinstance(value, list):
        return [word for entry in value for word in texts(entry)]
    if isinstance(value, dict):
        inner = value.get("requestType")
        named: Json = inner if isinstance(inner, dict) else value
        for name in ("name", "value", "title", "displayName", "key"):
            if isinstance(named.get(name), str) and named[name]:
                return [named[name]]
        return []
    if value is None or value == "":
        return []
    return [str(value)]


def _text(value: object, name: str = "name") -> str | None:
    if isinstance(value, dict):
        found = value.get(name)
        return None if found is None else str(found)
    return value if isinstance(value, str) and value else None


def _met(raw: object, people: dict[str, Person]) -> str | None:
    found = person(raw)
    if found is None:
        return None
    known = people.get(found.account_id)
    if known is None or (found.email and not known.email):
        people[found.account_id] = found
    return found.account_id


def _changes(histories: Iterable[Json], people: dict[str, Person]) -> list[Change]:
    changes = []
    for history in _once(histories):
        when = moment(history.get("created"))
        if when is None:
            raise ValueError(f"history {history.get('id')} has no time")
        author = _met(history.get("author"), people)
        for number, item in enumerate(history.get("items") or []):
            bodies = str(item.get("field", "")).lower() in BODIES
            changes.append(
                Change(
                    change_id=str(history["id"]),
                    item=number,
                    changed=when,
                    author_id=author,
                    field=str(item.get("field", "")),
                    field_id=item.get("fieldId"),
                    from_value=None if bodies else _value(item.get("from")),
                    from_text=None if bodies else _value(item.get("fromString")),
                    to_value=None if bodies else _value(item.get("to")),
                    to_text=None if bodies else _value(item.get("toString")),
                )
            )
    return changes


def _value(value: object) -> str | None:
    if value is None:
        return None
    return str(value)[:KEPT_TEXT]


def _once(entries: Iterable[Json]) -> list[Json]:
    """Entries without those whose id was there before: Jira repeats them across pages (JRACLOUD-94906)."""
    return list({str(entry["id"]): entry for entry in entries}.values())


def _comment(raw: Json, people: dict[str, Person], bodies: dict[str, str]) -> Comment:
    created = moment(raw.get("created"))
    if created is None:
        raise ValueError(f"comment {raw.get('id')} has no time")
    body = text.read(raw.get("body"))
    bodies[str(raw["id"])] = body.text
    return Comment(
        comment_id=str(raw["id"]),
        created=created,
        author_id=_met(raw.get("author"), people),
        public=_public(raw),
        words=body.words,
        question=body.question,
        digest=body.digest,
        lint=body.lint,
    )


def _public(raw: Json) -> bool | None:
    """`jsdPublic` on Cloud, the property `sd.public.comment` on Data Center, else a role restriction, else None."""
    if raw.get("visibility"):
        return False
    if isinstance(raw.get("jsdPublic"), bool):
        return bool(raw["jsdPublic"])
    for entry in raw.get("properties") or []:
        if entry.get("key") == "sd.public.comment" and isinstance(entry.get("value"), dict):
            return str(entry["value"].get("internal")).lower() != "true"
    return None


def _links(raw: object) -> list[Link]:
    links = []
    for entry in raw if isinstance(raw, list) else []:
        kind = _text(entry.get("type")) or ""
        for name, direction in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
            other = _text(entry.get(name), "key")
            if other:
                links.append(
                    Link(other_key=other, type=kind, direction="inward" if direction == "inward" else "outward")
                )
    return links


def _channel(properties: object) -> str | None:
    found = properties.get("request.channel.type") if isinstance(properties, dict) else None
    if isinstance(found, dict):
        found = found.get("value")
    return found if isinstance(found, str) else None


def _slim(value: object) -> object:
    if isinstance(value, dict):
        return {name: _slim(inner) for name, inner in value.items() if name not in NOISE and inner is not None}
    if isinstance(value, list):
        return [_slim(inner) for inner in value]
    return value[:KEPT_TEXT] if isinstance(value, str) else value


def project(raw: Json) -> str:
    """The project key of a raw issue, from the field where it is there, else from the issue key."""
    return _text((raw.get("fields") or {}).get("project"), "key") or str(raw["key"]).rpartition("-")[0]


def worn(raw: Json) -> Worn:
    fields: Json = raw.get("fields") or {}
    return Worn(str(raw["key"]), tuple(fields.get("labels") or ()), moment(fields.get("updated")))


def edit(add: Iterable[str], remove: Iterable[str], note: str) -> Json:
    """Body of one edit: single labels by verbs, never the whole set; the note goes into the issue's history."""
    verbs = [{"add": label} for label in add] + [{"remove": label} for label in remove]
    return {
        "update": {"labels": verbs},
        "historyMetadata": {
            "type": "vcjira:labels",
            "description": note[:255],
            "actor": {"id": "vcjira", "displayName": "vcjira", "type": "vcjira"},
        },
    }
