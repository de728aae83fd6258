"""`vcjira export`: the tables of the contract as files."""

import difflib
from pathlib import Path

import click

from vcjira.cli.app import App


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "kind", type=click.Choice(["parquet", "csv", "jsonl"]), default="parquet", show_default=True)
@click.option("--table", "tables", multiple=True, metavar="T", help="Only this table; may be repeated.")
@click.pass_obj
def export(app: App, folder: Path, kind: str, tables: tuple[str, ...]) -> None:
    """Write the tables as Parquet, CSV or JSON lines."""
    from vcjira import nightly
    from vcjira.mirror.export import export as write
    from vcjira.mirror.schema import CONTRACT

    for table in tables:
        if table not in CONTRACT:
            near = difflib.get_close_matches(table, CONTRACT, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(CONTRACT)}"
            raise click.UsageError(f"there is no table {table!r}; {hint}")
    with nightly.fresh(app.settings) as mirror:
        for path in write(mirror, folder, tables or tuple(CONTRACT), kind):  # type: ignore[arg-type]
            app.say(str(path))
