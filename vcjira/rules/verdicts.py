"""From facts to classes, set by set: every rule once per requester or per distinct issue, then the first that answers.

1. Rules that ask about requesters are evaluated per requester and period; rules about issues per distinct set of issue
   attributes; rules about both per pair that occurs. Each yields a list of marks (see `book`).
2. Pairs of lists, with the day and whether the requester is a bot, are few: rules that do not hold on the day, or do
   not name `bot` where they must, are dropped there.
3. What is left decides: the first true rule that answers a question wins it, unless a rule before it that would
   answer otherwise could not be decided because a group could not be read. Then the answer stays unknown.
"""

from datetime import date, datetime

from vcjira.config import Settings
from vcjira.config.words import name
from vcjira.mirror import Mirror, now
from vcjira.mirror.narrow import narrowed
from vcjira.rules import facts
from vcjira.rules.book import Book

READ = ("issues", "issue_fields", "issue_teams", "issue_parties")
FILLED = ("classes", "issue_verdicts")
NEVER = -1
"""Epoch of an issue whose creation is not known: only rules without dates hold."""


def save(mirror: Mirror, settings: Settings, book: Book) -> None:
    """Fill `classes`, `verdicts` and `issue_verdicts`."""
    _classify(mirror, settings, book)
    mirror.run(_FORGET)


def save_again(mirror: Mirror, settings: Settings, book: Book, among: str) -> None:
    """The same for the issues for which the condition `among` holds."""
    mirror.run("; ".join(f"DELETE FROM {table} WHERE {among}" for table in FILLED))
    with narrowed(mirror, among, read=READ, filled=FILLED, seen=READ, typed=False):
        _classify(mirror, settings, book)
    mirror.run(_FORGET)


def _classify(mirror: Mirror, settings: Settings, book: Book) -> None:
    asking = "(a.site, a.account_id) IN (SELECT (site, requester_id) FROM issue_parties)"
    facts.save_requesters(mirror, settings, book, asking)
    unread = facts.unread_groups(mirror)
    columns = facts.save_issues(mirror, book)
    moment = now(mirror)
    facts.save_seen(mirror, book, moment)
    _save_rules(mirror, book)
    _mark_requesters(mirror, book, unread)
    _mark_issues(mirror, book, columns)
    _key_issues(mirror, book, moment)
    _mark_pairs(mirror, book, unread)
    _combine(mirror, book.passed(moment))
    _judge(mirror)
    _fill(mirror)


def _save_rules(mirror: Mirror, book: Book) -> None:
    """`t_rules`: what each rule answers; `t_epochs`: which rules hold between which days."""
    mirror.run(
        "CREATE OR REPLACE TEMP TABLE t_rules (n INTEGER, name TEXT, bot BOOLEAN, has_choice TEXT, delivers TEXT)"
    )
    mirror.load(
        "t_rules",
        (
            {
                "n": c.number,
                "name": c.rule.name,
                "bot": c.names_bot,
                "has_choice": c.answers[0],
                "delivers": c.answers[1],
            }
            for c in book.clauses
        ),
    )
    mirror.run("CREATE OR REPLACE TEMP TABLE t_epochs (epoch INTEGER, holds INTEGER[])")
    starts = [date.min, *book.days]
    undated = [c.number for c in book.clauses if not (c.rule.from_ or c.rule.until)]
    mirror.load(
        "t_epochs",
        [
            {"epoch": NEVER, "holds": undated},
            *(
                {"epoch": epoch, "holds": [c.number for c in book.clauses if c.holds_on(day)]}
                for epoch, day in enumerate(starts)
            ),
        ],
    )


def _marks(book_clauses: list[str]) -> str:
    if not book_clauses:
        return "[]::INTEGER[]"
    return f"list_filter([{', '.join(book_clauses)}]::INTEGER[], lambda m: m IS NOT NULL)"


