"""`vcjira report`: where it writes, in which format, and what its options mean together."""

import csv
import io

import pytest


def test_without_options_it_renders_what_the_configuration_names(desk, say):
    said = say("report")
    assert said.code == 0, said.err
    paths = said.out.split()
    assert [path.rpartition("/")[2] for path in paths][:2] == ["walls.html", "requesters.html"]
    assert all((desk / "reports" / name).exists() for name in ("walls.html", "requesters.html"))


def test_out_is_a_file_for_one_report_in_one_format(desk, say):
    assert say("report", "walls", "--out", "one").code == 0
    assert (desk / "one").read_text().startswith("<!doctype html>")
    assert say("report", "walls", "--format", "csv", "--out", "sub/w.csv").code == 0
    assert (desk / "sub" / "w.csv").read_text().startswith("site,organization,team")


def test_out_is_a_directory_else(desk, say):
    (desk / "there").mkdir()
    assert say("report", "walls", "--out", "there").code == 0
    assert say("report", "walls", "--out", "new/").code == 0
    assert say("report", "walls", "requesters", "--format", "md", "--format", "json", "--out", "many").code == 0
    assert (desk / "there" / "walls.html").exists()
    assert (desk / "new" / "walls.html").exists()
    names = sorted(path.name for path in (desk / "many").iterdir())
    assert names == ["requesters.json", "requesters.md", "walls.json", "walls.md"]


def test_the_terminal_gets_one_text_and_html_when_asked(desk, say):
    assert say("report", "walls", "--format", "md").out.startswith("# Where work is tossed")
    assert say("report", "walls", "--out", "-").out.startswith("<!doctype html>")
    rows = list(csv.reader(io.StringIO(say("report", "requesters", "--format", "csv").out)))
    assert rows[0][:3] == ["by", "name", "requests"]


def test_a_template_says_its_format_and_report_by_its_name(desk, say):
    (desk / "walls.csv.j2").write_text("{% for cell in cells %}{{ cell.organization|csv }}\n{% endfor %}")
    said = say("report", "--template", "walls.csv.j2")
    assert said.code == 0, said.err
    assert '"Sales"' in said.out
    (desk / "weekly.md.j2").write_text("{{ facts('requesters').total }} requests\n")
    assert say("report", "--template", "weekly.md.j2").out.endswith(" requests\n")
    (desk / "page.j2").write_text("{{ report.name }} <b>")
    assert say("report", "walls", "--template", "page.j2").out == "walls <b>"


def test_days_and_projects_reach_the_report(desk, say):
    args = ("--from", "2026-06-01", "--to", "2026-09-30", "--as-of", "2026-10-01", "--project", "PLAT")
    found = say("report", "requesters", *args, "--format", "json").json["report"]
    assert (found["from"], found["to"], found["as_of"]) == (
        "2026-06-01 00:00:00",
        "2026-10-01 00:00:00",
        "2026-10-02 00:00:00",
    )
    assert found["projects"] == ["PLAT"]


@pytest.mark.parametrize("kind", ["html", "md", "csv", "json"])
def test_nobody_of_the_company_is_named_when_pseudonymised(desk, say, kind):
    with (desk / "people.csv").open() as file:
        people = list(csv.DictReader(file))
    said = say("report", "walls", "requesters", "--pseudonymise", "--format", kind, "--out", "out")
    assert said.code == 0, said.err
    text = "".join(path.read_text() for path in (desk / "out").iterdir())
    secrets = {row[name] for row in people for name in ("account_id", "email", "person") if row[name]}
    secrets |= {row["organization"] for row in people} - {"Platform", "Data", "Checkout", "Identity", "Support"}
    secrets |= {"Globex", "Initech", "Blue Harbor", "127.0.0.1"}
    assert len(secrets) > 100
    assert [secret for secret in secrets if secret in text] == []


def test_nothing_is_written_when_one_of_several_cannot_be_rendered(desk, say):
    assert say("report", "walls", "nonsense", "--out", "out").code == 2
    assert not (desk / "out").exists()
