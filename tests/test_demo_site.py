"""The demo site: each day as scripted over real HTTP, and the change log that must follow from the script."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from crawler.demo_site import prose
from crawler.demo_site.captures import CAPTURES, documents
from crawler.demo_site.expectation import Expectation, expected
from crawler.demo_site.notices import PORT_OFFICE
from crawler.demo_site.pages import answer
from crawler.demo_site.prose import GAZETTE, TELEGRAPH
from crawler.demo_site.server import DemoSite
from crawler.demo_site.story import LAST_DAY, SCRIPT, Event, Happening, Script, pass_time
from crawler.demo_site.world import IN_BLOCK, LISTED, LISTING_PATHS, Copy, edition, excerpt_of
from storage.jsonl import from_json

DAYS = range(1, LAST_DAY + 1)
SEEDS = Path(__file__).parents[1] / "seeds"


def on_site(story: Callable[[DemoSite, aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Run `story` against a site that is up, with a client that follows nothing by itself."""

    async def run() -> None:
        async with DemoSite() as site, aiohttp.ClientSession() as client:
            await story(site, client)

    asyncio.run(asyncio.wait_for(run(), 20))


def copy_of(story: prose.Story, day: int, script: Script = SCRIPT) -> Copy:
    return edition(script, day).copies[story.name]


def rows(script: Script = SCRIPT, **wanted: object) -> list[Expectation]:
    """The expected rows that have all the `wanted` values."""
    return [row for row in expected(script) if all(getattr(row, key) == v for key, v in wanted.items())]


def without(*events: Event) -> Script:
    return tuple(event for event in SCRIPT if event not in events)


def event_of(kind: Happening, story: prose.Story) -> Event:
    return next(event for event in SCRIPT if event.kind is kind and event.story == story)


def kinds(story: prose.Story, subject: str, source: str = GAZETTE) -> list[tuple[int, str]]:
    return [(row.day, row.kind) for row in rows(story=story.name, subject=subject, source=source)]


def body_text(page: bytes) -> str:
    return page.decode().partition('<div class="article-content">')[2].partition("</div>")[0]


# ---------------------------------------------------------------- the server


@pytest.mark.network_loopback
def test_every_listed_story_is_served_on_every_day_and_the_listing_is_kept_short() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        for day in DAYS:
            site.set_day(day)
            for source, url in site.listing_urls.items():
                async with client.get(url) as reply:
                    links = re.findall(r'<h4><a href="([^"]+)"', await reply.text())
                assert links == [copy.path for copy in edition(SCRIPT, day).listing(source)]
                assert len(links) <= LISTED
                statuses = set()
                for link in links:
                    async with client.get(site.base_urls[source] + link) as reply:
                        statuses.add(reply.status)
                assert statuses == {200}

    on_site(story)


@pytest.mark.network_loopback
def test_the_vanished_story_answers_404_for_two_days_and_then_200_again() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        url = site.base_urls[GAZETTE] + copy_of(prose.KITES, 2).path
        statuses = []
        for day in DAYS:
            site.set_day(day)
            async with client.get(url) as reply:
                statuses.append(reply.status)
        assert statuses == [404, 200, 200, 404, 404, 200]

    on_site(story)


@pytest.mark.network_loopback
def test_the_moved_story_redirects_from_its_old_address_and_the_listing_links_the_new_one() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        old, new = copy_of(prose.LIBRARY, 1).path, copy_of(prose.LIBRARY, 2).path
        site.set_day(2)
        async with client.get(site.base_urls[GAZETTE] + old, allow_redirects=False) as reply:
            assert (reply.status, reply.headers["Location"]) == (301, new)
        async with client.get(site.listing_urls[GAZETTE]) as reply:
            page = await reply.text()
        assert (new in page, old in page) == (True, False)

    on_site(story)


@pytest.mark.network_loopback
def test_a_page_is_not_modified_within_a_day_and_is_another_on_the_next() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        url = site.base_urls[GAZETTE] + copy_of(prose.CHESS, 1).path
        async with client.get(url) as first:
            by_tag = {"If-None-Match": first.headers["ETag"]}
            by_time = {"If-Modified-Since": first.headers["Last-Modified"]}
        statuses = []
        for day in (1, 2):
            site.set_day(day)
            for validator in (by_tag, by_time, by_tag | by_time, {"If-None-Match": '"else"'} | by_time):
                async with client.get(url, headers=validator) as reply:
                    statuses.append(reply.status)
        assert statuses == [304, 304, 304, 200, 200, 200, 200, 200]

    on_site(story)


