"""A Jira that misbehaves: after the run the mirror equals the server, or the certificate says what is missing.

Both products, over real HTTP; every trial is seeded. The default suite throws everything at once; `slow` one by one.
"""

import random
from datetime import datetime

import pytest
from sync_world import CLOUD_FIRST, EDITS, PRODUCTS, happen, held, run, site, tracker_of

from vcjira.demo import EmbeddedJira, Store
from vcjira.demo.faults import Fault, Faults, Life
from vcjira.errors import LoginFailed, VcjiraError
from vcjira.mirror import Mirror

BAD = {
    "429 with Retry-After": [Fault(kind="429", share=0.1, retry_after=0.2)],
    "429 until a date": [Fault(kind="429", share=0.1, retry_after=1, http_date=True)],
    "429 without a word": [Fault(kind="429", share=0.1)],
    "429 for a quota": [Fault(kind="429", share=0.1, retry_after=0.2, reason="jira-quota-tenant-based")],
    "5xx": [Fault(kind="500", share=0.05), Fault(kind="503", share=0.05, retry_after=0.1)],
    "cut before the body": [Fault(kind="cut", share=0.1)],
    "cut in the body": [Fault(kind="cut_body", share=0.1)],
    "truncated JSON": [Fault(kind="truncate", share=0.1)],
    "truncated gzip": [Fault(kind="cut_gzip", share=0.1)],
    "nothing": [Fault(kind="empty", share=0.1)],
    "a hanging request": [Fault(kind="hang", seconds=3, times=3, after=4)],
    "a web page": [Fault(kind="html", share=0.1, after=3)],
    "repeated rows": [Fault(kind="duplicate", share=0.5, path="search|comment|bulkfetch")],
    "short pages": [Fault(kind="short_page", share=0.5, path="search")],
}
MESS = [
    *(Fault(kind=kind, share=0.02) for kind in ("500", "503", "cut", "cut_body", "truncate", "empty", "html")),
    *(Fault(kind="429", share=0.03, retry_after=after) for after in (None, 0.2)),
    *(Fault(kind=kind, share=0.3, path="search|comment|bulkfetch") for kind in ("duplicate", "short_page")),
]


def settled(outcome: object, error: VcjiraError | None) -> bool:
    """Complete; or else it says so."""
    if error is not None:
        return error.exit_code in (3, 4)
    certificate = outcome.certificate  # type: ignore[attr-defined]
    return certificate["complete"] or bool(certificate["findings"])


def trial(
    store: Store, product: str, faults: Faults, folder, edits: int = 0, nights: int = 2, latency: float = 0, **changes
) -> EmbeddedJira:  # type: ignore[no-untyped-def]
    """Nights of bad weather with edits during the walks, then a calm one: nothing is lost, nothing doubled."""
    dice = random.Random(faults.seed)
    with (
        EmbeddedJira(store, product=product, faults=faults, latency=latency) as jira,  # type: ignore[arg-type]
        Mirror(folder / "m.duckdb", write=True) as mirror,
    ):
        busy = [True]

        def edit(_: object) -> None:
            for _ in range(edits * busy[0]):
                happen(store, dice.choice(EDITS), dice)

        jira.on_request(edit)
        where = site(jira, **changes)
        for _ in range(nights):
            outcome = error = None
            try:
                outcome = run(mirror, where)
            except VcjiraError as trouble:
                error = trouble
            assert settled(outcome, error), (outcome, error)
        busy[0] = False
        jira.faults.rules.clear()
        jira.faults.life = Life()
        jira.faults.expires_after = None
        store.advance(jira.faults.index_lag * 2)
        last = run(mirror, where)
        assert last.certificate["complete"], last.certificate
        assert held(mirror, where, folder) == []
    return jira


@pytest.mark.parametrize("product", CLOUD_FIRST)
def test_all_at_once_loses_nothing(tmp_path, product):
    faults = Faults(rules=[*MESS], seed=5, history_created="mixed")
    jira = trial(tracker_of(120, 1), product, faults, tmp_path, edits=1, nights=1)
    assert {request.status for request in jira.requests} >= {200, 429}


@pytest.mark.slow
@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("fault", BAD)
def test_one_fault_loses_nothing(tmp_path, product, fault):
    trial(tracker_of(120, 2), product, Faults(rules=[*BAD[fault]]), tmp_path, requests={"timeout": 1})


@pytest.mark.parametrize("product", CLOUD_FIRST)
def test_an_index_90_seconds_behind_and_edits_all_the_time_lose_nothing(tmp_path, product):
    trial(tracker_of(80, 3), product, Faults(index_lag=90, history_repeats=True), tmp_path, edits=3)


