"""Words that shape how people work (patterns.md 5.6), and backlog items that name nobody; conversation starters only.

Text is read while syncing and only what matched is kept. A document is a description or a comment of a human; it counts
once per class. Rates are per 1,000 documents with Garwood intervals (U4); below 20 hits a class is shown as counts.
"""

from vcjira.language.backlog import Nameless, backlog
from vcjira.language.vocabulary import CLASSES, Found, Word, months, scan, words

__all__ = ["CLASSES", "Found", "Nameless", "Word", "backlog", "months", "scan", "words"]