def _numbered(mirror: Mirror, table: str, keys: str, marks: str, source: str) -> None:
    """`table`: keys and the number of their list of marks; `table`_sets: number and marks."""
    mirror.run(f"CREATE OR REPLACE TEMP TABLE t_marked AS SELECT {keys}, {marks} AS marks FROM {source}")
    mirror.run(
        f"CREATE OR REPLACE TEMP TABLE {table}_sets AS"
        " SELECT row_number() OVER (ORDER BY marks) AS number, marks FROM (SELECT DISTINCT marks FROM t_marked)"
    )
    mirror.run(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {keys}, number FROM t_marked JOIN {table}_sets USING (marks)"
    )


def _mark_requesters(mirror: Mirror, book: Book, unread: frozenset[str]) -> None:
    marks = _marks([clause.mark(unread) for clause in book.of("requester")])
    _numbered(mirror, "t_by_requester", "pid", marks, "t_requesters")


def _mark_issues(mirror: Mirror, book: Book, columns: list[str]) -> None:
    """`t_facets`: fid and the distinct values of the issue columns; `t_issue_facets`: fid per issue."""
    listed = ", ".join(name(column) for column in columns)
    if not columns:
        mirror.run("CREATE OR REPLACE TEMP TABLE t_facets AS SELECT 0 AS fid")
        mirror.run("CREATE OR REPLACE TEMP TABLE t_issue_facets AS SELECT site, issue_id, 0 AS fid FROM t_issues")
    else:
        same = " AND ".join(f"i.{name(column)} IS NOT DISTINCT FROM f.{name(column)}" for column in columns)
        mirror.run(
            f"CREATE OR REPLACE TEMP TABLE t_facets AS SELECT row_number() OVER () AS fid, *"
            f" FROM (SELECT DISTINCT {listed} FROM t_issues)"
        )
        mirror.run(
            "CREATE OR REPLACE TEMP TABLE t_issue_facets AS"
            f" SELECT i.site, i.issue_id, f.fid FROM t_issues i JOIN t_facets f ON {same}"
        )
    marks = _marks([clause.mark(frozenset()) for clause in book.of("issue")])
    _numbered(mirror, "t_by_facet", "fid", marks, "t_facets")


def _key_issues(mirror: Mirror, book: Book, moment: datetime) -> None:
    """`t_keyed`: per issue its team, the requester's row then and now, its facet, and the epoch of its day."""
    days = ", ".join(f"DATE '{day}'" for day in book.days)
    mirror.run(
        f"""
        CREATE OR REPLACE TEMP TABLE t_keyed AS
        SELECT i.site, i.issue_id, i.created, t.team, p.requester_id, p.carrier_id, f.fid,
            coalesce(r.pid, 0) AS pid_then, coalesce(n.pid, 0) AS pid_now,
            CASE WHEN i.created IS NULL THEN {NEVER}
                ELSE len(list_filter([{days}]::DATE[], lambda day: day <= i.created::DATE)) END::INTEGER AS epoch
        FROM issues i
        JOIN issue_parties p USING (site, issue_id)
        JOIN t_issue_facets f USING (site, issue_id)
        LEFT JOIN issue_teams t USING (site, issue_id)
        LEFT JOIN t_requesters r ON r.site = i.site AND r.account_id = p.requester_id
            AND (r.since IS NULL OR r.since <= coalesce(i.created, $moment))
            AND (r.until IS NULL OR r.until > coalesce(i.created, $moment))
        LEFT JOIN t_requesters n ON n.site = i.site AND n.account_id = p.requester_id
            AND (n.since IS NULL OR n.since <= $moment) AND (n.until IS NULL OR n.until > $moment)
        """,
        {"moment": moment},
    )


