"""What a site answers before anything is synced: reach, log-in, fields, scope, permissions."""

from dataclasses import dataclass

from vcjira.config.models import Site
from vcjira.errors import LoginFailed, VcjiraError
from vcjira.jira import connect
from vcjira.tracker import Tracker

ROLES = ("team", "request_type", "organizations")


@dataclass(slots=True)
class Check:
    """One line of `vcjira check`; `ok` is None for a note. `exit_code` is what a failure means."""

    name: str
    ok: bool | None
    detail: str
    hint: str | None = None
    exit_code: int = 0


def probe(site: Site, secret: str) -> list[Check]:
    """Ask the site everything a first sync would stumble over; nothing is written."""
    try:
        tracker = connect(site, secret)
    except VcjiraError as error:
        name = "log-in" if isinstance(error, LoginFailed) else "reach"
        return [Check(name, False, error.what, error.hint, error.exit_code)]
    zone = tracker.zone or "unknown"
    found = [Check("log-in", True, f"{tracker.product} as {tracker.account_id}, time zone {zone}")]
    for step in (_fields, _scope, _permissions):
        try:
            found += step(site, tracker)
        except VcjiraError as error:
            found.append(Check(step.__name__.strip("_"), False, error.what, error.hint, error.exit_code))
    return found


def _fields(site: Site, tracker: Tracker) -> list[Check]:
    by_name = {name.lower(): (field, name) for field, name, _ in tracker.catalogue().fields}
    ids = {field: (field, name) for field, name in by_name.values()}
    checks = []
    for role in dict.fromkeys((*ROLES, *site.fields)):
        wish = site.fields.get(role, "auto")
        if wish == "auto":
            continue
        known = ids.get(wish) or by_name.get(wish.lower())
        if known:
            checks.append(Check(f"field {role}", True, f"{known[1]} ({known[0]})"))
        else:
            hint = "custom fields here: " + ", ".join(sorted(n for f, n in ids.values() if f.startswith("customfield")))
            checks.append(Check(f"field {role}", False, f"the site has no field {wish!r}", hint[:300], 2))
    return checks


def _scope(site: Site, tracker: Tracker) -> list[Check]:
    count = tracker.count(tracker.bounded(site.scope))
    if not count:
        return [Check("scope", None, "matches no issue that this account can see", "check `scope:` and permissions")]
    return [Check("scope", True, f"about {count} issues")]


def _permissions(site: Site, tracker: Tracker) -> list[Check]:
    keys = [key for _, key, _, _, archived in tracker.catalogue().projects if not archived]
    locked = [key for key in keys[:20] if tracker.may_edit(key) is False]
    if locked:
        text = f"no permission to edit in {', '.join(locked)}: labels there are planned and reported only"
        checks = [Check("edit", None, text)]
    else:
        checks = [Check("edit", True, f"{min(len(keys), 20)} projects looked at")]
    if tracker.product == "cloud" and not tracker.can_bulk():
        checks.append(Check("bulk edit", None, "no Bulk Change permission: labels are written one by one"))
    return checks
