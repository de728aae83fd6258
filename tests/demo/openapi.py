"""Atlassian's OpenAPI documents as JSON Schema, so that answers and requests can be held against them.

The documents have known defects; what is forgiven is said here by name: nulls where a type is given, lists declared as
one of their members, numbers where times are documented as text, fields and property values declared too narrowly.
"""

import json
import re
from functools import cache

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

CLOUD = "jira-cloud-platform-v3.swagger.json"
DESK = "jira-cloud-servicedesk.swagger.json"
DC = "jira-dc-10.3.24.openapi.json"
NUMBERS_FOR_TIMES = {"Changelog", "BulkOperationProgress"}
"""Their times are documented as text and shown (in the documents' own examples) as numbers."""
ANY_VALUE = {"IssueBean": "fields", "EntityPropertyBean": "value"}
"""Members that Data Center's document declares as a list of objects and as text, though any JSON stands there."""


@cache
def spec(path):
    """The document, its schemas ready for a JSON Schema validator, and a registry of them."""
    document = json.loads(path.read_text())
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        schemas[name] = lenient(schema, numbers=name in NUMBERS_FOR_TIMES)
    if path.name == DC:
        for name, member in ANY_VALUE.items():
            schemas[name]["properties"][member] = {}
    registry = Registry().with_resource("urn:spec", Resource(contents=document, specification=DRAFT202012))
    return document, registry


def lenient(schema, *, numbers=False):
    """OpenAPI 3.0 as JSON Schema; null is allowed everywhere."""
    if isinstance(schema, list):
        return [lenient(entry, numbers=numbers) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: lenient(value, numbers=numbers) for name, value in schema.items() if name not in ("example", "xml")}
    if kept.get("format") == "json":
        return {}
    if isinstance(kept.get("type"), str):
        extra = ["integer"] if numbers and kept.get("format") == "date-time" else []
        kept["type"] = [kept["type"], "null", *extra]
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = "urn:spec" + kept["$ref"].removeprefix("urn:spec")
        return {"anyOf": [{"$ref": kept["$ref"]}, {"type": "null"}]}
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [*kept["enum"], None]
    return kept


def operation(document, method, path):
    """The operation of a path; a path without parameters wins over one with."""
    if method.lower() in document["paths"].get(path, {}):
        return document["paths"][path][method.lower()]
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if method.lower() in operations and re.fullmatch(pattern, path):
            return operations[method.lower()]
    raise AssertionError(f"{method} {path} is not documented")


def complaints(registry, schema, value):
    """What is wrong, at the deepest place: a list of (where, what)."""
    schema = lenient(schema)
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    a_list = "array" in str(schema.get("type")) or "items" in schema
    values = value if isinstance(value, list) and not a_list else [value]
    return [_told(deepest(error)) for entry in values for error in validator.iter_errors(entry)]


def deepest(error):
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _told(error):
    return "/".join(map(str, error.absolute_path)), error.message[-200:]


def hold(path, method, url_path, answer):
    """The status is documented, and the body is as the schema of that status says."""
    document, registry = spec(path)
    responses = operation(document, method, url_path)["responses"]
    assert str(answer.status_code) in responses, (method, url_path, answer.status_code, answer.text[:200])
    schema = _schema(responses[str(answer.status_code)])
    if answer.content and schema:
        assert complaints(registry, schema, answer.json()) == []


def hold_request(path, method, url_path, body, query):
    """Every parameter is documented, and the body is as the schema says."""
    document, registry = spec(path)
    described = operation(document, method, url_path)
    known = {parameter["name"] for parameter in described.get("parameters", []) if "name" in parameter}
    assert set(query) <= known, (url_path, set(query) - known)
    schema = _schema(described.get("requestBody") or {})
    if body is not None and schema:
        assert complaints(registry, schema, body) == []


def _schema(described):
    return next((entry.get("schema") for entry in (described.get("content") or {}).values()), None)
