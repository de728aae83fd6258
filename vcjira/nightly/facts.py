"""What issues depend on beside themselves, kept as hashes: the next derivation sees what is known differently."""

from vcjira.config import Settings
from vcjira.mirror import Mirror


def list_flipped(mirror: Mirror, settings: Settings) -> None:
    """Make the temporary table `flipped` (kind, site, name); after `people.derive_accounts` and `rules.look`."""
    mirror.run(FACTS, {"teams": bool(settings.teams)})
    mirror.run(FLIPPED)


def keep(mirror: Mirror, settings: Settings) -> None:
    """Keep what the next derivation is held against; after `people` and `rules`."""
    mirror.run(FACTS, {"teams": bool(settings.teams)})
    mirror.replace("facts", "FROM facts_now")


FACTS = """
CREATE OR REPLACE TEMP TABLE facts_now AS
SELECT kind, site, account_id AS name, sum(facts::HUGEINT) AS facts FROM (
    SELECT 'account' AS kind, site, account_id, hash('is', bot, mailbox) AS facts FROM t_accounts
    UNION ALL
    SELECT kind, site, account_id, hash('team', team, valid_from, valid_until, authority) FROM person_teams,
        (VALUES ('account'), ('asker')) k(kind)
    UNION ALL
    SELECT 'account', site, account_id, hash('of', organization, valid_from, valid_until) FROM affiliations
        WHERE organization IS NOT NULL
    UNION ALL
    SELECT 'account', site, account_id, hash('person', person) FROM identities
    UNION ALL
    SELECT 'asker', site, account_id,
        hash('is', email, email_domain, account_type, display_name, bot, mailbox) FROM t_accounts
    UNION ALL
    SELECT 'asker', site, account_id,
        hash('of', organization, valid_from, valid_until, source, line, organizations::TEXT) FROM affiliations
    UNION ALL
    SELECT 'asker', site, account_id, hash('group', lower(name)) FROM memberships WHERE kind = 'group'
) GROUP BY ALL
UNION ALL
SELECT 'address', site, email, hash(account_id) FROM t_emails
UNION ALL
SELECT 'team', site, team, 1 FROM (SELECT DISTINCT site, team FROM person_teams)
UNION ALL
SELECT 'site', site, '', sum(facts::HUGEINT) FROM (
    SELECT site, hash(role, field_id, field_name) AS facts FROM t_roles
    UNION ALL
    SELECT site, hash('level', $teams OR count(team_field) > 0) FROM issues
        WHERE presence = 'present' AND created IS NOT NULL GROUP BY site
) GROUP BY site
UNION ALL
SELECT 'rules', site, '', facts FROM t_seen
"""
"""Of an account what patterns depend on (a bot, a mailbox, a person, in a team or organization at a time), and what
rules and teams can ask of who asks; whom an e-mail address means; which teams have members; of a site which fields say
who owns and who asks, at which level it is looked at, and what rules see of it."""

FLIPPED = """
CREATE OR REPLACE TEMP TABLE flipped AS
SELECT coalesce(n.kind, o.kind) AS kind, coalesce(n.site, o.site) AS site, coalesce(n.name, o.name) AS name
FROM facts_now n FULL JOIN facts o ON o.kind = n.kind AND o.site = n.site AND o.name = n.name
WHERE n.facts IS DISTINCT FROM o.facts
"""
