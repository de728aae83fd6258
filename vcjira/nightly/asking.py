"""Who asks, found again only where it may have changed: the result is what `people.derive` and `rules.derive` give.

What is about accounts is derived whole: they are few beside issues. An issue is looked at again when it was saved
since; when an account that plays a part on it, or an e-mail address that it names, is known differently; when a period
of its requester began or ended; and when it was cloned from, or caused by, one that is looked at again. When more than
that changed (a field's role, what could be read, which rules hold today, which teams receive), all are.
"""

from datetime import datetime

from vcjira import people, rules
from vcjira.config import Settings
from vcjira.config.words import quote
from vcjira.mirror import Mirror, now
from vcjira.mirror.narrow import listed, narrowed
from vcjira.nightly import facts
from vcjira.people import parties

READ = ("issues", "changes", "issue_fields", "links")
SEEN = ("changes", "issue_fields", "links")
FILLED = ("issue_teams", "issue_parties")


def derive_again(mirror: Mirror, settings: Settings, before: datetime, most: float) -> str:
    """Bring up to date who asks; a condition that holds for the issues that were looked at again.

    Leaves what they were classed as in the temporary table `classed`. All are derived where it would be more than the
    share `most` of them.
    """
    book = rules.compile(settings, mirror)
    people.derive_accounts(mirror, settings)
    rules.look(mirror, settings, book)
    facts.list_flipped(mirror, settings)
    among = listed("asked_again")
    if _is_narrow(mirror, before, most) and _place(mirror, settings, among):
        people.meet(mirror, settings)
        mirror.run(CLASSED.format(among=among))
        rules.derive_again(mirror, settings, book, among)
        return among
    people.derive(mirror, settings)
    mirror.run(CLASSED.format(among="true"))
    rules.derive(mirror, settings)
    return "true"


def _is_narrow(mirror: Mirror, before: datetime, most: float) -> bool:
    """Make the temporary table `asked_again` (site, issue_id); not if that would be too many, or all."""
    kinds = {kind for (kind,) in mirror.tuples("SELECT DISTINCT kind FROM flipped")}
    if kinds & {"rules", "site"}:
        return False
    parts = ["FROM stale", TURNED, *(sql for kind, sql in PLAYED.items() if kind in kinds)]
    mirror.run(
        f"CREATE OR REPLACE TEMP TABLE asked_again AS {' UNION '.join(parts)}", {"before": before, "now": now(mirror)}
    )
    parties.follow(mirror, "asked_again")
    return bool(
        mirror.value("SELECT (SELECT count(*) FROM asked_again) <= $most * count(*) FROM issues", {"most": most})
    )


def _place(mirror: Mirror, settings: Settings, among: str) -> bool:
    """Derive teams and parties of these issues; not enough if other teams receive than before."""
    before = mirror.tuples(RECEIVING)
    mirror.run("; ".join(f"DELETE FROM {table} WHERE {among}" for table in FILLED))
    others = [team for (team,) in mirror.tuples(RECEIVING)]
    with narrowed(mirror, among, read=READ, filled=FILLED, seen=SEEN, typed=False):
        people.derive_issues(mirror, settings, others)
    return mirror.tuples(RECEIVING) == before


CLASSED = """
CREATE OR REPLACE TEMP TABLE classed AS
SELECT site, issue_id, hash(requester_id, organization, team, own_team) AS facts FROM classes WHERE {among}
"""

RECEIVING = "SELECT DISTINCT team FROM issue_teams SEMI JOIN person_teams USING (team) ORDER BY team"
"""Teams whose members are no requesters of others' work; of the others nobody is a member."""


def _flipped(kind: str, column: str, source: str, name: str = "name") -> str:
    """SQL: the issues of which a column names something of this kind that flipped."""
    names = f"(SELECT site, {name} AS name FROM flipped WHERE kind = {quote(kind)})"
    return f"SELECT s.site, s.issue_id FROM {source} s SEMI JOIN {names} f ON f.site = s.site AND f.name = {column}"


PLAYED = {
    "asker": " UNION ".join(
        (
            _flipped("asker", "s.reporter_id", "issues"),
            _flipped("asker", "s.assignee_id", "issues"),
            _flipped("asker", "s.from_value", "(FROM changes WHERE lower(field) = 'assignee')"),
            _flipped("asker", "s.to_value", "(FROM changes WHERE lower(field) = 'assignee')"),
            _flipped("asker", "s.requester_id", "issue_parties"),
            _flipped("asker", "s.id", f"({parties.NAMES})"),
            _flipped("asker", "s.text", f"({parties.NAMES})", "lower(name)"),
            _flipped("asker", "s.id", f"({parties.PARTICIPANTS.format(among='')})"),
        )
    ),
    "address": " UNION ".join(
        (
            _flipped("address", "lower(s.forwarded_from)", "issues"),
            _flipped("address", "s.text", f"({parties.NAMES})"),
        )
    ),
}
"""What kind of thing is known differently -> the issues on which it plays a part."""

TURNED = """
SELECT p.site, p.issue_id FROM issue_parties p SEMI JOIN (
    SELECT site, account_id FROM affiliations
    WHERE valid_from > $before AND valid_from <= $now  -- where one period ends the next one begins
) a ON a.site = p.site AND a.account_id = p.requester_id
"""
"""Issues whose requester is in another period today."""
