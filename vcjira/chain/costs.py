"""What waiting after hand-overs costs: the time from a hand-over to another team until somebody there does something.

Doing something is a comment, or a change by somebody of the new team. A hand-over that ends in the next one, or in the
end of the issue, without that, counts for as long as it lasted (Kaplan-Meier); the days of all are added up.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from vcjira import statistics
from vcjira.mirror import Mirror

SHOW_FROM = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """One pair of teams (`from_team` null: all into the team); days, and the median with its interval from 20 on."""

    from_team: str | None
    to_team: str
    site: str
    handovers: int
    acted: int
    days: float
    life: float
    """Days that these issues took altogether: `days` of them were waiting after a hand-over."""
    median: float | None
    low: float | None
    high: float | None
    issues: tuple[str, ...]


def costs(mirror: Mirror, start: datetime, end: datetime, as_of: datetime, projects: list[str]) -> list[Cost]:
    """Per receiving team, and per pair of teams; the dearest first. Issues raised in [start, end)."""
    params = {"start": start, "end": end, "as_of": as_of, "projects": projects}
    groups: dict[tuple[str, str | None, str], list[tuple[str, float, bool, float]]] = defaultdict(list)
    for site, origin, team, key, waited, acted, life in mirror.tuples(WAITED, params):
        for group in ((site, None, team), (site, origin, team)):
            groups[group].append((key, waited, acted, life))
    found = [_cost(group, rows) for group, rows in groups.items()]
    return sorted(found, key=lambda cost: (cost.from_team is not None, -cost.days, cost.to_team, cost.from_team or ""))


def _cost(group: tuple[str, str | None, str], rows: list[tuple[str, float, bool, float]]) -> Cost:
    spans = [(waited, acted) for _, waited, acted, _ in rows]
    interval = statistics.kaplan_meier_interval(spans) if len(rows) >= SHOW_FROM else (None, None, None)
    site, origin, team = group
    lives = {key: life for key, _, _, life in rows}
    return Cost(
        origin,
        team,
        site,
        len(rows),
        sum(acted for _, acted in spans),
        sum(waited for waited, _ in spans),
        sum(lives.values()),
        *interval,
        tuple(dict.fromkeys(key for key, *_ in sorted(rows, key=lambda row: (-row[1], row[0])))),
    )


WAITED = """
WITH passed AS (
    SELECT h.site, h.issue_id, h.seq, h.happened, h.from_team, h.to_team, h.to_person, i.key, i.created,
        least(CASE WHEN i.status_category = 'done' THEN coalesce(i.resolved, i.updated) END, $as_of) AS ended,
        lead(h.happened) OVER (PARTITION BY h.site, h.issue_id ORDER BY h.seq) AS next
    FROM handovers h JOIN issues i USING (site, issue_id)
    WHERE h.from_team <> h.to_team AND NOT h.bulk AND NOT h.automated AND i.presence = 'present'
        AND i.history_complete IS NOT FALSE AND i.created >= $start AND i.created < $end AND h.happened <= $as_of
        AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], i.project))
),
acts AS (
    SELECT c.site, c.issue_id, c.author_id, c.changed AS happened FROM changes c SEMI JOIN passed USING (site, issue_id)
    UNION ALL
    SELECT t.site, t.issue_id, t.author_id, t.created FROM talk t SEMI JOIN passed USING (site, issue_id) WHERE t.human
),
first AS (
    SELECT p.site, p.issue_id, p.seq, min(a.happened) AS acted
    FROM passed p JOIN acts a ON a.site = p.site AND a.issue_id = p.issue_id AND a.happened > p.happened
        AND a.happened <= $as_of
    LEFT JOIN person_teams m ON m.site = a.site AND m.account_id = a.author_id AND m.team = p.to_team
        AND (m.valid_from IS NULL OR m.valid_from <= a.happened)
        AND (m.valid_until IS NULL OR m.valid_until > a.happened)
    WHERE a.author_id = p.to_person OR m.team IS NOT NULL
    GROUP BY ALL
),
judged AS (
    SELECT p.*, greatest(p.happened, least(coalesce(p.next, p.ended), p.ended)) AS until, f.acted
    FROM passed p LEFT JOIN first f USING (site, issue_id, seq)
)
SELECT site, from_team, to_team, key,
    (epoch(CASE WHEN acted <= until THEN acted ELSE until END) - epoch(happened)) / 86400,
    coalesce(acted <= until, false), (epoch(ended) - epoch(created)) / 86400
FROM judged ORDER BY ALL
"""
