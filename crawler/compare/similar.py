"""Is it the same story? Candidates by bands, the verdict by the texts themselves. Pure.

A text is read as words (a pair of characters where a script leaves no blanks), and as *runs* of three words.

`bands` finds candidates. They are the smallest hashes among the runs of longer words, so a cut copy keeps
those it shares with the whole; some are taken from the beginning alone, which the shortest cut still has.

`compare_texts` gives the verdict on article bodies. It asks for *coverage*: the share of the shorter text's
stretches of some 20 words that are found again in the other. A copy, however retyped, shows through in
every stretch; two stories that quote the same sentences share those few stretches and nothing else.

| of the shorter text | and | verdict |
|---|---|---|
| everything | the same, or only a dateline differs | same |
| it is a teaser | no name, number or date was replaced by another | same |
| it is a teaser | one was: "new houses in county A", "in county B" | apart |
| three fifths | its names and figures too, as far as its other words | same |
| three fifths | names and figures replaced throughout: a stock text | apart |
| three fifths | it is a small part of the other, and not of its beginning | apart |
| less | - | apart |

Long tables (fixtures, tour dates, results) count little: two stories that print one table are two stories.
What must not live here: where candidates are looked up, and what a duplicate means for the record.

The order of the file: candidates, how a text is read, article bodies, short texts, teasers, many texts.
"""

from __future__ import annotations

import heapq
import re
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import compress, product

from rapidfuzz.distance import Indel, Levenshtein
from rapidfuzz.fuzz import ratio

from crawler.errors import UsageError
from crawler.text import digest, normalise, words

BANDS = 24  # hashes a text, at most
_LEAD_BANDS = 6  # ... of which this many come from the beginning
_LEAD_WORDS = 60

_WORDS_KNOWN = 1 << 15  # whose kind is remembered, by what a word itself shows
_WORDS_READ = 20_000  # words of a text that are looked at
_CHARACTERS_READ = 200_000  # ... and characters
_STEM = 5  # letters by which a word is known again in a run: misspelt and inflected words have their ends
_STRETCH = 20  # words
_RUNS_WANTED = 10  # runs of a stretch that must be found again; chance alone finds 0 to 3
_COVERED = 0.56  # of the shorter text; related stories stay below 0.5, copies above 0.6
_TABLE = 0.6  # share of names and figures from which a stretch is a table rather than prose
_TABLE_WEIGHT = 0.25
_PART = 0.2  # of the longer text: a shorter one than that must hold its beginning

_NAMES_LOST = 2  # names and figures at least: one is an edit
_LOST_MORE = 0.3  # of them than of the other words

_TEASER_CHARACTERS = 320
_MISSPELT = 88  # of 100: above is one name in two spellings, below are two names
_TEASER_WORDS = 40  # fewer always count as a teaser
_TEASER_READ = 320  # words of a short text that are looked at: each is held against each
_TEASER_LEAST = 5  # words: fewer tell nothing
_TEASER_KEPT = 0.7  # of the shorter teaser's words
_EXCERPT = 40  # characters from which an excerpt says which story it is
_EXCERPT_HEADED = 12  # ... and when the headline says so too
_HEADLINE = 40  # characters from which a headline alone does, given the same date

