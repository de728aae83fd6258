"""Reads the `found:` / `not found:` timelines of the patterns' docstrings into a mirror, a site for each.

A line is `TIME WHO DEED [ISSUE] [...]`, e.g. `1d2h pat assigns B to dan`; the issue is A where none is named, and the
time of the last line (`9d now` does nothing else) is the mirror's now. The cast: ann, amy, abe of Acme and gil, gus of
Globex ask; pat, pia (Platform), dan, dot (Data), oli, ola (Ops) receive; robot is a bot; box a shared mailbox.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vcjira.config.models import Settings
from vcjira.mirror import Mirror
from vcjira.nightly import again
from vcjira.patterns import PATTERNS

NOW = datetime(2026, 6, 30, 12)
TEAMS = {"Platform": ["pat", "pia", "pam"], "Data": ["dan", "dot"], "Ops": ["oli", "ola"]}
ASKERS = {"Acme": ["ann", "amy", "abe"], "Globex": ["gil", "gus"]}
CONFIG: dict[str, Any] = {
    "people": {
        "bots": ["robot"],
        "shared_mailboxes": ["box"],
        "affiliations": [{"account": who, "organization": org} for org, people in ASKERS.items() for who in people],
    },
    "teams": {
        team: {"field_team": [team], "projects": [team.upper()], "members": {"account": people}}
        for team, people in TEAMS.items()
    },
}
TEAM_FIELD = "customfield_10001"
_HEAD = re.compile(r"^(found|not found)(?: \((.*)\))?:$", re.MULTILINE)
_TIME = re.compile(r"(\d+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
CATEGORIES = {"done": "done", "closed": "done", "resolved": "done", "open": "new", "to do": "new"}


@dataclass
class Timeline:
    """One example of a docstring; `site` is its name in the mirror."""

    site: str
    found: bool
    options: dict[str, object]
    lines: list[str]


def timelines(name: str, docstring: str) -> Iterator[Timeline]:
    heads = list(_HEAD.finditer(docstring))
    ends = [head.start() for head in heads[1:]] + [len(docstring)]
    for number, (head, end) in enumerate(zip(heads, ends, strict=True), 1):
        body = docstring[head.end() : end]
        lines = [line.partition("#")[0].strip() for line in body.splitlines()]
        options = dict(part.split("=") for part in (head[2] or "").replace(" ", "").split(",") if part)
        values: dict[str, object] = {k: _scalar(v) for k, v in options.items()}
        kind = head[1].replace(" ", "-")
        yield Timeline(f"{name}.{number}.{kind}", head[1] == "found", values, [line for line in lines if line])


def _scalar(text: str) -> object:
    if "/" in text:
        return text.split("/")
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def offset(text: str) -> timedelta:
    return timedelta(**{_UNITS[unit]: sum(int(n) for n, u in _TIME.findall(text) if u == unit) for unit in _UNITS})


@dataclass
class World:
    """Rows of the mirror's tables, grown line by line."""

    issues: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)

    def play(self, timeline: Timeline) -> None:
        start = NOW - offset(timeline.lines[-1].split()[0])
        for line in timeline.lines:
            for when, rest in _repeated(line):
                self._deed(timeline.site, start + when, rest)

    def _deed(self, site: str, when: datetime, line: str) -> None:
        if line == "now":
            return
        who, deed, *rest = line.split()
        named = bool(rest) and re.fullmatch(r"[A-Z]\d*", rest[0]) is not None
        issue_id = rest.pop(0) if named else "A"
        actor = None if who == "nobody" else who
        if deed == "creates":
            self._create(site, issue_id, when, who, rest)
            return
        if deed in ("comments", "asks", "notes", "says"):
            self._comment(site, issue_id, when, who, deed, rest)
        elif deed == "links":
            self._link(site, issue_id, when, who, rest)
        elif deed == "deletes":  # a user: the assignee is cleared without a history item
            self.issues[site, issue_id]["assignee_id"] = None
        else:
            self._change(site, self.issues[site, issue_id], when, actor, deed, rest)
        self.issues[site, issue_id]["updated"] = when

    def _create(self, site: str, issue_id: str, when: datetime, who: str, rest: list[str]) -> None:
        words = dict(word.split("=", 1) for word in rest if "=" in word)
        plain = [word for word in rest if "=" not in word]
        pairs = dict(zip(plain[::2], plain[1::2], strict=True))
        self.issues[site, issue_id] = {
            "site": site, "issue_id": issue_id, "key": f"P-{issue_id}", "project": words.get("project", "P"),
            "type": words.get("type", "Task"), "status": "Open", "status_category": "new",
            "priority": words.get("priority", "Medium"), "created": when, "updated": when, "reporter_id": who,
            "creator_id": words.get("creator", who), "assignee_id": pairs.get("to"),
            "team_field": pairs.get("for"), "labels": [], "organizations": [],
            "components": words["component"].split(",") if "component" in words else [],
            "summary": words.get("summary", "").replace("_", " "), "presence": "present",
            "parent_key": words.get("parent") and f"P-{words['parent']}", "history_complete": "cut" not in words,
            "comments_complete": "hidden" not in words, "description_words": 5,
        }  # fmt: skip

    def _comment(self, site: str, issue_id: str, when: datetime, who: str, deed: str, rest: list[str]) -> None:
        self.comments.append(
            {
                "site": site, "issue_id": issue_id, "comment_id": str(len(self.comments)), "created": when,
                "author_id": who, "public": deed != "notes", "words": 4, "question": deed == "asks",
                "digest": rest[0] if rest and deed == "comments" else str(len(self.comments)),
                "lint": rest if deed == "says" else [],
            }
        )  # fmt: skip

    def _link(self, site: str, issue_id: str, when: datetime, who: str, rest: list[str]) -> None:
        other = rest[1]
        for a, b, direction in ((issue_id, other, "outward"), (other, issue_id, "inward")):
            self.links.append(
                {"site": site, "issue_id": a, "other_key": f"P-{b}", "type": "Relates", "direction": direction}
            )
        self._items(site, issue_id, when, who, [("Link", "issuelinks", None, f"P-{other}", None, f"to P-{other}")])

    def _change(
        self, site: str, issue: dict[str, Any], when: datetime, who: str | None, deed: str, rest: list[str]
    ) -> None:
        now = None if rest[-1:] in ([], ["nobody"], ["to"]) else rest[-1]
        if deed in ("assigns", "takes"):
            now = who if deed == "takes" else now
            items = [("assignee", "assignee", issue["assignee_id"], now, issue["assignee_id"], now)]
            issue["assignee_id"] = now
        elif deed == "passes":
            items = [("Team", TEAM_FIELD, None, None, issue["team_field"], now)]
            issue["team_field"] = now
        elif deed == "moves":
            old, project = issue["key"], f"{now}-1"
            items = [("Key", None, None, None, old, project), ("project", "project", "1", "2", issue["project"], now)]
            issue["project"] = now
            issue["key"] = project
        elif deed == "closes":
            items = self._status(issue, "Done")
            resolution = " ".join(rest[1:]) or "Done"
            items.append(("resolution", "resolution", None, "1", issue.get("resolution"), resolution))
            issue["resolution"], issue["resolved"] = resolution, when
        elif rest[0] == "status":
            items = self._status(issue, " ".join(rest[2:]))
        else:
            value = " ".join(rest[2:]) or None
            items = [(rest[0], rest[0], None, None, issue.get(rest[0]), value)]
            issue[rest[0]] = value
        self._items(site, issue["issue_id"], when, who, items)

    @staticmethod
    def _status(issue: dict[str, Any], status: str) -> list[tuple[Any, ...]]:
        items: list[tuple[Any, ...]] = [("status", "status", None, None, issue["status"], status)]
        issue["status"] = status
        issue["status_category"] = CATEGORIES.get(status.lower(), "indeterminate")
        return items

    def _items(self, site: str, issue_id: str, when: datetime, who: str | None, items: list[tuple[Any, ...]]) -> None:
        change_id = str(10_000 + len(self.changes))
        for number, (name, field_id, from_value, to_value, from_text, to_text) in enumerate(items):
            self.changes.append(
                {
                    "site": site, "issue_id": issue_id, "change_id": change_id, "item": number, "changed": when,
                    "author_id": who, "field": name, "field_id": field_id or name.lower(), "from_value": from_value,
                    "to_value": to_value, "from_text": from_text, "to_text": to_text,
                }
            )  # fmt: skip

    def save(self, mirror: Mirror, cast: list[str] | None = None) -> None:
        sites = sorted({site for site, _ in self.issues})
        mirror.load("sites", [{"site": site, "product": "cloud", "last_sync": NOW} for site in sites])
        mirror.load("issues", self.issues.values())
        mirror.load("changes", self.changes)
        mirror.load("comments", self.comments)
        mirror.load("links", self.links)
        who = cast or [*(one for group in (TEAMS | ASKERS).values() for one in group), "robot", "box"]
        mirror.load("people", [{"site": s, "account_id": w, "name": w, "active": True} for s in sites for w in who])
        kind = "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team"
        mirror.load("site_fields", [{"site": s, "field_id": TEAM_FIELD, "name": "Team", "custom": kind} for s in sites])