@pytest.mark.network_loopback
def test_a_listing_on_which_nothing_happened_is_not_modified_on_the_next_day() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        statuses = []
        tag = ""
        for day in DAYS:
            site.set_day(day)
            async with client.get(site.listing_urls[TELEGRAPH], headers={"If-None-Match": tag}) as reply:
                statuses.append(reply.status)
                tag = reply.headers["ETag"]
        assert statuses == [200, 304, 304, 200, 304, 304]

    on_site(story)


@pytest.mark.network_loopback
def test_robots_txt_forbids_the_members_story_that_the_listing_links() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        async with client.get(site.base_urls[GAZETTE] + "/robots.txt") as reply:
            rules = await reply.text()
        async with client.get(site.listing_urls[GAZETTE]) as reply:
            page = await reply.text()
        assert "Disallow: /members/" in rules.splitlines()
        assert f'<h4><a href="{copy_of(prose.TIDE_TABLES, 1).path}">' in page
        assert copy_of(prose.TIDE_TABLES, 1).path.startswith("/members/")

    on_site(story)


@pytest.mark.network_loopback
def test_the_log_holds_what_was_asked_and_how_it_was_answered() -> None:
    async def story(site: DemoSite, client: aiohttp.ClientSession) -> None:
        headers = {"User-Agent": "tester", "If-None-Match": '"x"'}
        async with client.get(site.base_urls[TELEGRAPH] + "/nothing/", headers=headers) as reply:
            assert reply.headers["Date"] == "Wed, 04 Mar 2026 01:00:00 GMT"
        [request] = site.log
        assert (request.source, request.path, request.status) == (TELEGRAPH, "/nothing/", 404)
        assert (request.is_conditional, request.user_agent) == (True, "tester")

    on_site(story)


def test_a_day_beyond_the_script_is_refused() -> None:
    with pytest.raises(ValueError, match="days 1 to 6, not 7"):
        DemoSite().set_day(LAST_DAY + 1)


# ---------------------------------------------------------------- the pages


def test_page_furniture_is_another_every_day_around_an_unedited_story() -> None:
    path = copy_of(prose.BAKERY, 1).path
    pages = [answer(SCRIPT, GAZETTE, day, path).body for day in DAYS]
    assert len(set(pages)) == LAST_DAY
    assert len({body_text(page) for page in pages}) == 1
    for part in ("today", "furniture weather", "furniture ad-slot", "furniture most-read", "more-from"):
        seen = {page.decode().partition(f'class="{part}"')[2].partition("</section>")[0] for page in pages}
        assert len(seen) == LAST_DAY
    assert len({re.search(rb"visitor number (\d+)", page)[1] for page in pages}) == LAST_DAY  # type: ignore[index]


def test_a_block_shows_the_teasers_of_the_listing_in_the_same_words() -> None:
    for day in DAYS:
        world = edition(SCRIPT, day)
        for copy in world.copies.values():
            if not copy.is_gone:
                others = [teaser for teaser in world.listing(copy.source) if teaser != copy]
                assert list(world.block(copy)) == others[:IN_BLOCK]


def test_an_article_page_prints_its_date_day_first_and_the_header_of_the_day() -> None:
    page = answer(SCRIPT, GAZETTE, 3, copy_of(prose.BRIDGE, 3).path).body.decode()
    assert "Date: 04/03/2026 | Source: Harbour Gazette | <a " in page
    assert "March 06, 2026</span><span" in page


def test_excerpts_are_the_start_of_the_text_within_130_characters_cut_at_a_word_or_inside_one() -> None:
    ends_inside = set()
    for event in SCRIPT:
        if event.kind is Happening.APPEARS:
            text = " ".join(event.story.paragraphs)
            excerpt = excerpt_of(event.story.paragraphs, event.story.number)
            assert text.startswith(excerpt)
            assert 90 < len(excerpt) <= 130
            ends_inside.add(text[len(excerpt)].isalnum())
    assert ends_inside == {True, False}


