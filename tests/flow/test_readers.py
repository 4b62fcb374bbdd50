"""A site read by one reader and then by another: what only the readers make different is no edit. Every store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler import parse, pipeline, replay, text
from crawler.compare.fingerprint import sight
from crawler.parse import Reading, sites
from crawler.replay import Applied, Read
from crawler.run import Crawl, Plan
from storage.evidence import EvidenceInMemory
from storage.memory import MemoryStore
from storage.records import Article, Change, ChangeKind, Origin, Page, Source, Subject, TargetKind, Teaser
from storage.store import Filter, Store
from tests.flow.test_passes import GAZETTE, MARKET, SITE, Site, Story, site_of_three
from tests.flow.test_watching import BRIDGE, edited

Reader = Callable[[Reading], Reading]
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
FURNITURE = "Write to us about this report."


class Daily(Site):
    """Pages that are no two days the same, byte for byte."""

    def _body(self, url: str) -> str | None:
        body = super()._body(url)
        return body and f"{body}<!-- printed on day {self.day} -->"


def three() -> Daily:
    return Daily(site_of_three().stories)


class Desk:
    """A store, what it keeps of the pages, and passes over a site by one reader or another."""

    def __init__(self, store: Store, site: Site) -> None:
        self.store = store
        self.site = site
        self.evidence = EvidenceInMemory()

    def crawl(self, hours: float, reader: Reader, *, batch_pages: int = 64) -> None:
        self.store.put_sources([GAZETTE])
        self.site.day = int(hours // 24) if isinstance(self.site, Daily) else 0

        running = Crawl(
            Plan((GAZETTE,), lambda: MIDNIGHT + timedelta(hours=hours), is_all=True, batch_pages=batch_pages),
            store=self.store,
            fetch=self.site.fetch,
            parse=named(reader),
            keep=self.evidence.put,
            kept=self.evidence.get,
            key_of=key_of,
        )
        asyncio.run(running.run())

    def apply(self, hours: float, reader: Reader, **said: Any) -> Applied:
        """`presswatch replay --apply`, with that reader."""
        applied = replay.apply(
            self.store,
            self.evidence.get,
            named(reader),
            [GAZETTE],
            key_of,
            lambda: MIDNIGHT + timedelta(hours=hours),
            **said,
        )
        return asyncio.run(applied)

    def changes(self) -> list[Change]:
        return list(self.store.changes(Filter()))

    def log(self) -> list[tuple[str, str]]:
        return sorted((change.subject.value, change.kind.value) for change in self.changes())

    def since(self, hours: float) -> list[tuple[str, str, str | None]]:
        found = (c for c in self.changes() if c.detected_at >= MIDNIGHT + timedelta(hours=hours))
        return [(c.subject.value, c.kind.value, c.headline) for c in found]


def named(reader: Reader) -> Read:
    """Today's parser, with what `reader` makes of its readings, under that one's name."""

    async def read(page: Page, source: Source, kind: TargetKind | None) -> Reading:
        return replace(reader(parse.read(page, source, kind)), reader=reader.__name__)

    return read


def key_of(url: str, source: str) -> str:
    return sites.key_of(url, "kcnawatch")


# ---------------------------------------------------------------- readers


def today(reading: Reading) -> Reading:
    return reading


def with_furniture(reading: Reading) -> Reading:
    """Takes a line of the site for the end of each story, and one for the end of each excerpt."""
    return _made(
        reading,
        lambda article: replace(article, paragraphs=(*article.paragraphs, FURNITURE)),
        lambda teasers: tuple(replace(t, excerpt=f"Reports. {t.excerpt}") for t in teasers),
    )


def with_a_banner(reading: Reading) -> Reading:
    """Takes a banner that stands second in the listing for a story."""
    banner = Teaser(
        f"{SITE}/newstream/1772500009-9/banner/", "Our harvest calendar for the year", None, "2026-03-03"
    )
    return _made(reading, lambda article: article, lambda teasers: (*teasers[:1], banner, *teasers[1:]))


def without_the_second(reading: Reading) -> Reading:
    """Does not see the second teaser of a listing."""
    return _made(reading, lambda article: article, lambda teasers: teasers[:1] + teasers[2:])


def _made(
    reading: Reading,
    article: Callable[[Article], Article],
    teasers: Callable[[tuple[Teaser, ...]], tuple[Teaser, ...]],
) -> Reading:
    if reading.article is not None:
        return replace(reading, article=article(reading.article))
    if reading.listing is not None:
        return replace(reading, listing=replace(reading.listing, teasers=teasers(reading.listing.teasers)))
    return reading


# ---------------------------------------------------------------- what is no edit


def test_a_better_reader_of_texts_changes_nothing(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    before = desk.log()
    for hours, reader in ((24, today), (48, today), (72, with_furniture), (96, today)):
        desk.crawl(hours, reader)
        assert desk.log() == before


def test_of_a_page_that_is_the_same_byte_for_byte_nothing_is_read_again(store: Store) -> None:
    desk = Desk(store, Site(site_of_three().stories))
    desk.crawl(0, with_furniture)
    before = desk.log()
    desk.evidence = EvidenceInMemory()
    desk.crawl(24, today)
    assert desk.log() == before


def test_the_other_reading_is_kept_as_a_technical_text_of_the_same_page(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.crawl(24, today)
    bridge = next(
        s for s in store.items() if s.item.subject is Subject.ARTICLE and "bridge" in str(s.latest.content)
    )
    first, second = store.snapshots(bridge.item.id)
    assert (first.origin, second.origin) == (Origin.CRAWL, Origin.REREAD)
    assert (first.reader, second.reader) == ("with_furniture", "today")
    assert first.evidence == second.evidence
    assert (first.content.paragraphs[-1], second.content.paragraphs) == (FURNITURE, BRIDGE)  # type: ignore[union-attr]


def test_a_row_that_is_read_no_more_is_not_removed(store: Store) -> None:
    desk = Desk(store, three())
    desk.site.answers[f"{SITE}/newstream/1772500009-9/banner/"] = Story(9, "Harvest", MARKET).page()
    desk.crawl(0, with_a_banner)
    before = desk.log()
    desk.crawl(24, today)
    desk.crawl(48, today)
    assert ("teaser", "new") in before
    assert desk.log() == before


def test_a_row_that_nobody_had_read_is_not_new(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, without_the_second)
    desk.crawl(24, today)
    assert [line for line in desk.since(24) if line[0] == "teaser"] == []
    desk.crawl(48, today)
    assert desk.since(48) == []


# ---------------------------------------------------------------- what is one all the same


def test_an_edit_beside_a_new_reader_is_found_and_shows_the_edit_alone(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.site.stories[1] = replace(desk.site.stories[1], paragraphs=edited(BRIDGE, "240", "420"))
    desk.crawl(24, today)
    changed = [c for c in desk.changes() if c.detected_at > MIDNIGHT]
    assert {(c.kind, c.url) for c in changed} == {(ChangeKind.CHANGED, desk.site.stories[1].url)}
    article = next(change for change in changed if change.subject is Subject.ARTICLE)
    texts = store.snapshots_by_id([article.before or "", article.after or ""])
    before, after = texts[article.before or ""], texts[article.after or ""]
    assert (before.content.paragraphs, after.content.paragraphs) == (BRIDGE, edited(BRIDGE, "240", "420"))  # type: ignore[union-attr]
    assert (article.changed_after, article.changed_before) == (MIDNIGHT, MIDNIGHT + timedelta(hours=24))
    assert article.fields == ("paragraphs",)


def test_a_story_that_goes_and_one_that_comes_beside_a_new_reader_are_told(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.crawl(1, with_furniture)
    gone = desk.site.stories.pop(1)
    desk.site.stories.insert(
        0, Story(4, "Lighthouse to be painted again", ("The lighthouse is to be painted.",) * 2)
    )
    desk.crawl(24, today)
    told = desk.since(24)
    assert ("teaser", "removed", gone.headline) in told
    assert ("teaser", "new", "Lighthouse to be painted again") in told
    assert len([line for line in told if line[0] == "teaser"]) == 2


def test_a_page_that_is_not_kept_any_more_is_compared_as_it_was_read(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.evidence = EvidenceInMemory()
    desk.crawl(24, today)
    assert {line[:2] for line in desk.since(24)} == {("article", "changed"), ("teaser", "changed")}


def test_what_comes_in_late_finds_the_readers_as_they_were(store: Store) -> None:
    """An older capture makes all that followed it be decided again: the readings told apart stay so."""
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.crawl(24, today)
    story = desk.site.stories[1]
    seed = Article(
        "Gazette", story.url, MIDNIGHT - timedelta(days=3), story.headline, None, "2026-03-03", None, BRIDGE
    )
    verdict = pipeline.take(store, [sight(seed, Origin.IMPORT)], key_of)
    assert verdict.rewind_to is not None
    assert {(c.subject, c.kind.value) for c in desk.changes() if c.detected_at > MIDNIGHT} == set()
    changed = [c for c in desk.changes() if c.reason == "paragraphs differs from snapshot 1"]
    assert [(c.headline, c.detected_at) for c in changed] == [
        (story.headline, MIDNIGHT)
    ]  # the seed has no furniture


# ---------------------------------------------------------------- at once, by `replay --apply`


def test_applied_at_once_every_latest_text_has_a_technical_one_and_no_change_is_recorded(
    store: Store,
) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    before = desk.log()
    applied = desk.apply(12, today)
    assert (applied.pages, applied.stored, applied.unread) == (
        4,
        6,
        0,
    )  # three articles, a listing with three teasers
    assert {state.latest.origin for state in store.items()} == {Origin.REREAD}
    desk.crawl(24, today)
    assert desk.log() == before


def test_applied_again_nothing_is_stored(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.apply(12, today)
    assert desk.apply(13, today).stored == 0


def test_an_edit_after_it_was_applied_is_held_against_what_was_stored(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.apply(12, today)
    desk.evidence = EvidenceInMemory()  # nothing to be read again any more
    desk.site.stories[1] = replace(desk.site.stories[1], paragraphs=edited(BRIDGE, "240", "420"))
    desk.crawl(24, today)
    changed = [change for change in desk.changes() if change.detected_at > MIDNIGHT]
    assert {(change.kind, change.url) for change in changed} == {
        (ChangeKind.CHANGED, desk.site.stories[1].url)
    }
    assert {change.changed_after for change in changed} == {
        MIDNIGHT
    }  # when it was last looked at, not read again


def test_applied_are_only_the_sources_and_times_asked_for(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    assert desk.apply(12, today, names=["Other"]).pages == 0
    assert desk.apply(12, today, since=MIDNIGHT + timedelta(hours=1)).pages == 0


def test_pages_that_are_not_kept_are_counted(store: Store) -> None:
    desk = Desk(store, three())
    desk.crawl(0, with_furniture)
    desk.evidence = EvidenceInMemory()
    applied = desk.apply(12, today)
    assert (applied.pages, applied.stored, applied.unread) == (4, 0, 4)


# ---------------------------------------------------------------- at scale


def test_a_new_reader_or_normaliser_on_a_store_of_many_items_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stories = [
        Story(
            number,
            f"Report number {number} of the harbour",
            (*edited(BRIDGE, "240", str(number)), f"Berth {number}."),
        )
        for number in range(100, 0, -1)
    ]
    desk = Desk(MemoryStore(), Daily(stories))
    desk.crawl(0, with_furniture)
    before = desk.log()
    assert len(before) >= 200
    desk.crawl(24, today)
    assert desk.log() == before
    monkeypatch.setattr(text, "VERSION", text.VERSION + 1)
    desk.crawl(48, today)
    assert desk.log() == before
