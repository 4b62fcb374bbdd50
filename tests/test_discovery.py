"""What a site offers to be watched by, and which of its offers are worth taking."""

from __future__ import annotations

import asyncio

import pytest

from crawler.discovery import MOST_REQUESTS, Looked, address_shape, look
from crawler.parse import Reading, read
from storage.records import Page, Source, Target, TargetKind

ORIGIN = "https://gazette.example"


def path(number: int) -> str:
    return f"/2026/03/{number:02}/the-harbour-board-counts-{number}-crates-again"


def rows(*numbers: int) -> str:
    return "".join(
        f'<article><h3><a href="{path(n)}">The harbour board counts {n} crates again</a></h3>'
        f"<p>It was a cold morning on the quay, and the clerk had lost his list of number {n}.</p></article>"
        for n in numbers
    )


def html(body: str, head: str = "") -> str:
    links = ("/", "Home"), ("/sport/", "Sport"), ("/town/", "Town"), ("/login", "Log in")
    menu = f"<nav>{''.join(f'<a href={where}>{what}</a>' for where, what in links)}</nav>"
    name = '<meta property="og:site_name" content="Harbour Gazette">'
    return f"<html><head><title>Front</title>{name}{head}</head><body>{menu}<main>{body}</main></body></html>"


def feed(*numbers: int, is_stamped: bool = False) -> str:
    stamp = "<updated>2026-03-09T08:00:00Z</updated>" if is_stamped else ""
    entries = "".join(
        f'<entry><title>The harbour board counts {n} crates again</title><link href="{ORIGIN}{path(n)}"/>'
        f"<id>{n}</id><published>2026-03-{n:02}T08:00:00Z</published>{stamp}</entry>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>G</title>{entries}</feed>'


def sitemap(*numbers: int, is_news: bool = False) -> str:
    news = (
        "<news:news><news:publication_date>2026-03-09</news:publication_date><news:title>Crates</news:title></news:news>"
        if is_news
        else ""
    )
    entries = "".join(
        f"<url><loc>{ORIGIN}{path(n)}</loc><lastmod>2026-03-09T08:00:00Z</lastmod>{news}</url>"
        for n in numbers
    )
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f'<?xml version="1.0"?><urlset {spaces}>{entries}</urlset>'


def index(*paths: str) -> str:
    entries = "".join(f"<sitemap><loc>{ORIGIN}{each}</loc></sitemap>" for each in paths)
    return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def looked(pages: dict[str, str], start: str = "/", moved: dict[str, str] | None = None) -> Looked:
    """What is found where `pages` answer; an address of `moved` leads to another one."""
    asked: list[str] = []

    async def fetch(target: Target) -> Page:
        url = (moved or {}).get(target.url, target.url)
        place = url.removeprefix(ORIGIN)
        status, body = (200, pages[place]) if place in pages else (404, "<h1>Not here</h1>")
        return Page(target.url, url, status, (), body.encode(), None)

    async def parse(page: Page, source: Source, kind: TargetKind | None) -> Reading:
        return read(page, source, kind)

    found = asyncio.run(look(ORIGIN + start, fetch, parse, asked.append))
    assert len(asked) == found.requests <= MOST_REQUESTS
    return found


def taken(found: Looked) -> list[tuple[str, str]]:
    return [(offer.kind.value, offer.url.removeprefix(ORIGIN)) for offer in found.offers if offer.is_taken]


ALTERNATE = '<link rel="alternate" type="application/atom+xml" href="/feed.atom" title="News">'


def test_a_site_is_watched_by_its_feed_and_its_front_and_by_what_sections_add() -> None:
    found = looked(
        {
            "/": html(rows(1, 2, 3, 4, 5, 6), ALTERNATE),
            "/feed.atom": feed(4, 5, 6, 7, 8),
            "/sport/": html(rows(1, 2, 3, 4)),
            "/town/": html(rows(11, 12, 13, 14, 15, 16)),
        }
    )
    assert taken(found) == [("feed", "/feed.atom"), ("listing", "/"), ("listing", "/town/")]
    assert [offer.fresh for offer in found.offers if offer.is_taken] == [5, 3, 6]
    assert (found.name, found.shape) == (
        "Harbour Gazette",
        "gazette.example/<year>/<number>/<number>/<words>",
    )


def test_a_news_sitemap_goes_first_and_an_archive_of_addresses_is_only_shown() -> None:
    found = looked(
        {
            "/": html(rows(1, 2, 3, 4)),
            "/robots.txt": f"User-agent: *\nDisallow: /admin\nSitemap: {ORIGIN}/map.xml\n",
            "/map.xml": index("/archive-1.xml", "/news.xml"),
            "/news.xml": sitemap(1, 2, 3, 4, 5, is_news=True),
            "/archive-1.xml": sitemap(*range(1, 29)),
        }
    )
    assert taken(found) == [("sitemap", "/news.xml"), ("listing", "/")]
    assert [offer.url.removeprefix(ORIGIN) for offer in found.offers if not offer.is_taken] == [
        "/archive-1.xml"
    ]


def test_where_the_page_names_no_feed_the_usual_places_are_tried() -> None:
    found = looked({"/": html(rows(1, 2, 3)), "/feed.xml": feed(1, 2, 3, 4, is_stamped=True)})
    assert taken(found) == [("feed", "/feed.xml"), ("listing", "/")]
    assert found.problems == [f"{ORIGIN}/sport/: status 404", f"{ORIGIN}/town/: status 404"]


def test_from_a_feed_the_front_page_is_taken_though_it_brings_nothing_more() -> None:
    found = looked({"/feed.atom": feed(1, 2, 3, 4), "/": html(rows(1, 2, 3))}, "/feed.atom")
    assert taken(found) == [("feed", "/feed.atom"), ("listing", "/")]


def test_where_the_named_feed_is_dead_the_usual_places_are_tried() -> None:
    found = looked({"/": html(rows(1, 2, 3), ALTERNATE), "/feed.xml": feed(1, 2, 3, 4)})
    assert taken(found) == [("feed", "/feed.xml"), ("listing", "/")]
    assert f"{ORIGIN}/feed.atom: status 404" in found.problems


def test_where_the_front_page_leads_to_another_host_the_rest_is_asked_for_there() -> None:
    new = "https://www.gazette.example"
    pages = {f"{new}/": html(rows(1, 2, 3)), f"{new}/feed.xml": feed(1, 2, 3, 4)}
    found = looked(pages, moved={f"{ORIGIN}/": f"{new}/"})
    assert taken(found)[0] == ("feed", f"{new}/feed.xml")


@pytest.mark.parametrize("claimed", ["", "Gazette\u202egnirts"])
def test_a_name_that_cannot_be_shown_is_not_believed(claimed: str) -> None:
    front = html(rows(1, 2, 3)).replace("Harbour Gazette", claimed)
    assert looked({"/": front}).name == "gazette.example"


@pytest.mark.parametrize("front", [None, html("<p>Nothing is told here, and nobody is named.</p>")])
def test_a_site_that_lists_nothing_offers_nothing(front: str | None) -> None:
    found = looked({"/": front} if front else {})
    assert (taken(found), found.shape) == ([], None)
    assert found.problems


def test_addresses_without_one_shape_have_none() -> None:
    assert address_shape(["a.example/about", "a.example/x/y", "a.example/1"]) is None
    assert address_shape([]) is None


def test_a_site_of_endless_sections_is_asked_no_more_than_is_decent() -> None:
    pages = {f"/part{chr(97 + n)}/": html(rows(*range(1, 9))) for n in range(26)}
    menu = "".join(f'<a href="{place}">Part {place[5]}</a>' for place in pages)
    found = looked({**pages, "/": html(f"<nav>{menu}</nav>{rows(1, 2, 3)}", ALTERNATE * 40)})
    assert found.requests <= MOST_REQUESTS
