"""What a site is made of: its fields, statuses and projects; which field plays which role; who is in which group."""

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from vcjira.config.models import Site
from vcjira.errors import LoginFailed, Mend, Unreachable
from vcjira.jira.shapes import texts
from vcjira.mirror import Mirror
from vcjira.mirror.save import save_people
from vcjira.model import Finding, Issue
from vcjira.tracker import Catalogue, NotDone, Throttled, Tracker

AUTO: dict[str, tuple[str, ...]] = {
    "team": (
        "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team",
        "com.atlassian.teams:rm-teams-custom-field-team",
    ),
    "request_type": ("com.atlassian.servicedesk:vp-origin",),
    "organizations": ("com.atlassian.servicedesk:sd-customer-organizations",),
}
"""Role -> types of custom field that play it where the configuration says `auto` or nothing."""
PORTION = 20_000
"""Issues whose kept fields are read at once."""
LIFETIME = timedelta(hours=20)
"""A membership look-up younger than this is not asked again: once a night."""


def save_catalogue(mirror: Mirror, site: str, catalogue: Catalogue) -> None:
    with mirror.transaction():
        for table, names, rows in (
            ("site_fields", ("field_id", "name", "custom"), catalogue.fields),
            ("statuses", ("status_id", "name", "category"), catalogue.statuses),
            ("projects", ("project_id", "key", "name", "type", "archived"), catalogue.projects),
        ):
            mirror.run(f"DELETE FROM {table} WHERE site = ?", [site])
            mirror.load(table, ({"site": site} | dict(zip(names, row, strict=True)) for row in rows))


def renamed_statuses(mirror: Mirror, site: str, catalogue: Catalogue) -> list[str]:
    """Names that statuses had when the mirror was filled and that now have another name or category.

    Nothing tells `updated` of it; issues in these statuses are read again.
    """
    now = {status: (name, category) for status, name, category in catalogue.statuses}
    held = mirror.tuples("SELECT status_id, name, category FROM statuses WHERE site = ?", [site])
    return sorted({name for status, name, category in held if now.get(status, (name, category)) != (name, category)})


def roles(site: Site, catalogue: Catalogue, where: str | None = None) -> dict[str, str]:
    """Role -> field id; Mend for a name that the site does not have, or has twice."""
    found: dict[str, str] = {}
    for role in {*AUTO, *site.fields}:
        wish = site.fields.get(role, "auto")
        if wish == "auto":
            ids = [field for field, _, custom in catalogue.fields if custom in AUTO.get(role, ())]
            if ids:
                found[role] = min(ids)
            continue
        ids = [field for field, name, _ in catalogue.fields if wish == field or name.lower() == wish.lower()]
        if len(ids) > 1 and wish not in ids:
            raise Mend(
                f"site {site.name} has {len(ids)} fields named {wish!r}", where=where, hint=f"name one by id: {ids}"
            )
        if not ids:
            near = difflib.get_close_matches(wish, [name for _, name, _ in catalogue.fields], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`vcjira check` lists what was found"
            raise Mend(f"site {site.name} has no field {wish!r} (for {role})", where=where, hint=hint)
        found[role] = wish if wish in ids else ids[0]
    return found


def cast(issue: Issue, by_role: Mapping[str, str]) -> None:
    """Fill what the configuration maps: team, request type, organizations."""
    values = _cast(issue.fields, by_role)
    issue.team_field, issue.request_type, issue.organizations = values


def _cast(fields: Mapping[str, object], by_role: Mapping[str, str]) -> tuple[str | None, str | None, list[str]]:
    team = texts(fields.get(by_role.get("team", "")))
    kind = texts(fields.get(by_role.get("request_type", "")))
    return (team[0] if team else None, kind[0] if kind else None, texts(fields.get(by_role.get("organizations", ""))))


def recast(mirror: Mirror, site: str, by_role: Mapping[str, str]) -> None:
    """Fill the mapped columns again from what is kept in the mirror; no network."""
    mirror.run("CREATE OR REPLACE TEMP TABLE cast_again (issue_id TEXT, team TEXT, kind TEXT, organizations TEXT[])")
    names = ("issue_id", "team", "kind", "organizations")
    portions = mirror.value("SELECT count(*) FROM issue_fields WHERE site = ?", [site]) // PORTION + 1
    for portion in range(portions):
        raw = mirror.tuples(
            "SELECT issue_id, fields FROM issue_fields WHERE site = ? AND hash(issue_id) % ? = ?",
            [site, portions, portion],
        )
        cast_again = ((issue_id, *_cast(json.loads(text), by_role)) for issue_id, text in raw)
        mirror.load("cast_again", (dict(zip(names, row, strict=True)) for row in cast_again))
    mirror.run(
        "UPDATE issues SET team_field = team, request_type = kind, organizations = c.organizations"
        " FROM cast_again c WHERE site = ? AND issues.issue_id = c.issue_id",
        [site],
    )
    mirror.touch()


def look_up(
    mirror: Mirror, site: str, tracker: Tracker, needed: Mapping[str, Iterable[str]], *, again: bool
) -> list[Finding]:
    """Read the groups and organizations that rules and teams name; what cannot be read stays unknown, and is said."""
    findings: list[Finding] = []
    kinds: tuple[Literal["group", "organization"], ...] = ("group", "organization")
    for kind in kinds:
        for name in sorted(needed.get(kind, ())):
            if not again and _fresh(mirror, site, kind, name, tracker.started):
                continue
            try:
                members = tracker.members(kind, name)
            except (LoginFailed, Throttled):
                raise
            except (NotDone, Unreachable) as refusal:
                if isinstance(refusal, Unreachable):
                    tracker.alive()
                _note(mirror, site, kind, name, tracker.started, refusal.what)
                # An organization is known from issues as well; a group only from here.
                note = kind == "organization"
                findings.append(Finding(f"{kind}_unreadable", 1, f"{kind} {name!r}: {refusal.what}", note=note))
                continue
            with mirror.transaction():
                mirror.run("DELETE FROM memberships WHERE site = ? AND kind = ? AND name = ?", [site, kind, name])
                mirror.load(
                    "memberships",
                    [{"site": site, "kind": kind, "name": name, "account_id": p.account_id} for p in members],
                )
                save_people(mirror, site, members, tracker.started)
                _note(mirror, site, kind, name, tracker.started, None)
                mirror.touch_issues(site, [])
    return findings


def _fresh(mirror: Mirror, site: str, kind: str, name: str, now: datetime) -> bool:
    fetched = mirror.value(
        "SELECT max(fetched_at) FROM lookups WHERE site = ? AND kind = ? AND name = ? AND ok", [site, kind, name]
    )
    return fetched is not None and now - fetched < LIFETIME


def _note(mirror: Mirror, site: str, kind: str, name: str, now: datetime, refusal: str | None) -> None:
    mirror.run("DELETE FROM lookups WHERE site = ? AND kind = ? AND name = ?", [site, kind, name])
    mirror.run("INSERT INTO lookups VALUES (?, ?, ?, ?, ?, ?)", [site, kind, name, refusal is None, refusal or "", now])
