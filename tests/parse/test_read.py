"""Reading a page: which reader it is for, what stands in the way, and what may be stored of it."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parse import Reading, read, sites
from crawler.parse.encoding import decode
from crawler.parse.obstacles import is_block
from storage.jsonl import from_json, to_json
from storage.records import Article, Listing, Page, Source, TargetKind

AT = datetime(2031, 5, 4, 9, tzinfo=UTC)
COURIER = Source("Sorrel Courier", listings=("https://courier.example/",))
URL = "https://courier.example/2031/05/kite-makers-open-winter-school"
PARAGRAPHS = (
    "The kite makers of Sorrel Bay have opened a winter school in the old net loft above the harbour.",
    "Eighteen pupils enrolled on the first morning; the youngest is nine and the oldest is eighty-one.",
    "Lessons go on until the March winds, when what was built will be flown from the western cliffs.",
)
STORY = (
    "<html><head><title>Kite makers open winter school</title></head><body><article>"
    "<h1>Kite makers open winter school</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    + "</article></body></html>"
)
FRONT = (
    "<html><head><title>Sorrel Courier</title></head><body><main>"
    + "".join(
        f'<article><h2><a href="/2031/05/story-number-{n}-of-the-day">Story number {n} of this day</a></h2>'
        f"<p>What happened in story number {n} is told here in a line or two of running text.</p></article>"
        for n in range(9)
    )
    + "</main></body></html>"
)
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Sorrel Courier</title>'
    "<item><title>Bees &amp; kites</title><link>https://courier.example/1</link></item></channel></rss>"
)
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>https://courier.example/1</loc></url></urlset>"
)


def page(
    body: str | bytes,
    content_type: str | None = "text/html; charset=utf-8",
    *,
    url: str = URL,
    asked: str | None = None,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    kind = (("Content-Type", content_type),) if content_type else ()
    return Page(asked or url, url, status, (*kind, *headers), raw, AT)


def article(reading: Reading) -> Article:
    assert reading.article is not None
    return reading.article


def listing(reading: Reading) -> Listing:
    assert reading.listing is not None
    return reading.listing


# ---------------------------------------------------------------- which reader


def test_an_article_of_an_unknown_site_is_read_by_its_signs() -> None:
    reading = read(page(STORY), COURIER, TargetKind.ARTICLE)
    assert article(reading).paragraphs == PARAGRAPHS
    assert (reading.listing, reading.obstacle) == (None, None)


def test_a_listing_of_an_unknown_site_is_read_by_its_signs() -> None:
    reading = read(page(FRONT), COURIER, TargetKind.LISTING)
    assert len(listing(reading).teasers) == 9
    assert reading.article is None


def test_what_is_read_is_dated_and_addressed_by_the_page() -> None:
    found = article(read(page(STORY), COURIER, TargetKind.ARTICLE))
    assert (found.source, found.url, found.captured_at) == ("Sorrel Courier", URL, AT)
    found_listing = listing(read(page(FRONT), COURIER, TargetKind.LISTING))
    assert (found_listing.source, found_listing.url, found_listing.captured_at) == ("Sorrel Courier", URL, AT)


@pytest.mark.parametrize(("body", "is_article"), [(STORY, True), (FRONT, False)])
def test_a_saved_page_is_what_it_turns_out_to_be(body: str, is_article: bool) -> None:
    reading = read(page(body), COURIER)
    assert (reading.article is not None, reading.listing is not None) == (is_article, not is_article)


@pytest.mark.parametrize("kind", [TargetKind.FEED, TargetKind.LISTING, None])
@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/html", "text/plain", None])
def test_a_feed_is_known_by_its_content(kind: TargetKind | None, content_type: str | None) -> None:
    found = listing(read(page(RSS, content_type), COURIER, kind))
    assert [(t.url, t.headline) for t in found.teasers] == [("https://courier.example/1", "Bees & kites")]


def test_a_json_feed_is_known_by_its_content() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "https://courier.example/1"}]}
    found = listing(read(page(json.dumps(feed), "application/json"), COURIER, TargetKind.LISTING))
    assert [teaser.url for teaser in found.teasers] == ["https://courier.example/1"]


@pytest.mark.parametrize("body", [SITEMAP.encode(), gzip.compress(SITEMAP.encode(), mtime=0)])
def test_a_sitemap_is_read_as_one(body: bytes) -> None:
    found = listing(read(page(body, "application/octet-stream"), COURIER, TargetKind.SITEMAP))
    assert [teaser.url for teaser in found.teasers] == ["https://courier.example/1"]


def test_markup_inside_json_is_a_listing() -> None:
    body = json.dumps({"data": [FRONT]})
    assert len(listing(read(page(body, "application/json"), COURIER, TargetKind.LISTING)).teasers) == 9


BARE = {
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Crates are counted again</title>'
    '<link href="https://courier.example/1"/></entry></feed>',
    "rss": '<rss version="2.0"><channel><item><title>Crates are counted again</title>'
    "<link>https://courier.example/1</link></item></channel></rss>",
    "sitemap": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>https://courier.example/1</loc></url></urlset>",
}


@pytest.mark.parametrize("body", BARE.values(), ids=BARE)
@pytest.mark.parametrize("kind", [None, TargetKind.LISTING])
def test_a_feed_without_a_prologue_is_known_by_its_root(body: str, kind: TargetKind | None) -> None:
    found = listing(read(page(body, "text/xml"), COURIER, kind))
    assert [teaser.url for teaser in found.teasers] == ["https://courier.example/1"]


def story_of(number: int, **more: object) -> dict[str, object]:
    return {
        "title": f"The board counts {number} crates again",
        "url": f"/2026/03/{number}/crates-again",
        **more,
    }


JSON_LISTINGS = [
    [story_of(1), story_of(2), story_of(3)],
    {
        "data": {"items": [story_of(1, author={"name": "Ada", "url": "/ada"}), story_of(2), story_of(3)]},
        "total": 3,
    },
    [
        {
            "id": n,
            "date": f"2026-03-0{n}T08:00:00",
            "link": f"https://courier.example/2026/03/{n}/crates-again",
            "title": {"rendered": f"The board counts {n} crates again"},
            "content": {"rendered": "<p>It was cold.</p><p><a href=/x>And it rained</a>, they say.</p>"},
        }
        for n in (1, 2, 3)
    ],
]


@pytest.mark.parametrize("answer", JSON_LISTINGS)
def test_stories_told_as_json_are_a_listing(answer: object) -> None:
    found = listing(read(page(json.dumps(answer), "application/json"), COURIER, TargetKind.LISTING))
    assert [(teaser.url, teaser.headline) for teaser in found.teasers] == [
        (f"https://courier.example/2026/03/{n}/crates-again", f"The board counts {n} crates again")
        for n in (1, 2, 3)
    ]


def test_a_story_told_as_json_has_its_excerpt_and_day_and_no_markup_of_its_own() -> None:
    told = [
        story_of(n, summary="<b>Cold</b> &amp; wet was the morning on which they began to count.")
        for n in (1, 2)
    ]
    told[0]["publishedAt"] = "2026-03-04T08:00:00Z"
    told[1]["title"] = "<script>alert(1)</script> Two crates are left on the quay"
    first, second = listing(
        read(page(json.dumps(told), "application/json"), COURIER, TargetKind.LISTING)
    ).teasers
    assert (first.excerpt, first.date) == (
        "Cold & wet was the morning on which they began to count.",
        "2026-03-04T08:00:00+00:00",
    )
    assert second.headline == "alert(1) Two crates are left on the quay"


@pytest.mark.parametrize(
    "answer", [{"title": "A", "url": "/a"}, [{"title": "A"}] * 3, [[[[1]]]], {"url": [1, 2]}, []]
)
def test_json_that_lists_no_stories_is_no_listing(answer: object) -> None:
    reading = read(page(json.dumps(answer), "application/json"), COURIER, TargetKind.LISTING)
    assert (reading.listing, reading.obstacle) == (None, "not HTML: application/json")


def test_a_recipe_on_request_is_found_by_its_name_alone() -> None:
    assert sites.for_url("https://www.bbc.com/news/articles/c1") is None
    asked = sites.for_url("https://a.example/", "bbc")
    assert asked is not None
    assert asked.name == "bbc"


def test_a_recipe_is_found_by_name_by_host_and_by_markup() -> None:
    body = (
        "<h1>A</h1><p>Date: 02/05/2031 | Source: Tansy Post | <a href='/'>Read original version at source</a>"
        '<div class="article-content"><p>Snow fell.</p></div>'
    )
    own = "https://kcnawatch.org/newstream/1935273600-1/"
    for where, recipe in ((URL, "kcnawatch"), (own, None), (URL, None)):
        found = article(read(page(body, url=where), Source("", recipe=recipe), TargetKind.ARTICLE))
        assert (found.source, found.published, found.paragraphs) == (
            "Tansy Post",
            "2031-05-02",
            ("Snow fell.",),
        )


def test_a_page_of_nobody_is_named_by_its_host() -> None:
    assert article(read(page(STORY), Source(""))).source == "courier.example"
    assert article(read(page(STORY, url=""), Source(""))).source == "unknown"


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("asked", "redirected_from"),
    [
        ("https://courier.example/2030/kites", "https://courier.example/2030/kites"),
        ("http://www.courier.example/2031/05/kite-makers-open-winter-school/?utm_source=x", None),
    ],
)
def test_only_another_address_is_one_that_led_here(asked: str, redirected_from: str | None) -> None:
    found = article(read(page(STORY, asked=asked), COURIER, TargetKind.ARTICLE))
    assert (found.url, found.redirected_from) == (URL, redirected_from)


# ---------------------------------------------------------------- obstacles

CLOUDFLARE = (
    "<html><head><title>Just a moment...</title></head><body><div id='cf-wrapper'></div>"
    "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script></body></html>"
)
INCAPSULA = (
    "<html><head><META NAME='robots' CONTENT='noindex,nofollow'></head><body>"
    "<iframe src='/_Incapsula_Resource?CWUDNSAI=9'>Request unsuccessful. Incapsula incident ID: 7-1</iframe>"
    "</body></html>"
)
DATADOME = (
    "<html><head><title>courier.example</title></head><body><p id='cmsg'>Please enable JS and disable any ad"
    " blocker</p><script src='https://ct.captcha-delivery.com/c.js'></script></body></html>"
)
CAPTCHA = "<html><body><h1>Are you a robot?</h1><div class='h-captcha'></div></body></html>"
DENIED = (
    "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>Reference #18.2</body></html>"
)


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("kind", list(TargetKind))
@pytest.mark.parametrize(
    ("body", "whose"),
    [
        (CLOUDFLARE, ": Cloudflare"),
        (INCAPSULA, ": Imperva"),
        (DATADOME, ": DataDome"),
        (CAPTCHA, ""),
        (DENIED, ""),
    ],
)
def test_a_challenge_page_is_nobodys_text(body: str, whose: str, kind: TargetKind, status: int) -> None:
    assert read(page(body, status=status), COURIER, kind) == Reading(obstacle=f"challenge page{whose}")


def test_a_challenge_may_be_in_the_header_only() -> None:
    found = read(page(STORY, headers=(("CF-Mitigated", "challenge"),)), COURIER, TargetKind.ARTICLE)
    assert found == Reading(obstacle="challenge page: Cloudflare")


PLAIN_REFUSAL = "<html><body><h1>403</h1><p>This part of the archive is for the staff.</p></body></html>"


@pytest.mark.parametrize("kind", [TargetKind.ARTICLE, TargetKind.FEED])
@pytest.mark.parametrize(
    ("status", "headers", "body", "whose"),
    [
        (403, (("X-DataDome", "protected"),), PLAIN_REFUSAL, "DataDome"),
        (403, (("X-DD-B", "2"), ("Content-Type", "application/json")), '{"url":"geo"}', "DataDome"),
        (403, (("Server", "AkamaiGHost"),), PLAIN_REFUSAL, "Akamai"),
        (429, (("x-kpsdk-ct", "0a"),), "", "Kasada"),
        (503, (("CF-Mitigated", "block"),), PLAIN_REFUSAL, "Cloudflare"),
        (403, (("Content-Type", "text/plain"),), "error code: 1020", "Cloudflare"),
        (
            429,
            (),
            PLAIN_REFUSAL.replace("staff", "staff; solve the CAPTCHA below" + " first" * 300),
            "a captcha",
        ),
    ],
)
def test_a_refusal_by_a_bot_protection_says_whose_it_is(
    status: int, headers: tuple[tuple[str, str], ...], body: str, whose: str, kind: TargetKind
) -> None:
    found = read(page(body, status=status, headers=headers), COURIER, kind)
    assert found == Reading(obstacle=f"blocked by {whose}: status {status}")
    assert is_block(found.obstacle)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, (("Server", "cloudflare"), ("CF-RAY", "8a")), PLAIN_REFUSAL),
        (403, (("X-Iinfo", "7-1"), ("Akamai-GRN", "0.1")), PLAIN_REFUSAL),
        (500, (("X-DataDome", "protected"),), PLAIN_REFUSAL),
        (200, (("X-DataDome", "protected"),), STORY),
    ],
)
def test_a_guard_that_lets_pass_what_the_site_itself_says_blocks_nothing(
    status: int, headers: tuple[tuple[str, str], ...], body: str
) -> None:
    obstacle = read(page(body, status=status, headers=headers), COURIER, TargetKind.ARTICLE).obstacle
    assert not is_block(obstacle)


@pytest.mark.parametrize(
    "addition",
    [
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        "<script src='/_Incapsula_Resource?SWJIYLWA=5'></script>",
        "<form>Write to us <div class='g-recaptcha'></div></form>",
        "<p>The harbour office now asks visitors: are you a robot?</p>",
    ],
)
def test_an_ordinary_page_may_carry_a_guards_script(addition: str) -> None:
    body = STORY.replace("</article>", "</article>" + addition).replace(PARAGRAPHS[2], PARAGRAPHS[2] * 3)
    assert read(page(body), COURIER, TargetKind.ARTICLE).obstacle is None


@pytest.mark.parametrize(
    "title",
    [
        *("404", "Error 404 | Sorrel Courier", "Page not found - Sorrel Courier", "Nothing found"),
        *("Seite nicht gefunden", "Página no encontrada", "Страница не найдена", "페이지를 찾을 수 없습니다"),
        *("Not Found", "This article is no longer available", "The page you asked for could not be found"),
    ],
)
def test_a_page_that_says_not_found_with_status_200_is_an_obstacle(title: str) -> None:
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Try our front page.</p></body>"
    assert read(page(body), COURIER, TargetKind.ARTICLE).obstacle == f"soft 404: {title}"


@pytest.mark.parametrize(
    "title", ["Missing yacht not found by divers", "Room 404 reopens", "Found: a lost page"]
)
def test_a_story_about_what_was_not_found_is_a_story(title: str) -> None:
    body = STORY.replace("Kite makers open winter school", title)
    assert article(read(page(body), COURIER, TargetKind.ARTICLE)).headline == title


@pytest.mark.parametrize("body", ["", " \n", "\ufeff", "<html><body></body></html>", "<script>1</script>"])
@pytest.mark.parametrize("kind", [TargetKind.ARTICLE, TargetKind.LISTING, None])
def test_an_empty_page_is_an_obstacle(body: str, kind: TargetKind | None) -> None:
    assert read(page(body), COURIER, kind) == Reading(obstacle="empty page")


@pytest.mark.parametrize(
    ("body", "declared", "found"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        (b"%PDF-1.7 ...", "text/html", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "image/png"),
        (b"PK\x03\x04", "text/html", "application/zip"),
        (b'{"a": 1}', "application/json", "application/json"),
        (b"body { color: red }", "text/css", "text/css"),
        (b"just text", "text/plain", "text/plain"),
    ],
)
def test_what_is_not_html_is_said_to_be_none(body: bytes, declared: str, found: str) -> None:
    assert read(page(body, declared), COURIER, TargetKind.ARTICLE) == Reading(obstacle=f"not HTML: {found}")


@pytest.mark.parametrize("declared", ["text/plain", "application/octet-stream", None])
def test_html_under_another_name_is_html(declared: str | None) -> None:
    assert article(read(page(STORY, declared), COURIER, TargetKind.ARTICLE)).paragraphs == PARAGRAPHS


def test_a_feed_that_is_none_is_an_obstacle_with_the_reason() -> None:
    obstacle = read(page(STORY), COURIER, TargetKind.FEED).obstacle
    assert obstacle is not None
    assert obstacle.startswith("not a feed")


def test_a_feed_with_entities_of_its_own_is_refused() -> None:
    bomb = RSS.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "b">]><rss')
    obstacle = read(page(bomb, "application/xml"), COURIER, TargetKind.FEED).obstacle
    assert obstacle is not None
    assert "entities" in obstacle


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("claim", ["utf-16", "utf-16le", "utf-32"])
def test_two_bytes_a_character_are_not_believed_of_markup_without_a_zero_byte(claim: str) -> None:
    body = b"<html><body><p>The bridge cost 240.</p></body></html>"
    assert decode(body, f"text/html; charset={claim}").text == body.decode()


KOREAN = "조선중앙통신은 새 소식을 전하였다. 연 만드는 사람들이 겨울학교를 열었다."
RUSSIAN = "Мастера воздушных змеев открыли зимнюю школу в старом доме рыбаков над гаванью."


@pytest.mark.parametrize(
    ("text", "encoding", "header"),
    [
        (KOREAN, "utf-8", None),
        (KOREAN, "utf-8", "text/html; charset=iso-8859-1"),
        (KOREAN, "utf-16", "text/html; charset=utf-8"),
        (KOREAN, "euc-kr", "text/html; charset=euc-kr"),
        (KOREAN * 5, "euc-kr", "text/html; charset=utf-8"),
        (KOREAN * 5, "euc-kr", None),
        (RUSSIAN * 5, "windows-1251", None),
        (RUSSIAN, "windows-1251", "text/html; charset=windows-1251"),
        ("風箏匠人在舊漁屋開辦冬季學校。" * 5, "gb18030", None),
        ("凧職人たちが古い漁師の家で冬の学校を開いた。" * 5, "shift_jis", None),
        ("Zürich", "iso-8859-1", "text/html; charset=iso-8859-1"),
    ],
)
def test_text_is_read_in_its_encoding(text: str, encoding: str, header: str | None) -> None:
    found = decode(f"<html><body><p>{text}</p></body></html>".encode(encoding), header)
    assert found.text == f"<html><body><p>{text}</p></body></html>"
    assert found.unreadable == 0


def test_the_meta_tag_counts_where_the_header_is_silent() -> None:
    body = f'<html><head><meta charset="euc-kr"></head><p>{KOREAN}</p>'
    assert decode(body.encode("euc-kr"), "text/html").text == body


@pytest.mark.parametrize(
    "charset",
    ["zip", "rot13", "idna", "punycode", "utf-7", "unicode_escape", "x" * 5_000, "\x00", '"', "a b"],
)
def test_what_is_no_encoding_is_not_believed(charset: str) -> None:
    assert decode(b"plain +AGE- \\u0041", f"text/html; charset={charset}").text == "plain +AGE- \\u0041"


def test_unreadable_characters_are_counted() -> None:
    damaged = KOREAN.encode() * 20 + b"\xff"
    assert decode(damaged, "text/html; charset=utf-8").unreadable == 1


# ---------------------------------------------------------------- limits


def test_what_is_stored_is_clean_and_bounded() -> None:
    body = (
        f"<title>{'A long headline ' * 400}</title><h1>{'A long headline ' * 400}</h1>"
        '<p>Date: 02/05/2031 | Source: X</p><div class="article-content">'
        f"<p>Bell\x07 and \x9b0m escape</p>{('<p>' + 'word ' * 20_000 + '</p>') * 25}</div>"
    )
    found = article(read(page(body), Source("X", recipe="kcnawatch"), TargetKind.ARTICLE))
    assert len(found.headline or "") <= 1_000
    assert found.paragraphs[0] == "Bell and 0m escape"
    assert 1_000_000 < sum(map(len, found.paragraphs)) <= 2_000_000


def test_a_listing_holds_six_thousand_teasers() -> None:
    rows = "".join(
        f'<div class="article-desc"><h4><a href="/newstream/1935273600-{n}/">Story {n}</a></h4></div>'
        for n in range(6_500)
    )
    found = listing(read(page(rows), Source("X", recipe="kcnawatch"), TargetKind.LISTING))
    assert len(found.teasers) == 6_000


# ---------------------------------------------------------------- the hostile world


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + " " * 60_000 + "x</p>",
        "Date: " + " |" * 30_000,
        "<p>More From " + "a " * 30_000 + "</p>",
        "<p>www.kcna.kp (" * 5_000,
        "<!--" * 20_000,
        "<?xml " * 20_000,
        "[" * 100_000,
        '{"a":' * 50_000,
        "<title>" + "not " * 20_000 + "</title>",
        "<a " + " ".join(f"b{n}=c" for n in range(4_000)) + ">",
        "\x00" * 50_000,
        "<b>" * 500 + "x",
    ],
)
@pytest.mark.parametrize("recipe", ["kcnawatch", None])
def test_a_hostile_page_is_soon_done_with(body: str, recipe: str | None) -> None:
    start = time.monotonic()
    for kind in (*TargetKind, None):
        read(page(body), Source("X", recipe=recipe), kind)
    assert time.monotonic() - start < 5


PIECES = [
    *("<p>", "</p>", "<div class='article-desc'>", "<div class='article-content'>", "</div>", "<h1>", "<br>"),
    *(
        "<a href='/newstream/1935273600-1/a'>",
        "<a href='javascript:x'>",
        "</a>",
        "More From X",
        "More Articles",
    ),
    *(
        "Date: 02/05/2031 | Source: X",
        "May 03, 2031",
        "February 31, 2031",
        "-0-",
        "Some words of a story.",
        "\x00",
    ),
    *(
        "<script>",
        "<!--",
        "&amp;",
        "&#xd800;",
        "\u202e",
        "조선",
        "<svg>",
        "<template>",
        "{",
        "<rss>",
        "<urlset>",
    ),
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.sampled_from([*TargetKind, None]),
    st.sampled_from(["kcnawatch", None]),
)
def test_whatever_is_read_can_be_written_down_and_read_back(
    body: str, kind: TargetKind | None, recipe: str | None
) -> None:
    reading = read(page(body), Source("X", recipe=recipe), kind)
    assert reading.obstacle is None or (reading.article is None and reading.listing is None)
    for observation in (reading.article, reading.listing):
        assert observation is None or from_json(to_json(observation)) == observation


@given(st.binary(max_size=300), st.sampled_from([*TargetKind, None]), st.text(max_size=40))
def test_no_bytes_stop_the_reader(body: bytes, kind: TargetKind | None, content_type: str) -> None:
    read(page(body, content_type), COURIER, kind)


def test_bytes_that_were_never_text_are_no_article() -> None:
    noise = bytes(range(256)) * 16
    reading = read(page(noise), COURIER, TargetKind.ARTICLE)
    assert reading == Reading(obstacle="not HTML: no text")


def test_a_page_without_a_story_still_says_what_it_is_called_and_when_it_was_published() -> None:
    html = (
        '<html lang="en"><head><meta property="article:published_time" content="2026-01-20"></head>'
        "<body><h1>The ice is gone</h1><p>Boats leave.</p></body></html>"
    )
    reading = read(page(html), COURIER, TargetKind.ARTICLE)
    head = reading.head
    assert reading.article is None and head is not None
    assert (head.headline, head.published, head.paragraphs) == ("The ice is gone", "2026-01-20", ())
