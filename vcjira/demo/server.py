"""The embedded Jira as a real HTTP server on loopback, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from typing import Self

from aiohttp import web

from vcjira.demo.call import Request
from vcjira.demo.faults import Faults
from vcjira.demo.front import Door
from vcjira.demo.life import Life
from vcjira.demo.shapes import Product
from vcjira.demo.site import Site
from vcjira.demo.store import Store
from vcjira.errors import Mend

HOST = "127.0.0.1"


class EmbeddedJira:
    """`with EmbeddedJira(store) as jira:` serves the store at `jira.url` until the block ends."""

    def __init__(
        self,
        store: Store,
        *,
        product: Product = "cloud",
        port: int = 0,
        faults: Faults | None = None,
        latency: float = 0.0,
        zone: str = "UTC",
        compress: bool = True,
    ) -> None:
        self.store = store
        self.product: Product = product
        self.port = port
        self.site = Site(store, product, faults or Faults(), zone)
        self._listeners: list[Callable[[Request], None]] = []
        self._door = Door(self.site, latency, compress, self._listeners)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._error: OSError | None = None

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def requests(self) -> list[Request]:
        """Every request that arrived, oldest first."""
        return self.site.requests

    @property
    def faults(self) -> Faults:
        """May be changed while the server runs."""
        return self.site.faults

    @property
    def life(self) -> Life:
        """What has happened beside the requests."""
        return self.site.life

    def on_request(self, listener: Callable[[Request], None]) -> None:
        """Call `listener` with each request before it is answered; it may change the store."""
        self._listeners.append(listener)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="embedded-jira", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise Mend(f"port {self.port} cannot be used: {self._error.strerror}", where=HOST)

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._loop = None

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda *_: None)
        runner = web.AppRunner(self._door.application(), handle_signals=False, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, self.port, backlog=512)
            await site.start()
            self.site.url = f"http://{HOST}:{runner.addresses[0][1]}"
            life = asyncio.ensure_future(self.site.life.run()) if self.faults.life.busy else None
            self._ready.set()
            await self._stop.wait()
            if life is not None:
                life.cancel()
        except OSError as error:
            self._error = error
        finally:
            self._ready.set()
            await runner.cleanup()
