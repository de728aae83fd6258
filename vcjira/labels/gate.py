"""Before a plan: the rules' own tests pass, and not too many requesters are unknown."""

from vcjira import rules
from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.mirror import Mirror


def refuse_if_unsure(mirror: Mirror, settings: Settings, *, force: bool) -> None:
    """Mend when a test of the rules fails, Refused when the budget of unknowns is spent (`force`: once, although)."""
    failed = [result for result in rules.run_tests(settings, mirror) if not result.ok]
    if failed:
        first = failed[0]
        raise Mend(
            f"{len(failed)} tests of the rules fail; the first: {first.name}: wanted {first.want}, got {first.got}",
            where=first.where,
            hint="`vcjira rules test` shows them all; nothing is labelled until they pass",
        )
    if not force:
        rules.budget(mirror, settings)
