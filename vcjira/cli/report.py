"""`vcjira report`: ad-hoc questions, answered from the mirror."""

from datetime import datetime
from pathlib import Path

import click

from vcjira.cli.app import App
from vcjira.errors import Mend

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--template", type=click.Path(path_type=Path, dir_okay=False), help="Your own template (*.html.j2, ...).")
@click.option("--format", "formats", multiple=True, type=click.Choice(["html", "md", "csv", "json"]))
@click.option("--out", type=click.Path(path_type=Path), help="A file for one report in one format, else a directory.")
@click.option("--from", "from_", type=DAY, help="First day, UTC.")
@click.option("--to", type=DAY, help="Last day, UTC.")
@click.option("--as-of", type=DAY, help="Only what was known at the end of this day.")
@click.option("--project", "projects", multiple=True, metavar="KEY", help="Only this project; may be repeated.")
@click.option("--pseudonymise", is_flag=True, help="For readers outside the house: no names, no summaries.")
@click.pass_obj
def report(
    app: App,
    names: tuple[str, ...],
    template: Path | None,
    formats: tuple[str, ...],
    out: Path | None,
    from_: datetime | None,
    to: datetime | None,
    as_of: datetime | None,
    projects: tuple[str, ...],
    pseudonymise: bool,
) -> None:
    """Render reports from the mirror."""
    from vcjira import nightly
    from vcjira import report as reports

    if template and not template.exists():
        raise Mend("there is no such template", where=str(template))
    chosen = names or tuple(app.settings.reports.run) or tuple(reports.REPORTS)
    kinds = formats or (_suffix(template) if template else "html",)
    requests = [
        reports.Request(
            name,
            kind,
            template,
            from_.date() if from_ else None,
            to.date() if to else None,
            as_of.date() if as_of else None,
            projects,
            pseudonymise,
        )
        for name in chosen
        for kind in kinds
    ]
    if from_ and to and from_ > to:
        raise click.UsageError("--from is later than --to")
    with nightly.fresh(app.settings, write=pseudonymise) as mirror:
        rendered = [(request, reports.render(mirror, app.settings, request)) for request in requests]
    if out is None and len(rendered) == 1 and rendered[0][0].format != "html":
        click.echo(rendered[0][1], nl=False)
        return
    for request, text in rendered:
        path = _place(out or app.settings.reports.out, request.name, request.format, alone=len(rendered) == 1)
        reports.write(path, text)
        app.say(str(path))


def _suffix(template: Path) -> str:
    """The format of a template, from what stands before `.j2`."""
    kind = template.name.removesuffix(".j2").rpartition(".")[2]
    return kind if kind in ("html", "md", "csv", "json") else "md"


def _place(out: Path, name: str, kind: str, *, alone: bool) -> Path:
    """`out` itself for one report, unless it is (or must be) a directory."""
    if alone and not out.is_dir() and out.suffix:
        return out
    return out / f"{name}.{kind}"
