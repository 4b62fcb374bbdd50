"""Passes over a small site, told by what its server answers: all but the wire. Every store."""

from __future__ import annotations

import asyncio
import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from crawler import parse
from crawler.fetch import Failure
from crawler.parse import sites
from crawler.run import Crawl, Plan, Progress, Summary
from storage import open_store
from storage.evidence import EvidenceInMemory
from storage.records import Outcome, Page, Source, Target, TargetKind, Visit
from storage.store import Filter, Store
from tests.flow.test_watching import BRIDGE, ORCHARD, edited

SITE = "https://gazette.example"
FRONT = f"{SITE}/article/3/"
GAZETTE = Source("Gazette", recipe="kcnawatch", listings=(FRONT,), time_zone="Asia/Seoul", every_seconds=1800)
MARKET = (
    "The fish market will open at five instead of six from the first of April, its stallholders voted.",
    "Buyers from the inland towns had asked for the earlier hour, so that lorries reach their shops by nine.",
)
CHALLENGE = (
    "<html><head><title>Just a moment...</title></head><body>"
    "<script src='/cdn-cgi/challenge-platform/h/b.js'></script></body></html>"
)
WALL = "<html><body><form class='nk-paywall-free-member-form'>Become a member</form></body></html>"


@dataclass
class Story:
    """One story of the site and where it stands."""

    number: int
    headline: str
    paragraphs: tuple[str, ...]
    slug: str = "story"

    @property
    def url(self) -> str:
        return f"{SITE}/newstream/17725{self.number:05d}-{self.number}/{self.slug}/"

    def page(self, day: int = 0) -> str:
        body = "".join(f"<p>{p}</p>" for p in self.paragraphs)
        return (
            f"<html><body><div>March {4 + day:02d}, 2026Mar {4 + day}, 2026</div><h1>{self.headline}</h1>"
            f"<p>Date: 03/03/2026 | Source: Gazette | Read original version at source</p>"
            f'<div class="article-content">{body}</div>'
            f"<div>Visitors today: {1000 + 37 * day}</div></body></html>"
        )

    def row(self) -> str:
        return (
            f'<div class="article-desc"><h4><a href="{self.url}">{self.headline}</a></h4>'
            f'<p class="articled-date">March 03, 2026</p><p>{self.paragraphs[0][:120]}</p></div>'
        )


@dataclass
class Site:
    """What the server answers: a page, a status, an address to be led on to, or a failure of the wire."""

    stories: list[Story]
    answers: dict[str, int | str | Failure] = field(default_factory=dict)
    day: int = 0
    asked: list[str] = field(default_factory=list)
    has_etags: bool = False
    slow: str = ""  # the address that answers only after all others that are asked beside it

    async def fetch(self, target: Target) -> Page | Failure:
        self.asked.append(target.url)
        if target.url == self.slow:
            await asyncio.sleep(0.05)
        return self._answer(target, target.url, ())

    def _answer(self, target: Target, url: str, passed: tuple[str, ...]) -> Page | Failure:
        answer = self.answers.get(url)
        if isinstance(answer, Failure):
            return answer
        if isinstance(answer, str) and answer.startswith("https://"):
            return self._answer(target, answer, (*passed, url))
        if isinstance(answer, int):
            return self._page(target, url, answer, "<h1>Not here</h1>", passed)
        body = answer or self._body(url)
        if body is None:
            return self._page(target, url, 404, "<h1>Not here</h1>", passed)
        tag = f'"{hash(body)}"'
        if self.has_etags and target.etag == tag:
            return self._page(target, url, 304, "", passed, tag)
        return self._page(target, url, 200, body, passed, tag if self.has_etags else None)

    def _body(self, url: str) -> str | None:
        if url == FRONT:
            rows = "".join(story.row() for story in self.stories)
            return f'<html><body><div id="latest_article_wrapper">{rows}</div></body></html>'
        return next((s.page(0 if self.has_etags else self.day) for s in self.stories if s.url == url), None)

    def _page(
        self,
        target: Target,
        url: str,
        status: int,
        body: str,
        passed: tuple[str, ...],
        tag: str | None = None,
    ) -> Page:
        headers = [("content-type", "text/html; charset=utf-8")] + ([("etag", tag)] if tag else [])
        at = datetime(2026, 3, 4, tzinfo=UTC)
        return Page(target.url, url, status, tuple(headers), body.encode(), at, redirects=passed)


