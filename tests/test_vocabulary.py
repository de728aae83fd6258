"""The vocabulary lint finds what it should, and leaves product terms, quotes and code alone."""

import pytest

from vcjira.text import INSTEAD, VOCABULARY, read


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
        ("the internal customer id of the portal", []),
        ("the S3 resource to delete", []),
        ("the request number", []),
        ("{quote}please raise a ticket{quote} why?", []),
        ("{code}open a ticket{code}", []),
        ("see https://desk.example/open a ticketing", []),
    ],
)
def test_words_are_found_where_they_shape_work(text: str, found: list[str]) -> None:
    assert read(text).lint == found


def test_every_class_has_a_wording_to_offer() -> None:
    assert set(INSTEAD) == set(VOCABULARY)
