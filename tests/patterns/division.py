"""A division of the seeded company: its people, its lines in the timelines' language, and what was meant by them."""

import random
from collections import defaultdict

from timeline import Timeline

from vcjira.config.models import Settings

DAY = 24 * 60
LINES = [f"Line{n}" for n in (1, 2, 3)]
TEAMS = {name: [f"{name.lower()}_{one}" for one in "abcde"] for name in [*(f"Team{n}" for n in range(1, 13)), *LINES]}
ORGS = {f"Org{n}": [f"org{n}_{one}" for one in "abcdef"] for n in range(1, 11)}
SETTINGS = Settings.model_validate(
    {
        "people": {
            "bots": ["robot"],
            "shared_mailboxes": ["box"],
            "affiliations": [{"account": who, "organization": org} for org, people in ORGS.items() for who in people],
        },
        "teams": {team: {"field_team": [team], "members": {"account": who}} for team, who in TEAMS.items()},
        "patterns": {"escalation": {"lines": LINES}},
    }
)
Key = tuple[str, ...]


class Division:
    """Lines of one site, and what was meant by them: pattern -> issues, or cells of teams."""

    def __init__(self, site: str, days: int, seed: int) -> None:
        self.site, self.days = site, days
        self.chance = random.Random(seed)
        self.truth: dict[str, set[Key]] = {}
        self.alike: dict[str, int] = defaultdict(int)
        self.issues = 0
        self._lines: list[tuple[float, str]] = []

    def meant(self, pattern: str, *key: str) -> None:
        self.truth.setdefault(pattern, set()).add(key)

    def create(self, minute: float, who: str, words: str) -> str:
        self.issues += 1
        self.add(minute, f"{who} creates I{self.issues} {words}")
        return f"I{self.issues}"

    def add(self, minute: float, line: str) -> None:
        if minute < self.days * DAY:
            self._lines.append((minute, line))

    def talk(self, issue: str, minute: float, *people: str) -> None:
        for number, who in enumerate(people):
            self.add(minute + 60 * number, f"{who} comments {issue}")

    def anyone(self) -> str:
        """Somebody who asks."""
        return self.chance.choice(ORGS[self.chance.choice(sorted(ORGS))])

    def told(self) -> Timeline:
        ordered = sorted(self._lines, key=lambda line: line[0])
        lines = [f"{int(minute)}m {rest}" for minute, rest in ordered]
        return Timeline(self.site, True, {}, [*lines, f"{self.days * DAY}m now"])


def cast() -> list[str]:
    return [*(who for group in (TEAMS | ORGS).values() for who in group), "robot", "box"]
