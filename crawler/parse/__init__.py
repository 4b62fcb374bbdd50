"""PARSE: a page in, what it says out: an article, a listing, or the obstacle in the way. Pure.

What lives here: which reader a page is for, and what every reader's result goes through. What must not: how
a format or site is read; that is

    sites/      the recipe of the page's site; else, by what is on it, of the site it was saved from
    article.py, listing.py                    any other HTML
    feed.py, sitemap.py                       by the kind of target, or by what the body turns out to be
    obstacles.py                              challenge pages, members' walls, soft 404s: nobody's text

Every string that comes out is clean and short enough to be stored: a headline 1,000 characters, an article
2,000,000, a listing 6,000 teasers (a sitemap 50,000).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser

from crawler import text, urls
from crawler.parse import obstacles, reader, recipe, sites
from crawler.parse.about import read_about
from crawler.parse.article import read_article, read_head
from crawler.parse.body import Body, Form, open_body
from crawler.parse.feed import read_feed
from crawler.parse.listing import read_listing
from crawler.parse.metadata import canonical, read_metadata
from crawler.parse.originals import named_original
from crawler.parse.paging import next_page
from crawler.parse.recipe import Markup, Recipe
from crawler.parse.sitemap import read_sitemap
from storage.records import About, Article, Listing, Page, Source, TargetKind, Teaser

_HEADLINE_LIMIT = 1_000  # characters
_FIELD_LIMIT = 10_000
_ARTICLE_LIMIT = 2_000_000
_TEASER_LIMIT = 6_000
_ADDRESS_LIMIT = 50_000  # of a sitemap


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page says. With an `obstacle`, a reason in words, there is neither article nor listing.

    `stamps`: when a feed or sitemap says that articles were last edited, by address.
    `head`: headline, byline and dates of a page asked for as an article on which no story was found.
    `found` and `missed`: the selectors of the page's recipe, by name, that found something on it and nothing.
    `next_page`: the address at which a listing goes on.
    `reader`: the version of what read it, see `reader`.
    """

    article: Article | None = None
    listing: Listing | None = None
    obstacle: str | None = None
    stamps: tuple[tuple[str, str], ...] = ()
    found: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    head: Article | None = None
    next_page: str | None = None
    reader: str = field(default="", compare=False)


def read(page: Page, source: Source, kind: TargetKind | None = None) -> Reading:
    """What `page` says, as a page of `source`; `captured_at` is when it was fetched.

    `kind` is what the page was fetched as: an ARTICLE gives the article and the teasers its recipe finds
    beside it, anything else a listing. With None, a saved page, it is what the page turns out to be. A
    `source` without a name takes the one that the page prints. A saved page without an address has the one
    that it calls its own, and is of the day that its recipe finds printed on it: else `captured_at` is None.
    Never raises for what a page may hold.
    """
    return replace(_read(page, source, kind), reader=reader.version(source))


def _read(page: Page, source: Source, kind: TargetKind | None) -> Reading:
    body = open_body(page)
    if body.form is not Form.HTML and (refused := obstacles.refusal(page)):
        return Reading(obstacle=refused)
    if body.form is Form.EMPTY:
        return Reading(obstacle="empty page")
    if kind is TargetKind.SITEMAP or (body.form is Form.SITEMAP and kind is not TargetKind.FEED):
        return _machine_read(page, body, source, is_sitemap=True)
    if kind is TargetKind.FEED or body.form is Form.FEED:
        return _machine_read(page, body, source, is_sitemap=False)
    if body.form is Form.OTHER:
        return Reading(obstacle=f"not HTML: {body.content_type}")
    return _html_read(page, body, source, kind)


# ---------------------------------------------------------------- feeds and sitemaps


