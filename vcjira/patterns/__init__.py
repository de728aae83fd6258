"""The catalogue of over-the-wall patterns: one module per pattern, its docstring the manual page, its SQL plain.

To add a pattern: one file here and its name in PATTERNS. The SQL gives site, issue_id, happened and, after these, the
columns of the evidence, ids cast to text (see `mirror.narrow`); `{words}` in braces are filled in by `chosen`. Where it
waits for something not to happen, DUE is option (or seconds) -> SELECT of the issues on which that long ago, after
`first` and up to `last`, something began to wait: the only ones that time alone makes a hit of.
"""

import difflib
from collections.abc import Iterable
from datetime import datetime, timedelta
from types import ModuleType

from vcjira import hours
from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.handovers import events, fields, paths, titles
from vcjira.mirror import Mirror, now
from vcjira.mirror.narrow import listed, narrowed
from vcjira.patterns import (
    batch_toss,
    clarification_loop,
    deadline_toss,
    escalation,
    field_churn,
    fire_and_forget,
    handover,
    hot_potato,
    manual,
    missing_link,
    monologue,
    novel_unaccompanied,
    one_way_street,
    orphan,
    ping_pong,
    project_bounce,
    proxy_requester,
    queue_skip,
    reassignment,
    rejection,
    relay,
    reopen,
    return_,
    return_to_sender,
    shotgun_request,
    silent_handoff,
    stale,
    swarm,
    ticket_demanded,
)
from vcjira.patterns.chosen import Chosen, choose
from vcjira.patterns.manual import Page

PATTERNS: dict[str, ModuleType] = {
    "handover": handover,
    "reassignment": reassignment,
    "ping_pong": ping_pong,
    "return": return_,
    "silent_handoff": silent_handoff,
    "fire_and_forget": fire_and_forget,
    "monologue": monologue,
    "stale": stale,
    "escalation": escalation,
    "swarm": swarm,
    "batch_toss": batch_toss,
    "reopen": reopen,
    "rejection": rejection,
    "return_to_sender": return_to_sender,
    "clarification_loop": clarification_loop,
    "proxy_requester": proxy_requester,
    "orphan": orphan,
    "queue_skip": queue_skip,
    "relay": relay,
    "project_bounce": project_bounce,
    "field_churn": field_churn,
    "shotgun_request": shotgun_request,
    "hot_potato": hot_potato,
    "deadline_toss": deadline_toss,
    "one_way_street": one_way_street,
    "missing_link": missing_link,
    "novel_unaccompanied": novel_unaccompanied,
    "ticket_demanded": ticket_demanded,
}
"""Name (in `hits`, configuration and labels) -> module, in the order of the catalogue."""


ACROSS = frozenset({
    "batch_toss", "queue_skip", "relay", "shotgun_request", "deadline_toss", "one_way_street", "missing_link",
    "proxy_requester", "novel_unaccompanied",
})  # fmt: skip
"""Patterns that look across issues, if only for what is new about one; a hit of any other follows from its issue alone,
the marks and the time."""


def derive_issues(mirror: Mirror, settings: Settings) -> None:
    """Add to `hits` those that follow from an issue alone, and fill `queue` and `team_acts`; after `handovers.tell`."""
    prepare(mirror, settings)
    chosen = _enabled(settings, across=False)
    acting = [one for one in _enabled(settings, across=True) if hasattr(PATTERNS[one.name], "ACTS")]
    built = _paths(mirror, [*chosen, *acting])
    _find(mirror, chosen, built)
    for one in acting:
        mirror.run(f"INSERT INTO team_acts BY NAME {query(mirror, one, built[one.name], 'ACTS')}")


def derive_across(mirror: Mirror, settings: Settings) -> None:
    """Add to `hits` those of patterns that look across issues, after `derive_issues` of all and `novelty.derive`."""
    _prepare_across(mirror, settings)
    titles.words(mirror)
    chosen = _enabled(settings, across=True)
    novel = "(site, issue_id) IN (SELECT (site, issue_id) FROM novelty WHERE kind = 'novel')"
    with narrowed(mirror, novel, read=["handovers"], filled=[], typed=False):  # only their paths are asked for
        built = _paths(mirror, chosen)
    _find(mirror, chosen, built)


def derive_across_again(mirror: Mirror, settings: Settings) -> None:
    """Bring these hits up to date: those of a pattern that tells what is NEAR a change only there.

    Needs `again`, what `novelty.derive_again` leaves, and `moved_requests`: requests that came, went or changed, as
    they were and as they are.
    """
    _prepare_across(mirror, settings)
    chosen = _enabled(settings, across=True)
    for one in chosen:
        if hasattr(PATTERNS[one.name], "NEAR"):
            _find_near(mirror, one)
    rest = [one for one in chosen if not hasattr(PATTERNS[one.name], "NEAR")]
    names = ", ".join(f"'{one.name}'" for one in rest)
    mirror.run(f"DELETE FROM hits WHERE pattern IN ({names})")
    for one in rest:
        if hasattr(PATTERNS[one.name], "ACTS"):
            mirror.run(query(mirror, one, "", "OUTDATED"))
    _find(mirror, rest, {})


