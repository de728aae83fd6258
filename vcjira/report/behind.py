"""The issues behind a number, so that each can be opened: searches in Jira for as many as one address takes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from vcjira.report.texts import markdown

EACH = 100
"""Keys in one search: addresses of some 1,200 characters pass every proxy."""
FEW = 3
"""Issues named in a cell of Markdown."""
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


class References:
    """Links of a Markdown text by reference, so that its tables can be read as they stand; definitions close it."""

    def __init__(self, urls: Mapping[str, str | None]) -> None:
        self._urls = urls
        self._known: dict[str, str] = {}

    def key(self, row: Mapping[str, Any]) -> str:
        """One issue."""
        key, url = str(row["key"]), browse(row, self._urls)
        if not url or not KEY.match(key):
            return markdown(key)
        if self._known.setdefault(key, url) == url:
            return f"[{key}]"
        return f"[{key}][{self._named(url)}]"

    def keys(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """The newest issues of a list, and links that open all."""
        told = [self.key(row) for row in rows[:FEW]]
        if len(rows) > FEW:
            links = [link for link in searches(rows, self._urls) if link["url"]]
            told += [f"[{link['label']}][{self._named(link['url'])}]" for link in links]
            told += [] if links else [f"and {len(rows) - FEW} more"]
        return " ".join(told)

    def definitions(self) -> str:
        return "".join(f"[{label}]: <{url}>\n" for label, url in self._known.items())

    def _named(self, url: str) -> str:
        label = f"all-{len(self._known) + 1}"
        self._known[label] = url
        return label


def listed(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of tallies with their `behind` under the name that reports use."""
    return [row | {"issues": row.pop("behind")} for row in rows]
