"""Settings -> store, fetcher, parsers, sources: the one place that builds things."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx

from crawler import config, discovery, urls
from crawler.compare.fingerprint import KeyOf
from crawler.config import Settings
from crawler.errors import ConfigError, PresswatchError, UsageError
from crawler.fetch import BrowserSettings, Fetcher, FetchLimits, rendering
from crawler.isolate import Broken, Parsers
from crawler.parse import Reading, sites
from crawler.run import Crawl, Plan, Progress, Summary
from crawler.seed import Parse
from crawler.turns import StoreTurns
from storage import open_store
from storage.evidence import EvidenceFolder, EvidenceInMemory
from storage.records import Page, Source, Target, TargetKind
from storage.sql import SqlStore
from storage.store import Store

Clock = Callable[[], datetime]
MakePass = Callable[..., Crawl]


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def store(settings: Settings) -> Iterator[SqlStore]:
    """The configured store, with the configured sources watched in it."""
    opened = open_store(config.store_url(settings))
    try:
        watched = config.sources(settings)
        held = {s.name: s for s in opened.sources() if s.is_watched}
        if held != {s.name: s for s in watched}:
            opened.put_sources(watched)
        yield opened
    finally:
        opened.close()


@contextmanager
def rehearsal(original: SqlStore) -> Iterator[SqlStore]:
    """A copy of the store to try things on; nothing done to it lasts."""
    with tempfile.TemporaryDirectory(prefix="presswatch-") as folder:
        url = f"sqlite:///{folder}/rehearsal.db"
        original.copy_to(url)
        copy = open_store(url)
        try:
            yield copy
        finally:
            copy.close()


def key_of(sources: Sequence[Source]) -> KeyOf:
    """How addresses are identified: by the recipe of their source, else of their host, else canonically."""
    recipes = {source.name: source.recipe for source in sources}
    return lambda url, source: sites.key_of(url, recipes.get(source))


@asynccontextmanager
async def parsers(settings: Settings) -> AsyncIterator[Parse]:
    """The parser in processes of its own; a page that breaks one is an obstacle, not a crash."""
    crawl = settings.crawl
    async with Parsers(
        count=crawl.parser_processes,
        seconds=crawl.parser_seconds,
        memory_bytes=crawl.parser_bytes,
        recipes=config.recipes_folder(settings),
    ) as pool:

        async def read(page: Page, source: Source, kind: TargetKind | None) -> Reading:
            reading = await pool.read(page, source, kind)
            return Reading(obstacle=reading.reason) if isinstance(reading, Broken) else reading

        yield read


@asynccontextmanager
async def passes(
    settings: Settings,
    opened: Store,
    evidence: EvidenceFolder | EvidenceInMemory,
    *,
    now: Clock = utc_now,
    transport: httpx.AsyncBaseTransport | None = None,
    reader: Callable[[Settings], AbstractAsyncContextManager[Parse]] = parsers,
) -> AsyncIterator[MakePass]:
    """Makes passes, one after another or side by side: they share a fetcher, the parsers, and every host's turns.

    `transport` and `reader` stand in for the network and the parsing processes.
    """
    limits = FetchLimits(**settings.fetch.model_dump())
    turns = None
    if not isinstance(now, At):  # a pass that is dated is alone in its time
        turns = StoreTurns(opened, now=now, most=limits.per_host, lasts_seconds=limits.total_seconds)
    alone = asyncio.Lock()
    known = opened.back_offs()
    async with (
        Fetcher(
            limits,
            now=now,
            backoffs=known,
            turns=turns,
            transport=transport,
            rendered=[source.name for source in config.sources(settings) if source.is_rendered],
            browser=_browser(settings),
        ) as fetcher,
        reader(settings) as parse,
    ):

        def make(plan: Plan, progress: Progress | None = None) -> Crawl:
            return Crawl(
                plan,
                store=opened,
                fetch=fetcher.fetch,
                parse=parse,
                keep=evidence.put,
                kept=evidence.get,
                key_of=key_of(config.sources(settings)),
                progress=progress,
                alone=alone,
            )

        try:
            yield make
        finally:
            opened.put_back_offs(fetcher.backoffs())


async def crawl(
    settings: Settings,
    opened: Store,
    evidence: EvidenceFolder | EvidenceInMemory,
    *,
    now: Clock = utc_now,
    names: Sequence[str] = (),
    is_all: bool = False,
    goes_back: bool = False,
    back_until: date | None = None,
    progress: Progress | None = None,
    started: Callable[[Crawl], None] = lambda crawl: None,
) -> Summary:
    """One pass by hand over the configured sources, or those of `names`. `started` is handed the running crawl.

    `goes_back`: through the older pages of their listings, to the day `back_until`. Raises UsageError
    where none has any.
    """
    watched = chosen_sources(settings, names)
    if goes_back and not any(source.listings for source in watched):
        raise UsageError(
            "there is nothing to go back through: none of these sources has listings, pages that list articles"
        )
    plan = plan_of(settings, watched, now, is_all=is_all, goes_back=goes_back, back_until=back_until)
    async with passes(settings, opened, evidence, now=now) as make:
        running = make(plan, progress)
        started(running)
        return await running.run()


async def fetched(settings: Settings, url: str) -> Page:
    """The page at `url`, fetched as a crawl would. Raises ConfigError; PresswatchError where there is none."""
    config.require_contact(settings, url)
    async with Fetcher(FetchLimits(**settings.fetch.model_dump()), now=utc_now) as fetcher:
        found = await fetcher.fetch(Target(urls.canonical(url), url, "", TargetKind.ARTICLE))
    if isinstance(found, Page) and found.status == 200:
        return found
    why = f"answered with status {found.status}" if isinstance(found, Page) else found.reason
    raise PresswatchError(f"{url}: {why}; save the page and give --from")


async def look(settings: Settings, url: str, progress: Callable[[str], None]) -> discovery.Looked:
    """What the site of `url` can be watched by, found with few requests; `progress` is told of each."""
    config.require_contact(settings, url)
    limits = FetchLimits(**settings.fetch.model_dump())
    async with Fetcher(limits, now=utc_now) as fetcher, parsers(settings) as parse:
        return await discovery.look(url, fetcher.fetch, parse, progress)


def plan_of(settings: Settings, watched: Sequence[Source], now: Clock, **said: Any) -> Plan:
    """The plan of a pass over `watched`; `said`: further fields of the plan."""
    return Plan(
        tuple(watched),
        now,
        per_host=settings.fetch.per_host,
        most_new_per_host=settings.crawl.max_new_per_host,
        batch_pages=settings.crawl.batch_pages,
        verifies_moves=settings.crawl.verify_moves,
        **said,
    )


def chosen_sources(settings: Settings, names: Sequence[str]) -> tuple[Source, ...]:
    """The enabled sources, or those of `names`. Raises ConfigError or UsageError where that cannot be."""
    found = problems(settings)
    if found:
        raise ConfigError(settings.path, found)
    watched = config.sources(settings)
    if not watched:
        raise ConfigError(
            settings.path, ["no source is enabled: add one with `presswatch sources add NAME URL`"]
        )
    known = {source.name for source in watched}
    for name in names:
        if name not in known:
            raise UsageError(f"no source is named {name!r}; there are: {', '.join(sorted(known))}")
    return tuple(source for source in watched if not names or source.name in names)


def problems(settings: Settings) -> list[str]:
    """What keeps us from crawling with these settings: faults in them, no contact, a browser that is not there."""
    return [*config.problems(settings, sites.names()), *missing_browser(settings)]


def missing_browser(settings: Settings) -> list[str]:
    """What has to be installed for the sources that are rendered, if it is not there."""
    names = [source.name for source in config.sources(settings) if source.is_rendered]
    wanted = rendering.missing(_browser(settings)) if names else None
    return [f"[[sources]] {', '.join(names)} render: {wanted}"] if wanted else []


def _browser(settings: Settings) -> BrowserSettings:
    return BrowserSettings(**settings.browser.model_dump())


def recipes_by_source(settings: Settings) -> dict[str, str]:
    """The name of the recipe that reads each source; sources read by the generic parser are left out."""
    found = {}
    for source in config.sources(settings):
        urls = (*source.listings, *source.feeds, *source.sitemaps, *source.articles)
        recipe = sites.for_url(urls[0], source.recipe) if urls else None
        if recipe is not None:
            found[source.name] = recipe.name
    return found


@dataclass(frozen=True, slots=True)
class At:
    """A clock that stands still: it dates a pass."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant


def evidence(settings: Settings) -> EvidenceFolder:
    return EvidenceFolder(config.evidence_folder(settings))
