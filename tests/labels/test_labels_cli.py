"""The commands, over real HTTP, on both products: what is printed, what stands in Jira, and how they end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vcjira.cli import run
from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Store

CONFIG = """
version: 1
sites:
  - {name: demo, url: "%(url)s", %(email)stoken: "env:VCJIRA_DEMO_TOKEN", requests: {per_second: 2000}}
teams:
  Platform: {projects: [PLAT]}
classify:
  unknown_budget: %(budget)s
  rules:
    - {name: own staff, when: {email_domain: [acme.example]}, answers: {has_choice: no}}
    - {name: portal, when: {email_domain: [globex.example]}, answers: {has_choice: yes, delivers_to_others: no}}
labels:
  enabled: true
  limits: {issues: %(issues)s, share: %(share)s}
  evidence_property: %(evidence)s
"""


class Place:
    """A directory with a configuration, an embedded Jira behind it, and a way to call vcjira there."""

    def __init__(self, folder: Path, jira: EmbeddedJira, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.jira, self.store, self._capsys = folder, jira, jira.store, capsys
        self.out = self.err = ""
        self.configure()

    def configure(
        self, *, issues: int = 500, share: str = "100%", budget: str = "100%", evidence: str = "null"
    ) -> None:
        email = f"email: {EMAIL}, " if self.jira.product == "cloud" else ""
        told = {"url": self.jira.url, "email": email, "issues": issues, "share": share, "budget": budget}
        (self.folder / "vcjira.yaml").write_text(CONFIG % (told | {"evidence": evidence}))

    def __call__(self, *args: str) -> int:
        code = run(["-c", str(self.folder / "vcjira.yaml"), *args])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *args: str) -> Any:
        self(*args)
        return json.loads(self.out)

    def labels(self) -> dict[str, list[str]]:
        return self.store.labels()


@pytest.fixture(params=["cloud", pytest.param("datacenter", marks=pytest.mark.slow)])
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Place]:
    store = Store()
    for name, domain in [("ann", "acme.example"), ("gil", "globex.example"), ("who", "nowhere.example")]:
        store.directory.add(person(name, domain))
    for number in range(12):
        store.create("PLAT", f"Issue {number}", reporter=["ann", "gil", "who"][number % 3], labels=["mine"])
    monkeypatch.setenv("VCJIRA_DEMO_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    with EmbeddedJira(store, product=request.param) as jira:
        place = Place(tmp_path, jira, capsys)
        assert place("sync") == 0, place.err
        yield place


def person(name: str, domain: str) -> Any:
    from vcjira.demo.records import Account

    return Account(name, key=name, name=name, display=name.title(), email=f"{name}@{domain}")


def test_plan_look_apply_verify_undo(place: Place) -> None:
    before = place.labels()
    assert place("labels", "plan", "--out", "plan.json") == 0
    assert "8 issues to change: 8 labels to add, 0 to remove" in place.out
    assert all(len(line) <= 80 for line in place.out.splitlines())
    assert place.labels() == before
    assert place("labels", "apply", "plan.json", "--yes") == 0, place.err
    assert place.labels()["PLAT-1"] == ["mine", "vc-stakeholder"]
    assert place.labels()["PLAT-2"] == ["mine", "vc-customer"]
    assert place.labels()["PLAT-3"] == ["mine"]
    assert place("labels", "verify") == 0, place.out
    assert place("labels", "plan", "--detailed-exitcode") == 0, place.out
    assert place("sync") == 0
    assert place("labels", "plan", "--detailed-exitcode") == 0, place.out
    (run_row,) = place.json("labels", "log", "--json")
    assert place("labels", "log", run_row["run_id"]) == 0
    assert "PLAT-1       +vc-stakeholder" in place.out
    assert place("labels", "undo", run_row["run_id"], "--yes") == 0, place.err
    assert place.labels() == before


def test_the_next_sync_need_not_read_what_we_wrote(place: Place) -> None:
    assert place("labels", "apply", "--yes") == 0
    seen = len(place.jira.requests)
    assert place("sync") == 0
    later = place.jira.requests[seen:]
    assert not [r for r in later if "bulkfetch" in r.path or "expand" in r.query]


def test_the_plan_as_json_is_one_document_of_the_contract(place: Place) -> None:
    plan = place.json("labels", "plan", "--json")
    assert set(plan["changes"][0]) >= {"site", "key", "issue_id", "add", "remove", "why"}
    assert plan["site_counts"] == {"demo": 8}
    assert place("labels", "plan", "--detailed-exitcode") == 10


def test_a_plan_to_look_at_as_page_and_as_markdown(place: Place) -> None:
    place.store.edit_labels("PLAT-5", ["vc-<b>partner"], author="ann")
    assert place("sync") == 0
    assert place("labels", "plan", "--out", "p.json", "--out", "p.html", "--out", "p.md") == 0
    page, text = Path("p.html").read_text(), Path("p.md").read_text()
    number = json.loads(Path("p.json").read_text())["plan_id"]
    for part in (number, "The oddest first", "class stakeholder by rule own staff", f"{place.jira.url}/browse/PLAT-1"):
        assert part in page
        assert part in text
    assert "<b>partner" not in page
    assert place("labels", "plan", "--format", "md") == 0
    assert place.out == text
    assert place("report", "labels", "--format", "csv") == 0
    assert len(place.out.splitlines()) == 9
    assert place("labels", "apply", "p.html", "--yes") == 5


def test_switched_off_means_plan_and_report_only_and_says_so(place: Place) -> None:
    config = Path("vcjira.yaml")
    config.write_text(config.read_text().replace("enabled: true", "enabled: false"))
    before = place.labels()
    assert place("labels", "plan") == 0
    assert "labels.enabled is false" in place.out
    assert place("run") == 0, place.err
    assert "labels.enabled" in place.out + place.err
    assert "Labels to set" in Path("reports/labels.html").read_text()
    assert place.labels() == before


def test_a_night_without_permission_plans_and_reports_only_and_says_so(place: Place) -> None:
    place.jira.faults.no_edit = ["PLAT"]
    before = place.labels()
    assert place("run") == 4
    assert "may not edit" in place.out + place.err
    assert "Labels to set" in Path("reports/labels.html").read_text()
    assert place.labels() == before


def test_a_plan_for_another_site(place: Place) -> None:
    place("labels", "plan", "--out", "plan.json")
    config = Path("vcjira.yaml")
    config.write_text(config.read_text().replace("127.0.0.1", "localhost"))
    assert place("labels", "apply", "plan.json", "--yes") == 5
    assert "`sites`" in place.err


def test_without_a_terminal_and_without_yes_nothing_is_done(place: Place) -> None:
    assert place("labels", "apply") == 2
    assert "--yes" in place.err
    assert place("labels", "undo", "x") == 2


def test_bad_plans_end_with_five_and_change_nothing(place: Place, tmp_path: Path) -> None:
    before = place.labels()
    place("labels", "plan", "--out", "plan.json")
    text = Path("plan.json").read_text()
    for number, bad in enumerate(
        [text.replace("vc-customer", "vc-partner"), text[:300], text.replace('"version": 1', '"version": 9'), ""]
    ):
        Path(f"bad{number}.json").write_text(bad)
        assert place("labels", "apply", f"bad{number}.json", "--yes") == 5, place.err
        assert "labels" in place.err
    assert place("labels", "apply", "nowhere.json", "--yes") == 2
    assert place.labels() == before
    assert place("labels", "apply", "plan.json", "--yes") == 0
    assert place("labels", "apply", "plan.json", "--yes") == 5
    assert "applied before" in place.err


def test_a_stale_plan(place: Place) -> None:
    place("labels", "plan", "--out", "plan.json")
    place.store.edit_labels("PLAT-1", ["hot"], author="ann")
    assert place("labels", "apply", "plan.json", "--yes") == 4
    assert place.labels()["PLAT-1"] == ["hot", "mine"]
    assert "stale" in place.out
    assert place("sync") == 0
    assert place("labels", "apply", "--yes") == 0
    assert place.labels()["PLAT-1"] == ["hot", "mine", "vc-stakeholder"]


def test_changed_rules_make_the_plan_stale(place: Place) -> None:
    place("labels", "plan", "--out", "plan.json")
    config = Path("vcjira.yaml")
    config.write_text(config.read_text().replace("delivers_to_others: no", "delivers_to_others: yes"))
    assert place("labels", "apply", "plan.json", "--yes") == 5
    assert "classify.rules" in place.err
    assert "vc-customer" not in str(place.labels())


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"issues": 7}, "labels.limits.issues"),
        ({"share": "30%"}, "labels.limits.share"),
        ({"budget": "25%"}, "classify.unknown_budget"),
    ],
)
def test_limits_end_with_five_name_the_key_and_are_passed_once(place: Place, config: Any, key: str) -> None:
    place.configure(**config)
    before = place.labels()
    assert place("labels", "apply", "--yes") == 5
    assert key in place.err
    assert "--force" in place.err
    assert place.labels() == before
    assert place("labels", "apply", "--yes", "--force") == 0, place.err
    assert place.labels() != before


def test_a_failing_test_of_the_rules_stops_all_labelling(place: Place) -> None:
    config = Path("vcjira.yaml")
    test = "  tests:\n    - given: {requester: {email: ann@acme.example}}\n      expect: customer\nlabels:"
    config.write_text(config.read_text().replace("labels:", test, 1))
    assert place("labels", "plan") == 2
    assert "vcjira.yaml:" in place.err
    assert place("labels", "apply", "--yes", "--force") == 2


def test_a_veto_over_http(place: Place) -> None:
    assert place("labels", "apply", "--yes") == 0
    place.store.edit_labels("PLAT-1", remove=["vc-stakeholder"], author="ann")
    assert place("labels", "verify") == 4
    assert "PLAT-1" in place.out
    assert place("sync") == 0
    cards = {row["rule"]: row["vetoes"] for row in place.json("rules", "card", "--json")["rules"]}
    assert cards == {"own staff": 1, "portal": 0}
    assert [veto["label"] for veto in place.json("explain", "PLAT-1", "--json")["vetoes"]] == ["vc-stakeholder"]
    assert place("labels", "apply", "--yes") == 0
    assert place.labels()["PLAT-1"] == ["mine"]
    assert place("labels", "log", "--vetoes") == 0
    assert "taken away by Ann" in place.out
    assert place("labels", "verify") == 0
    assert place("labels", "lift", "PLAT-1") == 0
    assert place("labels", "apply", "--yes") == 0
    assert place.labels()["PLAT-1"] == ["mine", "vc-stakeholder"]


def test_a_person_with_our_own_account_is_a_person(place: Place) -> None:
    assert place("labels", "apply", "--yes") == 0
    place.store.edit_labels("PLAT-1", remove=["vc-stakeholder"])
    place.store.edit_labels("PLAT-2", remove=["vc-customer"])
    place.store.edit_labels("PLAT-2", add=["vc-customer"])
    assert place("sync") == 0
    assert place("labels", "plan", "--detailed-exitcode") == 0
    (run_row,) = place.json("labels", "log", "--json")
    assert place("labels", "undo", run_row["run_id"], "--yes") == 0
    assert place.labels()["PLAT-1"] == ["mine"]
    assert place.labels()["PLAT-2"] == ["mine", "vc-customer"]
    assert place.labels()["PLAT-4"] == ["mine"]


def test_permission_missing_everywhere_means_plan_only(place: Place) -> None:
    place.jira.faults.no_edit = ["PLAT"]
    assert place("labels", "apply", "--yes") == 4
    assert "planned and reported only" in place.out
    assert place("labels", "log") == 0
    assert "nothing was written yet" in place.out


def test_without_the_right_to_keep_mail_off(place: Place) -> None:
    place.jira.faults.lacks = ["ADMINISTER", "ADMINISTER_PROJECTS", "BULK_CHANGE"]
    code = place("labels", "apply", "--yes")
    if place.jira.product == "datacenter":
        assert code == 4
        assert "labels.notify" in place.out
    else:
        assert code == 0


def test_an_unreachable_jira_ends_with_three(place: Place) -> None:
    place("labels", "plan", "--out", "plan.json")
    place.jira.stop()
    assert place("labels", "apply", "plan.json", "--yes") == 3


def test_bad_prefixes_and_filters_are_refused_with_their_place(place: Place) -> None:
    config = Path("vcjira.yaml")
    good = config.read_text()
    for bad in ['prefix: ""', 'prefix: "a b"', "where: 'no_such = 1'", "where: 'true; drop table issues'"]:
        config.write_text(good.replace("  enabled: true\n", f"  enabled: true\n  {bad}\n"))
        assert place("labels", "plan") == 2, bad
        assert "vcjira.yaml:" in place.err, bad
    assert place("labels", "plan", "--where", "nonsense(") == 2


def test_hostile_labels_and_keys_reach_no_terminal(place: Place) -> None:
    place.store.edit_labels("PLAT-3", ["vc-\x1b[31mred\u202e"], author="ann")
    assert place("sync") == 0
    assert place("labels", "verify") == 4
    assert "\x1b" not in place.out
    assert "\u202e" not in place.out
    assert "\x1b" not in place.out


def test_two_applies_at_once_end_with_six(place: Place) -> None:
    import subprocess
    import sys

    program = "import sys; from vcjira.cli import run; sys.exit(run(sys.argv[1:]))"
    from vcjira.mirror import Mirror

    with Mirror(Path("vcjira.duckdb"), write=True):
        done = subprocess.run(
            [sys.executable, "-c", program, "labels", "apply", "--yes"], capture_output=True, text=True, check=False
        )
    assert done.returncode == 6, done.stderr


@pytest.mark.slow
def test_the_reason_stands_beside_the_label(place: Place) -> None:
    place.configure(evidence="vcjira")
    assert place("labels", "apply", "--yes") == 0
    assert "without the evidence" not in place.out
    told = json.loads(bytes(place.store["PLAT-2"].properties["vcjira"]))
    assert (told["labels_added"], told["class"]) == (["vc-customer"], "customer")
    assert "portal" in told["why"]
    assert len([r for r in place.jira.requests if "/properties" in r.path]) <= 8
