"""A sentence as rows of words, in which everything else is looked for. Pure.

What lives here: reading a text into words as written, in lower case, and bare of particles, with the words of its
language's pack. What must not: what any of those words mean.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from crawler.compare.lexicon import Found, Pack
from crawler.compare.sentences import PIECES
from crawler.text import normalise

MOST_WORDS = 3_000  # of a sentence that are read

Mentions = Counter[str]


@dataclass(slots=True)
class Sentence:
    """A sentence as words: as written, in lower case, and bare of particles. `used`: taken by a mention."""

    text: str
    pack: Pack
    written: list[str] = field(default_factory=list)
    low: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)  # of known bodies, in which no figure is read
    shown: dict[str, str] = field(default_factory=dict)  # of each mention, the words as they stand
    _plain: str = ""
    _places: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str, pack: Pack) -> Sentence:
        plain = unicodedata.normalize("NFKC", normalise(text))
        found = list(islice(PIECES.finditer(plain), MOST_WORDS))
        written = [match.group() for match in found]
        low = [word.casefold() for word in written]
        bare = [pack.bare(word) for word in low]
        return cls(text, pack, written, low, bare, _plain=plain, _places=[match.span() for match in found])

    def note(self, found: Mentions, mention: str, start: int, end: int) -> None:
        """Words `start` to `end` make this mention."""
        found[mention] += 1
        self.shown.setdefault(mention, self._plain[self._places[start][0] : self._places[end - 1][1]])

    def is_tight(self, place: int) -> bool:
        """Whether the sign at `place` stands between two words without blanks."""
        if not 0 < place < len(self.low) - 1:
            return False
        before, here, after = self._places[place - 1 : place + 2]
        return before[1] == here[0] and here[1] == after[0]

    def find(self, section: str, name: str) -> Iterator[Found]:
        return self.pack[section, name].all(self.low, self.bare)

    def at(self, section: str, name: str, place: int) -> str | None:
        """The meaning of the entry that begins at `place`, if one does."""
        if not 0 <= place < len(self.low):
            return None
        found = self.pack[section, name].at(self.low, place, self.bare)
        return found.meaning if found else None
