"""Counts behind the classes that reports show: who carries, how owners were found, whose class changed and why.

Every function takes the window of the report as `only`: SQL over `issues i` and `classes c`, with its parameters. Own
issues of the teams are no requests and are left out. `behind` lists the issues that a row counts, newest first.
"""

from typing import Any

from vcjira.mirror import Mirror, now

Row = dict[str, Any]
Params = dict[str, object]
BEHIND = "list({'site': site, 'key': key, 'created': created, 'summary': summary} ORDER BY created DESC, key) AS behind"


def count_carried(mirror: Mirror, only: str = "true", params: Params | None = None) -> list[Row]:
    """How much is carried for others, and by whom: receiving team, carrier's side, hops, requests, share of the team's.

    `carrier` is a team, else an organization, else what kind of account it is; never a person.
    """
    return mirror.rows(
        f"""
        WITH asked AS (
            SELECT c.*, i.created, i.key, i.summary FROM issues i JOIN classes c USING (site, issue_id)
            WHERE NOT c.own_team AND {only}
        ),
        home AS (
            SELECT a.site, a.issue_id, arg_min(p.team, (p.authority, p.team)) AS team FROM asked a
            JOIN person_teams p ON p.site = a.site AND p.account_id = a.carrier_id
                AND (p.valid_from IS NULL OR p.valid_from <= a.created)
                AND (p.valid_until IS NULL OR p.valid_until > a.created)
            GROUP BY ALL
        ),
        total AS (SELECT team, count(*) AS of FROM asked GROUP BY team)
        SELECT a.team, CASE WHEN p.bot THEN '(automation)' ELSE coalesce(h.team, f.organization, '(unknown)') END
                AS carrier,
            coalesce(array_to_string(json_extract_string(y.hops, '$[*].hop'), ', '), 'filed for') AS hops,
            count(*) AS requests, any_value(t.of) AS of, count(*) / any_value(t.of) AS share,
            {BEHIND.replace("site, 'key'", "a.site, 'key'")}
        FROM asked a JOIN total t ON t.team IS NOT DISTINCT FROM a.team
        LEFT JOIN home h ON h.site = a.site AND h.issue_id = a.issue_id
        LEFT JOIN issue_parties y ON y.site = a.site AND y.issue_id = a.issue_id
        LEFT JOIN people p ON p.site = a.site AND p.account_id = a.carrier_id
        LEFT JOIN affiliations f ON f.site = a.site AND f.account_id = a.carrier_id
            AND (f.valid_from IS NULL OR f.valid_from <= a.created)
            AND (f.valid_until IS NULL OR f.valid_until > a.created)
        WHERE a.carrier_id IS DISTINCT FROM a.requester_id
        GROUP BY 1, 2, 3 ORDER BY requests DESC, 1, 2, 3
        """,
        params or {},
    )


def count_owners(mirror: Mirror, only: str = "true", params: Params | None = None) -> list[Row]:
    """By which way the owning team was found: how, issues, share; `(no team)` where none was. Own issues count too."""
    return mirror.rows(
        f"""
        WITH owned AS (
            SELECT coalesce(t.how, '(no team)') AS how, site, key, i.created, i.summary
            FROM issues i JOIN classes c USING (site, issue_id) LEFT JOIN issue_teams t USING (site, issue_id)
            WHERE {only}
        )
        SELECT how, count(*) AS issues, count(*) / sum(count(*)) OVER () AS share, {BEHIND}
        FROM owned GROUP BY how ORDER BY issues DESC, how
        """,
        params or {},
    )


def count_changed(mirror: Mirror, only: str = "true", params: Params | None = None) -> list[Row]:
    """Requests whose class today is not that of their day: class, class_now, why, organization, requests, example."""
    return mirror.rows(
        f"""
        WITH changed AS (
            SELECT c.*, i.created, i.key, i.summary, a.organization AS organization_now,
                {_rules("o")} AS old_rules,
                {_rules("n")} AS new_rules
            FROM issues i JOIN classes c USING (site, issue_id) JOIN issue_verdicts j USING (site, issue_id)
            JOIN verdicts o ON o.verdict_id = j.then_id JOIN verdicts n ON n.verdict_id = j.now_id
            LEFT JOIN affiliations a ON a.site = c.site AND a.account_id = c.requester_id
                AND (a.valid_from IS NULL OR a.valid_from <= $moment)
                AND (a.valid_until IS NULL OR a.valid_until > $moment)
            WHERE NOT c.own_team AND c.class <> c.class_now AND {only}
        )
        SELECT class, class_now, CASE WHEN organization IS DISTINCT FROM organization_now
                THEN 'organization ' || coalesce(organization, 'unknown') || ' -> '
                    || coalesce(organization_now, 'unknown')
                ELSE 'rule ' || coalesce(old_rules, 'none') || ' -> ' || coalesce(new_rules, 'none') END AS why,
            organization, count(*) AS requests, arg_max(key, (created, key)) AS example, {BEHIND}
        FROM changed GROUP BY 1, 2, 3, 4 ORDER BY requests DESC, 1, 2, 3, 4
        """,
        {"moment": now(mirror)} | (params or {}),
    )


def _rules(verdict: str) -> str:
    """SQL: the rules behind the answers of a verdict, each once, in the order of the questions; null for none."""
    choice, delivers = f"{verdict}.has_choice_rule", f"{verdict}.delivers_rule"
    return f"nullif(concat_ws(', ', {choice}, CASE WHEN {delivers} IS DISTINCT FROM {choice} THEN {delivers} END), '')"
