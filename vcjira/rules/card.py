"""The card of each rule: whom it reaches, what it decides, who else says otherwise, and when it last mattered."""

from collections.abc import Iterable
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.rules.book import compile

Row = dict[str, Any]


def label_of(settings: Settings, kind: str) -> str:
    """The label that stands for a class."""
    entry = settings.labels.catalogue.get(kind)
    return (entry.name if entry else None) or f"{settings.labels.prefix}{kind}"


def save_reach(mirror: Mirror) -> None:
    """`t_reach`: per issue and rule that was true when it was raised: did it win an answer, was it against one."""
    mirror.run("""
        CREATE OR REPLACE TEMP TABLE t_reach AS
        WITH said AS (
            SELECT verdict_id, class, has_choice_rule, delivers_rule, fired, against, unnest(fired) AS rule
            FROM verdicts
        )
        SELECT j.site, j.issue_id, s.rule, s.class, s.rule = s.has_choice_rule AS won_choice,
            s.rule = s.delivers_rule AS won_delivers, list_contains(s.against, s.rule) AS against,
            list_filter(s.fired, lambda other: other <> s.rule) AS others
        FROM issue_verdicts j JOIN said s ON s.verdict_id = j.then_id
    """)


def draw_cards(mirror: Mirror, settings: Settings, vetoes: Iterable[Row] = ()) -> list[Row]:
    """One card per rule, in the order of the file; shares are of all requests.

    `vetoes`, rows with site, issue_id and label, are counted besides those that a run has remembered.
    """
    mirror.run("CREATE OR REPLACE TEMP TABLE t_noes (site TEXT, issue_id TEXT, label TEXT)")
    mirror.load("t_noes", vetoes)
    book = compile(settings)
    save_reach(mirror)
    total = mirror.value("SELECT count(*) FROM classes WHERE NOT own_team") or 0
    reached = {row["rule"]: row for row in mirror.rows(_REACHED)}
    overlaps: dict[str, list[Row]] = {}
    for row in mirror.rows(_OVERLAPS):
        overlaps.setdefault(row.pop("rule"), []).append(row)
    agreement = _agreement(mirror, settings)
    cards = []
    for clause in book.clauses:
        name = clause.rule.name
        row = reached.get(name, {})
        card = {
            "rule": name,
            "answers": dict(zip(("has_choice", "delivers_to_others"), clause.answers, strict=True)),
            "issues": row.get("issues", 0),
            "requesters": row.get("requesters", 0),
            "share": row.get("issues", 0) / total if total else 0.0,
            "decided": row.get("decided", 0),
            "overruled": row.get("overruled", 0),
            "last": row.get("last"),
            "example": row.get("example"),
            "overruled_example": row.get("overruled_example"),
            "overlaps": overlaps.get(name, [])[:3],
        }
        cards.append(card | agreement.get(name, {"labels_agree": 0, "labels_differ": 0, "vetoes": 0}))
    return cards


_REACHED = """
SELECT rule, count(*) AS issues, count(DISTINCT c.site || '/' || c.requester_id) AS requesters,
    count(*) FILTER (won_choice OR won_delivers) AS decided, count(*) FILTER (against) AS overruled,
    max(created) AS last, arg_max(key, (created, key)) AS example,
    arg_max(key, (created, key)) FILTER (against) AS overruled_example
FROM t_reach r JOIN classes c USING (site, issue_id) JOIN issues i USING (site, issue_id)
WHERE NOT c.own_team GROUP BY rule
"""

_OVERLAPS = """
WITH pair AS (
    SELECT verdict_id, a.rule, b.other FROM verdicts, LATERAL (SELECT unnest(fired) AS rule) a,
        LATERAL (SELECT unnest(fired) AS other) b WHERE a.rule <> b.other
)
SELECT rule, other, count(*) AS issues,
    count(*) FILTER (list_contains(v.against, rule) OR list_contains(v.against, other)) AS disagree
FROM pair JOIN issue_verdicts j ON j.then_id = pair.verdict_id JOIN verdicts v USING (verdict_id)
JOIN classes c ON c.site = j.site AND c.issue_id = j.issue_id WHERE NOT c.own_team
GROUP BY ALL ORDER BY rule, issues DESC, other
"""


def _agreement(mirror: Mirror, settings: Settings) -> dict[str, Row]:
    """Per rule that decided: labels of ours that people set themselves, for or against the class, and vetoes."""
    labels = {kind: label_of(settings, kind) for kind in ("partner", "stakeholder", "customer")}
    cases = " ".join(f"WHEN '{kind}' THEN $l_{kind}" for kind in labels)
    known = ", ".join(f"$l_{kind}" for kind in labels)
    rows = mirror.rows(
        f"""
        WITH own AS (
            SELECT site, issue_id, lower(label) AS label, kind FROM label_notes WHERE lower(label) IN ({known})
            UNION SELECT site, issue_id, lower(label), 'veto' FROM t_noes WHERE lower(label) IN ({known})
        )
        SELECT rule, count(*) FILTER (kind = 'foreign' AND label = CASE class {cases} END) AS labels_agree,
            count(*) FILTER (kind = 'foreign' AND label <> CASE class {cases} END) AS labels_differ,
            count(*) FILTER (kind = 'veto' AND label = CASE class {cases} END) AS vetoes
        FROM t_reach JOIN own USING (site, issue_id) WHERE won_choice OR won_delivers GROUP BY rule
        """,
        {f"l_{kind}": label.lower() for kind, label in labels.items()},
    )
    return {row.pop("rule"): row for row in rows}


def count_unknowns(mirror: Mirror) -> list[Row]:
    """The unknown requests by why they are unknown, most first."""
    return mirror.rows("""
        WITH unknown AS (
            SELECT c.*, v.undecided, p.bot, p.email_domain, c.organization AS org FROM classes c
            JOIN issue_verdicts j USING (site, issue_id)
            JOIN (SELECT verdict_id, undecided FROM verdicts) v ON v.verdict_id = j.then_id
            LEFT JOIN people p ON p.site = c.site AND p.account_id = c.requester_id
            WHERE c.class = 'unknown' AND NOT c.own_team
        )
        SELECT CASE
            WHEN requester_id IS NULL THEN 'no reporter'
            WHEN len(undecided) > 0 THEN 'a group could not be read'
            WHEN bot THEN 'asked by a bot, and no originator was found'
            WHEN has_choice = 'yes' THEN 'no rule answers delivers_to_others'
            WHEN organization IS NULL AND email_domain IS NULL
                THEN 'no rule answers has_choice; nothing shows who they are'
            ELSE 'no rule answers has_choice' END AS why,
            count(*) AS issues, count(DISTINCT site || '/' || requester_id) AS requesters
        FROM unknown GROUP BY ALL ORDER BY issues DESC, why
    """)
