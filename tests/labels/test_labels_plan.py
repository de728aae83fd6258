"""What a plan holds, what it leaves alone, and that it cannot be tampered with."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from labels_world import FakeJira, World, settings, world

from vcjira.errors import Mend, Refused
from vcjira.labels.apply import apply
from vcjira.labels.facts import gather
from vcjira.labels.plan import Plan, draft, read


@pytest.fixture
def w(tmp_path: Path) -> World:
    w = world(tmp_path)
    for number, class_ in enumerate(["partner", "stakeholder", "customer", "unknown"], 1):
        w.classes[w.jira.create(f"PLAT-{number}", ["mine", "other"])] = class_
    w.sync()
    return w


def plan_of(w: World, **kw: object) -> Plan:
    return draft(gather(w.mirror, w.settings, **kw))  # type: ignore[arg-type]


def test_each_class_gets_its_label_and_the_unknown_none(w: World) -> None:
    changes = plan_of(w).changes
    assert [(c.key, c.add, c.remove) for c in changes] == [
        ("PLAT-1", ["vc-partner"], []),
        ("PLAT-2", ["vc-stakeholder"], []),
        ("PLAT-3", ["vc-customer"], []),
    ]
    assert changes[0].why == "class partner (rule a rule; organization Globex)"


def test_the_same_mirror_gives_the_same_plan_byte_for_byte(w: World) -> None:
    assert plan_of(w).text() == plan_of(w).text()


def test_the_file_has_the_shape_of_the_contract(w: World) -> None:
    document = json.loads(plan_of(w).text())
    assert {"plan_id", "created", "site_counts", "changes", "refused"} <= set(document)
    assert document["site_counts"] == {"acme": 3}
    assert list(document["changes"][0])[:6] == ["site", "key", "issue_id", "add", "remove", "why"]


def test_nothing_depends_on_the_order_of_rows(w: World) -> None:
    before = plan_of(w).text()
    for table in ("issues", "classes"):
        w.mirror.run(f"CREATE TABLE x AS FROM {table} ORDER BY issue_id DESC; DELETE FROM {table}")
        w.mirror.run(f"INSERT INTO {table} FROM x; DROP TABLE x")
    assert plan_of(w).text() == before


def test_a_file_comes_back_as_it_was_written(w: World) -> None:
    plan = plan_of(w)
    assert read(plan.text(), where="plan.json") == plan


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("vc-partner", "vc-customer"),
        lambda text: text.replace('"add": [', '"add": ["evil", '),
        lambda text: text[: len(text) // 2],
        lambda text: "{}",
        lambda text: "[]",
        lambda text: "not json",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace('"left": 0', '"left": 0, "more": 1'),
        lambda text: "",
    ],
)
def test_an_edited_truncated_or_foreign_file_is_refused(w: World, edit: object) -> None:
    with pytest.raises(Refused) as refusal:
        read(edit(plan_of(w).text()), where="plan.json")  # type: ignore[operator]
    assert "labels" in str(refusal.value)


def test_a_foreign_label_is_refused_even_under_a_right_digest(w: World) -> None:
    plan = plan_of(w)
    plan.changes[0].add.append("release-blocker")
    with pytest.raises(Refused, match=r"labels\.prefix"):
        apply(w.mirror, w.settings, plan.sealed(), w.tracker_for)
    assert not w.jira.requests


def test_a_plan_for_another_site_or_prefix_or_of_other_rules_is_refused(w: World) -> None:
    plan = plan_of(w)
    for other, key in [
        (settings(prefix="x-"), "labels.prefix"),
        (settings(classes=["partner"]), "classify.rules"),
        (w.settings.model_copy(update={"sites": []}), "sites"),
    ]:
        with pytest.raises(Refused) as refusal:
            apply(w.mirror, other, plan, w.tracker_for)
        assert refusal.value.key == key
        assert key in str(refusal.value)


def test_own_work_is_left_out_unless_asked_for(w: World, tmp_path: Path) -> None:
    w.own = {"10000"}
    w.derive()
    assert [c.key for c in plan_of(w).changes] == ["PLAT-2", "PLAT-3"]
    w.settings = settings(own_team="label")
    assert [c.key for c in plan_of(w).changes] == ["PLAT-1", "PLAT-2", "PLAT-3"]


def test_patterns_get_labels_only_when_configured(w: World) -> None:
    w.hits = {"10003": ["ping_pong", "ping_pong", "stale"]}
    w.settings = settings(patterns=["ping_pong"], classes=[])
    w.derive()
    (change,) = plan_of(w).changes
    assert (change.key, change.add) == ("PLAT-4", ["vc-wall-ping-pong"])
    assert change.why == "ping_pong x2, last 2026-11-01"


def test_a_label_worn_in_another_case_is_not_added_again(w: World) -> None:
    w.jira.edit("10000", add=["VC-Partner"])
    w.sync()
    assert "PLAT-1" not in [c.key for c in plan_of(w).changes]


def test_the_filter_narrows(w: World) -> None:
    w.settings = settings(where="key <> 'PLAT-1'")
    assert [c.key for c in plan_of(w, narrow="issue_id > '10001'").changes] == ["PLAT-3"]


@pytest.mark.parametrize(
    "condition",
    [
        "1=1; DROP TABLE issues",
        "1=1) UNION SELECT (1",
        "key IN (SELECT key FROM read_csv('/etc/passwd'))",
        "no_such_column = 1",
        "key =",
        "count(*) > 1",
        "row_number() OVER () > 1",
        "key::INTEGER > 1",
        "",
    ],
)
def test_a_filter_that_is_no_condition_is_named_with_its_place(w: World, condition: str) -> None:
    with pytest.raises(Mend) as trouble:
        plan_of(w, narrow=condition or " ")
    assert trouble.value.where == "--where"
    assert w.mirror.value("SELECT count(*) FROM issues") == 4


def test_a_portion_takes_the_newest_first_and_says_what_is_left(w: World) -> None:
    w.settings = settings(per_night=2)
    plan = plan_of(w)
    assert ([c.key for c in plan.changes], plan.left) == (["PLAT-2", "PLAT-3"], 1)
    w.settings = settings(per_night=2, order="oldest")
    assert [c.key for c in plan_of(w).changes] == ["PLAT-1", "PLAT-2"]


def test_what_waits_is_announced_first(w: World) -> None:
    w.settings = settings(wait="3d")
    plan = plan_of(w)
    assert plan.changes == []
    assert [a.due - plan.created for a in plan.announced] == [timedelta(days=3)] * 3


def test_the_digest_moves_with_content_rules_and_state(w: World) -> None:
    plan = plan_of(w)
    w.jira.comment("10000")
    w.sync()
    moved = plan_of(w)
    assert moved.plan_id != plan.plan_id
    w.settings = settings(patterns=["stale"])
    assert plan_of(w).plan_id != moved.plan_id


def test_an_imported_log_is_no_site_to_write_to(w: World) -> None:
    w.mirror.run("INSERT INTO issues BY NAME SELECT 'log' AS site, * EXCLUDE (site) FROM issues")
    w.mirror.run("INSERT INTO classes BY NAME SELECT 'log' AS site, * EXCLUDE (site) FROM classes")
    w.mirror.run("INSERT INTO sites (site) VALUES ('log')")
    assert {c.site for c in plan_of(w).changes} == {"acme"}


def test_hostile_names_do_not_break_the_plan(tmp_path: Path) -> None:
    jira = FakeJira()
    jira.create("PLAT-1", ["\x1b[31mred", '"quoted"', "=cmd()"])
    w = world(tmp_path, jira)
    w.classes["10000"] = "partner"
    w.sync()
    plan = plan_of(w)
    assert read(plan.text(), where="x") == plan