def _machine_read(page: Page, body: Body, source: Source, *, is_sitemap: bool) -> Reading:
    try:
        read_it = read_sitemap if is_sitemap else read_feed
        listing = read_it(page.body, page.url, source)
    except ValueError as error:
        tree = LexborHTMLParser(body.text) if body.form is Form.HTML else None
        return Reading(obstacle=(obstacles.of_page(page, body.text, tree) if tree else None) or str(error))
    limit = _ADDRESS_LIMIT if is_sitemap else _TEASER_LIMIT
    stored = _stored_listing(listing, page, _named(source, page, None, None), limit)
    stamps = ((t.url, t.updated) for t in listing.teasers[:limit] if t.url and t.updated)
    return Reading(listing=stored, stamps=tuple(stamps))


# ---------------------------------------------------------------- HTML


def _html_read(page: Page, body: Body, source: Source, kind: TargetKind | None) -> Reading:
    tree = LexborHTMLParser(body.text)
    if not page.url:
        page = _at(page, canonical(tree, None) or "")
    markup = Markup(tree, page.url, source)
    markup.seen = page.fetched_at
    site = sites.for_url(page.url, source.recipe)
    if site is None and source.recipe is None:
        site = sites.for_markup(body.text)
    markup.recipe = site
    obstacle = obstacles.of_page(page, body.text, tree)
    if obstacle is None and site is not None and recipe.is_wall(site, markup):
        obstacle = obstacles.WALL
    if obstacle is not None:
        return Reading(obstacle=obstacle)
    original = named_original(tree, body.text, page.url)
    article, listing = _by_layouts(site, markup, kind, page) if site else _by_signs(markup, kind)
    site = markup.recipe
    if article is None and not (listing and listing.teasers) and obstacles.is_blank(tree):
        return Reading(obstacle="empty page")
    named = _named(source, page, article, listing, tree)
    if page.fetched_at is None and site is not None:
        page = replace(page, fetched_at=markup.seen)
    searched = recipe.searched(site, markup, is_article=kind is not TargetKind.LISTING) if site else {}
    return Reading(
        _told(article, original, tree, body.text, page, named) if article else None,
        _stored_listing(listing, page, named, _TEASER_LIMIT) if listing else None,
        found=tuple(name for name, is_there in searched.items() if is_there),
        missed=tuple(name for name, is_there in searched.items() if not is_there),
        next_page=_next(site, markup) if listing is not None and article is None else None,
        head=_head(markup, page, named) if article is None and kind is TargetKind.ARTICLE else None,
    )


def _told(
    article: Article, original: str | None, tree: LexborHTMLParser, markup: str, page: Page, source: Source
) -> Article:
    """`article` as it is stored, with what its page says beside it."""
    stored = _stored_article(article, page, source)
    about = read_about(tree, markup, page.url) or About()
    own = canonical(tree, page.url)
    if own and sites.key_of(own, source.recipe) != sites.key_of(page.url, source.recipe):
        about = replace(about, canonical=own)
    return replace(stored, original=original, about=about if about != About() else None)


def _at(page: Page, url: str) -> Page:
    return replace(page, requested_url=url, url=url)


def _by_layouts(
    site: Recipe, markup: Markup, kind: TargetKind | None, page: Page
) -> tuple[Article | None, Listing | None]:
    """As `_by_recipe`, by the layout of the day of capture; where that finds nothing, by the site's others.

    `markup.recipe` is the layout that found it, else the first one that was tried.
    """
    markup.seen = page.fetched_at or recipe.shown_day(site, markup)
    tried = recipe.layouts_for(sites.layouts(site), markup.seen.date() if markup.seen else None)
    found = []
    for layout in tried:
        markup.use(layout)
        article, listing = _by_recipe(layout, markup, kind)
        if article is not None or (kind is not TargetKind.ARTICLE and listing and listing.teasers):
            return article, listing
        found.append((article, listing))
    markup.use(tried[0])
    return found[0]


