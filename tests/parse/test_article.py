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


SENTENCES = tuple(
    f"The {thing} at the old harbour was counted again on Monday, and the clerk wrote down what was left of it."
    for thing in ("rope", "timber", "grain", "salt", "tar", "canvas", "coal", "ice")
)


def lines(*sentences: str) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


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
        "about": None,
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


DATED = [
    ('<h1>What is left</h1><ul class="info"><li><b>Datum:</b> 3. März 2026</li></ul>', "2026-03-03"),
    ('<h1>What is left</h1><div class="c"><div class="art-date">3 March 2026</div></div>', "2026-03-03"),
    ("<div><h3>03.03.2026</h3><h1>What is left</h1></div>", "2026-03-03"),
    ("<h1>03.03.2026 | What is left</h1>", "2026-03-03"),
    (
        "<h1>What is left</h1><p>(3 March 2026) The clerk of the old harbour has counted what was left of it.</p>",
        "2026-03-03",
    ),
    (
        "<h1>What is left</h1><p>Pressemitteilung vom 3. März 2026 | Der alte Hafen wurde noch einmal gezählt,"
        " sagt der Schreiber.</p>",
        "2026-03-03",
    ),
    (
        '<script>var page = {"publishedFirst": "03.03.2026 15:28"}</script><h1>What is left</h1>',
        "2026-03-03T15:28:00+00:00",
    ),
    ("<h1>What is left</h1><p>Published on Tuesday, 3 March 2026 by the harbour desk</p>", "2026-03-03"),
    (
        '<h1>What is left</h1><span>3 March</span> <aside><time datetime="2026-03-03">today</time></aside>',
        None,
    ),
    ('<h1>What is left</h1><div class="related"><time datetime="2026-03-03">3 March</time></div>', None),
]


@pytest.mark.parametrize(("html", "day"), DATED)
def test_the_day_is_found_where_pages_put_it_and_not_where_it_is_anothers(html: str, day: str | None) -> None:
    assert story(f"<title>What is left</title>{html}<div>{lines(*SENTENCES)}</div>").published == day


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


@pytest.mark.parametrize(
    ("title", "headings", "headline"),
    [
        ("Salt runs out - The Gazette", "<h1>The Gazette</h1><h2>Salt runs out</h2>", "Salt runs out"),
        (
            "Salt runs out",
            "<h1>Salt runs out at last, says the clerk</h1>",
            "Salt runs out at last, says the clerk",
        ),
        ("Of salt and tar - Gazette", "<h1>How the quay was emptied</h1>", "How the quay was emptied"),
        ("Town - News - Salt has run out for good", "<h1>Salt has run out for good</h1><h2>News</h2>", None),
        ("Salt runs out | harbour-gazette", "", "Salt runs out"),
        ("Harbour-Gazette|Salt runs out", "", "Salt runs out"),
        ("Salt runs out", "<h1><style>h1{color:red}</style>Salt runs out</h1>", "Salt runs out"),
    ],
)
def test_the_headline_is_what_heading_and_title_agree_on(
    title: str, headings: str, headline: str | None
) -> None:
    html = f"<title>{title}</title>{headings}<div>{lines(*SENTENCES)}</div>"
    article = read(html, "https://harbour-gazette.example/salt")
    assert article is not None
    assert article.headline == (headline or "Salt has run out for good")


def test_of_a_heading_with_a_date_in_it_only_the_claimed_headline_is_taken() -> None:
    head = '<meta property="og:title" content="Salt has run out">'
    html = f"{head}<h1><span>3 March 2026</span> Salt has run out</h1><div>{lines(*SENTENCES)}</div>"
    assert story(html).headline == "Salt has run out"


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


def told(html: str) -> tuple[str, ...]:
    return story(f"<title>What is left</title><main><h1>What is left</h1>{html}</main>").paragraphs


def test_a_story_goes_on_in_a_second_element_named_as_the_first() -> None:
    parts = (SENTENCES[:5], SENTENCES[5:])
    html = "<img src=/quay.jpg>".join(
        f'<div><div class="story-body">{lines(*part)}</div></div>' for part in parts
    )
    assert told(html) == SENTENCES


def test_another_storys_body_below_its_own_headline_is_none_of_this_one() -> None:
    other = (
        '<h1>Elsewhere</h1><div class="story-body"><p>Nobody counted anything in the other town.</p></div>'
    )
    assert told(f'<div class="story-body">{lines(*SENTENCES)}</div>{other}') == SENTENCES


@pytest.mark.parametrize("name", ["tab-pane profile", "gallery", "layout-marginal", "slide date"])
def test_an_element_that_tells_much_is_no_furniture_for_a_small_name(name: str) -> None:
    first, rest = SENTENCES[:1], SENTENCES[1:]
    above = f'<section class="text">{lines(*first, *first, *first, *first)}</section>'
    html = f'{above}<div class="{name}">{lines(*rest)}</div>'
    assert told(html)[-len(rest) :] == rest


