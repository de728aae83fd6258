"""One night: sync, classify, report, labels, each step told, all under one lock (the open mirror's)."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vcjira import labels, nightly, report
from vcjira.config import Settings
from vcjira.errors import VcjiraError
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


@dataclass
class Night:
    """The morning's summary."""

    run_id: str
    steps: list[Step] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        codes = {step.code for step in self.steps}
        return next((code for code in GRAVEST_FIRST if code in codes), 0)


def run(settings: Settings, *, watch: Watcher, stop: threading.Event) -> Night:
    """The whole job. A step that fails is told and the next one goes on where that is safe: labels only after a
    sync that reached every site."""
    with Mirror(settings.mirror, write=True) as mirror:
        night = Night(nightly.begin(mirror, "run"))
        trackers = nightly.Trackers(settings, stop)
        reached = _step(night, "sync", lambda: _sync(mirror, settings, watch, stop))
        classed = _step(night, "classify", lambda: _classify(mirror, settings))
        if classed:
            _step(night, "labels", lambda: _labels(mirror, settings, trackers, write=reached))
            _step(night, "report", lambda: _report(mirror, settings))
        nightly.end(mirror, night.run_id, night.exit_code, [vars(step) for step in night.steps])
        mirror.checkpoint()
    return night


def _step(night: Night, name: str, work: Callable[[], Step]) -> bool:
    """Do one step; whether what builds on it may go on."""
    try:
        step = work()
    except VcjiraError as error:
        step = Step(name, str(error), error.exit_code)
    night.steps.append(step)
    return step.code in (0, 4)


def _sync(mirror: Mirror, settings: Settings, watch: Watcher, stop: threading.Event) -> Step:
    outcomes = nightly.sync(mirror, settings, Options(), watch=watch, stop=stop)
    lines = []
    for outcome in outcomes:
        if outcome.error and not outcome.certificate:
            lines.append(f"{outcome.site}: {outcome.error}")
            continue
        findings = outcome.certificate.get("findings", [])
        state = "complete" if not findings else f"{sum(f['count'] for f in findings)} findings"
        gone = "".join(f", {count} {name.replace('_', ' ')}" for name, count in outcome.gone.items())
        lines.append(f"{outcome.site}: {outcome.walked} issues in Jira, {outcome.fetched} fetched{gone}, {state}")
        if outcome.error:
            lines.append(str(outcome.error))
    facts = [nightly.outcome_facts(outcome) for outcome in outcomes]
    return Step("sync", "\n".join(lines), nightly.exit_code(outcomes), facts)


def _classify(mirror: Mirror, settings: Settings) -> Step:
    nightly.refresh(mirror, settings)
    counts = dict(mirror.tuples("SELECT class, count(*) FROM classes GROUP BY class ORDER BY class"))
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Step("classify", words or "no issues", facts=counts)


def _report(mirror: Mirror, settings: Settings) -> Step:
    paths = report.publish(mirror, settings)
    return Step("report", "\n".join(map(str, paths)) or "none configured", facts=[str(path) for path in paths])


def _labels(mirror: Mirror, settings: Settings, trackers: "nightly.Trackers", *, write: bool) -> Step:
    plan = labels.draft(mirror, settings)
    wanted = sum(plan.site_counts.values())
    if not settings.labels.enabled:
        return Step("labels", f"planned for {wanted} issues; `labels.enabled` is false, nothing written")
    if not write:
        return Step("labels", f"planned for {wanted} issues; nothing written: the sync did not reach every site")
    outcome = labels.apply(mirror, settings, plan, trackers, refetch=refetcher(mirror, settings, trackers))
    labels.announce(mirror, plan)
    nightly.refresh(mirror, settings)
    facts = outcome.facts()
    text = f"run {outcome.run_id}: {outcome.issues} issues relabelled" if outcome.issues else "nothing to change"
    if outcome.troubles:
        text += f", {len(outcome.troubles)} operations not done (`vcjira labels log`)"
    if outcome.stopped:
        text += f"; stopped: {outcome.stopped}"
    return Step("labels", text, outcome.exit_code, facts)


def refetcher(
    mirror: Mirror, settings: Settings, trackers: Callable[[str], Tracker]
) -> Callable[[str, Sequence[str]], None]:
    """Brings issues that we wrote to up to date in the mirror."""
    by_name = {site.name: site for site in settings.sites}

    def refetch(site: str, ids: Sequence[str]) -> None:
        refresh_issues(mirror, by_name[site], trackers(site), ids)

    return refetch
