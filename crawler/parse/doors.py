"""The doors of a site: the feeds, sitemaps and sections that its front page and robots.txt name. Pure.

What must not live here: looking behind them (`crawler.discovery`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler import text, urls

_MOST_LINKS = 1_000
_MOST_LINES = 20_000  # of a robots.txt


def feeds(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """The feeds that the page at `url` names in its head, in its order; none of comments."""
    found = []
    for node in tree.css('link[rel~="alternate" i][type][href]')[:_MOST_LINKS]:
        names = node.attributes
        kind = (names.get("type") or "").split(";")[0].strip().lower()
        label = f"{names.get('title') or ''} {names.get('href') or ''}".lower()
        if kind in _FEED_TYPES and "comment" not in label and "kommentar" not in label:
            found.append(urls.absolute(url, names.get("href") or ""))
    return _each_once(found)


_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "text/xml",
    }
)


def sections(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """The sections of the site that the page at `url` is the front of: short addresses in its menus."""
    found = []
    for node in tree.css("nav a[href], header a[href], [role=navigation] a[href]")[:_MOST_LINKS]:
        address = urls.absolute(url, node.attributes.get("href") or "")
        label = text.clean(node.text()[:200])
        if address and label and len(label) <= 40 and _is_section(address, url):
            found.append(address.split("#")[0])
    return _each_once(found)


def _is_section(address: str, front: str) -> bool:
    parts = urlsplit(address)
    steps = [step for step in parts.path.split("/") if step]
    is_ours = urls.host(address) == urls.host(front) and not parts.query
    is_short = 1 <= len(steps) <= 2 and not re.search(r"\d", parts.path) and len(parts.path) <= 40
    return is_ours and is_short and _SERVICE.search(parts.path.lower()) is None


_SERVICE = re.compile(
    r"\b(?:log-?in|sign-?in|register|account|abo\b|subscri|newsletter|shop|store\b|impressum|imprint|legal|privacy|datenschutz"
    r"|terms|agb\b|contact|kontakt|about|ueber-uns|help|hilfe|faq|jobs|careers?|karriere|advertis|werben|mediadaten|search"
    r"|suche|rss|feeds?|apps?\b|podcasts?|epaper|e-paper|archive?|archiv|games?|spiele|wetter|weather|horoscop\w*|member\w*)"
)


def sitemaps(robots: str, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, in its order (https://www.sitemaps.org/protocol.html)."""
    lines = robots.splitlines()[:_MOST_LINES]
    named = (
        match[1]
        for line in lines
        if (match := re.match(r"\s{0,20}sitemap\s{0,5}:\s{0,5}(\S{1,2000})", line, re.I))
    )
    return _each_once(urls.absolute(url, address) for address in named)


def _each_once(addresses: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for address in addresses if address))
