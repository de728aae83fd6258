"""Models with a few open keys: `directory.<column>`, `field.<name>`; every other unknown key is an error."""

from collections.abc import Callable, Collection
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails


def refuse_unknown(model: type[BaseModel], raw: object, prefixes: Collection[str]) -> object:
    """The mapping as it is; ValidationError for keys that are neither the model's nor begin with a prefix."""
    if not isinstance(raw, dict):
        return raw
    known = {field.alias or key for key, field in model.model_fields.items()}
    unknown = [key for key in raw if key not in known and not _is_open(str(key), prefixes)]
    if unknown:
        lines = [InitErrorDetails(type="extra_forbidden", loc=(key,), input=raw[key]) for key in unknown]
        raise ValidationError.from_exception_data(model.__name__, lines)
    return raw


def _is_open(key: str, prefixes: Collection[str]) -> bool:
    prefix, dot, rest = key.partition(".")
    return bool(dot and rest.strip() and prefix in prefixes)


def only(*prefixes: str) -> Callable[[dict[str, Any]], None]:
    """The same for the JSON Schema."""

    def narrow(schema: dict[str, Any]) -> None:
        schema["patternProperties"] = {f"^({'|'.join(prefixes)})\\..+": schema["additionalProperties"]}
        schema["additionalProperties"] = False

    return narrow
