"""Before a plan: the rules' own tests pass, and not too many requesters are unknown."""

from vcjira.config import Settings
from vcjira.mirror import Mirror


def refuse_if_unsure(mirror: Mirror, settings: Settings, *, force: bool) -> None:
    from vcjira import rules

    rules.run_tests(settings)
    if not force:
        rules.budget(mirror, settings)
