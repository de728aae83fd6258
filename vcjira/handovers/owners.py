"""Who owned each issue when: the changelog folded into one row per change of owner, person or team.

The team of an issue at a time is the first that is known of: Team field, assignment-group field, team of the assignee
then, owner of a component, owner of the project. Of the last two only what `teams:` names is known.
"""

from vcjira.config import Settings
from vcjira.config.words import Words, any_of, one_of, pattern, quote
from vcjira.mirror import Mirror


def fold(mirror: Mirror, settings: Settings) -> None:
    """Fill `handovers`; needs the temporary tables of `marks.mark` and those that `people.derive` left."""
    parts = any(team.components for team in settings.teams.values())
    mirror.run(FIELDS)
    told = [name for (name,) in mirror.tuples("SELECT DISTINCT field FROM owner_fields ORDER BY field")]
    plain = ["assignee", "key", *(["component"] if parts else [])]
    mirror.run(ITEMS.format(told=", ".join(map(quote, [*plain, *told])), part=quote(plain[-1])))
    mirror.run(STEPS)
    mirror.run(WORDS.format(parts=PART_WORDS if parts else ""))
    _claims(mirror, settings)
    mirror.run(STATES)
    if parts:
        mirror.run(COMPONENTS)
    mirror.run("DELETE FROM handovers")
    mirror.run(_handovers(parts=parts, dated=mirror.value("SELECT count(*) FROM dated_teams") > 0))
    mirror.run("DROP TABLE owner_items; DROP TABLE owner_steps; DROP TABLE owner_states")


def _claims(mirror: Mirror, settings: Settings) -> None:
    """`team_words`: which team claims each word there is in the data; `rank` is the order in the file, first wins."""
    exact, tests = [], []
    for rank, (name, team) in enumerate(settings.teams.items()):
        claimed = {"team": [*team.field_team, name], "project": team.projects, "component": team.components}
        for kind, texts in claimed.items():
            exact += [f"('{kind}', lower({quote(text)}), {quote(name)}, {rank})" for text in texts if not pattern(text)]
            if patterns := [text for text in texts if pattern(text)]:
                words = Words(patterns)
                test = any_of(_SPELT, words) if kind == "component" else one_of("word", words)
                found = f"SELECT kind, project, word, {quote(name)}, {rank} FROM owner_words"
                tests.append(f"INSERT INTO team_words {found} WHERE kind = '{kind}' AND {test}")
    claims = f"VALUES {', '.join(exact)}" if exact else "SELECT NULL, NULL, NULL, NULL LIMIT 0"
    mirror.run(CLAIMS.format(claims=claims))
    for test in tests:
        mirror.run(test)


_SPELT = "[word, project || chr(47) || word]"
"""How a component may be named in the file."""

FIELDS = """
-- names in lower case and ids of the fields that say who owns an issue
CREATE OR REPLACE TEMP TABLE owner_fields AS
SELECT DISTINCT site, lower(field) AS field, CASE role WHEN 'team' THEN 'team' ELSE 'group' END AS kind FROM (
    SELECT site, role, field_id AS field FROM t_roles UNION SELECT site, role, field_name FROM t_roles
) WHERE role IN ('team', 'assignment_group') AND field IS NOT NULL;

-- as they are written in the histories; by these few the entries of some fields are found faster than by their own
CREATE OR REPLACE TEMP TABLE field_names AS SELECT DISTINCT field, field_id FROM changes;

-- who is in one team always, and who is in one at a time
CREATE OR REPLACE TEMP TABLE sole_teams AS
SELECT site, account_id, arg_min(team, (authority, team)) AS team FROM person_teams
GROUP BY site, account_id HAVING bool_and(valid_from IS NULL AND valid_until IS NULL);
CREATE OR REPLACE TEMP TABLE dated_teams AS FROM person_teams ANTI JOIN sole_teams USING (site, account_id);
"""

ITEMS = """
-- what was changed of an issue's owner: accounts of a person, else texts
CREATE OR REPLACE TEMP TABLE owner_items AS
SELECT site, issue_id, change_id, item, changed, author_id, kind,
    nullif(trim(CASE kind WHEN 'person' THEN from_value ELSE from_text END), '') AS was,
    nullif(trim(CASE kind WHEN 'person' THEN to_value ELSE to_text END), '') AS became
FROM (
    SELECT c.*, CASE WHEN lower(c.field) = 'assignee' OR c.field_id = 'assignee' THEN 'person'
        WHEN f.kind IS NOT NULL THEN f.kind
        WHEN lower(c.field) = 'key' THEN 'project' WHEN lower(c.field) = {part} THEN 'component' END AS kind
    FROM (
        FROM changes SEMI JOIN
            (FROM field_names WHERE lower(field) IN ({told}) OR lower(field_id) IN ({told})) USING (field)
    ) c
    LEFT JOIN owner_fields f ON f.site = c.site AND f.field = CASE
        WHEN c.field_id LIKE 'customfield%' THEN lower(c.field_id) ELSE lower(c.field) END
) SEMI JOIN present USING (site, issue_id)
WHERE kind IS NOT NULL;
"""
"""A move shows as a `Key` item; the project item beside it is the same move (E5)."""

