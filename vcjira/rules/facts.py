"""The facts that rules are held against: one row per requester and period, one per distinct set of issue attributes.

Column names are those of `vcjira.config.matchers`; texts are in lower case; null is what cannot be seen.
"""

from datetime import datetime

from vcjira.config import Settings
from vcjira.config.words import name, quote
from vcjira.mirror import Mirror
from vcjira.people.affiliations import FIRM
from vcjira.people.fields import values
from vcjira.people.parties import MAIL
from vcjira.rules.book import SYSTEM_FIELDS, Book, needed

ISSUE_COLUMNS = {
    "project": "lower(i.project)",
    "issue_type": "lower(i.type)",
    "components": "list_transform(coalesce(i.components, []), lambda x: lower(x))",
    "request_type": "coalesce(lower(i.request_type), '')",
    "channel": "lower(i.channel)",
    "labels": "list_transform(coalesce(i.labels, []), lambda x: lower(x))",
    "team": "coalesce(lower(t.team), CASE WHEN i.project IS NOT NULL AND len(l.groups_unread) = 0 THEN '' END)",
    "filed_by_other": "i.creator_id <> i.reporter_id",
}
"""Column of the facts -> SQL over `issues i`, `issue_teams t`, `t_lookups l`, `issue_fields f`.

Known to be empty is false: so is `team` where nobody owns the project and every group could be read, which could have
told the assignee's team. A channel that is not there is unknown.
"""
COLUMN_OF = {"component": "components", "label": "labels"}
"""Matcher -> column, where they are called differently."""


