"""Configuration of the measures: what Jira cannot see, where the value chain ends, which words are meant otherwise."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Embedded(BaseModel):
    """A pair that works as one since a day, as people know it: Jira does not see one room or one chat."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    organization: str = Field(description="the asking side")
    team: str = Field(description="the receiving side")
    since: date = Field(description="first day, UTC")
    because: str | None = Field(None, description="how one knows, for people")
