"""Account -> person -> dated affiliation; who is in which team; who filed an issue and who really asked.

Everything here is derived from the mirror and the configuration, set by set, and replaced as a whole each time.
"""

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.people import accounts, affiliations, directory, fields, identity, parties, teams
from vcjira.people.decisions import Decision, read_decisions, record
from vcjira.people.identity import persons, suspects

__all__ = ["Decision", "derive", "persons", "read_decisions", "record", "suspects"]


def derive(mirror: Mirror, settings: Settings, *, join: bool = True, again: bool = False) -> None:
    """Fill `people.bot/groups/organizations` and the internal tables of schema part "who is who".

    Without `join` every account stays a person of its own. After a derivation with the same settings, which teams own
    issues is asked `again` only of those that were saved since, where neither members nor fields changed.
    """
    directory.save(mirror, settings)
    accounts.save(mirror, settings)
    changed = fields.save(mirror, settings)
    if join:
        identity.save(mirror, settings)
    affiliations.list_directory(mirror)
    changed |= teams.save_members(mirror, settings)
    if again and not changed:
        teams.save_owners_again(mirror, settings)
    else:
        teams.save_owners(mirror, settings)
    if parties.save(mirror, settings):  # people without an account may stand in the directory too
        affiliations.list_directory(mirror)
        teams.save_members(mirror, settings)
    affiliations.save(mirror, settings)
