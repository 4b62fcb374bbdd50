"""Whose turn it is: delay, concurrency and back-off."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from raw_site import LIMITS, NOON, Clock, kind_of, reply, run, site, target

from crawler.fetch import Fetcher
from crawler.fetch.pacing import Pacing, asked_wait

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 5 ", timedelta(seconds=5)),
        ("86401", DAY),
        ("9" * 20, DAY),
        ("9" * 4999, DAY),
        ("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sunday, 01-Mar-26 12:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Sun, 01 Mar 2026 11:59:59 GMT", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("١٢٠", None),
        ("１２０", None),
        ("Sun, 99 Mar 2026 12:10:00 GMT", None),
        ("Sun, 01 Mar 99999 12:10:00 +9999", None),
        ("", None),
        (None, None),
        ("9" * 100_000, None),
    ],
)
def test_how_long_a_retry_after_asks_to_wait(header: str | None, expected: timedelta | None) -> None:
    assert asked_wait(header, NOON) == expected


@pytest.mark.parametrize("status", ["429 Slow down", "503 Busy"])
def test_a_host_that_asks_to_wait_is_left_alone_until_then(status: str) -> None:
    async def story() -> tuple[list[Any], int]:
        clock, results = Clock(), []
        answers = {"/": [reply(b"wait", status, retry_after="300"), reply(b"page")], "/2": reply(b"two")}
        async with site(answers) as it, Fetcher(LIMITS, now=clock) as fetcher:
            for path, seconds in (("/", 0), ("/2", 0), ("/2", 299), ("/", 2)):
                clock.pass_by(seconds=seconds)
                results.append(await fetcher.fetch(target(it.url(path))))
            return results, len(it.asked())

    results, asked = run(story())
    assert [kind_of(result) for result in results] == [
        f"page {status[:3]}",
        "back-off",
        "back-off",
        "page 200",
    ]
    assert results[1].retry_after == NOON + timedelta(seconds=300)
    assert results[1].reason == "back-off: the host asked us to wait until 2026-03-01T12:05:00Z"
    assert asked == 2


def test_without_a_usable_retry_after_the_wait_doubles_and_a_good_answer_resets_it() -> None:
    clock = Clock()
    pacing = Pacing(LIMITS, now=clock)
    waits = []
    for status in (503, 503, 429, 200, 503):
        pacing.note("example.org", status, "garbage")
        until = pacing.backed_off_until("example.org")
        waits.append(until and (until - clock()).total_seconds())
        clock.pass_by(hours=1)
    assert waits == [60, 120, 240, None, 60]


def test_the_wait_never_grows_beyond_a_day() -> None:
    clock = Clock()
    pacing = Pacing(LIMITS, now=clock)
    for _ in range(60):
        pacing.note("example.org", 503, None)
        assert (pacing.backed_off_until("example.org") or clock()) - clock() <= DAY
        clock.pass_by(days=2)


def test_an_answer_that_was_on_its_way_does_not_shorten_a_wait() -> None:
    pacing = Pacing(LIMITS, now=Clock())
    pacing.note("example.org", 503, "600")
    pacing.note("example.org", 503, "10")
    assert pacing.backoffs() == {"example.org": NOON + timedelta(seconds=600)}


def test_back_off_is_handed_over_to_the_next_fetcher_and_then_expires() -> None:
    async def story() -> tuple[list[str], list[str], dict[str, Any]]:
        clock, kinds = Clock(), []
        async with site({"/": [reply(b"", "503 Busy", retry_after="60"), reply(b"x")]}) as it:
            async with Fetcher(LIMITS, now=clock) as one:
                await one.fetch(target(it.url("/")))
                kept = one.backoffs()
            async with Fetcher(LIMITS, now=clock, backoffs=kept) as two:
                kinds.append(kind_of(await two.fetch(target(it.url("/")))))
                clock.pass_by(seconds=61)
                kinds.append(kind_of(await two.fetch(target(it.url("/")))))
                return kinds, [host.replace(str(it.port), "PORT") for host in kept], two.backoffs()

    assert run(story()) == (["back-off", "page 200"], ["127.0.0.1:PORT"], {})


def test_a_busy_robots_txt_backs_the_host_off_too() -> None:
    async def story() -> list[str]:
        answers = {"/robots.txt": reply(b"", "503 Busy", retry_after="3600"), "/": reply(b"x")}
        clock = Clock()
        async with site(answers) as it, Fetcher(LIMITS, now=clock) as fetcher:
            kinds = [kind_of(await fetcher.fetch(target(it.url("/")))) for _ in range(2)]
            return [*kinds, *it.asked(robots=True)]

    assert run(story()) == ["robots.txt", "back-off", "/robots.txt"]


def test_those_in_the_queue_of_a_host_fail_at_once_when_it_asks_to_wait() -> None:
    async def story() -> tuple[list[str], int]:
        limits = replace(LIMITS, delay_seconds=0.05, per_host=1)
        busy = reply(b"", "503 Busy", retry_after="60")
        async with site({"/": busy}) as it, Fetcher(limits, now=Clock()) as fetcher:
            results = await asyncio.gather(*(fetcher.fetch(target(it.url("/"))) for _ in range(50)))
            return [kind_of(result) for result in results], len(it.asked())

    kinds, asked = run(story())
    assert sorted(kinds) == ["back-off"] * 49 + ["page 503"]
    assert asked == 1


# ---------------------------------------------------------------- turns


def test_requests_to_one_host_start_at_least_the_delay_apart() -> None:
    async def story() -> list[float]:
        limits = replace(LIMITS, delay_seconds=0.1, per_host=4)
        async with site({"/": reply(b"x")}) as it, Fetcher(limits, now=Clock()) as fetcher:
            await asyncio.gather(*(fetcher.fetch(target(it.url("/"))) for _ in range(6)))
            return [request.at for request in it.log]

    starts = run(story())
    gaps = [b - a for a, b in itertools.pairwise(starts)]
    assert len(starts) == 7
    assert min(gaps) >= 0.09  # the log has the time of arrival, a hair after the start


def test_a_delay_holds_up_no_other_host() -> None:
    async def story() -> float:
        limits = replace(LIMITS, delay_seconds=0.3, concurrency=1)
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with (
            site({"/": reply(b"x")}) as one,
            site({"/": reply(b"x")}) as two,
            site({"/": reply(b"x")}) as three,
            Fetcher(limits, now=Clock()) as fetcher,
        ):
            await asyncio.gather(*(fetcher.fetch(target(it.url("/"))) for it in (one, two, three)))
        return loop.time() - start

    assert run(story()) < 0.75


async def _slow(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.03)
    writer.write(reply(b"x", connection="close"))
    await writer.drain()


@pytest.mark.parametrize(("per_host", "concurrency", "most"), [(1, 8, 1), (3, 8, 3), (8, 2, 2), (0, 0, 1)])
def test_no_more_requests_are_under_way_than_allowed(per_host: int, concurrency: int, most: int) -> None:
    async def story() -> int:
        limits = replace(LIMITS, per_host=per_host, concurrency=concurrency)
        async with site({"/": _slow}) as it, Fetcher(limits, now=Clock()) as fetcher:
            results = await asyncio.gather(*(fetcher.fetch(target(it.url("/"))) for _ in range(12)))
            assert {kind_of(result) for result in results} == {"page 200"}
            return it.most_under_way

    assert run(story()) == most


def test_a_cancelled_wait_gives_its_turn_back() -> None:
    async def story() -> bool:
        pacing = Pacing(replace(LIMITS, per_host=1, concurrency=1, delay_seconds=0.05), now=Clock())

        async def take() -> None:
            async with pacing.turn("example.org"):
                await asyncio.sleep(10)

        tasks = [asyncio.create_task(take()) for _ in range(5)]
        await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with pacing.turn("example.org") as until:
            return until is None

    assert run(story())


def test_idle_hosts_are_forgotten() -> None:
    async def story() -> int:
        pacing = Pacing(LIMITS, now=Clock())
        for number in range(5000):
            async with pacing.turn(f"{number}.example"):
                pass
        for state in pacing._hosts.values():
            state.last_start -= 10_000
        async with pacing.turn("one-more.example"):
            return len(pacing._hosts)

    assert run(story()) == 1
