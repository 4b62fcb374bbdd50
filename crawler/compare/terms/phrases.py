"""Which phrases of the changed words are terms that were lost, and what stood where before and after.

What must not live here: which words changed (`changed`), and what a word is good for (`words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from crawler.compare.terms.changed import Gap, Stretch
from crawler.compare.terms.words import HAN, HANGUL, LONGEST, Words, in_one_line, line_of

MOST_TERMS = 200
LONGEST_EXCHANGED = 16  # words, or characters of Chinese
_MOST_CANDIDATES = 2_000
_MOST_SEARCHED = 50_000_000  # characters, looking for phrases in the other version
_POSSESSIVE = re.compile(r"'s(?![\w'])")

_SPACED_HAN = re.compile(rf"{HAN.pattern} {HAN.pattern}")

_Span = tuple[int, int]
_Phrase = tuple[Words, int, int]


def lost(touched: Iterable[tuple[Words, Sequence[_Span]]], other: Other) -> tuple[str, ...]:
    """The terms in the touched spans of words that the `other` version does not hold at all."""
    found: dict[tuple[str, ...], _Phrase] = {}
    for words, start, end in ((words, *span) for words, spans in touched for span in spans):
        inner = _phrases(words, start, end)
        gone = [phrase for phrase in inner if not other.holds(words.forms[phrase[0] : phrase[1]])]
        is_bare = not gone and any(words.has_meaning(k) for k in range(start, end))
        for a, b in chain(gone, _across(words, start, end, other, is_bare=is_bare)):
            found.setdefault(tuple(words.forms[a:b]), (words, a, b))
        if len(found) > _MOST_CANDIDATES:
            break
    chosen = sorted(found.values(), key=_precedence)[:MOST_TERMS]  # a stable sort: in order of the text
    return tuple(dict.fromkeys(words.term(a, b) for words, a, b in chosen))


def exchanged(stretches: Iterable[Stretch]) -> tuple[tuple[str, str], ...]:
    """What stood where, before and after: the bare words, and the whole names that they are part of."""
    found: dict[tuple[str, str], None] = {}
    for one, gap in ((stretch, gap) for stretch in stretches for gap in stretch.gaps):
        for left, right in _variants(one.old, one.new, gap):
            if one.old.is_term(*left) and one.new.is_term(*right):
                found.setdefault((one.old.term(*left), one.new.term(*right)))
        if len(found) >= MOST_TERMS:
            break
    return tuple(list(found)[:MOST_TERMS])


class Other:
    """The whole of the other version, for looking terms up. Word by word it is only read where need be."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._budget = _MOST_SEARCHED

    @cached_property
    def _plain(self) -> str:
        return _POSSESSIVE.sub("", in_one_line(self._text.split("\n")).casefold())

    @cached_property
    def _line(self) -> str:
        return line_of(self._plain)

    @cached_property
    def _has_particles(self) -> bool:
        return HANGUL.search(self._plain) is not None

    @cached_property
    def _has_blanks(self) -> bool:
        """Whether it is Chinese written with blanks in between, which no term minds."""
        return _SPACED_HAN.search(self._plain) is not None

    def holds(self, forms: Sequence[str]) -> bool:
        """Whether the words stand there in a row; taken for granted once the budget is spent."""
        self._budget -= len(self._text)
        if self._budget < 0:
            return True
        if HAN.match(forms[0]):
            return "".join(forms) in self._plain or (self._has_blanks and self._has_words(forms))
        phrase = " ".join(forms)
        at = self._plain.find(phrase)
        if at < 0 and not self._has_particles:
            return False
        if at >= 0 and _is_whole(self._plain, at, at + len(phrase)):
            return True
        return self._has_words(forms)

    def _has_words(self, forms: Sequence[str]) -> bool:
        return f" {'  '.join(forms)} " in self._line


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether what stands on either side makes sure that no word goes on there."""
    after = text[end : end + 1]
    ends = after in " ,;:!?)" or (after == "." and not text[end - 1].isdigit())
    return ends and text[max(0, start - 1) : start] in ' ("'


def _phrases(words: Words, start: int, end: int) -> list[tuple[int, int]]:
    end = min(end, start + _MOST_CANDIDATES)
    return [
        (a, b)
        for a in range(start, end)
        for b in range(a + 1, min(a + LONGEST, end) + 1)
        if words.is_term(a, b)
    ]


def _across(words: Words, start: int, end: int, other: Other, *, is_bare: bool) -> Iterator[tuple[int, int]]:
    """Lost phrases of touched words and words beside them that stayed: those that carry on a name.

    `is_bare`: the touched words bear meaning, but stand elsewhere too; then any words beside them may be what
    makes the phrase.
    """
    for a in range(max(0, start - LONGEST + 1), end):
        for b in range(max(a + 2, start + 1), min(a + LONGEST, len(words.forms)) + 1):
            if start <= a and b <= end:
                continue
            is_name = all(words.is_name(k) for k in range(a, b))
            if (
                (is_name or (is_bare and start < end))
                and words.is_term(a, b)
                and not other.holds(words.forms[a:b])
            ):
                yield a, b


def _precedence(phrase: _Phrase) -> tuple[int, int]:
    words, start, end = phrase
    if all(words.is_name(k) for k in range(start, end)):
        return 0, start - end
    return (1, 0) if end - start == 1 else (2, 0)


def _variants(old: Words, new: Words, gap: Gap) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    left, right = _trimmed(old, gap.i, gap.i_end), _trimmed(new, gap.j, gap.j_end)
    if left[0] >= left[1] or right[0] >= right[1]:
        return
    yield left, right
    before = (
        _stayed(old, new, (left[0] - 1, right[0] - 1), -1) if left[0] == gap.i and right[0] == gap.j else 0
    )
    after = _stayed(old, new, (left[1], right[1]), 1) if left[1] == gap.i_end and right[1] == gap.j_end else 0
    room = LONGEST - max(left[1] - left[0], right[1] - right[0])
    for lead, tail in _growths(before, after, room, is_han=old.is_han[left[0]]):
        yield (left[0] - lead, left[1] + tail), (right[0] - lead, right[1] + tail)


def _trimmed(words: Words, start: int, end: int) -> tuple[int, int]:
    """The span without what no term may start or end with."""
    if end - start > LONGEST_EXCHANGED:
        return start, start
    while start < end and not words.is_fit(start):
        start += 1
    while start < end and not words.is_fit(end - 1):
        end -= 1
    return start, end


def _stayed(old: Words, new: Words, beside: tuple[int, int], step: int) -> int:
    """How many words beside a gap stayed and are part of a name, at most `LONGEST` - 1."""
    i, j = beside
    count = 0
    while (
        count < LONGEST - 1
        and 0 <= i < len(old.forms)
        and 0 <= j < len(new.forms)
        and old.forms[i] == new.forms[j]
        and old.is_name(i)
    ):
        count, i, j = count + 1, i + step, j + step
    return count


def _growths(before: int, after: int, room: int, *, is_han: bool) -> Iterator[tuple[int, int]]:
    """How many words to take in on both sides: the whole name; in Chinese, where none shows, each way."""
    if is_han:
        yield from (
            (lead, tail)
            for lead in range(min(before, room) + 1)
            for tail in range(min(after, room - lead) + 1)
            if lead + tail
        )
    elif before + after and room > 0:
        lead = min(before, room)
        yield lead, min(after, room - lead)
