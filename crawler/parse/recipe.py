"""What a recipe is: how to read the pages of one site, as data, and what its selectors yield. Pure.

What lives here: the form that every file in `sites/` fills in, and reading a page by selectors. What must
not: anything about one site. Selectors say what can be said in CSS; a hook says the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text, urls
from crawler.parse import dates
from crawler.parse.asides import is_volatile
from crawler.parse.blocks import ancestors, read_blocks
from crawler.parse.lines import Line, page_lines
from storage.records import Article, DateOrder, Listing, Source, Teaser


class Markup:
    """The tree of a page, where it was found, and for whom it is read. Its lines are read once, if at all."""

    def __init__(self, tree: LexborHTMLParser, url: str | None, source: Source) -> None:
        self.tree = tree
        self.url = url
        self.source = source
        self.seen: datetime | None = None  # when the page was captured, where that is known
        self.recipe: Recipe | None = None  # the one that reads it, for its hooks
        self.rows: list[LexborNode] = []  # the elements that `Line.row` counts
        self._lines: list[Line] | None = None

    def use(self, recipe: Recipe) -> None:
        """Be read by `recipe` from now on."""
        if recipe is not self.recipe:
            self.recipe, self.rows, self._lines = recipe, [], None

    def lines(self, rows: str) -> list[Line]:
        """The page's lines; `rows` selects the elements whose lines belong together."""
        if self._lines is None:
            self.rows = self.tree.css(rows)[:TEASER_LIMIT] if rows else []
            self._lines = page_lines(self.tree.body, self.rows) if self.tree.body else []
        return self._lines


ReadArticle = Callable[[Markup], Article | None]
ReadListing = Callable[[Markup], Listing]
ReadDay = Callable[[Markup], str | None]  # an ISO day
ReadNext = Callable[[Markup], str | None]  # the address of a listing's next page
ReadKey = Callable[[str], str | None]  # path and query of a canonical address -> the article's permanent key

TEASER_LIMIT = 6_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """One layout of one site. Selectors are CSS; "" means that the layout has no such thing."""

    name: str
    hosts: tuple[str, ...] = ()  # as `urls.host` gives them: without `www.`
    key: re.Pattern[str] | None = None  # one group, the article's permanent key; searched in path and query
    read_key: ReadKey | None = None  # the same, where an expression cannot say it; asked before `key`
    is_on_request: bool = False  # used only where a source names it: the generic parser reads it well, too
    since: date | None = None  # the first day of this layout, where a site has had several

    rows: str = ""  # one element a teaser
    row_link: str = "a[href]"  # within a row, where the row is no link itself; its text is the headline
    row_headline: str = ""  # within a row, where the link's text is more than the headline, or none of it
    row_excerpt: str = ""
    row_date: str = ""

    headline: str = "h1"
    body: str = ""
    paragraphs: str = ""  # within the body, one element a paragraph; "" where its text is all the article's
    volatile: str = (
        ""  # within the body, what every visit shows another of: counters, advertisements, players
    )
    published: str = ""  # what it finds tells by `datetime` or `content`, where it has that, else by its text
    modified: str = ""
    byline: str = ""
    date_order: DateOrder | None = None  # of this layout's all-digit dates; else the source's

    wall_paths: tuple[str, ...] = ()  # in the final address: we were led to a members' form
    walls: str = ""  # an element that stands where the text should
    marks: re.Pattern[str] | None = None  # in the markup of a saved page whose address nobody knows

    read_article: ReadArticle | None = None
    read_listing: ReadListing | None = None
    read_next: ReadNext | None = (
        None  # where the next page of a listing is told otherwise than on other sites
    )
    read_day: ReadDay | None = None  # the day of the visit, where the site prints it on every page


def layouts_for(layouts: Sequence[Recipe], captured: date | None) -> tuple[Recipe, ...]:
    """The layouts of one site in the order to try them on a page of that day.

    First the one in force then, next the others, newest first. Without a day all of them go newest first.
    """
    newest = sorted(layouts, key=lambda each: each.since or date.min, reverse=True)
    in_force = [each for each in newest if captured is None or (each.since or date.min) <= captured]
    return tuple(in_force[:1] + [each for each in newest if each not in in_force[:1]])


