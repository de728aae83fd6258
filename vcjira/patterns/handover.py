"""P01 handover: Who passes work to whom?

Definition. The owner changes from a to b, both known and different, at the level looked at (team or person). Nobody
in between (unassigned, a queue) makes it one hop with a stay in the queue; self hand-overs are dropped.
Formula. N(a, b) = sum over issues of places k in the path with R[k] = a and R[k+1] = b.
Default. No threshold: this is the matrix on which the other patterns stand. Cells are worth reading from 30 on.
Edges. Bulk edits and automation are left out (`bulk`, `bots`); stays shorter than `debounce` in which the holder
writes nothing are removed first; issues with a history cut short are left out and counted.
Source. van der Aalst & Song, BPM 2004; van der Aalst, Reijers & Song, CSCW 14 (2005).
What to do. Nothing about one hop. Look at the pairs with many: could the second team join instead of receiving?

found:
    0h ann creates to pat
    1d pat assigns to dan
found:
    0h ann creates to pat
    1d pat assigns to nobody     # a stay in the queue, one hop
    2d dan assigns to dan
not found:
    0h ann creates to pat
    1d pat assigns to pia        # the same team
not found:
    0h ann creates to pat
    1d robot assigns to dan      # automation (E1)
not found:
    0h ann creates to pat
    1d pat assigns to dan        # a slip of three minutes (debounce)
    1d3m pat assigns to pat
"""

from vcjira.patterns.option import Option

NUMBER = "P01"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT h.site, h.issue_id, h.since AS happened, h.previous AS from_owner, h.holder AS to_owner, h.actor_id,
    CAST(h.change_id AS VARCHAR(200)) AS change_id, h.queued, epoch(h.since) - epoch(h.previous_since) AS held_s
FROM {path} h
WHERE h.pos > 1 AND {counted}
"""
