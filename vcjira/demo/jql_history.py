"""`WAS` and `CHANGED`: what a field held before, and when, by whom, from what to what it was changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcjira.demo import jql_dates, times
from vcjira.demo.jql_tree import BadJql, Clause, Operand
from vcjira.demo.records import Account, Edit, History, Issue, Value

if TYPE_CHECKING:
    from vcjira.demo.jql_terms import Terms

Matcher = Callable[[Issue], bool]
FIELDS = ("assignee", "reporter", "status", "priority", "resolution")
"""Fields whose history can be asked for, as Jira allows it."""
PEOPLE = ("assignee", "reporter")
FOREVER = 1 << 62


@dataclass(frozen=True)
class Period:
    """A field's value from a moment to another, and who set it."""

    value: Value
    text: str | None
    since: int
    until: int
    by: Account | None


class Past:
    """One `WAS` or `CHANGED` clause over the histories of an issue."""

    def __init__(self, clause: Clause, terms: "Terms") -> None:
        self.field = clause.field.lower()
        if self.field not in FIELDS:
            raise BadJql(f"History searches do not support the '{clause.field}' field.")
        self.terms = terms
        self.wanted = [self._test(operand) for operand in clause.operands]
        self.begin, self.end = 0, FOREVER
        self.before: list[Callable[[Value, str | None], bool]] = []
        self.after: list[Callable[[Value, str | None], bool]] = []
        self.by: list[Account] | None = None
        for word, operands in clause.predicates:
            self._restrict(word, operands, clause.field)

    def _restrict(self, word: str, operands: tuple[Operand, ...], field: str) -> None:
        if word == "by":
            self.by = [account for operand in operands for account in self.terms.people(operand, field)]
        elif word in ("from", "to"):
            tests = self.before if word == "from" else self.after
            tests.extend(self._test(operand) for operand in operands)
        else:
            moments = [jql_dates.moment(o, field, self.terms.now, self.terms.zone) for o in operands]
            self.terms.moving = True
            if word in ("after", "during", "on"):
                self.begin = moments[0]
            if word in ("before", "during", "on"):
                self.end = moments[-1] + (times.DAY if word == "on" else 0)

    def _test(self, operand: Operand) -> Callable[[Value, str | None], bool]:
        """Whether a value is what the operand means: a person, or a name or id."""
        low = operand.text.lower()
        if low in ("empty", "null", "unresolved") and not operand.quoted:
            return lambda value, text: not (value or text)
        if self.field in PEOPLE:
            wanted = self.terms.people(operand, self.field)
            return lambda value, text: any(value is account for account in wanted)
        return lambda value, text: low in ((text or "").lower(), str(value))

    # what happened ----------------------------------------------------------------------------------------------
    def _changes(self, issue: Issue) -> list[tuple[History, Edit]]:
        return [(history, edit) for history in issue.histories for edit in history.edits if edit.field == self.field]

    def _periods(self, issue: Issue) -> Iterable[Period]:
        changes = self._changes(issue)
        value, text = (changes[0][1].before, changes[0][1].before_text) if changes else self._now(issue)
        since, by = issue.created or 0, issue.creator
        for history, edit in changes:
            yield Period(value, text, since, history.created, by)
            value, text, since, by = edit.after, edit.after_text, history.created, history.author
        yield Period(value, text, since, FOREVER, by)

    def _now(self, issue: Issue) -> tuple[Value, str | None]:
        held = getattr(issue, self.field)
        if held is None or isinstance(held, Account):
            return held, None
        return held.id, held.name

    # the two questions ------------------------------------------------------------------------------------------
    def was(self, issue: Issue) -> bool:
        return any(
            any(test(period.value, period.text) for test in self.wanted)
            and period.since < self.end
            and period.until > self.begin
            and (self.by is None or period.by in self.by)
            for period in self._periods(issue)
        )

    def changed(self, issue: Issue) -> bool:
        return any(
            self.begin <= history.created < self.end
            and (self.by is None or history.author in self.by)
            and (not self.before or any(test(edit.before, edit.before_text) for test in self.before))
            and (not self.after or any(test(edit.after, edit.after_text) for test in self.after))
            for history, edit in self._changes(issue)
        )


def matcher(clause: Clause, terms: "Terms") -> Matcher:
    past = Past(clause, terms)
    ask = past.changed if "changed" in clause.op else past.was
    if "not" in clause.op:
        return lambda issue: not ask(issue)
    return ask
