"""Account -> person -> dated affiliation; who is in which team; who filed an issue and who really asked.

Everything here is derived from the mirror and the configuration, set by set.
"""

from collections.abc import Sequence

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.people import accounts, affiliations, directory, fields, identity, parties, teams
from vcjira.people.decisions import Decision, read_decisions, record
from vcjira.people.identity import persons, suspects

__all__ = [
    "Decision",
    "derive",
    "derive_accounts",
    "derive_issues",
    "meet",
    "persons",
    "read_decisions",
    "record",
    "suspects",
]


def derive(mirror: Mirror, settings: Settings, *, join: bool = True) -> None:
    """Fill `people.bot/groups/organizations` and the internal tables of schema part "who is who".

    Without `join` every account stays a person of its own.
    """
    _know(mirror, settings, join=join)
    _place(mirror, settings)
    derive_issues(mirror, settings)
    if parties.list_mail(mirror):
        _place(mirror, settings)
    affiliations.save(mirror, settings)


def derive_accounts(mirror: Mirror, settings: Settings) -> None:
    """What is about accounts, and about those without one who asked so far."""
    _know(mirror, settings, join=True)
    parties.list_mail(mirror)
    _place(mirror, settings)
    affiliations.save(mirror, settings)


def derive_issues(mirror: Mirror, settings: Settings, receiving: Sequence[str] = ()) -> None:
    """Fill `issue_teams` and `issue_parties`; `receiving` are teams that other issues than those here have."""
    teams.save_owners(mirror, settings)
    parties.save(mirror, settings, receiving)


def meet(mirror: Mirror, settings: Settings) -> None:
    """After `derive_issues`: those without an account who now ask for the first time, or no longer."""
    if parties.list_mail(mirror):
        _place(mirror, settings)
        affiliations.save(mirror, settings)


def _know(mirror: Mirror, settings: Settings, *, join: bool) -> None:
    directory.save(mirror, settings)
    accounts.save(mirror, settings)
    fields.save(mirror, settings)
    if join:
        identity.save(mirror, settings)


def _place(mirror: Mirror, settings: Settings) -> None:
    """Who stands in the directory and who is in a team; people without an account may be too."""
    affiliations.list_directory(mirror)
    teams.save_members(mirror, settings)
