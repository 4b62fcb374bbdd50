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
    asked: list[str] = field(default_factory=list)
    stops_at: int = 0  # the request at which the pass is interrupted
    stop: Callable[[], None] = lambda: None

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
        self.asked.append(target.url)
        if self.stops_at and len(self.asked) == self.stops_at:
            self.stop()
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
        self.paper.asked, self.paper.stop = [], running.stop
        return asyncio.run(running.run())

    def log(self) -> list[tuple[str, str, str | None]]:
        return [(c.kind.value, c.subject.value, c.url) for c in self.store.changes(Filter())]

    def of_articles(self) -> list[tuple[str, str | None]]:
        return [(kind, url) for kind, subject, url in self.log() if subject == "article"]

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


def test_a_pass_over_one_article_asks_for_others_to_compare_with(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.of_articles()
    desk.paper.edit({5}, lambda one: replace(one, paragraphs=one.paragraphs[:1], headline="Cut"))
    desk.recipe = replace(RECIPE, byline=NOBODY)
    desk.store.put_targets([replace(t, next_visit=None) for t in _targets(desk, 5)])
    summary = desk.crawl(1.2, is_all=False)
    assert "byline missing on 6 of 6 pages, usually on 0%" in told(summary)
    assert desk.of_articles() == before
    desk.recipe = RECIPE
    desk.store.put_targets([replace(t, next_visit=None) for t in _targets(desk, 5)])
    assert desk.crawl(30, is_all=False).findings == []
    assert desk.quarantined == {}
    assert desk.of_articles()[len(before) :] == [("changed", story(5).url)]


@pytest.mark.parametrize("stops_at", [1, 3, 6, 12])
def test_an_interrupted_pass_ends_and_withholds_what_it_saw_broken(desk: Desk, stops_at: int) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.log()
    desk.recipe, desk.paper.stops_at = replace(RECIPE, body=".title", byline=NOBODY), stops_at
    assert desk.crawl(24).is_interrupted
    assert desk.log() == before
    desk.recipe, desk.paper.stops_at = RECIPE, 0
    assert desk.crawl(48).findings == []
    assert (desk.log(), desk.quarantined) == (before, {})


def _targets(desk: Desk, number: int) -> list[Target]:
    return [t for t in desk.store.article_targets(["Lantern"], None) if t.url == story(number).url]


@pytest.mark.parametrize("number", [1, 2])
def test_pages_that_lost_something_of_their_own_are_edited(desk: Desk, number: int) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.of_articles()
    numbers = set(range(1, 1 + number))
    desk.paper.edit(numbers, lambda one: replace(one, byline=None, paragraphs=(one.paragraphs[0][:90],)))
    desk.store.put_targets([replace(t, next_visit=None) for n in numbers for t in _targets(desk, n)])
    assert desk.crawl(1.2, is_all=False).findings == []
    assert sorted(desk.of_articles()[len(before) :]) == [("changed", story(n).url) for n in sorted(numbers)]
    assert [v.outcome.value for v in desk.store.visits() if v.outcome.value != "ok"] == []


# ---------------------------------------------------------------- edits of many pages at once


def _purged(one: Story) -> Story:
    told = (one.paragraphs[0].replace("Warden Adamsky said", "it was said"), *one.paragraphs[1:])
    return replace(one, paragraphs=told)


EDITS: dict[str, Callable[[Story], Story]] = {
    "a name removed": _purged,
    "every headline reworded": lambda one: replace(one, headline=f"In brief: {one.headline}"),
    "every headline another": lambda one: replace(one, headline=prose(5000 + one.number, 1, 6)[0]),
    "a notice added": lambda one: replace(one, paragraphs=(*one.paragraphs, "This story was corrected.")),
    "shortened": lambda one: replace(one, paragraphs=one.paragraphs[:3]),
    "another author": lambda one: replace(one, byline=AUTHORS[(one.number + 1) % 4]),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_every_page_is_an_edit_of_every_page(desk: Desk, name: str) -> None:
    everyone = range(1, 13)
    desk.paper.edit(
        everyone,
        lambda one: replace(
            one, paragraphs=(f"{one.paragraphs[0]} Warden Adamsky said so.", *one.paragraphs[1:])
        ),
    )
    desk.crawl(0)
    desk.crawl(1)
    desk.paper.edit(everyone, EDITS[name])
    assert desk.crawl(24).findings == []
    assert sorted(desk.kinds()) == ["changed"] * 12 + ["new"] * 12
    assert desk.quarantined == {}


def test_articles_that_are_deleted_are_removed(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    for number in range(1, 11):
        desk.paper.answers[story(number).url] = 404
    for hours in (24, 26):
        assert desk.crawl(hours).findings == []
    assert sorted(desk.kinds()) == ["new"] * 12 + ["removed"] * 10


def test_new_stories_and_old_ones_falling_off_the_end_are_no_alarm(desk: Desk) -> None:
    desk.crawl(0)
    for day in range(1, 6):
        added = [story(12 + 6 * day - n) for n in range(6)]
        desk.paper.unlisted += desk.paper.stories[-6:]
        desk.paper.stories = [*added, *desk.paper.stories[:-6]]
        assert desk.crawl(24 * day).findings == []
    assert sorted(set(desk.kinds()) | set(desk.kinds("teaser"))) == ["new"]


# ---------------------------------------------------------------- one page, whatever is asked for

WALL = lantern_page(Story(0, "Please sign in", prose(777, 3), "The desk", "2026-03-04"))


@pytest.mark.parametrize("is_all", [True, False])
def test_one_page_for_every_address_changes_nothing_and_is_nobodys_duplicate(
    desk: Desk, is_all: bool
) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.log()
    desk.paper.every = WALL
    desk.paper.stories = [*(story(n) for n in range(18, 12, -1)), *desk.paper.stories]
    summary = desk.crawl(24, is_all=is_all)
    assert "one and the same page" in told(summary)
    assert [one for one in desk.log()[len(before) :] if one[1] == "article"] == []
    desk.paper.every = None
    assert desk.crawl(60).findings == []
    assert (sorted(desk.kinds()), desk.quarantined) == (["new"] * 18, {})


def test_one_page_for_every_address_is_seen_on_the_first_day(desk: Desk) -> None:
    desk.paper.every = WALL
    assert "one and the same page at 12 of 12 addresses" in told(desk.crawl(0))
    assert desk.kinds() == []
    desk.paper.every = None
    assert desk.crawl(24).findings == []
    assert desk.kinds() == ["new"] * 12


def test_a_wall_before_some_pages_withholds_these_alone(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    desk.paper.edit({9}, lambda one: replace(one, headline="Another headline"))
    for number in (2, 5, 11):
        desk.paper.answers[story(number).url] = WALL
    assert "one and the same page at 3 of 12 addresses" in told(desk.crawl(24))
    assert sorted(desk.kinds()) == ["changed", *["new"] * 12]
    desk.paper.answers = {}
    assert desk.crawl(48).findings == []
    assert sorted(desk.kinds()) == ["changed", *["new"] * 12]


def test_copies_of_one_story_are_duplicates(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    copies = [
        replace(story(n), headline=story(1).headline, paragraphs=story(1).paragraphs)
        for n in (21, 22, 23, 24)
    ]
    desk.paper.stories = [*copies, *desk.paper.stories]
    assert desk.crawl(24, is_all=False).findings == []
    assert sorted(desk.kinds()) == ["duplicate"] * 4 + ["new"] * 12


# ---------------------------------------------------------------- read otherwise, and not as nothing


def test_a_headline_that_is_one_and_the_same_on_all_pages_is_no_headline(desk: Desk) -> None:
    desk.paper.page = lambda one: lantern_page(one).replace("<nav>", "<p class='brand'>The Lantern</p><nav>")
    desk.crawl(0)
    desk.crawl(1)
    before = desk.log()
    desk.recipe = replace(RECIPE, headline=".brand")
    assert "one and the same headline at 12 of 12 addresses" in told(desk.crawl(24))
    assert desk.log() == before


def test_a_text_that_is_another_element_on_all_pages_is_no_text(desk: Desk) -> None:
    desk.paper.page = lambda one: lantern_page(one).replace(
        "<nav>",
        f"<div class='more'><p>{prose(900 + one.number, 1)[0]}</p><p>{prose(950, 1)[0]}</p></div><nav>",
    )
    desk.crawl(0)
    desk.crawl(1)
    before = desk.log()
    desk.recipe = replace(RECIPE, body=".more")
    assert "paragraphs replaced by others on 12 of 12 pages" in told(desk.crawl(24))
    assert desk.log() == before


def test_a_listing_of_which_half_is_missing_removes_nothing(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.log()
    desk.recipe = replace(RECIPE, rows=".row:nth-child(3n)")
    assert "4 teasers, usually at least 12; recipe lantern, rows = '.row:nth-child(3n)'" in told(
        desk.crawl(24)
    )
    assert desk.log() == before


# ---------------------------------------------------------------- a redesign


def test_a_redesign_that_is_accepted_is_recorded_at_its_time(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    before = desk.of_articles()
    desk.paper.edit(range(1, 13), lambda one: replace(one, byline=None))
    desk.paper.edit({3}, lambda one: replace(one, headline="Another headline"))
    for hours in (24, 48):
        assert "byline missing on 12 of 12 pages" in told(desk.crawl(hours))
    assert desk.of_articles() == before
    parts, counts = accept(desk.store, "Lantern", sites.key_of)
    assert (parts, counts["changed"]) == (["articles"], 1)
    change = next(c for c in desk.store.changes(Filter()) if c.kind.value == "changed")
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert (change.url, change.changed_after, change.changed_before) == (
        story(3).url,
        day + timedelta(hours=1),
        day + timedelta(hours=24),
    )
    assert desk.crawl(72).findings == []
    assert (desk.quarantined, desk.store.withheld("Lantern")) == ({}, [])


def test_a_listing_that_is_shorter_for_good_is_accepted(desk: Desk) -> None:
    desk.crawl(0)
    desk.crawl(1)
    desk.paper.unlisted, desk.paper.stories = desk.paper.stories[4:], desk.paper.stories[:4]
    assert "4 teasers, usually at least 12; " in told(desk.crawl(24))
    assert list(desk.quarantined) == [FRONT]
    accept(desk.store, "Lantern", sites.key_of)
    assert desk.crawl(48).findings == []
    assert sorted(desk.kinds("teaser")) == ["new"] * 12


def test_a_paper_that_changes_page_by_page_is_followed(desk: Desk) -> None:
    desk.crawl(0)
    for day in range(1, 40):
        added = [replace(story(12 + 3 * day - n), byline=None if day > 5 else "Vera Quill") for n in range(3)]
        desk.paper.stories = [*added, *desk.paper.stories][:30]
        desk.crawl(24 * day)
    assert "changed" not in desk.kinds()


# ---------------------------------------------------------------- the first run


def test_a_selector_that_never_found_anything_is_told_after_the_first_run(desk: Desk) -> None:
    desk.recipe = replace(RECIPE, byline=".by-line", row_excerpt=".lead")
    summary = desk.crawl(0)
    assert {f.diagnosis.source_of for f in summary.findings} == {
        "recipe lantern, byline = '.by-line'",
        "recipe lantern, row_excerpt = '.lead'",
    }
    assert not any(f.diagnosis.is_held for f in summary.findings)
    assert (desk.quarantined, desk.kinds()) == ({}, ["new"] * 12)
