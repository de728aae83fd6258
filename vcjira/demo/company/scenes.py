"""Planted patterns of several issues, and the oddities of a real Jira: clones, moves, bulk edits, hostile texts."""

from collections.abc import Callable

from vcjira.demo import times
from vcjira.demo.company import letters, words
from vcjira.demo.company.cast import TEAM_SIZE
from vcjira.demo.company.stage import EPIC_LINK, Card, Stage
from vcjira.demo.company.streams import finish, people


def _worked_off(stage: Stage, card: Card, number: int) -> None:
    """Somebody of the team takes it up within days and, most of the time, brings it to an end."""
    assert card.team is not None
    owner = stage.cast.teams[card.team][number % TEAM_SIZE]
    taken = card.opened + int(stage.dice.uniform(0.3, 6) * times.DAY)
    stage.give(card, taken, owner, owner)
    if stage.dice.random() < 0.85:
        finish(stage, card, taken + int(stage.dice.uniform(0.5, 20) * times.DAY), owner, 0.2)


def batch_toss(stage: Stage, number: int) -> None:
    """One person files six requests to one team within a quarter of an hour."""
    when = stage.workday(10, 150)
    reporter = people(stage, "Marketing")[number % 12]
    for place in range(6):
        minute = when + place * 3 * times.MINUTE
        card = stage.open(minute, "Data", words.ask(stage.dice, "Marketing"), reporter, body="Quarter end.")
        card.tags.append("batch_toss")
        _worked_off(stage, card, place)


def relay(stage: Stage, number: int) -> None:
    """A ticket for a ticket for a ticket; who asked first never writes on the last one."""
    when = stage.workday(20, 140)
    first = stage.open(when, "Checkout", words.ask(stage.dice, "Sales"), people(stage, "Sales")[number % 12])
    cards = [first]
    for step, (owner, team) in enumerate([("Checkout", "Platform"), ("Platform", "Identity")], 1):
        author = stage.cast.teams[owner][(number + 1) % TEAM_SIZE]
        assigned = when + step * 10 * times.HOUR
        stage.give(cards[-1], assigned, author, stage.cast.teams[owner][0])
        card = stage.open(assigned + 2 * times.HOUR, team, f"Needed for an earlier ticket, part {step}", author)
        stage.link(card, cards[-1], assigned + 2 * times.HOUR + 60_000, "Blocks", author)
        cards.append(card)
    for place, card in enumerate(cards):
        card.tags.append("relay")
        if card.team:
            finish(stage, card, when + (9 - place) * times.DAY, stage.cast.teams[card.team][0])


def project_bounce(stage: Stage, number: int) -> None:
    """Moved to another project and back; every second one is moved only once."""
    when = stage.workday(20, 140)
    home = list(stage.cast.customers)[number % 4]
    agent = stage.cast.teams["Support"][number % TEAM_SIZE]
    card = stage.open(
        when, "Support", "Login page shows a blank screen", people(stage, home)[number % 4], assignee=agent
    )
    stage.move(card, when + times.DAY, "PLAT", agent)
    card.tags.append("moved")
    if number % 2 == 0:
        stage.move(card, when + 4 * times.DAY, "HELP", stage.cast.teams["Platform"][number % TEAM_SIZE])
        card.tags.append("project_bounce")


def shotgun_request(stage: Stage, number: int) -> None:
    """The same ask to three teams within a fortnight."""
    when = stage.workday(20, 140)
    text = words.ask(stage.dice, "Marketing")
    for place, team in enumerate(("Platform", "Data", "Checkout")):
        reporter = people(stage, "Marketing")[(number + place) % 12]
        card = stage.open(when + place * 2 * times.DAY, team, text, reporter, body=letters.body(stage.dice, 0.0))
        card.tags.append("shotgun_request")
        _worked_off(stage, card, place)


def novel_unaccompanied(stage: Stage, number: int) -> None:
    """A theme that nobody had before, thrown over without a word."""
    when = stage.workday(4, 55)
    reporter = people(stage, "Sales")[number % 12]
    summary = words.title(stage.dice, words.EMERGING)
    card = stage.open(when, "Platform", summary, reporter, body=letters.body(stage.dice, 0.8))
    card.tags.append("novel_unaccompanied")
    team = stage.cast.teams["Platform"]
    stage.give(card, when + 10 * times.HOUR, team[number % TEAM_SIZE], team[0])