def test_numbers_are_unique_so_that_every_address_has_a_key_of_its_own() -> None:
    numbers = [event.number or event.story.number for event in SCRIPT if event.number or _appears(event)]
    assert [n for n, count in Counter(numbers).items() if count > 1] == []


def _appears(event: Event) -> bool:
    return event.kind is Happening.APPEARS


def test_every_edit_hits_exactly_one_place_of_its_story() -> None:
    for event in SCRIPT:
        if event.kind is Happening.EDITED:
            assert " ".join(event.story.paragraphs).count(event.old) == 1


# ---------------------------------------------------------------- what is expected


def test_the_expected_log_counts_by_kind() -> None:
    assert Counter((row.subject, row.kind) for row in expected()) == {
        ("article", "new"): 40,
        ("article", "changed"): 71,
        ("article", "duplicate"): 2,
        ("article", "moved"): 1,
        ("article", "removed"): 1,
        ("article", "restored"): 1,
        ("teaser", "new"): 22,
        ("teaser", "changed"): 3,
        ("teaser", "duplicate"): 1,
        ("teaser", "moved"): 1,
        ("teaser", "removed"): 1,
        ("teaser", "restored"): 1,
    }


def test_the_expected_log_is_in_order_of_time_from_the_first_capture_to_the_last_pass() -> None:
    times = [row.at for row in expected()]
    assert times == sorted(times)
    assert times[-1] == pass_time(LAST_DAY)
    papers = [row.at for row in expected() if row.source != PORT_OFFICE]
    assert papers[0] == CAPTURES[0].captured_at


def test_what_the_seeds_showed_is_new_at_their_time_and_never_again() -> None:
    assert kinds(prose.LIGHTHOUSE, "article") == [(-5, "new")]
    assert kinds(prose.BAKERY, "teaser") == [(-5, "new")]
    assert kinds(prose.SALT_PANS, "article", TELEGRAPH) == [(0, "new")]
    assert [row.headline for row in rows(day=-5)] == [None] * 4


def test_what_differs_from_the_seeds_on_day_one_is_changed() -> None:
    changed = [(row.story, row.subject, row.fields) for row in rows(day=1, kind="changed")]
    assert sorted(changed) == [
        ("ferry", "teaser", ("excerpt",)),
        ("orchard", "teaser", ("headline",)),
        ("tide-mill", "article", ("paragraphs",)),
    ]


def test_a_new_headline_changes_article_and_teaser() -> None:
    changed = rows(story="chess", kind="changed")
    assert [(row.day, row.fields) for row in changed] == [(2, ("headline",))] * 2


def test_a_silent_figure_changes_the_article_only() -> None:
    assert kinds(prose.BRIDGE, "article") == [(1, "new"), (3, "changed")]
    assert kinds(prose.BRIDGE, "teaser") == [(1, "new")]


def test_an_edit_taken_back_and_made_again_is_a_row_each_time() -> None:
    changed = rows(story="pump", kind="changed")
    assert [(row.day, row.reverts) for row in changed] == [(2, False), (3, True), (4, True), (5, True)]


def test_a_story_edited_before_it_was_seen_is_changed_since_its_teaser() -> None:
    assert kinds(prose.GLASSHOUSE, "article") == [(5, "new"), (5, "changed")]
    assert kinds(prose.GLASSHOUSE, "teaser") == [(5, "new")]


def test_a_copy_parts_from_its_original_the_day_after_that_was_edited() -> None:
    parted = rows(source=TELEGRAPH, story="observatory", kind="changed")
    assert [(row.day, row.of) for row in parted] == [(6, "observatory")]


def test_the_notices_are_put_right_twice_each_and_all_of_them_lose_a_name() -> None:
    notices = [row for row in expected() if row.source == PORT_OFFICE]
    assert Counter(row.kind for row in notices) == {"new": 20, "changed": 60}
    assert sum(row.day == LAST_DAY for row in notices) == 20


def test_a_teaser_that_keeps_the_old_lead_is_not_changed() -> None:
    assert kinds(prose.CHOIR, "article") == [(1, "new"), (3, "changed")]
    assert kinds(prose.CHOIR, "teaser") == [(0, "new")]


def test_stock_stories_of_two_places_are_both_new() -> None:
    for story in (prose.HOMES_GULLHAVEN, prose.HOMES_PEBBLE_SOUND):
        assert [kind for _, kind in kinds(story, "article")] == ["new"]
        assert [kind for _, kind in kinds(story, "teaser")] == ["new"]


