"""Planted patterns of one issue's path: passed on, passed back, passed in silence."""

from vcjira.demo import times
from vcjira.demo.company import letters, words
from vcjira.demo.company.cast import TEAM_SIZE
from vcjira.demo.company.stage import WAITING, Card, Stage
from vcjira.demo.company.streams import desk_fields, finish, people
from vcjira.demo.records import Account

DELIVERY = ("Platform", "Identity", "Data", "Checkout")


def _start(
    stage: Stage, number: int, tag: str, team: str, home: str = "Sales", *, since: float = 14, days: float = 160
) -> tuple[Card, int]:
    """A request that a team has taken, `since` to `days` ago; the moment after it took it."""
    when = stage.workday(since, days)
    asking = people(stage, home)
    card = stage.open(
        when,
        team,
        words.ask(stage.dice, home),
        asking[number % len(asking)],
        body=letters.body(stage.dice),
        assignee=stage.cast.teams[team][number % TEAM_SIZE],
    )
    card.tags.append(tag)
    return card, when


def _pass(stage: Stage, card: Card, when: int, number: int, team: str, *, spoken: bool = False) -> int:
    """Hand over to another team, in silence or with a word; the moment of the next one."""
    giver = stage.cast.teams[card.team or team][number % TEAM_SIZE]
    taker = stage.cast.teams[team][(number + 1) % TEAM_SIZE]
    if spoken:
        before, after = stage.dice.choice(letters.WITH_WORD)
        stage.say(card, when - times.HOUR, giver, words.fill(stage.dice, before))
        stage.say(card, when + 2 * times.HOUR, taker, words.fill(stage.dice, after))
    stage.give(card, when, taker, giver, team=team)
    return when + int(stage.dice.uniform(5, 9) * times.DAY)


def path(stage: Stage, number: int, tag: str, teams: tuple[str, ...], *, spoken: bool = False) -> Card:
    card, when = _start(stage, number, tag, teams[0], since=10 + 9 * len(teams), days=150)
    when += 5 * times.DAY
    for team in teams[1:]:
        when = _pass(stage, card, when, number, team, spoken=spoken)
    if number % 4:
        finish(stage, card, when, stage.cast.teams[teams[-1]][(number + 1) % TEAM_SIZE])
    return card


def reassignment(stage: Stage, number: int) -> None:
    path(stage, number, "reassignment", ("Platform", "Identity", "Data", "Checkout"))


def ping_pong(stage: Stage, number: int) -> None:
    again = ("Platform", "Identity") if number % 4 == 0 else ()
    path(stage, number, "ping_pong", ("Platform", "Identity", "Platform", *again))


def coming_back(stage: Stage, number: int) -> None:
    path(stage, number, "return", ("Platform", "Data", "Checkout", "Platform"))


def silent_handoff(stage: Stage, number: int) -> None:
    path(stage, number, "silent_handoff", (DELIVERY[number % 4], DELIVERY[(number + 1) % 4]))


def spoken_handoff(stage: Stage, number: int) -> None:
    path(stage, number, "spoken_handoff", (DELIVERY[number % 4], DELIVERY[(number + 2) % 4]), spoken=True)


def escalation(stage: Stage, number: int) -> None:
    card, when = _desk(stage, number, "escalation")
    when = _pass(stage, card, when + times.DAY, number, "Identity", spoken=True)
    when = _pass(stage, card, when, number, "Platform", spoken=True)
    finish(stage, card, when, stage.cast.teams["Platform"][(number + 1) % TEAM_SIZE], 1.0)


def _desk(stage: Stage, number: int, tag: str) -> tuple[Card, int]:
    home = list(stage.cast.customers)[number % 4]
    when = stage.workday(30, 120)
    reporter = people(stage, home)[number % 4]
    card = stage.open(
        when,
        "Support",
        words.title(stage.dice, words.CUSTOMER_ASKS),
        reporter,
        body=letters.body(stage.dice),
        issue_type="Service Request",
        assignee=stage.cast.teams["Support"][number % TEAM_SIZE],
        fields=desk_fields(stage, home, number, reporter),
        channel="portal",
    )
    card.tags.append(tag)
    return card, when


def hot_potato(stage: Stage, number: int) -> None:
    """The middle holder passes it on within the hour without a trace of work."""
    card, when = _start(stage, number, "hot_potato", "Data")
    noon = when - when % times.DAY + (1 if when % times.WEEK < 3 * times.DAY else 7) * times.DAY + 10 * times.HOUR
    _pass(stage, card, noon, number, "Identity")
    end = _pass(stage, card, noon + 25 * times.MINUTE, number + 1, "Platform")
    finish(stage, card, end, stage.cast.teams["Platform"][(number + 2) % TEAM_SIZE])


