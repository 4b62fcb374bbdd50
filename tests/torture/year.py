"""Lives through a script with the real daemon, store, fetcher and parser; then holds the change log against it.

    python -m tests.torture.year --seed 7 --days 365

Exit status 0: nothing lost, nothing doubled, nothing invented, and polite at every instant. Otherwise what was
wrong is printed, with the line that lives through the same year again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler import config, wiring
from crawler.config import Settings
from crawler.daemon import Daemon
from crawler.daemon.service import Rhythm
from crawler.parse import Reading, read
from storage import open_store
from storage.errors import StoreError
from storage.evidence import EvidenceInMemory
from storage.records import Article, Page, Source, TargetKind
from storage.sql import SqlStore
from storage.store import Filter
from tests.torture.clock import VirtualLoop, WallClock, rule_over_apscheduler
from tests.torture.press import FRONT, HOST, RETRY_AFTER, Asked, Press
from tests.torture.script import START, Act, Fault, Script, write

DELAY, PER_HOST, CRAWL_DELAY = 5.0, 2, 7.0
CONFIG = f"""
[storage]
url = "sqlite:///store.db"
[fetch]
contact = "desk@press.example"
delay_seconds = {DELAY}
per_host = {PER_HOST}
[crawl]
notice_within = "12h"
max_interval = "2d"
[[sources]]
name = "Press"
listings = ["{HOST}{FRONT}"]
every = "6h"
"""
_WRITES = ("record", "put_targets", "start_run", "finish_run", "hold", "extend", "put_beat", "take_turn")


class Killed(KeyboardInterrupt):
    """The process is no more: nothing of it runs any further."""


class Shaky:
    """A store that fails, and at which a process can die: before a call, or after it and before it knows."""

    def __init__(self, store: SqlStore, life: Life) -> None:
        self._store = store
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in _WRITES and name not in ("let_go", "put_back_offs", "end_turn"):
            return method

        def call(*args: Any, **named: Any) -> Any:
            life = self._life
            life.may_die()
            fault = life.store_fault(name)
            if fault is not None:
                raise StoreError(f"the store cannot be used: {fault}")
            found = method(*args, **named)
            life.may_die()
            return found

        return call


class Life:
    """One year of one seed: several lives of a daemon, until the script is over."""

    def __init__(self, script: Script, folder: Path) -> None:
        self.script = script
        self.clock = WallClock(START)
        self.lots = random.Random(f"life {script.seed}")
        self.log: list[Asked] = []
        self.evidence = EvidenceInMemory()
        (folder / "config.toml").write_text(CONFIG)
        self.settings = config.load(folder / "config.toml")
        self.kills = [t for t in script.troubles if t.fault is Fault.KILLED]
        self.is_dead = False
        self.lives = 0
        rule_over_apscheduler(self.clock)

    def run(self) -> None:
        while self.clock.true() < self.script.end:
            self._live()
            self.lives += 1

    def _live(self) -> None:
        """One daemon, until it is killed or the year is over."""
        loop = VirtualLoop(self.clock.elapsed)
        self.clock.loop, self.is_dead = loop, False
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._watch())
            loop.close()
        except Killed:
            self.is_dead = True
            _GRAVES.append(loop)  # nothing of it may run on, not even its ends
        asyncio.events._set_running_loop(None)
        off = self.lots.uniform(0, 8 * 3600) if self.is_dead else 1.0
        self.clock.elapsed, self.clock.loop = loop.time() + off, None

    async def _watch(self) -> None:
        store = open_store(config.store_url(self.settings))
        store.put_sources(config.sources(self.settings))
        daemon = Daemon(
            self.settings,
            Shaky(store, self),  # type: ignore[arg-type]
            self.evidence,  # type: ignore[arg-type]
            load=lambda: self.settings,
            now=self.clock,
            rhythm=Rhythm(pulse_seconds=3600.0, tick_seconds=7200.0),
            passes=partial(
                wiring.passes,
                transport=Press(self.script, self.clock, self.log, self.lots),
                reader=_reader,
            ),
        )
        left = (self.script.end - self.clock.true()).total_seconds()
        loop = asyncio.get_running_loop()
        loop.call_later(left, daemon.stop)
        for trouble in self.script.troubles:
            wait = (trouble.start - self.clock.true()).total_seconds()
            if trouble.fault is Fault.JUMP and wait > 0:
                loop.call_later(wait, self.clock.jump, trouble.seconds)
        try:
            daemon.hold()
        except StoreError:  # a person would start it again in a while
            await asyncio.sleep(1800)
            return
        await daemon.run()
        store.close()

    def may_die(self) -> None:
        if self.is_dead:
            raise Killed
        due = next((t for t in self.kills if t.start <= self.clock.true()), None)
        if due is not None and self.lots.random() < 0.2:
            self.kills.remove(due)
            self.is_dead = True
            raise Killed

    def store_fault(self, name: str) -> str | None:
        now = self.clock.true()
        for trouble in self.script.troubles:
            if trouble.fault in (Fault.FULL, Fault.LOCKED) and trouble.is_on(now):
                share = 1.0 if trouble.fault is Fault.FULL else trouble.share / 2
                if self.lots.random() < share:
                    return str(trouble.fault)
        return None


_GRAVES: list[VirtualLoop] = []


@asynccontextmanager
async def _reader(settings: Settings) -> AsyncIterator[Any]:
    async def parse(page: Page, source: Source, kind: TargetKind | None) -> Reading:
        return read(page, source, kind)

    yield parse


# ---------------------------------------------------------------- what must be true at the end


@dataclass(frozen=True)
class Told:
    """What the log tells of a story, or the script: what happened, and how it reads after that."""

    act: str
    headline: str | None = None
    paragraphs: tuple[str, ...] = ()


def wrongs(life: Life, store: SqlStore) -> list[str]:
    """Everything that is not as it should be, in words."""
    return [*_untrue(life.script, store), *_odd_teasers(life.script, store), *_impolite(life)]


def _untrue(script: Script, store: SqlStore) -> list[str]:
    """Where the log of the articles is not the script."""
    numbers = {event.path: tale.number for tale in script.tales for event in tale.events}
    told: dict[int, list[Told]] = {tale.number: [] for tale in script.tales}
    found = []
    for change in store.changes(Filter()):
        if change.subject != "article":
            continue
        path = (change.url or "").removeprefix(HOST)
        if path not in numbers:
            found.append(f"invented: {change.kind} {change.url}")
            continue
        after = store.snapshots_by_id([change.after])[change.after].content if change.after else None
        is_text = isinstance(after, Article) and change.kind in (Act.PUBLISH, Act.EDIT)
        text = (after.headline, after.paragraphs) if is_text and isinstance(after, Article) else ()
        told[numbers[path]].append(Told(change.kind, *text))
    for tale in script.tales:
        expected = [
            Told(e.act, e.headline, e.paragraphs) if e.act in (Act.PUBLISH, Act.EDIT) else Told(e.act)
            for e in tale.events
        ]
        if told[tale.number] != expected:
            found.append(_difference(tale.number, [(e.at, e.act) for e in tale.events], told[tale.number]))
    return found


def _difference(number: int, script: list[tuple[datetime, Act]], told: list[Told]) -> str:
    wanted = ", ".join(f"{act} {at:%m-%d %H:%M}" for at, act in script)
    return f"story {number}: scripted {wanted}; told {', '.join(one.act for one in told)}"


def _odd_teasers(script: Script, store: SqlStore) -> list[str]:
    """Teasers that are new twice, or changed where no headline was."""
    headlines = {tale.number: len({event.headline for event in tale.events}) - 1 for tale in script.tales}
    numbers = {event.path: tale.number for tale in script.tales for event in tale.events}
    new: dict[str, int] = {}
    changed: dict[int, int] = {}
    for change in store.changes(Filter()):
        if change.subject == "teaser" and change.url:
            path = change.url.removeprefix(HOST)
            if change.kind == "new":
                new[path] = new.get(path, 0) + 1
            if change.kind == "changed":
                changed[numbers[path]] = changed.get(numbers[path], 0) + 1
    twice = [f"teaser {path} is new {count} times" for path, count in new.items() if count > 1]
    false = [
        f"teaser of story {number} changed {count} times, its headline {headlines[number]}"
        for number, count in changed.items()
        if count > headlines[number]
    ]
    return twice + false


def _impolite(life: Life) -> list[str]:
    """Where the site was asked too often, too much at once, or what it asked not to be asked."""
    found = []
    asked = sorted(life.log, key=lambda one: one.start)
    for one, following in pairwise(asked):
        gap = following.start - one.start
        if gap < DELAY - 0.001:
            found.append(f"{following.path} {gap:.3f} s after {one.path}")
    for number, one in enumerate(asked):
        beside = sum(other.end > one.start + 0.001 for other in asked[max(0, number - 50) : number])
        if beside >= PER_HOST:
            found.append(f"{one.path}: {beside} others under way")
        if one.path.startswith("/private/"):
            found.append(f"{one.path} is disallowed")
    storms = [one.end for one in asked if one.status == 429]
    for end in storms:
        early = [one for one in asked if end < one.start < end + RETRY_AFTER - 1]
        if early:
            found.append(
                f"{early[0].path} {early[0].start - end:.0f} s after a 429 that asked for {RETRY_AFTER}"
            )
    return found[:20]


def live(seed: int, days: int) -> tuple[list[str], str]:
    """One year; what was wrong with it, and a line about it."""
    begun = time.monotonic()
    random.seed(f"jitter {seed}")  # of APScheduler
    with tempfile.TemporaryDirectory(prefix="presswatch-year-", dir=_fast_folder()) as folder:
        life = Life(write(seed, days), Path(folder))
        life.run()
        store = open_store(config.store_url(life.settings))
        found = wrongs(life, store)
        changes = sum(1 for _ in store.changes(Filter()))
        store.close()
    seconds = time.monotonic() - begun
    return found, (
        f"seed {seed}: {days} days, {len(life.script.tales)} stories, {len(life.script.troubles)} troubles, "
        f"{life.lives} lives, {len(life.log):,} requests, {changes} changes, {seconds:.0f} s"
    )


def _fast_folder() -> str | None:
    """A folder in memory where there is one: what is tried is not the disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main() -> int:
    asking = argparse.ArgumentParser(description="Lives through simulated years.")
    asking.add_argument("--seed", type=int, help="this one year")
    asking.add_argument("--years", type=int, default=1, metavar="N", help="the years of seeds 1 to N")
    asking.add_argument("--days", type=int, default=365)
    asking.add_argument("--verbose", action="store_true", help="the daemon's own log, too")
    asked = asking.parse_args()
    logging.basicConfig(level=logging.INFO if asked.verbose else logging.CRITICAL, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    status = 0
    for seed in [asked.seed] if asked.seed is not None else range(1, asked.years + 1):
        found, line = live(seed, asked.days)
        print(line, flush=True)
        for wrong in found:
            print(f"  WRONG {wrong}", flush=True)
        if found:
            status = 1
            print(f"  again: python -m tests.torture.year --seed {seed} --days {asked.days}", flush=True)
    return status


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets have an order, too
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.torture.year", *sys.argv[1:]])
    code = main()
    sys.stdout.flush()
    os._exit(code)  # what was killed does not come to its end
