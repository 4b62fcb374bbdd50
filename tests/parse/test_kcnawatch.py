"""The recipe of KCNA Watch: each page in tests/sites/kcnawatch gives what the JSON beside it says."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.parse import Reading, read
from crawler.parse.sites import key_of
from storage.jsonl import to_json
from storage.records import Article, Listing, Page, Source, TargetKind

PAGES = Path(__file__).parent.parent / "sites" / "kcnawatch"
COURIER = Source("Sorrel Courier", recipe="kcnawatch")
ADDRESS = "https://kcnawatch.org/newstream/1935273600-860/kite-makers/"


def page(body: str | bytes, url: str = ADDRESS, status: int = 200) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Page(url, url, status, headers, raw, datetime(2031, 5, 4, 9, tzinfo=UTC))


def saved(name: str, url: str = ADDRESS) -> Page:
    return page((PAGES / f"{name}.html").read_bytes(), url)


def article_of(reading: Reading) -> Article:
    assert reading.obstacle is None
    assert reading.article is not None
    return reading.article


def listing_of(reading: Reading) -> Listing:
    assert reading.obstacle is None
    assert reading.listing is not None
    return reading.listing


def said(reading: Reading) -> dict[str, object]:
    return {
        "article": to_json(reading.article) if reading.article else None,
        "listing": to_json(reading.listing) if reading.listing else None,
        "obstacle": reading.obstacle,
    }


@pytest.mark.parametrize("name", sorted(file.stem for file in PAGES.glob("*.html")))
def test_a_saved_page_gives_what_stands_beside_it(name: str) -> None:
    expected = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    assert said(read(saved(name), COURIER)) == expected


@pytest.mark.parametrize("name", ["article", "article_without_classes"])
def test_the_day_in_the_header_is_no_part_of_an_article(name: str) -> None:
    before = article_of(read(saved(name), COURIER, TargetKind.ARTICLE))
    markup = (PAGES / f"{name}.html").read_text("utf-8")
    later = markup.replace("May 04, 2031", "June 19, 2031").replace(
        "March 09, 2031Mar 09", "June 19, 2031Jun 19"
    )
    assert later != markup
    assert article_of(read(page(later), COURIER, TargetKind.ARTICLE)) == before


def test_the_block_of_teasers_is_no_part_of_an_article() -> None:
    before = article_of(read(saved("article"), COURIER, TargetKind.ARTICLE))
    markup = (PAGES / "article.html").read_text("utf-8")
    start, end = markup.index('<div class="more-from">'), markup.index('<h3><a href="/article/4/">')
    assert article_of(read(page(markup[:start] + markup[end:]), COURIER, TargetKind.ARTICLE)) == before


def test_a_block_inside_the_body_element_is_still_no_part_of_the_article() -> None:
    markup = (PAGES / "article.html").read_text("utf-8")
    start, end = markup.index('<div class="more-from">'), markup.index('<h3><a href="/article/4/">')
    block = markup[start:end]
    moved = markup.replace(block, "").replace("-0-</p>\n</div>", f"-0-</p>{block}</div>")
    before = read(saved("article"), COURIER, TargetKind.ARTICLE)
    after = read(page(moved), COURIER, TargetKind.ARTICLE)
    assert article_of(after).paragraphs == article_of(before).paragraphs
    assert listing_of(after).teasers == listing_of(before).teasers


def test_an_article_keeps_its_teasers_apart_as_a_listing() -> None:
    reading = read(saved("article"), COURIER, TargetKind.ARTICLE)
    assert len(listing_of(reading).teasers) == 3


def test_a_listing_gives_no_article() -> None:
    reading = read(saved("article"), COURIER, TargetKind.LISTING)
    assert reading.article is None
    assert len(listing_of(reading).teasers) == 3


def test_a_page_without_a_configured_source_takes_the_name_it_prints() -> None:
    assert article_of(read(saved("article", ""), Source(""))).source == "Sorrel Courier"
    assert listing_of(read(saved("article", ""), Source(""))).source == "Sorrel Courier"


def test_a_page_without_address_is_known_by_its_markup() -> None:
    reading = read(saved("article", ""), Source("Sorrel Courier"))
    assert article_of(reading).published == "2031-05-02"
    assert article_of(reading).url is None


def test_an_article_without_date_line_takes_the_korean_day_of_its_key() -> None:
    late = "https://kcnawatch.org/newstream/1935327600-9/lanterns"  # 15:00 UTC on April 30: May 1 in Korea
    assert article_of(read(saved("article_without_date", late), COURIER)).published == "2031-05-01"


def test_the_date_line_is_day_first_whatever_the_source_says() -> None:
    markup = '<p>Date: 03/04/2031 | Source: X</p><div class="article-content"><p>Snow fell.</p></div>'
    assert article_of(read(page(markup), COURIER)).published == "2031-04-03"


def test_a_members_form_that_we_are_led_to_is_a_wall() -> None:
    form = page("<h1>Free membership</h1><p>Sign up.</p>", "https://kcnawatch.org/free-member-form/?r=1")
    assert read(form, COURIER, TargetKind.ARTICLE) == Reading(obstacle="members' wall")


def test_a_page_that_answers_an_article_with_a_listing_has_no_article() -> None:
    reading = read(saved("listing"), COURIER, TargetKind.ARTICLE)
    assert reading.article is None


def test_line_breaks_part_the_paragraphs_of_a_body_without_any() -> None:
    markup = '<p>Date: 03/04/2031</p><div class="article-content">Snow fell.<br>It melted.<br>It froze.</div>'
    assert article_of(read(page(markup), COURIER)).paragraphs == ("Snow fell.", "It melted.", "It froze.")


def test_a_date_may_stand_beside_other_words_in_its_element() -> None:
    row = '<div class="article-desc"><h4><a href="/newstream/1935273600-1/a">Bees</a></h4>{}</div>'
    date = '<p class="articled-date"><i>Posted</i> <span>May 03, 2031</span> | Sorrel Courier</p>'
    found = listing_of(read(page(row.format(date)), COURIER, TargetKind.LISTING)).teasers
    assert [(teaser.headline, teaser.excerpt, teaser.date) for teaser in found] == [
        ("Bees", None, "2031-05-03")
    ]


def test_a_key_outlives_its_slug() -> None:
    expected = "kcnawatch.org/1396423980-1027"
    assert key_of("https://kcnawatch.org/newstream/1396423980-1027/laws/space-development-law/") == expected
    assert key_of("http://www.kcnawatch.org/newstream/1396423980-1027") == expected
    assert (
        key_of("https://kcnawatch.org/newstream/1396423980-1027/%ec%a1%b0%ec%84%a0?utm_source=x#a")
        == expected
    )
    assert key_of(expected) == expected


def test_a_recipe_by_name_finds_the_key_on_any_host() -> None:
    url = "http://127.0.0.1:8700/newstream/1396423980-1027/slug/"
    assert key_of(url, "kcnawatch") == "127.0.0.1:8700/1396423980-1027"
    assert key_of(url) == "127.0.0.1:8700/newstream/1396423980-1027/slug"


def test_an_address_without_a_key_is_its_canonical_form() -> None:
    assert key_of("https://kcnawatch.org/article/4/") == "kcnawatch.org/article/4"
    assert (
        key_of("https://kcnawatch.org/newstream/1396423980-1027x/")
        == "kcnawatch.org/newstream/1396423980-1027x"
    )


def test_a_paragraph_of_nothing_but_end_marks_is_soon_done_with() -> None:
    markup = f'<div class="article-content"><p>Snow fell.</p><p>{"-0- " * 300_000}</p></div>'
    start = time.monotonic()
    read(page(markup), COURIER)
    assert time.monotonic() - start < 5
