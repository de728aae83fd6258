"""P05 silent_handoff: Is work passed on without a word recorded in Jira?

Definition. A hand-over straight from one owner to another at time t, with no conversation event by the two owners, the
person who did it or the reporter from `before` t to `after` t (both ends included). One hit per silent hand-over.
At team level the members of both teams count as owners. Internal notes count: they are talk between teams.
Formula. S = silent hand-overs / hand-overs, per ordered pair; its interval is widened by the habits of those who
passed on.
Default. 24 h before, 72 h after, of calendar time always: one working day before, a weekend after. In two public Jiras
25-41 % of hand-overs between persons are silent so. Look at 4 h, 24 h and 7 d as well before saying much.
Edges. A comment typed in the assign dialog has the same second and counts; text that one author repeats five times or
more is a template and does not; with `bots: count` it does, as do comments of bots. Issues whose comments are not all
known are left out.
Source. Our operationalisation of missing coordination: Cataldo, Wagstrom, Herbsleb, Carley, CSCW 2006.
What to do. Ask the receiving team what it had to find out again. A two-line note at each hand-over is the least; a call
is better. No conversation recorded in Jira does not mean that there was none.

found:
    0h ann creates to pat
    5d pat assigns to dan
    9d now
not found:
    0h ann creates to pat
    5d pat assigns to dan
    7d dan comments
    9d now
not found:
    0h ann creates to pat
    4d1h ann comments            # the reporter, the day before
    5d pat assigns to dan
    9d now
found:
    0h ann creates to pat
    5d pat assigns to dan
    9d dan comments              # too late
found:
    0h ann creates to pat
    5d pat assigns to dan
    6d robot comments            # automation is no talk (E1)
    9d now
not found:
    0h ann creates to pat
    5d pat assigns to nobody     # a queue lies between (E15)
    6d dan assigns to dan
    20d now
"""

from vcjira.patterns.option import Option

NUMBER = "P05"
OPTIONS = {
    "before": Option("24h", "talk this long before the hand-over counts", "duration"),
    "after": Option("72h", "talk this long after the hand-over counts", "duration"),
}

DUE = {"after": "SELECT site, issue_id FROM handovers WHERE happened > {first} AND happened <= {last}"}

SQL = """
SELECT h.site, h.issue_id, h.since AS happened, h.previous AS from_owner, h.holder AS to_owner,
    h.previous_account AS from_person, h.account_id AS to_person, h.actor_id,
    CAST(h.change_id AS VARCHAR(200)) AS change_id
FROM {path} h
JOIN issues i ON i.site = h.site AND i.issue_id = h.issue_id
LEFT JOIN (
    SELECT DISTINCT h.site, h.issue_id, h.pos
    FROM {path} h
    JOIN issues i ON i.site = h.site AND i.issue_id = h.issue_id
    JOIN talk t ON t.site = h.site AND t.issue_id = h.issue_id AND {talks}
        AND t.created >= h.since - INTERVAL '{before}' SECOND AND t.created <= h.since + INTERVAL '{after}' SECOND
    WHERE h.pos > 1 AND (
        t.author_id IN (h.actor_id, i.reporter_id, h.account_id, h.previous_account) OR EXISTS (
            SELECT 1 FROM person_teams p WHERE p.site = t.site AND p.account_id = t.author_id
            AND p.team IN (h.holder, h.previous)
            AND (p.valid_from IS NULL OR p.valid_from <= t.created)
            AND (p.valid_until IS NULL OR p.valid_until > t.created)
        )
    )
) spoken ON spoken.site = h.site AND spoken.issue_id = h.issue_id AND spoken.pos = h.pos
WHERE h.pos > 1 AND NOT h.queued AND spoken.pos IS NULL AND i.comments_complete IS NOT FALSE AND {counted}
    AND (h.since + INTERVAL '{after}' SECOND <= {now} OR {raw})
"""
