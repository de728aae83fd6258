"""The issues behind a number, so that each can be opened: searches in Jira for as many as one address takes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

EACH = 100
"""Keys in one search: addresses of some 1,200 characters pass every proxy."""
KEY = re.compile(r"^[A-Za-z][A-Za-z0-9_]*-\d+$")

ISSUES = (
    "list({'site': i.site, 'key': i.key, 'created': i.created, 'summary': i.summary}"
    " ORDER BY i.created DESC, i.key) AS issues"
)
"""SQL over `issues i`, for a group: what `issues` of a row is everywhere."""


def searches(rows: Sequence[Mapping[str, Any]], urls: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Links that together open all issues of a list: label and url; keys instead of an url where there is no Jira."""
    found: list[dict[str, Any]] = []
    for site in dict.fromkeys(row["site"] for row in rows):
        keys = [str(row["key"]) for row in rows if row["site"] == site]
        url = urls.get(site)
        if url:
            found += _links(url, [key for key in keys if KEY.match(key)])
        else:
            found.append({"label": " ".join(keys), "url": None})
    return found


def _links(url: str, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(keys), EACH):
        part = keys[start : start + EACH]
        label = f"all {len(keys):,}" if len(keys) <= EACH else f"{start + 1:,}–{start + len(part):,}"
        jql = quote(f"key in ({','.join(part)})", safe=",()")
        yield {"label": label, "url": f"{url}/issues/?jql={jql}"}


def browse(row: Mapping[str, Any], urls: Mapping[str, str | None]) -> str | None:
    """The address of one issue in its Jira."""
    url = urls.get(row["site"])
    return f"{url}/browse/{quote(str(row['key']), safe='')}" if url else None


def listed(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of tallies with their `behind` under the name that reports use."""
    return [row | {"issues": row.pop("behind")} for row in rows]
