"""From an approved plan to Jira: refuse the unsafe, leave the stale, write the rest, say what became of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vcjira.config import Settings
from vcjira.errors import Refused
from vcjira.labels import evidence, journal, limits, notes
from vcjira.labels import plan as planning
from vcjira.labels.facts import gather
from vcjira.labels.plan import HINT, Change, Plan
from vcjira.labels.recover import Refetch, TrackerFor, clock, recover
from vcjira.labels.undo import draft_undo
from vcjira.labels.write import Writer
from vcjira.mirror import Mirror
from vcjira.tracker import Tracker

REFETCHED = 2_000
"""More issues than that are left to the next sync to read again; until then the journal says what they wear."""
STALE = "stale: its labels or class changed since the plan was drafted"


@dataclass(slots=True)
class Trouble:
    """One operation that was not done, and why."""

    site: str
    key: str
    op: str
    label: str
    outcome: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What became of a plan, counted in label operations; `issues` were changed in Jira."""

    plan_id: str
    kind: str
    run_id: str | None = None
    done: int = 0
    unchanged: int = 0
    refused: int = 0
    failed: int = 0
    issues: int = 0
    left: int = 0
    announced: int = 0
    stopped: str | None = None
    read_only: bool = False
    """The account may edit in none of the projects concerned: planned only."""
    without_evidence: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    written: dict[str, list[str]] = field(default_factory=dict)
    """Site -> ids of the issues changed."""

    def refuse(self, changes: Sequence[Change], reason: str) -> None:
        """Changes that were not tried."""
        for change in changes:
            for op, label in sorted(change.ops):
                self.refused += 1
                self.troubles.append(Trouble(change.site, change.key, op, label, "refused", reason))

    def count(self, site: str, ops: Sequence[journal.Op]) -> set[str]:
        """Operations that were tried; the ids of the issues changed."""
        numbers = Counter(op.outcome for op in ops)
        self.done += numbers["done"]
        self.unchanged += numbers["unchanged"]
        self.refused += numbers["refused"]
        self.failed += numbers["failed"]
        for op in ops:
            if op.outcome in ("refused", "failed"):
                self.troubles.append(Trouble(site, op.key, op.op, op.label, op.outcome, op.reason or ""))
        changed = {op.issue_id for op in ops if op.outcome == "done"}
        self.written[site] = sorted(changed)
        self.issues += len(changed)
        return changed

    @property
    def exit_code(self) -> int:
        """0 when all that was planned stands in Jira, else 4."""
        return 4 if self.troubles or self.stopped else 0

    def facts(self) -> dict[str, Any]:
        """For `--json` and the morning's summary."""
        reasons = Counter(trouble.reason for trouble in self.troubles)
        return {
            "run_id": self.run_id,
            "plan_id": self.plan_id,
            "kind": self.kind,
            "issues": self.issues,
            "done": self.done,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "failed": self.failed,
            "left": self.left,
            "announced": self.announced,
            "stopped": self.stopped,
            "read_only": self.read_only,
            "without_evidence": self.without_evidence,
            "reasons": dict(reasons.most_common()),
        }


@dataclass(slots=True)
class Means:
    """What applying needs besides the plan."""

    mirror: Mirror
    settings: Settings
    tracker_for: TrackerFor
    force: bool
    refetch: Refetch | None
    now: Callable[[], datetime]
    progress: Callable[[int], None]

    def moment(self) -> datetime:
        """Now, as the journal keeps it: naive UTC."""
        return self.now().astimezone(UTC).replace(tzinfo=None)

    def halt(self) -> str | None:
        """A reason to stop between two portions."""
        quiet = not self.force and limits.is_quiet(self.settings, self.now())
        return f"quiet hours ({self.settings.labels.quiet_hours})" if quiet else None


