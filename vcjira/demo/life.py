"""Life goes on while somebody reads: changes by rate, and single ones at a known place of the walk; both by seed."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable

from vcjira.demo.faults import DAILY, Event, Faults
from vcjira.demo.records import Account, Issue
from vcjira.demo.store import Store

TICK = 0.02
WORDS = ("amber", "basalt", "cobalt", "dune", "ember", "fjord", "garnet", "heath")


class Life:
    """`heed` is told of every request before it is answered; `run` goes on beside the requests."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self.done: Counter[str] = Counter()
        self.expired = False
        """Whether the token is no longer good."""
        self._dice = random.Random(faults.seed)
        self._requests = 0
        self._met: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()
        self._owed = dict.fromkeys(DAILY, 0.0)
        self._ids: list[int] = []

    # at a known place -------------------------------------------------------------------------------------------
    def heed(self, method: str, path: str) -> None:
        self._requests += 1
        for number, event in enumerate(self.faults.script):
            if re.search(event.path, path) and re.search(event.method, method):
                self._met[number] += 1
                if self._met[number] > event.after and self._struck[number] < event.times:
                    self._struck[number] += 1
                    self._happen(event)

    def _happen(self, event: Event) -> None:
        """An issue that is no longer there is left in peace."""
        if event.do in ("expire", "renew"):
            self.expired = event.do == "expire"
        elif event.do == "hide":
            self.faults.no_browse.append(event.to)
        elif event.do == "show":
            self.faults.no_browse.remove(event.to)
        elif event.do in ("live", "archived", "deleted"):
            self.store.shelve(event.to, event.do)
        else:
            self._daily(event.do, event.issue, event.to)
            return
        self.done[event.do] += 1

    # by rate ----------------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """So many changes per second of each kind, from the first request on (or from a later one)."""
        clock = asyncio.get_running_loop().time
        while self._requests <= self.faults.life.after:
            await asyncio.sleep(TICK)
        last = clock()
        while True:
            await asyncio.sleep(TICK)
            now = clock()
            self._catch_up(now - last)
            last = now

    def _catch_up(self, seconds: float) -> None:
        life = self.faults.life
        for deed in DAILY:
            self._owed[deed] += getattr(life, deed) * seconds
            while self._owed[deed] >= 1:
                self._owed[deed] -= 1
                if life.at_most is None or sum(self.done[one] for one in DAILY) < life.at_most:
                    self._daily(deed, "", "")

    def _daily(self, deed: str, issue: str, to: str) -> None:
        with self.store.lock:
            deeds: dict[str, Callable[[Issue, Account, str], object]] = {
                "edit": self._edit,
                "comment": self._comment,
                "move": self._move,
                "delete": self._delete,
                "create": self._create,
            }
            found = self.store.find(issue) if issue else self._any_issue()
            if found is not None:
                deeds[deed](found, self._anybody(), to)
                self.done[deed] += 1

    def _any_issue(self) -> Issue | None:
        """One of those projects where life goes on."""
        for _ in range(200):
            if not self._ids:
                self._ids = sorted(self.store.issues)
            if not self._ids:
                return None
            found = self.store.issues.get(self._dice.choice(self._ids))
            if found is None:
                self._ids = []
            elif not self.faults.life.projects or found.project.key in self.faults.life.projects:
                return found
        return None

    def _anybody(self) -> Account:
        accounts = self.store.directory.accounts
        return accounts[self._dice.randrange(len(accounts))]

    # what people do ---------------------------------------------------------------------------------------------
    def _edit(self, issue: Issue, who: Account, label: str) -> None:
        """A label, an owner, a status, a title: whichever leaves something changed."""
        kind = self._dice.randrange(4)
        if label or kind == 0:
            name = label or f"live-{self._dice.randrange(100)}"
            worn = name in issue.labels
            self.store.edit_labels(issue.id, () if worn else (name,), (name,) if worn else (), who)
        elif kind == 1 and issue.assignee is not who:
            self.store.assign(issue.id, who, who)
        elif kind == 2 and len(self.store.named("status")) > 1:
            others = [value for value in self.store.named("status").values() if value is not issue.status]
            self.store.transition(issue.id, self._dice.choice(others), who)
        else:
            word = self._dice.choice(WORDS)
            self.store.change(issue.id, {"summary": f"The {word} one, take {self._dice.randrange(10_000)}"}, who)

    def _comment(self, issue: Issue, who: Account, _: str) -> None:
        self.store.comment(issue.id, f"Had a look at the {self._dice.choice(WORDS)} part, more tomorrow.", who)

    def _move(self, issue: Issue, who: Account, to: str) -> None:
        others = [key for key, project in self.store.projects.items() if project is not issue.project]
        if to or others:
            self.store.move(issue.id, to or self._dice.choice(others), who)

    def _delete(self, issue: Issue, _: Account, __: str) -> None:
        self.store.delete(issue.id)

    def _create(self, issue: Issue, who: Account, to: str) -> None:
        """A new one in the project of the other, or in the one named."""
        self.store.create(to or issue.project.key, f"Something {self._dice.choice(WORDS)}", reporter=who)
