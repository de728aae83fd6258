"""Shares in reports: Wilson intervals at the effective size, for issues of one requester are not independent (U1, U2).

`count` adds up in the database, once for all parts of all wholes: the months of a report, its classes, its patterns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vcjira import statistics
from vcjira.mirror import Mirror
from vcjira.walls import MIN_REQUESTERS, SHOW_FROM, clustered

REQUESTER = "{'site': i.site, 'id': coalesce(c.requester_id, '#' || i.issue_id)}"
"""SQL over `issues i` and `classes c`: whose habit an issue shows; issues without a requester stand each for itself."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of each whole the sums over its requesters, and the same of each of its parts."""

    wholes: dict[Any, dict[str, Any]]
    parts: dict[tuple[Any, Any], dict[str, Any]]

    def series(self, wholes: Iterable[Any], part: Any) -> list[tuple[float, float] | None]:
        """Hits and size of each whole divided by the design effect of all; None where there is too little to say.

        One effect for all: a month in which nobody or everybody has the part knows none of its own.
        """
        rows = [self._row(whole, part) for whole in wholes]
        effect = clustered({name: sum(row[name] for row in rows) for name in ("n", "m", "k", "hh", "hs", "ss")})
        return [(row["k"] / effect, row["n"] / effect) if _enough(row) else None for row in rows]

    def share(self, whole: Any, part: Any) -> dict[str, Any]:
        """`share`, `low`, `high` and `why_not`; no share of fewer than 20, no interval of fewer than 10 requesters."""
        row = self._row(whole, part)
        if _enough(row):
            effect = clustered(row)
            low, high = statistics.wilson(row["k"] / effect, row["n"] / effect)
            return {"share": row["k"] / row["n"], "low": low, "high": high, "why_not": ""}
        told = {"share": None, "low": None, "high": None, "why_not": "not enough"}
        if row["n"] < SHOW_FROM:
            return told
        return told | {"share": row["k"] / row["n"], "why_not": f"too few requesters: {row['m']}"}

    def _row(self, whole: Any, part: Any) -> dict[str, Any]:
        nothing = {"n": 0, "m": 0, "k": 0, "hh": 0, "hs": 0, "ss": 0}
        return self.parts.get((whole, part)) or nothing | self.wholes.get(whole, {})


def _enough(row: dict[str, Any]) -> bool:
    return bool(row["n"] >= SHOW_FROM and row["m"] >= MIN_REQUESTERS)


def count(mirror: Mirror, issues: str, values: dict[str, object] | None = None) -> Shares:
    """Shares of `issues`: SQL with a row per issue, `whole` (of what), `requester`, and `parts` (a list of names)."""
    wholes: dict[Any, dict[str, Any]] = {}
    parts: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in mirror.rows(SUMS.format(issues=issues), values or {}):
        whole, part = row.pop("whole"), row.pop("part")
        wholes[whole] = {name: row[name] for name in ("n", "m", "ss")}
        if part is not None:
            parts[whole, part] = row
    return Shares(wholes, parts)


SUMS = """
WITH counted AS ({issues}),
sizes AS (SELECT whole, requester, count(*) AS size FROM counted GROUP BY ALL),
wholes AS (SELECT whole, sum(size)::BIGINT AS n, count(*) AS m, sum(size * size)::DOUBLE AS ss FROM sizes GROUP BY ALL),
hits AS (
    SELECT whole, requester, part, count(*) AS hits
    FROM (SELECT whole, requester, unnest(parts) AS part FROM counted) WHERE part IS NOT NULL GROUP BY ALL
),
sums AS (
    SELECT whole, part, sum(hits)::BIGINT AS k, sum(hits * hits)::DOUBLE AS hh, sum(hits * size)::DOUBLE AS hs
    FROM hits JOIN sizes USING (whole, requester) GROUP BY ALL
)
SELECT w.*, s.part, s.k, s.hh, s.hs FROM wholes w LEFT JOIN sums s USING (whole)
"""
