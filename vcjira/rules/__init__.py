"""Rules: who is a partner, a stakeholder, a customer; first answer wins, unknown stays unknown, all with evidence."""

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.rules import verdicts
from vcjira.rules.book import Book, Clause, compile, needed

__all__ = ["Book", "Clause", "compile", "derive", "needed"]


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `classes`, `verdicts`, `issue_verdicts`; after `people.derive`."""
    verdicts.save(mirror, settings, compile(settings, mirror))
