"""The edge cases E1-E20 that every pattern must get right, each by a timeline of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from timeline import CONFIG, Timeline, World, derived

from vcjira.config.models import Settings
from vcjira.mirror import Mirror

PERSON: dict[str, object] = {"level": "person"}
UTC: dict[str, object] = {"calendars": {"*": {}}}
BERLIN: dict[str, object] = {"calendars": {"*": {"zone": "Europe/Berlin", "holidays": "DE"}}}
NEW_YORK: dict[str, object] = {"calendars": {"*": {}, "Data": {"zone": "America/New_York"}}}
"""Monday to Friday, 09:00-17:00: everybody's hours, or a team's own."""
TO_PAT, TO_DAN = "0h ann creates to pat", "1d pat assigns to dan"
CASES: dict[str, tuple[str, dict[str, object], int, list[str]]] = {
    # name -> pattern, options, hits, timeline
    "E1 automation moves but does not count": ("handover", {}, 0, [TO_PAT, "1d robot assigns to dan"]),
    "E1 automation counts where asked to": ("handover", {"bots": "count"}, 1, [TO_PAT, "1d robot assigns to dan"]),
    "E1 a word of automation is no talk": (
        "silent_handoff", {}, 1, [TO_PAT, "5d pat assigns to dan", "5d1h robot comments", "9d now"],
    ),
    "E2 a hand-over to oneself is none": ("handover", PERSON, 0, [TO_PAT, "1d pat assigns to pat"]),
    "E2 self-handled work is no request": (
        "monologue", {}, 0, ["0h pat creates to pat", "2d pat closes"],
    ),
    "E3 a deleted user's node stays his own": (
        "handover", PERSON, 2, [TO_PAT, "1d pat assigns to gone1", "2d gone1 assigns to gone2"],
    ),
    "E3 history is trusted for the past where a deletion cleared the assignee": (
        "handover", PERSON, 1, [TO_PAT, TO_DAN, "2d dan deletes"],
    ),
    "E4 created assigned and never changed: no hop": ("handover", {}, 0, [TO_PAT, "2d pat comments"]),
    "E4 the first owner is where the first change comes from": (
        "ping_pong", {}, 1, [TO_PAT, TO_DAN, "2d dan assigns to pat"],
    ),
    "E5 a move is one hop although it changes project and key": (
        "handover", {}, 1, ["0h ann creates", "1d pat moves to PLATFORM", "2d pat moves to DATA"],
    ),
    "E5 two moves make a bounce, not four": (
        "project_bounce", {}, 1, ["0h ann creates for Platform", "1d pat moves to DATA", "2d dan moves to P"],
    ),
    "E6 a bulk run of ten hands nothing over": (
        "handover", {}, 0, ["x10 0h+1d ann creates A* to pat", "x10 20d+30s pat assigns A* to dan"],
    ),
    "E6 bulk edits count where asked to": (
        "handover", {"bulk": "count"}, 10, ["x10 0h+1d ann creates A* to pat", "x10 20d+30s pat assigns A* to dan"],
    ),
    "E6 nine issues are no bulk run": (
        "handover", {}, 9, ["x9 0h+1d ann creates A* to pat", "x9 20d+30s pat assigns A* to dan"],
    ),
    "E6 a gap of more than a minute ends a run": (
        "handover", {}, 10, ["x10 0h+1d ann creates A* to pat", "x5 20d+30s pat assigns A* to dan",
                             "20d3m1s pat assigns A6 to dan", "20d3m31s pat assigns A7 to dan",
                             "20d4m1s pat assigns A8 to dan", "20d4m31s pat assigns A9 to dan",
                             "20d5m1s pat assigns A10 to dan"],
    ),
    "E6 a run across a boundary of the clock is one": (
        "handover", {}, 0, ["x12 0h+1d ann creates A* to pat", "x12 20d7h55m+59s pat assigns A* to dan"],
    ),
    "E7 an imported issue is no request": (
        "monologue", {}, 0, ["0h ann creates for Platform", "1h pat sets ProjectImport to yes", "2d pat closes"],
    ),
    "E8 an agent who files on behalf is not the requester": (
        "monologue", {}, 1, ["0h ann creates for Platform creator=pia", "2d pat closes"],
    ),
    "E8 a colleague of the requester answers for the requester": (
        "fire_and_forget", {}, 0, ["0h ann creates for Platform", "1d pat asks", "2d abe comments", "20d now"],
    ),
    "E9 comments that could not be read are not silence": (
        "monologue", {}, 0, ["0h ann creates for Platform hidden=1", "2d pat closes"],
    ),
    "E9 nor is a hand-over silent where they could not": (
        "silent_handoff", {}, 0, ["0h ann creates to pat hidden=1", "5d pat assigns to dan", "9d now"],
    ),
    "E9 nor did the requester vanish": (
        "fire_and_forget", {}, 0, ["0h ann creates for Platform hidden=1", "1d pat asks", "20d now"],
    ),
    "E9 nor is it turned away without a word": (
        "rejection", {}, 0, ["0h ann creates to pat hidden=1", "1d pat closes as Won't Do"],
    ),
    "E9 nor passed on without work": (
        "hot_potato", {}, 0,
        ["0h ann creates to pat hidden=1", "1d pat assigns to dan", "1d30m dan assigns to oli", "9d now"],
    ),
    "E10 equal times go by the number of the history entry": (
        "ping_pong", {"debounce": 0}, 1, [TO_PAT, TO_DAN, "1d dan assigns to pat"],
    ),
    "E11 two accounts of one person are one holder": (
        "handover", PERSON, 0, [TO_PAT, "1d pat assigns to pat2"],
    ),
    "E11 aliases fake no ping-pong": (
        "ping_pong", PERSON, 0, [TO_PAT, "1d pat assigns to pat2", "2d pat2 assigns to pat"],
    ),
    "E12 person, queue, person is one hop": (
        "handover", PERSON, 1, [TO_PAT, "1d pat assigns to box", "2d dan assigns to dan"],
    ),
    "E12 back from the queue is no ping-pong": (
        "ping_pong", PERSON, 0, [TO_PAT, "1d pat assigns to box", "2d pat assigns to pat"],
    ),
    "E13 an open issue is never judged as closed": ("monologue", {}, 0, ["0h ann creates for Platform", "90d now"]),
    "E13 an open issue ages until now": ("stale", {}, 1, ["0h ann creates for Platform", "31d now"]),
    "E14 a history that was cut is left out of paths": (
        "handover", {}, 0, ["0h ann creates to pat cut=1", TO_DAN],
    ),
    "E15 put down and taken up again is no hop": (
        "handover", {}, 0, [TO_PAT, "1d pat assigns to nobody", "2d pat assigns to pat"],
    ),
    "E15 through nobody to another is one hop": (
        "handover", {}, 1, [TO_PAT, "1d pat assigns to nobody", "2d dan assigns to dan"],
    ),
    "E16 back to the reporter to verify is no ping-pong": (
        "ping_pong", {}, 0, ["0h pat creates to pat", TO_DAN, "2d dan closes", "3d dan assigns to pat"],
    ),
    "E16 it is one in plain numbers": (
        "ping_pong", {"debounce": 0, "bots": "count", "bulk": "count"}, 1,
        ["0h pat creates to pat", TO_DAN, "2d dan closes", "3d dan assigns to pat"],
    ),
    "E16 nor is it a return to the sender": (
        "return_to_sender", {}, 0, ["0h ann creates to pat", "1d pat closes", "2d pat assigns to ann"],
    ),
    "E17 sub-tasks are no relay": (
        "relay", {"depth": 1}, 0,
        ["0h ann creates A for Platform", "1d pat creates B for Data parent=A", "1d1h pat links A to B"],
    ),
    "E17 a ticket for a ticket is": (
        "relay", {"depth": 1}, 1,
        ["0h ann creates A for Platform", "1d pat creates B for Data", "1d1h pat links A to B"],
    ),
    "E18 a text repeated five times is a template, not talk": (
        "silent_handoff", {}, 1,
        [TO_PAT, "5d pat assigns to dan", "x5 5d1h+1h dan comments thanks", "9d now"],
    ),
    "E18 repeated four times it is talk": (
        "silent_handoff", {}, 0,
        [TO_PAT, "5d pat assigns to dan", "x4 5d1h+1h dan comments thanks", "9d now"],
    ),
    "E19 hours are calendar hours, both ends included": (
        "silent_handoff", {}, 0, [TO_PAT, "5d pat assigns to dan", "8d dan comments", "9d now"],
    ),
    "E19 a second later is too late": (
        "silent_handoff", {}, 1, [TO_PAT, "5d pat assigns to dan", "8d1s dan comments", "9d now"],
    ),
    "E19 with a calendar the night is no time": (
        "hot_potato", UTC, 1,
        ["0h ann creates to pat", "1d16h30m pat assigns to dan", "2d9h20m dan assigns to oli", "8d12h now"],
    ),
    "E19 without one it is": (
        "hot_potato", {}, 0,
        ["0h ann creates to pat", "1d16h30m pat assigns to dan", "2d9h20m dan assigns to oli", "8d12h now"],
    ),
    "E19 the hours are those of the holder": (
        "hot_potato", NEW_YORK, 1,
        ["0h ann creates to pat", "1d20h30m pat assigns to dan", "2d13h20m dan assigns to oli", "8d12h now"],
    ),
    "E19 not those of who comes before and after": (
        "hot_potato", NEW_YORK, 0,
        ["0h ann creates to pat", "1d16h30m pat assigns to dan", "2d9h20m dan assigns to oli", "8d12h now"],
    ),
    "E19 when the clocks go forward Monday begins at 7, UTC": (
        "hot_potato", BERLIN, 1,  # a Friday, 27 March
        ["0h ann creates to pat", "15h30m pat assigns to dan", "3d7h20m dan assigns to oli", "95d12h now"],
    ),
    "E19 and what is worked from then on counts": (
        "hot_potato", BERLIN, 0,
        ["0h ann creates to pat", "15h30m pat assigns to dan", "3d7h40m dan assigns to oli", "95d12h now"],
    ),
    "E19 a holiday is no time either": (
        "hot_potato", BERLIN, 1,  # Maundy Thursday, and Tuesday after Easter Monday
        ["0h ann creates to pat", "14h30m pat assigns to dan", "5d7h20m dan assigns to oli", "89d12h now"],
    ),
    "E19 silence is counted in calendar hours all the same": (
        "silent_handoff", UTC, 1, [TO_PAT, "5d pat assigns to dan", "8d1s dan comments", "9d now"],
    ),
    "E20 teams that work beside the owner are a swarm, no hop": (
        "swarm", {}, 1, ["0h ann creates for Platform", "1d pat comments", "2d dan comments", "3d oli comments"],
    ),
    "E20 nor a reassignment": (
        "handover", {}, 0, ["0h ann creates for Platform", "1d pat comments", "2d dan comments", "3d oli comments"],
    ),
    "debounce: a slip of four minutes leaves no trace": (
        "ping_pong", {}, 0, [TO_PAT, TO_DAN, "1d4m pat assigns to pat"],
    ),
    "debounce: it counts where debounce is 0": (
        "ping_pong", {"debounce": 0}, 1, [TO_PAT, TO_DAN, "1d4m pat assigns to pat"],
    ),
    "debounce: who writes meanwhile holds it": (
        "ping_pong", {}, 1, [TO_PAT, TO_DAN, "1d2m dan comments", "1d4m pat assigns to pat"],
    ),
    "A B A B are two": ("ping_pong", {}, 2, [TO_PAT, TO_DAN, "2d dan assigns to pat", "3d pat assigns to dan"]),
    "level: between members of one team nothing is handed over": (
        "handover", {}, 0, [TO_PAT, "1d pat assigns to pia"],
    ),
    "level: but between persons it is": ("handover", PERSON, 1, [TO_PAT, "1d pat assigns to pia"]),
}  # fmt: skip


def settings(patterns: dict[str, dict[str, object]]) -> Settings:
    """The cast's configuration; `calendars` among a pattern's options are those of teams, `*` that of all."""
    who = CONFIG["people"] | {"same_as": [["pat", "pat2"]]}
    own: dict[str, dict[str, Any]] = {name: {**options} for name, options in patterns.items()}
    calendars = {team: one for options in own.values() for team, one in options.pop("calendars", {}).items()}
    teams = {name: team | {"calendar": calendars.get(name)} for name, team in CONFIG["teams"].items()}
    return Settings.model_validate(
        CONFIG | {"people": who, "teams": teams, "calendar": calendars.get("*"), "patterns": own}
    )


@pytest.fixture(scope="module")
def world() -> Iterator[Mirror]:
    """All timelines in one mirror, each a site of its own."""
    grown = World()
    for number, (_, _, _, lines) in enumerate(CASES.values()):
        grown.play(Timeline(f"case{number}", True, {}, lines))
    with Mirror(Path(":memory:"), write=True) as mirror:
        grown.save(mirror)
        sites = mirror.tuples("SELECT DISTINCT site FROM issues")
        mirror.load("people", [{"site": site, "account_id": "pat2", "name": "pat2"} for (site,) in sites])
        yield mirror


@pytest.fixture(scope="module")
def hits(world: Mirror) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    """Site and issue of all hits, by pattern and options."""
    return derived(world, ((pattern, options) for pattern, options, _, _ in CASES.values()), settings)


@pytest.mark.parametrize(("number", "edge"), list(enumerate(CASES)), ids=list(CASES))
def test_the_edge_case_is_judged_as_defined(hits: dict[Any, Any], number: int, edge: str) -> None:
    pattern, options, expected, _ = CASES[edge]
    assert [site for site, _ in hits[pattern, repr(options)]].count(f"case{number}") == expected


def test_every_edge_case_of_the_table_is_here() -> None:
    assert {edge.split()[0] for edge in CASES} >= {f"E{number}" for number in range(1, 21)}
