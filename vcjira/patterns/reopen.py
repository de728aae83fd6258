"""P12 reopen: Is work taken up again that was called done?

Definition. An issue leaves the status category done (`by: status`), or its resolution is taken away (`by:
resolution`); `both` asks for the two on one issue. One hit per time.
Formula. Issues reopened / issues that were done at least once.
Default. Any, by status. Base rates: 1-5 % of issues.
Edges. The names resolved, closed and done end an issue whatever their category; workflows that clear the resolution
at each edit make the second variant a cross-check only; bulk edits and automation do not count.
Source. Shihab et al., EMSE 2013; Zimmermann, Nagappan, Guo, Murphy, ICSE SEIP 2012.
What to do. Read the first comment after it: what was "done" for the one side and not for the other?

found:
    0h ann creates for Platform
    1d pat closes
    2d ann sets status to Open
found (by=resolution):
    0h ann creates for Platform
    1d pat closes as Fixed
    2d ann sets resolution to
not found:
    0h ann creates for Platform
    1d pat sets status to Resolved
    2d pat sets status to Closed
not found:
    0h ann creates for Platform
    1d pat closes
    2d robot sets status to Open # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P12"
OPTIONS = {
    "by": Option("status", "what says so: status, resolution, both", "choice", ("status", "resolution", "both")),
}

SQL = """
SELECT h.site, h.issue_id, h.happened, CAST(h.change_id AS VARCHAR(200)) AS change_id, h.actor_id, h.left_state,
    h.entered
FROM (
    SELECT site, issue_id, happened, change_id, actor_id, bulk, automated, from_status AS left_state,
        to_status AS entered, 'status' AS kind
    FROM status_steps WHERE from_category = 'done' AND to_category <> 'done'
    UNION ALL
    SELECT site, issue_id, happened, change_id, actor_id, bulk, automated, from_resolution, NULL, 'resolution'
    FROM resolution_steps WHERE from_resolution IS NOT NULL AND to_resolution IS NULL
) h
WHERE {counted} AND h.kind = CASE WHEN {by} = 'resolution' THEN 'resolution' ELSE 'status' END
    AND ({by} <> 'both' OR EXISTS (
        SELECT 1 FROM resolution_steps s WHERE s.site = h.site AND s.issue_id = h.issue_id
        AND s.from_resolution IS NOT NULL AND s.to_resolution IS NULL
    ))
"""