STEPS = """
-- issues of which not only the assignee changed, or the assignee twice at once: what each history entry set there.
-- `p`: person, `t`: Team field, `g`: assignment group, `j`: project
CREATE OR REPLACE TEMP TABLE owner_steps AS
WITH mixed AS (
    SELECT site, issue_id FROM owner_items WHERE kind <> 'person'
    UNION
    SELECT site, issue_id FROM owner_items
    SEMI JOIN (SELECT site, issue_id, change_id FROM owner_items WHERE item > 0) USING (site, issue_id, change_id)
    GROUP BY site, issue_id, change_id HAVING count(*) > 1
)
SELECT site, issue_id, change_id, min(changed) AS happened, min(author_id) AS actor_id,
    coalesce(bool_or(kind = 'person'), false) AS p_set, coalesce(bool_or(kind = 'team'), false) AS t_set,
    coalesce(bool_or(kind = 'group'), false) AS g_set, coalesce(bool_or(kind = 'project'), false) AS j_set,
    arg_min_null(was, item) FILTER (kind = 'person') AS p_from,
    arg_max_null(became, item) FILTER (kind = 'person') AS p_to,
    arg_min_null(was, item) FILTER (kind = 'team') AS t_from,
    arg_max_null(became, item) FILTER (kind = 'team') AS t_to,
    arg_min_null(was, item) FILTER (kind = 'group') AS g_from,
    arg_max_null(became, item) FILTER (kind = 'group') AS g_to,
    lower(regexp_replace(arg_min_null(was, item) FILTER (kind = 'project'), '-[0-9]+$', '')) AS j_from,
    lower(regexp_replace(arg_max_null(became, item) FILTER (kind = 'project'), '-[0-9]+$', '')) AS j_to
FROM owner_items SEMI JOIN mixed USING (site, issue_id)
GROUP BY site, issue_id, change_id
"""

WORDS = """
CREATE OR REPLACE TEMP TABLE owner_words AS
SELECT DISTINCT kind, project, lower(word) AS word FROM (
    SELECT 'team' AS kind, NULL AS project, unnest([was, became]) AS word FROM owner_items
    WHERE kind IN ('team', 'group')
    UNION ALL SELECT DISTINCT 'team', NULL, team_field FROM present
    UNION ALL SELECT 'project', NULL, unnest([j_from, j_to]) FROM owner_steps WHERE j_set
    UNION ALL SELECT DISTINCT 'project', NULL, project FROM present{parts}
) WHERE word IS NOT NULL
"""

PART_WORDS = """
    UNION ALL SELECT 'component', lower(i.project), coalesce(o.was, o.became)
    FROM owner_items o JOIN present i USING (site, issue_id) WHERE o.kind = 'component'
    UNION ALL SELECT 'component', lower(project), unnest(components) FROM present
    UNION ALL SELECT 'component', m.j_from, unnest(i.components)
    FROM owner_steps m JOIN present i USING (site, issue_id) WHERE m.j_set
    UNION ALL SELECT 'component', m.j_from, coalesce(o.was, o.became)
    FROM owner_steps m JOIN owner_items o USING (site, issue_id) WHERE m.j_set AND o.kind = 'component'"""

CLAIMS = """
CREATE OR REPLACE TEMP TABLE team_words AS
WITH claims AS MATERIALIZED (FROM ({claims}) c(kind, word, team, rank))
SELECT kind::TEXT AS kind, o.project::TEXT AS project, word::TEXT AS word, c.team::TEXT AS team, c.rank::INTEGER AS rank
FROM owner_words o JOIN claims c USING (kind, word)
UNION ALL
SELECT 'component', o.project, o.word, c.team, c.rank
FROM owner_words o JOIN claims c ON c.kind = o.kind AND c.word = o.project || '/' || o.word
WHERE o.kind = 'component'
"""