def _repeated(line: str) -> Iterator[tuple[timedelta, str]]:
    """`1d ann comments` once; `x5 1d+2h ann creates B*` five times, each 2 h later, `*` the number."""
    first, _, rest = line.partition(" ")
    if not first.startswith("x"):
        yield offset(first), rest
        return
    start, _, rest = rest.partition(" ")
    begin, _, step = start.partition("+")
    for number in range(int(first[1:])):
        yield offset(begin) + number * offset(step), rest.replace("*", str(number + 1))


OFFICE = {"calendar": {"zone": "UTC", "days": "mon-fri", "hours": "09:00-17:00"}}


def settings(patterns: dict[str, dict[str, object]] | None = None) -> Settings:
    """The cast's configuration; among a pattern's options `calendar: office` gives everybody office hours."""
    own = {name: {k: v for k, v in options.items() if k != "calendar"} for name, options in (patterns or {}).items()}
    kept = OFFICE if any("calendar" in options for options in (patterns or {}).values()) else {}
    return Settings.model_validate(CONFIG | kept | {"patterns": own})


def derived(
    mirror: Mirror,
    asked: Iterable[tuple[str, dict[str, Any]]],
    configured: Callable[[dict[str, dict[str, Any]]], Settings] = settings,
) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    """(pattern, its options as text) -> site and issue of each hit, as `vcjira run` derives them: many patterns at
    once; but a calendar holds for all of them, so options with one go alone."""
    rounds: list[dict[str, dict[str, Any]]] = []
    alone: list[dict[str, dict[str, Any]]] = []
    for name, options in {(name, repr(options)): (name, options) for name, options in asked}.values():
        if any("calendar" in option for option in options):
            alone.append({name: options})
            continue
        together = next((one for one in rounds if name not in one), None)
        if together is None:
            rounds.append(together := {})
        together[name] = options
    found: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for together in rounds + alone:
        off = {name: {"enabled": False} for name in PATTERNS if name not in together}
        again.everything(mirror, configured(off | together))
        for name, options in together.items():
            found[name, repr(options)] = mirror.tuples("SELECT site, issue_id FROM hits WHERE pattern = ?", [name])
    return found
