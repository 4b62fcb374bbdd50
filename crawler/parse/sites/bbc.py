"""BBC News (bbc.com, bbc.co.uk).

    /news/articles/<c + 11 signs>    article; older /news/<section>-<8 digits>

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from crawler.parse.recipe import Recipe
from storage.records import DateOrder

_SITE = Recipe(
    name="bbc",
    hosts=("bbc.com", "bbc.co.uk"),
    is_on_request=True,
    key=re.compile(r"/(?:news|sport)/(?:[a-z0-9/_-]{0,80}[/-])?(c[a-z0-9]{11}|\d{8})(?![^/?#])"),
    date_order=DateOrder.DMY,
)

RECIPES = (
    replace(
        _SITE,
        since=date(2020, 11, 1),
        body="article",
        paragraphs='[data-component="text-block"] p, [data-component="subheadline-block"] h2, '
        '[data-component="unordered-list-block"] li',
        published="article time",
        byline='[data-testid="byline-contributors"]',
        rows='a[data-testid="internal-link"]:has([data-testid="card-headline"])',
        row_headline='[data-testid="card-headline"]',
        row_excerpt='[data-testid="card-description"]',
    ),
    replace(
        _SITE,
        headline="h1.story-body__h1",
        body=".story-body__inner",
        paragraphs=".story-body__inner > p, .story-body__inner > h2",
        published=".story-body .date",
        byline=".byline__name",
        rows=".gs-c-promo",
        row_link="a.gs-c-promo-heading",
        row_excerpt=".gs-c-promo-summary",
        row_date="time",
    ),
)
