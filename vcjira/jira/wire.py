"""One way out of the house: every request to Jira leaves here, limited, retried and explained.

The only file that knows the `jira` package and its private session (pinned to 3.10.5). The package gives us the
session, its authentication and its URLs; its retry loop is bypassed (it ignores 5xx, read timeouts and
`RateLimit-Reason`, and fails on an HTTP date), and so are its exceptions, whose text carries response headers.
"""

import json
import logging
import random
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
import tenacity
from jira import JIRA

from vcjira.errors import LoginFailed, Unreachable
from vcjira.jira.limiter import Limiter
from vcjira.tracker import NotDone, Throttled

CONNECT_TIMEOUT = 10.0
FIRST_TRIES = 3
"""Attempts before a server that never answered counts as unreachable."""
LOGIN_REASONS = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "AUTHORISATION_FAILED")
WEB_PAGE_TRIES = 3
"""How often a web page is asked again before any JSON was seen: a log-in page does not pass, a proxy's hiccup does."""
BROKEN_TRIES = 6
"""How often the same 5xx or broken answer is asked again (16 s in all): some single issues always fail."""

PIECE = 4_000_000
"""Bytes of an answer taken at once: for each piece a thread waits for its turn."""

WAIT_HINT = "run again later, or allow longer waits: `requests.deadline` of this site, in seconds"

Json = Any


class Again(Exception):
    """A passing fault; `after` is the server's own wish in seconds."""

    def __init__(
        self, what: str, *, after: float | None = None, tries: int | None = None, kind: int | None = None
    ) -> None:
        super().__init__(what)
        self.after = after
        self.tries = tries
        self.kind = kind


