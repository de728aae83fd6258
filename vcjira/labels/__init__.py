"""Labels one can leave switched on: plan, look, apply, verify, undo; a person's no is final.

`draft` decides (from the mirror alone), `apply` writes (through a tracker), everything is journaled before it is
sent. Public: `draft`, `apply`, `draft_undo`, `verify`, `vetoes`, `lift`, `recover`, `Plan`, `Outcome`, `read_plan`.
"""

from vcjira.config import Settings
from vcjira.labels.apply import Outcome, apply
from vcjira.labels.facts import gather
from vcjira.labels.gate import refuse_if_unsure
from vcjira.labels.journal import operations, runs
from vcjira.labels.limits import over_limits
from vcjira.labels.notes import announce, lift, vetoes
from vcjira.labels.plan import Plan
from vcjira.labels.plan import draft as draft_from
from vcjira.labels.plan import read as read_plan
from vcjira.labels.recover import recover
from vcjira.labels.undo import draft_undo, look_again
from vcjira.labels.verify import Difference, verify
from vcjira.mirror import Mirror

__all__ = [
    "Difference",
    "Outcome",
    "Plan",
    "announce",
    "apply",
    "draft",
    "draft_undo",
    "lift",
    "look_again",
    "operations",
    "over_limits",
    "read_plan",
    "recover",
    "refuse_if_unsure",
    "runs",
    "sketch",
    "verify",
    "vetoes",
]


def draft(mirror: Mirror, settings: Settings, *, narrow: str | None = None, force: bool = False) -> Plan:
    """What labelling would change now. The rules' own tests must pass (else Mend), and so must the budget of unknowns
    (else Refused; `force` goes past it once). `narrow` is a further SQL condition over `issues`.
    """
    refuse_if_unsure(mirror, settings, force=force)
    return draft_from(gather(mirror, settings, narrow=narrow))


def sketch(mirror: Mirror, settings: Settings, *, narrow: str | None = None) -> Plan:
    """The same to look at only: neither failing tests nor too many unknowns keep a report from showing it."""
    return draft_from(gather(mirror, settings, narrow=narrow))
