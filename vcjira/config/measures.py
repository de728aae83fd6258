"""Configuration of the measures: what Jira cannot see, where the value chain ends, which words are meant otherwise."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Embedded(BaseModel):
    """A pair that works as one since a day, as people know it: Jira does not see one room or one chat."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    organization: str = Field(description="the asking side")
    team: str = Field(description="the receiving side")
    since: date = Field(description="first day, UTC")
    because: str | None = Field(None, description="how one knows, for people")


class CatchAll(BaseModel):
    """Epics that hold everything and prove nothing: an issue under one does not trace by that."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    children: int = Field(200, ge=1, description="more children than this")
    days: int = Field(365, ge=1, description="or open longer than this")


class Outcomes(BaseModel):
    """Issues that are an outcome for a customer; any of the ways listed is enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    classes: list[Literal["customer", "partner"]] = Field(["customer"], description="requests of these classes")
    projects: list[str] = Field([], description="project keys")
    types: list[str] = Field([], description="issue types, such as Goal or Customer Outcome")
    labels: list[str] = Field([], description="labels; not our own")
    fields: list[str] = Field([], description="custom fields that, when filled, name a customer: names or ids")


class Chain(BaseModel):
    """Where the value chain ends, and along which links internal work leads there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    outcomes: Outcomes = Field(Outcomes(), description="what counts as an outcome for a customer")
    links: dict[str, Literal["outward", "inward", "weak", "none"]] = Field(
        {}, description="link type: which of its two ends serves the other (the one that has the link outward, inward)"
    )
    steps: int = Field(4, ge=1, le=10, description="how far an outcome may be away")
    catch_all: CatchAll = Field(CatchAll(), description="which epics prove nothing")


class Language(BaseModel):
    """Words that shape how people work, and what is meant otherwise here."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    allow: list[str] = Field([], description="phrases that are fine here, such as product names; `glob:`, `re:`")
    feature_types: list[str] = Field(["Feature", "Epic", "New Feature"], description="types that name a customer")
    story_types: list[str] = Field(["Story", "User Story"], description="types that name a user")
    customers: list[str] = Field([], description="names of customers to look for, besides organizations in the mirror")
    users: list[str] = Field([], description="words for users to look for, such as roles or personas")
    keep_text: bool = Field(False, description="keep descriptions and comments in the mirror, not only what matched")
