"""`vcjira labels`: plan, look, apply, verify, undo; the journal and the vetoes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.labels import Outcome, Plan
    from vcjira.mirror import Mirror


@click.group()
def labels() -> None:
    """Plan, apply, undo and verify labels."""


@labels.command()
@click.option(
    "--out",
    "outs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the plan as a file: JSON to apply, *.md or *.html to look at. May be repeated.",
)
@click.option("--format", "kind", type=click.Choice(["json", "md", "html"]), help="Instead of what --out ends in.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 10 when there is something to apply.")
@click.option("--where", "narrow", metavar="SQL", help="Only issues that meet this condition too.")
@click.option("--all", "every", is_flag=True, help="List every change.")
@click.option("--force", is_flag=True, help="Once: plan although too many requesters are unknown.")
@click.pass_obj
def plan(
    app: App,
    outs: tuple[Path, ...],
    kind: str | None,
    as_json: bool,
    detailed_exitcode: bool,
    narrow: str | None,
    every: bool,
    force: bool,
) -> None:
    """What would change; writes nothing to Jira."""
    from vcjira import nightly
    from vcjira.labels import draft

    kinds = {out: kind or {".md": "md", ".html": "html"}.get(out.suffix, "json") for out in outs}
    told = "json" if as_json else kind if not outs else None
    with nightly.fresh(app.settings) as mirror:
        drafted = draft(mirror, app.settings, narrow=narrow, force=force)
        texts = {name: _written(app, mirror, drafted, name) for name in {*kinds.values(), told} if name}
    for out in outs:
        _keep(out, texts[kinds[out]])
    if told:
        click.echo(texts[told], nl=False)
    else:
        _show(app, drafted, every)
        for out in outs:
            deed = "Apply it with: vcjira labels apply" if kinds[out] == "json" else "Look at it in"
            app.say(f"\n{deed} {App.clean(str(out))}")
    click.get_current_context().exit(10 if detailed_exitcode and drafted.changes else 0)


def _written(app: App, mirror: "Mirror", plan: "Plan", kind: str) -> str:
    """The plan as JSON to apply, or as a page to look at."""
    from vcjira import report

    return plan.text() if kind == "json" else report.render_plan(mirror, app.settings, plan, kind)


@labels.command()
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Once: go past the limits, the budget of unknowns and quiet hours.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout; needs --yes.")
@click.pass_obj
def apply(app: App, plan_file: Path | None, yes: bool, force: bool, as_json: bool) -> None:
    """Apply PLAN, or plan now and apply after confirmation."""
    from vcjira import labels as rooms
    from vcjira import nightly

    _someone_must_agree(yes, as_json)
    with app.mirror(write=True) as mirror, _tools(app, mirror) as (trackers, refetch, progress):
        nightly.refresh(mirror, app.settings)
        if plan_file:
            approved = rooms.read_plan(_text(plan_file), where=str(plan_file))
            rooms.refuse_if_unsure(mirror, app.settings, force=force)
        else:
            rooms.recover(mirror, app.settings, trackers, refetch)
            nightly.refresh(mirror, app.settings)
            approved = rooms.draft(mirror, app.settings, force=force)
        if not app.settings.labels.enabled:
            app.log("labels.enabled is false: `vcjira run` only plans; this apply was asked for by name")
        outcome = _carry_out(app, mirror, approved, trackers, refetch, progress, yes=yes, force=force, as_json=as_json)
    click.get_current_context().exit(outcome.exit_code if outcome else 0)


@labels.command()
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout; needs --yes.")
@click.pass_obj
def undo(app: App, run: str, yes: bool, as_json: bool) -> None:
    """Take back what RUN did, where it is still ours and unchanged since."""
    from vcjira import labels as rooms

    _someone_must_agree(yes, as_json)
    with app.mirror(write=True) as mirror, _tools(app, mirror) as (trackers, refetch, progress):
        rooms.recover(mirror, app.settings, trackers, refetch)
        rooms.look_again(mirror, app.settings, run, refetch)
        drafted = rooms.draft_undo(mirror, app.settings, run)
        outcome = _carry_out(app, mirror, drafted, trackers, refetch, progress, yes=yes, force=True, as_json=as_json)
    click.get_current_context().exit(outcome.exit_code if outcome else 0)


@labels.command()
@click.argument("run", required=False)
@click.option("--vetoes", "only_vetoes", is_flag=True, help="List what people said no to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def log(app: App, run: str | None, only_vetoes: bool, as_json: bool) -> None:
    """The journal: all runs, or the operations of one RUN."""
    from vcjira import labels as rooms

    with app.mirror() as mirror:
        if only_vetoes:
            rows = rooms.vetoes(mirror, app.settings)
        elif run:
            rows = rooms.operations(mirror, run)
        else:
            rows = rooms.runs(mirror)
    if as_json:
        app.say_json(rows)
        return
    told = _veto_line if only_vetoes else _operation_line if run else _run_line
    for row in rows:
        app.say(App.clean(told(row)))
    if not rows:
        app.say("no vetoes" if only_vetoes else "nothing was written yet")


@labels.command()
@click.argument("key")
@click.argument("label", required=False)
@click.pass_obj
def lift(app: App, key: str, label: str | None) -> None:
    """Lift the veto on an issue (one LABEL or all): the next plan may set it again."""
    from vcjira import labels as rooms

    with app.mirror(write=True) as mirror:
        for veto in rooms.lift(mirror, app.settings, key, label):
            app.say(App.clean(f"lifted: {veto.label} on {key}"))


@labels.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def verify(app: App, as_json: bool) -> None:
    """Compare Jira with the journal; ends with 4 when they differ."""
    from vcjira import labels as rooms

    with app.mirror(write=True) as mirror, _tools(app, mirror) as (trackers, refetch, _):
        found = rooms.verify(mirror, app.settings, trackers, refetch=refetch)
    differing = [row for row in found if not row.known]
    if as_json:
        app.say_json({"agree": not differing, "differences": [row.facts() for row in found]})
    else:
        for row in found:
            known = " (known, respected)" if row.known else ""
            app.say(App.clean(f"{row.key:<12} {row.label}: {row.words}{known}"))
        app.say(f"{len(differing)} differences" if differing else "Jira and the journal agree")
    click.get_current_context().exit(4 if differing else 0)


def _someone_must_agree(yes: bool, as_json: bool) -> None:
    from vcjira.errors import Mend

    if not yes and (as_json or not sys.stdin.isatty()):
        raise Mend(
            "there is nobody to ask: no terminal, and --yes was not given",
            hint="look at `vcjira labels plan`, then call again with --yes",
        )


def _carry_out(
    app: App,
    mirror: "Mirror",
    plan: "Plan",
    trackers: Any,
    refetch: Any,
    progress: Any,
    *,
    yes: bool,
    force: bool,
    as_json: bool,
) -> "Outcome | None":
    """Show the plan, ask, apply, say what became of it."""
    from vcjira import labels as rooms
    from vcjira.cli import labels_text

    if not as_json and not (yes and app.verbose < 0):
        _show(app, plan, every=False)
    if plan.changes and not yes:
        where = ", ".join(site["url"] for site in plan.sites.values())
        if not click.confirm(f"\nApply these {len(plan.changes)} changes to {where}?"):
            app.say("Nothing was written.")
            return None
    outcome = rooms.apply(mirror, app.settings, plan, trackers, force=force, refetch=refetch, progress=progress)
    if as_json:
        app.say_json(outcome.facts())
    else:
        for line in labels_text.outcome_lines(outcome):
            app.say(line)
    return outcome


def _tools(app: App, mirror: "Mirror") -> Any:
    """Connections, refetch and progress for one command; Ctrl-C stops the workers when the block is left."""
    from contextlib import contextmanager

    from vcjira import nightly
    from vcjira.cli.progress import watching
    from vcjira.sync import refresh_issues

    by_name = {site.name: site for site in app.settings.sites}

    @contextmanager
    def tools() -> Any:
        with watching(app) as (watch, stop):
            trackers = nightly.Trackers(app.settings, stop)
            done = 0

            def progress(count: int) -> None:
                nonlocal done
                done += count
                watch("labels", "write", done, None)

            def refetch(site: str, ids: Any) -> None:
                refresh_issues(mirror, by_name[site], trackers(site), ids)

            yield trackers, refetch, progress

    return tools()


def _show(app: App, plan: "Plan", every: bool) -> None:
    from vcjira.cli import labels_text
    from vcjira.labels import over_limits

    over = None if plan.kind == "undo" else over_limits(plan, app.settings)
    enabled = app.settings.labels.enabled
    facts = plan.facts(None if every else labels_text.SHOWN)
    for line in labels_text.plan_lines(facts, over=str(over) if over else None, every=every, enabled=enabled):
        app.say(line)


def _keep(path: Path, text: str) -> None:
    from vcjira.errors import Incomplete

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Incomplete(f"the plan could not be written: {error.strerror}", where=str(path)) from None


def _text(path: Path) -> bytes:
    from vcjira.errors import Mend

    try:
        return path.read_bytes()
    except OSError as error:
        raise Mend(f"the plan cannot be read: {error.strerror}", where=str(path)) from None


def _run_line(row: dict[str, Any]) -> str:
    counts = ", ".join(
        f"{row[name]} {name}" for name in ("done", "unchanged", "refused", "failed", "intended") if row[name]
    )
    undone = f" (undo of {row['undoes']})" if row["undoes"] else ""
    state = "" if row["finished"] else ", not finished"
    return f"{row['run_id']}  {row['started']:%Y-%m-%d %H:%M}  {row['kind']}{undone}: {counts or 'nothing'}{state}"


def _operation_line(row: dict[str, Any]) -> str:
    mark = "+" if row["op"] == "add" else "-"
    reason = f"  {row['reason']}" if row["reason"] else ""
    return f"{row['key']:<12} {mark}{row['label']:<24} {row['outcome']}{reason}"


def _veto_line(row: dict[str, Any]) -> str:
    if row["line"]:
        return f"{row['key']:<12} {row['label']:<24} {row['line']}"
    when = f" on {row['happened']:%Y-%m-%d}" if row["happened"] else ""
    return f"{row['key']:<12} {row['label']:<24} taken away by {row['author'] or row['author_id'] or 'somebody'}{when}"
