"""Does the work serve a customer? What traces to an outcome, what was delivered to whom, and what waiting costs.

`trace` (patterns.md 5.5), `split`, `waits` and `jumps` (priority honesty), `costs` (waiting after hand-overs).
"""

from vcjira.chain.costs import Cost, costs
from vcjira.chain.honesty import Jump, Kind, Served, jumps, split, waits
from vcjira.chain.tracing import Trace, behind, outcomes, trace

__all__ = [
    "Cost", "Jump", "Kind", "Served", "Trace", "behind", "costs", "jumps", "outcomes", "split", "trace", "waits",
]  # fmt: skip
