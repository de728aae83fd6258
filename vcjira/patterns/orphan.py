"""P15 orphan: Which requests has nobody taken up, as far as Jira shows?

Definition. Orphan: open, never assigned, and for more than `days` since its creation no comment or change by anybody
but the asking side. Abandoned: closed by automation or in a bulk run when no human had said anything for as long. One
hit per issue.
Formula. Orphans / requests; days until the first human owner (Kaplan-Meier).
Default. 14 days, one usual sprint. In public Jiras 9-31 % of issues are unassigned, so that alone is no finding.
Edges. `ice_boxes` names projects that are meant to lie; open issues are right-censored; automation is nobody.
Source. Practitioners' term; ageing as for stale.
What to do. Say no, or say who and when. A clear no within a week is kinder.

found:
    0h ann creates for Platform
    15d now
not found:
    0h ann creates for Platform
    2d pat comments
    15d now
not found:
    0h ann creates for Platform
    2d pat takes
    15d now
found:
    0h ann creates for Platform
    2d robot sets priority to Low            # automation is nobody (E1)
    15d now
found:
    0h ann creates for Platform
    15d robot closes as Done                 # abandoned
not found (ice_boxes=P/Q):
    0h ann creates for Platform
    15d now
"""

from vcjira.patterns.option import Option

NUMBER = "P15"
OPTIONS = {
    "days": Option("14d", "without anybody taking it up", "duration"),
    "ice_boxes": Option([], "projects that are meant to lie", "texts"),
}

DUE = {"days": "SELECT site, issue_id FROM requests WHERE created > {first} AND created <= {last}"}

SQL = """
SELECT q.site, q.issue_id, q.happened, q.kind, q.organization, q.team
FROM (
    SELECT r.site, r.issue_id, r.created + INTERVAL '{days}' SECOND AS happened, 'orphan' AS kind, r.organization,
        r.team, r.project
    FROM requests r
    JOIN issues i ON i.site = r.site AND i.issue_id = r.issue_id
    WHERE {asked} AND r.closed IS NULL AND i.assignee_id IS NULL AND i.status_category IS DISTINCT FROM 'done'
        AND r.created + INTERVAL '{days}' SECOND <= {now}
        AND NOT EXISTS (SELECT 1 FROM handovers o WHERE o.site = r.site AND o.issue_id = r.issue_id
            AND o.to_person IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM talk t WHERE t.site = r.site AND t.issue_id = r.issue_id AND {talks}
            AND t.side IS DISTINCT FROM 'requester')
        AND NOT EXISTS (SELECT 1 FROM acts h WHERE h.site = r.site AND h.issue_id = r.issue_id
            AND h.actor_id IS DISTINCT FROM r.requester_id AND {counted})
    UNION ALL
    SELECT r.site, r.issue_id, s.happened, 'abandoned', r.organization, r.team, r.project
    FROM requests r
    JOIN status_steps s ON s.site = r.site AND s.issue_id = r.issue_id AND s.to_category = 'done'
        AND s.left_at IS NULL AND (s.bulk OR s.automated)
    WHERE {asked} AND r.created <= s.happened - INTERVAL '{days}' SECOND
        AND NOT EXISTS (SELECT 1 FROM talk t WHERE t.site = r.site AND t.issue_id = r.issue_id AND {talks}
            AND t.created > s.happened - INTERVAL '{days}' SECOND AND t.created <= s.happened)
) q
WHERE lower(q.project) NOT IN ({ice_boxes})
"""
