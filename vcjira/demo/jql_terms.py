"""One clause of JQL as a test of an issue: fields, operators, values, functions, with Jira's words for errors."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from vcjira.demo import fields, jql_dates, jql_history, raw, texts, times
from vcjira.demo.jql_tree import BadJql, Clause, Operand
from vcjira.demo.records import NULL, Account, Issue
from vcjira.demo.shelf import Shelf

Matcher = Callable[[Issue], bool]
EMPTY = ("empty", "null")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
DATES: dict[str, Callable[[Issue], int | None]] = {
    "created": lambda issue: issue.created,
    "createddate": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "updateddate": lambda issue: issue.updated,
    "resolved": lambda issue: issue.resolved,
    "resolutiondate": lambda issue: issue.resolved,
    "due": lambda issue: times.read(raw.parse(issue.fields.get("duedate", NULL))),
    "duedate": lambda issue: times.read(raw.parse(issue.fields.get("duedate", NULL))),
}
LISTS = {"fixversion": "fixVersions", "affectedversion": "versions"}
PEOPLE: dict[str, Callable[[Issue], Account | None]] = {
    "reporter": lambda issue: issue.reporter,
    "assignee": lambda issue: issue.assignee,
    "creator": lambda issue: issue.creator,
}
NAMED = {"issuetype": "type", "type": "type", "status": "status", "priority": "priority", "resolution": "resolution"}
KEYS = ("key", "issuekey", "issue", "id", "issueid")
TEXT = ("summary", "description", "text", "comment", "environment")


class Terms:
    """Compiles clauses for one caller. `moving`: the clause depends on the present moment."""

    def __init__(self, shelf: Shelf, me: Account | None, zone: tzinfo, *, strict: bool, cloud: bool) -> None:
        self.shelf = shelf
        self.me = me
        self.zone = zone
        self.strict = strict
        self.cloud = cloud
        self.now = shelf.now_ms
        self.moving = False

    def matcher(self, clause: Clause) -> Matcher:
        low = clause.field.lower()
        if "was" in clause.op or "changed" in clause.op:
            return jql_history.matcher(clause, self)
        if low in DATES:
            return self._date(clause, DATES[low])
        if low in KEYS:
            return self._key(clause)
        if low in PEOPLE:
            return self._person(clause, PEOPLE[low])
        if low in NAMED:
            return self._value(clause, NAMED[low])
        if low in TEXT:
            return self._text(clause, low)
        simple = {
            "project": self._project,
            "labels": self._labels,
            "component": self._component,
            "statuscategory": self._category,
        }
        if low in simple:
            return simple[low](clause)
        if low == "parent":
            return self._parent(clause)
        if low in LISTS:
            return self._custom(clause, LISTS[low])
        if low == "issuelinktype":
            return self._many(clause, _link_types)
        found = fields.by_name(self.shelf, clause.field)
        if found is None:
            raise BadJql(f"Field '{clause.field}' does not exist or you do not have permission to view it.")
        return self._custom(clause, found)

    # helpers of all ---------------------------------------------------------------------------------------------
    def _set(self, clause: Clause, has: Callable[[Issue], Any], wanted: set[Any]) -> Matcher:
        """`has` gives the one value of an issue; issues without one match neither = nor !=."""
        empties = self._empties(clause, has)
        if empties:
            return empties
        if clause.op in ("=", "in"):
            return lambda issue: has(issue) in wanted
        if clause.op in ("!=", "not in"):
            return lambda issue: has(issue) is not None and has(issue) not in wanted
        raise self._no_operator(clause)

    def _empties(self, clause: Clause, has: Callable[[Issue], Any]) -> Matcher | None:
        operand = clause.operands[0]
        bare = operand.text.lower() in EMPTY and not operand.quoted
        if clause.op in ("is", "is not") and not bare:
            raise BadJql(f"The operator '{clause.op.upper()}' must be followed by EMPTY or NULL.")
        if not bare or len(clause.operands) > 1 or clause.op not in ("is", "is not", "=", "!="):
            return None
        if clause.op in ("is", "="):
            return lambda issue: not has(issue)
        return lambda issue: bool(has(issue))

    def _no_operator(self, clause: Clause) -> BadJql:
        return BadJql(f"The operator '{clause.op.upper()}' is not supported by the '{clause.field}' field.")

    def _unknown(self, operand: Operand, field: str) -> None:
        if self.strict:
            raise BadJql(f"The value '{operand.text}' does not exist for the field '{field}'.")

    def _texts(self, clause: Clause) -> list[str]:
        for operand in clause.operands:
            if operand.function:
                raise BadJql(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")
        return [operand.text for operand in clause.operands]

    # fields -----------------------------------------------------------------------------------------------------
    def _date(self, clause: Clause, has: Callable[[Issue], int | None]) -> Matcher:
        empties = self._empties(clause, has)
        if empties:
            return empties
        if clause.op in ("in", "not in"):
            moments = {jql_dates.moment(operand, clause.field, self.now, self.zone) for operand in clause.operands}
            return self._set(clause, has, moments)
        if clause.op not in COMPARE:
            raise self._no_operator(clause)
        operand = clause.operands[0]
        self.moving = self.moving or operand.function or operand.text[:1] in "-+" or operand.text[-1:].isalpha()
        edge = jql_dates.moment(operand, clause.field, self.now, self.zone)
        compare = COMPARE[clause.op]
        return lambda issue: (when := has(issue)) is not None and compare(when, edge)

    def _key(self, clause: Clause) -> Matcher:
        empties = self._empties(clause, lambda issue: issue.key)
        if empties:
            return empties
        found = [self._one_key(operand, clause.field) for operand in clause.operands]
        if clause.op in ("=", "in", "!=", "not in"):
            return self._set(clause, lambda issue: issue.id, {issue.id for issue in found if issue})
        if clause.op == "~" or found[0] is None:
            raise self._no_operator(clause)
        edge, compare = found[0], COMPARE[clause.op]
        if clause.field.lower() in ("id", "issueid") or clause.operands[0].text.isdigit():
            return lambda issue: compare(issue.id, edge.id)
        return lambda issue: issue.project is edge.project and compare(issue.number, edge.number)

    def _one_key(self, operand: Operand, field: str) -> Issue | None:
        if operand.function:
            raise BadJql(f"Unable to find JQL function '{operand.text}()'.")
        found = self.shelf.find(operand.text)
        if found is None and self.strict:
            if operand.text.isdigit():
                raise BadJql(f"A value with ID '{operand.text}' does not exist for the field '{field}'.")
            raise BadJql(f"An issue with key '{operand.text}' does not exist for field '{field}'.")
        return found

    def _person(self, clause: Clause, has: Callable[[Issue], Account | None]) -> Matcher:
        empties = self._empties(clause, has)
        if empties:
            return empties
        wanted: set[Account | None] = set()
        for operand in clause.operands:
            wanted |= set(self.people(operand, clause.field))
        matcher = self._set(clause, has, wanted)
        if any(operand.text.lower() in EMPTY and not operand.quoted for operand in clause.operands):
            return lambda issue: has(issue) is None or matcher(issue)
        return matcher

    def people(self, operand: Operand, field: str) -> list[Account]:
        name = operand.text.lower()
        if name in EMPTY and not operand.quoted and not operand.function:
            return []
        if operand.function and name == "currentuser":
            return [self.me] if self.me else []
        if operand.function and name == "membersof":
            group = self.shelf.directory.groups.get((operand.arguments or ("",))[0].lower())
            if group is None:
                raise BadJql(f"The group '{(operand.arguments or ('',))[0]}' does not exist.")
            return group.members
        if operand.function:
            raise BadJql(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")
        found = self.shelf.directory.seek(operand.text)
        if not found and not self.cloud:
            self._unknown(operand, field)
        return found

    def _value(self, clause: Clause, kind: str) -> Matcher:
        def has(issue: Issue) -> str | None:
            value = getattr(issue, kind)
            return value.lower if value is not None else None

        if kind == "resolution" and clause.operands[0].text.lower() == "unresolved":
            return self._set(Clause(clause.field, clause.op, (Operand("empty"),)), has, set())
        empties = self._empties(clause, has)
        if empties:
            return empties
        known = self.shelf.named(kind)
        numbers = {value.id: low for low, value in known.items()}
        wanted = set()
        for operand in clause.operands:
            low = operand.text.lower()
            if low not in known and operand.text not in numbers:
                self._unknown(operand, clause.field)
            wanted.add(low if low in known else numbers.get(operand.text))
        return self._set(clause, has, wanted - {None})

    def _category(self, clause: Clause) -> Matcher:
        names = {"to do": "new", "new": "new", "in progress": "indeterminate", "indeterminate": "indeterminate"}
        names |= {"done": "done", "complete": "done"}
        for operand in clause.operands:
            if operand.text.lower() not in names and operand.text not in ("2", "3", "4"):
                self._unknown(operand, clause.field)
        numbers = {"2": "new", "3": "done", "4": "indeterminate"}
        wanted = {names.get(text.lower(), numbers.get(text)) for text in self._texts(clause)}
        return self._set(clause, lambda issue: issue.status.category if issue.status else None, wanted)

    def _project(self, clause: Clause) -> Matcher:
        wanted = set()
        for operand in clause.operands:
            low = operand.text.lower()
            found = [p for p in self.shelf.projects.values() if low in (p.key.lower(), p.name.lower(), str(p.id))]
            if not found:
                self._unknown(operand, clause.field)
            wanted |= {project.key for project in found}
        return self._set(clause, lambda issue: issue.project.key, wanted)

    def _labels(self, clause: Clause) -> Matcher:
        return self._many(clause, lambda issue: issue.labels)

    def _component(self, clause: Clause) -> Matcher:
        known = {name.lower() for issue in self.shelf.issues.values() for name in issue.components}
        for operand in clause.operands:
            if operand.text.lower() not in known and operand.text.lower() not in EMPTY:
                self._unknown(operand, clause.field)
        return self._many(clause, lambda issue: issue.components)

    def _many(self, clause: Clause, has: Callable[[Issue], tuple[str, ...] | list[str]]) -> Matcher:
        empties = self._empties(clause, has)
        if empties:
            return empties
        wanted = {text.lower() for text in self._texts(clause)}

        def worn(issue: Issue) -> bool:
            held = has(issue)
            return bool(held) and any(name.lower() in wanted for name in held)

        if clause.op in ("=", "in", "~"):
            return worn
        if clause.op in ("!=", "not in", "!~"):
            return lambda issue: bool(has(issue)) and not worn(issue)
        raise self._no_operator(clause)

    def _text(self, clause: Clause, low: str) -> Matcher:
        def has(issue: Issue) -> str:
            found = ""
            if low in ("summary", "text"):
                found += texts.plain(issue.fields.get("summary")) + "\n"
            if low in ("description", "text"):
                found += texts.plain(issue.fields.get("description")) + "\n"
            if low in ("comment", "text"):
                found += "\n".join(texts.plain(comment.body) for comment in issue.comments)
            if low == "environment":
                found += texts.plain(issue.fields.get("environment"))
            return found.strip().lower()

        empties = self._empties(clause, has)
        if empties:
            return empties
        if clause.op not in ("~", "!~"):
            raise self._no_operator(clause)
        words = [word.strip('"\\*?+').lower() for word in self._texts(clause)[0].split()]
        if clause.op == "~":
            return lambda issue: all(word in has(issue) for word in words)
        return lambda issue: not all(word in has(issue) for word in words)

    def _parent(self, clause: Clause) -> Matcher:
        def has(issue: Issue) -> int | None:
            held = raw.parse(issue.fields.get("parent", NULL))
            found = self.shelf.find(str(held.get("id") or held.get("key"))) if isinstance(held, dict) else None
            return found.id if found else None

        empties = self._empties(clause, has)
        if empties:
            return empties
        found = [self._one_key(operand, clause.field) for operand in clause.operands]
        return self._set(clause, has, {issue.id for issue in found if issue})

    def _custom(self, clause: Clause, field_id: str) -> Matcher:
        def has(issue: Issue) -> tuple[str, ...]:
            return tuple(told(raw.parse(issue.fields.get(field_id, NULL))))

        if clause.op in ("<", "<=", ">", ">="):
            edge, compare = _number(clause), COMPARE[clause.op]
            return lambda issue: any(compare(float(text), edge) for text in has(issue) if _is_number(text))
        return self._many(clause, has)


def _link_types(issue: Issue) -> list[str]:
    links = raw.parse(issue.fields.get("issuelinks", NULL))
    return [text for link in links or [] if isinstance(link, dict) for text in told(link.get("type"))]


def told(value: Any) -> list[str]:
    """Every text by which a person would name a custom field's value."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [text for entry in value for text in told(entry)]
    if isinstance(value, dict):
        inner = value.get("requestType", value)
        names = ("name", "value", "displayName", "accountId", "key", "id", "title")
        return [str(inner[name]) for name in names if isinstance(inner, dict) and inner.get(name)]
    return [str(value)]


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _number(clause: Clause) -> float:
    text = clause.operands[0].text
    if not _is_number(text):
        raise BadJql(f"The value '{text}' is not a number for the field '{clause.field}'.")
    return float(text)
