"""A small press site on loopback that does what a test tells it, and keeps a log of what it was asked.

What lives here: the pages, in KCNA Watch's shape and in a plain one, the server, conditional requests, the
ways to misbehave. What must not: anything of the product; what a page means is for the tests to say.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from html import escape
from types import TracebackType

from aiohttp import web

FRONT = "/latest/"
FEED = "/feed.xml"
SITEMAP = "/sitemap.xml"
FIRST_DAY = date(2026, 3, 4)

WORDS = [
    "harbour",
    "lantern",
    "orchard",
    "ferry",
    "miller",
    "violin",
    "copper",
    "barley",
    "quarry",
    "saddle",
    "beacon",
    "cellar",
    "meadow",
    "anchor",
    "thimble",
    "walnut",
    "kettle",
    "gravel",
    "pigeon",
    "mortar",
    "canvas",
    "timber",
    "pepper",
    "hammer",
    "bucket",
    "ribbon",
    "saffron",
    "tunnel",
    "chapel",
    "granary",
    "pulley",
    "rudder",
    "trellis",
    "wicker",
    "poplar",
    "cobbler",
    "glazier",
    "vintner",
    "tailor",
    "drummer",
    "warden",
    "ferryman",
    "sculptor",
    "botanist",
    "cashier",
    "librarian",
    "plumber",
    "carpenter",
    "astronomer",
    "surveyor",
    "beekeeper",
    "potter",
    "repairs",
    "measures",
    "gathers",
    "promises",
    "borrows",
    "delivers",
    "paints",
    "forgets",
    "records",
    "carries",
    "polishes",
    "repeats",
    "welcomes",
    "studies",
    "sharpens",
    "postpones",
    "admires",
    "doubles",
    "questions",
    "sketches",
    "loosens",
    "salts",
    "unfolds",
    "trims",
    "quietly",
    "early",
    "slowly",
    "together",
    "twice",
    "again",
    "seldom",
    "nearby",
    "abroad",
    "upstairs",
    "by-hand",
    "at-dusk",
    "before-noon",
    "seven",
    "forty",
    "eleven",
    "hundred",
    "dozen",
    "several",
    "few",
    "enough",
    "spare",
    "narrow",
    "crooked",
    "amber",
    "silver",
    "hollow",
    "brittle",
    "northern",
    "coastal",
    "wooden",
    "patient",
    "foggy",
    "painted",
    "striped",
    "borrowed",
    "mended",
    "folded",
    "frozen",
    "scattered",
    "stubborn",
]


def prose(number: int, paragraphs: int = 4, words: int = 45) -> tuple[str, ...]:
    """Paragraphs of which every number has its own, and no two numbers have much in common."""
    chosen = random.Random(f"text {number}")
    return tuple(_paragraph(chosen, words) for _ in range(paragraphs))


def _paragraph(chosen: random.Random, words: int) -> str:
    return " ".join(_sentence(chosen, min(15, words)) for _ in range(0, words, 15))


def _sentence(chosen: random.Random, words: int) -> str:
    said = [chosen.choice(WORDS).replace("-", " ") for _ in range(words)]
    comma = "," if words > 8 else ""
    return f"{' '.join(said[: words // 2])}{comma} {' '.join(said[words // 2 :])}.".capitalize()


@dataclass(frozen=True)
class Story:
    """One story of the site as it stands now. `path` is where the site links it."""

    number: int
    headline: str
    paragraphs: tuple[str, ...]
    path: str
    excerpt: str | None = None  # of its teaser, else the start of the first paragraph

    def told(self, old: str, new: str) -> Story:
        """The story with `old` edited into `new` in its text; its teaser stays as it was."""
        assert any(old in paragraph for paragraph in self.paragraphs)
        edited = tuple(paragraph.replace(old, new) for paragraph in self.paragraphs)
        return replace(self, paragraphs=edited, excerpt=self.teaser)

    @property
    def teaser(self) -> str:
        return self.excerpt or self.paragraphs[0][:140]


def story(number: int, path: str | None = None) -> Story:
    """The story of that number, its own headline, text and address: KCNA Watch's, unless `path` says."""
    headline = _sentence(random.Random(f"headline {number}"), 7).rstrip(".")
    return Story(number, headline, prose(number), path or f"/newstream/17725{number:05d}-{number}/story/")


