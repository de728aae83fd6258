"""What an organization and a team did with each other, window by window: the counts behind the stages, in SQL.

A window is 90 days long and one begins every 30; what happened after its end does not count in it. Talk is recorded
talk of humans that is no template; a question is answered when the requester side writes within five working days of
its calendar, within seven days where there is none. Looked at are the last three years, and pairs that had five
requests in some window of them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from vcjira import hours
from vcjira.config import Settings
from vcjira.handovers.acts import acts
from vcjira.handovers.talk import NO_TEAM, UNKNOWN
from vcjira.mirror import Mirror

WINDOW_DAYS = 90
STEP_DAYS = 30
WINDOWS = 36
"""How many windows back: three years."""
QUIET_WINDOWS = 12
"""In the last year a pair has a row even for windows without a request."""
ANSWER_DAYS, ANSWER_WORKING_DAYS = 7, 5
"""How long the requester side has to answer: without a calendar, and with one."""
ANSWER = hours.Span(holder="r.organization", since="t.created")
MIN_REQUESTS = 5


def measure(mirror: Mirror, settings: Settings, as_of: datetime, projects: Sequence[str] = ()) -> None:
    """Make the temporary table `stage_windows`: per site, organization, team and window (0 is the newest) its counts;
    `old`: asked before them all.

    Nothing counts that is older than `since`; said of every large table, it saves looking through most of it.
    """
    params: dict[str, object] = {"as_of": as_of, "since": as_of - timedelta(days=WINDOWS * STEP_DAYS + WINDOW_DAYS)}
    mirror.run(_ASKED, params | {"projects": list(projects)})
    mirror.run(_VOICES, params)
    hours.build(mirror, settings)
    seconds, working = str(ANSWER_DAYS * 86_400), (ANSWER_WORKING_DAYS, 0)
    answer = hours.words("answer", ANSWER, calendars=bool(hours.calendars(settings)), seconds=seconds, working=working)
    mirror.run(acts("stage_acts", near="stage_requests"), params)
    mirror.run(_SIGNS, params)
    mirror.run(_QUESTIONS.format(answer=answer), params)
    mirror.run(_WINDOWS, {"as_of": as_of})


def _slots(when: str) -> str:
    """SQL: the numbers of the windows in which a time lies: three, or fewer at the ends."""
    age = f"CAST(floor((epoch($as_of) - epoch({when})) / {86_400 * STEP_DAYS}) AS INTEGER)"
    return f"range(greatest(0, {age} - {WINDOW_DAYS // STEP_DAYS - 1}), least({age}, {WINDOWS - 1}) + 1)"


_END = f"$as_of - INTERVAL 1 DAY * ({STEP_DAYS} * number)"

_ASKED = f"""
-- requests of known pairs that had enough of them in some window, numbered: what follows is told by number
CREATE OR REPLACE TEMP TABLE stage_requests AS
WITH recent AS (
    SELECT * FROM requests WHERE NOT bulk AND readable AND created <= $as_of AND organization <> '{UNKNOWN}'
        AND team <> '{NO_TEAM}' AND (len($projects::VARCHAR[]) = 0 OR list_contains($projects::VARCHAR[], project))
        AND created > $since
),
spread AS (SELECT site, organization, team, unnest({_slots("created")}) AS number FROM recent),
busy AS (
    SELECT DISTINCT site, organization, team FROM (
        SELECT site, organization, team, number FROM spread GROUP BY ALL HAVING count(*) >= {MIN_REQUESTS})
)
SELECT row_number() OVER () AS request, r.* FROM recent r SEMI JOIN busy USING (site, organization, team)
"""

_SIGNS = """
-- per request the moments from which on it was two-way, had three turns, was worked on by both sides (patterns.md 5.2)
CREATE OR REPLACE TEMP TABLE stage_signs AS
WITH said AS (
    SELECT r.request, t.created, t.side,
        t.side IS DISTINCT FROM lag(t.side) OVER (PARTITION BY r.request ORDER BY t.created, t.comment_id) AS turns
    FROM talk t JOIN stage_requests r USING (site, issue_id)
    WHERE t.human AND NOT t.template AND t.side IS NOT NULL AND t.created BETWEEN $since AND $as_of
),
numbered AS (
    SELECT *, count(*) FILTER (turns) OVER (PARTITION BY request ORDER BY created ROWS UNBOUNDED PRECEDING) AS n
    FROM said
),
spoken AS (
    SELECT request, min(created) AS first_word, arg_min(side, created) AS first_side,
        min(created) FILTER (n >= 2) AS two_way_since, min(created) FILTER (n >= 3) AS third_turn
    FROM numbered GROUP BY request
),
placed AS (
    SELECT r.request, a.account_id, any_value(a.text) AS text, any_value(a.work) AS work,
        CASE WHEN bool_or(coalesce(p.team = r.team, false)) THEN 'team'
            WHEN bool_or(coalesce(f.organization = r.organization, false)) OR bool_or(a.account_id = r.requester_id)
                THEN 'asking'
            WHEN count(s.team) = 0 THEN 'team' END AS side
    FROM stage_acts a JOIN stage_requests r USING (site, issue_id)
    LEFT JOIN affiliations f ON f.site = a.site AND f.account_id = a.account_id
        AND (f.valid_from IS NULL OR f.valid_from <= a.happened)
        AND (f.valid_until IS NULL OR f.valid_until > a.happened)
    LEFT JOIN person_teams p ON p.site = a.site AND p.account_id = a.account_id
        AND (p.valid_from IS NULL OR p.valid_from <= a.happened)
        AND (p.valid_until IS NULL OR p.valid_until > a.happened)
    LEFT JOIN (SELECT DISTINCT site, team FROM person_teams) s ON s.site = r.site AND s.team = r.team
    WHERE a.text IS NOT NULL OR a.work IS NOT NULL
    GROUP BY r.request, a.account_id
),
sides AS (
    SELECT request,
        min(text) FILTER (side = 'asking') AS asking_text, min(text) FILTER (side = 'team') AS team_text,
        min(work) FILTER (side = 'asking') AS asking_work, min(work) FILTER (side = 'team') AS team_work
    FROM placed GROUP BY request
),
done AS (
    SELECT request,
        CASE WHEN asking_text IS NOT NULL AND team_text IS NOT NULL THEN greatest(asking_text, team_text) END AS text,
        CASE WHEN asking_work IS NOT NULL AND team_work IS NOT NULL THEN greatest(asking_work, team_work) END AS work
    FROM sides
),
family AS (
    SELECT r.request, max(o.created) AS since FROM stage_requests r JOIN issues i USING (site, issue_id)
    JOIN (SELECT site, parent_key, c.team, min(created) AS created FROM issues JOIN classes c USING (site, issue_id)
          WHERE c.own_team AND parent_key IS NOT NULL GROUP BY ALL) o
        ON o.site = i.site AND o.parent_key = i.parent_key AND o.team = r.team
    GROUP BY r.request
)
SELECT r.site, r.issue_id, r.key, r.organization, r.team, r.requester_id, r.created, s.first_word, s.first_side,
    s.two_way_since, list_sort(list_filter([s.third_turn, b.text, b.work, f.since], lambda t: t IS NOT NULL))[2]
        AS joint_since
