"""P16 queue_skip: Are older requests passed over?

Definition. Within one team, priority and type, each pick (first assignment or start by a human) is compared with what
was waiting then: the share of the other waiting issues that are older. One hit per stratum (no issue), now.
Formula. Mean over picks of older waiting / (waiting - 1): 0 is first in, first out; 0.5 is random; 1 is last in, first
out. Interval: mean +- 1.96 standard errors.
Default. Strata with at least `picks` 50 in `window` 180 days whose interval lies above 0.5. At most the 400 newest
picks of a stratum are looked at.
Edges. A priority field, dependencies and planned dates are good reasons; bulk edits and automation pick nothing.
Source. Practitioners (help-desk metrics); order statistics.
What to do. Show the queue by age in the weekly meeting; ask what makes the old ones unattractive.

found (picks=3):
    x8 0h+1d ann creates A* for Platform
    9d pat takes A8
    10d pat takes A7
    11d pat takes A6
    12d pat takes A5
not found (picks=3):
    x8 0h+1d ann creates A* for Platform
    9d pat takes A1
    10d pat takes A2
    11d pat takes A3
    12d pat takes A4
not found (picks=3):
    x8 0h+1d ann creates A* for Platform
    9d robot assigns A8 to pat   # automation (E1)
    10d robot assigns A7 to pat
    11d robot assigns A6 to pat
"""

from vcjira.patterns.option import Option

NUMBER = "P16"
OPTIONS = {
    "picks": Option(50, "picks that a stratum needs"),
    "window": Option("180d", "how far back", "duration"),
}

SQL = """
SELECT m.site, CAST(NULL AS VARCHAR(200)) AS issue_id, {now} AS happened, m.team, m.priority, m.type, m.picks, m.passed,
    m.passed - 1.96 * m.spread / sqrt(m.picks) AS low, m.passed + 1.96 * m.spread / sqrt(m.picks) AS high
FROM (
    SELECT p.site, p.team, p.priority, p.type, count(*) AS picks,    -- the same in whatever order they are summed
        CAST(CAST(avg(p.passed) AS DECIMAL(18, 9)) AS DOUBLE PRECISION) AS passed,
        CAST(CAST(coalesce(stddev_samp(p.passed), 0) AS DECIMAL(18, 9)) AS DOUBLE PRECISION) AS spread
    FROM (
        SELECT k.site, k.team, k.priority, k.type, k.issue_id,
            CAST(sum(CASE WHEN w.created < k.created THEN 1 ELSE 0 END) AS DOUBLE PRECISION) / count(*) AS passed
        FROM (
            SELECT q.*, row_number() OVER (PARTITION BY q.site, q.team, q.priority, q.type
                ORDER BY q.picked DESC, q.issue_id) AS place
            FROM queue q WHERE q.picked > {now} - INTERVAL '{window}' SECOND AND NOT q.excused
        ) k
        JOIN queue w ON w.site = k.site AND w.team = k.team AND w.priority = k.priority AND w.type = k.type
            AND w.issue_id <> k.issue_id AND w.created <= k.picked AND w.leaves > k.picked
        WHERE k.place <= 400
        GROUP BY k.site, k.team, k.priority, k.type, k.issue_id
    ) p
    GROUP BY p.site, p.team, p.priority, p.type
) m
WHERE m.picks >= {picks} AND m.passed - 1.96 * m.spread / sqrt(m.picks) > 0.5
"""
