"""`vcjira import-log`: an event log from anywhere as a site of its own, analysed like a Jira."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.config import Settings


@click.command("import-log")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", help="Name of the site in the mirror [the file's].")
@click.option("--case", metavar="COLUMN", help="Which rows belong together [concept:name of the trace].")
@click.option("--time", metavar="COLUMN", help="When [time:timestamp].")
@click.option("--person", metavar="COLUMN", help="Who holds the case [org:resource].")
@click.option("--team", metavar="COLUMN", help="Which team holds it [org:group].")
@click.option("--requester", metavar="COLUMN", help="Who asked.")
@click.option("--status", metavar="COLUMN", help="The state it is in.")
@click.option("--order", metavar="COLUMN", help="A number that orders a case's rows, where the times do not.")
@click.option("--missing", multiple=True, metavar="TEXT", help="What stands for no value [nothing; in CSV also ?].")
@click.option("--encoding", help="Of a CSV file [found out].")
@click.option("--mirror", "mirror_path", type=click.Path(path_type=Path), help="The mirror, without a configuration.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def import_log(
    app: App,
    /,
    file: Path,
    name: str | None,
    missing: tuple[str, ...],
    encoding: str | None,
    mirror_path: Path | None,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Read an event log as a site of its own.

    CSV or XES; gzipped, zipped or neither.

    Rows become issues and changes of person and team, in order of time, in file order for equal times; ServiceNow's
    sys_mod_count goes before the time. Importing again under the same name replaces the site. Works without a
    configuration file.
    """
    from vcjira import eventlog, nightly
    from vcjira.mirror import Mirror

    site = eventlog.checked(name) if name is not None else eventlog.name_of(file)
    settings = _settings(app, mirror_path)
    events = eventlog.read(file, eventlog.Columns(**columns), encoding=encoding, missing=missing)
    with Mirror(settings.mirror, write=True) as mirror:
        imported = eventlog.save_log(mirror, site, events, file.name)
        nightly.refresh(mirror, settings)
        hops = mirror.value("SELECT count(*) FROM hits WHERE site = ? AND pattern = 'handover'", [site])
    if as_json:
        app.say_json(asdict(imported) | {"mirror": str(settings.mirror), "hops": hops})
        return
    app.say(
        app.clean(
            f"{site}: {imported.events} events of {imported.issues} cases, {imported.persons} persons,"
            f" {imported.teams} teams, {imported.first:%Y-%m-%d} to {imported.last:%Y-%m-%d}"
        )
    )
    app.say(f"  {imported.changes} changes, {hops} hand-overs as `handover` counts them; in {settings.mirror}")


def _settings(app: App, mirror_path: Path | None) -> "Settings":
    """The configuration where there is one; else the bare defaults."""
    from vcjira.config.models import Settings

    named = app.config is not None or app.config_path.exists() or "VCJIRA_CONFIG" in os.environ
    settings = app.settings if named else Settings()
    return settings.model_copy(update={"mirror": mirror_path.absolute()}) if mirror_path else settings
