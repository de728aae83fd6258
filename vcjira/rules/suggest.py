"""The fewest rules that would class the most unknowns: greedily, the one that explains most issues first.

Asked for is what the requesters share: organization, e-mail domain, group; a project only for issues whose requesters
show nothing else. Answers are proposals from evidence, marked as not yet checked; `rules lint` reminds of them.
"""

import json
from collections import defaultdict
from dataclasses import dataclass

from vcjira.config import Settings
from vcjira.config.words import Words
from vcjira.mirror import Mirror
from vcjira.rules.listing import MISSING

UNCHECKED = "proposed by vcjira rules suggest, not yet checked"
"""`because` of a proposal; whoever checks it says why instead."""
KINDS = ("organization", "email_domain", "group", "project")
"""What a proposal may ask for; the first is preferred where two explain equally much."""
QUESTIONS = ("has_choice", "delivers_to_others")
EXAMPLES = 3
Key = tuple[str, str]
"""A matcher and the text it asks for, in lower case."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that would answer for `issues` unknown issues of `requesters`; `examples` are keys of the newest."""

    matcher: str
    value: str
    answers: dict[str, bool]
    evidence: str
    issues: int
    requesters: int
    examples: list[str]

    @property
    def name(self) -> str:
        return f"{self.matcher.replace('_', ' ')} {self.value}"

    def yaml(self) -> str:
        """The rule as YAML, to paste under `classify.rules`."""
        answers = ", ".join(f"{question}: {'yes' if answer else 'no'}" for question, answer in self.answers.items())
        return "\n".join(
            (
                f"    # {self.issues} issues of {self.requesters} requesters, such as {', '.join(self.examples)}",
                f"    # {self.evidence}",
                f"    - name: {_scalar(self.name)}",
                f"      when: {{{self.matcher}: {_scalar(self.value)}}}",
                f"      answers: {{{answers}}}",
                f"      because: {UNCHECKED}",
            )
        )


def _scalar(text: str) -> str:
    """A text as a YAML scalar: JSON strings are YAML."""
    return json.dumps(text, ensure_ascii=True)


def suggest(
    mirror: Mirror, settings: Settings, *, limit: int = 10, enough: int | None = None, team: str | None = None
) -> list[Suggestion]:
    """At most `limit` rules, or as many as it takes to explain `enough` issues; with `team`, requests of it only."""
    covers, requesters, facts, spelt = _candidates(mirror, team, _decided(settings))
    own = _own_domains(mirror, settings)
    found: list[Suggestion] = []
    explained: set[int] = set()
    while covers and len(found) < limit and (enough is None or len(explained) < enough):
        best = max(covers, key=lambda key: (len(covers[key] - explained), -KINDS.index(key[0]), key[1]))
        new = covers.pop(best) - explained
        if not new:
            break
        explained |= new
        matcher, value = best[0], spelt[best]
        answers, evidence = _proposal(matcher, value, [facts[n] for n in new], own)
        suggestion = Suggestion(
            matcher=matcher,
            value=value,
            answers=answers,
            evidence=evidence,
            issues=len(new),
            requesters=len({requesters[n] for n in new}),
            examples=[facts[n]["key"] for n in sorted(new, reverse=True)[:EXAMPLES]],
        )
        found.append(suggestion)
    return found


def _decided(settings: Settings) -> set[tuple[Key, str]]:
    """What a rule names already and the questions it answers, whatever its dates: somebody has thought about it."""
    return {
        ((key, word.lower()), question)
        for rule in settings.classify.rules
        for _, key, matcher in rule.when.leaves()
        if isinstance(matcher, Words)
        for word in matcher.root
        for question in (rule.answers or QUESTIONS)
    }


def _candidates(
    mirror: Mirror, team: str | None, decided: set[tuple[Key, str]]
) -> tuple[dict[Key, set[int]], dict[int, str], dict[int, dict[str, str]], dict[Key, str]]:
    """Key -> numbers of the unknown issues it would hold for; by number the requester, and facts; their spelling."""
    rows = mirror.rows(
        f"""
        SELECT row_number() OVER (ORDER BY i.created, i.site, i.issue_id) AS n, i.key, i.project, c.organization,
            p.email_domain, p.groups, p.account_type, c.site || '/' || c.requester_id AS requester, c.missing, p.bot
        FROM (SELECT *, {MISSING} AS missing FROM classes WHERE class = 'unknown' AND NOT own_team
            AND lower(team) IS NOT DISTINCT FROM coalesce(lower($team), lower(team))) c
        JOIN issues i USING (site, issue_id)
        LEFT JOIN people p ON p.site = c.site AND p.account_id = c.requester_id
        """,
        {"team": team},
    )
    silent = {domain for (domain,) in mirror.tuples("SELECT domain FROM silent_domains")}
    covers: dict[Key, set[int]] = defaultdict(set)
    requesters: dict[int, str] = {}
    facts: dict[int, dict[str, str]] = {}
    spelt: dict[Key, str] = {}
    for row in rows:
        if row["bot"]:
            continue
        domain = row["email_domain"] if row["email_domain"] not in silent else None
        values = [("organization", row["organization"]), ("email_domain", domain)]
        values += [("group", group) for group in row["groups"] or ()]
        shown = [(matcher, value) for matcher, value in values if value]
        for matcher, value in shown or [("project", row["project"])]:
            if value and ((matcher, value.lower()), row["missing"]) not in decided:
                covers[matcher, value.lower()].add(row["n"])
                spelt.setdefault((matcher, value.lower()), value)
        requesters[row["n"]] = row["requester"] or ""
        facts[row["n"]] = row
    return covers, requesters, facts, spelt


def _own_domains(mirror: Mirror, settings: Settings) -> set[str]:
    """E-mail domains of our own house: those of team members, and of the accounts that we log in with."""
    domains = {site.email.rpartition("@")[2].lower() for site in settings.sites if site.email}
    return domains | {
        domain
        for (domain,) in mirror.tuples(
            "SELECT DISTINCT p.email_domain FROM people p JOIN person_teams t USING (site, account_id)"
            " WHERE p.email_domain IS NOT NULL AND p.email_domain NOT IN (SELECT domain FROM silent_domains)"
        )
    }


def _proposal(matcher: str, value: str, issues: list[dict[str, str]], own: set[str]) -> tuple[dict[str, bool], str]:
    """Answers for what is missing, and what speaks for them."""
    answered = all(issue["missing"] == "delivers_to_others" for issue in issues)
    portal = sum(issue["account_type"] == "customer" for issue in issues) * 2 > len(issues)
    domains = {issue["email_domain"] for issue in issues if issue["email_domain"]}
    if answered:
        return {
            "delivers_to_others": False
        }, "that they have a choice is known; nothing says that they deliver to others"
    if portal:
        return {"has_choice": True, "delivers_to_others": False}, "most are portal-only accounts of a service desk"
    if value.lower() in own or (domains and domains <= own):
        return {"has_choice": False}, "members of your teams have the same e-mail domain"
    if matcher in ("organization", "email_domain"):
        return {
            "has_choice": True,
            "delivers_to_others": False,
        }, "not a domain of your teams; do they deliver to others?"
    return {"has_choice": False}, "nothing is known but that they can see this; are they your own organization?"
