"""Where two versions of a text differ: stretches of neighbouring lines, and in them gaps between equal words.

What must not live here: which terms that makes (`phrases`). Diffs for a reader are made in `compare.diff`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crawler.compare.sentences import equal_in_order
from crawler.compare.terms.words import LONGEST, WORD, Words, in_one_line

MOST_CHANGED = 6_000  # words of a side between the first and the last change
_MARGIN = 80  # characters on either side of a change, to read some whole words in
_ISLAND = 2  # characters of Chinese that stayed between two changes and are read as changed with them


@dataclass(frozen=True, slots=True)
class Gap:
    """Old words i … i_end - 1 became new words j … j_end - 1; one of the two may be none."""

    i: int
    i_end: int
    j: int
    j_end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring lines that changed: their words on both sides, and where those differ."""

    old: Words
    new: Words
    gaps: list[Gap]


def stretches(olds: Sequence[str], news: Sequence[str]) -> Iterator[Stretch]:
    room = MOST_CHANGED
    for i, i_end, j, j_end in _differing(olds, news):
        before, after = in_one_line(olds[i:i_end]), in_one_line(news[j:j_end])
        if before == after:
            continue
        start, end = _shared_ends(before, after)
        old = Words.read(before, start, len(before) - end, room)
        new = Words.read(after, start, len(after) - end, room)
        yield Stretch(old, new, _gaps(old, new))
        room -= max(len(old.forms), len(new.forms))
        if room <= 0:
            break


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches between what is equal, in order: old start and end, new start and end."""
    i = j = 0
    for next_i, next_j in [*equal_in_order(old, new), (len(old), len(new))]:
        if next_i > i or next_j > j:
            yield i, next_i, j, next_j
        i, j = next_i + 1, next_j + 1


def _shared_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters at the start and at the end are the same, whole words and a few less of them."""
    shorter = min(len(one), len(other))
    start = _widest(shorter, lambda size: one[:size] == other[:size])
    end = _widest(shorter - start, lambda size: one[len(one) - size :] == other[len(other) - size :])
    return _cut_back(one[:start]), len(one) - _cut_forward(one, len(one) - end)


def _widest(limit: int, holds: Callable[[int], bool]) -> int:
    """The greatest size up to `limit` that holds, where every smaller one holds too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _cut_back(text: str) -> int:
    """Where to start reading: some words before the end of `text`."""
    left = max(0, len(text) - _MARGIN)
    starts = [match.start() for match in WORD.finditer(text, left)]
    return starts[-LONGEST - 1] if len(starts) > LONGEST + 1 else max(0, text.rfind(" ", 0, left))


def _cut_forward(text: str, position: int) -> int:
    """Where to stop reading: some words after `position`, which may lie within a word."""
    right = position + _MARGIN
    starts = [match.start() for match in WORD.finditer(text, position, right)]
    if len(starts) > LONGEST + 2:
        return starts[LONGEST + 1]
    cut = text.find(" ", right)
    return len(text) if cut < 0 else cut


def _gaps(old: Words, new: Words) -> list[Gap]:
    gaps: list[Gap] = []
    for i, i_end, j, j_end in _differing(old.forms, new.forms):
        if gaps and _is_island(old, gaps[-1].i_end, i):
            last = gaps.pop()
            i, j = last.i, last.j
        gaps.append(Gap(i, i_end, j, j_end))
    return gaps


def _is_island(old: Words, start: int, end: int) -> bool:
    """A character or two of Chinese that stayed by chance between two changes: 张成泽 → 李成柱."""
    return end - start <= _ISLAND and all(old.is_han[start:end])
