"""What a site can be watched by: its feeds, sitemaps and listings, and what each would bring.

What lives here: looking at a site with few requests, and which of its offers are worth taking. What must not:
fetching and parsing themselves, which are handed in, and writing the configuration (`config.add_source`).

Offers are held against each other in this order, each by the stories that none before it brings:

    1. news sitemaps whose entries have stamps      they tell of edits, too
    2. feeds whose entries say when they were edited
    3. other feeds
    4. the front page                               taken wherever it lists stories: its teasers are edited as well
    5. sections                                     taken for what else they bring, five stories or more
    6. other sitemaps                               never taken: an archive's worth of addresses; shown
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser

from crawler import urls
from crawler.fetch.guard import origin_of
from crawler.parse import Reading, doors
from crawler.parse.body import Form, open_body
from crawler.parse.metadata import read_metadata
from crawler.parse.sitemap import is_index
from storage.records import Page, Source, Target, TargetKind, Teaser

MOST_REQUESTS = 25  # for one look at a site, robots.txt left out
_MOST_FEEDS, _MOST_SECTIONS, _MOST_SITEMAPS = 4, 6, 4
_LEAST, _LEAST_OF_SECTION = 3, 5  # stories that make an offer worth taking
_MOST_OF_NEWS = 1_000  # addresses that a news sitemap may hold, by its own rules
_FEEDS = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss")
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")

Fetch = Callable[[Target], Awaitable[Page | object]]
Read = Callable[[Page, Source, TargetKind | None], Awaitable[Reading]]


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to watch a site. `fresh`: stories that no offer before it brings; `stamped`: entries with a time."""

    kind: TargetKind
    url: str
    rank: int
    stories: frozenset[str]
    stamped: int
    newest: str | None
    sample: str | None
    fresh: int = 0
    is_taken: bool = False


@dataclass(slots=True)
class Looked:
    """What a look at a site found: the offers, best first, and what went wrong on the way."""

    url: str
    name: str
    offers: list[Offer] = field(default_factory=list)
    shape: str | None = None  # of the addresses of its articles
    requests: int = 0
    problems: list[str] = field(default_factory=list)


async def look(url: str, fetch: Fetch, read: Read, progress: Callable[[str], None]) -> Looked:
    """What the site of `url` offers. `progress` is told every address that is asked for. Raises nothing."""
    return await _Look(url, fetch, read, progress).run()


