"""Two sets of rules over the same history: what each says of every issue, and what would change between them.

Both are derived inside one transaction that is rolled back: the mirror is left as it was.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from vcjira import people
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.rules import verdicts
from vcjira.rules.book import compile
from vcjira.rules.card import label_of


@dataclass(frozen=True, slots=True)
class Flip:
    """An issue whose class changes, with the rules behind both."""

    site: str
    key: str
    old: str
    new: str
    why: str
    add: list[str]
    remove: list[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """`matrix` counts issues by (old class, new class); `requests` are those that are not a team's own."""

    requests: int
    matrix: dict[tuple[str, str], int]
    flips: list[Flip]

    @property
    def share(self) -> float:
        return len(self.flips) / self.requests if self.requests else 0.0


class _Undo(Exception):
    """Ends the transaction without keeping anything."""


def compare(mirror: Mirror, old: Settings, new: Settings) -> Difference:
    """Derive people and classes under both; needs a mirror open for writing, writes nothing."""
    rows: list[dict[str, Any]] = []
    compile(old, mirror)
    compile(new, mirror)
    try:
        with mirror.transaction():
            for side, settings in (("old", old), ("new", new)):
                people.derive(mirror, settings)
                verdicts.save(mirror, settings, compile(settings, mirror))
                mirror.run(f"CREATE OR REPLACE TEMP TABLE t_{side} AS SELECT * FROM classes")
            rows = mirror.rows(_CHANGED)
            raise _Undo
    except _Undo:
        pass
    matrix: Counter[tuple[str, str]] = Counter()
    flips = []
    for row in rows:
        matrix[row["old"], row["new"]] += row["issues"]
        if row["old"] != row["new"]:
            flips.append(_flip(row, old, new))
    flips.sort(key=lambda flip: (flip.old, flip.new, flip.site, flip.key))
    return Difference(sum(matrix.values()), dict(sorted(matrix.items())), flips)


_CHANGED = """
WITH side AS (
    SELECT site, issue_id, o.class AS old, n.class AS new, o.rules AS old_rules, n.rules AS new_rules,
        o.organization AS old_organization, n.organization AS new_organization, o.team AS old_team, n.team AS new_team,
        o.requester_id AS old_requester, n.requester_id AS new_requester
    FROM t_old o JOIN t_new n USING (site, issue_id) WHERE NOT (o.own_team AND n.own_team)
)
SELECT s.*, i.key, 1 AS issues FROM side s JOIN issues i USING (site, issue_id) WHERE s.old <> s.new
UNION ALL BY NAME
SELECT old, new, count(*) AS issues FROM side WHERE old = new GROUP BY ALL
"""


def _flip(row: dict[str, Any], old: Settings, new: Settings) -> Flip:
    return Flip(
        site=row["site"],
        key=row["key"],
        old=row["old"],
        new=row["new"],
        why=_why(row),
        add=[label_of(new, row["new"])] if row["new"] in new.labels.classes else [],
        remove=[label_of(old, row["old"])] if row["old"] in old.labels.classes else [],
    )


def _why(row: dict[str, Any]) -> str:
    """What changed with the class: who asks, for whom, of whom, or only the rules."""
    parts = [
        f"{name} {row[f'old_{name}'] or 'unknown'} -> {row[f'new_{name}'] or 'unknown'}"
        for name in ("requester", "organization", "team")
        if row[f"old_{name}"] != row[f"new_{name}"]
    ]
    before, after = (", ".join(row[f"{side}_rules"]) or "no rule" for side in ("old", "new"))
    if before != after:
        parts.append(f"{before} -> {after}")
    return "; ".join(parts) or f"{after} answers otherwise"
