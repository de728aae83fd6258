"""Divisions of the seeded company in which single issues show something: stories, piles, relays, lines, new work."""

import itertools
import random
from collections.abc import Iterable

from division import DAY, LINES, ORGS, TEAMS, Division
from scripts import NOISE, PLANTS, Script


def scripted(division: Division) -> None:
    """Short stories told by changing people and teams, among look-alikes; then piles, relays, doubles and bulk runs."""
    chance = division.chance
    scripts = [*PLANTS.items()] * 12 + [("", script) for script in NOISE] * 14
    chance.shuffle(scripts)
    for name, script in scripts:
        _script(division, name, script)
    for _ in range(40):
        _pile(division)
        _relay(division)
        _double(division)
    for _ in range(4):
        _bulk(division)


def _cast(chance: random.Random) -> dict[str, str]:
    """Who plays in a story: the names of the manual pages -> people and teams of this company."""
    a, b, c = chance.sample([team for team in TEAMS if team not in LINES], 3)
    org, other = chance.sample(sorted(ORGS), 2)
    (ann, amy), (pat, pia) = chance.sample(ORGS[org], 2), chance.sample(TEAMS[a], 2)
    return {
        "ann": ann, "amy": amy, "gil": chance.choice(ORGS[other]), "pat": pat, "pia": pia,
        "dan": chance.choice(TEAMS[b]), "oli": chance.choice(TEAMS[c]), "Platform": a, "Data": b, "Ops": c,
    }  # fmt: skip


def _script(division: Division, name: str, script: Script) -> None:
    chance, cast = division.chance, _cast(division.chance)
    start = chance.uniform(0, division.days - 25) * DAY
    who, words = script.creates.split(maxsplit=1)
    said = " ".join(cast.get(word, word) for word in words.split())
    issue = division.create(start, cast.get(who, who), said)
    seen, closed = start, False
    for minutes, who, deed, rest in script.deeds():
        when = start + minutes + chance.randint(0, 3)
        line = " ".join([cast.get(who, who), deed, issue, *(cast.get(word, word) for word in rest)])
        division.add(when, line)
        seen = seen if who == "robot" else max(seen, when)
        closed = deed == "closes" or (closed and rest[:1] != ["status"])
    if chance.random() < 0.3:
        division.add(start + chance.uniform(0, 40) * DAY, f"robot comments {issue}")
    if not closed and seen < (division.days - 30) * DAY:
        division.meant("stale", issue)
    division.alike["stale"] += closed
    for pattern in {name, *script.shows} - {""}:
        division.meant(pattern, issue)
    for pattern in script.alike:
        division.alike[pattern] += 1


def _pile(division: Division) -> None:
    """Five to nine requests one after another; one pile in five is interrupted. Look-alikes: four, or slower ones."""
    chance, cast = division.chance, _cast(division.chance)
    kind = chance.choice(["pile", "pile", "few", "slow"])
    start = chance.uniform(0, division.days - 25) * DAY
    size = 4 if kind == "few" else chance.randint(5, 9)
    for _ in range(size):
        gap = chance.uniform(20, 60) if kind == "slow" else chance.uniform(1, 12)
        start += gap + (30 if kind == "pile" and chance.random() < 0.03 else 0)
        issue = _closed(division, start, cast["ann"], f"for {cast['Platform']}", cast["pat"], cast["ann"])
        if kind == "pile":
            division.meant("batch_toss", issue)
    division.alike["batch_toss"] += kind != "pile" and size


def _relay(division: Division) -> None:
    """A ticket for a ticket for a ticket, linked within a day or so. Look-alikes: sub-tasks, one step, robots."""
    chance, cast = division.chance, _cast(division.chance)
    kind = chance.choice(["relay", "relay", "relay", "parts", "step", "robot"])
    start = chance.uniform(0, division.days - 40) * DAY
    first = _closed(division, start, cast["ann"], f"for {cast['Platform']}", cast["pat"], cast["ann"])
    for passing, team, taking in (("pat", "Data", "dan"), ("dan", "Ops", "oli"))[: 1 if kind == "step" else 2]:
        start += chance.uniform(0.1, 1) * DAY
        who = "robot" if kind == "robot" else cast[passing]
        parent = f" parent={first}" if kind == "parts" else ""
        asking = cast[taking if kind == "robot" else passing]
        last = _closed(division, start, who, f"for {cast[team]}{parent}", cast[taking], asking)
        division.add(start + min(chance.expovariate(1 / 500), 3 * DAY), f"{who} links {first} to {last}")
        first = last
    if kind == "relay":
        division.meant("relay", last)
    division.alike["relay"] += kind != "relay"