Teaser = tuple[str | None, str | None, str | None]  # headline, excerpt, date as ISO 8601


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are (0-1, 1 = equal when normalised), whether they tell one story, and why."""

    similarity: float
    is_same: bool
    reason: str


# ---------------------------------------------------------------- candidates


def bands(text: str) -> tuple[int, ...]:
    """Up to `BANDS` signed 64-bit hashes, ascending. Copies share one or more; () below three words.

    The same for ever and everywhere: they are stored, so a change here raises `crawler.text.VERSION`.
    """
    return _bands(_folded(_raw_tokens(_without_dateline(_opening(text)))))


def _bands(tokens: Sequence[str]) -> tuple[int, ...]:
    longer = {word for word in set(tokens) if _is_longer(word)}
    hashes = _run_hashes([word for word in tokens if word in longer])
    chosen = set(heapq.nsmallest(_LEAD_BANDS, set(hashes[:_LEAD_WORDS])))
    for value in heapq.nsmallest(BANDS, set(hashes)):
        if len(chosen) == BANDS:
            break
        chosen.add(value)
    return tuple(sorted(chosen))


@lru_cache(_WORDS_KNOWN)
def _is_longer(word: str) -> bool:
    """Whether `word` is more than a particle: those tell no story from another."""
    if not word.isalpha():
        return True
    return len(word) > 3 if word.isascii() else len(word) > 2 or _UNSPACED.match(word) is not None


_UNSPACED_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_UNSPACED = re.compile(f"[{_UNSPACED_RANGES}\uac00-\ud7a3]")  # and Hangul, where one syllable says much


def _run_hashes(tokens: Sequence[str]) -> list[int]:
    """A signed 64-bit hash of every three words in a row; the same in every process."""
    codes = list(map(_code, tokens))
    first, second, third = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)  # odd: multiply-shift
    return [
        (a * first + b * second + c * third & _ALL) - _HALF
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)
    ]


@lru_cache(_WORDS_KNOWN)
def _code(word: str) -> int:
    return zlib.crc32(word.encode())


_ALL = (1 << 64) - 1
_HALF = 1 << 63


# ---------------------------------------------------------------- how a text is read


@dataclass(frozen=True, slots=True)
class Reading:
    """A text taken apart once, to be compared with many. `words` and `runs` hold hashes, in reading order."""

    text: str  # normalised
    words: array[int]
    is_telling: bytes  # one a word: 1 for a name, a number, a date
    runs: array[int]  # one for every three words


def read(text: str) -> Reading:
    """`text` taken apart: its first 20,000 words, so that a hostile text costs no more than these."""
    whole = normalise(text)
    raw = _raw_tokens(_without_dateline(whole[:_CHARACTERS_READ]))
    return _reading(whole, raw, _folded(raw))


def _reading(whole: str, raw: Sequence[str], folded: Sequence[str]) -> Reading:
    telling = _telling(raw)
    hashes = list(map(hash, folded))
    stems = [hash(word[:_STEM]) for word in folded]
    runs = map(hash, zip(stems, stems[1:], stems[2:], strict=False))
    return Reading(whole, array("q", hashes), bytes(map(telling.__contains__, raw)), array("q", runs))


def _opening(text: str) -> str:
    """The part of `text` that is looked at, normalised."""
    return normalise(text[: 2 * _CHARACTERS_READ])[:_CHARACTERS_READ]


def _raw_tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)[:_WORDS_READ]


_TOKEN = re.compile(f"[{_UNSPACED_RANGES}]|[^\\W{_UNSPACED_RANGES}]{{1,64}}")


def _folded(tokens: Sequence[str]) -> list[str]:
    """`tokens` without case, a character of an unspaced script with the next: one alone says little."""
    folded = [word.casefold() for word in tokens]
    if not any(map(_ALONE.match, folded)):
        return folded
    following = [*folded[1:], ""]
    return [a + b[:1] if _ALONE.match(a) else a for a, b in zip(folded, following, strict=True)]


_ALONE = re.compile(f"[{_UNSPACED_RANGES}]")


def _telling(tokens: Sequence[str]) -> frozenset[str]:
    """Those of `tokens` that say who, where, when and how many: names and figures, as far as case shows."""
    distinct = set(tokens)
    figures = {word for word in distinct if _is_figure(word)}
    names = {word for word in distinct if _is_name(word) and word.lower() not in distinct}
    is_title_case = len(names) > _TABLE * len(distinct) and len(distinct) > _STRETCH
    return frozenset(figures if is_title_case else figures | names)


@lru_cache(_WORDS_KNOWN)
def _is_figure(word: str) -> bool:
    return _DIGIT.search(word) is not None or word.casefold() in _NUMBER_WORDS


_DIGIT = re.compile(r"\d")


@lru_cache(_WORDS_KNOWN)
def _is_name(word: str) -> bool:
    return word[0].isupper() and word.casefold() not in _OPENERS


_NUMBER_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand
    million billion first second third fourth fifth sixth""".split()  # noqa: SIM905 - a list to read
)
_OPENERS = frozenset(  # what a sentence opens with, in capitals, without naming anything
    """a after all also an and as at because before both but by during each every for from he her his however
    i if in is it its many most no not of on one or other our over she since so some that the their then
    there these they this those to under we what when where which while who with you
    das der die ein eine es im in und le la les un une des el los las una lo il gli o os as
    в во и на но о об он она они по с у это""".split()  # noqa: SIM905
)


def _without_dateline(text: str) -> str:
    """Normalised `text` without "PYONGYANG, Jan. 3 (Agency) -" and its kind."""
    found = _DATELINE.match(text)
    if found is None or sum(map(str.islower, (word[:1] for word in found[0].split()))) > 2:
        return text
    return text[found.end() :]


