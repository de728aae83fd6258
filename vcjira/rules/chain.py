"""The value chain as it is declared, held against the classes: what cannot both be true is told, with its evidence.

A customer is the end of the chain, a partner delivers onward, a stakeholder does not buy.
"""

from dataclasses import dataclass
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror

FEWEST = 3
"""Issues that an organization must have of a class before the class is held against it."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An organization whose class its behaviour, or the declared chain, contradicts."""

    organization: str
    kind: str
    what: str
    evidence: str
    issues: int


def edges(settings: Settings) -> list[tuple[str, str]]:
    """Declared deliveries, from whom to whom, in the order of the file."""
    return [(edge.from_, edge.to) for edge in settings.value_chain]


def contradictions(mirror: Mirror, settings: Settings) -> list[Contradiction]:
    """Sorted by organization. Delivering onward is a declared edge, filing for others, or owning others' work."""
    delivers: dict[str, list[str]] = {}
    for origin, end in edges(settings):
        delivers.setdefault(origin.lower(), []).append(end)
    found = []
    for row in mirror.rows(_ORGANIZATIONS, {"fewest": FEWEST}):
        onward = _onward(row, delivers.get(row["organization"].lower(), []))
        if row["class"] == "customer" and onward:
            found.append(_told(row, "a customer that delivers onward", onward))
        if row["class"] == "partner" and not onward and delivers:
            found.append(
                _told(row, "a partner that delivers to nobody", "no declared edge, files and owns nothing for others")
            )
        if row["class"] == "stakeholder" and row["portal"] * 2 > row["people"]:
            told = f"{row['portal']} of {row['people']} requesters have portal-only accounts"
            found.append(_told(row, "a stakeholder who pays", told))
    return found


def _told(row: dict[str, Any], what: str, evidence: str) -> Contradiction:
    return Contradiction(row["organization"], row["class"], what, evidence, row["issues"])


def _onward(row: dict[str, Any], ends: list[str]) -> str:
    parts = [f"declared to deliver to {', '.join(ends)}"] if ends else []
    if row["carried"]:
        parts.append(f"filed {row['carried']} issues for other organizations")
    if row["owned"]:
        parts.append(f"its people are in teams that own {row['owned']} issues of others")
    return "; ".join(parts)


_ORGANIZATIONS = """
WITH class AS (
    SELECT organization, class, count(*) AS n, count(DISTINCT requester_id) AS people,
        count(DISTINCT requester_id) FILTER (account_type = 'customer') AS portal
    FROM classes c LEFT JOIN (SELECT site, account_id AS requester_id, account_type FROM people) p
        USING (site, requester_id)
    WHERE organization IS NOT NULL AND NOT own_team AND class <> 'unknown' GROUP BY ALL
),
most AS (
    SELECT organization, arg_max({'class': class, 'issues': n, 'people': people, 'portal': portal}, (n, class)) AS m
    FROM class GROUP BY ALL
),
home AS (
    SELECT site, account_id, lower(organization) AS organization FROM affiliations
    WHERE organization IS NOT NULL AND valid_until IS NULL
),
carried AS (
    SELECT h.organization, count(*) AS n FROM classes c JOIN home h ON h.site = c.site AND h.account_id = c.carrier_id
    WHERE c.requester_id IS DISTINCT FROM c.carrier_id AND lower(c.organization) <> h.organization GROUP BY ALL
),
owned AS (
    SELECT h.organization, count(DISTINCT c.site || '/' || c.issue_id) AS n FROM home h
    JOIN person_teams t USING (site, account_id) JOIN classes c ON c.site = t.site AND c.team = t.team
    WHERE NOT c.own_team AND lower(c.organization) <> h.organization GROUP BY ALL
)
SELECT m.organization, m.m.class AS class, m.m.issues AS issues, m.m.people AS people, m.m.portal AS portal,
    coalesce(c.n, 0) AS carried, coalesce(o.n, 0) AS owned
FROM most m LEFT JOIN carried c ON c.organization = lower(m.organization)
LEFT JOIN owned o ON o.organization = lower(m.organization)
WHERE m.m.issues >= $fewest ORDER BY m.organization
"""
