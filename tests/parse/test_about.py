"""What a page says beside its text: image and its words, language, its own address, whether the text is cut."""

from __future__ import annotations

import json

import pytest

from crawler.parse import read
from storage import blobs
from storage.jsonl import from_json, to_json
from storage.records import About, Article, Page, Source, TargetKind

URL = "https://gazette.example/2026/ferry"
TEXT = (
    "<p>The ferry left the harbour on Monday morning for the first time since the storm in January.</p>"
    "<p>It carried forty passengers and two lorries to the island, where the whole of the school stood on the quay.</p>"
    "<p>The company says that it will sail three times a day from now on, and four times a day in the summer.</p>"
)


def about(head: str = "", body: str = "", html: str = "<html>") -> About | None:
    markup = (
        f"<!doctype html>{html}<head><title>Ferry returns</title>{head}</head><body><article><h1>Ferry returns</h1>"
        f"{TEXT}{body}</article></body></html>"
    )
    page = Page(URL, URL, 200, (("content-type", "text/html; charset=utf-8"),), markup.encode(), None)
    article = read(page, Source("Gazette"), TargetKind.ARTICLE).article
    assert article is not None and article.headline == "Ferry returns"
    return article.about


def linked_data(**said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **said})}</script>'


def test_a_page_that_says_nothing_has_nothing() -> None:
    assert about() is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:image" content="/img/ferry-1200x630.jpg">',
        '<meta name="twitter:image" content="https://gazette.example/img/ferry-1200x630.jpg">',
        linked_data(image="https://gazette.example/img/ferry-1200x630.jpg"),
        linked_data(image=["/img/ferry-1200x630.jpg", "/img/other.jpg"]),
        linked_data(image={"@type": "ImageObject", "url": "/img/ferry-1200x630.jpg"}),
    ],
)
def test_the_lead_image_is_the_one_claimed_with_the_words_of_the_one_shown(head: str) -> None:
    shown = (
        '<img src="/img/pier.jpg" alt="The pier"><img src="/img/ferry-800x533.jpg" alt="The ferry at sea">'
    )
    assert about(head, shown) == About("https://gazette.example/img/ferry-1200x630.jpg", "The ferry at sea")


def test_without_a_claim_it_is_the_first_figures() -> None:
    figure = '<figure><img src="/img/ferry.jpg" alt="The ferry at sea"></figure>'
    assert about(body=figure) == About("https://gazette.example/img/ferry.jpg", "The ferry at sea")


def test_of_an_image_that_is_not_shown_the_claimed_words_are_taken() -> None:
    head = '<meta property="og:image" content="/a.jpg"><meta property="og:image:alt" content="A ferry">'
    assert about(head) == About("https://gazette.example/a.jpg", "A ferry")


@pytest.mark.parametrize(
    ("html", "head", "language"),
    [
        ('<html lang="en">', "", "en"),
        ('<html lang="pt_br">', "", "pt-BR"),
        ('<html lang="zh-Hans">', "", "zh-Hans"),
        ("<html>", '<meta property="og:locale" content="ko_KR">', "ko-KR"),
        ("<html>", linked_data(inLanguage="ru"), "ru"),
    ],
)
def test_the_language_is_as_the_page_claims_it(html: str, head: str, language: str) -> None:
    found = about(head, html=html)
    assert found is not None and found.language == language


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (linked_data(isAccessibleForFree=False), ""),
        (linked_data(isAccessibleForFree="False"), ""),
        ('<meta property="article:content_tier" content="locked">', ""),
        ("", '<div class="article-paywall">Subscribe to read the rest of this story.</div>'),
    ],
)
def test_a_text_that_is_shown_in_part_is_marked(head: str, body: str) -> None:
    found = about(head, body)
    assert found is not None and found.is_cut


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (linked_data(isAccessibleForFree=True), ""),
        ('<meta property="article:content_tier" content="free">', ""),
        ("<script>var paywall = {is: 'off'}</script>", '<div class="paywall"></div>'),
    ],
)
def test_a_text_that_is_free_is_not(head: str, body: str) -> None:
    found = about(head, body)
    assert found is None or not found.is_cut


def test_an_address_of_its_own_is_told_where_it_is_another_one() -> None:
    other, same = "https://gazette.example/news/ferry-returns", URL
    found = about(f'<link rel="canonical" href="{other}">')
    assert found is not None and found.canonical == other
    assert about(f'<link rel="canonical" href="{same}?utm_source=feed">') is None


def test_what_is_said_beside_a_text_is_kept_with_it_and_never_compared() -> None:
    plain = Article("Gazette", URL, None, "Ferry returns", paragraphs=("It left.",))
    told = Article(
        "Gazette",
        URL,
        None,
        "Ferry returns",
        paragraphs=("It left.",),
        about=About("https://a.example/b.jpg", None, "en", is_cut=True),
    )
    assert plain == told
    kept = blobs.article_from(blobs.compress(blobs.content_json(told)))
    again = from_json(json.loads(json.dumps(to_json(told))), needs_time=False)
    assert (kept.about, again.about) == (told.about, told.about)  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [None, [], "x", {}, {"image": 1, "is_cut": "yes"}, {"language": ""}])
def test_what_is_no_such_object_is_nothing(said: object) -> None:
    line = {
        "kind": "article",
        "source": "Gazette",
        "captured_at": "2026-03-01T09:00:00Z",
        "headline": "A",
        "about": said,
    }
    found = from_json(line)
    assert isinstance(found, Article) and found.about is None
