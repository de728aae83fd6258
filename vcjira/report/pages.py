"""Templates: where they are found, what they may use, and what their errors mean."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from vcjira.errors import Mend
from vcjira.report import charts, texts
from vcjira.report.window import Request

PACKAGED = Path(__file__).parents[1] / "templates"
IN_CHECKOUT = Path(__file__).parents[2] / "templates"
MOST = 40
"""Issues listed behind one number; the CSV has all."""


def render(request: Request, facts: Mapping[str, Any], own: Path | None) -> str:
    """The facts through `<name>.<format>.j2`, or through a template of the user's."""
    folders = [folder for folder in (own, PACKAGED, IN_CHECKOUT) if folder]
    name = f"{request.name}.{request.format}.j2"
    if request.template:
        folders.insert(0, request.template.absolute().parent)
        name = request.template.name
    environment = _environment(folders)
    try:
        urls = {site["name"]: site["url"] for site in facts["report"]["sites"]}
        return environment.get_template(name).render({**facts, "urls": urls})
    except jinja2.TemplateNotFound as error:
        hint = "a report has the formats for which there is a template <report>.<format>.j2"
        raise Mend(f"there is no template {error.name!r}", where=str(request.template or name), hint=hint) from None
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name or name}:{error.lineno}"
        hint = "https://jinja.palletsprojects.com says how templates are written; docs/reports.md what they get"
        raise Mend(f"the template has a syntax error: {error.message}", where=where, hint=hint) from None
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError, ZeroDivisionError) as error:
        hint = "docs/reports.md describes the facts"
        raise Mend(f"the template does not work: {error}", where=_place(error, name), hint=hint) from None


def _place(error: BaseException, name: str) -> str:
    """File and line of the innermost template in the trace."""
    place, trace = name, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _environment(folders: list[Path]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": percent,
        "number": number,
        "day": day,
        "month": lambda value: str(value)[:7],
        "span": span,
        "csv": texts.cell,
        "md": texts.markdown,
    }
    environment.globals |= {
        "whisker": charts.whisker,
        "months_chart": charts.months,
        "bar": charts.bar,
        "MOST": MOST,
    }
    return environment


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def number(value: float | None) -> str:
    """Thousands apart by a thin space, as figures are set in tables."""
    return "–" if value is None else f"{value:,.0f}".replace(",", "\u202f")


def day(value: date | datetime | str | None) -> str:
    return "never" if value is None else str(value)[:10]


def span(seconds: float | None) -> str:
    """A duration in the largest unit that fits."""
    if seconds is None:
        return "–"
    for size, unit in ((86_400 * 2, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / {'d': 86_400, 'h': 3_600, 'min': 60}[unit]:.0f} {unit}"
    return f"{seconds:.0f} s"
