"""Jira Cloud: token-paged search, bulk reads of issues and histories, bulk edits.

Same names as `datacenter`; all that differs between the products is in these two files.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from vcjira.errors import Incomplete, LoginFailed, Mend, Unreachable
from vcjira.jira import answers, shapes
from vcjira.jira.wire import Wire
from vcjira.model import Finding, Person, Product
from vcjira.pool import together
from vcjira.tracker import BulkOutcome, Catalogue, Fetched, NotDone, Stub, Worn

API = "/rest/api/3"
DESK = "/rest/servicedeskapi"
WALK_PAGE = 5_000
"""Most ids in one page of search/jql; the server gives fewer when it likes, so pages end by token only."""
ONE_CHAIN = 10_000
"""Up to so many issues, two pages, one chain of pages is quicker than several."""
MANY = 100_000
"""From here on a part is a quarter of creation, below a year."""
FIELDS = ["*all", "-worklog", "-attachment", "-votes", "-watches", "-subtasks", "-timetracking"]
BODIES = 100
"""Most issues that one bulk read gives."""
HISTORY_PAGE = 10_000
POLL = 0.25
"""Seconds before a first look at a task; how long the last one took is a better guide from then on."""
LONGEST_POLL = 10.0
EASIER = 0.8
"""Found done at the first look: it may have been done long before, so the next one is expected sooner."""
TASK_ENDS = ("COMPLETE", "FAILED", "CANCELLED", "DEAD")


class Cloud:
    """A `Tracker` for one Jira Cloud site."""

    product: Product = "cloud"

    def __init__(self, wire: Wire, *, account_id: str, zone: str | None, started: datetime) -> None:
        self.wire = wire
        self.url = wire.url
        self.account_id = account_id
        self.zone = zone
        self.started = started
        self._notices: list[Finding] = []
        self._pace = 0.0
        """Seconds that the last bulk edit took per issue."""
        self._exact: bool | None = None
        """Whether JQL takes epoch milliseconds, once that was tried."""
        self._editable: frozenset[str] | None = None
        """Projects in which we may edit, once they were asked for."""

    def traffic(self) -> dict[str, Any]:
        return asdict(self.wire.limiter.tally)

    def waiting(self) -> float:
        return self.wire.limiter.waiting

    def notices(self) -> list[Finding]:
        return list(self._notices)

    def alive(self) -> None:
        if self.wire.get(f"{API}/myself").get("accountId") != self.account_id:
            raise LoginFailed("Jira now takes us for somebody else", where=self.url)

    def catalogue(self) -> Catalogue:
        fields, statuses, exact, *projects = together(
            lambda: self.wire.get(f"{API}/field"),
            lambda: self.wire.get(f"{API}/status"),
            self._takes_milliseconds,
            lambda: list(self._paged(f"{API}/project/search", {"status": "live"})),
            lambda: list(self._paged(f"{API}/project/search", {"status": "archived"})),
        )
        self._exact = bool(exact)
        return Catalogue(
            fields=[(f["id"], f["name"], (f.get("schema") or {}).get("custom")) for f in fields],
            statuses=[(str(s["id"]), s["name"], (s.get("statusCategory") or {}).get("key")) for s in statuses],
            projects=[
                (str(p["id"]), p["key"], p.get("name", ""), p.get("projectTypeKey"), archived)
                for archived, listed in zip((False, True), projects, strict=True)
                for p in listed
            ],
        )

    def _takes_milliseconds(self) -> bool:
        """Does the server take epoch milliseconds in JQL?"""
        try:
            self.count(f"updated >= {_milliseconds(self.started)}")
        except Mend:
            return False
        return True

    def bounded(self, jql: str) -> str:
        """Search refuses JQL without a restriction."""
        return jql or "id != null"  # true of every issue, also of one without any date

    def count(self, jql: str) -> int | None:
        try:
            answer = self.wire.post(f"{API}/search/approximate-count", {"jql": jql})
        except NotDone as refusal:
            raise _bad_jql(jql, refusal) from None
        return int(answer["count"])

    def windows(self, jql: str) -> list[str]:
        """Parts by time of creation once there are many: token chains can't be walked in parallel, parts can.

        All parts share the same date literals, so whatever time zone the account has, they meet without gaps.
        """
        about = self.count(self.bounded(jql)) or 0
        if about <= ONE_CHAIN:
            return [self.bounded(jql)]
        inside = f"({jql}) AND " if jql else ""
        months = 3 if about > MANY else 12
        starts = [f"{year}-{month:02}-01" for year in self._years() for month in range(1, 13, months)]
        parts = [f'{inside}(created < "{starts[0]}" OR created is EMPTY)']
        parts += [f'{inside}created >= "{start}" AND created < "{end}"' for start, end in pairwise(starts)]
        return [*parts, f'{inside}created >= "{starts[-1]}"']

    def _years(self) -> range:
        return range(self.started.year - 14, self.started.year + 1)

    def since(self, jql: str, moment: datetime) -> str:
        """By epoch milliseconds; where the server does not take them, in words, earlier by all that zones differ."""
        inside = f"({jql}) AND " if jql else ""
        if self._exact is None:
            self._exact = self._takes_milliseconds()
        if self._exact:
            return f"{inside}updated >= {_milliseconds(moment)}"
        return f'{inside}updated >= "{moment - timedelta(hours=26):%Y-%m-%d %H:%M}"'

    def walk(self, jql: str) -> Iterator[list[Stub]]:
        token: str | None = None
        seen: set[str] = set()
        while True:
            body: dict[str, Any] = {"jql": jql, "fields": ["updated"], "maxResults": WALK_PAGE}
            if token:
                body["nextPageToken"] = token
            try:
                page = self.wire.post(f"{API}/search/jql", body)
            except NotDone as refusal:
                raise _bad_jql(jql, refusal) from None
            if "issues" not in page:
                raise Unreachable("the answer to a search has no issues in it", where=f"{self.url}{API}/search/jql")
            if page.get("warnings"):
                self._notices.append(
                    Finding("search_cut", 1, f"Jira warns: {str(page['warnings'])[:200]} ({jql[:200]})")
                )
            try:
                stubs = [_stub(raw) for raw in page["issues"]]
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                what = f"the answer to a search is not one: {type(error).__name__}: {error}"
                raise Unreachable(what, where=f"{self.url}{API}/search/jql") from None
            yield stubs
            token = page.get("nextPageToken")
            if page.get("isLast") or not token:
                return
            if token in seen:
                raise Incomplete("Jira gave the same page token twice", where=f"{self.url}{API}/search/jql")
            seen.add(token)

    def fetch(self, ids: Sequence[str]) -> Fetched:
        """Bulk reads of the issues, one of all their histories, and comments where the embedded list is short."""
        fetched = Fetched([])
        for start in range(0, len(ids), BODIES):
            found = self._bodies(ids[start : start + BODIES])
            fetched.issues += found.issues
            fetched.findings += found.findings
        histories = self._histories([issue.issue_id for issue in fetched.issues])
        with self.wire.reading:
            for issue in fetched.issues:  # an answer may repeat one: each gets its history
                shapes.add_history(issue, histories.get(issue.issue_id, []))
        return fetched

    def _bodies(self, ids: Sequence[str]) -> Fetched:
        """The issues without their histories."""
        body = {"issueIdsOrKeys": list(ids), "fields": FIELDS, "properties": ["request.channel.type"]}
        raws: list[answers.Issue] = self.wire.post(f"{API}/issue/bulkfetch", body, kind=answers.Issues).issues
        with self.wire.reading:
            embedded = [raw.comments() for raw in raws]
        comments = [self._comments(raw, shown) for raw, shown in zip(raws, embedded, strict=True)]
        fetched = Fetched([])
        with self.wire.reading:
            for raw, (found, whole) in zip(raws, comments, strict=True):
                fetched.issues.append(shapes.issue(raw, [], complete=True, comments=found, all_comments=whole))
                if not whole:
                    fetched.findings.append(_short(raw, "comments"))
        return fetched

    def _histories(self, ids: list[str]) -> dict[str, list[answers.History]]:
        """Issue id -> histories; an issue's histories may be spread over groups and pages."""
        found: dict[str, list[answers.History]] = {}
        token: str | None = None
        while ids:
            body: dict[str, Any] = {"issueIdsOrKeys": ids, "maxResults": HISTORY_PAGE}
            if token:
                body["nextPageToken"] = token
            page: answers.Histories = self.wire.post(f"{API}/changelog/bulkfetch", body, kind=answers.Histories)
            for group in page.issueChangeLogs:
                found.setdefault(str(group.issueId), []).extend(group.changeHistories or [])
            last, token = token, page.nextPageToken
            if not token:
                break
            if token == last:
                raise Incomplete("Jira gave the same page token twice", where=f"{self.url}{API}/changelog/bulkfetch")
        return found

    def _comments(self, raw: answers.Issue, embedded: answers.Comments) -> tuple[list[answers.Comment], bool]:
        comments = embedded.comments or []
        if embedded.total is None or len(comments) >= embedded.total:
            return comments, True
        found: dict[str, answers.Comment] = {}
        while True:  # the list itself is the server's word: the embedded total counts what nobody may see, too
            params = {"startAt": len(found), "maxResults": 100}
            page: answers.CommentPage = self.wire.get(f"{API}/issue/{raw.id}/comment", params, kind=answers.CommentPage)
            before = len(found)
            found.update((str(entry.id), entry) for entry in page.comments)
            if len(found) >= page.total or len(found) == before:
                return list(found.values()), len(found) >= page.total

    def members(self, kind: Literal["group", "organization"], name: str) -> list[Person]:
        raws: Iterable[dict[str, Any]]
        if kind == "group":
            raws = self._paged(f"{API}/group/member", {"groupname": name, "includeInactiveUsers": "true"})
        else:
            found = [o for o in self._desk(f"{DESK}/organization") if str(o.get("name")).lower() == name.lower()]
            if not found:
                raise NotDone(f"there is no organization {name!r}", status=404, where=f"{self.url}{DESK}/organization")
            raws = self._desk(f"{DESK}/organization/{found[0]['id']}/user")
        return [member for member in map(shapes.person, raws) if member]

    def read_labels(self, ids: Sequence[str]) -> dict[str, Worn]:
        worn: dict[str, Worn] = {}
        for start in range(0, len(ids), 1000):
            body = {"issueIdsOrKeys": list(ids[start : start + 1000]), "fields": ["labels", "updated"]}
            for raw in self.wire.post(f"{API}/issue/bulkfetch", body, kind=answers.Issues).issues:
                worn[str(raw.id)] = shapes.worn(raw)
        return worn

    def relabel(self, issue_id: str, add: Sequence[str], remove: Sequence[str], *, notify: bool, note: str) -> None:
        params = None if notify else {"notifyUsers": "false"}
        self.wire.put(f"{API}/issue/{issue_id}", shapes.edit(add, remove, note), params)

    def can_bulk(self) -> bool:
        return bool(self._permission("BULK_CHANGE"))

    def may_edit(self, project_key: str) -> bool | None:
        """One request tells all projects where we may; of any other the server is asked by name."""
        if self._editable is None:
            try:
                answer = self.wire.post(f"{API}/permissions/project", {"permissions": ["EDIT_ISSUES"]})
            except NotDone:
                answer = {"projects": []}
            self._editable = frozenset(str(project["key"]) for project in answer["projects"])
        return project_key in self._editable or self._permission("EDIT_ISSUES", project_key)

    def _permission(self, name: str, project_key: str | None = None) -> bool | None:
        params = {"permissions": name} | ({"projectKey": project_key} if project_key else {})
        try:
            answer = self.wire.get(f"{API}/mypermissions", params)
        except NotDone:
            return None
        return (answer["permissions"].get(name) or {}).get("havePermission")

    def bulk_relabel(
        self, ids: Sequence[str], op: Literal["add", "remove"], label: str, *, notify: bool
    ) -> BulkOutcome:
        body = {
            "selectedActions": ["labels"],
            "selectedIssueIdsOrKeys": list(ids),
            "editedFieldsInput": {
                "labelsFields": [
                    {
                        "fieldId": "labels",
                        "bulkEditMultiSelectFieldOption": op.upper(),
                        "labels": [{"name": label}],
                    }
                ]
            },
            "sendBulkNotification": notify,
        }
        task = self.wire.post(f"{API}/bulk/issues/fields", body)["taskId"]
        began = time.monotonic()
        progress, looks = self._finished(f"{API}/bulk/queue/{task}", self._pace * len(ids))
        took = time.monotonic() - began
        self._pace = (took if looks > 1 else took * EASIER) / len(ids)
        done = {str(entry) for entry in progress.get("processedAccessibleIssues") or []}
        failed = {str(k): "; ".join(map(str, v)) for k, v in (progress.get("failedAccessibleIssues") or {}).items()}
        done -= set(failed)
        return BulkOutcome(str(progress.get("status")), done, failed)

    def _finished(self, path: str, expected: float = 0.0) -> tuple[dict[str, Any], int]:
        """Wait for a task with few looks: the first when it should be done, later ones further and further apart."""
        pause, more, looks = max(expected, POLL), max(expected / 4, POLL), 0
        while True:
            if self.wire.stop.wait(pause):
                raise KeyboardInterrupt
            progress: dict[str, Any] = self.wire.get(path)
            looks += 1
            if progress.get("status") in TASK_ENDS:
                return progress, looks
            pause, more = more, min(more * 1.5, LONGEST_POLL)

    def set_property(self, issue_id: str, key: str, value: object) -> None:
        self.wire.put(f"{API}/issue/{issue_id}/properties/{key}", value)

    def set_alike(self, ids: Sequence[str], key: str, value: object) -> None:
        """The same property for at most 10,000 issues: all of them, or NotDone."""
        self._properties("", {"entitiesIds": [int(issue_id) for issue_id in ids], "properties": {key: value}})

    def set_each(self, values: Mapping[str, object], key: str) -> None:
        """A property for at most 100 issues, each its own; the server leaves out issues that are gone."""
        entries = [{"issueID": int(issue_id), "properties": {key: value}} for issue_id, value in values.items()]
        self._properties("/multi", {"issues": entries})

    def _properties(self, how: str, body: dict[str, Any]) -> None:
        path = f"{API}/issue/properties{how}"
        begun = self.wire.post(path, body)
        status = self._finished(f"{API}/task/{begun['taskId']}")[0].get("status")
        if status != "COMPLETE":
            raise NotDone(f"the task ended as {status}", status=409, where=f"POST {self.url}{path}")

    def _paged(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A list paged by `startAt`, to its end; the server's page size is trusted, not ours."""
        start = 0
        while True:
            page = self.wire.get(path, {**params, "startAt": start, "maxResults": 100})
            entries = page["values"]
            yield from entries
            start += len(entries)
            if not entries or page.get("isLast") or start >= page.get("total", start + 1):
                return

    def _desk(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self.wire.get(path, {"start": len(found), "limit": 50})
            found += page["values"]
            if page.get("isLastPage", True) or not page["values"]:
                return found


def _milliseconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _stub(raw: dict[str, Any]) -> Stub:
    return Stub(str(raw["id"]), str(raw["key"]), shapes.moment((raw.get("fields") or {}).get("updated")))


def _short(raw: answers.Issue, what: str) -> Finding:
    return Finding(f"{what}_short", 1, f"{raw.key}: Jira shows fewer {what} than it counts", shapes.project(raw))


def _bad_jql(jql: str, refusal: NotDone) -> Exception:
    if refusal.status == 400:
        return Mend(f"Jira refuses the JQL: {refusal.what}", where=f"JQL {jql}", hint="mend `scope:` of this site")
    return refusal
