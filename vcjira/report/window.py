"""What a report looks at: a period, a day of judgement, some projects, and whether names may leave the house."""

import difflib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from vcjira.errors import Mend
from vcjira.mirror import Mirror, now

DEFAULT = timedelta(days=180)


@dataclass(frozen=True)
class Request:
    """What somebody asked for on the command line; days are UTC."""

    name: str
    format: str = "html"
    template: Path | None = None
    from_: date | None = None
    to: date | None = None
    as_of: date | None = None
    projects: tuple[str, ...] = ()
    pseudonymise: bool = False


@dataclass(frozen=True)
class Window:
    """Issues created in [start, end); what happened after `end` or `as_of` is not known here."""

    start: datetime
    end: datetime
    as_of: datetime
    projects: tuple[str, ...] = field(default=())

    @property
    def days(self) -> int:
        return max(1, (self.end - self.start).days)


def window(mirror: Mirror, request: Request) -> Window:
    """The period of a report: by default the 180 days before the last sync, or before `as_of`."""
    newest = now(mirror)
    as_of = min(newest, _after(request.as_of)) if request.as_of else newest
    end = min(as_of, _after(request.to)) if request.to else as_of
    start = datetime.combine(request.from_, datetime.min.time()) if request.from_ else end - DEFAULT
    if start >= end:
        known = f"the mirror knows what happened up to {newest:%Y-%m-%d}"
        raise Mend(f"the period from {start:%Y-%m-%d} to {end:%Y-%m-%d} is empty; {known}", hint="name other days")
    _refuse_unknown(mirror, request.projects)
    return Window(start, end, as_of, request.projects)


def _refuse_unknown(mirror: Mirror, projects: tuple[str, ...]) -> None:
    """A project that is not there would make a report of nothing that looks like good news."""
    known = [key for (key,) in mirror.tuples("SELECT DISTINCT project FROM issues ORDER BY 1")] if projects else []
    for project in projects:
        if project not in known:
            near = difflib.get_close_matches(project.upper(), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known[:20])}"
            raise Mend(f"there is no issue of a project {project!r} in the mirror", hint=hint)


def _after(day: date) -> datetime:
    """The moment a day is over: `--to` and `--as-of` include their day."""
    return datetime.combine(day, datetime.min.time()) + timedelta(days=1)
