"""How close an asking organization and a team work, window by window, and what follows from it (patterns.md 5.3).

`derive` fills the table `stages`; `transitions` and `time_to_conversation` read it; `radar` holds it against classes.
"""

from itertools import groupby
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.stages import ladder
from vcjira.stages.ladder import MEANING, STAGES
from vcjira.stages.measure import measure
from vcjira.stages.moves import time_to_conversation, transitions
from vcjira.stages.radar import Blip, radar

__all__ = ["MEANING", "STAGES", "Blip", "derive", "radar", "time_to_conversation", "transitions"]


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `stages` anew: one row per pair and window, `stage` as it stands and `seen` of the window alone."""
    rows = measure(mirror, now(mirror))
    placed: list[dict[str, Any]] = []
    for _, group in groupby(rows, key=lambda row: (row["site"], row["organization"], row["team"])):
        pair = list(group)
        judged = [ladder.judge(row) for row in pair]
        standing = ladder.held([stage for stage, _ in judged])
        for row, (seen, sure), stage in zip(pair, judged, standing, strict=True):
            placed.append(row | {"stage": stage, "seen": seen, "sure": sure})
    mirror.run("DELETE FROM stages")
    mirror.load("stages", placed)
