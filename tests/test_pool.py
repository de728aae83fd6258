"""The pool hands out work, gives back results, and ends at the first error."""

import threading

import pytest

from vcjira.pool import AHEAD, spread


def test_every_task_comes_back_once():
    assert sorted(spread(range(100), lambda n: n * n, 4)) == [n * n for n in range(100)]


def test_nothing_to_do_ends_at_once():
    assert list(spread([], str, 3)) == []


def test_the_first_error_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(spread([1, 0], lambda n: 1 / n, 2))


def test_tasks_are_taken_only_as_far_ahead_as_workers_need():
    taken = []
    gate = threading.Event()

    def tasks():
        for number in range(100):
            taken.append(number)
            yield number

    results = spread(tasks(), lambda n: gate.wait(5) and n, 2)
    gate.set()
    next(results)
    assert len(taken) <= 2 + AHEAD + 1
    assert len(list(results)) == 99
