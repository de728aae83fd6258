"""Rules: who is a partner, a stakeholder, a customer; first answer wins, unknown stays unknown, all with evidence."""

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.rules import facts, verdicts
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
    "derive_again",
    "find_accounts",
    "find_issue",
    "look",
    "near_misses",
    "needed",
    "run_tests",
    "spending",
    "suggest",
]


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `classes`, `verdicts`, `issue_verdicts`; after `people.derive`."""
    verdicts.save(mirror, settings, compile(settings, mirror))


def look(mirror: Mirror, settings: Settings, book: Book) -> None:
    """`t_seen`: per site, as a hash, what classes follow from beside issues and requesters."""
    facts.save_lookups(mirror, settings)
    facts.save_seen(mirror, book, now(mirror))


def derive_again(mirror: Mirror, settings: Settings, book: Book, among: str) -> None:
    """The same, only of the issues for which the condition `among` holds; the others keep what they have."""
    verdicts.save_again(mirror, settings, book, among)
