"""robots.txt: obeyed, bounded, remembered for a day."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import replace
from typing import Any

import pytest
from raw_site import LIMITS, NOON, Clock, fetch_from, kind_of, redirect, reply, run, site, target

from crawler.fetch import Fetcher, RobotsMemory
from crawler.fetch.robots import Robots, Rules, own_groups
from storage.records import Outcome

KEEP_OUT = b"User-agent: *\nDisallow: /private\nAllow: /private/press$\n"


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3)


def outcome(robots: Any, path: str = "/private/a", **limits: Any) -> str:
    async def story() -> Any:
        pages = {path: reply(b"page"), "/rules": reply(KEEP_OUT)}
        async with site({"/robots.txt": robots, **pages}) as it:
            return await fetch_from(it, path, **limits)

    got = run(story())
    return "disallowed" if getattr(got, "outcome", None) is Outcome.DISALLOWED else kind_of(got)


@pytest.mark.parametrize(
    ("robots", "path", "expected"),
    [
        (reply(KEEP_OUT), "/private/a", "disallowed"),
        (reply(KEEP_OUT), "/private/press", "page 200"),
        (reply(KEEP_OUT), "/public", "page 200"),
        (reply(b"\xef\xbb\xbf" + KEEP_OUT), "/private/a", "disallowed"),
        (reply(KEEP_OUT.replace(b"\n", b"\r")), "/private/a", "disallowed"),
        (reply(b"\x00\xff\n" + KEEP_OUT), "/private/a", "disallowed"),
        (reply(b""), "/private/a", "page 200"),
        (reply(b"<html><p>Disallow: /</p></html>"), "/private/a", "page 200"),
        (reply(b"User-agent: PressWatch\nDisallow: /\n\nUser-agent: *\nAllow: /"), "/a", "disallowed"),
        (reply(b"User-agent: presswatch\nAllow: /\n\nUser-agent: *\nDisallow: /"), "/a", "page 200"),
        (reply(b"User-agent: otherbot\nDisallow: /"), "/a", "page 200"),
        (reply(b"User-agent: press\nDisallow: /"), "/a", "page 200"),
        (reply(b"User-agent: otherbot\nUser-agent: *\nDisallow: /"), "/a", "disallowed"),
        (reply(b"User-agent: *\nDisallow: /*/archive*.pdf$"), "/x/archive-1.pdf", "disallowed"),
        (reply(b"User-agent: *\nDisallow: /%ED%95%9C"), "/%ed%95%9c", "disallowed"),
        (reply(b"gone", "404 Not Found"), "/private/a", "page 200"),
        (reply(KEEP_OUT, "403 Forbidden"), "/private/a", "page 200"),
        (reply(KEEP_OUT, "410 Gone"), "/private/a", "page 200"),
        (reply(b"", "500 Oops"), "/private/a", "robots.txt"),
        (reply(b"", "503 Busy"), "/private/a", "robots.txt"),
        (reply(b"", "429 Slow down"), "/private/a", "robots.txt"),
        (_hang_up, "/private/a", "robots.txt"),
        (b"not http", "/private/a", "robots.txt"),
        (redirect("/rules"), "/private/a", "disallowed"),
        (redirect("/robots.txt"), "/private/a", "page 200"),
        (redirect("ftp://127.0.0.1/"), "/private/a", "refused address"),
    ],
)
def test_what_an_answer_to_robots_txt_means(robots: Any, path: str, expected: str) -> None:
    assert outcome(robots, path) == expected


def test_no_answer_in_time_means_unavailable() -> None:
    assert outcome(_silent, read_seconds=0.1) == "robots.txt"


def test_a_failure_says_what_robots_txt_had_to_do_with_it() -> None:
    async def story() -> tuple[Any, Any]:
        async with (
            site({"/robots.txt": reply(KEEP_OUT)}) as one,
            site({"/robots.txt": reply(b"", "500 Oops")}) as two,
        ):
            return await fetch_from(one, "/private/a"), await fetch_from(two)

    disallowed, unavailable = run(story())
    assert (disallowed.outcome, disallowed.reason) == (
        Outcome.DISALLOWED,
        "robots.txt: presswatch is not allowed to fetch this",
    )
    assert (unavailable.outcome, unavailable.reason, unavailable.status) == (
        Outcome.FAILED,
        "robots.txt: unavailable (status 500)",
        500,
    )


@pytest.mark.parametrize(("hops", "expected"), [(5, "disallowed"), (6, "page 200")])
def test_five_redirects_of_robots_txt_are_followed(hops: int, expected: str) -> None:
    async def story() -> Any:
        chain = {f"/{n}": redirect(f"/{n + 1}") for n in range(1, hops)} | {f"/{hops}": reply(KEEP_OUT)}
        async with site({"/robots.txt": redirect("/1"), "/private": reply(b"x"), **chain}) as it:
            return await fetch_from(it, "/private")

    got = run(story())
    assert ("disallowed" if getattr(got, "outcome", "") == "disallowed" else kind_of(got)) == expected


def test_the_first_500_kib_count_and_the_rest_does_not() -> None:
    filler = b"# nothing\n" * 60_000
    assert outcome(reply(KEEP_OUT + filler)) == "disallowed"
    assert outcome(reply(filler + KEEP_OUT)) == "page 200"


def test_a_line_cut_by_the_limit_forbids_nothing() -> None:
    start = b"User-agent: *\n"
    filler = b"#" * (500 * 1024 - len(start) - len(b"\nDisallow: /")) + b"\n"
    assert outcome(reply(start + filler + b"Disallow: /nowhere-near\n")) == "page 200"


def test_an_endless_robots_txt_is_cut_off() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + KEEP_OUT)
        while True:
            writer.write(b"#" * 65536)
            await writer.drain()

    assert outcome(endless) == "disallowed"


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: {n}\n" for n in range(15_000)) + "Disallow: /\n" * 20_000,
        "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*b\n" * 19_000,
        "User-agent: *\nDisallow: /" + "*a" * 250_000 + "b",
        "User-agent: *\n" * 35_000,
        " " * 500_000,
        "user-agent" + " " * 500_000,
        ":" * 500_000,
    ],
)
def test_a_hostile_robots_txt_takes_little_time(text: str) -> None:
    async def story() -> float:
        async def get(url: str) -> tuple[int, bytes]:
            return 200, text.encode()

        start = time.perf_counter()
        robots = Robots("presswatch/0.1", now=Clock(), memory=RobotsMemory(), get=get)
        for _ in range(3):
            await robots.crawl_delay("http://example.org/" + "a" * 2000)
        return time.perf_counter() - start

    assert run(story()) < 4


def test_only_groups_that_speak_to_us_are_kept() -> None:
    text = (
        "User-agent: a\nUser-agent: *\nSitemap: x\nDisallow: /1\n\n"
        "User-agent: b\nDisallow: /2\nUser-agent: Our/2\nAllow: /3"
    )
    assert own_groups(text, "our").splitlines() == [
        "User-agent: *",
        "Disallow: /1",
        "User-agent: our",
        "Allow: /3",
    ]


# ---------------------------------------------------------------- remembered


def test_rules_hold_for_a_day_by_the_clock_of_the_pass_and_outlive_a_fetcher() -> None:
    async def story() -> list[int]:
        clock, memory, counts = Clock(), RobotsMemory(), []
        async with site({"/": reply(b"x")}) as it:
            for hours in (0, 23, 2):
                clock.pass_by(hours=hours)
                async with Fetcher(LIMITS, now=clock, robots=memory) as fetcher:
                    await asyncio.gather(*(fetcher.fetch(target(it.url("/"))) for _ in range(3)))
                counts.append(it.asked(robots=True).count("/robots.txt"))
        return counts

    assert run(story()) == [1, 1, 2]


def test_an_unavailable_robots_txt_is_asked_again_after_ten_minutes() -> None:
    async def story() -> tuple[list[str], int]:
        clock, kinds = Clock(), []
        async with site({"/robots.txt": [reply(b"", "500 Oops"), reply(b"")], "/": reply(b"x")}) as it:
            async with Fetcher(LIMITS, now=clock) as fetcher:
                for minutes in (0, 9, 2):
                    clock.pass_by(minutes=minutes)
                    kinds.append(kind_of(await fetcher.fetch(target(it.url("/")))))
            return kinds, it.asked(robots=True).count("/robots.txt")

    assert run(story()) == (["robots.txt", "robots.txt", "page 200"], 2)


def test_known_rules_stay_in_force_while_robots_txt_is_unavailable() -> None:
    async def story() -> list[str]:
        clock, kinds = Clock(), []
        answers = {"/robots.txt": [reply(KEEP_OUT), reply(b"", "500 Oops")], "/": reply(b"x")}
        async with site(answers) as it, Fetcher(LIMITS, now=clock) as fetcher:
            await fetcher.fetch(target(it.url("/")))
            clock.pass_by(hours=30)
            kinds.append(kind_of(await fetcher.fetch(target(it.url("/")))))
            kinds.append(kind_of(await fetcher.fetch(target(it.url("/private/a")))))
        return kinds

    assert run(story()) == ["page 200", "robots.txt"]


def test_the_memory_has_bounds_and_forgets_the_oldest() -> None:
    memory = RobotsMemory()
    for number in range(5000):
        memory.put(f"http://{number}.example", Rules(NOON, characters=100))
    assert memory.get("http://0.example") is None
    memory.put("http://big.example", Rules(NOON, characters=8 * 1024 * 1024 + 1))
    assert memory.get("http://4999.example") is None
    assert memory.get("http://big.example") is not None


def test_a_crawl_delay_is_kept_where_it_is_longer_than_ours() -> None:
    async def story() -> list[float]:
        answers = {"/robots.txt": reply(b"User-agent: *\nCrawl-delay: 0.2"), "/": reply(b"x")}
        async with site(answers) as it, Fetcher(LIMITS, now=Clock()) as fetcher:
            for _ in range(3):
                await fetcher.fetch(target(it.url("/")))
            return [request.at for request in it.log]

    starts = run(story())
    assert all(b - a >= 0.195 for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("0.5", 0.5), ("99999", 120), ("-1", 0), ("inf", 0), ("nan", 0), ("x", 0)],
)
def test_a_crawl_delay_has_bounds(value: str, seconds: float) -> None:
    async def story() -> float:
        async def get(url: str) -> tuple[int, bytes]:
            return 200, f"User-agent: *\nCrawl-delay: {value}".encode()

        robots = Robots("presswatch/0.1", now=Clock(), memory=RobotsMemory(), get=get)
        return await robots.crawl_delay("http://example.org/")

    assert run(story()) == seconds


def test_robots_txt_speaks_to_the_name_in_our_user_agent() -> None:
    async def story() -> Any:
        answers = {"/robots.txt": reply(b"User-agent: nightdesk\nDisallow: /"), "/": reply(b"x")}
        async with site(answers) as it:
            limits = replace(LIMITS, user_agent="NightDesk/2.0")
            async with Fetcher(limits, now=Clock()) as fetcher:
                return await fetcher.fetch(target(it.url("/")))

    assert run(story()).outcome is Outcome.DISALLOWED
