"""Cloud's ways of reading many issues: token-paged search, bulk reads of issues and of histories."""

import base64
import hashlib
import json
from bisect import bisect_right
from typing import Any

from vcjira.demo import bodies, fields, raw, times
from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.fields import Wanted
from vcjira.demo.records import History, Issue
from vcjira.demo.shapes import joined
from vcjira.demo.site import Found

PAGE = 50
LARGE_PAGE = 5_000
SMALL_PAGE = 100
BULK = 100
LARGE_BULK = 1_000
MOST_ORDERS = 7
HISTORIES = 1_000
MOST_HISTORIES = 10_000
MULTI_VALUED = frozenset({"comment", "worklog", "attachment"})
HEAVY = frozenset({"changelog", "editmeta", "operations", "renderedFields", "transitions", "versionedRepresentations"})


def search(call: Call) -> Answer:
    """GET and POST `search/jql`."""
    asked = _asked(call)
    found = _bounded(call, asked["jql"], archived=asked["archived"])
    wanted = fields.wanted(asked["fields"], "id")
    digest = hashlib.sha256(json.dumps([asked["jql"], sorted(asked["fields"])]).encode()).hexdigest()[:16]
    start = _start(call, found, asked["token"], digest)
    start += ("skip" in call.effects) - ("duplicate" in call.effects and start > 0)
    most = LARGE_PAGE if wanted.only_ids or wanted.small else SMALL_PAGE
    size = max(1, min(asked["size"], most))
    if "short_page" in call.effects:
        size = max(1, size // 2)
    page = found.issues[start : start + size]
    page += _reconciled(call, asked["reconcile"], found) if asked["token"] is None else []
    head: dict[str, Any] = {"isLast": start + size >= len(found.issues)}
    if not head["isLast"]:
        token = _token(call, digest, found, start + size, page[-1])
        head["nextPageToken"] = asked["token"] if "repeat_token" in call.effects and asked["token"] else token
    if "warning" in call.effects:
        head["warnings"] = [{"type": "RESULT_SET_TRUNCATED", "message": "The result set was truncated."}]
    _expand(call, asked["expand"], wanted, page, head)
    shown = [_shown(call, issue, wanted, asked) for issue in page]
    return Answer(body=joined(head, "issues", shown))


def _bounded(call: Call, jql: str, *, archived: bool = False) -> Found:
    found = call.site.find(call, jql, archived=archived)
    if not found.search.bounded:
        raise Refusal(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    if len(found.search.query.order) > MOST_ORDERS:
        raise Refusal(400, f"The number of fields in the 'order by' clause exceeds {MOST_ORDERS}.")
    return found


def _asked(call: Call) -> dict[str, Any]:
    """The request's parameters, from the query of a GET or the body of a POST."""
    asked = _of_query(call) if call.body is None else bodies.read(call, bodies.Search)
    return {
        "jql": asked.jql or "",
        "token": asked.nextPageToken,
        "size": asked.maxResults or PAGE,
        "fields": asked.fields or [],
        "expand": (asked.expand or "").split(","),
        "properties": _properties(asked.properties),
        "archived": bool(asked.includeArchivedProjects),
        "reconcile": [str(entry) for entry in asked.reconcileIssues or []],
    }


def _of_query(call: Call) -> bodies.Search:
    return bodies.Search(
        jql=call.query.get("jql"),
        nextPageToken=call.query.get("nextPageToken"),
        maxResults=call.number("maxResults", PAGE),
        fields=call.listed("fields"),
        expand=call.query.get("expand"),
        properties=call.listed("properties"),
        reconcileIssues=list(call.listed("reconcileIssues")),
        includeArchivedProjects=call.query.get("includeArchivedProjects") == "true",
    )


def _properties(asked: list[str] | None) -> list[str]:
    if len(asked or []) > 5:
        raise Refusal(400, "At most 5 properties can be requested.")
    return asked or []


def _shown(call: Call, issue: Issue, wanted: Wanted, asked: dict[str, Any]) -> bytes:
    return call.shapes.issue(issue, wanted, histories="changelog" in asked["expand"], properties=asked["properties"])


def _expand(call: Call, expand: list[str], wanted: Wanted, page: list[Issue], head: dict[str, Any]) -> None:
    if "names" in expand or "schema" in expand:
        used = {name for issue in page for name in (*issue.fields, *fields.COMPUTED) if wanted(name)}
        entries = {entry["id"]: entry for entry in fields.catalogue(call.site.store)}
        if "names" in expand:
            head["names"] = fields.names(call.site.store, sorted(used))
        if "schema" in expand:
            head["schema"] = {name: entries[name]["schema"] for name in sorted(used) if name in entries}


def _reconciled(call: Call, ids: list[str], found: Found) -> list[Issue]:
    """Issues that the caller just changed, found whatever the index knows."""
    if len(ids) > 50:
        raise Refusal(400, "At most 50 issues can be reconciled.")
    have = {issue.id for issue in found.issues}
    fresh = (call.site.store.find(entry) for entry in ids)
    return [issue for issue in fresh if issue and issue.id not in have and found.search.match(issue)]


# tokens: the place after the last issue, as its sort values, so that a change in between shifts nothing ---------------
def _token(call: Call, digest: str, found: Found, offset: int, last: Issue) -> str:
    place = [key(last) for key, _ in found.search.order]
    told = {"q": digest, "s": found.stamp, "o": offset, "i": last.id, "k": [repr(value) for value in place]}
    told["t"] = call.site.store.now_ms
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _start(call: Call, found: Found, token: str | None, digest: str) -> int:
    if token is None:
        return 0
    try:
        told = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        same, offset, last, stamp = told["q"] == digest, int(told["o"]), int(told["i"]), told["s"]
    except (ValueError, KeyError, TypeError):
        raise Refusal(400, "The provided next page token is invalid.") from None
    if not same:
        raise Refusal(400, "The provided next page token does not belong to this query.")
    if call.site.store.now_ms - told["t"] > call.site.faults.token_seconds * 1000:
        raise Refusal(400, "The provided next page token has expired.")
    if stamp == found.stamp:
        return offset
    return _place(found, last, told["k"], offset)


def _place(found: Found, last: int, values: list[str], offset: int) -> int:
    """Where the walk goes on after something changed: behind the last issue, or where it would stand."""
    order = found.search.order
    by_id = not order or [name.lower() for name, _ in found.search.query.order] in (["id"], ["issueid"])
    if by_id:
        down = order[0][1] if order else True
        ids = [-issue.id if down else issue.id for issue in found.issues]
        return bisect_right(ids, -last if down else last)
    for place, issue in enumerate(found.issues):
        if issue.id == last and [repr(key(issue)) for key, _ in order] == values:
            return place + 1
    return min(offset, len(found.issues))


# bulk reads -----------------------------------------------------------------------------------------------------------
def bulk_issues(call: Call) -> Answer:
    """POST `issue/bulkfetch`: unknown and hidden issues are silently absent, moved ones come under their new key."""
    asked = bodies.read(call, bodies.BulkIssues)
    names, expand, properties = asked.fields or [], asked.expand or [], _properties(asked.properties)
    ids = [str(entry) for entry in asked.issueIdsOrKeys]
    most = LARGE_BULK if _light(names, expand) else BULK
    if not 0 < len(ids) <= most:
        raise Refusal(400, f"Between 1 and {most} issues can be requested.")
    wanted = fields.wanted(names, "*navigable")
    found = _visible(call, ids)
    listed = sorted(found.values(), key=lambda issue: issue.id)
    kept_back = [listed.pop()] if "withheld" in call.effects and listed else []
    shown = [
        call.shapes.issue(issue, wanted, histories="changelog" in expand, properties=properties) for issue in listed
    ]
    if "duplicate" in call.effects:
        shown += shown[-1:]
    errors = [{"id": str(issue.id), "errorMessage": "The issue could not be read. Try again."} for issue in kept_back]
    return Answer(body=joined({"issueErrors": errors}, "issues", shown))


def _light(names: list[str], expand: list[Any]) -> bool:
    plain = [name for name in names if not name.startswith(("-", "*"))]
    stars = any(name.startswith("*") for name in names)
    return bool(plain) and len(names) <= 100 and not stars and not MULTI_VALUED & set(plain) and not HEAVY & set(expand)


def _visible(call: Call, ids: list[str]) -> dict[int, Issue]:
    found = (call.site.store.find(entry) for entry in ids)
    return {issue.id: issue for issue in found if issue is not None and call.site.sees(call.me, issue)}


def bulk_histories(call: Call) -> Answer:
    """POST `changelog/bulkfetch`: sorted by date over all issues, so one issue may be split over groups and pages."""
    asked = bodies.read(call, bodies.BulkHistories)
    ids = [str(entry) for entry in asked.issueIdsOrKeys]
    size = HISTORIES if asked.maxResults is None else asked.maxResults
    if not 0 < len(ids) <= 1000:
        raise Refusal(400, "Between 1 and 1000 issues can be requested.")
    if not 1 <= size <= MOST_HISTORIES:
        raise Refusal(400, f"maxResults must be between 1 and {MOST_HISTORIES}.")
    wanted = set(asked.fieldIds or [])
    if len(wanted) > 10:
        raise Refusal(400, "At most 10 fieldIds can be given.")
    entries = [
        (history.created, issue.id, history.id, history)
        for issue in _visible(call, ids).values()
        for history in issue.histories
        if not wanted or any(edit.field_id in wanted for edit in history.edits)
    ]
    entries.sort(key=lambda entry: entry[:3])
    digest = hashlib.sha256(json.dumps([sorted(ids), sorted(wanted)]).encode()).hexdigest()[:16]
    after = _after(asked.nextPageToken, digest)
    start = bisect_right(entries, after, key=lambda entry: entry[:3]) if after else 0
    if start and (call.site.faults.history_repeats or "duplicate" in call.effects):
        start -= 1
    page = entries[start : start + size]
    head: dict[str, Any] = {"issueChangeLogs": _grouped(call, page)}
    if start + size < len(entries):
        fresh = raw.encoded([digest, *page[-1][:3]])
        token = base64.urlsafe_b64encode(fresh).decode().rstrip("=")
        head["nextPageToken"] = asked.nextPageToken if "repeat_token" in call.effects and after else token
    return json_answer(head)


def _after(token: Any, digest: str) -> tuple[int, int, int] | None:
    if not token:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(str(token) + "=" * (-len(str(token)) % 4)))
        if told[0] != digest:
            raise Refusal(400, "The provided next page token does not belong to this query.")
        return int(told[1]), int(told[2]), int(told[3])
    except (ValueError, IndexError, TypeError, KeyError):
        raise Refusal(400, "The provided next page token is invalid.") from None


def _grouped(call: Call, page: list[tuple[int, int, int, History]]) -> list[dict[str, Any]]:
    groups: dict[int, list[Any]] = {}
    for _, issue_id, _, history in page:
        shown = call.shapes.history(history, _created(call, history))
        groups.setdefault(issue_id, []).append(shown)
    return [{"issueId": str(issue_id), "changeHistories": shown} for issue_id, shown in groups.items()]


def _created(call: Call, history: History) -> int | str:
    """Epoch milliseconds, as seen in the wild, whatever the documentation says."""
    form: str = call.site.faults.history_created
    if form == "mixed":
        form = ("milliseconds", "iso", "seconds")[history.id % 3]
    if form == "iso":
        return times.iso(history.created, call.shapes.zone)
    if form == "seconds" and history.created % 1000 == 0:
        return history.created // 1000
    return history.created


def count(call: Call) -> Answer:
    """POST `search/approximate-count`."""
    found = _bounded(call, bodies.read(call, bodies.Count).jql or "")
    return json_answer({"count": len(found.issues)})


def gone(call: Call) -> Answer:
    """The old `/search`."""
    raise Refusal(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )
