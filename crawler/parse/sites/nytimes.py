"""The New York Times (nytimes.com).

    /<year>/<month>/<day>/<section>/<slug>.html    article: the path is its key

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re

from crawler.parse.recipe import Recipe

RECIPE = Recipe(
    name="nytimes",
    hosts=("nytimes.com",),
    is_on_request=True,
    key=re.compile(r"/(\d{4}/\d\d/\d\d/[^?#.]{1,300})"),
    headline='h1[data-testid="headline"], h1[itemprop="headline"]',
    body='section[name="articleBody"], section[itemprop="articleBody"]',
    paragraphs=".StoryBodyCompanionColumn p, .StoryBodyCompanionColumn h2",
    published='meta[property="article:published_time"], meta[property="article:published"]',
    modified='meta[property="article:modified_time"], meta[property="article:modified"]',
    byline='.last-byline, [itemprop="author"]',
    rows="section.story-wrapper, #stream-panel li",
    row_headline="h3, p.indicate-hover",
    row_excerpt="p.summary-class",
)