@dataclass(frozen=True)
class Answer:
    """What the server says instead of a page. `body` may end early, or come late, or not at all."""

    status: int = 200
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/html; charset=utf-8"
    is_cut: bool = False
    wait_seconds: float = 0.0


def led_to(address: str, status: int = 301) -> Answer:
    return Answer(status, headers=(("Location", address),))


@dataclass(frozen=True)
class Asked:
    """One request as it was answered. `at` is on a monotonic clock, in seconds."""

    path: str  # with its query
    status: int
    at: float


class Site:
    """A paper on a port of its own. `stories`, newest first, are listed on its front page.

    `answers` says what comes instead, by path with query; `day` turns the page furniture; stories in
    `unlisted` have pages and no teaser. `has_etags`: pages carry an ETag and no furniture that changes. In
    the plain shape stories stand at plain addresses.
    """

    def __init__(self, *stories: Story, shape: str = "kcnawatch", has_etags: bool = False) -> None:
        self.stories: list[Story] = []
        self.unlisted: list[Story] = []
        self.shape = shape
        for told in reversed(stories):
            self.adds(told)
        self.has_etags = has_etags
        self.answers: dict[str, Answer] = {}
        self.robots = "User-agent: *\nDisallow: /counter/\n"
        self.day = 0
        self.log: list[Asked] = []
        self.on_request: Callable[[str], Awaitable[None]] | None = None
        self.base = ""

    # ------------------------------------------------------------ for the tests

    def url(self, path: str) -> str:
        return self.base + path

    @property
    def asked(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [one.path for one in self.log if one.path != "/robots.txt"]

    def forget(self) -> None:
        self.log.clear()

    def adds(self, told: Story) -> Story:
        """List `told` above all others, at an address of the site's shape."""
        is_plain = self.shape == "plain"
        told = replace(told, path=told.path.replace("/newstream/", "/2026/")) if is_plain else told
        self.stories.insert(0, told)
        return told

    def edit(self, number: int, old: str, new: str) -> None:
        self.stories = [one.told(old, new) if one.number == number else one for one in self.stories]

    def at(self, number: int) -> Story:
        return next(one for one in (*self.stories, *self.unlisted) if one.number == number)

    # ------------------------------------------------------------ the server

    async def __aenter__(self) -> Site:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path
        at = time.monotonic()
        said = self.answers.get(path) or self._page(path)
        if self.on_request is not None:
            await self.on_request(path)
        headers = dict(said.headers)
        if self.has_etags and said.status == 200:
            headers["ETag"] = f'"{sha256(said.body.encode()).hexdigest()[:20]}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                said = Answer(304)
        self.log.append(Asked(path, said.status, at))
        if said.wait_seconds:
            await asyncio.sleep(said.wait_seconds)
        if said.is_cut:
            return await self._cut(request, said)
        if said.status == 304:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = said.content_type
        return web.Response(status=said.status, body=said.body.encode(), headers=headers)

    async def _cut(self, request: web.Request, said: Answer) -> web.StreamResponse:
        """Half of the body that Content-Length promises, and then nothing."""
        body = said.body.encode()
        response = web.StreamResponse(headers={"Content-Type": said.content_type})
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    # ------------------------------------------------------------ the pages

    def _page(self, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(200, self.robots, content_type="text/plain")
        if path == FEED:
            return Answer(200, self._feed(), content_type="application/rss+xml")
        if path == SITEMAP:
            return Answer(200, self._sitemap(), content_type="application/xml")
        is_kcna = self.shape == "kcnawatch"
        if path == FRONT:
            return Answer(200, self._kcna_front() if is_kcna else self._plain_front())
        found = next((s for s in (*self.stories, *self.unlisted) if s.path == path), None)
        if found is None:
            return Answer(404, "<html><body><h1>Nothing here</h1></body></html>")
        return Answer(200, self.page(found))

    def page(self, told: Story) -> str:
        """The page of a story, with today's furniture around it."""
        return self._kcna_page(told) if self.shape == "kcnawatch" else self._plain_page(told)

    @property
    def _today(self) -> date:
        return FIRST_DAY + timedelta(days=0 if self.has_etags else self.day)

    def _furniture(self, number: int) -> tuple[str, str]:
        """What stands above and below a story: another every day, on every page."""
        day = self._today.toordinal()
        advertisement = prose(-day * 1000 - number, 1, 9)[0]
        others = [self.stories[(day + i) % len(self.stories)] for i in range(min(3, len(self.stories)))]
        links = "".join(f'<li><a href="{s.path}">{escape(s.headline)}</a></li>' for s in others)
        above = f'<div class="ad-slot">Advertisement: {advertisement}</div>'
        below = (
            f'<aside class="most-read"><strong>Most read today</strong><ol>{links}</ol></aside>'
            f"<footer>You are visitor number {48_000 + day * 17 + number}. "
            f"{day % 9 + 3} degrees today.</footer>"
        )
        return above, below

    def _kcna_page(self, told: Story) -> str:
        above, below = self._furniture(told.number)
        today = self._today
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in told.paragraphs)
        block = "".join(self._kcna_row(one) for one in self.stories[:4] if one.path != told.path)
        return (
            f"<html><head><title>{escape(told.headline)}</title></head><body>"
            f"<div>{today:%B %d, %Y}{today:%b %d, %Y}</div>{above}"
            f"<h1>{escape(told.headline)}</h1><p>Date: 03/03/2026 | Source: Gazette | "
            f'<a href="https://gazette.example/{told.number}">Read original version at source</a></p>'
            f'<div class="article-content">{body}</div>'
            f"<h3>More From Gazette</h3>{block}<h3>More Articles</h3>{below}</body></html>"
        )

    def _kcna_front(self) -> str:
        rows = "".join(self._kcna_row(one) for one in self.stories)
        return (
            "<html><head><title>Latest</title></head><body>"
            f'<div id="latest_article_wrapper">{rows}</div></body></html>'
        )

    @staticmethod
    def _kcna_row(told: Story) -> str:
        return (
            f'<div class="article-desc"><h4><a href="{escape(told.path)}">{escape(told.headline)}</a></h4>'
            f'<p class="articled-date">March 03, 2026</p><p>{escape(told.teaser)}</p></div>'
        )

    def _plain_page(self, told: Story) -> str:
        above, below = self._furniture(told.number)
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in told.paragraphs)
        return (
            f"<html><head><title>{escape(told.headline)} - The Gazette</title>"
            f'<meta property="og:type" content="article"></head><body>'
            f'<header><nav><a href="/">Home</a><a href="{FRONT}">Latest</a></nav>'
            f"<p>Today is {self._today:%A, %d %B %Y}</p></header>{above}"
            f"<main><article><h1>{escape(told.headline)}</h1>"
            f'<time datetime="2026-03-03">3 March 2026</time>{body}</article></main>{below}</body></html>'
        )

    def _plain_front(self) -> str:
        rows = "".join(
            f'<article><h2><a href="{escape(s.path)}">{escape(s.headline)}</a></h2><p>{escape(s.teaser)}</p>'
            '<time datetime="2026-03-03">3 March 2026</time></article>'
            for s in self.stories
        )
        head = '<header><nav><a href="/">Home</a><a href="/about/">About us</a></nav></header>'
        return f"<html><head><title>The Gazette</title></head><body>{head}<main>{rows}</main></body></html>"

    def _feed(self) -> str:
        entries = "".join(
            f"<item><title>{escape(s.headline)}</title><link>{self.url(escape(s.path))}</link>"
            f"<description>{escape(s.teaser)}</description>"
            "<pubDate>Tue, 03 Mar 2026 09:00:00 +0000</pubDate></item>"
            for s in self.stories
        )
        return f'<rss version="2.0"><channel><title>Gazette</title>{entries}</channel></rss>'

    def _sitemap(self) -> str:
        entries = "".join(f"<url><loc>{self.url(escape(s.path))}</loc></url>" for s in self.stories)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
