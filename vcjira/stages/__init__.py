"""How close an asking organization and a team work, window by window, and what follows from it (patterns.md 5.3).

`derive` fills the table `stages` with the `history` of today; `transitions` and `time_to_conversation` sum it up;
`radar` holds it against the classes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.stages import ladder
from vcjira.stages.ladder import COUNTS, MEANING, STAGES
from vcjira.stages.measure import measure
from vcjira.stages.moves import time_to_conversation, transitions
from vcjira.stages.radar import Blip, radar

__all__ = ["COUNTS", "MEANING", "STAGES", "Blip", "derive", "history", "radar", "time_to_conversation", "transitions"]


def history(mirror: Mirror, settings: Settings, as_of: datetime, projects: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One row per pair and window, oldest first: `stage` as it stands, `seen` of the window alone, `sure`, counts."""
    measure(mirror, settings, as_of, projects)
    ladder.place(mirror)
    return mirror.rows("FROM stage_history ORDER BY site, organization, team, number DESC")


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `stages` anew, as of now."""
    measure(mirror, settings, now(mirror))
    ladder.place(mirror)
    mirror.run("DELETE FROM stages; INSERT INTO stages BY NAME SELECT * EXCLUDE (old) FROM stage_history")
