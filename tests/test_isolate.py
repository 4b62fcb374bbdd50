"""The parser in processes of its own: the same answers, and no page that stops the others."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.isolate import Broken, Parsers
from crawler.parse import Reading, read
from storage.records import DateOrder, Page, Source, TargetKind

pytestmark = pytest.mark.contract

COURIER = Source("Sorrel Courier", recipe="kcnawatch", hosts=("a.example",), date_order=DateOrder.DMY)
STORY = (
    "<h1>연날리기</h1><p>Date: 02/05/2031 | Source: Sorrel Courier</p>"
    '<div class="article-content"><p>The kite makers have opened a “winter school”.</p></div>'
    "<h3>More From Sorrel Courier</h3>"
    '<div class="article-desc"><h4><a href="/newstream/1935273600-1/a">Bees</a></h4>'
    '<p class="articled-date">May 03, 2031</p></div>'
)
NESTED = "<div>" * 100_000 + "x"


def page(body: str) -> Page:
    url = "https://kcnawatch.org/newstream/1935273600-860/kites"
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Type", "twice"))
    return Page("https://kcnawatch.org/?p=860", url, 200, headers, body.encode(), datetime.now(UTC))


def run(story: Callable[[Parsers], Awaitable[None]], parsers: Parsers) -> None:
    async def told() -> None:
        async with parsers:
            await story(parsers)

    asyncio.run(told())


def test_an_isolated_parser_gives_what_the_parser_gives() -> None:
    async def story(parsers: Parsers) -> None:
        for kind in (*TargetKind, None):
            for body in (
                STORY,
                "",
                "<h1>Kites</h1><p>Soon</p>",
                "%PDF-1.7",
                "<title>Just a moment...</title>",
            ):
                one = page(body)
                assert await parsers.read(one, COURIER, kind) == read(one, COURIER, kind)

    run(story, Parsers(count=1))


def test_a_page_that_nests_without_end_is_given_up_while_others_go_on() -> None:
    async def story(parsers: Parsers) -> None:
        await asyncio.gather(*(parsers.read(page(STORY), COURIER) for _ in range(2)))  # both are up
        start = time.monotonic()
        hostile = asyncio.create_task(parsers.read(page(NESTED), COURIER, TargetKind.ARTICLE))
        for _ in range(20):
            assert isinstance(await parsers.read(page(STORY), COURIER), Reading)
        assert not hostile.done()
        assert await hostile == Broken("parser: no answer within 2 s")
        assert time.monotonic() - start < 3
        assert isinstance(await parsers.read(page(STORY), COURIER), Reading)

    run(story, Parsers(count=2, seconds=2.0))


def test_every_place_recovers_from_a_hostile_page() -> None:
    async def story(parsers: Parsers) -> None:
        await asyncio.gather(*(parsers.read(page(STORY), COURIER) for _ in range(2)))
        broken = await asyncio.gather(*(parsers.read(page(NESTED), COURIER) for _ in range(2)))
        assert broken == [Broken("parser: no answer within 0.5 s")] * 2
        again = await asyncio.gather(*(parsers.read(page(STORY), COURIER) for _ in range(4)))
        assert all(isinstance(reading, Reading) for reading in again)

    run(story, Parsers(count=2, seconds=0.5))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process within RLIMIT_AS")
def test_a_page_that_takes_all_memory_is_given_up() -> None:
    async def story(parsers: Parsers) -> None:
        huge = page("<p>" + "a " * 15_000_000)
        broken = await parsers.read(huge, COURIER, TargetKind.ARTICLE)
        assert broken == Broken("parser: out of memory")
        assert isinstance(await parsers.read(page(STORY), COURIER), Reading)

    run(story, Parsers(count=1, seconds=10, memory_bytes=160 * 1024**2))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_crashes_is_named_by_its_signal_and_replaced() -> None:
    async def story(parsers: Parsers) -> None:
        await parsers.read(page(STORY), COURIER)
        reading = asyncio.create_task(parsers.read(page(NESTED), COURIER))
        await asyncio.sleep(0.3)
        os.kill(_pid(parsers), signal.SIGSEGV)
        assert await reading == Broken("parser: crashed with signal 11")
        assert isinstance(await parsers.read(page(STORY), COURIER), Reading)

    run(story, Parsers(count=1, seconds=5))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_died_between_two_pages_costs_no_page() -> None:
    async def story(parsers: Parsers) -> None:
        await parsers.read(page(STORY), COURIER)
        os.kill(_pid(parsers), signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert isinstance(await parsers.read(page(STORY), COURIER), Reading)

    run(story, Parsers(count=1))


def test_a_reading_that_nobody_waits_for_is_not_the_next_pages() -> None:
    async def story(parsers: Parsers) -> None:
        await parsers.read(page(STORY), COURIER)
        given_up = asyncio.create_task(parsers.read(page("<h1>Other</h1>" + NESTED[:40_000]), COURIER))
        await asyncio.sleep(0.05)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        one = page(STORY)
        assert await parsers.read(one, COURIER) == read(one, COURIER)

    run(story, Parsers(count=1))


def test_a_process_is_replaced_after_so_many_pages() -> None:
    async def story(parsers: Parsers) -> None:
        seen = set()
        for _ in range(4):
            assert isinstance(await parsers.read(page(STORY), COURIER), Reading)
            child = parsers._children[0]
            seen.add(child.process.pid if child.process else None)
        assert len(seen - {None}) == 2  # each second page ends a process
        assert None in seen

    run(story, Parsers(count=1, pages_each=2))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_no_process_is_left_behind() -> None:
    pids = []

    async def story(parsers: Parsers) -> None:
        await parsers.read(page(STORY), COURIER)
        pids.append(_pid(parsers))

    run(story, Parsers(count=1))
    assert not Path(f"/proc/{pids[0]}").exists()


def test_a_process_ends_with_its_parent() -> None:
    async def story(parsers: Parsers) -> None:
        await parsers.read(page(STORY), COURIER)
        process = parsers._children[0].process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()  # what the system does for a parent that dies
        async with asyncio.timeout(5):
            assert await process.wait() == 0

    run(story, Parsers(count=1))


def test_nothing_is_started_before_it_is_needed() -> None:
    async def story(parsers: Parsers) -> None:
        assert [child.process for child in parsers._children] == [None, None]

    run(story, Parsers(count=2))


def test_an_answer_that_is_none_is_not_believed() -> None:
    from crawler.isolate import _reading

    none = Broken("parser: its answer is none")
    listing = b'{"kind": "listing", "source": "X", "captured_at": "2031-05-04T09:00:00Z"}'
    gone = b'{"kind": "gone", "source": "X", "url": "u", "captured_at": "2031-05-04T09:00:00Z"}'
    for answer in (b"", b"[]", b"1", b"{", b"[" * 100_000, b'{"article": 1}', b'{"article": {"kind": "x"}}'):
        assert _reading(answer) == none
    assert _reading(b'{"article": %s}' % listing) == none
    assert _reading(b'{"listing": %s}' % gone) == none
    assert _reading(b'{"broken": "ValueError: x"}') == Broken("parser: ValueError: x")
    assert isinstance(_reading(b'{"listing": %s}' % listing), Reading)


def _pid(parsers: Parsers) -> int:
    process = parsers._children[0].process
    assert process is not None
    return process.pid
