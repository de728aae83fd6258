"""Life that goes on during a walk: by rate and by script, the same again for the same seed; and limits told ahead."""

import time
from datetime import UTC, datetime

import pytest
from demo_world import serving, small

from vcjira.demo import Event, Faults, Life, Quota
from vcjira.demo.life import Life as Living


def facts(store):
    return sorted((issue.key, issue.labels, issue.updated, len(issue.comments)) for issue in store.issues.values())


def wait_for(check):
    end = time.monotonic() + 5
    while not check():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_fifty_edits_a_second_while_somebody_reads(product):
    store = small(40)
    with serving(store, product=product, faults=Faults(life=Life(edit=50, delete=4, move=4, create=4))) as client:
        assert client.jira.life.done == {}
        client.get("myself")
        start = time.monotonic()
        wait_for(lambda: client.jira.life.done["edit"] >= 25 and client.jira.life.done["move"] >= 1)
        assert 0.3 < time.monotonic() - start < 3
        done = client.jira.life.done
        assert set(done) == {"edit", "delete", "move", "create"}
        assert done["edit"] > 4 * done["move"]
    assert any(issue.histories for issue in store.issues.values())
    after = facts(store)
    time.sleep(0.1)
    assert facts(store) == after


def test_life_ends_after_so_many_changes_and_keeps_to_its_projects():
    store = small(9)
    life = Life(edit=500, comment=500, at_most=30, after=2, projects=["A"])
    with serving(store, faults=Faults(life=life)) as client:
        for _ in range(2):
            client.get("myself")
        assert not client.jira.life.done
        client.get("myself")
        wait_for(lambda: client.jira.life.done.total() == 30)
        time.sleep(0.1)
        assert client.jira.life.done.total() == 30
    assert (store["B-1"].histories, store["B-1"].comments) == ([], [])


def test_the_same_seed_the_same_life():
    def lived(seed):
        store = small(20)
        life = Living(store, Faults(life=Life(edit=10, comment=3, move=2, delete=1, create=2), seed=seed))
        for _ in range(30):
            life._catch_up(0.5)
        return facts(store)

    assert lived(1) == lived(1) != lived(2)


def test_life_without_anything_to_change():
    store = small(0)
    store.delete("B-1")
    life = Living(store, Faults(life=Life(edit=1)))
    life._catch_up(5)
    assert (life.done, len(store)) == ({}, 0)


def test_a_script_tells_what_happens_at_which_request():
    store = small(4)
    script = [
        Event(do="move", issue="A-1", to="B", path="A-2$", after=1),
        Event(do="delete", issue="A-3", path="A-2$", after=1),
        Event(do="edit", issue="A-4", to="seen", method="POST"),
        Event(do="comment", issue="A-4", path="myself", times=2),
        Event(do="create", to="A", path="myself"),
        Event(do="delete", issue="A-3", path="myself", after=2),
    ]
    with serving(store, faults=Faults(script=script)) as client:
        client.get("issue/A-2")
        assert client.jira.life.done == {}
        client.get("issue/A-2")
        assert (client.get("issue/A-1").json()["key"], client.get("issue/A-3").status_code) == ("B-2", 404)
        for _ in range(4):
            client.get("myself")
        assert (len(store["A-4"].comments), store["A-5"].project.key) == (2, "A")
        assert client.keys("labels = seen") == ["A-4"]
        assert client.jira.life.done == {"move": 1, "delete": 1, "comment": 2, "create": 1, "edit": 1}


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_a_token_may_expire_and_be_renewed_and_sight_be_lost(product):
    script = [
        Event(do="expire", path="myself", after=1),
        Event(do="renew", path="myself", after=2),
        Event(do="hide", to="A", path="A-1$", after=1),
        Event(do="show", to="A", path="A-1$", after=2),
        Event(do="archived", to="A", path="A-2$", after=1),
        Event(do="deleted", to="A", path="A-2$", after=2),
        Event(do="live", to="A", path="A-2$", after=3),
    ]
    with serving(product=product, faults=Faults(script=script)) as client:
        assert [client.get("myself").status_code for _ in range(3)] == [200, 401, 200]
        assert [client.get("issue/A-1").status_code for _ in range(3)] == [200, 404, 200]
        assert [client.get("issue/A-2").status_code for _ in range(4)] == [200, 404, 404, 200]


def test_points_are_told_before_they_are_used_up():
    with serving(faults=Faults(quota=Quota(limit=10, window=1.0))) as client:
        answers = [client.get("myself") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers[:2]] == ["9", "8"]
        near = [answer.headers.get("X-RateLimit-NearLimit") for answer in answers]
        assert near == [None] * 8 + ["true"] * 2 + [None]
        last = answers[-1].headers
        assert (last["RateLimit-Reason"], last["X-RateLimit-Limit"]) == ("jira-quota-tenant-based", "10")
        reset = datetime.fromisoformat(last["X-RateLimit-Reset"])
        assert -2 < (reset - datetime.now(UTC)).total_seconds() < 2
        time.sleep(1.0)
        assert client.get("myself").status_code == 200


def test_a_burst_says_how_many_are_allowed():
    with serving(faults=Faults(per_second=3)) as client:
        answers = [client.get("myself") for _ in range(5)]
        assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"3"}
        late = next(answer for answer in answers if answer.status_code == 429)
        assert (late.headers["Retry-After"], late.headers["X-RateLimit-Remaining"]) == ("1", "0")