_DATELINE = re.compile(
    r"[^()\[\]【】]{2,70}?\([^()]{2,30}\) ?(?:-{1,3}|:|,)? "  # Place, January 3 (Agency) --
    r"|[A-Z][A-Z .,]{2,40}?(?:, ?[A-Z][a-z]{2,8}\.? \d{1,2})? ?-{1,3} "  # PLACE, Jan. 3 -
    r"|[(\[【][^()\[\]【】]{2,40}[)\]】] ?-? ?"  # (평양 1월 3일발 통신) 【通讯社平壤1月3日电】
)


# ---------------------------------------------------------------- article bodies


def similarity(a: str, b: str) -> float:
    """How much of both texts stands in the other in the same order, 0-1; 1.0 for equal ones only.

    Counted in words and marks of the normalised texts (2 x common / both), the first 20,000 of each.

    >>> similarity("The old bridge was closed.", "The old bridge was opened.")
    0.8333333333333334
    """
    return _similarity(normalise(a), normalise(b))


def _similarity(a: str, b: str) -> float:
    if a == b:
        return 1.0
    first, second = (words(text[:_CHARACTERS_READ])[:_WORDS_READ] for text in (a, b))
    return min(Indel.normalized_similarity(first, second), 0.9999)


def compare_texts(a: str, b: str) -> Likeness:
    """Whether one article body is the other, or its rewrite, cut, extended or framed copy. Symmetric."""
    return compare_readings(read(a), read(b))


def compare_readings(a: Reading, b: Reading) -> Likeness:
    """As `compare_texts`, for texts already taken apart."""
    found = _judge(a, b)
    return Likeness(_similarity(a.text, b.text), found.is_same, found.reason)


def copy_likeness(a: Reading, b: Reading) -> Likeness | None:
    """`compare_readings` where it finds a copy, else None: the number, which costs as much again, is left out."""
    found = _judge(a, b)
    return Likeness(_similarity(a.text, b.text), True, found.reason) if found.is_same else None


@dataclass(frozen=True, slots=True)
class _Finding:
    """The verdict without the measured number, which costs as much again."""

    is_same: bool
    reason: str
    common: float = 1.0  # what both texts have, of all they have


def _judge(a: Reading, b: Reading) -> _Finding:
    if a.text == b.text:
        return _Finding(True, "the same text")
    if a.words == b.words and a.words:
        return _Finding(True, "the same words: only marks, capitals or a dateline differ")
    short, long = sorted((a, b), key=lambda reading: (len(reading.words), reading.text))
    if len(short.words) < _TEASER_WORDS or len(long.text) <= _TEASER_CHARACTERS:
        return _judge_short(_without_dateline(short.text), _without_dateline(long.text[:_CHARACTERS_READ]))
    return _judge_long(short, long)


def _judge_long(short: Reading, long: Reading) -> _Finding:
    known = set(long.runs)
    found = bytes(map(known.__contains__, short.runs))
    covered = list(_covered_stretches(found))
    coverage = _coverage(short, covered)
    shared = found.count(1)
    common = shared / max(1, len(short.runs) + len(long.runs) - shared)
    measured = f"{coverage:.0%} of the shorter text stands in the other"
    if coverage < _COVERED:
        return _Finding(False, measured, common)
    if len(short.words) < _PART * len(long.words) and not _holds_beginning(short, long):
        return _Finding(False, "a passage from the middle of the longer text", common)
    if _is_stock(short, long, covered):
        return _Finding(False, "the same sentences about other names, numbers or dates", common)
    return _Finding(True, measured, common)


def _covered_stretches(found: bytes) -> Iterator[tuple[int, int, float]]:
    """(start, end, covered 0-1) of each stretch, given which runs are found in the other text."""
    count = max(1, round(len(found) / _STRETCH))
    for number in range(count):
        start, end = number * len(found) // count, (number + 1) * len(found) // count
        yield start, end, min(1.0, found.count(1, start, end) / _RUNS_WANTED)


def _coverage(short: Reading, covered: Iterable[tuple[int, int, float]]) -> float:
    total = shared = 0.0
    for start, end, share in covered:
        is_table = short.is_telling.count(1, start, end) > _TABLE * (end - start)
        weight = _TABLE_WEIGHT if is_table else 1.0
        total += weight
        shared += weight * share
    return shared / total if total else 0.0


def _holds_beginning(short: Reading, long: Reading) -> bool:
    return sum(map(set(short.runs).__contains__, long.runs[: 4 * _STRETCH])) >= _RUNS_WANTED // 2


