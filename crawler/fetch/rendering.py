"""A page as a browser shows it, for sites that write their text by script: `render = true` of a source.

The transport stands where the plain one does, and has that one below it: the browser has no network of its own.
Every request of a page comes to `_Showing`, which asks the guard and robots.txt and fetches it over the plain
transport, so that addresses, sizes, time and the User-Agent keep to the same rules as everywhere. What a browser
adds, it gets in a context of its own, thrown away after the page: no cookies, no storage, no service workers.

What is fetched: the page, its scripts and stylesheets (kept for an hour, for all pages), and what the scripts ask
for by GET. What is not: images, fonts, media, frames, sockets, any POST, and where a script would send the reader.

A page is only believed whole. Where its own site leaves a script or an answer out, by a fault that passes, its text
may be half there; that is Trouble, and no page.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ada_url
import httpx

from crawler.fetch.guard import host_of
from crawler.fetch.http import Answer, Exchanges, Headers, Stopwatch
from crawler.fetch.limits import MIB, FetchLimits, Trouble
from storage.records import Outcome

if TYPE_CHECKING:
    from playwright.async_api import (
        Browser,
        BrowserContext,
        Frame,
        Page,
        Playwright,
        Request,
        Route,
        WebSocketRoute,
    )

Admit = Callable[[str], Awaitable[str]]
"""An address a page asks for -> the address to fetch. Raises Trouble where guard or robots.txt forbid it."""

RENDERED = "x-presswatch-rendered"  # the header that says what made the body, such as Chromium/140.0

_SEARCHED = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever is not routed through us leads nowhere
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
)
_NOWHERE: Any = {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"}
_FETCHED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
_KEPT = frozenset({"script", "stylesheet"})
_KEPT_SECONDS = 3600.0
_KEPT_BYTES = 64 * MIB
_MOST_REQUESTS = 100  # of one page
_MOST_AT_ONCE = 4  # of one page
_MOST_BODIES = 2  # what one page asks for, together, in units of [fetch] limit_bytes
_REDIRECTS = 5
_QUIET_SECONDS = 0.5
_CLOSE_SECONDS = 5.0
_PASSING = frozenset({"time-out", "connection", "truncated", "TLS", "back-off", "bad response"})
_SIZE = "() => document.body ? document.body.innerText.length : 0"
# Without its <noscript>, which a parser would take for text that is shown.
_WHOLE = """() => {
  for (const one of document.querySelectorAll("noscript")) one.remove();
  return "<!DOCTYPE html>" + document.documentElement.outerHTML;
}"""


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """From config `[browser]`."""

    executable: str = ""  # path of Chromium; "": the one that Playwright or the system has
    sandbox: bool = True
    settle_seconds: float = 5.0  # at most, after the page is loaded, until nothing moves any more
    pages: int = 2  # at once


def missing(settings: BrowserSettings) -> str | None:
    """What has to be installed before a page can be rendered; None where all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "it needs Playwright: pip install 'presswatch[browser]'"
    if settings.executable and not os.access(settings.executable, os.X_OK):
        return f"[browser] executable: {settings.executable} is no program that can be run"
    if not settings.executable and not _has_own() and _of_the_system() is None:
        return (
            "it needs Chromium: run `playwright install chromium`, or install your system's package, such as by "
            "`apt install chromium`, or set [browser] executable"
        )
    return None


def _of_the_system() -> str | None:
    return next(filter(None, map(shutil.which, _SEARCHED)), None)


