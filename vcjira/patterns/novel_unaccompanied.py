"""P25 novel_unaccompanied: Is new kind of work thrown over the wall like routine?

Definition. A request that carries an emerging theme (words that have just begun to appear, from several people), on
which the two sides have not both written within `after`, or that was handed over while nobody wrote from 24 hours
before to 72 hours after. One hit per request.
Formula. M = novel requests without a two-way conversation / novel requests, per organization and team; a cell is named
when M exceeds the one-way share of routine requests (Newcombe), from 20 novel requests on.
Default. 14 days. Single-issue novelty is weak (AUC 0.7 at best): read the theme and the cell, never one issue as fact.
Edges. As monologue and silent_handoff; themes need 5 issues of 3 requesters; bots do not talk.
Source. Team Topologies (collaboration is for discovery); Intelligent Swarming ("new, complex problems"); Dunning 1993.
What to do. This is where to embed: send somebody to sit with them while the use case is young.

found:
    x120 0h+20h ann creates R* for Platform summary=reset_the_password_please
    x3 201d+1d ann creates N* for Platform summary=vision_headset_pilot
    x3 204d+1d amy creates M* for Platform summary=vision_headset_pilot
    x3 207d+1d gil creates L* for Platform summary=vision_headset_pilot
    240d now
not found:
    x120 0h+20h ann creates R* for Platform summary=reset_the_password_please
    240d now
not found:
    x120 0h+20h ann creates R* for Platform summary=reset_the_password_please
    x3 201d+1d ann creates N* for Platform summary=vision_headset_pilot
    x3 204d+1d amy creates M* for Platform summary=vision_headset_pilot
    x3 207d+1d gil creates L* for Platform summary=vision_headset_pilot
    x3 210d+1h pat comments N*
    x3 210d+1h pat comments M*
    x3 210d+1h pat comments L*
    x3 211d+1h ann comments N*
    x3 211d+1h amy comments M*
    x3 211d+1h gil comments L*
    240d now
found:
    x120 0h+20h ann creates R* for Platform summary=reset_the_password_please
    x3 201d+1d ann creates N* for Platform summary=vision_headset_pilot
    x3 204d+1d amy creates M* for Platform summary=vision_headset_pilot
    x3 207d+1d gil creates L* for Platform summary=vision_headset_pilot
    x3 210d+1h pat comments N*
    x3 210d+1h pat comments M*
    x3 210d+1h pat comments L*
    x3 211d+1h ann comments N*
    x3 211d+1h amy comments M*
    x3 211d+1h gil comments L*
    220d pat passes N1 to Data   # no word recorded
    240d now
"""

from vcjira.patterns.option import Option

NUMBER = "P25"
OPTIONS = {"after": Option("14d", "time for both sides to have written", "duration")}

DUE = {
    "after": "SELECT site, issue_id FROM requests WHERE created > {first} AND created <= {last}",
    72 * 3600: "SELECT site, issue_id FROM handovers WHERE happened > {first} AND happened <= {last}",
}

NEAR = """
SELECT r.site, r.issue_id, true AS again FROM requests r
JOIN (SELECT site, issue_id FROM again UNION SELECT site, issue_id FROM renewed) a USING (site, issue_id)
"""

SQL = """
SELECT r.site, r.issue_id, r.created + INTERVAL '{after}' SECOND AS happened, n.theme, n.score, r.organization, r.team,
    coalesce(w.asking, 0) AS requester_comments, coalesce(w.receiving, 0) AS receiving_comments,
    coalesce(s.hops, 0) AS silent_handoffs
FROM requests r
JOIN novelty n ON n.site = r.site AND n.issue_id = r.issue_id AND n.kind = 'novel'
LEFT JOIN (
    SELECT t.site, t.issue_id, sum(CASE WHEN t.side = 'requester' THEN 1 ELSE 0 END) AS asking,
        sum(CASE WHEN t.side = 'receiving' THEN 1 ELSE 0 END) AS receiving
    FROM talk t WHERE t.public AND {talks} GROUP BY t.site, t.issue_id
) w ON w.site = r.site AND w.issue_id = r.issue_id
LEFT JOIN (
    SELECT h.site, h.issue_id, count(*) AS hops FROM {path} h
    WHERE h.pos > 1 AND NOT h.queued AND {counted} AND h.since + INTERVAL '72' HOUR <= {now} AND NOT EXISTS (
        SELECT 1 FROM talk t WHERE t.site = h.site AND t.issue_id = h.issue_id AND {talks}
        AND t.created >= h.since - INTERVAL '24' HOUR AND t.created <= h.since + INTERVAL '72' HOUR
    )
    GROUP BY h.site, h.issue_id
) s ON s.site = r.site AND s.issue_id = r.issue_id
WHERE {asked} AND r.created + INTERVAL '{after}' SECOND <= {now} AND r.readable
    AND (s.hops > 0 OR NOT (coalesce(w.asking, 0) > 0 AND coalesce(w.receiving, 0) > 0))
"""
