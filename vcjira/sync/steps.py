"""The steps of one site's run: prepare, walk, fetch, catch up, look after what is missing, finish."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

from vcjira.config.models import Site
from vcjira.errors import LoginFailed, Unreachable, VcjiraError
from vcjira.mirror import Mirror
from vcjira.mirror.save import save
from vcjira.model import Finding, Issue
from vcjira.sync import catalogue, census, certificate, presence
from vcjira.sync.pool import spread
from vcjira.tracker import Fetched, NotDone, Tracker

CHUNK = 100
"""Issues per bulk read: the most that Jira gives with comments."""
BATCH = 2_000
"""Issues per transaction: large enough for DuckDB, small enough to lose little to a kill."""
OVERLAP = timedelta(minutes=5)
"""The catch-up looks back this far behind the start of the run."""

_ORDER = re.compile(r"\border\s+by\b(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$).*$", re.IGNORECASE | re.DOTALL)


class Watcher(Protocol):
    """Somebody who is told how far we are."""

    def __call__(self, site: str, phase: str, done: int, total: int | None) -> None: ...


@dataclass
class Options:
    """How to sync: everything again, some projects only, believe mass disappearance once."""

    full: bool = False
    projects: Sequence[str] = ()
    force: bool = False
    vanished: float = 0.2
    needed: Mapping[str, Iterable[str]] = field(default_factory=dict)


@dataclass
class Outcome:
    """What one run did to one site."""

    site: str
    walked: int = 0
    fetched: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    certificate: dict[str, Any] = field(default_factory=dict)
    error: VcjiraError | None = None
    traffic: dict[str, Any] = field(default_factory=dict)


class Steps:
    """The state of one site's run, so that the steps below stay short."""

    def __init__(
        self, mirror: Mirror, site: Site, tracker: Tracker, options: Options, watch: Watcher, where: str | None
    ) -> None:
        self.mirror, self.site, self.tracker, self.options, self.watch = mirror, site, tracker, options, watch
        self.where = where
        self.findings: list[Finding] = []
        self.outcome = Outcome(site.name)
        self.roles: dict[str, str] = {}

    @property
    def scope(self) -> str:
        jql = without_order(self.site.scope)
        if self.options.projects:
            keys = ", ".join(json.dumps(key) for key in self.options.projects)
            jql = f"({jql}) AND project in ({keys})" if jql else f"project in ({keys})"
        return jql

    def prepare(self) -> None:
        """The catalogue, the roles of fields, and the site's row; a changed mapping is cast again here."""
        found = self.tracker.catalogue()
        self.roles = catalogue.roles(self.site, found, self.where)
        catalogue.save_catalogue(self.mirror, self.site.name, found)
        fingerprint = hashlib.sha256(json.dumps(self.roles, sort_keys=True).encode()).hexdigest()[:16]
        held = self.mirror.rows("SELECT * FROM sites WHERE site = ?", [self.site.name])
        if held and held[0]["fingerprint"] not in (None, fingerprint):
            with self.mirror.transaction():
                catalogue.recast(self.mirror, self.site.name, self.roles)
        row = (held[0] if held else {}) | {
            "site": self.site.name,
            "product": self.tracker.product,
            "url": self.tracker.url,
            "account_id": self.tracker.account_id,
            "zone": self.tracker.zone,
            "scope": self.site.scope,
            "fingerprint": fingerprint,
        }
        with self.mirror.transaction():
            self.mirror.run("DELETE FROM sites WHERE site = ?", [self.site.name])
            self.mirror.load("sites", [row])

    def walk(self) -> None:
        census.begin(self.mirror)
        total = None
        windows = self.tracker.windows(self.scope)
        for pages in spread(windows, lambda jql: list(self.tracker.walk(jql)), self.site.requests.concurrency):
            for stubs in pages:
                census.note(self.mirror, stubs)
                self.outcome.walked += len(stubs)
            self.watch(self.site.name, "walk", self.outcome.walked, total)
        census.settle(self.mirror)

    def fetch(self, *, everything: bool, timeless: bool = True) -> set[str]:
        """Fetch what is wanted; the ids that Jira did not give."""
        total = census.wanted(self.mirror, self.site.name, everything=everything, timeless=timeless)
        absent: set[str] = set()
        buffer: list[Issue] = []
        done = 0
        work = spread(census.batches(self.mirror, CHUNK), self._read, self.site.requests.concurrency)
        try:
            for ids, fetched in work:
                self.findings += fetched.findings
                buffer += fetched.issues
                absent |= set(ids) - {issue.issue_id for issue in fetched.issues}
                done += len(ids)
                if len(buffer) >= BATCH:
                    self._save(buffer)
                self.watch(self.site.name, "fetch", done, total)
        finally:
            self._save(buffer)
        return absent

    def _read(self, ids: list[str]) -> tuple[list[str], Fetched]:
        return ids, read(self.tracker, ids)

    def _save(self, buffer: list[Issue]) -> None:
        for issue in buffer:
            catalogue.cast(issue, self.roles)
        save(self.mirror, self.site.name, buffer, self.tracker.started)
        self.outcome.fetched += len(buffer)
        buffer.clear()

    def catch_up(self) -> None:
        """Once more over what changed since the run began, so that a busy tracker does not stay a night behind."""
        jql = self.tracker.since(self.scope, self.tracker.started - OVERLAP)
        pages = list(self.tracker.walk(jql))
        for stubs in pages:
            census.note(self.mirror, stubs)
        census.settle(self.mirror)
        self.drop(self.fetch(everything=False, timeless=False))

    def drop(self, absent: set[str]) -> None:
        """Issues met on the walk that the server no longer has were deleted meanwhile; they are not unread."""
        unread = {f.detail.partition(":")[0] for f in self.findings if f.code == "issue_unreadable"}
        _, gone = presence.ask(self.tracker, sorted(absent - unread))
        census.settle(self.mirror, gone=sorted(gone))

    def look_after_missing(self) -> None:
        missing = census.missing(self.mirror, self.site.name, self.options.projects)
        if not missing:
            return
        self.watch(self.site.name, "missing", 0, len(missing))
        archived = presence.archived(self.mirror, self.site.name)
        in_archive = [i for i, project in missing if project in archived]
        visible, gone = presence.ask(self.tracker, [i for i, project in missing if project not in archived])
        if not self.options.force:
            vanished = [(i, project) for i, project in missing if i in gone]
            presence.guard(self.mirror, self.site.name, vanished, self.options.vanished)
        in_scope = self._still_in_scope(sorted(visible))
        for name, ids in (
            ("archived", in_archive),
            ("deleted", sorted(gone)),
            ("out_of_scope", sorted(visible - in_scope)),
        ):
            presence.mark(self.mirror, self.site.name, ids, name)
            if ids:
                self.outcome.gone[name] = len(ids)

    def _still_in_scope(self, ids: list[str]) -> set[str]:
        """Those of `ids` that match the scope after all: the walk overlooked them while pages shifted."""
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            part = f"id in ({', '.join(ids[start : start + CHUNK])})"
            jql = f"{part} AND ({self.scope})" if self.scope else part
            found |= {stub.issue_id for stubs in self.tracker.walk(jql) for stub in stubs}
        return found

    def finish(self, run_id: str, *, whole: bool) -> None:
        self.outcome.traffic = self.tracker.traffic()
        lag = census.lagging(self.mirror, self.site.name)
        if lag:
            self.findings.append(Finding("index_lag", lag, "the search index was behind the issues", note=True))
        self.outcome.certificate = certificate.draw(
            self.mirror, self.site.name, summed(self.findings), partial=bool(self.options.projects)
        )
        with self.mirror.transaction():
            certificate.save(self.mirror, self.site.name, run_id, self.outcome.certificate)
            if whole:
                self.mirror.run(
                    "UPDATE sites SET last_sync = ?, watermark = (SELECT max(updated) FROM walked) WHERE site = ?",
                    [self.tracker.started, self.site.name],
                )
        self.mirror.checkpoint()