def crawl(
    store: Store,
    site: Site,
    hours: float,
    *,
    is_all: bool = True,
    progress: Progress | None = None,
    batch_pages: int = 64,
    tick_seconds: float = 0.0,
) -> Summary:
    """One pass that begins at that hour; its clock goes on by `tick_seconds` each time that it is read."""
    store.put_sources([GAZETTE])
    start, ticks = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hours), itertools.count()

    def now() -> datetime:
        return start + timedelta(seconds=tick_seconds * next(ticks))

    async def read(page: Page, source: Source, kind: TargetKind | None) -> parse.Reading:
        return parse.read(page, source, kind)

    running = Crawl(
        Plan((GAZETTE,), now, is_all=is_all, batch_pages=batch_pages),
        store=store,
        fetch=site.fetch,
        parse=read,
        keep=EvidenceInMemory().put,
        key_of=lambda url, source: sites.key_of(url, "kcnawatch"),
        progress=progress,
    )
    if isinstance(progress, Stopper):
        progress.running = running
    return asyncio.run(running.run())


class Stopper(Progress):
    """Presses Ctrl-C after the first page."""

    running: Crawl

    def visited(self, visit: Visit, summary: Summary, queued: int) -> None:
        self.running.stop()


def site_of_three() -> Site:
    return Site(
        [
            Story(3, "Fish market to open at five", MARKET),
            Story(2, "Harbour bridge closed to lorries", BRIDGE),
            Story(1, "A pear that does not fear the frost", ORCHARD),
        ]
    )


def kinds(store: Store, subject: str = "article") -> list[str]:
    return [c.kind.value for c in store.changes(Filter()) if c.subject.value == subject]


def test_a_first_pass_follows_every_teaser(store: Store) -> None:
    site = site_of_three()
    summary = crawl(store, site, 0)
    assert kinds(store) == ["new"] * 3
    assert (summary.counts["pages"], summary.failures, len(set(site.asked))) == (4, [], 4)


def test_furniture_that_changes_daily_changes_nothing(store: Store) -> None:
    site = site_of_three()
    for day in range(4):
        site.day = day
        crawl(store, site, 24 * day)
    assert (kinds(store), kinds(store, "teaser")) == (["new"] * 3, ["new"] * 3)


def test_a_page_not_modified_is_unchanged_and_seen(store: Store) -> None:
    site = site_of_three()
    site.has_etags = True
    crawl(store, site, 0)
    summary = crawl(store, site, 24)
    assert (summary.counts["not_modified"], summary.counts["unchanged"]) == (4, 6)
    site.stories[1] = replace(site.stories[1], paragraphs=edited(BRIDGE, "240", "420"))
    crawl(store, site, 48)
    change = list(store.changes(Filter()))[-1]
    assert (change.kind.value, change.changed_after) == ("changed", datetime(2026, 3, 5, tzinfo=UTC))


def test_a_failed_blocked_walled_or_empty_page_is_a_visit_and_nothing_else(
    store: Store,
) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    for hours, answer in enumerate(
        (500, 403, CHALLENGE, WALL, "<html><body></body></html>", Failure(Outcome.FAILED, "time-out: none")),
        24,
    ):
        site.answers = {story.url: answer for story in site.stories}
        summary = crawl(store, site, hours)
        assert len(summary.failures) == 3
        assert all(visit.reason for visit in summary.failures)
    assert kinds(store) == ["new"] * 3


