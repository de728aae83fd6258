"""A made-up tracker of any size for the benches: issues, histories, comments, links with the skew of real ones.

Everything is generated inside the database from row numbers, so the same size gives the same mirror. At size 1: 2.7
million issues, 31 million changes, 9 million comments, 1 million links, 150,000 people, 120 teams, 400 organizations.
"""

from string import Template
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror

ISSUES, PEOPLE, TEAMS, ORGANIZATIONS, PROJECTS = 2_700_000, 150_000, 120, 400, 1_800
NOW = "TIMESTAMP '2026-10-01'"


def settings() -> Settings:
    """120 teams, each with 15 projects and a group of members; organizations by e-mail domain; 1 % bots."""
    teams = {
        f"Team {n}": {"projects": [f"P{p}" for p in range(n, PROJECTS, TEAMS)], "members": {"group": f"team-{n}"}}
        for n in range(TEAMS)
    }
    rules: list[dict[str, Any]] = [
        {"name": "staff", "when": {"email_domain": "glob:*.corp.example"}, "answers": {"has_choice": False}},
        {"name": "others", "when": {"any": [{"email_domain": "glob:*.example"}]}, "answers": {"has_choice": True}},
    ]
    return Settings.model_validate({"teams": teams, "classify": {"rules": rules}, "people": {"bots": ["bot-*"]}})


