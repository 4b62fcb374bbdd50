"""The generic listing parser: which links are teasers, and what they say."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.parse.listing import read_listing
from storage.records import Listing, Source, Teaser

PAGES = Path(__file__).parent / "pages"
SOURCE = Source(name="Harbour Gazette")
URL = "https://gazette.example/"
FRONT = (PAGES / "front.html").read_text(encoding="utf-8")


def read(html: str, url: str | None = URL) -> Listing:
    return read_listing(LexborHTMLParser(html), url, SOURCE)


def test_a_front_page_gives_its_teasers_in_page_order() -> None:
    expected = json.loads((PAGES / "front.json").read_text(encoding="utf-8"))
    assert read(FRONT).teasers == tuple(Teaser(**teaser) for teaser in expected)


def test_a_listing_says_whose_it_is_and_not_when_it_was_read() -> None:
    listing = read(FRONT)
    assert (listing.source, listing.url, listing.captured_at) == ("Harbour Gazette", URL, None)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>Nothing here</p>",
        "<a href=/about>About us</a>",
        "<a href='#x-y-z-w-1'>A long headline of a story</a>",
    ],
)
def test_a_page_without_teasers_is_an_empty_listing(html: str) -> None:
    assert read(html).teasers == ()


def test_a_story_linked_twice_is_one_teaser_with_its_fuller_headline() -> None:
    rows = (
        '<article><h3><a href="/news/a-b-c-d-1">Short headline here</a></h3></article>'
        '<article><h3><a href="/news/a-b-c-d-2">Another headline of a story</a></h3></article>'
        '<article><h3><a href="/news/a-b-c-d-1">Short headline here, and the rest of it</a></h3></article>'
    )
    assert [(t.url, t.headline) for t in read(rows).teasers] == [
        ("https://gazette.example/news/a-b-c-d-1", "Short headline here, and the rest of it"),
        ("https://gazette.example/news/a-b-c-d-2", "Another headline of a story"),
    ]


def test_a_page_does_not_tease_itself() -> None:
    rows = '<article><h3><a href="#more">A headline of this very story</a></h3></article>'
    assert read(rows, "https://gazette.example/news/a-b-c-d-1").teasers == ()


def test_only_addresses_of_the_web_are_taken() -> None:
    rows = "".join(
        f'<article><h3><a href="{href}">A headline long enough to be one</a></h3></article>'
        for href in (
            "javascript:x-y-z-w-1",
            "data:text/html,a-b-c-d",
            "file:///etc/passwd",
            "http://[/a-b-c-d",
        )
    )
    assert read(rows).teasers == ()


def test_without_an_address_of_the_page_only_whole_links_are_taken() -> None:
    urls = [teaser.url for teaser in read(FRONT, None).teasers]
    assert urls == ["https://gazette.example/news/crab-season-begins-early-20419"]


def test_furniture_of_the_page_may_change_without_changing_a_teaser() -> None:
    changed = FRONT.replace("3 hours ago", "5 hours ago").replace(
        "All about boats", "Everything about all boats"
    )
    assert read(changed) == read(FRONT)


def test_the_tree_is_left_as_it_was() -> None:
    tree = LexborHTMLParser(FRONT)
    before = tree.html
    read_listing(tree, URL, SOURCE)
    assert tree.html == before


@pytest.mark.parametrize(
    "piece",
    [
        "<a href=/a-b-c-d-1>one and the same long link text</a>",
        "<article><h2><a href=/x-y-z-w-1>one two three four five</a></h2>",
        "<li><a href=x>",
        "<p><a href=/a-b-c-d-1>x</a> text",
    ],
)
def test_hostile_repetition_ends(piece: str) -> None:
    tree = LexborHTMLParser("<body>" + piece * 5_000)
    started = time.perf_counter()
    read_listing(tree, URL, SOURCE)
    assert time.perf_counter() - started < 5


def test_many_different_stories_end() -> None:
    rows = "".join(
        f"<h3><a href=/a-b-c-d-{n}>Headline number {n} of a long page</a></h3>" for n in range(7_000)
    )
    assert len(read(rows).teasers) == 6_000
