"""Kept responses read again: alike today, told where a parser reads otherwise, and nothing recorded of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.parse import Reading, read
from crawler.replay import Reread, replay
from storage.evidence import EvidenceInMemory
from storage.records import Page, Source, TargetKind
from storage.store import Filter
from tests.flow.press import Press, hour
from tests.flow.site import Site, story

pytestmark = [pytest.mark.contract, pytest.mark.network_loopback]


@pytest.fixture
def press(press: Press) -> Press:
    """Two sites, crawled once."""
    press.opens(Site(story(3), story(2), story(1)))
    press.opens(Site(story(6), story(5), shape="kcnawatch"), "Watch")
    press.crawl(0)
    return press


async def as_today(page: Page, source: Source, kind: TargetKind | None) -> Reading:
    return read(page, source, kind)


async def without_the_end(page: Page, source: Source, kind: TargetKind | None) -> Reading:
    reading = read(page, source, kind)
    assert reading.article is not None
    return replace(reading, article=replace(reading.article, paragraphs=reading.article.paragraphs[:-1]))


def reread(press: Press, parse: object = as_today, **said: object) -> list[Reread]:
    async def run() -> list[Reread]:
        sources = press.sources.values()
        return [one async for one in replay(press.store, press.evidence.get, parse, sources, **said)]  # type: ignore[arg-type]

    return press.machine.run(run())


def test_what_was_read_is_read_alike_from_what_was_kept(press: Press) -> None:
    found = reread(press)
    assert [(one.source, one.fields, one.problem) for one in found] == [
        *[("Gazette", (), None)] * 3,
        *[("Watch", (), None)] * 2,
    ]


def test_a_parser_that_reads_otherwise_is_told_of_and_no_change_is_recorded(press: Press) -> None:
    before = [change.id for change in press.store.changes(Filter())]
    found = reread(press, without_the_end, names=["Gazette"])
    assert [(one.source, one.fields) for one in found] == [("Gazette", ("paragraphs",))] * 3
    assert [change.id for change in press.store.changes(Filter())] == before


def test_only_what_was_seen_since_is_read_again(press: Press) -> None:
    assert (len(reread(press, since=hour(0))), reread(press, since=hour(1))) == (5, [])


def test_what_is_not_kept_any_more_is_told_and_stops_nothing(press: Press) -> None:
    press.evidence = EvidenceInMemory()
    assert [(one.fields, one.after, bool(one.problem)) for one in reread(press)] == [((), None, True)] * 5
