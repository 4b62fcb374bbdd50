"""The generic article parser: what is the story, and what is not."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.parse import metadata
from crawler.parse.article import read_article
from storage.records import Article, DateOrder, Source

PAGES = Path(__file__).parent / "pages"
SOURCE = Source(name="Harbour Gazette", date_order=DateOrder.DMY)
URL = "https://gazette.example/news/ferry-line-opens-winter-timetable-20417"
MODERN = (PAGES / "modern.html").read_text(encoding="utf-8")


def read(html: str, url: str | None = URL) -> Article | None:
    return read_article(LexborHTMLParser(html), url, SOURCE)


def story(html: str) -> Article:
    article = read(html)
    assert article is not None
    return article


@pytest.mark.parametrize("stem", ["modern", "tables", "korean"])
def test_a_page_gives_its_story_and_nothing_else(stem: str) -> None:
    expected = json.loads((PAGES / f"{stem}.json").read_text(encoding="utf-8"))
    article = asdict(story((PAGES / f"{stem}.html").read_text(encoding="utf-8")))
    assert {**article, "paragraphs": list(article["paragraphs"])} == {
        "source": "Harbour Gazette",
        "url": URL,
        "captured_at": None,
        "source_line": None,
        "redirected_from": None,
        "original": None,
        "published_note": None,
        **expected,
    }


def test_a_front_page_is_no_article() -> None:
    assert read((PAGES / "front.html").read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>Not found.</p>",
        "<title>A title alone</title><h1>A title alone</h1>",
        "<ul>" + "<li><a href=/x>A link to some other page of this site</a></li>" * 50 + "</ul>",
    ],
)
def test_a_page_with_too_little_text_is_no_article(html: str) -> None:
    assert read(html) is None


FURNITURE = {
    "the day's date": ("Tuesday, 20 January 2026", "Wednesday, 4 February 2026"),
    "an advert": ("Order a warm coat today and pay for it in spring", "Buy two umbrellas and get a third"),
    "a share count": (">214<", ">3,991<"),
    "the most read": ("</ol></section>", '<li><a href="/2">Buoy drifts ashore</a></li></ol></section>'),
    "related stories": ("</aside>", 9 * "<p>The council met about the lighthouse.</p>" + "</aside>"),
    "comments": ("</section>\n</main>", 99 * "<p>I for one am glad of it.</p>" + "</section></main>"),
    "a cookie text": ("We and our partners store cookies", "With 812 partners we would store many cookies"),
    "a caption": ("in a light snowfall on Thursday morning", "in fog"),
    "the footer": ("Reproduction of any text needs our written leave.", "Printed on paper. " * 30),
    "the navigation": ('<li><a href="/sport">Sport</a></li>', '<li><a href="/tides">Tides</a></li>' * 40),
    "the author's box": ("since she left the sea", "for nineteen years, and before that for the Island Post"),
}  # fmt: skip


@pytest.mark.parametrize("what", FURNITURE)
def test_page_furniture_may_change_without_changing_the_story(what: str) -> None:
    before, after = FURNITURE[what]
    assert MODERN.count(before) == 1
    assert story(MODERN.replace(before, after)) == story(MODERN)


def test_a_short_story_is_not_outgrown_by_the_stories_beside_it() -> None:
    start, end = MODERN.index("<p>Until now"), MODERN.index("<p>The council pays")
    short = MODERN[:start] + MODERN[end:]
    teasers = (
        "<p>The council met about the lighthouse once more, and the paint is still as wet as it was.</p>" * 40
    )
    assert story(short.replace("</aside>", f"{teasers}</aside>")) == story(short)
    assert len(story(short).paragraphs) == 3


def test_every_word_of_the_story_matters() -> None:
    paragraph = "The council pays a third of the costs in the first year."
    edited = story(MODERN.replace("a third of the costs", "a quarter of the costs"))
    assert edited.paragraphs == (*story(MODERN).paragraphs[:-1], paragraph.replace("third", "quarter"))


def test_a_date_and_a_byline_that_are_only_shown_are_found() -> None:
    bare = MODERN.replace("ld+json", "nothing")
    assert (story(bare).published, story(bare).byline) == (
        "2026-01-31T09:00:00+01:00",
        "Ada Brenner and Jon Ray",
    )


UNDATED = (
    MODERN.replace("ld+json", "nothing")
    .replace("datePublished", "hour")
    .replace("<time", "<span")
    .replace("31 January</time>", "</span>")
)


def test_a_date_above_the_headline_is_not_surely_the_storys() -> None:
    article = story(UNDATED)
    assert (article.published, article.published_note is None) == ("2026-01-20", False)


def test_the_date_of_last_resort_is_in_the_address() -> None:
    article = read(UNDATED, "https://gazette.example/2026/01/30/ferry")
    assert article is not None
    assert article.published == "2026-01-30"


def test_a_headline_shown_beats_the_one_claimed_with_the_sites_name() -> None:
    page = MODERN.replace(
        'content="Ferry line opens a winter timetable"',
        'content="Ferry line opens a winter timetable - Gazette"',
    )
    assert story(page).headline == "Ferry line opens a winter timetable"


def test_a_logo_in_a_heading_is_no_headline() -> None:
    page = MODERN.replace('<img alt="logo">', "<h1>Harbour Gazette</h1>")
    assert story(page).headline == "Ferry line opens a winter timetable"


def test_without_a_heading_the_claim_is_the_headline_without_the_sites_name() -> None:
    page = MODERN.replace("h1>", "b>").replace(
        'og:title" content="Ferry line opens a winter timetable',
        'og:title" content="Ferries | Harbour Gazette',
    )
    assert story(page.replace("ld+json", "nothing")).headline == "Ferries"


def test_what_looks_like_furniture_but_holds_the_story_is_the_story() -> None:
    page = MODERN.replace('class="article-body"', 'class="sidebar-left widget"').replace(
        'class="post"', 'class="gallery"'
    )
    assert story(page).paragraphs[1:] == story(MODERN).paragraphs[1:]


def test_a_story_that_is_only_claimed_is_taken_from_the_claim() -> None:
    body = (
        "The story stands in the claim alone, in full. " * 4
        + "\\n"
        + "It has a second paragraph, too, as stories do. " * 3
    )
    claim = f'{{"@type":"NewsArticle","headline":"Claimed","articleBody":"{body}"}}'
    page = f'<h1>x</h1><script type="application/ld+json">{claim}</script>'
    assert len(story(page).paragraphs) == 2


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type":"NewsArticle","headline":"A","datePublished":"2026-01-31",}',
        '{"@type":"NewsArticle","headline":"A\nB","datePublished":"2026-01-31"}',
        '<!-- {"@type":"NewsArticle","headline":"A","datePublished":"2026-01-31"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"A","datePublished":"2026-01-31"}\n//]]>',
        '[[{"@type":["Thing","NewsArticle"],"headline":["A"],"datePublished":"2026-01-31"}]]',
        '{"@type":"NewsArticle","headline":"A","datePublished":"2026-01-31","x":"un"quoted"}',
        '{"@type":"WebPage","mainEntity":{"@type":"Article","datePublished":"2026-01-31"}}',
    ],
)
def test_broken_json_ld_is_read_as_far_as_it_goes(broken: str) -> None:
    tree = LexborHTMLParser(f'<script type="application/ld+json">{broken}</script>')
    assert metadata.read_metadata(tree, URL, SOURCE).published == "2026-01-31"


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"headline":' + "9" * 100_000 + "}",
        "null",
        '"x"',
        "[null,1,[]]",
        '{"@type":{}}',
    ],
)
def test_hostile_json_ld_says_nothing_and_breaks_nothing(hostile: str) -> None:
    tree = LexborHTMLParser(f'<script type="application/ld+json">{hostile}</script>')
    assert metadata.read_metadata(tree, URL, SOURCE) == metadata.Metadata()


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="/a?x=1">', "https://gazette.example/a?x=1"),
        ('<link rel="CANONICAL alternate" href="https://gazette.example/b">', "https://gazette.example/b"),
        ('<meta property="og:url" content="https://gazette.example/c">', "https://gazette.example/c"),
        ('<link rel="canonical" href="https://gazette.example/">', None),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ('<link rel="canonical" href="http://[bad">', None),
        ('<link rel="canonical">', None),
    ],
)
def test_a_page_names_its_own_address(head: str, canonical: str | None) -> None:
    assert metadata.canonical(LexborHTMLParser(f"<head>{head}</head>"), URL) == canonical


def test_a_saved_page_without_an_address_names_its_own() -> None:
    tree = LexborHTMLParser('<link rel="canonical" href="https://gazette.example/a">')
    assert metadata.canonical(tree, None) == "https://gazette.example/a"


def test_the_tree_is_left_as_it_was() -> None:
    tree = LexborHTMLParser(MODERN)
    before = tree.html
    read_article(tree, URL, SOURCE)
    assert tree.html == before


@pytest.mark.parametrize(
    "piece",
    [
        "<p>word ",
        "<a href=/a-b-c-d>some link text here</a>",
        "<span class=date>1</span>",
        "x<br>",
        "x <i id=a>y</i> ",
        "<h1>abc ",
        "<b>",
        "<time>1",
        "<p>Related stories</p>",
    ],
)
def test_hostile_repetition_ends(piece: str) -> None:
    tree = LexborHTMLParser("<body>" + piece * 20_000)
    started = time.perf_counter()
    read_article(tree, URL, SOURCE)
    assert time.perf_counter() - started < 5


def test_deep_nesting_is_not_followed_to_the_ground() -> None:
    assert read("<div>" * 3_000 + "<p>deep</p>") is None


_TAGS = st.sampled_from(
    [
        "div",
        "p",
        "h1",
        "h2",
        "ul",
        "li",
        "a",
        "span",
        "b",
        "br",
        "table",
        "td",
        "article",
        "aside",
        "time",
        "figure",
        "blockquote",
    ]
)
_MARKUP = st.lists(
    st.one_of(_TAGS.map("<{}>".format), _TAGS.map("</{}>".format), st.text(max_size=40)), max_size=60
)


@settings(max_examples=150, deadline=None)
@given(_MARKUP)
def test_no_page_breaks_the_parser(pieces: list[Any]) -> None:
    read("".join(pieces) + "<p>" + "A sentence that makes a story of it all. " * 5)
