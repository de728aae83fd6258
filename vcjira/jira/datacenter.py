"""Jira Data Center: offset-paged search in windows small enough to be safe, history by `expand`, single edits.

Same names as `cloud`; all that differs between the products is in these two files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from vcjira.errors import LoginFailed, Mend, Unreachable
from vcjira.jira import answers, shapes
from vcjira.jira.wire import Wire
from vcjira.model import Finding, Person, Product
from vcjira.pool import together
from vcjira.tracker import BulkOutcome, Catalogue, Fetched, NotDone, Stub, Worn

API = "/rest/api/2"
WALK_PAGE = 1_000
"""The usual silent cap; the page size that counts is the one the server echoes."""
WINDOW = 9_000
"""Offsets past 10,000 fail on newer versions."""
FIRST_DAY = datetime(2002, 1, 1)
FINEST = timedelta(minutes=1)
"""JQL knows no shorter step."""
FIELDS = ["*all", "-worklog", "-attachment", "-votes", "-watches", "-subtasks", "-timetracking"]
OVERLAP = 1
"""A page begins with the last issue of the page before: when it does not, something vanished and pages shifted."""
APART = 40
"""So often in one walk a page is asked for further back, four times as far each time, until it joins up."""
BLIND = timedelta(hours=26)
"""How far zones differ, for an account whose own is not told."""
BODIES = 100
"""Issues that are asked for with their history in one search."""


class DataCenter:
    """A `Tracker` for one Jira Data Center (or Server) site."""

    product: Product = "datacenter"

    def __init__(self, wire: Wire, *, account_id: str, zone: str | None, started: datetime) -> None:
        self.wire = wire
        self.url = wire.url
        self.account_id = account_id
        self.zone = zone
        self.started = started
        self._desks: set[str] = set()
        self._notices: list[Finding] = []

    def traffic(self) -> dict[str, Any]:
        return asdict(self.wire.limiter.tally)

    def waiting(self) -> float:
        return self.wire.limiter.waiting

    def notices(self) -> list[Finding]:
        return list(self._notices)

    def alive(self) -> None:
        found = shapes.person(self.wire.get(f"{API}/myself"))
        if found is None or found.account_id != self.account_id:
            raise LoginFailed("Jira now takes us for somebody else", where=self.url)

    def catalogue(self) -> Catalogue:
        fields, statuses, projects = together(
            lambda: self.wire.get(f"{API}/field"), lambda: self.wire.get(f"{API}/status"), self._projects
        )
        self._desks = {p["key"] for p in projects if p.get("projectTypeKey") == "service_desk"}
        return Catalogue(
            fields=[(f["id"], f["name"], (f.get("schema") or {}).get("custom")) for f in fields],
            statuses=[(str(s["id"]), s["name"], (s.get("statusCategory") or {}).get("key")) for s in statuses],
            projects=[
                (str(p["id"]), p["key"], p.get("name", ""), p.get("projectTypeKey"), bool(p.get("archived")))
                for p in projects
            ],
        )

    def _projects(self) -> list[dict[str, Any]]:
        return list(self.wire.get(f"{API}/project", {"includeArchived": "true"}))

    def bounded(self, jql: str) -> str:
        return jql

    def count(self, jql: str) -> int | None:
        return self._search(jql, 0, 0, ["updated"])[1]

    def windows(self, jql: str) -> list[str]:
        """Windows of creation time, halved until each holds fewer than 9,000 issues."""
        if (self.count(jql) or 0) <= WINDOW:
            return [jql]
        after = self.started + timedelta(days=2)  # past midnight in every zone
        rest = [f"({jql}) AND created is EMPTY" if jql else "created is EMPTY"]
        rest += [_window(jql, None, FIRST_DAY), _window(jql, after, None)]
        return self._halve(jql, FIRST_DAY, after) + rest

    def _halve(self, jql: str, start: datetime, end: datetime) -> list[str]:
        window = _window(jql, start, end)
        if (self.count(window) or 0) <= WINDOW:
            return [window]
        middle = (start + (end - start) / 2).replace(second=0, microsecond=0)
        if middle <= start or end - start <= FINEST:  # an import that gave thousands of issues the same minute
            keys = sorted(project["key"] for project in self._projects())
            return [f'({window}) AND project = "{key}"' for key in keys] or [window]
        return self._halve(jql, start, middle) + self._halve(jql, middle, end)

    def since(self, jql: str, moment: datetime) -> str:
        """Whole minutes in the account's zone; an hour earlier where the clocks may have changed."""
        back = timedelta(hours=1) if self.zone else BLIND
        local = (moment - back).replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone or "UTC"))
        condition = f'updated >= "{local:%Y-%m-%d %H:%M}"'
        return f"({jql}) AND {condition}" if jql else condition

    def walk(self, jql: str) -> Iterator[list[Stub]]:
        """Page by page in a fixed order. Each page must join up with what came before it: an issue that vanished
        meanwhile shifts all that follow, and would otherwise hide as many issues as vanished."""
        seen: set[str] = set()
        start = back = apart = 0
        while True:
            try:
                raws, total = self._search(jql, start, WALK_PAGE, ["updated"])
                stubs = [_stub(raw) for raw in raws]
            except ValueError as error:
                raise Unreachable(
                    f"the answer to a search is not one: {error}", where=f"{self.url}{API}/search"
                ) from None
            if start and apart < APART and not _joined(stubs, seen):
                back, apart = max(1, back * 4), apart + 1
                start = max(0, start - back)
                continue
            if stubs:
                yield stubs
            start += max(1, len(stubs) - OVERLAP)
            if not stubs or start + OVERLAP >= total:
                break
            seen, back = {stub.issue_id for stub in stubs}, 0
        if apart >= APART:
            self._notices.append(Finding("pages_apart", 1, f"result pages would not join up: {jql[:200]}"))

    def _search(
        self, jql: str, start: int, size: int, fields: list[str], expand: Sequence[str] = ()
    ) -> tuple[list[answers.Issue], int]:
        """A page of issues, and how many there are in all."""
        body: dict[str, Any] = {
            "jql": f"{jql} ORDER BY id ASC".strip(),
            "startAt": start,
            "maxResults": size,
            "fields": fields,
        }
        if expand:
            body["expand"] = list(expand)
        if jql.startswith("id in ("):
            body["validateQuery"] = False  # an id deleted a moment ago must not spoil its neighbours
        try:
            page: answers.Page = self.wire.post(f"{API}/search", body, kind=answers.Page)
        except NotDone as refusal:
            if refusal.status == 400:
                raise Mend(
                    f"Jira refuses the JQL: {refusal.what}", where=f"JQL {jql}", hint="mend `scope:` of this site"
                ) from None
            raise
        if page.issues is None or page.total is None:
            raise Unreachable("the answer to a search has no issues in it", where=f"{self.url}{API}/search")
        return page.issues, page.total

    def fetch(self, ids: Sequence[str]) -> Fetched:
        """The issues with their history; each list is compared with the total the server gives."""
        fetched = Fetched([])
        portions = (ids[start : start + BODIES] for start in range(0, len(ids), BODIES))
        for raw in (raw for portion in portions for raw in self._all(portion, FIELDS, ["changelog"])):
            log = raw.changelog or answers.Changelog()
            histories = log.histories or []
            complete = log.total is not None and len(histories) >= log.total
            comments, whole = self._comments(raw)
            fetched.issues.append(
                shapes.issue(raw, histories, complete=complete, comments=comments, all_comments=whole)
            )
            for short, what in ((not complete, "histories"), (not whole, "comments")):
                if short:
                    text = f"{raw.key}: Jira shows fewer {what} than it counts"
                    fetched.findings.append(Finding(f"{what}_short", 1, text, shapes.project(raw)))
        return fetched

    def _all(self, ids: Sequence[str], fields: list[str], expand: Sequence[str] = ()) -> Iterator[answers.Issue]:
        """Every issue of `ids`, whatever page size the server allows."""
        rest = list(ids)
        while rest:
            raws, total = self._search(f"id in ({','.join(rest)})", 0, len(rest), fields, expand)
            yield from raws
            got = {str(raw.id) for raw in raws}
            if not got or len(got) >= total:
                return
            rest = [issue_id for issue_id in rest if issue_id not in got]

    def _comments(self, raw: answers.Issue) -> tuple[list[answers.Comment], bool]:
        """Comments of an issue; on a service desk read one by one, because only there are they public or not."""
        embedded = raw.comments()
        comments = embedded.comments or []
        desk = bool(comments) and shapes.project(raw) in self._desks
        if (embedded.total is None or len(comments) >= embedded.total) and not desk:
            return comments, True
        found: dict[str, answers.Comment] = {}
        while True:
            params = {"startAt": len(found), "maxResults": 1000, "expand": "properties"}
            page: answers.Comments = self.wire.get(f"{API}/issue/{raw.id}/comment", params, kind=answers.Comments)
            before = len(found)
            found.update((str(entry.id), entry) for entry in page.comments or ())
            total = len(found) if page.total is None else page.total
            if len(found) >= total or len(found) == before:
                return list(found.values()), len(found) >= total

    def members(self, kind: Literal["group", "organization"], name: str) -> list[Person]:
        if kind == "organization":
            raise NotDone("Data Center tells members of organizations by field only", status=404, where=self.url)
        members: list[Person] = []
        start = 0
        while True:
            params = {"groupname": name, "includeInactiveUsers": "true", "startAt": start, "maxResults": 50}
            page = self.wire.get(f"{API}/group/member", params)
            members += [member for member in map(shapes.person, page["values"]) if member]
            start += len(page["values"])
            if page.get("isLast", True) or not page["values"]:
                return members

    def read_labels(self, ids: Sequence[str]) -> dict[str, Worn]:
        worn: dict[str, Worn] = {}
        for start in range(0, len(ids), 200):
            for raw in self._all(ids[start : start + 200], ["labels", "updated"]):
                worn[str(raw.id)] = shapes.worn(raw)
        return worn

    def relabel(self, issue_id: str, add: Sequence[str], remove: Sequence[str], *, notify: bool, note: str) -> None:
        """Silence needs an administrator here: without that right nothing is written, rather than mail sent."""
        params = None if notify else {"notifyUsers": "false"}
        try:
            self.wire.put(f"{API}/issue/{issue_id}", shapes.edit(add, remove, note), params)
        except NotDone as refusal:
            if refusal.status == 403 and not notify:
                refusal.hint = "the account may not edit, or not edit silently: make it administrator of the project"
                refusal.hint += ", or set `labels.notify: true`"
            raise

    def can_bulk(self) -> bool:
        return False

    def may_edit(self, project_key: str) -> bool | None:
        try:
            answer = self.wire.get(f"{API}/mypermissions", {"projectKey": project_key})
        except NotDone:
            return None
        return (answer["permissions"].get("EDIT_ISSUES") or {}).get("havePermission")

    def bulk_relabel(
        self, ids: Sequence[str], op: Literal["add", "remove"], label: str, *, notify: bool
    ) -> BulkOutcome:
        raise NotDone("Data Center has no bulk edit", status=404, where=self.url)

    def set_property(self, issue_id: str, key: str, value: object) -> None:
        self.wire.put(f"{API}/issue/{issue_id}/properties/{key}", value)


def _stub(raw: answers.Issue) -> Stub:
    return Stub(str(raw.id), raw.key, shapes.time(raw, "updated"))


def _joined(stubs: list[Stub], seen: set[str]) -> bool:
    """Does this page hold something of the page before? One that has no room for it is believed."""
    return 0 < len(stubs) <= OVERLAP or any(stub.issue_id in seen for stub in stubs)


def _window(jql: str, start: datetime | None, end: datetime | None) -> str:
    parts = [f"({jql})"] if jql else []
    parts += [f'created >= "{start:%Y-%m-%d %H:%M}"'] if start else []
    parts += [f'created < "{end:%Y-%m-%d %H:%M}"'] if end else []
    return " AND ".join(parts)
