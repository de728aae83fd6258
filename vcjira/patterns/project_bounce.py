"""P18 project_bounce: Is an issue moved from project to project?

Definition. The second move of an issue and every one after it; `returned` says that it went back to a project it had
been in. One hit per move.
Formula. Ping-pong on the path of projects.
Default. From the second move on. Moves are rare: 2 % of issues in public data are moved at all.
Edges. A move is one hop although it changes project and key (E5); bulk moves (a project closed or renamed) and
automation do not count.
Source. As ping_pong.
What to do. Ask who decides where such work belongs, and make that answer findable.

found:
    0h ann creates for Platform
    1d pat moves to DATA
    2d dan moves to P
not found:
    0h ann creates for Platform
    1d pat moves to DATA
not found:
    0h ann creates for Platform
    1d pat moves to DATA
    2d robot moves to P          # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P18"
OPTIONS = {"moves": Option(2, "moves from which it bounces")}

SQL = """
SELECT h.site, h.issue_id, h.happened, h.from_project, h.to_project, h.step AS moves,
    EXISTS (SELECT 1 FROM project_steps e WHERE e.site = h.site AND e.issue_id = h.issue_id AND e.step <= h.step
        AND e.from_project = h.to_project) AS returned, h.actor_id,
    CAST(h.change_id AS VARCHAR(200)) AS change_id
FROM project_steps h
WHERE h.step >= {moves} AND {counted}
"""