def apply(
    mirror: Mirror,
    settings: Settings,
    plan: Plan,
    tracker_for: TrackerFor,
    *,
    force: bool = False,
    refetch: Refetch | None = None,
    now: Callable[[], datetime] = clock,
    progress: Callable[[int], None] = lambda count: None,
) -> Outcome:
    """Carry out a plan. `force` goes past the limits and quiet hours once; never past digest, staleness or vetoes.

    `refetch` brings written issues up to date in the mirror; without it they are believed from the journal until
    the next sync. Refused (5) when nothing may be written, Unreachable (3) when Jira went away: what was done is in
    the journal, and applying the same plan again goes on.
    """
    limits.refuse_if_foreign(plan, settings)
    recover(mirror, settings, tracker_for, refetch)
    todo = journal.outstanding(mirror, plan)
    if plan.changes and todo == []:
        raise Refused("this plan was applied before", key="labels", where=f"plan {plan.plan_id}", hint=HINT)
    if not force:
        limits.refuse_if_quiet(settings, now())
        if plan.kind == "apply":
            limits.refuse_if_unsafe(plan, settings)
    changes, stale = _still(mirror, settings, plan, plan.changes if todo is None else todo)
    if stale and not changes:
        raise Refused(
            f"the plan is stale: labels or class of all its {len(stale)} issues changed since it was drafted",
            key="labels",
            where=f"plan {plan.plan_id}",
            hint=HINT,
        )
    outcome = Outcome(plan.plan_id, plan.kind, left=plan.left, announced=len(plan.announced))
    outcome.refuse(stale, STALE)
    notes.announce(mirror, plan)
    if changes:
        _write(Means(mirror, settings, tracker_for, force, refetch, now, progress), plan, changes, outcome)
    notes.remember(mirror, gather(mirror, settings, anywhere=True))
    return outcome


def _still(
    mirror: Mirror, settings: Settings, plan: Plan, changes: Sequence[Change]
) -> tuple[list[Change], list[Change]]:
    """The changes that the mirror, as it stands now, still asks for; and those it does not."""
    if not changes:
        return [], []
    if plan.undoes:
        current = draft_undo(mirror, settings, plan.undoes)
    else:
        ids = {(change.site, change.issue_id) for change in changes}
        current = planning.draft(gather(mirror, settings, only=ids), whole=True)
    asked = {(change.site, change.issue_id): change for change in current.changes}
    good, stale = [], []
    for change in changes:
        fresh = asked.get((change.site, change.issue_id))
        if fresh is not None and _agrees(fresh, change):
            good.append(fresh)
        else:
            stale.append(change)
    return good, stale


def _agrees(fresh: Change, planned: Change) -> bool:
    """Nothing else is asked for than was planned, and no label moved but by the plan itself."""
    moved = set(fresh.labels) ^ set(planned.labels)
    return fresh.ops <= planned.ops and moved <= {label for _, label in planned.ops - fresh.ops}


def _write(means: Means, plan: Plan, changes: Sequence[Change], outcome: Outcome) -> None:
    by_site: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_site[change.site].append(change)
    trackers = {site: means.tracker_for(site) for site in by_site}
    projects = {(change.site, change.project) for change in changes}
    forbidden = {pair for pair in sorted(projects) if trackers[pair[0]].may_edit(pair[1]) is False}
    if forbidden == projects:
        outcome.read_only = True
        outcome.refuse(changes, "this account may not edit issues; planned only")
        return
    outcome.run_id = journal.begin(means.mirror, plan, means.moment())
    for site, mine in sorted(by_site.items()):
        _write_site(means, trackers[site], mine, outcome, {key for name, key in forbidden if name == site})
    if not outcome.stopped:
        journal.finish(means.mirror, outcome.run_id, means.moment(), outcome.facts())


def _write_site(
    means: Means, tracker: Tracker, changes: Sequence[Change], outcome: Outcome, forbidden: set[str]
) -> None:
    """One site's changes, their evidence, and the mirror brought up to date."""
    labels, site, run_id = means.settings.labels, changes[0].site, outcome.run_id or ""
    threads = next(named.requests.concurrency for named in means.settings.sites if named.name == site)
    writer = Writer(
        mirror=means.mirror,
        tracker=tracker,
        site=site,
        run_id=run_id,
        notify=labels.notify,
        threads=threads,
        forbidden=forbidden,
        clock=means.moment,
        halt=means.halt,
        progress=means.progress,
    )
    ops = writer.write(changes)
    ids = outcome.count(site, ops)
    outcome.stopped = outcome.stopped or writer.stopped
    if labels.evidence_property:
        told = [change for change in changes if change.issue_id in ids]
        outcome.without_evidence += evidence.write(tracker, labels.evidence_property, told, run_id, threads=threads)
    # What failed may have arrived all the same, and somebody may have taken it away at once: the history tells.
    touched = ids | {op.issue_id for op in ops if op.outcome == "failed"}
    if means.refetch is not None and 0 < len(touched) <= REFETCHED:
        means.refetch(site, sorted(touched))
