"""How long teams hold an issue until they pass it on or close it: Kaplan-Meier, for many are not done with it yet (U5).

A stay begins when the issue is raised or passed to the team. It ends with the next hand-over or with closing; until the
day of the report it is seen but not over. Bulk edits and automation pass nothing on: a stay that ends by them is seen
until then. Issues whose history is not whole are left out (E14).
"""

from collections import defaultdict
from typing import Any

from vcjira import statistics
from vcjira.mirror import Mirror
from vcjira.report.behind import ISSUES
from vcjira.report.head import IN_WINDOW, params
from vcjira.report.window import Window
from vcjira.walls import SHOW_FROM

QUANTILES = {"median": 0.5, "p85": 0.85}


def gather(mirror: Mirror, window: Window) -> list[dict[str, Any]]:
    """Per team `stays`, `ended`, and in seconds `median`, `p85`, each with `_low` and `_high`; null where not reached.

    All are null below 20 stays: then `enough` is false.
    """
    values = params(window) | {"as_of": window.as_of}
    mirror.run(STAYS, values)
    durations: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for team, held_s, ended in mirror.tuples("SELECT team, held_s, ended FROM report_stays"):
        durations[team].append((held_s, ended))
    return [row | _quantiles(durations[row["team"]]) for row in mirror.rows(TEAMS)]


def _quantiles(durations: list[tuple[float, bool]]) -> dict[str, Any]:
    enough = len(durations) >= SHOW_FROM
    found: dict[str, Any] = {"enough": enough}
    for name, share in QUANTILES.items():
        point = statistics.kaplan_meier_interval(durations, share) if enough else (None, None, None)
        found |= dict(zip((name, f"{name}_low", f"{name}_high"), point, strict=True))
    return found


STAYS = f"""
CREATE OR REPLACE TEMP TABLE report_stays AS
WITH seen AS (
    SELECT i.site, i.issue_id, i.created, t.team,
        CASE WHEN i.status_category = 'done' THEN coalesce(i.resolved, i.updated) END AS closed
    FROM issues i LEFT JOIN issue_teams t USING (site, issue_id)
    WHERE {IN_WINDOW} AND i.history_complete IS NOT FALSE
),
hops AS (
    SELECT h.site, h.issue_id, h.seq, h.happened, h.from_team, h.to_team, NOT (h.bulk OR h.automated) AS passed
    FROM handovers h SEMI JOIN seen USING (site, issue_id)
    WHERE h.from_team IS DISTINCT FROM h.to_team AND h.happened < $as_of
),
firsts AS (SELECT site, issue_id, min(seq) AS seq, arg_min_null(from_team, seq) AS team FROM hops GROUP BY ALL),
entries AS (
    SELECT s.site, s.issue_id, -1 AS seq, s.created AS since,
        CASE WHEN f.seq IS NULL THEN s.team ELSE f.team END AS team
    FROM seen s LEFT JOIN firsts f USING (site, issue_id)
    UNION ALL
    SELECT site, issue_id, seq, happened, to_team FROM hops
),
stays AS (
    SELECT e.site, e.issue_id, e.team, e.since, lead(e.since) OVER w AS left_at, lead(h.passed) OVER w AS passed
    FROM entries e LEFT JOIN hops h USING (site, issue_id, seq)
    WINDOW w AS (PARTITION BY e.site, e.issue_id ORDER BY e.seq)
),
ends AS (
    SELECT s.*, coalesce(s.left_at, least(n.closed, $as_of), $as_of) AS until,
        coalesce(s.passed, n.closed < $as_of, false) AS ended
    FROM stays s JOIN seen n USING (site, issue_id)
)
SELECT site, issue_id, team, epoch(until) - epoch(since) AS held_s, ended FROM ends
WHERE team IS NOT NULL AND until >= since
"""
"""An issue that is passed on after it was closed is held until then; one that was closed before it came is not held."""

TEAMS = f"""
WITH counts AS (
    SELECT team, count(*) AS stays, count(*) FILTER (ended) AS ended FROM report_stays GROUP BY team
),
behind AS (
    SELECT s.team, {ISSUES} FROM (SELECT DISTINCT team, site, issue_id FROM report_stays) s
    JOIN issues i USING (site, issue_id) GROUP BY s.team
)
SELECT * FROM counts JOIN behind USING (team) ORDER BY stays DESC, team
"""
