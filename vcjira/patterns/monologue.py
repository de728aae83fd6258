"""P07 monologue: Is a request closed without both sides having said something in Jira?

Definition. A closed request on which not both sides, the asking and the receiving, have a conversation event. One hit
per request, when it was closed; `kind` says who spoke: nobody (silent), receiver, requester.
Formula. D = 1 if both sides spoke; shares of silent, receiver-only, requester-only, two-way; median turns.
Default. Two-way is 8-51 % of requests in the larger cells of three public Jiras, so one monologue says nothing; the
wall matrix reads their share. Open requests are not judged here.
Edges. Bulk-filed and imported issues are no requests; internal notes are no talk with the requester; templates and bots
are no talk; text hidden from our account may exist.
Source. Socio-technical congruence: Cataldo et al., CSCW 2006; Bertram et al., CSCW 2010.
What to do. For routine requests nothing: that is service as meant. For new kinds of work: begin with a talk.

found:
    0h ann creates for Platform
    3d pat closes
found:
    0h ann creates for Platform
    1d pat comments
    3d pat closes
not found:
    0h ann creates for Platform
    1d pat comments
    2d ann comments
    3d pat closes
not found:
    0h ann creates for Platform
    3d now                       # still open
not found:
    0h pat creates for Platform  # the team's own
    3d pat closes
found:
    0h ann creates for Platform
    1d pat notes                 # not visible to the requester
    2d ann comments
    3d pat closes
"""

from vcjira.patterns.option import Option

NUMBER = "P07"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT r.site, r.issue_id, r.closed AS happened,
    CASE WHEN w.issue_id IS NULL THEN 'silent' WHEN w.asking > 0 THEN 'requester' WHEN w.receiving > 0 THEN 'receiver'
        ELSE 'silent' END AS kind,
    r.organization, r.team
FROM requests r
LEFT JOIN (
    SELECT t.site, t.issue_id, sum(CASE WHEN t.side = 'requester' THEN 1 ELSE 0 END) AS asking,
        sum(CASE WHEN t.side = 'receiving' THEN 1 ELSE 0 END) AS receiving
    FROM talk t WHERE t.public AND {talks} GROUP BY t.site, t.issue_id
) w ON w.site = r.site AND w.issue_id = r.issue_id
WHERE {asked} AND r.closed IS NOT NULL AND r.readable
    AND NOT (coalesce(w.asking, 0) > 0 AND coalesce(w.receiving, 0) > 0)
"""
