"""The demo's papers on loopback: two small web servers, and a log of what they were asked.

What lives here: HTTP. Conditional requests (RFC 9110 §13), the request log, the day the site is in. What is
said at an address is `pages.answer`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType

from aiohttp import web

from crawler.demo_site.pages import Answer, answer, site_of
from crawler.demo_site.story import LAST_DAY, SCRIPT, Script, date_of, pass_time
from crawler.demo_site.world import LISTING_PATHS


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was answered. `at` is the real time."""

    source: str
    path: str
    at: datetime
    status: int
    is_conditional: bool
    user_agent: str


class DemoSite:
    """Serves the papers of `script` while the context lasts, each on a port of its own of 127.0.0.1.

    ``async with DemoSite() as site: site.set_day(1); site.listing_urls["Harbour Gazette"]``
    """

    def __init__(self, script: Script = SCRIPT) -> None:
        self.script = script
        self.day = 1
        self.log: list[Request] = []
        self.base_urls: dict[str, str] = {}  # by source, without a trailing slash; known inside the context
        self._runners: list[web.AppRunner] = []

    @property
    def listing_urls(self) -> dict[str, str]:
        """The address of each source's listing."""
        return {source: base + LISTING_PATHS[source] for source, base in self.base_urls.items()}

    def set_day(self, day: int) -> None:
        """From now on it is `day`, 1 to 6. Raises ValueError for a day the script does not reach."""
        if not 1 <= day <= LAST_DAY:
            raise ValueError(f"the script has days 1 to {LAST_DAY}, not {day}")
        self.day = day

    async def __aenter__(self) -> DemoSite:
        try:
            for source in LISTING_PATHS:
                self.base_urls[source] = await self._serve(source)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _serve(self, source: str) -> str:
        async def handle(request: web.Request) -> web.Response:
            return self._respond(source, request)

        app = web.Application()
        app.router.add_get("/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def _close(self) -> None:
        while self._runners:
            await self._runners.pop().cleanup()

    def _respond(self, source: str, request: web.Request) -> web.Response:
        said = answer(self.script, source, self.day, request.path)
        headers = {"Date": _http_date(pass_time(self.day)), "Cache-Control": "no-cache"}
        if said.location is not None:
            headers["Location"] = said.location
        if said.status == 200:
            headers |= validators(self.script, source, self.day, request.path)
        is_same = said.status == 200 and is_unchanged(request.headers, headers)
        status = 304 if is_same else said.status
        self._note(source, request, status)
        return _response(replace(said, body=self._with_addresses(said.body)), status, headers)

    def _with_addresses(self, body: bytes) -> bytes:
        """`body` with the addresses of the papers' sites where the pages only name them."""
        for source, base in self.base_urls.items():
            body = body.replace(site_of(source).encode(), base.encode())
        return body

    def _note(self, source: str, request: web.Request, status: int) -> None:
        asks = request.headers
        is_conditional = "If-None-Match" in asks or "If-Modified-Since" in asks
        agent = asks.get("User-Agent", "")
        self.log.append(Request(source, request.path, datetime.now(UTC), status, is_conditional, agent))


def validators(script: Script, source: str, day: int, path: str) -> dict[str, str]:
    """The ETag and Last-Modified of the page at `path`: of its very bytes, and the day it came to be so."""
    body = answer(script, source, day, path).body
    since = day
    while since > 1 and answer(script, source, since - 1, path).body == body:
        since -= 1
    changed_at = datetime.combine(date_of(since), time(0), tzinfo=UTC)
    return {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        "Last-Modified": _http_date(changed_at),
    }


def is_unchanged(asked: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Whether 304 is the answer. If-None-Match goes before If-Modified-Since (RFC 9110 §13.2.2)."""
    tags = asked.get("If-None-Match")
    if tags is not None:
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(given & {held["ETag"], "*"})
    return _is_not_later(held["Last-Modified"], asked.get("If-Modified-Since"))


def _is_not_later(modified: str, since: str | None) -> bool:
    if since is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone: the header is ignored
        return False


def _response(said: Answer, status: int, headers: dict[str, str]) -> web.Response:
    if status == 304:
        return web.Response(status=304, headers=headers)
    return web.Response(status=status, body=said.body, headers={**headers, "Content-Type": said.content_type})


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
