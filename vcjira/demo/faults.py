"""How the embedded Jira misbehaves when told to: seeded, by path, so that a trial can be repeated."""

import random
import re
from typing import Literal

import msgspec
from msgspec import Struct

from vcjira.demo.records import Issue
from vcjira.errors import Mend

Kind = Literal[
    "400", "401", "403", "404", "408", "409", "425", "429", "500", "502", "503", "504",
    "cut", "lost", "cut_body", "truncate", "cut_gzip", "hang", "html", "redirect", "empty",
    "duplicate", "skip", "repeat_token", "short_page", "withheld", "warning", "outage",
    "near_limit", "anonymous", "captcha",
]  # fmt: skip


class Fault(Struct, kw_only=True, forbid_unknown_fields=True):
    """One kind of misbehaviour.

    `400` ... `504`: that status. `cut`: the connection breaks before anything is done. `lost`: the
    request is done, the answer is not sent. `cut_body`: it breaks in the middle of the body. `truncate`: half the
    JSON, with 200. `cut_gzip`: half of the gzipped bytes, with 200; answers that are not gzipped stay whole. `hang`:
    `seconds` of silence first. `html`, `empty`: 200 with a web page, with nothing.
    `redirect`: to `to`. `duplicate`: a page begins with the last entry of the one before. `skip`: a page leaves its
    first entry out. `repeat_token`: the token given is given again. `short_page`: fewer entries than asked for.
    `withheld`: a bulk read of issues keeps its last one back and says so in `issueErrors`. `warning`: a search says
    that it left something out. `outage`: people are not known, fallback values stand in their place. `near_limit`: the
    warning header. `401`, `anonymous`: the log-in is not recognised. `captcha`: it is denied until somebody logs in
    by hand.
    """

    kind: Kind
    path: str = ""
    """Found anywhere in the path, a regular expression."""
    method: str = ""
    share: float = 1.0
    """Of the requests that match."""
    after: int = 0
    """So many matching requests are let through first."""
    times: int | None = None
    """At most so often."""
    retry_after: float | None = None
    http_date: bool = False
    """`Retry-After` as a date instead of seconds."""
    reason: str | None = None
    """`RateLimit-Reason`."""
    seconds: float = 1.0
    to: str = "https://login.example.com/sso"


class Bucket(Struct, forbid_unknown_fields=True):
    """Data Center's token bucket: `fill` tokens every `interval` seconds, at most `limit`."""

    limit: int = 50
    fill: int = 10
    interval: float = 1.0


class Quota(Struct, forbid_unknown_fields=True):
    """Cloud's hourly points: `limit` requests per `window` seconds, then nothing until the window ends."""

    limit: int = 65_000
    window: float = 3600.0
    scope: Literal["tenant", "global"] = "tenant"


DAILY = ("edit", "comment", "move", "delete", "create")
"""What people do all day; the members of `Life`."""


class Life(Struct, kw_only=True, forbid_unknown_fields=True):
    """People go on working while somebody reads: so many changes of each kind per second."""

    edit: float = 0.0
    """Labels, owners, statuses, titles, in turns."""
    comment: float = 0.0
    move: float = 0.0
    """To another project."""
    delete: float = 0.0
    create: float = 0.0
    after: int = 0
    """Begins after so many requests."""
    at_most: int | None = None
    """So many changes in all."""
    projects: list[str] = []
    """Only there; everywhere when empty."""

    @property
    def busy(self) -> bool:
        return any(getattr(self, deed) for deed in DAILY)


class Event(Struct, kw_only=True, forbid_unknown_fields=True):
    """One change at a known place of the walk: before the request number `after` + 1 that matches is answered.

    `edit` `comment` `move` `delete` `create`: of `issue`, or of one by the dice; `to` is the label, the project.
    `archived` `deleted` `live`: the project `to` is archived, put in the trash, brought back.
    `hide` `show`: the account loses, regains sight of the project `to`. `expire` `renew`: the token.
    """

    do: Literal[
        "edit", "comment", "move", "delete", "create", "archived", "deleted", "live", "hide", "show", "expire", "renew"
    ]
    issue: str = ""
    to: str = ""
    path: str = ""
    method: str = ""
    after: int = 0
    times: int = 1


