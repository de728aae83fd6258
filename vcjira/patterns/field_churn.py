"""P19 field_churn: Do the two sides fight over a field?

Definition. Priority, type, component or due date is changed by one side of the request and changed back by the other.
One hit per change back.
Formula. A, B, A on the field's values, the two changes by different sides.
Default. Any.
Edges. Priorities that automation computes do not count; bulk edits do not.
Source. Xia, Lo et al., 2014 (bug report field reassignment).
What to do. Agree on what the field means, or let one side own it.

found:
    0h ann creates for Platform priority=High
    1d pat sets priority to Low
    2d ann sets priority to High
not found:
    0h ann creates for Platform priority=High
    1d pat sets priority to Low
    2d pia sets priority to High     # one side with itself
not found:
    0h ann creates for Platform priority=High
    1d robot sets priority to Low    # automation (E1)
    2d ann sets priority to High
"""

from vcjira.patterns.option import Option

NUMBER = "P19"
OPTIONS: dict[str, Option] = {}

SQL = """
SELECT h.site, h.issue_id, h.happened, h.field, h.to_text AS value, h.from_text AS other_value, h.side,
    h.previous_side AS other_side, h.previous_happened AS changed, CAST(h.change_id AS VARCHAR(200)) AS change_id
FROM field_steps h
WHERE h.to_text = h.previous_from AND h.side <> h.previous_side AND {counted} AND {counted_before}
"""