def key_in(recipe: Recipe, address: str) -> str | None:
    """The article's permanent key in `address`, the path and query of a canonical address."""
    if recipe.read_key is not None and (key := recipe.read_key(address)):
        return key
    match = recipe.key.search(address) if recipe.key else None
    return match[1] if match else None


def article(recipe: Recipe, markup: Markup) -> Article | None:
    """The article that `recipe` finds on the page; None where it finds none. `captured_at` is None."""
    if recipe.read_article is not None:
        return recipe.read_article(markup)
    tree, source = markup.tree, markup.source
    paragraphs = _paragraphs(recipe, tree)
    headline = first_text(tree.root, recipe.headline)
    if not paragraphs or (recipe.headline and headline is None):
        return None
    return Article(
        source.name,
        markup.url,
        None,
        headline=headline,
        byline=first_said(tree.root, recipe.byline),
        published=first_day(tree.root, recipe.published, recipe, source),
        modified=first_day(tree.root, recipe.modified, recipe, source),
        paragraphs=paragraphs,
    )


def listing(recipe: Recipe, markup: Markup) -> Listing:
    """The teasers that `recipe` finds on the page, in page order. `captured_at` is None."""
    if recipe.read_listing is not None:
        return recipe.read_listing(markup)
    # What fits two selectors of a list is found twice.
    rows = (
        {row.mem_id: row for row in markup.tree.css(recipe.rows)[: 2 * TEASER_LIMIT]} if recipe.rows else {}
    )
    teasers = (_row_teaser(recipe, row, markup.url, markup.source) for row in rows.values())
    kept = tuple(teaser for teaser in teasers if teaser.url or teaser.headline or teaser.excerpt)[
        :TEASER_LIMIT
    ]
    return Listing(markup.source.name, markup.url, None, kept)


def shown_day(recipe: Recipe, markup: Markup) -> datetime | None:
    """The first moment, in UTC, of the day that the page says it was served on; None where it says none."""
    day = recipe.read_day(markup) if recipe.read_day else None
    return datetime.combine(date.fromisoformat(day), time(), UTC) if day else None


def is_wall(recipe: Recipe, markup: Markup) -> bool:
    """Whether a members' wall stands where the page should."""
    if markup.url and any(path in markup.url for path in recipe.wall_paths):
        return True
    return bool(recipe.walls) and markup.tree.css_first(recipe.walls) is not None


# ---------------------------------------------------------------- whether selectors still find anything

ARTICLE_SELECTORS = ("headline", "body", "paragraphs", "published", "modified", "byline")
ROW_SELECTORS = ("row_link", "row_headline", "row_excerpt", "row_date")


def searched(recipe: Recipe, markup: Markup, *, is_article: bool) -> dict[str, bool]:
    """The selectors of the recipe that bear on the page, by name, and whether each finds anything on it.

    Those within rows count where there are rows, on which they need to match only once.
    """
    names = ARTICLE_SELECTORS if is_article else ()
    said = {name: getattr(recipe, name) for name in (*names, "rows") if getattr(recipe, name)}
    found = {name: markup.tree.css_first(selector) is not None for name, selector in said.items()}
    rows = markup.tree.css(recipe.rows)[:_ROWS_SEARCHED] if found.get("rows") else []
    for name in ROW_SELECTORS if rows else ():
        if selector := getattr(recipe, name):
            is_row = name == "row_link" and _is_link(rows[0])
            found[name] = is_row or any(row.css_first(selector) is not None for row in rows)
    return found


_ROWS_SEARCHED = 50


# ---------------------------------------------------------------- what selectors yield; hooks use it, too


def first_text(root: LexborNode | None, selector: str) -> str | None:
    """The text of the first element under `root` that `selector` finds and that has one."""
    if root is None or not selector:
        return None
    return next((line for node in root.css(selector)[:20] if (line := text.clean(node.text()))), None)


def first_said(root: LexborNode | None, selector: str) -> str | None:
    """As `first_text`, where a `<meta>` says what stands in its `content`."""
    if root is None or not selector:
        return None
    said = (_content(node) for node in root.css(selector)[:20])
    return next((line for line in said if line), None)


