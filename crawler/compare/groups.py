"""Changes that are one thing to a reader: the same edit on many pages, and a page that swings. Pure.

* **Same edit**: `edit_id` is a digest of what went and what came, with the words next to it, and not of the
  page around: a footer that changed everywhere, or a section that was renamed, has one id.
* **Flapping**: an article or teaser that goes back and forth between states. A→B→A is an edit and its
  reversal; from the second reversal in a row on it swings, and all of it is one record. So is one that
  disappears and comes back time and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crawler import text
from crawler.compare.diff import Piece, diff_words
from crawler.text import normalise, words
from storage.records import Change, ChangeKind

_ID_LENGTH = 16  # hexadecimal digits
_NEIGHBOURS = 2  # words either side of a changed stretch that belong to the edit
_LEAST_RETURNS = 2  # reversals in a row, from which on an item swings


class GroupKind(StrEnum):
    SAME_EDIT = "same edit"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that a report shows as one, in the order of the log, on so many `pages`.

    A page has an item or several: an article and its teasers stand at one address.
    """

    id: str
    kind: GroupKind
    change_ids: tuple[str, ...]
    pages: int = 1

    @property
    def size(self) -> int:
        return len(self.change_ids)


def edit_id(edits: Iterable[tuple[str, str | None, str | None]]) -> str | None:
    """The id of an edit made of (field, old text, new text); None where there is none.

    >>> footer = ("paragraphs", "Write to the desk in Hall 3.", "Write to the desk in Hall 4.")
    >>> edit_id([footer]) == edit_id([footer]) != edit_id([("headline", *footer[1:])])
    True
    """
    parts = [part for field, old, new in edits for part in (field, *_changed(old, new))]
    return text.digest("edit", *parts)[:_ID_LENGTH] if parts else None


def sentences_id(edits: Iterable[Mapping[str, object]]) -> str | None:
    """As `edit_id`, of edits as an assessment keeps them, but the whole sentences count that they are in.

    A footer that changes says the same on every page; a name is struck from sentences that differ.
    """
    parts = [str(edit.get(name)) for edit in edits for name in ("where", "old", "new")]
    return text.digest("sentences", *parts)[:_ID_LENGTH] if parts else None


def same_edits(sharing: Mapping[str, Mapping[str, str]]) -> Iterator[Group]:
    """A group for each edit that several items saw, each taken for a page. `sharing`: by edit id, changes -> items."""
    for id_, items in sharing.items():
        if (pages := len(set(items.values()))) > 1:
            yield Group(id_, GroupKind.SAME_EDIT, tuple(items), pages)


def flaps(changes: Sequence[Change]) -> list[Group]:
    """The stretches in which an item swings; `changes` are all of that one item, in the order of the log."""
    groups = []
    for run in _runs(changes):
        if sum(map(_is_return, run)) >= _LEAST_RETURNS:
            id_ = text.digest("flapping", run[0].item_id, run[0].id)[:_ID_LENGTH]
            groups.append(Group(id_, GroupKind.FLAPPING, tuple(change.id for change in run)))
    return groups


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Stretches of an edit, or a disappearance, and the returns that follow it one after another."""
    run: list[Change] = []
    for change in changes:
        is_next = _is_return(change) or (
            change.kind is ChangeKind.REMOVED and any(c.kind is ChangeKind.RESTORED for c in run)
        )
        if run and is_next:
            run.append(change)
            continue
        yield run
        run = [change] if change.kind in (ChangeKind.CHANGED, ChangeKind.REMOVED) else []
    yield run


def _is_return(change: Change) -> bool:
    return change.reverts_to is not None or change.kind is ChangeKind.RESTORED


def _changed(old: str | None, new: str | None) -> Iterator[str]:
    """What went and what came, in comparing form, each with its neighbours."""
    if old is None or new is None:
        yield f"-{normalise(old)}" if old is not None else f"+{normalise(new or '')}"
        return
    pieces = diff_words(normalise(old), normalise(new))
    for i, piece in enumerate(pieces):
        if piece.kind != "equal":
            before, after = _equal_beside(pieces, i, -1), _equal_beside(pieces, i, 1)
            yield f"{piece.kind}|{before[-_NEIGHBOURS:]}|{piece.text.strip()}|{after[:_NEIGHBOURS]}"


def _equal_beside(pieces: Sequence[Piece], place: int, step: int) -> list[str]:
    """The words that stayed next to a changed piece, on one side."""
    place += step
    while 0 <= place < len(pieces):
        if pieces[place].kind == "equal":
            return words(pieces[place].text)
        place += step
    return []
