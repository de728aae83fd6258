"""What a log may look like, and what is said of one that cannot be read."""

import bz2
import gzip
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest

from vcjira.cli import run
from vcjira.mirror import Mirror

CSV = """case;when;who;group
1;2/1/2026 09:00;ann;A
1;2/1/2026 10:00;bob;B
2;13/1/2026 09:00;ann;A
1;2/1/2026 10:00;cem;?
"""
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
 <trace><string key="concept:name" value="t1"/>
  <event><string key="org:resource" value="ann"/><date key="time:timestamp" value="2026-01-02T09:00:00.000+02:00"/>
   <string key="org:group" value="A"><string key="concept:name" value="nested"/></string></event>
  <event><string key="org:resource" value="bob"/><date key="time:timestamp" value="2026-01-02T10:00:00.000+02:00"/>
   <string key="org:group" value="EMPTY"/></event>
 </trace>
</log>
"""
COLUMNS = ["--case", "case", "--time", "when", "--person", "who", "--team", "group"]


def handed(mirror: Path) -> list[tuple[Any, ...]]:
    with Mirror(mirror, write=False) as opened:
        return opened.tuples(
            "SELECT site, issue_id, from_person, to_person, from_team, to_team, happened::TEXT"
            " FROM handovers ORDER BY site, issue_id, seq"
        )


def imported(tmp_path: Path, name: str, content: bytes, *options: str) -> list[tuple[Any, ...]]:
    path = tmp_path / name
    path.write_bytes(content)
    assert run(["import-log", str(path), "--mirror", str(tmp_path / "m.duckdb"), *options]) == 0
    return handed(tmp_path / "m.duckdb")


def test_rows_become_changes_in_file_order_for_equal_times(tmp_path: Path) -> None:
    assert imported(tmp_path, "desk.csv", CSV.encode(), *COLUMNS) == [
        ("desk", "1", "ann", "bob", "A", "B", "2026-01-02 10:00:00"),
        ("desk", "1", "bob", "cem", "B", None, "2026-01-02 10:00:00"),
    ]


def test_xes_needs_no_options_and_keeps_zones(tmp_path: Path) -> None:
    assert imported(tmp_path, "a.xes", XES.encode()) == [("a", "t1", "ann", "bob", "A", "EMPTY", "2026-01-02 08:00:00")]


def test_packed_logs_are_unpacked(tmp_path: Path) -> None:
    first = imported(tmp_path, "a.xes.gz", gzip.compress(XES.encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("inner.xes", XES)
    second = imported(tmp_path, "b.zip", (tmp_path / "b.zip").read_bytes())
    assert [row[1:] for row in second if row[0] == "b"] == [row[1:] for row in first if row[0] == "a"]


def test_a_log_packed_twice_is_unpacked_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("inner.xes.gz", gzip.compress(XES.encode()))
    assert [row[2:4] for row in imported(tmp_path, "b.zip", (tmp_path / "b.zip").read_bytes())] == [("ann", "bob")]
    assert len(imported(tmp_path, "c.xes.bz2", bz2.compress(XES.encode()))) == 2
    assert len(imported(tmp_path, "d.xes.xz", lzma.compress(XES.encode()))) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    log = "Fall;Zeit;Gruppe\n1;2026-01-02;Käufe\n1;2026-01-03;Einkäufe\n".encode(encoding)
    rows = imported(tmp_path, "x.csv", log, "--case", "Fall", "--time", "Zeit", "--team", "Gruppe")
    assert [row[4:6] for row in rows] == [("Käufe", "Einkäufe")]


def test_the_delimiter_is_the_one_that_gives_the_columns_asked_for(tmp_path: Path) -> None:
    log = "id;name, first;when, where, who\n1;x;2026-01-02\n"
    options = ["--case", "id", "--time", "when, where, who", "--person", "name, first"]
    assert imported(tmp_path, "x.csv", log.encode(), *options) == []


ROWS = "1;2026-01-02;ann;A\n1;2026-01-03;bob;B\n"


@pytest.mark.parametrize(
    "log",
    [
        "sep=;\r\ncase;when;who;group\r\n1;2026-01-02;ann;A\r\n1;2026-01-03;bob;B\r\n",
        f"\n\ncase;when;who;group\n{ROWS}",
        f'"case";" when ";"who";"group"\n{ROWS};;;\n;;;\n\n',
        f'case;when;who;group;"free\ntext; of any kind"\n{ROWS}',
        'case;when;text;who;group\n1;2026-01-02;"two\nlines; ""quoted""";ann;A\n1;2026-01-03;x;bob;B\n',
        f"case;when;who;group\n{ROWS}1;2026-01-04;bob;B\n1;2026-01-04;bob;B\n",
        'case\twhen\ttext\twho\tgroup\n1\t2026-01-02\t"so" to say\tann\tA\n1\t2026-01-03\ta "b" c\tbob\tB\n',
        "case|when|who|group\r1|2026-01-02|ann|A\r1|2026-01-03|bob|B\r",
    ],
    ids=["sep=", "blank lines", "empty rows", "long header", "long text", "repeated rows", "quotes in text", "old Mac"],
)
def test_tables_as_spreadsheets_and_desks_write_them(tmp_path: Path, log: str) -> None:
    hop = ("log", "1", "ann", "bob", "A", "B", "2026-01-03 00:00:00")
    assert imported(tmp_path, "log.csv", log.encode(), *COLUMNS) == [hop]


