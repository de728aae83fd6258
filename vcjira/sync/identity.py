"""Is this still the Jira that the mirror holds under this name? Numeric ids of two servers must not mix."""

from typing import Any

from vcjira.errors import Refused
from vcjira.mirror import Mirror
from vcjira.tracker import Tracker

SAMPLE = 50
HELD = (
    "issues", "issue_fields", "changes", "comments", "links", "mentions", "texts", "people", "memberships", "lookups",
    "findings",
)  # fmt: skip
"""Tables that hold what a site told us."""


def recognise(
    mirror: Mirror, site: str, tracker: Tracker, held: dict[str, Any] | None, *, force: bool, where: str | None
) -> bool:
    """Compare a sample of held issues where the address or the product changed; whether the old content was dropped.

    The same Jira under a new address is accepted; another one is refused, or with `force` takes the place of the old.
    """
    if held is None or (held["url"], held["product"]) in ((None, None), (tracker.url, tracker.product)):
        return False
    sample = dict(
        mirror.tuples(
            "SELECT issue_id, key FROM issues WHERE site = ? AND presence = 'present' ORDER BY hash(issue_id) LIMIT ?",
            [site, SAMPLE],
        )
    )
    shown = tracker.read_labels(sorted(sample)) if sample else {}
    known = sum(1 for issue_id, worn in shown.items() if worn.key == sample.get(issue_id))
    if not sample or known * 2 > len(sample):
        return False
    if not force:
        raise Refused(
            f"site {site} was {held['url']} and is now {tracker.url}, which has other issues;"
            " one name cannot hold two Jiras",
            key="sites",
            where=where or "sites",
            hint="give the new one a name of its own, or call once `vcjira sync --force`:"
            " what is held under this name is dropped and read anew",
        )
    with mirror.transaction():
        for table in HELD:
            mirror.run(f"DELETE FROM {table} WHERE site = ?", [site])
        mirror.touch()
    return True