def read(tracker: Tracker, ids: Sequence[str]) -> Fetched:
    """Fetch; where a portion fails although the server is there, halve it until the bad issue stands alone."""
    try:
        return tracker.fetch(ids)
    except LoginFailed:
        raise
    except (Unreachable, NotDone, ValueError, KeyError, TypeError) as error:
        if isinstance(error, Unreachable):
            tracker.alive()
        if len(ids) == 1:
            what = error.what if isinstance(error, VcjiraError) else f"{type(error).__name__}: {error}"
            return Fetched([], [Finding("issue_unreadable", 1, f"{ids[0]}: {what}")])
    half = len(ids) // 2
    first, second = read(tracker, ids[:half]), read(tracker, ids[half:])
    return Fetched(first.issues + second.issues, first.findings + second.findings)


def without_order(jql: str) -> str:
    """A scope is a set; its `ORDER BY` would not survive the parentheses we put around it."""
    return _ORDER.sub("", jql).strip()


def summed(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one code and project as one; short lists are already told from the mirror itself."""
    merged: dict[tuple[str, str | None], Finding] = {}
    for finding in findings:
        if finding.code.endswith("_short"):
            continue
        known = merged.get((finding.code, finding.project))
        if known is None:
            merged[finding.code, finding.project] = replace(finding)
        else:
            known.count += finding.count
            if len(known.detail) < certificate.EXAMPLES:
                known.detail += f"; {finding.detail}"
    return list(merged.values())
