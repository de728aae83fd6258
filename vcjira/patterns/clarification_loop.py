"""P13 clarification_loop: How often does a request go back and forth for details?

Definition. Cycles of a status that waits for the requester (waiting for customer, more details needed, ...) and back
from it. One hit per issue, at the end of cycle number `cycles`.
Formula. Cycles per issue; share of issues with at least 3. Not the share of waits that began within an hour of the
end of an SLA: of a running clock Jira tells the goal and the time left now, of an ended one its last deadline. Every
pause moves that, and where it lay when a wait began is not recorded; to reckon it back takes the SLA's calendar and the
conditions that pause it, which no issue holds.
Default. 3: in the third round by text a call is cheaper. That is a judgement, not literature.
Edges. Statuses are known by name; rules that pause a clock automatically do not count.
Source. BPI Challenge 2013, question 3 ("wait-user"); Breu et al., CSCW 2010.
What to do. Call. Then change the form so that the question is not needed again.

found:
    0h ann creates for Platform
    1d pat sets status to Waiting for customer
    2d pat sets status to Open
    3d pat sets status to Waiting for customer
    4d pat sets status to Open
    5d pat sets status to Waiting for customer
    6d pat sets status to Open
not found:
    0h ann creates for Platform
    1d pat sets status to Waiting for customer
    2d pat sets status to Open
    3d pat sets status to Waiting for customer
    4d pat sets status to Open
not found:
    0h ann creates for Platform
    x6 1d+1d robot sets status to Waiting for customer   # automation (E1)
    x6 1d12h+1d robot sets status to Open
"""

from vcjira.patterns.option import Option

NUMBER = "P13"
OPTIONS = {"cycles": Option(3, "cycles from which it is a loop")}

SQL = """
SELECT c.site, c.issue_id, c.happened, n.cycles, CAST(c.change_id AS VARCHAR(200)) AS change_id
FROM (
    SELECT h.site, h.issue_id, h.happened, h.change_id,
        row_number() OVER (PARTITION BY h.site, h.issue_id ORDER BY h.step) AS cycle
    FROM status_steps h WHERE h.from_asking AND NOT h.to_asking AND {counted}
) c
JOIN (
    SELECT h.site, h.issue_id, count(*) AS cycles FROM status_steps h
    WHERE h.from_asking AND NOT h.to_asking AND {counted} GROUP BY h.site, h.issue_id
) n ON n.site = c.site AND n.issue_id = c.issue_id
WHERE c.cycle = {cycles}
"""
