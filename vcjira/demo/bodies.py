"""What requests carry, as types: a body of another shape is refused as Jira refuses it."""

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from vcjira.demo.call import Call, Refusal

Body = TypeVar("Body", bound=Struct)
Ids = list[str | int]
Fields = dict[str, Any]


def read(call: Call, kind: type[Body]) -> Body:
    """The body of the request; 400 with where it is wrong."""
    if not isinstance(call.body, dict):
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    try:
        return msgspec.convert(call.body, type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(400, f"Invalid request payload: {error}") from None


class Search(Struct, forbid_unknown_fields=True):
    """Cloud's `search/jql`; `expand` is one text."""

    jql: str | None = None
    nextPageToken: str | None = None
    maxResults: int | None = None
    fields: list[str] | None = None
    expand: str | None = None
    properties: list[str] | None = None
    fieldsByKeys: bool | None = None
    reconcileIssues: Ids | None = None
    includeArchivedProjects: bool | None = None


class OldSearch(Struct):
    """Data Center's `search`; `expand` is a list."""

    jql: str | None = None
    startAt: int | None = None
    maxResults: int | None = None
    fields: list[str] | None = None
    expand: list[str] | None = None
    validateQuery: bool | str | None = None


class Count(Struct):
    jql: str | None = None


class BulkIssues(Struct):
    issueIdsOrKeys: Ids = []
    fields: list[str] | None = None
    expand: list[str] | None = None
    properties: list[str] | None = None
    fieldsByKeys: bool | None = None


class BulkHistories(Struct):
    issueIdsOrKeys: Ids = []
    fieldIds: list[str] | None = None
    maxResults: int | None = None
    nextPageToken: str | None = None


class Permitted(Struct):
    permissions: list[str] = []


class CommentIds(Struct):
    ids: Ids = []


class Update(Struct):
    """Of one issue: whole values in `fields`, verbs in `update`."""

    fields: Fields | None = None
    update: dict[str, list[Any]] | None = None
    historyMetadata: dict[str, Any] | None = None
    properties: list[dict[str, Any]] | None = None


class New(Struct):
    fields: Fields


class Named(Struct):
    """A value by its id or its name."""

    id: str | int | None = None
    name: str | None = None

    @property
    def text(self) -> str:
        return str(self.id or self.name or "")


class Outcome(Struct):
    resolution: Named | None = None


class Transition(Struct):
    transition: Named
    fields: Outcome | None = None


class Property(Struct):
    key: str
    value: Any = None


class Said(Struct):
    body: str | dict[str, Any] | None = None
    properties: list[Property] | None = None


class LabelName(Struct):
    name: Any = None


class LabelsField(Struct):
    fieldId: str = ""
    bulkEditMultiSelectFieldOption: str = ""
    labels: list[LabelName] | None = None


class BulkEdit(Struct):
    selectedIssueIdsOrKeys: Ids = []
    selectedActions: list[str] = []
    editedFieldsInput: dict[str, Any] | None = None
    sendBulkNotification: bool | None = None


class EditedLabels(Struct, forbid_unknown_fields=True):
    """The one kind of `editedFieldsInput` that is understood here."""

    labelsFields: list[LabelsField]


class Sources(Struct):
    issueIdsOrKeys: Ids = []


class Move(Struct):
    targetToSourcesMapping: dict[str, Sources]


class OneIssue(Struct):
    issueID: int
    properties: dict[str, Any] | None = None


class Many(Struct):
    issues: list[OneIssue]


class Alike(Struct):
    entitiesIds: list[int]
    properties: dict[str, Any]
