"""Every account that plays a part: which are bots, which are shared mailboxes, and who is in which group."""

from vcjira.config import Settings
from vcjira.config.matchers import When
from vcjira.config.words import Words, one_of
from vcjira.errors import Mend
from vcjira.mirror import Mirror

COLUMNS = ("account", "email", "email_domain", "account_type", "display_name")
"""What an entry such as `{account_type: app}` under `people.bots` may ask."""
MINIMUM = 50
"""History items that an account must have before its behaviour says anything."""
WINDOW_S = 2
"""Seconds: what happens so soon after something else was not done by hand (patterns.md E1)."""


def save(mirror: Mirror, settings: Settings) -> None:
    """Fill `people.bot`, `groups` and `organizations`; make the temporary tables `t_accounts` and `t_emails`."""
    _collect(mirror)
    bot = " OR ".join(["account_type = 'app'", *_conditions(settings, "bots")])
    mailbox = " OR ".join(["false", *_conditions(settings, "shared_mailboxes")])
    if settings.people.bots_by_behaviour:
        mirror.run(_BEHAVIOUR)
        bot += " OR (site, account_id) IN (SELECT site, account_id FROM t_automatic)"
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_accounts AS
        SELECT *, coalesce({bot}, false) AS bot, coalesce({mailbox}, false) AS mailbox FROM t_known
    """)
    mirror.run("CREATE OR REPLACE TEMP TABLE t_emails AS " + _EMAILS)
    mirror.run(_MEMBERS)
    mirror.run("""
        UPDATE people SET bot = a.bot, groups = m.groups, organizations = m.organizations
        FROM t_accounts a LEFT JOIN t_members m ON m.site = a.site AND m.account_id = a.account_id
        WHERE people.site = a.site AND people.account_id = a.account_id
            AND (people.bot, people.groups, people.organizations) IS DISTINCT FROM (a.bot, m.groups, m.organizations)
    """)


def _collect(mirror: Mirror) -> None:
    """All accounts known from anywhere; texts in lower case as rules compare, `account_id` as it is."""
    mirror.run("""
        CREATE OR REPLACE TEMP TABLE t_known AS
        SELECT site, account_id, lower(account_id) AS account, lower(name) AS display_name, lower(email) AS email,
            coalesce(lower(email_domain), nullif(split_part(lower(email), '@', 2), '')) AS email_domain,
            lower(account_type) AS account_type
        FROM people
        UNION ALL BY NAME
        SELECT site, account_id, lower(account_id) AS account FROM (
            SELECT site, reporter_id AS account_id FROM issues UNION SELECT site, creator_id FROM issues
            UNION SELECT site, assignee_id FROM issues
        ) WHERE account_id IS NOT NULL AND (site, account_id) NOT IN (SELECT site, account_id FROM people)
    """)


def _conditions(settings: Settings, key: str) -> list[str]:
    """SQL over `t_known` for each entry of `people.bots` or `people.shared_mailboxes`."""
    found = []
    for number, entry in enumerate(getattr(settings.people, key)):
        where = settings.where("people", key, number)
        if isinstance(entry, dict):
            unknown = sorted(set(entry) - set(COLUMNS))
            if unknown:
                raise Mend(
                    f"`people.{key}` cannot ask for {', '.join(unknown)}",
                    where=where,
                    hint=f"it can for {', '.join(COLUMNS)}",
                )
            found.append(When.model_validate(entry).sql())
        else:
            words = Words(wildcards(entry))
            columns = ("display_name", "account", "email")
            found.append(" OR ".join(f"coalesce({one_of(column, words)}, false)" for column in columns))
    return found


def wildcards(text: str) -> list[str]:
    """A text in which `*` and `?` stand for anything, as a word of a matcher."""
    plain = not text.startswith(("glob:", "re:"))
    return [f"glob:{text}" if plain and ("*" in text or "?" in text) else text]


_EMAILS = """
SELECT site, email, min(account_id) AS account_id FROM t_accounts WHERE email IS NOT NULL GROUP BY ALL
"""

_BEHAVIOUR = f"""
CREATE OR REPLACE TEMP TABLE t_automatic AS
WITH event AS (
    SELECT site, issue_id, changed AS happened, author_id FROM changes
    UNION ALL SELECT site, issue_id, created, author_id FROM comments
    UNION ALL SELECT site, issue_id, created, creator_id FROM issues
),
crowd AS (
    SELECT site, author_id, count(DISTINCT author_id) OVER (
        PARTITION BY site, issue_id ORDER BY happened
        RANGE BETWEEN INTERVAL {WINDOW_S} SECOND PRECEDING AND CURRENT ROW
    ) AS authors
    FROM event WHERE happened IS NOT NULL
)
SELECT site, author_id AS account_id FROM crowd WHERE author_id IS NOT NULL
GROUP BY ALL HAVING count(*) >= {MINIMUM} AND count(*) FILTER (authors > 1) > count(*) / 2
"""

_MEMBERS = """
CREATE OR REPLACE TEMP TABLE t_members AS
WITH read AS (
    SELECT site, count(*) FILTER (kind = 'group') AS groups, count(*) FILTER (kind = 'organization') AS organizations,
        count(*) FILTER (kind = 'group' AND ok IS NOT TRUE) AS groups_failed,
        count(*) FILTER (kind = 'organization' AND ok IS NOT TRUE) AS organizations_failed
    FROM lookups GROUP BY site
),
held AS (
    SELECT site, account_id, list_sort(list_distinct(list(name) FILTER (kind = 'group'))) AS groups,
        list_sort(list_distinct(list(name) FILTER (kind = 'organization'))) AS organizations
    FROM (
        SELECT site, account_id, kind, name FROM memberships
        UNION ALL
        SELECT site, reporter_id, 'organization', unnest(organizations) FROM issues
        WHERE reporter_id = coalesce(creator_id, reporter_id) AND len(organizations) = 1
            AND (site, reporter_id) NOT IN (
                SELECT site, account_id FROM t_accounts WHERE account_type = 'atlassian' OR bot)
    ) GROUP BY ALL
)
SELECT a.site, a.account_id,
    CASE WHEN len(h.groups) > 0 THEN h.groups WHEN r.groups > 0 AND r.groups_failed = 0 THEN [] END AS groups,
    CASE WHEN len(h.organizations) > 0 THEN h.organizations
        WHEN r.organizations > 0 AND r.organizations_failed = 0 THEN [] END AS organizations
FROM t_accounts a LEFT JOIN held h ON h.site = a.site AND h.account_id = a.account_id
LEFT JOIN read r ON r.site = a.site
"""
