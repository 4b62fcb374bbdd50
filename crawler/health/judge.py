"""Whether the pages of one pass are wrong together, and what the operator is told. Pure.

A part is **broken** where the same sign is on three pages or more, on at least half of those looked at, and
where that is nothing that chance brings of what is usual (binomial, one in a thousand). It is **clear** from
five pages without any sign on. Where so few others were looked at that nothing can be told from them,
somebody must look at more: `wants_more`. A listing is judged by its one look, which shows many teasers; the
blocks beside articles are judged as the articles are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.health.profile import Average, Usual
from crawler.health.signs import Sign, SignKind, missed, tail
from crawler.health.traits import ARTICLES, BLOCKS, Traits

_ON_PAGES = (ARTICLES, BLOCKS)  # parts of which a pass sees many pages
_LEAST_ALIKE = 3  # pages with one sign
_LEAST_SHARE = 0.5
_BY_CHANCE = 1e-3
_LEAST_MISS = 0.02  # how often anything is missing at least, whatever the profile says
_CLEAR = 5  # pages without a sign
_COMPARED = 3  # pages without a sign that show that a sign is the page's own
_ALONE = frozenset({SignKind.SHRUNK, SignKind.REPLACED})  # what a page may well do alone


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a part, for the operator. `bad` of `pages` pages (teasers, where it is a listing).

    `usual`: the share of pages that have it usually; of FEW the least number of teasers; None where nothing
    is known. `source_of`: the selector that finds the field, or who else reads it. `is_held`: the pages were
    quarantined; else nothing came of it yet, and this is a warning.
    """

    part: str
    sign: Sign
    bad: int
    pages: int
    usual: float | None
    source_of: str
    is_held: bool = True

    @property
    def text(self) -> str:
        """One line: which field, how many pages, what was usual, which selector."""
        return f"{self._what()}; {self.source_of}"

    def _what(self) -> str:
        name, what = self.sign.field, "pages" if self.part in _ON_PAGES else "teasers"
        of = f"{self.bad:,} of {self.pages:,} {what}"
        match self.sign.kind:
            case SignKind.LACKS:
                return f"{name} missing on {of}{self._usually()}"
            case SignKind.MISSES if self.part in _ON_PAGES:
                return f"selector {name} finds nothing on {of}{self._usually()}"
            case SignKind.MISSES:
                return f"selector {name} finds nothing on the listing{self._usually()}"
            case SignKind.SHRUNK:
                return f"{name} cut to a small part on {of}"
            case SignKind.REPLACED:
                return f"{name} replaced by others on {of}"
            case SignKind.FEW:
                return f"{self.pages:,} teasers, usually at least {self.usual or 0:,.0f}"
            case SignKind.SAME:
                return f"one and the same {name} at {self.bad:,} of {self.pages:,} addresses"

    def _usually(self) -> str:
        return "" if self.usual is None else f", usually on {1 - self.usual:.0%}"


