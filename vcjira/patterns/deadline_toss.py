"""P22 deadline_toss: Is work passed on at the end of the week?

Definition. Hand-overs out of a team in the last hours of its week, held against its other activity then. One hit per
team (no issue), now.
Formula. Ratio = (hand-overs in the slot / activity in the slot) / (hand-overs elsewhere / activity elsewhere), activity
being comments and status changes by the team's members; interval on the logarithm, Poisson, or as far as the weeks
differ where that is wider: by linearization, which is what a bootstrap by weeks comes to, and Student's t.
Default. The slot is the last 2 working hours of the team's own week where it has a calendar, else day 5 of the week
from hour 15 to 17, UTC; hit when the interval lies above 1.5, at least `hand_overs` 30 fell into the slot, in `window`
365 days, and the team did something in at least 10 weeks.
Edges. Without a calendar, set day and hours for where the team lives; bulk edits and automation do not count; teams
need members.
Source. Practitioners ("the 4:30 drop"); work habits in Shihab et al., EMSE 2013.
What to do. A short call on Friday noon: what will not be finished, and who is told?

found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x10 3d+7d ann creates A* to pat
    x10 3d1h+7d pat assigns A* to dan
    x10 1d2h+7d ann creates B* to pat
    x10 1d3h+7d pat comments B*
    x10 1d4h+7d pat comments B*
    x10 1d5h+7d pat comments B*
    x10 1d6h+7d pat comments B*
    x10 1d7h+7d pat comments B*
    x10 3d2h+7d pat comments B*
    x2 1d8h+7d pat assigns B* to dan
    70d now
not found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x10 3d+7d ann creates A* to pat
    x10 3d1h+7d pat comments A*
    x10 1d+7d ann creates B* to pat
    x10 1d1h+7d pat assigns B* to dan
    70d now
not found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x12 1d2h+7d ann creates B* to pat
    x12 1d3h+7d pat comments B*
    x12 1d4h+7d pat comments B*
    x12 1d5h+7d pat comments B*
    x12 1d6h+7d pat comments B*
    x12 1d7h+7d pat comments B*
    x12 3d2h+7d pat comments B*
    x4 1d8h+7d pat assigns B* to dan
    x10 45d+10m ann creates A* to pat
    x10 45d4h+10m pat assigns A* to dan  # one bad day is no habit
    84d now
not found (hand_overs=3, from_hour=0, to_hour=24, day=5, window=365d):
    x9 3d+7d ann creates A* to pat
    x9 3d1h+7d pat assigns A* to dan     # in nine weeks: too few to know how weeks differ
    x9 1d2h+7d ann creates B* to pat
    x9 1d3h+7d pat comments B*
    x9 1d4h+7d pat comments B*
    x9 1d5h+7d pat comments B*
    x9 1d6h+7d pat comments B*
    x9 1d7h+7d pat comments B*
    x9 3d2h+7d pat comments B*
    x2 1d8h+7d pat assigns B* to dan
    63d now
found (calendar=office, hand_overs=3, window=365d):
    x10 4d10h+7d ann creates A* to pat        # a Friday
    x10 4d15h30m+7d pat assigns A* to dan
    x10 1d10h+7d ann creates B* to pat
    x10 1d11h+7d pat comments B*
    x10 1d12h+7d pat comments B*
    x10 1d13h+7d pat comments B*
    x10 1d14h+7d pat comments B*
    x10 1d15h+7d pat comments B*
    x10 4d16h+7d pat comments B*
    x2 1d16h+7d pat assigns B* to dan
    71d12h now
not found (calendar=office, hand_overs=3, window=365d):
    x10 4d10h+7d ann creates A* to pat
    x10 4d14h30m+7d pat assigns A* to dan     # with 2.5 hours to go
    x10 1d10h+7d ann creates B* to pat
    x10 1d11h+7d pat comments B*
    x10 1d12h+7d pat comments B*
    x10 1d13h+7d pat comments B*
    x10 1d14h+7d pat comments B*
    x10 1d15h+7d pat comments B*
    x10 4d16h+7d pat comments B*
    x2 1d16h+7d pat assigns B* to dan
    71d12h now
not found:
    x10 3d+7d ann creates A* to pat
    x10 3d1h+7d robot assigns A* to dan   # automation (E1)
    70d now
"""

