"""`vcjira init`, `check` and `schema`: from nothing to a configuration that is known to work."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.errors import Mend, VcjiraError

if TYPE_CHECKING:
    from vcjira.config import Settings
    from vcjira.jira.probe import Check


@click.command()
@click.option("--url", help="Address of your Jira.")
@click.option("--email", help="Account of the API token (Jira Cloud).")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.pass_obj
def init(app: App, url: str | None, email: str | None, force: bool) -> None:
    """Write a commented vcjira.yaml."""
    from vcjira.config.starter import starter

    path = app.config or Path("vcjira.yaml")
    if path.exists() and not force:
        raise Mend("there is a configuration already", where=str(path), hint="--force writes over it")
    path.write_text(starter(url, email), encoding="utf-8")
    app.say(f"wrote {path}; next: set VCJIRA_TOKEN, then `vcjira check`")


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask Jira.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def check(app: App, offline: bool, as_json: bool) -> None:
    """Tell what is right and wrong: configuration, rules, log-in, permissions."""
    checks = [*_local(app), *([] if offline else _remote(app))]
    if as_json:
        fields = ("name", "ok", "detail", "hint")
        app.say_json({"checks": [{name: getattr(check, name) for name in fields} for check in checks]})
    else:
        for line in checks:
            mark = {True: "ok", False: "NOT OK", None: "note"}[line.ok]
            first, *others = f"{mark:<7} {line.name}: {line.detail}".splitlines()
            app.say(app.clean(first))
            for other in others:
                app.say(app.clean(f"        {other}"))
            if line.hint and line.ok is not True:
                app.say(app.clean(f"        hint: {line.hint}"))
    codes = {line.exit_code or 2 for line in checks if line.ok is False}
    click.get_current_context().exit(min(codes, default=0))


def _local(app: App) -> list["Check"]:
    """Configuration, patterns, directory, templates, rules and their tests, mirror; one wrong does not hide another."""
    from vcjira.jira.probe import Check

    settings = app.settings
    checks = [
        Check(
            "configuration",
            True,
            f"{app.config_path}: {len(settings.sites)} site{'' if len(settings.sites) == 1 else 's'}",
        )
    ]
    for step in (_patterns, _hours, _files, _rules):
        try:
            checks += step(settings)
        except VcjiraError as error:
            checks.append(Check(error.where or "configuration", False, error.what, error.hint, error.exit_code))
    return checks


def _patterns(settings: "Settings") -> list["Check"]:
    from vcjira import patterns
    from vcjira.jira.probe import Check

    return [Check("patterns", True, f"{sum(one.enabled for one in patterns.check(settings).values())} enabled")]


def _hours(settings: "Settings") -> list["Check"]:
    from vcjira import hours
    from vcjira.jira.probe import Check

    ok = True if hours.calendars(settings) else None
    return [Check("hours", ok, f"{who}: {when}") for who, when in hours.whose(settings)]


def _rules(settings: "Settings") -> list["Check"]:
    """The rules, held against the mirror where there is one, and their own tests."""
    from contextlib import nullcontext

    from vcjira import nightly, rules
    from vcjira.jira.probe import Check

    rules.compile(settings)
    with nightly.fresh(settings) if settings.mirror.exists() else nullcontext() as mirror:
        if mirror:
            rules.compile(settings, mirror)
            checks = [Check("mirror", True, str(settings.mirror))]
        else:
            checks = [Check("mirror", None, "none yet", "`vcjira sync` makes it")]
        results = rules.run_tests(settings, mirror)
    checks.append(Check("rules", True, f"{len(settings.classify.rules)} rules"))
    checks += [
        Check(f"rule test {result.name}", False, f"want {result.want}, got {result.got}", result.why, 2)
        for result in results
        if not result.ok
    ]
    passed, skipped = sum(result.ok for result in results), sum(result.skipped for result in results)
    told = f"{passed - skipped} of {len(results)} pass" + (f", {skipped} wait for a mirror" if skipped else "")
    return [*checks, Check("rule tests", passed == len(results) or None, told)]


def _files(settings: "Settings") -> list["Check"]:
    """The directory file and the templates."""
    from vcjira.jira.probe import Check
    from vcjira.people import directory

    checks = []
    if settings.people.directory:
        path = settings.people.directory
        try:
            rows = directory.parse(path, path.read_bytes())
        except OSError:
            where = settings.where("people", "directory")
            raise Mend(f"the directory file {path} cannot be read", where=where) from None
        checks.append(Check("directory", True, f"{len(rows)} lines in {path.name}"))
    if settings.reports.templates and not settings.reports.templates.is_dir():
        where = settings.where("reports", "templates")
        checks.append(Check("templates", False, f"{where}: no such directory {settings.reports.templates}", None, 2))
    return checks


def _remote(app: App) -> list["Check"]:
    """What each site answers; a secret that is not there is said like everything else."""
    from vcjira.config import secrets
    from vcjira.jira.probe import Check, probe

    settings = app.settings
    checks = []
    for number, site in enumerate(settings.sites):
        try:
            secret = secrets.read(site.token, settings.base, where=settings.where("sites", number, "token"))
            found = probe(site, secret)
        except VcjiraError as error:
            found = [Check("token", False, str(error), error.hint, error.exit_code)]
        for line in found:
            line.name = f"{site.name}: {line.name}"
        checks += found
    return checks


@click.command()
@click.argument("what", type=click.Choice(["config", "export"]), default="config")
@click.option("--markdown", is_flag=True, help="The configuration as a document for people.")
@click.pass_obj
def schema(app: App, what: str, markdown: bool) -> None:
    """JSON Schema of the configuration; columns of the tables."""
    if markdown and what == "config":
        from vcjira.config import manual

        app.say(manual.markdown().rstrip("\n"))
        return
    app.say(json.dumps(_config_schema() if what == "config" else _tables(), indent=2))


def _config_schema() -> dict[str, Any]:
    from vcjira.config import Settings

    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Settings.model_json_schema(by_alias=True)


def _tables() -> dict[str, Any]:
    """Table -> its columns, in order: name and type."""
    from vcjira.mirror import Mirror
    from vcjira.mirror.schema import CONTRACT

    with Mirror(Path(":memory:"), write=True) as mirror:
        types = {
            (table, column): kind
            for table, column, kind in mirror.tuples(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
            )
        }
    return {
        "tables": {
            table: [{"name": name, "type": types[table, name]} for name in columns]
            for table, columns in CONTRACT.items()
        }
    }
