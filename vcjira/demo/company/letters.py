"""What people of the invented company write: descriptions, comments, forwarded e-mails, messages of machines."""

import random

from vcjira.demo.company.words import fill
from vcjira.demo.records import Account

THIN = (
    "Please do.",
    "See subject.",
    "As discussed in the meeting.",
    "Needed by end of {month}.",
    "",
    "Urgent!",
    "asap pls",
    "Same as last time.",
)
FULL = (
    "We need this so that the team can close the month without a manual step.\n\nToday somebody copies the figures by "
    "hand every morning, which takes an hour and goes wrong about once a week.\n\nWhat would help: the same figures, "
    "every night, with a note when a source is late.",
    "*Steps*\n1. open the {page}\n2. choose {product}\n3. press save\n\n*Expected*: the choice is kept.\n*Actual*: it "
    "is gone after a reload. It happens to everyone here since release {version}.",
    "Our customers ask for this in almost every call. A first version that covers {account} would be enough to learn "
    "whether it is the right thing to build.",
    "h3. Context\nSince {day} the {system} answers slowly around {time}, and then people in {city} cannot work.\n\n"
    "h3. What we tried\n* signing in again\n* another browser ({browser})\n* waiting\n\n"
    "h3. What we see\n{noformat}\n{time}:12 WARN request {n} took {n} ms\n{time}:14 ERROR gave up after 3 tries\n"
    "{noformat}\nWho could look at this with us? {city} is free every afternoon.",
    "|| country || now || should be ||\n| {country} | {amount} | {amount} |\n| {country} | {amount} | {amount} |\n\n"
    "The rest is fine. The list is from the {report} of {month}, see https://wiki.demo-corp.example/x/{n}.",
    "Background: from {month} on, {country} counts differently. Without a change we would report {percent} % too much."
    "\n\nDone when\n* the figure is split by country\n* {month} is corrected as well\n* one of us has seen it once",
    "A customer in {city} called about {product}: the price on the {page} was not the one in the mail. We gave the "
    "difference back ({amount}), but there will be more.\n\nWe do not know where the old price comes from. Is it the "
    "{system}?",
    "{quote}It says the {payment} was refused, but the money is gone.{quote}\n\nThree people wrote this since {day}. "
    "Order numbers are in the attachment. I can call them if you need more.",
)
FIRST = (
    "Thanks, that is clear. We can start on {day}.",
    "I had a look, the cause is in the {system}. A fix is on its way.",
    "Good catch, {country} was missing from the list. I take this one.",
    "We saw this at {time} as well. Looking into the {system} today.",
    "Makes sense. I will split it in two so that {country} gets it first.",
    "This one is bigger than it looks: the {system} caches the answer for {n} minutes.",
)
"""What the receiving side says first."""
RECEIVER = (
    "It is on the test system since {time}, please have a look at the {page}.",
    "I added two more cases that we found while testing, both with {product}.",
    "Found it: {table} had {n} rows twice after the restart.",
    "Half of it is done. The part for {country} waits for a release of the {system}.",
    "We tried your file with release {version} and could not see it any more.",
    "I put it next to the other work on the {page}, so we touch it only once.",
    "Numbers for {month} are corrected, the older months run tonight.",
    "Rolled out to {city} first. If nothing happens until {day}, the rest follows.",
)
REQUESTER = (
    "Tested with {product}, works for us. Thank you!",
    "Here is an example file with {n} bad lines.",
    "The case with {country} matters most, the others can wait.",
    "I will sit with you on {day} and go through it together.",
    "We checked with {account}: they would take the smaller version, too.",
    "It is better, but {percent} % are still wrong. I attached the list.",
    "My colleague in {city} sees the same since {time}.",
    "Agreed. We will tell the shops before {day}.",
    "Could we show this to {account} before it goes live?",
    "The new column is exactly what we needed.",
)
QUESTIONS = (
    "Which account does this happen with?",
    "Could you tell us which report you mean, the {report} or another one?",
    "Is this still needed after the {month} release?",
    "What should happen when the file from {country} is empty?",
    "Do you see it in {browser} only?",
    "Since when, and does it happen every day?",
    "Who in {city} could we call about it?",
    "Shall the price of {product} change for old orders as well?",
)
ANSWERS = (
    "It is the account ending in {n}.",
    "The weekly one.",
    "Yes, still needed.",
    "Then nothing should be sent.",
    "I tried {browser}, it is the same there.",
    "Since {day}, around {time}.",
    "Order number is in the mail, amount {amount}.",
    "Please call me after {time}.",
)
INTERNAL = (
    "Looks like the payment gateway again.",
    "Same customer as last {month}, be kind.",
    "I think {system} lost the message, asking the others.",
    "Refund limit is {amount}, above that the shift lead decides.",
    "Third case from {city} today.",
)
WITH_WORD = (
    ("This needs your schema change first; I kept the branch for you.", "Got it, I will call you about {table}."),
    ("Reproduced it, the rest is in {system}. Logs are attached.", "Thanks, logs help. Looking at {time} today."),
    ("We are out of ideas here, could you look at {system}?", "Sure. Can you stay on the thread for questions?"),
    ("I wrote down what we know so far in the wiki, page {n}.", "Read it. One question about {country}, calling you."),
)
"""What is said when work is passed on properly: the giver before, the taker after."""
DEMANDS = (
    "Please raise a ticket in our queue first.",
    "Wrong queue, please open a new ticket for the other team.",
    "This is not our problem.",
    "We only look at it when you file a request in the right project: wrong project.",
)
LINT = (
    "Our internal customers expect this by {day}.",
    "Just do it as per the request.",
    "We need more resources from Platform for this.",
    "The business wants it, and we are the service provider.",
    "Please do the needful.",
    "Those guys in {city} said it was handed over to you.",
    "It was passed on to you in {month}.",
)
CLOSING = (
    "Released with {version}.",
    "Done, and {month} is corrected as well.",
    "Closing after a call with {city}.",
    "Shipped on {day}.",
)
STILL_WRONG = (
    "Sorry, it is still wrong for {product}.",
    "It came back at {time}.",
    "Works in {country}, not in {country}.",
)
TOGETHER = (
    "I tried this on our cluster as well, same result with {table}. Let us pair on it.",
    "I am in for this one: {day} after lunch, in your room?",
    "Pushed my notebook to the shared branch, have a look at cell {n}.",
)
MAIL = (
    "Hello,\n\nthe {product} in my order never arrived. Could you look into it?\n\nKind regards\n{first}",
    "Hi there,\n\nsince {day} I get an error with {payment} (code {n}). I need this solved before {month}.\n\n{first}",
    "Good morning,\n\nplease find attached the list for {country}. Two lines are wrong.\n\nBest\n{first}",
)
HEADERS = ("From", "Sent", "To", "Subject"), ("Von", "Gesendet", "An", "Betreff")


def body(dice: random.Random, thin: float = 0.3) -> str:
    return fill(dice, dice.choice(THIN) if dice.random() < thin else dice.choice(FULL))


def line(dice: random.Random, texts: tuple[str, ...]) -> str:
    return fill(dice, dice.choice(texts))


def forwarded(dice: random.Random, sender: Account, to: str, subject: str) -> str:
    """An e-mail as somebody pasted it: the header of the sender's mail, then the text."""
    words = dice.choice(HEADERS)
    name = sender.display or ""
    text = fill(dice, dice.choice(MAIL).replace("{first}", name.split()[0] if name else "A customer"))
    sent = fill(dice, "{day}, {month} {time}")
    values = (f"{name} <{sender.email}>", sent, to, subject)
    head = "\n".join(f"{word}: {value}" for word, value in zip(words, values, strict=True))
    return f"FYI, came in by mail.\n\n{head}\n\n{text}"


def chat(dice: random.Random, asking: Account) -> str:
    return f"Reported by: {asking.display} <{asking.email}>\n\n{body(dice, 0.2)}"
