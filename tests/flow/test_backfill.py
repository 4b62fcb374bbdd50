"""Back through the older pages of a listing: to a day, to the end, in circles, broken off and gone on with."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crawler import parse
from crawler.fetch import Failure
from crawler.run import Crawl, Plan, Progress, Summary
from crawler.urls import canonical
from storage.evidence import EvidenceInMemory
from storage.records import Outcome, Page, Source, Subject, Target, TargetKind, Visit
from storage.store import Filter, Store

FRONT = "https://gazette.example/news/"
GAZETTE = Source("Gazette", listings=(FRONT,), every_seconds=1800)
LAST = date(2026, 3, 4)
PER_PAGE = 5


def told(number: int) -> str:
    return (
        f"The harbour board met for the {number}th time and heard what the {number} masters of the eastern quay had "
        f"to say of berth {number}, its {number * 3} lamps and the {number * 7} crates that stood in their way."
    )


@dataclass
class Paged:
    """A site with so many stories, a day each, five to a page; the newest is on the first one."""

    stories: int = 23
    after: dict[int, str] = field(default_factory=dict)  # what stands where the link to the next page would
    failing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, target: Target) -> Page | Failure:
        self.asked.append(target.url)
        if target.url in self.failing:
            return Failure(Outcome.FAILED, "time-out: nothing came")
        if target.url.startswith(FRONT):
            found = re.search(r"page/(\d+)/", target.url)
            body = self.listing(int(found[1]) if found else 1)
        else:
            body = self.story(int(target.url.rstrip("/").rpartition("-")[2]))
        headers = (("content-type", "text/html; charset=utf-8"), ("etag", '"the same for ever"'))
        at = datetime(2026, 3, 4, tzinfo=UTC)
        return Page(target.url, target.url, 200, headers, body.encode(), at)

    def listing(self, page: int) -> str:
        numbers = range(self.stories - (page - 1) * PER_PAGE, max(0, self.stories - page * PER_PAGE), -1)
        rows = "".join(
            f"<article><h2><a href='{url_of(n)}'>Harbour board meets for the {n}th time</a></h2>"
            f"<time datetime='{day_of(n)}'>{day_of(n)}</time><p>{told(n)[:80]}</p></article>"
            for n in numbers
        )
        is_last = self.stories <= page * PER_PAGE
        older = self.after.get(page, "" if is_last else f"<a href='{FRONT}page/{page + 1}/'>Older posts</a>")
        return f"<html><body><main>{rows}</main><nav>{older}</nav></body></html>"

    def story(self, number: int) -> str:
        paragraphs = f"<p>{told(number)}</p><p>{told(number + 100)}</p><p>{told(number + 200)}</p>"
        title = f"Harbour board meets for the {number}th time"
        return f"<html><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"

    def pages(self) -> list[int]:
        """The listing pages asked for, by number."""
        found = [re.search(r"page/(\d+)/", url) for url in self.asked if url.startswith(FRONT)]
        return [int(one[1]) if one else 1 for one in found]


def url_of(number: int) -> str:
    return f"https://gazette.example/2026/board-meets-{number}"


def day_of(number: int) -> date:
    return LAST - timedelta(days=23 - number)


def walk(
    store: Store, site: Paged, source: Source = GAZETTE, progress: Progress | None = None, **plan: Any
) -> Summary:
    """One pass back."""
    store.put_sources([source])

    async def read(page: Page, source: Source, kind: TargetKind | None) -> parse.Reading:
        return parse.read(page, source, kind)

    running = Crawl(
        Plan((source,), lambda: datetime(2026, 3, 4, 12, tzinfo=UTC), goes_back=True, **plan),
        store=store,
        fetch=site.fetch,
        parse=read,
        keep=EvidenceInMemory().put,
        key_of=lambda url, source: canonical(url),
        progress=progress,
    )
    if isinstance(progress, StopAfter):
        progress.running = running
    return asyncio.run(running.run())


class StopAfter(Progress):
    """Presses Ctrl-C after so many listing pages."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.running: Crawl

    def visited(self, visit: Visit, summary: Summary, queued: int) -> None:
        self.pages -= visit.kind is TargetKind.LISTING
        if not self.pages:
            self.running.stop()


