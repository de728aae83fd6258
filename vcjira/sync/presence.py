"""Issues that the walk did not meet: deleted, archived, out of scope or only overlooked; none guessed, none purged."""

from collections import Counter
from collections.abc import Sequence

from vcjira.errors import Refused
from vcjira.mirror import Mirror
from vcjira.model import Finding
from vcjira.tracker import Tracker

FEW = 20
"""Below this many a disappearance is no mass disappearance."""
PROJECT_SHARE = 0.5
"""Half of a project at once (of at least FEW) is taken for a lost permission, not for deletions."""


def guard(mirror: Mirror, site: str, vanished: Sequence[tuple[str, str]], limit: float) -> None:
    """Refuse to believe that a large part of a site or of a project was deleted in one night."""
    held = dict(
        mirror.tuples(
            "SELECT project, count(*) FROM issues WHERE site = ? AND presence = 'present' GROUP BY project", [site]
        )
    )
    lost = Counter(project for _, project in vanished)
    total = sum(held.values())
    hint = "check the account's permissions; if it is true, go on once with `vcjira sync --force`, or raise the limit"
    if len(vanished) >= FEW and len(vanished) > limit * total:
        raise Refused(
            f"{len(vanished)} of {total} issues of site {site} vanished at once; nothing was marked as deleted",
            key="sync.vanished",
            where="sync.vanished",
            hint=hint,
        )
    for project, count in sorted(lost.items()):
        if count >= FEW and count > max(PROJECT_SHARE, limit) * held.get(project, 0):
            raise Refused(
                f"{count} of {held[project]} issues of project {project} vanished at once;"
                " nothing was marked as deleted",
                key="sync.vanished",
                where="sync.vanished",
                hint=hint,
            )


def ask(tracker: Tracker, ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """(still visible, gone) of ids that the walk missed, asked one by one of the server's own store."""
    visible = set(tracker.read_labels(ids)) if ids else set()
    return visible, set(ids) - visible


def mark(mirror: Mirror, site: str, ids: Sequence[str], presence: str) -> None:
    if ids:
        mirror.run(
            "UPDATE issues SET presence = ? WHERE site = ? AND list_contains(?::VARCHAR[], issue_id)",
            [presence, site, list(ids)],
        )
        mirror.touch_issues(site, ids)


def listed(mirror: Mirror, site: str) -> set[str]:
    """Keys of the projects that the account can see at all."""
    return {row[0] for row in mirror.tuples("SELECT key FROM projects WHERE site = ?", [site])}


def unseen(vanished: Sequence[tuple[str, str]], listed: set[str]) -> list[Finding]:
    """Issues of projects that are not listed any more: deleted, or only hidden from us; nobody can tell."""
    lost = Counter(project for _, project in vanished if project not in listed)
    text = "the account does not see this project any more: deleted, or a permission was lost"
    return [Finding("project_unseen", count, text, project) for project, count in sorted(lost.items())]


def archived(mirror: Mirror, site: str) -> set[str]:
    """Keys of archived projects, as the catalogue of this run has them."""
    rows = mirror.tuples("SELECT key FROM projects WHERE site = ? AND archived", [site])
    return {row[0] for row in rows}
