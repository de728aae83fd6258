"""The receiving side: who is in which team when, and which team owned an issue when it was raised."""

from collections.abc import Iterator

from vcjira.config import Settings
from vcjira.config.words import Words, any_of, one_of, pattern, quote
from vcjira.mirror import Mirror
from vcjira.people.fields import items

FIRST = "(changed, try_cast(change_id AS BIGINT), change_id, item)"
"""The order of changes: time, then numeric history id (patterns.md E10)."""


AUTHORITY = {"account": 0, "email": 0, "group": 2, "organization": 3, "email_domain": 4}
"""Way to name members in the configuration -> how much it is believed, 0 most; the directory has 1."""


def save_members(mirror: Mirror, settings: Settings) -> None:
    """Fill `person_teams`: from `teams.*.members` and from the directory's column `team`."""
    parts = [_from_directory(settings), *_from_members(settings)]
    query = f"""
        WITH found AS ({" UNION ALL BY NAME ".join(parts)}),
        shared AS (
            SELECT * FROM found
            UNION ALL BY NAME
            SELECT other.site, other.account_id, f.* EXCLUDE (site, account_id) FROM found f
            JOIN identities mine USING (site, account_id) JOIN identities other ON other.person = mine.person
        )
        SELECT site, account_id, team, valid_from, valid_until, arg_min(how, (authority, how)) AS how,
            min(authority) AS authority
        FROM shared GROUP BY ALL
    """
    mirror.replace("person_teams", query)


def _from_directory(settings: Settings) -> str:
    team = _translated("d.team", {name: entry.members.directory_team for name, entry in settings.teams.items()})
    return f"""
        SELECT l.site, l.account_id, {team} AS team, d.valid_from, d.valid_until,
            'directory line ' || d.line AS how, 1 AS authority
        FROM t_listed l JOIN directory d USING (line) WHERE d.team IS NOT NULL"""


def _translated(column: str, names: dict[str, list[str]]) -> str:
    """SQL: the text in `column` as the name of a configured team that claims it or is called so; else as it is."""
    cases = [
        f"WHEN {one_of(f'lower({column})', Words([*claimed, team]))} THEN {quote(team)}"
        for team, claimed in names.items()
    ]
    return f"CASE {' '.join(cases)} ELSE {column} END" if cases else column


def _from_members(settings: Settings) -> Iterator[str]:
    """SELECTs of who is a member of what team by the configuration: plain names as rows, for there are many teams."""
    for kind, authority in AUTHORITY.items():
        if kind in ("group", "organization"):
            source = f"SELECT *, lower(name) AS word, name AS shown FROM memberships WHERE kind = '{kind}'"
        else:
            source = f"SELECT *, {kind} AS word, {kind} AS shown FROM t_accounts"
        member = f"""SELECT a.site, a.account_id, t.team, NULL::TIMESTAMP AS valid_from, NULL::TIMESTAMP AS valid_until,
            '{kind.replace("_", " ")} ' || a.shown AS how, {authority} AS authority FROM ({source}) a JOIN (VALUES"""
        rows = []
        for team, entry in settings.teams.items():
            words = getattr(entry.members, kind) or []
            rows += [f"(lower({quote(word)}), {quote(team)})" for word in words if pattern(word) is None]
            rest = [word for word in words if pattern(word) is not None]
            if rest:
                yield f"{member} ({quote(team)})) t(team) ON {one_of('a.word', Words(rest))}"
        if rows:
            yield f"{member} {', '.join(rows)}) t(word, team) ON t.word = a.word"


def save_owners(mirror: Mirror, settings: Settings) -> None:
    """Fill `issue_teams`: the first way that names a team at creation; else the first team it ever had.

    Ways in order: Team field, assignment group, team of the assignee, component, project (patterns.md section 1).
    """
    names = {name: team.field_team for name, team in settings.teams.items()}
    for role in ("team", "assignment_group"):
        today = "i.team_field" if role == "team" else "NULL"
        played = mirror.value("SELECT count(*) FROM t_roles WHERE role = ?", [role])
        moves = items(role) if played else "(FROM changes LIMIT 0)"
        mirror.run(f"""
            CREATE OR REPLACE TEMP TABLE t_by_{role} AS
            WITH first AS (
                SELECT site, issue_id, arg_min({{'text': from_text}}, {FIRST}).text AS raised,
                    arg_min(to_text, {FIRST}) FILTER (to_text IS NOT NULL) AS later
                FROM {moves} GROUP BY ALL
            )
            SELECT site, issue_id, {_translated("raised", names)} AS team, {_translated("later", names)} AS later
            FROM (
                SELECT i.site, i.issue_id, f.later,
                    CASE WHEN f.issue_id IS NULL THEN {today} ELSE f.raised END AS raised
                FROM issues i LEFT JOIN first f USING (site, issue_id)
            ) WHERE raised IS NOT NULL OR later IS NOT NULL
        """)
    _by_assignee(mirror)
    _by_component(mirror, settings)
    _by_project(mirror, settings)
    mirror.replace("issue_teams", _OWNERS)


