"""A text as sentences, and the sentences of two versions against each other. Pure.

What lives here: where a sentence ends, and which old sentence became which new one. What must not: words
inside a sentence (`diff`), any judgement about what a change means.

Versions are aligned in this order, and each step sees only what the steps before it left over:

1. equal    the same text, in order; then the same text elsewhere
2. similar  at least `SIMILAR` alike, anywhere, best pair first, found by the words they share
3. joined   a neighbour that went into (or came out of) a paired sentence: merged and split sentences
4. chain    the heaviest set of pairs that keeps the order stays; every pair outside it is *moved*
5. between  what is left between two neighbours of the chain, in order, while at least `RELATED` alike

Every step has a budget, so that no text costs more than about linear time: what a budget leaves out is
shown as deleted and added, which is never wrong, only less helpful.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from rapidfuzz.distance import Indel, LCSseq

from crawler.text import normalise

SIMILAR = 0.5  # two sentences this alike are one, wherever they stand
RELATED = 0.15  # ... and this alike, where both stand between the same neighbours
JOINED = 0.6  # the share of a sentence's words that must reappear in the one it was joined to


class Tag(StrEnum):
    UNCHANGED = "U"
    EDITED = "E"
    DELETED = "D"
    ADDED = "A"
    MOVED = "M"  # also when it was edited on the way


@dataclass(frozen=True, slots=True)
class SentencePair:
    """Old sentence `old` became new sentence `new` (indexes). `similarity` of their words, 0-1."""

    old: int
    new: int
    similarity: float
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs by (old, new); a split or merged sentence is in several. One tag for each sentence of a side."""

    pairs: tuple[SentencePair, ...]
    old_tags: tuple[Tag, ...]
    new_tags: tuple[Tag, ...]


# ---------------------------------------------------------------- where a sentence ends

_END = re.compile(r"[.!?…。！？｡؟۔।։።]+[\"'”’»›)\]」』）］】〉》]*")
_FULL_WIDTH = frozenset("。！？｡")  # no blank follows these
_BLANK = re.compile(r"\s+")
_OPENING = " \t\n\r\f\v\u00a0\u3000\"'“‘„«‹([「『（［【〈《¿¡"


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _listed(  # a name follows: never the end
    """mr mrs ms dr prof gen lt col maj capt cmdr adm sgt cpl pvt sen rep gov pres rev hon st ste mt messrs
    mme mlle hr fr frl sr sra msgr supt insp vs cf ca approx e.g i.e z.b d.h u.a ул проф акад ген тов"""
)
_NUMBERED = _listed(
    "no nos nr art sec fig figs vol vols p pp ch jan feb mar apr jun jul aug sep sept oct nov dec"
)
_CLOSERS = _listed(  # the end only where a word follows that starts sentences
    "inc corp co ltd llc plc bros jr esq etc al a.m p.m ph.d m.d b.a m.a u.s u.k u.n e.u d.c"
)
_STARTERS = _listed(
    """the a an he she it they we i you his her its their our this that these those in on at for from with as
    by after before but and or so if when while where what who how there then since however meanwhile also
    both some many most several under according last no not"""
)
_MONTH_NAMES = re.compile(
    r"(?:jan|feb|febr|mär|mar|apr|mai|maj|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|des)\w*", re.IGNORECASE
)
_LONGEST_ABBREVIATION = 16


