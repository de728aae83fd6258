"""Files of raw issues, one JSON object per line, into a store."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Raw

from vcjira.demo import fields, raw, times
from vcjira.demo.reading import Reader
from vcjira.demo.records import Issue
from vcjira.demo.store import Store
from vcjira.errors import Mend


def load(paths: Iterable[Path]) -> Store:
    """A store with all issues of the files; of an issue that occurs twice, the later one counts.

    Records that are no issues (users, worklogs, webhook calls without one) are counted in `store.skipped`, repeated
    issues in `store.replaced`.
    """
    store = Store()
    reader = Reader(store.directory, store.projects)
    for path in paths:
        for line in _lines(path):
            issue = reader.issue(line)
            if issue is None:
                store.skipped += 1
            else:
                _place(store, reader, issue)
    store.directory.settle()
    store.clock.set(max((_newest(issue) for issue in store.issues.values()), default=store.now_ms) + times.MINUTE)
    fields.infer(store)
    store.settle()
    return store


def _lines(path: Path) -> Iterator[dict[str, Raw]]:
    place = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for line in file:
                place += 1
                if line.strip():
                    yield _inner(raw.parts(line))
    except ValueError:
        raise Mend("not one JSON object per line", where=f"{path}:{place}") from None
    except (OSError, EOFError, zlib.error):
        raise Mend("the file cannot be read to its end, or is not what its name says", where=str(path)) from None


def _inner(whole: dict[str, Raw]) -> dict[str, Raw]:
    """The record itself, or the issue within a webhook's payload."""
    if "payload" not in whole or "key" in whole:
        return whole
    try:
        return raw.parts(raw.parts(whole["payload"])["issue"])
    except (ValueError, KeyError):
        return {}


def _place(store: Store, reader: Reader, issue: Issue) -> None:
    """The same key again replaces; the same id under another key is another server's, and gets a fresh one."""
    same_key = store.find(issue.key)
    if same_key is not None and same_key.key == issue.key:
        issue.id = same_key.id
        store.replaced += 1
    elif issue.id in store.issues:
        issue.id = reader.fresh()
    store.put(issue)


def _newest(issue: Issue) -> int:
    moments = [issue.created or 0, issue.updated or 0]
    moments += [history.created for history in issue.histories[-1:]]
    moments += [comment.created or 0 for comment in issue.comments]
    return max(moments)
