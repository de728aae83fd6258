"""What reports say: numbers that equal their lists and the tables, periods, projects, templates of one's own."""

import json
from datetime import date

import pytest
from report_world import ISSUES_EACH, LAST, ORGANIZATIONS, PLAIN_NAMES, URL, world

from vcjira.errors import Mend
from vcjira.report import Request, facts, publish, render
from vcjira.report.behind import EACH, searches
from vcjira.report.value_chain_facts import layers

TOTAL = len(ORGANIZATIONS) * ISSUES_EACH


@pytest.fixture(scope="module")
def requesters(hostile):
    return facts(hostile.mirror, hostile.settings, Request("requesters"))


@pytest.fixture(scope="module")
def walls(hostile):
    return facts(hostile.mirror, hostile.settings, Request("walls"))


def test_every_number_of_requesters_has_its_issues(requesters):
    assert requesters["total"] == TOTAL
    for name in ("classes", "organizations", "teams", "months", "unknown", "changed"):
        assert requesters[name], name
        for row in requesters[name]:
            assert row["requests"] == len(row["issues"]), (name, row)
    for row in requesters["split"]:
        assert row["delivered"] == len(row["issues"])
    for row in requesters["carried"]["rows"]:
        assert row["requests"] == len(row["issues"])
    for row in requesters["owners"]:
        assert row["count"] == len(row["issues"])
    for row in requesters["chain"]["edges"]:
        assert row["requests"] == len(row["issues"])
    for name in ("classes", "organizations", "teams", "months"):
        assert sum(row["requests"] for row in requesters[name]) == TOTAL


def test_every_number_of_walls_has_its_issues(walls):
    for row in walls["cells"]:
        assert row["requests"] == len(row["issues"])
        assert row["one_way"] == sum(not issue["two_way"] for issue in row["issues"])
    for row in walls["months"]:
        assert row["requests"] == len(row["issues"]) == row["one_way"] + row["two_way"]
    for row in walls["patterns"]:
        assert row["hits"] >= len(row["issues"]) > 0
    for row in walls["report"]["left_out"]:
        assert row["count"] == len(row["issues"])


def test_the_numbers_are_those_of_the_table_walls(hostile, walls):
    told = {(row["organization"], row["team"]): row["requests"] for row in walls["cells"]}
    kept = hostile.mirror.tuples("SELECT requests FROM walls")
    assert sorted(told.values()) == sorted(count for (count,) in kept)


def test_who_carries_is_told_by_kind_never_by_name(requesters):
    assert requesters["carried"]["requests"] == sum(row["requests"] for row in requesters["carried"]["rows"]) > 0
    assert "Agent Smith" not in json.dumps(requesters, default=str)


def test_class_then_and_now_with_the_reason(requesters):
    [row] = requesters["changed"]
    assert (row["change"], row["organization"]) == ("customer → partner", "Globex")
    assert "partners of <us>" in row["why"]


def test_the_chain_stands_in_layers_and_carries_what_was_asked(requesters):
    chain = requesters["chain"]
    layer = {node["name"]: node["layer"] for node in chain["nodes"]}
    assert layer["Data | <i>"] < layer["Platform"] < layer["Globex"] < layer["Initech"]
    edge = next(edge for edge in chain["edges"] if edge["to"] == "Globex")
    assert edge["requests"] > 0
    assert {node["name"]: node["class"] for node in chain["nodes"]}["Globex"] in ("customer", "partner")


@pytest.mark.parametrize(
    ("edges", "steps"),
    [
        ([("a", "b"), ("b", "c")], [0, 1, 2]),
        ([("a", "c"), ("a", "b"), ("b", "c")], [0, 2, 1]),
        ([("a", "b"), ("b", "a")], None),
        ([("a", "a")], [0]),
    ],
)
def test_layers_end_also_in_circles(edges, steps):
    found = layers(edges)
    assert set(found) == {name for edge in edges for name in edge}
    assert steps is None or list(found.values()) == steps


def test_a_period_holds_its_days(hostile):
    request = Request("requesters", from_=date(2026, 7, 1), to=date(2026, 7, 31))
    found = facts(hostile.mirror, hostile.settings, request)
    days = [issue["created"] for row in found["classes"] for issue in row["issues"]]
    assert {(day.year, day.month) for day in days} == {(2026, 7)}
    assert found["total"] == len(days) > 0
    assert (found["report"]["from"].day, found["report"]["to"].isoformat()) == (1, "2026-08-01T00:00:00")


def test_as_of_a_day_nothing_later_is_known(hostile):
    found = facts(hostile.mirror, hostile.settings, Request("walls", as_of=date(2026, 6, 30)))
    assert max(issue["created"] for row in found["cells"] for issue in row["issues"]).month == 6
    assert all(row["month"].month <= 6 for row in found["months"])


