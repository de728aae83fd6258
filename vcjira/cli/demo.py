"""`vcjira demo`: the whole main job against an embedded Jira, in a directory to play with."""

from pathlib import Path

import click

from vcjira.cli.app import App


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default="vcjira-demo", show_default=True
)
@click.option("--issues", type=click.IntRange(50, 200_000), default=600, show_default=True, help="How many issues.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another company.")
@click.option("--product", type=click.Choice(["cloud", "datacenter"]), default="cloud", show_default=True)
@click.pass_obj
def demo(app: App, folder: Path, issues: int, seed: int, product: str) -> None:
    """The whole main job against an embedded Jira.

    Sync, classify, report and labels, in a directory to play with.
    """
    from vcjira.cli.nightly import tell
    from vcjira.demo.show import show

    played = show(folder, issues=issues, seed=seed, product=product, log=app.log)
    for summary in played.nights:
        tell(app, summary)
    app.say("")
    app.say(f"All of it is in {folder}:")
    for name, what in played.files.items():
        app.say(f"  {name:<22} {what}")
    app.say("")
    app.say("Go on with it:")
    app.say(f"  {played.serve}")
    app.say(f"  cd {folder} && vcjira labels log && vcjira report --format md walls")