def split(text: str) -> list[str]:
    """The sentences of `text`, in order, without the blanks around them; [] where there is only blank.

    Nothing but blanks is lost: the sentences joined hold every other character of `text`, in order.

    >>> split("Mr. Kim paid $1.5 million. “Why?” he asked.")
    ['Mr. Kim paid $1.5 million.', '“Why?” he asked.']
    """
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence of `text` starts and ends, as character offsets; blanks lie between them."""
    cuts = [0, *(mark.end() for mark in _END.finditer(text) if _is_end(text, mark)), len(text)]
    found = []
    for start, end in pairwise(cuts):
        sentence = text[start:end]
        left = start + len(sentence) - len(sentence.lstrip())
        right = left + len(sentence.strip())
        if left < right:
            found.append((left, right))
    return found


def _is_end(text: str, mark: re.Match[str]) -> bool:
    signs, end = mark.group(), mark.end()
    if _FULL_WIDTH.intersection(signs):
        return text[end : end + 1] not in "、，,）)"
    if end < len(text) and not text[end].isspace():
        return False
    following = text[end : end + 40].lstrip(_OPENING)
    if not following or following[0].islower():
        return not following
    return signs[0] != "." or signs.startswith("..") or not _is_abbreviated(text, mark.start(), following)


def _is_abbreviated(text: str, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to the word before it, as in *Mr.*, *J.*, *U.S.*, *12. Mai*."""
    before = text[max(0, stop - _LONGEST_ABBREVIATION) : stop]
    word = (before.split() or [""])[-1].lstrip("\"'“‘„«([-–—")
    lowered, next_word = word.lower(), _first_word(following)
    if word.isdigit():
        return _is_ordinal(text, stop, word, next_word)
    if lowered in _TITLES:
        return True
    if lowered in _NUMBERED:
        return following[0].isdigit()
    is_initial = len(word) == 1 and word.isupper()
    if is_initial or lowered in _CLOSERS or _is_dotted(word):
        return len(next_word) == 1 or next_word.lower() not in _STARTERS
    return False


def _first_word(text: str) -> str:
    found = re.match(r"\w+", text)
    return found.group() if found else ""


def _is_ordinal(text: str, stop: int, number: str, next_word: str) -> bool:
    """*12. Mai* and *1. A list's first line*."""
    if len(number) > 2:
        return False
    starts_text = not text[max(0, stop - _LONGEST_ABBREVIATION) : stop - len(number)].strip() and stop < 4
    return starts_text or _MONTH_NAMES.fullmatch(next_word) is not None


def _is_dotted(word: str) -> bool:
    parts = word.split(".")
    return len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts)


# ---------------------------------------------------------------- which sentence became which

_CJK = "\u2e80-\u2fdf\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = (  # part of their word: invisible signs, accents, vowel signs (Hebrew, Arabic, Indic)
    "\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f"
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
)
_LETTERS = rf"(?:[^\W{_CJK}]++|[{_MARKS}]++)++"
PIECES = re.compile(
    rf"[{_CJK}]|\d++(?:[.,:]\d++)++|{_LETTERS}(?:['’]{_LETTERS})*+|\.\.++|[^\w\s]",
)
"""What a reader sees as one word: letters and digits (*don't*, *1,200.50* whole), one character of Chinese or
Japanese (which write no blanks), or one sign. Korean writes blanks and is compared by words."""

_MOST_CODES = 0x10F000
_COMMON = 24  # a word in more left-over sentences than this finds no candidates
_CANDIDATES = 6  # compared in full for each left-over sentence
_CELLS = 40_000  # sentence pairs compared in full between neighbours, for one alignment
_WORK = 1_000_000_000  # word pairs looked at while comparing sentences in full, for one alignment
_ORDERED_CELLS = 100_000_000  # of equal sentences: one bit each


@dataclass(slots=True)
class _Side:
    """One version: its sentences in comparing form, and each as a string of one character a word."""

    texts: list[str]
    codes: dict[str, str]
    words: list[str | None] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [None] * len(self.texts)

    def coded(self, index: int) -> str:
        """Sentence `index` with every distinct word as one character, so that rapidfuzz counts words."""
        known = self.words[index]
        if known is None:
            known = "".join([self._code(word) for word in PIECES.findall(self.texts[index])])
            self.words[index] = known
        return known

    def joined(self, run: Sequence[int]) -> str:
        return "".join([self.coded(index) for index in run])

    def _code(self, word: str) -> str:
        code = self.codes.get(word)
        if code is None:
            code = self.codes[word] = chr(len(self.codes) % _MOST_CODES + 1)
        return code


