"""The timelines of all manual pages in one mirror, and the patterns' queries over it, for other engines to answer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from test_patterns_timelines import EXAMPLES
from timeline import World, settings

from vcjira import handovers, people, rules
from vcjira.handovers import fields, marks, novelty, paths, titles
from vcjira.mirror import Mirror
from vcjira.patterns import PATTERNS, choose, derive_issues, query
from vcjira.patterns.dialects import READS

ASKED = sorted({(name, repr(example.options)): example.options for name, example in EXAMPLES}.items())
"""Every pattern with every set of options that its manual page uses: (name, key), options."""


@contextmanager
def grown() -> Iterator[Mirror]:
    """A mirror with every table that the patterns read."""
    world = World()
    for _, example in EXAMPLES:
        world.play(example)
    with Mirror(Path(":memory:"), write=True) as mirror:
        world.save(mirror)
        chosen = settings({"handover": {"calendar": "office"}})  # without one its tables are not read
        people.derive(mirror, chosen)
        rules.derive(mirror, chosen)
        marks.present(mirror)
        marks.mark(mirror)
        handovers.tell(mirror, chosen)
        novelty.derive(mirror)
        titles.words(mirror)
        derive_issues(mirror, chosen)
        fields.between(mirror)
        for (name, _), options in ASKED:
            one = choose(settings({name: options}), PATTERNS)[name]
            paths.build(mirror, one.level, one.debounce)
        yield mirror


def tables(mirror: Mirror) -> list[str]:
    """What is to be copied: the tables that patterns read, and the paths."""
    made = mirror.tuples("SELECT table_name FROM information_schema.tables WHERE starts_with(table_name, 'path_')")
    return [*READS, *sorted(row[0] for row in made)]


def sql(mirror: Mirror, asked: tuple[str, str], options: Any) -> str:
    one = choose(settings({asked[0]: options}), PATTERNS)[asked[0]]
    return query(mirror, one, paths.table(one.level, one.debounce))


def rows(answer: Iterable[Iterable[Any]]) -> list[list[str]]:
    """An answer in an order of its own, its values as text, so that engines can be compared."""
    return sorted([plain(value) for value in row] for row in answer)


def plain(value: Any) -> str:
    """A value as text, however the engine writes booleans, moments and fractions."""
    if value is None or value == "\\N":
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return str(value)
    try:
        return f"{float(value):.6g}"
    except ValueError:
        return str(value)
