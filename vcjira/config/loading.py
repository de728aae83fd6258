"""From the file to `Settings`: every complaint at once, each with its place and, where one is near, a suggestion."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from vcjira.config import secrets
from vcjira.config.joins import circles
from vcjira.config.models import Settings
from vcjira.config.yaml_nodes import Document, parse, text_of
from vcjira.errors import Mend

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHOWN = 60
"""Longest value repeated in a complaint."""
WORDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be yes or no",
    "bool_type": "must be yes or no",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "date_from_datetime_parsing": "must be a date such as 2026-05-01",
    "date_parsing": "must be a date such as 2026-05-01",
    "date_type": "must be a date such as 2026-05-01",
    "path_type": "must be a path",
}
"""pydantic's kind of error -> what a person would say."""


def load(path: Path) -> Settings:
    """Read and check a configuration file; Mend with every problem found in it."""
    text = text_of(path, "configuration file", "`vcjira init` writes one to start from; or name one with -c")
    document = parse(path, text)
    if not isinstance(document.values, dict):
        raise Mend("the configuration must be a mapping of keys to values", where=path.name)
    version = document.values.get("version", 1)
    if version != 1:
        raise Mend(
            f"version {version!r} of the configuration is written for another vcjira",
            where=document.where("version"),
            hint="this vcjira reads `version: 1`",
        )
    problems: list[str] = []
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(document.values)
    except ValidationError as error:
        problems = [_told(document, entry) for entry in _distinct(error)] + _plain_secrets(document)
    if settings:
        problems = list(_beyond_shapes(document, settings))
    if problems or settings is None:
        first, _, rest = "\n".join(problems).partition("\n")
        where, _, what = first.partition(": ")
        more = f"\n{rest}" if rest else ""
        raise Mend(what + more, where=where, hint="`vcjira schema config` describes every key")
    return settings.placed(path.absolute().parent, document.where)


def _distinct(error: ValidationError) -> Iterator[Mapping[str, Any]]:
    """One complaint per place: a union complains once per member."""
    seen = set()
    for entry in error.errors(include_url=False, include_context=False):
        path = _path(entry["loc"])
        if path not in seen:
            seen.add(path)
            yield entry


def _path(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """pydantic's location without the names of union members and of key checks."""
    return tuple(part for part in loc if not (isinstance(part, str) and ("[" in part or part in ("str", "float"))))


def _told(document: Document, entry: Mapping[str, Any]) -> str:
    path = _path(entry["loc"])
    key = ".".join(map(str, path))
    where = document.where(*path)
    if entry["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _keys(Settings, path[:-1]), n=1)
        suggestion = f"; did you mean {near[0]!r}?" if near else ""
        return f"{where}: unknown key {str(path[-1])!r}{suggestion}"
    message = entry["msg"].removeprefix("Value error, ")
    what = WORDS.get(entry["type"]) or message[:1].lower() + message[1:]
    value = entry.get("input")
    secret = "token" in key or isinstance(value, dict | list) or entry["type"] == "missing"
    got = "" if secret else f" (it is {str(value)[:SHOWN]!r})"
    return f"{where}: `{key}` {what}{got}"


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Keys that are known at `path`, with their names as written in the file."""
    for part in path:
        found = _inner(model, part)
        if found is None:
            return []
        model = found
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(model: type[BaseModel], part: str | int) -> type[BaseModel] | None:
    """The model below `part`: of a field, or of the entries of a list or mapping."""
    if isinstance(part, int) or part not in {field.alias or name for name, field in model.model_fields.items()}:
        return model  # an entry of the list or mapping that led here
    annotation = next(f.annotation for name, f in model.model_fields.items() if part in (name, f.alias))
    return next(_models(annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _beyond_shapes(document: Document, settings: Settings) -> Iterator[str]:
    """What the shapes alone cannot say: names used twice, plain secrets, unsafe addresses, dates the wrong way."""
    yield from _plain_secrets(document)
    names: set[str] = set()
    for number, site in enumerate(settings.sites):
        here = document.where("sites", number, "name")
        if site.name in names:
            yield f"{here}: two sites are named {site.name!r}"
        names.add(site.name)
        yield from _address(document.where("sites", number, "url"), site.url)
    rules: set[str] = set()
    for number, rule in enumerate(settings.classify.rules):
        at = ("classify", "rules", number)
        if rule.name in rules:
            yield f"{document.where(*at, 'name')}: two rules are named {rule.name!r}"
        rules.add(rule.name)
        if not rule.answers and not rule.class_:
            yield f"{document.where(*at)}: rule {rule.name!r} needs `answers` or `class`"
        if rule.from_ and rule.until and rule.from_ >= rule.until:
            yield f"{document.where(*at, 'from')}: rule {rule.name!r} ends before it begins"
    yield from _same_as(document, settings)
    if settings.declared_split and abs(sum(settings.declared_split.values()) - 1) > 0.005:
        yield f"{document.where('declared_split')}: the shares must add up to 100%"


def _plain_secrets(document: Document) -> list[str]:
    """Tokens that are no references; told whatever else is wrong, for they should be taken out at once."""
    sites = document.values.get("sites")
    tokens = [site.get("token") for site in sites if isinstance(site, dict)] if isinstance(sites, list) else []
    problems = [(number, secrets.problem(token)) for number, token in enumerate(tokens) if isinstance(token, str)]
    return [f"{document.where('sites', number, 'token')}: {problem}" for number, problem in problems if problem]


def _same_as(document: Document, settings: Settings) -> Iterator[str]:
    """Entries that join nothing, or what other entries join already: somebody meant something else."""
    groups = settings.people.same_as
    for number, group in enumerate(groups):
        if len(group) < 2:
            yield f"{document.where('people', 'same_as', number)}: an entry of `same_as` needs two accounts or more"
    for number, one, other in circles([name.lower() for name in group] for group in groups):
        here = document.where("people", "same_as", number)
        yield f"{here}: `same_as` goes in a circle: {one!r} and {other!r} are one person already; drop one entry"


def _address(where: str, url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"{where}: `url` must be an address such as https://acme.atlassian.net"
    elif parts.username or parts.password:
        yield f"{where}: `url` must not carry a name or password; use `email` and `token`"
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        yield f"{where}: `url` must begin with https:// (http:// is for loopback only)"