@dataclass(slots=True)
class _Link:
    """A run of old sentences that became a run of new ones; at least one of the runs has length 1."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    similarity: float
    is_equal: bool = False
    is_moved: bool = False


def align(old: Sequence[str], new: Sequence[str]) -> Alignment:
    """Which sentence (or paragraph) of `old` became which of `new`, and what happened to each. Deterministic.

    Two texts are equal where they read alike in comparing form: the shapes of quotes, dashes and blanks are
    no edit.
    """
    codes: dict[str, str] = {}
    before = _Side([normalise(text) for text in old], codes)
    after = _Side([normalise(text) for text in new], codes)
    links = _Links(before, after)
    links.add_equal()
    links.add_similar()
    links.add_joined()
    links.choose_chain()
    links.add_between()
    links.add_joined()
    return _alignment(links.found, len(old), len(new))


class _Links:
    """The links found so far and what is still free on each side."""

    def __init__(self, old: _Side, new: _Side) -> None:
        self.old, self.new = old, new
        self.found: list[_Link] = []
        self.by_old: dict[int, _Link] = {}
        self.by_new: dict[int, _Link] = {}
        self.work = _WORK

    def free_old(self) -> list[int]:
        return [index for index in range(len(self.old.texts)) if index not in self.by_old]

    def free_new(self) -> list[int]:
        return [index for index in range(len(self.new.texts)) if index not in self.by_new]

    def similarity(self, i: int, j: int, at_least: float = 0.0) -> float:
        """How alike old `i` and new `j` are, 0-1; 0 below `at_least` and once the budget is spent."""
        one, other = self.old.coded(i), self.new.coded(j)
        if not self._affords(one, other):
            return 0.0
        return float(Indel.normalized_similarity(one, other, score_cutoff=at_least))

    def _affords(self, one: str, other: str) -> bool:
        self.work -= len(one) * len(other)
        return self.work >= 0

    def link(self, i: int, j: int, similarity: float, *, is_equal: bool = False) -> None:
        link = _Link((i,), (j,), similarity, is_equal)
        self.found.append(link)
        self.by_old[i] = self.by_new[j] = link

    def unlink(self, link: _Link) -> None:
        for i in link.old:
            del self.by_old[i]
        for j in link.new:
            del self.by_new[j]

    # 1. equal

    def add_equal(self) -> None:
        """In order first; what is left, the first of one side with the first of the other."""
        for i, j in equal_in_order(self.old.texts, self.new.texts):
            self.link(i, j, 1.0, is_equal=True)
        waiting: dict[str, list[int]] = defaultdict(list)
        for i in reversed(self.free_old()):
            waiting[self.old.texts[i]].append(i)
        for j in self.free_new():
            if waiting.get(self.new.texts[j]):
                self.link(waiting[self.new.texts[j]].pop(), j, 1.0, is_equal=True)

    # 2. similar

    def add_similar(self) -> None:
        candidates = []
        for i, j in self._candidates():
            similarity = self.similarity(i, j, SIMILAR)
            if similarity >= SIMILAR:
                candidates.append((-similarity, abs(i - j), i, j))
        for negative, _, i, j in sorted(candidates):
            if i not in self.by_old and j not in self.by_new:
                self.link(i, j, -negative)

    def _candidates(self) -> Iterable[tuple[int, int]]:
        """Pairs of free sentences that share words, the most shared first, a few for each old one."""
        holders: dict[str, list[int]] = defaultdict(list)
        for j in self.free_new():
            for word in set(self.new.coded(j)):
                holders[word].append(j)
        for i in self.free_old():
            shared: Counter[int] = Counter()
            for word in set(self.old.coded(i)):
                found = holders.get(word, ())
                if len(found) <= _COMMON:
                    shared.update(found)
            for j in sorted(shared, key=lambda j: (-shared[j], j))[:_CANDIDATES]:
                yield i, j

    # 3. joined

    def add_joined(self) -> None:
        """Give each link its free neighbours whose words reappear in it: merged (old side) or split (new)."""
        for link in self.found:
            if link.is_equal:
                continue
            if len(link.new) == 1:
                link.old = self._grown(link, link.old, self.old, self.by_old, self.new.coded(link.new[0]))
            if len(link.old) == 1:
                link.new = self._grown(link, link.new, self.new, self.by_new, self.old.coded(link.old[0]))
            if len(link.old) + len(link.new) > 2:
                link.similarity = Indel.normalized_similarity(
                    self.old.joined(link.old), self.new.joined(link.new)
                )

    def _grown(
        self, link: _Link, run: tuple[int, ...], side: _Side, taken: dict[int, _Link], whole: str
    ) -> tuple[int, ...]:
        for step in (1, -1):
            while True:
                neighbour = run[-1] + 1 if step == 1 else run[0] - 1
                if not 0 <= neighbour < len(side.texts) or neighbour in taken:
                    break
                grown = (*run, neighbour) if step == 1 else (neighbour, *run)
                if not self._adds(side, run, grown, whole):
                    break
                run = grown
                taken[neighbour] = link
        return run

    def _adds(self, side: _Side, run: tuple[int, ...], grown: tuple[int, ...], whole: str) -> bool:
        """Whether most words that `grown` has beyond `run` are in `whole`, beyond those of `run`."""
        short, long = side.joined(run), side.joined(grown)
        own = len(long) - len(short)
        if own < 2 or not self._affords(long, whole):
            return False
        gained = LCSseq.similarity(long, whole) - LCSseq.similarity(short, whole)
        return bool(gained >= JOINED * own)

    # 4. chain

    def choose_chain(self) -> None:
        """Mark every link outside the heaviest chain as moved: as little text as can be."""
        ordered = sorted(self.found, key=lambda link: (link.old[0], link.new[0]))
        kept = heaviest_chain([link.new[0] for link in ordered], [self._weight(link) for link in ordered])
        for position, link in enumerate(ordered):
            link.is_moved = position not in kept

    def _weight(self, link: _Link) -> float:
        return link.similarity * (1 + sum(len(self.old.texts[index]) for index in link.old))

    # 5. between

    def add_between(self) -> None:
        """Pair what is free between two neighbours of the chain, while the budget of comparisons lasts."""
        cells = _CELLS
        for olds, news in self._gaps():
            cells -= len(olds) * len(news)
            if cells < 0:
                return
            for i, j, similarity in self._in_order(olds, news):
                self.link(i, j, similarity)

    def _gaps(self) -> list[tuple[list[int], list[int]]]:
        chain = sorted((link.old[-1], link.new[-1]) for link in self.found if not link.is_moved)
        ends = [old for old, _ in chain], [new for _, new in chain]
        gaps: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, free in enumerate((self.free_old(), self.free_new())):
            for index in free:
                gaps[bisect_right(ends[side], index)][side].append(index)
        return [gaps[key] for key in sorted(gaps) if all(gaps[key])]

    def _in_order(self, olds: list[int], news: list[int]) -> list[tuple[int, int, float]]:
        """The pairs, in order, with the most similarity above `RELATED` in all."""
        likeness = [[self.similarity(i, j) for j in news] for i in olds]
        best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
        for a in range(len(olds) - 1, -1, -1):
            for b in range(len(news) - 1, -1, -1):
                paired = likeness[a][b] - RELATED + best[a + 1][b + 1]
                best[a][b] = max(paired, best[a + 1][b], best[a][b + 1])
        pairs: list[tuple[int, int, float]] = []
        a = b = 0
        while a < len(olds) and b < len(news):
            if best[a][b] == best[a + 1][b]:
                a += 1
            elif best[a][b] == best[a][b + 1]:
                b += 1
            else:
                pairs.append((olds[a], news[b], likeness[a][b]))
                a, b = a + 1, b + 1
        return pairs


def equal_in_order(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Index pairs of equal texts, ascending on both sides: as many as there can be, within a budget.

    Past the budget, texts that occur once on each side divide the work, and what is still too large is left.
    """
    start, end = equal_ends(old, new)
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    middle = _longest_common(a, b) if len(a) * len(b) <= _ORDERED_CELLS else _anchored(a, b)
    return [
        *((i, i) for i in range(start)),
        *((i + start, j + start) for i, j in middle),
        *((len(old) - k, len(new) - k) for k in range(end, 0, -1)),
    ]