FROM stage_requests r LEFT JOIN spoken s USING (request) LEFT JOIN done b USING (request)
LEFT JOIN family f USING (request)
"""

_QUESTIONS = """
-- questions to the requester side that were answered in time or could have been by now
CREATE OR REPLACE TEMP TABLE stage_questions AS
WITH asked AS (
    SELECT t.*, r.organization, r.team, {answer.due} AS due
    FROM talk t JOIN stage_requests r ON r.site = t.site AND r.issue_id = t.issue_id{answer.joins}
    WHERE t.side = 'receiving' AND t.question AND t.human AND NOT t.template AND t.created >= $since
        AND {answer.due} <= $as_of
)
SELECT q.site, q.organization, q.team, q.comment_id, q.created, q.due, min(a.created) AS answered
FROM asked q LEFT JOIN talk a ON a.site = q.site AND a.issue_id = q.issue_id AND a.side = 'requester' AND a.human
    AND a.created >= $since AND a.created > q.created AND a.created <= q.due
GROUP BY ALL
"""

_VOICES = """
-- where people of the asking side spoke on a team's issues, and on which of them they had not filed; step by step from
-- few to fewer, else all talk is joined with its issues first
CREATE OR REPLACE TEMP TABLE stage_voices AS
WITH pairs AS MATERIALIZED (SELECT DISTINCT site, organization, team FROM stage_requests),
asking AS MATERIALIZED (FROM affiliations SEMI JOIN pairs USING (site, organization)),
said AS MATERIALIZED (
    SELECT t.site, t.issue_id, t.author_id, t.created, f.organization FROM talk t
    JOIN asking f ON f.site = t.site AND f.account_id = t.author_id
        AND (f.valid_from IS NULL OR f.valid_from <= t.created) AND (f.valid_until IS NULL OR f.valid_until > t.created)
    WHERE t.human AND NOT t.template AND t.created BETWEEN $since AND $as_of
)
SELECT s.site, s.organization, c.team, s.created, c.requester_id IS DISTINCT FROM s.author_id AS elsewhere
FROM said s JOIN classes c USING (site, issue_id)
SEMI JOIN pairs p ON p.site = s.site AND p.organization = s.organization AND p.team = c.team
"""

_WINDOWS = f"""
CREATE OR REPLACE TEMP TABLE stage_windows AS
WITH asked AS (
    SELECT site, organization, team, number, count(*) AS requests,
        count(*) FILTER (joint_since <= {_END}) AS joint, count(*) FILTER (two_way_since <= {_END}) AS two_way,
        count(*) FILTER (first_word <= {_END}) AS spoken,
        count(*) FILTER (first_word <= {_END} AND first_side = 'requester') AS started
    FROM (SELECT *, unnest({_slots("created")}) AS number FROM stage_signs) GROUP BY ALL
),
questions AS (
    SELECT site, organization, team, number, count(*) AS questions, count(answered) AS answered
    FROM (SELECT *, unnest({_slots("created")}) AS number FROM stage_questions)
    WHERE due <= {_END} GROUP BY ALL
),
voices AS (
    SELECT site, organization, team, number, count(*) AS words, count(*) FILTER (elsewhere) AS elsewhere,
        count(DISTINCT CAST(floor((epoch({_END}) - epoch(created)) / 604800) AS INTEGER)) AS weeks
    FROM (SELECT *, unnest({_slots("created")}) AS number FROM stage_voices) GROUP BY ALL
),
began AS (
    SELECT site, organization, team, min(created) AS first,
        CAST(floor((epoch($as_of) - epoch(min(created))) / {86_400 * STEP_DAYS}) AS INTEGER) AS oldest
    FROM stage_requests GROUP BY ALL
),
ever AS (
    SELECT site, organization, team, min(created) AS first
    FROM requests SEMI JOIN began USING (site, organization, team) GROUP BY ALL
),
slot AS (
    SELECT site, organization, team, number FROM asked
    UNION
    SELECT site, organization, team, unnest(range(least(oldest + 1, {QUIET_WINDOWS}))) FROM began
)
SELECT s.site, s.organization, s.team, s.number, {_END} - INTERVAL {WINDOW_DAYS} DAY AS window_from,
    {_END} AS window_to, b.first AS first_request, e.first < b.first AS old,
    coalesce(a.requests, 0) AS requests, coalesce(a.joint, 0) AS joint,
    coalesce(a.two_way, 0) AS two_way, coalesce(a.spoken, 0) AS spoken, coalesce(a.started, 0) AS started,
    coalesce(q.questions, 0) AS questions, coalesce(q.answered, 0) AS answered, coalesce(v.words, 0) AS words,
    coalesce(v.elsewhere, 0) AS elsewhere, coalesce(v.weeks, 0) AS weeks
FROM slot s JOIN began b USING (site, organization, team) JOIN ever e USING (site, organization, team)
LEFT JOIN asked a USING (site, organization, team, number)
LEFT JOIN questions q USING (site, organization, team, number)
LEFT JOIN voices v USING (site, organization, team, number)
"""
