"""Laws of classification, on generated rules over one small world."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from rules_world import fill, memory, settings

from vcjira import people, rules
from vcjira.mirror import Mirror

GROUPS = ("staff", "devs")
DOMAINS = ("acme.example", "globex.example", None)
PEOPLE = [
    {"account_id": f"u{n}", "email": domain and f"u{n}@{domain}", "account_type": kind}
    for n, (domain, kind) in enumerate((d, k) for d in DOMAINS for k in ("atlassian", "customer", None))
]
MEMBERS = [{"kind": "group", "name": group, "account_id": f"u{n}"} for group in GROUPS for n in range(0, 9, 2)]

leaf = st.one_of(
    st.sampled_from([{"group": group} for group in GROUPS]),
    st.sampled_from([{"email_domain": domain} for domain in DOMAINS if domain]),
    st.sampled_from([{"account_type": "customer"}, {"account": ["u1", "u2"]}, {"project": "PLAT"}, {"bot": False}]),
)
when = st.recursive(
    leaf,
    lambda inner: st.one_of(
        inner.map(lambda w: {"not": w}),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"any": several}),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"all": several}),
    ),
    max_leaves=4,
)
answers = st.dictionaries(st.sampled_from(["has_choice", "delivers_to_others"]), st.booleans(), min_size=1)
said = st.one_of(
    answers.map(lambda a: {"answers": a}), st.sampled_from(["partner", "customer"]).map(lambda c: {"class": c})
)
dates = st.sampled_from([{}, {"from": "2026-01-01"}, {"until": "2026-06-02"}, {"from": "2026-06-02"}])
some_rules = st.lists(st.tuples(when, said, dates), max_size=5).map(
    lambda parts: [{"name": f"r{n}", "when": w, **a, **d} for n, (w, a, d) in enumerate(parts)]
)
law = effort(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def worlds() -> Iterator[dict[bool, Mirror]]:
    """The same world twice: its groups read, and not."""
    with memory() as read, memory() as unread:
        for mirror, ok in ((read, True), (unread, False)):
            fill(
                mirror,
                people=PEOPLE,
                memberships=MEMBERS if ok else [],
                lookups=[{"kind": "group", "name": group, "ok": ok} for group in GROUPS],
                issues=[
                    {"issue_id": f"{n}", "reporter_id": who, "project": project}
                    for n, (who, project) in enumerate(
                        (person["account_id"], project)
                        for person in [*PEOPLE, {"account_id": None}]
                        for project in ("PLAT", "X")
                    )
                ],
            )
            people.derive(mirror, settings())
        yield {True: read, False: unread}


def answered(mirror: Mirror, config: Any) -> dict[str, tuple[str, str | None, str | None]]:
    rules.derive(mirror, config)
    rows = mirror.tuples("SELECT issue_id, class, has_choice, delivers_to_others FROM classes")
    return {row[0]: row[1:] for row in rows}


@law
@given(some_rules, st.tuples(when, said))
def test_a_later_rule_never_changes_an_earlier_answer(worlds: Any, earlier: list[Any], later: tuple[Any, Any]) -> None:
    before = answered(worlds[True], settings(earlier))
    after = answered(worlds[True], settings([*earlier, {"name": "later", "when": later[0], **later[1]}]))
    for issue_id, (_, *old) in before.items():
        assert all(was in (None, now) for was, now in zip(old, after[issue_id][1:], strict=True))


@law
@given(some_rules)
def test_a_failed_look_up_never_yields_another_class(worlds: Any, some: list[Any]) -> None:
    config = settings(some)
    truth = answered(worlds[True], config)
    for issue_id, (kind, *_) in answered(worlds[False], config).items():
        assert kind in ("unknown", truth[issue_id][0])


@law
@given(some_rules)
def test_the_class_follows_from_the_answers_and_doubling_a_rule_changes_nothing(worlds: Any, some: list[Any]) -> None:
    found = answered(worlds[True], settings(some))
    for kind, has_choice, delivers in found.values():
        assert kind == {
            ("yes", "yes"): "partner",
            ("yes", "no"): "customer",
        }.get((has_choice or "", delivers or ""), "stakeholder" if has_choice == "no" else "unknown")
    doubled = [*some, *({**rule, "name": rule["name"] + " again"} for rule in some)]
    assert answered(worlds[True], settings(doubled)) == found


def holds(condition: dict[str, Any], facts: dict[str, Any]) -> bool | None:
    """The condition read as plainly as one can, three-valued."""
    found = []
    for key, value in condition.items():
        if key == "not":
            inner = holds(value, facts)
            found.append(None if inner is None else not inner)
        elif key in ("any", "all"):
            parts = [holds(part, facts) for part in value]
            decisive = key == "any"
            found.append(decisive if decisive in parts else None if None in parts else not decisive)
        elif key == "group":
            found.append(None if facts["group"] is None else value in facts["group"])
        else:
            wanted = value if isinstance(value, list) else [value]
            found.append(None if facts[key] is None else facts[key] in wanted)
    return False if False in found else None if None in found else True


def plainly(some: list[Any], facts: dict[str, Any]) -> tuple[str | None, str | None]:
    """The answers by reading the rules from top to bottom; the issues of the world are of 2026-06-01."""
    answers: dict[str, str | None] = {"has_choice": None, "delivers_to_others": None}
    for rule in some:
        on_the_day = rule.get("from", "2026-01-01") <= "2026-06-01" < rule.get("until", "2026-12-31")
        if on_the_day and holds(rule["when"], facts):
            said = rule.get("answers") or {"has_choice": True, "delivers_to_others": rule["class"] == "partner"}
            for question, answer in said.items():
                answers[question] = answers[question] or ("yes" if answer else "no")
    return answers["has_choice"], answers["delivers_to_others"]


@law
@given(some_rules)
def test_the_database_says_what_reading_the_rules_says(worlds: Any, some: list[Any]) -> None:
    found = answered(worlds[True], settings(some))
    for number, (person, project) in enumerate(
        (person, project) for person in [*PEOPLE, None] for project in ("PLAT", "X")
    ):
        facts: dict[str, Any] = dict.fromkeys(("account", "email_domain", "account_type", "group", "bot"))
        if person:
            who = person["account_id"]
            domain = (person["email"] or "@").split("@")[1] or None
            groups = [row["name"] for row in MEMBERS if row["account_id"] == who]
            facts |= {"account": who, "email_domain": domain, "account_type": person["account_type"]}
            facts |= {"group": groups, "bot": False}
        assert found[str(number)][1:] == plainly(some, facts | {"project": project})
