"""Drafts of recipes: selectors that find again what was found, and pages without their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import trial
from crawler.errors import UsageError
from crawler.parse import draft, own, read, sites
from storage.records import Page, Source, TargetKind

URL = "https://sorrel-courier.example/2031/kite-makers"
PARAGRAPHS = (
    "The kite makers of Sorrel Bay have opened a winter school in the old net loft above the harbour.",
    "Eighteen pupils enrolled on the first morning; the youngest is nine and the oldest is eighty-one.",
    "Lessons go on until the March winds, when what was built will be flown from the western cliffs.",
)
ARTICLE = (
    '<html><head><title>Kites</title><meta property="article:published_time" content="2031-05-02T08:00:00Z">'
    '</head><body><script>let a = "Secret words"</script><!-- Hidden words --><h1 class="c-7f title">'
    'Kite makers open winter school</h1><a rel="author" href="/iq">Ilse Quarrel</a>'
    '<div class="css-91x story-text">' + "".join(f"<p>{one}</p>" for one in PARAGRAPHS) + "</div>"
    '<img alt="Nine kites" src="/k.png"></body></html>'
)
LISTING = (
    "<html><body><main><ul>"
    + "".join(
        f'<li class="teaser-box"><h3><a href="/2031/story-{n}-of-the-day">Story number {n} of this long day</a></h3>'
        f"<p>What happened in story number {n} is told here in a line of text.</p></li>"
        for n in range(12)
    )
    + "</ul></main></body></html>"
)


def test_a_drafted_recipe_reads_the_article_that_the_generic_parser_read(tmp_path: Path) -> None:
    said = trial.write_draft(tmp_path, "sorrel", URL, [ARTICLE.encode()])
    assert said == {
        "headline": "h1.title",
        "body": "div.story-text",
        "published": 'meta[property="article:published_time"]',
        "byline": '[rel="author"]',
    }
    sites.add(own.read_folder(tmp_path))
    try:
        headers = (("Content-Type", "text/html"),)
        found = read(Page(URL, URL, 200, headers, ARTICLE.encode(), None), Source("S"), TargetKind.ARTICLE)
        (fixture,) = trial.fixtures(tmp_path)
        assert trial.differences(fixture) == []
    finally:
        sites.add([])
    assert found.article is not None
    assert found.article.paragraphs == PARAGRAPHS
    assert found.missed == ()


def test_a_drafted_recipe_finds_the_rows_of_a_listing(tmp_path: Path) -> None:
    said = trial.write_draft(tmp_path, "sorrel", "https://sorrel-courier.example/", [LISTING.encode()])
    assert said == {"rows": "li.teaser-box"}


def test_no_word_of_the_page_is_left_in_a_fixture() -> None:
    plain = draft.without_words(ARTICLE)
    left = [word for word in ("kite", "Kite", "Secret", "Hidden", "Nine", "Ilse", "harbour") if word in plain]
    assert [word for word in left if f"/{word}" not in plain] == []
    assert '<div class="css-91x story-text">' in plain
    assert len(draft.without_words("<p>연 만드는 학교</p>")) == len("<p>연 만드는 학교</p>") + 39


def test_a_draft_overwrites_nothing(tmp_path: Path) -> None:
    trial.write_draft(tmp_path, "sorrel", URL, [ARTICLE.encode()])
    with pytest.raises(UsageError, match="is there already"):
        trial.write_draft(tmp_path, "sorrel", URL, [ARTICLE.encode()])
