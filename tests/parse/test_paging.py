"""Where a listing goes on: told by rel, by words, by numbers; and what is no next page."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.parse import read
from crawler.parse.paging import next_page
from storage.records import Page, Source, TargetKind

HERE = "https://gazette.example/news/"


def following(markup: str, url: str = HERE) -> str | None:
    return next_page(LexborHTMLParser(f"<html><body>{markup}</body></html>"), url)


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="next" href="/news/page/2/">',
        '<a rel="nofollow next" href="page/2/">»</a>',
        '<a href="page/2/">Older posts</a>',
        '<a href="page/2/">&larr; Older Entries</a><a href="/other">Next</a>',
        '<a href="/news/page/2/">Next page »</a>',
        '<a href="/news/page/2/">下一页</a>',
        '<a href="/news/page/2/">다음</a>',
        '<a href="/news/page/2/" aria-label="Next page"><svg></svg></a>',
        '<span>1</span> <a href="/news/page/2/">2</a> <a href="/news/page/3/">3</a>',
    ],
)
def test_the_next_page_is_found(markup: str) -> None:
    assert following(markup) == "https://gazette.example/news/page/2/"


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://gazette.example/news/page/3/", "/news/page/4/"),
        ("https://gazette.example/news/?page=3", "/news/?page=4"),
        ("https://gazette.example/list-page-3.html", "/list-page-4.html"),
    ],
)
def test_the_number_after_the_page_in_hand_is_followed(url: str, href: str) -> None:
    number = '<a href="{}">{}</a>'
    others = (
        number.format(href.replace("4", "2"), 2)
        + number.format(href, 4)
        + number.format(href.replace("4", "9"), 9)
    )
    assert following(others, url) == f"https://gazette.example{href}"


@pytest.mark.parametrize(
    "markup",
    [
        "",
        '<a rel="prev" href="/news/page/1/">1</a>',
        '<a href="/news/page/2/">Newer posts</a>',
        '<a href="https://elsewhere.example/page/2/">Next</a>',
        '<a href="#more">Next</a>',
        '<a href="/news/#more">Next</a>',
        '<a href="/stories/2/">2</a>',  # no number of this listing's pages
        '<a href="javascript:void(0)">Next</a>',
        '<a href="/what-next">What the next harbour master will have to do</a>',
    ],
)
def test_what_is_no_next_page_is_not_followed(markup: str) -> None:
    assert following(markup) is None


def test_a_newspaper_of_kcna_watch_goes_on_in_fragments_while_they_have_rows() -> None:
    row = (
        '<div class="article-desc"><h4><a href="/newstream/1772500001-1/a/">Quay lamps lit again at last</a></h4>'
        '<p class="articled-date">March 03, 2026</p></div>'
    )
    first = "https://kcnawatch.org/article/12/"
    fragment = "https://kcnawatch.org/wp-admin/admin-ajax.php?action=get_cat_by_source&die=true&from={}&to=10&sort=&id=12"

    def after(url: str, body: str) -> str | None:
        page = Page(url, url, 200, (("content-type", "text/html"),), body.encode(), None)
        return read(page, Source("Watch"), TargetKind.LISTING).next_page

    assert after(first, f"<html><body>{row}</body></html>") == fragment.format(10)
    assert after(fragment.format(10), row) == fragment.format(20)
    assert after(fragment.format(20), "<p>No more of these are kept.</p>") is None