class _Look:
    def __init__(self, url: str, fetch: Fetch, read: Read, progress: Callable[[str], None]) -> None:
        self._fetch = fetch
        self._read = read
        self._progress = progress
        self._source = Source(name="")
        self._asked: set[str] = set()
        self._origin = origin_of(url)
        self.found = Looked(url, urls.host(url))

    async def run(self) -> Looked:
        url = self.found.url
        page = await self._page(url, TargetKind.LISTING)
        if page is None:
            return self.found
        form = open_body(page).form
        if form in (Form.FEED, Form.SITEMAP):
            await self._offer(page, TargetKind.FEED if form is Form.FEED else TargetKind.SITEMAP)
            page = await self._page(f"{self._origin}/", TargetKind.LISTING)
        if page is not None:
            await self._front(page)
        await self._sitemaps()
        self.found.offers = chosen(self.found.offers)
        stories = [story for offer in self.found.offers if offer.rank < 6 for story in sorted(offer.stories)]
        self.found.shape = address_shape(stories)
        return self.found

    async def _front(self, page: Page) -> None:
        self._origin = origin_of(page.url)  # where a redirect has led us
        tree = LexborHTMLParser(open_body(page).text)
        claimed = (read_metadata(tree, page.url, self._source).site_name or "")[:80]
        self.found.name = claimed if claimed and claimed.isprintable() else self.found.name
        await self._offer(page, TargetKind.LISTING, is_front=True)
        named = [await self._try(feed, TargetKind.FEED) for feed in doors.feeds(tree, page.url)[:_MOST_FEEDS]]
        for path in () if any(named) else _FEEDS:
            if await self._try(self._origin + path, TargetKind.FEED, is_guess=True):
                break
        for section in doors.sections(tree, page.url)[:_MOST_SECTIONS]:
            await self._try(section, TargetKind.LISTING)

    async def _sitemaps(self) -> None:
        robots = await self._page(f"{self._origin}/robots.txt", TargetKind.SITEMAP, is_guess=True)
        text = robots.body[:500_000].decode("utf-8", "replace") if robots is not None else ""
        named = doors.sitemaps(text, f"{self._origin}/")
        for address in named[:_MOST_SITEMAPS] or [self._origin + path for path in _SITEMAPS]:
            page = await self._page(address, TargetKind.SITEMAP, is_guess=not named)
            if page is None:
                continue
            if not is_index(page.body):
                await self._offer(page, TargetKind.SITEMAP)
            else:
                for child in await self._children(page):
                    await self._try(child, TargetKind.SITEMAP)
            if not named:
                break

    async def _children(self, index: Page) -> list[str]:
        """The sitemaps of an index to look into: those of news, then the newest."""
        reading = await self._read(index, self._source, TargetKind.SITEMAP)
        entries = reading.listing.teasers if reading.listing else ()
        newest = sorted(entries, key=lambda entry: entry.date or "", reverse=True)
        newest.sort(key=lambda entry: "news" not in (entry.url or "").lower())
        return [entry.url for entry in newest if entry.url][:_MOST_SITEMAPS]

    async def _try(self, url: str, kind: TargetKind, *, is_guess: bool = False) -> bool:
        page = await self._page(url, kind, is_guess=is_guess)
        return page is not None and await self._offer(page, kind)

    async def _page(self, url: str, kind: TargetKind, *, is_guess: bool = False) -> Page | None:
        """The page at `url`; None where there is none, where it was asked for, or where enough was asked."""
        key = urls.canonical(url)
        if key in self._asked or self.found.requests >= MOST_REQUESTS:
            return None
        self._asked.add(key)
        self.found.requests += 1
        self._progress(url)
        page = await self._fetch(Target(key, url, "", kind))
        if isinstance(page, Page) and page.status == 200:
            return page
        if not is_guess:
            why = f"status {page.status}" if isinstance(page, Page) else getattr(page, "reason", "no answer")
            self.found.problems.append(f"{url}: {why}")
        return None

    async def _offer(self, page: Page, kind: TargetKind, *, is_front: bool = False) -> bool:
        """Whether the page lists stories; if so it is offered."""
        reading = await self._read(page, self._source, kind)
        teasers = [teaser for teaser in (reading.listing.teasers if reading.listing else ()) if teaser.url]
        if not teasers:
            if reading.obstacle and kind is TargetKind.LISTING:
                self.found.problems.append(f"{page.requested_url}: {reading.obstacle}")
            return False
        stamped = len(reading.stamps)
        rank = _rank(kind, teasers, stamped, is_front=is_front)
        stories = frozenset(urls.canonical(teaser.url or "") for teaser in teasers)
        newest = max((teaser.date for teaser in teasers if teaser.date), default=None)
        sample = next((teaser.headline for teaser in teasers if teaser.headline), None)
        self.found.offers.append(Offer(kind, page.requested_url, rank, stories, stamped, newest, sample))
        return True


def _rank(kind: TargetKind, teasers: list[Teaser], stamped: int, *, is_front: bool) -> int:
    if kind is TargetKind.SITEMAP:
        is_news = sum(teaser.headline is not None for teaser in teasers) > 0.5 * len(teasers)
        return 1 if is_news and len(teasers) <= _MOST_OF_NEWS else 6
    if kind is TargetKind.FEED:
        return 2 if stamped > 0.5 * len(teasers) else 3
    return 4 if is_front else 5


# ---------------------------------------------------------------- what to take


def chosen(offers: Iterable[Offer]) -> list[Offer]:
    """The offers, best first, each with how many stories it adds, and whether it is worth watching."""
    known: set[str] = set()
    judged = []
    for offer in sorted(offers, key=lambda offer: (offer.rank, -len(offer.stories), offer.url)):
        fresh = len(offer.stories - known)
        needed = {4: 0, 5: max(_LEAST_OF_SECTION, len(known) // 10), 6: len(offer.stories) + 1}.get(
            offer.rank, _LEAST
        )
        is_taken = fresh >= needed and len(offer.stories) >= _LEAST
        if is_taken:
            known |= offer.stories
        judged.append(replace(offer, fresh=fresh, is_taken=is_taken))
    return judged


def address_shape(stories: Iterable[str]) -> str | None:
    """What most of the articles' addresses look like; None where they have no one shape.

    >>> address_shape([f"gazette.example/2026/03/{n:02}/a-story-of-{n}-kinds" for n in range(1, 9)])
    'gazette.example/<year>/<number>/<number>/<words>'
    """
    shapes = Counter(_shape(story) for story in stories)
    if not shapes:
        return None
    shape, count = shapes.most_common(1)[0]
    return shape if count >= 0.4 * shapes.total() and "<" in shape else None


def _shape(story: str) -> str:
    host, _, path = story.partition("/")
    return "/".join([host, *(_step(step) for step in path.split("?")[0].split("/") if step)])


def _step(step: str) -> str:
    if re.fullmatch(r"(?:19|20)\d\d", step):
        return "<year>"
    if step.isdigit():
        return "<number>"
    if re.search(r"\d{3,}", step):
        return "<words and number>" if re.search(r"[^\W\d]{3,}", step) else "<number>"
    return "<words>" if step.count("-") + step.count("_") >= 2 or len(step) > 24 else step
