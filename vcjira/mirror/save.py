"""Writing issues into the mirror: a batch is saved whole, in one transaction, replacing what was held of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from dataclasses import fields as columns_of
from datetime import datetime

import msgspec

from vcjira.mirror import Mirror
from vcjira.model import Issue, Person

_OWN = ("changes", "comments", "links", "people", "fields", "mentions", "texts")
_COLUMNS = [column.name for column in columns_of(Issue) if column.name not in _OWN]
_encode = msgspec.json.Encoder().encode


KEEP_TEXT = "keep_text"


def keep_text(mirror: Mirror, *, keep: bool) -> None:
    """Whether descriptions and comments are kept from now on; those that were are dropped where not."""
    if not keep:
        mirror.run("DELETE FROM texts")
    if keep != bool(mirror.meta(KEEP_TEXT)):
        mirror.set_meta(KEEP_TEXT, "yes" if keep else "")


def save(mirror: Mirror, site: str, issues: Sequence[Issue], fetched_at: datetime) -> None:
    """Replace these issues with all that hangs on them; merge the people they show."""
    if not issues:
        return
    issues = list({issue.issue_id: issue for issue in issues}.values())  # an answer may repeat one
    ids = [issue.issue_id for issue in issues]
    with mirror.transaction():
        mirror.run("CREATE OR REPLACE TEMP TABLE incoming AS SELECT unnest(?::VARCHAR[]) AS issue_id", [ids])
        held = mirror.value(
            "SELECT count(*) FROM issues WHERE site = ? AND issue_id IN (SELECT issue_id FROM incoming)", [site]
        )
        if held:
            for table in ("issues", "issue_fields", "changes", "comments", "links", "mentions", "texts"):
                mirror.run(
                    f"DELETE FROM {table} WHERE site = ? AND issue_id IN (SELECT issue_id FROM incoming)", [site]
                )
        mirror.load("issues", _issue_rows(site, issues, fetched_at))
        mirror.load("issue_fields", _field_rows(site, issues))
        mirror.load("mentions", _mention_rows(site, issues))
        if mirror.meta(KEEP_TEXT):
            mirror.load("texts", _text_rows(site, issues))
        for table in ("changes", "comments", "links"):
            mirror.load(table, _child_rows(site, issues, table))
        everybody = {_look(person): person for issue in issues for person in issue.people.values()}
        save_people(mirror, site, everybody.values(), fetched_at)
        mirror.touch_issues(site, ids)


def _look(person: Person) -> tuple[object, ...]:
    return person.account_id, person.name, person.email, person.account_type, person.active, person.username


def _issue_rows(site: str, issues: Sequence[Issue], fetched_at: datetime) -> Iterator[dict[str, object]]:
    for issue in issues:
        row: dict[str, object] = {name: getattr(issue, name) for name in _COLUMNS}
        yield row | {"site": site, "presence": "present", "fetched_at": fetched_at}


def _field_rows(site: str, issues: Sequence[Issue]) -> Iterator[dict[str, object]]:
    for issue in issues:
        yield {"site": site, "issue_id": issue.issue_id, "fields": _encode(issue.fields).decode()}


def _mention_rows(site: str, issues: Sequence[Issue]) -> Iterator[dict[str, object]]:
    for issue in issues:
        for comment_id, accounts in issue.mentions.items():
            for account in accounts:
                yield {"site": site, "issue_id": issue.issue_id, "comment_id": comment_id or None, "account": account}


def _text_rows(site: str, issues: Sequence[Issue]) -> Iterator[dict[str, object]]:
    for issue in issues:
        for comment_id, body in issue.texts.items():
            if body:
                yield {"site": site, "issue_id": issue.issue_id, "comment_id": comment_id or None, "body": body}


def _child_rows(site: str, issues: Sequence[Issue], table: str) -> Iterator[msgspec.Raw]:
    """Rows with the keys of their issue put in front, as JSON: the quickest way for the many."""
    for issue in issues:
        keys = _encode({"site": site, "issue_id": issue.issue_id})[:-1] + b","
        for child in getattr(issue, table):
            yield msgspec.Raw(keys + _encode(child)[1:])


_MERGE = """
CREATE OR REPLACE TEMP TABLE best AS
SELECT person.* FROM (
    SELECT max({'seen': seen, 'named': name IS NOT NULL, 'mailed': email IS NOT NULL, 'name': name, 'email': email,
                'account_type': account_type, 'active': active, 'username': username, 'site': site,
                'account_id': account_id}) AS person
    FROM (
        SELECT site, account_id, name, email, account_type, active, username, seen FROM met
        UNION ALL
        SELECT site, account_id, name, email, account_type, active, username, seen FROM people
        WHERE site = ? AND account_id IN (SELECT account_id FROM met)
    )
    GROUP BY site, account_id
)
"""


def save_people(mirror: Mirror, site: str, people: Iterable[Person], seen: datetime) -> None:
    """Keep each account as it was seen last, and of one moment the fullest: the order of arrival does not matter."""
    rows = [{"site": site, "seen": seen} | asdict(person) for person in people]
    mirror.run("CREATE OR REPLACE TEMP TABLE met AS SELECT * FROM people LIMIT 0")
    mirror.load("met", rows)
    mirror.run(_MERGE, [site])
    mirror.run("DELETE FROM people WHERE site = ? AND account_id IN (SELECT account_id FROM met)", [site])
    mirror.run(
        "INSERT INTO people BY NAME SELECT site, account_id, name, email, account_type, active, username, seen,"
        " lower(nullif(split_part(email, '@', 2), '')) AS email_domain FROM best"
    )
