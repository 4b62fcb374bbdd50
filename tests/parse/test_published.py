"""When a story was published, by all that its page holds."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.compare.fingerprint import exact, sight
from crawler.parse.article import read_article
from storage.jsonl import from_json, to_json
from storage.records import Article, DateOrder, Origin, Source

SEEN = datetime(2026, 1, 31, 12, tzinfo=UTC)
STORY = "".join(
    f"<p>The harbour master counted {word} boats at the northern pier before the ice closed the bay again.</p>"
    for word in ("eleven", "twelve", "thirteen", "forty", "fifty")
)


def page(above: str = "", below: str = "", *, head: str = "", after: str = "", lang: str = "en") -> str:
    return (
        f'<html lang="{lang}"><head><title>Boats at the pier</title>{head}</head><body><main>{above}'
        f"<h1>Boats at the pier</h1>{below}{STORY}{after}</main></body></html>"
    )


def read(
    html: str,
    *,
    url: str = "https://gazette.example/boats",
    order: DateOrder | None = None,
    seen: datetime | None = SEEN,
) -> Article:
    source = Source(name="Gazette", date_order=order)
    article = read_article(LexborHTMLParser(html), url, source, seen)
    assert article is not None
    return article


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({"head": ld('{"@type":"NewsArticle","datePublished":"2026-01-20"}')}, "2026-01-20"),
        ({"head": ld('{"@graph":[{"@type":"WebPage","datePublished":"2026-01-20"}]}')}, "2026-01-20"),
        ({"head": ld('{"@type":"Recipe","name":"Soup","datePublished":"2026-01-20"}')}, "2026-01-20"),
        (
            {"head": ld('{"@type":"Article","headline":"Bro"ken","datePublished":"2026-01-20",}')},
            "2026-01-20",
        ),
        ({"head": '<meta name="DC:Date" content="2026-01-20">'}, "2026-01-20"),
        ({"head": '<meta name="publish_date" content="20 January 2026">'}, "2026-01-20"),
        ({"head": '<meta property="article:published" content="2026-01-20">'}, "2026-01-20"),
        ({"below": '<span itemprop="datePublished" content="2026-01-20">Tuesday</span>'}, "2026-01-20"),
        ({"below": '<span property="schema:datePublished" content="2026-01-20"></span>'}, "2026-01-20"),
        ({"below": '<abbr class="published" title="2026-01-20">Tuesday</abbr>'}, "2026-01-20"),
        ({"below": '<ul><li><time datetime="2026-01-20">Tuesday</time></li></ul>'}, "2026-01-20"),
        (
            {"after": '<footer class="entry-footer"><time datetime="2026-01-20"></time></footer>'},
            "2026-01-20",
        ),
        ({"below": '<p class="entry-date">20 January 2026</p>'}, "2026-01-20"),
        ({"above": '<p class="date">20.01.2026</p>', "lang": "de"}, "2026-01-20"),
        ({"below": "<p>Veröffentlicht am 20. Januar 2026 von Ada Brenner</p>", "lang": "de"}, "2026-01-20"),
        ({"below": "<p>Updated: 21 January 2026</p><p>Posted: 20 January 2026</p>"}, "2026-01-20"),
        ({"below": "<p>Updated: 21 January 2026 | Published: 20 January 2026</p>"}, "2026-01-20"),
        ({"below": "<p>입력 2026.01.20. 10:30 수정 2026.01.21. 08:00</p>", "lang": "ko"}, "2026-01-20"),
        ({"below": "<p>Uppdaterad 21 januari 2026. Publicerad 20 januari 2026</p>"}, "2026-01-20"),
        ({"after": '<p class="posted">Posted on 20 January 2026</p>'}, "2026-01-20"),
    ],
)
def test_a_date_is_found_wherever_a_page_holds_it(parts: dict[str, str], day: str) -> None:
    article = read(page(**parts))
    assert ((article.published or "")[:10], article.published_note) == (day, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://gazette.example/2026/01/20/boats",
        "https://gazette.example/20260120-boats",
        "https://gazette.example/boats-2026-01-20.html",
        "https://gazette.example/news/20-01-2026",
        "https://gazette.example/2026/1/20/boats",
        "https://web.archive.org/web/20260125101010/http://gazette.example/2026/01/20/boats",
    ],
)
def test_the_day_in_an_address_is_the_storys(url: str) -> None:
    assert read(page(), url=url).published == "2026-01-20"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"after": "<p>© 20.01.2026 The Gazette. All rights reserved.</p>"},
        {"after": '<section class="comments"><p>Jon, 20 January 2026: well counted</p></section>'},
        {"above": '<p class="date">Saturday, 31 January 2026</p>'},
        {"below": '<p class="date">12 January 1871</p>'},
        {"below": '<p class="date">20 January 2031</p>'},
        {"head": '<meta name="date" content="2031-01-20">'},
    ],
)
def test_what_is_not_the_storys_date_is_no_sure_one(parts: dict[str, str]) -> None:
    article = read(page(**parts))
    assert article.published is None or article.published_note is not None


def test_without_a_capture_time_no_date_is_too_late() -> None:
    assert read(page(below='<p class="date">20 January 2031</p>'), seen=None).published == "2031-01-20"


def test_a_date_a_time_zone_ahead_of_the_capture_is_believed() -> None:
    assert read(page(below='<p class="date">1 February 2026</p>')).published == "2026-02-01"


@pytest.mark.parametrize(
    ("parts", "published", "note"),
    [
        ({"below": "<p>3 hours ago</p>"}, "2026-01-31", "counted back from the capture"),
        ({"below": "<p>vor 2 Tagen</p>", "lang": "de"}, "2026-01-29", "counted back from the capture"),
        (
            {"below": "<p>Sorrel Bay, January 20 (GNA) The bay is closed.</p>"},
            "2026-01-20",
            "counted back from the capture",
        ),
        ({"after": "<p>Last modified: 20 January 2026</p>"}, "2026-01-20", "of the last update"),
        (
            {"head": '<meta property="og:updated_time" content="2026-01-20">'},
            "2026-01-20",
            "of the last update",
        ),
    ],
)
def test_a_doubtful_date_says_why(parts: dict[str, str], published: str, note: str) -> None:
    article = read(page(**parts))
    assert (article.published, article.published_note) == (published, note)


OTHER = "printed on the page, perhaps of something else"


@pytest.mark.parametrize(
    "parts",
    [
        {"head": '<script>var page = {"publishedAt": "2026-01-20"}</script>'},
        {"after": '<h2>More of the harbour</h2><p><time datetime="2026-01-20">Tuesday</time> Ferries</p>'},
        {"after": '<div data-published="2026-01-20"></div>'},
        {"after": f"{STORY * 5}<p>20 January 2026, the northern pier</p>"},
        {"head": "<title>Boats | 20.01.2026</title>"},
    ],
)
def test_a_date_that_may_be_of_another_story_is_doubtful(parts: dict[str, str]) -> None:
    article = read(page(**parts).replace("<title>Boats at the pier</title>", ""))
    assert (article.published, article.published_note) == ("2026-01-20", OTHER)


def test_a_sure_date_goes_before_a_doubtful_one() -> None:
    html = page(
        head='<meta property="og:updated_time" content="2026-01-25">',
        after="<footer><p>Last edited 26 January 2026</p></footer>",
    )
    assert read(html, url="https://gazette.example/2026/01/20/boats").published == "2026-01-20"
    assert read(html).published_note == "of the last update"


def test_a_doubtful_date_is_never_compared_and_never_stored() -> None:
    monday, tuesday = (read(page(below="<p>3 hours ago</p>"), seen=SEEN.replace(day=day)) for day in (26, 27))
    stored = sight(monday, Origin.CRAWL)
    assert (monday.published, tuesday.published) == ("2026-01-26", "2026-01-27")
    assert exact(monday) == exact(tuesday)
    assert stored.digest == sight(tuesday, Origin.CRAWL).digest
    assert stored.observation == replace(monday, published=None, published_note=None)


AMBIGUOUS = '<p class="date">01/08/2025</p>'


def test_an_all_digit_date_follows_the_setting_of_its_source() -> None:
    assert read(page(below=AMBIGUOUS), order=DateOrder.MDY).published == "2025-01-08"
    assert read(page(below=AMBIGUOUS, lang="en-US"), order=DateOrder.DMY).published == "2025-08-01"


@pytest.mark.parametrize(
    ("parts", "url", "day"),
    [
        ({"after": "<p>Next: 01/31/2026</p>"}, "https://gazette.example/boats", "2025-01-08"),
        ({"after": "<p>Next: 31/01/2026</p>"}, "https://gazette.example/boats", "2025-08-01"),
        ({"lang": "en-US"}, "https://gazette.example/boats", "2025-01-08"),
        ({"lang": "en-GB"}, "https://gazette.example/boats", "2025-08-01"),
        ({"lang": "fr"}, "https://gazette.example/boats", "2025-08-01"),
        ({}, "https://gazette.uk/boats", "2025-08-01"),
        ({}, "https://gazette.example/en-us/boats", "2025-01-08"),
        (
            {"head": '<meta name="last-modified" content="2025-01-08">'},
            "https://gazette.example/boats",
            "2025-01-08",
        ),
    ],
)
def test_an_all_digit_date_follows_the_evidence_of_its_page(
    parts: dict[str, str], url: str, day: str
) -> None:
    assert read(page(below=AMBIGUOUS, **parts), url=url).published == day


def test_an_all_digit_date_without_any_evidence_is_left_open() -> None:
    article = read(page(below=AMBIGUOUS))
    assert (article.published, article.published_note) == (None, "day or month first: 01/08/2025")


def test_of_two_readings_the_one_after_the_capture_is_out() -> None:
    assert read(page(below='<p class="date">03/01/2026</p>')).published == "2026-01-03"


def test_a_stamp_in_utc_is_put_in_the_zone_in_which_the_page_shows_it() -> None:
    head = '<meta property="article:published_time" content="2026-01-20T02:30:00Z">'
    assert (
        read(page(below="<p>19 January 2026, 22:30</p>", head=head)).published == "2026-01-19T22:30:00-04:00"
    )
    assert read(page(below="<p>19 January 2026</p>", head=head)).published == "2026-01-19T23:30:00-03:00"
    assert read(page(below="<p>20 January 2026</p>", head=head)).published == "2026-01-20T02:30:00+00:00"


@pytest.mark.parametrize(
    "piece", ["<p>1/8/2026 ", "<time>", "<p class=date>3 hours ", "<li>2026-", "<script>date='"]
)
def test_a_hostile_page_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    read(page(after=piece * 20_000))
    assert time.perf_counter() - started < 5


def test_the_note_goes_with_the_date_through_the_interchange_format() -> None:
    article = read(page(below="<p>3 hours ago</p>"))
    assert to_json(article)["published_note"] == "counted back from the capture"
    assert from_json(to_json(article), needs_time=False) == article
