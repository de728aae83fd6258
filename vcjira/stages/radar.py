"""The transition radar: pairs whose behaviour contradicts their class, each as a change of the rules to look at.

A stakeholder or customer that co-works in a team's issues is on its way to partner; a partner that only throws tickets
is not one; a partner from whom nothing came for half a year has gone quiet. Nothing is changed by itself: a proposal is
accepted, dismissed or snoozed in the decisions file, and comes back when a snooze ends.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.people import read_decisions
from vcjira.stages.ladder import STAGES

KIND = "radar"
QUIET_WINDOWS = 6
"""Windows without a request, 30 days apart, after which a partner has gone quiet."""


@dataclass(frozen=True, slots=True)
class Blip:
    """One contradiction; `about` is its name in the decisions file, `state` open, accepted, dismissed or snoozed."""

    about: str
    site: str
    organization: str
    team: str
    kind: str
    stage: str
    proposed: str
    why: str
    since: date
    issues: tuple[str, ...]
    yaml: str
    state: str = "open"
    until: date | None = None
    where: str | None = None


def radar(mirror: Mirror, settings: Settings) -> list[Blip]:
    """All contradictions, those that nobody has decided about first."""
    day = now(mirror).date()
    decided = {d.about: d for d in read_decisions(settings) if d.kind == KIND}
    found = []
    for blip in _contradictions(mirror):
        decision = decided.get(blip.about)
        if decision is None or (decision.word == "snooze" and decision.until and decision.until <= day):
            found.append(blip)
            continue
        words = {"accept": "accepted", "snooze": "snoozed"}
        state = words.get(decision.word, "dismissed")
        found.append(_decided(blip, state, decision.until, decision.where))
    return sorted(found, key=lambda blip: (blip.state != "open", blip.organization, blip.team, blip.proposed))


def _decided(blip: Blip, state: str, until: date | None, where: str) -> Blip:
    return replace(blip, state=state, until=until, where=where)


def _contradictions(mirror: Mirror) -> Iterable[Blip]:
    for row in mirror.rows(_STANDING, {"quiet": QUIET_WINDOWS}):
        if row["class"] in ("stakeholder", "customer") and row["stage"] in ("S4", "S5") and row["sure"]:
            yield _blip(row, "partner", f"joint work on {row['joint']} of {row['requests']} requests in 90 days")
        elif row["class"] == "partner" and row["stage"] == "S1" and row["sure"]:
            told = f"{row['two_way']} of {row['requests']} requests in 90 days have a two-way conversation recorded"
            yield _blip(row, "stakeholder" if row["internal"] else "customer", told)
        elif row["class"] == "partner" and row["stage"] == "S0" and row["silent"]:
            yield _blip(row, "quiet", f"no request since {row['last_request']:%Y-%m-%d}")


def _blip(row: dict[str, Any], proposed: str, told: str) -> Blip:
    about = f"{row['organization']} with {row['team']} -> {proposed}"
    since: datetime = row["since"]
    why = f"a {row['class']} that stands at {row['stage']} ({STAGES[row['stage']]}): {told}"
    return Blip(
        about=" ".join(about.split()),
        site=row["site"],
        organization=row["organization"],
        team=row["team"],
        kind=row["class"],
        stage=row["stage"],
        proposed=proposed,
        why=why,
        since=since.date(),
        issues=tuple(row["keys"]),
        yaml=_rule(row, proposed, since.date(), why),
    )


def _rule(row: dict[str, Any], proposed: str, since: date, why: str) -> str:
    """A rule to paste above the others: the first that answers wins."""
    if proposed == "quiet":
        return f"# end the rule that makes it a partner:\n#   until: {since}"
    organization, team, name, because = (
        json.dumps(text, ensure_ascii=False)
        for text in (row["organization"], row["team"], f"{row['organization']} with {row['team']}", why)
    )
    return "\n".join(
        [
            f"- name: {name}",
            f"  when: {{all: [{{organization: {organization}}}, {{team: {team}}}]}}",
            f"  from: {since}",
            f"  class: {proposed}",
            f"  because: {because}",
        ]
    )


_STANDING = """
-- the newest window of each pair, the class that most of its requests of that window (or its last ones) have
WITH newest AS (
    SELECT *, arg_max(stage, window_to) OVER pair AS stands
    FROM stages WINDOW pair AS (PARTITION BY site, organization, team)
),
standing AS (
    SELECT site, organization, team, any_value(stands) AS stage, arg_max(sure, window_to) AS sure,
        max(requests) FILTER (number = 0) AS requests, max(joint) FILTER (number = 0) AS joint,
        max(two_way) FILTER (number = 0) AS two_way,
        count(*) FILTER (number < $quiet AND requests = 0) = $quiet AS silent,
        coalesce(max(window_to) FILTER (stage <> stands), min(window_from)) AS since
    FROM newest GROUP BY ALL
),
asked AS (
    SELECT r.site, r.organization, r.team, c.class, r.key, r.created,
        row_number() OVER (PARTITION BY r.site, r.organization, r.team ORDER BY r.created DESC, r.issue_id) AS place
    FROM requests r JOIN classes c USING (site, issue_id)
    SEMI JOIN standing s ON s.site = r.site AND s.organization = r.organization AND s.team = r.team
),
classed AS (
    SELECT site, organization, team, mode(class) FILTER (class <> 'unknown') AS class,
        max(created) AS last_request, list(key ORDER BY place) AS keys
    FROM asked WHERE place <= 50 GROUP BY ALL
),
internal AS (SELECT DISTINCT organization FROM classes WHERE class = 'stakeholder')     -- to some team, at some time
SELECT s.*, c.class, c.last_request, c.keys, i.organization IS NOT NULL AS internal
FROM standing s JOIN classed c USING (site, organization, team)
LEFT JOIN internal i ON i.organization = s.organization
WHERE c.class IS NOT NULL
ORDER BY s.organization, s.team, s.site
"""
