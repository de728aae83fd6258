"""Which rule wins, when it holds, whom it matches: tables of rules, person, day -> class."""

from pathlib import Path
from typing import Any

import pytest
from rules_world import classed, fill, memory, settings, verdict, verdicts

from vcjira.errors import Mend
from vcjira.rules import compile, run_tests

YES_YES = {"has_choice": True, "delivers_to_others": True}


def rule(name: str, when: dict[str, Any], answers: dict[str, bool] | str, **more: Any) -> dict[str, Any]:
    said = {"class": answers} if isinstance(answers, str) else {"answers": answers}
    return {"name": name, "when": when, **said, **more}


ANN = {"requester": {"account": "ann", "email": "ann@globex.example"}, "issue": {"created": "2026-06-01"}}
IS_ANN = {"account": "ann"}


ANSWERS = [
    # has_choice, delivers_to_others, class
    (False, None, "stakeholder"),
    (False, True, "stakeholder"),
    (False, False, "stakeholder"),
    (True, True, "partner"),
    (True, False, "customer"),
    (True, None, "unknown"),
    (None, True, "unknown"),
    (None, False, "unknown"),
]


def test_two_answers_make_the_class() -> None:
    cases = []
    for has_choice, delivers, _ in ANSWERS:
        answers = {"has_choice": has_choice, "delivers_to_others": delivers}
        given = {question: answer for question, answer in answers.items() if answer is not None}
        cases.append(([rule("r", IS_ANN, given)], ANN))
    assert verdicts(cases) == [expected for _, _, expected in ANSWERS]


def test_no_rule_no_class() -> None:
    assert verdict([], ANN) == "unknown"


FIRST = [
    ([rule("a", IS_ANN, "customer"), rule("b", IS_ANN, "partner")], "customer"),
    ([rule("a", IS_ANN, {"has_choice": True}), rule("b", IS_ANN, "stakeholder")], "customer"),
    ([rule("a", IS_ANN, {"delivers_to_others": False}), rule("b", IS_ANN, YES_YES)], "customer"),
    ([rule("a", {"account": "bob"}, "customer"), rule("b", IS_ANN, "partner")], "partner"),
    ([rule("a", {"account_type": "app"}, "customer"), rule("b", IS_ANN, "partner")], "partner"),
    ([rule("a", IS_ANN, {"has_choice": False}), rule("b", IS_ANN, "partner")], "stakeholder"),
]


def test_the_first_rule_that_answers_a_question_wins_it() -> None:
    assert verdicts([(rules, ANN) for rules, _ in FIRST]) == [expected for _, expected in FIRST]


DAYS = [
    ("2026-04-30T23:59:59.999999", "unknown"),
    ("2026-05-01", "partner"),
    ("2026-05-01T00:00:00", "partner"),
    ("2026-06-30T23:59:59", "partner"),
    ("2026-07-01", "unknown"),
    ("2026-05-01T01:00:00+02:00", "unknown"),
    ("2026-06-30T23:30:00-01:00", "unknown"),
]


def test_a_rule_holds_from_its_first_day_until_the_day_named_in_utc() -> None:
    dated = rule("r", IS_ANN, "partner", **{"from": "2026-05-01", "until": "2026-07-01"})
    tests = [{"given": ANN | {"issue": {"created": created}}, "expect": expected} for created, expected in DAYS]
    results = run_tests(settings([dated], classify={"tests": tests}))
    assert [(result.name, result.got) for result in results if not result.ok] == []
    assert len(results) == len(DAYS)


OF_BOTS: list[tuple[dict[str, Any], str]] = [
    ({"display_name": "re:robot"}, "unknown"),
    ({"display_name": "re:robot", "bot": True}, "partner"),
    ({"any": [{"bot": True}, {"account": "nobody"}]}, "partner"),
    ({"display_name": "re:robot", "bot": False}, "unknown"),
    ({"project": "PLAT"}, "unknown"),
    ({"project": "PLAT", "bot": True}, "partner"),
]


@pytest.mark.parametrize(
    ("who", "bots"),
    [
        ({"display_name": "Robot 7", "account_type": "app"}, []),
        ({"display_name": "Robot 7"}, ["robot*"]),
        ({"display_name": "Robot 7", "account": "automation-7"}, ["automation-*"]),
        ({"display_name": "Robot 7", "email": "ci@acme.example"}, ["re:^ci@"]),
        ({"display_name": "Robot 7"}, [{"display_name": "glob:ROBOT ?"}]),
    ],
)
def test_a_rule_matches_a_bot_only_if_it_names_bot(who: Any, bots: list[Any]) -> None:
    given = {"requester": who, "issue": {"project": "PLAT"}}
    found = verdicts([([rule("r", when, "partner")], given) for when, _ in OF_BOTS], people={"bots": bots})
    assert found == [expected for _, expected in OF_BOTS]


