"""A few workers that fetch while the one writer saves."""

import gc
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")

AHEAD = 2
"""Tasks given out beyond those in hand, or done and not yet taken: keeps workers busy, keeps memory small."""
IDLE = 1.0
"""Seconds without a result after which somebody is told that we still wait."""
SWEEP = 64
"""Results after which the rare cycles are swept up."""


class _End:
    """A worker's word that a task is done."""


def spread(
    tasks: Iterable[Task], work: Callable[[Task], Done], workers: int, idle: Callable[[], None] = lambda: None
) -> Iterator[Done]:
    """Results of `work` in the order they finish; the first exception ends it."""
    return streamed(tasks, lambda task: (work(task),), workers, idle)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """All of these at once, their results in order; the first exception ends it."""

    def call(number: int) -> tuple[int, Any]:
        return number, calls[number]()

    found = dict(spread(range(len(calls)), call, len(calls)))
    return [found[number] for number in range(len(calls))]


def streamed(
    tasks: Iterable[Task], work: Callable[[Task], Iterable[Done]], workers: int, idle: Callable[[], None] = lambda: None
) -> Iterator[Done]:
    """All that each task yields, as it comes; the first exception ends it. `idle` is called while nothing comes.

    Daemon threads: an answer that hangs cannot hold up Ctrl-C.
    """
    todo: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Done | _End | BaseException] = queue.SimpleQueue()
    for _ in range(workers):
        threading.Thread(target=_serve, args=(todo, done, work), daemon=True).start()
    source = iter(tasks)
    out = 0
    more = True
    try:
        with _few_sweeps() as sweep:
            while True:
                while more and out < workers + AHEAD:
                    task = next(source, None)
                    more = task is not None
                    if task is not None:
                        todo.put(task)
                        out += 1
                if not out:
                    return
                try:
                    found = done.get(timeout=IDLE)
                except queue.Empty:
                    idle()
                    continue
                if isinstance(found, BaseException):
                    raise found
                if isinstance(found, _End):
                    out -= 1
                    sweep()
                else:
                    yield found
    finally:
        for _ in range(workers):
            todo.put(None)


def _serve(
    todo: "queue.SimpleQueue[Task | None]",
    done: "queue.SimpleQueue[Done | _End | BaseException]",
    work: Callable[[Task], Iterable[Done]],
) -> None:
    while (task := todo.get()) is not None:
        try:
            for found in work(task):
                done.put(found)
            done.put(_End())
        except BaseException as error:
            done.put(error)


@contextmanager
def _few_sweeps() -> Iterator[Callable[[], None]]:
    """Python looks for cycles each time so many objects were made; decoded answers are many and have none.

    Looking seldom saves a quarter of the CPU of a sync.
    """
    was, count = gc.isenabled(), 0
    gc.disable()

    def sweep() -> None:
        nonlocal count
        count += 1
        if count % SWEEP == 0:
            gc.collect()

    try:
        yield sweep
    finally:
        if was:
            gc.enable()
