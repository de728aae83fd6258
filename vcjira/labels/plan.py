"""What would change, and why: facts in, plan out. No clock, no network, no mirror: same facts, same plan.

The plan is a value that somebody looks at, keeps as a file, and applies; its id is a digest over all of it, the
rules and the state of the mirror included.
"""

import hashlib
import re
from collections import Counter
from datetime import datetime
from typing import Any, Literal

import msgspec

from vcjira.errors import Refused
from vcjira.labels import summary
from vcjira.labels.catalogue import CLASSES
from vcjira.labels.facts import Facts, IssueFacts

VERSION = 1
HINT = "draft a new one with `vcjira labels plan --out FILE`; what a plan may hold is set under `labels:`"


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What one edit of one issue does; `labels` and `updated` are what the plan saw there."""

    site: str
    key: str
    issue_id: str
    add: list[str]
    remove: list[str]
    why: str
    project: str
    class_: str | None = msgspec.field(name="class")
    reasons: list[str]
    """`why` in short, the same words for the same case."""
    labels: list[str]
    updated: datetime | None

    @property
    def ops(self) -> set[tuple[str, str]]:
        return {("add", label) for label in self.add} | {("remove", label) for label in self.remove}


class Refusal(msgspec.Struct, forbid_unknown_fields=True):
    """What rules ask for and will not be done. `reason`: veto, theirs, objection, invalid, changed, gone."""

    site: str
    key: str
    issue_id: str
    add: list[str]
    remove: list[str]
    why: str
    project: str
    reason: str


class Announcement(msgspec.Struct, forbid_unknown_fields=True):
    """A label that `labels.wait` holds back until `due`, unless somebody objects."""

    site: str
    key: str
    issue_id: str
    add: list[str]
    remove: list[str]
    why: str
    project: str
    due: datetime


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """Desired against existing; operations sorted by site, project and key."""

    plan_id: str
    created: datetime
    site_counts: dict[str, int]
    changes: list[Change]
    refused: list[Refusal]
    announced: list[Announcement]
    left: int
    """Issues that `labels.per_night` leaves for later nights."""
    labelled: int
    """Issues that wear a label of ours already."""
    version: int
    kind: Literal["apply", "undo"]
    undoes: str | None
    prefix: str
    sites: dict[str, dict[str, Any]]
    rules: str
    state: str

    def sealed(self) -> "Plan":
        """The same plan with its id."""
        return msgspec.structs.replace(self, plan_id=self.digest())

    def digest(self) -> str:
        body = msgspec.json.encode(msgspec.structs.replace(self, plan_id=""), order="deterministic")
        return hashlib.blake2b(body, digest_size=16).hexdigest()

    def facts(self, most: int | None = None) -> dict[str, Any]:
        """What a person who must approve the plan wants to see; see `summary.facts`."""
        return summary.facts(self, most)

    def text(self) -> str:
        """The plan as a file: JSON, the same bytes for the same facts."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode() + "\n"


def read(text: str | bytes, *, where: str) -> Plan:
    """A plan file; Refused when it is truncated, of another version, or not what was drafted."""
    try:
        loose = msgspec.json.decode(text)
        if isinstance(loose, dict) and loose.get("version", VERSION) != VERSION:
            raise Refused(
                f"the plan is of version {loose['version']!r}, this vcjira knows {VERSION}",
                key="labels",
                where=where,
                hint=HINT,
            )
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError as error:
        raise Refused(f"this is not a whole plan: {error}", key="labels", where=where, hint=HINT) from None
    if plan.digest() != plan.plan_id:
        raise Refused("the plan was edited after it was drafted", key="labels", where=where, hint=HINT)
    return plan


def draft(facts: Facts, *, whole: bool = False) -> Plan:
    """What the facts ask for; `whole` leaves `labels.per_night` aside."""
    changes: list[tuple[datetime, Change]] = []
    refused: list[Refusal] = []
    announced: list[Announcement] = []
    for issue in facts.issues:
        change, refusals = _change(issue, facts)
        refused += refusals
        if change is None:
            continue
        due = _due(change, issue, facts)
        if due is not None:
            announced.append(Announcement(*_head(change), change.add, change.remove, change.why, change.project, due))
        else:
            changes.append((issue.created, change))
    total = len(changes)
    if facts.per_night is not None and not whole:
        changes.sort(key=lambda pair: (pair[0], *order(pair[1])), reverse=facts.order == "newest")
        del changes[facts.per_night :]
    return seal(
        facts,
        sorted((change for _, change in changes), key=order),
        sorted(refused, key=lambda refusal: (*order(refusal), refusal.add, refusal.remove)),
        announced=sorted(announced, key=order),
        left=total - len(changes),
    )


def seal(
    facts: Facts,
    changes: list[Change],
    refused: list[Refusal],
    *,
    announced: list[Announcement] | None = None,
    left: int = 0,
    undoes: str | None = None,
) -> Plan:
    """The finished plan of these sorted parts."""
    return Plan(
        plan_id="",
        created=facts.created,
        site_counts=dict(sorted(Counter(change.site for change in changes).items())),
        changes=changes,
        refused=refused,
        announced=announced or [],
        left=left,
        labelled=sum(1 for issue in facts.issues if issue.ours),
        version=VERSION,
        kind="undo" if undoes else "apply",
        undoes=undoes,
        prefix=facts.catalogue.prefix,
        sites=facts.sites,
        rules=facts.rules,
        state=facts.state,
    ).sealed()


