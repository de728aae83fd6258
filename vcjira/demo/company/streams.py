"""Ordinary traffic: who asks which team, how often, and how much is said on the way."""

from dataclasses import dataclass
from typing import Any

from vcjira.demo import times
from vcjira.demo.company import words
from vcjira.demo.company.cast import TEAM_SIZE, TEAMS
from vcjira.demo.company.stage import ORGANIZATIONS, PARTICIPANTS, POINTS, REQUEST_TYPE, WAITING, Card, Stage
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
    gatekeeper: float = 0.0
    """Share filed by one person."""
    newest_first: bool = False


STREAMS = (
    Stream("Sales", "Platform", 62, spoken=0.08),
    Stream("Finance", "Data", 44, spoken=0.0),
    Stream("Data Science", "Platform", 46, spoken=0.9, turns=5),
    Stream("Marketing", "Checkout", 62, spoken=0.5, newest_first=True),
    Stream("Operations", "Identity", 36, spoken=0.4, gatekeeper=0.85),
    Stream("Legal", "Identity", 12, spoken=0.6),
    Stream("Globex", "Checkout", 20, spoken=0.7, turns=3),
    Stream("Initech", "Checkout", 12, spoken=0.4),
)
"""For a company of 600 issues."""
CUSTOMER_COUNT = 70
OWN_COUNT = 40
BOT_COUNT = 16


def people(stage: Stage, home: str) -> list[Account]:
    cast = stage.cast
    return cast.departments.get(home) or cast.partners.get(home) or cast.customers.get(home) or cast.teams[home]


def requests(stage: Stage, stream: Stream, number: int) -> None:
    """The `number`-th request of a stream."""
    dice = stage.dice
    asking = people(stage, stream.home)
    reporter = asking[0] if dice.random() < stream.gatekeeper else asking[number % len(asking)]
    when = _picked_late(stage, number) if stream.newest_first else stage.workday(2, 330 if number % 4 == 0 else 178)
    assignee = stage.cast.teams[stream.team][number % TEAM_SIZE]
    fields: dict[str, Any] = {}
    if number % 6 == 0 and stream.team == "Data":
        fields["components"] = [{"id": "10100", "name": "ETL"}]
    card = stage.open(
        when,
        stream.team,
        words.ask(dice, stream.home),
        reporter,
        body=words.body(dice, 0.6 if stream.spoken < 0.2 else 0.2),
        issue_type=dice.choice(["Task", "Story", "Bug"]) if not stream.newest_first else "Task",
        fields=fields,
        show_team=number % 5 != 0,
    )
    lead = stage.cast.teams[stream.team][0]
    picked = _pick(when, number) if stream.newest_first else when + int(dice.uniform(1, 40) * times.HOUR)
    stage.give(card, picked, assignee, lead)
    stage.status(card, picked + times.HOUR, "In Progress", assignee)
    end = _talk(stage, card, stream, reporter, assignee, picked + 2 * times.HOUR)
    if dice.random() < 0.85:
        stage.status(card, end + int(dice.uniform(2, 90) * times.HOUR), "Done", assignee, "Done")
    if stream.home == "Sales":
        card.tags.append("one_way_street")
    elif stream.home == "Finance":
        card.tags.append("missing_link")
    elif stream.gatekeeper:
        card.tags.append("proxy_requester")
    elif stream.newest_first:
        card.tags.append("queue_skip")


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
            stage.say(card, when, assignee, dice.choice(words.RECEIVER))
        elif dice.random() < 0.15:
            stage.say(card, when, reporter, dice.choice(words.LINT))
        return when
    for turn in range(max(2, stream.turns)):
        when += int(dice.uniform(1, 20) * times.HOUR)
        who, said = (reporter, words.REQUESTER) if turn % 2 else (assignee, words.RECEIVER)
        stage.say(card, when, who, dice.choice(said))
    if stream.home == "Data Science":
        _together(stage, card, reporter, when)
    return when


def _together(stage: Stage, card: Card, reporter: Account, when: int) -> None:
    """Embedded: others of the asking side join in, both sides edit the text, somebody of them takes it over."""
    dice = stage.dice
    other = dice.choice([one for one in people(stage, "Data Science") if one is not reporter])
    stage.say(card, when + times.HOUR, other, "I tried this on our cluster as well, same result. Let us pair on it.")
    stage.change(card, when + 2 * times.HOUR, other, description=words.FULL[2])
    member = dice.choice(stage.cast.teams["Platform"])
    stage.change(card, when + 3 * times.HOUR, member, description=words.FULL[2] + "\n\nAgreed in the planning.")


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
        dice.choice(words.CUSTOMER_ASKS).capitalize() + f" ({dice.randrange(100, 999)})",
        reporter,
        creator=agent if behalf else reporter,
        body=words.body(dice, 0.4),
        issue_type="Service Request",
        fields=desk_fields(stage, home, number, people(stage, home)[0]),
        channel="jira" if behalf else "email" if number % 3 == 0 else "portal",
    )
    if behalf:
        card.tags.append("filed_by_other")
    picked = when + int(dice.uniform(0.5, 8) * times.HOUR)
    stage.give(card, picked, agent, stage.cast.bots["automation"])
    if dice.random() < 0.75:
        stage.say(card, picked + times.HOUR, agent, dice.choice(words.QUESTIONS), public=True)
        stage.status(card, picked + times.HOUR + 60_000, WAITING, agent)
        back = picked + int(dice.uniform(3, 60) * times.HOUR)
        stage.say(card, back, reporter, dice.choice(words.ANSWERS), public=True)
        stage.status(card, back + 1_000, "In Progress", stage.cast.bots["automation"])
        picked = back
    stage.say(card, picked + 2 * times.HOUR, agent, "Looks like the payment gateway again.", public=False)
    if dice.random() < 0.85:
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
        f"{dice.choice(words.OWN)} ({dice.randrange(100, 999)})",
        author,
        body=words.body(dice, 0.5),
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
        summary = f"Deployment {dice.randrange(1000, 9999)} failed"
        card = stage.open(when, "Platform", summary, stage.cast.bots["deploy"], body="exit 1")
        stage.status(card, when + 30 * 60_000, "Done", stage.cast.bots["automation"], "Done")
    else:
        asking = dice.choice(people(stage, "Finance"))
        text = f"Reported by: {asking.display} <{asking.email}>\n\n{words.body(dice, 0.2)}"
        card = stage.open(when, "Data", words.ask(dice, "Finance"), stage.cast.bots["chat"], body=text)
        card.tags.append("carried_by_bot")
        stage.give(card, when + 5 * times.HOUR, lead, stage.cast.bots["automation"])
