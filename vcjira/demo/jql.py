"""JQL evaluated over the store: which issues, in which order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from vcjira.demo.jql_terms import KEYS, Matcher, Terms
from vcjira.demo.jql_tree import BadJql, Clause, Join, Query, Tree, parse
from vcjira.demo.records import Account, Issue
from vcjira.demo.shelf import Shelf

SORT_KEYS: dict[str, Callable[[Issue], Any]] = {
    "id": lambda issue: issue.id,
    "key": lambda issue: (issue.project.key, issue.number),
    "project": lambda issue: issue.project.key,
    "created": lambda issue: issue.created or 0,
    "updated": lambda issue: issue.updated or 0,
    "resolutiondate": lambda issue: issue.resolved or 0,
    "status": lambda issue: issue.status.name if issue.status else "",
    "priority": lambda issue: issue.priority.id.zfill(8) if issue.priority else "",
    "issuetype": lambda issue: issue.type.name if issue.type else "",
    "assignee": lambda issue: (issue.assignee.display or "") if issue.assignee else "",
    "reporter": lambda issue: (issue.reporter.display or "") if issue.reporter else "",
    "creator": lambda issue: (issue.creator.display or "") if issue.creator else "",
    "summary": lambda issue: bytes(issue.fields.get("summary", b"")),
    "rank": lambda issue: issue.id,
}
SAME = {"issuekey": "key", "issue": "key", "type": "issuetype", "resolved": "resolutiondate", "issueid": "id"}
DOWN = frozenset({"created", "updated", "resolutiondate", "priority"})
"""Descending when the query does not say."""


@dataclass(frozen=True)
class Search:
    """A compiled query: `find` gives the issues in order."""

    query: Query
    match: Matcher
    order: tuple[tuple[Callable[[Issue], Any], bool], ...]
    projects: frozenset[str] | None
    ids: frozenset[int] | None
    moving: bool

    @property
    def bounded(self) -> bool:
        return self.query.where is not None

    def candidates(self, shelf: Shelf) -> Iterable[int]:
        if self.ids is not None:
            return self.ids
        if self.projects is not None:
            return [issue_id for key in self.projects for issue_id in shelf.in_project(key)]
        return list(shelf.issues)

    def find(self, shelf: Shelf, overlay: dict[int, Issue | None]) -> list[Issue]:
        """`overlay`: issues that the index still knows in an older state, or not yet."""
        match = self.match
        issues = shelf.issues
        found = [
            issue
            for issue_id in self.candidates(shelf)
            if issue_id not in overlay and (issue := issues.get(issue_id)) is not None and match(issue)
        ]
        found += [issue for issue in overlay.values() if issue is not None and match(issue)]
        return self.sort(found)

    def sort(self, found: list[Issue]) -> list[Issue]:
        found.sort(key=lambda issue: issue.id, reverse=not self.order)
        for key, down in reversed(self.order):
            found.sort(key=key, reverse=down)
        return found


def compile_jql(
    jql: str, shelf: Shelf, *, me: Account | None, zone: tzinfo, strict: bool = True, cloud: bool = True
) -> Search:
    """BadJql with Jira's message for what it does not understand; not `strict`: unknown values find nothing."""
    query = parse(jql)
    terms = Terms(shelf, me, zone, strict=strict, cloud=cloud)
    match = _match(query.where, terms)
    order = tuple(_sort(name, down) for name, down in query.order)
    return Search(
        query,
        match,
        order,
        _projects(query.where, shelf),
        _ids(query.where, shelf),
        terms.moving,
    )


def _match(tree: Tree | None, terms: Terms) -> Matcher:
    if tree is None:
        return lambda issue: True
    if isinstance(tree, Clause):
        return terms.matcher(tree)
    parts = [_match(part, terms) for part in tree.parts]
    if tree.word == "and":
        if len(parts) == 2:
            one, two = parts
            return lambda issue: one(issue) and two(issue)
        return lambda issue: all(part(issue) for part in parts)
    return lambda issue: any(part(issue) for part in parts)


def _sort(name: str, down: bool | None) -> tuple[Callable[[Issue], Any], bool]:
    low = SAME.get(name.lower(), name.lower())
    if low not in SORT_KEYS:
        raise BadJql(f"Field '{name}' does not exist or you do not have permission to view it.")
    return SORT_KEYS[low], low in DOWN if down is None else down


def _needed(tree: Tree | None, fields: frozenset[str]) -> list[Clause]:
    """Clauses on these fields that every found issue must satisfy."""
    if isinstance(tree, Clause):
        low = tree.field.lower()
        functions = any(operand.function for operand in tree.operands)
        return [tree] if low in fields and tree.op in ("=", "in") and not functions else []
    if isinstance(tree, Join) and tree.word == "and":
        return [clause for part in tree.parts for clause in _needed(part, fields)]
    return []


def _projects(where: Tree | None, shelf: Shelf) -> frozenset[str] | None:
    found = _needed(where, frozenset({"project"}))
    keys = frozenset(operand.text.upper() for clause in found[:1] for operand in clause.operands)
    return keys if found and keys <= {key.upper() for key in shelf.projects} else None


def _ids(where: Tree | None, shelf: Shelf) -> frozenset[int] | None:
    found = _needed(where, frozenset(KEYS))
    if not found:
        return None
    issues = (shelf.find(operand.text) for operand in found[0].operands)
    return frozenset(issue.id for issue in issues if issue is not None)