def night(mirror: Mirror) -> int:
    """One night: 0.5 % of the issues, a fifth of them new, get a change of status and a comment; how many these are.

    Written to the file, as a sync leaves it.
    """
    count = max(5, mirror.value("SELECT count(*) FROM issues") // 200)
    mirror.run(Template(_NIGHT).substitute(old=count - count // 5, new=count // 5))
    mirror.touch_issues("s", [row[0] for row in mirror.tuples("SELECT issue_id FROM touched")])
    mirror.checkpoint()
    return count


def fill(mirror: Mirror, share: float) -> None:
    """Issues first, then what hangs on them; times rise with the number of the issue."""
    sizes = {
        "issues": int(ISSUES * share),
        "people": max(1_200, int(PEOPLE * share)),
        "projects": PROJECTS,
        "teams": TEAMS,
        "low": 0,
        "high": 0,
    }
    mirror.run("CREATE OR REPLACE TEMP MACRO die(n) AS CAST(hash(n) >> 1 AS BIGINT)")
    for sql in (_PEOPLE, _MEMBERS, _GROUPS, _ISSUES):
        mirror.run(Template(sql).substitute(sizes))
    for low in range(0, sizes["issues"], SLICE):
        sizes |= {"low": low, "high": min(low + SLICE, sizes["issues"])}
        for sql in (_CHANGES, _COMMENTS, _LINKS):
            mirror.run(Template(sql).substitute(sizes))
    mirror.run("DROP TABLE seeds")
    mirror.run(
        "INSERT INTO statuses BY NAME SELECT 's' AS site, name, category FROM (VALUES ('Open', 'new'),"
        " ('In Progress', 'indeterminate'), ('Waiting for customer', 'indeterminate'), ('Done', 'done'))"
        " v(name, category)"
    )
    mirror.run(f"INSERT INTO sites BY NAME SELECT 's' AS site, {NOW} AS last_sync, 'cloud' AS product")
    mirror.touch()
    mirror.checkpoint()


SLICE = 300_000

_PEOPLE = """
INSERT INTO people BY NAME SELECT 's' AS site, CASE WHEN n % 100 = 99 THEN 'bot-' ELSE 'u' END || n AS account_id,
    'Person ' || n AS name, 'u' || n || '@' || domain AS email, domain AS email_domain, 'atlassian' AS account_type
FROM (SELECT n, 'o' || die(n) % 400 || CASE WHEN n % 6 = 0 THEN '.corp' ELSE '' END || '.example' AS domain
    FROM range($people) t(n))
"""

_MEMBERS = """
INSERT INTO memberships BY NAME SELECT 's' AS site, 'group' AS kind, 'team-' || n % $teams AS name,
    'u' || n AS account_id FROM range($people // 6) t(n)
"""

_GROUPS = """
INSERT INTO lookups BY NAME SELECT 's' AS site, 'group' AS kind, 'team-' || n AS name, true AS ok
FROM range($teams) t(n)
"""

_ISSUES = """
CREATE OR REPLACE TEMP TABLE seeds AS
SELECT n, project, CAST(project AS BIGINT) % $teams AS team, who,
    TIMESTAMP '2010-01-01' + INTERVAL 1 SECOND * CAST(528_000_000 * sqrt((n // 40 * 40) / $issues) AS BIGINT) AS began,
    TIMESTAMP '2010-01-01' + INTERVAL 1 SECOND *
        CAST(528_000_000 * sqrt((n - CASE WHEN die(n // 12) % 7 = 0 THEN n % 12 ELSE 0 END) / $issues) +
            CASE WHEN die(n // 12) % 7 = 0 THEN n % 12 * 20 ELSE 0 END AS BIGINT) AS created,
    least(200, floor(-12.0 * ln((die(n + 11) % 100000 + 1) / 100001)))::INTEGER AS changes,
    least(200, floor(-3.83 * ln((die(n + 12) % 100000 + 1) / 100001)))::INTEGER AS comments
FROM (
    SELECT n, floor($projects * pow(die(n // 3) % 100000 / 100000, 2))::INTEGER AS project,
        floor($people * pow(die(CASE WHEN die(n // 12) % 7 = 0 THEN n // 12 ELSE n END) % 1000000 / 1000000, 4))
            ::BIGINT AS who
    FROM range($issues) t(n)
);

INSERT INTO issues BY NAME SELECT 's' AS site, n::TEXT AS issue_id, 'P' || project || '-' || n AS key,
    'P' || project AS project, ['Bug', 'Story', 'Task', 'Incident'][die(n) % 4 + 1] AS type,
    CASE WHEN n < 0.9 * $issues THEN 'Done' ELSE 'Open' END AS status,
    CASE WHEN n < 0.9 * $issues THEN 'done' ELSE 'new' END AS status_category,
    CASE WHEN n < 0.9 * $issues THEN 'Done' END AS resolution,
    ['Low', 'Medium', 'Medium', 'Medium', 'High'][die(n + 3) % 5 + 1] AS priority, created,
    least(created + INTERVAL 60 DAY, TIMESTAMP '2026-09-30 23:00') AS updated,
    CASE WHEN n < 0.9 * $issues THEN least(created + INTERVAL 60 DAY, TIMESTAMP '2026-09-30') END AS resolved,
    'u' || who AS reporter_id, 'u' || who AS creator_id,
    CASE WHEN n % 5 > 0 THEN 'u' || (team + $teams * (die(n + 1) % 5)) END AS assignee_id,
    CASE WHEN n % 9 = 0 THEN 'P' || project || '-' || (n // 90 * 90) END AS parent_key,
    CASE WHEN n % 7 = 0 THEN ['label' || die(n + 5) % 300] ELSE [] END AS labels,
    CASE WHEN n % 3 = 0 THEN ['part ' || die(n + 6) % 40] ELSE [] END AS components, []::TEXT[] AS organizations,
    array_to_string(list_transform(range(4 + (die(n + 7) % 6)::BIGINT), lambda k:
        'word' || floor(20000 * pow(die(n * 31 + k) % 100000 / 100000, 3) + n // ($issues // 30 + 1) * 100)
            ::INTEGER), ' ') AS summary,
    20 AS description_words, 'present' AS presence, true AS history_complete, true AS comments_complete,
    TIMESTAMP '2026-10-01' AS fetched_at
FROM seeds
"""

_CHANGES = """
INSERT INTO changes BY NAME
WITH drawn AS (
    SELECT s.*, k, die(n * 1009 + k) AS dice, die(n * 1013 + k) AS who_dice,
        k IN (2, 3) AND die(n // 40) % 4 = 0 AS swept
    FROM (SELECT *, unnest(range(changes)) AS k FROM seeds WHERE n >= $low AND n < $high) s
),
timed AS (
    SELECT *, CASE WHEN dice % 100 < 30 THEN 'status' WHEN dice % 100 < 44 THEN 'assignee'
            WHEN dice % 100 < 50 THEN 'resolution' WHEN dice % 100 < 56 THEN 'priority' WHEN dice % 100 < 60 THEN 'Link'
            WHEN dice % 100 < 64 THEN 'Component' WHEN dice % 100 < 72 THEN 'labels'
            WHEN dice % 100 < 80 THEN 'description' WHEN dice % 100 < 84 THEN 'summary'
            WHEN dice % 100 = 84 AND dice % 7 = 0 THEN 'Key' WHEN dice % 100 < 92 THEN 'Sprint' ELSE 'Fix Version'
            END AS field,
        least(CASE WHEN swept THEN began + INTERVAL 1 SECOND * (k * 600 + n % 40 * 5) + INTERVAL 30 DAY
            ELSE created + INTERVAL 1 SECOND *
                CAST(pow(k + 1, 2) * 7200 * (0.2 + who_dice % 1000 / 1000.0) AS BIGINT) END,
            TIMESTAMP '2026-09-30 22:00') AS changed,
        CASE WHEN swept THEN 'u' || die(n // 40) % ($people // 6)
            WHEN who_dice % 20 = 0 THEN 'bot-' || (who_dice % 5 * 100 + 99)
            WHEN who_dice % 10 < 3 THEN 'u' || who ELSE 'u' || (team + $teams * (who_dice % 5)) END AS author_id,
        CASE WHEN dice % 11 = 0 THEN NULL
            ELSE 'u' || (CASE WHEN who_dice % 4 = 0 THEN (team + 1) % $teams ELSE team END + $teams * (dice % 5)) END
            AS person,
        ['Open', 'In Progress', 'Waiting for customer', 'In Progress', 'Done'][who_dice % 5 + 1] AS state
    FROM drawn
),
told AS (
    SELECT *, CASE field WHEN 'status' THEN state WHEN 'assignee' THEN person
        WHEN 'resolution' THEN CASE WHEN who_dice % 3 = 0 THEN NULL ELSE ['Done', 'Won''t Do'][who_dice % 2 + 1] END
        WHEN 'priority' THEN ['Low', 'Medium', 'High'][who_dice % 3 + 1]
        WHEN 'Key' THEN 'P' || (project + who_dice % 3) || '-' || n
        WHEN 'Link' THEN 'P' || project || '-' || (n + 1) ELSE 'value ' || who_dice % 50 END AS value
    FROM timed
)
SELECT 's' AS site, n::TEXT AS issue_id, (n * 1000 + k)::TEXT AS change_id, 0 AS item, changed, author_id, field,
    lower(field) AS field_id, lag(value) OVER w AS from_value, lag(value) OVER w AS from_text, value AS to_value,
    value AS to_text
FROM told WINDOW w AS (PARTITION BY n, field ORDER BY changed, k)
ORDER BY n, changed, k
"""

_COMMENTS = """
INSERT INTO comments BY NAME
SELECT 's' AS site, n::TEXT AS issue_id, (n * 1000 + k)::TEXT AS comment_id,
    least(created + INTERVAL 1 SECOND * CAST(pow(k + 1, 2) * 20000 * (0.2 + dice % 1000 / 1000.0) AS BIGINT),
        TIMESTAMP '2026-09-30 22:00') AS created,
    CASE WHEN dice % 100 < 35 THEN 'u' || who WHEN dice % 100 < 80 THEN 'u' || (team + $teams * (dice % 5))
        WHEN dice % 100 < 83 THEN 'bot-199' ELSE 'u' || die(dice) % ($people // 2) END AS author_id,
    dice % 13 > 0 AS public, 12 AS words, dice % 5 = 0 AS question,
    CASE WHEN dice % 30 = 0 THEN md5((dice % 20)::TEXT) ELSE md5(dice::TEXT) END AS digest,
    CASE WHEN dice % 500 = 0 THEN ['L4:wrong queue'] ELSE []::TEXT[] END AS lint
FROM (
    SELECT *, die(n * 3001 + k) AS dice
    FROM (SELECT *, unnest(range(comments)) AS k FROM seeds WHERE n >= $low AND n < $high)
)
ORDER BY n, k
"""

_LINKS = """
INSERT INTO links BY NAME
SELECT 's' AS site, n::TEXT AS issue_id, 'P' || project || '-' || (n + 1) AS other_key, 'Relates' AS type,
    'outward' AS direction
FROM seeds WHERE n >= $low AND n < $high AND die(n + 21) % 100 < 37
"""

_NIGHT = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT * REPLACE (TIMESTAMP '2026-10-01 20:00' AS updated) FROM issues
WHERE created > (SELECT max(created) FROM issues) - INTERVAL 200 DAY ORDER BY hash(issue_id) LIMIT $old;
DELETE FROM issues WHERE issue_id IN (SELECT issue_id FROM touched);
INSERT INTO touched
SELECT * REPLACE ('9' || lpad(CAST(row_number() OVER (ORDER BY hash(key), key) AS VARCHAR), 9, '0') AS issue_id,
    project || '-N' || row_number() OVER (ORDER BY hash(key), key) AS key,
    TIMESTAMP '2026-10-01 10:00' + INTERVAL 1 SECOND * row_number() OVER (ORDER BY hash(key), key) AS created,
    TIMESTAMP '2026-10-01 20:00' AS updated)
FROM issues ORDER BY hash(key), key LIMIT $new;
INSERT INTO issues FROM touched;
INSERT INTO changes BY NAME SELECT site, issue_id, 'n' || issue_id AS change_id, 0 AS item,
    TIMESTAMP '2026-10-01 11:00' + INTERVAL 3 SECOND * (hash(issue_id) % 9000) AS changed, reporter_id AS author_id,
    'status' AS field, 'status' AS field_id, 'Open' AS from_text, 'In Progress' AS to_text FROM touched;
INSERT INTO comments BY NAME SELECT site, issue_id, 'c' || issue_id AS comment_id,
    TIMESTAMP '2026-10-01 12:00' AS created, reporter_id AS author_id, 5 AS words, 'd' || issue_id AS digest
    FROM touched;
UPDATE sites SET last_sync = TIMESTAMP '2026-10-02';
"""
