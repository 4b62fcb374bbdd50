"""El País (elpais.com).

    /<section>/2026-01-31/<slug>.html    article: day and slug are its key

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
    name="elpais",
    hosts=("elpais.com", "english.elpais.com"),
    is_on_request=True,
    key=re.compile(r"/(\d{4}-\d\d-\d\d/[^/?#.]{1,300}|\d{4}/\d\d/\d\d/[a-z_-]{1,40}/\d+_\d+)"),
    published='meta[property="article:published_time"]',
    modified='meta[property="article:modified_time"]',
    date_order=DateOrder.DMY,
)

RECIPES = (
    replace(
        _SITE,
        since=date(2020, 3, 1),
        headline="h1.a_t",
        body='[data-dtm-region="articulo_cuerpo"]',
        paragraphs="p, h3",
        byline='[data-dtm-region="articulo_firma"] a',
        rows="article.c",
        row_link=".c_t a",
        row_excerpt=".c_d",
        row_date="time",
    ),
    replace(
        _SITE,
        headline="h1.articulo-titulo",
        body="#cuerpo_noticia",
        paragraphs="p, h3",
        byline=".autor-nombre",
        rows="article.articulo",
        row_link=".articulo-titulo a",
        row_excerpt=".articulo-entradilla",
        row_date="time",
    ),
)