def test_columns_are_found_whatever_breaks_their_names(tmp_path: Path) -> None:
    log = '"Case\nID","Complete  Timestamp",Resource\n1,2026-01-02,ann\n1,2026-01-03,bob\n'
    columns = ["--case", "Case ID", "--time", "complete timestamp", "--person", "Resource"]
    assert len(imported(tmp_path, "log.csv", log.encode(), *columns)) == 1


def test_the_one_log_of_an_archive_is_found(tmp_path: Path) -> None:
    path = tmp_path / "desk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("README.md", "__MACOSX/._a.csv", "data/.DS_Store"):
            archive.writestr(name, "x")
        archive.writestr("data/a.csv", CSV)
    assert len(imported(tmp_path, "desk.zip", path.read_bytes(), *COLUMNS)) == 2


def test_a_log_that_holds_no_talk_tells_of_no_silence(tmp_path: Path) -> None:
    log = "case,when,who,group,asks\n1,2026-01-02,ann,A,zoe\n1,2026-02-02,bob,B,zoe\n2,2026-04-02,ann,A,zoe\n"
    imported(tmp_path, "log.csv", log.encode(), *COLUMNS, "--requester", "asks")
    with Mirror(tmp_path / "m.duckdb", write=False) as mirror:
        found = {row[0] for row in mirror.tuples("SELECT DISTINCT pattern FROM hits")}
        assert json.loads(mirror.value("SELECT certificate FROM sites"))["complete"]
    assert "handover" in found
    assert not found & {"silent_handoff", "monologue", "hot_potato", "fire_and_forget"}


def test_the_count_of_changes_that_servicenow_keeps_goes_before_the_times(tmp_path: Path) -> None:
    log = "number,sys_mod_count,when,who\n1,0,2026-01-02,ann\n1,1,2026-01-04,bob\n1,2,2026-01-03,cem\n"
    columns = ["--case", "number", "--time", "when", "--person", "who"]
    assert [row[2:4] for row in imported(tmp_path, "x.csv", log.encode(), *columns)] == [("ann", "bob"), ("bob", "cem")]
    garbled = imported(tmp_path, "y.csv", log.replace(",1,", ",one,").encode(), *columns)
    assert [row[2:4] for row in garbled if row[0] == "y"] == [("ann", "cem"), ("cem", "bob")]


def test_person_and_team_are_optional_each(tmp_path: Path) -> None:
    log = b"case,when,who\n1,2026-01-02,ann\n1,2026-01-03,\n1,2026-01-04,?\n1,2026-01-05,bob\n"
    assert imported(tmp_path, "a.csv", log, "--case", "case", "--time", "when") == []
    rows = imported(tmp_path, "b.csv", log, "--case", "case", "--time", "when", "--person", "who")
    assert [row[2:4] for row in rows] == [("ann", None), (None, "bob")]
    rows = imported(tmp_path, "c.csv", log, "--case", "case", "--time", "when", "--team", "who", "--missing", "")
    assert [row[4:6] for row in rows if row[0] == "c"] == [("ann", None), (None, "?"), ("?", "bob")]


