"""The steps of one site's run: prepare, walk, fetch, catch up, look after what is missing, finish."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from vcjira.config.models import Site
from vcjira.errors import VcjiraError
from vcjira.mirror import Mirror
from vcjira.mirror.save import save
from vcjira.model import Finding, Issue
from vcjira.pool import spread, streamed, together
from vcjira.sync import catalogue, census, certificate, identity, presence
from vcjira.sync.reading import CHUNK, read, summed, without_order
from vcjira.tracker import Fetched, Stub, Tracker

BATCH = 1_000
"""Issues per transaction: large enough for DuckDB, small enough to lose little to a kill."""
OVERLAP = timedelta(minutes=5)
"""The catch-up, and the watermark, look back this far behind the start of the run."""
READERS = 3
"""Workers beyond the requests that may be under way: while these wait for the server, others read what came."""
IDS = 400
"""Ids in one JQL condition."""


class Watcher(Protocol):
    """Somebody who is told how far we are."""

    def __call__(self, site: str, phase: str, done: int, total: int | None, waiting: float = 0.0) -> None:
        """`waiting`: seconds for which the server's rate limit holds us up."""


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
        self.stale: list[str] = []
        self.windows: list[str] = []
        self._told: tuple[str, int, int | None] = ("walk", 0, None)

    @property
    def scope(self) -> str:
        jql = without_order(self.site.scope)
        if self.options.projects:
            keys = ", ".join(json.dumps(key) for key in self.options.projects)
            jql = f"({jql}) AND project in ({keys})" if jql else f"project in ({keys})"
        return jql

    def prepare(self) -> None:
        """The catalogue, what to walk, the roles of fields, the site's row; a changed mapping is cast again here."""
        found, self.windows = together(self.tracker.catalogue, lambda: self.tracker.windows(self.scope))
        self.roles = catalogue.roles(self.site, found, self.where)
        held = self.mirror.rows("SELECT * FROM sites WHERE site = ?", [self.site.name])
        before = held[0] if held else None
        if identity.recognise(
            self.mirror, self.site.name, self.tracker, before, force=self.options.force, where=self.where
        ):
            held = []
        self.stale = catalogue.renamed_statuses(self.mirror, self.site.name, found)
        catalogue.save_catalogue(self.mirror, self.site.name, found)
        fingerprint = hashlib.sha256(json.dumps(self.roles, sort_keys=True).encode()).hexdigest()[:16]
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
        for stubs in self._pages():
            self.outcome.walked += len(stubs)
            self._tell("walk", self.outcome.walked, None)
        census.settle(self.mirror)
        self.outcome.walked = census.count_walked(self.mirror)

    def _pages(self) -> Iterator[list[Stub]]:
        """Pages of all windows as they come, noted in portions that are worth a statement."""
        heap: list[Stub] = []
        try:
            walks = streamed(self.windows, self.tracker.walk, self.site.requests.concurrency, self._still)
            for stubs in walks:
                heap += stubs
                if len(heap) >= census.SLICE:
                    census.note(self.mirror, heap)
                    heap.clear()
                yield stubs
        finally:
            census.note(self.mirror, heap)

    def _tell(self, phase: str, done: int, total: int | None) -> None:
        self._told = (phase, done, total)
        self._still()

    def _still(self) -> None:
        self.watch(self.site.name, *self._told, self.tracker.waiting())

    def fetch(self, *, everything: bool, timeless: bool = True) -> set[str]:
        """Fetch what is wanted; the ids that Jira did not give."""
        census.wanted(self.mirror, self.site.name, everything=everything, timeless=timeless, stale=self.stale)
        self.stale = []
        return self._fetch_wanted()

    def _fetch_wanted(self) -> set[str]:
        total = census.count_wanted(self.mirror)
        absent: set[str] = set()
        buffer: list[Issue] = []
        done = 0
        workers = self.site.requests.concurrency + READERS
        work = spread(census.batches(self.mirror, CHUNK), self._read, workers, self._still)
        try:
            for ids, fetched in work:
                self.findings += fetched.findings
                buffer += fetched.issues
                absent |= set(ids) - {issue.issue_id for issue in fetched.issues}
                done += len(ids)
                if len(buffer) >= BATCH:
                    self._save(buffer)
                self._tell("fetch", done, total)
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
        for stubs in self.tracker.walk(jql):
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
        self._tell("missing", 0, len(missing))
        archived = presence.archived(self.mirror, self.site.name)
        in_archive = [i for i, project in missing if project in archived]
        visible, gone = presence.ask(self.tracker, [i for i, project in missing if project not in archived])
        vanished = [(i, project) for i, project in missing if i in gone]
        if not self.options.force:
            presence.guard(self.mirror, self.site.name, vanished, self.options.vanished)
        listed = presence.listed(self.mirror, self.site.name)
        unseen = [i for i, project in vanished if project not in listed]
        self.findings += presence.unseen(vanished, listed)
        in_scope = self._still_in_scope(sorted(visible))
        for name, ids in (
            ("archived", in_archive),
            ("deleted", sorted(gone - set(unseen))),
            ("unseen", unseen),
            ("out_of_scope", sorted(visible - in_scope)),
        ):
            presence.mark(self.mirror, self.site.name, ids, name)
            if ids:
                self.outcome.gone[name] = len(ids)
        self._read_again_what_pointed_at([*in_archive, *gone])

    def _read_again_what_pointed_at(self, ids: Sequence[str]) -> None:
        """Links and parents go with the issue they point at, and those who had them are not told by `updated`."""
        if census.want_pointers(self.mirror, self.site.name, ids):
            self.drop(self._fetch_wanted())

    def _still_in_scope(self, ids: list[str]) -> set[str]:
        """Those of `ids` that match the scope after all: the walk overlooked them while pages shifted."""
        found: set[str] = set()
        for start in range(0, len(ids), IDS):
            part = f"id in ({', '.join(ids[start : start + IDS])})"
            jql = f"{part} AND ({self.scope})" if self.scope else part
            found |= {stub.issue_id for stubs in self.tracker.walk(jql) for stub in stubs}
        return found

    def finish(self, run_id: str, *, whole: bool) -> None:
        self.outcome.traffic = self.tracker.traffic()
        self.findings += self.tracker.notices()
        self.findings += certificate.asides(self.mirror, self.site.name, self.outcome.traffic)
        drawn = certificate.draw(self.mirror, self.site.name, summed(self.findings), self.options.projects)
        self.outcome.certificate = drawn
        with self.mirror.transaction():
            certificate.save(self.mirror, self.site.name, run_id, drawn)
            if whole and not self.options.projects:
                self.mirror.run(
                    "UPDATE sites SET last_sync = ?, watermark = ? WHERE site = ?",
                    [self.tracker.started, self.tracker.started - OVERLAP, self.site.name],
                )
        self.mirror.checkpoint()
