"""What the walk does not meet is deleted, moved, archived, out of scope or unseen; a mass disappearance is refused."""

from collections import Counter

import pytest
from sync_world import CLOUD_FIRST, bodies, held, run, site, tracker_of

from vcjira.demo import EmbeddedJira, Store
from vcjira.errors import Refused
from vcjira.mirror import Mirror


@pytest.fixture(params=CLOUD_FIRST)
def world(request, tmp_path):
    """A synced mirror, its Jira, and the site."""
    store = tracker_of(120, 6)
    with (
        EmbeddedJira(store, product=request.param) as jira,
        Mirror(tmp_path / "m.duckdb", write=True) as mirror,
    ):
        where = site(jira)
        run(mirror, where)
        yield mirror, jira, where


def presence(mirror: Mirror) -> Counter[str]:
    return Counter(dict(mirror.tuples("SELECT presence, count(*) FROM issues GROUP BY 1")))


def keys(store: Store, project: str) -> list[str]:
    return [key for key in store.labels() if key.startswith(f"{project}-")]


def test_each_way_to_go_has_its_name(world, tmp_path):
    mirror, jira, where = world
    store = jira.store
    deleted, moved = keys(store, "P0")[:2]
    moved_id = str(store[moved].id)
    store.delete(deleted)
    store.move(moved, "P1")
    for key in keys(store, "P3"):
        store.edit_labels(key, add=["hidden"])
    store.projects["P2"].state = "archived"
    archived = len(keys(store, "P2"))
    hidden = len(keys(store, "P3"))
    where = where.model_copy(update={"scope": 'labels not in (hidden) OR labels is EMPTY ORDER BY "updated" DESC'})
    outcome = run(mirror, where)
    assert outcome.gone == {"deleted": 1, "archived": archived, "out_of_scope": hidden}
    assert presence(mirror)["present"] == len(store) - archived - hidden
    assert mirror.value("SELECT key FROM issues WHERE issue_id = ?", [moved_id]) == store[moved].key != moved
    assert outcome.certificate["complete"]
    back = run(mirror, site(jira))
    assert back.gone == {}
    assert presence(mirror) == {"present": len(store) - archived, "deleted": 1, "archived": archived}
    assert held(mirror, site(jira), tmp_path) == []


def test_a_mass_disappearance_is_refused_and_believed_once_with_force(world):
    mirror, jira, where = world
    jira.faults.no_browse = ["P0", "P1"]
    before = presence(mirror)
    refused = run(mirror, where)
    assert isinstance(refused.error, Refused)
    assert (refused.error.exit_code, refused.error.key) == (5, "sync.vanished")
    assert presence(mirror) == before
    assert {"code": "mass_disappearance"}.items() <= refused.certificate["findings"][-1].items()
    believed = run(mirror, where, force=True)
    lost = len(keys(jira.store, "P0")) + len(keys(jira.store, "P1"))
    assert believed.gone == {"unseen": lost}
    assert {f["project"] for f in believed.certificate["findings"]} == {"P0", "P1"}
    jira.faults.no_browse = []
    assert run(mirror, where).fetched == lost
    assert presence(mirror) == before


def test_a_few_issues_of_a_project_that_we_lost_are_unseen_and_not_deleted(world):
    mirror, jira, where = world
    jira.store.create("TINY", "the only issue of its project")
    run(mirror, where)
    jira.faults.no_browse = ["TINY"]
    outcome = run(mirror, where)
    assert outcome.gone == {"unseen": 1}
    assert [(f["code"], f["project"]) for f in outcome.certificate["findings"]] == [("project_unseen", "TINY")]
    assert run(mirror, where).certificate["complete"]


def test_another_jira_under_the_same_name_is_refused_and_takes_its_place_with_force(world, tmp_path):
    mirror, jira, _ = world
    with EmbeddedJira(tracker_of(30, 7), product=jira.product) as other:
        elsewhere = site(other)
        with pytest.raises(Refused, match="one name cannot hold two Jiras"):
            run(mirror, elsewhere)
        assert presence(mirror)["present"] == len(jira.store)
        run(mirror, elsewhere, force=True)
        assert presence(mirror) == {"present": len(other.store)}
        assert held(mirror, elsewhere, tmp_path) == []


def test_the_same_jira_under_another_address_is_recognised(world):
    mirror, jira, _ = world
    with EmbeddedJira(jira.store, product=jira.product) as again:
        outcome = run(mirror, site(again))
        assert (outcome.fetched, outcome.gone) == (0, {})
        assert mirror.value("SELECT url FROM sites") == again.url


def test_one_project_only_leaves_the_others_certificate_and_the_watermark_alone(world):
    mirror, jira, where = world
    before = mirror.tuples("SELECT last_sync, watermark FROM sites")
    jira.store.advance(3600)
    jira.store.create("P0", "new")
    jira.store.create("P1", "new, too")
    jira.store.delete(keys(jira.store, "P2")[0])
    outcome = run(mirror, where, projects=["P0"])
    assert (outcome.fetched, outcome.gone) == (1, {})
    assert mirror.tuples("SELECT last_sync, watermark FROM sites") == before
    counts = {entry["project"]: (entry["jira"], entry["mirror"]) for entry in outcome.certificate["projects"]}
    assert set(counts) == {"P0", "P1", "P2", "P3"}
    assert all(there == here > 0 for there, here in counts.values())


def test_what_points_at_a_moved_or_deleted_issue_is_read_again(world):
    mirror, jira, where = world
    target, other, third = (keys(jira.store, "P1"))[:3]
    mirror.load(
        "links",
        [
            {
                "site": "acme",
                "issue_id": str(jira.store[key].id),
                "other_key": target,
                "type": "x",
                "direction": "inward",
            }
            for key in (other, third)
        ],
    )
    mark = len(jira.requests)
    jira.store.move(target, "P2")
    assert run(mirror, where).fetched == 3
    jira.store.delete(keys(jira.store, "P3")[0])
    run(mirror, where)
    assert bodies(jira, mark)
    assert mirror.value("SELECT count(*) FROM links WHERE other_key = ?", [target]) == 0


def test_a_renamed_status_is_read_again_where_it_occurs(world):
    mirror, _, where = world
    count = mirror.value("SELECT count(*) FROM issues WHERE status = 'Done'")
    mirror.run("UPDATE statuses SET category = 'new' WHERE name = 'Done'")
    mirror.run("UPDATE issues SET status_category = 'new' WHERE status = 'Done'")
    assert run(mirror, where).fetched == count > 0
    assert run(mirror, where).fetched == 0


def test_a_changed_mapping_is_derived_again_without_reading_an_issue(world):
    mirror, jira, where = world
    mark = len(jira.requests)
    mapped = where.model_copy(update={"fields": {"team": "priority"}})
    run(mirror, mapped)
    assert bodies(jira, mark) == []
    assert mirror.value("SELECT count(*) FROM issues WHERE team_field = priority") == len(jira.store)