def test_importing_again_replaces_the_site(tmp_path: Path) -> None:
    once = imported(tmp_path, "desk.csv", CSV.encode(), *COLUMNS)
    assert imported(tmp_path, "desk.csv", CSV.encode(), *COLUMNS) == once


def test_json_says_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path, "desk.csv", CSV.encode(), *COLUMNS, "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["site"], said["events"], said["issues"], said["persons"], said["teams"]) == ("desk", 4, 2, 3, 2)


def test_an_order_column_goes_before_the_times(tmp_path: Path) -> None:
    log = "case,when,who,n\n1,2026-01-02,ann,1\n1,2026-01-04,bob,2\n1,2026-01-03,cem,3\n"
    columns = ["--case", "case", "--time", "when", "--person", "who", "--order", "n"]
    assert [row[2:4] for row in imported(tmp_path, "x.csv", log.encode(), *columns)] == [("ann", "bob"), ("bob", "cem")]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", [], "empty"),
        (CSV.encode(), ["--case", "cases", "--time", "when"], "did you mean 'case'"),
        (CSV.encode(), ["--case", "case", "--time", "who"], "is not a time"),
        (b"case,when\n1,2026-13-45\n", ["--case", "case", "--time", "when"], ":2: '2026-13-45' is not a time"),
        (b"case,when\n", ["--case", "case", "--time", "when"], "no events"),
        (
            b"case,when\n\xff\xfe,2026-01-01\n",
            ["--case", "case", "--time", "when", "--encoding", "utf-8"],
            "--encoding",
        ),
        (b"case,when\n1,2026-01-01\n", ["--case", "case", "--time", "when", "--encoding", "utf-9"], "no encoding"),
        (
            gzip.compress(b"case,when\n1,2026-01-01\n", mtime=0)[:-9],
            ["--case", "case", "--time", "when"],
            "could not be read",
        ),
        (b"<log><trace></log>", [], "no XES"),
        (b"<html><body>Log in</body></html>", [], "begins with <html>"),
        (b"<log><trace/></log>", [], "no events"),
        (gzip.compress(b"", mtime=0), [], "empty"),
        (XES.replace("time:timestamp", "when", 1).encode(), [], ":4: '' is not a time"),
        (b'case,when,who\n1,2026-01-02,"ann\n1,2026-01-03,bob\n', COLUMNS[:6], ":2: lines 2 to 3 are one row"),
        (b'case,when,who\n1,2026-01-02,"a\n1,2026-01-03,b" c\n', COLUMNS[:6], ":2: lines 2 to 3 are one row"),
        (b'case,when,who\n1,2026-01-02,"a\n1,2026-01-03,b",c\n', COLUMNS[:6], ":2: lines 2 to 3 are one row"),
        (XES.encode(), ["--team", "org:role"], "no event has the attribute 'org:role'"),
        (b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><log>&c;</log>', [], "document type or entities"),
        (CSV.encode(), [*COLUMNS, "--name", "a b"], "cannot be a site's name"),
    ],
)
def test_what_cannot_be_read_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, options: list[str], said: str
) -> None:
    path = tmp_path / "log.bin"
    path.write_bytes(content)
    assert run(["import-log", str(path), "--mirror", str(tmp_path / "m.duckdb"), *options]) == 2
    assert said in capsys.readouterr().err


def test_a_jira_site_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Mirror(tmp_path / "m.duckdb", write=True) as mirror:
        mirror.load("sites", [{"site": "acme", "product": "cloud"}])
    path = tmp_path / "acme.xes"
    path.write_text(XES)
    assert run(["import-log", str(path), "--mirror", str(tmp_path / "m.duckdb")]) == 2
    assert "--name" in capsys.readouterr().err
