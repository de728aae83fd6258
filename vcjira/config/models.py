"""The shape of `vcjira.yaml`, key by key; what a key means is said beside it (and in `vcjira schema config`)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from vcjira.config.calendar import Calendar
from vcjira.config.matchers import When
from vcjira.config.measures import Chain, Embedded, Language
from vcjira.config.open_keys import only, refuse_unknown
from vcjira.config.units import duration, one_or_many, percent
from vcjira.config.words import YesNo

Percent = Annotated[float, BeforeValidator(percent, json_schema_input_type=float | str)]
"""`25%` or `0.25`; held as a share from 0 to 1."""
Duration = Annotated[timedelta, BeforeValidator(duration, json_schema_input_type=float | str)]
"""`5m`, `24h`, `3d`, `2w`, seconds as a number, `0`."""
Texts = Annotated[list[str], BeforeValidator(one_or_many, json_schema_input_type=str | list[str])]
"""A text or a list of texts; held as a list."""
Class = Literal["partner", "stakeholder", "customer"]
Level = Literal["team", "person"]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class Requests(Model):
    concurrency: int = Field(8, ge=1, le=64, description="requests under way at once")
    per_second: float = Field(20, gt=0, description="requests begun per second, at most")
    timeout: float = Field(60, gt=0, description="seconds without an answer after which a request is tried again")
    deadline: float = Field(300, gt=0, description="seconds after which a request that keeps failing is given up")


class Site(Model):
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="what this site is called in every table")
    url: str = Field(description="address of Jira; https, or http on loopback")
    product: Literal["auto", "cloud", "datacenter"] = Field("auto", description="`auto` asks the server")
    email: str | None = Field(None, description="Cloud: the account that owns the API token; Data Center: leave out")
    token: str = Field(description="env:NAME, file:PATH or keyring:SERVICE/USER; never the secret itself")
    scope: str = Field("", description="JQL; empty means all that the account can see")
    fields: dict[str, str] = Field(
        default_factory=dict, description="team, request_type, organizations, ...: name or id of the field"
    )
    ca_bundle: Path | None = Field(None, description="certificates to trust instead of the system's (PEM)")
    requests: Requests = Field(Requests(), description="how hard this Jira may be asked")


class Members(Model):
    """Who belongs; any of the ways listed is enough."""

    group: Texts = Field([], description="Jira groups")
    account: Texts = Field([], description="account ids; user keys on Data Center")
    email: Texts = Field([], description="e-mail addresses")
    email_domain: Texts = Field([], description="exact, or glob:*.acme.example")
    organization: Texts = Field([], description="service-desk organizations")
    directory_team: Texts = Field([], description="values of the column `team` of the directory file")


class Affiliation(Model):
    """Somebody's organization (and team) in a period, said outright; goes before everything else."""

    account: str | None = Field(None, description="whose: account id, or SITE/ID")
    email: str | None = Field(None, description="whose: e-mail address")
    organization: str | None = Field(None, description="the organization they belong to")
    team: str | None = Field(None, description="the team they belong to")
    from_: date | None = Field(None, alias="from", description="first day, inclusive")
    until: date | None = Field(None, description="first day on which it holds no longer")

    @model_validator(mode="after")
    def _whole(self) -> "Affiliation":
        if not (self.account or self.email):
            raise ValueError("must name an `account` or an `email`")
        if self.from_ and self.until and self.from_ >= self.until:
            raise ValueError("must begin before it ends")
        return self


Groups = list[list[str]] | dict[str, str | list[str]]


def _groups(value: object) -> object:
    """`{ACCOUNT: OTHER or [OTHERS]}` as lists of accounts."""
    if isinstance(value, dict):
        return [[name, *(others if isinstance(others, list) else [others])] for name, others in value.items()]
    return value


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
    same_as: Annotated[list[list[str]], BeforeValidator(_groups, json_schema_input_type=Groups)] = Field(
        [], description="accounts (ID, SITE/ID or e-mail) of one person; lists, or one account with its others"
    )
    affiliations: list[Affiliation] = Field([], description="said outright; goes before everything else")
    organizations: dict[str, Members] = Field({}, description="organizations of the asking side, by their name")
    decisions: Path = Field(
        Path("decisions.txt"), description="text file of what was accepted, dismissed, snoozed; need not exist"
    )


