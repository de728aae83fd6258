"""How often what happens, in a company of 600 issues; other sizes in proportion, each pattern at least once."""

from collections.abc import Callable

from vcjira.demo.company import scenes, streams, tosses
from vcjira.demo.company.stage import Stage

Scene = Callable[[Stage, int], None]

PLANTED: tuple[tuple[Scene, int], ...] = (
    (tosses.ping_pong, 8),
    (tosses.reassignment, 6),
    (tosses.coming_back, 4),
    (tosses.silent_handoff, 10),
    (tosses.spoken_handoff, 8),
    (tosses.escalation, 5),
    (tosses.hot_potato, 5),
    (tosses.deadline_toss, 32),
    (tosses.fire_and_forget, 8),
    (tosses.stale, 7),
    (tosses.orphan, 7),
    (tosses.swarm, 5),
    (tosses.reopen, 5),
    (tosses.rejection, 4),
    (tosses.return_to_sender, 4),
    (tosses.clarification_loop, 4),
    (tosses.ticket_demanded, 5),
    (tosses.field_churn, 4),
    (scenes.batch_toss, 3),
    (scenes.relay, 4),
    (scenes.project_bounce, 5),
    (scenes.shotgun_request, 3),
    (scenes.novel_unaccompanied, 22),
    (scenes.clone, 2),
    (scenes.epic, 2),
    (scenes.own_labels, 4),
    (scenes.odd_reporter, 6),
    (scenes.hostile, 8),
)
LATE: tuple[tuple[Scene, int], ...] = ((scenes.bulk_edit, 3),)
"""What needs others to be there already; brings no issues of its own."""
COUNTED_FOR = 600


def write(stage: Stage, issues: int) -> None:
    """Exactly so many issues: first the planted ones, in turns, then ordinary traffic."""
    share = issues / COUNTED_FOR
    rounds = _turns([(scene, max(1, round(count * share))) for scene, count in PLANTED])
    for scene, number in rounds:
        if len(stage.cards) + 8 > issues:
            break
        scene(stage, number)
    ordinary = _turns(_ordinary())
    for place in range(issues - len(stage.cards)):
        scene, number = ordinary[place % len(ordinary)]
        scene(stage, number + place // len(ordinary) * 100)
    for scene, count in LATE:
        for number in range(count):
            scene(stage, number)


def _ordinary() -> list[tuple[Scene, int]]:
    flows: list[tuple[Scene, int]] = [(_flow(stream), stream.count) for stream in streams.STREAMS]
    return [
        *flows,
        (streams.customer, streams.CUSTOMER_COUNT),
        (streams.own, streams.OWN_COUNT),
        (streams.bot, streams.BOT_COUNT),
        (streams.mail, streams.MAIL_COUNT),
    ]


def _flow(stream: streams.Stream) -> Scene:
    return lambda stage, number: streams.requests(stage, stream, number)


def _turns(counts: list[tuple[Scene, int]]) -> list[tuple[Scene, int]]:
    """Every scene spread evenly over the whole, so that any beginning of the list holds some of each."""
    spread = [
        ((number + 0.5) / count, place, scene, number)
        for place, (scene, count) in enumerate(counts)
        for number in range(count)
    ]
    spread.sort(key=lambda entry: entry[:2])
    return [(scene, number) for _, _, scene, number in spread]