def test_without_reporter_rules_on_the_issue_alone_still_answer() -> None:
    rules = [
        rule("who", {"not": {"email_domain": "acme.example"}}, "customer"),
        rule("where", {"project": "PLAT"}, "partner"),
    ]
    assert verdict(rules, {"issue": {"project": "PLAT"}}) == "partner"
    assert verdict(rules, {"issue": {"project": "DATA"}}) == "unknown"


def test_then_and_now_may_differ() -> None:
    config = settings(
        [
            rule("was", {"organization": "globex"}, "customer", until="2026-07-01"),
            rule("is", {"organization": "globex"}, "partner", **{"from": "2026-07-01"}),
        ],
        people={"organizations": {"Globex": {"email_domain": ["globex.example"]}}},
    )
    with memory() as mirror:
        fill(
            mirror,
            people=[{"account_id": "ann", "email": "ann@globex.example"}],
            issues=[
                {"issue_id": "1", "reporter_id": "ann", "created": "2026-06-30T12:00:00"},
                {"issue_id": "2", "reporter_id": "ann", "created": "2026-07-01T00:00:00"},
            ],
            sites=[{"last_sync": "2026-08-01T00:00:00"}],
        )
        rows = classed(mirror, config)
        assert [(rows[n]["class"], rows[n]["class_now"]) for n in "12"] == [
            ("customer", "partner"),
            ("partner", "partner"),
        ]
        assert rows["1"]["organization"] == "Globex"
        assert rows["1"]["rules"] == ["was"]


def test_rules_are_named_once_in_the_order_of_the_questions() -> None:
    rules = [
        rule("second", {"account": "ann"}, {"delivers_to_others": True}),
        rule("first", {"account": ["ann", "bob"]}, {"has_choice": True, "delivers_to_others": False}),
    ]
    with memory() as mirror:
        fill(
            mirror,
            people=[{"account_id": "ann"}, {"account_id": "bob"}],
            issues=[{"issue_id": "1", "reporter_id": "ann"}, {"issue_id": "2", "reporter_id": "bob"}],
        )
        rows = classed(mirror, settings(rules))
        assert rows["1"]["rules"] == ["first", "second"]
        assert (rows["1"]["has_choice"], rows["1"]["delivers_to_others"]) == ("yes", "yes")
        assert rows["2"]["rules"] == ["first"]
        against = mirror.tuples("SELECT against FROM verdicts WHERE len(fired) = 2")
        assert against == [(["first"],)]


class TestGroupsThatCouldNotBeRead:
    """A failed look-up leaves people unknown; it never turns a colleague into a customer."""

    STAFF = rule("staff", {"group": "staff"}, {"has_choice": False})
    PORTAL = rule("portal", {"email_domain": "acme.example"}, "customer")

    def verdicts(self, rules: list[dict[str, Any]], ok: bool | None) -> tuple[str, str]:
        with memory() as mirror:
            fill(
                mirror,
                people=[{"account_id": who, "email": f"{who}@acme.example"} for who in ("ann", "bob")],
                memberships=[{"kind": "group", "name": "staff", "account_id": "ann"}] if ok else [],
                lookups=[] if ok is None else [{"kind": "group", "name": "staff", "ok": ok}],
                sites=[{"product": "cloud"}],
                issues=[{"issue_id": "1", "reporter_id": "ann"}, {"issue_id": "2", "reporter_id": "bob"}],
            )
            rows = classed(mirror, settings(rules))
            return rows["1"]["class"], rows["2"]["class"]

    def test_read_it_decides(self) -> None:
        assert self.verdicts([self.STAFF, self.PORTAL], ok=True) == ("stakeholder", "customer")

    @pytest.mark.parametrize("ok", [False, None])
    def test_unread_it_keeps_later_rules_from_answering_otherwise(self, ok: bool | None) -> None:
        assert self.verdicts([self.STAFF, self.PORTAL], ok=ok) == ("unknown", "unknown")

    def test_unread_it_does_not_matter_where_the_answer_would_be_the_same(self) -> None:
        same = rule("house", {"email_domain": "acme.example"}, {"has_choice": False})
        assert self.verdicts([self.STAFF, same], ok=False) == ("stakeholder", "stakeholder")

    def test_unread_it_does_not_matter_to_earlier_rules(self) -> None:
        assert self.verdicts([self.PORTAL, self.STAFF], ok=False) == ("customer", "customer")

    def test_not_in_an_unread_group_is_not_known(self) -> None:
        outside = rule("outside", {"not": {"group": "staff"}}, "customer")
        assert self.verdicts([outside], ok=False) == ("unknown", "unknown")
        assert self.verdicts([outside], ok=True) == ("unknown", "customer")


BAD = [
    ([rule("r", {"email": "re:(?=x)"}, "customer")], "cannot be used"),
    ([rule("r", {"email": "re:(a"}, "customer")], "missing"),
    ([rule("r", {"any": [{"not": {"email": "re:a{5000}"}}]}, "customer")], "cannot be used"),
    ([rule("r", IS_ANN, "customer", **{"from": "2026-05-01", "until": "2026-05-01"})], "before it begins"),
    ([rule("r", IS_ANN, "customer"), rule("r", IS_ANN, "partner")], "two rules"),
    ([{"name": "r", "when": IS_ANN}], "needs `answers` or `class`"),
    ([{"name": "r", "when": IS_ANN, "class": "partner", "answers": YES_YES}], "one of them"),
]


