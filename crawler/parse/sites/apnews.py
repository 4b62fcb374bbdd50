"""The Associated Press (apnews.com).

    /article/<slug>-<32 hex>    article; the hexadecimal number is its key

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re

from crawler.parse.recipe import Recipe

RECIPE = Recipe(
    name="apnews",
    hosts=("apnews.com",),
    is_on_request=True,
    key=re.compile(r"/article/(?:[^/?#]{0,300}-)?([0-9a-f]{32})(?![^/?#])"),
    headline="h1.Page-headline",
    body=".RichTextStoryBody",
    paragraphs=".RichTextStoryBody > p, .RichTextStoryBody > h2, .RichTextStoryBody > ul > li",
    published='meta[property="article:published_time"]',
    modified='meta[property="article:modified_time"]',
    byline=".Page-authors a",
    rows=".PagePromo",
    row_link=".PagePromo-title a",
    row_excerpt=".PagePromo-description",
)
