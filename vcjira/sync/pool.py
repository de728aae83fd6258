"""A few workers that fetch while the one writer saves."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")

AHEAD = 2
"""Tasks given out per worker beyond the one in hand: keeps them busy, keeps memory small."""


def spread(tasks: Iterable[Task], work: Callable[[Task], Done], workers: int) -> Iterator[Done]:
    """Results of `work` in the order they finish; the first exception ends it.

    Daemon threads: an answer that hangs cannot hold up Ctrl-C.
    """
    todo: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()

    def serve() -> None:
        while (task := todo.get()) is not None:
            try:
                done.put(work(task))
            except BaseException as error:
                done.put(error)

    for _ in range(workers):
        threading.Thread(target=serve, daemon=True).start()
    source = iter(tasks)
    out = 0
    more = True
    try:
        while True:
            while more and out < workers * AHEAD:
                task = next(source, None)
                more = task is not None
                if task is not None:
                    todo.put(task)
                    out += 1
            if not out:
                return
            found = done.get()
            out -= 1
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        for _ in range(workers):
            todo.put(None)
