"""Rodong Sinmun (rodong.rep.kp).

    /en/index.php?<base64>                     decoded: `1@@<category>@<page>@` a list,
                                               `12@2026-02-19-001@…` an article
    /en/index.php?strPageID=…&newsID=2021-09-12-0009    the same until about 2022

The key is the news id, which begins with the day; what follows it in the address varies.

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

from crawler import text, urls
from crawler.parse import dates
from crawler.parse.recipe import Markup, Recipe
from storage.records import Listing, Teaser

_ID = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d-[A-Z]?\d{3,4})(?!\d)")
_BASE64 = re.compile(r"\?([A-Za-z0-9+/_-]{8,400}={0,2})(?:&|\Z)")
_LANGUAGE = re.compile(r"/(ko|kp|cn|jp|ru)/")
_LINK_LIMIT = 5_000


def read_key(address: str) -> str | None:
    """The news id in an address, decoded where need be; before it the language, where that is not English.

    >>> read_key("/en/index.php?MTJAMjAyNi0wMi0xOS0wMDFAMUBAMEA=")
    '2026-02-19-001'
    """
    query = _decoded(address)
    found = _ID.search(query) if query.startswith("12@") or "newsID=" in query else None
    language = _LANGUAGE.match(address)
    return f"{language[1]}/{found[1]}" if found and language else (found[1] if found else None)


def _decoded(address: str) -> str:
    address = unquote(address)
    match = _BASE64.search(address)
    if match is None:
        return address
    plain = match[1].rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8", "replace")
    except ValueError:
        return address


def read_listing(page: Markup) -> Listing:
    """Every link to an article, once, in page order; the day is in its id."""
    kept: dict[str, Teaser] = {}
    for link in page.tree.css((page.recipe or RECIPES[0]).rows)[:_LINK_LIMIT]:
        url = urls.absolute(page.url or "", link.attributes.get("href") or "")
        key = read_key(urls.canonical(url).removeprefix(urls.host(url))) if url else None
        headline = text.clean(link.text())
        if url and key and headline:
            kept.setdefault(key, Teaser(url, headline, date=_day(key)))
    return Listing(page.source.name, page.url, None, tuple(kept.values()))


def _day(key: str) -> str | None:
    return dates.printed(key.rpartition("/")[2][:10])


_SITE = Recipe(
    name="rodong",
    hosts=("rodong.rep.kp",),
    read_key=read_key,
    rows='a[href*="index.php?"], a[href^="?"]',
    row_link="",
    read_listing=read_listing,
)

RECIPES = (
    replace(
        _SITE,
        since=date(2024, 1, 1),  # seen in 2025 and not in 2023
        headline="p.TitleP",
        body="#articleContent",
        paragraphs="p.TextP",
        published="#article-date",
    ),
    replace(_SITE, headline=".news_Title", body="body", paragraphs="p.ArticleContent", published=".NewsDate"),
)
