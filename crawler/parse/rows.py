"""What belongs to a headline link: the part of a listing that is about its story, its excerpt and date. Pure.

What lives here: a link of a listing, the row of the page that it stands in, and what that row says. What
must not: which links are teasers (`listing.py`).

A **row** is the largest element around a link that is about no other story: a list item, a table row, a
card. Where a page wraps nothing, as in `<h2><a>…</a></h2><p>…</p>`, it goes on over what follows, up to the
next story; and it takes in a date that stands before it, where that is how the page dates its stories.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import HEADINGS, Block, ancestors, read_blocks, size
from storage.records import DateOrder, Source

_CLIMB = 12  # levels above a link that are looked at
_DIVIDER_LIMIT = 200
_BESIDE = 6  # siblings on either side of a link that are looked at
_BESIDE_DATE = 60  # of them, `<dd>` between a story and its date
_EXCERPT_LIMIT = 2_000  # characters


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link that may be a teaser. `key`: which story it leads to; `above`: its ancestors, nearest first."""

    node: LexborNode
    url: str | None
    key: str
    above: tuple[LexborNode, ...]
    shape: tuple[str, ...]  # its tag and class, and those of the elements above it
    headline: str
    label: str  # what the drawings before the headline say; "" mostly
    is_heading: bool
    is_prose: bool  # opens a paragraph that goes on after it
    signs: int


Row = tuple[LexborNode, ...]  # siblings, in page order


class Rows:
    """The rows of `links` on one page."""

    def __init__(self, tree: LexborHTMLParser, links: Iterable[Link]) -> None:
        self._held: dict[int, set[str]] = defaultdict(set)  # by element: the stories in it, and dividers
        self._leads: dict[int, bool] = {}  # by element: whether dates stand before the stories in it
        for link in links:
            for node in (link.node, *link.above[:_CLIMB]):
                self._held[node.mem_id].add(link.key)
        self._divide(tree)

    def of(self, link: Link) -> Row:
        """The row of `link`."""
        top = self._top(link)
        parent = top.parent
        if parent is None or top.tag in ("li", "article"):
            return (top,)
        is_led = self._leads.setdefault(parent.mem_id, self._date_before(top) is not None)
        before = self._date_before(top) if is_led else None
        after = list(self._after(top))
        if is_led and after and _is_dated(after[-1]) and not self._is_last(after[-1]):
            after.pop()  # it dates the next story
        return (*((before,) if before is not None else ()), top, *after)

    def _divide(self, tree: LexborHTMLParser) -> None:
        """Let no row reach over what is about the page itself: its title, its menus."""
        for node in tree.css("h1, nav, footer, form")[:_DIVIDER_LIMIT]:
            if node.mem_id in self._held or (node.css_first("a[href]") is None and _is_linked(node)):
                continue
            for above in ancestors(node):
                self._held[above.mem_id].add(f"#{node.mem_id}")

    def _top(self, link: Link) -> LexborNode:
        top = link.node
        for node in link.above[:_CLIMB]:
            if len(self._held[node.mem_id]) > 1 or node.tag in ("main", "section"):
                break
            top = node
            if node.tag in ("li", "tr", "article"):
                break
        return top

    def _after(self, top: LexborNode) -> Iterator[LexborNode]:
        """What follows `top` and is about no other story."""
        for node in _siblings(top, is_after=True, limit=_BESIDE):
            if node.mem_id in self._held or node.tag in _ENDS:
                return
            yield node

    def _is_last(self, node: LexborNode) -> bool:
        """Whether no story follows `node`."""
        return all(after.mem_id not in self._held for after in _siblings(node, is_after=True, limit=2))

    def _date_before(self, top: LexborNode) -> LexborNode | None:
        """The date right before `top`; for a `<dd>`, that of its group."""
        is_listed = top.tag == "dd"
        for node in _siblings(top, is_after=False, limit=_BESIDE_DATE if is_listed else 1):
            if node.mem_id not in self._held and _is_dated(node):
                return node
            if not (is_listed and node.tag == "dd"):
                return None
        return None


_ENDS = HEADINGS | {
    "ul",
    "ol",
    "dl",
    "table",
    "nav",
    "footer",
    "form",
    "section",
    "article",
    "aside",
    "hr",
    "dt",
}


