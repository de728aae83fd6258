"""Who owned each issue when: the changelog folded into one row per change of owner, person or team.

The team of an issue at a time is the first that is known of: Team field, assignment-group field, team of the assignee
then, owner of a component, owner of the project. Of the last two only what `teams:` names is known.
"""

from vcjira.config import Settings
from vcjira.config.words import Words, any_of, one_of, quote
from vcjira.mirror import Mirror


def fold(mirror: Mirror, settings: Settings) -> None:
    """Fill `handovers`; needs the temporary tables of `marks.mark` and those that `people.derive` left."""
    mirror.run(FIELDS)
    told = [name for (name,) in mirror.tuples("SELECT DISTINCT field FROM owner_fields ORDER BY field")]
    mirror.run(STEPS.format(told=", ".join(map(quote, ["assignee", "key", "component", *told]))))
    _claims(mirror, settings)
    mirror.run(COMPONENTS if any(team.components for team in settings.teams.values()) else NO_COMPONENTS)
    mirror.run(STATES)
    mirror.run("DELETE FROM handovers")
    mirror.run(HANDOVERS)
    mirror.run("DROP TABLE owner_items; DROP TABLE owner_steps; DROP TABLE owner_rows")


def _claims(mirror: Mirror, settings: Settings) -> None:
    """`team_words`: which team claims each word there is in the data; `rank` is the order in the file, first wins."""
    mirror.run("CREATE OR REPLACE TEMP TABLE team_words (kind TEXT, project TEXT, word TEXT, team TEXT, rank INTEGER)")
    for rank, (name, team) in enumerate(settings.teams.items()):
        for kind, words, column in (
            ("team", [*team.field_team, name], "word"),
            ("project", team.projects, "word"),
            ("component", team.components, "[word, project || chr(47) || word]"),
        ):
            if words:
                test = any_of(column, Words(words)) if kind == "component" else one_of(column, Words(words))
                mirror.run(
                    f"INSERT INTO team_words SELECT kind, project, word, {quote(name)}, {rank} FROM owner_words"
                    f" WHERE kind = '{kind}' AND {test}"
                )


FIELDS = """
-- names in lower case and ids of the fields that say who owns an issue; queues: mailboxes of many people (E12)
CREATE OR REPLACE TEMP TABLE owner_fields AS
SELECT DISTINCT site, lower(field) AS field, CASE role WHEN 'team' THEN 'team' ELSE 'group' END AS kind FROM (
    SELECT site, role, field_id AS field FROM t_roles UNION SELECT site, role, field_name FROM t_roles
) WHERE role IN ('team', 'assignment_group') AND field IS NOT NULL;

CREATE OR REPLACE TEMP TABLE queues AS SELECT site, account_id FROM t_accounts WHERE mailbox;
-- who is in one team always, and who is in one at a time
CREATE OR REPLACE TEMP TABLE sole_teams AS
SELECT site, account_id, arg_min(team, (authority, team)) AS team FROM person_teams
GROUP BY site, account_id HAVING bool_and(valid_from IS NULL AND valid_until IS NULL);
CREATE OR REPLACE TEMP TABLE dated_teams AS FROM person_teams ANTI JOIN sole_teams USING (site, account_id);
CREATE OR REPLACE TEMP TABLE persons AS SELECT DISTINCT site, account_id, person FROM identities;
"""