def _by_assignee(mirror: Mirror) -> None:
    """The assignee at creation (E4: from the first change, else today's), else the first there ever was."""
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_by_assignee AS
        WITH first AS (
            SELECT site, issue_id, arg_min({{'id': from_value}}, {FIRST}).id AS raised,
                arg_min(to_value, {FIRST}) FILTER (to_value IS NOT NULL) AS later,
                min(changed) FILTER (to_value IS NOT NULL) AS happened
            FROM changes WHERE lower(field) = 'assignee' GROUP BY ALL
        ),
        held AS (
            SELECT i.site, i.issue_id, CASE WHEN f.issue_id IS NULL THEN i.assignee_id ELSE f.raised END AS account_id,
                i.created AS happened, false AS later
            FROM issues i LEFT JOIN first f USING (site, issue_id)
            UNION ALL
            SELECT site, issue_id, later, happened, true FROM first
        )
        SELECT site, issue_id, arg_min(p.team, (p.authority, p.team)) FILTER (NOT later) AS team,
            arg_min(p.team, (p.authority, p.team)) FILTER (later) AS later
        FROM held h JOIN person_teams p USING (site, account_id)
        WHERE (p.valid_from IS NULL OR p.valid_from <= h.happened)
            AND (p.valid_until IS NULL OR p.valid_until > h.happened)
        GROUP BY ALL
    """)


def _by_component(mirror: Mirror, settings: Settings) -> None:
    """Components at creation: what was removed first was there, what was added first was not."""
    cases = [
        f"WHEN {any_of('[component, project || chr(47) || component]', Words(team.components))} THEN {number}"
        for number, team in enumerate(settings.teams.values())
        if team.components
    ]
    names = ", ".join(quote(team) for team in settings.teams)
    if not cases:
        mirror.run("CREATE OR REPLACE TEMP TABLE t_by_component (site TEXT, issue_id TEXT, team TEXT)")
        return
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_by_component AS
        WITH moved AS (
            SELECT site, issue_id, lower(coalesce(from_text, to_text)) AS component,
                arg_min(from_text IS NOT NULL, {FIRST}) AS was_there
            FROM changes WHERE lower(field) = 'component' AND coalesce(from_text, to_text) IS NOT NULL GROUP BY ALL
        ),
        raised AS (
            SELECT site, issue_id, component FROM moved WHERE was_there
            UNION
            SELECT * FROM (SELECT site, issue_id, lower(unnest(components)) AS component FROM issues)
                ANTI JOIN moved USING (site, issue_id, component)
        ),
        claimed AS (
            SELECT r.site, r.issue_id, CASE {" ".join(cases)} END AS number
            FROM (SELECT r.*, lower(i.project) AS project FROM raised r JOIN issues i USING (site, issue_id)) r
        )
        SELECT site, issue_id, [{names}][min(number) + 1] AS team FROM claimed WHERE number IS NOT NULL GROUP BY ALL
    """)


def _by_project(mirror: Mirror, settings: Settings) -> None:
    """The project in which it was raised: from the first move's old key (E5), else today's."""

    cases = [
        f"WHEN {one_of('project', Words(team.projects))} THEN {quote(name)}"
        for name, team in settings.teams.items()
        if team.projects
    ]
    owner = f"CASE {' '.join(cases)} END" if cases else "NULL::TEXT"
    mirror.run(f"""
        CREATE OR REPLACE TEMP TABLE t_by_project AS
        WITH moved AS (
            SELECT site, issue_id, regexp_replace(arg_min(from_text, {FIRST}), '-[0-9]+$', '') AS project
            FROM changes WHERE lower(field) = 'key' AND from_text IS NOT NULL GROUP BY ALL
        ),
        placed AS (
            SELECT i.site, i.issue_id, lower(coalesce(m.project, i.project)) AS raised_in, lower(i.project) AS today
            FROM issues i LEFT JOIN moved m USING (site, issue_id)
        ),
        owned AS (  -- of each project once: patterns may be many, and issues are
            SELECT project, {owner} AS team
            FROM (SELECT raised_in AS project FROM placed UNION SELECT today FROM placed)
        )
        SELECT p.site, p.issue_id, o.team, l.team AS later
        FROM placed p LEFT JOIN owned o ON o.project = p.raised_in LEFT JOIN owned l ON l.project = p.today
    """)


_OWNERS = """
SELECT site, issue_id, found.team AS team, found.how AS how FROM (
    SELECT i.site, i.issue_id, CASE
        WHEN f.team IS NOT NULL THEN {'team': f.team, 'how': 'team field'}
        WHEN g.team IS NOT NULL THEN {'team': g.team, 'how': 'assignment group'}
        WHEN a.team IS NOT NULL THEN {'team': a.team, 'how': 'assignee'}
        WHEN c.team IS NOT NULL THEN {'team': c.team, 'how': 'component'}
        WHEN p.team IS NOT NULL THEN {'team': p.team, 'how': 'project'}
        WHEN f.later IS NOT NULL THEN {'team': f.later, 'how': 'team field, later'}
        WHEN g.later IS NOT NULL THEN {'team': g.later, 'how': 'assignment group, later'}
        WHEN a.later IS NOT NULL THEN {'team': a.later, 'how': 'assignee, later'}
        WHEN p.later IS NOT NULL THEN {'team': p.later, 'how': 'project, later'}
    END AS found
    FROM issues i
    LEFT JOIN t_by_team f USING (site, issue_id) LEFT JOIN t_by_assignment_group g USING (site, issue_id)
    LEFT JOIN t_by_assignee a USING (site, issue_id) LEFT JOIN t_by_component c USING (site, issue_id)
    LEFT JOIN t_by_project p USING (site, issue_id)
    WHERE i.presence = 'present'
) WHERE found IS NOT NULL
"""
