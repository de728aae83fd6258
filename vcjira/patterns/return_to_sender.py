"""P12 return_to_sender: Does a request land with the one who asked, while it is not done?

Definition. An owner, person or team, gives the issue to the requester or to the requester's own team while the status
is not of category done. One hit per time. With `level: person` only the requester counts, with `level: team` only the
team; where no level is set, either.
Formula. Requests returned / requests.
Default. Any.
Edges. A return after the work was done, to verify it, does not count (E16). Automation and bulk edits do not count, nor
does a return that is taken back within `debounce` while the requester's side writes nothing.
Source. BPI Challenge 2013; Guo, Zimmermann, Nagappan, Murphy, CSCW 2011 ("poor report").
What to do. Ask what was missing, and whether the two could have filled it in together.

found:
    0h ann creates for Platform
    1d pat assigns to ann
not found (level=team):
    0h ann creates for Platform
    1d pat assigns to ann        # ann is in no team
found (level=team):
    0h oli creates to pat
    1d pat assigns to ola        # a colleague of oli
not found (level=person):
    0h oli creates to pat
    1d pat assigns to ola
not found:
    0h ann creates for Platform
    1d pat assigns to ann        # a slip
    1d3m pat assigns to dan
found (debounce=0):
    0h ann creates for Platform
    1d pat assigns to ann
    1d3m pat assigns to dan
found:
    0h ann creates for Platform
    1d pat assigns to ann
    1d2m ann comments
    1d3m ann assigns to dan
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
SELECT h.site, h.issue_id, h.happened, h.to_person, h.to_team, h.from_person, h.from_team, h.actor_id,
    CAST(h.change_id AS VARCHAR(200)) AS change_id
FROM (
    SELECT h.*, r.requester_id
    FROM handovers h
    JOIN classes r ON r.site = h.site AND r.issue_id = h.issue_id AND r.own_team IS DISTINCT FROM true
    WHERE {counted} AND (h.from_person IS NOT NULL OR h.from_team IS NOT NULL)
        AND ({person} AND h.to_person = r.requester_id AND h.from_person IS DISTINCT FROM h.to_person
            OR {team} AND h.to_team IS DISTINCT FROM h.from_team AND EXISTS (
                SELECT 1 FROM person_teams p WHERE p.site = h.site AND p.account_id = r.requester_id
                AND p.team = h.to_team
                AND (p.valid_from IS NULL OR p.valid_from <= h.happened)
                AND (p.valid_until IS NULL OR p.valid_until > h.happened)))
) h
JOIN issues i ON i.site = h.site AND i.issue_id = h.issue_id AND i.history_complete IS DISTINCT FROM false
LEFT JOIN handovers n ON n.site = h.site AND n.issue_id = h.issue_id AND n.seq = h.seq + 1
    AND CASE WHEN h.to_person = h.requester_id THEN n.to_person IS DISTINCT FROM h.to_person
        ELSE n.to_team IS DISTINCT FROM h.to_team END
    AND n.held_s < {debounce}
LEFT JOIN (
    SELECT b.site, b.issue_id, b.seq FROM handovers b
    JOIN handovers a ON a.site = b.site AND a.issue_id = b.issue_id AND a.seq = b.seq + 1 AND a.held_s < {debounce}
    JOIN talk t ON t.site = b.site AND t.issue_id = b.issue_id AND t.created >= b.happened AND t.created <= a.happened
    LEFT JOIN person_teams p ON p.site = t.site AND p.account_id = t.author_id
    WHERE t.author_id = b.to_person OR p.team = b.to_team
    GROUP BY b.site, b.issue_id, b.seq
) wrote ON wrote.site = h.site AND wrote.issue_id = h.issue_id AND wrote.seq = h.seq
WHERE (n.seq IS NULL OR wrote.seq IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM status_steps s WHERE s.site = h.site AND s.issue_id = h.issue_id AND s.to_category = 'done'
        AND s.happened <= h.happened AND (s.left_at IS NULL OR s.left_at > h.happened)
    )
"""