def _is_stock(short: Reading, long: Reading, covered: Iterable[tuple[int, int, float]]) -> bool:
    """Whether the sentences stayed and what they are about went, seen from either text.

    A careless copy loses names and plain words alike; a stock text keeps every plain word.
    """
    names = set(compress(short.words, short.is_telling))
    lost = len(names.difference(long.words))
    if lost < max(_NAMES_LOST, _LOST_MORE / 2 * len(names)) or not _lost_its_names(short, long, covered):
        return False
    known = set(short.runs)
    return _lost_its_names(long, short, _covered_stretches(bytes(map(known.__contains__, long.runs))))


def _lost_its_names(one: Reading, other: Reading, covered: Iterable[tuple[int, int, float]]) -> bool:
    telling, plain = set[int](), set[int]()
    for start, end, share in covered:
        if share >= 0.5:
            telling.update(compress(one.words[start:end], one.is_telling[start:end]))
            plain.update(one.words[start:end])
    plain -= telling
    lost, lost_plain = telling.difference(other.words), plain.difference(other.words)
    if len(lost) < _NAMES_LOST:
        return False
    return len(lost) / len(telling) >= _LOST_MORE + len(lost_plain) / max(1, len(plain))


# ---------------------------------------------------------------- short texts


def _judge_short(a: str, b: str) -> _Finding:
    """The verdict where every word counts, on normalised texts."""
    short, long = sorted((_short_tokens(a), _short_tokens(b)), key=lambda tokens: (len(tokens), tokens))
    if min(len(a), len(b)) < _EXCERPT or len(short) < _TEASER_LEAST:
        return _Finding(False, "too short to tell", 0.0)
    kept, replaced = _replacements(short, long[: 3 * len(short)])  # a short cut is one of the beginning
    common = kept / (len(short) + len(long) - kept)
    measured = f"{kept / len(short):.0%} of the shorter text stands in the other"
    if kept < _TEASER_KEPT * len(short):
        return _Finding(False, measured, common)
    if replaced:
        return _Finding(False, f"the same sentence about {replaced[1]!r}, not {replaced[0]!r}", common)
    return _Finding(True, f"{measured}, names and figures too", common)


def _short_tokens(text: str) -> list[str]:
    return _raw_tokens(text)[:_TEASER_READ]


def _replacements(first: Sequence[str], second: Sequence[str]) -> tuple[int, tuple[str, str] | None]:
    """How many words of `first` stand in `second`, and the first name or figure that gave way to another."""
    marked = _marked(first) | _marked(second)
    kept = 0
    replaced = None
    for here, there, is_last in _stretches(first, second):
        if here == there:
            kept += len(here)
            continue
        gone = _unanswered(here, there, marked, is_last)
        come = _unanswered(there, here, marked, is_last)
        if gone and come and replaced is None:
            replaced = gone, come
    return kept, replaced


def _marked(tokens: Sequence[str]) -> frozenset[str]:
    """What tells one short text from another: all words of a script that marks no names by capitals."""
    if 2 * sum(map(_has_case, tokens)) >= len(tokens):
        return _telling(tokens)
    return frozenset(tokens)


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()


def _stretches(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[list[str], list[str], bool]]:
    """`first` and `second` side by side, equal stretches and differing ones in turn; True on the last."""
    plain, plain2 = ([word.casefold() for word in side] for side in (first, second))
    here: list[str] = []
    there: list[str] = []
    for step in Levenshtein.opcodes(plain, plain2):
        these = list(first[step.src_start : step.src_end])
        if step.tag != "equal":
            here, there = here + these, there + list(second[step.dest_start : step.dest_end])
            continue
        if here or there:
            yield here, there, False
        here, there = [], []
        yield these, these, False
    if here or there:
        yield here, there, True


def _unanswered(
    these: list[str], those: list[str], marked: frozenset[str], is_last: bool = False
) -> str | None:
    """The first marked word of `these` without its like among `those`; a word cut off at the end has one."""
    for index, word in enumerate(these):
        is_cut = is_last and index == len(these) - 1
        if word in marked and not any(_is_like(word, other, is_cut) for other in those):
            return word
    return None


def _is_like(word: str, other: str, is_cut: bool) -> bool:
    """One word misspelt, inflected or (`is_cut`) broken off; figures must be equal."""
    one, two = word.casefold(), other.casefold()
    if one == two or (is_cut and (one.startswith(two) or two.startswith(one))):
        return True
    return not (_is_figure(one) or _is_figure(two)) and ratio(one, two) >= _MISSPELT


