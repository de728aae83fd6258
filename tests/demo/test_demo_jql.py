"""JQL: what is found, what is refused and with which words, and what dates mean in which zone."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from demo_world import ANN, BOB, CAT, small
from hypothesis import given
from hypothesis import strategies as st

from vcjira.demo import times
from vcjira.demo.jql import compile_jql
from vcjira.demo.jql_tree import BadJql, parse
from vcjira.demo.records import Issue


@pytest.fixture(scope="module")
def store():
    store = small()
    store.edit_labels("A-1", ["Red", "blue"])
    store.edit_labels("A-2", ["blue"])
    store.assign("A-1", ANN)
    store.assign("A-2", BOB)
    store.transition("A-3", "Done", ANN)
    store.change("A-4", {"components": [{"id": "1", "name": "ETL"}]}, ANN)
    store.custom["customfield_10001"] = {"id": "customfield_10001", "name": "Team"}
    store.attach("A-5", {"customfield_10001": {"id": "t-1", "name": "Data Eng"}})
    store.comment("A-6", "the needle in the haystack", ANN)
    return store


def found(store, jql, zone="UTC", **options):
    search = compile_jql(jql, store, me=store.person(ANN), zone=ZoneInfo(zone), **options)
    return [issue.key for issue in search.find(store, {})]


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = A and labels = blue", ["A-1", "A-2"]),
        ("labels = RED", ["A-1"]),
        ("labels in (red, green)", ["A-1"]),
        ("labels != red", ["A-2"]),
        ("labels not in (red)", ["A-2"]),
        ("project = Alpha and labels is empty and assignee is empty and id > 10003", ["A-4", "A-5", "A-6"]),
        ("assignee = ann-1", ["A-1"]),
        ("assignee = Bob", ["A-2"]),
        ("assignee != ann-1", ["A-2"]),
        ("not assignee = ann-1", ["A-2"]),
        ("assignee in (ann-1, bob-2)", ["A-1", "A-2"]),
        ("assignee in membersOf(devs)", ["A-1", "A-2"]),
        ("assignee = currentUser()", ["A-1"]),
        ("assignee is not empty and not (assignee = ann-1 or assignee = cat-3)", ["A-2"]),
        ("reporter = cat-3", ["B-1"]),
        ("reporter = 'bob@b.example'", []),
        ("reporter = 'ann@a.example' and creator = ann-1 and key = A-1", ["A-1"]),
        ("creator = ann-1 and reporter != ann-1", ["B-1"]),
        ("statusCategory = Done", ["A-3"]),
        ("status = done OR key in (A-1, b-1)", ["A-1", "A-3", "B-1"]),
        ("status not in (Done) and component = etl", ["A-4"]),
        ("resolution = Done", ["A-3"]),
        ("project = A and resolution = Unresolved and key < A-3", ["A-1", "A-2"]),
        ("resolved is not empty", ["A-3"]),
        ('"Team" = "data eng"', ["A-5"]),
        ("cf[10001] = t-1", ["A-5"]),
        ("customfield_10001 is not empty", ["A-5"]),
        ("summary ~ desk", ["B-1"]),
        ("summary !~ thing", []),
        ("text ~ 'needle haystack'", ["A-6"]),
        ("comment ~ needle", ["A-6"]),
        ("project in (B) || id = 10002", ["A-2", "B-1"]),
        ("project = A && (key = A-1 | key = A-2) AND NOT key = A-2", ["A-1"]),
        ("! (project = A)", ["B-1"]),
        ("issuetype = Task and priority = Medium and project = B", ["B-1"]),
        ("", ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "B-1"]),
    ],
)
def test_finds(store, jql, keys):
    assert sorted(found(store, jql)) == keys


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("foo = 1", "Field 'foo' does not exist"),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status = Nope", "The value 'Nope' does not exist for the field 'status'."),
        ("key = A-99", "An issue with key 'A-99' does not exist for field 'key'."),
        ("id = 5", "A value with ID '5' does not exist for the field 'id'."),
        ("created >= soon", "Date value 'soon' for field 'created' is invalid."),
        ("created >= '2026-13-01'", "is invalid"),
        ("created >= '2026-01-01 10:00:00'", "is invalid"),
        ("created >= tomorrow()", "Unable to find JQL function 'tomorrow()'"),
        ("assignee in membersOf(nobody)", "The group 'nobody' does not exist."),
        ("assignee = frobnicate()", "Unable to find JQL function"),
        ("project", "Expecting operator before the end of the query"),
        ("project = ", "Expecting either a value, list or function before the end"),
        ("project = A project = B", "Expecting either 'OR' or 'AND' but got 'project'"),
        ("project in A", "Expecting '('"),
        ("(project = A", "Expecting ')'"),
        ("project ~ A", "not supported by the 'project' field"),
        ("labels > a", "not supported by the 'labels' field"),
        ("assignee is bob", "must be followed by EMPTY or NULL"),
        ("project = A order by", "Expecting a field name"),
        ("project = A order by nonsense", "Field 'nonsense' does not exist"),
        ("project = {A}", "does not exist"),
        ("summary was Done", "History searches do not support the 'summary' field."),
        ("status was", "Expecting either a value, list or function before the end"),
        ("status changed during 1", "Expecting '('"),
        ("and = 1", "Expecting a field name"),
    ],
)
def test_refuses_with_the_words_of_jira(store, jql, words):
    with pytest.raises(BadJql, match=re.escape(words)):
        found(store, jql)


def test_unknown_values_find_nothing_when_not_validated(store):
    assert found(store, "id in (10001, 99)", strict=False) == ["A-1"]
    assert found(store, "project = NOPE", strict=False) == []


def test_unknown_people_are_refused_by_data_center_only(store):
    assert found(store, "reporter = nobody") == []
    with pytest.raises(BadJql, match="'nobody' does not exist for the field 'reporter'"):
        found(store, "reporter = nobody", cloud=False)


def test_order(store):
    assert found(store, "project = A order by key")[:2] == ["A-1", "A-2"]
    assert found(store, "project = A order by key desc")[:2] == ["A-6", "A-5"]
    assert found(store, "project = A")[:2] == ["A-6", "A-5"]
    assert found(store, "project = A order by assignee desc, id asc")[:3] == ["A-2", "A-1", "A-3"]
    assert found(store, "project = A order by updated")[0] == "A-6"
    assert found(store, "project = A order by updated asc, key")[0] == "A-1"


def at(text, zone="UTC"):
    return times.millis(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "literal", "utc"),
    [
        ("UTC", "2026-03-01 10:30", "2026-03-01T10:30"),
        ("Asia/Kathmandu", "2026-03-01 10:30", "2026-03-01T04:45"),
        ("Pacific/Kiritimati", "2026-03-01", "2026-02-28T10:00"),
        ("America/New_York", "2026/03/08 01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01 02:00", "2026-11-01T07:00"),
    ],
)
def test_date_literals_are_read_in_the_zone_of_the_account(zone, literal, utc):
    store = small(1)
    edge = at(utc)
    for offset, expected in ((-1, []), (0, ["A-1"]), (1, ["A-1"])):
        store["A-1"].created = edge + offset
        assert found(store, f'project = A and created >= "{literal}"', zone) == expected


def test_numbers_are_epoch_milliseconds_only_when_not_quoted(store):
    edge = store["A-3"].created
    assert "A-3" in found(store, f"created >= {edge}")
    assert "A-3" not in found(store, f"created > {edge}")
    with pytest.raises(BadJql):
        found(store, f'created >= "{edge}"')


def test_relative_dates_and_functions():
    store = small(1)
    store.now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)  # a Wednesday
    store["A-1"].created = at("2026-05-19T22:30")
    for jql, zone, hit in [
        ("created >= -11h", "UTC", True),
        ("created >= -10h", "UTC", False),
        ("created >= '-1d 2h'", "UTC", True),
        ("created < startOfDay()", "UTC", True),
        ("created < startOfDay()", "Europe/Berlin", False),
        ("created >= startOfDay(-1d)", "UTC", True),
        ("created >= startOfWeek() and created <= endOfWeek()", "UTC", True),
        ("created >= startOfMonth() and created <= endOfMonth()", "UTC", True),
        ("created >= startOfYear() and created < now()", "UTC", True),
        ("created >= startOfMonth(1)", "UTC", False),
        ("created <= endOfDay(-1)", "UTC", True),
        ("created >= '2026-05-19' and created < '2026-05-20'", "UTC", True),
    ]:
        assert (found(store, f"project = A and {jql}", zone) == ["A-1"]) is hit, (jql, zone)


def test_an_issue_that_never_told_its_dates_matches_none_of_them():
    store = small(1)
    store["A-1"].updated = None
    assert found(store, "project = A and updated > 0") == []
    assert found(store, "project = A and updated <= now()") == []
    assert found(store, "project = A and updated is empty") == ["A-1"]


def test_quotes_and_escapes():
    tree = parse(r"""summary ~ "a \"b\" \\ \u00e4" and 'Team' = 'it\'s'""").where
    assert [clause.operands[0].text for clause in tree.parts] == ['a "b" \\ ä', "it's"]
    assert tree.parts[1].field == "Team"


FLAT = st.sampled_from(["key = A-1", "assignee = ann-1", "labels = blue", "status = Done", "assignee is empty"])
TREES = st.recursive(
    FLAT,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} and {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} or {two[1]})"),
        inner.map(lambda one: f"not {one}"),
    ),
    max_leaves=6,
)


@given(TREES, TREES)
def test_and_or_are_intersection_and_union(store, one, two):
    first, second = set(found(store, one)), set(found(store, two))
    assert set(found(store, f"({one}) and ({two})")) == first & second
    assert set(found(store, f"({one}) or ({two})")) == first | second
    assert set(found(store, f"not not ({one})")) == first


@given(st.text(max_size=40))
def test_any_text_is_a_query_or_refused(store, text):
    with suppress(BadJql):
        found(store, text)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin"]),
)
def test_every_minute_that_exists_means_itself(moment, zone):
    minute = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone))
    if minute.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != minute.replace(tzinfo=None):
        return  # the clocks jumped over it
    store = small(0)
    project = store.new_project("A")
    store.put(Issue(1, "A-1", project, created=times.millis(minute)))
    assert found(store, f'created = "{minute:%Y-%m-%d %H:%M}"', zone) == ["A-1"]
    later = minute + timedelta(minutes=1)
    assert found(store, f'project = A and created >= "{later:%Y-%m-%d %H:%M}"', zone) in ([], ["A-1"])


def test_people_are_found_by_what_is_shown(store):
    assert store.directory.seek("Ann")[0].id == ANN
    assert store.directory.seek("bob@b.example") == []
    assert store.directory.find("JIRAUSER3").id == CAT