class Tally:
    """The pages of one part that one pass has looked at, in numbers."""

    def __init__(self, part: str, usual: Usual) -> None:
        self.part = part
        self.usual = usual
        self.pages = 0
        self.clean = 0  # of them without any sign
        self._bad: Counter[Sign] = Counter()
        self._missed: Counter[Sign] = Counter()
        self._harmless: Counter[Sign] = Counter()
        self._harmful: Counter[Sign] = Counter()
        self._found: Counter[str] = Counter()
        self._last: Traits | None = None

    def add(self, traits: Traits, signs: Iterable[Sign], *, is_known: bool = False) -> None:
        """One page more, and what is wrong with it. `is_known`: its last text is known."""
        signs, misses = frozenset(signs), missed(traits, self.usual)
        self.pages += 1
        self.clean += not signs
        self._bad.update(signs)
        self._missed.update(misses)
        if is_known:
            self._harmless.update(misses - signs)
            self._harmful.update(misses & signs)
        self._last = traits
        for name, is_found in traits.found.items():
            self._found[name] += is_found

    def mark(self, sign: Sign, *, was_clean: bool) -> None:
        """A page that was added already turns out to have `sign`, too."""
        self._bad[sign] += 1
        self.clean -= was_clean

    @property
    def is_clear(self) -> bool:
        return self.clean >= _CLEAR and 2 * self.clean > self.pages

    @property
    def wants_more(self) -> bool:
        """Whether something is wrong, and too few other pages were seen to tell whether it is these pages."""
        return bool(self._bad) and self.part == ARTICLES and self.clean < _COMPARED

    def broken(self) -> list[Sign]:
        """The signs that are the part's and not the pages', the most frequent first."""
        if self.part not in _ON_PAGES:
            return sorted(self._bad, key=_plainest)
        found = [
            sign
            for sign, count in self._bad.items()
            if self._is_broken(sign, count) and not self._is_harmless(sign)
        ]
        return sorted(found, key=lambda sign: (-self._bad[sign], *_plainest(sign)))

    def unexplained(self) -> list[Sign]:
        """The signs of a part of which every page has some, too few for a judgement, and not mere cuts."""
        found = [sign for sign in self._bad if sign.kind not in _ALONE]
        return sorted(found, key=_plainest) if self.clean == 0 else []

    def warnings(self) -> list[Sign]:
        """The selectors that find nothing any more although nothing came of it."""
        if self.part not in _ON_PAGES:
            return sorted(self._missed.keys() - self._bad.keys())
        return sorted(sign for sign, count in self._missed.items() if self._is_broken(sign, count))

    def never_found(self) -> list[Sign]:
        """The selectors that found nothing on any page of a part that was never looked at before."""
        seen = self.pages if self.part in _ON_PAGES else (self._last.count or 0) if self._last else 0
        if self.usual.pages or seen < _LEAST_ALIKE:
            return []
        return sorted(Sign(SignKind.MISSES, name) for name, count in self._found.items() if not count)

    def has(self, sign: Sign) -> bool:
        return self._bad[sign] > 0

    def diagnose(self, sign: Sign, source_of: str, *, is_held: bool = True) -> Diagnosis:
        """What the operator is told of `sign`."""
        usual, pages = self._usual_share(sign), self.pages
        bad = self._bad[sign] if is_held else self._missed[sign] or pages
        if self.part not in _ON_PAGES and self._last is not None:
            pages = self._last.count or 0
            bad = pages - round(pages * self._last.filled.get(sign.field, 0.0))
        return Diagnosis(self.part, sign, bad, pages, usual, source_of, is_held)

    def _is_broken(self, sign: Sign, count: int) -> bool:
        if count < _LEAST_ALIKE or count < _LEAST_SHARE * self.pages:
            return False
        share = self._usual_share(sign)
        chance = max(_LEAST_MISS, 1 - share) if share is not None else _LEAST_MISS
        return tail(count, self.pages, chance) < _BY_CHANCE

    def _is_harmless(self, sign: Sign) -> bool:
        """Whether known pages read as before without this selector: then new ones do, too."""
        return self._harmless[sign] >= _COMPARED and not self._harmful[sign]

    def _usual_share(self, sign: Sign) -> float | None:
        average: Average | None = None
        match sign.kind:
            case SignKind.LACKS:
                average = self.usual.filled.get(sign.field)
            case SignKind.MISSES:
                average = self.usual.found.get(sign.field)
            case SignKind.FEW:
                return float(min(self.usual.counts, default=0))
        return average.value if average else None


_PLAINEST = (SignKind.SAME, SignKind.FEW, SignKind.LACKS, SignKind.MISSES, SignKind.SHRUNK, SignKind.REPLACED)


def _plainest(sign: Sign) -> tuple[int, str]:
    return _PLAINEST.index(sign.kind), sign.field
