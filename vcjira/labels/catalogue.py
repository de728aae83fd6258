"""Which labels are ours to set: one name per class and pattern, renames and retirements as configured."""

from dataclasses import dataclass
from datetime import date

from vcjira.config.models import Labels

CLASSES = ("partner", "stakeholder", "customer")


@dataclass(slots=True, frozen=True)
class Catalogue:
    """Labels in force on a day; `meaning` knows earlier and retired names too, in case-folded form."""

    prefix: str
    names: dict[str, str]
    """Class or pattern -> label, for what is wanted today."""
    meaning: dict[str, str]
    """Case-folded label, today's or an earlier one -> class or pattern."""
    retired: frozenset[str]
    """Classes and patterns whose label has ended."""
    alike: dict[str, tuple[str, ...]]
    """Case-folded label -> all names, today's and earlier ones, that mean the same."""

    def covers(self, label: str) -> bool:
        """Does the label lie under our prefix? Jira keeps case, people do not: compared without it."""
        return label.casefold().startswith(self.prefix.casefold())

    def valid(self, label: str) -> bool:
        """May we send it: under the prefix, and as Jira takes labels (no spaces, at most 255 characters)."""
        return self.covers(label) and label.isprintable() and not any(c.isspace() for c in label) and len(label) <= 255

    def class_of(self, label: str) -> str | None:
        """The class that a label says, in any of its names; None for other labels."""
        meaning = self.meaning.get(label.casefold())
        return meaning if meaning in CLASSES else None

    def aliases(self, label: str) -> tuple[str, ...]:
        """Case-folded names that mean the same as `label`, itself included, in order."""
        return self.alike.get(label.casefold(), (label.casefold(),))


def catalogue(labels: Labels, today: date) -> Catalogue:
    """The labels that `labels:` asks for on that day (UTC, the mirror's)."""
    names: dict[str, str] = {}
    meaning: dict[str, str] = {}
    retired = set()
    for subject in dict.fromkeys((*CLASSES, *labels.patterns, *labels.catalogue)):
        entry = labels.catalogue.get(subject)
        name = (entry and entry.name) or default_name(labels.prefix, subject)
        for alias in (*(entry.previously if entry else ()), name):
            meaning[alias.casefold()] = subject
        ends = [day for day in (entry and entry.retire_after, labels.retire_after) if day]
        if ends and today >= min(ends):
            retired.add(subject)
        elif subject in labels.classes or subject in labels.patterns:
            names[subject] = name
    alike = {name: tuple(sorted(n for n, other in meaning.items() if other == m)) for name, m in meaning.items()}
    return Catalogue(labels.prefix, names, meaning, frozenset(retired), alike)


def default_name(prefix: str, subject: str) -> str:
    """`vc-partner` for a class, `vc-wall-ping-pong` for a pattern."""
    return f"{prefix}{subject}" if subject in CLASSES else f"{prefix}wall-{subject.replace('_', '-')}"
