"""The tests in the file: each `given` becomes a small world in a mirror in memory, classed by the same SQL."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from vcjira import people
from vcjira.config import Settings
from vcjira.config.models import GivenIssue, GivenRequester, RuleTest
from vcjira.mirror import Mirror
from vcjira.rules import verdicts
from vcjira.rules.book import SYSTEM_FIELDS, Book, compile, needed
from vcjira.rules.keys import find_issue

LATER = date(9000, 1, 1)
"""Day of an issue whose test gives none: after every date that rules and directory name."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: what it wanted and got, and which rules gave the answers. `got` is None where it was skipped."""

    name: str
    want: str
    got: str | None
    ok: bool
    why: str
    where: str

    __test__ = False  # not a test of pytest's

    @property
    def skipped(self) -> bool:
        return self.got is None


def run_tests(settings: Settings, mirror: Mirror | None = None) -> list[TestResult]:
    """All of `classify.tests`; those that name an issue are read from the mirror, which must be derived and fresh."""
    book = compile(settings)
    numbered = list(enumerate(settings.classify.tests))
    worlds = [(number, test) for number, test in numbered if test.given.issue.key is None]
    results = _classed(settings, book, worlds) if worlds else {}
    for number, test in numbered:
        if test.given.issue.key is not None:
            results[number] = _looked_up(settings, mirror, number, test)
    return [results[number] for number, _ in numbered]


def _name(number: int, test: RuleTest) -> str:
    if test.name:
        return test.name
    requester = test.given.requester.model_dump(exclude_none=True)
    issue = test.given.issue.model_dump(exclude_none=True, exclude_defaults=True)
    told = ", ".join(f"{key} {value}" for key, value in (requester | issue).items())
    return told or f"test {number + 1}"


def _looked_up(settings: Settings, mirror: Mirror | None, number: int, test: RuleTest) -> TestResult:
    key = test.given.issue.key or ""
    where = settings.where("classify", "tests", number)
    name = test.name or key
    if mirror is None:
        return TestResult(name, test.expect, None, True, "skipped: there is no mirror to look the issue up in", where)
    found = find_issue(mirror, key)
    if found is None:
        return TestResult(name, test.expect, None, False, f"there is no issue {key} in the mirror", where)
    rows = mirror.rows(_WHY + " WHERE c.site = ? AND c.issue_id = ?", [found.site, found.issue_id])
    if not rows:
        return TestResult(name, test.expect, None, False, f"{key} is {found.presence}, so it has no class", where)
    return _result(name, test, where, rows[0])


def _result(name: str, test: RuleTest, where: str, row: dict[str, Any]) -> TestResult:
    answers = [
        f"{question}: {row[question] or 'unanswered'}" + (f" by {row[rule]!r}" if row[rule] else "")
        for question, rule in (("has_choice", "has_choice_rule"), ("delivers_to_others", "delivers_rule"))
    ]
    if row["undecided"]:
        answers.append(f"could not be decided: {', '.join(map(repr, row['undecided']))}")
    return TestResult(name, test.expect, row["class"], row["class"] == test.expect, "; ".join(answers), where)


_WHY = """
SELECT c.site, c.class, c.has_choice, c.delivers_to_others, v.has_choice_rule, v.delivers_rule, v.undecided
FROM classes c JOIN issue_verdicts j USING (site, issue_id) JOIN verdicts v ON v.verdict_id = j.then_id
"""


def _classed(settings: Settings, book: Book, tests: Sequence[tuple[int, RuleTest]]) -> dict[int, TestResult]:
    """Class the given worlds, one site each."""
    with Mirror(Path(":memory:"), write=True) as scratch:
        _furnish(scratch, settings, tests)
        people.derive(scratch, settings, join=False)
        for number, test in tests:
            _override(scratch, str(number), test)
        verdicts.save(scratch, settings, book)
        rows = {row["site"]: row for row in scratch.rows(_WHY)}
    return {
        number: _result(_name(number, test), test, settings.where("classify", "tests", number), rows[str(number)])
        for number, test in tests
    }


