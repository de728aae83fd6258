"""The shape of `vcjira.yaml`, key by key; what a key means is said beside it (and in `vcjira schema config`)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from vcjira.config.units import duration, one_or_many, percent

Percent = Annotated[float, BeforeValidator(percent)]
"""`25%` or `0.25`; held as a share from 0 to 1."""
Duration = Annotated[timedelta, BeforeValidator(duration)]
"""`5m`, `24h`, `3d`, `2w`, seconds as a number, `0`."""
Texts = Annotated[list[str], BeforeValidator(one_or_many)]
"""A text or a list of texts; held as a list."""
Class = Literal["partner", "stakeholder", "customer"]
Level = Literal["team", "person"]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Requests(Model):
    concurrency: int = Field(8, ge=1, le=64)
    per_second: float = Field(20, gt=0)
    timeout: float = Field(60, gt=0)
    deadline: float = Field(300, gt=0, description="seconds after which a request that keeps failing is given up")


class Site(Model):
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    url: str
    product: Literal["auto", "cloud", "datacenter"] = "auto"
    email: str | None = None
    token: str = Field(description="env:NAME, file:PATH or keyring:SERVICE/USER; never the secret itself")
    scope: str = Field("", description="JQL; empty means all that the account can see")
    fields: dict[str, str] = Field(default_factory=dict, description="team, request_type, organizations, ...")
    ca_bundle: Path | None = None
    requests: Requests = Requests()


class People(Model):
    directory: Path | None = None
    bots: list[str | dict[str, str]] = []
    shared_mailboxes: list[str] = []
    free_mail_domains: Literal["default"] | list[str] = "default"
    same_as: list[list[str]] = []


class Members(Model):
    group: Texts = []
    account: Texts = []
    email: Texts = []
    email_domain: Texts = []
    organization: Texts = []
    directory_team: Texts = []


class Team(Model):
    """The receiving side; any of the ways listed makes an issue the team's."""

    projects: Texts = []
    components: Texts = Field([], description="NAME or PROJECT/NAME")
    field_team: Texts = []
    members: Members = Members()


class Rule(Model):
    name: str
    when: dict[str, Any]
    answers: dict[Literal["has_choice", "delivers_to_others"], bool] = {}
    class_: Class | None = Field(None, alias="class")
    because: str | None = None
    from_: date | None = Field(None, alias="from")
    until: date | None = None


class RuleTest(Model):
    given: dict[str, Any]
    expect: Literal["partner", "stakeholder", "customer", "unknown"]
    name: str | None = None


class Classify(Model):
    unknown_budget: Percent = 0.25
    rules: list[Rule] = []
    tests: list[RuleTest] = []


class PatternOptions(BaseModel):
    """Options that every pattern has; a pattern's own options are checked against its OPTIONS."""

    model_config = ConfigDict(extra="allow", frozen=True)
    enabled: bool = True
    level: Level | None = None
    debounce: Duration = timedelta(minutes=5)
    bots: Literal["ignore", "count"] = "ignore"
    bulk: Literal["ignore", "count"] = "ignore"


class Reports(Model):
    out: Path = Path("reports")
    run: list[str] = ["walls", "requesters"]
    templates: Path | None = None


class Limits(Model):
    issues: int = Field(500, ge=0)
    share: Percent = 0.30
    per_project: int | None = Field(None, ge=0)


class Labels(Model):
    enabled: bool = False
    prefix: str = "vc-"
    classes: list[Class] = ["partner", "stakeholder", "customer"]
    patterns: list[str] = []
    own_team: Literal["skip", "label"] = "skip"
    evidence_property: str | None = "vcjira"
    notify: bool = False
    limits: Limits = Limits()
    where: str | None = None


class Settings(Model):
    version: Literal[1] = 1
    mirror: Path = Path("vcjira.duckdb")
    sites: list[Site] = []
    people: People = People()
    teams: dict[str, Team] = {}
    classify: Classify = Classify()
    patterns: dict[str, PatternOptions] = {}
    declared_split: dict[Class, Percent] = {}
    reports: Reports = Reports()
    labels: Labels = Labels()