STEPS = """
-- what happened to an issue's owner, one row per history entry; `p`: person, `t`: Team field, `g`: assignment group
CREATE OR REPLACE TEMP TABLE owner_items AS
SELECT c.site, c.issue_id, c.change_id, c.item, c.changed, c.author_id,
    CASE WHEN lower(c.field) = 'assignee' OR c.field_id = 'assignee' THEN 'person'
        WHEN f.kind IS NOT NULL THEN f.kind
        WHEN lower(c.field) = 'key' THEN 'project' ELSE 'component' END AS kind,
    nullif(trim(c.from_value), '') AS from_value, nullif(trim(c.to_value), '') AS to_value,
    nullif(trim(c.from_text), '') AS from_text, nullif(trim(c.to_text), '') AS to_text
FROM (FROM changes WHERE lower(field) IN ({told}) OR lower(field_id) IN ({told})) c     -- else all are joined first
JOIN present USING (site, issue_id)
LEFT JOIN owner_fields f ON f.site = c.site AND f.field = CASE
    WHEN c.field_id LIKE 'customfield%' THEN lower(c.field_id) ELSE lower(c.field) END
WHERE lower(c.field) IN ('assignee', 'key', 'component') OR c.field_id = 'assignee' OR f.kind IS NOT NULL;

CREATE OR REPLACE TEMP TABLE owner_steps AS
SELECT site, issue_id, change_id, min(changed) AS happened, min(author_id) AS actor_id,
    coalesce(bool_or(kind = 'person'), false) AS p_set, coalesce(bool_or(kind = 'team'), false) AS t_set,
    coalesce(bool_or(kind = 'group'), false) AS g_set, coalesce(bool_or(kind = 'project'), false) AS j_set,
    arg_min_null(from_value, item) FILTER (kind = 'person') AS p_from,
    arg_max_null(to_value, item) FILTER (kind = 'person') AS p_to,
    arg_min_null(from_text, item) FILTER (kind = 'team') AS t_from,
    arg_max_null(to_text, item) FILTER (kind = 'team') AS t_to,
    arg_min_null(from_text, item) FILTER (kind = 'group') AS g_from,
    arg_max_null(to_text, item) FILTER (kind = 'group') AS g_to,
    lower(regexp_replace(arg_min_null(from_text, item) FILTER (kind = 'project'), '-[0-9]+$', '')) AS j_from,
    lower(regexp_replace(arg_max_null(to_text, item) FILTER (kind = 'project'), '-[0-9]+$', '')) AS j_to
FROM owner_items
GROUP BY site, issue_id, change_id;

CREATE OR REPLACE TEMP TABLE owner_words AS
SELECT DISTINCT kind, project, lower(word) AS word FROM (
    SELECT 'team' AS kind, NULL AS project, unnest([from_text, to_text]) AS word FROM owner_items
    WHERE kind IN ('team', 'group')
    UNION SELECT 'team', NULL, team_field FROM present
    UNION SELECT 'project', NULL, unnest([j_from, j_to]) FROM owner_steps WHERE j_set
    UNION SELECT 'project', NULL, project FROM present
    UNION SELECT 'component', lower(i.project), coalesce(o.from_text, o.to_text)
    FROM owner_items o JOIN present i USING (site, issue_id) WHERE o.kind = 'component'
    UNION SELECT 'component', lower(project), unnest(components) FROM present
    UNION SELECT 'component', m.j_from, unnest(i.components)
    FROM owner_steps m JOIN present i USING (site, issue_id) WHERE m.j_set
    UNION SELECT 'component', m.j_from, coalesce(o.from_text, o.to_text)
    FROM owner_steps m JOIN owner_items o USING (site, issue_id) WHERE m.j_set AND o.kind = 'component'
) WHERE word IS NOT NULL;
"""
"""A move shows as a `Key` item; the project item beside it is the same move (E5)."""

NO_COMPONENTS = """
CREATE OR REPLACE TEMP TABLE component_owners (
    site TEXT, issue_id TEXT, word TEXT, valid_from TIMESTAMP, valid_until TIMESTAMP
)
"""

COMPONENTS = """
-- when each component that a team owns was on an issue: in the beginning if its first item takes it away, or if it
-- is there now and was never added
CREATE OR REPLACE TEMP TABLE component_owners AS
WITH words AS (SELECT DISTINCT word FROM team_words WHERE kind = 'component'),
items AS (
    SELECT site, issue_id, lower(coalesce(to_text, from_text)) AS word, to_text IS NOT NULL AS there, changed,
        try_cast(change_id AS BIGINT) AS number, change_id, item
    FROM owner_items WHERE kind = 'component'
),
starts AS (
    SELECT site, issue_id, word, NOT arg_min(there, (changed, number, change_id, item)) AS there
    FROM items GROUP BY site, issue_id, word
    UNION ALL
    SELECT i.site, i.issue_id, lower(c.component), true
    FROM (SELECT site, issue_id, unnest(components) AS component FROM present) c
    JOIN present i USING (site, issue_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM items m WHERE m.site = c.site AND m.issue_id = c.issue_id AND m.word = lower(c.component)
    )
),
all_items AS (
    SELECT site, issue_id, word, there, TIMESTAMP '0001-01-01' AS changed, -1 AS number, NULL AS change_id, -1 AS item
    FROM starts
    UNION ALL SELECT * FROM (SELECT site, issue_id, word, there, changed, number, change_id, item FROM items)
)
SELECT site, issue_id, word, valid_from, valid_until FROM (
    SELECT site, issue_id, word, there, changed AS valid_from,
        lead(changed) OVER (PARTITION BY site, issue_id, word ORDER BY changed, number, change_id, item) AS valid_until
    FROM all_items SEMI JOIN words USING (word)
) WHERE there
"""

