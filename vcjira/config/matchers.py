"""What a rule may ask of a requester or an issue: one class per matcher, its shape and its SQL text.

A matcher is a condition over one column of the *facts* of an issue and its requester (built by `vcjira.rules.facts`;
texts there are in lower case). Conditions are three-valued as SQL is: true, false, and null for what cannot be seen.
To add a matcher: one class here, its name in `When`, its column in the facts.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from vcjira.config.open_keys import only, refuse_unknown
from vcjira.config.words import Words, YesNo, all_read, any_of, name, one_of

Subject = Literal["requester", "issue"]


class Account(Words):
    """Account id of the requester; the user key on Data Center."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return one_of("account", self)


class Email(Words):
    """E-mail address; unknown where Jira hides it."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return one_of("email", self)


class EmailDomain(Words):
    """What follows the @, exactly; `glob:*.acme.example` for subdomains. Unknown where the e-mail is hidden."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return one_of("email_domain", self)


class AccountType(Words):
    """`atlassian`, `customer` or `app` on Cloud; unknown on Data Center."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return one_of("account_type", self)


class DisplayName(Words):
    """The name that Jira shows."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return one_of("display_name", self)


class Group(Words):
    """Jira group; unknown where the group could not be read, or was never looked up (as with a pattern)."""

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return f"""(CASE WHEN groups IS NULL THEN NULL WHEN {any_of("groups", self)} THEN true
            WHEN {all_read("groups_read", self)} THEN false END)"""

    def hoped(self, hope: bool) -> str:
        """The condition if the groups that could not be read had this person in them (`hope`), or had not."""
        if not hope:
            return any_of("groups", self)
        return f"({any_of('groups', self)} OR {any_of('groups_unread', self)})"


class Organization(Words):
    """An organization of the requester when the issue was raised.

    Where configuration or directory name it, that one only; else any that Jira groups, the service desk and the
    e-mail domain name. False where one of the first two says otherwise, or where the service-desk organization
    of that name was read and the requester is not in it.
    """

    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return f"""(CASE WHEN {any_of("organizations", self)} THEN true WHEN organization_firm THEN false
            WHEN organizations IS NOT NULL AND {all_read("organizations_read", self)} THEN false END)"""


class Directory(Words):
    """`directory.<column>`: a column of the directory file, in the line that held when the issue was raised.

    Unknown for somebody who is not in the directory at that time; an empty cell is known to be empty.
    """

    about: ClassVar[Subject] = "requester"

    def sql(self, key: str) -> str:
        return one_of(name(key), self)


class Bot(RootModel[YesNo]):
    """`yes`: apps, integrations and configured bots. A rule matches a bot only if it names this."""

    model_config = ConfigDict(frozen=True)
    about: ClassVar[Subject] = "requester"

    def sql(self, _: str) -> str:
        return "bot" if self.root else "(NOT bot)"


class Project(Words):
    """Key of the issue's project."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return one_of("project", self)


class IssueType(Words):
    """Name of the issue type."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return one_of("issue_type", self)


class Component(Words):
    """Name of a component of the issue."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return any_of("components", self)


class RequestType(Words):
    """Name of the service-desk request type."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return one_of("request_type", self)


class Channel(Words):
    """How a service-desk request came in (`portal`, `email`, `jira`, ...); unknown where Jira does not say."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return one_of("channel", self)


class Label(Words):
    """A label on the issue."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return any_of("labels", self)


class TeamName(Words):
    """The team that owned the issue when it was raised; unknown where no team could be found."""

    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return one_of("team", self)


class FieldValue(Words):
    """`field.<name>`: a field of the site, by name or id; unknown on a site that does not have it."""

    about: ClassVar[Subject] = "issue"

    def sql(self, key: str) -> str:
        return any_of(name(key), self)


