"""The journal: what we are about to write is on disk before it is written, and what became of it after.

One row of `label_writes` per label operation. `intended` means: perhaps sent. Whatever ends a run in between, the
next one settles those rows by what the issue's history says.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from vcjira.errors import Mend
from vcjira.labels.plan import Change, Plan
from vcjira.mirror import Mirror

_SETTLED = """
CREATE TEMP TABLE IF NOT EXISTS settled (
    run_id TEXT, site TEXT, issue_id TEXT, op TEXT, label TEXT, outcome TEXT, reason TEXT, after TIMESTAMP
)
"""


@dataclass(slots=True)
class Op:
    """One label on one issue, and what became of it. Outcomes: done, unchanged, refused, failed, intended."""

    site: str
    issue_id: str
    key: str
    op: str
    label: str
    outcome: str = "intended"
    reason: str | None = None
    after: datetime | None = None

    @property
    def at(self) -> tuple[str, str, str]:
        """Which operation within a site."""
        return self.issue_id, self.op, self.label

    @property
    def settled(self) -> bool:
        return self.outcome != "intended"


def begin(mirror: Mirror, plan: Plan, moment: datetime) -> str:
    """The run that applies this plan: the one that was interrupted, or a new one."""
    run_id = mirror.value("SELECT run_id FROM label_runs WHERE plan_id = ? ORDER BY started LIMIT 1", [plan.plan_id])
    if run_id is None:
        run_id = f"{moment:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
        row = {"run_id": run_id, "plan_id": plan.plan_id, "kind": plan.kind, "undoes": plan.undoes, "started": moment}
        mirror.load("label_runs", [row])
    return str(run_id)


def finish(mirror: Mirror, run_id: str, moment: datetime, summary: dict[str, Any]) -> None:
    text = msgspec.json.encode(summary).decode()
    mirror.run("UPDATE label_runs SET finished = ?, summary = ? WHERE run_id = ?", [moment, text, run_id])


def outstanding(mirror: Mirror, plan: Plan) -> list[Change] | None:
    """The changes of a plan that no run has done yet; None when the plan was never begun."""
    if mirror.value("SELECT 1 FROM label_runs WHERE plan_id = ?", [plan.plan_id]) is None:
        return None
    done = set(
        mirror.tuples(
            "SELECT site, issue_id, op, label FROM label_writes SEMI JOIN"
            " (SELECT run_id FROM label_runs WHERE plan_id = ?) USING (run_id) WHERE outcome IN ('done', 'unchanged')",
            [plan.plan_id],
        )
    )
    return [c for c in plan.changes if any((c.site, c.issue_id, *op) not in done for op in c.ops)]


def intend(
    mirror: Mirror, run_id: str, ops: Iterable[Op], moment: datetime, account: str, before: dict[str, datetime | None]
) -> None:
    """On disk before the write. `before`: each issue's `updated` as just read. A repeated op replaces its row."""
    rows = [
        {
            "run_id": run_id,
            "site": op.site,
            "issue_id": op.issue_id,
            "written": moment,
            "op": op.op,
            "label": op.label,
            "outcome": op.outcome,
            "reason": op.reason,
            "account_id": account,
            "before": before.get(op.issue_id),
            "after": op.after,
        }
        for op in ops
    ]
    if not rows:
        return
    with mirror.transaction():
        mirror.run(
            "DELETE FROM label_writes WHERE run_id = ? AND site = ? AND list_contains(?::VARCHAR[], "
            "issue_id || chr(10) || op || chr(10) || label)",
            [run_id, rows[0]["site"], [f"{r['issue_id']}\n{r['op']}\n{r['label']}" for r in rows]],
        )
        mirror.load("label_writes", rows)


def settle(mirror: Mirror, run_id: str, ops: Iterable[Op]) -> None:
    """What became of ops that were intended."""
    rows = [
        {
            "run_id": run_id,
            "site": op.site,
            "issue_id": op.issue_id,
            "op": op.op,
            "label": op.label,
            "outcome": op.outcome,
            "reason": op.reason,
            "after": op.after,
        }
        for op in ops
        if op.settled
    ]
    if not rows:
        return
    mirror.run(_SETTLED)
    with mirror.transaction():
        mirror.load("settled", rows)
        mirror.run("""
            UPDATE label_writes w SET outcome = s.outcome, reason = s.reason, after = s.after FROM settled s
            WHERE w.run_id = s.run_id AND w.site = s.site AND w.issue_id = s.issue_id
                AND w.op = s.op AND w.label = s.label
        """)
        mirror.run("DELETE FROM settled")


def unsettled(mirror: Mirror) -> list[dict[str, Any]]:
    """Rows that an interrupted run left: written or not, nobody has looked yet."""
    return mirror.rows(
        "SELECT w.*, coalesce(i.key, w.issue_id) AS key FROM label_writes w LEFT JOIN issues i USING (site, issue_id)"
        " WHERE outcome = 'intended' ORDER BY w.site, w.issue_id, w.op, w.label"
    )


def runs(mirror: Mirror) -> list[dict[str, Any]]:
    """All runs, newest first, with their operations counted by outcome."""
    return mirror.rows("""
        SELECT r.run_id, r.kind, r.undoes, r.started, r.finished, r.plan_id,
            count(*) FILTER (outcome = 'done') AS done, count(*) FILTER (outcome = 'unchanged') AS unchanged,
            count(*) FILTER (outcome = 'refused') AS refused, count(*) FILTER (outcome = 'failed') AS failed,
            count(*) FILTER (outcome = 'intended') AS intended, count(DISTINCT w.site || w.issue_id) AS issues
        FROM label_runs r LEFT JOIN label_writes w USING (run_id)
        GROUP BY ALL ORDER BY r.started DESC, r.run_id
    """)


def operations(mirror: Mirror, run_id: str) -> list[dict[str, Any]]:
    """The rows of one run; Mend when there is no such run."""
    rows = mirror.rows(
        "SELECT w.run_id, w.site, coalesce(i.key, w.issue_id) AS key, w.issue_id, w.written, w.op, w.label, w.outcome,"
        " w.reason FROM label_writes w LEFT JOIN issues i USING (site, issue_id) WHERE run_id = ?"
        " ORDER BY w.site, i.project, i.key, w.issue_id, w.op DESC, w.label",
        [run_id],
    )
    if not rows and mirror.value("SELECT 1 FROM label_runs WHERE run_id = ?", [run_id]) is None:
        raise Mend(f"there is no run {run_id!r} in the journal", hint="`vcjira labels log` lists the runs")
    return rows
