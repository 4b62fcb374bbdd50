"""The daemon itself: beats in, passes out, until it is told to stop. Who starts it: the command line.

beat      a source's listings are due: its pass begins, or the one that runs is wound up and another follows
tick      every few seconds: sources with articles due get a pass; one whose hours are over is wound up
pulse     every few seconds: the lease is renewed, that we are here is put down, jumps of the clock are seen
stop      nothing new begins; pages in hand have some seconds, then they are let go; what is due stays due
reload    as stop, then on with the new settings; where they are no good, on with the old ones
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crawler import config, wiring
from crawler.daemon import holder
from crawler.errors import ConfigError, PresswatchError
from crawler.rota import Rota
from crawler.run import Crawl, Progress, Summary
from storage.errors import StoreError
from storage.records import Beat, Lease, Stretched, Visit

if TYPE_CHECKING:
    from crawler.config import Settings
    from storage.evidence import EvidenceFolder
    from storage.sql import SqlStore

LEASE = "daemon"
_LEASE_LENGTH = 6  # pulses
_HERE_GAP = 24  # pulses: without one for longer, we were away
_BUDGET_GAP = timedelta(minutes=5)
_JUMP = 10.0  # seconds by which the clock may stray from the time that passed, between two pulses
_PATIENCE = 6.0  # seconds that pages in hand have at the end
_LAST_PATIENCE = 2.0  # ... and what was fetched has to be recorded

log = logging.getLogger("presswatch.daemon")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two pulses, between two looks for articles that are due, and between telling channels."""

    pulse_seconds: float = 5.0
    tick_seconds: float = 15.0
    tell_seconds: float = 20.0


class LeaseLost(PresswatchError):
    """Another daemon holds the watch."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        since, until = (at.isoformat(timespec="seconds") for at in (lease.since, lease.until))
        super().__init__(
            f"a daemon watches this store already: {holder.spoken(lease.holder)}, since {since}. "
            f"Stop it first; if it is dead, its lease ends at {until}"
        )


class Watcher:
    """What others are told of the daemon's work; this one says nothing."""

    def visited(self, visit: Visit) -> None:
        """A visit was recorded."""

    def passed(self, source: str, summary: Summary) -> None:
        """A pass over a source has ended."""

    def beaten(self, at: datetime) -> None:
        """The daemon is alive: told every few seconds."""


Tell = Callable[["Settings", "SqlStore"], Awaitable[None]]
"""Tells the channels of the settings what they are due. Never from inside a pass."""


