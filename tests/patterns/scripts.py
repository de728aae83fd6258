"""Short stories of one issue each for the seeded company: what each shows, and what it only resembles.

Names are those of the manual pages (ann and amy ask, gil of another organization; pat and pia of one team, dan and oli
of two others); the company lets other people and teams play them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from timeline import offset

TO_PAT = "ann to pat"
ONLY_PAT = "ann for Platform"


@dataclass(frozen=True)
class Script:
    """`shows`: patterns it truly shows beside the one it was written for; `alike`: those it resembles."""

    text: str
    shows: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    creates: str = TO_PAT

    def deeds(self) -> Iterator[tuple[float, str, str, list[str]]]:
        """Minutes after the creation, who, deed, further words."""
        for deed in filter(None, map(str.strip, self.text.split(";"))):
            when, who, verb, *rest = deed.split()
            yield offset(when).total_seconds() / 60, who, verb, rest


PLANTS = {
    "handover": Script("1d pat comments; 2d pat assigns to dan; 3d dan comments; 4d ann comments"),
    "ping_pong": Script(
        "1d pat comments; 2d pat assigns to dan; 3d dan comments; 4d dan assigns to pat; 5d pat comments",
        shows=("handover", "return"),
    ),
    "silent_handoff": Script("5d pat assigns to dan", shows=("handover",)),
    "reopen": Script("1d pat closes; 6d ann sets status to Open; 7d pat comments; 8d ann comments"),
    "reassignment": Script(
        "1d pat comments; 2d pat assigns to dan; 3d dan comments; 4d dan assigns to oli; 5d oli comments;"
        " 6d oli assigns to pat; 7d pat comments",
        shows=("handover", "return"),
    ),
    "fire_and_forget": Script("1d pat asks"),
    "rejection": Script("1d pat closes as Won't Do", shows=("monologue",)),
    "clarification_loop": Script(
        ";".join(f"{d}d pat sets status to {s}" for d, s in enumerate(["Waiting for customer", "Open"] * 3, 2)),
        shows=("fire_and_forget",),  # asked three times by its status, and never a word from the requester
    ),
    "field_churn": Script("1d pat sets priority to Low; 2d ann sets priority to Medium"),
    "hot_potato": Script(
        "3d pat comments; 3d1h pat assigns to dan; 3d1h30m dan assigns to oli; 4d oli comments", shows=("handover",)
    ),
    "ticket_demanded": Script(
        "1d pat says L4:wrong_queue; 1d1h pat assigns to dan; 2d dan comments", shows=("handover",)
    ),
    "project_bounce": Script("1d pat moves to Q; 2d pat moves to P"),
    "return_to_sender": Script("1d pat comments; 2d pat assigns to ann; 3d ann comments"),
    "swarm": Script("1d pat comments; 2d dan comments; 3d ann comments"),
    "monologue": Script("3d pat comments; 9d pat closes"),
    "return": Script(
        "1d pat comments; 2d pat assigns to dan; 3d dan assigns to oli; 3d5h oli comments; 4d oli assigns to pat;"
        " 5d dan comments",
        shows=("handover", "reassignment"),
    ),
    "orphan": Script("", creates=ONLY_PAT),
}
"""Pattern -> the story that shows it."""

NOISE = [
    Script("1d pat comments; 2d ann comments; 3d pat closes", alike=("monologue", "rejection")),
    Script("1d pat comments; 2d pat assigns to nobody; 3d pia takes; 4d pia comments; 5d ann comments",  # E15
           alike=("handover", "orphan")),
    Script("1d robot sets priority to Low; 2d pat comments; 3d ann comments; 4d robot closes", alike=("field_churn",)),
    Script("1d pat sets status to In_Progress; 2d pat comments; 3d ann comments"),
    Script("1d robot assigns to dan; 2d dan comments; 3d ann comments", alike=("handover", "silent_handoff")),  # E1
    Script("1d pat assigns to pia; 2d pia comments; 3d ann comments", alike=("handover", "silent_handoff")),  # E2
    Script("2d pat comments; 3d pat assigns to dan; 3d3m dan assigns to pat; 4d ann comments",  # a slip: debounce
           alike=("handover", "ping_pong", "return", "hot_potato")),
    Script("1d dan comments; 2d pat comments; 3d dan closes; 4d dan assigns to pat; 5d pat comments",  # E16
           shows=("handover",), alike=("ping_pong", "return_to_sender"), creates="pat to dan"),
    Script("1d pat comments; 2d pat closes; 3d pat assigns to ann; 4d ann comments",  # E16
           alike=("return_to_sender",)),
    Script("1d pat comments; 2d pat assigns to box; 3d pia assigns to pat; 4d ann comments",  # E12
           alike=("handover", "ping_pong")),
    Script("1d pat asks; 2d amy comments; 3d pat comments", alike=("fire_and_forget",)),  # E8: a colleague answers
    Script("2d pat closes", alike=("monologue", "rejection"), creates="pat to pat"),  # E2: self-handled
    Script("1d pat comments; 1d1h ann comments; 2d pat closes as Won't Do", alike=("rejection",)),
    Script("1d pat sets status to Waiting_for_customer; 2d ann comments; 3d pat sets status to Open; 4d pat comments",
           alike=("clarification_loop", "fire_and_forget")),
    Script("1d pat sets priority to Low; 2d pia sets priority to Medium; 3d ann comments; 3d1h pat comments",
           alike=("field_churn",)),  # one side only
    Script("1d pat moves to Q; 2d pat comments; 3d ann comments", alike=("project_bounce",)),
    Script("3d pat comments; 3d1h pat assigns to dan; 3d1h9m dan comments; 3d1h30m dan assigns to oli; 4d oli comments",
           shows=("handover",), alike=("hot_potato", "reassignment")),  # short, but with work
    Script("1d pat says L1:internal_customer; 1d1h ann comments", alike=("ticket_demanded",)),
    Script("1d pat comments; 2d robot comments; 3d ann comments", alike=("swarm",)),
    Script("1d robot closes; 2d robot sets status to Open; 3d pat comments; 4d ann comments", alike=("reopen",)),
    Script("1d pat comments; 5d ann comments", alike=("orphan",), creates=ONLY_PAT),
]  # fmt: skip
"""Stories that resemble patterns without being them."""
