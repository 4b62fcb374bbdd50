"""A page as the lines a reader sees, top to bottom, each with its link. Pure.

What lives here: the one walk that leaves nothing out but what is never shown. What must not: any judgement of
what a line is: recipes judge, and `blocks.py` does for pages that no recipe describes.

A line is text between two block-level boundaries or line breaks. The walk is bounded: 200,000 nodes,
20,000 lines, 4,000,000 characters; what lies beyond is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawler import text

_NODE_LIMIT = 200_000
_LINE_LIMIT = 20_000
_TEXT_LIMIT = 4_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `href`: of the link that holds it, as written; `row`: which of the `rows` it stands in."""

    text: str
    href: str | None = None
    is_heading: bool = False
    row: int | None = None


def page_lines(root: LexborNode, rows: Iterable[LexborNode] = (), *, breaks: int = 1) -> list[Line]:
    """The lines under `root`, in page order. So many `breaks` (`<br>`) in a row begin a new one."""
    walk = _Walk({row.mem_id: index for index, row in enumerate(rows)}, breaks)
    walk.run(root)
    return walk.lines


_INLINE_TAGS = """
a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rp rt ruby s samp
small span strike strong sub sup time tt u var wbr
"""
_UNSEEN_TAGS = """
script style noscript template svg math iframe object embed applet video audio canvas map select input
textarea option datalist head link meta title -comment _comment
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class _Walk:
    """The state of one walk: the elements above, and the line that is not yet ended."""

    __slots__ = (
        "breaks",
        "breaks_needed",
        "heading",
        "href",
        "lines",
        "link",
        "linked",
        "parts",
        "row",
        "rows",
    )

    def __init__(self, rows: dict[int, int], breaks_needed: int) -> None:
        self.rows = rows
        self.breaks_needed = breaks_needed
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.linked = 0  # characters of the open line that are inside a link
        self.href: str | None = None  # of the open line's first link
        self.link: str | None = None  # the link we are in
        self.heading = 0  # headings we are in
        self.row: int | None = None
        self.breaks = 0

    def run(self, root: LexborNode) -> None:
        """Walk without recursion: how deep a page nests is its author's choice."""
        room, characters = _NODE_LIMIT, _TEXT_LIMIT
        above: list[tuple[LexborNode, str | None, int | None]] = []
        node = root.first_child
        while room > 0 and characters > 0 and len(self.lines) < _LINE_LIMIT:
            if node is None:
                if not above:
                    break
                node, self.link, self.row = above.pop()
                self._leave(node)
                node = node.next
                continue
            room -= 1
            tag = node.tag or ""
            if tag == "-text":
                content = node.text_content or ""
                characters -= len(content)
                self._take(content)
            elif tag == "br":
                self._break()
            elif tag not in _UNSEEN:
                above.append((node, self.link, self.row))
                self._enter(node, tag)
                node = node.first_child
                continue
            node = node.next
        self._end()

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag not in _INLINE:
            self._end()
        if tag in _HEADINGS:
            self.heading += 1
        elif tag == "a":
            self.link = node.attributes.get("href")
        if self.rows and (row := self.rows.get(node.mem_id)) is not None:
            self._end()
            self.row = row

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag not in _INLINE:
            self._end()
        if tag in _HEADINGS:
            self.heading -= 1

    def _take(self, content: str) -> None:
        self.parts.append(content)
        if content.isspace():
            return
        self.breaks = 0
        if self.link is not None:
            self.href = self.href or self.link
            self.linked += len(content.strip())

    def _break(self) -> None:
        self.breaks += 1
        if self.breaks >= self.breaks_needed:
            self._end()
        else:
            self.parts.append(" ")

    def _end(self) -> None:
        if not self.parts:
            return
        line = text.clean("".join(self.parts))
        if line:
            href = self.href if 1.25 * self.linked >= len(line) else None
            self.lines.append(Line(line, href, self.heading > 0, self.row))
        self.parts = []
        self.linked = self.breaks = 0
        self.href = None
