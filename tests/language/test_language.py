"""The lints of words and backlog on a made-up company; and that text is dropped unless somebody wants it kept."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from two_sides import NOW, World

from vcjira import language
from vcjira.jira import answers, shapes
from vcjira.language import Found
from vcjira.mirror import Mirror
from vcjira.mirror.save import keep_text, save

START = NOW - timedelta(days=180)
RULES = [
    {"name": "buyers", "when": {"organization": "Legal"}, "answers": {"has_choice": True, "delivers_to_others": False}}
]


def scanned(world: World, **more: Any) -> dict[tuple[str, str | None], Found]:
    settings = world.settings(**more)
    with world.mirror(settings) as mirror:
        return {(one.kind, one.team): one for one in language.scan(mirror, settings, START, NOW, [])}


def gate(world: World, count: int, phrase: str = "L4:wrong queue", team: str = "Platform") -> None:
    for number in range(count):
        world.say(world.ask(f"Sales.{number % 12}", team), f"{team}.1", lint=[phrase])


def test_a_document_counts_once_per_class_and_has_a_rate_from_twenty_on() -> None:
    world = World()
    gate(world, 25)
    world.say("1", "Platform.2", lint=["L4:wrong queue", "L4:not our job", "L1:internal customer"])
    found = scanned(world)
    whole = found["L4", None]
    assert (whole.hits, whole.documents, whole.rate) == (26, 51, pytest.approx(26 * 1000 / 51))
    assert whole.low is not None
    assert whole.low < 26 * 1000 / 51
    assert (found["L1", None].hits, found["L1", None].rate) == (1, None)
    assert found["L4", "Platform"].hits == 26


def test_what_is_allowed_here_and_what_outsiders_or_bots_write_does_not_count() -> None:
    world = World()
    gate(world, 5, "L1:internal customer")
    gate(world, 5, "L1:customer team red")
    gate(world, 2, "L1:client team")
    settings = world.settings(language={"allow": ["Internal Customer", "glob:customer team *"]})
    with world.mirror(settings) as mirror:
        mirror.run("UPDATE people SET bot = true WHERE account_id = 'Platform.1'")
        assert language.scan(mirror, settings, START, NOW, [])[1].hits == 0
        mirror.run("UPDATE people SET bot = false")
        assert language.scan(mirror, settings, START, NOW, [])[1].hits == 2
        mirror.run("UPDATE people SET account_type = 'customer'")
        assert language.scan(mirror, settings, START, NOW, [])[1].hits == 0


def test_phrases_lead_to_their_issues_and_months_have_their_own_rate() -> None:
    world = World()
    gate(world, 22)
    gate(world, 3, "L4:not our job", "Data")
    settings = world.settings()
    with world.mirror(settings) as mirror:
        language.scan(mirror, settings, START, NOW, [])
        words = language.words(mirror)
        months = language.months(mirror)
    assert [(word.phrase, word.hits, len(word.issues)) for word in words] == [
        ("wrong queue", 22, 22),
        ("not our job", 3, 3),
    ]
    assert sum(row["hits"] for row in months) == 25


def nameless(world: World, **more: Any) -> dict[str, tuple[str, ...]]:
    """Issue key -> candidates."""
    settings = world.settings(classify={"rules": RULES}, **more)
    with world.mirror(settings) as mirror:
        items, _ = language.backlog(mirror, settings, [], NOW)
    return {item.key: item.candidates for item in items}


def test_a_feature_names_a_customer_in_any_of_several_ways() -> None:
    world = World()
    feature = {"type": "Feature"}
    bare = world.ask("Platform.1", "Platform", **feature)
    world.ask("Platform.1", "Platform", summary="Exports for Legal", **feature)
    world.ask("Platform.1", "Platform", organizations=["Legal"], **feature)
    world.ask("Platform.1", "Platform", lint=["C:northwind"], **feature)
    world.ask("Platform.1", "Platform", labels=["initech"], **feature)
    linked = world.ask("Platform.1", "Platform", **feature)
    world.ask("Legal.1", "Platform", parent_key=f"P-{linked}")
    world.ask("Legal.2", "Platform")
    world.ask("Platform.1", "Platform", status_category="done", **feature)
    internal = world.ask("Platform.1", "Platform", **feature)
    world.ask("Sales.1", "Platform", parent_key=f"P-{internal}")
    assert nameless(world, language={"customers": ["Initech"]}) == {f"P-{internal}": ("Sales",), f"P-{bare}": ()}


def test_a_story_names_a_user_and_its_siblings_lend_theirs() -> None:
    world = World()
    epic = world.ask("Platform.1", "Platform", type="Initiative")
    story = {"type": "Story", "parent_key": f"P-{epic}"}
    bare = world.ask("Platform.1", "Platform", summary="Faster export", **story)
    world.ask("Platform.1", "Platform", lint=["U:buyer"], **story)
    world.ask("Platform.1", "Platform", summary="As a clerk I see totals", **story)
    world.ask("Platform.1", "Platform", summary="Users see totals", **story)
    world.ask("Platform.1", "Platform", summary="Pharmacists see totals", **story)
    assert nameless(world, language={"users": ["pharmacists"]}) == {f"P-{bare}": ("buyer",)}


DESCRIPTION = "As a night nurse, I want the list. Customer: Globex Corp\nPlease open a new ticket."
SAID = {"id": "7", "created": "2026-01-02T00:00:00.000+0000", "body": "a secret word"}
RAW = {
    "id": "1",
    "key": "P-1",
    "fields": {
        "project": {"key": "P"},
        "created": "2026-01-01T00:00:00.000+0000",
        "updated": "2026-01-01T00:00:00.000+0000",
        "description": DESCRIPTION,
        "comment": {"comments": [SAID]},
    },
}


def test_only_what_matched_is_kept_unless_text_is_wanted_and_then_until_it_is_not() -> None:
    raw = json.decode(json.encode(RAW), type=answers.Issue)
    issue = shapes.issue(raw, [], complete=True, comments=raw.comments().comments, all_comments=True)
    assert issue.lint == ["L4:open a new ticket", "U:night nurse", "C:globex corp"]
    with Mirror(Path(":memory:"), write=True) as mirror:
        keep_text(mirror, keep=False)
        save(mirror, "s", [issue], NOW)
        assert not mirror.rows("FROM texts")
        keep_text(mirror, keep=True)
        save(mirror, "s", [issue], NOW)
        save(mirror, "s", [issue], NOW)
        kept = dict(mirror.tuples("SELECT comment_id, body FROM texts"))
        assert kept == {None: DESCRIPTION, "7": "a secret word"}
        keep_text(mirror, keep=False)
        assert not mirror.rows("FROM texts")


def test_a_kept_description_that_names_a_customer_counts() -> None:
    world = World()
    world.ask("Legal.1", "Platform")
    named = world.ask("Platform.1", "Platform", type="Feature")
    settings = world.settings(classify={"rules": RULES})
    with world.mirror(settings) as mirror:
        assert len(language.backlog(mirror, settings, [], NOW)[0]) == 1
        mirror.load("texts", [{"site": "s", "issue_id": named, "body": "what LEGAL has wanted for years"}])
        assert not language.backlog(mirror, settings, [], NOW)[0]
