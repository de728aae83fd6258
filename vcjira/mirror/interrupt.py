"""Ctrl-C stops the statement that runs, at once.

DuckDB sees the signal itself, on the thread that asked, but then waits until its other threads have done their
pipelines: seconds in a large mirror, and for ever where there is no end. Told by another thread, all of them stop.
"""

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import duckdb

ENDING = {signal.SIGINT, signal.SIGTERM}
AGAIN = 0.05
"""Seconds after which a statement that still runs is told again: DuckDB forgets it where a statement begins."""

_lock = threading.Lock()
_running: list[duckdb.DuckDBPyConnection] = []
_ending = threading.Event()
_ear, _mouth = os.pipe()
os.set_blocking(_ear, False)
os.set_blocking(_mouth, False)


@contextmanager
def heeded(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Within, a signal stops what runs on this connection; one from before does not, as it had its effect then."""
    with _lock:
        _heard()
        _ending.clear()
        _running.append(con)
    try:
        yield
    finally:
        with _lock:
            _running.remove(con)


def listen() -> None:
    """Hear signals from now on: for every mirror, as others may have begun to. Only the main thread can ask."""
    if threading.current_thread() is threading.main_thread():
        _listener()
        signal.set_wakeup_fd(_mouth, warn_on_full_buffer=False)


@cache
def _listener() -> None:
    threading.Thread(target=_stop, name="interrupt", daemon=True).start()


def _stop() -> None:
    while True:
        select.select([_ear], [], [], AGAIN if _ending.is_set() and _running else None)
        with _lock:
            if not ENDING.isdisjoint(_heard()):
                _ending.set()
            if _ending.is_set():
                for con in _running:
                    con.interrupt()


def _heard() -> bytes:
    """The signals since it was last asked; Python writes their numbers."""
    with suppress(BlockingIOError):
        return os.read(_ear, 100)
    return b""
