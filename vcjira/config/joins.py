"""Sets of names that hang together, and the set that joins what is joined already: a circle, so one entry too many."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def circles(sets: Iterable[Iterable[T]]) -> Iterator[tuple[int, T, T]]:
    """The number of each set that adds nothing new to one of its members, with two that earlier sets joined."""
    above: dict[T, T] = {}

    def top(name: T) -> T:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for number, names in enumerate(sets):
        first: dict[T, T] = {}
        for name in names:
            root = top(name)
            if root in first:
                yield number, first[root], name
                break
            first[root] = name
        roots = list(first)
        for root in roots[1:]:
            above[root] = roots[0]
