"""What an organization and a team did with each other, window by window: the counts behind the stages, in SQL.

A window is 90 days long and one begins every 30; what happened after its end does not count in it. Talk is recorded
talk of humans that is no template; a question is answered when the requester side writes within seven days.
"""

from datetime import datetime
from typing import Any

from vcjira.mirror import Mirror

WINDOW_DAYS = 90
STEP_DAYS = 30
ANSWER_DAYS = 7
"""Five working days, on the calendar."""
WEEKS = 13
"""Weeks in a window."""


def measure(mirror: Mirror, as_of: datetime) -> list[dict[str, Any]]:
    """Per site, organization, team and window (0 is the newest): counts; from a cell's first request on."""
    mirror.run(_SIGNS, {"as_of": as_of})
    mirror.run(_QUESTIONS)
    mirror.run(_VOICES)
    return mirror.rows(_WINDOWS, {"as_of": as_of})


_SIGNS = """
-- per request the moments from which on it was two-way, had three turns, was worked on by both sides
CREATE OR REPLACE TEMP TABLE stage_signs AS
WITH said AS (
    SELECT t.site, t.issue_id, t.created, t.side,
        t.side IS DISTINCT FROM lag(t.side) OVER (
            PARTITION BY t.site, t.issue_id ORDER BY t.created, t.comment_id) AS turns
    FROM talk t WHERE t.human AND NOT t.template AND t.side IS NOT NULL AND t.created <= $as_of
),
numbered AS (
    SELECT *, count(*) FILTER (turns) OVER (PARTITION BY site, issue_id ORDER BY created ROWS UNBOUNDED PRECEDING) AS n
    FROM said
),
spoken AS (
    SELECT site, issue_id, min(created) AS first_word, arg_min(side, created) AS first_side,
        min(created) FILTER (n >= 2) AS two_way_since, min(created) FILTER (n >= 3) AS third_turn
    FROM numbered GROUP BY ALL
),
edited AS (
    SELECT c.site, c.issue_id, greatest(min(c.changed) FILTER (c.author_id = r.requester_id),
        min(c.changed) FILTER (c.author_id <> r.requester_id)) AS since
    FROM changes c JOIN requests r USING (site, issue_id)
    WHERE lower(c.field) IN ('summary', 'description') GROUP BY ALL
    HAVING bool_or(c.author_id = r.requester_id) AND bool_or(c.author_id <> r.requester_id)
),
assigned AS (
    SELECT h.site, h.issue_id, greatest(min(h.happened) FILTER (h.to_person = r.requester_id),
        min(h.happened) FILTER (h.to_person <> r.requester_id)) AS since
    FROM handovers h JOIN requests r USING (site, issue_id) GROUP BY ALL
    HAVING bool_or(h.to_person = r.requester_id) AND bool_or(h.to_person <> r.requester_id)
),
family AS (
    SELECT i.site, i.issue_id, max(o.created) AS since FROM requests r JOIN issues i USING (site, issue_id)
    JOIN (SELECT site, parent_key, c.team, min(created) AS created FROM issues JOIN classes c USING (site, issue_id)
          WHERE c.own_team AND parent_key IS NOT NULL GROUP BY ALL) o
        ON o.site = i.site AND o.parent_key = i.parent_key AND o.team = r.team
    GROUP BY ALL
)
SELECT r.site, r.issue_id, r.organization, r.team, r.requester_id, r.created, s.first_word, s.first_side,
    s.two_way_since, list_sort(list_filter([s.third_turn, e.since, a.since, f.since], lambda t: t IS NOT NULL))[2]
        AS joint_since
FROM requests r LEFT JOIN spoken s USING (site, issue_id) LEFT JOIN edited e USING (site, issue_id)
LEFT JOIN assigned a USING (site, issue_id) LEFT JOIN family f USING (site, issue_id)
WHERE NOT r.bulk AND r.readable AND r.created <= $as_of
"""