def _siblings(node: LexborNode, *, is_after: bool, limit: int) -> Iterator[LexborNode]:
    """The next `limit` siblings that say something, text too."""
    for _ in range(3 * limit):
        following = node.next if is_after else node.prev
        if following is None or not limit:
            return
        node = following
        is_blank = node.tag == "-text" and not (node.text_content or "").strip()
        if not is_blank and node.tag not in ("br", "-comment", "_comment", "script", "style"):
            limit -= 1
            yield node


def _is_linked(node: LexborNode) -> bool:
    return any(above.tag == "a" for above in ancestors(node)[:5])


def _is_dated(node: LexborNode) -> bool:
    """Whether `node` is a date and next to nothing else."""
    if node.tag == "time":
        return True
    line = text.clean((node.text_content if node.tag == "-text" else node.text()) or "")
    return is_date(line)


def is_date(line: str) -> bool:
    """Whether `line` is a date and next to nothing else."""
    if len(line) >= 40 or not any(map(str.isdigit, line)):
        return False
    return any(dates.printed(line, order=order) for order in (DateOrder.DMY, DateOrder.MDY))


# ---------------------------------------------------------------- what a row says


def row_blocks(row: Row, headline: str) -> list[Block]:
    """The text of a row. Where the headline shares its block with other text, lines are blocks."""
    blocks = _blocks(row, 2)
    is_shared = any(block.text.startswith(headline) and block.text != headline for block in blocks)
    return _blocks(row, 1) if is_shared else blocks


def _blocks(row: Row, breaks: int) -> list[Block]:
    blocks: list[Block] = []
    for node in row:
        if node.tag == "-text":
            line = " ".join((node.text_content or "").split())
            blocks.append(Block(line, size(line), 0.0, "-text", 0, -1))
        else:
            blocks.extend(read_blocks(node, breaks=breaks).blocks)
    return blocks


def excerpt(blocks: list[Block], headline: str) -> str | None:
    """The first running text of the row that is not its headline: below it, else above."""
    at = next((i for i, block in enumerate(blocks) if headline in block.text), 0)
    for block in blocks[at:] + blocks[:at]:
        line = _undated(_without(block.text, headline))
        if line and not block.is_heading and line not in headline and _is_running(block, line):
            return text.clean(line)[:_EXCERPT_LIMIT]
    return None


def _without(line: str, headline: str) -> str:
    """`line` without the headline that opens it and what parts the two; empty where it is elsewhere."""
    if line.startswith(headline):
        return line[len(headline) :].lstrip(" -–—:|·•,;").rstrip()
    return "" if headline in line else line


def _undated(line: str) -> str:
    """`line` without a date at its end, set apart by a mark."""
    parts = _APART.split(line[-60:])
    tail = parts[-1]
    return line[: -len(tail)].rstrip(" -–—:|·•([") if len(parts) > 1 and is_date(tail) else line


_APART = re.compile(r"[(\[|·•]| [-–—] ")


def _is_running(block: Block, line: str) -> bool:
    """Whether `line`, of `block`, is running text. A short one must be a sentence of a paragraph.

    What is short and no sentence is a name, a count or an age: it changes without an edit.
    """
    letters = size(line)
    if letters >= 40:
        return letters >= 80 or " " in line
    is_told = block.tag in ("p", "dd") or line != block.text
    return is_told and letters >= 10 and line.endswith(_STOPS) and not any(map(str.isdigit, line))


_STOPS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")


def date(row: Row, blocks: list[Block], headline: str, source: Source) -> str | None:
    """The date of the row: as stamped for machines, else as printed beside the headline."""
    for node in row:
        stamps = (
            [node] if node.tag == "time" else node.css("time[datetime]")[:1] if node.tag != "-text" else []
        )
        for stamp in stamps:
            when = dates.metadata_time(stamp.attributes.get("datetime") or "", source.time_zone)
            if when:
                return when
    for block in blocks:
        line = block.text.replace(headline, " ", 1)
        if size(line) < 80 and any(map(str.isdigit, line)):
            when = dates.printed(line, order=source.date_order, zone=source.time_zone)
            if when:
                return when
    return None
