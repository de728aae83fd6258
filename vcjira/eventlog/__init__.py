"""An event log from anywhere (CSV or XES, gzipped or zipped or not) as a site of its own in the mirror.

Rows become issues and changes of person and team, in order of time and in file order for equal times.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vcjira.errors import Mend
from vcjira.eventlog import fold, sources, table, xes
from vcjira.mirror import Mirror
from vcjira.mirror.save import save

BATCH = 5_000
TABLES = ("issues", "issue_fields", "changes", "comments", "links", "people", "site_fields", "sites")
TEAM_TYPE = "com.atlassian.teams:rm-teams-custom-field-team"
"""The type under which a site's team field is found without configuration."""

WHOLE = '{"complete": true, "findings": []}'
"""A file is read as a whole or not at all."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column or attribute says what; None: the default of the format, or nothing."""

    case: str | None = None
    time: str | None = None
    person: str | None = None
    team: str | None = None
    requester: str | None = None
    status: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, in counts."""

    site: str
    events: int
    issues: int
    changes: int
    persons: int
    teams: int
    first: datetime
    last: datetime


def read(
    path: Path, columns: Columns, *, encoding: str | None = None, missing: tuple[str, ...] = ()
) -> list[fold.Event]:
    """All events of a file, in file order; Mend where the file or a column is not there or a time cannot be read.

    Without `encoding` a table is read as what its first bytes say, as UTF-8, or as Windows' Western European.
    """
    for last, name in sources.encodings(path, encoding):
        try:
            return _read(path, columns, name, missing)
        except UnicodeDecodeError:
            if last:
                raise Mend(
                    f"the file is not {name} text",
                    where=str(path),
                    hint="name its encoding by --encoding, e.g. latin-1",
                ) from None
    raise AssertionError("there is always a last encoding")


def _read(path: Path, columns: Columns, encoding: str, missing: tuple[str, ...]) -> list[fold.Event]:
    with sources.opened(path) as stream:
        kind = sources.kind(stream)
        reader = xes if kind == "xes" else table
        wanted = replace(
            columns, **{name: default for name, default in reader.DEFAULTS.items() if not _given(columns, name)}
        )
        asked = {name for name in table.NAMES if _given(columns, name)} | {"case", "time"}
        raw = reader.rows(stream, wanted, asked, path, encoding)
        return fold.events(raw, {"", *(missing or reader.MISSING)}, path, ordered="order" in asked)


def _given(columns: Columns, name: str) -> bool:
    return getattr(columns, name) is not None


def name_of(path: Path) -> str:
    """A site's name from a file's: `receipt` for receipt.xes.gz."""
    stem = re.sub(r"(\.(xes|csv|tsv|txt))?(\.(gz|zip))?$", "", path.name, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._") or "log"


def checked(name: str) -> str:
    """A name given for a site, if it can be one."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise Mend(f"{name!r} cannot be a site's name", where="--name", hint="letters, digits, dot, dash, underscore")
    return name


def save_log(mirror: Mirror, site: str, events: list[fold.Event], origin: str) -> Imported:
    """Replace the site by these events; Mend where the name is a Jira site's."""
    if mirror.value("SELECT count(*) FROM sites WHERE site = ? AND product <> 'log'", [site]):
        raise Mend(f"{site} is the name of a Jira site in this mirror", hint="give the log another one by --name")
    first, last = min(event.time for event in events), max(event.time for event in events)
    for name in TABLES:
        mirror.run(f"DELETE FROM {name} WHERE site = ?", [site])
    changes = cases = 0
    for batch in _batches(fold.issues(events, site)):
        save(mirror, site, batch, last)
        cases += len(batch)
        changes += sum(len({change.change_id for change in issue.changes}) for issue in batch)
    mirror.load("site_fields", [{"site": site, "field_id": "team", "name": "Team", "custom": TEAM_TYPE}])
    mirror.load("sites", [{"site": site, "product": "log", "url": origin, "last_sync": last, "certificate": WHOLE}])
    mirror.touch()
    return Imported(
        site=site,
        events=len(events),
        issues=cases,
        changes=changes,
        persons=len({event.person for event in events if event.person}),
        teams=len({event.team for event in events if event.team}),
        first=first,
        last=last,
    )


def _batches(issues: Iterator[fold.Issue]) -> Iterator[list[fold.Issue]]:
    batch: list[fold.Issue] = []
    for issue in issues:
        batch.append(issue)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