class Faults(Struct, kw_only=True, forbid_unknown_fields=True):
    """All that can be wrong with the embedded Jira; the defaults are a healthy one."""

    rules: list[Fault] = []
    script: list[Event] = []
    """What happens when, told by the requests."""
    life: Life = msgspec.field(default_factory=lambda: Life())
    """What goes on all the time."""
    seed: int = 7
    index_lag: float = 0.0
    """Seconds by which search is behind; reading by id is not."""
    expires_after: int | None = None
    """The token is good for so many requests."""
    unknown: Literal["401", "anonymous"] = "401"
    """What a wrong or expired token gets: 401, or 200 as a stranger."""
    no_browse: list[str] = []
    """Projects and issues that the account cannot see."""
    no_edit: list[str] = []
    """Projects that the account may not edit."""
    lacks: list[str] = []
    """Permissions that the account has nowhere: BULK_CHANGE, ADMINISTER, ADMINISTER_PROJECTS, ..."""
    bulk_end: Literal["COMPLETE", "FAILED", "CANCELLED", "DEAD"] = "COMPLETE"
    bulk_share: float = 1.0
    """How much of a bulk task is done before it ends."""
    bulk_failing: list[str] = []
    """Issue keys or projects that a bulk task cannot edit."""
    bulk_seconds: float = 0.05
    bulk_busy: int | None = None
    """More than so many unfinished bulk tasks are refused."""
    history_created: Literal["milliseconds", "iso", "mixed"] = "milliseconds"
    """Form of `created` in bulk-read histories; mixed: also epoch seconds."""
    history_cap: int | None = None
    """Data Center: `expand=changelog` gives at most so many, the oldest, whatever its total says."""
    history_repeats: bool = False
    """Each page of bulk-read histories begins with the last one of the page before."""
    totals_of_files: bool = False
    """Totals count those comments and histories, too, that a file counted and did not have: nobody can read them."""
    more_comments: dict[str, int] = {}
    """Issue keys or projects whose totals say so many comments more than anybody can read."""
    more_histories: dict[str, int] = {}
    """The same for histories."""
    per_second: float | None = None
    """Cloud: more requests per second and endpoint get 429 with jira-burst-based."""
    quota: Quota | None = None
    """Cloud: points per hour, told by headers before they are used up."""
    bucket: Bucket | None = None
    """Data Center: the token bucket."""
    per_issue: bool = True
    """Cloud: 20 writes in 2 seconds, 100 in 30, per issue."""
    page_cap: int = 1000
    """Data Center: the silent cap of `maxResults`."""
    window: int = 10_000
    """Data Center: `startAt + maxResults` beyond this fails."""
    beyond: Literal["500", "empty"] = "500"
    """How: by a status, or by an empty page."""
    token_seconds: float = 7 * 24 * 3600.0
    """Cloud: how long the token of a next page is good for, by the server's clock."""
    scoped: bool = False
    """Cloud: the token is a scoped one, good on the gateway `/ex/jira/{cloud id}` only."""

    def comment_total(self, issue: Issue) -> int:
        """What a total says of the comments of an issue: how many there are, unless told to lie."""
        lost = issue.lost_comments if self.totals_of_files else 0
        return len(issue.comments) + lost + _more(self.more_comments, issue)

    def history_total(self, issue: Issue) -> int:
        lost = issue.lost_histories if self.totals_of_files else 0
        return len(issue.histories) + lost + _more(self.more_histories, issue)


def _more(told: dict[str, int], issue: Issue) -> int:
    return told.get(issue.key, told.get(issue.project.key, 0)) if told else 0


class Draw:
    """Which faults strike a request; counts and dice of one server."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._dice = random.Random(faults.seed)
        self._met: dict[int, int] = {}
        self._struck: dict[int, int] = {}

    def strike(self, method: str, path: str) -> list[Fault]:
        return [fault for fault in self.faults.rules if self._strikes(fault, method, path)]

    def _strikes(self, fault: Fault, method: str, path: str) -> bool:
        if not (re.search(fault.path, path) and re.search(fault.method, method)):
            return False
        number = id(fault)
        self._met[number] = self._met.get(number, 0) + 1
        if self._met[number] <= fault.after or self._struck.get(number, 0) >= (fault.times or 1 << 62):
            return False
        if fault.share < 1.0 and self._dice.random() >= fault.share:
            return False
        self._struck[number] = self._struck.get(number, 0) + 1
        return True


def read(encoded: bytes, where: str) -> Faults:
    """From JSON, as `serve-jira --faults` reads it."""
    try:
        return msgspec.json.decode(encoded, type=Faults)
    except msgspec.DecodeError as error:
        raise Mend(f"not a description of faults: {error}", where=where) from None


def throttled(faults: Faults, rate: float | None, product: str) -> Faults:
    """With a limit of requests per second, in the way of the product."""
    if rate is not None and product == "cloud":
        faults.per_second = rate
    elif rate is not None:
        faults.bucket = Bucket(limit=max(1, round(rate)), fill=max(1, round(rate)), interval=1.0)
    return faults
