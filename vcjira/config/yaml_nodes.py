"""YAML read node by node: plain Python values, and for every one of them the line and column it came from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from vcjira.errors import Mend

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass
class Document:
    """The values of one file, and where each stands: of keys by path, of their values by path too."""

    path: Path
    values: Any = None
    places: dict[tuple[str | int, ...], Place] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """`file:line:column` of the innermost part of `path` that the file has."""
        for length in range(len(path), -1, -1):
            place = self.places.get(tuple(path[:length]))
            if place:
                return f"{self.path.name}:{place[0]}:{place[1]}"
        return self.path.name


def parse(path: Path, text: str) -> Document:
    """Mend for what is not YAML, for a key given twice and for keys that are not text."""
    document = Document(path)
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        raise Mend(f"this is not YAML: {error.problem}", where=where, hint=_hint(error.problem or "")) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Mend(f"this is not YAML: {str(error).splitlines()[0]}", where=path.name) from None
    document.values = {} if node is None else _value(document, node, ())
    return document


def _hint(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces"
    return "check indentation, colons and quotes on this line and the one before"


def _value(document: Document, node: Any, path: tuple[str | int, ...]) -> Any:
    document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, child, (*path, number)) for number, child in enumerate(node.value)]
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, child in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            for source in child.value if isinstance(child, yaml.SequenceNode) else [child]:
                merged = _value(document, source, path) | merged
            continue
        name = _name(document, key)
        if name in found:
            raise Mend(f"{name!r} is given twice", where=_at(document, key), hint="keep one of them")
        document.places[(*path, name)] = (key.start_mark.line + 1, key.start_mark.column + 1)
        found[name] = _value(document, child, (*path, name))
    return merged | found


def _name(document: Document, key: Any) -> str:
    if not isinstance(key, yaml.ScalarNode):
        raise Mend("a key must be a text", where=_at(document, key))
    return str(key.value)


def _at(document: Document, node: Any) -> str:
    return f"{document.path.name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _scalar(node: Any) -> Any:
    """Numbers, dates, true/false and null; `yes`, `no`, `on`, `off` stay texts: NO is a country."""
    kind = node.tag.rpartition(":")[2]
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            return text
    if kind == "timestamp":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def text_of(path: Path, what: str, hint: str) -> str:
    """The text of a configuration file; Mend when it cannot be read as one."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Mend(f"there is no {what}", where=str(path), hint=hint) from None
    except IsADirectoryError:
        raise Mend(f"this is a directory, not a {what}", where=str(path), hint=hint) from None
    except PermissionError:
        raise Mend(f"the {what} may not be read", where=str(path), hint="check its owner and permissions") from None
    except UnicodeDecodeError as error:
        raise Mend(f"the {what} is not UTF-8 (byte {error.start})", where=str(path), hint="save it as UTF-8") from None