class FiledByOther(RootModel[YesNo]):
    """`yes`: somebody else than the reporter created the issue."""

    model_config = ConfigDict(frozen=True)
    about: ClassVar[Subject] = "issue"

    def sql(self, _: str) -> str:
        return "filed_by_other" if self.root else "(NOT filed_by_other)"


class Matcher(Protocol):
    """What every matcher has: whom it asks about, and its condition as SQL; `key` is its key in the file."""

    about: ClassVar[Subject]

    @property
    def root(self) -> Any: ...

    def sql(self, key: str, /) -> str: ...


PREFIXED: dict[str, type[Directory] | type[FieldValue]] = {"directory": Directory, "field": FieldValue}
"""Matchers whose key carries a name: `directory.<column>`, `field.<name>`."""


class When(BaseModel):
    """Conditions that must all hold; `any` and `all` take lists of such mappings, `not` one."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, json_schema_extra=only(*PREFIXED))
    __pydantic_extra__: dict[str, Words] = Field(init=False)

    account: Account | None = None
    email: Email | None = None
    email_domain: EmailDomain | None = None
    account_type: AccountType | None = None
    group: Group | None = None
    organization: Organization | None = None
    display_name: DisplayName | None = None
    bot: Bot | None = None
    project: Project | None = None
    issue_type: IssueType | None = None
    component: Component | None = None
    request_type: RequestType | None = None
    channel: Channel | None = None
    label: Label | None = None
    team: TeamName | None = None
    filed_by_other: FiledByOther | None = None
    any: Annotated[list["When"], Field(min_length=1)] | None = None
    all: Annotated[list["When"], Field(min_length=1)] | None = None
    not_: "When | None" = Field(None, alias="not")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, raw: object) -> object:
        refuse_unknown(cls, raw, PREFIXED)
        if raw == {}:
            raise ValueError("must name at least one condition")
        return raw

    def conditions(self) -> Iterator[tuple[str, Matcher]]:
        """The matchers of this mapping itself, without those below `any`, `all`, `not`."""
        for key in MATCHERS:
            found = getattr(self, key)
            if found is not None:
                yield key, found
        for key, words in (self.__pydantic_extra__ or {}).items():
            prefixed: Matcher = PREFIXED[key.partition(".")[0]](words.root)
            yield key, prefixed

    def nested(self) -> Iterator[tuple[str, int | None, "When"]]:
        """The mappings below `any`, `all` and `not`: their key, their number in the list, themselves."""
        for key, several in (("any", self.any), ("all", self.all)):
            for number, inner in enumerate(several or ()):
                yield key, number, inner
        if self.not_ is not None:
            yield "not", None, self.not_

    def leaves(self, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], str, Matcher]]:
        """Every matcher at any depth: its path in the file below `path`, its key, itself."""
        for key, matcher in self.conditions():
            yield (*path, key), key, matcher
        for key, number, inner in self.nested():
            yield from inner.leaves(*path, key, *(() if number is None else (number,)))

    def sql(self, hope: bool | None = None) -> str:
        """The whole as one condition: true, false or null.

        With `hope` true: as if every group that could not be read had the members that make the condition true.
        """
        tests = [
            matcher.hoped(hope) if hope is not None and isinstance(matcher, Group) else matcher.sql(key)
            for key, matcher in self.conditions()
        ]
        if self.any is not None:
            tests.append(f"({' OR '.join(inner.sql(hope) for inner in self.any)})")
        tests += [inner.sql(hope) for inner in self.all or ()]
        if self.not_ is not None:
            tests.append(f"(NOT {self.not_.sql(None if hope is None else not hope)})")
        return f"({' AND '.join(tests)})"


def _matcher(annotation: object) -> type | None:
    return next((kind for kind in get_args(annotation) if hasattr(kind, "about")), None)


MATCHERS: dict[str, type] = {
    key: kind for key, field in When.model_fields.items() if (kind := _matcher(field.annotation)) is not None
}
"""Key in the file -> class, for those whose key is fixed; tables in the documentation come from here."""
