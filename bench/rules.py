"""How fast are rules? Set by set in the database, against the same rules interpreted by their pydantic models.

    python bench/rules.py [--requesters 150000] [--rules 200] [--rounds 3] [--issues 2700000] [--sample 3000]

Prints medians of `rounds` in CPU seconds (all threads) and one run over the issues in wall seconds. The interpreted
rules run on a sample of the requesters, whose time is scaled to all of them; both must agree on every rule of every
requester of the sample. `--issues 0` leaves the issues out.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from company import clocked, fill, filled, settings

from vcjira import people, rules
from vcjira.config.matchers import Bot, Group, Matcher, When
from vcjira.config.words import Words
from vcjira.mirror import Mirror
from vcjira.rules import facts, verdicts

Facts = dict[str, Any]


READY: dict[int, tuple[frozenset[str], list[re.Pattern[str]]]] = {}
"""Per matcher (by identity) its plain texts and compiled patterns, made once."""


def ready(matcher: Words) -> tuple[frozenset[str], list[re.Pattern[str]]]:
    if id(matcher) not in READY:
        patterns = [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in matcher.patterns]
        READY[id(matcher)] = (frozenset(word.lower() for word in matcher.exact), patterns)
    return READY[id(matcher)]


def is_one_of(matcher: Words, text: str | None) -> bool | None:
    if text is None:
        return None
    plain, patterns = ready(matcher)
    return text in plain or any(pattern.search(text) for pattern in patterns)


def matches(key: str, matcher: Matcher, who: Facts) -> bool | None:
    """One condition of one requester: true, false or unknown."""
    if isinstance(matcher, Bot):
        return bool(who["bot"] == matcher.root)
    assert isinstance(matcher, Words)
    if isinstance(matcher, Group):
        if any(is_one_of(matcher, group) for group in who["groups"]):
            return True
        return False if ready(matcher)[0] <= set(who["groups_read"]) else None
    return is_one_of(matcher, who[key])


def holds(when: When, who: Facts) -> bool | None:
    """A whole condition, three-valued (Kleene)."""
    found = [matches(key, matcher, who) for key, matcher in when.conditions()]
    if when.any is not None:
        inner = [holds(part, who) for part in when.any]
        found.append(True if True in inner else None if None in inner else False)
    found += [holds(part, who) for part in when.all or ()]
    if when.not_ is not None:
        inside = holds(when.not_, who)
        found.append(None if inside is None else not inside)
    return False if False in found else None if None in found else True


def interpreted(book: rules.Book, who: Facts) -> list[int]:
    """Marks of the rules that are true of one requester, as the database writes them."""
    return [2 * clause.number for clause in book.clauses if holds(clause.rule.when, who)]


def measure(mirror: Mirror, count: int, sample: int, times: dict[str, list[float]]) -> None:
    """One round of both ways over the requesters of a mirror whose people are derived."""
    config = settings(count)
    book = rules.compile(config, mirror)
    with clocked("requesters: facts and rules, in the database", times):
        facts.save_requesters(mirror, config, book)
        verdicts._mark_requesters(mirror, book, facts.unread_groups(mirror))
    rows = mirror.rows(_SAMPLE, [sample])
    READY.clear()
    begin = time.process_time()
    answers = [interpreted(book, row) for row in rows]
    times.setdefault("interpreted, per requester", []).append((time.process_time() - begin) / len(rows))
    differing = sum(row["marks"] != marks for row, marks in zip(rows, answers, strict=True))
    assert not differing, f"{differing} of {len(rows)} requesters differ"


_SAMPLE = """
SELECT r.*, s.marks FROM t_requesters r JOIN t_by_requester b USING (pid) JOIN t_by_requester_sets s USING (number)
WHERE pid > 0 ORDER BY hash(pid) LIMIT ?
"""


def requesters(args: argparse.Namespace) -> None:
    times: dict[str, list[float]] = {}
    with Mirror(Path(":memory:"), write=True) as mirror:
        fill(mirror, people=args.requesters, issues=1_000)
        with clocked("people: accounts, identities, affiliations"):
            people.derive(mirror, settings(args.rules))
        for _ in range(args.rounds):
            measure(mirror, args.rules, args.sample, times)
    ours = statistics.median(times["requesters: facts and rules, in the database"])
    theirs = statistics.median(times["interpreted, per requester"]) * args.requesters
    print(f"{args.requesters:,} requesters x {args.rules} rules: {ours:.2f} s CPU, median of {args.rounds}")
    print(f"interpreted: {theirs:.1f} s CPU ({args.sample:,} requesters, scaled), {theirs / ours:.0f} times as much")


def issues(args: argparse.Namespace) -> None:
    config = settings(args.rules, issue_rules=True)
    with (
        tempfile.TemporaryDirectory(prefix="vcjira-bench-") as folder,
        filled(Path(folder) / "m.duckdb", people=args.requesters, issues=args.issues) as mirror,
    ):
        with clocked(f"people and parties of {args.issues:,} issues"):
            people.derive(mirror, config)
        with clocked(f"classes of {args.issues:,} issues"):
            rules.derive(mirror, config)
        classed = mirror.tuples("SELECT class, count(*) FROM classes GROUP BY class ORDER BY class")
        print(", ".join(f"{count:,} {name}" for name, count in classed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, default in (("requesters", 150_000), ("rules", 200), ("rounds", 3), ("sample", 3_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--issues", type=int, default=2_700_000)
    args = parser.parse_args()
    requesters(args)
    if args.issues:
        issues(args)


if __name__ == "__main__":
    main()
