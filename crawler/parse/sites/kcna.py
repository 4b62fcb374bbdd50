"""KCNA (kcna.kp), in three generations.

    ….kcmsf, by form posts                  article code AR0123456, also in links: fn_showArticle("AR0123456", …)
    /<language>/article/q/<hex>.kcmsf       until mid-2026; the day in `.publish-time`
    /<language>/article/detail/<32 hex>     since; no day but that of the dateline, which has no year

A code says nothing of the language, so the key has both. Leaders' names stand in `<nobr><span>`: inline, and
no break in the text.

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from crawler import text, urls
from crawler.parse import dates, marks
from crawler.parse.recipe import Markup, Recipe, article
from storage.records import Article, Listing, Teaser

_KEY = re.compile(r"/((?:kp|en|jp|cn|ru|sp|es)/)article/(?:q|detail)/([0-9a-f]{6,64})(?![0-9a-z])")
_CODE = re.compile(r"\b(AR\d{5,9})\b")
_LINK_LIMIT = 5_000
_POST = "/kcna.user.article.retrieveNewsViewInfoList.kcmsf?article_code="


def read_key(address: str) -> str | None:
    """Language and number of an article's address, or the code of a form post.

    >>> read_key("/en/article/q/5ce6f1a0.kcmsf")
    'en/5ce6f1a0'
    """
    if match := _KEY.search(address):
        return match[1] + match[2]
    code = _CODE.search(address)
    return code[1] if code else None


def read_article(page: Markup) -> Article | None:
    """By the layout's selectors; the end marks taken off, the day from them or the dateline where need be."""
    own = page.recipe or RECIPES[0]
    found = article(replace(own, read_article=None), page)
    if found is None:
        return None
    kept, ended = [], None
    for line in found.paragraphs:
        paragraph, named = marks.without_end_marks(line)
        ended = ended or named
        kept += [paragraph] if paragraph else []
    if not kept:
        return None
    day = found.published or ended or dateline_day(kept[0], page.seen.date() if page.seen else None)
    return replace(found, paragraphs=tuple(kept), published=day)


def dateline_day(line: str, captured: date | None) -> str | None:
    """The day of a dateline without a year: the last such day before the page was fetched.

    >>> dateline_day("Pyongyang, September 10 (KCNA) -- The dyke was mended.", date(2031, 3, 1))
    '2030-09-10'
    """
    match = _DATELINE.search(line[:_DATELINE_LIMIT])
    if match is None or captured is None:
        return None
    for year in (captured.year, captured.year - 1):
        day = dates.printed(_with_year(match, year))
        # Korea is ahead of UTC by nine hours, and so may its datelines be.
        if day and date.fromisoformat(day) <= captured + timedelta(days=1):
            return day
    return None


def _with_year(match: re.Match[str], year: int) -> str:
    if match["m"]:
        return f"{year}-{int(match['m']):02}-{int(match['d']):02}"
    if match["after"]:
        return f"{match['month']} {match['after']}, {year}"
    return f"{match['before']} {match['name']} {year}"


_DATELINE_LIMIT = 120
_DATELINE = re.compile(
    r"(?P<m>\d{1,2}) ?[月월] ?(?P<d>\d{1,2}) ?[日일]"
    r"|, ?(?P<month>[A-Za-z]{3,9})\.? (?P<after>\d{1,2}) \(KCNA\)"
    r"|, ?(?P<before>\d{1,2}) (?:de )?(?P<name>[^\W\d_]{3,12})\.? ?[(/.]"
)


def read_listing(page: Markup) -> Listing:
    """Every link to an article, once, in page order; also where it is a script that posts a form."""
    kept: dict[str, Teaser] = {}
    for link in page.tree.css((page.recipe or RECIPES[0]).rows)[:_LINK_LIMIT]:
        url = _address(page, link.attributes.get("href") or "", link.attributes.get("onclick") or "")
        headline = text.clean(link.text())
        key = read_key(url) if url else None
        if key and headline:
            kept.setdefault(key, Teaser(url, headline))
    return Listing(page.source.name, page.url, None, tuple(kept.values()))


def _address(page: Markup, href: str, script: str) -> str | None:
    code = _CODE.search(href) or _CODE.search(script)
    return urls.absolute(page.url or "http://kcna.kp/", _POST + code[1] if code else href)


_SITE = Recipe(
    name="kcna",
    hosts=("kcna.kp",),
    read_key=read_key,
    rows='a[href*="/article/q/"], a[href*="/article/detail/"], a[href*="fn_showArticle"], '
    'a[onclick*="fn_showArticle"]',
    row_link="",
    read_article=read_article,
    read_listing=read_listing,
)

RECIPES = (
    replace(_SITE, since=date(2026, 6, 1), headline="h1.text-center", body="article", paragraphs="p"),
    replace(
        _SITE,
        since=date(2022, 1, 1),
        headline=".article-main-title",
        body=".content-wrapper",
        published=".publish-time",
    ),
    replace(_SITE, headline=".titlePP, h2.title, .ArticleTitle", body=".ArticleContent, #articleContent"),
)
