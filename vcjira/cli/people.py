"""`vcjira people`: which accounts are one person, which may be, and what somebody decided about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.errors import Mend

if TYPE_CHECKING:
    from vcjira.mirror import Mirror

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group()
def people() -> None:
    """Accounts of one person: what joins them, what may.

    Decisions are lines of the file `people.decisions`: read it, edit it, take a line out to undo it.
    """


@people.command("list")
@as_json
@click.pass_obj
def listing(app: App, as_json: bool) -> None:
    """Who has several accounts, and what joins them."""
    from vcjira.nightly import fresh
    from vcjira.people import persons

    with fresh(app.settings) as mirror:
        rows = persons(mirror)
    if as_json:
        app.say_json(rows)
        return
    for row in rows:
        app.say(app.clean(f"{row['person']}: {row['account']} ({row['name'] or 'no name'}), by {row['evidence']}"))
    app.say(f"{len({row['person'] for row in rows})} persons have {len(rows)} accounts")


@people.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many pairs.")
@as_json
@click.pass_obj
def suggest(app: App, limit: int, as_json: bool) -> None:
    """Pairs of accounts that may be one person; nothing is joined by itself."""
    from vcjira.nightly import fresh
    from vcjira.people import suspects

    with fresh(app.settings) as mirror:
        rows = suspects(mirror, app.settings, limit)
    if as_json:
        app.say_json(rows)
        return
    for row in rows:
        names = " / ".join(str(row[name] or "no name") for name in ("one_name", "other_name"))
        app.say(app.clean(f"{row['one']} {row['other']}  {names}: {row['why']}"))
    app.say(f"{len(rows)} pairs; settle one by `vcjira people accept|dismiss|never ONE OTHER`")


def _decides(word: str, meaning: str) -> Callable[..., Any]:
    """The command that writes one kind of decision."""

    @click.argument("one")
    @click.argument("other")
    @click.option("--note", default="", help="Why; kept in the file.")
    @click.pass_obj
    def decide(app: App, one: str, other: str, note: str) -> None:
        from vcjira.mirror import now
        from vcjira.nightly import fresh
        from vcjira.people import record

        with fresh(app.settings) as mirror:
            pair = sorted({_account(mirror, text) for text in (one, other)})
            day = now(mirror).date()
        if len(pair) < 2:
            raise Mend(f"{one!r} and {other!r} are the same account")
        path = record(app.settings, day, word, "same_as", " = ".join(pair), note=note)
        app.say(f"{path.name}: {word} {' = '.join(pair)}")

    decide.__doc__ = meaning
    return people.command(word)(decide)


def _account(mirror: "Mirror", text: str) -> str:
    """SITE/ID of the only account that is meant."""
    from vcjira.rules import find_accounts

    found = [f"{row['site']}/{row['account_id']}" for row in find_accounts(mirror, text)]
    if len(found) != 1:
        raise Mend(
            f"{'several accounts are' if found else 'no account is'} called {text!r}",
            hint=f"name one by id: {', '.join(found[:5])}" if found else "`vcjira people suggest` lists pairs",
        )
    return found[0]


accept = _decides("accept", "Two accounts are one person: join them.")
dismiss = _decides("dismiss", "Do not offer this pair again; what else joins it still does.")
never = _decides("never", "Two accounts are two people: keep them apart, whatever they share.")
