"""`vcjira patterns`: the catalogue, or the manual page of one pattern with its thresholds and its source."""

import os
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.config import Settings
    from vcjira.patterns.manual import Page

WIDTH = 80


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--markdown", is_flag=True, help="The whole catalogue as Markdown.")
@click.pass_obj
def patterns(app: App, name: str | None, as_json: bool, markdown: bool) -> None:
    """The catalogue, or one pattern's manual page.

    A page says what the pattern asks, how it is computed, with which thresholds and why, from where it comes and what
    to do about it; and the examples that it finds and does not find.
    """
    from vcjira.patterns import PATTERNS, manual, page

    settings = _settings(app)
    pages = [page(settings, one) for one in ([name.replace("-", "_")] if name else PATTERNS)]
    if markdown:
        app.say(manual.markdown(pages).rstrip("\n"))
        return
    if as_json:
        app.say_json(asdict(pages[0]) if name else [asdict(one) for one in pages])
        return
    for line in _manual(pages[0]) if name else _catalogue(pages):
        app.say(line)


def _catalogue(pages: list["Page"]) -> list[str]:
    width = max(len(one.name) for one in pages)
    lines = []
    for one in pages:
        off = any(line.name == "enabled" and line.now == "False" for line in one.options)
        first, *more = textwrap.wrap(one.question + (" (off)" if off else ""), WIDTH - width - 7)
        lines.append(f"{one.number}  {one.name:<{width}}  {first}")
        lines += [" " * (width + 7) + line for line in more]
    return [*lines, "", "`vcjira patterns NAME` shows one of them whole."]


def _manual(page: "Page") -> list[str]:
    lines = [f"{page.number} {page.name}", *textwrap.wrap(page.question, WIDTH), ""]
    for title, text in page.parts.items():
        lines += [title, *textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")]
    lines += ["Options", *_options(page)]
    return [*lines, "Examples", *("  " + line if line else "" for line in page.examples.splitlines())]


def _options(page: "Page") -> list[str]:
    lines = []
    for option in page.options:
        value = f"{option.default}" if option.now is None else f"{option.now} (default {option.default})"
        lines += textwrap.wrap(f"{option.name}: {value}", WIDTH, initial_indent="  ", subsequent_indent="      ")
        lines += textwrap.wrap(option.says, WIDTH, initial_indent="      ", subsequent_indent="      ")
    return lines


def _settings(app: App) -> "Settings":
    """The configuration where there is one; the catalogue can be read without."""
    from vcjira.config.models import Settings

    named = app.config is not None or app.config_path.exists() or "VCJIRA_CONFIG" in os.environ
    return app.settings if named else Settings()
