"""P06 fire_and_forget: Is what the asking side was asked left without an answer recorded in Jira?

Definition. A request on which the requester side has no conversation event after creation, and on which the receiving
side asked a question (a question mark in a public comment, or a status of the kind "waiting for customer") that stayed
unanswered for `answer`. One hit per issue, when that time has passed since its first question.
Formula. F = requests without a requester's comment / requests is context only (57-65 % in public Jiras); the hit is F
with an unanswered question.
Default. Five working days where who asks has a calendar, else 7 days. An organization of the name of a team has the
team's calendar.
Edges. Participants and colleagues of the requester answer for the requester; internal notes are no questions to the
requester; templates and bots are no talk. Issues whose comments are not all known are left out.
Source. Breu, Premraj, Sillito, Zimmermann, CSCW 2010 (questions in bug reports); BPI Challenge 2013 ("wait-user").
What to do. Call the requester once instead of asking a second time; agree on who answers for the group.

found:
    0h ann creates for Platform
    1d pat asks
    9d now
found:
    0h ann creates for Platform
    1d pat sets status to Waiting for customer
    9d now
not found:
    0h ann creates for Platform
    1d pat asks
    2d amy comments              # a colleague answers
    9d now
not found:
    0h ann creates for Platform
    1d pat comments              # silent requester, but nothing was asked
    30d now
not found:
    0h ann creates for Platform
    1d pat asks
    4d now                       # too early to say
found (calendar=office):
    0h ann creates for Platform
    1d10h pat asks                           # a Tuesday
    8d12h now
not found (calendar=office):
    0h ann creates for Platform
    4d18h pat asks                           # a Friday evening: Monday to Friday are theirs
    11d12h now
not found:
    0h ann creates for Platform
    1d robot asks                # automation (E1)
    30d now
"""

from vcjira.hours import Span
from vcjira.patterns.option import Option

NUMBER = "P06"
OPTIONS = {"answer": Option("7d", "how long the requester side has to answer", "duration", working="5d")}

DUE = {
    "answer": """
SELECT site, issue_id FROM talk WHERE question AND side = 'receiving' AND created > {first} AND created <= {last}
UNION ALL
SELECT c.site, c.issue_id FROM changes c JOIN status_kinds k ON k.site = c.site AND k.name = lower(c.to_text)
WHERE k.asking AND c.field = 'status' AND c.changed > {first} AND c.changed <= {last}
"""
}
WORKING = {"waited": Span(holder="r.organization", since="q.asked", option="answer")}

SQL = """
SELECT r.site, r.issue_id, {waited.due} AS happened, q.asked, q.comment_id, q.change_id, r.organization, r.team,
    {waited.hours} AS hours
FROM requests r
JOIN (
    SELECT site, issue_id, min(asked) AS asked, min(comment_id) AS comment_id, min(change_id) AS change_id
    FROM (
        SELECT e.*, min(e.asked) OVER (PARTITION BY e.site, e.issue_id) AS first_asked FROM (
            SELECT t.site, t.issue_id, t.created AS asked, t.comment_id, CAST(NULL AS VARCHAR(200)) AS change_id
            FROM talk t WHERE t.side = 'receiving' AND t.question AND t.public AND {talks}
            UNION ALL
            SELECT h.site, h.issue_id, h.happened, CAST(NULL AS VARCHAR(200)), h.change_id
            FROM status_steps h WHERE h.to_asking AND {counted}
        ) e
    ) f WHERE asked = first_asked GROUP BY site, issue_id
) q ON q.site = r.site AND q.issue_id = r.issue_id{waited.joins}
WHERE {asked} AND r.readable AND {waited.due} <= {now} AND NOT EXISTS (
    SELECT 1 FROM talk t WHERE t.site = r.site AND t.issue_id = r.issue_id AND t.side = 'requester' AND {talks}
)
"""