# ---------------------------------------------------------------- teasers


def compare_teasers(a: Teaser, b: Teaser) -> Likeness:
    """Whether two teasers (headline, excerpt, date) point at one story. Symmetric.

    They do when headline and excerpt agree and the days are at most one apart (time zones), or when the
    excerpt agrees, the day is not another, and the headlines name nobody and nothing else. Excerpts agree
    when one is the beginning of the other: they are cut anywhere. A headline says it alone only when it is
    long and of the same day.
    """
    first, second = _PlainTeaser.of(a), _PlainTeaser.of(b)
    found = _judge_teasers(first, second)
    return Likeness(_similarity(first.text, second.text), found.is_same, found.reason)


@dataclass(frozen=True, slots=True)
class _PlainTeaser:
    """A teaser's parts normalised, "" for what it lacks; `day` as YYYY-MM-DD."""

    headline: str
    excerpt: str
    day: str

    @classmethod
    def of(cls, teaser: Teaser) -> _PlainTeaser:
        headline, excerpt, day = (part or "" for part in teaser)
        return cls(normalise(headline), _without_ellipsis(normalise(excerpt)), day[:10])

    @property
    def text(self) -> str:
        return f"{self.headline} {self.excerpt}".strip()


def _without_ellipsis(excerpt: str) -> str:
    return excerpt.rstrip(". ") if excerpt.endswith("...") else excerpt


def _judge_teasers(a: _PlainTeaser, b: _PlainTeaser) -> _Finding:
    if a == b and len(a.excerpt) >= _EXCERPT:
        return _Finding(True, "the same teaser")
    days = _days_apart(a.day, b.day)
    if not (a.headline and b.headline):
        return _judge_excerpts(a.excerpt, b.excerpt, days, _EXCERPT)
    if a.headline.casefold() != b.headline.casefold():
        return _judge_other_headlines(a, b, days)
    if a.excerpt and b.excerpt:
        return _judge_excerpts(a.excerpt, b.excerpt, 0 if days == 1 else days, _EXCERPT_HEADED)
    if days == 0 and len(a.headline) >= _HEADLINE:
        return _Finding(True, "the same headline and date")
    return _Finding(False, "the same headline, and no excerpt to compare")


def _judge_other_headlines(a: _PlainTeaser, b: _PlainTeaser, days: int | None) -> _Finding:
    first, second = sorted((_short_tokens(a.headline), _short_tokens(b.headline)))
    marked = _marked(first) | _marked(second)
    here, there = _unanswered(first, second, marked), _unanswered(second, first, marked)
    if here and there:
        return _Finding(False, f"headlines about {there!r}, not {here!r}")
    return _judge_excerpts(a.excerpt, b.excerpt, days, _EXCERPT)


def _judge_excerpts(a: str, b: str, days: int | None, least: int) -> _Finding:
    """The verdict by excerpts of at least `least` characters, `days` apart (None: nobody knows)."""
    if days:
        return _Finding(False, "another date")
    short, long = sorted((a, b), key=lambda text: (len(text), text))
    if len(short) < least:
        return _Finding(False, "no excerpt long enough to compare")
    if long.casefold().startswith(short.casefold()):
        return _Finding(True, "the same excerpt" if a == b else "one excerpt begins the other")
    if days is None:
        return _Finding(False, "another excerpt")
    return _judge_short(_without_dateline(short), _without_dateline(long))


def _days_apart(a: str, b: str) -> int | None:
    """Days between two ISO dates, None where one is unknown. Dates that cannot be read are equal or far."""
    if not a or not b:
        return None
    try:
        return abs(date.fromisoformat(a) - date.fromisoformat(b)) // timedelta(days=1)
    except ValueError:
        return 0 if a == b else 1000


# ---------------------------------------------------------------- many texts

_NEIGHBOURS = 24  # candidates of a text that are compared
_NEIGHBOURS_BY_CHANCE = 4  # ... of those that share a single band
_CROWD = 16  # neighbours tried in a band that many texts share
_WITNESSES = 3  # members a cluster sends to a merger
_CLOSE = 0.4  # of all that two texts have, both have: such pairs merge first
_AGREEING = 0.5  # of the witnesses' pairs must be more than this


