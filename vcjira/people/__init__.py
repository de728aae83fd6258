"""Account -> person -> dated affiliation; who is in which team; who filed an issue and who really asked.

Everything here is derived from the mirror and the configuration, set by set, and replaced as a whole each time.
"""

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.people import accounts, affiliations, directory, fields, identity, parties, teams
from vcjira.people.decisions import Decision, read_decisions, record
from vcjira.people.identity import persons, suspects

__all__ = ["Decision", "derive", "persons", "read_decisions", "record", "suspects"]


def derive(mirror: Mirror, settings: Settings, *, join: bool = True) -> None:
    """Fill `people.bot/groups/organizations` and the internal tables of schema part "who is who".

    Without `join` every account stays a person of its own.
    """
    directory.save(mirror, settings)
    accounts.save(mirror, settings)
    fields.save(mirror, settings)
    if join:
        identity.save(mirror, settings)
    affiliations.list_directory(mirror)
    teams.save_members(mirror, settings)
    teams.save_owners(mirror, settings)
    if parties.save(mirror, settings):  # people without an account may stand in the directory too
        affiliations.list_directory(mirror)
        teams.save_members(mirror, settings)
    affiliations.save(mirror, settings)