def _has_own() -> bool:
    """Whether `playwright install chromium` was run: then Playwright finds it by itself."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(given)] if given else [Path(folder).expanduser() for folder in _OWN]
    return any(any(folder.glob("chromium-*")) for folder in folders)


_OWN = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright", "~/AppData/Local/ms-playwright")


class Rendering(httpx.AsyncBaseTransport):
    """A transport over `inner`. A request with the extension `admit` gets its HTML as a browser shows it.

    Other kinds of answer, and all other requests, go through as they are. The browser starts with the first page.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, limits: FetchLimits, settings: BrowserSettings
    ) -> None:
        self._inner = inner
        self._wire = Exchanges(limits, inner)
        self._limits = limits
        self._settings = settings
        self._chromium = _Chromium(limits, settings)
        self._kept = _Kept()
        self._places = asyncio.Semaphore(settings.pages)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to `request`. Raises Trouble where the page could not be shown whole."""
        admit: Admit | None = request.extensions.get("admit")
        if admit is None:
            return await self._inner.handle_async_request(request)
        watch = Stopwatch(request.extensions["total_seconds"])
        href = request.extensions["href"]
        # No validators: an unchanged shell says nothing of the text that its scripts will bring.
        answer = await self._wire.get(href, (), watch, limit_bytes=self._limits.limit_bytes)
        if answer.status != 200 or "html" not in (answer.header("content-type") or "html").lower():
            return _response(request, answer.status, _passed_on(answer.headers), answer.body)
        left = watch.total_seconds - watch.spent
        try:
            async with asyncio.timeout(left), self._places:
                body = await self._shown(href, answer, admit, left)
        except TimeoutError as error:
            await self._chromium.end()  # a page that holds its process up would hold up the next one as well
            raise Trouble("time-out", f"the page was not shown within {left:.0f} seconds") from error
        headers = (
            *(
                (name, value)
                for name, value in _passed_on(answer.headers)
                if name.lower() not in _OF_THE_SHELL
            ),
            ("content-type", "text/html; charset=utf-8"),
            (RENDERED, self._chromium.version),
        )
        return _response(request, 200, headers, body)

    async def aclose(self) -> None:
        """Ends the browser and closes the transport below."""
        await self._chromium.end()
        await self._inner.aclose()

    async def _shown(self, href: str, answer: Answer, admit: Admit, seconds: float) -> bytes:
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as TooSlow

        try:
            context = await self._chromium.context()
        except Error as error:
            raise Trouble("browser", _not_started(error)) from error
        try:
            fetch, most = self._fetch, _MOST_BODIES * self._limits.limit_bytes
            showing = _Showing(href, answer, admit, fetch, self._settings.settle_seconds, most)
            return (await showing.of(context, seconds)).encode("utf-8", "replace")
        except TooSlow as error:
            raise TimeoutError from error
        except Error as error:
            raise Trouble("browser", _first_line(error)) from error
        finally:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSE_SECONDS)

    async def _fetch(self, href: str, headers: Headers, admit: Admit, seconds: float, keep: bool) -> Answer:
        """The answer to what a page asked for, redirects followed."""
        kept = self._kept.get(href) if keep else None
        if kept is not None:
            return kept
        watch, here = Stopwatch(seconds), await admit(href)
        for _ in range(_REDIRECTS):
            answer = await self._wire.get(here, headers, watch, limit_bytes=self._limits.limit_bytes)
            if answer.location is None:
                if keep and answer.status == 200:
                    self._kept.put(href, answer)
                return answer
            here = await admit(str(ada_url.join_url(here, answer.location.decode("utf-8", "replace"))))
        raise Trouble("redirect loop", f"more than {_REDIRECTS} redirects")


_OF_THE_SHELL = frozenset({"content-type", "etag", "last-modified"})
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


def _passed_on(headers: Headers) -> Headers:
    """Without what was true of the body on the wire alone."""
    return tuple(pair for pair in headers if pair[0].lower() not in _OF_THE_WIRE)


def _response(request: httpx.Request, status: int, headers: Headers, body: bytes) -> httpx.Response:
    raw = [(name.encode("latin-1", "replace"), value.encode("utf-8")) for name, value in headers]
    return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body), request=request)


def _not_started(error: Exception) -> str:
    if any(sign in str(error) for sign in ("without --no-sandbox", "No usable sandbox")):
        return "Chromium cannot have its sandbox here, as the user root cannot; see [browser] sandbox"
    return f"Chromium does not start: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


class _Chromium:
    """The browser, started when first needed, and started anew after it ended."""

    def __init__(self, limits: FetchLimits, settings: BrowserSettings) -> None:
        self._limits = limits
        self._settings = settings
        self._starting = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self.version = "Chromium"

    async def context(self) -> BrowserContext:
        """A browsing context that nobody used before. Raises playwright's Error where the browser does not start."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                await self.end()
                await self._start()
        assert self._browser is not None
        return await self._browser.new_context(
            user_agent=self._limits.agent_header, service_workers="block", accept_downloads=False
        )

    async def _start(self) -> None:
        from playwright.async_api import async_playwright

        self._driver = await async_playwright().start()
        self._browser = await self._driver.chromium.launch(
            executable_path=self._settings.executable or (None if _has_own() else _of_the_system()),
            chromium_sandbox=self._settings.sandbox,
            args=list(_ARGUMENTS),
            proxy=_NOWHERE,
            handle_sigint=False,  # the signals are the daemon's
            handle_sigterm=False,
            handle_sighup=False,
        )
        self.version = f"Chromium/{self._browser.version}"

    async def end(self) -> None:
        """Ends the browser, whatever state it is in."""
        browser, driver = self._browser, self._driver
        self._browser = self._driver = None
        for end in (browser.close if browser else None, driver.stop if driver else None):
            if end is not None:
                with suppress(Exception):  # it is gone, or it goes with the driver
                    await asyncio.wait_for(end(), _CLOSE_SECONDS)


