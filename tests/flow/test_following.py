"""Which links of a listing are visited as articles: those on the source's site, and like its articles' addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.frontier import is_article
from storage.records import Source, Subject
from storage.store import Store
from tests.flow.test_backfill import GAZETTE, Paged, found, walk

SITE = "https://gazette.example"


def source(*patterns: str) -> Source:
    return Source("Gazette", listings=(f"{SITE}/news/",), articles_like=patterns)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/2026/*", "/2026/03/ferry-returns"),
        ("/2026/*", "/2026/03/ferry-returns?from=front"),
        ("/*/story-*.html", "/sea/story-12.html"),
        ("/story?id=*", "/story?id=12"),
        ("/", "/"),
        ("/a[1]/*", "/a[1]/b"),
    ],
)
def test_what_stands_at_such_a_path_is_an_article(pattern: str, path: str) -> None:
    assert is_article(SITE + path, source(pattern))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/2026/*", "/2025/03/ferry-returns"),
        ("/2026/*", "/tags/2026/ferry"),
        ("/*/story-*.html", "/sea/story-12.htm"),
        ("/story?id=*", "/story"),
        ("/a[1]/*", "/a1/b"),
    ],
)
def test_what_stands_elsewhere_is_none(pattern: str, path: str) -> None:
    assert not is_article(SITE + path, source(pattern))


def test_one_of_several_patterns_is_enough_and_none_leaves_it_open() -> None:
    assert is_article(f"{SITE}/b/1", source("/a/*", "/b/*"))
    assert is_article(f"{SITE}/anything", source())


def test_another_site_is_not_followed_whatever_the_path() -> None:
    assert not is_article("https://elsewhere.example/2026/1", source("/2026/*"))


def test_many_stars_and_a_long_address_take_no_time_to_speak_of() -> None:
    assert not is_article(f"{SITE}/" + "a/" * 1000, source("/*a*a*a*a*a*a*a*b"))


def test_a_pass_visits_only_such_articles_and_keeps_every_teaser(store: Store) -> None:
    choosy = replace(GAZETTE, articles_like=("/2026/board-meets-2*",))
    site = Paged()
    walk(store, site, choosy)
    visited = sorted(int(url.rpartition("-")[2]) for url in site.asked if "/2026/" in url)
    assert visited == [2, 20, 21, 22, 23]
    assert found(store, Subject.TEASER) == 23
