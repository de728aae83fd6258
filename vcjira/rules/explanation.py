"""Why an issue has its class, and what is known of an account: every statement is read from a row."""

import json
from collections.abc import Iterator
from typing import Any

from vcjira.config import Settings
from vcjira.config.matchers import Bot, FiledByOther, Matcher, When
from vcjira.config.words import Words, name, one_of, quote
from vcjira.mirror import Mirror
from vcjira.rules import facts
from vcjira.rules.book import Book, Clause, compile
from vcjira.rules.keys import Found

Row = dict[str, Any]
LISTED = {"group": "groups", "organization": "organizations", "component": "components", "label": "labels"}
"""Matchers over lists -> their column in the facts."""


def explain_class(mirror: Mirror, settings: Settings, found: Found) -> Row | None:
    """Requester, carrier, organization, team, class and answers of one issue; None where it has no class."""
    rows = mirror.rows(_ISSUE, {"site": found.site, "issue_id": found.issue_id})
    if not rows:
        return None
    row = rows[0]
    evidence = Evidence(mirror, settings, row)
    return {
        "key": found.key,
        "site": found.site,
        "issue_id": found.issue_id,
        "created": row["created"],
        "requester": row["requester_id"],
        "requester_name": row["requester_name"],
        "carrier": row["carrier_id"],
        "carrier_name": row["carrier_name"],
        "hops": json.loads(row["hops"] or "[]"),
        "organization": row["organization"],
        "affiliation": evidence.affiliation(),
        "team": row["team"],
        "team_how": row["how"],
        "own_team": row["own_team"],
        "class": row["class"],
        "class_now": row["class_now"],
        "missing": _missing(row["has_choice"], row["delivers_to_others"]),
        "answers": {
            "has_choice": evidence.answer("has_choice", 0, row["has_choice"], row["has_choice_rule"]),
            "delivers_to_others": evidence.answer(
                "delivers_to_others", 1, row["delivers_to_others"], row["delivers_rule"]
            ),
        },
        "disagreeing": row["against"],
        "undecided": row["undecided"],
    }


def without_class(found: Found) -> Row:
    """The same keys for an issue that is not there any more."""
    answer: Row = {"value": None, "rule": None, "evidence": []}
    named = ("requester", "carrier", "organization", "team", "class")
    return {
        "key": found.key,
        "site": found.site,
        "issue_id": found.issue_id,
        **dict.fromkeys(named),
        "answers": {"has_choice": answer, "delivers_to_others": answer},
    }


_ISSUE = """
SELECT c.*, i.created, i.presence, t.how, p.hops, r.name AS requester_name, k.name AS carrier_name, v.has_choice_rule,
    v.delivers_rule, v.against, v.undecided
FROM classes c JOIN issues i USING (site, issue_id) LEFT JOIN issue_teams t USING (site, issue_id)
LEFT JOIN issue_parties p USING (site, issue_id)
LEFT JOIN people r ON r.site = c.site AND r.account_id = c.requester_id
LEFT JOIN people k ON k.site = c.site AND k.account_id = c.carrier_id
JOIN issue_verdicts j USING (site, issue_id) JOIN verdicts v ON v.verdict_id = j.then_id
WHERE c.site = $site AND c.issue_id = $issue_id
"""


def _missing(has_choice: str | None, delivers: str | None) -> str | None:
    """The question that keeps it unknown: the first that has no answer."""
    if has_choice is None:
        return "has_choice"
    return "delivers_to_others" if has_choice == "yes" and delivers is None else None


