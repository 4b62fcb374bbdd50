"""The headline and byline of a story, as its page shows them. Pure.

What lives here: finding these two on the page, the headline by what the page's head claims. What must not:
the story's text (`article.py`) and its date (`published.py`).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text, urls
from crawler.parse.blocks import ancestors, read_blocks
from crawler.parse.metadata import Metadata


def headline(tree: LexborHTMLParser, claims: Metadata, url: str | None = None) -> str | None:
    """The heading that says most of what the page claims as its headline; else its h1; else the claim.

    An h1 goes before lower headings. One that is only the site's name, as a logo often is, loses, and so do
    the headings of menus: they have next to no word of the claim. Of a heading that has a date or the site's
    name beside the claimed headline, only the latter is taken.
    """
    title = _without_site(claims.title or "", claims.site_name, url)
    claimed = [_without_site(claim, claims.site_name, url) for claim in claims.headlines]
    headings = [(node.tag, _line(node)) for node in tree.css("h1, h2, h3")[:40]]
    sites = _site_names(claims)
    headings = [(tag, line) for tag, line in headings if line and folded(line) not in sites]
    best = _most_claimed(headings, [_bag(claim) for claim in (claimed or [title])])
    best = best or _most_claimed(headings, [_bag(title)])
    if best is not None:
        return _plain(best, claimed)
    alone = [line for tag, line in headings if tag == "h1"]
    if len(alone) == 1 and len(_bag(alone[0])) > 1:
        return alone[0]
    return next(iter([*claimed[:1], *alone[:1], title]), None) or None


def _line(node: LexborNode) -> str:
    """The text of a heading, without what is no text in it."""
    line = text.clean(node.text())[:_HEADLINE_LIMIT]
    if not line.isascii() or node.css_first("style, script") is not None:
        line = text.clean(" ".join(block.text for block in read_blocks(node).blocks))[:_HEADLINE_LIMIT]
    return line


def _most_claimed(headings: list[tuple[str | None, str]], claimed: list[frozenset[str]]) -> str | None:
    best, most = None, _SOME
    for tag, line in headings:
        words = _bag(line)
        share = max((_agreement(words, claim) for claim in claimed if claim), default=0.0)
        share += _FIRST if tag == "h1" and share > _LITTLE else 0
        if share > most:
            best, most = line, share
    return best


def _plain(line: str, claimed: list[str]) -> str:
    """The claim that `line` holds whole, where it holds one; else `line`."""
    shown = folded(line)
    held = (claim for claim in claimed if len(_bag(claim)) >= 3 and folded(claim) in shown)
    claim = max(held, key=len, default=None)
    return claim if claim is not None and len(folded(claim)) < len(shown) else line


def _site_names(claims: Metadata) -> frozenset[str]:
    """What a heading that is no more than the site's name reads: what it is said to be, or what ends the title."""
    said = folded(claims.site_name or "")
    *rest, last = [folded(part) for part in _SITE_MARK.split(claims.title or "")]
    is_headline = not rest or last in map(folded, claims.headlines)
    if is_headline or len(_bag(last)) > max(len(_bag(part)) for part in rest):
        return frozenset({said})
    return frozenset({said, last})


_HEADLINE_LIMIT = 1_000  # characters
_LITTLE, _SOME, _FIRST = 0.15, 0.45, 0.3  # shares of the words


def _bag(line: str) -> frozenset[str]:
    return frozenset(text.words(folded(line))) - _SIGNS


_SIGNS = frozenset("-|:;,.!?\"'()[]/»«–—·•&+#*>")


def _agreement(words: frozenset[str], claim: frozenset[str]) -> float:
    """How far two lines are of the same words: twice the common ones, as a share of both."""
    return 2 * len(words & claim) / (len(words) + len(claim))


def folded(line: str) -> str:
    return text.normalise(line).casefold()


def _without_site(line: str, site_name: str | None, url: str | None) -> str:
    """`line` without " - The Site" at its end, or "The Site | " at its start."""
    parts = _SITE_MARK.split(line)
    if len(parts) < 2:
        return line
    names = _letters(site_name or ""), _letters(urls.host(url or "").rpartition(".")[0])
    if _is_site(parts[-1], *names):
        return line[: line.rindex(parts[-1])].rstrip(_MARKS)
    return line[len(parts[0]) :].lstrip(_MARKS) if _is_site(parts[0], *names) else line


_SITE_MARK = re.compile(r" [|\-–—·•»:] |\|")
_MARKS = " |-–—·•»:"


def _is_site(part: str, site_name: str, host: str) -> bool:
    """Whether `part` of a title is the site's name: as it calls itself, or as its address does."""
    letters = _letters(part)
    if not letters:
        return False
    return letters == site_name or (len(host) >= 4 and (host in letters or letters in host))


def _letters(line: str) -> str:
    return "".join(filter(str.isalnum, folded(line)))


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
    return any(parent.tag in ("aside", "nav", "footer", "li", "table") for parent in ancestors(node, 12))
