"""The shape of `vcjira.yaml`, key by key; what a key means is said beside it (and in `vcjira schema config`)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from vcjira.config.matchers import When
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
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


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


class Members(Model):
    """Who belongs; any of the ways listed is enough."""

    group: Texts = Field([], description="Jira groups")
    account: Texts = []
    email: Texts = []
    email_domain: Texts = Field([], description="exact, or glob:*.acme.example")
    organization: Texts = Field([], description="service-desk organizations")
    directory_team: Texts = Field([], description="values of the column `team` of the directory file")


class Affiliation(Model):
    """Somebody's organization (and team) in a period, said outright; goes before everything else."""

    account: str | None = None
    email: str | None = None
    organization: str | None = None
    team: str | None = None
    from_: date | None = Field(None, alias="from", description="inclusive")
    until: date | None = Field(None, description="exclusive")

    @model_validator(mode="after")
    def _whole(self) -> "Affiliation":
        if not (self.account or self.email):
            raise ValueError("must name an `account` or an `email`")
        if self.from_ and self.until and self.from_ >= self.until:
            raise ValueError("must begin before it ends")
        return self


class People(Model):
    directory: Path | None = Field(
        None, description="CSV: account_id or email, person, organization, team, from, until"
    )
    bots: list[str | dict[str, str]] = Field(
        [], description="patterns against name, account id or e-mail; {account_type: app}"
    )
    bots_by_behaviour: bool = Field(False, description="more than half of what it does is within 2 s of something else")
    shared_mailboxes: list[str] = Field([], description="accounts that many people write from; patterns as in `bots`")
    originator_fields: Texts = Field([], description="fields that name who really asked: a user or an e-mail address")
    free_mail_domains: Literal["default"] | list[str] = Field(
        "default",
        description="domains that say nothing of an organization; `default` in a list stands for the library's",
    )
    same_as: list[list[str]] = Field([], description="accounts (ID, SITE/ID or e-mail) of one person")
    affiliations: list[Affiliation] = []
    organizations: dict[str, Members] = Field({}, description="organizations of the asking side, by their name")
    decisions: Path | None = Field(None, description="text file of what was accepted, dismissed, snoozed")


class Team(Model):
    """The receiving side; any of the ways listed makes an issue the team's."""

    projects: Texts = []
    components: Texts = Field([], description="NAME or PROJECT/NAME")
    field_team: Texts = []
    members: Members = Members()


Question = Literal["has_choice", "delivers_to_others"]


class Rule(Model):
    """If `when` holds on the day the issue was raised, the answers (or, by `class`, both of them) are these."""

    name: str = Field(min_length=1)
    when: When
    answers: dict[Question, bool] = {}
    class_: Class | None = Field(None, alias="class")
    because: str | None = None
    from_: date | None = Field(None, alias="from", description="first day, UTC")
    until: date | None = Field(None, description="first day on which it holds no longer, UTC")


class GivenRequester(Model):
    """What a test says of the requester; what it leaves out cannot be seen. `directory.<column>` as in rules."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str] = Field(init=False)
    account: str | None = None
    email: str | None = None
    email_domain: str | None = None
    account_type: str | None = None
    display_name: str | None = None
    bot: bool | None = None
    group: Texts | None = Field(None, description="all groups; an empty list means none")
    organization: Texts | None = Field(None, description="all organizations; an empty list means none")


class GivenIssue(Model):
    """What a test says of the issue; `field.<name>` as in rules. A text alone is the key of an issue in the mirror."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Texts] = Field(init=False)
    key: str | None = None
    project: str | None = None
    issue_type: str | None = None
    component: Texts = []
    request_type: str | None = None
    channel: str | None = None
    label: Texts = []
    team: str | None = None
    filed_by_other: bool | None = None
    created: date | datetime | None = Field(None, description="default: after every date that the rules name")


def _issue_key(value: object) -> object:
    return {"key": value} if isinstance(value, str) else value


class Given(Model):
    requester: GivenRequester = GivenRequester()
    issue: Annotated[GivenIssue, BeforeValidator(_issue_key)] = GivenIssue()


class RuleTest(Model):
    given: Given
    expect: Literal["partner", "stakeholder", "customer", "unknown"]
    name: str | None = None


class Classify(Model):
    unknown_budget: Percent = 0.25
    rules: list[Rule] = []
    tests: list[RuleTest] = []


def _edge(value: object) -> object:
    """`A -> B` as {from: A, to: B}."""
    if isinstance(value, str):
        ends = [end.strip() for end in value.split("->")]
        if len(ends) != 2 or not all(ends):
            raise ValueError(f"{value!r} is not an edge such as Platform -> Checkout")
        return {"from": ends[0], "to": ends[1]}
    return value