def _prepare_across(mirror: Mirror, settings: Settings) -> None:
    paths.prepare(mirror, teams=bool(settings.teams))
    hours.build(mirror, settings)
    fields.between(mirror)


def _find_near(mirror: Mirror, one: Chosen) -> None:
    mirror.run(f"CREATE OR REPLACE TEMP TABLE near AS {query(mirror, one, '', 'NEAR')}")
    mirror.run(
        f"DELETE FROM hits WHERE pattern = '{one.name}' AND (site, issue_id) IN (SELECT (site, issue_id) FROM near"
        " WHERE again UNION SELECT (site, issue_id) FROM moved_requests)"
    )
    text = PATTERNS[one.name].SQL
    read = ["requests", *(["talk"] if " talk " in text else []), *(["handovers"] if "{path}" in text else [])]
    with narrowed(mirror, listed("near"), read=read, filled=[], typed=False):
        if "title_words" in text:
            titles.words(mirror)
        sql = query(mirror, one, _paths(mirror, [one]).get(one.name, ""))
        mirror.run(_insert(one.name, f"FROM ({sql}) SEMI JOIN (FROM near WHERE again) USING (site, issue_id)"))


def _enabled(settings: Settings, *, across: bool) -> list[Chosen]:
    chosen = choose(settings, PATTERNS).values()
    return [one for one in chosen if one.enabled and (one.name in ACROSS) == across]


def _paths(mirror: Mirror, chosen: Iterable[Chosen]) -> dict[str, str]:
    """Pattern -> the path table of its level and debounce, each made once."""
    built: dict[tuple[paths.Level | None, float], str] = {}
    found = {}
    for one in chosen:
        if "{path}" in PATTERNS[one.name].SQL + getattr(PATTERNS[one.name], "ACTS", ""):
            key = (one.level, one.debounce.total_seconds())
            if key not in built:
                built[key] = paths.build(mirror, one.level, one.debounce)
            found[one.name] = built[key]
    return found


def _find(mirror: Mirror, chosen: Iterable[Chosen], built: dict[str, str]) -> None:
    for one in chosen:
        mirror.run(_insert(one.name, query(mirror, one, built.get(one.name, ""))))


def falling_due(settings: Settings, before: datetime, moment: datetime) -> list[str]:
    """SELECTs of the issues on which a hit may have fallen due after `before` and up to `moment`: those on which
    something happened so long ago that patterns wait for (their DUE)."""
    found = []
    for one in choose(settings, PATTERNS).values():
        for key, issues in getattr(PATTERNS[one.name], "DUE", {}).items() if one.enabled else ():
            for first, last in _ago(settings, one, key, before, moment):
                found.append(issues.format(first=f"TIMESTAMP '{first}'", last=f"TIMESTAMP '{last}'"))
    return found


def _ago(
    settings: Settings, one: Chosen, key: str | int, before: datetime, moment: datetime
) -> list[tuple[datetime, datetime]]:
    """The same span, an option or a number of seconds, before both moments: as it is, and in each calendar's hours."""
    ends = []
    second = timedelta(seconds=1)
    span = key if isinstance(key, int) else one.own[key]
    if isinstance(span, int | float):
        ends.append((before - span * second, moment - span * second))
    if (working := one.limits.get(str(key))) is not None:
        for calendar in hours.calendars(settings).values():
            first, _ = hours.began(calendar, before, working)
            _, last = hours.began(calendar, moment, working)
            ends.append((first - second, last + second))
    return ends


def check(settings: Settings) -> dict[str, Chosen]:
    """What is set for each pattern; Mend for names, options and values that are not known."""
    return choose(settings, PATTERNS)


def page(settings: Settings, name: str) -> Page:
    """The manual page of a pattern, with what the configuration sets."""
    if name not in PATTERNS:
        close = difflib.get_close_matches(name, list(PATTERNS), n=1)
        hint = f"did you mean {close[0]!r}?" if close else "`vcjira patterns` lists them"
        raise Mend(f"there is no pattern {name!r}", hint=hint)
    return manual.page(name, PATTERNS[name], check(settings)[name])


def prepare(mirror: Mirror, settings: Settings) -> None:
    """Make the temporary tables that the SQL of patterns of an issue alone reads, but for the paths."""
    paths.prepare(mirror, teams=bool(settings.teams))
    hours.build(mirror, settings)
    events.build(mirror)
    fields.build(mirror)


def query(mirror: Mirror, one: Chosen, path: str, name: str = "SQL") -> str:
    """The SQL of a pattern, or another of its texts, with everything filled in."""
    sql: str = getattr(PATTERNS[one.name], name)
    return sql.format_map(one.words(path, now(mirror)))


def _insert(name: str, sql: str) -> str:
    return (
        f"INSERT INTO hits SELECT h.site, h.issue_id, '{name}', h.happened,"
        f" to_json(struct_pack(*COLUMNS(h.* EXCLUDE (site, issue_id, happened))))::TEXT FROM ({sql}) h"
    )
