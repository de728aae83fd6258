"""An embedded Jira: a real HTTP server on loopback that behaves like Jira Cloud or Data Center where it matters.

    with EmbeddedJira(company()) as jira:
        ...  # jira.url, Basic EMAIL:TOKEN on Cloud, Bearer TOKEN on Data Center

`load` reads files of real issues, `company` invents a whole company; `Faults` makes it misbehave.
"""

from typing import TYPE_CHECKING

from vcjira.demo.call import Request
from vcjira.demo.company import Company, company
from vcjira.demo.faults import Bucket, Event, Fault, Faults, Life, Quota
from vcjira.demo.load import load
from vcjira.demo.shelf import EMAIL, TOKEN
from vcjira.demo.store import Store

if TYPE_CHECKING:
    from vcjira.demo.server import EmbeddedJira

__all__ = [
    "EMAIL",
    "TOKEN",
    "Bucket",
    "Company",
    "EmbeddedJira",
    "Event",
    "Fault",
    "Faults",
    "Life",
    "Quota",
    "Request",
    "Store",
    "company",
    "load",
]


def __getattr__(name: str) -> object:
    """The server, and with it aiohttp, is imported when somebody wants it."""
    if name == "EmbeddedJira":
        from vcjira.demo.server import EmbeddedJira

        return EmbeddedJira
    raise AttributeError(name)
