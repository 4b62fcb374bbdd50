"""Die Zeit (zeit.de).

    /<section>/<year>-<month>/<slug>    article: its path without the page number is its key
    .gate    where the rest of the text is for subscribers: an obstacle, half an article is none

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re

from crawler.parse.recipe import Recipe
from storage.records import DateOrder

RECIPE = Recipe(
    name="zeit",
    hosts=("zeit.de",),
    is_on_request=True,
    key=re.compile(r"/((?:[a-z0-9-]{1,60}/){0,4}\d{4}(?:-\d\d|/\d\d)/[^/?#]{1,300})"),
    headline=".article-heading__title, .article-heading:not(:has(.article-heading__title))",
    body=".article-body",
    paragraphs="p.article__item, .article__subheading, .article__item li",
    published="time.metadata__date",
    modified='meta[name="last-modified"]',
    byline='[rel="author"]',
    walls="#paywall, aside.gate",
    date_order=DateOrder.DMY,
    rows="article.zon-teaser, article[class*='teaser-']",
    row_headline="[class*='__title']",
    row_excerpt="[class*='__summary']",
)
