"""`vcjira rules`: test, lint, look at and replay the rules before they count."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcjira.cli.app import App
from vcjira.cli.radar import radar
from vcjira.errors import Mend, Refused

if TYPE_CHECKING:
    from vcjira.config import Settings
    from vcjira.mirror import Mirror
    from vcjira.rules.replay import Difference

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group()
def rules() -> None:
    """Test, lint and replay the rules.

    None of these writes to Jira; only `diff` opens the mirror for writing, and leaves it as it was.
    """


rules.add_command(radar)


@rules.command()
@as_json
@click.pass_obj
def test(app: App, as_json: bool) -> None:
    """Run the tests in the file; exit 2 when one fails.

    `given: {issue: KEY}` is looked up in the mirror, and skipped where there is none.
    """
    from vcjira.rules import run_tests

    if not app.settings.classify.tests:
        app.log("there are no tests under `classify.tests`")
    with _mirror_if_any(app) as mirror:
        results = run_tests(app.settings, mirror)
    failed = [result for result in results if not result.ok]
    if as_json:
        app.say_json([asdict(result) | {"skipped": result.skipped} for result in results])
    for result in [] if as_json else results:
        word = "FAIL" if not result.ok else "skip" if result.skipped else "ok"
        app.say(f"{word:<5}{app.clean(result.name)}")
        if not result.ok or result.skipped:
            if result.got is not None:
                app.say(f"     want {result.want}\n     got  {result.got}")
            app.say(f"     {result.where}: {app.clean(result.why)}")
    if not as_json:
        app.say(f"{len(results) - len(failed)} of {len(results)} as expected")
    if failed:
        click.get_current_context().exit(2)


class _mirror_if_any:
    """The mirror with derived tables up to date, or None where there is none yet."""

    def __init__(self, app: App) -> None:
        from vcjira.nightly import fresh

        self._open = fresh(app.settings) if app.settings.mirror.exists() else None

    def __enter__(self) -> "Mirror | None":
        return self._open.__enter__() if self._open else None

    def __exit__(self, *error: Any) -> None:
        if self._open:
            self._open.__exit__(*error)


@rules.command()
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@as_json
@click.pass_obj
def lint(app: App, strict: bool, as_json: bool) -> None:
    """Rules that never match, are shadowed, contradict each other, or do not say why; exit 2 on errors."""
    from vcjira.rules.chain import contradictions
    from vcjira.rules.lint import Doubt
    from vcjira.rules.lint import lint as lint_rules

    with _mirror_if_any(app) as mirror:
        doubts = lint_rules(app.settings, mirror)
        for told in contradictions(mirror, app.settings) if mirror else ():
            what = f"{told.organization} ({told.issues} requests) is {told.what}: {told.evidence}"
            doubts.append(Doubt("warning", "value_chain", what, app.settings.where("value_chain")))
    if as_json:
        app.say_json([asdict(doubt) for doubt in doubts])
    for doubt in [] if as_json else doubts:
        app.say(f"{doubt.where}: {doubt.level}: {app.clean(doubt.what)} [{doubt.code}]")
        if doubt.hint:
            app.say(f"  hint: {app.clean(doubt.hint)}")
    errors = sum(doubt.level == "error" for doubt in doubts)
    if not as_json:
        app.say(f"{errors} errors, {len(doubts) - errors} warnings")
    if errors or (strict and doubts):
        click.get_current_context().exit(2)


@rules.command()
@as_json
@click.pass_obj
def card(app: App, as_json: bool) -> None:
    """Per rule: whom it reaches, what it decides, who says otherwise, when last; and why unknowns are unknown."""
    from vcjira.labels import vetoes
    from vcjira.nightly import fresh
    from vcjira.rules.card import count_unknowns, draw_cards

    with fresh(app.settings) as mirror:
        said_no = vetoes(mirror, app.settings)
        cards, unknowns = draw_cards(mirror, app.settings, said_no), count_unknowns(mirror)
    if as_json:
        app.say_json({"rules": cards, "unknown": unknowns})
        return
    for row in cards:
        last = f", last {row['last']:%Y-%m-%d} ({row['example']})" if row["last"] else ""
        app.say(app.clean(row["rule"]))
        reach = f"  true for {row['issues']:,} requests of {row['requesters']:,} requesters ({row['share']:.1%}){last}"
        app.say(f"{reach}\n  decides {row['decided']:,}; overruled by earlier rules {row['overruled']:,}")
        if row["overlaps"]:
            told = ", ".join(f"{o['other']} ({o['issues']:,}, {o['disagree']:,} otherwise)" for o in row["overlaps"])
            app.say(app.clean(f"  together with {told}"))
        if row["labels_agree"] or row["labels_differ"] or row["vetoes"]:
            app.say(
                f"  people's own labels: {row['labels_agree']} agree, {row['labels_differ']} differ;"
                f" {row['vetoes']} vetoes"
            )
    if unknowns:
        app.say("Unknown because")
    for row in unknowns:
        app.say(f"  {row['issues']:>7,} requests of {row['requesters']:,} requesters: {row['why']}")


@rules.command()
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many rules.")
@click.option("--team", help="Only from requests of this team.")
@as_json
@click.pass_obj
def suggest(app: App, limit: int, team: str | None, as_json: bool) -> None:
    """The fewest rules that would class the most unknowns, as YAML to paste.

    Answers are proposals from what can be seen; check both before you believe them. `rules lint` reminds you.
    """
    from vcjira.nightly import fresh
    from vcjira.rules import spending
    from vcjira.rules import suggest as suggest_rules

    with fresh(app.settings) as mirror:
        found = suggest_rules(mirror, app.settings, limit=limit, team=team)
        spent = {entry.team: entry for entry in spending(mirror, app.settings)}
    unknown = spent[team].unknown if team in spent else 0
    if as_json:
        app.say_json([asdict(one) | {"yaml": one.yaml()} for one in found])
        return
    app.say(f"# {len(found)} rules for {sum(one.issues for one in found)} of {unknown} unknown requests")
    if found:
        app.say("classify:\n  rules:")
    for one in found:
        app.say(one.yaml())


@rules.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--max-flips", help="Exit 5 when a larger share of the requests changes class, such as 5%.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Flips listed.")
@as_json
@click.pass_obj
def diff(app: App, old: Path, new: Path, max_flips: str | None, limit: int, as_json: bool) -> None:
    """Replay all history under two configuration files: which issues change class, why, and their labels.

    Both are held against the mirror of NEW (else of OLD, else of -c); nothing is kept. For a merge request:
    --max-flips 5%.
    """
    from vcjira.mirror import Mirror
    from vcjira.rules.replay import compare

    limit_share = _share(max_flips)
    before, after = _pair(old, new)
    with Mirror(_mirror_of(app, before, after), write=True) as mirror:
        found = compare(mirror, before, after)
    if as_json:
        app.say_json(_document(found))
    else:
        _show(app, found, limit)
    if limit_share is not None and found.share > limit_share:
        raise Refused(
            f"{found.share:.1%} of the requests change class, more than {limit_share:.1%}",
            key="--max-flips",
            hint="look at the flips; raise --max-flips when they are meant",
        )


def _mirror_of(app: App, old: "Settings", new: "Settings") -> Path:
    """The history to replay: a file that was taken out of its place has none beside it."""
    for settings in (new, old):
        if settings.mirror.exists():
            return settings.mirror
    if app.config_path.exists() and app.settings.mirror.exists():
        return app.settings.mirror
    raise Mend("there is no mirror to replay", where=str(new.mirror), hint="run `vcjira sync` first")


def _share(text: str | None) -> float | None:
    from vcjira.config.units import percent

    if text is None:
        return None
    try:
        return float(str(percent(text)))
    except ValueError:
        raise Mend(f"--max-flips {text!r} is not a percentage such as 5%") from None


def _pair(old: Path, new: Path) -> "tuple[Settings, Settings]":
    """Both files; an old one that was taken out of its place finds the directory file beside the new one."""
    from vcjira.config import load

    before, after = load(old), load(new)
    directory = before.people.directory
    if directory and not directory.exists():
        beside = after.base / directory.relative_to(before.base) if directory.is_relative_to(before.base) else directory
        before = before.model_copy(update={"people": before.people.model_copy(update={"directory": beside})})
    return before, after


def _document(found: "Difference") -> dict[str, Any]:
    return {
        "requests": found.requests,
        "share": found.share,
        "matrix": [{"old": old, "new": new, "issues": n} for (old, new), n in found.matrix.items()],
        "flips": [asdict(flip) for flip in found.flips],
    }


def _show(app: App, found: "Difference", limit: int) -> None:
    kinds = sorted({kind for pair in found.matrix for kind in pair})
    app.say("old/new".ljust(13) + "".join(f"{kind:>13}" for kind in kinds))
    for old in kinds:
        app.say(f"{old:<13}" + "".join(f"{found.matrix.get((old, new), 0):>13,}" for new in kinds))
    added, removed = (sum(len(getattr(flip, side)) for flip in found.flips) for side in ("add", "remove"))
    app.say(f"{len(found.flips):,} of {found.requests:,} requests change class ({found.share:.1%})")
    app.say(f"labels: {added:,} to add, {removed:,} to remove")
    for flip in found.flips[:limit]:
        labels = [*(f"+{label}" for label in flip.add), *(f"-{label}" for label in flip.remove)]
        app.say(app.clean(f"  {flip.key}  {flip.old} -> {flip.new}  ({flip.why}) {' '.join(labels)}".rstrip()))
    if len(found.flips) > limit:
        app.say(f"  ... and {len(found.flips) - limit:,} more (--json has them all)")