def test_a_republished_story_is_an_exact_duplicate_in_article_and_teaser() -> None:
    again = rows(story="ropeworks", day=5)
    assert [(row.kind, row.of, row.is_exact) for row in again] == [("duplicate", "ropeworks", True)] * 2


def test_a_syndicated_article_is_a_near_duplicate_and_its_teaser_is_new() -> None:
    first = rows(source=TELEGRAPH, story="observatory", day=4)
    abroad = {row.subject: (row.kind, row.is_exact) for row in first}
    assert abroad == {"article": ("duplicate", False), "teaser": ("new", None)}


def test_a_vanished_story_loses_its_teaser_first_and_comes_back_whole() -> None:
    assert kinds(prose.KITES, "teaser") == [(2, "new"), (4, "removed"), (6, "restored")]
    assert kinds(prose.KITES, "article") == [(2, "new"), (5, "removed"), (6, "restored")]


def test_one_day_of_absence_removes_the_teaser_only() -> None:
    back = event_of(Happening.RETURNED, prose.KITES)
    script = (*without(back), replace(back, day=5))
    changes = [(row.day, row.subject, row.kind) for row in rows(script, story="kites") if row.day > 2]
    assert changes == [(4, "teaser", "removed"), (5, "teaser", "restored")]


def test_the_members_story_is_a_teaser_and_never_an_article() -> None:
    assert [row.subject for row in rows(story="tide-tables")] == ["teaser"]


def test_sinking_off_the_end_of_the_listing_is_nothing() -> None:
    shown_first, shown_last = (edition(SCRIPT, day).listing(GAZETTE) for day in (1, LAST_DAY))
    sunk = {copy.story.name for copy in shown_first} - {copy.story.name for copy in shown_last}
    assert {"lighthouse", "bakery"} <= sunk
    assert rows(story="lighthouse", kind="removed") + rows(story="bakery", kind="removed") == []


@pytest.mark.parametrize("event", SCRIPT, ids=lambda event: f"{event.day}-{event.kind}-{event.story.name}")
def test_dropping_any_event_makes_another_world_and_another_log(event: Event) -> None:
    script = without(event)
    assert expected(script) != expected()
    assert _all_pages(script) != _all_pages(SCRIPT)


def _all_pages(script: Script) -> list[tuple[object, ...]]:
    """What the two papers show on every day, before it is made into HTML."""
    return [
        tuple(
            (copy.path, copy.headline, copy.paragraphs, copy.excerpt)
            for copy in edition(script, day).newest(s, 99)
        )
        for day in DAYS
        for s in LISTING_PATHS
    ]


def test_an_altered_and_an_added_event_show_on_the_page_and_in_the_log() -> None:
    edit = event_of(Happening.EDITED, prose.BRIDGE)
    later = (*without(edit), replace(edit, day=5))
    added = (*SCRIPT, Event(6, Happening.RETITLED, prose.GLASSHOUSE, headline="Cheese steam ripens tomatoes"))
    assert [row.day for row in rows(later, story="bridge", kind="changed")] == [5]
    assert [row.subject for row in rows(added, story="glasshouse", kind="changed")] == [
        *("article", "teaser", "article")
    ]
    page = answer(added, GAZETTE, 6, copy_of(prose.GLASSHOUSE, 6).path).body
    assert b">Cheese steam ripens tomatoes</h1>" in page
    path = copy_of(prose.BRIDGE, 4).path
    assert body_text(answer(later, GAZETTE, 4, path).body) == body_text(answer(SCRIPT, GAZETTE, 1, path).body)


# ---------------------------------------------------------------- the seeds


def test_the_files_in_seeds_are_the_captures_of_the_script() -> None:
    assert {file.name: file.read_text("utf-8") for file in SEEDS.iterdir()} == documents()


def test_the_json_lines_among_the_seeds_are_in_the_interchange_format() -> None:
    lines = (SEEDS / "coast-telegraph-2026-03-03.jsonl").read_text("utf-8").splitlines()
    observations = [from_json(json.loads(line)) for line in lines]
    assert [(type(o).__name__, o.source, o.url) for o in observations] == [
        ("Article", TELEGRAPH, None),
        ("Listing", TELEGRAPH, None),
    ]