from vcjira import statistics
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

_STUDENT = "(1.96 + 2.3722 / (t.weeks - 1) + 2.8225 / ((t.weeks - 1) * (t.weeks - 1)))"
"""SQL: Student's t at 0.975 with one degree of freedom less than weeks (Cornish-Fisher, Abramowitz & Stegun 26.7.5)."""

SQL = f"""
SELECT r.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {{now}} AS happened, r.team, r.hours, r.weeks, r.tossed_in,
    r.tossed_out, r.active_in, r.active_out, exp(r.log_ratio) AS ratio, exp(r.log_ratio - r.reach) AS low,
    exp(r.log_ratio + r.reach) AS high
FROM (
    SELECT t.*, ln(t.tossed_in * 1.0 / t.active_in) - ln(t.tossed_out * 1.0 / t.active_out) AS log_ratio,
        greatest(
            1.96 * sqrt(1.0 / t.tossed_in + 1.0 / t.active_in + 1.0 / t.tossed_out + 1.0 / t.active_out),
            {_STUDENT} * sqrt(t.weeks * t.pulls / (t.weeks - 1))
        ) AS reach
    FROM (
        SELECT v.site, v.team, min(v.hours) AS hours, CAST(count(*) AS BIGINT) AS weeks,
            CAST(sum(v.tossed_in) AS BIGINT) AS tossed_in, CAST(sum(v.tossed_out) AS BIGINT) AS tossed_out,
            CAST(sum(v.active_in) AS BIGINT) AS active_in, CAST(sum(v.active_out) AS BIGINT) AS active_out,
            sum(CAST(v.pull * v.pull AS DECIMAL(28, 15))) AS pulls  -- exact: the same in whatever order
        FROM (
            SELECT w.*, w.tossed_in * 1.0 / nullif(sum(w.tossed_in) OVER team, 0)
                - w.active_in * 1.0 / nullif(sum(w.active_in) OVER team, 0)
                - w.tossed_out * 1.0 / nullif(sum(w.tossed_out) OVER team, 0)
                + w.active_out * 1.0 / nullif(sum(w.active_out) OVER team, 0) AS pull  -- of a week on the logarithm
            FROM (
                SELECT e.site, e.team, e.week, min(e.hours) AS hours,
                    sum(CASE WHEN e.toss = 1 AND e.slot THEN 1 ELSE 0 END) AS tossed_in,
                    sum(CASE WHEN e.toss = 1 AND NOT e.slot THEN 1 ELSE 0 END) AS tossed_out,
                    sum(CASE WHEN e.toss = 0 AND e.slot THEN 1 ELSE 0 END) AS active_in,
                    sum(CASE WHEN e.toss = 0 AND NOT e.slot THEN 1 ELSE 0 END) AS active_out
                FROM (
                    SELECT a.site, a.team, a.toss, {{late.slot}} AS slot, {{late.hours}} AS hours,
                        floor((epoch(a.happened) + 259200) / 604800) AS week    -- they begin on Mondays
                    FROM (
                        SELECT h.site, h.team, h.toss, h.happened FROM team_acts h WHERE {{counted}}
                    ) a{{late.joins}}
                    WHERE a.happened > {{now}} - INTERVAL '{{window}}' SECOND
                ) e
                GROUP BY e.site, e.team, e.week
            ) w
            WINDOW team AS (PARTITION BY w.site, w.team)
        ) v
        GROUP BY v.site, v.team
    ) t
    WHERE t.tossed_in >= {{hand_overs}} AND t.tossed_out > 0 AND t.active_in > 0 AND t.active_out > 0
        AND t.weeks >= {statistics.FEWEST_CLUSTERS}
) r
WHERE r.log_ratio - r.reach > ln(1.5)
"""
