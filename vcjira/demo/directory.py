"""Who is who: one account per person, whatever a file calls it; groups and organizations."""

from typing import Any

from vcjira.demo.records import Account, Group, Organization


class Directory:
    """Accounts found by any of their names; an account met first by a bare name is completed when more is told."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.groups: dict[str, Group] = {}
        self.organizations: dict[int, Organization] = {}
        self.version = 0
        self._by_id: dict[str, Account] = {}
        self._by_key: dict[str, Account] = {}
        self._by_name: dict[str, Account] = {}

    def add(self, account: Account) -> Account:
        self.accounts.append(account)
        self._index(account)
        return account

    def _index(self, account: Account) -> None:
        self.version += 1
        self._by_id[account.id] = account
        if account.key:
            self._by_key[account.key] = account
        if account.name:
            self._by_name[account.name] = account

    def find(self, name: str | None) -> Account | None:
        """By account id, user key or user name."""
        if not name:
            return None
        return self._by_id.get(name) or self._by_key.get(name) or self._by_name.get(name)

    def seek(self, text: str) -> list[Account]:
        """As a search would: by any id, by e-mail address where it is shown, by display name."""
        found = self.find(text)
        if found:
            return [found]
        low = text.lower()
        return [
            a
            for a in self.accounts
            if (a.display or "").lower() == low
            or (a.name or "").lower() == low
            or (not a.hidden and (a.email or "").lower() == low)
        ]

    def meet(self, user: dict[str, Any]) -> Account | None:
        """The account of a user in the JSON of either product; a new one the first time."""
        account_id, key, name = (_text(user.get(word)) for word in ("accountId", "key", "name"))
        if not (account_id or key or name):
            return None
        known = self._known(account_id, key, name)
        if known is None:
            known = self.add(Account(account_id or key or name or "", key=key, name=name, kind=None, active=None))
        self._complete(known, account_id, key, name, user)
        return known

    def named(self, name: str, display: str | None) -> Account:
        """The account that a history item calls so; a new one when nobody has that name."""
        found = self.find(name)
        if found is None:
            found = self.add(Account(name, name=name, display=display, active=False))
        return found

    def _known(self, account_id: str | None, key: str | None, name: str | None) -> Account | None:
        if account_id and account_id in self._by_id:
            return self._by_id[account_id]
        if key and key in self._by_key:
            return self._by_key[key]
        if name and name in self._by_name:
            same = self._by_name[name]
            if not (same.key and key and same.key != key) and not (account_id and same.id not in (name, same.key)):
                return same
        if key and key in self._by_id and self._by_id[key].key in (None, key):
            return self._by_id[key]
        return None

    def _complete(
        self, known: Account, account_id: str | None, key: str | None, name: str | None, user: dict[str, Any]
    ) -> None:
        before = (known.id, known.key, known.name, known.display, known.email, known.zone, known.kind, known.active)
        known.id = account_id or known.id
        known.key = known.key or key
        known.name = known.name or name
        known.display = known.display or _text(user.get("displayName"))
        known.email = known.email or _text(user.get("emailAddress"))
        known.zone = known.zone or _text(user.get("timeZone"))
        known.kind = known.kind or _text(user.get("accountType"))
        if known.active is None and isinstance(user.get("active"), bool):
            known.active = user["active"]
        now = (known.id, known.key, known.name, known.display, known.email, known.zone, known.kind, known.active)
        if now != before:
            self._index(known)

    def settle(self) -> None:
        """After loading: who never told its type is a person."""
        for account in self.accounts:
            account.kind = account.kind or "atlassian"
            account.active = True if account.active is None else account.active
        self.version += 1

    def group(self, name: str) -> Group:
        """The group of that name, made when there is none."""
        found = self.groups.get(name.lower())
        if found is None:
            number = len(self.groups) + 1
            found = self.groups[name.lower()] = Group(f"00000000-0000-4000-8000-{number:012d}", name, [])
        return found

    def group_by(self, group_id: str | None, name: str | None) -> Group | None:
        if group_id:
            return next((group for group in self.groups.values() if group.id == group_id), None)
        return self.groups.get((name or "").lower())

    def organization(self, name: str) -> Organization:
        """The organization of that name, made when there is none."""
        for known in self.organizations.values():
            if known.name == name:
                return known
        fresh = Organization(len(self.organizations) + 1, name, [])
        self.organizations[fresh.id] = fresh
        return fresh


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
