"""The run of a night, and the parts of it that single commands share: sync all sites, derive, report, label."""

import hashlib
import json
import tempfile
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vcjira import __version__, patterns, rules
from vcjira.config import Settings, Site, secrets
from vcjira.errors import Mend, VcjiraError
from vcjira.mirror import Mirror, now
from vcjira.mirror.save import keep_text
from vcjira.sync import Options, Outcome, Watcher, sync_site
from vcjira.sync.audit import differences
from vcjira.tracker import Tracker


def tracker(settings: Settings, site: Site, stop: threading.Event | None = None) -> Tracker:
    """A connection to one site, logged in."""
    from vcjira.jira import connect  # brings requests along, which commands that only read can do without

    number = settings.sites.index(site)
    secret = secrets.read(site.token, settings.base, where=settings.where("sites", number, "token"))
    return connect(site, secret, stop)


class Trackers:
    """Connections by site name, made when first asked for."""

    def __init__(self, settings: Settings, stop: threading.Event | None = None) -> None:
        self._settings = settings
        self._stop = stop
        self._open: dict[str, Tracker] = {}

    def __call__(self, name: str) -> Tracker:
        if name not in self._open:
            found = [site for site in self._settings.sites if site.name == name]
            if not found:
                raise Mend(f"no site {name!r} is configured", where=self._settings.where("sites"))
            self._open[name] = tracker(self._settings, found[0], self._stop)
        return self._open[name]


def sync(
    mirror: Mirror, settings: Settings, options: Options, *, watch: Watcher, stop: threading.Event
) -> list[Outcome]:
    """Every site, one failing without spoiling the others; the errors are in the outcomes."""
    if not settings.sites:
        raise Mend("no site is configured", where=settings.where("sites"), hint="add one under `sites:`")
    rules.compile(settings)
    patterns.check(settings)  # what is wrong in the file is told before Jira is asked
    keep_text(mirror, keep=settings.language.keep_text)
    options.needed = rules.needed(settings)
    options.vanished = settings.sync.vanished
    outcomes = []
    for number, site in enumerate(settings.sites):
        run_id = begin(mirror, "sync")
        try:
            with mirror.frugal():
                outcome = sync_site(
                    mirror,
                    site,
                    tracker(settings, site, stop),
                    options,
                    run_id=run_id,
                    watch=watch,
                    where=settings.where("sites", number),
                )
        except VcjiraError as error:
            outcome = Outcome(site.name, error=_placed(error, settings, number))
        end(mirror, run_id, exit_code([outcome]), outcome_facts(outcome))
        outcomes.append(outcome)
    return outcomes


def _placed(error: VcjiraError, settings: Settings, number: int) -> VcjiraError:
    """The same error; where Jira refused the JQL, with the place in the file where it stands."""
    if isinstance(error, Mend) and (error.where or "").startswith("JQL "):
        return Mend(f"{error.what} ({error.where})", where=settings.where("sites", number, "scope"), hint=error.hint)
    return error


def audit(
    mirror: Mirror, settings: Settings, options: Options, *, watch: Watcher, stop: threading.Event
) -> list[dict[str, Any]]:
    """Read everything into a scratch mirror; every difference to the one we have."""
    with tempfile.TemporaryDirectory(prefix="vcjira-audit-") as folder:
        path = Path(folder) / "scratch.duckdb"
        with Mirror(path, write=True) as scratch:
            outcomes = sync(scratch, settings, options, watch=watch, stop=stop)
        for outcome in outcomes:
            if outcome.error:
                raise outcome.error
        return differences(mirror, path)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 when all is complete; else the code of the gravest trouble: refused, mend, unreachable, incomplete."""
    codes = {outcome.error.exit_code for outcome in outcomes if outcome.error}
    if any(not outcome.error and not outcome.certificate.get("complete", False) for outcome in outcomes):
        codes.add(4)
    if len(outcomes) > 1 and 3 in codes and any(not outcome.error for outcome in outcomes):
        codes.add(4)  # one site could not be reached, the others could: incomplete
        codes.discard(3)
    for code in (1, 5, 2, 6, 3, 4):
        if code in codes:
            return code
    return 0


def outcome_facts(outcome: Outcome) -> dict[str, Any]:
    facts = asdict(outcome)
    facts["error"] = str(outcome.error) if outcome.error else None
    return facts


def begin(mirror: Mirror, command: str) -> str:
    """A run's row in `runs`; the id it is known by."""
    run_id = uuid.uuid4().hex[:12]
    mirror.load("runs", [{"run_id": run_id, "command": command, "started": _clock()}])
    return run_id


def end(mirror: Mirror, run_id: str, code: int, summary: object) -> None:
    mirror.run(
        "UPDATE runs SET finished = ?, exit_code = ?, summary = ? WHERE run_id = ?",
        [_clock(), code, json.dumps(summary, default=str), run_id],
    )


def _clock() -> datetime:
    """Our own clock: for the log of runs only, never for what is judged."""
    return datetime.now(UTC).replace(tzinfo=None)


def fingerprint(mirror: Mirror, settings: Settings) -> str:
    """What derived tables depend on: the content of the mirror, its moment, the configuration and its files, our
    version."""
    return _digest(_told(settings), mirror.meta("content") or "", str(now(mirror)))


def _told(settings: Settings) -> str:
    """The configuration and its files, and our version.

    Not the folder that they are in: a copy is as fresh as what it was copied from.
    """
    told = settings.model_dump_json(exclude={"mirror", "reports", "labels"}).replace(str(settings.base), "")
    days = version("holidays") if "holidays" in told else ""  # a newer release may know other days
    files = [path for path in (settings.people.directory, settings.people.decisions) if path and path.is_file()]
    hashes = version("duckdb")  # of another version may be others
    return _digest(__version__, told, days, hashes, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def refresh(mirror: Mirror, settings: Settings) -> bool:
    """Bring the derived tables up to date if anything they depend on has changed; whether it had."""
    from vcjira.nightly import again  # brings along all that derives, which a sync can do without

    latest, told = fingerprint(mirror, settings), _told(settings)
    if mirror.meta("derived") == latest:
        return False
    before = mirror.meta("derived_at")
    much = mirror.value("SELECT count(*) FROM changes") > again.FEW
    some = much and mirror.meta("stale") == "some" and mirror.meta("derived_with") == told
    with mirror.transaction():
        done = bool(
            some
            and before
            and datetime.fromisoformat(before) <= now(mirror)
            and again.changed(mirror, settings, datetime.fromisoformat(before))
        )
        if not done:
            mirror.set_meta("stale", "all")
        _set_derived(mirror, told if done else "", latest if done else "")
    if not done:
        again.everything(mirror, settings)
        with mirror.transaction():
            _set_derived(mirror, told, latest)
    mirror.checkpoint()
    return True


def _set_derived(mirror: Mirror, told: str, latest: str) -> None:
    """Say from what the derived tables come; "" while they are half done."""
    mirror.set_meta("derived_with", told)
    mirror.set_meta("derived", latest)


@contextmanager
def fresh(settings: Settings, *, write: bool = False) -> Iterator[Mirror]:
    """The mirror with derived tables up to date, opened for reading only where that is enough."""
    if not write:
        with Mirror(settings.mirror, write=False) as mirror:
            if mirror.meta("derived") == fingerprint(mirror, settings):
                yield mirror
                return
    if not settings.mirror.exists():
        raise Mend("there is no mirror yet", where=str(settings.mirror), hint="run `vcjira sync` first")
    with Mirror(settings.mirror, write=True) as mirror:
        refresh(mirror, settings)
        yield mirror
