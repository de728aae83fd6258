"""P10 swarm: Is a second team drawn in without the work being passed on? (the good counterpart)

Definition. Members of the owning team and of another receiving team write on an issue whose owner never changes. One
hit per issue, at the other team's first comment.
Formula. Swarm share = issues with two or more teams and no hop / issues with two or more teams.
Default. Report swarm to toss as a ratio, and within novelty strata: joining pays most where problems are new.
Edges. Teams need members in the configuration; the asking side does not count as a team; bots do not.
Source. Consortium for Service Innovation, Intelligent Swarming ("the owner of the issue retains ownership").
What to do. Say thank you, and show it to the teams that pass on instead.

found:
    0h ann creates for Platform
    1d pat comments
    2d dan comments
not found:
    0h ann creates for Platform
    1d pat comments
    2d pat passes to Data
    3d dan comments
not found:
    0h ann creates for Platform
    1d pat comments
    2d pia comments              # the same team
not found:
    0h ann creates for Platform
    1d pat comments
    2d robot comments            # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P10"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT w.site, w.issue_id, w.first_word AS happened, w.team AS second_team, w.owner AS first_team
FROM (
    SELECT v.*, row_number() OVER (PARTITION BY v.site, v.issue_id ORDER BY v.first_word, v.team) AS place
    FROM (
        SELECT t.site, t.issue_id, p.team, c.team AS owner, min(t.created) AS first_word
        FROM talk t
        JOIN classes c ON c.site = t.site AND c.issue_id = t.issue_id
        JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id AND p.team <> c.team
            AND (p.valid_from IS NULL OR p.valid_from <= t.created)
            AND (p.valid_until IS NULL OR p.valid_until > t.created)
        WHERE {talks} AND t.side IS DISTINCT FROM 'requester'
        GROUP BY t.site, t.issue_id, p.team, c.team
    ) v
) w
WHERE w.place = 1
    AND EXISTS (
        SELECT 1 FROM talk t
        JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id AND p.team = w.owner
        WHERE t.site = w.site AND t.issue_id = w.issue_id AND {talks})
    AND NOT EXISTS (SELECT 1 FROM {path} h WHERE h.site = w.site AND h.issue_id = w.issue_id AND h.pos > 1)
"""