class Wire:
    """Requests to one site. Safe for several threads: however many they are, no more than `concurrency` requests are
    under way at once, each by a `jira.JIRA` that nobody else uses meanwhile; so there are as many connections."""

    def __init__(
        self,
        url: str,
        *,
        email: str | None,
        secret: str,
        timeout: float,
        per_second: float,
        deadline: float,
        concurrency: int = 8,
        ca_bundle: str | None = None,
        stop: threading.Event | None = None,
        first_pause: float = 0.5,
    ) -> None:
        self.url = url.rstrip("/")
        self.stop = stop or threading.Event()
        self.limiter = Limiter(per_second, self.stop)
        self._email = email
        self._secret = secret
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._deadline = deadline
        self.reading = threading.RLock()
        """Held while an answer is read: two threads that both want Python's lock only hinder each other."""
        self._under_way = threading.BoundedSemaphore(concurrency)
        self._first_pause = first_pause
        self._verify: str | bool = ca_bundle or True
        self._idle: list[JIRA] = []
        self._answered = False
        self._shut: LoginFailed | None = None

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, retry: bool = True, kind: Any = Any) -> Json:
        return self._call("GET", path, params=params, retry=retry, kind=kind)

    def post(self, path: str, body: object, params: Mapping[str, Any] | None = None, *, kind: Any = Any) -> Json:
        """The answer as a value of type `kind`; `msgspec.ValidationError` where it is JSON of another shape."""
        return self._call("POST", path, body=body, params=params, kind=kind)

    def put(self, path: str, body: object, params: Mapping[str, Any] | None = None) -> Json:
        return self._call("PUT", path, body=body, params=params)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        retry: bool = True,
        kind: Any = Any,
    ) -> Json:
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Again),
            wait=self._pause,
            stop=self._enough if retry else tenacity.stop_after_attempt(1),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            for attempt in attempts:
                with attempt:
                    if attempt.retry_state.attempt_number > 1:
                        self.limiter.tally.retries += 1
                    return self._once(method, path, body, params, kind)
        except Again as fault:
            raise _given_up(fault, f"{method} {self.url}{path}", self._deadline) from None
        raise AssertionError("tenacity ends by return or raise")

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        fault = state.outcome.exception() if state.outcome else None
        if self.stop.is_set():
            return True
        if isinstance(fault, Again) and fault.tries is not None and state.attempt_number >= fault.tries:
            return True
        if not self._answered and state.attempt_number >= FIRST_TRIES:
            return True
        return (state.seconds_since_start or 0.0) + state.upcoming_sleep > self._deadline

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """The server's wish where it has one, else half a second doubling to 30 s; both with jitter."""
        fault = state.outcome.exception() if state.outcome else None
        jitter = random.uniform(1.0, 1.3)
        if isinstance(fault, Again) and fault.after is not None:
            return max(fault.after, self._first_pause) * jitter
        return min(self._first_pause * 2.0 ** (state.attempt_number - 1), 30.0) * jitter

    def _sleep(self, seconds: float) -> None:
        self.limiter.tally.waited_s += seconds
        self.stop.wait(seconds)

    def _once(self, method: str, path: str, body: object, params: Mapping[str, Any] | None, kind: Any) -> Json:
        endpoint = f"{method} {'/'.join(part for part in path.split('/') if not part.isdigit())}"
        far = self.limiter.wait(endpoint, self._deadline)
        if self.stop.is_set():
            raise KeyboardInterrupt
        if far:
            raise Throttled(f"Jira asks us to wait {far:.0f} s", where=f"{method} {self.url}{path}", hint=WAIT_HINT)
        data = None if body is None else msgspec.json.encode(body)
        try:
            # Past ResilientSession.request, on purpose: its retries and its errors are not ours.
            with self._client() as client:
                if self._shut:
                    raise self._shut
                response = requests.Session.request(
                    client._session,
                    method,
                    self.url + path,
                    params=params,
                    data=data,
                    headers={"Content-Type": "application/json"} if data is not None else None,
                    timeout=self._timeout,
                    allow_redirects=False,
                    verify=self._verify,
                    stream=True,
                )
                content = b"".join(response.iter_content(PIECE))
                self._shut = self._shut or _refused_login(
                    f"{method} {self.url}{path}", response.status_code, response.headers
                )
                if self._shut:  # no other worker may try: that could lock the account
                    raise self._shut
        except requests.exceptions.SSLError:
            raise Unreachable(
                "the server's certificate is not trusted",
                where=self.url,
                hint="name your authority's file under `ca_bundle`",
            ) from None
        except requests.RequestException as error:
            self.limiter.tally.count(type(error).__name__)
            raise Again(_told(error)) from None
        return self._read(method, path, endpoint, response, content, kind)

    def _read(
        self, method: str, path: str, endpoint: str, response: requests.Response, content: bytes, kind: Any
    ) -> Json:
        status, headers = response.status_code, response.headers
        where = f"{method} {self.url}{path}"
        task = re.search(r"/rest/api/\w+/task/([\w-]+)$", headers.get("Location", ""))
        if task and method == "POST" and status == 303:
            return {"taskId": task[1]}  # work begun; the address is not followed, only the task's id is taken from it
        _refuse_strangers(where, status, headers)
        after = self.limiter.heed(endpoint, status, headers)
        if status == 429 or status in (408, 425) or status >= 500:
            self._answered = True
            if status != 429:
                self.limiter.tally.count(str(status))
            raise Again(
                f"Jira answered {status}", after=after, tries=BROKEN_TRIES if status >= 500 else None, kind=status
            )
        if status >= 400:
            self._answered = True
            raise NotDone(_said(content) or f"Jira answered {status}", status=status, where=where)
        if status == 204 or (method == "PUT" and "/properties/" in path and not content):
            return None  # a property that was set is answered by 200 or 201 with nothing
        if "html" in headers.get("Content-Type", "") or content[:1] == b"<":
            self.limiter.tally.count("web page")
            tries = BROKEN_TRIES if self._answered else WEB_PAGE_TRIES
            raise Again("the server answered with a web page instead of JSON (a log-in page?)", tries=tries)
        self._answered = True
        try:
            with self.reading:
                return _decoded(content, kind)
        except msgspec.ValidationError:
            raise  # whole, but not what was asked for: asking again would not change that
        except ValueError:
            self.limiter.tally.count("broken JSON")
            raise Again("the answer was empty or broken", tries=BROKEN_TRIES) from None

    @contextmanager
    def _client(self) -> Iterator[JIRA]:
        """The client that was used last: its connection is the likeliest to be open still."""
        with self._under_way:
            client = self._idle.pop() if self._idle else self._connect()
            try:
                yield client
            finally:
                self._idle.append(client)

    def _connect(self) -> JIRA:
        client = JIRA(
            server=self.url,
            basic_auth=(self._email, self._secret) if self._email else None,
            token_auth=None if self._email else self._secret,
            options={"check_update": False},
            get_server_info=False,
            max_retries=0,
            logging=False,
        )
        logging.getLogger("jira").setLevel(logging.CRITICAL)
        return client


