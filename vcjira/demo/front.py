"""The door of the embedded Jira: log-in, rate limits, faults, compression; then the handler of the route."""

import asyncio
import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import ModuleType
from typing import Any

from aiohttp import web

from vcjira.demo import cloud, datacenter, raw
from vcjira.demo.call import KEPT_BODY, Answer, Call, Handler, Refusal, Request
from vcjira.demo.faults import Fault
from vcjira.demo.limits import Burst, refused
from vcjira.demo.records import Account
from vcjira.demo.shelf import EMAIL, TOKEN
from vcjira.demo.site import Site

PRODUCTS: dict[str, ModuleType] = {"cloud": cloud, "datacenter": datacenter}
PAGE = b"<!doctype html><html><head><title>Log in</title></head><body><form>Log in to continue</form></body></html>"
LOGIN = "X-Seraph-LoginReason"
ACTED = frozenset({"duplicate", "skip", "repeat_token", "short_page", "withheld", "warning"})
"""Faults that the handlers act out."""
COMPRESSED_FROM = 1_000
LARGEST = 64 * 2**20

Front = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Turns requests into calls and answers into responses."""

    def __init__(self, site: Site, latency: float, compress: bool, listeners: list[Callable[[Request], None]]) -> None:
        self.site = site
        self.latency = latency
        self.compress = compress
        self.listeners = listeners
        self.work: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        product = PRODUCTS[self.site.product]
        application = web.Application(client_max_size=LARGEST)
        latest = product.VERSIONS[-1]
        routes = [
            *[
                (method, f"/rest/api/{v}/{path}", run, v)
                for v in product.VERSIONS
                for method, path, run in product.ROUTES
            ],
            *[(method, f"/rest/servicedeskapi/{path}", run, latest) for method, path, run in product.DESK],
        ]
        for prefix in product.PREFIXES:
            for method, path, handler, version in routes:
                application.router.add_route(method, prefix + path, self._front(handler, version))
        for method, path, handler in product.OUTSIDE:
            application.router.add_route(method, path, self._front(handler, latest))
        application.router.add_route("*", "/{rest:.*}", self._front(_nothing_here, latest))
        return application

    def _front(self, handler: Handler, version: str) -> Front:
        async def front(request: web.Request) -> web.StreamResponse:
            content = await request.read()
            kept = self._keep(request, content)
            for listener in self.listeners:
                listener(kept)
            if self.latency:
                await asyncio.sleep(self.latency)
            self.site.life.heed(request.method, request.path)
            struck = self.site.draw.strike(request.method, request.path)
            return await self._respond(request, kept, content, struck, handler, version)

        return front

    def _keep(self, request: web.Request, content: bytes) -> Request:
        body: Any = None
        if 0 < len(content) < KEPT_BODY:
            try:
                body = raw.parse(content)
            except ValueError:
                body = content.decode("utf-8", "replace")
        kept = Request(request.method, request.path, dict(request.query), body)
        self.site.keep(kept)
        return kept

    async def _respond(
        self,
        request: web.Request,
        kept: Request,
        content: bytes,
        struck: list[Fault],
        handler: Handler,
        version: str,
    ) -> web.StreamResponse:
        kinds = {fault.kind: fault for fault in struck}
        if "hang" in kinds:
            await asyncio.sleep(kinds["hang"].seconds)
        if "cut" in kinds:
            return _cut(request)
        answer = _faulty(struck) or self._answer(request, content, kinds, handler, version)
        kept.status = answer.status
        self._start_work()
        if "lost" in kinds:
            return _cut(request)
        if "near_limit" in kinds:
            answer.headers["X-RateLimit-NearLimit"] = "true"
        if "truncate" in kinds:
            answer.body = answer.body[: len(answer.body) // 2]
        headers, body = self._packed(request, answer)
        if "cut_gzip" in kinds and "Content-Encoding" in headers:
            body = body[: len(body) // 2]
        if "cut_body" in kinds and body:
            return await _half(request, answer.status, headers, body)
        return web.Response(status=answer.status, body=body or None, headers=headers)

    def _answer(
        self, request: web.Request, content: bytes, kinds: dict[Any, Fault], handler: Handler, version: str
    ) -> Answer:
        headers: dict[str, str] = {}
        try:
            me = self._caller(request, kinds, headers)
            self._limit(request, me, headers)
            with self.site.store.lock:
                call = Call(
                    site=self.site,
                    shapes=self.site.shapes(version, outage="outage" in kinds),
                    path=request.match_info,
                    query=request.query,
                    queries=lambda name: request.query.getall(name, []),
                    body=_body(content),
                    me=me,
                    effects=frozenset(kinds) & ACTED,
                )
                answer = handler(call)
        except Refusal as refusal:
            answer = refusal.answer()
        answer.headers = {**headers, **answer.headers}
        return answer

    # who is it --------------------------------------------------------------------------------------------------
    def _caller(self, request: web.Request, kinds: dict[Any, Fault], headers: dict[str, str]) -> Account | None:
        """The account; None for strangers; 401 (or a stranger's 200) for a wrong or expired token."""
        if "captcha" in kinds:
            denied = {"X-Authentication-Denied-Reason": f"CAPTCHA_CHALLENGE; login-url={self.site.url}/login.jsp"}
            raise Refusal(403, "Authentication denied.", headers={LOGIN: "AUTHENTICATION_DENIED", **denied})
        given = request.headers.get("Authorization")
        if given is None or request.path.startswith("/_edge/"):
            return None
        good = self._authorised(given) and not (self.site.faults.scoped and not _on_gateway(request))
        if good:
            self.site.authorised += 1
        limit = self.site.faults.expires_after
        expired = self.site.life.expired or (limit is not None and self.site.authorised > limit)
        unknown = self.site.faults.unknown if not good or expired else None
        if "401" in kinds or unknown == "401":
            raise Refusal(
                401,
                "Client must be authenticated to access this resource.",
                headers={LOGIN: "AUTHENTICATED_FAILED", "WWW-Authenticate": 'OAuth realm="embedded"'},
            )
        if "anonymous" in kinds or unknown == "anonymous":
            headers[LOGIN] = "AUTHENTICATED_FAILED"
            return None
        if self.site.product == "datacenter":
            headers[LOGIN] = "OK"
        return self.site.store.me

    def _authorised(self, header: str) -> bool:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                secret = base64.b64decode(secret, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return False
        good: bool = PRODUCTS[self.site.product].authorised(scheme.lower(), secret.strip(), EMAIL, TOKEN)
        return good

    def _limit(self, request: web.Request, me: Account | None, headers: dict[str, str]) -> None:
        """429 where a limit is configured and passed."""
        if self.site.bucket is not None and me is not None:
            granted, told = self.site.bucket.take()
            headers.update(told)
            if not granted:
                raise Refusal(429, "Rate limit exceeded.")
        if self.site.points is not None and me is not None:
            wait, told = self.site.points.take()
            headers.update(told)
            if wait:
                raise Refusal(429, "Rate limit exceeded.")
        rate = self.site.faults.per_second
        if rate is not None:
            endpoint = f"{request.method} {request.match_info.route.resource}"
            wait = self.site.bursts.setdefault(endpoint, Burst(rate)).over()
            headers["X-RateLimit-Limit"] = f"{rate:g}"
            if wait:
                raise Refusal(429, "Rate limit exceeded.", headers=refused(wait, "jira-burst-based"))

    # tasks and bytes --------------------------------------------------------------------------------------------
    def _start_work(self) -> None:
        for task in self.site.tasks.open:
            if not task.scheduled:
                task.scheduled = True
                running = asyncio.ensure_future(self._work(task))
                self.work.add(running)
                running.add_done_callback(self.work.discard)

    async def _work(self, task: Any) -> None:
        await asyncio.sleep(self.site.faults.bulk_seconds)
        while self.site.tasks.work(task):
            await asyncio.sleep(self.site.faults.bulk_seconds)

    def _packed(self, request: web.Request, answer: Answer) -> tuple[dict[str, str], bytes]:
        headers, body = dict(answer.headers), answer.body
        if answer.status != 204:
            headers.setdefault("Content-Type", "application/json;charset=UTF-8")
        headers.setdefault("X-AREQUESTID", f"{len(self.site.requests)}")
        wanted = "gzip" in request.headers.get("Accept-Encoding", "")
        if self.compress and wanted and len(body) >= COMPRESSED_FROM:
            headers["Content-Encoding"] = "gzip"
            body = zlib.compress(body, 1, 31)
        return headers, body


def _on_gateway(request: web.Request) -> bool:
    return request.path.startswith(cloud.GATEWAY)


def _nothing_here(call: Call) -> Answer:
    body = {"message": "null for uri", "status-code": 404}
    return Answer(404, raw.encoded(body))


def _body(content: bytes) -> Any:
    if not content:
        return None
    try:
        return raw.parse(content)
    except ValueError:
        raise Refusal(400, "Unexpected character: the request body is not JSON.") from None


def _faulty(struck: list[Fault]) -> Answer | None:
    """An answer that replaces the real one."""
    for fault in struck:
        if fault.kind == "html":
            return Answer(200, PAGE, {"Content-Type": "text/html;charset=UTF-8"})
        if fault.kind == "empty":
            return Answer(200)
        if fault.kind == "redirect":
            return Answer(302, headers={"Location": fault.to})
        if fault.kind.isdigit() and fault.kind != "401":
            body = raw.encoded({"errorMessages": [f"Trouble on purpose: {fault.kind}"], "errors": {}})
            return Answer(int(fault.kind), body, _wishes(fault))
    return None


def _wishes(fault: Fault) -> dict[str, str]:
    headers = {}
    if fault.retry_after is not None:
        after = datetime.now(UTC) + timedelta(seconds=fault.retry_after)
        seconds = f"{fault.retry_after:g}"
        headers["Retry-After"] = format_datetime(after, usegmt=True) if fault.http_date else seconds
    if fault.reason:
        headers["RateLimit-Reason"] = fault.reason
    return headers


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _half(request: web.Request, status: int, headers: dict[str, str], body: bytes) -> web.StreamResponse:
    """Half of what the length promised, then the end of the connection."""
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(0.01)
    if request.transport is not None:
        request.transport.close()
    return response
