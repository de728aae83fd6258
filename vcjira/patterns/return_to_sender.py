"""P12 return_to_sender: Does a request land with the one who asked, while it is not done?

Definition. An owner, person or team, gives the issue to the requester or to the requester's own team while the status
is not of category done. One hit per time.
Formula. Requests returned / requests.
Default. Any.
Edges. A return after the work was done, to verify it, does not count (E16). Automation and bulk edits do not count.
Source. BPI Challenge 2013; Guo, Zimmermann, Nagappan, Murphy, CSCW 2011 ("poor report").
What to do. Ask what was missing, and whether the two could have filled it in together.

found:
    0h ann creates for Platform
    1d pat assigns to ann
not found:
    0h ann creates for Platform
    1d pat closes
    2d pat assigns to ann        # to verify (E16)
not found:
    0h ann creates for Platform
    1d robot assigns to ann      # automation (E1)
not found:
    0h ann creates for Platform
    1d pat assigns to dan
"""

from vcjira.patterns.option import Option

NUMBER = "P12"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT h.site, h.issue_id, h.happened, h.to_person, h.to_team, h.from_person, h.from_team, h.actor_id, h.change_id
FROM handovers h
JOIN classes r ON r.site = h.site AND r.issue_id = h.issue_id AND r.own_team IS DISTINCT FROM true
JOIN issues i ON i.site = h.site AND i.issue_id = h.issue_id AND i.history_complete IS DISTINCT FROM false
WHERE {counted} AND (h.from_person IS NOT NULL OR h.from_team IS NOT NULL)
    AND (h.to_person = r.requester_id AND h.from_person IS DISTINCT FROM h.to_person
        OR h.to_team IS DISTINCT FROM h.from_team AND EXISTS (
            SELECT 1 FROM person_teams p WHERE p.site = h.site AND p.account_id = r.requester_id AND p.team = h.to_team
            AND (p.valid_from IS NULL OR p.valid_from <= h.happened)
            AND (p.valid_until IS NULL OR p.valid_until > h.happened)))
    AND NOT EXISTS (
        SELECT 1 FROM status_steps s WHERE s.site = h.site AND s.issue_id = h.issue_id AND s.to_category = 'done'
        AND s.happened <= h.happened AND (s.left_at IS NULL OR s.left_at > h.happened)
    )
"""
