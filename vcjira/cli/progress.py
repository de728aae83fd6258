"""How far a sync is: a moving line on a terminal, log lines elsewhere; and Ctrl-C that ends it cleanly."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vcjira.cli.app import App
from vcjira.sync import Watcher

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

EVERY = 5.0
"""Seconds between log lines where there is no terminal."""
RATE_OVER = 10.0
"""Seconds over which the rate and the remaining time are estimated."""
WIDE = 70
"""Columns from which a bar has room beside the words."""
PHASES = {"walk": "looking through", "fetch": "fetching", "missing": "looking for missing"}


@contextmanager
def watching(app: App) -> Iterator[tuple[Watcher, threading.Event]]:
    """A watcher for `sync`, and the event that stops its workers when this block is left."""
    stop = threading.Event()
    shown = app.progress and app.verbose >= 0 and sys.stderr.isatty()
    try:
        with _bar() if shown else _lines(app) as watch:
            yield watch, stop
    finally:
        stop.set()


class Pace:
    """Issues per second and seconds to go of one phase, from what was told lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: list[tuple[float, int]] = []

    def told(self, done: int) -> float:
        """Note how far we are; the rate."""
        now = self._clock()
        self._told.append((now, done))
        while len(self._told) > 2 and now - self._told[0][0] > RATE_OVER:
            del self._told[0]
        (start, before), (end, after) = self._told[0], self._told[-1]
        return (after - before) / (end - start) if end > start else 0.0


def words(phase: str, done: int, total: int | None, rate: float, waiting: float) -> str:
    """`fetching 1200 of 5000, 310/s, 12 s to go`; what is not known is left out."""
    text = f"{PHASES.get(phase, phase)} {done}"
    if total is not None:
        text += f" of {total}"
    if waiting >= 1:
        return f"{text}, waiting {waiting:.0f} s for Jira's rate limit"
    if rate >= 1:
        text += f", {rate:.0f}/s"
        if total is not None and done < total:
            text += f", {_span((total - done) / rate)} to go"
    return text


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

    console = Console(stderr=True)
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False)]
    if console.width >= WIDE:
        columns.append(BarColumn(16))
    with Progress(*columns, console=console, transient=True) as progress:
        yield _teller(progress)


def _teller(progress: "Progress") -> Watcher:
    tasks: dict[tuple[str, str], tuple[TaskID, Pace]] = {}

    def watch(site: str, phase: str, done: int, total: int | None, waiting: float = 0.0) -> None:
        key = (site, phase)
        if key not in tasks:
            for task, _ in tasks.values():
                progress.update(task, visible=False)
            tasks[key] = (progress.add_task("", total=total), Pace())
        task, pace = tasks[key]
        text = f"{site}: {words(phase, done, total, pace.told(done), waiting)}"
        progress.update(task, completed=done, total=total, description=text)

    return watch


@contextmanager
def _lines(app: App) -> Iterator[Watcher]:
    last = 0.0
    paces: dict[tuple[str, str], Pace] = {}

    def watch(site: str, phase: str, done: int, total: int | None, waiting: float = 0.0) -> None:
        nonlocal last
        rate = paces.setdefault((site, phase), Pace()).told(done)
        now = time.monotonic()
        if now - last >= EVERY or (total is not None and done >= total):
            last = now
            text = f"{site}: {words(phase, done, total, rate, waiting)}"
            app.log(text, site=site, phase=phase, done=done, total=total, rate=round(rate), waiting=round(waiting))

    yield watch