STATES = """
-- the whole state before and after each step: the last value that was set, by step; row 0 is the creation
CREATE OR REPLACE TEMP TABLE owner_rows AS
WITH firsts AS (
    SELECT site, issue_id,
        arg_min_null(p_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (p_set) AS p,
        arg_min_null(t_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (t_set) AS t,
        arg_min_null(g_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (g_set) AS g,
        arg_min_null(j_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (j_set) AS j,
        bool_or(p_set) AS p_moved, bool_or(t_set) AS t_moved, bool_or(g_set) AS g_moved, bool_or(j_set) AS j_moved
    FROM owner_steps GROUP BY site, issue_id
)
SELECT i.site, i.issue_id, NULL AS change_id, i.created AS happened, -1::BIGINT AS number, NULL::VARCHAR AS actor_id,
    '=' || coalesce(CASE WHEN f.p_moved THEN f.p ELSE i.assignee_id END, '') AS p_to,
    '=' || coalesce(CASE WHEN f.t_moved THEN f.t ELSE i.team_field END, '') AS t_to,
    '=' || coalesce(f.g, '') AS g_to,
    '=' || coalesce(CASE WHEN f.j_moved THEN f.j ELSE lower(i.project) END, '') AS j_to, NULL::VARCHAR AS p_from
FROM present i JOIN firsts f USING (site, issue_id)
UNION ALL
SELECT site, issue_id, change_id, happened, coalesce(try_cast(change_id AS BIGINT), 0) AS number, actor_id,
    CASE WHEN p_set THEN '=' || coalesce(p_to, '') END, CASE WHEN t_set THEN '=' || coalesce(t_to, '') END,
    CASE WHEN g_set THEN '=' || coalesce(g_to, '') END, CASE WHEN j_set THEN '=' || coalesce(j_to, '') END,
    CASE WHEN p_set THEN '=' || coalesce(p_from, '') END
FROM owner_steps;

CREATE OR REPLACE TEMP TABLE owner_states AS
WITH filled AS (
    SELECT site, issue_id, change_id, happened, actor_id, row_number() OVER w - 1 AS step, p_from,
        last_value(p_to IGNORE NULLS) OVER held AS p, last_value(t_to IGNORE NULLS) OVER held AS t,
        last_value(g_to IGNORE NULLS) OVER held AS g, last_value(j_to IGNORE NULLS) OVER held AS j,
        last_value(p_to IGNORE NULLS) OVER had AS p_had, last_value(t_to IGNORE NULLS) OVER had AS t_had,
        last_value(g_to IGNORE NULLS) OVER had AS g_had, last_value(j_to IGNORE NULLS) OVER had AS j_had
    FROM owner_rows
    WINDOW w AS (PARTITION BY site, issue_id ORDER BY number >= 0, happened, number, change_id),
        held AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        had AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT site, issue_id, change_id, step, happened, actor_id, nullif(substr(p, 2), '') AS to_person,
    nullif(substr(t, 2), '') AS to_t, nullif(substr(g, 2), '') AS to_g, nullif(substr(j, 2), '') AS to_j,
    nullif(substr(coalesce(p_from, p_had), 2), '') AS from_person, nullif(substr(t_had, 2), '') AS from_t,
    nullif(substr(g_had, 2), '') AS from_g, nullif(substr(j_had, 2), '') AS from_j
FROM filled;
"""

_TEAM = """coalesce({side}_word.team, s.{side}_t, {side}_group.team, s.{side}_g, {side}_sole.team, {side}_dated.team,
        {side}_part.team, {side}_project.team)"""

