"""P20 shotgun_request: Does one group ask several teams for the same thing?

Definition. Requests of one organization (of one person where it is not known) to different teams within `within`, whose
titles share at least `alike` of their words. One hit per request that repeats an earlier one.
Formula. Jaccard similarity of the sets of words of the titles; candidates share one of their rarest words, so many of
them that none is missed.
Default. 14 days, 0.6, at least 3 different words. Look at 100 pairs by hand before believing the share.
Edges. Release checklists, templates and clones look the same; bulk-filed requests are left out.
Source. Our own; near-duplicate detection after Broder 1997.
What to do. They do not know who does it. Say where such a request belongs, and let one of the teams take it on.

found:
    0h ann creates A for Platform summary=export_of_invoices_fails_again
    1d amy creates B for Data summary=export_of_invoices_fails_again
not found:
    0h ann creates A for Platform summary=export_of_invoices_fails_again
    1d amy creates B for Platform summary=export_of_invoices_fails_again   # the same team
not found:
    0h ann creates A for Platform summary=export_of_invoices_fails_again
    1d gil creates B for Data summary=export_of_invoices_fails_again       # another group
not found:
    0h ann creates A for Platform summary=export_of_invoices_fails_again
    20d amy creates B for Data summary=export_of_invoices_fails_again      # much later
not found:
    0h ann creates A for Platform summary=export_of_invoices_fails_again
    1d amy creates B for Data summary=new_colours_for_the_landing_page
not found:
    0h robot creates A for Platform summary=export_of_invoices_fails_again
    1d robot creates B for Data summary=export_of_invoices_fails_again     # automation (E1)
"""

from vcjira.patterns.option import Option

NUMBER = "P20"
OPTIONS = {
    "within": Option("14d", "between the two requests", "duration"),
    "alike": Option(0.6, "share of common words", "share"),
    "words": Option(3, "different words that a title needs"),
}

NEAR = """
SELECT r.site, r.issue_id, bool_or(r.created >= m.created) AS again FROM requests r
JOIN moved_requests m ON m.site = r.site AND m.organization = r.organization
    AND r.created >= m.created - INTERVAL '{within}' SECOND AND r.created <= m.created + INTERVAL '{within}' SECOND
GROUP BY r.site, r.issue_id
"""
"""A request makes a hit of itself and of those that follow; those before are what it is compared with."""

SQL = """
WITH titled AS (
    SELECT r.site, r.issue_id, r.created, r.organization, r.team,
        CASE WHEN r.organization = '(unknown)' THEN r.requester_id ELSE r.organization END AS asking,
        w.word, w.words, floor(epoch(r.created) / {within}) AS slot
    FROM requests r JOIN title_words w ON w.site = r.site AND w.issue_id = r.issue_id
    WHERE {asked} AND w.words >= {words} AND w.place <= w.words - ceil(w.words * {alike}) + 1
),
pairs AS (
    SELECT DISTINCT b.site, b.issue_id, b.created, b.organization, b.team, b.words, a.issue_id AS earlier_id,
        a.words AS earlier_words
    FROM titled b
    JOIN (
        SELECT site, issue_id, created, organization, team, asking, word, slot, words FROM titled
        UNION ALL
        SELECT site, issue_id, created, organization, team, asking, word, slot + 1, words FROM titled
    ) a ON a.site = b.site AND a.asking = b.asking AND a.word = b.word AND a.slot = b.slot
        AND a.organization = b.organization AND a.team <> b.team
        AND (a.created < b.created OR (a.created = b.created AND a.issue_id < b.issue_id))
        AND b.created <= a.created + INTERVAL '{within}' SECOND
        AND a.words >= {alike} * b.words AND b.words >= {alike} * a.words
)
SELECT d.site, d.issue_id, d.created AS happened, min(d.earlier_id) AS earlier_id, max(d.alike) AS alike,
    d.organization, d.team
FROM (
    SELECT p.site, p.issue_id, p.earlier_id, p.created, p.organization, p.team,
        CAST(count(*) AS DOUBLE PRECISION) / (min(p.words) + min(p.earlier_words) - count(*)) AS alike
    FROM pairs p
    JOIN title_words b ON b.site = p.site AND b.issue_id = p.issue_id
    JOIN title_words a ON a.site = p.site AND a.issue_id = p.earlier_id AND a.word = b.word
    GROUP BY p.site, p.issue_id, p.earlier_id, p.created, p.organization, p.team
) d
WHERE d.alike >= {alike}
GROUP BY d.site, d.issue_id, d.created, d.organization, d.team
"""
