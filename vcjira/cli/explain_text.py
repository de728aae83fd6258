"""The sentences of `vcjira explain`, at most one screen of 80 columns; each repeats a row, none concludes."""

import textwrap
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
WIDTH = 80
HEIGHT = 22
"""Lines of a terminal of 24, without the command and the next prompt."""
SHOWN = (5, 4, 3, 2, 1)
"""Hand-overs, hits, label writes told each, as many as fit; the rest is counted."""
QUESTIONS = {
    "has_choice": "Do they have a choice to buy, or not?",
    "delivers_to_others": "Do they use it to deliver value to somebody else?",
}


def told_issue(story: Row) -> list[str]:
    lines = [f"{story['key']}  {story['summary'] or ''}"[:WIDTH]]
    if story["class"] is None:
        return [*lines, f"It is {story['presence'].replace('_', ' ')}, so it has no class."]
    now = f" (today: {story['class_now']})" if story["class_now"] != story["class"] else ""
    own = "; the team's own, not a request" if story["own_team"] else ""
    lines.append(f"Class: {story['class']}{now}{own}. Raised {_day(story['created'])}.")
    for shown in SHOWN:
        paragraphs = [*_parties(story), *_answers(story), *_events(story, shown), *_labels(story, shown)]
        told = lines + [line for paragraph in paragraphs for line in _wrapped(paragraph)]
        if len(told) <= HEIGHT:
            break
    return told


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(text.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") or [""]


def _day(moment: datetime | date | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "on an unknown day"


def _parties(story: Row) -> Iterator[str]:
    requester = story["requester_name"] or story["requester"]
    if requester is None:
        yield "Nobody is known to ask: the issue has no reporter."
    else:
        yield f"Asked by {requester}, {_of(story['affiliation'])}."
    for hop in story["hops"]:
        yield f"  {hop['from'] or 'nobody'} -> {hop['to']}: {hop['hop']} ({hop['evidence']})"
    if story["carrier"] and story["carrier"] != story["requester"]:
        yield f"Filed by {story['carrier_name'] or story['carrier']}."
    if story["team"]:
        how, _, later = story["team_how"].partition(", ")
        when = "first owned it, after it was raised" if later else "owned it when it was raised"
        yield f"{story['team']} {when} (by its {how})."
    else:
        yield "No configured team owned it when it was raised."


def _of(affiliation: Row | None) -> str:
    if not affiliation or not affiliation["organization"]:
        return "of no known organization"
    source, evidence = affiliation["source"], affiliation["evidence"]
    by = evidence if evidence.startswith(source) else f"{source}, {evidence}"
    return f"of {affiliation['organization']} (by {by}{_period(affiliation['since'], affiliation['until'])})"


def _period(since: datetime | date | None, until: datetime | date | None) -> str:
    return "".join(f", {word} {_day(day)}" for word, day in (("from", since), ("until", until)) if day)


def _answers(story: Row) -> Iterator[str]:
    for name, question in QUESTIONS.items():
        answer = story["answers"][name]
        if answer["value"] is None:
            unseen = f" (could not be seen: {', '.join(answer['unseen'])})" if answer["unseen"] else ""
            spare = ", and need not be" if story["class"] == "stakeholder" else ""
            yield f"{question} Not answered by any rule{unseen}{spare}."
            continue
        evidence = "; ".join(answer["evidence"])
        yield f"{question} {answer['value'].capitalize()}, by rule '{answer['rule']}': {evidence}."
        because = answer["because"]
        dates = _period(answer["from"], answer["until"]).lstrip(", ")
        if because or dates:
            yield "  " + "; ".join(part for part in (because, f"the rule holds {dates}" if dates else "") if part)
    if story["missing"]:
        yield f"Unknown, because {story['missing']} is not answered."
    if story["undecided"]:
        yield f"Rules that could not be decided, a group could not be read: {', '.join(story['undecided'])}."
    if story["disagreeing"]:
        yield f"Later rules that would answer otherwise: {', '.join(story['disagreeing'])}."


def _events(story: Row, shown: int) -> Iterator[str]:
    handovers = story["handovers"]
    if handovers:
        yield f"Hand-overs: {len(handovers)}"
    for row in handovers[:shown]:
        names = [
            " / ".join(part for part in (row[f"{end}_team"], row[f"{end}_person"]) if part) or "nobody"
            for end in ("from", "to")
        ]
        marks = "".join(f", {word}" for word in ("bulk", "automated") if row[word])
        yield f"  {_day(row['happened'])} {names[0]} -> {names[1]}{marks}"
    yield from _more(handovers, shown)
    if story["hits"]:
        yield f"Patterns: {len(story['hits'])} hits"
    for hit in story["hits"][:shown]:
        evidence = hit["evidence"] or {}
        told = ", ".join(f"{key} {value}" for key, value in evidence.items() if value is not None)
        yield textwrap.shorten(f"{_day(hit['happened'])} {hit['pattern']}: {told}", WIDTH - 2, placeholder=" ...").join(
            ("  ", "")
        )
    yield from _more(story["hits"], shown)


def _more(rows: list[Row], shown: int) -> Iterator[str]:
    if len(rows) > shown:
        yield f"  ... and {len(rows) - shown} more (--json has them all)"


def _labels(story: Row, shown: int) -> Iterator[str]:
    yield f"Labels: {', '.join(story['labels']) or 'none'}"
    for row in story["label_writes"][-shown:]:
        done = "" if row["outcome"] == "done" else f", {row['outcome']}"
        why = f": {row['reason']}" if row["reason"] else ""
        yield f"  {_day(row['written'])} we {row['op']} {row['label']}{done}{why} (run {row['run_id']})"
    for veto in story["vetoes"]:
        who = veto.get("author") or veto.get("author_id") or veto.get("line") or "somebody"
        yield f"Veto on {veto['label']}: {who}, {_day(veto['happened'])}"


def told_account(story: Row) -> list[str]:
    bot = ", a bot" if story["bot"] else ""
    kind = f", account type {story['account_type']}" if story["account_type"] else ""
    told: list[str] = []
    for shown in SHOWN:
        texts = [f"{story['name'] or story['account']} ({story['site']}/{story['account']}{kind}{bot})"]
        for name, tell in (("joined", _same), ("affiliations", _claim), ("teams", _member), ("classes", _asked)):
            texts += [tell(row) for row in story[name][:shown]]
            texts += _more(story[name], shown)
        if not story["classes"]:
            texts.append("Has asked for nothing.")
        if story["carried"]:
            texts.append(f"Filed {story['carried']} issues for others.")
        told = [line for text in texts for line in _wrapped(text)]
        if len(told) <= HEIGHT:
            break
    return told


def _same(row: Row) -> str:
    return f"Same person: {row['site']}/{row['account_id']} ({row['evidence']})"


def _claim(row: Row) -> str:
    by = f"by {row['source']}: {row['evidence']}" if row["source"] else "nothing says otherwise"
    period = _period(row["valid_from"], row["valid_until"])
    return f"Organization: {row['organization'] or 'not known'} ({by}{period})"


def _member(row: Row) -> str:
    return f"Team: {row['team']} ({row['how']}{_period(row['valid_from'], row['valid_until'])})"


def _asked(row: Row) -> str:
    asked = f"{row['issues']} issues of {row['team'] or 'no configured team'}"
    now = f", today {row['class_now']}" if row["class_now"] != row["class"] else ""
    rules = f", by {', '.join(row['rules'])}" if row["rules"] else ""
    own = " (own team)" if row["own_team"] else ""
    return f"{row['class']}{own} for {asked}{rules}{now}; the newest: {row['example']}"
