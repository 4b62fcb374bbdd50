"""The words of a text: as written, in comparing form, and what each is good for in a term.

What must not live here: which words changed (`changed`), and which phrases of them are terms (`phrases`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from crawler.compare.sentences import PIECES
from crawler.compare.terms.unfit import (
    LATER_NAMESAKES,
    NAMESAKES,
    NO_PARTICLE,
    PARTICLES,
    SHORT_PARTICLES,
    UNFIT,
)
from crawler.text import normalise

MOST_CHARACTERS = 400_000
LONGEST = 4  # words, or characters of Chinese
_LONGEST_WORD = 40  # characters

# A word as the reader of sentences sees it, and such words joined by hyphens: *Jong-un*.
WORD = re.compile(rf"(?=\w)(?:{PIECES.pattern})(?:-(?=\w)(?:{PIECES.pattern}))*+|{PIECES.pattern}")
HAN = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
HANGUL = re.compile("[가-힣]")
_END_OF_LINE = "¶"  # a sign like any other: no term goes across it
_STARTS_SENTENCE = frozenset('.!?:"¶')


def folded(term: str) -> str:
    """The comparing form of a term: two terms are one where their comparing forms are equal.

    >>> folded("Kim  Jong‑un’s")
    'kim jong-un'
    """
    return " ".join([_fold(word) for word in WORD.findall(normalise(term))])


def occurrences(text: str, term: str) -> int:
    """How often `term` stands in `text`: as whole words in one line, whatever their case and the blanks.

    Chinese and Japanese are searched as characters, since nothing shows where their words end.

    >>> occurrences("The Song  dynasty. A song, songs, SONG’s.", "song")
    3
    """
    wanted = line_of(normalise(term))
    if not wanted:
        return 0
    lines = map(normalise, text[:MOST_CHARACTERS].split("\n"))
    return sum(line_of(line).count(wanted) for line in lines if _may_hold(line, wanted))


def in_one_line(lines: Iterable[str]) -> str:
    """The lines in comparing form as one, a sign of its own for each end of a line."""
    return f" {_END_OF_LINE} ".join(filter(None, map(normalise, lines)))


def _fold(word: str) -> str:
    word = word.casefold()
    if word.endswith("'s") and len(word) > 2:
        return word[:-2]
    return word if word[-1] < "가" or word[-1] > "힣" else _without_particle(word)


def _without_particle(word: str) -> str:
    """A Korean word of four syllables or more without the particle it ends in: 장성택은 → 장성택."""
    if len(word) < 4 or word.endswith(NO_PARTICLE):
        return word
    if word.endswith(PARTICLES):
        return word[:-2]
    return word[:-1] if word[-1] in SHORT_PARTICLES else word


def line_of(text: str) -> str:
    """The folded words of `text`, each between two blanks of its own, so that words are found whole.

    >>> line_of("Kim's aide")
    ' kim  aide '
    """
    text = text.casefold()
    found = WORD.findall(text)
    if "'s" in text or HANGUL.search(text):
        forms = {word: _fold(word) for word in set(found)}
        found = [forms[word] for word in found]
    return f" {'  '.join(found)} " if found else ""


def _may_hold(readable: str, wanted: str) -> bool:
    """A quick look: whether the longest word of the line `wanted` is part of the text at all."""
    return max(wanted.split(), key=len) in readable.casefold()


@dataclass(slots=True)
class Words:
    """The changed stretch of one version, word by word: as written, folded, and what each is good for."""

    shown: list[str]
    forms: list[str]
    is_han: list[bool]

    @classmethod
    def read(cls, text: str, start: int, end: int, most: int) -> Words:
        found = islice(WORD.finditer(text, start, end), most)
        shown = [match.group() for match in found]
        return cls(
            shown, [_fold(word) for word in shown], [HAN.fullmatch(word) is not None for word in shown]
        )

    def is_name(self, index: int) -> bool:
        """Whether the word is written as a part of a name; in Chinese any character may be."""
        return self.is_han[index] or (self.shown[index][0].isupper() and self.is_fit(index))

    def is_fit(self, index: int) -> bool:
        """Whether a term may start or end with the word."""
        return self.has_meaning(index) or self._is_namesake(index)

    def has_meaning(self, index: int) -> bool:
        """Whether the word may be a term alone, or would if it were longer than a letter."""
        form = self.forms[index]
        return form[0].isalpha() and form not in UNFIT and len(form) <= _LONGEST_WORD

    def _is_namesake(self, index: int) -> bool:
        """Whether a stop word is part of a name here: *An*, *No* and *So* are families of Korea."""
        form, following = self.forms[index], index + 1
        is_later = form in LATER_NAMESAKES
        if not (is_later or form in NAMESAKES) or not self.shown[index][0].isupper():
            return False
        if index == 0 or self.shown[index - 1] in _STARTS_SENTENCE:
            return False  # where any word has a capital letter
        if following < len(self.forms) and self.is_number(following):
            return False  # *Pier No 7*, *Sun 8*
        return self._is_capital(index - 1) or (not is_later and self._is_capital(following))

    def _is_capital(self, index: int) -> bool:
        """Whether a word that bears meaning is written with a capital letter; False beyond the end."""
        return index < len(self.forms) and self.shown[index][0].isupper() and self.has_meaning(index)

    def is_number(self, index: int) -> bool:
        return self.forms[index][0].isdigit()

    def is_term(self, start: int, end: int) -> bool:
        if not self.is_fit(start) or not self._is_end(start, end - 1):
            return False
        if not all(self.shown[k][0].isalnum() for k in range(start + 1, end)):
            return False
        han = sum(self.is_han[start:end])
        if han:
            return han == end - start >= 2
        return end - start > 1 or (len(self.forms[start]) > 1 and self.has_meaning(start))

    def _is_end(self, start: int, last: int) -> bool:
        if self.is_fit(last):
            return True
        return last > start and self.is_number(last) and self.is_name(last - 1)

    def term(self, start: int, end: int) -> str:
        """The words as written, possessives and particles left out at the end, as in the comparing form."""
        parts = list(self.shown[start:end])
        last, form = parts[-1], self.forms[end - 1]
        parts[-1] = last[: len(form)] if len(form) < len(last) else last
        return ("" if self.is_han[start] else " ").join(parts)