class Team(Model):
    """The receiving side; any of the ways listed makes an issue the team's."""

    projects: Texts = Field([], description="project keys")
    components: Texts = Field([], description="NAME or PROJECT/NAME")
    field_team: Texts = Field([], description="values of the site's team field")
    members: Members = Field(Members(), description="who belongs to the team: their own tickets are no requests")
    calendar: Calendar | None = Field(None, description="when this team works; default: the `calendar` of all")


Question = Literal["has_choice", "delivers_to_others"]


class Rule(Model):
    """If `when` holds on the day the issue was raised, the answers (or, by `class`, both of them) are these."""

    name: str = Field(min_length=1, description="what evidence calls it")
    when: When = Field(description="matchers that must all hold; README.md lists them")
    answers: dict[Question, YesNo] = Field({}, description="has_choice, delivers_to_others: yes or no")
    class_: Class | None = Field(None, alias="class", description="instead of `answers`: both of them at once")
    because: str | None = Field(None, description="why, for people; `explain` and labels show it")
    from_: date | None = Field(None, alias="from", description="first day, UTC")
    until: date | None = Field(None, description="first day on which it holds no longer, UTC")


class GivenRequester(Model):
    """What a test says of the requester; what it leaves out cannot be seen. `directory.<column>` as in rules."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra=only("directory"))
    __pydantic_extra__: dict[str, str] = Field(init=False)
    account: str | None = None
    email: str | None = None
    email_domain: str | None = None
    account_type: str | None = None
    display_name: str | None = None
    bot: YesNo | None = None
    group: Texts | None = Field(None, description="all groups; an empty list means none")
    organization: Texts | None = Field(None, description="all organizations; an empty list means none")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, raw: object) -> object:
        return refuse_unknown(cls, raw, ("directory",))


class GivenIssue(Model):
    """What a test says of the issue; `field.<name>` as in rules. A text alone is the key of an issue in the mirror."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra=only("field"))
    __pydantic_extra__: dict[str, Texts] = Field(init=False)
    key: str | None = None
    project: str | None = None
    issue_type: str | None = None
    component: Texts = []
    request_type: str | None = None
    channel: str | None = None
    label: Texts = []
    team: str | None = None
    filed_by_other: YesNo | None = None
    created: date | datetime | None = Field(None, description="default: after every date that the rules name")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, raw: object) -> object:
        return refuse_unknown(cls, raw, ("field",))


def _issue_key(value: object) -> object:
    return {"key": value} if isinstance(value, str) else value


class Given(Model):
    requester: GivenRequester = Field(GivenRequester(), description="what is known of who asks; matchers as in rules")
    issue: Annotated[GivenIssue, BeforeValidator(_issue_key, json_schema_input_type=GivenIssue | str)] = Field(
        GivenIssue(), description="what is known of the issue, or the key of one in the mirror"
    )


class RuleTest(Model):
    given: Given = Field(description="a requester and an issue")
    expect: Literal["partner", "stakeholder", "customer", "unknown"] = Field(description="the class that must come out")
    name: str | None = Field(None, description="what a failing test is called")


class Classify(Model):
    unknown_budget: Percent = Field(
        0.25, description="share of requests without a class above which labels are refused"
    )
    rules: list[Rule] = Field([], description="read top to bottom; the first rule that answers a question wins it")
    tests: list[RuleTest] = Field([], description="run by `vcjira rules test` and `vcjira check`")


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

    from_: str = Field(alias="from", description="who delivers")
    to: str = Field(description="to whom")


class PatternOptions(BaseModel):
    """Options that every pattern has; a pattern's own options are checked against its OPTIONS."""

    model_config = ConfigDict(extra="allow", frozen=True)
    enabled: bool = Field(True, description="looked for at all")
    level: Level | None = Field(None, description="whose path is looked at; team, or person where there are no teams")
    debounce: Duration = Field(timedelta(minutes=5), description="shorter stays do not count; 0 switches it off")
    bots: Literal["ignore", "count"] = Field("ignore", description="what automation did")
    bulk: Literal["ignore", "count"] = Field("ignore", description="bulk edits")