def ended(summary: Summary) -> str:
    (one,) = summary.walks
    return one.ended


def found(store: Store, subject: Subject = Subject.ARTICLE) -> int:
    changes = [c for c in store.changes(Filter()) if c.subject is subject]
    assert {c.kind.value for c in changes} <= {"new"}
    return len(changes)


def test_every_page_is_walked_and_every_story_visited(store: Store) -> None:
    site = Paged()
    summary = walk(store, site)
    assert (site.pages(), found(store), found(store, Subject.TEASER)) == ([1, 2, 3, 4, 5], 23, 23)
    (one,) = summary.walks
    assert (one.pages, one.oldest, one.is_over, one.ended) == (
        5,
        "2026-02-10",
        True,
        "there is no older page",
    )


def test_it_ends_at_the_day_asked_for_and_visits_nothing_older(store: Store) -> None:
    site = Paged()
    summary = walk(store, site, back_until=LAST - timedelta(days=7))
    assert (site.pages(), found(store)) == ([1, 2, 3], 8)
    assert ended(summary) == "everything on its last page is older than 2026-02-25"


def test_pages_that_lead_back_are_not_walked_twice(store: Store) -> None:
    site = Paged(after={3: f"<a href='{FRONT}page/2/'>Next</a>"})
    summary = walk(store, site)
    assert site.pages() == [1, 2, 3]
    assert ended(summary) == f"its pages go in circles: {FRONT}page/2/ was walked already"


def test_a_calendar_without_end_is_left(store: Store) -> None:
    class Calendar(Paged):
        def listing(self, page: int) -> str:
            return super().listing(1).replace("page/2/", f"page/{page + 1}/")

    site = Calendar()
    summary = walk(store, site)
    assert site.pages() == [1, 2, 3]
    assert ended(summary) == "2 pages in a row showed nothing that earlier ones had not"


def test_a_page_that_fails_breaks_the_walk_off_and_the_next_one_goes_on_there(store: Store) -> None:
    site = Paged(failing={f"{FRONT}page/3/"})
    first = walk(store, site)
    assert ended(first) == f"{FRONT}page/3/ failed (time-out: nothing came)"
    assert (first.walks[0].is_over, found(store)) == (False, 10)
    site.failing, site.asked = set(), []
    second = walk(store, site)
    assert (site.pages(), found(store), second.walks[0].begun_at) == ([3, 4, 5], 23, f"{FRONT}page/3/")


def test_a_walk_that_is_interrupted_is_gone_on_with(store: Store) -> None:
    site = Paged()
    walk(store, site, progress=StopAfter(2))
    assert site.pages() == [1, 2]
    site.asked = []
    walk(store, site)
    assert site.pages() == [3, 4, 5]


def test_a_walk_that_is_over_begins_anew(store: Store) -> None:
    site = Paged()
    walk(store, site)
    site.asked = []
    walk(store, site)
    assert (site.pages(), found(store)) == ([1, 2, 3, 4, 5], 23)


def test_it_stops_where_the_pass_takes_no_more_new_articles(store: Store) -> None:
    site = Paged()
    summary = walk(store, site, most_new_per_host=8)
    assert site.pages() == [1, 2]
    assert ended(summary).startswith("this pass takes no more new articles of the host")
    site.asked = []
    walk(store, site)
    assert (site.pages(), found(store)) == ([2, 3, 4, 5], 23)


def test_it_keeps_to_the_days_budget(store: Store) -> None:
    thrifty = Source("Gazette", listings=(FRONT,), every_seconds=1800, budget_per_day=3)
    site = Paged()
    summary = walk(store, site, thrifty)
    assert len(site.pages()) < 4
    assert ended(summary) == "the day's 3 requests (budget_per_day) are spent"


def test_rows_that_moved_on_to_other_pages_are_not_missed(store: Store) -> None:
    walk(store, Paged(stories=23))
    walk(store, Paged(stories=30))
    assert (found(store), found(store, Subject.TEASER)) == (30, 30)
