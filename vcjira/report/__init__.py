"""Reports: facts in, text out. To add one: a template; a line in REPORTS where it needs facts of its own.

The only room that knows Jinja. Nothing here asks the network or the clock.
"""

import difflib
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.labels import Plan
from vcjira.mirror import Mirror
from vcjira.report import (
    chain_facts,
    embedding_facts,
    labels_facts,
    language_facts,
    pages,
    requesters_facts,
    stages_facts,
    texts,
    walls_facts,
)
from vcjira.report.head import head
from vcjira.report.veil import Veil
from vcjira.report.window import Request, Window, window

FORMATS = ("html", "md", "csv", "json")
REPORTS: dict[str, Callable[[Mirror, Settings, Window], dict[str, Any]]] = {
    "walls": walls_facts.gather,
    "requesters": requesters_facts.gather,
    "embedding": embedding_facts.gather,
    "stages": stages_facts.gather,
    "chain": chain_facts.gather,
    "labels": labels_facts.gather,
    "language": language_facts.gather,
}
"""Name -> what gathers its facts."""

__all__ = ["FORMATS", "REPORTS", "Request", "facts", "publish", "render", "render_plan"]


def facts(mirror: Mirror, settings: Settings, request: Request) -> dict[str, Any]:
    """What a report says, as plain values; the format `json` is exactly this."""
    period = window(mirror, request)
    found = {"report": head(mirror, settings, request.name, period) | {"pseudonymised": request.pseudonymise}}
    gather = REPORTS.get(request.name)
    found |= gather(mirror, settings, period) if gather else {}
    found = dict(texts.plain(found))
    return dict(Veil(mirror, settings, _salt(mirror)).over(found)) if request.pseudonymise else found


def render(mirror: Mirror, settings: Settings, request: Request) -> str:
    """One report as text. Mend for an unknown name or a template that does not work."""
    own = settings.reports.templates
    if request.name not in REPORTS and not pages.exists(request, own):
        near = difflib.get_close_matches(request.name, REPORTS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(REPORTS)}"
        raise Mend(f"there is no report {request.name!r}", hint=hint)
    found = facts(mirror, settings, request)
    if request.format == "json" and request.template is None:
        return json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n"

    def of(name: str) -> dict[str, Any]:
        """The facts of another report, for templates that show several."""
        if name not in REPORTS:
            raise ValueError(f"there is no report {name!r}; there are: {', '.join(REPORTS)}")
        return facts(mirror, settings, replace(request, name=name))

    return pages.render(request, found, own, of)


def render_plan(mirror: Mirror, settings: Settings, plan: Plan, format: str) -> str:
    """A plan that was drafted already, as the report `labels` shows it."""
    request = Request("labels", format)
    about = head(mirror, settings, "labels", window(mirror, request)) | {"pseudonymised": False}
    found = dict(texts.plain({"report": about, **labels_facts.of_plan(plan, settings, pages.MOST)}))
    return pages.render(request, found, settings.reports.templates, lambda name: found)


def publish(mirror: Mirror, settings: Settings) -> list[Path]:
    """Write what `reports.run` names into `reports.out`, as HTML; the paths."""
    settings.reports.out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in settings.reports.run:
        path = settings.reports.out / f"{name}.html"
        write(path, render(mirror, settings, Request(name)))
        paths.append(path)
    return paths


def write(path: Path, text: str) -> None:
    """All of the file or the old one: a reader never meets half a report."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8", errors="replace", newline="")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def _salt(mirror: Mirror) -> str:
    """Of this mirror, so that pseudonyms stay the same from report to report and mean nothing elsewhere."""
    salt = mirror.meta("salt")
    if salt is None:
        if not mirror.write:
            raise Mend("this mirror has no salt for pseudonyms yet", hint="run `vcjira sync` once with this version")
        salt = secrets.token_hex(16)
        mirror.set_meta("salt", salt)
    return salt
