"""A large made-up company for the benches: requesters, issues and 200 rules, in a mirror, quickly.

Everything is generated inside the database from row numbers, so the same sizes give the same mirror.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror

DOMAINS = 4_000


def rules(count: int) -> list[dict[str, Any]]:
    """A mixture: a fifth patterns, some lists, some groups, some on issues, the rest plain domains."""
    kinds = (
        lambda n: {"email_domain": [f"d{n}.example", f"d{n + 500}.example"]},
        lambda n: {"display_name": f"re:^(team|squad) {n % 90}[0-9]* "},
        lambda n: {"email_domain": f"glob:*{n}.example"},
        lambda n: {"all": [{"email_domain": f"d{n + 900}.example"}, {"not": {"account_type": "app"}}]},
        lambda n: {"any": [{"group": f"group-{n % 20}"}, {"account": [f"u{n}", f"u{n + 7}", f"u{n * 3}"]}]},
    )
    answers = ({"has_choice": False}, {"has_choice": True, "delivers_to_others": True}, {"delivers_to_others": False})
    return [
        {"name": f"rule {n}", "when": kinds[n % len(kinds)](n), "answers": answers[n % len(answers)]}
        for n in range(count)
    ]


def settings(count: int, *, issue_rules: bool = False) -> Settings:
    listed = rules(count)
    if issue_rules:
        for n in range(0, count, 10):
            listed[n]["when"] = {"all": [listed[n]["when"], {"project": [f"P{n}", f"P{n + 1}"]}]}
        for n in range(5, count, 20):
            listed[n]["when"] = {"issue_type": "Incident", "project": f"glob:P{n % 90}*"}
        for n in range(7, count, 20):
            listed[n]["from"], listed[n]["until"] = f"20{10 + n % 14}-01-01", f"20{12 + n % 14}-01-01"
    teams = {f"T{n}": {"projects": [f"P{n}", f"P{n + 200}"], "members": {"group": f"group-{n}"}} for n in range(20)}
    return Settings.model_validate({"classify": {"rules": listed}, "teams": teams})


def fill(mirror: Mirror, *, people: int, issues: int, projects: int = 1_800) -> None:
    mirror.run(
        """
        INSERT INTO people BY NAME SELECT 's' AS site, 'u' || n AS account_id,
            ['Team', 'Squad', 'Ann', 'Bob'][n % 4 + 1] || ' ' || n % 997 || ' ' || md5(n::TEXT) AS name,
            'u' || n || '@d' || (hash(n) % $domains) || '.example' AS email,
            'd' || (hash(n) % $domains) || '.example' AS email_domain,
            CASE WHEN n % 500 = 0 THEN 'app' WHEN n % 3 = 0 THEN 'customer' ELSE 'atlassian' END AS account_type
        FROM range($people) t(n)
        """,
        {"people": people, "domains": DOMAINS},
    )
    mirror.run(
        "INSERT INTO memberships BY NAME SELECT 's' AS site, 'group' AS kind, 'group-' || n % 20 AS name,"
        " 'u' || n * 13 AS account_id FROM range(?::BIGINT // 15) t(n)",
        [people],
    )
    mirror.run(
        "INSERT INTO lookups BY NAME SELECT 's' AS site, 'group' AS kind, 'group-' || n AS name, true AS ok"
        " FROM range(20) t(n)"
    )
    mirror.run(
        """
        INSERT INTO issues BY NAME SELECT 's' AS site, n::TEXT AS issue_id, project || '-' || n AS key, project,
            ['Bug', 'Story', 'Task', 'Incident'][n % 4 + 1] AS type,
            TIMESTAMP '2010-01-01' + INTERVAL 1 MINUTE * (n * 3) AS created,
            'u' || who AS reporter_id, CASE WHEN n % 25 = 0 THEN 'u' || (who + 1) ELSE 'u' || who END AS creator_id,
            CASE WHEN n % 3 > 0 THEN 'u' || (hash(n + 1) % $people) END AS assignee_id,
            'present' AS presence, true AS history_complete, true AS comments_complete
        FROM (SELECT n, 'P' || floor($projects * pow(hash(n + 2) % 100000 / 100000, 2))::INTEGER AS project,
            floor($people * pow(hash(n) % 1000000 / 1000000, 3))::INTEGER AS who FROM range($issues) t(n))
        """,
        {"people": people, "issues": issues, "projects": projects},
    )
    mirror.run("INSERT INTO sites BY NAME SELECT 's' AS site, TIMESTAMP '2026-11-24' AS last_sync, 'cloud' AS product")


@contextmanager
def filled(path: Path, **sizes: int) -> Iterator[Mirror]:
    with Mirror(path, write=True) as mirror:
        fill(mirror, **sizes)
        yield mirror


@contextmanager
def clocked(what: str, times: dict[str, list[float]] | None = None) -> Iterator[None]:
    """Prints CPU and wall seconds of a block; adds the CPU seconds to `times`."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{what:<44} {cpu:7.2f} s CPU {wall:7.2f} s")
    if times is not None:
        times.setdefault(what, []).append(cpu)
