"""Undo of one run as a plan of its own: only what is still ours and unchanged since is taken back."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.labels.facts import Facts, Id, IssueFacts, gather
from vcjira.labels.plan import Change, Plan, Refusal, seal
from vcjira.labels.plan import order as plan_order
from vcjira.labels.recover import Refetch
from vcjira.mirror import Mirror


class Done(NamedTuple):
    """One operation that a run did."""

    site: str
    issue_id: str
    key: str
    project: str
    op: str
    label: str


def draft_undo(mirror: Mirror, settings: Settings, run_id: str) -> Plan:
    """The plan that takes back what `run_id` did; Mend when there is no such run."""
    done = [
        Done(*row)
        for row in mirror.tuples(
            "SELECT site, issue_id, coalesce(i.key, w.issue_id), coalesce(i.project, ''), op, label"
            " FROM label_writes w LEFT JOIN issues i USING (site, issue_id)"
            " WHERE run_id = ? AND outcome = 'done' ORDER BY ALL",
            [run_id],
        )
    ]
    if not done and mirror.value("SELECT 1 FROM label_runs WHERE run_id = ?", [run_id]) is None:
        raise Mend(f"there is no run {run_id!r} in the journal", hint="`vcjira labels log` lists the runs")
    facts = gather(mirror, settings, only={(row.site, row.issue_id) for row in done}, anywhere=True)
    return revert(facts, done, run_id)


def look_again(mirror: Mirror, settings: Settings, run_id: str, refetch: Refetch) -> None:
    """Bring the issues of a run up to date first: whose their labels are is read from their history."""
    configured = {site.name for site in settings.sites}
    ids: dict[str, list[str]] = defaultdict(list)
    for site, issue_id in mirror.tuples(
        "SELECT DISTINCT site, issue_id FROM label_writes WHERE run_id = ? AND outcome = 'done' ORDER BY ALL", [run_id]
    ):
        ids[site].append(issue_id)
    for site, mine in ids.items():
        if site in configured:
            refetch(site, mine)


def revert(facts: Facts, done: Iterable[Done], run_id: str) -> Plan:
    """Pure: what of `done` still stands as we left it, the other way round."""
    issues = {(issue.site, issue.issue_id): issue for issue in facts.issues}
    by_issue: dict[Id, list[Done]] = defaultdict(list)
    for row in done:
        by_issue[row.site, row.issue_id].append(row)
    changes, refused = [], []
    for key, rows in by_issue.items():
        issue = issues.get(key)
        add, remove = [], []
        for row in rows:
            obstacle = _obstacle(issue, facts, row, run_id)
            if issue is None or obstacle:
                refused.append(_refusal(row, *(obstacle or ("gone", "the issue is gone or no longer visible"))))
            elif row.op == "add":
                remove.append(row.label)
            else:
                add.append(row.label)
        if issue is not None and (add or remove):
            changes.append(_change(issue, sorted(add), sorted(remove), run_id))
    refused.sort(key=lambda refusal: (*plan_order(refusal), refusal.add, refusal.remove))
    return seal(facts, sorted(changes, key=plan_order), refused, undoes=run_id)


def _obstacle(issue: IssueFacts | None, facts: Facts, row: Done, run_id: str) -> tuple[str, str] | None:
    """Why this operation stays as it is, or None."""
    if issue is None:
        return "gone", "the issue is gone or no longer visible"
    if not facts.catalogue.valid(row.label):
        return "invalid", f"{row.label} is no longer a label of ours"
    if row.op == "add":
        if row.label not in issue.labels:
            return "changed", f"{row.label} was taken away since"
        if issue.ours.get(row.label) != run_id:
            return "theirs", f"{row.label} was set again since, by a person or by a later run"
        return None
    if row.label.casefold() in (label.casefold() for label in issue.labels):
        return "changed", f"{row.label} was set again since"
    if issue.last.get(row.label) != run_id:
        return "changed", f"{row.label} was changed since"
    return None


def _refusal(row: Done, reason: str, why: str) -> Refusal:
    add, remove = ([], [row.label]) if row.op == "add" else ([row.label], [])
    return Refusal(row.site, row.key, row.issue_id, add, remove, why, row.project, reason)


def _change(issue: IssueFacts, add: list[str], remove: list[str], run_id: str) -> Change:
    return Change(
        site=issue.site,
        key=issue.key,
        issue_id=issue.issue_id,
        add=add,
        remove=remove,
        why=f"undo of run {run_id}",
        project=issue.project,
        class_=issue.class_,
        reasons=[f"undo of run {run_id}"],
        labels=list(issue.labels),
        updated=issue.updated,
    )