class Reports(Model):
    out: Path = Field(Path("reports"), description="where reports go")
    run: list[str] = Field(["walls", "requesters"], description="what `vcjira run` renders")
    templates: Path | None = Field(None, description="a directory of yours that comes before the built-in one")


class Limits(Model):
    """How much one run may change; above it ends with 5."""

    issues: int = Field(500, ge=0, description="issues relabelled, at most")
    share: Percent = Field(0.30, description="of the present issues of the sites planned for")
    per_project: int | None = Field(None, ge=0, description="issues relabelled per project, at most")


LabelName = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]+$", max_length=255)]
"""A label as Jira takes it: no spaces, at most 255 characters."""


class CatalogueLabel(Model):
    """One label of ours; the key in `labels.catalogue` is a class or a pattern."""

    name: LabelName | None = Field(None, description="the label, prefix included; default <prefix><class>")
    description: str | None = Field(None, description="for people who read this file")
    previously: Annotated[list[LabelName], BeforeValidator(one_or_many)] = Field(
        [], description="earlier names; ours of them are replaced"
    )
    retire_after: date | None = Field(None, description="from this day the label is not wanted; ours are removed")


class Labels(Model):
    enabled: bool = Field(False, description="`vcjira run` writes only when true")
    prefix: LabelName = Field("vc-", description="only labels that begin so are ours; others are never touched")
    classes: list[Class] = Field(["partner", "stakeholder", "customer"], description="classes that get a label")
    patterns: list[str] = Field([], description="patterns that also get one, <prefix>wall-<pattern>")
    own_team: Literal["skip", "label"] = Field("skip", description="tickets of the owning team itself")
    evidence_property: str | None = Field(
        "vcjira", description="entity property of the issue with the explanation; null: none"
    )
    notify: bool = Field(False, description="whether watchers get mail of our changes")
    limits: Limits = Field(Limits(), description="how much one run may change; above it nothing is written (exit 5)")
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
    version: Literal[1] = Field(1, description="of this file's form")
    mirror: Path = Field(Path("vcjira.duckdb"), description="the mirror, relative to this file")
    sites: list[Site] = Field([], description="one or more; one mirror holds them all")
    sync: Sync = Field(Sync(), description="reading from Jira")
    people: People = Field(People(), description="who is who on the asking side")
    teams: dict[str, Team] = Field({}, description="the receiving side, by name")
    calendar: Calendar | None = Field(None, description="when people work; without one all time counts")
    classify: Classify = Field(Classify(), description="rules that tell partners, stakeholders and customers apart")
    value_chain: list[Annotated[Edge, BeforeValidator(_edge, json_schema_input_type=Edge | str)]] = Field(
        [], description="who delivers to whom, as `Platform -> Checkout`"
    )
    chain: Chain = Field(Chain(), description="where internal work reaches a customer")
    language: Language = Field(Language(), description="words that shape how people work")
    embedded: list[Embedded] = Field([], description="pairs that work as one outside Jira, and since when")
    patterns: dict[str, PatternOptions] = Field({}, description="thresholds per pattern; `vcjira patterns NAME`")
    declared_split: dict[Class, Percent] = Field({}, description="how delivered work should split, by class")
    reports: Reports = Field(Reports(), description="what is rendered, and where")
    labels: Labels = Field(Labels(), description="what is written back to Jira")

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
        names = [n for n, field in type(model).model_fields.items() if _holds_paths(field.annotation, ())]
        return model.model_copy(update={name: _absolute(getattr(model, name), base) for name in names})
    if isinstance(model, list):
        return [_absolute(entry, base) for entry in model]
    if isinstance(model, dict):
        return {name: _absolute(entry, base) for name, entry in model.items()}
    return model


def _holds_paths(annotation: Any, above: tuple[Any, ...]) -> bool:
    """Can a value of this type hold a path? `above` are the models that we came through."""
    if annotation is Path or annotation in above:
        return annotation is Path
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = [field.annotation for field in annotation.model_fields.values()]
        return any(_holds_paths(part, (*above, annotation)) for part in inner)
    return any(_holds_paths(part, above) for part in get_args(annotation))
