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


def test_what_a_drawing_in_a_heading_says_is_part_of_the_headline() -> None:
    rows = "".join(
        f'<article><a href="/news/a-b-c-d-{n}"><h3><span><svg role="img"><title>G+ (for members);</title>'
        f"<path d='M0'/></svg><i>Harbour</i></span><span hidden>: </span><b>Crane number {n} is sold</b></h3></a>"
        "<p>It stood there for forty years, and nobody had used it for ten.</p></article>"
        for n in (1, 2, 3)
    )
    first = read(rows).teasers[0]
    assert (first.headline, first.excerpt) == (
        "G+ (for members); Harbour: Crane number 1 is sold",
        "It stood there for forty years, and nobody had used it for ten.",
    )


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


def test_without_an_address_of_the_page_only_whole_links_have_one() -> None:
    teasers = read(FRONT, None).teasers
    assert [t.headline for t in teasers] == [t.headline for t in read(FRONT).teasers]
    assert [t.url for t in teasers if t.url] == [
        "https://gazette.example/news/crab-season-begins-early-20419"
    ]


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
        "<dd><a href=/a>two words here</a>",
        "<p class={n}><a href=/a>two words here</a></p>",
        "<div><a href=/{n}>two words here</a>",
        "<ul><li><a href=/{n}>two words here</a> 2026-01-02",
    ],
)
def test_hostile_repetition_ends(piece: str) -> None:
    tree = LexborHTMLParser("<body><div>" + "".join(piece.replace("{n}", str(n)) for n in range(5_000)))
    started = time.perf_counter()
    read_listing(tree, URL, SOURCE)
    assert time.perf_counter() - started < 5


def test_many_different_stories_end() -> None:
    rows = "".join(
        f"<h3><a href=/a-b-c-d-{n}>Headline number {n} of a long page</a></h3>" for n in range(7_000)
    )
    assert len(read(rows).teasers) == 6_000


# ---------------------------------------------------------------- plain lists, as written by hand

PIER = ("Pier reopens after the storm", "/a", "Engineers checked every plank before noon.", "2026-01-02")
TRAM = ("Tram to the hill", "/b", "The old cars came back.", "2026-01-01")
KELP = ("Kelp prices fall", "/c", "Nobody at the market knows why.", "2025-12-30")
STORIES = (PIER, TRAM, KELP)
NAV = (
    '<ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li><li><a href="/w">World</a></li></ul>'
)
FOOT = '<hr><p><a href="/i">Imprint</a> | <a href="/p">Privacy policy</a> | <a href="/r">RSS</a></p>'


def whole(*stories: tuple[str, str, str, str], has_excerpt: bool, has_date: bool) -> list[Teaser]:
    return [
        Teaser(
            f"https://gazette.example{href}",
            headline,
            said if has_excerpt else None,
            day if has_date else None,
        )
        for headline, href, said, day in stories
    ]


def plain(row: str, stories: tuple[tuple[str, str, str, str], ...] = STORIES, around: str = "{}") -> str:
    """A page without a class name whose rows are `row` (H headline, L link, E excerpt, D day)."""
    rows = "\n".join(
        row.replace("H", headline).replace("L", href).replace("E", said).replace("D", day)
        for headline, href, said, day in stories
    )
    return f"<body><h1>The Pier Post</h1>{NAV}{around.format(rows)}{FOOT}</body>"


