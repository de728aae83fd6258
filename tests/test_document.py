"""The text of a body is what a person reads there, in whatever form it comes."""

import pytest
from msgspec import DecodeError, json

from vcjira.document import plain


def doc(*content: object) -> dict[str, object]:
    return {"type": "doc", "version": 1, "content": list(content)}


def said(text: str) -> dict[str, object]:
    return {"type": "text", "text": text, "marks": [{"type": "strong"}]}


PARAGRAPH = {"type": "paragraph", "content": [said("one "), said("line"), {"type": "hardBreak"}, said("two")]}
BULLETS = {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph"}]}]}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (None, ""),
        (7, ""),
        (["a"], ""),
        ("h1. wiki *text*", "h1. wiki *text*"),
        (doc(), ""),
        (doc(PARAGRAPH, PARAGRAPH), "one line\ntwo\none line\ntwo\n"),
        (doc(BULLETS), "\n\n"),
        (doc({"type": "codeBlock", "content": [said("x = 1")]}, {"type": "blockquote", "content": [PARAGRAPH]}), ""),
        (doc({"type": "panel", "attrs": {"panelType": "info"}, "content": [said("mind")]}), "mind"),
        (doc({"type": "mention", "attrs": {"id": "a:1", "text": "@Jo"}}, said(" look")), "@Jo look"),
        (doc({"type": "emoji"}, {"type": "emoji", "attrs": {"shortName": ":)"}}), ""),
    ],
)
def test_a_body_reads_block_by_block(body: object, text: str) -> None:
    assert plain(json.encode(body))[0] == text


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        ({"type": "paragraph", "content": "bare"}, "bare\n"),
        ({"type": "paragraph", "content": said("single")}, "single\n"),
        ({"type": "paragraph", "content": [None, 3, ["deeper", said("!")]]}, "deeper!\n"),
        ({"type": "text", "text": 5}, "5"),
        ({"type": "mention", "attrs": ["@Jo"]}, ""),
        ({"type": "mention", "attrs": {"text": 7}}, "7"),
        ({"type": None, "content": None}, ""),
    ],
)
def test_a_document_of_another_shape_gives_what_can_be_read(odd: object, text: str) -> None:
    assert plain(json.encode(doc(PARAGRAPH, odd)))[0] == "one line\ntwo\n" + text


def test_whom_a_document_mentions_is_told_but_not_in_quotes() -> None:
    jo, ann = ({"type": "mention", "attrs": {"id": who, "text": "@X"}} for who in ("a:1", "a:2"))
    body = doc({"type": "paragraph", "content": [jo]}, {"type": "blockquote", "content": [ann]}, {"type": "mention"})
    assert plain(json.encode(body))[1] == ["a:1"]
    odd = doc({"type": "mention", "attrs": {"id": 7}, "content": "bare"})
    assert plain(json.encode(odd)) == ("bare", ["7"])


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(DecodeError):
        plain(b'{"type": "doc"')
