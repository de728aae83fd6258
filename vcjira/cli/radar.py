"""`vcjira rules radar`: behaviour that contradicts a class, and what somebody decided about each."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.errors import Mend

if TYPE_CHECKING:
    from vcjira.stages import Blip


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also what was decided already.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def radar(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """Pairs whose behaviour contradicts their class, each as a change of the rules.

    Accept, dismiss or snooze one by its number or its name; decisions are lines of the file `people.decisions`, to be
    read, edited and kept in version control.
    """
    if ctx.invoked_subcommand:
        return
    app: App = ctx.obj
    found = [blip for blip in _blips(app) if everything or blip.state == "open"]
    if as_json:
        app.say_json([asdict(blip) for blip in found])
        return
    for number, blip in enumerate(found, 1):
        state = "" if blip.state == "open" else f" [{blip.state}{f' until {blip.until}' if blip.until else ''}]"
        app.say(app.clean(f"{number}. {blip.about}{state}"))
        shown = ", ".join(blip.issues[:5]) + (f" and {len(blip.issues) - 5} more" if len(blip.issues) > 5 else "")
        app.say(app.clean(f"   {blip.why}, since {blip.since}; {shown}"))
        for line in blip.yaml.splitlines():
            app.say(f"     {app.clean(line)}")
    app.say(f"{len(found)} contradictions; settle one by `vcjira rules radar accept|dismiss|snooze NUMBER`")


def _blips(app: App) -> "list[Blip]":
    from vcjira.nightly import fresh
    from vcjira.stages import radar as find

    with fresh(app.settings) as mirror:
        return find(mirror, app.settings)


def _today(app: App) -> date:
    from vcjira.mirror import now

    with app.mirror() as mirror:
        return now(mirror).date()


def _decides(word: str, help_: str, *options: Callable[[Any], Any]) -> None:
    """Add the command that writes one kind of decision."""

    def decide(app: App, about: str, note: str, until: datetime | None = None) -> None:
        from vcjira.people import record

        blips, day = _blips(app), _today(app)
        blip = _named(blips, about)
        if until and until.date() <= day:
            raise Mend(f"a snooze until {until.date()} is over before it begins", hint=f"the mirror is of {day}")
        path = record(app.settings, day, word, "radar", blip.about, until=until.date() if until else None, note=note)
        app.say(app.clean(f"{path.name}: {word} {blip.about}"))
        if word == "accept":
            app.say("put this at the top of `classify.rules`:")
            for line in blip.yaml.splitlines():
                app.say(app.clean(line))

    decide.__doc__ = help_
    command = click.pass_obj(decide)
    for option in (*options, click.option("--note", default="", help="Why; kept in the file.")):
        command = option(command)
    radar.command(word)(click.argument("about", metavar="NUMBER|NAME")(command))


def _named(blips: "list[Blip]", about: str) -> "Blip":
    """The one that is meant: by its number among the open ones, or by its name among all."""
    open_ = [blip for blip in blips if blip.state == "open"]
    if about.isdecimal() and 1 <= int(about) <= len(open_):
        return open_[int(about) - 1]
    for blip in blips:
        if blip.about == about:
            return blip
    raise Mend(f"there is nothing called {about!r} on the radar", hint="`vcjira rules radar --all` lists all")


_decides("accept", "Take the proposal: remember it, and print the rule to paste.")
_decides("dismiss", "Do not propose this again.")
_decides(
    "snooze",
    "Propose this again, but not before a day.",
    click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day it shows again."),
)