ROWS = {
    # rows and what is around them; whether there is an excerpt and a date in them
    "list": ('<li><a href="L">H</a></li>', "<ul>{}</ul>", False, False),
    "list in a div": ('<li><a href="L">H</a></li>', "<div><div><ul>{}</ul></div></div>", False, False),
    "numbered list": ('<li><a href="L">H</a></li>', "<ol>{}</ol>", False, False),
    "list with all": ('<li><a href="L">H</a><p>E</p><time>D</time></li>', "<ul>{}</ul>", True, True),
    "list, date first": ('<li>D: <a href="L">H</a></li>', "<ul>{}</ul>", False, True),
    "list, one line": ('<li><a href="L">H</a> - E</li>', "<ul>{}</ul>", True, False),
    "list, two lines": ('<li><a href="L">H</a><br>E (D)</li>', "<ul>{}</ul>", True, True),
    "list, bold": (
        '<li><b><a href="L">H</a></b> <small>D</small><div><p>E</p></div></li>',
        "<ul>{}</ul>",
        True,
        True,
    ),
    "table": ('<tr><td><a href="L">H</a></td><td>D</td></tr>', "<table>{}</table>", False, True),
    "table, date first": (
        '<tr><td>D</td><td><a href="L">H</a></td></tr>',
        "<table><tr><th>Date</th><th>Story</th></tr>{}</table>",
        False,
        True,
    ),
    "table with a section": (
        '<tr><td><a href="/s">Town</a></td><td><a href="L">H</a></td><td>D</td></tr>',
        "<table>{}</table>",
        False,
        True,
    ),
    "divs": ('<div><a href="L">H</a> <span>D</span></div>', "{}", False, True),
    "divs in a div": ('<div><div><a href="L">H</a></div><div>D</div></div>', "<div>{}</div>", False, True),
    "spans in a div": ('<div><span>D</span> <a href="L">H</a></div>', "<div>{}</div>", False, True),
    "definitions": ('<dt><a href="L">H</a></dt><dd>E</dd>', "<dl>{}</dl>", True, False),
    "definitions, date first": ('<dt>D</dt><dd><a href="L">H</a></dd>', "<dl>{}</dl>", False, True),
    "card": ('<a href="L"><div>H</div><div><p>E</p></div><time>D</time></a>', "<div>{}</div>", True, True),
    "card in a list": ('<li><a href="L"><div>H</div><div>D</div></a></li>', "<ul>{}</ul>", False, True),
    "card, date in its line": ('<li><a href="L">H <time>D</time></a></li>', "<ul>{}</ul>", False, True),
    "paragraphs": ('<p><a href="L">H</a></p>', "{}", False, False),
    "paragraphs, then text": ('<p><a href="L">H</a></p><p>E</p>', "{}", True, False),
    "paragraphs with all": ('<p><a href="L">H</a><br>E<br>Published on D in print</p>', "{}", True, True),
    "lines": ('<a href="L">H</a><br>', "<p>{}</p>", False, False),
    "dated lines": ('D <a href="L">H</a><br>', "<div>{}</div>", False, True),
    "lines, then dates": ('<a href="L">H</a> D<br>', "<div>{}</div>", False, True),
    "headings": ('<h2><a href="L">H</a></h2>', "{}", False, False),
    "headings, flat": ('<h2><a href="L">H</a></h2><p>E</p><p>D</p>', "<main>{}</main>", True, True),
    "headings, dates first": ('<p>D</p><h2><a href="L">H</a></h2><p>E</p>', "<main>{}</main>", True, True),
    "sections": ('<section><h3><a href="L">H</a></h3><p>E</p></section>', "{}", True, False),
    "articles": (
        '<article><h1><a href="L">H</a></h1><time datetime="D">x</time><p>E</p></article>',
        "{}",
        True,
        True,
    ),
    "articles with more": (
        '<article><h2><a href="L">H</a></h2><p>E</p><a href="L">Read more</a></article>',
        "{}",
        True,
        False,
    ),
    "addresses in full": ('<li><a href="https://gazette.exampleL">H</a></li>', "<ul>{}</ul>", False, False),
}


@pytest.mark.parametrize("count", [3, 2, 1])
@pytest.mark.parametrize("name", ROWS)
def test_a_plain_list_is_read_whatever_its_rows_are(name: str, count: int) -> None:
    row, around, has_excerpt, has_date = ROWS[name]
    if count == 1 and name in ("paragraphs", "paragraphs, then text", "lines"):
        around = f"<main>{around}</main>"  # one bare link on a page says nothing of itself
    expected = whole(*STORIES[:count], has_excerpt=has_excerpt, has_date=has_date)
    assert list(read(plain(row, STORIES[:count], around)).teasers) == expected


@pytest.mark.parametrize(
    "headlines",
    [
        ("Pier reopens", "Tram late", "Kelp cheap"),
        ("大雪封港两天", "渔船平安归来", "灯塔重新点亮"),
        ("등대에 다시 불이 켜졌다", "눈이 항구를 덮었다", "배가 돌아왔다"),
        ("Маяк снова горит", "Снег закрыл порт", "Лодки вернулись"),
        ("عودة القوارب إلى الميناء", "الثلج يغلق الطريق", "المنارة تضيء"),
        ("ประภาคารกลับมาส่องแสงอีกครั้ง", "หิมะปิดท่าเรือสองวัน", "เรือประมงกลับมาแล้ว"),
    ],
)
def test_headlines_are_read_in_any_script_and_length(headlines: tuple[str, ...]) -> None:
    rows = "".join(f'<li><a href="/n/{n}">{headline}</a></li>' for n, headline in enumerate(headlines))
    page = f"<body>{NAV}<ul>{rows}</ul>{FOOT}</body>"
    assert [teaser.headline for teaser in read(page).teasers] == list(headlines)


@pytest.mark.parametrize(
    "page",
    [
        '<main><ul><li><a href="a">Pier reopens</a></li></ul></main>',
        '<h2><a href="/a">Pier reopens</a></h2>',
        '<p><a href="a.html">Pier reopens</a></p>',
        "<div><p>All that happens by the water, every day since we began.</p>"
        '<ul><li><a href="a">Pier reopens</a></ul></div>',
    ],
)
def test_one_story_is_a_listing_too(page: str) -> None:
    assert [(t.headline, t.excerpt) for t in read(page).teasers] == [("Pier reopens", None)]


