"""Issues of every shape become the same words; what was left out stays None."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, json

from vcjira.jira import answers, shapes


@pytest.mark.parametrize(
    "value",
    ["2017-07-14T04:40:00.000+0200", "2017-07-14T02:40:00Z", 1_500_000_000, 1_500_000_000_000, "1500000000000"],
)
def test_times_in_every_form_are_the_same_moment(value):
    assert shapes.moment(value) == datetime(2017, 7, 14, 2, 40)


TWO_ZONES = "2017-07-14T04:40:00+02:00+0000"


@pytest.mark.parametrize(
    "value", ["yesterday", TWO_ZONES, {"x": 1}, [1], True, 1.5, 10**18, -(10**30), 20_260_501_120_000]
)
def test_anything_else_is_refused_loudly(value):
    with pytest.raises(ValueError, match=r"."):
        shapes.moment(value)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_milliseconds_survive_the_way(when):
    when = when.replace(microsecond=when.microsecond // 1000 * 1000)
    assert shapes.moment(when.isoformat(timespec="milliseconds") + "+0000") == when


def answered(value: object, kind=answers.Issue):
    """As the wire gives it."""
    return json.decode(json.encode(value), type=kind)


def raw(**fields: object) -> answers.Issue:
    fields = {"created": "2026-01-01T00:00:00.000+0000", **fields}
    return answered({"id": 7, "key": "ABC-1", "fields": fields})


def issue(**fields: object):
    return shapes.issue(raw(**fields), [], complete=True, comments=[], all_comments=True)


def test_an_issue_without_anything_is_still_an_issue():
    bare = answered({"id": "1", "key": "A-B-1", "fields": None})
    found = shapes.issue(bare, [], complete=False, comments=[], all_comments=False)
    assert (found.issue_id, found.project, found.reporter_id, found.created) == ("1", "A-B", None, None)


def test_users_come_in_both_shapes_and_the_stand_in_is_nobody():
    cloud = issue(
        reporter={"accountId": "a:1", "name": "old", "accountType": "customer", "emailAddress": "x@y.example"}
    )
    assert cloud.reporter_id == "a:1"
    assert cloud.people["a:1"].email == "x@y.example"
    assert issue(reporter={"name": "jo", "key": "JIRAUSER1"}).reporter_id == "JIRAUSER1"
    assert issue(reporter={"name": "jo"}).reporter_id == "jo"
    assert issue(reporter={"accountId": "unknown"}).reporter_id is None
    assert issue(reporter=None).reporter_id is None


def test_histories_repeated_across_pages_count_once_and_items_are_numbered():
    history = {
        "id": "9",
        "created": 1_500_000_000_000,
        "items": [{"field": "status", "to": "2", "toString": "Done"}, {"field": "description", "toString": "secret"}],
    }
    histories = answered([history, history], list[answers.History])
    found = shapes.issue(raw(), histories, complete=True, comments=[], all_comments=True)
    assert [(c.change_id, c.item, c.field, c.to_text) for c in found.changes] == [
        ("9", 0, "status", "Done"),
        ("9", 1, "description", None),
    ]


def test_comments_keep_words_questions_and_visibility_but_no_text():
    adf = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "When is it due?"}]}]}
    comments = [
        {"id": "1", "created": 1_500_000_000, "body": adf, "jsdPublic": False},
        {"id": "2", "created": 1_500_000_000, "body": "{code}a ? b : c{code} fine", "visibility": {"value": "Devs"}},
        {"id": "3", "created": 1_500_000_000, "body": None, "properties": [
            {"key": "sd.public.comment", "value": {"internal": False}}]},
        {"id": "4", "created": 1_500_000_000, "body": "ok"},
    ]  # fmt: skip
    said = answered(comments, list[answers.Comment])
    found = shapes.issue(raw(), [], complete=True, comments=said, all_comments=True).comments
    assert [(c.words, c.question, c.public) for c in found] == [
        (4, True, False),
        (1, False, False),
        (0, False, True),
        (1, False, None),
    ]


def test_mentions_are_kept_by_the_text_that_holds_them():
    adf = {"type": "doc", "content": [{"type": "mention", "attrs": {"id": "a:1"}}, {"type": "text", "text": "[~b]"}]}
    said = [{"id": str(n), "created": 1_500_000_000, "body": body} for n, body in enumerate([adf, "to [~jo]", "hi"])]
    found = shapes.issue(
        raw(description=adf), [], complete=True, comments=answered(said, list[answers.Comment]), all_comments=True
    )
    assert found.mentions == {"": ["a:1", "b"], "0": ["a:1", "b"], "1": ["jo"]}
    assert shapes.person({"name": "jo", "key": "JIRAUSER1"}).username == "jo"
    assert shapes.person({"name": "jo", "accountId": "a:1"}).username is None


def test_links_have_a_direction_and_custom_fields_lose_only_noise():
    found = issue(
        issuelinks=[{"type": {"name": "Blocks"}, "inwardIssue": {"key": "X-1"}}, {"type": {"name": "Clones"}}],
        customfield_1=[{"self": "http://x", "id": "3", "value": "Red", "child": None}],
        customfield_2="x" * 5000,
        customfield_3=None,
    )
    assert [(link.other_key, link.type, link.direction) for link in found.links] == [("X-1", "Blocks", "inward")]
    assert found.fields["customfield_1"] == [{"id": "3", "value": "Red"}]
    assert len(str(found.fields["customfield_2"])) == shapes.KEPT_TEXT
    assert "customfield_3" not in found.fields


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("Data", ["Data"]),
        ({"id": "1", "name": "Data"}, ["Data"]),
        ({"value": "Data"}, ["Data"]),
        ({"title": "Data", "id": "x"}, ["Data"]),
        ([{"name": "A"}, {"name": "B"}], ["A", "B"]),
        ({"requestType": {"name": "Get help", "id": "1"}, "currentStatus": {}}, ["Get help"]),
        (None, []),
        ({}, []),
    ],
)
def test_a_field_reads_as_a_person_would_read_it(value, words):
    assert shapes.texts(value) == words


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"key": "A-1"}, answers.Issue),
        ({"id": "1", "key": "A-1", "fields": []}, answers.Issue),
        ({"issues": None}, answers.Issues),
        ({"created": 1}, answers.History),
        ({"id": "1", "items": ["status"]}, answers.History),
        ({"body": "who said it?"}, answers.Comment),
    ],
)
def test_what_is_no_issue_history_or_comment_is_refused_loudly(value, kind):
    with pytest.raises(ValidationError):
        answered(value, kind)


@pytest.mark.parametrize("history", [{"id": 1}, {"id": 1, "created": None}, {"id": 1, "created": "soon"}])
def test_a_history_without_a_time_is_refused(history):
    with pytest.raises(ValueError, match=r"no time|Invalid isoformat"):
        shapes.issue(raw(), answered([history], list[answers.History]), complete=True, comments=[], all_comments=True)


def test_a_person_met_in_many_issues_is_the_same():
    user = {"accountId": "a:1", "displayName": "Jo", "active": True}
    first, second = issue(reporter=user), issue(assignee=user, customfield_1=user)
    assert first.people == second.people == {"a:1": shapes.person(user)}
    assert second.fields == {"customfield_1": user}
