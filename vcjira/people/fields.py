"""Which field of a site is meant: by role (team, assignment group), by name, by id, by type."""

from collections.abc import Iterable

from vcjira.config import Settings
from vcjira.config.words import quote
from vcjira.mirror import Mirror

TYPES = {
    "team": (
        "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team",
        "com.atlassian.teams:rm-teams-custom-field-team",
    ),
    "participants": ("com.atlassian.servicedesk:sd-request-participants",),
}
"""Role -> types of custom field that play it where the configuration does not say."""


def save(mirror: Mirror, settings: Settings) -> None:
    """`t_roles`: site, role, field_id, field_name (lower case), of the roles that place and origin are read from."""
    mirror.run("CREATE OR REPLACE TEMP TABLE t_roles (site TEXT, role TEXT, field_id TEXT, field_name TEXT)")
    wishes = {site.name: site.fields for site in settings.sites}
    for site, field_id, name, custom in mirror.tuples(
        "SELECT site, field_id, name, custom FROM site_fields ORDER BY site, field_id"
    ):
        for role in ("team", "assignment_group", "participants", "originator"):
            wish = wishes.get(site, {}).get(role, "auto")
            meant = (
                custom in TYPES.get(role, ()) if wish == "auto" else wish.lower() in (field_id, (name or "").lower())
            )
            if meant or (role == "originator" and is_named(settings.people.originator_fields, field_id, name)):
                mirror.run("INSERT INTO t_roles VALUES (?, ?, ?, ?)", [site, role, field_id, (name or "").lower()])
    # A site without a list of fields (an imported log) calls its team field so.
    mirror.run("""
        INSERT INTO t_roles SELECT DISTINCT site, 'team', NULL, 'team' FROM issues
        WHERE site NOT IN (SELECT site FROM site_fields)
    """)


def is_named(wanted: Iterable[str], field_id: str, name: str | None) -> bool:
    return any(wish.lower() in (field_id.lower(), (name or "").lower()) for wish in wanted)


def values(fields: str) -> str:
    """SQL: the texts of a JSON value (an expression): a text, a number, an option, a user, or a list of these."""
    one = (
        "coalesce(x->'requestType'->>'name', x->>'name', x->>'value', x->>'title', x->>'displayName', x->>'key',"
        " CASE WHEN json_type(x) NOT IN ('OBJECT', 'ARRAY')"
        " THEN regexp_replace(x->>'$', '^(-?[0-9]+)\\.0$', '\\1') END)"
    )
    listed = f"CASE json_type({fields}) WHEN 'ARRAY' THEN ({fields})::JSON[] ELSE [{fields}] END"
    return f"list_filter(list_transform({listed}, lambda x: {one}), lambda t: t IS NOT NULL)"


def items(role: str) -> str:
    """SQL: the changes of the fields that play a role."""
    return f"""(SELECT c.* FROM changes c WHERE
        (c.site, c.field_id) IN (
            SELECT (site, field_id) FROM t_roles WHERE role = {quote(role)} AND field_id IS NOT NULL)
        OR (c.site, lower(c.field)) IN (SELECT (site, field_name) FROM t_roles WHERE role = {quote(role)}))"""
