"""How close an asking organization and a team work, window by window, and what follows from it (patterns.md 5.3).

`derive` fills the table `stages` with the `history` of today; `transitions` and `time_to_conversation` sum it up;
`radar` holds it against the classes.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.stages import ladder
from vcjira.stages.ladder import MEANING, STAGES
from vcjira.stages.measure import measure
from vcjira.stages.moves import time_to_conversation, transitions
from vcjira.stages.radar import Blip, radar

__all__ = ["MEANING", "STAGES", "Blip", "derive", "history", "radar", "time_to_conversation", "transitions"]


def history(mirror: Mirror, settings: Settings, as_of: datetime, projects: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One row per pair and window, oldest first: `stage` as it stands, `seen` of the window alone, `sure`, counts."""
    placed: list[dict[str, Any]] = []
    rows = measure(mirror, settings, as_of, projects)
    for _, group in groupby(rows, key=lambda row: (row["site"], row["organization"], row["team"])):
        pair = list(group)
        judged = [ladder.judge(row) for row in pair]
        standing = ladder.held([stage for stage, _ in judged])
        for row, (seen, sure), stage in zip(pair, judged, standing, strict=True):
            placed.append(row | {"stage": stage, "seen": seen, "sure": sure and seen == stage})
    return placed


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `stages` anew, as of now."""
    rows = history(mirror, settings, now(mirror))
    mirror.run("DELETE FROM stages")
    mirror.load("stages", ({name: value for name, value in row.items() if name != "old"} for row in rows))
