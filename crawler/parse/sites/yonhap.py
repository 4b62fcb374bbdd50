"""Yonhap (yna.co.kr).

    /view/AEN20260131001200315    article; the number is its key, its letters tell the language

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

import re

from crawler.parse.recipe import Recipe

RECIPE = Recipe(
    name="yonhap",
    hosts=("yna.co.kr", "en.yna.co.kr", "cn.yna.co.kr", "jp.yna.co.kr", "sp.yna.co.kr"),
    is_on_request=True,
    key=re.compile(r"/view/(A[A-Z]{2}\d{14,20})"),
    headline="h1.tit, h1.tit01",
    body="article.story-news, article.article-wrap01",
    paragraphs="p:not(.txt-copyright):not(.adrs)",
    published='meta[property="article:published_time"]',
    modified='meta[property="article:modified_time"]',
    byline=".tit-name, .txt-byline",
    rows="[class*='list-type'] li, .list-type038 li",
    row_link=".tit a, .tit-wrap a, a.tit-news",
    row_excerpt=".lead",
    row_date=".time, .txt-time",
)