def _by_recipe(
    site: Recipe, markup: Markup, kind: TargetKind | None
) -> tuple[Article | None, Listing | None]:
    """Article and listing as the site's recipe reads them. Where it finds nothing, nobody guesses."""
    article = recipe.article(site, markup) if kind is not TargetKind.LISTING else None
    listing = recipe.listing(site, markup)
    is_wanted = listing.teasers or kind is TargetKind.LISTING or (kind is None and article is None)
    return article, listing if is_wanted else None


def _by_signs(markup: Markup, kind: TargetKind | None) -> tuple[Article | None, Listing | None]:
    """Article or listing as the generic parsers read them."""
    asked = (markup.tree, markup.url, markup.source)
    article = read_article(*asked, markup.seen) if kind in (TargetKind.ARTICLE, None) else None
    # Beside a story, a mere list of links is what the site has put there.
    listing = read_listing(*asked, with_plain=article is None) if kind is not TargetKind.ARTICLE else None
    if article is None or listing is None:
        return article, listing
    return (None, listing) if _is_front(article, listing, markup) else (article, None)


def _next(site: Recipe | None, markup: Markup) -> str | None:
    own = site.read_next if site is not None else None
    found = own(markup) if own is not None else None
    return found or (next_page(markup.tree, markup.url) if markup.url else None)


def _head(markup: Markup, page: Page, source: Source) -> Article | None:
    head = read_head(markup.tree, markup.url, markup.source, markup.seen)
    return _stored_article(head, page, source) if head else None


def _is_front(article: Article, listing: Listing, markup: Markup) -> bool:
    """Whether a page of which we know nothing is a listing although some of its text reads like a story."""
    if read_metadata(markup.tree, markup.url, markup.source).is_article:
        return False
    linked = sum(len(teaser.headline or "") + len(teaser.excerpt or "") for teaser in listing.teasers)
    return len(listing.teasers) >= 8 and linked > sum(map(len, article.paragraphs))


# ---------------------------------------------------------------- what every result goes through


def _named(
    source: Source,
    page: Page,
    article: Article | None,
    listing: Listing | None,
    tree: LexborHTMLParser | None = None,
) -> Source:
    """`source`, with a name: its own, the one the page prints, the site's, its host."""
    if source.name:
        return source
    printed = (article.source_line if article else None) or (listing.source_line if listing else None)
    site_name = read_metadata(tree, page.url, source).site_name if tree and not printed else None
    return replace(source, name=_short(printed or site_name or urls.host(page.url)) or "unknown")


def _stored_article(article: Article, page: Page, source: Source) -> Article:
    is_elsewhere = sites.key_of(page.requested_url, source.recipe) != sites.key_of(page.url, source.recipe)
    return replace(
        article,
        source=source.name,
        url=page.url or None,
        captured_at=page.fetched_at,
        headline=_short(article.headline),
        byline=_short(article.byline),
        paragraphs=tuple(_within(article.paragraphs, _ARTICLE_LIMIT)),
        source_line=_short(article.source_line),
        redirected_from=page.requested_url if page.requested_url and is_elsewhere else None,
    )


def _stored_listing(listing: Listing, page: Page, source: Source, limit: int) -> Listing:
    teasers = tuple(
        Teaser(t.url, _short(t.headline), _short(t.excerpt, _FIELD_LIMIT), t.date)
        for t in listing.teasers[:limit]
    )
    return replace(
        listing,
        source=source.name,
        url=page.url or None,
        captured_at=page.fetched_at,
        teasers=teasers,
        source_line=_short(listing.source_line),
    )


def _short(line: str | None, limit: int = _HEADLINE_LIMIT) -> str | None:
    return text.clean(line)[:limit].rstrip() or None if line else None


def _within(paragraphs: Iterable[str], room: int) -> Iterable[str]:
    """The paragraphs, clean, as far as there is room for their characters."""
    for paragraph in paragraphs:
        tidy = text.clean(paragraph)[:room]
        room -= len(tidy)
        if tidy:
            yield tidy
