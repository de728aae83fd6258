"""P03 ping_pong: Does work come straight back to where it came from?

Definition. Three consecutive places A, B, A in the path of owners. One hit per A-B-A, at the moment it is back;
A, B, A, B are two.
Formula. Occurrences = number of k with R[k] = R[k+2]; issues with at least one; also as a share of the issues that
were handed over at all, or teams with few hand-overs look good.
Default. Any, after debounce; strong from two occurrences. Base rates: 1-2 % of Jira issues (person), 7-16 % of
help-desk issues (teams).
Edges. Automation on a transition is the commonest false A-B-A in Jira: hops made by bots or in bulk runs do not
count. A return to the reporter to verify something done is its own class (E16) and no ping-pong; `verification:
count` counts it, and it counts when debounce is 0 and bots and bulk are counted, so that plain numbers can be
compared.
Source. BPI Challenge 2013, question 2; Consortium for Service Innovation ("playing catch, not ping pong").
What to do. Let the two teams look at one such issue together, and keep its owner until the end.

found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to pat
found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to nobody     # through the queue is still back and forth
    3d pat assigns to pat
not found:
    0h ann creates to pat
    1d pat assigns to nobody     # put aside and taken up again (E15)
    2d pat assigns to pat
not found:
    0h ann creates to pat
    1d robot assigns to dan      # automation (E1)
    2d dan assigns to pat
not found:
    0h pat creates to pat
    1d pat assigns to dan
    2d dan sets status to Done
    3d dan assigns to pat        # back to the reporter to verify (E16)
not found:
    0h ann creates to pat
    1d pat assigns to dan
    2d dan assigns to oli
    3d oli assigns to pat        # a loop, not a ping-pong
"""

from vcjira.patterns.option import Option

NUMBER = "P03"
OPTIONS = {
    "verification": Option(
        "auto", "returns to the reporter after done: auto, ignore, count", "choice", ("auto", "ignore", "count")
    ),
}

SQL = """
SELECT h.site, h.issue_id, h.since AS happened, h.holder AS a, h.previous AS b, h.previous_since AS went,
    CAST(h.previous_change AS VARCHAR(200)) AS went_change_id,
    CAST(h.change_id AS VARCHAR(200)) AS back_change_id, h.actor_id,
    epoch(h.since) - epoch(h.previous_since) AS away_s
FROM {path} h
JOIN issues i ON i.site = h.site AND i.issue_id = h.issue_id
WHERE h.origin = h.holder AND {counted} AND {counted_before}
    AND NOT ({verification} = 'ignore' AND h.account_id = i.reporter_id AND EXISTS (
        SELECT 1 FROM status_steps s WHERE s.site = h.site AND s.issue_id = h.issue_id
        AND s.to_category = 'done' AND s.happened >= h.previous_since AND s.happened <= h.since
    ))
"""