def _given_up(fault: Again, where: str, deadline: float) -> Unreachable:
    """What to tell when trying again has not helped; a rate limit is no fault of what was asked for."""
    if fault.kind == 429:
        wish = f" and asks us to wait {fault.after:.0f} s" if fault.after else f" for {deadline:.0f} s"
        return Throttled(f"Jira answered 429{wish}", where=where, hint=WAIT_HINT)
    return Unreachable(str(fault), where=where, hint="check the URL and the network, then run again")


def _decoded(content: bytes, kind: Any = Any) -> Json:
    """JSON, quickly; half of a surrogate pair, as a text cut by Jira can hold, becomes a question mark."""
    if not content.isascii():
        content.decode()  # msgspec does not look at texts that it leaves as they are
    try:
        return msgspec.json.decode(content, type=kind)
    except RecursionError:  # Python's, at some 400 levels: no text that a person wrote, and no reason to lose the rest
        raise msgspec.ValidationError("the answer is nested too deep to be read") from None
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if b"\\u" not in content:
            raise
        mended = json.dumps(json.loads(content), ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(mended, type=kind)


def _refused_login(where: str, status: int, headers: Mapping[str, str]) -> LoginFailed | None:
    reason = headers.get("X-Seraph-LoginReason", "")
    if "CAPTCHA" in headers.get("X-Authentication-Denied-Reason", "").upper():
        return LoginFailed("Jira asks for a CAPTCHA", where=where, hint="log in once in a browser as this account")
    if status == 401 or any(word in reason for word in LOGIN_REASONS):
        return LoginFailed(
            "the log-in failed" if status == 401 else "the token is not valid: Jira answers as to a stranger",
            where=where,
            hint="check `email` and `token` of this site; the token may have expired",
        )
    return None


def _refuse_strangers(where: str, status: int, headers: Mapping[str, str]) -> None:
    """Stop at answers that are not this site's."""
    if 300 <= status < 400:
        target = urlsplit(headers.get("Location", ""))
        origin = f"{target.scheme}://{target.netloc}" if target.netloc else "another page"
        raise Unreachable(
            f"Jira redirects to {origin}",
            where=where,
            hint=f"if that is your Jira, set `url: {origin}`; else the network asks for a log-in of its own",
        )


def _said(content: bytes) -> str:
    """Jira's own words for a refusal, one line, without control characters; empty if it said none."""
    try:
        answer = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return ""
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    texts = [str(text) for text in answer.get("errorMessages") or []]
    texts += [f"{name}: {text}" for name, text in errors.items()] if isinstance(errors, dict) else []
    if not texts and isinstance(answer.get("message"), str):
        texts = [answer["message"]]
    return "".join(c if c.isprintable() else " " for c in "; ".join(texts))[:500]


def _told(error: requests.RequestException) -> str:
    """A transport error in words; never its own text, which may carry the request."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer within the time allowed"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the connection broke in the middle of an answer"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy could not be reached"
    return "the server could not be reached"
