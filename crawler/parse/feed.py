"""A feed as a listing: RSS 0.9x to 2.0, RDF, Atom, also malformed, and JSON Feed. Pure.

What lives here: reading a feed's items as teasers, and `xml_text`, the gate that every XML body passes.
What must not: fetching. feedparser is given an open stream, never an address or a name it could open.

Bounds: 20 MB, 2,000 items, 10,000 characters a field. A document type with declarations of its own
(`<!ENTITY`, `<!DOCTYPE x [`) is refused before any parser sees it, in whatever encoding it hides: that is
the way of entity bombs, and no feed needs it.
"""

from __future__ import annotations

import codecs
import html
import io
import json
import re
from collections.abc import Iterable
from typing import Any

import feedparser
from selectolax.lexbor import LexborHTMLParser

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import read_blocks
from crawler.urls import absolute
from storage.records import Listing, Source, Teaser

_BODY_LIMIT = 20_000_000  # bytes
_ITEM_LIMIT = 2_000
_FIELD_LIMIT = 10_000  # characters


def read_feed(body: bytes, url: str | None, source: Source) -> Listing:
    """The items of a feed, in its order; none where it is empty. `captured_at` is None.

    Raises ValueError, with the reason, where `body` is no feed or one that is refused.
    """
    if len(body) > _BODY_LIMIT:
        raise ValueError(f"the feed is larger than {_BODY_LIMIT // 1_000_000} MB")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        teasers = _json_teasers(body, url, source)
    else:
        teasers = _xml_teasers(xml_text(body), url, source)
    return Listing(source.name, url, None, tuple(teaser for teaser in teasers if _says_something(teaser)))


def xml_text(body: bytes) -> str:
    """The text of an XML document, without its XML declaration, fit to be given to a parser.

    Raises ValueError where it declares entities or an encoding that we do not read.
    """
    document = body.decode(_encoding(body), "replace").lstrip("\ufeff \t\r\n\x00")
    document = re.sub(r"\A<\?xml[^>]{0,300}\?>", "", document)
    if re.search(r"<!ENTITY|<!DOCTYPE[^\[>]{0,1000}\[|<!DOCTYPE[^\[>]{1000}", document, re.I):
        raise ValueError("the document declares entities of its own; refused")
    return document


# ---------------------------------------------------------------- XML


def _xml_teasers(document: str, url: str | None, source: Source) -> list[Teaser]:
    parsed = feedparser.parse(
        io.BytesIO(_first_items(document).encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise ValueError("not a feed: no RSS, Atom or RDF was found in it")
    base = absolute(url or "", parsed.feed.get("link") or "") or url
    return [_entry_teaser(entry, base, source) for entry in parsed.entries[:_ITEM_LIMIT]]


def _entry_teaser(entry: Any, base: str | None, source: Source) -> Teaser:
    contents = [content.get("value") for content in entry.get("content", [])[:1]]
    address = _address(base, [entry.get("link"), entry.get("id")])
    return Teaser(
        address,
        _plain([entry.get("title")]),
        _plain([entry.get("summary"), *contents]),
        # dict.get: feedparser's own answers with another date where one is missing, and warns about it.
        _when([dict.get(entry, name) for name in ("published", "created", "updated")], source),
        _when([dict.get(entry, "updated")], source),
    )


def _first_items(document: str) -> str:
    """`document` up to its 2,000th item, its open elements closed again."""
    starts = re.finditer(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", document)
    cut = next((match.start() for number, match in enumerate(starts) if number == _ITEM_LIMIT), None)
    if cut is None:
        return document
    root = re.search(r"<([A-Za-z][\w.:-]{0,40})", document)
    name = root[1] if root else "rss"
    return document[:cut] + ("</channel>" if name.lower() == "rss" else "") + f"</{name}>"


# ---------------------------------------------------------------- JSON Feed


def _json_teasers(body: bytes, url: str | None, source: Source) -> list[Teaser]:
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a feed: broken JSON ({error})") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ValueError('not a feed: JSON without a list "items" (https://jsonfeed.org/version/1.1)')
    return [_item_teaser(item, url, source) for item in items[:_ITEM_LIMIT] if isinstance(item, dict)]


def _item_teaser(item: dict[str, Any], url: str | None, source: Source) -> Teaser:
    return Teaser(
        _address(url, [item.get("url"), item.get("external_url"), item.get("id")]),
        _plain([item.get("title")]),
        _plain([item.get("summary"), item.get("content_text"), item.get("content_html")]),
        _when([item.get("date_published"), item.get("date_modified")], source),
        _when([item.get("date_modified")], source),
    )


# ---------------------------------------------------------------- fields


def _address(base: str | None, claims: Iterable[Any]) -> str | None:
    """The first web address; an item's id counts only where it is a whole one."""
    for claim in claims:
        if isinstance(claim, str) and claim.strip() and not claim.startswith(("tag:", "urn:")):
            if address := absolute(base or "", claim[:_FIELD_LIMIT].strip()):
                return address
            base = None
    return None


def _plain(claims: Iterable[Any]) -> str | None:
    """The first claim that says anything, as text without markup."""
    for claim in claims:
        if isinstance(claim, str) and (line := _without_markup(claim[:_FIELD_LIMIT])):
            return line
    return None


def _without_markup(value: str) -> str:
    if re.search(r"<[A-Za-z/!]", value):
        body = LexborHTMLParser(value).body
        value = " ".join(block.text for block in read_blocks(body).blocks) if body else ""
    elif "&" in value:
        value = html.unescape(value)
    return text.clean(value)[:_FIELD_LIMIT]


def _when(claims: Iterable[Any], source: Source) -> str | None:
    stamps = (dates.metadata_time(claim, source.time_zone) for claim in claims if isinstance(claim, str))
    return next((stamp for stamp in stamps if stamp), None)


def _says_something(teaser: Teaser) -> bool:
    return bool(teaser.url or teaser.headline or teaser.excerpt)


# ---------------------------------------------------------------- encoding


def _encoding(body: bytes) -> str:
    """The codec of an XML document by its first bytes (XML 1.0, appendix F), else by its declaration."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    declared = re.match(rb"\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,10}=\s{0,10}[\"']([\w.:-]{1,40})", body)
    try:
        name = codecs.lookup(declared[1].decode("ascii", "replace")).name if declared else "utf-8"
    except LookupError:
        return "utf-8"
    if name in _UNREAD or not _is_ascii_based(name):
        raise ValueError(f"the document is in the encoding {name!r}, in which much can hide; refused")
    return name


def _is_ascii_based(name: str) -> bool:
    """Whether a codec for text reads ASCII as ASCII: what is looked for must be found."""
    try:
        return b"<!ENTITY [rss]".decode(name) == "<!ENTITY [rss]"
    except (LookupError, ValueError):  # a codec that is not for text, or needs more bytes
        return False


_MARKS = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xfe\xff", "utf-16"),
    (b"\xff\xfe", "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
# Codecs in which "<" has more than one spelling, or whose decoders are not linear.
_UNREAD = frozenset(
    {"utf-7", "hz", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape"}
)