def deadline_toss(stage: Stage, number: int) -> None:
    """Friday at four, on to the next team."""
    end = stage.end - stage.end % times.WEEK
    friday = end - (number % 20 + 2) * times.WEEK + times.DAY + 15 * times.HOUR + number % 90 * times.MINUTE
    when = friday - int(stage.dice.uniform(20, 70) * times.HOUR)
    reporter = people(stage, "Marketing")[number % 11]
    assignee = stage.cast.teams["Checkout"][number % TEAM_SIZE]
    card = stage.open(when, "Checkout", words.ask(stage.dice, "Marketing"), reporter, assignee=assignee)
    card.tags.append("deadline_toss")
    end = _pass(stage, card, friday, number, "Platform")
    if number % 8:
        finish(stage, card, end, stage.cast.teams["Platform"][(number + 1) % TEAM_SIZE])


def fire_and_forget(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "fire_and_forget", "Platform", "Sales")
    owner = stage.cast.teams["Platform"][number % TEAM_SIZE]
    stage.say(card, when + times.DAY, owner, letters.line(stage.dice, letters.QUESTIONS))


def stale(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "stale", DELIVERY[number % 4], "Legal")
    to = ("Blocked", "In Review", "In Progress")[number % 3]
    stage.status(card, when + times.DAY, to, stage.cast.teams[DELIVERY[number % 4]][number % TEAM_SIZE])


def orphan(stage: Stage, number: int) -> None:
    when = stage.workday(30, 120)
    card = stage.open(
        when, DELIVERY[number % 4], words.ask(stage.dice, "Legal"), people(stage, "Legal")[number % 12], show_team=False
    )
    card.tags.append("orphan")


def swarm(stage: Stage, number: int) -> None:
    """Others are pulled in; the owner stays."""
    card, when = _start(stage, number, "swarm", "Platform", "Data Science")
    owner = stage.cast.teams["Platform"][number % TEAM_SIZE]
    helper = stage.cast.teams["Data"][number % TEAM_SIZE]
    stage.say(card, when + 3 * times.HOUR, owner, "I would like a pair of eyes from the data side on this.")
    stage.say(card, when + 5 * times.HOUR, helper, "Joined. The partitioning is off, let us look together at two.")
    stage.say(card, when + 8 * times.HOUR, people(stage, "Data Science")[number % 13], "I am in as well.")
    stage.status(card, when + 2 * times.DAY, "Done", owner, "Done")


def reopen(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "reopen", "Checkout", "Globex")
    owner = stage.cast.teams["Checkout"][number % TEAM_SIZE]
    stage.status(card, when + 2 * times.DAY, "Done", owner, "Done")
    reporter = card_reporter(stage, "Globex", number)
    stage.status(card, when + 4 * times.DAY, "In Progress", reporter)
    stage.say(card, when + 4 * times.DAY, reporter, letters.line(stage.dice, letters.STILL_WRONG))
    stage.status(card, when + 8 * times.DAY, "Done", owner, "Done")


def card_reporter(stage: Stage, home: str, number: int) -> Account:
    return people(stage, home)[number % len(people(stage, home))]


def rejection(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "rejection", "Data", "Marketing")
    stage.status(card, when + times.DAY, "Done", stage.cast.teams["Data"][number % TEAM_SIZE], "Won't Do")


def return_to_sender(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "return_to_sender", "Identity", "Operations")
    owner = stage.cast.teams["Identity"][number % TEAM_SIZE]
    stage.give(card, when + times.DAY, card_reporter(stage, "Operations", number), owner)


def clarification_loop(stage: Stage, number: int) -> None:
    card, when = _desk(stage, number, "clarification_loop")
    agent = stage.cast.teams["Support"][number % TEAM_SIZE]
    reporter = people(stage, list(stage.cast.customers)[number % 4])[number % 4]
    for turn in range(3):
        when += times.DAY
        stage.say(card, when, agent, words.fill(stage.dice, letters.QUESTIONS[turn]), public=True)
        stage.status(card, when + 60_000, WAITING, agent)
        stage.say(card, when + 20 * times.HOUR, reporter, letters.line(stage.dice, letters.ANSWERS), public=True)
        stage.status(card, when + 21 * times.HOUR, "In Progress", agent)
    finish(stage, card, when + 3 * times.DAY, agent)


def ticket_demanded(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "ticket_demanded", "Identity", "Sales")
    owner = stage.cast.teams["Identity"][number % TEAM_SIZE]
    stage.say(card, when + times.DAY, owner, letters.DEMANDS[number % len(letters.DEMANDS)])
    stage.status(card, when + times.DAY + 60_000, "Done", owner, "Declined")


def field_churn(stage: Stage, number: int) -> None:
    card, when = _start(stage, number, "field_churn", "Platform", "Sales")
    owner, asking = stage.cast.teams["Platform"][number % TEAM_SIZE], card_reporter(stage, "Sales", number)
    for turn, (to, by) in enumerate([("Highest", asking), ("Low", owner), ("Highest", asking), ("Low", owner)]):
        stage.priority(card, when + (turn + 1) * times.DAY, to, by)
