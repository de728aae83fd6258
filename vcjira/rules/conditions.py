"""What the text of a rule alone says of its conditions: can they hold, and do they imply those of another rule?"""

from collections.abc import Iterator
from datetime import date

from vcjira.config.matchers import Matcher, When
from vcjira.config.words import Words, pattern
from vcjira.rules.book import Clause

SINGLE = (
    "account", "email", "email_domain", "account_type", "project", "issue_type", "request_type", "channel", "team"
)  # fmt: skip
"""Matchers of which a person or an issue has one value only, so that two of them must agree."""
Condition = tuple[str, Matcher]


def required(when: When) -> Iterator[Condition]:
    """Conditions that must all hold: those of the mapping itself and of `all`, at any depth."""
    yield from when.conditions()
    for inner in when.all or ():
        yield from required(inner)


def is_plain(when: When) -> bool:
    """It says no more than `required` tells: neither `any` nor `not`."""
    return when.any is None and when.not_ is None and all(map(is_plain, when.all or ()))


def clash(when: When) -> str | None:
    """Why the conditions cannot hold together, if one can see that; None if they may."""
    seen: dict[str, Matcher] = {}
    for key, matcher in required(when):
        before = seen.setdefault(key, matcher)
        if isinstance(matcher, Words) and isinstance(before, Words):
            one_value = key in SINGLE or key.startswith("directory.")
            if one_value and not (before.patterns or matcher.patterns) and _texts(before).isdisjoint(_texts(matcher)):
                return f"{key} cannot be {', '.join(before.root)} and {', '.join(matcher.root)} at once"
        elif before.root != matcher.root:
            return f"{key} cannot be both yes and no"
    emails, domains = seen.get("email"), seen.get("email_domain")
    if not (isinstance(emails, Words) and isinstance(domains, Words)) or emails.patterns or domains.patterns:
        return None
    apart = {text.rpartition("@")[2] for text in _texts(emails)}.isdisjoint(_texts(domains))
    return f"no e-mail address listed is of {', '.join(domains.root)}" if apart else None


def _texts(words: Words) -> set[str]:
    """Plain texts in lower case; patterns as they are."""
    return {word if pattern(word) else word.lower() for word in words.root}


class Shadows:
    """Clauses seen so far, and which of them hold whenever a given one does.

    Found by the words of one condition each: 5,000 rules are no 12 million comparisons.
    """

    def __init__(self) -> None:
        self._by_word: dict[tuple[str, str], list[Clause]] = {}

    def add(self, clause: Clause) -> None:
        if is_plain(clause.rule.when):
            key, matcher = next(required(clause.rule.when))
            for word in _names(matcher):
                self._by_word.setdefault((key, word), []).append(clause)

    def over(self, clause: Clause) -> Iterator[Clause]:
        """Earlier clauses that are true of everybody this one is true of, whatever the day."""
        mine = list(required(clause.rule.when))
        for key, matcher in mine:
            for other in self._by_word.get((key, min(_names(matcher))), ()):
                covered = all(_covers(theirs, mine) for theirs in required(other.rule.when))
                if covered and (other.names_bot or not clause.names_bot):
                    yield other


def _names(matcher: Matcher) -> set[str]:
    return _texts(matcher) if isinstance(matcher, Words) else {str(matcher.root)}


def _covers(theirs: Condition, mine: list[Condition]) -> bool:
    """One of my conditions asks for nothing that theirs does not take."""
    return any(key == theirs[0] and _names(matcher) <= _names(theirs[1]) for key, matcher in mine)


def overlap(a: Clause, b: Clause) -> bool:
    """There are days on which both hold."""
    return (a.rule.from_ or date.min) < (b.rule.until or date.max) and (b.rule.from_ or date.min) < (
        a.rule.until or date.max
    )


def outlasts(a: Clause, b: Clause) -> bool:
    """On every day on which b holds, a does."""
    return (a.rule.from_ or date.min) <= (b.rule.from_ or date.min) and (a.rule.until or date.max) >= (
        b.rule.until or date.max
    )
