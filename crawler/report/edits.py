"""What a change did to the text, field by field, as rows of words that stayed, went and came. Pure.

What lives here: which fields are shown, and which rows of a long body deserve a reader's time. What must
not: how a diff is found (`crawler.compare.diff`), how it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from crawler.compare.assess import compared
from crawler.compare.diff import Piece, Row, Tag, diff_paragraphs
from crawler.report.view import Entry
from storage.records import Article, Content, Snapshot

LABELS = {"paragraphs": "text"}  # a field's name, where a reader has a better word for it
_WHOLE = frozenset({"url", "published", "modified", "date"})  # replaced as a whole, never word by word


@dataclass(frozen=True, slots=True)
class Edit:
    """One field that differs. `rows` has one row, but for a body one for each paragraph, changed or not."""

    field: str
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        return LABELS.get(self.field, self.field)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring rows that all changed, or that all stayed as they were."""

    is_changed: bool
    rows: tuple[Row, ...]


def edits(entry: Entry) -> tuple[Edit, ...]:
    """The fields that differ, in the order the change names them; () where a snapshot is missing.

    The address is left out: every output has a place of its own for it.
    """
    if entry.before is None or entry.after is None:
        return ()
    before, after = compared(entry.before.content, entry.after.content)
    found = (_edit(name, before, after) for name in entry.change.fields if name != "url")
    return tuple(edit for edit in found if edit is not None)


def stretches(rows: Sequence[Row]) -> tuple[Stretch, ...]:
    """`rows` in order, cut where changed ones meet unchanged ones."""
    runs = groupby(rows, key=lambda row: row.tag is not Tag.UNCHANGED)
    return tuple(Stretch(is_changed, tuple(run)) for is_changed, run in runs)


def telling(edit: Edit) -> tuple[Row, ...]:
    """The rows that changed; of a paragraph that only moved, the one where it stands now."""
    return tuple(
        row
        for row in edit.rows
        if row.tag is not Tag.UNCHANGED and (row.moved_to is None or _is_edited(row.old_pieces))
    )


def phrases(pieces: Sequence[Piece], context: int) -> tuple[Piece, ...]:
    """The changed pieces with about `context` equal characters around each, … where text was left out.

    Cut at a blank where one is near. () where nothing changed on this side.
    """
    if not _is_edited(pieces):
        return ()
    last = len(pieces) - 1
    return tuple(
        piece if piece.kind != "equal" else Piece("equal", _context(piece.text, context, i > 0, i < last))
        for i, piece in enumerate(pieces)
    )


def opening(text: str, most: int) -> str:
    """The start of `text`, … where it goes on."""
    return text if len(text) <= most else f"{_start(text, most)} …"


def paragraphs(snapshot: Snapshot | None) -> tuple[str, ...]:
    """The running text of a snapshot: an article's body, a teaser's excerpt; () where there is none."""
    if snapshot is None:
        return ()
    content = snapshot.content
    if isinstance(content, Article):
        return content.paragraphs
    return (content.excerpt,) if content.excerpt else ()


def sentence_row(where: str, old: str | None, new: str | None) -> Row:
    """One edited sentence as one row, word by word; a date as a whole. `where`: the place it stands in."""
    return _text_row(old, new, is_whole=where in _WHOLE)


def _is_edited(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind != "equal" for piece in pieces)


def _edit(name: str, before: Content, after: Content) -> Edit | None:
    old, new = getattr(before, name, None), getattr(after, name, None)
    if old == new:
        return None
    if isinstance(old, tuple) and isinstance(new, tuple):
        return Edit(name, diff_paragraphs(old, new))
    return Edit(name, (_text_row(old, new, is_whole=name in _WHOLE),))


def _text_row(old: str | None, new: str | None, *, is_whole: bool) -> Row:
    """One text against another as one row, word by word; `is_whole`: the one instead of the other."""
    if old is not None and new is not None and not is_whole:
        rows = diff_paragraphs((old,), (new,))
        if len(rows) == 1:
            return rows[0]
    gone = (Piece("delete", old),) if old else ()
    come = (Piece("insert", new),) if new else ()
    return Row(Tag.EDITED, old, new, gone, come)


def _context(text: str, most: int, is_after: bool, is_before: bool) -> str:
    """Of an equal `text`, what stands next to the changes after (and before) which it comes."""
    if is_after and is_before:
        if len(text) <= 2 * most + 3:
            return text
        return f"{_start(text, most)} … {_end(text, most)}"
    if len(text) <= most:
        return text
    return opening(text, most) if is_after else f"… {_end(text, most)}"


def _start(text: str, most: int) -> str:
    """The first words of `text`, cut at a blank where one is near."""
    cut = text[:most]
    blank = -1 if text[most].isspace() else cut.rfind(" ", most // 2)
    return (cut if blank < 0 else cut[:blank]).rstrip()


def _end(text: str, most: int) -> str:
    """The last words of `text`, cut at a blank where one is near."""
    cut = text[-most:]
    blank = -1 if text[-most - 1].isspace() else cut.find(" ", 0, most // 2)
    return cut[blank + 1 :].lstrip()