def clone(stage: Stage, number: int) -> None:
    when = stage.workday(10, 120)
    reporter, cloner = people(stage, "Legal")[number % 12], stage.cast.teams["Data"][1]
    title, text = words.ask(stage.dice, "Legal"), letters.body(stage.dice, 0.0)
    first = stage.open(when, "Data", title, reporter, body=text)
    second = stage.open(when + times.DAY, "Data", f"CLONE - {title}", cloner, body=text)
    stage.link(second, first, when + times.DAY + 1_000, "Cloners", cloner)
    second.tags.append("clone")
    for place, card in enumerate((first, second)):
        _worked_off(stage, card, number + place)


def epic(stage: Stage, number: int) -> None:
    """An epic with children of both sides: joint work."""
    when = stage.workday(60, 150)
    lead = stage.cast.teams["Platform"][0]
    top = stage.open(when, "Platform", f"Shared feature store, step {number + 1}", lead, issue_type="Epic")
    top.tags.append("epic")
    for place in range(4):
        side = people(stage, "Data Science") if place % 2 else stage.cast.teams["Platform"]
        card = stage.open(when + (place + 1) * times.DAY, "Platform", f"Feature store part {place}", side[place])
        stage.at(card.opened + 60_000, _child(stage, card, top))
        _worked_off(stage, card, place)


def _child(stage: Stage, card: Card, top: Card) -> Callable[[], None]:
    def deed() -> None:
        parent = {"id": str(top.it.id), "key": top.it.key, "fields": {"summary": "Shared feature store"}}
        stage.store.attach(card.it.id, {"parent": parent, EPIC_LINK: top.it.key})
        stage.store.note(card.it.id, "Epic Link", None, str(top.it.id), top.it.key, card.it.reporter)

    return deed


def bulk_edit(stage: Stage, number: int) -> None:
    """One person labels and re-prioritises a dozen issues in one go."""
    when = stage.workday(12, 100)
    lead = stage.cast.teams["Checkout"][number % TEAM_SIZE]

    def deed() -> None:
        found = [card for card in stage.cards if card.issue and card.it.project.key == "CHK"][-14:]
        for card in found:
            stage.store.clock.set(stage.store.clock.now() + 3_000)
            stage.store.edit_labels(card.it.id, [f"q{number % 4 + 1}-goal"], (), lead)
            card.tags.append("bulk")

    stage.at(when, deed)


def own_labels(stage: Stage, number: int) -> None:
    """Labels of people's own, one of them under the prefix that vcjira would use."""
    when = stage.workday(5, 60)
    lead = stage.cast.teams["Identity"][number % TEAM_SIZE]
    card = stage.open(when, "Identity", words.ask(stage.dice, "Legal"), people(stage, "Legal")[number % 11])
    stage.label(card, when + times.DAY, lead, ("needs-docs", "vc-partner", "Roadmap")[number % 3])
    card.tags.append("own_label")
    _worked_off(stage, card, number)


def hostile(stage: Stage, number: int) -> None:
    when = stage.workday(3, 90)
    summary = words.HOSTILE[number % len(words.HOSTILE)]
    card = stage.open(when, "Platform", summary, people(stage, "Sales")[number % 12], body=summary)
    stage.say(card, when + times.DAY, stage.cast.teams["Platform"][0], summary)
    card.tags.append("hostile")
    _worked_off(stage, card, number)


def odd_reporter(stage: Stage, number: int) -> None:
    """The shared mailbox, somebody who left, somebody anonymised, a consultant, and nobody at all."""
    names = ("mailbox", "left", "anonymised", "consultant", "nobody")
    name = names[number % len(names)]
    when = stage.workday(20, 150)
    reporter = stage.cast.odd.get(name) or stage.cast.odd["mailbox"]
    said = letters.body(stage.dice)
    text = f"{said}\n\n-- \nSent by Hana Finance" if name == "mailbox" else said
    card = stage.open(when, "Data", words.ask(stage.dice, "Finance"), reporter, body=text)
    card.tags.append(f"reporter_{name}")
    _worked_off(stage, card, number)
    if name == "nobody":
        stage.at(when + 60_000, lambda: stage.store.set_field(card.it.id, "reporter", None, reporter))