class Edge(Model):
    """Value flows from one team or organization to another."""

    from_: str = Field(alias="from")
    to: str


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
    """How much one run may change; above it ends with 5."""

    issues: int = Field(500, ge=0)
    share: Percent = Field(0.30, description="of the present issues of the sites planned for")
    per_project: int | None = Field(None, ge=0)


LabelName = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]+$", max_length=255)]
"""A label as Jira takes it: no spaces, at most 255 characters."""


class CatalogueLabel(Model):
    """One label of ours; the key in `labels.catalogue` is a class or a pattern."""

    name: LabelName | None = Field(None, description="the label, prefix included; default <prefix><class>")
    description: str | None = None
    previously: Annotated[list[LabelName], BeforeValidator(one_or_many)] = Field(
        [], description="earlier names; ours of them are replaced"
    )
    retire_after: date | None = Field(None, description="from this day the label is not wanted; ours are removed")


class Labels(Model):
    enabled: bool = Field(False, description="`vcjira run` writes only when true")
    prefix: LabelName = "vc-"
    classes: list[Class] = ["partner", "stakeholder", "customer"]
    patterns: list[str] = []
    own_team: Literal["skip", "label"] = "skip"
    evidence_property: str | None = "vcjira"
    notify: bool = False
    limits: Limits = Limits()
    where: str | None = Field(None, description="SQL condition over the table `issues`")
    catalogue: dict[str, CatalogueLabel] = Field({}, description="names, renames and ends of single labels")
    retire_after: date | None = Field(None, description="from this day no label is wanted; ours are removed")
    per_night: int | None = Field(None, ge=1, description="issues per plan: a large backlog in portions")
    order: Literal["newest", "oldest"] = Field("newest", description="which issues a portion takes first")
    quiet_hours: str | None = Field(
        None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d( [A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*)?$",
        description="HH:MM-HH:MM [zone, default UTC]: nothing is written in these hours",
    )
    wait: Duration = Field(timedelta(0), description="announce a label this long before it is applied")
    veto_label: LabelName | None = Field(None, description="on an issue: add nothing here; default <prefix>veto")
    veto_file: Path | None = Field(None, description="lines `ISSUE-KEY [LABEL]`: objections from outside Jira")

    @model_validator(mode="after")
    def _all_under_the_prefix(self) -> "Labels":
        for key, entry in self.catalogue.items():
            for name in (entry.name, *entry.previously):
                if name and not name.casefold().startswith(self.prefix.casefold()):
                    raise ValueError(f"catalogue.{key}: {name!r} does not begin with the prefix {self.prefix!r}")
        return self


class Sync(Model):
    vanished: Percent = Field(
        0.2, description="share of a site's issues that may vanish in one run before nothing is believed (exit 5)"
    )


class Settings(Model):
    version: Literal[1] = 1
    mirror: Path = Path("vcjira.duckdb")
    sites: list[Site] = []
    sync: Sync = Sync()
    people: People = People()
    teams: dict[str, Team] = {}
    classify: Classify = Classify()
    value_chain: list[Annotated[Edge, BeforeValidator(_edge)]] = Field(
        [], description="who delivers to whom, as `Platform -> Checkout`"
    )
    patterns: dict[str, PatternOptions] = {}
    declared_split: dict[Class, Percent] = {}
    reports: Reports = Reports()
    labels: Labels = Labels()

    _base: Path = PrivateAttr(default_factory=Path.cwd)
    _where: Callable[..., str] = PrivateAttr(default_factory=lambda: lambda *_: "vcjira.yaml")

    @property
    def base(self) -> Path:
        """The directory of the configuration file."""
        return self._base

    def where(self, *path: str | int) -> str:
        """`file:line:column` of a key, given as its path: `where("classify", "rules", 3, "when")`."""
        return self._where(*path)

    def placed(self, base: Path, where: Callable[..., str]) -> "Settings":
        """The same settings with all paths absolute, knowing where each key stands in its file."""
        settings: Settings = _absolute(self, base)
        settings._base = base
        settings._where = where
        return settings


def _absolute(model: Any, base: Path) -> Any:
    """A copy in which every path, at any depth, is relative to `base` no longer."""
    if isinstance(model, Path):
        return base / model.expanduser()
    if isinstance(model, BaseModel):
        changes = {name: _absolute(getattr(model, name), base) for name in type(model).model_fields}
        return model.model_copy(update=changes)
    if isinstance(model, list):
        return [_absolute(entry, base) for entry in model]
    if isinstance(model, dict):
        return {name: _absolute(entry, base) for name, entry in model.items()}
    return model
