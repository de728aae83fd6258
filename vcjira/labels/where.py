"""`labels.where`: a condition over the table `issues`, checked to be nothing but that before it is run."""

import json
from collections.abc import Iterator
from typing import Any

from vcjira.errors import Mend, VcjiraError
from vcjira.mirror import Mirror

HINT = "write one SQL condition over the columns of `issues`, such as `resolved is null`"
FORBIDDEN = {"SUBQUERY": "a query inside the condition", "WINDOW": "a window function", "STAR": "*"}


def check(mirror: Mirror, condition: str, where: str) -> str:
    """The condition in parentheses, ready for a WHERE clause; Mend, naming `where`, if it is anything else."""
    try:
        told = mirror.value("SELECT json_serialize_sql(?)", [f"SELECT 1 FROM issues WHERE (\n{condition}\n)"])
        trouble = _trouble(json.loads(told))
        if trouble is None:
            mirror.tuples(f"SELECT count(*) FROM issues WHERE (\n{condition}\n)")
    except VcjiraError:
        raise
    except Exception as error:  # DuckDB's own; only the mirror knows its types
        trouble = str(error).splitlines()[0]
    if trouble:
        raise Mend(f"the condition {condition!r} cannot be used: {trouble}", where=where, hint=HINT)
    return f"(\n{condition}\n)"


def _trouble(parsed: dict[str, Any]) -> str | None:
    if parsed.get("error"):
        return str(parsed.get("error_message", "it is not SQL")).splitlines()[0]
    statements = parsed["statements"]
    node = statements[0]["node"]
    plain = node["type"] == "SELECT_NODE" and not node.get("modifiers") and not node.get("group_expressions")
    if len(statements) != 1 or not plain or node.get("having") or node.get("qualify") or node.get("sample"):
        return "it is more than one condition"
    for part in _parts(node["where_clause"]):
        if part.get("class") in FORBIDDEN:
            return f"{FORBIDDEN[part['class']]} is not allowed"
    return None


def _parts(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _parts(child)
    elif isinstance(node, list):
        for child in node:
            yield from _parts(child)
