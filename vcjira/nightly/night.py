"""One night: sync, classify, report, labels, each step told, all under one lock (the open mirror's)."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vcjira import labels, nightly, report
from vcjira.config import Settings
from vcjira.errors import Incomplete, VcjiraError
from vcjira.mirror import Mirror
from vcjira.sync import Options, Watcher, refresh_issues
from vcjira.tracker import Tracker

GRAVEST_FIRST = (1, 5, 2, 6, 3, 4)


@dataclass
class Step:
    """What one step did, in words and in facts; `code` is 0 or the contract's exit code."""

    name: str
    text: str
    code: int = 0
    facts: Any = None
    troubles: list[str] = field(default_factory=list)
    """What could not be done, a line each."""


@dataclass
class Night:
    """The morning's summary."""

    run_id: str
    steps: list[Step] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def exit_code(self) -> int:
        codes = {step.code for step in self.steps}
        return next((code for code in GRAVEST_FIRST if code in codes), 0)


def run(settings: Settings, *, watch: Watcher, stop: threading.Event) -> Night:
    """The whole job. A step that fails is told and the next one goes on where that is safe: labels only on sites
    that the sync reached."""
    began = time.monotonic()
    with Mirror(settings.mirror, write=True) as mirror:
        night = Night(nightly.begin(mirror, "run"))
        trackers = nightly.Trackers(settings, stop)
        reached: list[str] = []
        plans: list[labels.Plan] = []
        safe = _step(night, "sync", lambda: _sync(mirror, settings, watch, stop, reached))
        classed = _step(night, "classify", lambda: _classify(mirror, settings))
        if classed:
            _step(night, "labels", lambda: _labels(mirror, settings, trackers, reached if safe else [], plans))
            _step(night, "report", lambda: _report(mirror, settings, plans))
        night.took_s = time.monotonic() - began
        nightly.end(mirror, night.run_id, night.exit_code, [vars(step) for step in night.steps])
        mirror.checkpoint()
    return night


def _step(night: Night, name: str, work: Callable[[], Step]) -> bool:
    """Do one step; whether what builds on it may go on: not where it was broken off, for tables may be half derived."""
    try:
        step = work()
    except (VcjiraError, OSError) as error:
        code = error.exit_code if isinstance(error, VcjiraError) else Incomplete.exit_code
        night.steps.append(Step(name, "not done", code, troubles=[str(error)]))
        return False
    night.steps.append(step)
    return step.code in (0, 4)


def _sync(mirror: Mirror, settings: Settings, watch: Watcher, stop: threading.Event, reached: list[str]) -> Step:
    """Names the sites that could be read in `reached`."""
    outcomes = nightly.sync(mirror, settings, Options(), watch=watch, stop=stop)
    step = Step("sync", "", nightly.exit_code(outcomes), [nightly.outcome_facts(outcome) for outcome in outcomes])
    lines = []
    for outcome in outcomes:
        findings = outcome.certificate.get("findings", [])
        if outcome.error:
            step.troubles.append(f"{outcome.site}: {outcome.error}")
        else:
            reached.append(outcome.site)
        step.troubles += [f"{outcome.site}: {_finding(finding)}" for finding in findings]
        if outcome.error and not outcome.certificate:
            lines.append(f"{outcome.site}: not synced")
            continue
        state = "complete" if not findings else f"{sum(f['count'] for f in findings)} findings"
        gone = "".join(f", {count} {name.replace('_', ' ')}" for name, count in outcome.gone.items())
        lines.append(f"{outcome.site}: {outcome.walked} issues in Jira, {outcome.fetched} fetched{gone}, {state}")
    step.text = "\n".join(lines)
    return step


def _finding(finding: dict[str, Any]) -> str:
    project = f" in {finding['project']}" if finding["project"] else ""
    return f"{finding['count']} {finding['code'].replace('_', ' ')}{project}: {finding['detail']}"


def _classify(mirror: Mirror, settings: Settings) -> Step:
    nightly.refresh(mirror, settings)
    counts = dict(mirror.tuples("SELECT class, count(*) FROM classes GROUP BY class ORDER BY class"))
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Step("classify", words or "no issues", facts=counts)


def _report(mirror: Mirror, settings: Settings, plans: list[labels.Plan]) -> Step:
    """What is configured, and the plan of this night where it says anything: what was announced must be seen."""
    nightly.refresh(mirror, settings)  # the labels may have been broken off while they did so
    paths = report.publish(mirror, settings)
    for plan in plans:
        if "labels" not in settings.reports.run and (plan.changes or plan.announced or plan.refused):
            paths.append(settings.reports.out / "labels.html")
            report.write(paths[-1], report.render_plan(mirror, settings, plan, "html"))
    return Step("report", "\n".join(map(str, paths)) or "none configured", facts=[str(path) for path in paths])


def _labels(
    mirror: Mirror, settings: Settings, trackers: "nightly.Trackers", reached: list[str], plans: list[labels.Plan]
) -> Step:
    """Plan (kept in `plans`) and, where that is switched on, apply: on the sites that the sync reached."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in reached)
    everywhere = len(reached) in (0, len(settings.sites))
    enabled = settings.labels.enabled
    narrow = None if everywhere else f"site IN ({names})"
    plan = labels.draft(mirror, settings, narrow=narrow, force=not enabled)
    plans.append(plan)
    planned = f"planned for {sum(plan.site_counts.values())} issues"
    if plan.announced:
        planned += f", announced for {len(plan.announced)} (labels.wait)"
    if not enabled:
        return Step("labels", f"{planned}; `labels.enabled` is false, nothing written")
    if not reached:
        return Step("labels", f"{planned}; nothing written, because the sync did not succeed")
    outcome = labels.apply(mirror, settings, plan, trackers, refetch=refetcher(mirror, settings, trackers))
    labels.announce(mirror, plan)
    nightly.refresh(mirror, settings)
    text = f"{outcome.issues} issues relabelled; undo: vcjira labels undo {outcome.run_id}"
    if outcome.read_only:
        text = f"{planned}; nothing written, because this account may not edit these issues"
    elif not outcome.issues:
        text = f"nothing to change, announced for {len(plan.announced)}" if plan.announced else "nothing to change"
    step = Step("labels", text, outcome.exit_code, outcome.facts())
    step.troubles += [f"{count} not done: {reason}" for reason, count in step.facts["reasons"].items()]
    if outcome.stopped:
        step.troubles.append(f"stopped: {outcome.stopped}")
    return step


def refetcher(
    mirror: Mirror, settings: Settings, trackers: Callable[[str], Tracker]
) -> Callable[[str, Sequence[str]], None]:
    """Brings issues that we wrote to up to date in the mirror."""
    by_name = {site.name: site for site in settings.sites}

    def refetch(site: str, ids: Sequence[str]) -> None:
        refresh_issues(mirror, by_name[site], trackers(site), ids)

    return refetch
