"""`vcjira demo`: the whole main job against an embedded Jira, in a directory to play with."""

import csv
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.errors import Mend

if TYPE_CHECKING:
    from vcjira.config import Settings

MARK = ".vcjira-demo"
"""Says that a directory is ours to write over."""
MADE = {
    "vcjira.yaml": "the configuration: teams, rules with their tests, labels",
    "people.csv": "the staff directory that it names",
    "vcjira.duckdb": "the mirror",
    "plan.json": "the plan of labels, as it was before it was applied",
    "labels.csv": "the labels as they now stand in the embedded Jira",
    "reports/walls.html": "who tosses work over the wall, and with whom to embed",
    "reports/requesters.html": "where requests come from",
    "reports/embedding.html": "who works with whom already",
    "reports/stages.html": "how close each pair works, and where it is going",
    "reports/chain.html": "what reaches a customer in the end",
}


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), default="vcjira-demo", show_default=True)
@click.option("--issues", type=click.IntRange(50, 200_000), default=600, show_default=True, help="How many issues.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another company.")
@click.option("--product", type=click.Choice(["cloud", "datacenter"]), default="cloud", show_default=True)
@click.option("--serve", is_flag=True, help="Afterwards, keep the embedded Jira up until Ctrl-C, to go on playing.")
@click.pass_obj
def demo(app: App, folder: Path, issues: int, seed: int, product: str, serve: bool) -> None:
    """The whole main job against an embedded Jira.

    Sync, classify, report and labels, in a directory to play with.
    """
    from vcjira.config import load
    from vcjira.demo import TOKEN, EmbeddedJira
    from vcjira.demo.company import company

    _make_room(folder)
    app.log(f"inventing a company with {issues} issues")
    store = company(issues, seed)
    store.clock.run()
    with EmbeddedJira(store, product="datacenter" if product == "datacenter" else "cloud") as jira:
        app.log(f"embedded Jira ({product}) on {jira.url}")
        text = store.config_yaml(jira.url, jira.product).replace("env:VCJIRA_TOKEN", "file:token")
        text = text.replace("concurrency: 4, per_second: 200", "concurrency: 8, per_second: 2000")  # it is ours alone
        (folder / "vcjira.yaml").write_text(text, encoding="utf-8")
        (folder / "people.csv").write_text(store.directory_csv(jira.product), encoding="utf-8")
        (folder / "token").write_text(TOKEN + "\n", encoding="utf-8")
        code = _night(app, load(folder / "vcjira.yaml"), folder)
        _write_labels(folder / "labels.csv", store.labels())
        _tell(app, folder)
        if serve:
            app.say(f"The embedded Jira stays up on {jira.url} until Ctrl-C.")
            _until_interrupted()
    click.get_current_context().exit(code)


def _make_room(folder: Path) -> None:
    """A new or empty directory, or one of an earlier demo, whose files are written over."""
    if folder.exists() and not (folder / MARK).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Mend("this directory is not empty and not of an earlier demo", where=str(folder), hint="name another")
    folder.mkdir(parents=True, exist_ok=True)
    for name in MADE:
        (folder / name).unlink(missing_ok=True)
    (folder / MARK).touch()


def _night(app: App, settings: "Settings", folder: Path) -> int:
    """Plan first and keep the plan, then the night as it would run by itself."""
    from vcjira import labels, nightly
    from vcjira.cli.nightly import tell
    from vcjira.cli.progress import watching
    from vcjira.mirror import Mirror
    from vcjira.nightly import night
    from vcjira.sync import Options

    with watching(app) as (watch, stop):
        with Mirror(settings.mirror, write=True) as mirror:
            outcomes = nightly.sync(mirror, settings, Options(), watch=watch, stop=stop)
            for outcome in outcomes:
                if outcome.error:
                    raise outcome.error
            nightly.refresh(mirror, settings)
            plan = labels.draft(mirror, settings)
            (folder / "plan.json").write_text(plan.text(), encoding="utf-8")
        done = night.run(settings, watch=watch, stop=stop)
    tell(app, done)
    return done.exit_code


def _write_labels(path: Path, worn: dict[str, list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows: Any = csv.writer(file)
        rows.writerow(["key", "labels"])
        rows.writerows([key, " ".join(labels)] for key, labels in sorted(worn.items()))


def _tell(app: App, folder: Path) -> None:
    app.say(f"\nIn {folder}:")
    for name, what in MADE.items():
        app.say(f"  {name:<24} {what}")
    app.say("\nGo on with it (the mirror answers without Jira):")
    place = shlex.quote(str(folder))
    for line in ("vcjira classify", "vcjira report walls --format md", "vcjira labels log", "vcjira rules card"):
        app.say(f"  cd {place} && {line}")


def _until_interrupted() -> None:
    import threading

    threading.Event().wait()
