"""Ordinary traffic: who asks which team, how often, and how much is said on the way."""

from dataclasses import dataclass
from typing import Any

from vcjira.demo import times
from vcjira.demo.company import letters, words
from vcjira.demo.company.cast import TEAM_SIZE, TEAMS
from vcjira.demo.company.stage import (
    ORGANIZATIONS,
    PARTICIPANTS,
    POINTS,
    REQUEST_TYPE,
    REQUESTED_FOR,
    WAITING,
    Card,
    Stage,
)
from vcjira.demo.records import Account

REQUEST_TYPES = ("Report a problem", "Ask a question", "Get IT help")


@dataclass(frozen=True)
class Stream:
    """Requests from a home to a team. `spoken`: how often both sides write; `turns`: how long they then talk."""

    home: str
    team: str
    count: int
    spoken: float
    turns: int = 2
    gatekeeper: bool = False
    """One person files nearly everything."""
    newest_first: bool = False
    days: int = 178
    """How far back; every eighth a good deal further."""


STREAMS = (
    Stream("Sales", "Platform", 62, spoken=0.08),
    Stream("Finance", "Data", 52, spoken=0.0, days=82),
    Stream("Data Science", "Platform", 46, spoken=0.9, turns=5),
    Stream("Marketing", "Checkout", 62, spoken=0.5, newest_first=True),
    Stream("Operations", "Identity", 46, spoken=0.4, gatekeeper=True, days=164),
    Stream("Legal", "Identity", 12, spoken=0.6),
    Stream("Globex", "Checkout", 20, spoken=0.7, turns=3),
    Stream("Initech", "Checkout", 12, spoken=0.4),
)
"""For a company of 600 issues."""
CUSTOMER_COUNT = 70
OWN_COUNT = 40
BOT_COUNT = 16
MAIL_COUNT = 18


def people(stage: Stage, home: str) -> list[Account]:
    cast = stage.cast
    return cast.departments.get(home) or cast.partners.get(home) or cast.customers.get(home) or cast.teams[home]