def _furnish(mirror: Mirror, settings: Settings, tests: Sequence[tuple[int, RuleTest]]) -> None:
    sites = [(str(number), test.given) for number, test in tests]
    wanted = needed(settings)
    mirror.load("people", (_person(site, given.requester) for site, given in sites if _is_given(given.requester)))
    mirror.load("issues", (_issue(site, given.issue, given.requester) for site, given in sites))
    for site, given in sites:
        mirror.load("memberships", _memberships(site, given.requester))
        mirror.load("lookups", _lookups(site, given.requester, wanted))
        fields = {key.removeprefix("field."): texts for key, texts in (given.issue.__pydantic_extra__ or {}).items()}
        if fields:
            mirror.load("site_fields", [{"site": site, "field_id": name, "name": name} for name in fields])
            mirror.load("issue_fields", [{"site": site, "issue_id": site, "fields": json.dumps(fields)}])


def _is_given(requester: GivenRequester) -> bool:
    return bool(requester.model_dump(exclude_none=True))


def _account(requester: GivenRequester) -> str | None:
    return (requester.account or "somebody") if _is_given(requester) else None


def _person(site: str, requester: GivenRequester) -> dict[str, Any]:
    return {
        "site": site,
        "account_id": _account(requester),
        "name": requester.display_name,
        "email": requester.email,
        "email_domain": requester.email_domain,
        "account_type": requester.account_type,
    }


def _issue(site: str, issue: GivenIssue, requester: GivenRequester) -> dict[str, Any]:
    reporter = _account(requester)
    day = issue.created or LATER
    created = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    row: dict[str, Any] = {
        "site": site,
        "issue_id": site,
        "key": f"TEST-{site}",
        "project": issue.project,
        "type": issue.issue_type,
        "request_type": issue.request_type,
        "channel": issue.channel,
        "labels": issue.label,
        "components": issue.component,
        "created": created.astimezone(UTC).replace(tzinfo=None) if created.tzinfo else created,
        "reporter_id": reporter,
        "creator_id": {None: None, False: reporter, True: "somebody else"}[issue.filed_by_other],
        "presence": "present",
    }
    for key, texts in (issue.__pydantic_extra__ or {}).items():
        column = SYSTEM_FIELDS.get(key.removeprefix("field.").lower(), "").removeprefix("i.")
        if column:
            row[column] = texts if column in ("labels", "components") else texts[0]
    return row


def _memberships(site: str, requester: GivenRequester) -> Iterator[dict[str, Any]]:
    for name in requester.group or ():
        yield {"site": site, "kind": "group", "name": name, "account_id": _account(requester)}


def _lookups(site: str, requester: GivenRequester, wanted: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    """A list that is given is whole: every name that rules ask for was looked up."""
    for kind, given in (("group", requester.group), ("organization", requester.organization)):
        if given is not None:
            for name in sorted({*wanted[kind], *given}):
                yield {"site": site, "kind": kind, "name": name, "ok": True}


def _override(mirror: Mirror, site: str, test: RuleTest) -> None:
    """What a test states outright goes before what would be derived."""
    requester, issue = test.given.requester, test.given.issue
    if requester.bot is not None:
        mirror.run("UPDATE people SET bot = ? WHERE site = ?", [requester.bot, site])
    if requester.organization is not None:
        mirror.run(
            """
            UPDATE affiliations SET organization = ($names::VARCHAR[])[1], organizations = $names::VARCHAR[],
                source = 'test' WHERE site = $site
            """,
            {"names": requester.organization, "site": site},
        )
    columns = {
        key.removeprefix("directory.").lower(): text for key, text in (requester.__pydantic_extra__ or {}).items()
    }
    if columns:
        line = -1 - int(site)
        mirror.run(
            """
            INSERT INTO directory BY NAME SELECT $line AS line, json_merge_patch(coalesce(d.columns, '{}'), $columns)
                AS columns FROM affiliations a LEFT JOIN directory d USING (line) WHERE a.site = $site LIMIT 1
            """,
            {"line": line, "columns": json.dumps(columns), "site": site},
        )
        mirror.run("UPDATE affiliations SET line = ? WHERE site = ?", [line, site])
    if issue.team is not None:
        mirror.run("DELETE FROM issue_teams WHERE site = ?", [site])
        mirror.load("issue_teams", [{"site": site, "issue_id": site, "team": issue.team, "how": "test"}])
