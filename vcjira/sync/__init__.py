"""Tracker in, mirror out: one site at a time, nothing lost silently.

A run walks over (id, updated) of all issues in scope, fetches what is new or changed, catches up with what changed
meanwhile, looks after what is missing, and draws the certificate. The walk is the census and the incremental cursor
in one: what the mirror holds decides what is fetched, so no clock can lose anything.
"""

from collections.abc import Sequence

from vcjira.config.models import Site
from vcjira.errors import LoginFailed, Refused, Unreachable, VcjiraError
from vcjira.mirror import Mirror
from vcjira.mirror.save import save
from vcjira.model import Finding
from vcjira.sync import catalogue
from vcjira.sync.reading import CHUNK, read
from vcjira.sync.steps import Options, Outcome, Steps, Watcher
from vcjira.tracker import Catalogue, NotDone, Throttled, Tracker

BROKE_OFF: dict[type[VcjiraError], str] = {LoginFailed: "login_lost", Throttled: "rate_limited"}
"""What ended a run early -> the finding that says so; all else is a lost connection."""

__all__ = ["Options", "Outcome", "Watcher", "refresh_issues", "sync_site"]


def sync_site(
    mirror: Mirror,
    site: Site,
    tracker: Tracker,
    options: Options,
    *,
    run_id: str,
    watch: Watcher = lambda *_: None,
    where: str | None = None,
) -> Outcome:
    """Bring one site up to date. Raises before anything was read; afterwards trouble is in the certificate."""
    run = Steps(mirror, site, tracker, options, watch, where)
    run.prepare()
    run.walk()
    trouble: VcjiraError | None = None
    broke_off: Finding | None = None
    try:
        run.drop(run.fetch(everything=options.full))
        run.findings += catalogue.look_up(mirror, site.name, tracker, options.needed, again=options.full)
        run.catch_up()
        run.look_after_missing()
        tracker.alive()
    except Refused as refusal:
        trouble = refusal
        run.findings.append(Finding("mass_disappearance", 1, refusal.what))
    except (Unreachable, NotDone) as error:
        if not run.outcome.fetched:
            raise
        broke_off = Finding(BROKE_OFF.get(type(error), "connection_lost"), 1, str(error).replace("\n", " "))
        run.findings.append(broke_off)
    run.finish(run_id, whole=not trouble and not broke_off)
    run.outcome.error = trouble
    return run.outcome


def refresh_issues(mirror: Mirror, site: Site, tracker: Tracker, ids: Sequence[str]) -> None:
    """Read these issues again, after we wrote to them: tomorrow's walk then finds nothing new in them."""
    held = mirror.tuples("SELECT field_id, name, custom FROM site_fields WHERE site = ?", [site.name])
    by_role = catalogue.roles(site, Catalogue([(f, n, c) for f, n, c in held], [], []))
    for start in range(0, len(ids), CHUNK):
        issues = read(tracker, ids[start : start + CHUNK]).issues
        for issue in issues:
            catalogue.cast(issue, by_role)
        save(mirror, site.name, issues, tracker.started)
