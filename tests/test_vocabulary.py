"""The vocabulary lint finds what it should, and leaves product terms, quotes and code alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcjira.text import INSTEAD, NAMED, VOCABULARY, named, read, vocabulary


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[~jo] and [~accountid:5b1:a-2], again [~jo]", ["jo", "5b1:a-2"]),
        ("{noformat}[~jo]{noformat} {quote}thanks [~ann]{quote} [~]", []),
        ("an array[~x] in a line\n[~two words]", ["x", "two words"]),
        ("nobody", []),
    ],
)
def test_mentions_are_read_but_not_in_code_and_quotes(text: str, found: list[str]) -> None:
    assert list(read(text).mentions) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("our internal customers wait", ["L1:internal customers"]),
        ("The business wants it by Monday", ["L2:the business wants"]),
        ("they threw it, no: throw it over the wall", ["L3:throw it over the wall"]),
        ("I passed this on to Anna", ["L3:passed this on to"]),
        ("Please raise a ticket.", ["L4:raise a ticket"]),
        ("This is not our problem; wrong queue", ["L4:not our problem", "L4:wrong queue"]),
        ("Kindly do the needful", ["L5:do the needful"]),
        ("We need two more resources from your team", ["L6:two more resources from"]),
        ("Could you please open a separate jira for that?", ["L4:open a separate jira"]),
        ("any problems, please file a new ticket", ["L4:file a new ticket"]),
        ("I will open a separate ticket when I have a test", []),
        ("maybe we could file a jira for better errors", []),
        ("unable to create request (bad url?)", []),
        ("then I'll just do it myself", []),
        ("the option is read and the string passed this on to", []),
        ("please create a jira account", []),
        ("the internal customer id of the portal", []),
        ("the S3 resource to delete", []),
        ("the request number", []),
        ("{quote}please raise a ticket{quote} why?", []),
        ("{code}open a ticket{code}", []),
        ("see https://desk.example/open a ticketing", []),
        ("Two teams.\nFTEs needed by May", ["L6:ftes needed"]),
    ],
)
def test_words_are_found_where_they_shape_work(text: str, found: list[str]) -> None:
    assert read(text).lint == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("As a buyer, I want to pay", ["U:buyer"]),
        ("as an on-call engineer I need a pager", ["U:on-call engineer"]),
        ("As a result we should stop", []),
        ("as the export must be quick", []),
        ("Customer: Globex Corp, urgent", ["C:globex corp"]),
        ("requested by Initech last week", ["C:initech"]),
        ("{code}Customer: nobody{code}", []),
    ],
)
def test_users_and_customers_are_read_from_what_names_them(text: str, names: list[str]) -> None:
    assert read(text).names == names


def test_every_class_has_a_wording_to_offer() -> None:
    assert set(INSTEAD) == set(VOCABULARY)


@given(st.text(alphabet="ab1_'’-– .,\n\t\u00e9ß😀—«İ\ud800\u2028", max_size=30))
def test_words_are_counted_as_their_definition_says(text: str) -> None:
    assert read(text).words == len(re.findall(r"\w[\w'’-]*", text))


@given(
    st.lists(st.sampled_from(["our internal customers", "as a buyer, I want", "wrong queue", "x" * 60, "-", "Zoë’s"]))
)
def test_what_is_found_in_a_long_text_is_found_in_its_parts(parts: list[str]) -> None:
    whole = read((" ." * 50).join(parts))
    assert set(whole.lint) == {match for part in parts for match in read(part).lint}
    assert set(whole.names) == {name for part in parts for name in read(part).names}


MATCHING = [st.from_regex(pattern) for _, pattern in (VOCABULARY | NAMED).values()]
"""Texts in which something stands that is looked for, whatever is around it."""


@given(st.one_of(*MATCHING))
def test_in_every_match_stands_one_of_the_texts_that_are_looked_for(text: str) -> None:
    everywhere = {name: list(range(len(text))) for name in VOCABULARY | NAMED}
    assert vocabulary(text) == vocabulary(text, everywhere)
    assert named(text) == named(text, everywhere)
