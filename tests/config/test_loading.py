"""`vcjira.yaml`: what is read, and what is told of what cannot be, with its place and what was probably meant."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from vcjira.config import load
from vcjira.errors import Mend

SITE = "sites: [{name: acme, url: 'https://acme.example', token: env:T}]\n"
BAD = [
    # text, place, what is told
    ("mirorr: x\n", "1:1", "unknown key 'mirorr'; did you mean 'mirror'?"),
    ("sites: [{name: acme, url: 'https://a.example', token: env:T, scoep: x}]", "1:62", "did you mean 'scope'?"),
    (
        "sites:\n- name: a\n  url: https://a.example\n  token: env:T\n  requests: {concurency: 8}",
        "5:14",
        "'concurrency'",
    ),
    ("teams:\n  Platform: {project: [PLAT]}", "2:14", "did you mean 'projects'?"),
    (
        "classify:\n  rules:\n  - name: r\n    when: {any: [{not: {emial_domain: x}}]}\n    class: partner",
        "4:25",
        "'email_domain'",
    ),
    (
        "classify: {rules: [{name: r, when: {email: x}, answers: {has_choise: no}}]}",
        "1:58",
        "'has_choice' or 'delivers",
    ),
    ("classify: {rules: [{name: r, when: {email: x}, class: parner}]}", "1:48", "'partner', 'stakeholder' or"),
    (
        "classify: {rules: [{name: r, when: {email: x}, class: partner, from: 2026-02-30}]}",
        "1:64",
        "must be a date such",
    ),
    (
        "classify: {rules: [{name: r, when: {email: x}, class: partner, from: 2026-05-02, until: 2026-05-01}]}",
        "1:64",
        "ends before it begins",
    ),
    ("classify: {rules: [{name: r, when: {email: x}}]}", "1:20", "needs `answers` or `class`"),
    ("classify: {rules: [{name: r, when: {}, class: partner}]}", "1:30", "must name at least one condition"),
    ("classify: {tests: [{given: {requester: {emial: x}}, expect: partner}]}", "1:41", "did you mean 'email'?"),
    ("classify: {tests: [{given: {issue: {projekt: X}}, expect: partner}]}", "1:37", "did you mean 'project'?"),
    ("classify: {tests: [{given: {issue: {directory.team: X}}, expect: partner}]}", "1:37", "unknown key"),
    ("classify: {unknown_budget: 250%}", "1:12", "must lie between 0% and 100%"),
    ("classify: {unknown_budget: x%}", "1:12", "is not a percentage such as 25%"),
    ("patterns: {ping_pong: {debounce: soon}}", "1:24", "is not a duration such as 5m"),
    ("people: {same_as: [[a, b], [B, a]]}", "1:28", "goes in a circle: 'b' and 'a' are one person already"),
    ("people: {same_as: [[a]]}", "1:20", "needs two accounts or more"),
    ("people: {affiliations: [{account: a, from: 2026-05-01, until: 2026-01-01}]}", "1:25", "begin before it ends"),
    ("declared_split: {customer: 60%, partner: 25%}", "1:1", "must add up to 100%"),
    ("value_chain: [Platform]", "1:15", "is not an edge such as Platform -> Checkout"),
    ("sites: [{name: acme, url: 'https://acme.example', token: ATATT3xFfGF0}]", "1:51", "does not belong in this file"),
    ("mirorr: x\nsites: [{name: a, url: 'https://a.example', token: hunter2}]", "2:45", "does not belong in this file"),
    ("sites: [{name: acme, url: 'http://acme.example', token: env:T}]", "1:22", "http:// is for loopback only"),
    ("sites: [{name: acme, url: 'https://bot:x@acme.example', token: env:T}]", "1:22", "must not carry a name"),
    ("sites: [{name: acme, url: acme, token: env:T}]", "1:22", "must be an address"),
    (SITE.replace("]", ", {name: acme, url: 'https://b.example', token: env:T}]"), "1:67", "two sites are named"),
    ("version: 2\n", "1:1", "written for another vcjira"),
    ("mirror: a\nmirror: b\n", "2:1", "'mirror' is given twice"),
    ("mirror: [a\n", "2:1", "this is not YAML"),
    ("people:\n\tbots: [x]\n", "2:1", "this is not YAML"),
    ("- a\n", None, "must be a mapping"),
    ("? [a]\n: b\n", "1:3", "a key must be a text"),
]


@pytest.mark.parametrize(("text", "place", "told"), BAD, ids=[told for _, _, told in BAD])
def test_what_is_wrong_is_told_with_line_and_column(tmp_path: Path, text: str, place: str | None, told: str) -> None:
    path = tmp_path / "vcjira.yaml"
    path.write_text(text)
    with pytest.raises(Mend) as complaint:
        load(path)
    lines = str(complaint.value).splitlines()
    assert any(told in line and line.startswith(f"vcjira.yaml:{place}" if place else "vcjira.yaml") for line in lines)
    assert "ATATT" not in str(complaint.value)
    assert "hunter2" not in str(complaint.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "vcjira.yaml"
    path.write_text("mirorr: x\nteams: {A: {project: X}}\nlabels: {enabled: perhaps}\n")
    with pytest.raises(Mend) as complaint:
        load(path)
    assert [line.split(": ")[0] for line in str(complaint.value).splitlines()[:3]] == [
        "vcjira.yaml:2:13",
        "vcjira.yaml:3:10",
        "vcjira.yaml:1:1",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "there is no configuration file"), (b"mirror: \xfc\n", "is not UTF-8"), ("directory", "is a directory")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | str | None, told: str) -> None:
    path = tmp_path / "vcjira.yaml"
    if content == "directory":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(Mend, match=told):
        load(path)


def test_paths_are_relative_to_the_file_and_countries_are_no_truth_values(tmp_path: Path) -> None:
    path = tmp_path / "vcjira.yaml"
    path.write_text(
        "\ufeffmirror: data/m.duckdb\npeople: {directory: people.csv}\n"
        "classify: {rules: [{name: Norway, when: {directory.country: NO, field.Tier: 1, bot: no}, class: customer}]}\n",
        encoding="utf-8",
    )
    settings = load(path)
    assert settings.mirror == tmp_path / "data" / "m.duckdb"
    assert settings.people.directory == tmp_path / "people.csv"
    assert settings.people.decisions == tmp_path / "decisions.txt"
    words = {key: matcher.root for _, key, matcher in settings.classify.rules[0].when.leaves()}
    assert words == {"bot": False, "directory.country": ["NO"], "field.Tier": ["1"]}


def test_anchors_and_merges_are_read(tmp_path: Path) -> None:
    path = tmp_path / "vcjira.yaml"
    path.write_text(
        "teams:\n  A: &a {projects: [X], components: [c]}\n"
        "  B: {<<: *a, projects: [Y]}\n  C: {<<: [*a], components: []}\n"
    )
    teams = load(path).teams
    assert (teams["B"].projects, teams["B"].components) == (["Y"], ["c"])
    assert (teams["C"].projects, teams["C"].components) == (["X"], [])


@effort(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    with suppress(Mend):
        assert load(path).version == 1
