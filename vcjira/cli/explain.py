"""`vcjira explain`: why an issue has its class and its labels, or what is known of an account, on one screen."""

import json
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.config import Settings
    from vcjira.mirror import Mirror

Row = dict[str, Any]


@click.command()
@click.argument("what", metavar="ISSUE-KEY | ACCOUNT")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def explain(app: App, what: str, as_json: bool) -> None:
    """Why: answers, rules, evidence, hand-overs, labels.

    An issue by its key of today or before a move; an account by id, SITE/ID, e-mail address or name.
    """
    from vcjira.cli.explain_text import told_account, told_issue
    from vcjira.errors import Mend
    from vcjira.nightly import fresh
    from vcjira.rules import find_accounts, find_issue, near_misses
    from vcjira.rules.explanation import explain_account

    with fresh(app.settings) as mirror:
        found = find_issue(mirror, what)
        if found:
            story = _issue(mirror, app.settings, found)
            lines = [] if as_json else told_issue(story)
        else:
            accounts = find_accounts(mirror, what)
            if len(accounts) != 1:
                hint = _hint(what, accounts, near_misses(mirror, what))
                several = "several accounts are called" if accounts else "there is no issue and no account"
                raise Mend(f"{several} {what!r}", hint=hint)
            story = explain_account(mirror, accounts[0]["site"], accounts[0]["account_id"])
            lines = [] if as_json else told_account(story)
    if as_json:
        app.say_json(story)
    for line in lines:
        app.say(app.clean(line))


def _hint(what: str, accounts: list[Row], near: list[str]) -> str:
    if accounts:
        return "name one by id: " + ", ".join(f"{row['site']}/{row['account_id']}" for row in accounts[:5])
    return f"did you mean {' or '.join(near)}?" if near else "`vcjira status` says what is in the mirror"


def _issue(mirror: "Mirror", settings: "Settings", found: Any) -> Row:
    """Everything we know of one issue; keys of the contract first."""
    from vcjira.labels.notes import vetoes
    from vcjira.rules.explanation import explain_class, without_class

    key = {"site": found.site, "issue_id": found.issue_id}
    row = mirror.rows("SELECT summary, labels, presence FROM issues WHERE site = $site AND issue_id = $issue_id", key)[
        0
    ]
    story = explain_class(mirror, settings, found) or without_class(found)
    hits = mirror.rows(
        "SELECT pattern, happened, evidence FROM hits WHERE site = $site AND issue_id = $issue_id ORDER BY happened, 1",
        key,
    )
    return story | {
        "summary": row["summary"],
        "presence": row["presence"],
        "hits": [hit | {"evidence": json.loads(hit["evidence"] or "null")} for hit in hits],
        "handovers": mirror.rows(_HANDOVERS, key),
        "labels": sorted(row["labels"] or ()),
        "label_writes": mirror.rows(
            "SELECT written, op, label, outcome, reason, run_id FROM label_writes"
            " WHERE site = $site AND issue_id = $issue_id ORDER BY written, op DESC, label",
            key,
        ),
        "vetoes": vetoes(mirror, settings, only=[(found.site, found.issue_id)]),
    }


_HANDOVERS = """
SELECT seq, happened, from_team, to_team, f.name AS from_person, t.name AS to_person, bulk, automated, held_s
FROM handovers h LEFT JOIN people f ON f.site = h.site AND f.account_id = h.from_person
LEFT JOIN people t ON t.site = h.site AND t.account_id = h.to_person
WHERE h.site = $site AND h.issue_id = $issue_id ORDER BY seq
"""
