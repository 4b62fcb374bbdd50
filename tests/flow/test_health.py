"""A recipe that breaks is no news: stories of papers that change their pages, or that are read wrongly."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape

import pytest

from crawler import parse
from crawler.fetch import Failure
from crawler.parse import sites
from crawler.parse.recipe import Recipe
from crawler.quarantine import accept
from crawler.run import Crawl, Plan, Summary
from storage.evidence import EvidenceInMemory
from storage.records import Page, Source, Target, TargetKind
from storage.store import Filter, Store
from tests.flow.site import prose

SITE = "https://lantern.example"
FRONT = f"{SITE}/latest/"
FEED = f"{SITE}/feed.xml"
LANTERN = Source("Lantern", recipe="lantern", listings=(FRONT,), time_zone="UTC", every_seconds=1800)
NOBODY = ".found-nowhere"
RECIPE = Recipe(
    name="lantern",
    hosts=("lantern.example",),
    rows=".row",
    row_link=".row-title a",
    row_excerpt=".row-excerpt",
    row_date=".row-date",
    headline=".title",
    body=".text",
    published=".day",
    byline=".author",
)
SELECTORS = ("rows", "row_link", "row_excerpt", "row_date", "headline", "body", "published", "byline")
AUTHORS = ("Vera Quill", "Oskar Lund", "Mina Haddock", "Tobias Reed")


@dataclass(frozen=True)
class Story:
    number: int
    headline: str
    paragraphs: tuple[str, ...]
    byline: str | None
    day: str

    @property
    def url(self) -> str:
        return f"{SITE}/2026/{self.number:03d}-story/"


def story(number: int) -> Story:
    said = random.Random(f"lantern {number}")
    headline = f"{prose(1000 + number, 1, 6)[0].rstrip('.')} {number}"
    day = f"2026-03-{said.randrange(1, 4):02d}"
    return Story(number, headline, prose(number), AUTHORS[number % 4], day)


def lantern_page(told: Story) -> str:
    body = "".join(f"<p>{escape(one)}</p>" for one in told.paragraphs)
    byline = f'<span class="author">{told.byline}</span>' if told.byline else ""
    return (
        f"<html><head><title>{escape(told.headline)} - Lantern</title></head><body><nav><a href='/'>Home</a></nav>"
        f'<h1 class="title">{escape(told.headline)}</h1><time class="day">{told.day}</time>{byline}'
        f'<div class="text">{body}</div></body></html>'
    )


def lantern_front(stories: list[Story]) -> str:
    rows = "".join(
        f'<div class="row"><h3 class="row-title"><a href="{one.url}">{escape(one.headline)}</a></h3>'
        f'<span class="row-date">{one.day}</span><p class="row-excerpt">{escape(one.paragraphs[0][:120])}</p></div>'
        for one in stories
    )
    return f"<html><body><h1>Latest</h1><main>{rows}</main></body></html>"


def kcna_page(told: Story) -> str:
    body = "".join(f"<p>{escape(one)}</p>" for one in told.paragraphs)
    rows = "".join(kcna_row(story(number)) for number in range(101, 104))
    return (
        f"<html><head><title>{escape(told.headline)} | KCNA Watch</title></head><body>"
        f"<div>March 04, 2026</div><h1>{escape(told.headline)}</h1>"
        f"<p>Date: 03/03/2026 | Source: Lantern | Read original version at source</p>"
        f'<div class="article-content">{body}</div>'
        f"<h3>More From Lantern</h3>{rows}<h3>More Articles</h3></body></html>"
    )


def kcna_front(stories: list[Story]) -> str:
    return f"<html><body><div id='latest'>{''.join(map(kcna_row, stories))}</div></body></html>"


def kcna_row(told: Story) -> str:
    return (
        f'<div class="article-desc"><h4><a href="{told.url}">{escape(told.headline)}</a></h4>'
        f'<p class="articled-date">March 03, 2026</p><p>{escape(told.paragraphs[0][:120])}</p></div>'
    )


@dataclass
class Paper:
    """A paper of a dozen stories and how it answers. `answers`: what comes instead, by address."""

    stories: list[Story] = field(default_factory=lambda: [story(n) for n in range(12, 0, -1)])
    page: Callable[[Story], str] = lantern_page
    front: Callable[[list[Story]], str] = lantern_front
    answers: dict[str, str | int] = field(default_factory=dict)
    every: str | None = None  # one page for every story
    unlisted: list[Story] = field(default_factory=list)

    def body(self, url: str) -> str | int:
        if url in self.answers:
            return self.answers[url]
        if url == FRONT:
            return self.front(self.stories)
        found = next((one for one in (*self.stories, *self.unlisted) if one.url == url), None)
        if found is None:
            return 404
        return self.every or self.page(found)

    async def fetch(self, target: Target) -> Page | Failure:
        said = self.body(target.url)
        status, body = (said, "<h1>No</h1>") if isinstance(said, int) else (200, said)
        headers = (("content-type", "text/html; charset=utf-8"),)
        return Page(target.url, target.url, status, headers, body.encode(), datetime(2026, 3, 4, tzinfo=UTC))

    def edit(self, numbers: Iterator[int] | range | set[int], edit: Callable[[Story], Story]) -> None:
        chosen = set(numbers)
        self.stories = [edit(one) if one.number in chosen else one for one in self.stories]


class Desk:
    """Passes over one paper into one store, read by recipes that a test may break."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.paper = Paper()
        self.source = LANTERN
        self.recipe = RECIPE
        self.evidence = EvidenceInMemory()
        monkeypatch.setattr(sites, "_recipes", lambda: (self.recipe,))

    def reads_kcna(self) -> None:
        from crawler.parse.sites import kcnawatch

        self.recipe = replace(kcnawatch.RECIPE, name="lantern", hosts=("lantern.example",), key=None)
        self.paper.page, self.paper.front = kcna_page, kcna_front

    def crawl(self, hours: float, *, is_all: bool = True) -> Summary:
        self.store.put_sources([self.source])
        now = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hours)

        async def read(page: Page, source: Source, kind: TargetKind | None) -> parse.Reading:
            return parse.read(page, source, kind)

        running = Crawl(
            Plan((self.source,), lambda: now, is_all=is_all),
            store=self.store,
            fetch=self.paper.fetch,
            parse=read,
            keep=self.evidence.put,
            key_of=sites.key_of,
        )
        return asyncio.run(running.run())

    def log(self) -> list[tuple[str, str, str | None]]:
        return [(c.kind.value, c.subject.value, c.url) for c in self.store.changes(Filter())]

    def kinds(self, subject: str = "article") -> list[str]:
        return [kind for kind, of, _ in self.log() if of == subject]

    @property
    def quarantined(self) -> dict[str, dict[str, object]]:
        return self.store.health().get("Lantern", {}).get("quarantined", {})


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(store, monkeypatch)


