"""The path of an issue through its owners: empties removed, short silent stays removed, equal neighbours collapsed.

One temporary table for each level and debounce that patterns ask for, in both variants the reports show.
"""

from datetime import timedelta
from typing import Literal

from vcjira.mirror import Mirror

Level = Literal["team", "person"]


def table(level: Level | None, debounce: timedelta) -> str:
    """The name of a path table; `level` None means each site's own: team where it has teams, else person."""
    return f"path_{level or 'own'}_{round(debounce.total_seconds() * 1000)}"


def build(mirror: Mirror, level: Level | None, debounce: timedelta) -> str:
    """Make the path table of a level (None: each site's own) and a debounce; its name."""
    name = table(level, debounce)
    if level is not None:
        mirror.run(PATH.format(name=name, level=level, debounce=debounce.total_seconds(), wrote=WROTE[level]))
        return name
    present: list[Level] = [one for (one,) in mirror.tuples("SELECT DISTINCT level FROM site_levels ORDER BY level")]
    parts = [
        f"SELECT * FROM {build(mirror, one, debounce)} SEMI JOIN (FROM site_levels WHERE level = '{one}') USING (site)"
        for one in present or ["team"]
    ]
    mirror.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(parts)}")
    return name


def prepare(mirror: Mirror, *, teams: bool) -> None:
    """Make the tables `site_levels` (at which level each site is looked at unless a pattern's option says), `queues`
    and `persons`; needs what `people.derive` left."""
    mirror.run(
        "CREATE OR REPLACE TEMP TABLE site_levels AS SELECT i.site, CASE WHEN ? OR count(i.team_field) > 0"
        " THEN 'team' ELSE 'person' END AS level FROM present i GROUP BY i.site",
        [teams],
    )
    mirror.run(HOLDERS)


HOLDERS = """
-- queues: mailboxes of many people (E12)
CREATE OR REPLACE TEMP TABLE queues AS SELECT site, account_id FROM t_accounts WHERE mailbox;
CREATE OR REPLACE TEMP TABLE persons AS SELECT DISTINCT site, account_id, person FROM identities;
"""

WROTE = {
    "person": "t.author_id = s.account_id",
    "team": """(t.author_id = s.account_id OR EXISTS (SELECT 1 FROM person_teams p
        WHERE p.site = t.site AND p.account_id = t.author_id AND p.team = s.holder
        AND (p.valid_from IS NULL OR p.valid_from <= t.created)
        AND (p.valid_until IS NULL OR p.valid_until > t.created)))""",
}
"""Did the holder write something while holding the issue?"""

PATH = """
CREATE OR REPLACE TEMP TABLE {name} AS
WITH firsts AS (
    SELECT site, issue_id, min(seq) AS seq FROM handovers WHERE from_{level} IS DISTINCT FROM to_{level}
    GROUP BY site, issue_id
),
entries AS (
    SELECT h.site, h.issue_id, 0 AS seq, h.from_{level} AS raw, NULL::VARCHAR AS raw_from, i.created AS since,
        h.from_person AS account_id, NULL::VARCHAR AS actor_id, false AS bulk, false AS automated,
        NULL AS change_id
    FROM handovers h JOIN firsts f USING (site, issue_id, seq) JOIN present i USING (site, issue_id)
    UNION ALL
    SELECT h.site, h.issue_id, h.seq, h.to_{level}, h.from_{level}, h.happened, h.to_person, h.actor_id, h.bulk,
        h.automated, h.change_id
    FROM handovers h WHERE h.from_{level} IS DISTINCT FROM h.to_{level}
),
named AS (              -- E12: a queue holds nothing; E11: accounts of one person are one; E14: whole histories only
    SELECT e.site, e.issue_id, e.seq, e.since, e.account_id, e.actor_id, e.bulk, e.automated, e.change_id,
        CASE WHEN q.account_id IS NULL THEN coalesce(d.person, e.raw) END AS holder,
        CASE WHEN r.account_id IS NULL THEN e.raw_from END AS released,
        lead(e.since) OVER (PARTITION BY e.site, e.issue_id ORDER BY e.seq) AS until
    FROM entries e
    JOIN present i ON i.site = e.site AND i.issue_id = e.issue_id AND i.history_complete IS NOT FALSE
    LEFT JOIN queues q ON '{level}' = 'person' AND q.site = e.site AND q.account_id = e.raw
    LEFT JOIN queues r ON '{level}' = 'person' AND r.site = e.site AND r.account_id = e.raw_from
    LEFT JOIN persons d ON '{level}' = 'person' AND d.site = e.site AND d.account_id = e.raw
),
brief AS (
    SELECT * FROM named WHERE epoch(until) - epoch(since) < {debounce}
),
mute AS (
    SELECT site, issue_id, seq FROM brief s WHERE NOT EXISTS (
        SELECT 1 FROM talk t WHERE t.site = s.site AND t.issue_id = s.issue_id AND {wrote}
        AND t.created >= s.since AND t.created <= s.until
    )
),
kept AS (
    SELECT * FROM named n ANTI JOIN mute USING (site, issue_id, seq) WHERE n.holder IS NOT NULL
),
followed AS (
    SELECT *, lag(holder) OVER (PARTITION BY site, issue_id ORDER BY seq) AS before FROM kept
)
SELECT site, issue_id, row_number() OVER w AS pos, holder, since, lead(since) OVER w AS left_at, account_id, seq,
    change_id, actor_id, bulk, automated, released IS NULL AS queued, lag(holder) OVER w AS previous,
    lag(since) OVER w AS previous_since, lag(account_id) OVER w AS previous_account,
    lag(change_id) OVER w AS previous_change, lag(actor_id) OVER w AS previous_actor,
    coalesce(lag(bulk) OVER w, false) AS previous_bulk, coalesce(lag(automated) OVER w, false) AS previous_automated,
    lag(holder, 2) OVER w AS origin
FROM followed WHERE before IS DISTINCT FROM holder
WINDOW w AS (PARTITION BY site, issue_id ORDER BY seq)
"""
"""`queued`: nobody (or a queue) held the issue directly before; `left_at`: when the next place began."""
