"""Who wrote the e-mail that somebody pasted into a description."""

import pytest

from vcjira.text import forwarded, read

OUTLOOK = """FYI, please have a look.

From: Ann Lee <Ann.Lee@globex.example>
Sent: Monday, June 1, 2026 9:12
To: Support <help@acme.example>
Subject: export fails

Hello, the export fails."""
GERMAN = "Von: Ann Lee [mailto:ann@globex.example]\nGesendet: Montag\nAn: help@acme.example\nBetreff: Export"
WIKI = "*From:* Ann <[ann@globex.example|mailto:ann@globex.example]>\n*Date:* Mon\n*Subject:* x\n"
GMAIL = "--- Forwarded message ---\nFrom: Ann <ann@globex.example>\nDate: Mon\nSubject: x\nTo: help@acme.example\n"
QUOTED = "> From: ann@globex.example\n> Date: Mon\n> To: x@acme.example\n"
CHAIN = GMAIL + "\nFrom: first@umbrella.example\nDate: x\nTo: ann@globex.example\nSubject: x"


@pytest.mark.parametrize("body", [GERMAN, WIKI, GMAIL, QUOTED, CHAIN])
def test_the_sender_of_the_topmost_header_is_found(body: str) -> None:
    assert forwarded(body) == "ann@globex.example"


def test_it_is_read_with_the_description_in_lower_case() -> None:
    assert read(OUTLOOK).forwarded_from == "ann.lee@globex.example"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Write to ann@globex.example.",
        "From: ann@globex.example",
        "From: Monday\nTo: Friday\nSubject: closed, ask ann@globex.example",
        "Import from: ann@globex.example\nplease",
        "From: ann@globex.example\nTo: prod\nit fails",
    ],
)
def test_an_address_alone_is_no_forwarded_mail(body: str) -> None:
    assert forwarded(body) is None


def test_long_hostile_text_is_read_quickly() -> None:
    assert forwarded("From: " + "a" * 200_000 + "@" + "\nFrom: a@" * 20_000) is None