def wanted(issue: IssueFacts, facts: Facts) -> dict[str, tuple[str, str]]:
    """Label -> (why, in short), for one issue; nothing for the unknown, nor for a team's own work unless asked."""
    if issue.own_team and facts.own_team == "skip":
        return {}
    names = facts.catalogue.names
    asked = {}
    if issue.class_ in names:
        rule = f" by rule {', '.join(issue.rules)}" if issue.rules else ""
        asked[names[issue.class_]] = (f"class {issue.class_}{_evidence(issue)}", f"class {issue.class_}{rule}")
    for hit in issue.hits:
        if hit.pattern in names:
            times = f" x{hit.count}" if hit.count > 1 else ""
            asked[names[hit.pattern]] = (f"{hit.pattern}{times}, last {hit.last:%Y-%m-%d}", f"pattern {hit.pattern}")
    return asked


def _evidence(issue: IssueFacts) -> str:
    parts = [f"rule {', '.join(issue.rules)}"] if issue.rules else []
    if issue.organization:
        parts.append(f"organization {issue.organization}")
    return f" ({'; '.join(parts)})" if parts else ""


def _change(issue: IssueFacts, facts: Facts) -> tuple[Change | None, list[Refusal]]:
    asked = wanted(issue, facts)
    worn = {label.casefold() for label in issue.labels}
    wished = {label.casefold() for label in asked}
    add, refusals = [], []
    for label, (why, _) in asked.items():
        if label.casefold() in worn:
            continue
        reason, told = _objection(issue, facts, label)
        if reason:
            head = (issue.site, issue.key, issue.issue_id)
            refusals.append(Refusal(*head, [label], [], f"{told}; asked for: {why}", issue.project, reason))
        else:
            add.append(label)
    remove = sorted(label for label in issue.ours if label.casefold() not in wished and facts.catalogue.valid(label))
    if not add and not remove:
        return None, refusals
    partings = [_parting(issue, facts, label) for label in remove]
    change = Change(
        site=issue.site,
        key=issue.key,
        issue_id=issue.issue_id,
        add=sorted(add),
        remove=remove,
        why="; ".join([asked[label][0] for label in add] + partings),
        project=issue.project,
        class_=issue.class_,
        reasons=[asked[label][1] for label in add] + partings,
        labels=list(issue.labels),
        updated=issue.updated,
    )
    return change, refusals


def _objection(issue: IssueFacts, facts: Facts, label: str) -> tuple[str, str]:
    """Why this label is not added: (reason, in words); empty where nobody objects."""
    book = facts.catalogue
    if not book.valid(label):
        return "invalid", f"{label!r} is no label of ours that Jira takes"
    for alias in book.aliases(label) if issue.vetoes else ():
        veto = issue.vetoes.get(alias)
        if veto:
            return "veto", veto.line or f"{veto.label} was taken away{_by(veto.author_id)}{_on(veto.happened)}"
    if issue.objection:
        return "objection", issue.objection
    if book.class_of(label):
        for other in issue.labels:
            if book.class_of(other) not in (None, book.class_of(label)) and other not in issue.ours:
                return "theirs", f"a person has set {other}"
    return "", ""


def _by(author: str | None) -> str:
    return f" by {author}" if author else " by somebody"


def _on(moment: datetime | None) -> str:
    return f" on {moment:%Y-%m-%d}" if moment else ""


def _parting(issue: IssueFacts, facts: Facts, label: str) -> str:
    """Why a label of ours goes."""
    book = facts.catalogue
    subject = book.meaning.get(label.casefold())
    if subject in book.retired:
        return f"{label}: retired"
    if issue.own_team and facts.own_team == "skip":
        return f"{label}: the owning team's own work"
    if subject in book.names and book.names[subject].casefold() != label.casefold() and _holds(issue, subject):
        return f"{label}: now called {book.names[subject]}"
    if subject in CLASSES and subject in book.names:
        return f"{label}: class is now {issue.class_ or 'unknown'}"
    return f"{label}: no longer found" if subject in book.names else f"{label}: no longer asked for"


def _holds(issue: IssueFacts, subject: str | None) -> bool:
    return issue.class_ == subject or any(hit.pattern == subject for hit in issue.hits)


def _due(change: Change, issue: IssueFacts, facts: Facts) -> datetime | None:
    """When this change may be applied if that is later than now; what only takes away does not wait."""
    if not facts.wait or not change.add:
        return None
    announced = [issue.announced.get(label.casefold(), facts.created) for label in change.add]
    due = max(announced) + facts.wait
    return due if due > facts.created else None


def _head(change: Change) -> tuple[str, str, str]:
    return change.site, change.key, change.issue_id


def order(row: Change | Refusal | Announcement) -> tuple[str, str, int, str]:
    number = re.search(r"(\d+)$", row.key)
    return row.site, row.project, int(number[1]) if number else 0, row.issue_id
