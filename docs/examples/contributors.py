"""A directory file made up from what people did, for trackers of which no staff list is at hand.

    vcjira export exported --format jsonl --table issues --table comments
    python contributors.py exported > people.csv

Nobody is looked up by name. What an account did makes its column `tier`, each from the day it was reached: `user`
(reported 3 issues), `regular` (commented on 10 issues of others), `core` (on 50 of one project, which becomes its
`team`). A tier never falls; what happened later does not count before.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

REPORTED = 3
HELPED = 10
HELPED_IN_PROJECT = 50
Account = tuple[str, str]
"""Site and account id."""


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def reached(days: Iterable[str], count: int) -> str | None:
    """The day of the `count`-th; None where there are fewer."""
    listed = sorted(days)
    return listed[count - 1][:10] if len(listed) >= count else None


def tiers(folder: Path) -> Iterator[tuple[Account, str, str, str]]:
    """Account, day, tier and team, unsorted."""
    issues = {(issue["site"], issue["issue_id"]): issue for issue in read(folder / "issues.jsonl")}
    reported: dict[Account, list[str]] = defaultdict(list)
    for issue in issues.values():
        if issue["reporter_id"] and issue["created"]:
            reported[issue["site"], issue["reporter_id"]].append(issue["created"])
    helped: dict[tuple[Account, str], dict[str, str]] = defaultdict(dict)
    for comment in read(folder / "comments.jsonl"):
        issue = issues[comment["site"], comment["issue_id"]]
        author = comment["author_id"]
        if author and author != issue["reporter_id"]:
            first = helped[(comment["site"], author), issue["project"]]
            first[issue["issue_id"]] = min(comment["created"], first.get(issue["issue_id"], comment["created"]))
    everywhere: dict[Account, list[str]] = defaultdict(list)
    for (account, project), first in helped.items():
        everywhere[account] += first.values()
        day = reached(first.values(), HELPED_IN_PROJECT)
        if day:
            yield account, day, "core", project
    for tier, days, count in (("user", reported, REPORTED), ("regular", everywhere, HELPED)):
        for account, listed in days.items():
            day = reached(listed, count)
            if day:
                yield account, day, tier, ""


ORDER = ("user", "regular", "core")


def lines(folder: Path) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Lines of the directory: a tier holds until a higher one is reached."""
    found: dict[Account, list[tuple[str, str, str]]] = defaultdict(list)
    for account, day, tier, team in tiers(folder):
        found[account].append((day, tier, team))
    for (site, account_id), steps in sorted(found.items()):
        for day, tier, team in sorted(steps):
            higher = [other for other, name, _ in steps if ORDER.index(name) > ORDER.index(tier)]
            until = min(higher, default="")
            if not until or day < until:
                yield site, account_id, tier, team, day, until


def main() -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("site", "account_id", "tier", "team", "from", "until"))
    out.writerows(lines(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
