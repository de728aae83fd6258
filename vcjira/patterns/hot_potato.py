"""P21 hot_potato: Is work passed on at once, with nothing done to it?

Definition. A stay that ends in a hop, shorter than `under`, in which the holder (at team level: a member) wrote
nothing, started nothing and edited nothing but the routing. One hit per stay, when it ends.
Formula. Hot stays / stays that ended in a hop, per owner.
Default. 60 minutes and no sign of work: short stays alone are common (12 % in public Jiras, 37-56 % in help desks).
Edges. Teams whose job it is to distribute are named in `dispatch`; bulk edits and automation do not count; minutes are
working minutes where the holder has a calendar, else nights count too. Issues whose comments are not all known are left
out.
Source. Our own, from routing studies (Shao et al., KDD 2008).
What to do. Look at where it came from: who there could have known the right owner?

found:
    0h ann creates to pat
    1d pat assigns to dan
    1d20m dan assigns to oli
not found:
    0h ann creates to pat
    1d pat assigns to dan
    1d10m dan comments
    1d20m dan assigns to oli
not found:
    0h ann creates to pat
    1d pat assigns to dan
    1d5h dan assigns to oli
found (calendar=office):
    0h ann creates to pat
    4d16h30m pat assigns to dan      # a Friday; dan's 50 minutes end on Monday
    7d9h20m dan assigns to oli
    8d12h now
not found:
    0h ann creates to pat
    4d16h30m pat assigns to dan
    7d9h20m dan assigns to oli
    8d12h now
not found (calendar=office):
    0h ann creates to pat
    4d15h30m pat assigns to dan      # 110 minutes
    7d9h20m dan assigns to oli
    8d12h now
not found (dispatch=Data/Front):
    0h ann creates to pat
    1d pat assigns to dan
    1d20m dan assigns to oli
not found:
    0h ann creates to pat
    1d pat assigns to dan
    1d20m robot assigns to oli       # automation (E1)
"""

from vcjira.hours import Span
from vcjira.patterns.option import Option

NUMBER = "P21"
OPTIONS = {
    "under": Option("60m", "shorter than this", "duration", working="60m"),
    "dispatch": Option([], "owners whose job is to distribute", "texts"),
}

WORKING = {"held": Span(holder="s.holder", since="s.since", until="s.left_at", option="under")}

SQL = """
SELECT s.site, s.issue_id, s.left_at AS happened, s.holder AS owner, s.since, s.previous AS from_owner,
    h.holder AS to_owner, {held.seconds} AS held_s, {held.hours} AS hours,
    CAST(h.change_id AS VARCHAR(200)) AS change_id, h.actor_id
FROM {path} s
JOIN {path} h ON h.site = s.site AND h.issue_id = s.issue_id AND h.pos = s.pos + 1
JOIN issues i ON i.site = s.site AND i.issue_id = s.issue_id AND i.comments_complete IS NOT FALSE{held.joins}
WHERE {held.before} AND {counted} AND lower(s.holder) NOT IN ({dispatch})
    AND NOT EXISTS (
        SELECT 1 FROM (
            SELECT t.site, t.issue_id, t.author_id AS actor_id, t.created AS happened FROM talk t WHERE {talks}
            UNION ALL
            SELECT w.site, w.issue_id, w.actor_id, w.happened FROM work_signs w
        ) e
        LEFT JOIN person_teams p ON p.site = e.site AND p.account_id = e.actor_id
        WHERE e.site = s.site AND e.issue_id = s.issue_id AND e.happened >= s.since AND e.happened <= s.left_at
            AND (e.actor_id IN (s.account_id, s.holder) OR p.team = s.holder)
    )
"""