def told(summary: Summary) -> str:
    return "\n".join(finding.diagnosis.text for finding in summary.findings)


# ---------------------------------------------------------------- a recipe that breaks

FIELD = {"rows": "teasers", "row_link": "headline", "row_excerpt": "excerpt", "row_date": "date"}
FIELD |= {"headline": "headline", "body": "paragraphs", "published": "published", "byline": "byline"}


@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("name", SELECTORS)
def test_a_selector_that_finds_nothing_is_told_and_changes_nothing(
    desk: Desk, name: str, passes: int
) -> None:
    for number in range(passes):
        assert desk.crawl(number).findings == []
    before = desk.log()
    assert sorted(desk.kinds()) == ["new"] * 12
    desk.recipe = replace(RECIPE, **{name: NOBODY})
    for hours in (24, 26, 49):
        summary = desk.crawl(hours)
        assert NOBODY in told(summary)
        assert FIELD[name] in told(summary)
        assert desk.quarantined
        assert all(finding.diagnosis.is_held for finding in summary.findings)
    assert desk.log() == before
    desk.recipe = RECIPE
    assert desk.crawl(72).findings == []
    assert (desk.quarantined, desk.store.withheld("Lantern"), desk.log()) == ({}, [], before)
    desk.paper.edit({3}, lambda one: replace(one, headline="Something else entirely"))
    desk.crawl(96)
    assert sorted(desk.log()[len(before) :]) == [
        ("changed", "article", story(3).url),
        ("changed", "teaser", story(3).url),
    ]


@pytest.mark.parametrize("name", ["rows", "row_date", "headline", "body", "row_link"])
def test_a_recipe_with_rules_of_its_own_is_watched_as_well(desk: Desk, name: str) -> None:
    desk.reads_kcna()
    whole = desk.recipe
    for number in range(2):
        assert desk.crawl(number).findings == []
    before = desk.log()
    desk.recipe = replace(whole, **{name: NOBODY})
    for hours in (24, 26):
        assert NOBODY in told(desk.crawl(hours))
    assert desk.log() == before
    desk.recipe = whole
    assert desk.crawl(72).findings == []
    assert (desk.quarantined, desk.log()) == ({}, before)
