"""A sitemap as a listing: urlset, news sitemap, sitemap index, plain text; gzip or not. Pure.

What lives here: reading a sitemap's addresses as teasers. What must not: following an index; its entries
are teasers with an address only, and `is_index` tells the caller which of the two it holds.

Bounds: 50 MB after decompression and 50,000 addresses, as https://www.sitemaps.org/protocol.html sets them.
Broken XML is read as far as it goes. A document that declares entities is refused (`feed.xml_text`).
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from crawler import text
from crawler.parse import dates
from crawler.parse.feed import xml_text
from crawler.urls import absolute
from storage.records import Listing, Source, Teaser

_BODY_LIMIT = 50 * 1024 * 1024  # bytes, decompressed
_ADDRESS_LIMIT = 50_000
_FIELD_LIMIT = 2_000  # characters


def read_sitemap(body: bytes, url: str | None, source: Source) -> Listing:
    """The addresses of a sitemap, in its order, with title and publication date from a news sitemap.

    The date of a teaser is its news date, else its `lastmod`. `captured_at` is None. Raises ValueError, with
    the reason, where `body` is no sitemap or one that is refused.
    """
    plain = _decompressed(body)
    if re.match(rb"(?:\xef\xbb\xbf)?\s{0,100}https?://", plain, re.I):
        teasers = _text_teasers(plain)
    else:
        document = xml_text(plain)
        if not _ROOT.search(document[:20_000]):
            raise ValueError("not a sitemap: neither <urlset> nor <sitemapindex> was found in it")
        teasers = _xml_teasers(document, url, source)
    return Listing(source.name, url, None, tuple(islice(teasers, _ADDRESS_LIMIT)))


def is_index(body: bytes) -> bool:
    """Whether `body` is a sitemap index, whose entries are sitemaps and not pages. False where unreadable."""
    try:
        root = _ROOT.search(xml_text(_decompressed(body, 100_000, is_cut=True))[:20_000])
    except ValueError:
        return False
    return root is not None and root[1].lower() == "sitemapindex"


_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)[\s>]", re.I)


def _xml_teasers(document: str, url: str | None, source: Source) -> Iterator[Teaser]:
    stream = io.BytesIO(document.encode("utf-8", "replace"))
    entries = etree.iterparse(
        stream,
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, entry in entries:
            teaser = _teaser(entry, url, source)
            entry.clear()
            _forget_before(entry)
            if teaser is not None:
                yield teaser
    except etree.XMLSyntaxError:
        return  # beyond recovery: what came before it stands


def _forget_before(entry: etree._Element) -> None:
    """Drop what was read before `entry`: lxml keeps it unless told otherwise."""
    parent = entry.getparent()
    while parent is not None and entry.getprevious() is not None:
        del parent[0]


def _teaser(entry: etree._Element, url: str | None, source: Source) -> Teaser | None:
    fields: dict[str, str] = {}
    for node in islice(entry.iter("{*}*"), 200):
        name = node.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1]
        # An image or video inside the entry has a `loc` and a `title` of its own.
        is_ours = node.getparent() is entry if name in ("loc", "lastmod") else "news" in node.tag
        if name in _FIELDS and is_ours and node.text:
            fields.setdefault(name, node.text[:_FIELD_LIMIT].strip())
    address = absolute(url or "", fields["loc"]) if fields.get("loc") else None
    if address is None:
        return None
    stamp = fields.get("publication_date") or fields.get("lastmod") or ""
    headline = text.clean(fields.get("title", "")) or None
    edited = dates.metadata_time(fields.get("lastmod") or "", source.time_zone)
    return Teaser(address, headline, None, dates.metadata_time(stamp, source.time_zone), edited)


_FIELDS = frozenset({"loc", "lastmod", "title", "publication_date"})


def _text_teasers(plain: bytes) -> Iterator[Teaser]:
    for line in io.BytesIO(plain):
        address = absolute("", line[:_FIELD_LIMIT].decode("utf-8-sig", "replace").strip())
        if address is not None:
            yield Teaser(address)


def _decompressed(body: bytes, limit: int = _BODY_LIMIT, *, is_cut: bool = False) -> bytes:
    """`body`, unpacked where it is gzip; longer than `limit` it is cut or, unless `is_cut`, refused."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, limit + 1)
        except zlib.error as error:
            raise ValueError(f"not a sitemap: broken gzip ({error})") from error
    if len(body) > limit and not is_cut:
        raise ValueError(f"the sitemap is larger than {limit // 1024**2} MB")
    return body[:limit]