class Daemon:
    """Watches every enabled source: `hold()`, then `await run()`, once. `stop` and `reload` are for signals.

    `load` reads the settings anew; `now` is the clock that dates everything; `passes` makes passes of settings.
    """

    def __init__(
        self,
        settings: Settings,
        store: SqlStore,
        evidence: EvidenceFolder,
        *,
        load: Callable[[], Settings],
        now: wiring.Clock = wiring.utc_now,
        watcher: Watcher | None = None,
        rhythm: Rhythm = Rhythm(),
        passes: Callable[..., AbstractAsyncContextManager[wiring.MakePass]] = wiring.passes,
        tell: Tell | None = None,
    ) -> None:
        self._tell = tell
        self.rhythm = rhythm
        self._making = passes
        self.settings = settings
        self.store = store
        self.evidence = evidence
        self.now = now
        self._load = load
        self._watcher = watcher or Watcher()
        self.name = holder.name()
        self._rota = Rota(settings.sources)
        self._scheduler = AsyncIOScheduler(timezone="UTC", executors={"default": AsyncIOExecutor()})
        self._interrupted = asyncio.Event()
        self._ending: PresswatchError | bool = False  # why we end, if not because we were asked to
        self._wants_reload = False
        self._listings_due: set[str] = set()
        self._passes: dict[str, Crawl | None] = {}  # the running ones, by source; None: about to begin
        self._tasks: set[asyncio.Task[None]] = set()

    def hold(self) -> None:
        """Take the watch. Raises LeaseLost where another daemon has it."""
        length = timedelta(seconds=_LEASE_LENGTH * self.rhythm.pulse_seconds)
        lease = self.store.hold(LEASE, self.name, self.now(), length, holder.is_dead)
        if lease.holder != self.name:
            raise LeaseLost(lease)

    def is_held(self) -> bool:
        """Whether the watch is ours now. Raises StoreError."""
        lease = self.store.lease(LEASE)
        return lease is not None and lease.holder == self.name and lease.until > self.now()

    async def run(self) -> None:
        """Watch until `stop`. Raises LeaseLost when the watch was lost to another daemon."""
        pulse = asyncio.create_task(self._pulse())
        telling = asyncio.create_task(self._telling())
        try:
            is_first = True
            while not self._ending:
                await self._watch(is_first)
                is_first = False
        finally:
            pulse.cancel()
            telling.cancel()
            await asyncio.to_thread(self.store.let_go, LEASE, self.name)
        if isinstance(self._ending, PresswatchError):
            raise self._ending

    def stop(self) -> None:
        """Begin nothing new, finish or let go of the pages in hand, and end."""
        self._ending = self._ending or True
        self._interrupted.set()

    def reload(self) -> None:
        """Read the settings again, and go by them if they are good."""
        self._wants_reload = True
        self._interrupted.set()

    # ------------------------------------------------------------ with one set of settings

    async def _watch(self, is_first: bool) -> None:
        """Watch by the settings in force, until the daemon ends or has others."""
        self._rota = Rota(self.settings.sources)
        async with self._making(self.settings, self.store, self.evidence, now=self.now) as make:
            self._make = make
            self._schedule(is_first)
            log.info("watching %d sources", len(self._rota.names()))
            while not self._ending:
                await self._interrupted.wait()
                self._interrupted.clear()
                if self._wants_reload and not self._ending and self._has_reloaded():
                    break
            self._scheduler.remove_all_jobs()
            await self._let_go()
        if self._ending and self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _schedule(self, is_first: bool) -> None:
        """A job a source, and one that ticks. At the start everything is due; later, what would be."""
        now, beats = self.now(), {} if is_first else self.store.beats()
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for name in self._rota.names():
            trigger, known = self._rota.trigger(name), beats.get(name)
            first = now
            if known is not None and known.next is not None:
                first = min(known.next, trigger.get_next_fire_time(None, now) or now)
            self._scheduler.add_job(
                self._beat, trigger, args=[name], id=f"beat {name}", next_run_time=first, **options
            )
        self._scheduler.add_job(
            self._tick, "interval", seconds=self.rhythm.tick_seconds, id="tick", next_run_time=now, **options
        )
        if not self._scheduler.running:
            self._scheduler.start()

    def _has_reloaded(self) -> bool:
        """Whether there are new settings that are good; says why not."""
        self._wants_reload = False
        try:
            settings = self._load()
            found = wiring.problems(settings)
            if config.store_url(settings) != config.store_url(self.settings):
                found.append("[storage] url: the store cannot change while the daemon runs; restart it")
            if found:
                raise ConfigError(settings.path, found)
            self.store.put_sources(config.sources(settings))
        except (ConfigError, StoreError) as error:
            log.error("the old settings stay in force: %s", error)
            return False
        self.settings = settings
        log.info("settings read again")
        return True

    async def _let_go(self) -> None:
        """End every pass: the pages in hand are finished, or let go when that takes too long."""
        for running in self._passes.values():
            if running is not None:
                running.stop()
        await self._ended(_PATIENCE)
        for running in self._passes.values():
            if running is not None:
                running.abort()
        await self._ended(_LAST_PATIENCE)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ended(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    # ------------------------------------------------------------ beats and passes

    async def _beat(self, name: str) -> None:
        """The listings of a source are due."""
        now = self.now()
        job = self._scheduler.get_job(f"beat {name}")
        await asyncio.to_thread(self.store.put_beat, Beat(name, now, job.next_run_time if job else None))
        if self._rota.is_open(name, now):
            self._listings_due.add(name)
            self._start(name)

    async def _tick(self) -> None:
        """Sources with articles due get a pass; those whose hours are over are wound up."""
        now = self.now()
        for name in self._rota.names():
            running = self._passes.get(name)
            if not self._rota.is_open(name, now):
                if running is not None:
                    running.wind_up()
            elif name not in self._passes and await asyncio.to_thread(self.store.has_due, name, now):
                self._start(name)

    def _start(self, name: str) -> None:
        """See that a pass over the source begins; one that runs makes way for the listings."""
        if self._ending or self._wants_reload:
            return
        if name in self._passes:
            running = self._passes[name]
            if running is not None and name in self._listings_due:
                running.wind_up()
            return
        self._passes[name] = None
        task = asyncio.create_task(self._work(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, name: str) -> None:
        """Passes over one source, until nothing more is due of it at once."""
        try:
            while True:
                with_listings = name in self._listings_due
                self._listings_due.discard(name)
                await self._pass(name, with_listings)
                if name not in self._listings_due or self._ending or self._wants_reload:
                    break
        except Exception:  # one source's trouble is not the others': the next beat tries again
            log.exception("the pass over %s ended in an error", name)
        finally:
            del self._passes[name]

    async def _pass(self, name: str, with_listings: bool) -> None:
        source = next(one for one in config.sources(self.settings) if one.name == name)
        listings = frozenset({name} if with_listings else ())
        plan = wiring.plan_of(self.settings, [source], self.now, by_hand=False, listings=listings)
        running = self._passes[name] = self._make(plan, _Told(self._watcher))
        try:
            summary = await running.run()
        except StoreError as error:
            log.error("%s was not recorded, and is due again: %s", name, error)
            return
        if summary.over_budget[name]:
            extend = self.store.extend
            await asyncio.to_thread(extend, Stretched.BUDGET, name, self.now(), _BUDGET_GAP)
        self._watcher.passed(name, summary)

    # ------------------------------------------------------------ the pulse

    async def _pulse(self) -> None:
        """Renew the lease, put down that we are here, notice jumps of the clock."""
        ahead = self._ahead()
        while not self._ending:
            try:
                await asyncio.to_thread(self._here)
            except LeaseLost as lost:
                self._ending = lost
                self._interrupted.set()
            except StoreError as error:
                log.error("that the daemon is here could not be put down: %s", error)
            self._watcher.beaten(self.now())
            await asyncio.sleep(self.rhythm.pulse_seconds)
            jump, ahead = self._ahead() - ahead, self._ahead()
            if abs(jump) > _JUMP:
                await self._jumped(jump)

    async def _telling(self) -> None:
        """Tell the channels, a beat of their own apart; a failing one delays nobody."""
        while self._tell is not None:
            try:
                await self._tell(self.settings, self.store)
            except Exception:  # what telling runs into is no reason to stop watching
                log.exception("channels could not be told")
            await asyncio.sleep(self.rhythm.tell_seconds)

    def _here(self) -> None:
        self.hold()
        gap = timedelta(seconds=_HERE_GAP * self.rhythm.pulse_seconds)
        self.store.extend(Stretched.DAEMON, None, self.now(), gap)

    def _ahead(self) -> float:
        """By how many seconds the clock is ahead of the time that passes."""
        return self.now().timestamp() - asyncio.get_running_loop().time()

    async def _jumped(self, seconds: float) -> None:
        """The clock was set, or the machine slept: beats are reckoned anew, each at most once."""
        log.warning("the clock jumped by %.0f seconds", seconds)
        now = self.now()
        if seconds < 0:
            await asyncio.to_thread(self.store.mend_clock, now + timedelta(minutes=1))
            for job in self._scheduler.get_jobs():
                soonest = job.trigger.get_next_fire_time(None, now)
                if soonest is not None and soonest < job.next_run_time:
                    job.modify(next_run_time=soonest)
        self._scheduler.wakeup()


class _Told(Progress):
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def visited(self, visit: Visit, summary: Summary, queued: int) -> None:
        self._watcher.visited(visit)
