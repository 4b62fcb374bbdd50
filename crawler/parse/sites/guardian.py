"""The Guardian (theguardian.com).

    /<section>/<year>/<mon>/<day>/<slug>    article: the whole path is its key

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from crawler.parse.recipe import Recipe

_SITE = Recipe(
    name="guardian",
    hosts=("theguardian.com", "amp.theguardian.com"),
    is_on_request=True,
    key=re.compile(r"/((?:[a-z0-9-]{1,60}/){1,3}\d{4}/[a-z]{3}/\d\d/[^/?#]+)"),
    published='meta[property="article:published_time"]',
    modified='meta[property="article:modified_time"]',
    byline='[rel="author"]',
)

RECIPES = (
    replace(  # class names of its own build (dcr-…) change by the week and are left alone
        _SITE,
        since=date(2020, 7, 1),
        body=".article-body-viewer-selector, .article-body-commercial-selector",
        paragraphs="p, h2, li",
        rows="li:has(.card-headline)",
        row_headline=".card-headline",
        row_date="time",
    ),
    replace(
        _SITE,
        headline="h1.content__headline",
        body='[itemprop="articleBody"]',
        paragraphs='[itemprop="articleBody"] > p, [itemprop="articleBody"] > h2',
        rows=".fc-item__container",
        row_link=".fc-item__title a",
        row_excerpt=".fc-item__standfirst",
        row_date="time",
    ),
)
