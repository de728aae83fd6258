"""The command line: which command lives where, global options, and the one place where errors become exit codes."""

import difflib
import errno
import importlib
import json
import sys
from itertools import pairwise
from pathlib import Path

import click

from vcjira import __version__
from vcjira.cli.app import App
from vcjira.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, Incomplete, Mend, VcjiraError

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo:demo", "The whole main job against an embedded Jira."),
    "serve-jira": ("serve:serve_jira", "Only the embedded Jira, on loopback."),
    "init": ("setup:init", "Write a commented vcjira.yaml."),
    "check": ("setup:check", "Tell what is right and wrong: configuration, rules, log-in, permissions."),
    "sync": ("sync:sync", "Bring the mirror up to date."),
    "status": ("sync:status", "What is in the mirror, how fresh, how complete."),
    "classify": ("classify:classify", "Class every requester and issue from the mirror."),
    "explain": ("explain:explain", "Why: answers, rules, evidence, hand-overs, labels."),
    "people": ("people:people", "Accounts of one person: what joins them, what may."),
    "rules": ("rules:rules", "Test, lint and replay the rules."),
    "patterns": ("patterns:patterns", "The catalogue, or one pattern's manual page."),
    "report": ("report:report", "Render reports from the mirror."),
    "labels": ("labels:labels", "Plan, apply, undo and verify labels."),
    "run": ("nightly:run", "The nightly job: sync, classify, report, labels."),
    "export": ("tables:export", "Write the tables as Parquet, CSV or JSON lines."),
    "import-log": ("log:import_log", "Read an event log as a site of its own."),
    "schema": ("setup:schema", "JSON Schema of the configuration; columns of the tables."),
}
"""Command -> (module:attribute below vcjira.cli, first line of its help). Modules load when called."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Lazy(click.Group):
    """A group that imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(f"vcjira.cli.{module}"), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            said = f"{error.message} Did you mean {near[0]!r}?" if near else error.message
            raise click.UsageError(said, ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


ENDINGS = (
    "It ends with 0 done, 1 a bug, 2 something to mend, 3 Jira not reached, 4 incomplete, 5 refused by a limit,"
    " 6 another run at work, 130 interrupted."
)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]}, epilog=ENDINGS)
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), help="Configuration  [vcjira.yaml, else $VCJIRA_CONFIG]."
)
@click.option("-v", "--verbose", count=True, help="Say more; with an unexpected error, show the trace.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--no-progress", is_flag=True, help="No progress display.")
@click.version_option(__version__, prog_name="vcjira")
@click.pass_context
def main(
    ctx: click.Context, config: Path | None, verbose: int, quiet: bool, log_format: str, no_progress: bool
) -> None:
    """Who is really asking, and was the work thrown over a wall or done together?"""
    ctx.obj = App(config, verbose=-1 if quiet else verbose, log_format=log_format, progress=not no_progress)


def run(args: list[str]) -> int:
    """Run one command line; every ending becomes an exit code of the contract, never a bare traceback."""
    try:
        code = main.main(args, prog_name="vcjira", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_OK
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _ended(args, "interrupted; the mirror is whole", EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return 2
    except VcjiraError as error:
        return _ended(args, error.what, error.exit_code, error.where, error.hint)
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_OK
    except OSError as error:
        found = _of_the_system(error)
        if found is None:
            return _bug(args, error)
        return _ended(args, found.what, found.exit_code, found.where, found.hint)
    except Exception as error:
        return _bug(args, error)


def _ended(args: list[str], what: str, code: int, where: str | None = None, hint: str | None = None) -> int:
    """Say what went wrong, as text or as one line of JSON, without what could steer a terminal; the exit code."""
    if "--log-format=json" in args or ("--log-format", "json") in pairwise(args):
        facts = {"level": "error", "message": what, "where": where, "hint": hint, "exit_code": code}
        print(json.dumps(facts, ensure_ascii=False), file=sys.stderr)
        return code
    lines = f"vcjira: {where}: {what}" if where else f"vcjira: {what}"
    for line in [*lines.splitlines(), *(f"  hint: {line}" for line in (hint or "").splitlines())]:
        print(App.clean(line), file=sys.stderr)
    return code


def _of_the_system(error: OSError) -> VcjiraError | None:
    """What the system would not do with a file: no room for it, or a path that cannot be."""
    where = str(error.filename) if error.filename else None
    said = (error.strerror or "").lower()
    if error.errno in NO_ROOM:
        hint = "make room and run again; what was finished before is whole"
        return Incomplete(f"a file could not be written: {said}", where=where, hint=hint)
    return Mend(f"this file cannot be used: {said}", where=where) if where else None


def _bug(args: list[str], error: Exception) -> int:
    """The frames with -v, but never the text of the error: it may hold what nobody should see."""
    trace = any(arg == "--verbose" or arg.startswith("-v") for arg in args)
    if trace:
        import traceback

        print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr, end="")
    hint = None if trace else "call `vcjira -v ...` again and report what it prints"
    return _ended(args, f"unexpected {type(error).__name__}; this is a bug in vcjira", EXIT_BUG, None, hint)
