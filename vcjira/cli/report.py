"""`vcjira report`: ad-hoc questions, answered from the mirror."""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.errors import Mend

if TYPE_CHECKING:
    from vcjira.report import Request

DAY = click.DateTime(["%Y-%m-%d"])
FORMATS = ("html", "md", "csv", "json")
TERMINAL = "-"


def _names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Names for shell completion, read from the templates without loading anything else."""
    root = Path(__file__).parents[1]
    found = [path for folder in (root, root.parent) for path in (folder / "templates").glob("[!_]*.html.j2")]
    return sorted({path.name.partition(".")[0] for path in found if path.name.startswith(begun)})


@dataclass(frozen=True)
class Asked:
    """The options, as days and paths."""

    names: tuple[str, ...]
    template: Path | None
    formats: tuple[str, ...]
    out: str | None
    from_: date | None
    to: date | None
    as_of: date | None
    projects: tuple[str, ...]
    pseudonymise: bool


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_names)
@click.option("--template", type=click.Path(path_type=Path, dir_okay=False), help="Your own template (*.html.j2, ...).")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="May be repeated.  [default: html]"
)
@click.option("--out", metavar="PATH", help="A file for one report in one format, else a directory; - is the terminal.")
@click.option("--from", "from_", type=DAY, metavar="YYYY-MM-DD", help="First day, UTC.")
@click.option("--to", type=DAY, metavar="YYYY-MM-DD", help="Last day, UTC.")
@click.option("--as-of", type=DAY, metavar="YYYY-MM-DD", help="Only what was known at the end of this day.")
@click.option("--project", "projects", multiple=True, metavar="KEY", help="Only this project; may be repeated.")
@click.option("--pseudonymise", is_flag=True, help="For readers outside the house: no names, no summaries.")
@click.pass_obj
def report(app: App, /, from_: datetime | None, to: datetime | None, as_of: datetime | None, **options: Any) -> None:
    """Render reports from the mirror."""
    asked = Asked(**options, from_=_day(from_), to=_day(to), as_of=_day(as_of))
    if asked.from_ and asked.to and asked.from_ > asked.to:
        raise click.UsageError("--from is later than --to")
    _render(app, asked)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _render(app: App, asked: Asked) -> None:
    """Everything is rendered before the first file is written."""
    from vcjira import nightly
    from vcjira import report as reports

    requests = _requests(app, asked)
    with nightly.fresh(app.settings, write=asked.pseudonymise) as mirror:
        rendered = [(request, reports.render(mirror, app.settings, request)) for request in requests]
    alone = len(rendered) == 1
    if asked.out == TERMINAL or (asked.out is None and alone and requests[0].format != "html"):
        for _, text in rendered:
            sys.stdout.write(text)
        return
    for request, text in rendered:
        path = _place(asked.out, app.settings.reports.out, request, alone=alone)
        reports.write(path, text)
        app.say(str(path))


def _requests(app: App, asked: Asked) -> list["Request"]:
    from vcjira.report import Request

    if asked.template and not asked.template.exists():
        raise Mend("there is no such template", where=str(asked.template), hint="--template takes the path of a file")
    names = asked.names or _default_names(app, asked.template)
    formats = asked.formats or ((_suffix(asked.template) if asked.template else "html"),)
    period = (asked.from_, asked.to, asked.as_of)
    return [
        Request(name, kind, asked.template, *period, asked.projects, asked.pseudonymise)
        for name in dict.fromkeys(names)
        for kind in dict.fromkeys(formats)
    ]


def _default_names(app: App, template: Path | None) -> tuple[str, ...]:
    """What the configuration names; for a template, the report that its file is called after."""
    return (template.name.partition(".")[0],) if template else tuple(app.settings.reports.run)


def _suffix(template: Path) -> str:
    """The format of a template, from what stands before `.j2`."""
    kind = template.name.removesuffix(".j2").rpartition(".")[2]
    return kind if kind in FORMATS else "html" if kind in ("htm", "xhtml") else "md"


def _place(out: str | None, folder: Path, request: "Request", *, alone: bool) -> Path:
    """`out` itself for one report in one format, unless it is a directory or is written as one."""
    if out and alone and not out.endswith(("/", "\\")) and not Path(out).is_dir():
        return Path(out)
    return (Path(out) if out else folder) / f"{request.name}.{request.format}"
