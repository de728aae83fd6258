"""P04 return: Does work come back to an owner who had it before, by whatever way?

Definition. An owner occurs again in the path, with anything in between. Contains ping-pong. One hit per return.
Formula. Issues with fewer distinct owners than places in the path; detour = owners in between.
Default. Report the share and the length of the detour; in public data 1-3 % of Jira issues (person), 11-17 % of
help-desk issues (teams).
Edges. As ping_pong: bulk edits, automation, debounce.
Source. edeaR ("repetition"); Swennen et al.
What to do. A long detour that ends where it began says that the first owner lacked something: ask what it was.

found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
    3d oli assigns to pat
not found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
not found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
    3d robot assigns to pat      # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P04"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT h.site, h.issue_id, h.since AS happened, h.holder AS owner, h.pos - h.earlier - 1 AS detour, h.left_at AS went,
    CAST(h.change_id AS VARCHAR(200)) AS change_id, h.actor_id
FROM (
    SELECT h.site, h.issue_id, h.holder, h.since, h.pos, h.change_id, h.actor_id, h.bulk, h.automated,
        lag(h.pos) OVER w AS earlier, lag(h.left_at) OVER w AS left_at
    FROM {path} h
    WINDOW w AS (PARTITION BY h.site, h.issue_id, h.holder ORDER BY h.pos)
) h
WHERE h.earlier IS NOT NULL AND {counted}
"""