class _Kept:
    """Scripts and stylesheets that the next pages of a site ask for as well."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._bytes = 0

    def get(self, href: str) -> Answer | None:
        since, answer = self._answers.get(href, (0.0, None))
        if answer is not None and _now() - since > _KEPT_SECONDS:
            self._drop(href)
            return None
        return answer

    def put(self, href: str, answer: Answer) -> None:
        self._drop(href)
        self._answers[href] = (_now(), answer)
        self._bytes += len(answer.body)
        while self._bytes > _KEPT_BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, href: str) -> None:
        _, answer = self._answers.pop(href, (0.0, None))
        self._bytes -= len(answer.body) if answer else 0


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Showing:
    """One page in the browser: answers what it asks for, waits until it is there, and takes its text."""

    def __init__(
        self,
        href: str,
        answer: Answer,
        admit: Admit,
        fetch: Callable[[str, Headers, Admit, float, bool], Awaitable[Answer]],
        settle_seconds: float,
        most_bytes: int,
    ) -> None:
        self._href = href
        self._answer: Answer | None = answer
        self._admit = admit
        self._fetch = fetch
        self._settle_seconds = settle_seconds
        self._asked = 0
        self._bytes_left = most_bytes
        self._own_under_way = 0
        self._lost = asyncio.Event()  # the page is not what its site would show: `_why`
        self._why = ""
        self._at_once = asyncio.Semaphore(_MOST_AT_ONCE)
        self._until = 0.0
        self._main: Frame | None = None

    async def of(self, context: BrowserContext, seconds: float) -> str:
        """The HTML of the page as it stands when nothing moves any more. Raises Trouble, or playwright's Error."""
        self._until = _now() + seconds
        page = await context.new_page()
        self._main = page.main_frame
        context.on("page", _closed)
        await context.route("**/*", self._answered)
        await context.route_web_socket("**/*", _hung_up)
        # What cannot be whole any more is not waited for: a page that is led away may never answer again.
        reading, losing = (
            asyncio.ensure_future(self._read(page, seconds)),
            asyncio.ensure_future(self._lost.wait()),
        )
        try:
            await asyncio.wait((reading, losing), return_when=asyncio.FIRST_COMPLETED)
            if self._lost.is_set():
                raise Trouble("browser", f"the page is not shown whole: {self._why}")
            return reading.result()
        finally:
            for task in (reading, losing):
                task.cancel()
            await asyncio.gather(reading, losing, return_exceptions=True)

    async def _read(self, page: Page, seconds: float) -> str:
        await page.goto(self._href, wait_until="domcontentloaded", timeout=seconds * 1000)
        await self._settled(page)
        if page.url.startswith("chrome-error:"):
            raise Trouble("browser", "it shows an error page of its own")
        if self._own_under_way:
            raise Trouble("time-out", "the page still waited for its own site")
        shown: str = await page.evaluate(_WHOLE)
        return shown

    async def _settled(self, page: Page) -> None:
        end = min(self._until - 1.0, _now() + self._settle_seconds)
        size, since = -1, _now()
        while _now() < end:
            await asyncio.sleep(0.05)
            now_size = await page.evaluate(_SIZE)
            if self._own_under_way or now_size != size:
                size, since = now_size, _now()
            elif _now() - since >= _QUIET_SECONDS:
                return

    async def _answered(self, route: Route) -> None:
        from playwright.async_api import Error

        with suppress(Error):  # the page may be gone by now
            request = route.request
            if request.is_navigation_request():
                await self._led(route, request)
            elif request.resource_type not in _FETCHED or request.method != "GET" or not self._may_ask():
                await route.abort("blockedbyclient")
            else:
                await self._fetched(route, request)

    async def _led(self, route: Route, request: Request) -> None:
        """Answers with the page once; after that it is a frame, another window, or a script that leads elsewhere."""
        answer, self._answer = self._answer, None
        if answer is not None:
            await _fulfil(route, answer)
            return
        if request.frame == self._main:
            self._lose(f"a script leads on to {request.url}")
        await route.abort("blockedbyclient")

    def _lose(self, why: str) -> None:
        self._why = self._why or why
        self._lost.set()

    def _may_ask(self) -> bool:
        self._asked += 1
        return self._asked <= _MOST_REQUESTS and self._bytes_left > 0

    async def _fetched(self, route: Route, request: Request) -> None:
        is_own = _is_of_site(request.url, self._href)
        self._own_under_way += is_own
        try:
            async with self._at_once:
                answer = await self._fetch(
                    request.url,
                    _told(request),
                    self._admit,
                    max(0.1, self._until - _now()),
                    request.resource_type in _KEPT,
                )
        except (Trouble, ValueError) as error:
            is_passing = isinstance(error, Trouble) and error.kind in _PASSING
            if is_own and (is_passing or _must_wait(error)):
                self._lose(f"{request.url}: {error}")
            await route.abort("failed")
        else:
            self._bytes_left -= len(answer.body)
            if is_own and (answer.status >= 500 or answer.status == 429):
                self._lose(f"{request.url}: status {answer.status}")
            await _fulfil(route, answer)
        finally:
            self._own_under_way -= is_own


def _must_wait(error: Exception) -> bool:
    """Whether robots.txt could not be had: that passes. A rule that forbids the address stays."""
    return (
        isinstance(error, Trouble) and error.kind == "robots.txt" and error.outcome is not Outcome.DISALLOWED
    )


async def _fulfil(route: Route, answer: Answer) -> None:
    headers = {name: value for name, value in _passed_on(answer.headers) if name.lower() != "set-cookie"}
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)


async def _closed(popup: Page) -> None:
    from playwright.async_api import Error

    with suppress(Error):
        await popup.close()


async def _hung_up(socket: WebSocketRoute) -> None:
    await socket.close()


def _told(request: Request) -> Headers:
    """Of the headers that the browser would send, those that a site answers by and that say nothing about us."""
    given = request.headers
    return tuple(
        (name.title(), given[name]) for name in ("origin", "referer", "x-requested-with") if name in given
    )


def _is_of_site(url: str, href: str) -> bool:
    """Whether the host of `url` is that of the page, or one lies below the other."""
    try:
        one, other = (host_of(address).removeprefix("www.") for address in (url, href))
    except ValueError:
        return False
    return one == other or one.endswith("." + other) or other.endswith("." + one)