COMPONENTS = """
-- when each component that a team owns was on an issue: in the beginning if its first item takes it away, or if it
-- is there now and was never added
CREATE OR REPLACE TEMP TABLE component_owners AS
WITH words AS (SELECT DISTINCT word FROM team_words WHERE kind = 'component'),
items AS (
    SELECT site, issue_id, lower(coalesce(became, was)) AS word, became IS NOT NULL AS there, changed,
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
-- the whole state before and after each history entry. Where only the assignee changed, its items say it; else it is
-- the last value that was set, the first of a row for the creation
CREATE OR REPLACE TEMP TABLE owner_states AS
WITH firsts AS (
    SELECT site, issue_id,
        arg_min_null(p_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (p_set) AS p,
        arg_min_null(t_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (t_set) AS t,
        arg_min_null(g_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (g_set) AS g,
        arg_min_null(j_from, (happened, try_cast(change_id AS BIGINT), change_id)) FILTER (j_set) AS j,
        bool_or(p_set) AS p_moved, bool_or(t_set) AS t_moved, bool_or(g_set) AS g_moved, bool_or(j_set) AS j_moved
    FROM owner_steps GROUP BY site, issue_id
),
steps AS (
    SELECT i.site, i.issue_id, NULL AS change_id, i.created AS happened, -1::BIGINT AS number,
        NULL::VARCHAR AS actor_id,
        '=' || coalesce(CASE WHEN f.p_moved THEN f.p ELSE i.assignee_id END, '') AS p_to,
        '=' || coalesce(CASE WHEN f.t_moved THEN f.t ELSE i.team_field END, '') AS t_to,
        '=' || coalesce(f.g, '') AS g_to,
        '=' || coalesce(CASE WHEN f.j_moved THEN f.j ELSE lower(i.project) END, '') AS j_to, NULL::VARCHAR AS p_from
    FROM present i JOIN firsts f USING (site, issue_id)
    UNION ALL
    SELECT site, issue_id, change_id, happened, coalesce(try_cast(change_id AS BIGINT), 0), actor_id,
        CASE WHEN p_set THEN '=' || coalesce(p_to, '') END, CASE WHEN t_set THEN '=' || coalesce(t_to, '') END,
        CASE WHEN g_set THEN '=' || coalesce(g_to, '') END, CASE WHEN j_set THEN '=' || coalesce(j_to, '') END,
        CASE WHEN p_set THEN '=' || coalesce(p_from, '') END
    FROM owner_steps
),
filled AS (
    SELECT site, issue_id, change_id, happened, number, actor_id, p_from,
        last_value(p_to IGNORE NULLS) OVER held AS p, last_value(t_to IGNORE NULLS) OVER held AS t,
        last_value(g_to IGNORE NULLS) OVER held AS g, last_value(j_to IGNORE NULLS) OVER held AS j,
        last_value(p_to IGNORE NULLS) OVER had AS p_had, last_value(t_to IGNORE NULLS) OVER had AS t_had,
        last_value(g_to IGNORE NULLS) OVER had AS g_had, last_value(j_to IGNORE NULLS) OVER had AS j_had
    FROM steps
    WINDOW w AS (PARTITION BY site, issue_id ORDER BY number >= 0, happened, number, change_id),
        held AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        had AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT site, issue_id, change_id, happened, number, actor_id, nullif(substr(p, 2), '') AS to_person,
    nullif(substr(t, 2), '') AS to_t, nullif(substr(g, 2), '') AS to_g, nullif(substr(j, 2), '') AS to_j,
    nullif(substr(coalesce(p_from, p_had), 2), '') AS from_person, nullif(substr(t_had, 2), '') AS from_t,
    nullif(substr(g_had, 2), '') AS from_g, nullif(substr(j_had, 2), '') AS from_j
FROM filled WHERE change_id IS NOT NULL
UNION ALL
SELECT o.site, o.issue_id, o.change_id, o.changed, coalesce(try_cast(o.change_id AS BIGINT), 0), o.author_id, o.became,
    nullif(i.team_field, ''), NULL, nullif(lower(i.project), ''), o.was,
    nullif(i.team_field, ''), NULL, nullif(lower(i.project), '')
FROM owner_items o JOIN present i USING (site, issue_id) ANTI JOIN owner_steps USING (site, issue_id)
"""


def _handovers(*, parts: bool, dated: bool) -> str:
    """The statement that fills `handovers`; what is not in the data is not joined."""
    sides = {side: _team(side, parts=parts, dated=dated) for side in ("from", "to")}
    return HANDOVERS.format(
        tables=(_PARTS if parts else "") + (_DATED if dated else ""),
        **{f"{side}_team": team for side, (team, _) in sides.items()},
        lookups="".join(lookups for _, lookups in sides.values()),
    )


def _team(side: str, *, parts: bool, dated: bool) -> tuple[str, str]:
    """SQL: the team that owns the issue before or after a step, and the joins that it needs."""
    joins = _LOOKUPS
    teams = ["word.team", "t", "group.team", "g", "sole.team"]
    for name, there in (("dated", dated), ("part", parts)):
        if there:
            joins += _LOOKUP.format(name=name)
            teams.append(f"{name}.team")
    columns = [f"s.{side}_{name}" if "." not in name else f"{side}_{name}" for name in [*teams, "project.team"]]
    return f"coalesce({', '.join(columns)})", joins.replace("@", side)


