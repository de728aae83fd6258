"""The requesters of a mirror, each with its organization, class, and what answered; and how much is unknown."""

from typing import Any

from vcjira.mirror import Mirror

MISSING = """CASE WHEN has_choice IS NULL THEN 'has_choice'
    WHEN has_choice = 'yes' AND delivers_to_others IS NULL THEN 'delivers_to_others' END"""
"""SQL over `classes`: the question that keeps an issue unknown, or null."""


def list_requesters(mirror: Mirror, *, unknown: bool = False) -> list[dict[str, Any]]:
    """One row per requester, those with most issues first.

    A class is a relation, so one requester can have several: `classes` counts them; `class` and the answers beside it
    are those of most issues, the newer in a tie. Issues of the own team count only where there are no others.
    """
    return mirror.rows(f"""
        WITH issue AS (
            SELECT c.*, {MISSING} AS missing, i.created, v.undecided,
                bool_and(c.own_team) OVER (PARTITION BY c.site, c.requester_id) AS only_own
            FROM classes c JOIN issues i USING (site, issue_id)
            JOIN issue_verdicts j USING (site, issue_id)
            JOIN (SELECT verdict_id, undecided FROM verdicts) v ON v.verdict_id = j.then_id
        ),
        kind AS (
            SELECT site, requester_id, class, count(*) AS n, max(created) AS newest,
                arg_max({{'organization': organization, 'class_now': class_now, 'has_choice': has_choice,
                    'delivers_to_others': delivers_to_others, 'rules': rules, 'missing': missing,
                    'undecided': undecided}}, (created, issue_id)) AS last
            FROM issue WHERE NOT own_team OR only_own GROUP BY ALL
        ),
        total AS (
            SELECT site, requester_id, count(*) AS issues, count(*) FILTER (own_team) AS own_team_issues
            FROM issue GROUP BY ALL
        ),
        best AS (
            SELECT site, requester_id, arg_max({{'class': class, 'last': last}}, (n, newest, class)) AS most,
                bool_or(class = 'unknown') AS unknown,
                to_json(map(list(class ORDER BY n DESC, class), list(n ORDER BY n DESC, class))) AS classes
            FROM kind GROUP BY ALL
        )
        SELECT b.site, b.requester_id AS account_id, p.name, b.most.last.organization, b.most.class AS class,
            b.most.last.class_now, t.issues, t.own_team_issues, b.most.last.has_choice,
            b.most.last.delivers_to_others, b.most.last.rules, b.most.last.missing, b.most.last.undecided, b.classes
        FROM best b JOIN total t ON t.site = b.site AND t.requester_id IS NOT DISTINCT FROM b.requester_id
        LEFT JOIN people p ON p.site = b.site AND p.account_id = b.requester_id
        WHERE {"b.unknown" if unknown else "true"}
        ORDER BY t.issues DESC, b.site, b.requester_id
    """)


def count_classes(mirror: Mirror) -> dict[str, int]:
    """Issues per class; those of the owning team itself as `own`."""
    return dict(
        mirror.tuples("SELECT CASE WHEN own_team THEN 'own' ELSE class END AS kind, count(*) FROM classes GROUP BY ALL")
    )
