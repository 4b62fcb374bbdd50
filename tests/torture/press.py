"""The press site of a script, as a transport under the real fetcher. It keeps a log of what it was asked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

import httpx

from tests.torture.clock import WallClock
from tests.torture.script import Act, Event, Fault, Script

HOST = "https://press.example"
FRONT = "/latest/"
LISTED = 12  # teasers on the front page
ROBOTS = "User-agent: *\nDisallow: /private/\nCrawl-delay: 7\n"
RETRY_AFTER = 600.0
_SLOW = 25.0  # seconds between two bytes of a trickle


@dataclass
class Asked:
    """One request: when it came and when it was answered, in true time."""

    path: str
    start: float
    end: float = float("inf")
    status: int = 0


class Press(httpx.AsyncBaseTransport):
    """Answers as the site of `script` would at that moment. A new one for each life of the daemon; one log."""

    def __init__(self, script: Script, clock: WallClock, log: list[Asked], lots: random.Random) -> None:
        self.script = script
        self.clock = clock
        self.log = log
        self.lots = lots

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = Asked(request.url.path, self.clock.true().timestamp())
        self.log.append(asked)
        try:
            response = await self._answer(request, asked.path)
            asked.status = response.status_code
            return response
        except httpx.HTTPError:
            asked.status = -1
            raise
        finally:
            asked.end = self.clock.true().timestamp()

    async def _answer(self, request: httpx.Request, path: str) -> httpx.Response:
        now = self.clock.true()
        fault = self._fault(now, path)
        left = float(request.extensions["total_seconds"])
        await asyncio.sleep(self.lots.uniform(0.05, 0.6))
        if fault is Fault.TIME_OUT:
            await asyncio.sleep(min(left, float(request.extensions["timeout"]["read"])))
            raise httpx.ReadTimeout("nothing came", request=request)
        if fault is Fault.RESET:
            raise httpx.ReadError("connection reset", request=request)
        if fault is Fault.ERROR or (fault is Fault.ROBOTS and path == "/robots.txt"):
            return httpx.Response(503 if self.lots.random() < 0.3 else 500, text="<h1>Sorry</h1>")
        if fault is Fault.STORM:
            return httpx.Response(429, headers={"retry-after": str(int(RETRY_AFTER))}, text="slow down")
        return self._page(request, path, now, fault)

    def _fault(self, now: datetime, path: str) -> Fault | None:
        on = [t for t in self.script.troubles if t.is_on(now) and self.lots.random() < t.share]
        faults = [t.fault for t in on]
        if path == "/robots.txt":
            faults = [f for f in faults if f not in (Fault.GARBAGE, Fault.NO_ROWS, Fault.CHARSET, Fault.CUT)]
        return faults[0] if faults else None

    def _page(self, request: httpx.Request, path: str, now: datetime, fault: Fault | None) -> httpx.Response:
        if path == "/robots.txt":
            return httpx.Response(200, text=ROBOTS)
        if path == FRONT:
            return self._html(self._front(now, is_empty=fault is Fault.NO_ROWS), fault)
        for tale in self.script.tales:
            event = tale.at(now)
            if event is None or path not in {one.path for one in tale.events}:
                continue
            if event.act is Act.REMOVE:
                return httpx.Response(404, text="<h1>Nothing here</h1>")
            if path != event.path:
                return httpx.Response(301, headers={"location": event.path})
            return self._html(self._story(event), fault)
        return httpx.Response(404, text="<h1>Nothing here</h1>")

    def _html(self, page: str, fault: Fault | None) -> httpx.Response:
        body, charset = page.encode(), "utf-8"
        if fault is Fault.GARBAGE:
            body = self.lots.randbytes(4_000)
        if fault is Fault.CHARSET:
            charset = self.lots.choice(["iso-8859-1", "koi8-r", "no-such-charset", "utf-16"])
        headers = {"content-type": f"text/html; charset={charset}", "content-length": str(len(body))}
        if fault is Fault.CUT:
            return httpx.Response(200, headers=headers, stream=_Stream(body[: len(body) // 2]))
        if fault is Fault.TRICKLE:
            return httpx.Response(200, headers=headers, stream=_Stream(body, _SLOW))
        return httpx.Response(200, headers=headers, stream=_Stream(body))

    def _listed(self, now: datetime) -> list[Event]:
        shown = []
        for tale in self.script.tales:
            event = tale.at(now)
            if event is not None and event.act is not Act.REMOVE:
                shown.append((tale.events[0].at, event))
        return [event for _, event in sorted(shown, key=lambda one: one[0], reverse=True)][:LISTED]

    def _front(self, now: datetime, *, is_empty: bool) -> str:
        rows = "".join(
            f'<article><h2><a href="{event.path}">{escape(event.headline)}</a></h2></article>'
            for event in ([] if is_empty else self._listed(now))
        )
        return (
            '<html><head><meta charset="utf-8"><title>The Press</title></head><body>'
            f'<header><nav><a href="/">Home</a></nav></header><main>{rows}</main>'
            f"<footer>{self.lots.randrange(10**6)} visitors</footer></body></html>"
        )

    def _story(self, event: Event) -> str:
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in event.paragraphs)
        return (
            f'<html><head><meta charset="utf-8"><title>{escape(event.headline)} - The Press</title>'
            '<meta property="og:type" content="article"></head><body>'
            f"<p>Today is day {self.lots.randrange(365)}</p><main><article><h1>{escape(event.headline)}</h1>"
            f"{body}</article></main><footer>{self.lots.randrange(10**6)} visitors</footer></body></html>"
        )


class _Stream(httpx.AsyncByteStream):
    """A body at once, or a byte at a time."""

    def __init__(self, body: bytes, pause: float = 0.0) -> None:
        self.body = body
        self.pause = pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not self.pause:
            yield self.body
            return
        for place in range(len(self.body)):
            await asyncio.sleep(self.pause)
            yield self.body[place : place + 1]