class Evidence:
    """The facts of one issue and its requester on its day, and what rules found in them."""

    def __init__(self, mirror: Mirror, settings: Settings, row: Row) -> None:
        self.mirror = mirror
        self.book: Book = compile(settings)
        self.created = row["created"]
        who = f"a.site = {quote(row['site'])} AND a.account_id = {quote(row['requester_id'] or '')}"
        facts.save_requesters(mirror, settings, self.book, who)
        columns = facts.save_issues(
            mirror, self.book, f"i.site = {quote(row['site'])} AND i.issue_id = {quote(row['issue_id'])}"
        )
        mirror.run(
            """
            CREATE OR REPLACE TEMP TABLE t_facts AS
            SELECT r.*, i.* EXCLUDE (site, issue_id) FROM t_issues i, (
                SELECT * FROM t_requesters WHERE pid = 0 OR (since IS NULL OR since <= $day)
                    AND (until IS NULL OR until > $day) ORDER BY pid DESC LIMIT 1) r
            """
            if columns
            else """
            CREATE OR REPLACE TEMP TABLE t_facts AS
            SELECT * FROM t_requesters WHERE pid = 0 OR (since IS NULL OR since <= $day)
                AND (until IS NULL OR until > $day) ORDER BY pid DESC LIMIT 1
            """,
            {"day": row["created"]},
        )
        self.row = mirror.rows("SELECT * FROM t_facts")[0]

    def affiliation(self) -> Row | None:
        """Where the organization comes from, and in which period it holds."""
        if not self.row["source"]:
            return None
        named = ("organization", "source", "evidence", "since", "until")
        return {column: self.row[column] for column in named}

    def answer(self, question: str, number: int, value: str | None, rule: str | None) -> Row:
        """The answer with the rule behind it; without one, what was in the way."""
        told: Row = {"value": value, "rule": rule, "evidence": [], "because": None, "from": None, "until": None}
        if rule is None:
            told["unseen"] = sorted(set(self._unseen(number)))
            return told
        clause = next(clause for clause in self.book.clauses if clause.rule.name == rule)
        told["because"] = clause.rule.because
        told["from"], told["until"] = clause.rule.from_, clause.rule.until
        told["evidence"] = list(self._holding(clause.rule.when))
        return told

    def _holding(self, when: When, *, negated: bool = False) -> Iterator[str]:
        """What each condition that holds saw."""
        for key, matcher in when.conditions():
            holds = self._value(matcher.sql(key))
            if holds is not None and holds is not negated:
                yield f"{'not ' if negated else ''}{self._seen(key, matcher, negated)}"
        for key, _, inner in when.nested():
            if self._value(inner.sql()) is not None:
                yield from self._holding(inner, negated=negated != (key == "not"))

    def _unseen(self, number: int) -> Iterator[str]:
        """Conditions that could not be decided, of rules that would have answered question `number`."""
        for clause in self._open(number):
            for _, key, matcher in clause.rule.when.leaves():
                if self._value(matcher.sql(key)) is None:
                    yield key

    def _open(self, number: int) -> Iterator[Clause]:
        """Rules that would have answered the question and could be neither held true nor false."""
        asked = [
            clause
            for clause in self.book.clauses
            if clause.answers[number] and (self.created is None or clause.holds_on(self.created.date()))
        ]
        if asked:
            unseen = self._value(f"[{', '.join(f'{clause.rule.when.sql()} IS NULL' for clause in asked)}]")
            yield from (clause for clause, is_open in zip(asked, unseen, strict=True) if is_open)

    def _value(self, sql: str) -> Any:
        return self.mirror.value(f"SELECT {sql} FROM t_facts")

    def _seen(self, key: str, matcher: Matcher, negated: bool) -> str:
        words = key.replace("_", " ")
        if isinstance(matcher, Bot | FiledByOther):
            return f"{words}: {'yes' if matcher.root else 'no'}"
        assert isinstance(matcher, Words)
        if negated:
            return f"{words} {', '.join(matcher.root)}"
        column = LISTED.get(key, key)
        if key in LISTED or key.startswith("field."):
            hits = self._value(f"list_filter({name(column)}, lambda x: {one_of('x', matcher)})") or []
            told = ", ".join(hits)
        else:
            told = str(self.row[column.lower()])
        if key == "organization" and self.row["source"]:
            told += f" ({self.row['source']}: {self.row['evidence']})"
        return f"{words} {told}"


def explain_account(mirror: Mirror, site: str, account_id: str) -> Row:
    """An account: the person behind it, affiliations and teams by period, and its classes per team."""
    key: Row = {"site": site, "account_id": account_id}
    people = mirror.rows("SELECT * FROM people WHERE site = $site AND account_id = $account_id", key)
    person = people[0] if people else {}
    return {
        "account": account_id,
        "site": site,
        "name": person.get("name"),
        "email_domain": person.get("email_domain"),
        "account_type": person.get("account_type"),
        "bot": person.get("bot"),
        "groups": person.get("groups"),
        "organizations": person.get("organizations"),
        **{name: mirror.rows(sql, key) for name, sql in _ACCOUNT.items()},
        "carried": mirror.value(
            "SELECT count(*) FROM classes WHERE site = $site AND carrier_id = $account_id"
            " AND requester_id IS DISTINCT FROM carrier_id",
            key,
        ),
    }


_ACCOUNT = {
    "joined": """
        SELECT o.site, o.account_id, o.evidence FROM identities m JOIN identities o USING (person)
        WHERE m.site = $site AND m.account_id = $account_id
            AND (o.site, o.account_id) IS DISTINCT FROM (m.site, m.account_id) ORDER BY ALL
    """,
    "affiliations": """
        SELECT organization, team, valid_from, valid_until, source, evidence FROM affiliations
        WHERE site = $site AND account_id = $account_id ORDER BY valid_from NULLS FIRST
    """,
    "teams": """
        SELECT team, valid_from, valid_until, how FROM person_teams
        WHERE site = $site AND account_id = $account_id ORDER BY authority, team
    """,
    "classes": """
        SELECT team, own_team, class, class_now, rules, count(*) AS issues, min(created) AS first,
            max(created) AS last, arg_max(key, (created, key)) AS example
        FROM classes JOIN (SELECT site, issue_id, key, created FROM issues) USING (site, issue_id)
        WHERE site = $site AND requester_id = $account_id GROUP BY ALL ORDER BY issues DESC, team, class, rules
    """,
}
"""What is listed of an account: name -> SQL."""
