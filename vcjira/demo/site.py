"""What all requests share: the store, who may do what, how things look, which faults strike, the search cache."""

from collections import OrderedDict
from typing import Any

from vcjira.demo.call import Call, Refusal, Request
from vcjira.demo.faults import Draw, Faults
from vcjira.demo.jql import Search, compile_jql
from vcjira.demo.jql_tree import BadJql
from vcjira.demo.life import Life
from vcjira.demo.limits import Burst, PerIssue, Points, TokenBucket
from vcjira.demo.records import Account, Issue, Project
from vcjira.demo.shapes import Outage, Product, Shapes
from vcjira.demo.store import Store
from vcjira.demo.tasks import Tasks

CACHED = 24
REMEMBERED = 100_000


class Found:
    """The issues of a search in order, as of one version of the store."""

    __slots__ = ("issues", "search", "stamp")

    def __init__(self, search: Search, issues: list[Issue], stamp: int) -> None:
        self.search, self.issues, self.stamp = search, issues, stamp


class Site:
    """One running embedded Jira, apart from HTTP."""

    def __init__(self, store: Store, product: Product, faults: Faults, zone: str) -> None:
        self.store = store
        self.product: Product = product
        self.faults = faults
        self.zone = zone
        self.url = ""
        self.draw = Draw(faults)
        self.requests: list[Request] = []
        self.tasks = Tasks(store, faults)
        self.per_issue = PerIssue()
        self.points = Points(faults.quota) if faults.quota else None
        self.bucket = TokenBucket(faults.bucket) if faults.bucket else None
        self.bursts: dict[str, Burst] = {}
        self.life = Life(store, faults)
        self.authorised = 0
        self._shapes: dict[tuple[str, bool], Shapes] = {}
        self._found: OrderedDict[tuple[Any, ...], Found] = OrderedDict()
        self._stamps = 0

    def shapes(self, version: str, *, outage: bool = False) -> Shapes:
        made = self._shapes.get((version, outage))
        if made is None:
            kind = Outage if outage else Shapes
            made = kind(self.url, self.product, version, self.zone, self.faults, self.store.directory.meet)
            self._shapes[version, outage] = made
        made.know(self.store.directory.version)
        return made

    def keep(self, request: Request) -> None:
        self.requests.append(request)
        if len(self.requests) > REMEMBERED:
            del self.requests[: REMEMBERED // 2]

    # permissions ------------------------------------------------------------------------------------------------
    def sees(self, me: Account | None, issue: Issue, *, archived: bool = False) -> bool:
        """`archived`: issues of archived projects, too."""
        hidden = issue.archived or issue.key in self.faults.no_browse
        return me is not None and not hidden and self._opens(issue.project, archived=archived)

    def _opens(self, project: Project, *, archived: bool) -> bool:
        there = project.state == "live" or (archived and project.state == "archived")
        return there and self.browses(project.key)

    def browses(self, project_key: str) -> bool:
        return project_key not in self.faults.no_browse and "BROWSE_PROJECTS" not in self.faults.lacks

    def shows(self, me: Account | None, project_key: str) -> bool:
        """Whether a live project is there for the caller."""
        return me is not None and self.store.projects[project_key].state == "live" and self.browses(project_key)

    def edits(self, project_key: str) -> bool:
        return (
            self.browses(project_key)
            and project_key not in self.faults.no_edit
            and "EDIT_ISSUES" not in self.faults.lacks
        )

    def has(self, permission: str, project_key: str | None) -> bool:
        if permission in self.faults.lacks:
            return False
        if project_key is None:
            return True
        if permission == "BROWSE_PROJECTS":
            return self.browses(project_key)
        return self.edits(project_key) if permission == "EDIT_ISSUES" else self.browses(project_key)

    # search -----------------------------------------------------------------------------------------------------
    def find(self, call: Call, jql: str, *, strict: bool = True, archived: bool = False) -> Found:
        """The issues that the caller finds, cached until something changes; 400 for JQL that Jira would refuse."""
        store = self.store
        lag = int(self.faults.index_lag * 1000)
        rights = (call.me is None, archived, *self.faults.no_browse, *self.faults.lacks)
        key = (jql, strict, rights, store.version, store.now_ms if lag else store.now_ms // 60_000)
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        try:
            search = compile_jql(
                jql, store, me=call.me, zone=call.shapes.zone, strict=strict, cloud=self.product == "cloud"
            )
        except BadJql as bad:
            raise Refusal(400, str(bad)) from None
        overlay = store.seen_before(store.now_ms - lag) if lag else {}
        listed = search.find(store, overlay) if call.me else []
        open_ = {key for key in store.projects if self._opens(store.projects[key], archived=archived)}
        hidden = frozenset(self.faults.no_browse)
        issues = [i for i in listed if i.project.key in open_ and not i.archived and i.key not in hidden]
        self._stamps += 1
        found = self._found[key] = Found(search, issues, self._stamps)
        while len(self._found) > CACHED:
            self._found.popitem(last=False)
        return found
