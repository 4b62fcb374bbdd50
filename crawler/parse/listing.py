"""The generic listing parser: the headline links of a front page, section or block, in page order. Pure.

What lives here: which links of a page are teasers, and what each teaser says. What must not: rules for one
site (they are recipes, `sites/`).

A link is judged by four signs: it is a headline (in, around or beside a heading), its address looks like a
story's, its text is as long as a headline, and it stands in a repeated row (`<article>`, list item). Links
of one shape (the same tags and classes above them) are judged together: where most links of a shape are
teasers the rest are too, and a shape that hardly ever is gives none. Navigation, footers, tag lists and
links inside running text are out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import HEADINGS, Block, read_blocks, size
from crawler.urls import absolute
from storage.records import Listing, Source, Teaser

_LINK_LIMIT = 6_000  # links of a page that are looked at
_REPEAT_LIMIT = 5  # links to one story that are looked at
_CLIMB = 12  # levels above a link that are looked at
_HEADLINE_LIMIT = 1_000  # characters
_EXCERPT_LIMIT = 2_000
_ENOUGH = 4  # signs, of 7, that make a link a teaser


def read_listing(tree: LexborHTMLParser, url: str | None, source: Source) -> Listing:
    """The teasers on the page `tree`; none where it holds none. `captured_at` is None.

    A story that is linked twice is one teaser, at its first place, with its best headline.
    """
    links = _teaser_links(_links(tree, url))
    rows = _rows(links)
    merged: dict[str, Teaser] = {}
    told: Counter[str] = Counter()
    for link in links:
        key = link.url.split("#")[0]
        told[key] += 1
        if told[key] > _REPEAT_LIMIT:  # rows of one story may lie in each other, so this bounds the work
            continue
        teaser = _teaser(link, rows[id(link)], source)
        merged[key] = _better(merged[key], teaser) if key in merged else teaser
    return Listing(source.name, url, None, tuple(merged.values()))


@dataclass(frozen=True, slots=True)
class _Link:
    node: LexborNode
    url: str
    above: tuple[LexborNode, ...]  # nearest first
    shape: tuple[str, ...]
    headline: str
    is_heading: bool
    signs: int


# ---------------------------------------------------------------- which links


def _links(tree: LexborHTMLParser, url: str | None) -> list[_Link]:
    """The links of the page that could be teasers, outside furniture and running text."""
    here = (url or "").split("#")[0]
    judged: dict[int, bool] = {}
    lengths: dict[int, int] = {}
    found = []
    for node in tree.css("a[href]")[:_LINK_LIMIT]:
        href = (node.attributes.get("href") or "").strip()
        address = absolute(url or "", href) if href and not href.startswith("#") else None
        if address is None or address.split("#")[0] == here:
            continue
        above = _above(node)
        if _is_outside(above, judged):
            continue
        link = _link(node, address, above, lengths)
        if link is not None:
            found.append(link)
    return found


def _link(node: LexborNode, url: str, above: tuple[LexborNode, ...], lengths: dict[int, int]) -> _Link | None:
    titles = [line for title in node.css(_HEADING)[:5] if (line := _line(read_blocks(title).blocks))]
    tags = [parent.tag or "" for parent in above]
    is_heading = bool(titles) or not HEADINGS.isdisjoint(tags[:4])
    headline = max(titles, key=len, default="") or _unmarked(read_blocks(node).blocks, is_heading)
    if not headline or (not is_heading and _is_prose(above, headline, lengths)):
        return None
    letters = size(headline)
    signs = 2 * is_heading + 2 * _is_story(url) + (letters >= 15) + (letters >= 30)
    signs += "article" in tags or "li" in tags[:6]
    shape = tuple(f"{p.tag}.{p.attributes.get('class') or ''}" for p in (node, *above[:4]))
    return _Link(node, url, above, shape, headline, is_heading, signs if letters >= 8 else 0)


def _line(blocks: list[Block]) -> str:
    """The text of `blocks` on one line; a kicker and its colon may stand in blocks of their own."""
    line = text.clean(" ".join(block.text for block in blocks)[:_HEADLINE_LIMIT])
    return line.replace(" : ", ": ").removeprefix(": ")


def _unmarked(blocks: list[Block], is_heading: bool) -> str:
    """The headline of a link that marks none: all its text in a heading, else its first line and kicker."""
    if is_heading:
        return _line(blocks)
    lines = [block for block in blocks if block.furniture < 0] or blocks
    has_kicker = len(lines) > 1 and lines[0].size < 40 and lines[1].size < 200
    return _line(lines[: 1 + has_kicker])


def _teaser_links(links: list[_Link]) -> list[_Link]:
    """The links that are teasers, by their own signs and by those of their shape."""
    shapes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for link in links:
        shapes[link.shape].append(link.signs)
    means = {shape: sum(signs) / len(signs) for shape, signs in shapes.items()}
    return [link for link in links if link.signs and 0.5 * (link.signs + means[link.shape]) >= _ENOUGH]


def _above(node: LexborNode) -> tuple[LexborNode, ...]:
    above: list[LexborNode] = []
    parent = node.parent
    while parent is not None and parent.tag not in ("body", "html", "-document") and len(above) < 40:
        above.append(parent)
        parent = parent.parent
    return tuple(above)


_HEADING = "h1, h2, h3, h4, h5, h6"
_OUTSIDE = frozenset({"nav", "footer", "menu", "noscript", "template", "dialog", "form"})


def _is_outside(above: tuple[LexborNode, ...], judged: dict[int, bool]) -> bool:
    """Whether a link under the elements `above` is part of the site's furniture. `judged` remembers them.

    Only what is furniture on a listing too: there, teasers, sliders and sidebars are the content.
    """
    for node in above:
        if node.mem_id not in judged:
            names = node.attributes
            label = f"{names.get('class') or ''} {names.get('id') or ''}".lower()[:300]
            judged[node.mem_id] = (
                node.tag in _OUTSIDE
                or names.get("role") in ("navigation", "contentinfo")
                or bool(_SITE.search(label))
            )
        if judged[node.mem_id]:
            return True
    return False


_SITE = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|footer|breadcrumbs?|pagination|pager|cookies?|consent|share|sharing|tags?"
    r"|tag-?list|skip-?links?|toolbar|social)(?:$|[\s_-])"
)


def _is_prose(above: tuple[LexborNode, ...], headline: str, lengths: dict[int, int]) -> bool:
    """Whether the link stands inside a sentence. `lengths` remembers how long the text of an element is."""
    for node in above[:3]:
        if node.tag in ("p", "blockquote", "dd"):
            if node.mem_id not in lengths:
                lengths[node.mem_id] = len(node.text(deep=True))
            return lengths[node.mem_id] > 2 * len(headline) + 20
    return False


_STORY = re.compile(r"[^/]*(?:[-_][^/_-]+){3}[^/]*/?\Z|\d{5}|/\d{4}/\d{1,2}/|\.(?:html?|php|aspx?|kcmsf)\Z")
_NO_STORY = re.compile(
    r"/(?:tags?|themen?|topics?|category|categories|kategorie|authors?|autor(?:en)?|search|suche|login|register|abo"
    r"|newsletter|privacy|datenschutz|impressum|contact|kontakt|about|agb|terms|help|hilfe|jobs|rss|feed)s?(?:[/.?]|\Z)",
    re.I,
)


def _is_story(url: str) -> bool:
    """Whether the address looks like a story's: a slug of four words, a long number, a date or a file."""
    parts = urlsplit(url)
    if _NO_STORY.search(parts.path):
        return False
    return bool(_STORY.search(parts.path) or re.search(r"\d{4}|=\w{12}", parts.query))


