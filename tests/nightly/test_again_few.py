"""Below so many history entries everything is derived each night, for to find out what changed would cost more."""

import pytest
from two_sides import SITE, World

from vcjira import nightly
from vcjira.nightly import again


@pytest.mark.parametrize(("few", "everything"), [(3, True), (2, False)])
def test_of_little_everything_is_derived(monkeypatch, few, everything):
    monkeypatch.setattr(again, "FEW", few)
    world = World()
    for number in range(6):
        issue = world.ask("Sales.1", "Platform", 90 - number)
        if number < 3:
            world.change(issue, "Platform.1", "priority", "Low", "High")
    words = "SELECT words FROM titles WHERE issue_id = '2'"
    with world.mirror() as mirror:
        assert nightly.refresh(mirror, world.settings())
        before = mirror.value(words)
        mirror.run("UPDATE issues SET summary = 'behind our back' WHERE issue_id = '2'")
        mirror.touch_issues(SITE, ["1"])
        assert nightly.refresh(mirror, world.settings())
        assert (mirror.value(words) != before) == everything