def first_day(root: LexborNode | None, selector: str, recipe: Recipe, source: Source) -> str | None:
    """The date of the first element under `root` that `selector` finds and that has one.

    Its stamp for machines goes before its text, which may be "3 hours ago" today and a date tomorrow.
    """
    for node in root.css(selector)[:20] if root is not None and selector else ():
        stamp = node.attributes.get("datetime") or node.attributes.get("content")
        day = dates.metadata_time(stamp, source.time_zone) if stamp else None
        day = day or _printed(text.clean(node.text()), recipe, source)
        if day is not None:
            return day
    return None


def _content(node: LexborNode) -> str:
    return text.clean((node.attributes.get("content") or "") if node.tag == "meta" else node.text())


def _paragraphs(recipe: Recipe, tree: LexborHTMLParser) -> tuple[str, ...]:
    bodies = tree.css(recipe.body) if recipe.body else []
    if recipe.volatile and bodies:
        bodies = _without(recipe, tree)
    if not recipe.paragraphs:
        return _lasting(body_paragraphs(bodies))
    # As bodies may lie in each other, the first one that has paragraphs is it.
    return next(
        (found for body in bodies if (found := _lasting(_each_paragraph(body, recipe.paragraphs)))), ()
    )


def _without(recipe: Recipe, tree: LexborHTMLParser) -> list[LexborNode]:
    """The bodies of a copy of the page without what is volatile in them: others read the page as it is."""
    copy = LexborHTMLParser(tree.html or "")
    found = [node for body in copy.css(recipe.body) for node in body.css(recipe.volatile)]
    known = {node.mem_id for node in found}
    outer = {n.mem_id: n for n in found if known.isdisjoint(up.mem_id for up in ancestors(n, _DEPTH_LIMIT))}
    for node in outer.values():
        node.decompose()
    return copy.css(recipe.body)


def _lasting(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Without those that only count or tell how long ago: another visit shows another number."""
    return tuple(paragraph for paragraph in paragraphs if not is_volatile(paragraph))


def _each_paragraph(body: LexborNode, selector: str) -> tuple[str, ...]:
    taken: set[int] = set()
    found: list[str] = []
    for node in body.css(selector)[:_PARAGRAPH_LIMIT]:
        above = (parent.mem_id for parent in ancestors(node, _DEPTH_LIMIT))
        if node.mem_id not in taken and taken.isdisjoint(above) and (line := text.clean(node.text())):
            taken.add(node.mem_id)
            found.append(line)
    return tuple(found)


_PARAGRAPH_LIMIT = 20_000
_DEPTH_LIMIT = 50


def body_paragraphs(nodes: Iterable[LexborNode]) -> tuple[str, ...]:
    """The paragraphs of the first of `nodes` that has any, without what is named as page furniture.

    Where a body has no elements for its paragraphs, its line breaks part them.
    """
    for node in nodes:
        blocks = [block.text for block in read_blocks(node).blocks if block.furniture < 0]
        if len(blocks) == 1 and len(node.css("br")[:3]) > 1:
            blocks = _broken_lines(node)
        if blocks:
            return tuple(text.clean(block) for block in blocks)
    return ()


def _broken_lines(node: LexborNode) -> list[str]:
    return [line.text for line in page_lines(node)]


def _row_teaser(recipe: Recipe, row: LexborNode, url: str | None, source: Source) -> Teaser:
    links = [row] if _is_link(row) else row.css(recipe.row_link)[:20]
    shown = [(link, line) for link in links if (line := text.clean(link.text()))]
    link, headline = shown[0] if shown else (links[0] if links else None, None)
    href = link.attributes.get("href") if link is not None else None
    return Teaser(
        url=urls.absolute(url or "", href) if href else None,
        headline=first_text(row, recipe.row_headline) if recipe.row_headline else headline,
        excerpt=first_text(row, recipe.row_excerpt),
        date=first_day(row, recipe.row_date, recipe, source),
    )


def _is_link(row: LexborNode) -> bool:
    return row.tag == "a" and bool(row.attributes.get("href"))


def _printed(line: str | None, recipe: Recipe, source: Source) -> str | None:
    if line is None:
        return None
    return dates.printed(line, order=recipe.date_order or source.date_order, zone=source.time_zone)
