"""Deriving again only what changed: the result is what deriving everything would give.

Who asks comes first, see `asking`. Of the rest an issue is derived again when it was saved since; when its class, its
marks, or an account, team or site that it depends on changed; or when time made something due on it. Then the same
statements run over these issues alone (`mirror.narrow`). What looks across issues is looked at again near a change.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from vcjira import handovers, patterns, people, rules, stages, walls
from vcjira.config import Settings
from vcjira.config.words import quote
from vcjira.handovers import marks, novelty
from vcjira.mirror import Mirror, now
from vcjira.mirror.narrow import listed, narrowed
from vcjira.nightly import asking, facts

FEW = 10_000
"""History entries up to which everything is derived whatever changed: to find out what did costs more."""
MOST = 0.3
"""Above this share of all issues, everything is derived: that is quicker."""
AT_ONCE = 4_500_000
"""History entries of which the issues are derived at once: with so many the memory suffices."""
READ = ("issues", "changes", "comments", "classes", "bulk_changes", "bulk_issues")
"""Tables of which only the rows of an issue matter to what is derived from it."""
SEEN = ("changes",)
"""Of these the ones that are not copied for a portion: ranges of ids cost nothing to look for."""
TOLD = ("handovers", "requests", "talk")
FOUND = ("queue", "team_acts")
"""Hits as well, but these go straight to their table: nothing reads them meanwhile, and to copy millions takes long."""
KNOWN = ("t_accounts", "t_roles")
"""What `people.derive` leaves that owners are told by."""


def everything(mirror: Mirror, settings: Settings) -> None:
    """Fill all derived tables anew, step by step, some issues after the other where there are many.

    Broken off it leaves some of them old: who calls it says before that nothing is derived.
    """
    with mirror.deriving():
        with _step(mirror):
            people.derive(mirror, settings)
            rules.derive(mirror, settings)
            facts.keep(mirror, settings)
        whole(mirror, settings)
        with mirror.transaction():
            _end(mirror)
            mirror.drop_temporary()


@contextmanager
def _step(mirror: Mirror) -> Iterator[None]:
    """A transaction in which temporary tables are made and thrown away: what it drops keeps its memory until it ends.

    In one transaction around all, DuckDB would write gigabytes of dropped tables to disk, for a rollback.
    """
    with mirror.transaction():
        yield
        mirror.drop_temporary(but=KNOWN)


def whole(mirror: Mirror, settings: Settings) -> None:
    """Derive everything but who asks, not in a transaction."""
    with _step(mirror):
        marks.present(mirror)
        marks.mark(mirror)
        for name in (*TOLD, *FOUND, "hits"):
            mirror.run(f"DELETE FROM {name}")
    for among in _portions(mirror):
        with _step(mirror):
            _derive_issues(mirror, settings, among, seen=SEEN)
    with _step(mirror):
        marks.present(mirror)
        novelty.derive(mirror)
    with _step(mirror):
        marks.present(mirror)
        patterns.derive_across(mirror, settings)
    with _step(mirror):
        marks.present(mirror)
        walls.derive(mirror, settings)
        stages.derive(mirror, settings)


def _portions(mirror: Mirror) -> list[str]:
    """Conditions that part the issues, by ranges of ids: what was saved together lies together and is read once."""
    count = 1 + mirror.value("SELECT count(*) FROM changes") // AT_ONCE
    firsts = [first for (first,) in mirror.tuples(PORTIONS, [count])][1:]
    lows = [f"issue_id >= {quote(first)}" for first in firsts]
    highs = [f"issue_id < {quote(first)}" for first in firsts]
    return [" AND ".join(filter(None, ends)) or "true" for ends in zip(["", *lows], [*highs, ""], strict=True)]


def _derive_issues(mirror: Mirror, settings: Settings, among: str, seen: Sequence[str] = ()) -> None:
    """What follows from each of these issues alone."""
    with narrowed(mirror, among, read=READ, filled=(*TOLD, *FOUND), seen=seen):
        marks.present(mirror)
        handovers.tell(mirror, settings)
        patterns.derive_issues(mirror, settings)


def changed(mirror: Mirror, settings: Settings, before: datetime) -> bool:
    """Bring all derived tables up to date, after `everything` with the same settings at the moment `before`, in a
    transaction; False if too much changed, and everything is to be derived."""
    with mirror.deriving():
        asked = asking.derive_again(mirror, settings, before, MOST)
        marks.present(mirror)
        marks.mark_again(mirror)
        _collect(mirror, settings, before, asked)
        few = mirror.value("SELECT (SELECT count(*) FROM again) <= ? * count(*) FROM present", [MOST])
        if few:
            _nightly(mirror, settings)
            facts.keep(mirror, settings)
            _end(mirror)
        mirror.drop_temporary()
    return bool(few)


def _nightly(mirror: Mirror, settings: Settings) -> None:
    """Derive the issues of the temporary table `again` again, and what looks across issues near them."""
    across = ", ".join(f"'{name}'" for name in sorted(patterns.ACROSS))
    among = listed("again")
    mirror.run("CREATE OR REPLACE TEMP TABLE old_requests AS FROM requests SEMI JOIN again USING (site, issue_id)")
    for name in (*TOLD, *FOUND, "hits"):
        mirror.run(f"DELETE FROM {name} WHERE {among}" + (f" AND pattern NOT IN ({across})" if name == "hits" else ""))
    _derive_issues(mirror, settings, among)
    marks.present(mirror)
    novelty.derive_again(mirror)
    mirror.run(MOVED)
    patterns.derive_across_again(mirror, settings)
    walls.derive(mirror, settings)
    stages.derive(mirror, settings)


def _end(mirror: Mirror) -> None:
    """Say from when on the next changes count."""
    mirror.run("DELETE FROM stale")
    mirror.set_meta("stale", "some")
    mirror.set_meta("derived_at", now(mirror).isoformat())


def _collect(mirror: Mirror, settings: Settings, before: datetime, asked: str) -> None:
    """Make the temporary table `again` (site, issue_id); who asks was found again for issues of which `asked` holds."""
    parts = [
        "FROM stale",
        "FROM remarked",
        RECLASSED.format(among=asked),
        *(f"FROM ({due})" for due in patterns.falling_due(settings, before, now(mirror))),
    ]
    kinds = {kind for (kind,) in mirror.tuples("SELECT DISTINCT kind FROM flipped")}
    parts += [sql for kind, sql in PLAYED.items() if kind in kinds]
    mirror.run(f"CREATE OR REPLACE TEMP TABLE again AS {' UNION '.join(parts)}")


MOVED = """
CREATE OR REPLACE TEMP TABLE moved_requests AS
WITH looked_at AS (SELECT site, issue_id, key, organization, team, requester_id, created, bulk FROM requests),
old AS (SELECT site, issue_id, key, organization, team, requester_id, created, bulk FROM old_requests),
new AS (FROM looked_at SEMI JOIN again USING (site, issue_id))
SELECT DISTINCT site, issue_id, organization, team, requester_id, created FROM (
    (FROM old EXCEPT FROM new) UNION ALL (FROM new EXCEPT FROM old)
    UNION ALL FROM looked_at SEMI JOIN moved_titles USING (site, issue_id)
)
"""

PORTIONS = """
SELECT min(issue_id) AS first FROM (SELECT issue_id, ntile(?) OVER (ORDER BY issue_id) AS part FROM issues)
GROUP BY part ORDER BY first
"""

RECLASSED = """
SELECT coalesce(o.site, c.site), coalesce(o.issue_id, c.issue_id)
FROM classed o FULL JOIN (FROM classes WHERE {among}) c ON c.site = o.site AND c.issue_id = o.issue_id
WHERE o.facts IS DISTINCT FROM hash(c.requester_id, c.organization, c.team, c.own_team) OR c.issue_id IS NULL
"""

_WHO = "(SELECT site, name FROM flipped WHERE kind = 'account')"

PLAYED = {
    "account": f"""
SELECT site, issue_id FROM changes SEMI JOIN {_WHO} w ON w.site = changes.site AND w.name = changes.author_id
UNION SELECT c.site, c.issue_id FROM changes c SEMI JOIN {_WHO} w ON w.site = c.site
    AND w.name IN (c.from_value, c.to_value) WHERE lower(c.field) = 'assignee' OR c.field_id = 'assignee'
UNION SELECT site, issue_id FROM comments SEMI JOIN {_WHO} w ON w.site = comments.site AND w.name = comments.author_id
UNION SELECT i.site, i.issue_id FROM present i SEMI JOIN {_WHO} w ON w.site = i.site
    AND w.name IN (i.reporter_id, i.creator_id, i.assignee_id)
UNION SELECT site, issue_id FROM classes SEMI JOIN {_WHO} w ON w.site = classes.site AND w.name = classes.requester_id
""",
    "team": "SELECT site, issue_id FROM classes SEMI JOIN (SELECT site, name AS team FROM flipped WHERE kind = 'team')"
    " USING (site, team)",
    "site": "SELECT site, issue_id FROM present SEMI JOIN (SELECT site FROM flipped WHERE kind = 'site') USING (site)",
}
"""What kind of thing changed -> the issues on which it plays a part."""
