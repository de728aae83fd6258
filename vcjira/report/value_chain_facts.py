"""The declared value chain, with what was asked back along it: who delivers to whom, and how often they are asked."""

from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.behind import ISSUES
from vcjira.report.head import IN_WINDOW
from vcjira.rules.chain import contradictions, edges


def gather(mirror: Mirror, settings: Settings, values: dict[str, object]) -> dict[str, Any]:
    """nodes with their layer, edges with the requests that came back along them, contradictions; empty undeclared."""
    declared = edges(settings)
    if not declared:
        return {"nodes": [], "edges": [], "contradictions": []}
    asked = {(row["organization"], row["team"]): row for row in mirror.rows(_ASKED, values)}
    classes = dict(mirror.tuples(_CLASSES, values))
    layer = layers(declared)
    teams = {team.lower() for team in settings.teams}
    return {
        "nodes": [
            {
                "name": name,
                "layer": layer[name],
                "kind": "team" if name.lower() in teams else "organization",
                "class": classes.get(name.lower()),
            }
            for name in layer
        ],
        "edges": [
            {
                "from": origin,
                "to": end,
                "requests": row["requests"] if row else 0,
                "one_way": row["one_way"] if row else 0,
                "issues": row["issues"] if row else [],
            }
            for origin, end in declared
            for row in [asked.get((end.lower(), origin.lower()))]
        ],
        "contradictions": [
            {
                "organization": one.organization,
                "class": one.kind,
                "what": one.what,
                "evidence": one.evidence,
                "requests": one.issues,
            }
            for one in contradictions(mirror, settings)
        ],
    }


def layers(declared: list[tuple[str, str]]) -> dict[str, int]:
    """How far each name stands from the beginning of the chain; a circle ends where it closes."""
    found = dict.fromkeys((name for edge in declared for name in edge), 0)
    for _ in found:
        moved = False
        for origin, end in declared:
            if found[end] <= found[origin] < len(found) - 1:
                found[end] = found[origin] + 1
                moved = True
        if not moved:
            break
    steps = {layer: step for step, layer in enumerate(sorted(set(found.values())))}
    return {name: steps[layer] for name, layer in found.items()}


_ASKED = f"""
SELECT lower(c.organization) AS organization, lower(c.team) AS team, count(*) AS requests,
    count(*) FILTER (NOT EXISTS (SELECT 1 FROM talk t WHERE t.site = i.site AND t.issue_id = i.issue_id
        AND t.human AND t.side = 'requester')) AS one_way, {ISSUES}
FROM issues i JOIN classes c USING (site, issue_id)
WHERE NOT c.own_team AND c.organization IS NOT NULL AND c.team IS NOT NULL AND {IN_WINDOW}
GROUP BY ALL
"""
_CLASSES = f"""
SELECT organization, arg_max(class, (n, class)) FROM (
    SELECT lower(c.organization) AS organization, c.class, count(*) AS n
    FROM issues i JOIN classes c USING (site, issue_id)
    WHERE NOT c.own_team AND c.organization IS NOT NULL AND c.class <> 'unknown' AND {IN_WINDOW} GROUP BY ALL
) GROUP BY organization
"""
