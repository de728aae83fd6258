"""P09 escalation: Does work climb from the front line to the specialists, and does it keep to the ladder?

Definition. With the teams ordered in lines, a hop to a higher line than the issue has reached before. One hit per
climb; `skipped` says that a line was left out.
Formula. Front-resolved = paths that stay in line 1; escalated = paths that reach line 2 or higher.
Default. None without `lines`: a list from the front, e.g. ["Desk", "Platform, Data", "Vendor"]; teams of one line are
separated by commas. In one company's help desk 60 % of incidents stayed in line 1.
Edges. Lines are never read from names; bulk edits and automation do not count; use it at team level.
Source. BPI Challenge 2013, question 1 ("push to front").
What to do. What climbs often is worth a day of the specialists with the front line.

found (lines=Platform/Data/Ops):
    0h ann creates for Platform
    1d pat passes to Data
not found (lines=Platform/Data/Ops):
    0h ann creates for Data
    1d dan passes to Platform    # downwards
not found:
    0h ann creates for Platform  # no lines are configured
    1d pat passes to Data
not found (lines=Platform/Data/Ops):
    0h ann creates for Platform
    1d robot passes to Data      # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P09"
OPTIONS = {"lines": Option([], "teams from the front line to the back, those of one line with commas", "lines")}

SQL = """
SELECT h.site, h.issue_id, h.since AS happened, h.previous AS from_team, h.holder AS to_team, h.reached AS from_line,
    h.line AS to_line, h.line > h.reached + 1 AS skipped, h.actor_id,
    CAST(h.change_id AS VARCHAR(200)) AS change_id
FROM (
    SELECT p.*, l.line, max(l.line) OVER (PARTITION BY p.site, p.issue_id ORDER BY p.pos
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM {path} p JOIN (VALUES {lines}) AS l(team, line) ON l.team = lower(p.holder)
) h
WHERE h.line > h.reached AND {counted}
"""
