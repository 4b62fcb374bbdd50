"""Whose turn it is. Three rules, for every request there is (pages, redirects, robots.txt):

    delay         two requests to one host start at least `delay_seconds` apart, more where robots.txt asks,
                  more where the host has become slow (`tempo`)
    concurrency   so many requests at once in all, and so many to one host
    back-off      after 429 or 503 a host is left alone: as long as its Retry-After says, else 60 s,
                  doubling each time in a row; never longer than a day

Delays run on the loop's monotonic clock: they are about the site's load. Back-off runs on the injected
`now`, because a pass may be dated and the store keeps the table. Where several processes share a store, they
share the turns at a host, too: `Turns` is asked after our own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from crawler.fetch.limits import FetchLimits
from crawler.fetch.tempo import Tempo

BACKOFF_FIRST = timedelta(seconds=60)
BACKOFF_MOST = timedelta(days=1)
ASKS_TO_WAIT = (429, 503)

_HOSTS_KEPT = 2048  # of idle hosts; more are forgotten, the longest idle first
_IDLE_SECONDS = 600.0  # a host idle for so long owes no delay


class Turns(Protocol):
    """The turns at hosts among all processes that share a store."""

    async def take(self, host: str, delay_seconds: float) -> str | datetime:
        """Waits for a turn, and gives back its token; or until when the host is backed off."""

    async def give_back(self, host: str, token: str, backed_off_until: datetime | None) -> None:
        """The request is over; the host may have asked to be left alone."""


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)  # held by the one whose turn is next
    last_start: float = float("-inf")  # on the loop's clock
    users: int = 0
    tempo: Tempo = field(default_factory=Tempo)


class Pacing:
    """The turns of all hosts. Belongs to one event loop. `backoffs`: what an earlier process knew.

    `turns`: those of all processes; without them we are alone. Where no delay is asked for, nobody is.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        now: Callable[[], datetime],
        backoffs: Mapping[str, datetime] | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._limits = limits
        self._turns = turns
        self._now = now
        self._until = dict(backoffs or {})
        self._in_a_row: dict[str, int] = {}
        self._hosts: dict[str, _Host] = {}
        self._slots = asyncio.Semaphore(max(1, limits.concurrency))

    @asynccontextmanager
    async def turn(self, host: str, delay_seconds: float = 0.0) -> AsyncIterator[datetime | None]:
        """Waits until a request to `host` may start; it ends with the block.

        Gives None, or the time until which the host is backed off: then nothing may be sent, and nothing
        was waited for. `delay_seconds`: what robots.txt asks for, if more than ours.
        """
        state = self._enter(host)
        delay = state.tempo.delay(max(delay_seconds, self._limits.delay_seconds))
        try:
            async with state.slots, self._among_all(host, delay, state) as until:
                if until is not None:
                    yield until
                    return
                try:
                    yield None
                finally:
                    self._slots.release()
        finally:
            state.users -= 1

    @asynccontextmanager
    async def _among_all(
        self, host: str, delay_seconds: float, state: _Host
    ) -> AsyncIterator[datetime | None]:
        """Waits for the delay, among all processes, and for a slot; gives until when the host is backed off."""
        token: str | datetime | None = None
        try:
            async with state.gate:
                until = await self._rested(host, state, delay_seconds)
                if until is None and self._turns is not None and delay_seconds > 0:
                    token = await self._turns.take(host, delay_seconds)
                    until = token if isinstance(token, datetime) else None
                    if until is not None:
                        self._until[host] = max(until, self._until.get(host, until))
                if until is None:
                    until = await self._start(host, state)
            yield until
        finally:
            if self._turns is not None and isinstance(token, str):
                await self._turns.give_back(host, token, self.backed_off_until(host))

    def backed_off_until(self, host: str) -> datetime | None:
        """The time before which `host` is left alone; None when it may be asked."""
        until = self._until.get(host)
        if until is not None and until <= self._now():
            del self._until[host]
            return None
        return until

    def backoffs(self) -> dict[str, datetime]:
        """Every host that is backed off now, and until when: for the store to keep."""
        now = self._now()
        return {host: until for host, until in self._until.items() if until > now}

    def note(self, host: str, status: int, retry_after: str | None, seconds: float = 0.0) -> None:
        """Takes in how `host` answered: `status`, its Retry-After header as sent, and after how long."""
        asks = status in ASKS_TO_WAIT
        if host in self._hosts:
            self._hosts[host].tempo.answered(seconds, asks_to_wait=asks)
        if not asks:
            self._in_a_row.pop(host, None)
            return
        times = self._in_a_row.get(host, 0)
        self._in_a_row[host] = times + 1
        now = self._now()
        wait = asked_wait(retry_after, now) or min(BACKOFF_FIRST * 2 ** min(times, 20), BACKOFF_MOST)
        self._until[host] = max(now + wait, self._until.get(host, now))

    async def _rested(self, host: str, state: _Host, delay_seconds: float) -> datetime | None:
        """Waits for the delay; gives until when the host is backed off, if it is."""
        loop = asyncio.get_running_loop()
        until = self.backed_off_until(host)
        while until is None and (wait := state.last_start + delay_seconds - loop.time()) > 0:
            await asyncio.sleep(wait)
            until = self.backed_off_until(host)
        return until

    async def _start(self, host: str, state: _Host) -> datetime | None:
        """Waits for a slot among all hosts; holds it when it gives None."""
        await self._slots.acquire()
        until = self.backed_off_until(host)
        if until is not None:
            self._slots.release()
        else:
            state.last_start = asyncio.get_running_loop().time()
        return until

    def _enter(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            if len(self._hosts) >= _HOSTS_KEPT:
                self._forget_idle()
            state = self._hosts[host] = _Host(asyncio.Semaphore(max(1, self._limits.per_host)))
        state.users += 1
        return state

    def _forget_idle(self) -> None:
        oldest = asyncio.get_running_loop().time() - _IDLE_SECONDS
        idle = [name for name, state in self._hosts.items() if not state.users and state.last_start < oldest]
        for name in idle:
            del self._hosts[name]
            self._in_a_row.pop(name, None)


def asked_wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110 §10.2.3) asks to wait, at most a day; None if it says nothing.

    >>> asked_wait("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    >>> asked_wait("-5", datetime(2026, 1, 1, tzinfo=UTC)) is None
    True
    """
    text = (retry_after or "").strip()
    if not text.isascii() or len(text) > 5000:
        return None
    if text.isdigit():
        seconds = int(text) if len(text) < 10 else BACKOFF_MOST.total_seconds()
        wait = timedelta(seconds=seconds)
    else:
        date = _http_date(text)
        wait = timedelta(0) if date is None else date - now
    return min(wait, BACKOFF_MOST) if wait > timedelta(0) else None


def _http_date(text: str) -> datetime | None:
    if len(text) > 64:
        return None
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
