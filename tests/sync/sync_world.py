"""A small tracker with a past, its embedded Jira, and runs of sync against it."""

import random
from pathlib import Path

import pytest

from vcjira.config.models import Site
from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Store
from vcjira.jira import connect
from vcjira.mirror import Mirror
from vcjira.sync import Options, Outcome, sync_site
from vcjira.sync.audit import differences

PRODUCTS = ("cloud", "datacenter")
CLOUD_FIRST = ("cloud", pytest.param("datacenter", marks=pytest.mark.slow))
"""Both, for what takes long: Data Center among the slow tests."""
EDITS = ("label", "comment", "status", "move", "delete", "create", "forget")


def tracker_of(issues: int, seed: int) -> Store:
    """Labels, comments, status changes, a few moves."""
    store, dice = Store(), random.Random(seed)
    for number in range(issues):
        store.create(f"P{number % 4}", f"issue {number}")
    for _ in range(issues * 2):
        happen(store, dice.choice(["label", "comment", "status", "comment", "move"]), dice)
    return store


def happen(store: Store, what: str, dice: random.Random) -> None:
    """One edit by somebody else, while we are not looking."""
    keys = sorted(store.labels())
    key = dice.choice(keys)
    if what == "label":
        store.edit_labels(key, add=[f"l{dice.randrange(9)}"], remove=[f"l{dice.randrange(9)}"])
    elif what == "comment":
        store.comment(key, f"word {dice.randrange(99)}?")
    elif what == "status":
        store.transition(key, dice.choice(["To Do", "In Progress", "Done"]))
    elif what == "move":
        store.move(key, dice.choice(sorted({k.rpartition("-")[0] for k in keys} - {key.rpartition("-")[0]})))
    elif what == "delete":
        store.delete(key)
    elif what == "create":
        store.create(key.rpartition("-")[0], "new")
    else:
        comments = store[key].comments
        if comments:
            store.delete_comment(key, comments[0].id)


def site(jira: EmbeddedJira, **changes: object) -> Site:
    requests = {"per_second": 10_000, "concurrency": 4, "deadline": 20} | dict(changes.pop("requests", {}))  # type: ignore[call-overload]
    values = {
        "name": "acme",
        "url": jira.url,
        "email": EMAIL if jira.product == "cloud" else None,
        "token": "env:X",
        "requests": requests,
    }
    return Site.model_validate({**values, **changes})


def run(mirror: Mirror, where: Site, **options: object) -> Outcome:
    watch = options.pop("watch", lambda *_: None)
    return sync_site(mirror, where, connect(where, TOKEN), Options(**options), run_id="r", watch=watch)  # type: ignore[arg-type]


def held(mirror: Mirror, where: Site, folder: Path) -> list[dict[str, object]]:
    """Differences between the mirror and a reading from nothing."""
    path = folder / "scratch.duckdb"
    path.unlink(missing_ok=True)
    with Mirror(path, write=True) as scratch:
        assert run(scratch, where).certificate["complete"]
    return differences(mirror, path)


def bodies(jira: EmbeddedJira, since: int) -> list[str]:
    """Requests after the first `since` that read whole issues."""
    return [
        f"{request.method} {request.path}"
        for request in list(jira.requests)[since:]
        if isinstance(request.body, dict)
        and ("*all" in (request.body.get("fields") or []) or "changelog/bulkfetch" in request.path)
    ]
