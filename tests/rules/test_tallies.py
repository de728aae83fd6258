"""What reports tell of classes: who carries, how owners were found, whose class changed and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rules_world import classed, fill, memory, settings

from vcjira.mirror import Mirror
from vcjira.rules.tallies import count_carried, count_changed, count_owners

DIRECTORY = (
    "account_id,organization,team,from,until\n"
    "ann,Globex,,,2026-07-01\nann,Initech,,2026-07-01,\nbob,Globex,,,\nagent,,Support,,\npat,Sales,,,\n"
)
RULES = [
    {"name": "was", "when": {"organization": "Globex"}, "class": "customer", "until": "2026-07-01"},
    {"name": "is", "when": {"organization": "Globex"}, "class": "partner", "from": "2026-07-01"},
]


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    (tmp_path / "people.csv").write_text(DIRECTORY)
    config = settings(
        RULES,
        people={"directory": tmp_path / "people.csv"},
        teams={"Platform": {"projects": ["PLAT"]}, "Support": {"projects": ["SUP"]}},
    )
    with memory() as mirror:
        fill(
            mirror,
            sites=[{"last_sync": "2026-08-01T00:00:00"}],
            people=[{"account_id": who} for who in ("ann", "bob", "agent", "pat")]
            + [{"account_id": "bot", "account_type": "app"}],
            issues=[
                {"issue_id": "1", "reporter_id": "ann"},
                {"issue_id": "2", "reporter_id": "bob", "creator_id": "agent"},
                {"issue_id": "3", "reporter_id": "bob", "creator_id": "pat"},
                {"issue_id": "4", "reporter_id": "bob", "creator_id": "bot", "created": "2026-07-02T00:00:00"},
                {"issue_id": "5", "reporter_id": "agent", "project": "SUP"},
                {"issue_id": "6", "reporter_id": "bob", "project": "X"},
            ],
        )
        classed(mirror, config)
        yield mirror


def test_what_is_carried_is_told_by_team_never_by_person(mirror: Mirror) -> None:
    rows = count_carried(mirror)
    assert [(row["team"], row["carrier"], row["hops"], row["requests"], row["of"]) for row in rows] == [
        ("Platform", "(automation)", "filed for", 1, 4),
        ("Platform", "Sales", "filed for", 1, 4),
        ("Platform", "Support", "filed for", 1, 4),
    ]
    assert rows[0]["share"] == 0.25
    assert [issue["key"] for row in rows for issue in row["behind"]] == ["PLAT-4", "PLAT-3", "PLAT-2"]
    assert {"ann", "bob", "pat", "agent"}.isdisjoint({row["carrier"] for row in rows})


def test_the_mix_of_ways_to_the_owner(mirror: Mirror) -> None:
    rows = count_owners(mirror)
    assert [(row["how"], row["issues"], row["share"]) for row in rows] == [
        ("project", 5, 5 / 6),
        ("(no team)", 1, 1 / 6),
    ]
    assert [len(row["behind"]) for row in rows] == [5, 1]


def test_whose_class_changed_and_why(mirror: Mirror) -> None:
    found = count_changed(mirror)
    assert [issue["key"] for issue in found[1]["behind"]] == ["PLAT-1"]
    rows = [tuple(row.values())[:6] for row in found]
    assert rows == [
        ("customer", "partner", "rule was -> is", "Globex", 3, "PLAT-6"),
        ("customer", "unknown", "organization Globex -> Initech", "Globex", 1, "PLAT-1"),
    ]


def test_a_window_can_be_given(mirror: Mirror) -> None:
    only = "i.created >= $begin"
    assert [row["carrier"] for row in count_carried(mirror, only, {"begin": "2026-07-01"})] == ["(automation)"]
    assert count_changed(mirror, only, {"begin": "2026-07-01"}) == []
    assert [row["issues"] for row in count_owners(mirror, only, {"begin": "2026-07-01"})] == [1]
