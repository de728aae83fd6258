"""P12 rejection: Are requests turned away quickly, with hardly a word recorded in Jira?

Definition. A request closed by somebody of another side than the requester, with a resolution such as won't do,
invalid, incomplete, cannot reproduce, duplicate or declined, within `within` of its creation and after at most one turn
of conversation. One hit per issue, at the closing.
Formula. Rejections / requests. Turns = runs of one side in the conversation.
Default. Five working days of the team where it has a calendar, else 7 days; one turn.
Edges. Localised resolutions: name them in `resolutions`. Bulk closing is not a rejection of one request.
Issues whose comments are not all known are left out.
Source. Guo, Zimmermann, Nagappan, Murphy, CSCW 2011; Zimmermann et al., ICSE SEIP 2012.
What to do. Say before filing what the team takes on and what it needs; offer a quarter of an hour instead of a form.

found:
    0h ann creates for Platform
    1d pat closes as Won't Do
not found:
    0h ann creates for Platform
    1d ann closes as Won't Do    # withdrawn by the requester
not found:
    0h ann creates for Platform
    1d pat comments
    2d ann comments
    3d pat closes as Won't Do
found:
    0h ann creates for Platform
    1d pat closes as Won't Do
    2d ann comments              # what is said afterwards does not mend it
    3d pat comments
not found:
    0h ann creates for Platform
    1d robot closes as Won't Do  # automation (E1)
not found:
    0h ann creates for Platform
    1d pat closes as Fixed
found (calendar=office):
    10h ann creates for Platform             # on a Monday
    7d9h30m pat closes as Won't Do
    8d12h now
not found (calendar=office):
    10h ann creates for Platform
    7d10h30m pat closes as Won't Do          # the sixth working day has begun
    8d12h now
found (calendar=office):
    5d ann creates for Platform              # on a Saturday: the week after is all theirs
    11d22h pat closes as Won't Do
    15d12h now
"""

from vcjira.hours import Span
from vcjira.patterns.option import Option

NUMBER = "P12"
OPTIONS = {
    "within": Option("7d", "from creation to closing", "duration", working="5d"),
    "turns": Option(1, "most turns of conversation before it"),
    "resolutions": Option(
        ["won't do", "won't fix", "invalid", "incomplete", "cannot reproduce", "duplicate", "declined", "not a bug",
         "rejected"],
        "resolutions that turn a request away", "texts",
    ),
}  # fmt: skip

WORKING = {"lasted": Span(holder="r.team", since="r.created", until="h.happened", option="within")}

SQL = """
SELECT h.site, h.issue_id, h.happened, h.to_resolution AS resolution,
    CAST(h.change_id AS VARCHAR(200)) AS change_id, r.organization, r.team,
    coalesce(w.turns, 0) AS turns, {lasted.hours} AS hours
FROM (
    SELECT s.*, row_number() OVER (PARTITION BY s.site, s.issue_id ORDER BY s.happened, s.change_id) AS place
    FROM resolution_steps s WHERE lower(s.to_resolution) IN ({resolutions})
) h
JOIN requests r ON r.site = h.site AND r.issue_id = h.issue_id
LEFT JOIN (
    SELECT site, issue_id, count(*) AS turns FROM (
        SELECT t.site, t.issue_id, t.side,
            lag(t.side) OVER (PARTITION BY t.site, t.issue_id ORDER BY t.created, t.comment_id) AS before
        FROM talk t
        JOIN (
            SELECT site, issue_id, min(happened) AS closed FROM resolution_steps
            WHERE lower(to_resolution) IN ({resolutions}) GROUP BY site, issue_id
        ) c ON c.site = t.site AND c.issue_id = t.issue_id AND t.created <= c.closed
        WHERE t.side IS NOT NULL AND t.public AND {talks}
    ) e WHERE before IS DISTINCT FROM side GROUP BY site, issue_id
) w ON w.site = h.site AND w.issue_id = h.issue_id{lasted.joins}
WHERE h.place = 1 AND {counted} AND {asked} AND r.readable AND h.actor_id IS DISTINCT FROM r.requester_id
    AND {lasted.by} AND coalesce(w.turns, 0) <= {turns}
"""
