"""The rules of a configuration, made ready: checked beyond their shape, numbered, with their SQL.

A *mark* is what evaluation yields for a rule: `2 * number` where it is true, `2 * number + 1` where it would be true
if groups that could not be read had other members; sorted marks keep the order of the rules.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from vcjira.config import Settings
from vcjira.config.matchers import Bot, Group
from vcjira.config.models import Rule
from vcjira.config.words import Words
from vcjira.errors import Mend
from vcjira.mirror import Mirror

Scope = Literal["requester", "issue", "both"]
BOTH = {"partner": ("yes", "yes"), "customer": ("yes", "no"), "stakeholder": ("no", "no")}
"""What `class:` answers: has_choice, delivers_to_others."""
SYSTEM_FIELDS = {
    "priority": "i.priority", "status": "i.status", "resolution": "i.resolution", "issuetype": "i.type",
    "project": "i.project", "summary": "i.summary", "parent": "i.parent_key", "labels": "i.labels",
    "components": "i.components",
}  # fmt: skip
"""Fields that Jira always has -> column of `issues`; the others are looked up among the site's fields."""


@dataclass(frozen=True)
class Clause:
    """One rule: its number (the order of the file), whom it asks about, its conditions and its answers."""

    number: int
    rule: Rule

    @cached_property
    def scope(self) -> Scope:
        about = {matcher.about for _, _, matcher in self.rule.when.leaves()}
        return "both" if len(about) == 2 else about.pop()

    @cached_property
    def names_bot(self) -> bool:
        return any(isinstance(matcher, Bot) for _, _, matcher in self.rule.when.leaves())

    @property
    def answers(self) -> tuple[str | None, str | None]:
        """has_choice, delivers_to_others as `yes`, `no` or None."""
        if self.rule.class_:
            return BOTH[self.rule.class_]
        texts = {True: "yes", False: "no", None: None}
        return texts[self.rule.answers.get("has_choice")], texts[self.rule.answers.get("delivers_to_others")]

    def mark(self, unread: frozenset[str]) -> str:
        """SQL: this rule's mark over the facts, or null; `unread` are the groups that could not be read."""
        hoped = ""
        leaves = self.rule.when.leaves()
        if any(isinstance(m, Group) and not unread.isdisjoint(map(str.lower, m.root)) for _, _, m in leaves):
            hoped = f" WHEN {self.rule.when.sql(hope=True)} THEN {2 * self.number + 1}"
        return f"CASE WHEN {self.rule.when.sql()} THEN {2 * self.number}{hoped} END"

    def holds_on(self, day: date) -> bool:
        """`from` is inclusive, `until` exclusive."""
        return (self.rule.from_ or date.min) <= day < (self.rule.until or date.max)


@dataclass(frozen=True)
class Book:
    """All rules, in the order of the file."""

    clauses: tuple[Clause, ...]

    def of(self, scope: Scope) -> list[Clause]:
        return [clause for clause in self.clauses if clause.scope == scope]

    def keys(self, prefix: str) -> list[str]:
        """Keys in use that begin with `prefix`, without it, in lower case, sorted."""
        return sorted(
            {
                key.removeprefix(prefix).lower()
                for clause in self.clauses
                for _, key, _ in clause.rule.when.leaves()
                if key.startswith(prefix)
            }
        )

    @cached_property
    def days(self) -> list[date]:
        """Days on which rules begin or end to hold."""
        return sorted({day for clause in self.clauses for day in (clause.rule.from_, clause.rule.until) if day})

    def passed(self, moment: datetime) -> int:
        """How many of these days have come by then."""
        return sum(day <= moment.date() for day in self.days)


def compile(settings: Settings, mirror: Mirror | None = None) -> Book:
    """The rules of the configuration; Mend, with all problems and their places, where they cannot work.

    With a mirror, fields that its sites do not have are refused too.
    """
    book = Book(tuple(Clause(number, rule) for number, rule in enumerate(settings.classify.rules)))
    problems = [*_shapes(book, settings), *_patterns(settings)]
    if mirror is not None:
        problems += _fields(book, settings, mirror)
    if problems:
        (where, what, hint), *others = problems
        told = "\n".join([what, *(f"{place}: {more}" for place, more, _ in others)])
        raise Mend(told, where=where, hint=hint)
    return book


