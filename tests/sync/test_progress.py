"""What a person sees while it runs: phase, counts, rate, time to go, and what we wait for."""

import json
import threading
from dataclasses import replace

import pytest
from sync_world import run, site, tracker_of

from vcjira.cli.app import App
from vcjira.cli.progress import Pace, watching, words
from vcjira.demo import EmbeddedJira
from vcjira.demo.faults import Fault
from vcjira.mirror import Mirror


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (("walk", 10_000, None, 0, 0), "looking through 10000"),
        (("fetch", 1200, 5000, 310.4, 0), "fetching 1200 of 5000, 310/s, 12 s to go"),
        (("fetch", 1200, 500_000, 310.4, 0), "fetching 1200 of 500000, 310/s, 27 min to go"),
        (("fetch", 1200, 5000, 0, 41.6), "fetching 1200 of 5000, waiting 42 s for Jira's rate limit"),
        (("fetch", 5000, 5000, 310, 0), "fetching 5000 of 5000, 310/s"),
    ],
)
def test_one_line_says_how_far_how_fast_how_long_and_what_we_wait_for(told, text):
    assert words(*told) == text
    assert len(f"a-longer-name: {text}") < 80


def test_the_rate_is_that_of_the_last_seconds():
    moments = iter([0.0, 5.0, 10.0, 20.0, 25.0])
    pace = Pace(lambda: next(moments))
    assert pace.told(0) == 0
    assert pace.told(100) == 20
    assert [round(pace.told(done)) for done in (200, 1200, 1700)] == [20, 100, 100]


def test_without_a_terminal_there_are_lines_with_the_facts(capsys):
    with watching(App(log_format="json")) as (watch, stop):
        watch("acme", "fetch", 5, 10, 3.2)
        watch("acme", "fetch", 10, 10)
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["phase"], line["done"], line["total"], line["waiting"]) for line in told] == [
        ("fetch", 5, 10, 3),
        ("fetch", 10, 10, 0),
    ]
    assert stop.is_set()
    with watching(replace(App(), verbose=-1)) as (watch, _):
        watch("acme", "fetch", 10, 10)
    assert capsys.readouterr().err == ""


def test_somebody_who_waits_for_the_rate_limit_is_told_so(tmp_path):
    told = []
    with EmbeddedJira(tracker_of(30, 14)) as jira, Mirror(tmp_path / "m", write=True) as mirror:
        reason = "jira-quota-tenant-based"
        jira.faults.rules.append(Fault(kind="429", path="issue/bulkfetch", times=1, retry_after=3, reason=reason))
        outcome = run(mirror, site(jira), watch=lambda *facts: told.append(facts))
    assert outcome.certificate["complete"]
    assert [note["code"] for note in outcome.certificate["notes"]] == ["tried_again"]
    assert any(waiting > 1 for *_, waiting in told)
    assert threading.active_count() < 50
