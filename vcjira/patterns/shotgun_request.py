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
    SELECT r.title, r.asking, r.team, r.created, w.word, w.words, floor(epoch(r.created) / {within}) AS slot
    FROM asked_titles r JOIN title_words w ON w.title = r.title
    WHERE {asked} AND w.words >= {words} AND w.place <= w.words - ceil(w.words * {alike}) + 1
),
pairs AS (
    SELECT DISTINCT b.title, b.words, a.title AS earlier, a.words AS earlier_words
    FROM titled a
    JOIN (
        SELECT title, asking, team, created, word, words, slot FROM titled
        UNION ALL
        SELECT title, asking, team, created, word, words, slot - 1 FROM titled
    ) b ON b.asking = a.asking AND b.word = a.word AND b.slot = a.slot AND b.team <> a.team
        AND b.created >= a.created AND b.created <= a.created + INTERVAL '{within}' SECOND
        AND a.words >= {alike} * b.words AND b.words >= {alike} * a.words
)
SELECT b.site, b.issue_id, b.created AS happened, min(a.issue_id) AS earlier_id, max(d.alike) AS alike,
    b.organization, b.team
FROM (
    SELECT p.title, p.earlier,
        CAST(count(*) AS DOUBLE PRECISION) / (min(p.words) + min(p.earlier_words) - count(*)) AS alike
    FROM pairs p
    JOIN title_words b ON b.title = p.title
    JOIN title_words a ON a.title = p.earlier AND a.word = b.word
    GROUP BY p.title, p.earlier
) d
JOIN asked_titles b ON b.title = d.title
JOIN asked_titles a ON a.title = d.earlier
WHERE d.alike >= {alike} AND (a.created < b.created OR a.issue_id < b.issue_id)
GROUP BY b.site, b.issue_id, b.created, b.organization, b.team
"""
