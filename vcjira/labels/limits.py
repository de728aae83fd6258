"""What a plan must pass before anything is written; each refusal names the key and the way to go on once."""

from collections import Counter
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vcjira.config import Settings
from vcjira.errors import Mend, Refused
from vcjira.labels.catalogue import catalogue
from vcjira.labels.facts import rules_digest
from vcjira.labels.plan import HINT, Plan

ONCE = "or go on once with `vcjira labels apply --force`"


def refuse_if_foreign(plan: Plan, settings: Settings) -> None:
    """The plan must be whole, for these sites, under our prefix and of today's rules."""
    if plan.digest() != plan.plan_id:
        raise Refused("the plan was edited after it was drafted", key="labels", where="labels", hint=HINT)
    configured = {site.name: site.url for site in settings.sites}
    for name, site in plan.sites.items():
        if name not in configured or configured[name] != site.get("url"):
            told = f"the plan is for {site.get('url')} ({name}), which is not a site of this configuration"
            raise Refused(told, key="sites", where=settings.where("sites"), hint=f"key `sites`; {HINT}")
    place = settings.where("labels", "prefix")
    if plan.prefix != settings.labels.prefix:
        told = f"the plan is for the prefix {plan.prefix!r}, the configuration has {settings.labels.prefix!r}"
        raise Refused(told, key="labels.prefix", where=place, hint=f"key `labels.prefix`; {HINT}")
    book = catalogue(settings.labels, plan.created.date())
    for change in plan.changes:
        alien = [label for label in (*change.add, *change.remove) if not book.valid(label)]
        if alien or change.site not in plan.sites:
            told = f"{change.key}: the plan holds {alien[0]!r}, which is not a label under {plan.prefix!r}"
            raise Refused(told, key="labels.prefix", where=place, hint=f"key `labels.prefix`; {HINT}")
    if plan.kind == "apply" and plan.rules != rules_digest(settings):
        told = "the plan is stale: rules or labels were configured differently when it was drafted"
        raise Refused(told, key="classify.rules", where=settings.where("classify"), hint=f"`classify.rules`; {HINT}")


def refuse_if_unsafe(plan: Plan, settings: Settings) -> None:
    """How much one run may change: issues, share of the sites' issues, issues per project."""
    limits = settings.labels.limits
    count = len(plan.changes)
    if count > limits.issues:
        _refuse(settings, "issues", f"the plan changes {count} issues, the limit is {limits.issues}")
    present = sum(int(site.get("present", 0)) for site in plan.sites.values())
    if count > limits.share * present:
        share = f"{count / present:.0%}" if present else "all"
        told = f"the plan changes {count} of {present} issues ({share}), the limit is {limits.share:.0%}"
        _refuse(settings, "share", told)
    if limits.per_project is not None:
        for (_, project), number in sorted(Counter((c.site, c.project) for c in plan.changes).items()):
            if number > limits.per_project:
                told = f"the plan changes {number} issues of {project}, the limit is {limits.per_project}"
                _refuse(settings, "per_project", told)


def over_limits(plan: Plan, settings: Settings) -> Refused | None:
    """The refusal that applying would meet, to be told beside the plan."""
    try:
        refuse_if_unsafe(plan, settings)
    except Refused as refusal:
        return refusal
    return None


def _refuse(settings: Settings, name: str, told: str) -> None:
    key = f"labels.limits.{name}"
    place = settings.where("labels", "limits", name)
    raise Refused(told, key=key, where=place, hint=f"raise `{key}`, take portions by `labels.per_night`, {ONCE}")


def is_quiet(settings: Settings, moment: datetime) -> bool:
    """Do `labels.quiet_hours` forbid writing at that moment (with its zone)?"""
    if not settings.labels.quiet_hours:
        return False
    hours, _, zone = settings.labels.quiet_hours.partition(" ")
    try:
        local = moment.astimezone(ZoneInfo(zone or "UTC")).time()
    except (ZoneInfoNotFoundError, ValueError):
        place = settings.where("labels", "quiet_hours")
        raise Mend(f"there is no time zone {zone!r}", where=place, hint="name one such as Europe/Berlin") from None
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    return start <= local < end if start <= end else local >= start or local < end


def refuse_if_quiet(settings: Settings, moment: datetime) -> None:
    if is_quiet(settings, moment):
        raise Refused(
            f"these are quiet hours ({settings.labels.quiet_hours}); nothing was written",
            key="labels.quiet_hours",
            where=settings.where("labels", "quiet_hours"),
            hint=f"run outside them, change `labels.quiet_hours`, {ONCE}",
        )
