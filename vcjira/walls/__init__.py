"""The wall matrix: of what one organization asks of a team, how much was only ever tossed; with honest uncertainty.

`matrix` gives cells as pure values, `advice` whom to embed with next and why.
"""

from vcjira.config import Settings
from vcjira.mirror import Mirror, now
from vcjira.walls.advising import Advice, Theme, advice, left_alone, themes
from vcjira.walls.cell import MIN_REQUESTERS, SHOW_FROM, Cell, clustered
from vcjira.walls.joint import Moved, joint_issues, moved
from vcjira.walls.matrix import WINDOW, matrix, other

__all__ = [
    "MIN_REQUESTERS", "SHOW_FROM", "WINDOW", "Advice", "Cell", "Moved", "Theme", "advice", "clustered",
    "derive", "joint_issues", "left_alone", "matrix", "moved", "other", "themes",
]  # fmt: skip


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `walls` anew: the matrix of the last 180 days; shares are null where there is not enough to say."""
    until = now(mirror)
    cells = matrix(mirror, settings, until - WINDOW, until)
    mirror.run("DELETE FROM walls")
    mirror.load(
        "walls",
        [
            {
                "site": cell.site,
                "organization": cell.organization,
                "team": cell.team,
                "window_from": cell.window_from,
                "window_to": cell.window_to,
                "requests": cell.requests,
                "requesters": cell.requesters,
                "one_way": cell.one_way,
                "share": cell.share,
                "low": cell.low,
                "high": cell.high,
                "design_effect": cell.design_effect,
                "named": cell.named,
                "silent_handoffs": cell.silent_handoffs,
                "ping_pongs": cell.ping_pongs,
                "median_first_response_s": cell.median_first_response_s,
                "embedding": cell.embedding,
                "mode": cell.mode,
            }
            for cell in cells
        ],
    )
