"""What the configuration sets for each pattern, checked, and the words that go into the pattern's SQL."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from vcjira import hours
from vcjira.config import Settings
from vcjira.config.models import PatternOptions
from vcjira.errors import Mend
from vcjira.handovers.paths import Level
from vcjira.patterns.option import Option, Value, literal, understand, working

COMMON = ("enabled", "level", "debounce", "bots", "bulk")
"""Options that every pattern has."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One pattern as it is to be run; `own` holds its own options, durations in seconds."""

    name: str
    enabled: bool
    level: Level | None
    debounce: timedelta
    bots: bool
    bulk: bool
    own: dict[str, Value | None]
    given: dict[str, str]
    """What the configuration says, as written there."""
    spans: Mapping[str, hours.Span | hours.WeekEnd] = field(default_factory=dict)
    """Words of the SQL that are about working time (the module's WORKING)."""
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Option -> (working days, seconds), of those that working time counts for."""
    calendars: str = ""
    """Which hours count, in words; empty where no calendar is configured."""

    @property
    def raw(self) -> bool:
        """Nothing is judged or left out, as in published numbers: no debounce, bots and bulk edits count."""
        return not self.debounce and self.bots and self.bulk

    def words(self, path: str, now: datetime) -> dict[str, Any]:
        """What the placeholders of the SQL stand for; `h`, `t` and `r` are a hop or step, a comment, a request."""
        words: dict[str, Any] = {name: literal(value) for name, value in self.own.items() if name != "lines"}
        if "lines" in self.own:
            words["lines"] = lines(self.own["lines"])
        if words.get("verification") == "'auto'":
            words["verification"] = "'count'" if self.raw else "'ignore'"
        for name, span in self.spans.items():
            words[name] = hours.words(
                name,
                replace(span, otherwise=span.otherwise.format_map(words)) if isinstance(span, hours.WeekEnd) else span,
                calendars=bool(self.calendars),
                seconds=words[span.option],
                working=self.limits[span.option],
            )
        talks = "t.human AND NOT t.template" if not self.bots else "t.author_id IS NOT NULL"
        return words | {
            "path": path,
            "person": literal(self.level != "team"),
            "team": literal(self.level != "person"),
            "debounce": literal(self.debounce.total_seconds()),
            "now": f"TIMESTAMP '{now}'",
            "raw": literal(self.raw),
            "talks": talks,
            "speaks": talks,
            "asked": "true" if self.bulk else "NOT r.bulk",
            "counted": self._counted("h.{}"),
            "counted_before": self._counted("h.previous_{}"),
        }

    def _counted(self, column: str) -> str:
        parts = [name for name, counts in (("bulk", self.bulk), ("automated", self.bots)) if not counts]
        return " AND ".join(f"NOT {column.format(name)}" for name in parts) or "true"


def lines(value: Value | None) -> str:
    """Rows of (team, line) for `VALUES`, from a list of lines with the teams of one separated by commas."""
    rows = [
        f"({literal(team.strip().lower())}, {number})"
        for number, line in enumerate(value if isinstance(value, list) else [], 1)
        for team in line.split(",")
    ]
    return ", ".join(rows) or "('', 0)"


def choose(settings: Settings, patterns: Mapping[str, ModuleType]) -> dict[str, Chosen]:
    """Every pattern with its options; Mend for a name, an option or a value that is not known."""
    for name in settings.patterns:
        if name not in patterns:
            raise Mend(
                f"there is no pattern {name!r}",
                where=settings.where("patterns", name),
                hint=_hint(name, patterns, "`vcjira patterns` lists them"),
            )
    return {name: _choose(settings, name, module) for name, module in patterns.items()}


def _choose(settings: Settings, name: str, module: ModuleType) -> Chosen:
    options: Mapping[str, Option] = module.OPTIONS
    given = settings.patterns.get(name, PatternOptions())
    own: dict[str, Value | None] = {key: understand(option, option.default) for key, option in options.items()}
    for key, value in (given.model_extra or {}).items():
        where = settings.where("patterns", name, key)
        if key not in options:
            known = f"`vcjira patterns {name}` lists its options"
            raise Mend(f"{name} has no option {key!r}", where=where, hint=_hint(key, [*options, *COMMON], known))
        try:
            own[key] = understand(options[key], value)
        except ValueError as error:
            raise Mend(f"{key}: {error}", where=where, hint=f"the default is {options[key].default}") from None
    return Chosen(
        name=name,
        enabled=given.enabled,
        level=given.level,
        debounce=given.debounce,
        bots=given.bots == "count",
        bulk=given.bulk == "count",
        own=own,
        given={key: str(value) for key, value in given.model_dump(exclude_unset=True).items()},
        spans=getattr(module, "WORKING", {}),
        limits={
            key: working((given.model_extra or {}).get(key, option.working))
            for key, option in options.items()
            if option.working
        },
        calendars=hours.told(settings) if hours.calendars(settings) else "",
    )


def _hint(word: str, known: Mapping[str, object] | list[str], otherwise: str) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else otherwise
