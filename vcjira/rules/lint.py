"""What is doubtful about the rules: dead, shadowed, contradictory, unfounded. Errors can be seen in the file alone."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vcjira.config import Settings
from vcjira.config.matchers import Group
from vcjira.mirror import Mirror
from vcjira.people.directory import misspelt, read_header
from vcjira.rules.book import Book, Clause, compile
from vcjira.rules.card import draw_cards
from vcjira.rules.conditions import Shadows, clash, outlasts, overlap, required
from vcjira.rules.suggest import UNCHECKED


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is doubtful; errors make `rules lint` end with 2."""

    level: Literal["error", "warning"]
    code: str
    what: str
    where: str
    hint: str | None = None


def lint(settings: Settings, mirror: Mirror | None = None) -> list[Doubt]:
    """All doubts in the order of the file; with a mirror, also what only its issues show."""
    book = compile(settings, mirror)
    doubts = [*_unfounded(book, settings), *_impossible(book, settings), *_shadowed(book, settings)]
    doubts += _affiliations(settings)
    if mirror is not None:
        doubts += [*_idle(book, settings, mirror), *_directory(settings, mirror), *_unknown_accounts(settings, mirror)]
    return sorted(doubts, key=lambda doubt: (doubt.level, _line(doubt.where)))


def _line(where: str) -> tuple[int, ...]:
    return tuple(int(part) for part in where.split(":")[1:] if part.isdigit())


def _at(settings: Settings, clause: Clause, *path: str | int) -> str:
    return settings.where("classify", "rules", clause.number, *path)


def _unfounded(book: Book, settings: Settings) -> Iterator[Doubt]:
    for clause in book.clauses:
        name, because = clause.rule.name, clause.rule.because
        if clause.rule.class_ and not because:
            what = f"rule {name!r} names the class outright and does not say why"
            yield Doubt("warning", "no_because", what, _at(settings, clause, "class"), "add `because:`")
        if because == UNCHECKED:
            what = f"rule {name!r} is a proposal that nobody has checked"
            yield Doubt("warning", "unchecked", what, _at(settings, clause), "check both answers, then say why")


def _impossible(book: Book, settings: Settings) -> Iterator[Doubt]:
    """Rules of which the file alone says that they cannot be true, or not be looked up."""
    columns = read_header(settings.people.directory) if settings.people.directory else None
    for column, known in misspelt(columns or []):
        what = f"the directory's column {column!r} looks like {known!r}, and is read as a further one"
        yield Doubt("warning", "directory_column", what, settings.where("people", "directory"), "rename it")
    for clause in book.clauses:
        for path, key, matcher in clause.rule.when.leaves("when"):
            where, words = _at(settings, clause, *path), matcher.root
            if key.startswith("directory."):
                yield from _column(clause, key.removeprefix("directory."), columns, where)
            if key == "team" and settings.teams:
                yield from _team(clause, words, settings, where)
            if isinstance(matcher, Group) and matcher.patterns:
                what = f"rule {clause.rule.name!r} asks for groups by pattern, which cannot be looked up"
                yield Doubt("warning", "group_pattern", what, where, "name the groups")
        yield from _never(clause, settings)


def _never(clause: Clause, settings: Settings) -> Iterator[Doubt]:
    """Conditions that cannot hold together."""
    name, where = clause.rule.name, _at(settings, clause, "when")
    why = clash(clause.rule.when)
    if why:
        yield Doubt("error", "never_matches", f"rule {name!r} can never be true: {why}", where)
    apps = [
        m for key, m in required(clause.rule.when) if key == "account_type" and {*map(str.lower, m.root)} == {"app"}
    ]
    if apps and not clause.names_bot:
        what = f"rule {name!r} asks for apps, but a rule matches a bot only if it names `bot`"
        yield Doubt("error", "never_matches", what, _at(settings, clause, "when", "account_type"), "add `bot: yes`")


def _column(clause: Clause, column: str, columns: list[str] | None, where: str) -> Iterator[Doubt]:
    if columns is None:
        what = f"rule {clause.rule.name!r} asks the directory, and there is none"
        yield Doubt("error", "never_matches", what, where, "set `people.directory`")
    elif not columns:
        yield Doubt("error", "never_matches", "the directory file cannot be read", where, "`vcjira check` says why")
    elif column.lower() not in columns:
        near = difflib.get_close_matches(column.lower(), columns, n=1)
        hint = f"did you mean directory.{near[0]}?" if near else f"it has {', '.join(columns)}"
        yield Doubt("error", "never_matches", f"the directory has no column {column!r}", where, hint)


def _team(clause: Clause, words: list[str], settings: Settings, where: str) -> Iterator[Doubt]:
    known = {team.lower(): team for team in settings.teams}
    for word in words:
        if word.lower() not in known and not word.startswith(("re:", "glob:")):
            near = difflib.get_close_matches(word.lower(), known, n=1)
            hint = f"did you mean {known[near[0]]!r}?" if near else "teams are configured under `teams:`"
            yield Doubt(
                "warning", "unknown_team", f"rule {clause.rule.name!r}: no team is called {word!r}", where, hint
            )


