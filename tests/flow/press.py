"""Passes over sites on loopback, for story tests: the real fetcher, real parser processes, any store."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from crawler.fetch import Fetcher, FetchLimits
from crawler.isolate import Broken, Parsers
from crawler.parse import Reading
from crawler.run import Crawl, Plan, Progress, Summary
from crawler.wiring import At, key_of
from storage.evidence import EvidenceInMemory
from storage.records import Change, Page, Source, TargetKind, Visit
from storage.store import Filter, Store
from tests.flow.site import FRONT, Site, Story

START = datetime(2026, 3, 4, tzinfo=UTC)
T = TypeVar("T")


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


class Machine:
    """An event loop and parser processes that many stories share: starting them costs more than a pass."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._parsers = Parsers(count=2)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    async def read(self, page: Page, source: Source, kind: TargetKind | None) -> Reading:
        reading = await self._parsers.read(page, source, kind)
        return Reading(obstacle=reading.reason) if isinstance(reading, Broken) else reading

    def close(self) -> None:
        self.run(self._parsers.__aexit__(None, None, None))
        self._runner.close()


class Press:
    """One store, the sites it watches, and passes over them, each dated by its hour."""

    def __init__(self, machine: Machine, store: Store) -> None:
        self.machine = machine
        self.store = store
        self.sources: dict[str, Source] = {}
        self.evidence = EvidenceInMemory()
        self.running: Crawl | None = None  # the latest pass
        self.sites: list[Site] = []

    def opens(self, site: Site, name: str = "Gazette", **said: Any) -> Site:
        """Put `site` on the net, and watch it as the source `name`; `said`: further fields of the source."""
        self.machine.run(site.__aenter__())
        self.sites.append(site)
        addresses = {
            kind: tuple(map(site.url, said.pop(kind, ())))
            for kind in ("listings", "feeds", "sitemaps", "articles")
        }
        if not any(addresses.values()):
            addresses["listings"] = (site.url(FRONT),)
        recipe = "kcnawatch" if site.shape == "kcnawatch" else None
        said.setdefault("time_zone", "Asia/Seoul")
        self.sources[name] = Source(name, recipe=recipe, **addresses, **said)
        return site

    def closes(self) -> None:
        for site in self.sites:
            self.machine.run(site.__aexit__(None, None, None))

    def crawl(self, number: float, *, is_all: bool = False, **said: Any) -> Summary:
        """One pass, `number` hours after the start."""
        return self.machine.run(self.crawling(number, is_all=is_all, **said))

    async def crawling(
        self,
        number: float,
        *,
        is_all: bool = False,
        store: Store | None = None,
        progress: Progress | None = None,
        limits: dict[str, Any] | None = None,
        **plan: Any,
    ) -> Summary:
        store = store or self.store
        now = At(hour(number))
        sources = tuple(self.sources.values())
        store.put_sources(sources)
        figures = {"read_seconds": 0.5, "delay_seconds": 0.0} | (limits or {})
        bounds = FetchLimits(
            user_agent="presswatch-tests/1", contact="a@b.example", allow_private_addresses=True, **figures
        )
        async with Fetcher(bounds, now=now, backoffs=store.back_offs()) as fetcher:
            running = Crawl(
                Plan(sources, now, is_all=is_all, **plan),
                store=store,
                fetch=fetcher.fetch,
                parse=self.machine.read,
                keep=self.evidence.put,
                key_of=key_of(sources),
                progress=progress,
            )
            self.running = running
            try:
                return await running.run()
            finally:
                store.put_back_offs(fetcher.backoffs())

    # ------------------------------------------------------------ what came of it

    def changes(self, subject: str = "article") -> list[Change]:
        return [c for c in self.store.changes(Filter()) if c.subject.value == subject]

    def kinds(self, subject: str = "article") -> list[str]:
        return [change.kind.value for change in self.changes(subject)]

    def visits(self, story: Story | str) -> list[Visit]:
        """The visits to a story, or to a path, oldest first."""
        path = story if isinstance(story, str) else story.path
        addresses = {site.url(path) for site in self.sites}
        return [visit for visit in self.store.visits() if visit.url in addresses]

    def outcomes(self, story: Story | str) -> list[str]:
        return [visit.outcome.value for visit in self.visits(story)]


def log_of(store: Store) -> Sequence[tuple[object, ...]]:
    """The change log as far as it is about the stories, whatever came in first."""
    return [
        (c.id, c.kind, c.subject, c.url, c.detected_at, c.changed_after, c.changed_before, c.fields, c.of)
        for c in store.changes(Filter())
    ]