_LOOKUPS = """
    LEFT JOIN words {side}_word ON {side}_word.kind = 'team' AND {side}_word.word = lower(s.{side}_t)
    LEFT JOIN words {side}_group ON {side}_group.kind = 'team' AND {side}_group.word = lower(s.{side}_g)
    LEFT JOIN words {side}_project ON {side}_project.kind = 'project' AND {side}_project.word = s.{side}_j
    LEFT JOIN sole_teams {side}_sole ON {side}_sole.site = s.site AND {side}_sole.account_id = s.{side}_person
    LEFT JOIN dated {side}_dated ON {side}_dated.site = s.site AND {side}_dated.issue_id = s.issue_id
        AND {side}_dated.step = s.step AND {side}_dated.side = '{side}'
    LEFT JOIN parts {side}_part ON {side}_part.site = s.site AND {side}_part.issue_id = s.issue_id
        AND {side}_part.step = s.step AND {side}_part.side = '{side}'"""

HANDOVERS = f"""
INSERT INTO handovers BY NAME
WITH words AS (
    SELECT kind, word, arg_min(team, rank) AS team FROM team_words WHERE kind <> 'component' GROUP BY kind, word
),
parts AS (
    SELECT site, issue_id, step, side, arg_min(w.team, w.rank) AS team
    FROM (
        SELECT s.site, s.issue_id, s.step, 'to' AS side, s.to_j AS project, c.word
        FROM owner_states s JOIN component_owners c USING (site, issue_id)
        WHERE c.valid_from <= s.happened AND (c.valid_until IS NULL OR c.valid_until > s.happened)
        UNION ALL
        SELECT s.site, s.issue_id, s.step, 'from', s.from_j, c.word
        FROM owner_states s JOIN component_owners c USING (site, issue_id)
        WHERE c.valid_from < s.happened AND (c.valid_until IS NULL OR c.valid_until >= s.happened)
    ) s
    JOIN team_words w ON w.kind = 'component' AND w.word = s.word AND w.project = s.project
    GROUP BY site, issue_id, step, side
),
dated AS (
    SELECT s.site, s.issue_id, s.step, s.side, arg_min(t.team, (t.authority, t.team)) AS team
    FROM (
        SELECT site, issue_id, step, happened, 'from' AS side, from_person AS account_id FROM owner_states
        UNION ALL SELECT site, issue_id, step, happened, 'to', to_person FROM owner_states
    ) s
    JOIN dated_teams t ON t.site = s.site AND t.account_id = s.account_id
        AND (t.valid_from IS NULL OR t.valid_from <= s.happened)
        AND (t.valid_until IS NULL OR t.valid_until > s.happened)
    GROUP BY s.site, s.issue_id, s.step, s.side
),
owned AS (
    SELECT s.site, s.issue_id, s.change_id, s.step, s.happened, s.actor_id, s.from_person, s.to_person,
        {_TEAM.format(side="from")} AS from_team,
        {_TEAM.format(side="to")} AS to_team
    FROM owner_states s{_LOOKUPS.format(side="from")}{_LOOKUPS.format(side="to")}
),
changed AS (
    SELECT *, from_person IS DISTINCT FROM to_person AS p_moved, from_team IS DISTINCT FROM to_team AS t_moved
    FROM owned
),
timed AS (
    SELECT *,
        max(CASE WHEN p_moved OR step = 0 THEN happened END) OVER w AS person_since,
        max(CASE WHEN t_moved OR step = 0 THEN happened END) OVER w AS team_since
    FROM changed
    WINDOW w AS (PARTITION BY site, issue_id ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT t.site, t.issue_id,
    row_number() OVER (PARTITION BY t.site, t.issue_id ORDER BY t.step) AS seq,
    t.happened, t.actor_id, t.from_team, t.to_team, t.from_person, t.to_person,
    CASE WHEN p_moved AND from_person IS NOT NULL THEN greatest(0, epoch(happened) - epoch(person_since))
        WHEN t_moved AND from_team IS NOT NULL THEN greatest(0, epoch(happened) - epoch(team_since)) END AS held_s,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated, t.change_id
FROM timed t
LEFT JOIN bulk_changes b USING (site, issue_id, change_id)
LEFT JOIN machines m ON m.site = t.site AND m.account_id = t.actor_id
WHERE t.step > 0 AND (t.p_moved OR t.t_moved)
ORDER BY t.site, t.issue_id, seq
"""