def test_a_challenge_that_answers_404_removes_nothing(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    url = site.stories[0].url

    async def challenged(target: Target) -> Page | Failure:
        page = await Site.fetch(site, target)
        is_it = target.url == url and isinstance(page, Page)
        return replace(page, status=404, body=CHALLENGE.encode()) if is_it else page

    site.fetch = challenged  # type: ignore[method-assign]
    for hours in (24, 48, 72):
        crawl(store, site, hours)
    assert kinds(store) == ["new"] * 3


def test_two_404s_an_hour_apart_remove_an_article_and_all_brings_it_back(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    site.answers = {site.stories[2].url: 404}
    crawl(store, site, 1)
    crawl(store, site, 1.9)
    assert kinds(store) == ["new"] * 3
    crawl(store, site, 2)
    assert kinds(store) == ["new"] * 3 + ["removed"]
    site.answers = {}
    crawl(store, site, 3)
    assert kinds(store) == ["new"] * 3 + ["removed", "restored"]


def test_a_listing_that_answers_404_is_a_failure_and_removes_no_teaser(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    site.answers = {FRONT: 404}
    summary = crawl(store, site, 2)
    assert [visit.url for visit in summary.failures] == [FRONT]
    assert kinds(store, "teaser") == ["new"] * 3


def test_a_story_at_a_new_address_has_moved_whatever_is_fetched_first(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    old = site.stories[1]
    site.stories[1] = replace(old, number=7)
    site.answers = {old.url: site.stories[1].url}
    crawl(store, site, 24, is_all=False)
    assert kinds(store) == ["new"] * 3 + ["moved"]
    assert kinds(store, "teaser") == ["new"] * 3 + ["moved"]
    assert old.url in site.asked


def test_a_story_whose_old_address_redirects_only_after_the_new_one_answered_has_moved_once(
    store: Store,
) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    old = site.stories[1]
    site.stories[1] = replace(old, number=7)
    site.answers = {old.url: site.stories[1].url}
    site.slow = old.url
    crawl(store, site, 24, tick_seconds=1)
    assert kinds(store) == ["new"] * 3 + ["moved"]


def test_a_story_whose_old_address_is_gone_has_moved(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    old = site.stories[1]
    site.stories[1] = replace(old, number=7)
    crawl(store, site, 24, is_all=False)
    crawl(store, site, 48)
    assert kinds(store) == ["new"] * 3 + ["moved"]


def test_a_pass_that_is_interrupted_before_the_old_address_answered_leaves_open_what_became_of_the_story(
    store: Store,
) -> None:
    class Silent(Stopper):
        def visited(self, visit: Visit, summary: Summary, queued: int) -> None:
            pass

    site, hand = site_of_three(), Silent()
    crawl(store, site, 0)
    old = site.stories[1]
    site.stories[1] = replace(old, number=7)
    site.answers = {old.url: site.stories[1].url}

    async def interrupted(target: Target) -> Page | Failure:
        if target.url == old.url:
            while site.stories[1].url not in site.asked:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)  # by now the story at the new address waits for this answer
            hand.running.stop()
            return Failure(Outcome.FAILED, "time-out: nothing came")
        return await Site.fetch(site, target)

    site.fetch = interrupted  # type: ignore[method-assign]
    summary = crawl(store, site, 24, is_all=False, progress=hand)
    assert (summary.is_interrupted, kinds(store)) == (True, ["new"] * 3)
    site.fetch = partial(Site.fetch, site)  # type: ignore[method-assign]
    crawl(store, site, 25, is_all=False)
    assert kinds(store) == ["new"] * 3 + ["moved"]


def test_a_story_that_stays_at_its_old_address_has_a_duplicate(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    site.stories.insert(0, replace(site.stories[1], number=7))
    crawl(store, site, 24)
    assert kinds(store) == ["new"] * 3 + ["duplicate"]


def test_a_changed_teaser_has_its_article_looked_at_at_once(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    crawl(store, site, 24 * 20)  # by now the articles fall due twice a day
    site.asked.clear()
    site.stories[2] = replace(site.stories[2], headline="A pear for frosty valleys")
    crawl(store, site, 24 * 20 + 1, is_all=False)
    assert site.asked == [FRONT, site.stories[2].url]
    assert kinds(store)[-1] == "changed"


def test_an_article_is_fetched_as_it_is_linked_and_known_by_its_key(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    site.stories[0] = replace(site.stories[0], slug="fish-market-opens-early")
    crawl(store, site, 24)
    assert kinds(store) == ["new"] * 3


def test_stopping_finishes_the_page_in_hand_and_the_next_pass_completes(store: Store) -> None:
    site = site_of_three()
    summary = crawl(store, site, 0, progress=Stopper())
    assert summary.is_interrupted
    assert len(kinds(store)) < 3
    crawl(store, site, 1)
    assert kinds(store) == ["new"] * 3


def test_a_pass_dated_before_what_is_stored_sorts_in(store: Store) -> None:
    site = site_of_three()
    site.stories[1] = replace(site.stories[1], paragraphs=edited(BRIDGE, "240", "420"))
    crawl(store, site, 48)
    crawl(store, site_of_three(), 0)
    assert sorted(kinds(store)) == ["changed", "new", "new", "new"]
    assert [c.detected_at.day for c in store.changes(Filter()) if c.kind.value == "changed"] == [6]


def test_an_article_that_is_back_unmodified_after_a_404_is_there_again(store: Store) -> None:
    site = site_of_three()
    site.has_etags = True
    crawl(store, site, 0)
    for hours in (24, 48):
        site.answers = {site.stories[2].url: 404}
        crawl(store, site, hours)
        site.answers = {}
        summary = crawl(store, site, hours + 2)
        assert summary.counts["not_modified"] == 4
    assert kinds(store) == ["new"] * 3


def test_a_pass_dated_back_does_not_take_what_is_unmodified_for_what_came_between(store: Store) -> None:
    site = site_of_three()
    site.has_etags = True
    crawl(store, site, 24)
    site.answers = {site.stories[2].url: 404}
    crawl(store, site, 48)
    site.answers = {}
    crawl(store, site, 0)
    assert [c.detected_at.day for c in store.changes(Filter()) if c.subject.value == "article"] == [4] * 3


def test_a_story_linked_under_another_slug_is_not_removed_when_the_old_slug_answers_404(store: Store) -> None:
    site = site_of_three()
    crawl(store, site, 0)
    site.stories[0] = replace(site.stories[0], slug="fish-market-opens-early")
    for hours in (24, 26, 28):
        crawl(store, site, hours)
    assert kinds(store) == ["new"] * 3
    assert site.asked[-4:].count(site.stories[0].url) == 1


def test_two_passes_at_once_on_one_store_give_one_log(tmp_path: Path) -> None:
    stories = [Story(n, f"Notice number {n} of the port office", _notice(n)) for n in range(24, 0, -1)]
    stores = [open_store(f"sqlite:///{tmp_path}/shared.db") for _ in range(2)]
    stores[0].put_sources([GAZETTE])
    with ThreadPoolExecutor(2) as pool:
        passes = [pool.submit(crawl, opened, Site(stories), 0, batch_pages=2) for opened in stores]
        assert [one.result().failures for one in passes] == [[], []]
    assert kinds(stores[0]) == ["new"] * 24
    for opened in stores:
        opened.close()


def _notice(number: int) -> tuple[str, ...]:
    chosen = random.Random(number)
    words = [word for paragraph in (*BRIDGE, *ORCHARD, *MARKET) for word in paragraph.split()]
    return tuple(" ".join(chosen.sample(words, 30)) + "." for _ in range(3))
