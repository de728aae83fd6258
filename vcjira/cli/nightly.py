"""`vcjira run`: the nightly job, and its summary for the morning."""

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.nightly.night import Night


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON document.")
@click.pass_obj
def run(app: App, as_json: bool) -> None:
    """The nightly job: sync, classify, report, labels."""
    from vcjira.cli.progress import watching
    from vcjira.nightly import night

    with watching(app) as (watch, stop):
        done = night.run(app.settings, watch=watch, stop=stop)
    if as_json:
        steps = [asdict(step) for step in done.steps]
        facts = {"run_id": done.run_id, "exit_code": done.exit_code, "took_s": round(done.took_s, 3), "steps": steps}
        app.say_json(facts)
    else:
        tell(app, done)
    click.get_current_context().exit(done.exit_code)


def tell(app: App, done: "Night") -> None:
    """A few lines a person reads with the first coffee: what happened, and what wants a hand."""
    from vcjira.errors import MEANINGS

    code = done.exit_code
    ended = "all done" if code == 0 else f"ended with {code}"
    app.say(f"vcjira run {done.run_id}: {ended} in {done.took_s:.0f} s")
    for step in done.steps:
        _told(app, step.name, [step.text])
    troubles = [step for step in done.steps if step.troubles]
    if troubles:
        app.say("")
        for line in textwrap.wrap(f"Wants a hand ({code}: {MEANINGS[code]})", 80, subsequent_indent="  "):
            app.say(line)
    for step in troubles:
        _told(app, step.name, step.troubles)


def _told(app: App, name: str, texts: list[str]) -> None:
    """Lines below the name of a step."""
    for number, line in enumerate(line for text in texts for line in text.splitlines()):
        app.say(app.clean(f"  {name if number == 0 else '':<9} {line}"))