def test_projects_narrow_everything(hostile):
    found = facts(hostile.mirror, hostile.settings, Request("walls", projects=("DATA",)))
    keys = [issue["key"] for row in (*found["cells"], *found["patterns"]) for issue in row["issues"]]
    assert keys
    assert all(key.startswith("DATA-") for key in keys)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("walls", projects=("PLATT",)), "did you mean 'PLAT'?"),
        (Request("walls", from_=date(2031, 1, 1)), f"up to {LAST:%Y-%m-%d}"),
        (Request("walls", to=date(2020, 1, 1), from_=date(2020, 1, 2)), "is empty"),
        (Request("wals"), "did you mean 'walls'?"),
    ],
)
def test_a_report_of_nothing_is_an_error_not_good_news(hostile, request_, words):
    with pytest.raises(Mend) as caught:
        render(hostile.mirror, hostile.settings, request_)
    assert words in str(caught.value)


def test_the_certificate_stands_in_every_format(hostile):
    for name in ("walls", "requesters"):
        for kind in ("html", "md", "json"):
            text = render(hostile.mirror, hostile.settings, Request(name, kind))
            assert "history" in text
            assert "histories" in text


def test_a_template_of_ones_own_by_file(hostile, tmp_path):
    path = tmp_path / "mine.md.j2"
    path.write_text("{{ total }} of {{ report.sites[0].name }}, {{ facts('walls').cells|length }} cells\n")
    request = Request("requesters", "md", template=path)
    assert render(hostile.mirror, hostile.settings, request).startswith(f"{TOTAL} of acme, ")


def test_a_directory_of_ones_own_comes_first_and_may_add_reports(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "walls.md.j2").write_text("ours: {{ cells|length }}")
    (tmp_path / "templates" / "_style.css.j2").write_text("/* house style */")
    (tmp_path / "templates" / "weekly.html.j2").write_text(
        '{% extends "_page.html.j2" %}{% import "_parts.html.j2" as part with context %}'
        "{% block title %}Weekly{% endblock %}"
        '{% block body %}{% for c in facts("walls").cells %}<p>{{ c.organization }}</p>{{ part.issues(c.issues) }}'
        "{% endfor %}{% endblock %}"
    )
    made = world(tmp_path, reports={"templates": tmp_path / "templates", "out": tmp_path / "out", "run": ["weekly"]})
    with made.mirror as mirror:
        assert render(mirror, made.settings, Request("walls", "md")).startswith("ours: ")
        page = render(mirror, made.settings, Request("weekly"))
        assert publish(mirror, made.settings) == [tmp_path / "out" / "weekly.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page
    assert "house style" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% for x in cells %}\n{{ x }\n{% endfor %}", "mine.md.j2:2: the template has a syntax error"),
        ("one\n{{ nothing }}", "mine.md.j2:2: the template does not work: 'nothing' is undefined"),
        ("one\n\n{{ cells[0].nothing }}", "mine.md.j2:3"),
        ("{{ 1 // 0 }}", "mine.md.j2:1"),
        ("{{ cells.__class__.__mro__ }}", "mine.md.j2:1"),
        ("{% include 'elsewhere.md.j2' %}", "elsewhere.md.j2"),
        ("{% include '../../../etc/passwd' %}", "there is no template"),
        ("{{ facts('wall') }}", "there is no report 'wall'"),
    ],
)
def test_templates_that_do_not_work_say_where(hostile, tmp_path, text, words):
    (tmp_path / "mine.md.j2").write_text(text)
    with pytest.raises(Mend) as caught:
        render(hostile.mirror, hostile.settings, Request("walls", "md", template=tmp_path / "mine.md.j2"))
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_template_that_is_not_utf8(hostile, tmp_path):
    (tmp_path / "mine.md.j2").write_bytes(b"\xff\xfe caf\xe9")
    with pytest.raises(Mend, match="UTF-8"):
        render(hostile.mirror, hostile.settings, Request("walls", "md", template=tmp_path / "mine.md.j2"))


def test_searches_open_every_issue_of_a_list():
    rows = [{"site": "a", "key": f"X-{n}"} for n in range(EACH * 2 + 1)] + [{"site": "log", "key": "case 7"}]
    links = searches(rows, {"a": URL})
    assert [link["label"] for link in links] == ["1–100", "101–200", "201–201", "case 7"]
    assert links[0]["url"].startswith(f"{URL}/issues/?jql=key%20in%20(X-0,X-1,")
    assert all(len(link["url"] or "") < 2000 for link in links)
    assert sum(link["url"].count("X-") for link in links if link["url"]) == EACH * 2 + 1


def test_plain_organizations_are_told_by_their_names(requesters):
    assert set(PLAIN_NAMES) <= {row["organization"] for row in requesters["organizations"]}
