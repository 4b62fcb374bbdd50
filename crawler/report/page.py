"""Lines for a terminal: wrapped, hung behind labels, never wider than asked. Draws what it is given.

What lives here: columns, colours, and how the words of a diff stand on a line. What must not: what a report
says and in which order (`terminal`, `in_full`, `campaigns`, `tracing`, `lineages`).

Text of strangers goes through `inert` into `rich.text.Text`, never into rich's markup, so that neither escape
sequences nor ``[/]`` mean anything. Wide (CJK) characters count as two columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from crawler.compare.diff import Piece, Row
from crawler.report.edits import opening, phrases, sentence_row
from crawler.report.inert import inert, one_line

NARROWEST = 40  # columns
MARGIN = 3  # columns left of a block's text, where its mark stands
LABEL = 10  # columns of a label such as "headline", blank included
GONE, COME, DIM, BOLD = "red", "green", "dim", "bold"

_CONTEXT = 20  # characters either side of a change, where one line tells an edit
_MOST_PIECE = 80  # characters of one stretch on such a line
_MOST_PIECES = 7


class Page:
    """Lines of at most `width` columns, drawn by rich into memory and taken away in chunks."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = max(width, NARROWEST)
        self.colour = colour
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=self.width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},  # what the caller asked for, whatever NO_COLOR or COLUMNS say
        )

    def take(self) -> str:
        """Everything drawn since the last time."""
        chunk = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return chunk

    def blank(self) -> None:
        self._file.write("\n")

    def line(self, text: Text) -> None:
        """`text` from the left edge, wrapped."""
        for line in text.wrap(self._console, self.width):
            self._draw(line)

    def heading(self, text: str) -> None:
        """`text` from the left edge, underlined to the right one."""
        self.line(Text(text, BOLD))
        self.line(Text("─" * self.width, DIM))

    def ended(self, text: Text, end: Text) -> None:
        """`text` on one line, cut where it is too long, with `end` at the right edge."""
        text.truncate(self.width - end.cell_len - 2, overflow="ellipsis", pad=bool(end))
        self.line(Text.assemble(text, "  ", end))

    def text(self, text: Text) -> None:
        """`text` in a block, beside its mark."""
        self.hang(Text(" " * MARGIN), text)

    def labelled(self, label: str, text: Text, *, sign: str = "", room: int = LABEL) -> None:
        """`text` in a block behind a label and a sign."""
        lead = Text(" " * MARGIN)
        lead.append(set_cell_size(label, room) if room else "", DIM)
        if sign:
            lead.append(f"{sign} ", {"−": GONE, "+": COME}.get(sign, DIM))
        self.hang(lead, text)

    def fitted(self, lead: str, url: str) -> None:
        """An id or time and an address on one line, the middle of a long address left out."""
        room = self.width - MARGIN - len(lead) - 2
        line = Text(" " * MARGIN + lead, DIM)
        line.append(f"  {_without_middle(one_line(url), room)}" if url else "", DIM)
        self._draw(line)

    def hang(self, lead: Text, text: Text) -> None:
        """`text` wrapped behind `lead`, further lines under its start."""
        first, *others = text.wrap(self._console, self.width - lead.cell_len) or [Text()]
        self._draw(Text.assemble(lead, first))
        for line in others:
            self._draw(Text.assemble(" " * lead.cell_len, line))

    def _draw(self, line: Text) -> None:
        line.rstrip()
        self._console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def sides(row: Row) -> Iterator[tuple[str, Sequence[Piece]]]:
    if row.old is not None:
        yield "−", row.old_pieces
    if row.new is not None:
        yield "+", row.new_pieces


def shift(row: Row) -> str:
    """Where a paragraph went or came from."""
    if row.moved_to is not None:
        return f"moved to paragraph {row.moved_to}: "
    return f"moved from paragraph {row.moved_from}: " if row.moved_from is not None else ""


def words(pieces: Sequence[Piece], colour: bool, lead: str = "") -> Text:
    """One side of an edit on one line, behind `lead`: what stayed and what did not."""
    line = Text.assemble((lead, DIM))
    for piece in pieces:
        text = inert(piece.text)
        if piece.kind == "equal":
            line.append(text)
        elif colour:
            line.append(text, f"bold {GONE} strike" if piece.kind == "delete" else f"bold {COME}")
        else:
            line.append(f"[-{text}-]" if piece.kind == "delete" else f"{{+{text}+}}")
    return line


def exchange(where: str, old: str | None, new: str | None, colour: bool) -> Text:
    """An edit on one line: the changed phrases of `old` → those of `new`; or how it begins."""
    row = sentence_row(where, old, new)
    shown = [phrases(pieces, _CONTEXT) for _, pieces in sides(row)]
    told = [words(_few(pieces), colour) for pieces in shown if pieces]
    return Text(" → ").join(told) if told else Text(inert(opening(new or old or "", _MOST_PIECE)))


def _few(pieces: Sequence[Piece]) -> list[Piece]:
    few = [replace(piece, text=opening(piece.text, _MOST_PIECE)) for piece in pieces[:_MOST_PIECES]]
    return few if len(pieces) <= _MOST_PIECES else [*few, Piece("equal", " …")]


def _without_middle(url: str, room: int) -> str:
    """`url` in at most `room` columns: its host and its end say most."""
    if cell_len(url) <= room:
        return url
    url = url[: 4 * room] + url[-4 * room :] if len(url) > 8 * room else url
    tail = room // 2
    start, end = url, url
    while cell_len(start) > room - tail - 1:
        start = start[:-1]
    while cell_len(end) > tail:
        end = end[1:]
    return f"{start}…{end}"
