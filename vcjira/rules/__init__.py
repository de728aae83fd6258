"""Rules: who is a partner, a stakeholder, a customer; first answer wins, unknown stays unknown, all with evidence."""

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.rules import verdicts
from vcjira.rules.book import Book, Clause, compile, needed
from vcjira.rules.cases import TestResult, run_tests
from vcjira.rules.keys import find_accounts, find_issue, near_misses
from vcjira.rules.suggest import Suggestion, suggest
from vcjira.rules.unknowns import Budget, budget, spending

__all__ = [
    "Book",
    "Budget",
    "Clause",
    "Suggestion",
    "TestResult",
    "budget",
    "compile",
    "derive",
    "find_accounts",
    "find_issue",
    "near_misses",
    "needed",
    "run_tests",
    "spending",
    "suggest",
]


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `classes`, `verdicts`, `issue_verdicts`; after `people.derive`."""
    verdicts.save(mirror, settings, compile(settings, mirror))
