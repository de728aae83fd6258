"""Names made unrecognisable for readers outside the house: organizations, persons, accounts, addresses, rules."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.texts import clean

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
DROPPED = frozenset({"summary", "url", "theme", "phrase", "because", "candidates", "start"})
"""Keys whose values do not leave the house at all."""
PLAIN = frozenset(
    {"site", "key", "keys", "class", "class_now", "pattern", "mode", "sure", "team", "teams", "from_team", "to_team"}
    | {"month", "code", "project", "projects", "vcjira", "rules_hash", "issues"}
)
"""Keys whose values are words of ours, of the receiving side, or of Jira's own numbering."""
SHORTEST = 3
"""Characters of a name that is looked for inside longer texts."""

NAMES = """
SELECT DISTINCT name, kind FROM (
    SELECT organization AS name, 'organization' AS kind FROM classes
    UNION ALL SELECT organization, 'organization' FROM affiliations
    UNION ALL SELECT unnest(organizations), 'organization' FROM issues
    UNION ALL SELECT unnest(organizations), 'organization' FROM people
    UNION ALL SELECT email_domain, 'organization' FROM people
    UNION ALL SELECT name, 'person' FROM people
    UNION ALL SELECT account_id, 'account' FROM people
    UNION ALL SELECT email, 'address' FROM people
    UNION ALL SELECT person, 'person' FROM directory
) WHERE name IS NOT NULL AND name <> ''
"""


class Veil:
    """Facts in, the same facts without names out; a name has the same pseudonym everywhere in this mirror."""

    def __init__(self, mirror: Mirror, settings: Settings, salt: str) -> None:
        self._salt = salt.encode()[:64]
        self._kinds: dict[str, str] = {clean(name): kind for name, kind in mirror.tuples(NAMES)}
        self._kinds |= {clean(rule.name): "rule" for rule in settings.classify.rules}
        self._kinds |= dict.fromkeys(settings.people.organizations, "organization")
        for edge in settings.value_chain:
            self._kinds |= dict.fromkeys((edge.from_, edge.to), "organization")
        for team in settings.teams:
            self._kinds.pop(team, None)
        self._told: dict[str, str] = {}

    def over(self, facts: Any, key: str = "") -> Any:
        if isinstance(facts, dict):
            return {name: None if name in DROPPED else self.over(value, name) for name, value in facts.items()}
        if isinstance(facts, list):
            return [self.over(value, key) for value in facts]
        if isinstance(facts, str) and key not in PLAIN:
            if facts not in self._told:
                self._told[facts] = self._text(facts)
            return self._told[facts]
        return facts

    def _text(self, text: str) -> str:
        if text in self._kinds:
            return self._pseudonym(text)
        for name in sorted(self._inside(text), key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: self._pseudonym(found[0]), text)
        return ADDRESS.sub("(address)", text)

    def _inside(self, text: str) -> Iterator[str]:
        return (name for name in self._kinds if len(name) >= SHORTEST and name in text)

    def _pseudonym(self, name: str) -> str:
        digest = hashlib.blake2b(name.encode("utf-8", "replace"), key=self._salt, digest_size=3).hexdigest()
        return f"{self._kinds[name]} {digest}"
