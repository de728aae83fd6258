"""P26 ticket_demanded: Is somebody sent away to file a ticket, or told that it is not ours?

Definition. The receiving side writes "please raise a ticket", "wrong queue", "not our problem" or the like (lint class
L4), and the issue is handed over or closed within `within` of it. One hit per comment.
Formula. Conversations on a hop or a closing that contain such words / all of them.
Default. Any; within 24 h. Read a sample before believing the share.
Edges. Words are looked for while syncing; only what matched is kept. Quotes and code are not read.
Source. Our own, from "not my bug" in Guo, Zimmermann, Nagappan, Murphy, CSCW 2011.
What to do. Take the question where it was asked, and file the ticket yourself if one is needed.

found:
    0h ann creates for Platform
    1d pat says L4:raise_a_ticket
    1d1h pat closes as Won't Do
not found:
    0h ann creates for Platform
    1d pat says L4:raise_a_ticket
    9d pat closes
not found:
    0h ann creates for Platform
    1d ann says L4:raise_a_ticket        # the asking side
    1d1h pat closes
not found:
    0h ann creates for Platform
    1d pat says L1:internal_customer
    1d1h pat closes
not found:
    0h ann creates for Platform
    1d robot says L4:raise_a_ticket      # automation (E1)
    1d1h pat closes
"""

from vcjira.patterns.option import Option

NUMBER = "P26"
OPTIONS = {"within": Option("24h", "between the words and the hop or closing", "duration")}

SQL = """
SELECT t.site, t.issue_id, t.created AS happened, t.comment_id, t.side
FROM talk t
WHERE t.gate AND t.side = 'receiving' AND {talks} AND EXISTS (
    SELECT 1 FROM (
        SELECT h.site, h.issue_id, h.since AS happened FROM {path} h WHERE h.pos > 1
        UNION ALL
        SELECT s.site, s.issue_id, s.happened FROM status_steps s WHERE s.to_category = 'done'
    ) e
    WHERE e.site = t.site AND e.issue_id = t.issue_id AND e.happened >= t.created - INTERVAL '{within}' SECOND
        AND e.happened <= t.created + INTERVAL '{within}' SECOND
)
"""