@pytest.mark.parametrize("name", ["comments", "newsletter-box", "related-stories", "sidebar"])
def test_an_element_that_is_surely_furniture_stays_it_however_much_it_tells(name: str) -> None:
    assert told(f'{lines(*SENTENCES[:5])}<div class="{name}">{lines(*SENTENCES[5:])}</div>') == SENTENCES[:5]


def test_teasers_of_other_stories_between_the_paragraphs_are_left_out() -> None:
    card = f'<div class="box"><h3><a href=/x>A bridge is painted again</a></h3><p>{"Green this time. " * 8}</p></div>'
    assert told(f"<div>{lines(*SENTENCES[:4])}{card}{lines(*SENTENCES[4:])}</div>") == SENTENCES


@pytest.mark.parametrize(
    "line",
    [
        "Warning: Use of undefined constant quay - assumed 'quay' in /srv/site/functions.php on line 12",
        "We use cookies on this site, and by staying here you agree that we do so.",
        "For the latest stories and updates, get our app for your telephone.",
        "Follow the Harbour Gazette on Twitter and Instagram, wherever you are.",
        "Para comentar debes registrarte y completar todos tus datos antes.",
    ],
)
def test_a_line_that_is_no_part_of_any_story_is_left_out(line: str) -> None:
    assert told(f"<div>{lines(*SENTENCES[:4])}<p>{line}</p>{lines(*SENTENCES[4:])}</div>") == SENTENCES


def test_a_notice_of_correction_is_part_of_the_story() -> None:
    notice = "Correction: This article was changed on 3 March to say that the salt was sold, not given away."
    assert told(f"<div>{lines(*SENTENCES, notice)}</div>") == (*SENTENCES, notice)


def test_a_live_page_goes_on_after_a_line_that_would_end_a_story() -> None:
    entries = [f'<div class="live-entry">{lines(*SENTENCES[n : n + 2])}</div>' for n in (0, 2, 4, 6)]
    entries.insert(2, '<div class="live-entry"><h4>Read more</h4><h4>Related articles</h4></div>')
    assert told(f"<div>{''.join(entries)}</div>") == SENTENCES


def test_a_story_goes_on_with_a_heading_or_a_short_paragraph_after_a_list_of_others() -> None:
    box = '<div><h4>More from the harbour</h4><ul><li><a href="/q">A crane is set up</a></li></ul></div>'
    rest = (
        "<h3>In the shed</h3>"
        + lines(*SENTENCES[4:6])
        + box
        + "<p>“No more,” the clerk said.</p>"
        + lines(*SENTENCES[6:])
    )
    wanted = (*SENTENCES[:4], "In the shed", *SENTENCES[4:6], "“No more,” the clerk said.", *SENTENCES[6:])
    assert told(f"<div>{lines(*SENTENCES[:4])}{box}{rest}</div>") == wanted


@pytest.mark.parametrize(
    "line",
    [
        *(
            "1,204 views",
            "37 Kommentare",
            "5 min read",
            "Lesezeit: 4 Minuten",
            "Updated 5 minutes ago",
            "vor 3 Stunden",
        ),
        *("hace 2 horas", "il y a 3 jours", "3시간 전", "Shares: 12", "00:41 / 02:13", "3.5k reads"),
    ],
)
def test_a_line_that_only_counts_is_no_part_of_the_story(line: str) -> None:
    assert told(f"<div>{lines(*SENTENCES[:4])}<p>{line}</p>{lines(*SENTENCES[4:])}</div>") == SENTENCES


@pytest.mark.parametrize(
    "line", ["It took 5 minutes.", "37 comments were read out in court.", "He died 3 hours ago, they say."]
)
def test_a_sentence_that_counts_is_part_of_it(line: str) -> None:
    assert line in told(f"<div>{lines(*SENTENCES[:4])}<p>{line}</p>{lines(*SENTENCES[4:])}</div>")


def test_where_a_line_may_break_and_how_a_sign_is_read_is_not_in_the_text() -> None:
    html = "<p>Der alte Ha\u00adfen wurde am Mon\u00adtag noch ein\u200bmal ge\u00adzählt.</p>"
    html += "<p><ruby>港<rt>みなと</rt></ruby>だ。</p>"
    assert told(f"<div>{html}{lines(*SENTENCES)}</div>")[:2] == (
        "Der alte Hafen wurde am Montag noch einmal gezählt.",
        "港だ。",
    )


def test_a_sentence_set_as_a_heading_is_told_as_text() -> None:
    lead = "Eight kinds of goods were counted, and of every one of them there was less than in the book of last year."
    assert told(f"<div><h2>{lead}</h2>{lines(*SENTENCES)}</div>") == (lead, *SENTENCES)


def test_an_address_printed_as_a_paragraph_of_its_own_is_kept() -> None:
    address = "https://harbour.example/count"
    html = f'{lines(*SENTENCES[:4])}<p><a href="{address}">{address}</a></p>{lines(*SENTENCES[4:])}'
    assert told(f"<div>{html}</div>")[4] == address


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
