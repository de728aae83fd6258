"""Cloud's bulk edits: a queue of tasks that work through their issues while the client asks how far they are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from vcjira.demo.faults import Faults
from vcjira.demo.records import Account, Issue
from vcjira.demo.store import Store

Change = Callable[[Issue], object]
State = Literal["ENQUEUED", "RUNNING", "COMPLETE", "FAILED", "CANCEL_REQUESTED", "CANCELLED", "DEAD"]
SLICE = 100


@dataclass
class Task:
    id: str
    author: Account
    issues: list[int]
    change: Change
    invalid: int
    created: int
    state: State = "ENQUEUED"
    started: int | None = None
    updated: int | None = None
    done: list[int] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    scheduled: bool = False

    @property
    def ended(self) -> bool:
        return self.state not in ("ENQUEUED", "RUNNING", "CANCEL_REQUESTED")

    def progress(self) -> dict[str, Any]:
        """As `bulk/queue/{taskId}` tells it."""
        total = len(self.issues) + self.invalid
        handled = len(self.done) + len(self.failed) + self.invalid
        told: dict[str, Any] = {
            "taskId": self.id,
            "status": self.state,
            "submittedBy": {"accountId": self.author.id},
            "created": self.created,
            "progressPercent": 100 if self.state == "COMPLETE" else handled * 100 // max(total, 1),
            "totalIssueCount": total,
            "processedAccessibleIssues": list(self.done),
            "failedAccessibleIssues": dict(self.failed),
            "invalidOrInaccessibleIssueCount": self.invalid,
        }
        if self.started is not None:
            told["started"] = self.started
        if self.updated is not None:
            told["updated"] = self.updated
        return told


class Tasks:
    """The queue. `work` is called by the server's loop until nothing is left to do."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self.tasks: dict[str, Task] = {}

    @property
    def open(self) -> list[Task]:
        return [task for task in self.tasks.values() if not task.ended]

    def submit(self, author: Account, issues: list[int], change: Change, invalid: int) -> Task:
        task = Task(str(10_000 + len(self.tasks)), author, issues, change, invalid, self.store.now_ms)
        self.tasks[task.id] = task
        return task

    def work(self, task: Task) -> bool:
        """One slice; True when there is more to do."""
        with self.store.lock:
            task.state = "RUNNING"
            task.started = task.started or self.store.now_ms
            goal = round(len(task.issues) * self.faults.bulk_share)
            begin = len(task.done) + len(task.failed)
            for issue_id in task.issues[begin : min(begin + SLICE, goal)]:
                self._edit(task, issue_id)
            task.updated = self.store.now_ms
            if len(task.done) + len(task.failed) < goal:
                return True
            task.state = self.faults.bulk_end
            return False

    def _edit(self, task: Task, issue_id: int) -> None:
        issue = self.store.find(issue_id)
        failing = self.faults.bulk_failing
        if issue is None:
            task.failed[str(issue_id)] = ["Issue does not exist."]
        elif issue.project.key in self.faults.no_edit:
            task.failed[str(issue_id)] = ["You do not have permission to edit this issue."]
        elif issue.key in failing or issue.project.key in failing:
            task.failed[str(issue_id)] = ["The issue is locked by its workflow."]
        else:
            task.change(issue)
            task.done.append(issue_id)
