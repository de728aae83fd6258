"""The divisions of the seeded company in which cells of teams show something: streets, mouths, queues, Fridays."""

import random

from division import DAY, LINES, ORGS, TEAMS, Division


def cells(division: Division) -> None:
    """Pairs of teams that only ask, that answer, that talk; organizations that speak by one mouth or by many."""
    chance = division.chance
    teams = [team for team in TEAMS if team not in LINES]
    for apart in (1, 2, 3):
        for asking, team in zip(teams, teams[apart:] + teams[:apart], strict=True):
            _street(division, asking, team, chance.choice(STREETS), chance.random() < 0.5)
    for number, org in enumerate(ORGS):
        for team in chance.sample(teams, 2):
            _mouths(division, org, team, ("proxy", "pair", "many", "small", "agent")[number % 5])


STREETS = ("street", "street", "answered", "visited", "old", "robot")


def _street(division: Division, asking: str, team: str, kind: str, talks: bool) -> None:
    """About 50 requests in four months; half of the pairs of teams never write on the same issue."""
    chance = division.chance
    for _ in range(round(chance.gauss(50, 9))):
        ago = chance.uniform(200, 320) if kind == "old" else chance.uniform(1, 120)
        start = (division.days - ago) * DAY
        who = "robot" if kind == "robot" else chance.choice(TEAMS[asking])
        issue = division.create(start, who, f"for {team}")
        if talks and chance.random() < 0.4:
            division.talk(issue, start + 300, chance.choice(TEAMS[team]), chance.choice(TEAMS[asking]))
    back = (division.days - 20) * DAY
    if kind == "answered":
        division.create(back, chance.choice(TEAMS[team]), f"for {asking}")
    elif kind == "visited" or (kind == "street" and chance.random() < 0.15):  # somebody strays in once
        own = division.create(back, TEAMS[asking][0], f"for {asking}")
        division.talk(own, back + 60, chance.choice(TEAMS[team]))
    if kind == "street":
        division.meant("one_way_street", asking, team)
    if not talks and kind not in ("old", "robot"):
        division.meant("missing_link", *sorted((asking, team)))
    division.alike["one_way_street"] += kind != "street"
    division.alike["missing_link"] += talks or kind in ("old", "robot")


def _mouths(division: Division, org: str, team: str, kind: str) -> None:
    """About 40 requests of an organization whose people are all active in the talk, but for a small one."""
    chance, people = division.chance, ORGS[org]
    for _ in range(round(chance.gauss(42, 6))):
        start = (division.days - chance.uniform(1, 170)) * DAY
        mouths = {"proxy": people[:1], "pair": people[:2], "small": people[:1]}.get(kind, people)
        who = chance.choice(people if chance.random() < 0.08 and kind != "small" else mouths)
        creator = f" creator={TEAMS[team][0]}" if kind == "agent" else ""
        issue = division.create(start, who, f"for {team}{creator}")
        division.talk(issue, start + 300, chance.choice(people[:3] if kind == "small" else people))
    if kind in ("proxy", "pair"):
        division.meant("proxy_requester", org, team)
    division.alike["proxy_requester"] += kind not in ("proxy", "pair")


def queue(division: Division) -> None:
    """24 queues of some 90 requests: some pick the newest, more or less often; others the oldest, or by whim."""
    chance = division.chance
    for number in range(24):
        team, priority = f"Team{1 + number // 2}", ("High", "Low")[number % 2]
        newest = {0: 0.7, 1: 0.35}.get(number % 4, 0.0)
        waiting: list[str] = []
        minute = (division.days - 150.0) * DAY
        for step in range(170):
            minute += chance.expovariate(1 / 700)
            if step < 20 or (step < 150 and step % 2) or not waiting:
                waiting.append(division.create(minute, division.anyone(), f"for {team} priority={priority}"))
                continue
            whim = chance.randrange(len(waiting))
            place = len(waiting) - 1 if chance.random() < newest else 0 if number % 4 == 2 else whim
            division.add(minute, f"{chance.choice(TEAMS[team])} takes {waiting.pop(place)}")
        if newest:
            division.meant("queue_skip", team, priority, "Task")
        division.alike["queue_skip"] += not newest


def friday(division: Division) -> None:
    """A year of hand-overs of twelve teams: some push them out late on Fridays, some are only busy then."""
    chance = division.chance
    fridays = [day for day in range(1, division.days) if day % 7 == FRIDAY]
    for number in range(1, 13):
        team, kind = f"Team{number}", ("push", "some", "busy", "robot", "even", "even")[number % 6]
        tossed, active = {"push": (45, 14), "some": (36, 22), "busy": (45, 45), "robot": (45, 14)}.get(kind, (3, 5))
        _tossed(division, team, [_slot(chance, fridays) for _ in range(tossed)], "robot" if kind == "robot" else None)
        _tossed(division, team, [_elsewhen(chance, division.days) for _ in range(60)], None)
        moments = [_slot(chance, fridays) for _ in range(active)] + [
            _elsewhen(chance, division.days) for _ in range(90)
        ]
        for minute in moments:
            issue = division.create(minute - 60, division.anyone(), f"to {TEAMS[team][0]}")
            division.talk(issue, minute, chance.choice(TEAMS[team]))
        if kind in ("push", "some"):
            division.meant("deadline_toss", team)
        division.alike["deadline_toss"] += kind not in ("push", "some")


FRIDAY = 3
"""Day of the division's year, which begins on the noon of a Tuesday, modulo 7; its afternoon is Friday's."""


def _slot(chance: random.Random, fridays: list[int]) -> float:
    return chance.choice(fridays) * DAY + chance.uniform(3 * 60 + 5, 5 * 60 - 5)


def _elsewhen(chance: random.Random, days: int) -> float:
    day = chance.choice([day for day in range(2, days) if day % 7 != FRIDAY])
    return day * DAY + chance.uniform(-3, 5) * 60


def _tossed(division: Division, team: str, moments: list[float], who: str | None) -> None:
    for minute in moments:
        holder = division.chance.choice(TEAMS[team])
        issue = division.create(minute - 90, division.anyone(), f"to {holder}")
        other = "Team1" if team != "Team1" else "Team2"
        division.add(minute, f"{who or holder} assigns {issue} to {division.chance.choice(TEAMS[other])}")