def cluster(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The label of each id: the smallest id that tells the same story. The order of `texts` is no matter.

    Clusters merge only when most of their witnesses agree, so one text that holds two stories joins one.
    Raises UsageError when an id comes twice.
    """
    if len({name for name, _ in texts}) < len(texts):
        raise UsageError("An id stands on two lines: give each text its own.")
    plain = {name: normalise(text) for name, text in sorted(texts)}
    same = _equal_texts(plain)
    readings, banded = dict[str, Reading](), dict[str, tuple[int, ...]]()
    for name, text in plain.items():
        if same[name] == name:
            readings[name], banded[name] = _read_and_band(text)
    merged = _merge(readings, _candidates(banded))
    return {name: merged[first] for name, first in same.items()}


def _read_and_band(plain: str) -> tuple[Reading, tuple[int, ...]]:
    """`read` and `bands` of a normalised text in one go, for half the price."""
    raw = _raw_tokens(_without_dateline(plain[:_CHARACTERS_READ]))
    folded = _folded(raw)
    return _reading(plain, raw, folded), _bands(folded)


def _equal_texts(plain: dict[str, str]) -> dict[str, str]:
    """For each id the first id with the same normalised text."""
    first: dict[str, str] = {}
    return {name: first.setdefault(digest(text), name) for name, text in plain.items()}


def _candidates(banded: dict[str, tuple[int, ...]]) -> list[tuple[str, str]]:
    """Pairs worth comparing, most shared bands first: at most `_NEIGHBOURS` a text by its own count."""
    members = defaultdict[int, list[str]](list)
    for name in sorted(banded, key=lambda name: (banded[name], name)):  # likes stand together in a crowd
        for band in banded[name]:
            members[band].append(name)
    shared = Counter[tuple[str, str]]()
    for crowd in members.values():
        for distance in range(1, min(len(crowd), _CROWD + 1)):
            shared.update(map(_ordered, zip(crowd, crowd[distance:], strict=False)))
    return _nearest(shared)


def _ordered(pair: tuple[str, str]) -> tuple[str, str]:
    return pair if pair[0] < pair[1] else (pair[1], pair[0])


def _nearest(shared: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs with most bands in common; one in common counts where a text has hardly a better pair."""
    taken = Counter[str]()
    chosen = []
    for pair in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        most = _NEIGHBOURS if shared[pair] > 1 else _NEIGHBOURS_BY_CHANCE
        if min(taken[pair[0]], taken[pair[1]]) < most:
            taken.update(pair)
            chosen.append(pair)
    return chosen


def _merge(readings: dict[str, Reading], candidates: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first member of each text's cluster. Close copies merge first, the others by what they share."""
    merger = _Merger(readings)
    distant = [pair for pair in candidates if not merger.is_joined(*pair) and not merger.join(*pair, _CLOSE)]
    for pair in sorted(distant, key=lambda pair: (-merger.judge(*pair).common, pair)):
        merger.join(*pair, 0.0)
    return {name: min(members) for name, members in merger.clusters.items()}


class _Merger:
    """Clusters as they grow, and the verdicts already given."""

    def __init__(self, readings: dict[str, Reading]) -> None:
        self.clusters = {name: [name] for name in readings}
        self.judge = cache(lambda one, other: _judge(readings[one], readings[other]))

    def is_joined(self, one: str, other: str) -> bool:
        return self.clusters[one] is self.clusters[other]

    def join(self, one: str, other: str, least: float) -> bool:
        """Merge their clusters if the two are the same, share `least` at the least, and witnesses agree."""
        here, there = self.clusters[one], self.clusters[other]
        found = self.judge(*_ordered((one, other)))
        if here is there or not found.is_same or found.common < least:
            return here is there
        if self._is_agreed(list(product(_spread(here), _spread(there)))):
            here, there = (here, there) if len(here) >= len(there) else (there, here)
            here.extend(there)
            here.sort()
            self.clusters.update(dict.fromkeys(there, here))
        return self.is_joined(one, other)

    def _is_agreed(self, pairs: Sequence[tuple[str, str]]) -> bool:
        """Whether most `pairs` are the same; no more are judged than it takes."""
        missing = int(_AGREEING * len(pairs)) + 1
        for left, pair in zip(range(len(pairs), 0, -1), pairs, strict=True):
            if missing == 0 or missing > left:
                break
            missing -= self.judge(*_ordered(pair)).is_same
        return missing == 0


def _spread(members: Sequence[str]) -> list[str]:
    """Up to `_WITNESSES` of `members`, evenly spread over their order by id: no kind of copy is preferred."""
    step = max(1, len(members) / _WITNESSES)
    return [members[int(number * step)] for number in range(min(len(members), _WITNESSES))]
