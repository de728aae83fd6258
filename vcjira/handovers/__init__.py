"""The changelog as a sequence of owners, and the events that patterns ask about.

`derive` fills the table `handovers` and the internal tables `talk` and `requests`; `paths` and `events` build what
one run of the patterns needs besides.
"""

from vcjira.config import Settings
from vcjira.handovers import marks, owners, talk
from vcjira.mirror import Mirror


def derive(mirror: Mirror, settings: Settings) -> None:
    """Fill `handovers` anew: one row per change of owner, person or team, before debouncing; then who talked."""
    marks.mark(mirror)
    owners.fold(mirror, settings)
    talk.tell(mirror, settings)
