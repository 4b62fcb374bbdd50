"""The chain: a target's address, its redirects, and the page at the end. One deadline around all of it.

    admit    the guard reads the address                          guard.check_url
    ask      robots.txt of its origin                             robots
    wait     for the host's turn, or learn that it is backed off  pacing
    get      one exchange                                         http
    ... and again for every redirect: no hop is trusted more than the first.

robots.txt itself comes the same way, only that nobody asks robots.txt about it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import ada_url
import httpx

from crawler.fetch.guard import Refused, check_url, host_of
from crawler.fetch.http import Answer, Exchanges, Headers, Stopwatch, open_transport, validators_for
from crawler.fetch.limits import REDIRECT_LIMIT, Failure, FetchLimits, Trouble
from crawler.fetch.pacing import Pacing, Turns
from crawler.fetch.rendering import BrowserSettings, Rendering
from crawler.fetch.robots import ROBOTS_LIMIT_BYTES, ROBOTS_REDIRECT_LIMIT, Robots, RobotsMemory
from storage.jsonl import format_time
from storage.records import Page, Target, TargetKind


class Fetcher:
    """Fetches pages, politely and with suspicion. Use it as an async context manager, in one event loop.

    `now` is the clock of back-off, robots expiry and `Page.fetched_at`. `robots` and `backoffs` are what
    an earlier fetcher knew. `transport` replaces the network: whatever answers there is paced, bounded and
    robots-checked all the same; it is closed with the fetcher. `turns`: those of other processes (`pacing`).
    `rendered`: the sources whose pages a browser shows first, as `browser` says.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        now: Callable[[], datetime],
        robots: RobotsMemory | None = None,
        backoffs: Mapping[str, datetime] | None = None,
        turns: Turns | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        rendered: Collection[str] = (),
        browser: BrowserSettings | None = None,
    ) -> None:
        self._limits = limits
        self._rendered = frozenset(rendered)
        self._browser = browser or BrowserSettings()
        self._now = now
        self._transport = transport
        self._pacing = Pacing(limits, now=now, backoffs=backoffs, turns=turns)
        memory = RobotsMemory() if robots is None else robots
        self._robots = Robots(limits.user_agent, now=now, memory=memory, get=self._get_robots)
        self._exchanges: Exchanges | None = None

    async def __aenter__(self) -> Self:
        transport = self._transport
        if self._rendered:
            transport = Rendering(transport or open_transport(self._limits), self._limits, self._browser)
        self._exchanges = Exchanges(self._limits, transport)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._exchanges is not None:
            await self._exchanges.close()
            self._exchanges = None

    async def fetch(self, target: Target) -> Page | Failure:
        """The page at `target.url`, whatever its status; or why there is none. Raises nothing.

        With the target's validators a server may answer 304: then the page has that status and no body.
        """
        watch = Stopwatch(self._limits.total_seconds)
        conditions = validators_for(target.etag, target.last_modified)
        try:
            trip = await self._follow(target.url, watch, self._trip_of(target), conditions)
        except Trouble as trouble:
            return Failure(
                trouble.outcome, str(trouble), trouble.status, round(watch.spent, 3), trouble.retry_after
            )
        return Page(
            requested_url=target.url,
            url=trip.url,
            status=trip.answer.status,
            headers=trip.answer.headers,
            body=trip.answer.body,
            fetched_at=self._now(),
            seconds=round(watch.spent, 3),
            redirects=trip.passed,
        )

    def _trip_of(self, target: Target) -> _TripKind:
        is_page = target.kind in (TargetKind.ARTICLE, TargetKind.LISTING)
        return _SHOWN_TRIP if is_page and target.source in self._rendered else _PAGE_TRIP

    def backoffs(self) -> dict[str, datetime]:
        """Hosts to be left alone, and until when: for the store to keep, and the next fetcher to be given."""
        return self._pacing.backoffs()

    async def _get_robots(self, url: str) -> tuple[int, bytes]:
        trip = await self._follow(url, Stopwatch(self._limits.total_seconds), _ROBOTS_TRIP, ())
        return trip.answer.status, trip.answer.body

    async def _follow(self, url: str, watch: Stopwatch, kind: _TripKind, conditions: Headers) -> _Trip:
        passed: list[str] = []
        here = self._admitted(url)
        while True:
            # Validators belong to the address they were asked with, so only the first hop carries them.
            answer = await self._hop(here, watch, kind, conditions if not passed else ())
            if answer.location is None:
                return _Trip(here, tuple(passed), answer)
            passed.append(here)
            if len(passed) > kind.redirect_limit:
                raise Trouble("redirect loop", f"more than {kind.redirect_limit} redirects")
            here = self._admitted(_resolved(here, answer.location))
            if here in passed:
                raise Trouble("redirect loop", f"{here} leads back to itself")

    async def _hop(self, href: str, watch: Stopwatch, kind: _TripKind, conditions: Headers) -> Answer:
        host = host_of(href)
        self._refuse_backed_off(self._pacing.backed_off_until(host))
        delay = 0.0 if kind.is_robots else await self._robots.crawl_delay(href)
        async with self._pacing.turn(host, delay) as until:
            self._refuse_backed_off(until)
            before = watch.spent
            answer = await self._get(href, watch, kind, conditions)
            spent = watch.spent - before
            self._pacing.note(host, answer.status, answer.header("retry-after"), spent)
        return answer

    async def _get(self, href: str, watch: Stopwatch, kind: _TripKind, conditions: Headers) -> Answer:
        assert self._exchanges is not None, "use the fetcher as an async context manager"
        limit_bytes = ROBOTS_LIMIT_BYTES if kind.is_robots else self._limits.limit_bytes
        shown = {"admit": self._asked_for} if kind.is_shown else {}
        return await self._exchanges.get(
            href, conditions, watch, limit_bytes=limit_bytes, is_cut=kind.is_robots, **shown
        )

    async def _asked_for(self, url: str) -> str:
        """The address to fetch for what a page asks for by its scripts. Raises Trouble where it may not be fetched."""
        href = self._admitted(url)
        self._refuse_backed_off(self._pacing.backed_off_until(host_of(href)))
        await self._robots.crawl_delay(href)
        return href

    def _admitted(self, url: str) -> str:
        checked = check_url(url, allow_private=self._limits.allow_private_addresses)
        if isinstance(checked, Refused):
            raise Trouble("refused address", checked.reason)
        return checked

    @staticmethod
    def _refuse_backed_off(until: datetime | None) -> None:
        if until is not None:
            detail = f"the host asked us to wait until {format_time(until)}"
            raise Trouble("back-off", detail, retry_after=until)


@dataclass(frozen=True, slots=True)
class _TripKind:
    redirect_limit: int
    is_robots: bool
    is_shown: bool = False  # by a browser


_PAGE_TRIP = _TripKind(REDIRECT_LIMIT, is_robots=False)
_SHOWN_TRIP = _TripKind(REDIRECT_LIMIT, is_robots=False, is_shown=True)
_ROBOTS_TRIP = _TripKind(ROBOTS_REDIRECT_LIMIT, is_robots=True)


@dataclass(frozen=True, slots=True)
class _Trip:
    url: str
    passed: tuple[str, ...]
    answer: Answer


def _resolved(base: str, location: bytes) -> str:
    """The address a Location header means, seen from `base`. Raises Trouble where it means none.

    Relative, `//host/…` and raw UTF-8 forms are in use on real sites; the guard judges what comes out.
    Backslashes and control characters are not: parsers disagree about them.
    """
    try:
        text = location.decode("utf-8").strip(" \t")
        if not text.isprintable() or "\\" in text:
            raise Trouble("bad response", "a Location with characters that no address has")
        return str(ada_url.join_url(base, text))
    except ValueError as error:  # UnicodeDecodeError is one
        raise Trouble("bad response", "a Location that is no address") from error
