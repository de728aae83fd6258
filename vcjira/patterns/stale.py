"""P08 stale: Which open issues has nobody touched in Jira for long?

Definition. An open issue without any human event (comment or change by a person, outside bulk runs) for more than
`days`. One hit per issue, when the time had passed since the last human event.
Formula. now - last human event > days. Beside it: time to the first human response and flow efficiency = active /
(active + waiting) stays of the status path, both without a target.
Default. 30 days, or 22 working days where the team has a calendar; compare with the 85th percentile of the same
team's own gaps.
Edges. Open issues are never dropped from durations (Kaplan-Meier). Bulk edits and automation do not wake an issue up.
Weekends count where there is no calendar.
Source. Modig & Åhlström 2012; DORA ("visibility of work in the value stream").
What to do. Say so: close it with a reason, or name who goes on and when.

found:
    0h ann creates for Platform
    1d pat comments
    40d now
not found:
    0h ann creates for Platform
    1d pat comments
    20d ann comments
    40d now
found:
    0h ann creates for Platform
    1d pat comments
    20d robot comments           # automation does not wake it up (E1)
    40d now
not found (calendar=office):
    0h ann creates for Platform
    1d pat comments
    31d12h now                   # 30 days, but not 22 working days
found (calendar=office):
    0h ann creates for Platform
    1d pat comments
    33d12h now
not found:
    0h ann creates for Platform
    1d pat closes
    40d now
"""

from vcjira.hours import Span
from vcjira.patterns.option import Option

NUMBER = "P08"
OPTIONS = {"days": Option("30d", "without a human event", "duration", working="22d")}

DUE = {
    "days": """
SELECT site, issue_id FROM (        -- counts: whatever is set for bots and bulk edits
    SELECT site, issue_id, created AS t, true AS counts FROM issues
    UNION ALL
    SELECT site, issue_id, created, human AND NOT template FROM talk
    UNION ALL
    SELECT c.site, c.issue_id, c.changed, c.item = 0 AND m.account_id IS NULL AND b.change_id IS NULL FROM changes c
    LEFT JOIN machines m ON m.site = c.site AND m.account_id = c.author_id
    LEFT JOIN bulk_changes b ON b.site = c.site AND b.issue_id = c.issue_id AND b.change_id = c.change_id
) WHERE t > {first} GROUP BY site, issue_id
HAVING min(t) <= {last} AND coalesce(max(CASE WHEN counts THEN t END) <= {last}, true)
"""
}
OF_TEAM = "LEFT JOIN classes c ON c.site = i.site AND c.issue_id = i.issue_id"
WORKING = {"idle": Span(holder="c.team", since="l.last_event", option="days", via=OF_TEAM)}

SQL = """
SELECT i.site, i.issue_id, {idle.due} AS happened, l.last_event, i.status, i.assignee_id, {idle.hours} AS hours
FROM issues i
JOIN (
    SELECT e.site, e.issue_id, max(e.happened) AS last_event FROM (
        SELECT site, issue_id, created AS happened FROM issues WHERE presence = 'present'
        UNION ALL
        SELECT t.site, t.issue_id, t.created FROM talk t WHERE {speaks}
        UNION ALL
        SELECT h.site, h.issue_id, h.happened FROM acts h WHERE {counted}
    ) e
    JOIN issues o ON o.site = e.site AND o.issue_id = e.issue_id AND o.status_category IS DISTINCT FROM 'done'
    GROUP BY e.site, e.issue_id
) l ON l.site = i.site AND l.issue_id = i.issue_id{idle.joins}
WHERE i.presence = 'present' AND i.status_category IS DISTINCT FROM 'done' AND i.resolution IS NULL
    AND {idle.due} <= {now}
"""
