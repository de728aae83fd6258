"""Small worlds for the tests of rules and people: rows as sync would leave them, classed by the real thing."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from vcjira import people, rules
from vcjira.config import Settings
from vcjira.mirror import Mirror

Row = dict[str, Any]


def memory() -> Mirror:
    return Mirror(Path(":memory:"), write=True)


def settings(rules: Iterable[Row] = (), **more: Any) -> Settings:
    classify = {"rules": list(rules), **more.pop("classify", {})}
    return Settings.model_validate({"classify": classify, **more})


def fill(mirror: Mirror, **tables: Iterable[Row]) -> None:
    """Rows per table; `site` is "s" and issues are present where a row does not say."""
    for table, rows in tables.items():
        mirror.load(table, [_row(table, row) for row in rows])


def _row(table: str, row: Row) -> Row:
    defaults: Row = {"site": "s"}
    if table == "issues":
        number = row["issue_id"]
        defaults |= {
            "presence": "present",
            "created": "2026-06-01T12:00:00",
            "key": f"PLAT-{number}",
            "project": "PLAT",
        }
        defaults["creator_id"] = row.get("reporter_id")
    if table == "lookups":
        defaults["ok"] = True
    if table == "people" and row.get("email"):
        defaults["email_domain"] = row["email"].split("@")[1]
    return defaults | row


def classed(mirror: Mirror, config: Settings) -> dict[str, Row]:
    """Derive people and classes; the rows of `classes` by issue id."""
    people.derive(mirror, config)
    rules.derive(mirror, config)
    return {row["issue_id"]: row for row in mirror.rows("SELECT * FROM classes")}


def verdict(rules_: Iterable[Row], given: Mapping[str, Any], **more: Any) -> str | None:
    """The class of one given requester and issue."""
    config = settings(rules_, classify={"tests": [{"given": dict(given), "expect": "unknown"}]}, **more)
    return rules.run_tests(config)[0].got


def verdicts(cases: Iterable[tuple[Iterable[Row], Mapping[str, Any]]], **more: Any) -> list[str | None]:
    """The class of each given by its own undated rules, all in one run: every case has a day of its own."""
    dated: list[Row] = []
    tests: list[Row] = []
    for number, (rules_, given) in enumerate(cases):
        day = date(2001, 1, 1) + timedelta(number)
        days = {"from": day, "until": day + timedelta(1)}
        dated += [rule | days | {"name": f"{number} {rule['name']}"} for rule in rules_]
        issue = dict(given.get("issue", {})) | {"created": day}
        tests.append({"given": dict(given) | {"issue": issue}, "expect": "unknown"})
    results = rules.run_tests(settings(dated, classify={"tests": tests}, **more))
    return [result.got for result in results]


def truths(cases: Iterable[tuple[Row, Iterable[Mapping[str, Any]]]]) -> list[list[bool | None]]:
    """What each `when` is for each of its givens: true, false, or None for unknown; all in one run."""
    listed = [(when, list(givens)) for when, givens in cases]
    asked = [
        (
            [
                {"name": "is", "when": when, "class": "partner"},
                {"name": "no", "when": {"not": when}, "class": "customer"},
            ],
            given,
        )
        for when, givens in listed
        for given in givens
    ]
    words = {"partner": True, "customer": False, "unknown": None}
    found = iter([words[str(kind)] for kind in verdicts(asked)])
    return [[next(found) for _ in givens] for _, givens in listed]


def _both_ways(when: Row) -> list[Row]:
    return [
        {"name": "is", "when": when, "class": "partner"},
        {"name": "is not", "when": {"not": when}, "class": "customer"},
    ]
