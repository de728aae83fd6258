"""Small worlds for the tests of rules and people: rows as sync would leave them, classed by the real thing."""

from collections.abc import Iterable, Mapping
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


def truths(when: Row, givens: Iterable[Mapping[str, Any]], **more: Any) -> list[bool | None]:
    """What `when` is for each given: true, false, or None for unknown."""
    asked = [
        {"name": "is", "when": when, "class": "partner"},
        {"name": "not", "when": {"not": when}, "class": "customer"},
    ]
    tests = [{"given": dict(given), "expect": "unknown"} for given in givens]
    config = settings(asked, classify={"tests": tests}, **more)
    words = {"partner": True, "customer": False, "unknown": None}
    return [words[str(result.got)] for result in rules.run_tests(config)]
