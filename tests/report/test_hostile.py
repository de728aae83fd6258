"""Text from Jira is shown as text, whatever is in it, in every report and every format."""

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from report_world import HOSTILE, URL

from vcjira.report import REPORTS, Request, render, texts

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Seen(HTMLParser):
    """Tags and attributes of a page; complains about what could run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("srcset", "action", "formaction", "poster"):
                self.wrong.append(f"<{tag} {name}>")
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href") and not (value or "").startswith(("data:", "#")):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, text):
        self.text.append(text)


def shown(hostile, name, kind, **more):
    return render(hostile.mirror, hostile.settings, Request(name, kind, **more))


@pytest.fixture(scope="module")
def rendered(hostile):
    return {(name, kind): shown(hostile, name, kind) for name in REPORTS for kind in ("html", "md", "csv", "json")}


@pytest.mark.parametrize("name", REPORTS)
def test_html_runs_nothing_and_loads_nothing(rendered, name):
    page = rendered[name, "html"]
    seen = Seen()
    seen.feed(page)
    assert not seen.wrong
    assert not seen.tags & {"script", "img", "iframe", "object", "embed", "form", "base", "b onerror"}
    assert all(link.startswith((URL + "/", "#")) for link in seen.links)
    assert "default-src 'none'" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["walls", "requesters"])
def test_html_shows_hostile_names_as_they_are_written(rendered, name):
    seen = Seen()
    seen.feed(rendered[name, "html"])
    text = " ".join(seen.text)
    for part in ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{ 7*7 }} {% raw %} ${7*7}", "Data | <i>"):
        assert part in text


@pytest.mark.parametrize("kind", ["html", "md", "csv", "json"])
@pytest.mark.parametrize("name", REPORTS)
def test_nothing_steers_a_terminal_or_hides(rendered, name, kind):
    text = rendered[name, kind]
    assert not CONTROL.search(text)
    hidden = {c for c in text if unicodedata.category(c) in ("Cf", "Cs", "Zl", "Zp") and c not in "\u200c\u200d"}
    assert not hidden
    text.encode("utf-8")


@pytest.mark.parametrize("name", REPORTS)
def test_csv_has_the_same_cells_in_every_row_and_no_formula(rendered, name):
    rows = list(csv.reader(io.StringIO(rendered[name, "csv"]), strict=True))
    assert len(rows) > (name in ("walls", "requesters"))
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows[1:]:
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "@", "|", "%", "＝")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_keeps_its_tables_and_takes_no_orders(rendered, name):
    text = rendered[name, "md"]
    assert "<script>" not in text.replace("\\<", "")
    assert "<img" not in text.replace("\\<", "")
    assert "](http://evil" not in text
    assert "`tick`" not in text
    assert "**bold**" not in text
    columns = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        count = len(re.findall(r"(?<!\\)\|", line))
        assert columns in (0, count), line
        columns = count


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_one_document_with_the_same_text(rendered, name):
    document = json.loads(rendered[name, "json"])
    assert document["report"]["name"] == name
    if name == "requesters":
        names = {row["organization"] for row in document["organizations"]}
        assert {"=cmd|' /C calc'!A0", "@SUM(A1:A9)"} <= names


@pytest.mark.parametrize("text", HOSTILE)
def test_cleaning_is_done_once_and_keeps_what_can_be_read(text):
    clean = texts.clean(text)
    assert texts.clean(clean) == clean
    assert not CONTROL.search(clean)
    assert "\n" not in clean
    assert len(clean) <= texts.LONGEST


def test_long_text_is_cut_with_a_mark():
    assert texts.clean("x" * 5000) == "x" * (texts.LONGEST - 1) + "…"


def test_joiners_that_scripts_need_stay():
    assert texts.clean("می\u200cخواهم 👩\u200d🔧") == "می\u200cخواهم 👩\u200d🔧"


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@a", " =1", "\t=1", "|x", "%x", "＝1"])
def test_a_formula_gets_a_quote_before_it(value):
    assert texts.cell(value).startswith("\"'")


def test_numbers_stay_numbers():
    assert [texts.cell(value) for value in (-0.5, 3, None, True, False)] == ["-0.5", "3", "", "yes", "no"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"),
        ("# head", r"\# head"),
        ("- point", r"\- point"),
        ("1. first", r"1\. first"),
        ("see http://evil.example", r"see http\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("a-b c_d", r"a-b c\_d"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_markdown_marks_are_escaped_where_they_would_mark(text, written):
    assert texts.markdown(text) == written