def save_requesters(mirror: Mirror, settings: Settings, book: Book, only: str = "true") -> None:
    """`t_requesters`: pid, site, account_id, since, until and the requester columns.

    pid 0 is nobody, of whom nothing is known.
    """
    save_lookups(mirror, settings)
    columns = book.keys("directory.")
    path = {column: quote("$." + '"' + column.replace('"', '\\"') + '"') for column in columns}
    directory = "".join(f", lower(d.columns->>{path[column]}) AS {name('directory.' + column)}" for column in columns)
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_requesters AS
        WITH in_groups AS (
            SELECT site, account_id, list(DISTINCT lower(name)) AS groups FROM memberships
            WHERE kind = 'group' GROUP BY ALL
        ),
        lines AS (SELECT line, columns FROM directory)
        SELECT row_number() OVER () AS pid, a.site, a.account_id, a.valid_from AS since, a.valid_until AS until,
            lower(a.account_id) AS account, m.email,
            coalesce(lower(p.email_domain), nullif(split_part(m.email, '@', 2), '')) AS email_domain,
            lower(p.account_type) AS account_type, lower(p.name) AS display_name, coalesce(p.bot, false) AS bot,
            coalesce(g.groups, []) AS groups, l.groups_read, l.groups_unread,
            a.organization, coalesce(a.source IN ({", ".join(map(quote, FIRM))}), false) AS organization_firm,
            CASE WHEN organization_firm THEN [lower(a.organization)]
                ELSE list_transform(coalesce(a.organizations, []), lambda x: lower(x)) END AS organizations,
            l.organizations_read, a.source, a.evidence{directory}
        FROM affiliations a
        LEFT JOIN people p USING (site, account_id)
        LEFT JOIN in_groups g USING (site, account_id)
        LEFT JOIN t_lookups l ON l.site = a.site
        LEFT JOIN lines d USING (line),
        LATERAL (SELECT CASE WHEN starts_with(a.account_id, '{MAIL}') THEN substr(a.account_id, {len(MAIL) + 1})
            ELSE lower(p.email) END AS email) m
        WHERE {only}
    """)
    mirror.run("INSERT INTO t_requesters BY NAME SELECT 0 AS pid")


def save_lookups(mirror: Mirror, settings: Settings) -> None:
    """`t_lookups`: per site what was read, and which groups that rules need were not."""
    groups = sorted(name.lower() for name in needed(settings)["group"])
    mirror.run(
        """
        CREATE OR REPLACE TEMP TABLE t_lookups AS
        WITH asked AS (
            SELECT site, list(lower(name)) FILTER (kind = 'group' AND ok) AS groups,
                list(lower(name)) FILTER (kind = 'group' AND ok IS NOT TRUE) AS failed,
                list(lower(name)) FILTER (kind = 'organization' AND ok) AS organizations
            FROM lookups GROUP BY site
        )
        SELECT site, coalesce(groups, []) AS groups_read, coalesce(organizations, []) AS organizations_read,
            CASE WHEN product IN ('cloud', 'datacenter')
                THEN list_filter($groups::VARCHAR[], lambda g: NOT list_contains(coalesce(groups, []), g))
                ELSE coalesce(failed, []) END AS groups_unread
        FROM asked FULL JOIN (
            SELECT site, any_value(product) AS product FROM (
                SELECT site, product FROM sites UNION ALL SELECT DISTINCT site, NULL FROM issues) GROUP BY site
        ) USING (site)
        """,
        {"groups": groups},
    )


def save_seen(mirror: Mirror, book: Book, moment: datetime) -> None:
    """`t_seen`: site and, as a hash, what could be read, which fields rules ask for, and how many of their days passed.

    After `save_lookups`. When it differs all issues may be classed otherwise.
    """
    fields = [_field(mirror, field) for field in book.keys("field.")]
    passed = book.passed(moment)
    mirror.run(
        """
        CREATE OR REPLACE TEMP TABLE t_seen AS
        SELECT site, hash(  -- as text: lists that stand beside each other hash alike wherever they are cut
            list_sort(groups_read)::TEXT, list_sort(organizations_read)::TEXT, list_sort(groups_unread)::TEXT,
            $fields, $passed
        ) AS facts FROM t_lookups
        """,
        {"fields": "; ".join(fields), "passed": passed},
    )


def unread_groups(mirror: Mirror) -> frozenset[str]:
    """Groups that rules need and that could not be read on some site, in lower case."""
    rows = mirror.tuples("SELECT DISTINCT unnest(groups_unread) FROM t_lookups")
    return frozenset(name for (name,) in rows)


def save_issues(mirror: Mirror, book: Book, only: str = "true") -> list[str]:
    """`t_issues`: site, issue_id, and the issue columns that the rules use; the names of those columns.

    After `save_requesters`, which makes `t_lookups`.
    """
    used = {
        COLUMN_OF.get(key, key)
        for clause in book.clauses
        for _, key, matcher in clause.rule.when.leaves()
        if matcher.about == "issue" and not key.startswith("field.")
    }
    columns = {column: ISSUE_COLUMNS[column] for column in sorted(used)}
    for field in book.keys("field."):
        columns["field." + field] = _field(mirror, field)
    listed = "".join(f", {sql} AS {name(column)}" for column, sql in columns.items())
    teams = (
        "LEFT JOIN issue_teams t USING (site, issue_id) LEFT JOIN t_lookups l ON l.site = i.site"
        if "team" in columns
        else ""
    )
    fields = "LEFT JOIN issue_fields f USING (site, issue_id)" if book.keys("field.") else ""
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_issues AS SELECT i.site, i.issue_id{listed}
        FROM issues i {teams} {fields} WHERE i.presence = 'present' AND {only}
    """)
    return list(columns)


def _field(mirror: Mirror, field: str) -> str:
    """SQL: the texts of a field in lower case; null on sites that do not have it."""
    if field in SYSTEM_FIELDS:
        column = SYSTEM_FIELDS[field]
        listed = column if field in ("labels", "components") else f"[{column}]"
        return f"list_transform(list_filter({listed}, lambda x: x IS NOT NULL), lambda x: lower(x))"
    ids: dict[str, list[str]] = {}
    for site, field_id in mirror.tuples(
        "SELECT site, field_id FROM site_fields WHERE lower(field_id) = $f OR lower(name) = $f ORDER BY ALL",
        {"f": field},
    ):
        ids.setdefault(site, []).append(field_id)
    cases = []
    for site, fields in ids.items():
        paths = [quote("$." + '"' + field_id.replace('"', '\\"') + '"') for field_id in fields]
        texts = " || ".join(values(f"json_extract(f.fields, {path})") for path in paths)
        cases.append(f"WHEN {quote(site)} THEN list_transform({texts}, lambda x: lower(x))")
    return f"CASE WHEN f.fields IS NOT NULL THEN CASE i.site {' '.join(cases)} END END" if cases else "NULL::VARCHAR[]"