WORDS = [
    *("invoice", "export", "payment", "login", "search", "report", "mobile", "chart", "filter", "upload"),
    *("voucher", "basket", "refund", "address", "template", "notification", "archive", "webhook", "calendar"),
    *("currency", "discount", "printer", "signature", "timeout", "migration", "cache"),
]


def _double(division: Division) -> None:
    """The same wish to two teams, a word changed or two. Look-alikes: the same team, another group, much later."""
    chance, cast = division.chance, _cast(division.chance)
    kind = chance.choice(["double", "double", "double", "team", "group", "late"])
    start = chance.uniform(0, division.days - 60) * DAY
    words = chance.sample(WORDS, 7)
    again = [chance.choice(WORDS) if chance.random() < 0.12 else word for word in words]
    _titled(division, start, cast["ann"], cast["Platform"], cast["pat"], words)
    later = start + (chance.uniform(20, 40) if kind == "late" else chance.uniform(0.1, 12)) * DAY
    who = cast["gil" if kind == "group" else "amy"]
    team, taking = ("Platform", "pia") if kind == "team" else ("Data", "dan")
    issue = _titled(division, later, who, cast[team], cast[taking], again)
    if kind == "double":
        division.meant("shotgun_request", issue)
    division.alike["shotgun_request"] += kind != "double"


def _titled(division: Division, start: float, who: str, team: str, taking: str, words: Iterable[str]) -> str:
    return _closed(division, start, who, f"for {team} summary={'_'.join(words)}", taking, who)


def _closed(division: Division, start: float, who: str, words: str, taking: str, asking: str) -> str:
    """A request that is answered, talked over and closed."""
    issue = division.create(start, who, words)
    division.talk(issue, start + DAY, taking, asking)
    division.add(start + 3 * DAY, f"{taking} closes {issue}")
    return issue


def _bulk(division: Division) -> None:
    """Twelve requests, closed by now, given to another team in one go (E6): no hand-over, and nothing silent."""
    cast, start = _cast(division.chance), division.chance.uniform(30, division.days - 25) * DAY
    for number in range(12):
        made = start - division.chance.uniform(5, 20) * DAY
        issue = _closed(division, made, cast["ann"], f"to {cast['pat']}", cast["pat"], cast["ann"])
        division.add(start + number * 0.5, f"{cast['pat']} assigns {issue} to {cast['dan']}")
        division.alike["handover"] += 1
        division.alike["silent_handoff"] += 1


def desk(division: Division) -> None:
    """Tickets that climb the lines of a help desk, by people; others stay, go down, or climb by a rule."""
    chance = division.chance
    for _ in range(160):
        start = chance.uniform(0, division.days - 10) * DAY
        path = chance.choice([[1], [1, 2], [1, 2, 3], [1, 3], [2, 1], [3, 2], [2, 1, 2], [1, 1]])
        issue = division.create(start, chance.choice(ORGS["Org1"]), f"for Line{path[0]}")
        robot = chance.random() < 0.2
        for step, (a, b) in enumerate(itertools.pairwise(path), 1):
            who = "robot" if robot else chance.choice(TEAMS[f"Line{a}"])
            division.add(start + step * DAY, f"{who} passes {issue} to Line{b}")
        if max(path) > path[0] and not robot:
            division.meant("escalation", issue)
        division.alike["escalation"] += len(path) > 1 and (robot or max(path) == path[0])


THEMES = (
    *("vision_headset", "quantum_pricing", "drone_parcels", "carbon_ledger"),  # thrown over
    *("voice_kiosk", "robot_courier"),  # accompanied
    "hobby_corner",
)


def lab(division: Division) -> None:
    """Six new kinds of work, thrown over or accompanied; one requester's hobby and old rare words look like them."""
    chance = division.chance
    for _ in range(700):
        words = [*chance.sample(WORDS, 4), *(["telegraph"] if chance.random() < 0.02 else [])]
        _titled(division, chance.uniform(0, division.days - 20) * DAY, division.anyone(), "Team1", "team1_a", words)
    for number, theme in enumerate(THEMES):
        begin, size, hobby = 150 + 20 * number, chance.randint(4, 9), theme == "hobby_corner"
        asking = [ORGS["Org1"][0]] if hobby else chance.sample([who for org in ORGS.values() for who in org], 5)
        for one in range(size):
            start, who = (begin + chance.uniform(0, 20)) * DAY, asking[one % len(asking)]
            issue = division.create(start, who, f"for Team1 summary={theme}_{chance.choice(WORDS)}")
            tossed = not hobby and number < 4 and chance.random() < 0.8
            division.talk(issue, start + DAY, "team1_b", *([] if tossed else [who]))
            if tossed:
                division.meant("novel_unaccompanied", issue)
            division.alike["novel_unaccompanied"] += not tossed
