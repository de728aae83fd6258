"""P22 deadline_toss: Is work passed on at the end of the week?

Definition. Hand-overs out of a team in the last hours of its week, held against its other activity then. One hit per
team (no issue), now.
Formula. Ratio = (hand-overs in the slot / activity in the slot) / (hand-overs elsewhere / activity elsewhere), activity
being comments and status changes by the team's members; interval on the logarithm, Poisson.
Default. The slot is the last 2 working hours of the team's own week where it has a calendar, else day 5 of the week
from hour 15 to 17, UTC; hit when the interval lies above 1.5 and at least `hand_overs` 30 fell into the slot, in
`window` 365 days.
Edges. Without a calendar, set day and hours for where the team lives; bulk edits and automation do not count; teams
need members.
Source. Practitioners ("the 4:30 drop"); work habits in Shihab et al., EMSE 2013.
What to do. A short call on Friday noon: what will not be finished, and who is told?

found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x6 3d+7d ann creates A* to pat
    x6 3d1h+7d pat assigns A* to dan
    x6 1d2h+7d ann creates B* to pat
    x6 1d3h+7d pat comments B*
    x6 1d4h+7d pat comments B*
    x6 1d5h+7d pat comments B*
    x6 1d6h+7d pat comments B*
    x6 1d7h+7d pat comments B*
    x6 3d2h+7d pat comments B*
    x2 1d8h+7d pat assigns B* to dan
    42d now
not found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x6 3d+7d ann creates A* to pat
    x6 3d1h+7d pat comments A*
    x6 1d+7d ann creates B* to pat
    x6 1d1h+7d pat assigns B* to dan
    42d now
found (calendar=office, hand_overs=3, window=365d):
    x6 4d10h+7d ann creates A* to pat        # a Friday
    x6 4d15h30m+7d pat assigns A* to dan
    x6 1d10h+7d ann creates B* to pat
    x6 1d11h+7d pat comments B*
    x6 1d12h+7d pat comments B*
    x6 1d13h+7d pat comments B*
    x6 1d14h+7d pat comments B*
    x6 1d15h+7d pat comments B*
    x6 4d16h+7d pat comments B*
    x2 1d16h+7d pat assigns B* to dan
    43d12h now
not found (calendar=office, hand_overs=3, window=365d):
    x6 4d10h+7d ann creates A* to pat
    x6 4d14h30m+7d pat assigns A* to dan     # with 2.5 hours to go
    x6 1d10h+7d ann creates B* to pat
    x6 1d11h+7d pat comments B*
    x6 1d12h+7d pat comments B*
    x6 1d13h+7d pat comments B*
    x6 1d14h+7d pat comments B*
    x6 1d15h+7d pat comments B*
    x6 4d16h+7d pat comments B*
    x2 1d16h+7d pat assigns B* to dan
    43d12h now
not found:
    x6 3d+7d ann creates A* to pat
    x6 3d1h+7d robot assigns A* to dan   # automation (E1)
    42d now
"""

from vcjira.hours import WeekEnd
from vcjira.patterns.option import Option

NUMBER = "P22"
OPTIONS = {
    "last": Option("2h", "the slot of a team that has a calendar: its last working hours", "duration", working="2h"),
    "day": Option(5, "day of the week, 1 is Monday"),
    "from_hour": Option(15, "the slot begins, UTC"),
    "to_hour": Option(17, "the slot ends, UTC"),
    "hand_overs": Option(30, "hand-overs that the slot needs"),
    "window": Option("365d", "how far back", "duration"),
}

WORKING = {
    "late": WeekEnd(
        holder="a.team",
        since="a.happened",
        otherwise="extract(isodow FROM a.happened) = {day} AND extract(hour FROM a.happened) >= {from_hour}"
        " AND extract(hour FROM a.happened) < {to_hour}",
        option="last",
    )
}

ACTS = """
SELECT a.* FROM (
    SELECT h.site, h.issue_id, h.previous AS team, h.since AS happened, 1 AS toss, h.bulk, h.automated
    FROM {path} h WHERE h.pos > 1
    UNION ALL
    SELECT t.site, t.issue_id, p.team, t.created, 0, false, t.template OR NOT t.human FROM talk t
    JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id
    UNION ALL
    SELECT h.site, h.issue_id, p.team, h.happened, 0, h.bulk, h.automated FROM status_steps h
    JOIN person_teams p ON p.site = h.site AND p.account_id = h.actor_id
) a
WHERE a.happened > {now} - INTERVAL '{window}' SECOND
"""
"""The rows of `team_acts` that an issue gives."""

OUTDATED = "DELETE FROM team_acts WHERE happened <= {now} - INTERVAL '{window}' SECOND"

SQL = """
SELECT r.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {now} AS happened, r.team, r.hours, r.tossed_in, r.tossed_out,
    r.active_in, r.active_out, exp(r.log_ratio) AS ratio, exp(r.log_ratio - 1.96 * r.spread) AS low,
    exp(r.log_ratio + 1.96 * r.spread) AS high
FROM (
    SELECT t.*, ln(t.tossed_in * 1.0 / t.active_in) - ln(t.tossed_out * 1.0 / t.active_out) AS log_ratio,
        sqrt(1.0 / t.tossed_in + 1.0 / t.active_in + 1.0 / t.tossed_out + 1.0 / t.active_out) AS spread
    FROM (
        SELECT e.site, e.team, min(e.hours) AS hours,
            sum(CASE WHEN e.toss = 1 AND e.slot THEN 1 ELSE 0 END) AS tossed_in,
            sum(CASE WHEN e.toss = 1 AND NOT e.slot THEN 1 ELSE 0 END) AS tossed_out,
            sum(CASE WHEN e.toss = 0 AND e.slot THEN 1 ELSE 0 END) AS active_in,
            sum(CASE WHEN e.toss = 0 AND NOT e.slot THEN 1 ELSE 0 END) AS active_out
        FROM (
            SELECT a.site, a.team, a.toss, {late.slot} AS slot, {late.hours} AS hours
            FROM (
                SELECT h.site, h.team, h.toss, h.happened FROM team_acts h WHERE {counted}
            ) a{late.joins}
            WHERE a.happened > {now} - INTERVAL '{window}' SECOND
        ) e
        GROUP BY e.site, e.team
    ) t
    WHERE t.tossed_in >= {hand_overs} AND t.tossed_out > 0 AND t.active_in > 0 AND t.active_out > 0
) r
WHERE r.log_ratio - 1.96 * r.spread > ln(1.5)
"""