def test_a_lead_story_and_the_list_below_it_are_one_listing() -> None:
    page = (
        '<h2><a href="/lead">Pier reopens after the storm of the year</a></h2><p>It took nine days.</p>'
        '<ul><li><a href="/b">Tram to the hill</a></li><li><a href="/c">Kelp prices fall</a></li></ul>'
    )
    assert [teaser.headline for teaser in read(page).teasers] == [
        "Pier reopens after the storm of the year",
        "Tram to the hill",
        "Kelp prices fall",
    ]


def test_a_short_headline_among_long_ones_is_a_teaser() -> None:
    rows = "".join(
        f'<li><h3><a href="/news/{n}">{headline}</a></h3></li>'
        for n, headline in enumerate(
            ["The pier reopens after nine days", "Kelp!", "A tram climbs the hill again today"]
        )
    )
    assert len(read(f"<ul>{rows}</ul>").teasers) == 3


def test_a_saved_list_without_an_address_gives_headlines_without_addresses() -> None:
    page = plain('<li><a href="L">H</a><time>D</time></li>', around="<ul>{}</ul>")
    assert read(page, None).teasers == tuple(Teaser(None, h, None, day) for h, _, _, day in STORIES)


def test_a_page_that_says_where_its_links_start_is_believed() -> None:
    page = '<head><base href="https://post.example/en/"></head><main><li><a href="a">Pier reopens</a></main>'
    assert [teaser.url for teaser in read(page, None).teasers] == ["https://post.example/en/a"]
    assert [teaser.url for teaser in read(page).teasers] == ["https://post.example/en/a"]


JUNK = {
    "sections": NAV,
    "sections of two words": '<ul><li><a href="/a">About us</a><li><a href="/c">Contact us</a></ul>',
    "footer": FOOT,
    "footer element": '<footer><a href="/h">How this paper is made today</a></footer>',
    "tags": '<p><a href="/tag/boats-of-the-bay">boats of the bay</a> <a href="/tag/kelp">kelp</a></p>',
    "tags by another name": '<div><a href="/b">boats</a> <a href="/k">kelp</a> <a href="/w">wood</a></div>',
    "pages": '<p><a href="/?page=1">1</a> <a href="/?page=2">2</a> <a href="/?page=2">Next page</a></p>',
    "pages in a list": '<ul><li><a href="/?p=2">Older posts</a><li><a href="/?p=1">« Newer posts</a></ul>',
    "months": '<ul><li><a href="/2026/01/">January 2026</a><li><a href="/2025/12/">Mai 2025 (4)</a></ul>',
    "languages": '<ul><li><a href="/de">Deutsch</a><li><a href="/ko">한국어</a></ul>',
    "languages by mark": '<p><a hreflang="gd" href="/gd">An Gàidhlig</a></p>',
    "breadcrumb": '<p><a href="/">Home</a> &gt; <a href="/news">News</a> &gt; <a href="/sea">The sea</a></p>',
    "more": '<p><a href="/x">Read more</a></p><p><a href="/y">Continue reading…</a></p>'
    '<p><a href="/z">weiterlesen</a></p>',
    "social": '<ul><li><a href="https://www.facebook.com/pierpost">The Pier Post there</a>'
    '<li><a href="https://x.com/pierpost">Our short messages too</a></ul>',
    "prose": "<p>Write to us <a href='/letters'>by letter only</a> when you have seen something good.</p>",
    "header": '<header><p><a href="/w">What we are here for</a></p></header>',
    "one link": '<p><a href="/w">What we are here for</a></p>',
}


@pytest.mark.parametrize("name", JUNK)
def test_what_is_not_a_story_gives_no_teaser(name: str) -> None:
    assert read(f"<h1>The Pier Post</h1>{JUNK[name]}").teasers == ()


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("is_above", [True, False])
def test_what_is_not_a_story_gives_none_beside_a_plain_list(name: str, is_above: bool) -> None:
    rows = (
        '<ul><li><a href="/a">Pier reopens after it</a></li><li><a href="/b">Tram to the hill</a></li></ul>'
    )
    page = JUNK[name] + rows if is_above else rows + JUNK[name]
    headlines = [teaser.headline for teaser in read(f"<h1>The Pier Post</h1>{page}").teasers]
    assert headlines == ["Pier reopens after it", "Tram to the hill"]


def test_a_count_or_an_age_beside_a_story_is_no_excerpt() -> None:
    row = '<li><a href="L">H</a><p>4 comments</p><p>3 hours ago.</p><p>By Ann Otter</p></li>'
    assert {teaser.excerpt for teaser in read(plain(row, around="<ul>{}</ul>")).teasers} == {None}
