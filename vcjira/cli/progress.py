"""How far a sync is: a moving line on a terminal, log lines elsewhere; and Ctrl-C that ends it cleanly."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vcjira.cli.app import App
from vcjira.sync import Watcher

EVERY = 5.0
"""Seconds between log lines where there is no terminal."""
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


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[tuple[str, str], int] = {}

        def watch(site: str, phase: str, done: int, total: int | None) -> None:
            key = (site, phase)
            if key not in tasks:
                tasks[key] = bar.add_task(f"{site}: {PHASES.get(phase, phase)}", total=total)
            bar.update(tasks[key], completed=done, total=total)  # type: ignore[arg-type]

        yield watch


@contextmanager
def _lines(app: App) -> Iterator[Watcher]:
    last = 0.0
    started = time.monotonic()

    def watch(site: str, phase: str, done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY or (total is not None and done >= total):
            last = now
            of = f" of {total}" if total is not None else ""
            app.log(
                f"{site}: {PHASES.get(phase, phase)} {done}{of} issues, {now - started:.0f} s",
                site=site,
                phase=phase,
                done=done,
                total=total,
            )

    yield watch
