"""`vcjira run`: the nightly job, and its summary for the morning."""

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
        steps = [vars(step) for step in done.steps]
        app.say_json({"run_id": done.run_id, "exit_code": done.exit_code, "steps": steps})
    else:
        tell(app, done)
    click.get_current_context().exit(done.exit_code)


def tell(app: App, done: "Night") -> None:
    """A few lines a person reads with the first coffee: what happened, and what wants a hand."""
    for step in done.steps:
        mark = "ok" if step.code == 0 else f"exit {step.code}"
        for number, line in enumerate(step.text.splitlines()):
            head = f"{step.name:<9} {mark:<7}" if number == 0 else " " * 17
            app.say(app.clean(f"{head} {line}"))
