"""A headless Chromium that one can ask about a page: what it complained of, what it fetched, how wide it got."""

import asyncio
import base64
import json
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking")


@dataclass
class Page:
    """What was seen while one page was open."""

    complaints: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    width: int = 0
    opened: int = 0
    """How tall the first drill-down is when it is opened."""
    picture: bytes = b""


class Tab:
    """One tab, spoken to by the DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.page = Page()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer; events that come before it are noted."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = json.loads((await self._socket.receive()).data)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message.get("method", ""), message.get("params", {}))

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.page.fetched.append(params["request"]["url"])
        if method == "Log.entryAdded":
            self.page.complaints.append(params["entry"]["text"])
        if method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.page.complaints.append(method)

    async def value(self, script: str) -> Any:
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")


def visit(path: Path, profile: Path, *, width: int, dark: bool = False, picture: bool = False) -> Page:
    """Open a file in a window of that width; what was seen."""

    async def look(tab: Tab) -> Page:
        for domain in ("Page", "Network", "Log", "Runtime"):
            await tab.call(f"{domain}.enable")
        await tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await tab.call("Emulation.setEmulatedMedia", features=[scheme])
        await tab.call("Page.navigate", url=path.absolute().as_uri())
        while await tab.value("document.readyState + location.protocol") != "completefile:":
            await asyncio.sleep(0.05)
        tab.page.width = await tab.value("document.documentElement.scrollWidth")
        if picture:
            shot = await tab.call("Page.captureScreenshot", captureBeyondViewport=True)
            tab.page.picture = base64.b64decode(shot["data"])
        tab.page.opened = await tab.value(
            "(() => { const d = document.querySelector('td details.behind'); if (!d) return 0; d.open = true;"
            " return d.querySelector('div').getBoundingClientRect().height })()"
        )
        tab.page.width = max(tab.page.width, await tab.value("document.documentElement.scrollWidth"))
        return tab.page

    return asyncio.run(_with_chromium(profile, look))


async def _with_chromium(profile: Path, look: Callable[[Tab], Awaitable[Page]]) -> Page:
    assert CHROMIUM
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                tabs = await answer.json(content_type=None)
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                return await asyncio.wait_for(look(Tab(socket)), timeout=60)
    finally:
        browser.terminate()
        browser.wait(timeout=20)


async def _port(path: Path) -> int:
    for _ in range(400):
        if path.exists() and path.read_text().strip():
            return int(path.read_text().split()[0])
        await asyncio.sleep(0.05)
    raise AssertionError("chromium did not start")
