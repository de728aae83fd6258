"""What runs remember beside the journal: vetoes and foreign labels, announcements, and vetoes that were lifted."""

from collections.abc import Collection
from typing import Any

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.labels.facts import Facts, Id, IssueFacts, gather
from vcjira.labels.plan import Plan
from vcjira.labels.veto import Veto
from vcjira.mirror import Mirror


def remember(mirror: Mirror, facts: Facts) -> None:
    """Note the vetoes and the labels under our prefix that are not ours: known from now on, whatever history does."""
    rows = [row for issue in facts.issues for row in _notes(issue, facts)]
    with mirror.transaction():
        mirror.run(
            "DELETE FROM label_notes WHERE (site, issue_id) IN"
            " (SELECT (site, issue_id) FROM issues WHERE presence = 'present')"
        )
        mirror.load("label_notes", rows)


def _notes(issue: IssueFacts, facts: Facts) -> list[dict[str, Any]]:
    head: dict[str, Any] = {"site": issue.site, "issue_id": issue.issue_id}
    vetoes = [
        head | {"label": veto.label, "kind": "veto", "happened": veto.happened, "author_id": veto.author_id}
        for veto in issue.vetoes.values()
        if veto.line is None
    ]
    foreign = [
        head | {"label": label, "kind": "foreign"}
        for label in issue.labels
        if facts.catalogue.covers(label) and label not in issue.ours
    ]
    return vetoes + foreign


def announce(mirror: Mirror, plan: Plan) -> None:
    """Start the waiting time of what is announced for the first time; forget what is no longer."""
    known = set(mirror.tuples("SELECT site, issue_id, label FROM label_proposals"))
    rows = [
        {"site": row.site, "issue_id": row.issue_id, "label": label, "announced": plan.created}
        for row in plan.announced
        for label in row.add
        if (row.site, row.issue_id, label) not in known
    ]
    mirror.load("label_proposals", rows)


def vetoes(mirror: Mirror, settings: Settings, *, only: Collection[Id] | None = None) -> list[dict[str, Any]]:
    """Vetoes in force, of all issues or `only` of some (site, issue id).

    Rows: site, key, issue_id, label, happened, author_id, author (name), rules (that had asked for the label, as far
    as they still do), line (of the veto file).
    """
    facts = gather(mirror, settings, only=only, anywhere=True)
    names = dict(mirror.tuples("SELECT site || chr(10) || account_id, name FROM people"))
    return [
        {
            "site": issue.site,
            "key": issue.key,
            "issue_id": issue.issue_id,
            "label": veto.label,
            "happened": veto.happened,
            "author_id": veto.author_id,
            "author": names.get(f"{issue.site}\n{veto.author_id}"),
            "rules": list(issue.rules),
            "line": veto.line,
        }
        for issue in facts.issues
        for veto in issue.vetoes.values()
    ]


def lift(mirror: Mirror, settings: Settings, key: str, label: str | None) -> list[Veto]:
    """Lift the vetoes on an issue, all or one: the label may be set again. Mend when there is none."""
    facts = gather(mirror, settings, anywhere=True)
    found = [
        (issue, veto)
        for issue in facts.issues
        if issue.key.casefold() == key.casefold()
        for veto in issue.vetoes.values()
        if veto.line is None and (label is None or veto.label.casefold() == label.casefold())
    ]
    if not found:
        told = f"no veto{f' of {label}' if label else ''} on {key}"
        raise Mend(told, hint="`vcjira labels log --vetoes` lists them; a line of the veto file is lifted there")
    rows = [
        {
            "site": issue.site,
            "issue_id": issue.issue_id,
            "label": veto.label,
            "happened": veto.happened or facts.created,
        }
        for issue, veto in found
    ]
    with mirror.transaction():
        mirror.load("label_lifts", rows)
        for row in rows:
            mirror.run(
                "DELETE FROM label_notes WHERE site = ? AND issue_id = ? AND label = ? AND kind = 'veto'",
                [row["site"], row["issue_id"], row["label"]],
            )
    return [veto for _, veto in found]
