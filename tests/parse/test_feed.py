"""Feeds as listings, the broken and the hostile ones too."""

from __future__ import annotations

import json
import time

import pytest

from crawler.parse.feed import read_feed
from storage.records import Listing, Source, Teaser

SOURCE = Source(name="Harbour Gazette", time_zone="Europe/Berlin")
URL = "https://gazette.example/feed/"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Harbour Gazette</title><link>https://gazette.example/</link>
<item><title>Ferry line opens a winter timetable</title><link>https://gazette.example/ferry</link>
<description>&lt;p&gt;Boats leave &lt;b&gt;every hour&lt;/b&gt;
&amp;amp; on Sundays too.&lt;/p&gt;</description>
<pubDate>Sat, 31 Jan 2026 09:00:00 +0100</pubDate><guid isPermaLink="false">77</guid></item>
<item><title>Lighthouse painted red</title><link>/lighthouse</link>
<description><![CDATA[<div>Three coats.</div><script>track()</script>]]></description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Gazette</title>
<entry><title type="html">Crab &lt;i&gt;season&lt;/i&gt; begins</title><id>tag:gazette.example,2026:9</id>
<link rel="alternate" href="https://gazette.example/crab"/><updated>2026-01-31T10:00:00Z</updated>
<summary>Nets are ready.</summary></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://gazette.example/"><title>G</title></channel>
<item rdf:about="https://gazette.example/buoy"><title>New buoy</title><link>https://gazette.example/buoy</link>
<dc:date>2026-01-30</dc:date></item></rdf:RDF>"""


def read(document: str | bytes) -> Listing:
    body = document.encode() if isinstance(document, str) else document
    return read_feed(body, URL, SOURCE)


def test_an_rss_item_is_a_teaser_without_markup() -> None:
    assert read(RSS).teasers == (
        Teaser(
            "https://gazette.example/ferry",
            "Ferry line opens a winter timetable",
            "Boats leave every hour & on Sundays too.",
            "2026-01-31T09:00:00+01:00",
        ),
        Teaser("https://gazette.example/lighthouse", "Lighthouse painted red", "Three coats.", None),
    )


def test_an_atom_entry_is_a_teaser() -> None:
    assert read(ATOM).teasers == (
        Teaser(
            "https://gazette.example/crab",
            "Crab season begins",
            "Nets are ready.",
            "2026-01-31T10:00:00+00:00",
            updated="2026-01-31T10:00:00+00:00",
        ),
    )


def test_an_rdf_item_is_a_teaser() -> None:
    day = "2026-01-30"
    assert read(RDF).teasers == (Teaser("https://gazette.example/buoy", "New buoy", None, day, day),)


def test_a_listing_says_whose_it_is_and_not_when_it_was_read() -> None:
    listing = read(RSS)
    assert (listing.source, listing.url, listing.captured_at) == ("Harbour Gazette", URL, None)


def test_malformed_xml_keeps_its_items() -> None:
    broken = (
        RSS.replace("</b&gt;", "")
        .replace("Lighthouse painted", "Lighthouse & <br> painted")
        .replace("</channel>", "")
    )
    assert [teaser.url for teaser in read(broken).teasers] == [
        "https://gazette.example/ferry",
        "https://gazette.example/lighthouse",
    ]


def test_a_json_feed_is_a_listing() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "url": "/a",
                "title": "Tide tables",
                "content_html": "<p>Low &amp; high.</p>",
                "date_published": "2026-01-31",
            },
            {"id": "https://gazette.example/b", "title": None, "summary": "Fog.", "date_published": 17},
            "nonsense",
            {},
        ],
    }
    assert read(json.dumps(feed)).teasers == (
        Teaser("https://gazette.example/a", "Tide tables", "Low & high.", "2026-01-31"),
        Teaser("https://gazette.example/b", None, "Fog.", None),
    )


def test_an_empty_feed_is_an_empty_listing() -> None:
    assert read('<rss version="2.0"><channel><title>x</title></channel></rss>').teasers == ()


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html><body>Not found</body></html>", b"{}", b"[1]", b"{broken", b"[" * 100_000]
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="feed"):
        read(body)


ENTITIES = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    '<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>'
)


@pytest.mark.parametrize(
    "body",
    [
        ENTITIES.encode(),
        ENTITIES.lower().encode(),
        ('<?xml version="1.0"?>' + ENTITIES).encode(),
        ENTITIES.encode("utf-16"),
        ENTITIES.encode("utf-16-le"),
        ENTITIES.encode("utf-16-be"),
        ENTITIES.encode("utf-32"),
        ("\ufeff" + ENTITIES).encode(),
        b'<?xml version="1.0" encoding="utf-7"?>' + ENTITIES.encode("utf-7"),
        b'<?xml version="1.0" encoding="utf-7"?>' + ENTITIES.replace("<", "+ADw-").encode(),
        b'<?xml version="1.0" encoding="cp500"?>' + ENTITIES.encode("cp500"),
        b"<!DOCTYPE rss SYSTEM 'x" + b" " * 2000 + b"' [ ]><rss/>",
    ],
)
def test_a_document_with_entities_of_its_own_is_refused_in_any_encoding(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"refused|not a feed"):
        read(body)


def test_a_document_type_without_declarations_is_let_pass() -> None:
    old = (
        '<!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "http://gazette.example/rss.dtd">' + RSS.split("?>")[1]
    )
    assert len(read(old).teasers) == 2


def test_a_feed_in_another_encoding_is_read() -> None:
    item = "<item><title>바다 소식</title></item>"
    korean = f'<?xml version="1.0" encoding="euc-kr"?><rss version="2.0"><channel>{item}</channel></rss>'
    assert read(korean.encode("euc-kr")).teasers[0].headline == "바다 소식"
    assert read(RSS.replace("UTF-8", "utf-16").encode("utf-16")).teasers == read(RSS).teasers


def test_no_more_than_2000_items_are_read_of_a_feed_that_never_ends() -> None:
    item = "<item><title>Gull {}</title><link>https://gazette.example/{}</link></item>"
    body = '<rss version="2.0"><channel>' + "".join(item.format(n, n) for n in range(20_000))
    started = time.perf_counter()
    assert len(read(body).teasers) == 2_000
    assert time.perf_counter() - started < 8


def test_a_field_is_cut_at_10000_characters() -> None:
    body = f'<rss version="2.0"><channel><item><title>{"x" * 1_000_000}</title></item></channel></rss>'
    assert len(read(body).teasers[0].headline or "") == 10_000


def test_an_address_that_is_not_of_the_web_is_left_out() -> None:
    item = "<item><title>x</title><link>javascript:alert(1)</link></item>"
    body = f'<rss version="2.0"><channel>{item}</channel></rss>'
    assert read(body).teasers == (Teaser(None, "x"),)


def test_a_body_that_looks_like_an_address_or_a_file_is_not_opened() -> None:
    for body in (b"http://127.0.0.1:9/feed", b"/etc/hostname", b"file:///etc/hostname"):
        with pytest.raises(ValueError, match="not a feed"):
            read(body)
