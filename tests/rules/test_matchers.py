"""Every matcher on what is so, what is not so, and what cannot be seen."""

import pytest
from pydantic import ValidationError
from rules_world import truths

from vcjira.config.matchers import MATCHERS, PREFIXED, When

WHO = {"requester": {"account": "U-1"}}


def person(**facts: object) -> dict[str, object]:
    return {"requester": facts}


def issue(**facts: object) -> dict[str, object]:
    return {**WHO, "issue": facts}


CASES = [
    # matcher, its words, [(given, true/false/None)]
    ("account", "u-1", [(person(account="U-1"), True), (person(account="U-12"), False), ({"issue": {}}, None)]),
    ("account", "re:^u-[0-9]$", [(person(account="U-1"), True), (person(account="U-12"), False)]),
    (
        "email",
        "Ann@Globex.example",
        [
            (person(email="ann@globex.EXAMPLE"), True),
            (person(email="bob@globex.example"), False),
            (person(account="U-1"), None),
        ],
    ),
    (
        "email_domain",
        "acme.example",
        [
            (person(email="x@acme.example"), True),
            (person(email="x@eu.acme.example"), False),
            (person(email_domain="ACME.example"), True),
            (person(account="U-1"), None),
        ],
    ),
    (
        "email_domain",
        ["initech.example", "glob:*.acme.example"],
        [
            (person(email="x@eu.acme.example"), True),
            (person(email="x@acme.example"), False),
            (person(email="x@initech.example"), True),
            (person(email="x@acme.example.evil"), False),
        ],
    ),
    (
        "account_type",
        "customer",
        [(person(account_type="Customer"), True), (person(account_type="atlassian"), False), (WHO, None)],
    ),
    (
        "display_name",
        "glob:* (Globex)",
        [(person(display_name="Ann (GLOBEX)"), True), (person(display_name="Ann (Globex) x"), False), (WHO, None)],
    ),
    ("display_name", "Ann.*", [(person(display_name="Ann Lee"), False), (person(display_name="ann.*"), True)]),
    (
        "group",
        ["staff", "devs"],
        [
            (person(group=["Devs"]), True),
            (person(group=["others"]), False),
            (person(group=[]), False),
            (person(account="U-1"), None),
        ],
    ),
    ("group", "glob:team-*", [(person(group=["team-a"]), True), (person(group=["b"]), None)]),
    (
        "organization",
        ["Globex", "Initech"],
        [
            (person(organization=["globex"]), True),
            (person(organization=["Umbrella"]), False),
            (person(organization=[]), False),
            (person(account="U-1"), None),
        ],
    ),
    (
        "directory.cost centre",
        "R&D",
        [
            (person(**{"directory.Cost Centre": "r&d"}), True),
            (person(**{"directory.Cost Centre": ""}), False),
            (WHO, None),
        ],
    ),
    (
        "project",
        ["PLAT", "glob:X*"],
        [(issue(project="plat"), True), (issue(project="XY"), True), (issue(project="B"), False)],
    ),
    ("issue_type", "bug", [(issue(issue_type="Bug"), True), (issue(issue_type="Story"), False), (issue(), None)]),
    ("component", "ETL", [(issue(component=["a", "etl"]), True), (issue(component="a"), False), (issue(), False)]),
    (
        "request_type",
        "Access",
        [(issue(request_type="access"), True), (issue(request_type="x"), False), (issue(), False)],
    ),
    ("channel", "portal", [(issue(channel="Portal"), True), (issue(channel="jira"), False), (issue(), None)]),
    ("label", "re:^cust-", [(issue(label=["Cust-1"]), True), (issue(label=["x"]), False), (issue(), False)]),
    ("team", "Platform", [(issue(team="platform"), True), (issue(team="Data"), False), (issue(), None)]),
    (
        "field.Customer Tier",
        ["Gold", 1],
        [
            (issue(**{"field.customer tier": "gold"}), True),
            (issue(**{"field.customer tier": ["x", "1"]}), True),
            (issue(**{"field.customer tier": "silver"}), False),
            (issue(), None),
        ],
    ),
    (
        "field.priority",
        "High",
        [(issue(**{"field.priority": "high"}), True), (issue(**{"field.priority": "low"}), False), (issue(), False)],
    ),
    (
        "filed_by_other",
        True,
        [(issue(filed_by_other=True), True), (issue(filed_by_other=False), False), ({"issue": {}}, None)],
    ),
    ("filed_by_other", "no", [(issue(filed_by_other=False), True), (issue(filed_by_other=True), False)]),
    ("bot", True, [(person(account="U-1", bot=True), True), (person(account="U-1", bot=False), False)]),
    ("bot", "no", [(person(account="U-1", bot=True), False), (person(account="U-1"), True)]),
]


@pytest.fixture(scope="module")
def found() -> list[list[bool | None]]:
    return truths([({key: words}, [given for given, _ in cases]) for key, words, cases in CASES])


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case[0]}={case[1]}" for case in CASES])
def test_a_matcher_is_true_false_or_unknown(found: list[list[bool | None]], number: int) -> None:
    assert found[number] == [expected for _, expected in CASES[number][2]]


def test_every_matcher_has_its_cases() -> None:
    tried = {key.partition(".")[0] for key, _, _ in CASES}
    assert tried == {*MATCHERS, *PREFIXED}


HIDDEN = {"account_type": "customer"}  # not given: unknown
SO = {"account": "u-1"}
NOT_SO = {"account": "u-2"}


KLEENE: list[tuple[dict[str, object], bool | None]] = [
    ({"any": [SO, HIDDEN]}, True),
    ({"any": [NOT_SO, HIDDEN]}, None),
    ({"any": [NOT_SO, NOT_SO]}, False),
    ({"all": [SO, HIDDEN]}, None),
    ({"all": [NOT_SO, HIDDEN]}, False),
    ({"all": [SO, SO]}, True),
    ({"not": HIDDEN}, None),
    ({"not": {"not": SO}}, True),
    (SO | HIDDEN, None),
    (NOT_SO | HIDDEN, False),
    ({"not": {"any": [NOT_SO, {"all": [SO, HIDDEN]}]}}, None),
]


def test_any_all_and_not_follow_kleene() -> None:
    assert truths([(when, [WHO]) for when, _ in KLEENE]) == [[expected] for _, expected in KLEENE]


TEXTS = ["it's", 'say "hi"', "50%_[x]", "a\\b", "((", "; DROP TABLE people; --", "ü ß İ"]


def test_plain_texts_mean_themselves() -> None:
    asked = [({"display_name": text}, [person(display_name=text), person(display_name="other")]) for text in TEXTS]
    assert truths(asked) == [[True, False]] * len(TEXTS)
    globs = [({"display_name": f"glob:{text}"}, [person(display_name=text)]) for text in TEXTS]
    assert truths(globs) == [[True]] * len(TEXTS)


@pytest.mark.parametrize("when", [{}, {"emial": "x"}, {"any": []}, {"not": {}}, {"account": []}, {"directory.": "x"}])
def test_what_is_not_a_condition_is_refused(when: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        When.model_validate(when)
