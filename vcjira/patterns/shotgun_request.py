"""P20 shotgun_request: Does one group ask several teams for the same thing?

Definition. Requests of one organization (of one person where it is not known) to different teams within `within`, whose
titles share at least `alike` of their words. One hit per request that repeats an earlier one.
Formula. Jaccard similarity of the sets of words of the titles; candidates share one of their rarest words.
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

SQL = """
SELECT d.site, d.issue_id, d.created AS happened, min(d.earlier_id) AS earlier_id, max(d.alike) AS alike,
    d.organization, d.team
FROM (
    SELECT b.site, b.issue_id, b.created, b.organization, b.team, a.issue_id AS earlier_id,
        CAST(s.shared AS DOUBLE PRECISION) / (wa.words + wb.words - s.shared) AS alike
    FROM (
        SELECT k.site, k.issue_id, k.earlier_id, count(*) AS shared
        FROM (
            SELECT DISTINCT b.site, b.issue_id, a.issue_id AS earlier_id
            FROM title_words wb
            JOIN requests b ON b.site = wb.site AND b.issue_id = wb.issue_id
            JOIN title_words wa ON wa.site = wb.site AND wa.word = wb.word AND wa.leading
            JOIN requests a ON a.site = wa.site AND a.issue_id = wa.issue_id
            WHERE wb.leading AND a.organization = b.organization AND a.team <> b.team
                AND (a.organization <> '(unknown)' OR a.requester_id = b.requester_id)
                AND (a.created < b.created OR (a.created = b.created AND a.issue_id < b.issue_id))
                AND b.created <= a.created + INTERVAL '{within}' SECOND
        ) k
        JOIN title_words x ON x.site = k.site AND x.issue_id = k.issue_id
        JOIN title_words y ON y.site = k.site AND y.issue_id = k.earlier_id AND y.word = x.word
        GROUP BY k.site, k.issue_id, k.earlier_id
    ) s
    JOIN requests b ON b.site = s.site AND b.issue_id = s.issue_id AND NOT b.bulk
    JOIN requests a ON a.site = s.site AND a.issue_id = s.earlier_id AND NOT a.bulk
    JOIN (SELECT site, issue_id, count(*) AS words FROM title_words GROUP BY site, issue_id) wb
        ON wb.site = b.site AND wb.issue_id = b.issue_id
    JOIN (SELECT site, issue_id, count(*) AS words FROM title_words GROUP BY site, issue_id) wa
        ON wa.site = a.site AND wa.issue_id = a.issue_id
    WHERE wa.words >= {words} AND wb.words >= {words}
) d
WHERE d.alike >= {alike}
GROUP BY d.site, d.issue_id, d.created, d.organization, d.team
"""