Problem = tuple[str, str, str | None]
"""Where, what, hint."""


def _shapes(book: Book, settings: Settings) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for clause in book.clauses:
        rule, at = clause.rule, ("classify", "rules", clause.number)
        if rule.name in seen:
            yield settings.where(*at, "name"), f"two rules are named {rule.name!r}", "names tell rules apart"
        seen[rule.name] = clause.number
        if bool(rule.answers) == bool(rule.class_):
            yield settings.where(*at), f"rule {rule.name!r} needs `answers` or `class`, one of them", None
        if rule.from_ and rule.until and rule.from_ >= rule.until:
            what = f"rule {rule.name!r} ends ({rule.until}) before it begins ({rule.from_})"
            yield settings.where(*at, "until"), what, "`from` is the first day, `until` the first day no longer"


def _patterns(settings: Settings) -> Iterable[Problem]:
    """Patterns that RE2, as the database has it, refuses. Each is tried once."""
    used: dict[str, tuple[str | int, ...]] = {}
    for number, rule in enumerate(settings.classify.rules):
        for path, _, matcher in rule.when.leaves("classify", "rules", number, "when"):
            if isinstance(matcher, Words):
                for found in matcher.patterns:
                    used.setdefault(found, path)
    for path, texts in _other_texts(settings):
        for found in Words(texts).patterns if texts else ():
            used.setdefault(found, path)
    if not used:
        return
    with Mirror(Path(":memory:"), write=True) as engine:
        if engine.refusal("SELECT regexp_matches('', unnest(?::VARCHAR[]), 'is')", [list(used)]) is None:
            return
        for found, path in used.items():
            refusal = engine.refusal("SELECT regexp_matches('', ?, 'is')", [found])
            if refusal:
                what = f"the pattern {found[:80]!r} cannot be used: {refusal}"
                yield settings.where(*path), what, "patterns are RE2: no look-around, no back-references"


def _other_texts(settings: Settings) -> Iterable[tuple[tuple[str | int, ...], list[str]]]:
    """Texts outside rules that may be patterns."""
    for key in ("bots", "shared_mailboxes"):
        for number, entry in enumerate(getattr(settings.people, key)):
            yield ("people", key, number), [entry] if isinstance(entry, str) else list(entry.values())
    for name, members in settings.people.organizations.items():
        for key, texts in members:
            yield ("people", "organizations", name, key), texts
    for name, team in settings.teams.items():
        for key in ("projects", "components", "field_team"):
            yield ("teams", name, key), getattr(team, key)
        for key, texts in team.members:
            yield ("teams", name, "members", key), texts


def _fields(book: Book, settings: Settings, mirror: Mirror) -> Iterable[Problem]:
    """Fields that no site has, once it is known what fields the sites have."""
    known = {
        text.lower(): text for row in mirror.tuples("SELECT field_id, name FROM site_fields") for text in row if text
    }
    if not known:
        return
    for clause in book.clauses:
        for path, key, _ in clause.rule.when.leaves("classify", "rules", clause.number, "when"):
            wanted = key.removeprefix("field.").lower()
            if not key.startswith("field.") or wanted in known or wanted in SYSTEM_FIELDS:
                continue
            near = difflib.get_close_matches(wanted, known, n=1)
            hint = f"did you mean field.{known[near[0]]}?" if near else "`vcjira check` lists the fields found"
            yield settings.where(*path), f"no site has a field {key.removeprefix('field.')!r}", hint


def needed(settings: Settings) -> dict[str, set[str]]:
    """Look-ups that rules, teams and organizations need: kind -> names."""
    found: dict[str, set[str]] = {
        "group": set(),
        "organization": set(),
        "field": set(settings.people.originator_fields),
    }
    for rule in settings.classify.rules:
        for _, key, matcher in rule.when.leaves():
            if key in ("group", "organization") and isinstance(matcher, Words):
                found[key] |= set(matcher.exact)
            elif key.startswith("field."):
                found["field"].add(key.removeprefix("field."))
    for members in (*(team.members for team in settings.teams.values()), *settings.people.organizations.values()):
        found["group"] |= set(Words(members.group).exact) if members.group else set()
        found["organization"] |= set(Words(members.organization).exact) if members.organization else set()
    return found
