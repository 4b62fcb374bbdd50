"""What an operator sees of a source whose pages are read wrongly, and how it is released."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import Run
from tests.flow.site import FRONT, Answer, Site, story

DAY = '<time datetime="2026-03-03">3 March 2026</time>'


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper of six stories on loopback, served while the test runs."""
    paper = Site(*(story(number) for number in range(6, 0, -1)), shape="plain")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(paper.__aenter__(), loop).result(10)
    yield paper
    asyncio.run_coroutine_threadsafe(paper.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def watch(folder: Path, site: Site) -> None:
    (folder / "config.toml").write_text(
        "[fetch]\nallow_private_addresses = true\ndelay_seconds = 0.0\ncontact = 'a@b.example'\n"
        f"[[sources]]\nname = 'Gazette'\nlistings = ['{site.url(FRONT)}']\n"
    )


def loses_its_dates(site: Site) -> None:
    for told in site.stories:
        site.answers[told.path] = Answer(body=site.page(told).replace(DAY, ""))


def test_a_quarantined_source_is_told_shown_and_released_by_a_good_run(
    folder: Path, run: Run, site: Site
) -> None:
    watch(folder, site)
    assert run("crawl", "--at", "2026-03-04T09:00Z").status == 0
    assert "\n  ok; last read 2026-03-04T09:00:00Z\n" in run("sources").out
    loses_its_dates(site)
    said = run("crawl", "--all", "--at", "2026-03-05T09:00Z")
    told = "published missing on 6 of 6 pages, usually on 0%; generic parser"
    assert said.status == 1
    assert f"Quarantined: Gazette, articles: {told}\n" in said.out
    assert f"/story/: quarantined: {told}\n" in said.out
    shown = run("sources").out
    assert "\n  quarantined since 2026-03-05T09:00:00Z; last read 2026-03-05T09:00:00Z\n" in shown
    assert f"\n    articles: {told}\n" in shown
    assert f"Gazette: quarantined: {told} (6 addresses)" in " ".join(run("report").out.split())
    site.answers = {}
    assert run("crawl", "--all", "--at", "2026-03-06T09:00Z").status == 0
    assert "\n  ok; last read" in run("sources").out


def test_a_quarantined_source_is_released_by_a_word(folder: Path, run: Run, site: Site) -> None:
    watch(folder, site)
    run("crawl", "--at", "2026-03-04T09:00Z")
    nothing = run("sources", "accept", "Gazette")
    assert (nothing.status, "nothing of 'Gazette' is quarantined" in nothing.err) == (2, True)
    assert run("sources", "accept", "Courier").status == 2
    site.edit(3, f" {site.at(3).paragraphs[1].split()[4]} ", " corrected ")
    loses_its_dates(site)
    run("crawl", "--all", "--at", "2026-03-05T09:00Z")
    said = run("sources", "accept", "Gazette")
    assert (said.status, said.out) == (
        0,
        "Accepted articles of “Gazette”: 0 new, 1 changed, 0 duplicate, 0 moved, 0 removed, 0 restored, "
        "5 unchanged\n",
    )
    assert run("crawl", "--all", "--at", "2026-03-06T09:00Z").status == 0
