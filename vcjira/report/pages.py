"""Templates: where they are found, what they may use, and what their errors mean."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from vcjira.errors import Mend
from vcjira.report import charts, texts
from vcjira.report.behind import References, browse, searches
from vcjira.report.window import Request

PACKAGED = Path(__file__).parents[1] / "templates"
IN_CHECKOUT = Path(__file__).parents[2] / "templates"
MOST = 40
"""Issues listed with their summary behind one number; links open all."""
PLAIN = re.compile(r"\.(?:md|csv|json|jsonl|txt)(?:\.j2)?$")
"""Names of templates whose text is not HTML; everything else is escaped."""


def render(request: Request, facts: Mapping[str, Any], own: Path | None, of: Callable[[str], Mapping[str, Any]]) -> str:
    """The facts through `<name>.<format>.j2`, or through a template of the user's; `of` are those of other reports."""
    name = _name(request)
    environment = _environment(_folders(request, own))
    urls = {site["name"]: site["url"] for site in facts["report"]["sites"]}
    try:
        return environment.get_template(name).render({**facts, "urls": urls, "facts": of, "links": References(urls)})
    except jinja2.TemplateNotFound as error:
        hint = "a report has the formats for which there is a template <report>.<format>.j2"
        raise Mend(f"there is no template {error.name!r}", where=str(request.template or name), hint=hint) from None
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name or name}:{error.lineno}"
        hint = "docs/reports.md describes how templates are written and what they get"
        raise Mend(f"the template has a syntax error: {error.message}", where=where, hint=hint) from None
    except UnicodeError:
        raise Mend("the template is not UTF-8", where=str(request.template or name), hint="save it as UTF-8") from None
    except (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        hint = "docs/reports.md describes the facts"
        raise Mend(f"the template does not work: {error}", where=_place(error, name), hint=hint) from None


def exists(request: Request, own: Path | None) -> bool:
    """Whether there is a template for this report in this format."""
    return request.template is not None or any((folder / _name(request)).is_file() for folder in _folders(request, own))


def _name(request: Request) -> str:
    return request.template.name if request.template else f"{request.name}.{request.format}.j2"


def _folders(request: Request, own: Path | None) -> list[Path]:
    """Where templates are looked for, the user's own first."""
    mine = request.template.absolute().parent if request.template else None
    return [folder for folder in (mine, own, PACKAGED, IN_CHECKOUT) if folder]


def _place(error: BaseException, name: str) -> str:
    """File and line of the innermost template in the trace."""
    place, trace = name, error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if not file.endswith(".py") and not file.startswith("<"):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _environment(folders: list[Path]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=lambda name: name is None or not PLAIN.search(name),
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
        "md_keys": texts.markdown_keys,
        "html_keys": texts.html_keys,
    }
    environment.globals |= {
        "whisker": charts.whisker,
        "months_chart": charts.months,
        "bar": charts.bar,
        "split_bar": charts.split,
        "chain_chart": charts.chain,
        "searches": searches,
        "browse": browse,
        "MOST": MOST,
    }
    return environment


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


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