@pytest.mark.parametrize(("rules", "told"), BAD, ids=[told for _, told in BAD])
def test_rules_that_cannot_work_are_refused(rules: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(Mend, match=told):
        compile(settings(rules))


def test_a_field_that_no_site_has_is_refused_with_the_nearest() -> None:
    config = settings([rule("r", {"field.Customer Teir": "Gold"}, "customer")])
    with memory() as mirror:
        compile(config, mirror)  # nothing is known of fields yet
        fill(mirror, site_fields=[{"field_id": "customfield_1", "name": "Customer Tier"}])
        with pytest.raises(Mend, match=r"did you mean field\.Customer Tier\?"):
            compile(config, mirror)


def test_a_field_is_unknown_on_a_site_that_does_not_have_it() -> None:
    config = settings(
        [rule("is", {"field.Tier": "Gold"}, "partner"), rule("not", {"not": {"field.Tier": "Gold"}}, "customer")]
    )
    with memory() as mirror:
        fill(
            mirror,
            site_fields=[
                {"field_id": "customfield_1", "name": "Tier"},
                {"site": "t", "field_id": "priority", "name": "P"},
            ],
            issues=[{"issue_id": n} for n in "1234"] + [{"issue_id": "9", "site": "t"}],
            issue_fields=[
                {"issue_id": "1", "fields": '{"customfield_1": {"value": "Gold", "id": "7"}}'},
                {"issue_id": "2", "fields": '{"customfield_1": [{"name": "Silver"}, "gold"]}'},
                {"issue_id": "3", "fields": "{}"},
                {"issue_id": "9", "site": "t", "fields": '{"customfield_1": "Gold"}'},
            ],
        )
        classes = {number: row["class"] for number, row in classed(mirror, config).items()}
        assert classes == {"1": "partner", "2": "partner", "3": "customer", "4": "unknown", "9": "unknown"}


def test_a_pattern_that_would_hang_others_is_harmless() -> None:
    evil = {"requester": {"display_name": "a" * 5000 + "!"}}
    assert verdict([rule("r", {"display_name": "re:^(a+)+$"}, "customer")], evil) == "unknown"


@pytest.mark.parametrize(
    ("project", "assignee", "read", "expected"),
    [
        ("PLAT", None, True, "partner"),
        ("X", None, True, "customer"),  # nobody owns X: that is known, so it is not Platform
        ("X", None, False, "unknown"),  # the group that could tell the assignee's team was not read
        ("PLAT", None, False, "partner"),
        ("X", "dev", True, "partner"),
    ],
)
def test_an_issue_that_no_team_owns_is_known_not_to_be_a_teams(
    project: str, assignee: str | None, read: bool, expected: str
) -> None:
    config = settings(
        [rule("is", {"team": "Platform"}, "partner"), rule("not", {"not": {"team": "Platform"}}, "customer")],
        teams={"Platform": {"projects": ["PLAT"], "members": {"group": "devs"}}},
    )
    with memory() as mirror:
        fill(
            mirror,
            sites=[{"product": "cloud"}],
            people=[{"account_id": "ann"}, {"account_id": "dev"}],
            memberships=[{"kind": "group", "name": "devs", "account_id": "dev"}] if read else [],
            lookups=[{"kind": "group", "name": "devs", "ok": read}],
            issues=[{"issue_id": "1", "reporter_id": "ann", "project": project, "assignee_id": assignee}],
        )
        assert classed(mirror, config)["1"]["class"] == expected


@pytest.mark.parametrize(
    ("who", "created", "own"),
    [
        ("dan", "2026-05-31T23:59:59", True),
        ("dan", "2026-06-01T00:00:00", False),  # moved to another team that day
        ("eve", "2026-05-31T23:59:59", False),
        ("eve", "2026-06-01T00:00:00", True),
        ("ann", "2026-06-01T00:00:00", False),
        (None, "2026-06-01T00:00:00", False),
    ],
)
def test_an_issue_is_the_teams_own_while_the_requester_is_in_it(
    tmp_path: Path, who: str | None, created: str, own: bool
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("account_id,team,from,until\ndan,Platform,,2026-06-01\neve,Platform,2026-06-01,\nann,Sales,,\n")
    config = settings([], people={"directory": path}, teams={"Platform": {"projects": ["PLAT"]}})
    with memory() as mirror:
        fill(
            mirror,
            people=[{"account_id": name} for name in ("dan", "eve", "ann")],
            issues=[{"issue_id": "1", "reporter_id": who, "created": created}],
        )
        row = classed(mirror, config)["1"]
    assert (row["team"], row["own_team"]) == ("Platform", own)
