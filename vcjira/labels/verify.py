"""Does Jira still wear what the journal says? Reads Jira, changes nothing there."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass

from vcjira.config import Settings
from vcjira.labels.catalogue import catalogue
from vcjira.labels.recover import Refetch, TrackerFor, recover
from vcjira.mirror import Mirror, now
from vcjira.tracker import Worn

WORDS = {
    "missing": "we set it, and it is gone",
    "returned": "we took it away, and it is back",
    "foreign": "under our prefix, and not set by us",
    "gone": "the issue is gone or no longer visible",
}


@dataclass(slots=True, frozen=True)
class Difference:
    """Journal and Jira say different things; `known` ones were met and respected by an earlier run."""

    site: str
    key: str
    issue_id: str
    label: str
    kind: str
    known: bool

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    def facts(self) -> dict[str, object]:
        return {**asdict(self), "what": self.words}


def verify(
    mirror: Mirror, settings: Settings, tracker_for: TrackerFor, *, refetch: Refetch | None = None
) -> list[Difference]:
    """Every difference, read from Jira now; rows left open by an interrupted run are settled first."""
    recover(mirror, settings, tracker_for, refetch)
    book = catalogue(settings.labels, now(mirror).date())
    believed = _believed(mirror)
    noted = {
        (site, issue_id, label.casefold(), kind)
        for site, issue_id, label, kind in mirror.tuples("SELECT site, issue_id, label, kind FROM label_notes")
    }
    found = []
    for site in settings.sites:
        present = dict(
            mirror.tuples("SELECT issue_id, key FROM issues WHERE site = ? AND presence = 'present'", [site.name])
        )
        if not present:
            continue
        worn = tracker_for(site.name).read_labels(sorted(present))
        for issue_id, key in sorted(present.items()):
            labels = believed.get((site.name, issue_id), {})
            for label, kind in _compare(worn.get(issue_id), labels, book.covers):
                mark = "veto" if kind == "missing" else "foreign"
                known = kind == "gone" or (site.name, issue_id, label.casefold(), mark) in noted
                found.append(Difference(site.name, key, issue_id, label, kind, known))
    return found


def _believed(mirror: Mirror) -> dict[tuple[str, str], dict[str, bool]]:
    """Issue -> label -> does the journal say it is on: the last thing we did."""
    believed: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for site, issue_id, op, label in mirror.tuples(
        "SELECT site, issue_id, op, label FROM label_writes WHERE outcome = 'done' ORDER BY written, run_id"
    ):
        believed[site, issue_id][label] = op == "add"
    return believed


def _compare(worn: Worn | None, believed: dict[str, bool], covers: Callable[[str], bool]) -> list[tuple[str, str]]:
    """(label, kind) of each difference on one issue."""
    if worn is None:
        return [(label, "gone") for label, on in sorted(believed.items()) if on]
    found = [(label, "missing") for label, on in sorted(believed.items()) if on and label not in worn.labels]
    for label in sorted(worn.labels):
        if covers(label) and not believed.get(label):
            found.append((label, "returned" if label in believed else "foreign"))
    return found