def _shadowed(book: Book, settings: Settings) -> Iterator[Doubt]:
    """Rules that ask for nobody but those whom an earlier rule asks for at the same time."""
    earlier = Shadows()
    same: dict[str, list[Clause]] = {}
    for clause in book.clauses:
        alike = same.setdefault(clause.rule.when.sql(), [])
        found = (_verdict(other, clause, settings) for other in (*alike, *earlier.over(clause)))
        yield from [doubt for doubt in found if doubt][:1]
        alike.append(clause)
        earlier.add(clause)


def _verdict(first: Clause, second: Clause, settings: Settings) -> Doubt | None:
    """What it means that `first` holds whenever `second` does."""
    if not overlap(first, second):
        return None
    where, names = _at(settings, second), (first.rule.name, second.rule.name)
    pairs = list(zip(first.answers, second.answers, strict=True))
    always = outlasts(first, second)
    when = "" if always else " at the same time"
    if any(a and b and a != b for a, b in pairs):
        what = f"{names[1]!r} asks for nobody but those of {names[0]!r} and answers otherwise{when}"
        return Doubt("error", "contradicts", what, where, "the first wins; move the special one up, or end one of them")
    if all(a or not b for a, b in pairs):
        what = f"{names[1]!r} can never answer{when}: {names[0]!r} is true of the same and answers before it"
        return Doubt("error" if always else "warning", "shadowed" if always else "overlapping", what, where, "drop one")
    if first.rule.when.sql() == second.rule.when.sql():
        what = f"{names[1]!r} and {names[0]!r} have the same conditions at the same time"
        return Doubt("warning", "overlapping", what, where, "make it one rule")
    return None


def _idle(book: Book, settings: Settings, mirror: Mirror) -> Iterator[Doubt]:
    """Rules that no issue needs: never true, or true and never the first."""
    if not mirror.value("SELECT count(*) FROM classes"):
        return
    cards = draw_cards(mirror, settings)
    for clause, card in zip(book.clauses, cards, strict=True):
        name, where = clause.rule.name, _at(settings, clause)
        if not card["issues"]:
            yield Doubt("warning", "never_matched", f"rule {name!r} is true for no request in the mirror", where)
        elif not card["decided"]:
            before = ", ".join(repr(row["other"]) for row in card["overlaps"])
            what = f"rule {name!r} is true for {card['issues']} requests and decides none; before it: {before}"
            yield Doubt("warning", "shadowed", what, where, "move it up, or drop it")
        if card["overruled"]:
            what = f"rule {name!r} would answer otherwise for {card['overruled']} requests that earlier rules decided"
            yield Doubt(
                "warning", "contradicts", what, where, f"for instance {card['overruled_example']}: `vcjira explain` it"
            )


def _directory(settings: Settings, mirror: Mirror) -> Iterator[Doubt]:
    """Lines of the directory that name two organizations for one account at the same time."""
    path = settings.people.directory
    for one, other, account, first, second in mirror.tuples("""
        SELECT a.line, b.line, coalesce(a.account_id, a.email), a.organization, b.organization
        FROM directory a JOIN directory b ON a.line < b.line
            AND (lower(a.account_id) = lower(b.account_id) OR a.email = b.email) AND a.organization <> b.organization
        WHERE coalesce(a.valid_from, '-infinity') < coalesce(b.valid_until, 'infinity')
            AND coalesce(b.valid_from, '-infinity') < coalesce(a.valid_until, 'infinity') ORDER BY ALL LIMIT 20
    """):
        what = f"{account} is of {first!r} in line {one} and of {second!r} at the same time"
        yield Doubt("warning", "directory_overlap", what, f"{path.name if path else 'directory'}:{other}", "end one")


def _affiliations(settings: Settings) -> Iterator[Doubt]:
    """Entries of `people.affiliations` that name two organizations for one account at the same time."""
    listed = list(enumerate(settings.people.affiliations))
    for number, entry in listed:
        for earlier, other in listed[:number]:
            who = {text.lower() for text in (entry.account, entry.email) if text}
            same = who & {text.lower() for text in (other.account, other.email) if text}
            together = (entry.from_ or date.min) < (other.until or date.max) and (other.from_ or date.min) < (
                entry.until or date.max
            )
            if same and together and entry.organization != other.organization:
                what = f"{min(same)} is of {other.organization!r} in entry {earlier + 1} and of {entry.organization!r}"
                where = settings.where("people", "affiliations", number)
                yield Doubt("warning", "affiliation_overlap", f"{what} at the same time", where, "end one")


def _unknown_accounts(settings: Settings, mirror: Mirror) -> Iterator[Doubt]:
    """Entries of `same_as` that are nobody's account."""
    known = {
        text
        for row in mirror.tuples("SELECT lower(account_id), lower(email), lower(site || '/' || account_id) FROM people")
        for text in row
    }
    for number, entries in enumerate(settings.people.same_as):
        for place, entry in enumerate(entries):
            if entry.lower() not in known:
                where = settings.where("people", "same_as", number, place)
                yield Doubt("warning", "unknown_account", f"{entry!r} is no account in the mirror", where)
