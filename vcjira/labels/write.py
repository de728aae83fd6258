"""One site's changes on their way into Jira: look once more, journal, write, read back, settle.

Identical operations go as bulk edits of up to 1,000 issues where the site can; what is left goes issue by issue.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from vcjira.errors import LoginFailed, Unreachable
from vcjira.labels import journal
from vcjira.labels.journal import Op
from vcjira.labels.plan import Change
from vcjira.mirror import Mirror
from vcjira.tracker import NotDone, Tracker, Worn

BULK = 1_000
"""Most issues in one bulk edit."""
BULK_FROM = 5
"""Below this many a bulk edit (post, poll, read) costs more requests than single edits."""
CHUNK = 100
"""Single edits between two readings: what a crash leaves to be settled by looking."""
MAIL = "perhaps it may not keep mail off: let this account administer the project, or set `labels.notify: true`"
"""Data Center answers 403 to `notifyUsers=false` from others; Cloud says that it ignores such a request."""
CANCELLED = ("CANCELLED", "CANCEL_REQUESTED")


@dataclass(slots=True)
class Task:
    """One change on its way: its operations, and the issue as we last knew it."""

    change: Change
    ops: list[Op]
    labels: set[str]
    updated: datetime | None

    @property
    def open(self) -> list[Op]:
        return [op for op in self.ops if not op.settled]

    def labels_of(self, verb: str) -> list[str]:
        return [op.label for op in self.open if op.op == verb]


@dataclass(slots=True)
class Answers:
    """What a portion of single edits met, by issue; `down` stops the rest of the portion."""

    refused: dict[str, str] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    fatal: list[LoginFailed] = field(default_factory=list)
    down: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Writer:
    """Writes the changes of one site. `halt` is asked before each portion: a reason to stop, or None."""

    mirror: Mirror
    tracker: Tracker
    site: str
    run_id: str
    notify: bool
    threads: int
    forbidden: set[str]
    """Projects in which this account may not edit: not tried."""
    clock: Callable[[], datetime]
    halt: Callable[[], str | None]
    progress: Callable[[int], None] = lambda count: None
    stopped: str | None = None
    _earlier: dict[tuple[str, str, str], datetime | None] = field(default_factory=dict)

    def write(self, changes: Sequence[Change]) -> list[Op]:
        """Everything that can be done, done; each operation comes back settled, or intended when we stopped."""
        self._earlier = _failed(self.mirror, self.run_id, self.site)
        tasks = {change.issue_id: _task(change) for change in changes}
        self._refuse_forbidden(tasks.values())
        if len(tasks) >= BULK_FROM and self.tracker.can_bulk():
            for verb, label, ids in _pieces(tasks.values()):
                if self._halted():
                    break
                self._bulk(verb, label, [tasks[issue_id] for issue_id in ids])
        rest = [task for task in tasks.values() if task.open]
        with ThreadPoolExecutor(self.threads) as pool:
            for start in range(0, len(rest), CHUNK):
                if self._halted():
                    break
                self._single(rest[start : start + CHUNK], pool)
        return self._ended(tasks.values())

    def _ended(self, tasks: Iterable[Task]) -> list[Op]:
        """All operations; those we did not come to are failed with the reason why we stopped."""
        ops = [op for task in tasks for op in task.ops]
        late = [op for op in ops if not op.settled]
        for op in late:
            op.outcome, op.reason = "failed", f"not written: {self.stopped}"
        journal.settle(self.mirror, self.run_id, late)
        return ops

    def _halted(self) -> bool:
        self.stopped = self.stopped or self.halt()
        return self.stopped is not None

    def _refuse_forbidden(self, tasks: Iterable[Task]) -> None:
        closed: list[Op] = []
        for task in tasks:
            if task.change.project in self.forbidden:
                closed += _close(task, f"this account may not edit issues of {task.change.project}")
        self._intend(closed, {})

    def _look(self, tasks: Sequence[Task]) -> list[Task]:
        """Read the issues once more; what changed since the plan is left alone. The tasks that are still to do."""
        fresh = self.tracker.read_labels([task.change.issue_id for task in tasks])
        if not fresh:
            self.tracker.alive()
        closed: list[Op] = []
        for task in tasks:
            closed += self._check(task, fresh.get(task.change.issue_id))
        self._intend(closed, {})
        return [task for task in tasks if task.open]

    def _check(self, task: Task, now: Worn | None) -> list[Op]:
        """Close what need not or must not be done any more; the operations closed."""
        if now is None:
            return _close(task, "the issue is gone or no longer visible")
        moved = task.labels ^ set(now.labels)
        ours = {label for _, label in task.change.ops}
        if not moved <= ours:
            return _close(task, "stale: its labels changed since the plan was drafted")
        if task.labels_of("remove") and now.updated != task.updated:
            return _close(task, "stale: it changed since the mirror saw it, and whose the label is must be looked up")
        task.labels, task.updated = set(now.labels), now.updated
        done = [op for op in task.open if in_place(op, now)]
        for op in done:
            op.outcome, op.after = ("done", now.updated) if op.at in self._earlier else ("unchanged", None)
        return done

    def _bulk(self, verb: str, label: str, tasks: Sequence[Task]) -> None:
        tasks = self._look(tasks)
        ops = {task.change.issue_id: op for task in tasks for op in task.open if (op.op, op.label) == (verb, label)}
        if not ops:
            return
        self._intend(ops.values(), _updated(tasks))
        failed: dict[str, str] = {}
        try:
            way = cast(Literal["add", "remove"], verb)
            result = self.tracker.bulk_relabel(list(ops), way, label, notify=self.notify)
            failed = result.failed
            if result.status in CANCELLED:
                self.stopped = "somebody cancelled the bulk edit in Jira"
        except LoginFailed:
            raise
        except (NotDone, Unreachable):
            pass  # what was done shows when read back; the rest goes issue by issue
        self._read_back(tasks, ops.values(), failed)

    def _single(self, tasks: Sequence[Task], pool: ThreadPoolExecutor) -> None:
        tasks = self._look(tasks)
        ops = [op for task in tasks for op in task.open]
        if not ops:
            return
        self._intend(ops, _updated(tasks))
        answers = Answers()
        list(pool.map(lambda task: self._put(task, answers), tasks))
        if answers.fatal:
            raise answers.fatal[0]
        self._read_back(tasks, ops, answers.refused)
        for op in ops:
            if not op.settled:
                ignored = "Jira took the edit, but the label is not as written" + ("" if self.notify else f"; {MAIL}")
                op.outcome, op.reason = "failed", answers.silent.get(op.issue_id, ignored)
        journal.settle(self.mirror, self.run_id, ops)

    def _put(self, task: Task, answers: "Answers") -> None:
        """One edit, from any thread; what went wrong is in `answers`."""
        if answers.down.is_set():
            answers.silent[task.change.issue_id] = "not sent: Jira did not answer any more"
            return
        try:
            self._relabel(task)
        except NotDone as refusal:
            mail = "" if self.notify or refusal.status != 403 else f"; {MAIL}"
            answers.refused[task.change.issue_id] = f"{refusal.what} ({refusal.status}){mail}"
        except LoginFailed as failure:
            answers.fatal.append(failure)
            answers.down.set()
        except Unreachable as failure:
            answers.silent[task.change.issue_id] = f"no answer: {failure.what}"
            answers.down.set()

    def _relabel(self, task: Task) -> None:
        add, remove, note = task.labels_of("add"), task.labels_of("remove"), f"vcjira: {task.change.why}"
        try:
            self.tracker.relabel(task.change.issue_id, add, remove, notify=self.notify, note=note)
        except NotDone as refusal:
            if refusal.status != 409:
                raise
            self.tracker.relabel(task.change.issue_id, add, remove, notify=self.notify, note=note)

    def _read_back(self, tasks: Sequence[Task], ops: Iterable[Op], refused: dict[str, str]) -> None:
        """Settle by what Jira shows now; operations neither in place nor refused stay open."""
        after = self.tracker.read_labels([task.change.issue_id for task in tasks])
        ops = list(ops)
        for op in ops:
            now = after.get(op.issue_id)
            if now is not None and in_place(op, now):
                op.outcome, op.after = "done", now.updated
            elif op.issue_id in refused:
                op.outcome, op.reason = "refused", refused[op.issue_id]
            elif now is None:
                op.outcome, op.reason = "refused", "the issue is gone or no longer visible"
        halves: list[Op] = []
        for task in tasks:
            now = after.get(task.change.issue_id)
            if now is not None:
                task.labels, task.updated = set(now.labels), now.updated
            if any(op.outcome == "refused" for op in task.ops):
                halves += _close(task, "not written: the other half of the change was refused")
        journal.settle(self.mirror, self.run_id, ops)
        self._intend(halves, {})
        self.progress(sum(op.settled for op in ops))

    def _intend(self, ops: Iterable[Op], before: dict[str, datetime | None]) -> None:
        """Journal; an operation that may have been sent before keeps its first `before`."""
        ops = list(ops)
        first = {op.issue_id: self._earlier[op.at] for op in ops if op.at in self._earlier}
        journal.intend(self.mirror, self.run_id, ops, self.clock(), self.tracker.account_id, {**before, **first})


def in_place(op: Op, now: Worn) -> bool:
    """Does the issue stand as the operation wants it? Additions compare without case, removals exactly."""
    if op.op == "add":
        return op.label.casefold() in (label.casefold() for label in now.labels)
    return op.label not in now.labels


def _task(change: Change) -> Task:
    ops = [Op(change.site, change.issue_id, change.key, verb, label) for verb, label in sorted(change.ops)]
    return Task(change, ops, set(change.labels), change.updated)


def _close(task: Task, reason: str) -> list[Op]:
    closed = task.open
    for op in closed:
        op.outcome, op.reason = "refused", reason
    return closed


def _updated(tasks: Iterable[Task]) -> dict[str, datetime | None]:
    return {task.change.issue_id: task.updated for task in tasks}


def _pieces(tasks: Iterable[Task]) -> list[tuple[str, str, list[str]]]:
    """(verb, label, at most 1,000 ids): removals first, so that an issue never shows two classes."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for task in tasks:
        for op in task.open:
            groups[op.op, op.label].append(op.issue_id)
    return [
        (verb, label, ids[start : start + BULK])
        for (verb, label), ids in sorted(groups.items(), reverse=True)
        for start in range(0, len(ids), BULK)
        if len(ids[start : start + BULK]) >= BULK_FROM
    ]


def _failed(mirror: Mirror, run_id: str, site: str) -> dict[tuple[str, str, str], datetime | None]:
    """Operations of this run that may have been sent before: when the issue had last changed then."""
    return {
        (issue_id, op, label): before
        for issue_id, op, label, before in mirror.tuples(
            "SELECT issue_id, op, label, before FROM label_writes"
            " WHERE run_id = ? AND site = ? AND outcome IN ('failed', 'intended')",
            [run_id, site],
        )
    }
