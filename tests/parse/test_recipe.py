"""What a recipe may say beside plain selectors: layouts by date, keys by a function, paragraphs, stamps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crawler.parse import Reading, read, sites
from crawler.parse.recipe import Recipe
from storage.records import Page, Source, TargetKind

URL = "https://tansy-gazette.example/story/41-kites"
OLD = Recipe(
    name="tansy", hosts=("tansy-gazette.example",), headline="h1.old", body="div.text", rows="ul.old li"
)
NEW = replace(
    OLD, since=date(2030, 3, 1), headline="h1.new", body="main", paragraphs="p.text, li", rows="ol.new li"
)
OLD_PAGE = "<h1 class=old>Kites over Tansy</h1><div class=text><p>They flew all day.</p></div>"
NEW_PAGE = (
    "<h1 class=new>Kites over Tansy</h1><main><p>Advert</p><p class=text>They flew all night.</p></main>"
)


@pytest.fixture(autouse=True)
def _own_recipes() -> Iterator[None]:
    sites.add([OLD, NEW])
    yield
    sites.add([])


def reading(markup: str, day: datetime | None, kind: TargetKind | None = TargetKind.ARTICLE) -> Reading:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return read(Page(URL, URL, 200, headers, markup.encode(), day), Source("Tansy"), kind)


def text(markup: str, year: int | None) -> tuple[str, ...] | None:
    article = reading(markup, datetime(year, 6, 1, tzinfo=UTC) if year else None).article
    return article.paragraphs if article else None


@pytest.mark.parametrize("year", [2028, 2031, None])
def test_a_layout_is_read_whatever_day_its_page_was_saved_on(year: int | None) -> None:
    assert text(OLD_PAGE, year) == ("They flew all day.",)
    assert text(NEW_PAGE, year) == ("They flew all night.",)


@pytest.mark.parametrize(("year", "expected"), [(2028, "They flew all day."), (2031, "They flew all night.")])
def test_where_two_layouts_fit_the_day_of_capture_decides(year: int, expected: str) -> None:
    assert text(OLD_PAGE + NEW_PAGE, year) == (expected,)


def test_a_page_that_fits_no_layout_gives_no_article_and_names_the_selectors_of_its_day() -> None:
    found = reading("<h1>Kites</h1><p>They flew.</p>", datetime(2031, 1, 1, tzinfo=UTC))
    assert found.article is None
    assert found.missed == ("headline", "body", "paragraphs", "rows")


def test_an_article_without_the_headline_that_its_recipe_names_is_none() -> None:
    assert text(OLD_PAGE.replace("class=old", "class=older"), 2028) is None


def test_a_listing_is_read_by_the_layout_that_finds_rows() -> None:
    row = "<li><a href=/story/1>One kite</a></li>"
    for markup in (f"<ul class=old>{row}</ul>", f"<ol class=new>{row}</ol>"):
        listing = reading(markup, None, TargetKind.LISTING).listing
        assert listing is not None
        assert [teaser.headline for teaser in listing.teasers] == ["One kite"]


def test_a_paragraph_inside_a_paragraph_is_told_once() -> None:
    markup = NEW_PAGE.replace("</main>", "<li>One <p class=text>kite</p></li></main>")
    assert text(markup, 2031) == ("They flew all night.", "One kite")


def test_a_stamp_goes_before_the_words_around_it() -> None:
    sites.add([replace(OLD, published="time", modified="meta[name=edited]", byline="meta[name=author]")])
    head = (
        "<meta name=author content='Ilse Quarrel'><meta name=edited content='2031-05-02T10:00:00Z'>"
        "<time datetime='2031-05-01T09:00:00Z'>3 hours ago</time>"
    )
    article = reading(head + OLD_PAGE, None).article
    assert article is not None
    said = (article.byline, article.published, article.modified)
    assert said == ("Ilse Quarrel", "2031-05-01T09:00:00+00:00", "2031-05-02T10:00:00+00:00")


def test_a_key_can_be_read_by_a_function_and_else_by_the_expression() -> None:
    sites.add(
        [
            replace(
                OLD,
                read_key=lambda address: "seven" if "=7" in address else None,
                key=re.compile(r"/story/(\d+)"),
            )
        ]
    )
    assert sites.key_of("https://tansy-gazette.example/?n=7") == "tansy-gazette.example/seven"
    assert sites.key_of("https://tansy-gazette.example/story/9-x") == "tansy-gazette.example/9"
    assert sites.key_of("https://tansy-gazette.example/story/") == "tansy-gazette.example/story"


def test_a_recipe_of_ones_own_stands_in_for_ours_of_that_name_until_it_is_taken_away() -> None:
    sites.add([replace(OLD, name="kcnawatch")])
    assert sites.by_name("kcnawatch") == replace(OLD, name="kcnawatch")
    sites.add([])
    own = sites.by_name("kcnawatch")
    assert own is not None
    assert own.hosts == ("kcnawatch.org", "kcnawatch.co")


def test_a_row_that_fits_two_selectors_is_one_teaser() -> None:
    sites.add([replace(OLD, rows="li.a, li.b")])
    markup = "<ul><li class='a b'><a href=/story/1>One kite</a></li></ul>"
    listing = reading(markup, None, TargetKind.LISTING).listing
    assert listing is not None
    assert [teaser.headline for teaser in listing.teasers] == ["One kite"]


def test_a_row_can_be_a_link_whose_headline_is_a_part_of_it() -> None:
    sites.add([replace(OLD, rows="a.card", row_headline="h2")])
    markup = "<a class=card href=/story/1><h2>One kite</h2><p>It flew.</p></a>"
    found = reading(markup, None, TargetKind.LISTING)
    assert found.listing is not None
    assert [(t.headline, t.url) for t in found.listing.teasers] == [
        ("One kite", "https://tansy-gazette.example/story/1")
    ]
    assert found.missed == ()


def test_what_a_recipe_calls_volatile_is_no_text_also_within_a_paragraph() -> None:
    body = (
        "<h1 class=old>Kites over Tansy</h1><div class=text>"
        "<p>They flew all day<span class=now> (seen by 12)</span>.</p>"
        "<div class=shop><p>Buy kites <span class=now>now</span></p></div><p>Nobody fell.</p></div>"
    )
    sites.add([replace(OLD, volatile="span.now, div.shop")])
    assert text(body, 2028) == ("They flew all day.", "Nobody fell.")
    sites.add([OLD])
    assert text(body, 2028) == ("They flew all day (seen by 12).", "Buy kites now", "Nobody fell.")


def test_what_only_counts_is_no_text_of_a_recipe_either() -> None:
    counted = OLD_PAGE.replace("<p>", "<p>1,204 views</p><p>5 min read</p><p>")
    assert text(counted, 2028) == ("They flew all day.",)
