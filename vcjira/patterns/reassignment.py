"""P02 reassignment: Which issues are tossed again and again before somebody keeps them?

Definition. The path of owners has at least `hops` hops. One hit per issue, at the hop that completes it.
Formula. h = length of the path - 1; mean h over resolved issues is the mean steps to resolve; P(a to b) = N(a, b) /
N(a, any).
Default. 3 hops: in public data 1-2 % of Jira issues (assignee) and 9-14 % of help-desk issues (teams) have that many;
more than `excessive` (5) is marked. Not every toss is waste: reassignments also find the best person.
Edges. Aliases of one person are one (people.same_as); a queue holds nothing; bulk edits and automation do not count.
Source. Jeong, Kim, Zimmermann, ESEC/FSE 2009; Guo, Zimmermann, Nagappan, Murphy, CSCW 2011; Wu, Liu, Ma, IET Software
2018 ("tossed at least three times").
What to do. Read ten of them with the teams: root cause, unclear ownership, poor report, or workload? Each has another
remedy; an owner who stays until the end helps with all four.

found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
    3d oli assigns to pat
not found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
not found (bots=ignore):
    0h ann creates to pat
    1d pat assigns to dan
    2d robot assigns to oli
    3d oli assigns to pat
"""

from vcjira.patterns.option import Option

NUMBER = "P02"
OPTIONS = {
    "hops": Option(3, "hops from which an issue counts as repeatedly tossed"),
    "excessive": Option(5, "more hops than this are marked excessive"),
}

SQL = """
SELECT n.site, n.issue_id, n.happened, t.hops, t.hops > {excessive} AS excessive, n.holder AS to_owner,
    CAST(n.change_id AS VARCHAR(200)) AS change_id
FROM (
    SELECT h.site, h.issue_id, h.since AS happened, h.holder, h.change_id,
        row_number() OVER (PARTITION BY h.site, h.issue_id ORDER BY h.pos) AS hop
    FROM {path} h WHERE h.pos > 1 AND {counted}
) n
JOIN (
    SELECT h.site, h.issue_id, count(*) AS hops FROM {path} h WHERE h.pos > 1 AND {counted}
    GROUP BY h.site, h.issue_id
) t ON t.site = n.site AND t.issue_id = n.issue_id
WHERE n.hop = {hops}
"""
