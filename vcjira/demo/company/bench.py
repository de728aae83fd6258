"""Many large, dull issues for benchmarks, quickly: texts and histories come from a small pool and are shared."""

import random

from msgspec import Raw

from vcjira.demo import raw, times
from vcjira.demo.company import letters, words
from vcjira.demo.company.cast import TEAMS, Cast
from vcjira.demo.company.stage import TEAM_FIELD, team_value
from vcjira.demo.records import NULL, Account, Comment, Edit, History, Issue, Named
from vcjira.demo.store import Store

HISTORIES = 11
COMMENTS = 3
POOL = 64
DESCRIPTION = (2_000, 6_000)
COMMENT = (300, 1_000)
CUSTOM_FIELDS = 40
"""Custom fields of a large site, most of them empty, in every issue."""


class Pool:
    """What the issues share."""

    def __init__(self, store: Store, cast: Cast, dice: random.Random) -> None:
        self.dice = dice
        self.bodies = [_text(dice, DESCRIPTION) for _ in range(POOL)]
        self.titles = [raw.raw(words.ask(dice, home)) for home in list(words.ASKS) * POOL][:POOL]
        self.said = [_text(dice, COMMENT) for _ in range(POOL)]
        self.askers = [account for members in cast.departments.values() for account in members]
        self.teams = list(cast.teams.items())
        self.open = store.value("status", "To Do")
        self.going = store.value("status", "In Progress")
        self.done = store.value("status", "Done")
        self.resolution = store.value("resolution", "Done")
        self.type = store.value("type", "Task")
        self.priority = store.value("priority", "Medium")
        self.lives = {name: [_life(self, members) for _ in range(POOL)] for name, members in self.teams}
        self.team_values = {name: raw.raw(team_value(name)) for name in TEAMS}
        self.extra = _extra(dice)


def fill(store: Store, cast: Cast, issues: int, seed: int, end: int) -> None:
    """Issues spread over 400 days, each with eleven histories and three comments."""
    dice = random.Random(seed)
    pool = Pool(store, cast, dice)
    for number in range(len(pool.extra)):
        name = f"customfield_{12_000 + number}"
        store.custom[name] = {
            "id": name,
            "key": name,
            "name": f"Site field {number}",
            "custom": True,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [f"cf[{12_000 + number}]", f"Site field {number}"],
            "schema": {"type": "string", "custom": "com.example:text", "customId": 12_000 + number},
        }
    first = end - 400 * times.DAY
    step = 398 * times.DAY // max(issues, 1)
    for number in range(issues):
        store.put(_issue(store, cast, pool, number, first + number * step))


def _issue(store: Store, cast: Cast, pool: Pool, number: int, born: int) -> Issue:
    dice = pool.dice
    team, members = pool.teams[number % len(pool.teams)]
    reporter = pool.askers[number * 7 % len(pool.askers)]
    steps = pool.lives[team][dice.randrange(POOL)]
    project = cast.projects[TEAMS[team][0]]
    histories = [
        History(200_000 + number * HISTORIES + place, author, born + after, edits)
        for place, (after, author, edits) in enumerate(steps)
    ]
    comments = [
        Comment(
            str(5_000_000 + number * COMMENTS + place),
            members[place] if place % 2 else reporter,
            born + (place + 1) * 5 * times.HOUR,
            born + (place + 1) * 5 * times.HOUR,
            pool.said[(number + place) % POOL],
            members[place] if place % 2 else reporter,
        )
        for place in range(COMMENTS)
    ]
    closed = number % 5 != 0
    return Issue(
        id=20_000 + number,
        key=store.next_key(project),
        project=project,
        type=pool.type,
        status=pool.done if closed else pool.going,
        priority=pool.priority,
        resolution=pool.resolution if closed else None,
        reporter=reporter,
        creator=reporter,
        assignee=_last_owner(steps),
        labels=("bench",) if number % 3 == 0 else (),
        created=born,
        updated=histories[-1].created,
        resolved=histories[-1].created if closed else None,
        comments=comments,
        histories=histories,
        fields={
            "summary": pool.titles[number % POOL],
            "description": pool.bodies[number % POOL],
            "issuelinks": Raw(b"[]"),
            "components": Raw(b"[]"),
            "parent": NULL,
            TEAM_FIELD: pool.team_values[team],
            **pool.extra,
        },
    )


Step = tuple[int, Account, tuple[Edit, ...]]


def _life(pool: Pool, members: list[Account]) -> list[Step]:
    """Eleven changes after the birth: two hand-overs, work, fields, the end."""
    dice = pool.dice
    one, two = dice.sample(members, 2)
    lead = members[0]
    edits = [
        (lead, _to("assignee", None, one)),
        (one, _status(pool.open, pool.going)),
        (one, Edit("Sprint", "", "", "7", "Sprint 7", "custom", "customfield_10020")),
        (one, Edit("Story Points", None, None, None, "3", "custom", "customfield_10016")),
        (one, _to("assignee", one, two)),
        (two, Edit("summary", None, "Part of the chain", None, "Part of the nightly chain", field_id="summary")),
        (two, Edit("Rank", "", "", "", "Ranked higher", "custom", "customfield_10019")),
        (two, Edit("labels", "", "", "", "bench", field_id="labels")),
        (two, Edit("priority", "2", "High", "3", "Medium", field_id="priority")),
        (two, Edit("Fix Version", None, None, "10200", "2026.4", field_id="fixVersions")),
        (two, _status(pool.going, pool.done)),
    ]
    after = 0
    steps: list[Step] = []
    for author, edit in edits[:HISTORIES]:
        after += dice.randrange(10 * times.MINUTE, 4 * times.HOUR)
        steps.append((after, author, (edit,)))
    return steps


def _last_owner(steps: list[Step]) -> Account | None:
    owners = [edits[0].after for _, _, edits in steps if edits[0].field == "assignee"]
    return owners[-1] if isinstance(owners[-1], Account) else None


def _to(field: str, before: Account | None, after: Account) -> Edit:
    return Edit(field, before, before.display if before else None, after, after.display, field_id=field)


def _status(before: Named, after: Named) -> Edit:
    return Edit("status", before.id, before.name, after.id, after.name, field_id="status")


def _text(dice: random.Random, size: tuple[int, int]) -> Raw:
    length = dice.randrange(*size)
    sentences = [*letters.FULL, *letters.RECEIVER, *letters.REQUESTER, *letters.QUESTIONS]
    text = ""
    while len(text) < length:
        text += words.fill(dice, dice.choice(sentences)) + ("\n\n" if dice.random() < 0.3 else " ")
    return raw.raw(text[:length])


def _extra(dice: random.Random) -> dict[str, Raw]:
    filled = {
        number: raw.raw(words.fill(dice, dice.choice(letters.FULL))[:60]) for number in range(0, CUSTOM_FIELDS, 5)
    }
    return {f"customfield_{12_000 + number}": filled.get(number, NULL) for number in range(CUSTOM_FIELDS)}
