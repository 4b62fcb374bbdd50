"""A pass over real HTTP, with the real parser processes: what one bad page does to the others."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from aiohttp import web

from crawler import config, wiring
from crawler.run import Summary
from storage.evidence import EvidenceInMemory
from storage.memory import MemoryStore
from storage.store import Filter
from tests.flow.test_passes import MARKET, Story
from tests.flow.test_watching import BRIDGE, ORCHARD

STORIES = [
    Story(3, "Fish market to open at five", MARKET),
    Story(2, "Harbour bridge closed to lorries", BRIDGE),
    Story(1, "A pear that does not fear the frost", ORCHARD),
]
NESTED = "<html><body>" + "<div>" * 100_000
ROBOTS = "User-agent: *\nDisallow: /newstream/1772500003-3/\n"


async def crawl_once(folder: Path, store: MemoryStore, robots: str, bad: str) -> tuple[Summary, list[str]]:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/robots.txt":
            return web.Response(text=robots)
        if request.path == "/article/3/":
            rows = "".join(s.row().replace("https://gazette.example", "") for s in STORIES)
            text = f'<html><body><div id="latest_article_wrapper">{rows}</div></body></html>'
            return web.Response(text=text, content_type="text/html")
        story = next(s for s in STORIES if s.url.endswith(request.path))
        text = bad if story.number == 3 and bad else story.page()
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    file = folder / "config.toml"
    file.write_text(
        "[fetch]\nallow_private_addresses = true\ndelay_seconds = 0.0\ncontact = 'a@b.example'\n"
        f"[[sources]]\nname = 'Gazette'\nrecipe = 'kcnawatch'\nlistings = ['http://127.0.0.1:{port}/article/3/']\n"
    )
    try:
        summary = await wiring.crawl(config.load(file), store, EvidenceInMemory())
    finally:
        await runner.cleanup()
    return summary, asked


def articles(store: MemoryStore) -> int:
    return sum(change.subject.value == "article" for change in store.changes(Filter()))


def test_a_page_of_100_000_nested_tags_is_a_failed_visit_and_the_others_go_on(tmp_path: Path) -> None:
    store, begun = MemoryStore(), time.monotonic()
    summary, _ = asyncio.run(crawl_once(tmp_path, store, "", NESTED))
    assert [visit.url.endswith("-3/story/") for visit in summary.failures] == [True]
    assert summary.failures[0].reason.startswith("parser: ")
    assert articles(store) == 2
    assert time.monotonic() - begun < 10  # 2 s for the page, and the start of the processes


@pytest.mark.parametrize("robots", [ROBOTS])
def test_what_robots_disallows_is_a_visit_and_not_a_request(tmp_path: Path, robots: str) -> None:
    store = MemoryStore()
    summary, asked = asyncio.run(crawl_once(tmp_path, store, robots, ""))
    assert (summary.counts["disallowed"], summary.failures, articles(store)) == (1, [], 2)
    assert not any("1772500003-3" in path for path in asked)