# ---------------------------------------------------------------- what a teaser says


def _rows(links: list[_Link]) -> dict[int, LexborNode]:
    """For each link the largest element around it that holds no other story: its row."""
    held: dict[int, set[str]] = defaultdict(set)
    for link in links:
        for node in link.above[:_CLIMB]:
            held[node.mem_id].add(link.url.split("#")[0])
    rows = {}
    for link in links:
        rows[id(link)] = link.node
        for node in link.above[:_CLIMB]:
            if len(held[node.mem_id]) > 1 or node.tag in ("main", "section"):
                break
            rows[id(link)] = node
    return rows


def _teaser(link: _Link, row: LexborNode, source: Source) -> Teaser:
    blocks = read_blocks(row).blocks
    return Teaser(link.url, link.headline, _excerpt(blocks, link.headline), _date(row, blocks, source))


def _excerpt(blocks: list[Block], headline: str) -> str | None:
    """The first running text of the row that is not its headline."""
    for block in blocks:
        if block.is_heading or block.size < 40 or headline in block.text or block.text in headline:
            continue
        if block.size >= 80 or " " in block.text:
            return text.clean(block.text)[:_EXCERPT_LIMIT]
    return None


def _date(row: LexborNode, blocks: list[Block], source: Source) -> str | None:
    stamp = row.css_first("time[datetime]")
    if stamp is not None:
        when = dates.metadata_time(stamp.attributes.get("datetime") or "", source.time_zone)
        if when:
            return when
    for block in blocks:
        if block.size < 80 and any(map(str.isdigit, block.text)):
            when = dates.printed(block.text, order=source.date_order, zone=source.time_zone)
            if when:
                return when
    return None


def _better(first: Teaser, second: Teaser) -> Teaser:
    """One teaser of two for the same story: the first one's place, the fuller headline, what either knows."""
    headline = max(first.headline or "", second.headline or "", key=len)
    return Teaser(first.url, headline, first.excerpt or second.excerpt, first.date or second.date)