def equal_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many leading and how many trailing texts are equal; they do not overlap."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _longest_common(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    if not a or not b:
        return []
    numbers: dict[str, int] = {}
    left = [numbers.setdefault(text, len(numbers)) for text in a]
    right = [numbers.setdefault(text, len(numbers)) for text in b]
    blocks = LCSseq.opcodes(left, right).as_matching_blocks()
    return [(block.a + k, block.b + k) for block in blocks for k in range(block.size)]


def _anchored(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """As `_longest_common`, in pieces: between texts that occur once on each side and keep their order."""
    anchors = [(-1, -1), *_unique_common(a, b), (len(a), len(b))]
    pairs: list[tuple[int, int]] = []
    cells = _ORDERED_CELLS
    for (i, j), (next_i, next_j) in pairwise(anchors):
        cost = (next_i - i - 1) * (next_j - j - 1)
        if 0 < cost <= cells:
            cells -= cost
            between = _longest_common(a[i + 1 : next_i], b[j + 1 : next_j])
            pairs.extend((i + 1 + x, j + 1 + y) for x, y in between)
        if next_i < len(a):
            pairs.append((next_i, next_j))
    return pairs


def _unique_common(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    in_a, in_b = Counter(a), Counter(b)
    places = {text: j for j, text in enumerate(b) if in_b[text] == 1}
    pairs = [(i, places[text]) for i, text in enumerate(a) if in_a[text] == 1 and text in places]
    kept = heaviest_chain([j for _, j in pairs], [1.0] * len(pairs))
    return [pair for position, pair in enumerate(pairs) if position in kept]


def heaviest_chain(places: Sequence[int], weights: Sequence[float]) -> set[int]:
    """Positions of a strictly increasing run of `places` with the greatest sum of weights; O(n log n)."""
    ranks = {place: rank for rank, place in enumerate(sorted(set(places)), 1)}
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(ranks) + 1)  # Fenwick tree of best (sum, position)
    previous = []
    for position, (place, weight) in enumerate(zip(places, weights, strict=True)):
        rank = ranks[place]
        total, before = _best_below(tree, rank - 1)
        previous.append(before)
        while rank < len(tree):
            if tree[rank][0] < total + weight:
                tree[rank] = (total + weight, position)
            rank += rank & -rank
    _, position = _best_below(tree, len(ranks))
    kept = set()
    while position >= 0:
        kept.add(position)
        position = previous[position]
    return kept


def _best_below(tree: list[tuple[float, int]], rank: int) -> tuple[float, int]:
    best = (0.0, -1)
    while rank > 0:
        if tree[rank][0] > best[0]:
            best = tree[rank]
        rank -= rank & -rank
    return best


def _alignment(links: Iterable[_Link], old_count: int, new_count: int) -> Alignment:
    old_tags, new_tags = [Tag.DELETED] * old_count, [Tag.ADDED] * new_count
    pairs: list[SentencePair] = []
    for link in links:
        tag = Tag.MOVED if link.is_moved else Tag.UNCHANGED if link.is_equal else Tag.EDITED
        for i in link.old:
            old_tags[i] = tag
        for j in link.new:
            new_tags[j] = tag
        pairs.extend(SentencePair(i, j, link.similarity, link.is_moved) for i in link.old for j in link.new)
    return Alignment(tuple(sorted(pairs, key=lambda p: (p.old, p.new))), tuple(old_tags), tuple(new_tags))
