"""The changelog as a sequence of owners, and the events that patterns ask about.

`derive` fills the table `handovers` and the internal tables `requests`, `talk` and `novelty`; `paths`, `events` and
`fields` build what one run of the patterns needs besides.
"""

from vcjira.config import Settings
from vcjira.handovers import marks, novelty, owners, talk
from vcjira.mirror import Mirror


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `handovers` anew: one row per change of owner, person or team, before debouncing; then who
    talked, and which requests are about something new."""
    marks.present(mirror)
    marks.mark(mirror)
    tell(mirror, settings)
    novelty.derive(mirror)


def tell(mirror: Mirror, settings: Settings) -> None:
    """Who owned each issue, who asked and who talked: all that follows from an issue itself and the marks."""
    owners.fold(mirror, settings)
    talk.tell(mirror, settings)
