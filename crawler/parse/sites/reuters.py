"""Reuters (reuters.com).

    /<section>/<slug>-2026-01-31/    article: slug with day; until 2021 /article/…-idUSKBN1ZI0GJ

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from crawler.parse.recipe import Recipe

_SITE = Recipe(
    name="reuters",
    hosts=("reuters.com",),
    is_on_request=True,
    key=re.compile(r"(?:-id|/)((?<=-id)[A-Z]{2}[A-Z0-9]{4,30}|[a-z0-9-]{1,300}-\d{4}-\d\d-\d\d)(?![^/?#])"),
    byline='[rel="author"], meta[name="author"]',
)

RECIPES = (
    replace(
        _SITE,
        since=date(2021, 4, 1),
        headline='h1[data-testid="Heading"]',
        body='[data-testid="ArticleBody"]',
        paragraphs='[data-testid^="paragraph-"]',
        published='meta[name="article:published_time"]',
        modified='meta[name="article:modified_time"]',
        rows='[data-testid$="StoryCard"]',
        row_link='a[data-testid="Heading"], [data-testid="Heading"] a',
        row_excerpt='[data-testid="Description"]',
        row_date="time",
    ),
    replace(
        _SITE,
        headline='h1[class*="ArticleHeader"]',
        body=".ArticleBodyWrapper, .StandardArticleBody_body",
        paragraphs="p, h3",
        published='meta[property="og:article:published_time"]',
        modified='meta[property="og:article:modified_time"]',
        rows="article.story",
        row_link=".story-content a",
        row_headline=".story-title",
        row_excerpt=".story-content p",
        row_date="time",
    ),
)