def requests(stage: Stage, stream: Stream, number: int) -> None:
    """The `number`-th request of a stream."""
    dice = stage.dice
    asking = people(stage, stream.home)
    reporter = asking[number % len(asking)]
    if stream.gatekeeper:
        reporter = asking[0] if number % 12 else asking[(5 + number // 12) % len(asking)]
    far = 330 if number % 8 == 0 else stream.days
    when = _picked_late(stage, number) if stream.newest_first else stage.workday(2, far)
    assignee = stage.cast.teams[stream.team][number % TEAM_SIZE]
    fields: dict[str, Any] = {}
    if number % 6 == 0 and stream.team == "Data":
        fields["components"] = [{"id": "10100", "name": "ETL"}]
    card = stage.open(
        when,
        stream.team,
        words.ask(dice, stream.home),
        reporter,
        body=letters.body(dice, 0.6 if stream.spoken < 0.2 else 0.2),
        issue_type=dice.choice(["Task", "Story", "Bug"]) if not stream.newest_first else "Task",
        fields=fields,
        show_team=number % 5 != 0,
    )
    lead = stage.cast.teams[stream.team][0]
    picked = _pick(when, number) if stream.newest_first else when + int(dice.uniform(1, 40) * times.HOUR)
    stage.give(card, picked, assignee, lead)
    stage.status(card, picked + times.HOUR, "In Progress", assignee)
    end = _talk(stage, card, stream, reporter, assignee, picked + 2 * times.HOUR)
    if dice.random() < 0.88:
        finish(stage, card, end + int(dice.uniform(2, 90) * times.HOUR), assignee, 0.0 if not stream.spoken else 0.3)
    if stream.home == "Sales":
        card.tags.append("one_way_street")
    elif stream.home == "Finance":
        card.tags.append("missing_link")
    elif stream.gatekeeper:
        card.tags.append("proxy_requester")
    elif stream.newest_first:
        card.tags.append("queue_skip")


def finish(stage: Stage, card: Card, when: int, by: Account, spoken: float = 0.0) -> None:
    """Done, now and then with a word."""
    if stage.dice.random() < spoken:
        stage.say(card, when - times.MINUTE, by, letters.line(stage.dice, letters.CLOSING))
    stage.status(card, when, "Done", by, "Done")


def _picked_late(stage: Stage, number: int) -> int:
    """Five requests a week, morning by morning, so that they wait together."""
    week, place = divmod(number, 5)
    monday = stage.end - stage.end % times.WEEK - 3 * times.DAY
    return monday - (week + 2) % 24 * times.WEEK + place * 5 * times.HOUR + 9 * times.HOUR


def _pick(when: int, number: int) -> int:
    """The newest of the five is picked first."""
    place = number % 5
    return when + (6 - place) * 10 * times.HOUR + (4 - place) * 7 * times.HOUR


def _talk(stage: Stage, card: Card, stream: Stream, reporter: Account, assignee: Account, when: int) -> int:
    """The conversation, if there is one; otherwise at most one side writes. Returns when it was over."""
    dice = stage.dice
    if dice.random() >= stream.spoken:
        if dice.random() < 0.4:
            stage.say(card, when, assignee, letters.line(dice, letters.RECEIVER))
        elif dice.random() < 0.15:
            stage.say(card, when, reporter, letters.line(dice, letters.LINT))
        return when
    for turn in range(max(2, stream.turns)):
        when += int(dice.uniform(1, 20) * times.HOUR)
        answer = letters.RECEIVER if turn else letters.FIRST
        who, said = (reporter, letters.REQUESTER) if turn % 2 else (assignee, answer)
        stage.say(card, when, who, letters.line(dice, said))
    if stream.home == "Data Science":
        _together(stage, card, reporter, when)
    return when


def _together(stage: Stage, card: Card, reporter: Account, when: int) -> None:
    """Embedded: others of the asking side join in, both sides edit the text, somebody of them takes it over."""
    dice = stage.dice
    other = dice.choice([one for one in people(stage, "Data Science") if one is not reporter])
    stage.say(card, when + times.HOUR, other, letters.line(dice, letters.TOGETHER))
    text = letters.body(dice, 0.0)
    stage.change(card, when + 2 * times.HOUR, other, description=text)
    member = dice.choice(stage.cast.teams["Platform"])
    stage.change(card, when + 3 * times.HOUR, member, description=text + "\n\nAgreed in the planning.")


def customer(stage: Stage, number: int) -> None:
    """A customer's request on the portal or by mail; every fifth is filed by an agent on the customer's behalf."""
    dice = stage.dice
    home = list(stage.cast.customers)[number % len(stage.cast.customers)]
    reporter = people(stage, home)[number // 4 % len(people(stage, home))]
    agent = stage.cast.teams["Support"][number % TEAM_SIZE]
    behalf = number % 5 == 0
    when = stage.workday(1, 170)
    card = stage.open(
        when,
        "Support",
        words.title(dice, words.CUSTOMER_ASKS),
        reporter,
        creator=agent if behalf else reporter,
        body=letters.body(dice, 0.4),
        issue_type="Service Request",
        fields=desk_fields(stage, home, number, people(stage, home)[0]),
        channel="jira" if behalf else "email" if number % 3 == 0 else "portal",
    )
    if behalf:
        card.tags.append("filed_by_other")
    picked = when + int(dice.uniform(0.5, 8) * times.HOUR)
    stage.give(card, picked, agent, stage.cast.bots["automation"])
    if dice.random() < 0.75:
        stage.say(card, picked + times.HOUR, agent, letters.line(dice, letters.QUESTIONS), public=True)
        stage.status(card, picked + times.HOUR + 60_000, WAITING, agent)
        back = picked + int(dice.uniform(3, 60) * times.HOUR)
        stage.say(card, back, reporter, letters.line(dice, letters.ANSWERS), public=True)
        stage.status(card, back + 1_000, "In Progress", stage.cast.bots["automation"])
        picked = back
    stage.say(card, picked + 2 * times.HOUR, agent, letters.line(dice, letters.INTERNAL), public=False)
    if dice.random() < 0.9:
        stage.status(card, picked + int(dice.uniform(4, 50) * times.HOUR), "Done", agent, "Done")


def desk_fields(stage: Stage, home: str, number: int, participant: Account) -> dict[str, Any]:
    organization = stage.store.organization(home)
    kind = REQUEST_TYPES[number % len(REQUEST_TYPES)]
    return {
        REQUEST_TYPE: {"requestType": {"id": str(number % 3 + 1), "name": kind}, "_links": {}},
        ORGANIZATIONS: [{"id": str(organization.id), "name": home, "_links": {}}],
        PARTICIPANTS: [stage.shown(participant)],
    }


def own(stage: Stage, number: int) -> None:
    """A team's own work: nobody asks anybody."""
    dice = stage.dice
    team = list(TEAMS)[number % 4]
    members = stage.cast.teams[team]
    author, other = members[number % TEAM_SIZE], members[(number + 1) % TEAM_SIZE]
    when = stage.workday(3, 170)
    card = stage.open(
        when,
        team,
        words.title(dice, words.OWN[team]),
        author,
        body=letters.body(dice, 0.5),
        issue_type="Story",
        assignee=author if number % 2 else None,
        fields={POINTS: float(dice.choice([1, 2, 3, 5, 8]))},
        labels=("tech-debt",) if number % 3 == 0 else (),
    )
    stage.status(card, when + times.DAY, "In Progress", author)
    stage.say(card, when + 2 * times.DAY, other, "Reviewed, two small remarks in the branch.")
    if number % 4:
        stage.status(card, when + 3 * times.DAY, "Done", author, "Done")


def bot(stage: Stage, number: int) -> None:
    """Alerts of a machine, and chat messages that a machine carries for somebody."""
    dice = stage.dice
    when = stage.workday(1, 170)
    lead = stage.cast.teams["Platform"][0]
    if number % 2:
        summary = words.title(dice, words.ALERTS)
        card = stage.open(when, "Platform", summary, stage.cast.bots["deploy"], body="exit 1", labels=("alert",))
        stage.status(card, when + 30 * 60_000, "Done", stage.cast.bots["automation"], "Done")
    else:
        asking = dice.choice(people(stage, "Finance"))
        text, named = letters.chat(dice, asking), {REQUESTED_FOR: stage.shown(asking)}
        card = stage.open(when, "Data", words.ask(dice, "Finance"), stage.cast.bots["chat"], body=text, fields=named)
        card.tags.append("carried_by_bot")
        stage.give(card, when + 5 * times.HOUR, lead, stage.cast.bots["automation"])
        finish(stage, card, when + 3 * times.DAY, lead)


def mail(stage: Stage, number: int) -> None:
    """A forwarded e-mail: an agent files what a customer wrote, or the shared mailbox what a colleague wrote."""
    dice = stage.dice
    when = stage.workday(2, 170)
    if number % 3:
        home = list(stage.cast.customers)[number % len(stage.cast.customers)]
        sender, team = people(stage, home)[number % len(people(stage, home))], "Support"
        reporter = stage.cast.teams[team][number % TEAM_SIZE]
        subject = words.title(dice, words.CUSTOMER_ASKS)
    else:
        sender, team = people(stage, "Legal")[number % 12], "Identity"
        reporter, subject = stage.cast.odd["mailbox"], words.ask(dice, "Legal")
    text = letters.forwarded(dice, sender, "requests@demo-corp.example", subject)
    channel = "email" if team == "Support" else None
    card = stage.open(when, team, f"FW: {subject}", reporter, body=text, channel=channel)
    card.tags.append("forwarded")
    owner = stage.cast.teams[team][(number + 1) % TEAM_SIZE]
    stage.give(card, when + 3 * times.HOUR, owner, owner)
    stage.say(card, when + 4 * times.HOUR, owner, letters.line(dice, letters.RECEIVER))
    finish(stage, card, when + int(dice.uniform(1, 6) * times.DAY), owner, 0.3)
