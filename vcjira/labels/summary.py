"""A plan as the person who must approve it wants to see it: counts first, the oddest cases next, then everything."""

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from vcjira.labels.plan import Change, Plan

ODDEST = 10
LESS_ODD = 4.0
"""What each further change of the same sort loses, in bits."""


def facts(plan: "Plan", most: int | None = None) -> dict[str, Any]:
    """Counts by label, project, class and reason; the ten oddest changes with what is odd about them; rows.

    `changes`, `refused`, `announced`: all rows, or the first `most` (of each project); `counts` has their numbers.
    `labels`: {label, add, remove} · `projects`: {site, project, issues, add, remove} · `classes`: {class, issues} ·
    `reasons` and `refusals`: {why or reason, issues} · `oddest`: a change and `odd` · `nights`: more runs that
    `labels.per_night` needs.
    """
    changes = plan.changes
    adds, removes = _ops(changes, "add"), _ops(changes, "remove")
    return {
        "plan_id": plan.plan_id,
        "kind": plan.kind,
        "undoes": plan.undoes,
        "created": plan.created,
        "prefix": plan.prefix,
        "sites": plan.sites,
        "issues": len(changes),
        "add": adds.total(),
        "remove": removes.total(),
        "labels": [
            {"label": label, "add": adds[label], "remove": removes[label]} for label in sorted(adds.keys() | removes)
        ],
        "projects": _projects(changes),
        "classes": [
            {"class": name, "issues": n} for name, n in _ranked(change.class_ or "unknown" for change in changes)
        ],
        "reasons": [{"why": why, "issues": n} for why, n in _ranked(why for c in changes for why in c.reasons)],
        "oddest": _oddest(changes),
        "refusals": [{"reason": reason, "issues": n} for reason, n in _ranked(row.reason for row in plan.refused)],
        "left": plan.left,
        "labelled": plan.labelled,
        "nights": math.ceil(plan.left / len(changes)) if plan.left and changes else 0,
        "counts": {"refused": len(plan.refused), "announced": len(plan.announced)},
        "changes": msgspec.to_builtins(changes if most is None else _first(changes, most)),
        "refused": msgspec.to_builtins(plan.refused[:most]),
        "announced": msgspec.to_builtins(plan.announced[:most]),
    }


def _first(changes: "list[Change]", most: int) -> "list[Change]":
    """The first of each project."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for change in changes:
        seen[change.site, change.project] += 1
        if seen[change.site, change.project] <= most:
            kept.append(change)
    return kept


def _ops(changes: "list[Change]", verb: str) -> Counter[str]:
    return Counter(label for change in changes for label in (change.add if verb == "add" else change.remove))


def _ranked(words: Any) -> list[tuple[str, int]]:
    """Most frequent first, then by name."""
    return sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))


def _projects(changes: "list[Change]") -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        blank = {"site": change.site, "project": change.project, "issues": 0, "add": 0, "remove": 0}
        row = rows.setdefault((change.site, change.project), blank)
        row["issues"] += 1
        row["add"] += len(change.add)
        row["remove"] += len(change.remove)
    return sorted(rows.values(), key=lambda row: (-row["issues"], row["site"], row["project"]))


def _oddest(changes: "list[Change]") -> list[dict[str, Any]]:
    """The changes that have the fewest like them; what takes a label away counts as odder than what adds one, and
    the second of a sort as less odd than the first, so that ten rows do not say the same.
    """
    kinds = Counter(_kind(change) for change in changes)
    reasons = Counter(reason for change in changes for reason in change.reasons)
    scored = []
    for place, change in enumerate(changes):
        alike = kinds[_kind(change)]
        rarest = min(reasons[reason] for reason in change.reasons)
        score = 2.0 * bool(change.remove) - math.log2(alike / len(changes)) - math.log2(rarest / len(changes))
        scored.append((-score, place))
    seen: Counter[tuple[str, ...]] = Counter()
    lessened = []
    for score, place in sorted(scored):
        sort = _sort(changes[place])
        if seen[sort] < ODDEST:
            lessened.append((score + LESS_ODD * seen[sort], place))
            seen[sort] += 1
    return [_odd(changes[place], kinds, reasons) for _, place in sorted(lessened)[:ODDEST]]


def _sort(change: "Change") -> tuple[str, ...]:
    """What is done and why, wherever."""
    return (*change.add, "-", *change.remove, "-", *change.reasons)


def _kind(change: "Change") -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return change.site, change.project, tuple(change.add), tuple(change.remove)


def _odd(change: "Change", kinds: Counter[Any], reasons: Counter[str]) -> dict[str, Any]:
    alike = kinds[_kind(change)]
    told = ["takes a label away"] if change.remove else []
    told.append(
        f"1 of {alike} like it in {change.project}" if alike > 1 else f"the only one like it in {change.project}"
    )
    rarest = min(change.reasons, key=lambda reason: (reasons[reason], reason))
    told.append(f"{reasons[rarest]} for this reason")
    shown: dict[str, Any] = msgspec.to_builtins(change)
    return shown | {"odd": ", ".join(told)}
