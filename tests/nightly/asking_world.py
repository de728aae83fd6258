"""A made-up company of which, night after night, something is known differently; for the law of who asks."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vcjira.config.models import Settings
from vcjira.mirror import Mirror

Row = dict[str, Any]
START = datetime(2026, 5, 1)
WHO = ["ann", "bob", "cy", "dan", "eve", "fay", "gus", "robot", "desk"]
MAILS = ["ann@globex.example", "bob@initech.example", "x@hooli.example", "desk@acme.example", "cy@acme.example"]
PARTICIPANTS = "com.atlassian.servicedesk:sd-request-participants"
DIRECTORY = """account_id,email,person,organization,team,role,from,until
ann,,Ann,Globex,Research,chief,,2026-05-20
ann,,Ann,Initech,Data,,2026-05-20,
,bob@initech.example,Bob,,Data,clerk,2026-05-12,2026-06-03
,x@hooli.example,Xi,Hooli,Research,,,
"""
FIELDS: list[Row] = [
    {"field_id": "f1", "name": "Asked by"},
    {"field_id": "f2", "custom": PARTICIPANTS},
    {"field_id": "f3", "name": "Need"},
    {"field_id": "f4", "name": "Once"},
]
CONFIG: Row = {
    "people": {
        "bots": ["robot*", {"account_type": "app"}],
        "bots_by_behaviour": True,
        "shared_mailboxes": ["desk@acme.example"],
        "originator_fields": ["asked by"],
        "organizations": {"Acme": {"email_domain": ["acme.example"], "group": ["staff"]}},
    },
    "teams": {
        "Platform": {"projects": ["P"], "members": {"group": "platform", "account": ["gus"]}},
        "Data": {"projects": ["Q"], "field_team": ["Data Eng"], "components": ["etl"]},
    },
    "classify": {
        "rules": [
            {"name": "staff", "when": {"group": "staff"}, "answers": {"has_choice": False}},
            {"name": "chiefs", "when": {"directory.role": "chief"}, "class": "partner"},
            {"name": "named", "when": {"display_name": "glob:new*"}, "class": "customer"},
            {"name": "spring", "when": {"organization": "Globex"}, "class": "partner", "until": "2026-05-16"},
            {"name": "summer", "when": {"organization": "Globex"}, "class": "customer", "from": "2026-05-16"},
            {"name": "robots", "when": {"bot": True}, "answers": {"has_choice": False}},
            {"name": "unowned", "when": {"not": {"team": ["Platform", "Data", "Research"]}}, "class": "customer"},
            {"name": "close", "when": {"all": [{"email_domain": "initech.example"}, {"team": "Data"}]},
             "class": "partner"},
            {"name": "urgent", "when": {"field.need": "high"}, "answers": {"delivers_to_others": True}},
            {"name": "guests", "when": {"organization": "Umbrella"}, "class": "customer"},
            {"name": "liked", "when": {"group": "liked"}, "class": "partner"},
            {"name": "others", "when": {"email_domain": "glob:*.example"}, "answers": {"has_choice": True}},
        ]
    },
}  # fmt: skip


def settings(folder: Path) -> Settings:
    (folder / "people.csv").write_text(DIRECTORY)
    people = CONFIG["people"] | {"directory": folder / "people.csv", "decisions": folder / "decisions.txt"}
    return Settings.model_validate(CONFIG | {"people": people})


class Company:
    """The mirror of it, with what was saved this night."""

    def __init__(self, seed: int, issues: int) -> None:
        self.dice = random.Random(seed)
        self.moment = START + timedelta(days=9)
        self.mirror = Mirror(Path(":memory:"), write=True)
        self.load("people", [{"account_id": who, "email": self.mail(who), "name": who.title()} for who in WHO[:7]])
        self.load("site_fields", FIELDS)
        self.load("lookups", [{"kind": "group", "name": name, "ok": True} for name in ("staff", "platform", "liked")])
        self.load("memberships", [{"kind": "group", "name": "platform", "account_id": "fay"}])
        self.load("sites", [{"product": "cloud", "last_sync": self.moment}])
        for number in range(issues):
            self.raise_issue(str(number), START + timedelta(days=self.dice.randrange(9), hours=number % 24))

    def load(self, table: str, rows: list[Row]) -> None:
        self.mirror.load(table, [{"site": "s"} | row for row in rows])

    def mail(self, who: str) -> str | None:
        return self.dice.choice([None, f"{who}@{self.dice.choice(['globex', 'initech', 'acme'])}.example", *MAILS])

    def some(self, *words: str | None) -> str | None:
        return self.dice.choice(words)

    def raise_issue(self, number: str, created: datetime) -> None:
        project = self.some("P", "P", "Q", "R")
        reporter = self.some(*WHO, None)
        row: Row = {
            "issue_id": number, "key": f"{project}-{number}", "project": project, "created": created,
            "reporter_id": reporter, "creator_id": self.some(reporter, "gus"), "presence": "present",
            "assignee_id": self.some(None, None, *WHO), "team_field": self.some(None, None, None, "Data Eng", "Ops"),
            "components": self.dice.choice([[], [], ["etl"]]),
            "organizations": self.dice.choice([[], [], ["Globex"], ["Umbrella"]]),
            "forwarded_from": self.some(None, None, *MAILS),
        }  # fmt: skip
        fields: Row = {field: {"value": self.some("high", "low")} for field in ("f3", "f4")}
        if self.dice.random() < 0.3:
            fields["f1"] = self.dice.choice(
                [{"accountId": self.some(*WHO)}, self.some(*MAILS), self.some(*WHO).upper()]
            )
        fields["f5"] = {"accountId": self.some(*WHO)}
        if self.dice.random() < 0.4:
            fields["f2"] = [{"accountId": who} for who in self.dice.sample(WHO, self.dice.randrange(1, 3))]
        self.load("issues", [row])
        self.load("issue_fields", [{"issue_id": number, "fields": json.dumps(fields)}])
        if self.dice.random() < 0.5:
            self.link(number)

    def link(self, number: str) -> None:
        other = self.mirror.value("SELECT key FROM issues ORDER BY hash(key || ?) LIMIT 1", [self.dice.random()])
        kind = self.dice.choice([("Cloners", "outward"), ("Cause", "inward"), ("Relates", "outward")])
        self.load("links", [{"issue_id": number, "other_key": other, "type": kind[0], "direction": kind[1]}])

    def change(self, number: str, field: str, was: str | None, became: str | None, who: str | None = None) -> None:
        count = self.mirror.value("SELECT count(*) FROM changes")
        self.load("changes", [{
            "issue_id": number, "change_id": str(count), "item": 0, "changed": self.moment - timedelta(hours=3),
            "author_id": who, "field": field, "field_id": field, "from_value": was, "from_text": was,
            "to_value": became, "to_text": became,
        }])  # fmt: skip

    def befall(self) -> list[str]:
        """A night: time passes and a few things happen; what they were."""
        self.moment += timedelta(days=self.dice.choice([0, 0, 1, 1, 3, 8]))
        self.mirror.run("UPDATE sites SET last_sync = ?", [self.moment])
        happened = self.dice.choices(list(DEEDS), k=self.dice.randrange(1, 4))
        for what in happened:
            ids = [row[0] for row in self.mirror.tuples("SELECT issue_id FROM issues ORDER BY issue_id")]
            number = self.dice.choice(ids)
            sql = DEEDS[what]
            given = {"who": self.some(*WHO), "mail": self.some(*MAILS), "id": number}
            if isinstance(sql, str):
                self.mirror.run(sql, {name: value for name, value in given.items() if f"${name}" in sql})
            else:
                sql(self, number)
            if what not in OF_ACCOUNTS:
                self.mirror.touch_issues("s", [number])
        return happened


def _raise(company: Company, _: str) -> None:
    number = str(1000 + int(company.mirror.value("SELECT count(*) FROM issues")))
    company.raise_issue(number, company.moment - timedelta(hours=company.dice.randrange(20)))
    company.mirror.touch_issues("s", [number])


def _move(company: Company, number: str) -> None:
    old = company.mirror.value("SELECT key FROM issues WHERE issue_id = ?", [number])
    project = company.some("P", "Q", "R")
    company.change(number, "Key", old, f"{project}-{number}x")
    company.mirror.run(
        "UPDATE issues SET project = ?, key = ? WHERE issue_id = ?", [project, f"{project}-{number}x", number]
    )


def _assign(company: Company, number: str) -> None:
    old = company.mirror.value("SELECT assignee_id FROM issues WHERE issue_id = ?", [number])
    new = company.some(*WHO, None)
    company.change(number, "assignee", old, new)
    company.mirror.run("UPDATE issues SET assignee_id = ? WHERE issue_id = ?", [new, number])


def _flood(company: Company, number: str) -> None:
    who, other = company.dice.sample(WHO, 2)
    for _ in range(50):
        company.change(number, "labels", None, "x", who)
    company.change(number, "labels", None, "x", other)


GROUP = "INSERT INTO memberships SELECT 's', 'group', '{}', $who"
OF_ACCOUNTS: dict[str, Any] = {
    "renamed": "UPDATE people SET name = 'New ' || name WHERE account_id = $who",
    "other e-mail": "UPDATE people SET email = $mail, email_domain = split_part($mail, '@', 2) WHERE account_id = $who",
    "no e-mail": "UPDATE people SET email = NULL, email_domain = NULL WHERE account_id = $who",
    "hired": GROUP.format("staff"),
    "is liked": GROUP.format("liked"),
    "joins the team": GROUP.format("platform"),
    "leaves": "DELETE FROM memberships WHERE account_id = $who",
    "is a bot": "UPDATE people SET account_type = 'app' WHERE account_id = $who",
    "is a colleague": "UPDATE people SET account_type = 'atlassian' WHERE account_id = $who",
    "is met": "INSERT INTO people BY NAME SELECT 's' AS site, $who || '2' AS account_id, $mail AS email",
    "forgotten": "DELETE FROM people WHERE account_id = $who",
    "group not read": "UPDATE lookups SET ok = NOT ok WHERE name = 'staff'",
    "in an organization": "INSERT INTO memberships SELECT 's', 'organization', 'Umbrella', $who",
    "a field is found": "INSERT INTO site_fields BY NAME SELECT 's' AS site, 'f5' AS field_id, 'Asked by' AS name",
    "fields change names": "UPDATE site_fields SET name = CASE name WHEN 'Need' THEN 'Once' ELSE 'Need' END"
    " WHERE name IN ('Need', 'Once')",
}
"""What is found out about accounts and the site; no issue is saved for it."""
DEEDS: dict[str, Any] = OF_ACCOUNTS | {
    "reporter": "UPDATE issues SET reporter_id = $who WHERE issue_id = $id",
    "deleted": "UPDATE issues SET presence = 'deleted' WHERE issue_id = $id",
    "back": "UPDATE issues SET presence = 'present' WHERE issue_id = $id",
    "of no day": "UPDATE issues SET created = NULL WHERE issue_id = $id",
    "organization": "UPDATE issues SET organizations = ['Globex'] WHERE issue_id = $id",
    "team": "UPDATE issues SET team_field = 'Research' WHERE issue_id = $id",
    "forwards": "UPDATE issues SET forwarded_from = $mail WHERE issue_id = $id",
    "gone": "DELETE FROM issues WHERE issue_id = $id",
    "named": """UPDATE issue_fields SET fields = '{"f1": "' || $mail || '"}' WHERE issue_id = $id""",
    "linked": Company.link,
    "raised": _raise,
    "moved": _move,
    "assigned": _assign,
    "flood": _flood,
}