_QUESTIONS = f"""
-- questions to the requester side, with the answer if there was one in time
CREATE OR REPLACE TEMP TABLE stage_questions AS
SELECT q.site, q.issue_id, q.comment_id, q.created, min(a.created) AS answered
FROM talk q LEFT JOIN talk a ON a.site = q.site AND a.issue_id = q.issue_id AND a.side = 'requester' AND a.human
    AND a.created > q.created AND a.created <= q.created + INTERVAL {ANSWER_DAYS} DAY
WHERE q.side = 'receiving' AND q.question AND q.human AND NOT q.template
GROUP BY ALL
"""

_VOICES = """
-- where people of the asking side spoke on a team's issues, and on which of them they had not filed
CREATE OR REPLACE TEMP TABLE stage_voices AS
SELECT t.site, f.organization, c.team, t.created, c.requester_id IS DISTINCT FROM t.author_id AS elsewhere
FROM talk t JOIN classes c USING (site, issue_id)
JOIN affiliations f ON f.site = t.site AND f.account_id = t.author_id AND f.organization IS NOT NULL
    AND (f.valid_from IS NULL OR f.valid_from <= t.created) AND (f.valid_until IS NULL OR f.valid_until > t.created)
WHERE t.human AND NOT t.template AND c.team IS NOT NULL
"""

_WINDOWS = f"""
WITH cell AS (
    SELECT site, organization, team, min(created) AS first FROM stage_signs GROUP BY ALL
),
slot AS (
    SELECT c.*, w AS number, $as_of - INTERVAL 1 DAY * ({STEP_DAYS} * w + {WINDOW_DAYS}) AS window_from,
        $as_of - INTERVAL 1 DAY * ({STEP_DAYS} * w) AS window_to
    FROM cell c, LATERAL (SELECT unnest(range(1 + date_diff('day', c.first, $as_of) // {STEP_DAYS})) AS w)
),
asked AS (
    SELECT s.site, s.organization, s.team, s.number, count(*) AS requests,
        count(*) FILTER (g.joint_since <= s.window_to) AS joint,
        count(*) FILTER (g.two_way_since <= s.window_to) AS two_way,
        count(*) FILTER (g.first_word <= s.window_to) AS spoken,
        count(*) FILTER (g.first_word <= s.window_to AND g.first_side = 'requester') AS started
    FROM slot s JOIN stage_signs g USING (site, organization, team)
    WHERE g.created > s.window_from AND g.created <= s.window_to GROUP BY ALL
),
questions AS (
    SELECT s.site, s.organization, s.team, s.number, count(*) AS questions, count(q.answered) AS answered
    FROM slot s JOIN stage_signs g USING (site, organization, team)
    JOIN stage_questions q ON q.site = g.site AND q.issue_id = g.issue_id
    WHERE q.created > s.window_from AND q.created <= s.window_to - INTERVAL {ANSWER_DAYS} DAY GROUP BY ALL
),
voices AS (
    SELECT s.site, s.organization, s.team, s.number, count(*) AS words, count(*) FILTER (v.elsewhere) AS elsewhere,
        count(DISTINCT date_diff('day', v.created, s.window_to) // 7) AS weeks
    FROM slot s JOIN stage_voices v USING (site, organization, team)
    WHERE v.created > s.window_from AND v.created <= s.window_to GROUP BY ALL
)
SELECT s.site, s.organization, s.team, s.number, s.window_from, s.window_to,
    coalesce(a.requests, 0) AS requests, coalesce(a.joint, 0) AS joint, coalesce(a.two_way, 0) AS two_way,
    coalesce(a.spoken, 0) AS spoken, coalesce(a.started, 0) AS started, coalesce(q.questions, 0) AS questions,
    coalesce(q.answered, 0) AS answered, coalesce(v.words, 0) AS words, coalesce(v.elsewhere, 0) AS elsewhere,
    coalesce(v.weeks, 0) AS weeks
FROM slot s LEFT JOIN asked a USING (site, organization, team, number)
LEFT JOIN questions q USING (site, organization, team, number)
LEFT JOIN voices v USING (site, organization, team, number)
ORDER BY s.site, s.organization, s.team, s.number DESC
"""