_LOOKUPS = """
    LEFT JOIN words @_word ON @_word.kind = 'team' AND @_word.word = lower(s.@_t)
    LEFT JOIN words @_group ON @_group.kind = 'team' AND @_group.word = lower(s.@_g)
    LEFT JOIN words @_project ON @_project.kind = 'project' AND @_project.word = s.@_j
    LEFT JOIN sole_teams @_sole ON @_sole.site = s.site AND @_sole.account_id = s.@_person"""

_LOOKUP = """
    LEFT JOIN {name}s @_{name} ON @_{name}.site = s.site AND @_{name}.issue_id = s.issue_id
        AND @_{name}.change_id = s.change_id AND @_{name}.side = '@'"""

_PARTS = """,
parts AS (
    SELECT site, issue_id, change_id, side, arg_min(w.team, w.rank) AS team
    FROM (
        SELECT s.site, s.issue_id, s.change_id, 'to' AS side, s.to_j AS project, c.word
        FROM owner_states s JOIN component_owners c USING (site, issue_id)
        WHERE c.valid_from <= s.happened AND (c.valid_until IS NULL OR c.valid_until > s.happened)
        UNION ALL
        SELECT s.site, s.issue_id, s.change_id, 'from', s.from_j, c.word
        FROM owner_states s JOIN component_owners c USING (site, issue_id)
        WHERE c.valid_from < s.happened AND (c.valid_until IS NULL OR c.valid_until >= s.happened)
    ) s
    JOIN team_words w ON w.kind = 'component' AND w.word = s.word AND w.project = s.project
    GROUP BY site, issue_id, change_id, side
)"""

_DATED = """,
dateds AS (
    SELECT s.site, s.issue_id, s.change_id, s.side, arg_min(t.team, (t.authority, t.team)) AS team
    FROM (
        SELECT site, issue_id, change_id, happened, 'from' AS side, from_person AS account_id FROM owner_states
        UNION ALL SELECT site, issue_id, change_id, happened, 'to', to_person FROM owner_states
    ) s
    JOIN dated_teams t ON t.site = s.site AND t.account_id = s.account_id
        AND (t.valid_from IS NULL OR t.valid_from <= s.happened)
        AND (t.valid_until IS NULL OR t.valid_until > s.happened)
    GROUP BY s.site, s.issue_id, s.change_id, s.side
)"""

HANDOVERS = """
INSERT INTO handovers BY NAME
WITH words AS (
    SELECT kind, word, arg_min(team, rank) AS team FROM team_words WHERE kind <> 'component' GROUP BY kind, word
){tables},
owned AS (
    SELECT s.site, s.issue_id, s.change_id, s.happened, s.number, s.actor_id, s.from_person, s.to_person,
        {from_team} AS from_team,
        {to_team} AS to_team
    FROM owner_states s{lookups}
),
changed AS (
    SELECT *, from_person IS DISTINCT FROM to_person AS p_moved, from_team IS DISTINCT FROM to_team AS t_moved
    FROM owned WHERE from_person IS DISTINCT FROM to_person OR from_team IS DISTINCT FROM to_team
),
timed AS (
    SELECT *, row_number() OVER w AS seq,
        last_value(CASE WHEN p_moved THEN happened END IGNORE NULLS) OVER earlier AS person_since,
        last_value(CASE WHEN t_moved THEN happened END IGNORE NULLS) OVER earlier AS team_since
    FROM changed
    WINDOW w AS (PARTITION BY site, issue_id ORDER BY happened, number, change_id),
        earlier AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT t.site, t.issue_id, t.seq, t.happened, t.actor_id, t.from_team, t.to_team, t.from_person, t.to_person,
    CASE WHEN p_moved AND from_person IS NOT NULL
            THEN greatest(0, epoch(happened) - epoch(greatest(i.created, person_since)))
        WHEN t_moved AND from_team IS NOT NULL
            THEN greatest(0, epoch(happened) - epoch(greatest(i.created, team_since))) END AS held_s,
    b.change_id IS NOT NULL AS bulk, m.account_id IS NOT NULL AS automated, t.change_id
FROM timed t
JOIN present i ON i.site = t.site AND i.issue_id = t.issue_id
LEFT JOIN bulk_changes b ON b.site = t.site AND b.issue_id = t.issue_id AND b.change_id = t.change_id
LEFT JOIN machines m ON m.site = t.site AND m.account_id = t.actor_id
ORDER BY t.site, t.issue_id, t.seq
"""
