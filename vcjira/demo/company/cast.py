"""The people of the invented company: delivery teams, departments, partners, customers, bots, and odd accounts.

Names are a first name and a department, so that nobody can take them for somebody.
"""

from dataclasses import dataclass, field

from vcjira.demo.records import Account, Project
from vcjira.demo.store import Store

STAFF_DOMAIN = "demo-corp.example"
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jill", "Kai", "Lena", "Max")
TEAMS = {
    "Platform": ("PLAT", "Platform", "platform-devs"),
    "Data": ("DATA", "Data Engineering", "data-devs"),
    "Checkout": ("CHK", "Checkout", "checkout-devs"),
    "Identity": ("IDN", "Identity", "identity-devs"),
    "Support": ("HELP", "Customer Help", "support-agents"),
}
"""Delivery team -> its project, the project's name, its group."""
DEPARTMENTS = ("Finance", "Sales", "Marketing", "Operations", "Data Science", "Legal")
PARTNERS = {"Globex": "globex.example", "Initech": "initech.example"}
CUSTOMERS = {
    "Blue Harbor": "blueharbor.example",
    "Cedar Foods": "cedarfoods.example",
    "Quill Books": "quillbooks.example",
    "Northwind Toys": "northwind.example",
}
TEAM_SIZE = 6
DEPARTMENT_SIZE = 13
PARTNER_SIZE = 6
CUSTOMER_SIZE = 4
HIDDEN_EVERY = 5
"""Every fifth colleague hides the e-mail address."""
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC")


@dataclass
class Cast:
    """Everybody, by where they belong."""

    store: Store
    teams: dict[str, list[Account]] = field(default_factory=dict)
    departments: dict[str, list[Account]] = field(default_factory=dict)
    partners: dict[str, list[Account]] = field(default_factory=dict)
    customers: dict[str, list[Account]] = field(default_factory=dict)
    bots: dict[str, Account] = field(default_factory=dict)
    odd: dict[str, Account] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    def home(self, account: Account) -> str | None:
        """The organization of an account, as the directory tells it."""
        for groups in (self.teams, self.departments, self.partners, self.customers):
            for name, members in groups.items():
                if account in members:
                    return name
        return None


def gather(store: Store) -> Cast:
    """Create everybody, the groups, the customer organizations and the projects."""
    cast = Cast(store)
    for name in TEAMS:
        cast.teams[name] = _people(store, name, TEAM_SIZE, STAFF_DOMAIN)
    for name in DEPARTMENTS:
        cast.departments[name] = _people(store, name, DEPARTMENT_SIZE, STAFF_DOMAIN)
    for name, domain in PARTNERS.items():
        cast.partners[name] = _people(store, name, PARTNER_SIZE, domain)
    for name, domain in CUSTOMERS.items():
        cast.customers[name] = _people(store, name, CUSTOMER_SIZE, domain, kind="customer")
        store.organization(name).members.extend(cast.customers[name])
    _bots(cast)
    _odd(cast)
    _groups(cast)
    for team, (key, title, _) in TEAMS.items():
        kind = "service_desk" if team == "Support" else "software"
        cast.projects[key] = store.new_project(key, title, kind=kind, lead=cast.teams[team][0])
    return cast


def _people(store: Store, home: str, count: int, domain: str, kind: str = "atlassian") -> list[Account]:
    return [_person(store, FIRST[number % len(FIRST)], home, domain, kind) for number in range(count)]


def _person(store: Store, first: str, home: str, domain: str, kind: str = "atlassian") -> Account:
    number = len(store.directory.accounts)
    last = home.split()[0]
    tail = home.replace(" ", "").lower()
    prefix = "qm:00000000" if kind == "customer" else "557058:00000000"
    return store.directory.add(
        Account(
            f"{prefix}-0000-4000-8000-{number:012d}",
            key=f"JIRAUSER{10_000 + number}",
            name=f"{first.lower()}.{tail}",
            display=f"{first} {last}" if home != "Data Science" else f"{first} Datascience",
            email=f"{first.lower()}@{domain}" if domain != STAFF_DOMAIN else f"{first.lower()}.{tail}@{domain}",
            hidden=kind != "customer" and number % HIDDEN_EVERY == 0,
            kind=kind,
            zone=ZONES[number % len(ZONES)],
        )
    )


def _bots(cast: Cast) -> None:
    for number, (name, display) in enumerate(
        [("automation", "Automation for Jira"), ("deploy", "Deploy Alerts"), ("chat", "Chat to Jira")]
    ):
        cast.bots[name] = cast.store.directory.add(
            Account(f"557058:app-{number}", key=f"APP{number}", name=f"{name}-bot", display=display, kind="app")
        )


def _odd(cast: Cast) -> None:
    """A shared mailbox, somebody who left, somebody anonymised, a consultant with a free-mail address."""
    store = cast.store
    cast.odd["mailbox"] = store.directory.add(
        Account(
            "557058:mailbox",
            key="JIRAUSER19001",
            name="requests",
            display="Requests Mailbox",
            email=f"requests@{STAFF_DOMAIN}",
        )
    )
    cast.odd["left"] = store.directory.add(
        Account(
            "557058:left",
            key="JIRAUSER19002",
            name="xan.finance",
            display="Xan Finance",
            email=f"xan.finance@{STAFF_DOMAIN}",
            active=False,
        )
    )
    cast.odd["anonymised"] = store.directory.add(
        Account(
            "557058:gone", key="JIRAUSER19003", name="user-4f1c2", display="Former user", active=False, deleted=True
        )
    )
    cast.odd["consultant"] = store.directory.add(
        Account("557058:free", key="JIRAUSER19004", name="ike", display="Ike Consultant", email="ike@gmail.com")
    )


def _groups(cast: Cast) -> None:
    store = cast.store
    for team, (_, _, name) in TEAMS.items():
        store.group(name).members.extend(cast.teams[team])
    staff = [account for members in (*cast.teams.values(), *cast.departments.values()) for account in members]
    store.group("all-staff").members.extend([*staff, cast.odd["mailbox"], cast.odd["left"]])
    store.group("portal-customers").members.extend(
        account for members in cast.customers.values() for account in members
    )
    store.group("jira-administrators").members.append(store.me)