def _mark_pairs(mirror: Mirror, book: Book, unread: frozenset[str]) -> None:
    """Rules that ask about both, on the pairs of requester and facet that occur."""
    clauses = book.of("both")
    if not clauses:
        mirror.run("CREATE OR REPLACE TEMP TABLE t_by_pair_sets AS SELECT 0 AS number, []::INTEGER[] AS marks")
        mirror.run("CREATE OR REPLACE TEMP TABLE t_by_pair (pid BIGINT, fid BIGINT, number BIGINT)")
        return
    _numbered(
        mirror,
        "t_by_pair",
        "pid, fid",
        _marks([clause.mark(unread) for clause in clauses]),
        "(SELECT pid_then AS pid, fid FROM t_keyed UNION SELECT pid_now, fid FROM t_keyed)"
        " JOIN t_requesters USING (pid) JOIN t_facets USING (fid)",
    )


def _combine(mirror: Mirror, today: int) -> None:
    """`t_cases`: which combination of lists, day and bot each issue has, then and now; `t_combos`: their marks."""
    sides = " UNION ALL ".join(
        f"""SELECT k.site, k.issue_id, '{when}' AS judged, r.number AS by_requester, f.number AS by_facet,
                coalesce(b.number, 0) AS by_pair, {epoch} AS epoch, coalesce(q.bot, false) AS bot
            FROM t_keyed k JOIN t_by_requester r ON r.pid = k.pid_{when} JOIN t_requesters q ON q.pid = k.pid_{when}
            JOIN t_by_facet f ON f.fid = k.fid LEFT JOIN t_by_pair b ON b.pid = k.pid_{when} AND b.fid = k.fid"""
        for when, epoch in (("then", "k.epoch"), ("now", str(today)))
    )
    mirror.run(f"CREATE OR REPLACE TEMP TABLE t_cases AS {sides}")
    mirror.run("""
        CREATE OR REPLACE TEMP TABLE t_combos AS
        SELECT c.*, list_sort(list_filter(
            r.marks || f.marks || coalesce(b.marks, []),
            lambda m: list_contains(e.holds, (m // 2)::INTEGER)
                AND (NOT c.bot OR list_contains(g.rules, (m // 2)::INTEGER))
        )) AS marks
        FROM (SELECT DISTINCT by_requester, by_facet, by_pair, epoch, bot FROM t_cases) c
        JOIN t_by_requester_sets r ON r.number = c.by_requester
        JOIN t_by_facet_sets f ON f.number = c.by_facet
        LEFT JOIN t_by_pair_sets b ON b.number = c.by_pair
        JOIN t_epochs e USING (epoch),
        (SELECT coalesce(list(n) FILTER (bot), []) AS rules FROM t_rules) g
    """)