@pytest.mark.parametrize("product", CLOUD_FIRST)
@pytest.mark.parametrize(
    ("issues", "nights", "latency", "edits"),
    [(200, 1, 0.03, 20), pytest.param(2_000, 3, 0.1, 200, marks=pytest.mark.slow)],
    ids=["one night", "three nights"],
)
def test_fifty_edits_a_second_lose_nothing(tmp_path, product, issues, nights, latency, edits):
    """By the clock, not by the request: they go on while nobody asks and while many ask at once."""
    life = Life(edit=50, comment=5, move=3, delete=3, create=3)
    jira = trial(tracker_of(issues, 6), product, Faults(life=life), tmp_path, nights=nights, latency=latency)
    assert jira.life.done["edit"] >= edits
    assert jira.life.done.keys() == {"edit", "comment", "move", "delete", "create"}


@pytest.mark.parametrize("product", CLOUD_FIRST)
@pytest.mark.parametrize("compress", [True, False], ids=["gzip", "plain"])
def test_a_gzipped_answer_is_read_whole_or_again(tmp_path, product, compress):
    """The fault strikes nothing but gzip: where it is met, answers came gzipped."""
    faults = Faults(rules=[Fault(kind="cut_gzip", path="issue/bulkfetch|2/search$", times=2)])
    with (
        EmbeddedJira(tracker_of(120, 7), product=product, faults=faults, compress=compress) as jira,
        Mirror(tmp_path / "m", write=True) as mirror,
    ):
        where = site(jira)
        outcome = run(mirror, where)
        assert outcome.certificate["complete"]
        assert ("broken JSON" in outcome.traffic["by_reason"]) == compress
        jira.faults.rules.clear()
        assert held(mirror, where, tmp_path) == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_token_that_expires_in_the_middle_is_told_and_the_next_run_goes_on(tmp_path, product):
    store = tracker_of(300, 4)
    faults = Faults(expires_after=6)
    with (
        EmbeddedJira(store, product=product, faults=faults) as jira,
        Mirror(tmp_path / "m", write=True) as mirror,
    ):
        where = site(jira, requests={"concurrency": 1})
        try:
            outcome = run(mirror, where)
            assert [finding["code"] for finding in outcome.certificate["findings"]][-1] == "login_lost"
        except LoginFailed:
            assert mirror.value("SELECT count(*) FROM sites WHERE last_sync IS NOT NULL") == 0
        refused = [request for request in jira.requests if request.status == 401]
        assert len(refused) == 1
        jira.faults.expires_after = None
        assert run(mirror, where).certificate["complete"]
        assert held(mirror, where, tmp_path) == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_issues_that_vanish_or_move_while_pages_are_walked_hide_no_others(tmp_path, product):
    store = tracker_of(90, 5)
    with (
        EmbeddedJira(store, product=product, faults=Faults(page_cap=10)) as jira,
        Mirror(tmp_path / "m", write=True) as mirror,
    ):
        where = site(jira)
        walked: list[str] = []

        def vanish(request) -> None:
            body = request.body if isinstance(request.body, dict) else {}
            if "search" in request.path and body.get("fields") == ["updated"] and len(walked) < 12:
                low = sorted(store.labels(), key=lambda key: store[key].id)
                store.delete(low[0])
                store.move(low[1], "P9")
                walked.append(low[0])

        jira.on_request(vanish)
        assert run(mirror, where).certificate["complete"]
        assert len(walked) >= (3 if product == "datacenter" else 1)
        present = mirror.value("SELECT count(*) FROM issues WHERE presence = 'present'")
        assert present >= len(store)
        walked += [""] * 99
        run(mirror, where)
        assert held(mirror, where, tmp_path) == []


@pytest.mark.parametrize(
    ("zone", "now", "product"),
    [
        pytest.param(zone, now, product, marks=[] if product == "datacenter" and quick else pytest.mark.slow)
        for zone, now, quick in [
            ("Asia/Kathmandu", datetime(2026, 5, 1, 18, 20), False),
            ("America/New_York", datetime(2026, 11, 1, 5, 30), True),
            ("America/New_York", datetime(2026, 3, 8, 6, 45), False),
            ("Pacific/Kiritimati", datetime(2026, 12, 31, 9, 55), True),
        ]
        for product in PRODUCTS
    ],
)
def test_no_time_zone_eats_an_hour(tmp_path, product, zone, now):
    """Three runs around the change, edits between them and, by far the most telling, during them."""
    store = Store()
    store.now = now
    for number in range(40):
        store.create(f"P{number % 3}", f"issue {number}")
    dice = random.Random(8)
    with (
        EmbeddedJira(store, product=product, zone=zone) as jira,
        Mirror(tmp_path / "m", write=True) as mirror,
    ):
        where = site(jira)
        busy = [True]
        jira.on_request(lambda _: busy[0] and happen(store, dice.choice(["label", "comment", "status"]), dice))
        for _ in range(3):
            store.advance(25 * 60)
            outcome = run(mirror, where)
            late = [key for key in store.labels() if store[key].updated is None]
            assert not late
            assert outcome.certificate["complete"] or outcome.certificate["findings"][0]["code"] == "issues_unread"
        busy[0] = False
        caught = run(mirror, where)
        assert caught.certificate["complete"]
        assert held(mirror, where, tmp_path) == []
