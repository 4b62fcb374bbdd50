"""The headline and byline of a story, as its page shows them. Pure.

What lives here: finding these two on the page, the headline by what the page's head claims. What must not:
the story's text (`article.py`) and its date (`published.py`).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse.metadata import Metadata


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
