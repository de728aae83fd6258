"""The changelog as a sequence of owners, and the events that patterns ask about.

`tell` fills the table `handovers` and the internal tables `requests` and `talk`, `novelty.derive` the table `novelty`;
`paths`, `events` and `fields` build what one run of the patterns needs besides.
"""

from vcjira.config import Settings
from vcjira.handovers import owners, talk
from vcjira.mirror import Mirror


def tell(mirror: Mirror, settings: Settings) -> None:
    """Who owned each issue, one row per change of owner, person or team, before debouncing; then who asked and who
    talked: all that follows from an issue itself and the marks."""
    owners.fold(mirror, settings)
    talk.tell(mirror, settings)