def _judge(mirror: Mirror) -> None:
    """Fill `verdicts`: one per distinct list of marks that is left. Those that are held keep their numbers."""
    mirror.run("""
        CREATE OR REPLACE TEMP TABLE t_judged AS
        WITH told AS (
            SELECT marks, list_transform(list_filter(marks, lambda m: m % 2 = 0), lambda m: names[m // 2 + 1]) AS fired,
                list_transform(list_filter(marks, lambda m: m % 2 = 1), lambda m: names[m // 2 + 1]) AS undecided
            FROM (SELECT DISTINCT marks FROM t_combos), (SELECT list(name ORDER BY n) AS names FROM t_rules)
        )
        SELECT coalesce(v.verdict_id, row_number() OVER (PARTITION BY v.verdict_id IS NULL ORDER BY marks)
                + (SELECT coalesce(max(verdict_id), 0) FROM verdicts)) AS verdict_id, t.marks, t.fired, t.undecided
        FROM told t LEFT JOIN verdicts v ON v.fired = t.fired AND v.undecided = t.undecided
    """)
    parts = "".join(
        f""",
    {column}_first AS (
        SELECT verdict_id, arg_min({column}, n) AS answer, arg_min(name, n) AS rule, min(n) AS n
        FROM mark WHERE fired AND {column} IS NOT NULL GROUP BY ALL
    ),
    {column}_open AS (
        SELECT DISTINCT m.verdict_id FROM mark m JOIN {column}_first f USING (verdict_id)
        WHERE NOT m.fired AND m.n < f.n AND m.{column} <> f.answer
    ),
    {column}_end AS (
        SELECT f.verdict_id, f.n, f.rule, f.answer FROM {column}_first f ANTI JOIN {column}_open USING (verdict_id)
    )"""
        for column in ("has_choice", "delivers")
    )
    query = f"""
        WITH mark AS (
            SELECT j.verdict_id, r.*, j.m % 2 = 0 AS fired
            FROM (SELECT verdict_id, unnest(marks) AS m FROM t_judged) j JOIN t_rules r ON r.n = j.m // 2
        ){parts},
        disagreed AS (
            SELECT m.verdict_id, list(m.name ORDER BY m.n) FILTER (m.fired AND (
                (m.n > h.n AND m.has_choice <> h.answer) OR (m.n > d.n AND m.delivers <> d.answer))) AS against
            FROM mark m LEFT JOIN has_choice_end h USING (verdict_id) LEFT JOIN delivers_end d USING (verdict_id)
            GROUP BY ALL
        )
        SELECT j.verdict_id, h.answer AS has_choice, d.answer AS delivers_to_others,
            CASE WHEN h.answer = 'no' THEN 'stakeholder' WHEN h.answer = 'yes' AND d.answer = 'yes' THEN 'partner'
                WHEN h.answer = 'yes' AND d.answer = 'no' THEN 'customer' ELSE 'unknown' END AS class,
            h.rule AS has_choice_rule, d.rule AS delivers_rule,
            j.fired, j.undecided, coalesce(a.against, []) AS against
        FROM t_judged j LEFT JOIN has_choice_end h USING (verdict_id) LEFT JOIN delivers_end d USING (verdict_id)
        LEFT JOIN disagreed a USING (verdict_id)
        UNION ALL BY NAME FROM verdicts ANTI JOIN t_judged USING (verdict_id)
    """
    mirror.replace("verdicts", query)


def _fill(mirror: Mirror) -> None:
    mirror.replace("issue_verdicts", _VERDICTS)
    mirror.replace("classes", _CLASSES)


_FORGET = """
DELETE FROM verdicts WHERE verdict_id NOT IN (
    SELECT then_id FROM issue_verdicts UNION SELECT now_id FROM issue_verdicts)
"""
"""Verdicts that no issue has any more."""

_VERDICTS = """
SELECT site, issue_id, max(verdict_id) FILTER (judged = 'then') AS then_id,
    max(verdict_id) FILTER (judged = 'now') AS now_id
FROM t_cases JOIN t_combos USING (by_requester, by_facet, by_pair, epoch, bot) JOIN t_judged USING (marks)
GROUP BY ALL
"""

_CLASSES = """
WITH own AS (
    SELECT DISTINCT k.site, k.issue_id FROM t_keyed k
    JOIN person_teams p ON p.site = k.site AND p.account_id = k.requester_id AND p.team = k.team
        AND (p.valid_from IS NULL OR p.valid_from <= k.created)
        AND (p.valid_until IS NULL OR p.valid_until > k.created)
)
SELECT k.site, k.issue_id, k.requester_id, k.carrier_id, r.organization, k.team,
    o.issue_id IS NOT NULL AS own_team, v.class, v.has_choice, v.delivers_to_others,
    list_filter([v.has_choice_rule, CASE WHEN v.delivers_rule IS DISTINCT FROM v.has_choice_rule
        THEN v.delivers_rule END], lambda x: x IS NOT NULL) AS rules,
    n.class AS class_now
FROM t_keyed k JOIN issue_verdicts j USING (site, issue_id)
JOIN verdicts v ON v.verdict_id = j.then_id JOIN verdicts n ON n.verdict_id = j.now_id
JOIN t_requesters r ON r.pid = k.pid_then
LEFT JOIN own o USING (site, issue_id)
"""
