"""The Pyongyang Times (pyongyangtimes.com.kp).

A listing's headlines are `div.d-flex h3.title`; what links one stands in it, around it or beside it. Of a
reworked page only the headings can be relied on.

The markup is known from public descriptions and scrapers; nothing was fetched live for this file. Where the
site has changed, the recipe finds nothing and says which selector: it never takes other text instead.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from crawler import text, urls
from crawler.parse.recipe import Markup, Recipe
from storage.records import Listing, Teaser

_ROW_LIMIT = 2_000


def read_listing(page: Markup) -> Listing:
    """Every headline of a row, with the link in it, around it or in its row."""
    recipe = page.recipe or RECIPE
    teasers = []
    for title in page.tree.css(recipe.rows)[:_ROW_LIMIT]:
        headline, link = text.clean(title.text()), _link(title)
        if headline:
            href = link.attributes.get("href") if link is not None else None
            teasers.append(Teaser(urls.absolute(page.url or "", href) if href else None, headline))
    return Listing(page.source.name, page.url, None, tuple(teasers))


def _link(title: LexborNode) -> LexborNode | None:
    inside = title.css_first("a[href]")
    above: LexborNode | None = title
    while inside is None and above is not None and above.tag != "body":
        if above.tag == "a":
            return above
        if "d-flex" in (above.attributes.get("class") or "").split():
            return above.css_first("a[href]")
        above = above.parent
    return inside


RECIPE = Recipe(
    name="pyongyangtimes",
    hosts=("pyongyangtimes.com.kp",),
    rows="div.d-flex h3.title",
    row_link="",
    headline="h1.title, h2.title, .article-title",
    body=".article-content, .article-body, .content-wrapper",
    published=".article-date, .publish-time, .date",
    read_listing=read_listing,
)
