"""The headline, date and byline of a story, as its page shows them. Pure.

What lives here: finding these three on the page, the headline by what the page's head claims. What must not:
the story's text (`article.py`), and reading a date out of a line (`dates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import HEADINGS, Block, Blocks
from crawler.parse.metadata import Metadata
from storage.records import Source


def headline(tree: LexborHTMLParser, claims: Metadata) -> str | None:
    """The heading that says most of what the page claims as its headline; else the claim; else the first h1.

    A heading that is only the site's name, as a logo often is, loses by that measure.
    """
    claimed = [folded(claim) for claim in (*claims.headlines, claims.title or "") if claim]
    best, share = None, 0.3
    for node in tree.css("h1, h2, h3")[:40]:
        line = text.clean(node.text())[:_HEADLINE_LIMIT]
        plain = folded(line)
        covered = max((len(plain) / len(claim) for claim in claimed if plain and plain in claim), default=0.0)
        if covered > share:
            best, share = line, covered
    if best is not None:
        return best
    if claims.headlines:
        return _without_site(claims.headlines[0], claims.site_name)
    shown = next((line for node in tree.css("h1")[:10] if (line := text.clean(node.text()))), None)
    return (shown or _without_site(claims.title or "", claims.site_name) or "")[:_HEADLINE_LIMIT] or None


_HEADLINE_LIMIT = 1_000  # characters


def folded(line: str) -> str:
    return text.normalise(line).casefold()


def _without_site(line: str, site_name: str | None) -> str:
    """`line` without " - The Site" at its end."""
    head, mark, tail = _SITE_MARK.split(line)[0], _SITE_MARK.search(line), re.split(_SITE_MARK, line)[-1]
    return head if mark and site_name and folded(tail) == folded(site_name) else line


_SITE_MARK = re.compile(r" [|\-–—·•»:] ")


def published(
    tree: LexborHTMLParser, page: Blocks, headline: str | None, url: str | None, source: Source
) -> str | None:
    """The story's date as shown: marked up, else printed below the headline, else in the address.

    Never one above the headline, where the day's date stands, nor one in a list of other stories.
    """
    for node in _marked_dates(tree, headline):
        names = node.attributes
        stamp = names.get("datetime") or names.get("content") or names.get("title") or ""
        when = dates.metadata_time(stamp, source.time_zone) or _printed(node.text(), source)
        if when:
            return when
    for block in _below_headline(page, headline):
        if block.size < 200 and not _EDITED.match(block.text) and (when := _printed(block.text, source)):
            return when
    return _in_address(url)


def _marked_dates(tree: LexborHTMLParser, headline: str | None) -> Iterator[LexborNode]:
    """The elements that mark the story's date: named so, or a `<time>` below the headline or beside it."""
    title = folded(headline or "")
    is_below = False
    for node in tree.css(f"h1, h2, h3, {_NAMED_DATE}, time")[:200]:
        if node.tag in HEADINGS:
            is_below = is_below or folded(text.clean(node.text())) == title
            continue
        is_ours = is_below or node.css_matches(_NAMED_DATE) or _shares_header(node, title)
        if is_ours and not _is_beside(node):
            yield node


_NAMED_DATE = '[itemprop~="datePublished" i]'


def _shares_header(node: LexborNode, title: str) -> bool:
    """Whether `node` stands in one small element with the headline."""
    parent = node.parent
    for _ in range(2):
        if parent is None or parent.tag in ("body", "main"):
            return False
        if any(folded(text.clean(found.text())) == title for found in parent.css("h1, h2")[:3]):
            return True
        parent = parent.parent
    return False


_EDITED = re.compile(
    r"\W*(?:last |zuletzt |letzte )?(?:updated?|modified|edited|aktualisiert|geändert|stand\b|mis à jour)",
    re.I,
)


def _printed(line: str, source: Source) -> str | None:
    return dates.printed(line, order=source.date_order, zone=source.time_zone)


def _is_beside(node: LexborNode) -> bool:
    """Whether `node` stands in a list, a menu, a margin: it is about another story then, or about none."""
    parent: LexborNode | None = node
    for _ in range(12):
        parent = parent.parent if parent is not None else None
        if parent is None:
            return False
        if parent.tag in ("aside", "nav", "footer", "li", "table"):
            return True
    return False


def _below_headline(page: Blocks, headline: str | None) -> list[Block]:
    """The few blocks that follow the headline, furniture too: dates mostly are."""
    title = text.normalise(headline or "")
    blocks = page.blocks
    places = [
        i for i, b in enumerate(blocks) if b.tag == "h1" or (b.is_heading and text.normalise(b.text) == title)
    ]
    return blocks[places[0] + 1 : places[0] + 13] if places else []


def _in_address(url: str | None) -> str | None:
    match = re.search(r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?!\d)", url or "", re.ASCII)
    return dates.metadata_time("-".join(match.groups())) if match else None


def byline(tree: LexborHTMLParser) -> str | None:
    """The writer's name that the page marks as such, without "By"."""
    for node in tree.css(_MARKED_NAMES)[:10]:
        line = re.sub(
            r"^(?:by|von|par|por|di|door|autor(?:in)?|text)\b[ :]*", "", text.clean(node.text()), flags=re.I
        )
        if 3 <= len(line) <= 80 and not _is_beside(node):
            return line
    return None


_MARKED_NAMES = '[itemprop~="author"], [rel~="author"], .byline, .author-name, .author'
