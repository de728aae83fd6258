"""JSON of Jira, Cloud and Data Center, into the words of `model`: the last place that knows JSON.

Nothing here asks the network. What a server left out stays None; what it got wrong is never guessed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec import Raw, json

from vcjira import text
from vcjira.document import plain
from vcjira.jira import answers
from vcjira.model import Change, Comment, Issue, Link, Person
from vcjira.tracker import Worn

Json = dict[str, Any]
Entry = TypeVar("Entry", answers.History, answers.Comment)

EPOCH = datetime(1970, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
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
        return EPOCH + (when - EPOCH_UTC) if when.tzinfo else when  # to take a zone off takes longer
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        number = int(value)
        milliseconds = number if abs(number) >= MILLISECONDS_FROM else number * 1000
        if abs(milliseconds) < LATEST * 1000:
            return EPOCH + milliseconds * MILLISECOND
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
        username=None if raw.get("accountId") else raw.get("name"),
    )


def issue(
    raw: answers.Issue,
    histories: Iterable[answers.History],
    *,
    complete: bool,
    comments: Iterable[answers.Comment],
    all_comments: bool,
) -> Issue:
    """One issue; `complete` and `all_comments` say whether histories and comments were read to the end."""
    people: dict[str, Person] = {}
    status = _value(raw.raw("status"))
    readings = {"": (body := _read(raw.raw("description")))}
    return Issue(
        issue_id=str(raw.id),
        key=raw.key,
        project=project(raw),
        type=_text(_value(raw.raw("issuetype"))),
        status=_text(status),
        status_category=_text(status.get("statusCategory"), "key") if isinstance(status, dict) else None,
        priority=_text(_value(raw.raw("priority"))),
        created=time(raw, "created"),
        updated=time(raw, "updated"),
        resolved=time(raw, "resolutiondate"),
        reporter_id=_met(raw.raw("reporter"), people),
        creator_id=_met(raw.raw("creator"), people),
        assignee_id=_met(raw.raw("assignee"), people),
        parent_key=_text(_value(raw.raw("parent")), "key"),
        labels=_labels(raw),
        components=texts(_value(raw.raw("components"))),
        summary=json.decode(raw.raw("summary")),
        description_words=body.words,
        resolution=_text(_value(raw.raw("resolution"))),
        due=time(raw, "duedate"),
        forwarded_from=body.forwarded_from,
        lint=[*body.lint, *body.names],
        history_complete=complete,
        comments_complete=all_comments,
        channel=_channel(raw.properties),
        fields={
            name: kept
            for name, value in (raw.fields or {}).items()
            if value != answers.NOTHING and name not in ELSEWHERE and (kept := _kept(value)) is not None
        },
        changes=_changes(histories, people),
        comments=[_comment(comment_id, entry, people, readings) for comment_id, entry in _once(comments).items()],
        links=_links(json.decode(raw.raw("issuelinks"))),
        people=people,
        mentions={name: one.mentions for name, one in readings.items() if one.mentions},
        texts={name: one.text for name, one in readings.items()},
    )


def add_history(issue: Issue, histories: Iterable[answers.History]) -> None:
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


def _slim(value: object) -> object:
    if isinstance(value, dict):
        return {name: _slim(inner) for name, inner in value.items() if name not in NOISE and inner is not None}
    if isinstance(value, list):
        return [_slim(inner) for inner in value]
    return value[:KEPT_TEXT] if isinstance(value, str) else value


def _worth_keeping(value: object) -> object:
    return None if value in (None, [], "") else _slim(value)


_value = answers.remembered(lambda value: value)
_kept = answers.remembered(_worth_keeping)
_person = answers.remembered(person)


def time(raw: answers.Issue, name: str) -> datetime | None:
    """The moment that a field tells."""
    return moment(json.decode(raw.raw(name)))


def _labels(raw: answers.Issue) -> list[str]:
    return [str(label) for label in _value(raw.raw("labels")) or []]


def _met(raw: Raw, people: dict[str, Person]) -> str | None:
    found = _person(raw)
    if found is None:
        return None
    known = people.get(found.account_id)
    if known is None or (found.email and not known.email):
        people[found.account_id] = found
    return found.account_id


def _changes(histories: Iterable[answers.History], people: dict[str, Person]) -> list[Change]:
    changes = []
    for change_id, history in _once(histories).items():
        when = moment(history.created)
        if when is None:
            raise ValueError(f"history {change_id} has no time")
        author = _met(history.author, people)
        for number, item in enumerate(history.items or ()):
            field = str(item.field)
            values: tuple[str | None, ...] = (None,) * 4
            if field.lower() not in BODIES:
                values = (_short(item.before), _short(item.fromString), _short(item.to), _short(item.toString))
            changes.append(Change(change_id, number, when, author, field, item.fieldId, *values))
    return changes


def _short(value: object) -> str | None:
    return None if value is None else str(value)[:KEPT_TEXT]


def _once(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by id: Jira repeats them across pages (JRACLOUD-94906)."""
    return {str(entry.id): entry for entry in entries}


def _read(raw: Raw) -> text.Reading:
    body, mentioned = plain(raw)
    found = text.read(body)
    if mentioned:
        found.mentions = list(dict.fromkeys([*mentioned, *found.mentions]))
    return found


def _comment(
    comment_id: str, raw: answers.Comment, people: dict[str, Person], readings: dict[str, text.Reading]
) -> Comment:
    created = moment(raw.created)
    if created is None:
        raise ValueError(f"comment {comment_id} has no time")
    body = readings[comment_id] = _read(raw.body)
    return Comment(
        comment_id=comment_id,
        created=created,
        author_id=_met(raw.author, people),
        public=_public(raw),
        words=body.words,
        question=body.question,
        digest=body.digest,
        lint=body.lint,
    )


def _public(raw: answers.Comment) -> bool | None:
    """`jsdPublic` on Cloud, the property `sd.public.comment` on Data Center, else a role restriction, else None."""
    if raw.visibility:
        return False
    if isinstance(raw.jsdPublic, bool):
        return raw.jsdPublic
    for entry in raw.properties or []:
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


def project(raw: answers.Issue) -> str:
    """The project key of a raw issue, from the field where it is there, else from the issue key."""
    return _text(_value(raw.raw("project")), "key") or raw.key.rpartition("-")[0]


def worn(raw: answers.Issue) -> Worn:
    return Worn(raw.key, tuple(_labels(raw)), time(raw, "updated"))


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
