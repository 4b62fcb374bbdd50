"""Sitemaps as listings, the broken and the hostile ones too."""

from __future__ import annotations

import gzip

import pytest

from crawler.parse.sitemap import is_index, read_sitemap
from storage.records import Source, Teaser

SOURCE = Source(name="Harbour Gazette")
URL = "https://gazette.example/sitemap.xml"

URLSET = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>https://img.example/1.jpg</image:loc>
<image:title>A boat</image:title></image:image>
<loc> https://gazette.example/a?x=1&amp;y=2 </loc><lastmod>2026-01-31T09:00:00Z</lastmod></url>
<url><loc>/b</loc><lastmod>2026-01-30</lastmod></url>
<url><loc>javascript:alert(1)</loc></url><url></url>
</urlset>"""

NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://gazette.example/n</loc><lastmod>2026-02-02</lastmod><news:news><news:publication><news:name>Gazette</news:name>
</news:publication><news:publication_date>2026-02-01T07:00:00+01:00</news:publication_date>
<news:title>Nets &amp; anchors</news:title></news:news></url></urlset>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://gazette.example/s1.xml</loc></sitemap><sitemap><loc>https://gazette.example/s2.xml</loc></sitemap>
</sitemapindex>"""


def teasers(body: str | bytes) -> tuple[Teaser, ...]:
    return read_sitemap(body.encode() if isinstance(body, str) else body, URL, SOURCE).teasers


def test_a_urlset_gives_addresses_and_days_of_change() -> None:
    assert teasers(URLSET) == (
        Teaser("https://gazette.example/a?x=1&y=2", None, None, *["2026-01-31T09:00:00+00:00"] * 2),
        Teaser("https://gazette.example/b", None, None, "2026-01-30", "2026-01-30"),
    )


def test_a_news_sitemap_gives_titles_and_publication_dates() -> None:
    assert teasers(NEWS) == (
        Teaser(
            "https://gazette.example/n", "Nets & anchors", None, "2026-02-01T07:00:00+01:00", "2026-02-02"
        ),
    )


def test_a_news_sitemap_without_its_namespace_is_read() -> None:
    bare = NEWS.replace(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', "")
    assert teasers(bare) == teasers(NEWS)


def test_an_index_gives_addresses_and_is_told_apart() -> None:
    assert teasers(INDEX) == (
        Teaser("https://gazette.example/s1.xml"),
        Teaser("https://gazette.example/s2.xml"),
    )
    assert is_index(INDEX.encode())
    assert is_index(gzip.compress(INDEX.encode()))
    assert not is_index(URLSET.encode())
    assert not is_index(b"\x1f\x8b broken")


def test_a_gzip_sitemap_is_unpacked() -> None:
    assert teasers(gzip.compress(URLSET.encode())) == teasers(URLSET)


def test_a_sitemap_of_plain_lines_is_read() -> None:
    assert teasers("https://gazette.example/a\r\nnot one\r\nhttps://gazette.example/b\r\n") == (
        Teaser("https://gazette.example/a"),
        Teaser("https://gazette.example/b"),
    )


def test_a_broken_sitemap_gives_what_came_before_the_break() -> None:
    cut = (
        URLSET[: URLSET.index("<url><loc>/b")]
        + "<url><loc>/b</loc><lastmod>2026-01-30</lastmod></url><url><loc>/c & <<"
    )
    assert teasers(cut)[:2] == teasers(URLSET)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<rss/>", b"\x1f\x8b\x00\x00", b"\x00\x01\x02"])
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="not a sitemap"):
        teasers(body)


def test_entities_are_refused() -> None:
    with pytest.raises(ValueError, match="refused"):
        teasers('<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + INDEX.replace("s1", "&x;"))


def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (60 * 1024 * 1024), 9)
    with pytest.raises(ValueError, match="larger than 50 MB"):
        teasers(bomb)


def test_no_more_than_50000_addresses_are_read() -> None:
    many = "".join(f"<url><loc>https://gazette.example/{n}</loc></url>" for n in range(50_010))
    assert len(teasers(f"<urlset>{many}</urlset>")) == 50_000


def test_a_deeply_nested_sitemap_ends() -> None:
    assert teasers("<urlset>" + "<url>" * 100_000) == ()
