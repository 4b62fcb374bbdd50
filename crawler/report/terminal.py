"""The report for a terminal: one compact block a change, grouped by day; and one change in full.

What lives here: layout in columns and colours. What must not: wording (`wording`), what differs (`edits`).

Text of strangers goes through `inert` into `rich.text.Text`, never into rich's markup, so that neither escape
sequences nor ``[/]`` mean anything. Changed words are coloured; without colour they stand as ``[-gone-]`` and
``{+come+}``. No line is wider than `width` columns, down to 40; wide (CJK) characters count as two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from crawler.compare.diff import Piece, Row
from crawler.report.edits import Edit, edits, opening, paragraphs, phrases, stretches, telling
from crawler.report.inert import inert, one_line
from crawler.report.view import Entry, Report
from crawler.report.wording import (
    MARKS,
    cite,
    counted,
    day_name,
    facts,
    headline,
    interval,
    likeness,
    local,
    moment,
    number,
    period,
    reason,
    seen,
    unseen,
)
from storage.records import ChangeKind

NARROWEST = 40  # columns
_MARGIN = 3  # columns left of a block's text, where its mark stands
_LABEL = 10  # columns of a label such as "headline", blank included

_MOST_HEADLINE = 300  # characters shown of a headline in the overview
_MOST_FACT = 300
_MOST_PIECE = 240  # characters shown of one changed stretch
_MOST_PIECES = 9  # stretches of one paragraph, changed or between changes
_MOST_ROWS = 6  # changed rows of a body
_CONTEXT = 32  # characters either side of a change
_MOST_ADDRESSES = 3  # of visits that failed for one reason

_STYLES = {
    ChangeKind.NEW: "green",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.DUPLICATE: "cyan",
    ChangeKind.MOVED: "blue",
    ChangeKind.REMOVED: "red",
    ChangeKind.RESTORED: "magenta",
}
_GONE, _COME, _DIM, _BOLD = "red", "green", "dim", "bold"


def render(report: Report, *, width: int = 80, colour: bool = False) -> Iterator[str]:
    """The report, a few lines at a time. Raises ZoneInfoNotFoundError for an unknown time zone."""
    page, zone = _Page(width, colour), ZoneInfo(report.zone)
    yield from _head(report, page, zone)
    for day, entries in groupby(report.entries, lambda e: local(e.change.detected_at, zone).date()):
        page.line(Text(day_name(day), _BOLD))
        page.line(Text("─" * page.width, _DIM))
        for entry in entries:
            _block(entry, page, zone)
            page.blank()
            yield page.take()
    yield from _foot(report, page, zone)


def render_change(entry: Entry, *, zone: str, width: int = 80, colour: bool = False) -> Iterator[str]:
    """One change in full: where, when, how it is known, and every word that differs."""
    page, local_zone = _Page(width, colour), ZoneInfo(zone)
    _title(entry, page)
    page.text(Text(inert(headline(entry)), _BOLD))
    page.blank()
    for label, text in _particulars(entry, local_zone):
        page.labelled(label, Text(inert(text)))
    yield page.take()
    found = edits(entry)
    for edit in found:
        page.blank()
        _full_edit(edit, page)
        yield page.take()
    if not found:
        yield from _full_text(entry, page, local_zone)
    page.blank()
    page.text(Text(cite(entry.change), _DIM))
    yield page.take()


# ---------------------------------------------------------------- the overview


def _head(report: Report, page: _Page, zone: ZoneInfo) -> Iterator[str]:
    page.line(Text(one_line(report.title, _MOST_HEADLINE), _BOLD))
    page.line(Text(f"{period(report, zone)} · times in {report.zone}", _DIM))
    page.line(Text(counted(report)))
    page.blank()
    yield page.take()


def _block(entry: Entry, page: _Page, zone: ZoneInfo) -> None:
    change = entry.change
    _title(entry, page, f"{local(change.detected_at, zone):%H:%M}")
    page.text(Text(one_line(headline(entry), _MOST_HEADLINE), _BOLD))
    for edit in edits(entry):
        _short_edit(edit, page)
    for fact in facts(entry):
        page.labelled(fact.label, Text(one_line(fact.text, _MOST_FACT)))
    if why := reason(entry):
        page.labelled("because", Text(one_line(why, _MOST_FACT)))
    page.text(Text(interval(change, zone), _DIM))
    page.fitted(change.id, "" if change.kind is ChangeKind.MOVED else change.url or "")


def _title(entry: Entry, page: _Page, time: str = "") -> None:
    """Mark, kind, subject and source; the time of day at the right edge."""
    change = entry.change
    line = Text(f" {MARKS[change.kind]} {change.kind:<10}", f"bold {_STYLES[change.kind]}")
    line.append(f"{change.subject:<9}", _DIM)
    line.append(one_line(change.source, _MOST_HEADLINE), _DIM)
    line.truncate(page.width - len(time) - 2, overflow="ellipsis", pad=bool(time))
    line.append(f"  {time}", _DIM)
    page.line(line)


def _short_edit(edit: Edit, page: _Page) -> None:
    """The changed phrases only, each with a little context."""
    changed, label = telling(edit), edit.label
    for row in changed[:_MOST_ROWS]:
        for sign, line in _short_lines(row, page.colour):
            page.labelled(label, line, sign=sign)
            label = ""
    if len(changed) > _MOST_ROWS:
        page.labelled("", Text(f"… and {number(len(changed) - _MOST_ROWS, 'more change')}", _DIM))
    if not changed:
        page.labelled(label, Text("only blanks, quotes or dashes differ", _DIM))


def _short_lines(row: Row, colour: bool) -> Iterator[tuple[str, Text]]:
    """The sign and the changed phrases of each side that has any."""
    for sign, pieces in _sides(row):
        if shown := phrases(pieces, _CONTEXT):
            few = [replace(piece, text=_cut(piece.text)) for piece in shown[:_MOST_PIECES]]
            line = _words(few, colour, _where(row))
            yield sign, line.append(" …" if len(shown) > _MOST_PIECES else "")
        elif row.moved_from is not None and row.new:
            yield ">", Text.assemble((_where(row), _DIM), inert(opening(row.new, 2 * _CONTEXT)))


def _foot(report: Report, page: _Page, zone: ZoneInfo) -> Iterator[str]:
    page.line(Text("Not looked at", _BOLD))
    page.line(Text("─" * page.width, _DIM))
    if not report.visits_failed:
        page.text(Text("No visit failed in this period."))
    for group in unseen(report.visits_failed):
        count = number(len(group.visits), "address")
        page.text(Text(f"{one_line(group.source, 80)}: {one_line(group.why, _MOST_FACT)} ({count})"))
        for visit in group.visits[:_MOST_ADDRESSES]:
            page.fitted(moment(visit.at, zone), visit.url)
        if len(group.visits) > _MOST_ADDRESSES:
            page.text(Text(f"… and {len(group.visits) - _MOST_ADDRESSES} more", _DIM))
        yield page.take()
    page.blank()
    page.line(
        Text(f"{number(report.total, 'change')}, {number(len(report.visits_failed), 'visit')} without a look")
    )
    if report.total:
        page.line(Text("presswatch diff ID shows one change in full", _DIM))
    yield page.take()


# ---------------------------------------------------------------- one change in full


def _particulars(entry: Entry, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    change = entry.change
    yield "id", change.id
    yield "when", f"{interval(change, zone)} ({zone.key})"
    if change.detected_at != change.changed_before:
        yield "noticed", moment(change.detected_at, zone)
    if change.url and change.kind is not ChangeKind.MOVED:
        yield "address", change.url
    for fact in facts(entry):
        yield fact.label, fact.text
        if fact.url and fact.url != fact.text:
            yield "", fact.url
    if change.similarity is not None and change.kind is not ChangeKind.DUPLICATE:
        yield "texts", likeness(change.similarity)
    if change.reason:
        yield "because", change.reason
    if entry.before:
        yield "before", f"{seen(entry.before, zone)} ({entry.before.id})"
    if entry.after:
        yield "after", f"{seen(entry.after, zone)} ({entry.after.id})"


def _full_edit(edit: Edit, page: _Page) -> None:
    page.line(Text(f"   {edit.label}", "bold underline"))
    for stretch in stretches(edit.rows):
        if stretch.is_changed:
            for row in stretch.rows:
                _full_row(row, page)
        else:
            _unchanged(stretch.rows, page)


def _full_row(row: Row, page: _Page) -> None:
    for sign, pieces in _sides(row):
        page.labelled("", _words(pieces, page.colour, _where(row)), sign=sign, room=0)


def _unchanged(rows: Sequence[Row], page: _Page) -> None:
    count = number(len(rows), "paragraph")
    page.text(Text(f"  … {count} unchanged …", _DIM))


def _full_text(entry: Entry, page: _Page, zone: ZoneInfo) -> Iterator[str]:
    """The text itself, where there is no difference to show."""
    snapshot = entry.after or entry.before
    for paragraph in paragraphs(snapshot):
        page.blank()
        page.text(Text(inert(paragraph)))
        yield page.take()


# ---------------------------------------------------------------- words


def _sides(row: Row) -> Iterator[tuple[str, Sequence[Piece]]]:
    if row.old is not None:
        yield "−", row.old_pieces
    if row.new is not None:
        yield "+", row.new_pieces


def _where(row: Row) -> str:
    """Where a paragraph went or came from."""
    if row.moved_to is not None:
        return f"moved to paragraph {row.moved_to}: "
    return f"moved from paragraph {row.moved_from}: " if row.moved_from is not None else ""


def _words(pieces: Sequence[Piece], colour: bool, where: str) -> Text:
    """One side of an edit on one line: what stayed and what did not."""
    line = Text.assemble((where, _DIM))
    for piece in pieces:
        text = inert(piece.text)
        if piece.kind == "equal":
            line.append(text)
        elif colour:
            line.append(text, f"bold {_GONE} strike" if piece.kind == "delete" else f"bold {_COME}")
        else:
            line.append(f"[-{text}-]" if piece.kind == "delete" else f"{{+{text}+}}")
    return line


def _cut(text: str) -> str:
    """`text`, or its start and how much follows."""
    if len(text) <= _MOST_PIECE:
        return text
    left_out = len(text[_MOST_PIECE:].split())
    return f"{text[:_MOST_PIECE].rstrip()} … ({number(left_out, 'more word')})"


class _Page:
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

    def text(self, text: Text) -> None:
        """`text` in a block, beside its mark."""
        self._hang(Text(" " * _MARGIN), text)

    def labelled(self, label: str, text: Text, *, sign: str = "", room: int = _LABEL) -> None:
        """`text` in a block behind a label and a sign."""
        lead = Text(" " * _MARGIN)
        lead.append(set_cell_size(label, room) if room else "", _DIM)
        if sign:
            lead.append(f"{sign} ", {"−": _GONE, "+": _COME}.get(sign, _DIM))
        self._hang(lead, text)

    def fitted(self, lead: str, url: str) -> None:
        """An id or time and an address on one line, the middle of a long address left out."""
        room = self.width - _MARGIN - len(lead) - 2
        line = Text(" " * _MARGIN + lead, _DIM)
        line.append(f"  {_without_middle(one_line(url), room)}" if url else "", _DIM)
        self._draw(line)

    def _hang(self, lead: Text, text: Text) -> None:
        """`text` wrapped behind `lead`, further lines under its start."""
        first, *others = text.wrap(self._console, self.width - lead.cell_len) or [Text()]
        self._draw(Text.assemble(lead, first))
        for line in others:
            self._draw(Text.assemble(" " * lead.cell_len, line))

    def _draw(self, line: Text) -> None:
        line.rstrip()
        self._console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


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
