"""Names in Korean and Chinese, which have no capital letters. Pure.

By what the pack knows, by the ends of Korean words and Chinese rows of characters (위원회, 省), and by a surname
beside an office. Where two versions of a sentence differ in one short word that has the shape of a person's name
on both sides, it is one (`swapped_people`). What must not live here: names told by capitals (`names`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.compare.lexicon import Pack
from crawler.compare.reading import Sentence
from crawler.compare.sorts import Sort

Spot = tuple[int, int, str, Sort]  # first word, word behind the last, text, sort

_PERSON_ENDS = 3  # characters of a Korean or Chinese name
_LONGEST_PLACE = 5
_LISTS = (
    ("person", "known", Sort.PERSON),
    ("organisation", "known", Sort.ORGANISATION),
    ("place", "countries", Sort.PLACE),
    ("place", "cities", Sort.PLACE),
    ("place", "regions", Sort.PLACE),
)


def unmarked(s: Sentence, taken: set[int]) -> Iterator[Spot]:
    """The names in a Korean or Chinese sentence but for the words in `taken`."""
    is_korean = any("\uac00" <= word[:1] <= "\ud7a3" for word in s.low)
    held = set(taken)
    offices = {i for one in s.find("title", "groups") for i in range(one.start, one.end)}
    if is_korean:
        for spot in _korean(s, held | offices):
            held.add(spot[0])
            yield spot
    spots = [*_tailed(s, is_korean, offices), *_listed(s, held)]
    for start, end, text, sort in spots:
        if held.intersection(range(start, end)) or _is_of_body(end, sort, spots):
            continue
        held.update(range(start, end))
        yield start, end, text, sort
    if not is_korean:
        yield from _chinese(s, held | offices)


def _is_of_body(end: int, sort: Sort, spots: Sequence[Spot]) -> bool:
    """Whether a place stands right before a body, and is a part of its name: 일본 방위성."""
    return sort is Sort.PLACE and any(one[0] == end and one[3] is Sort.ORGANISATION for one in spots)


def _listed(s: Sentence, taken: set[int]) -> Iterator[Spot]:
    for section, name, sort in _LISTS:
        for one in s.find(section, name):
            within = range(one.start, one.end)
            if not taken.intersection(within):
                yield one.start, one.end, "".join(s.bare[i] for i in within), sort
    places = s.pack.long("places")
    i = 0
    while i < len(s.low):
        size = next((n for n in range(_LONGEST_PLACE, 0, -1) if _is_place(s, i, n, places)), 0)
        if size:
            yield i, i + size, "".join(s.bare[i : i + size]), Sort.PLACE
        i += size or 1


def _is_place(s: Sentence, start: int, size: int, places: frozenset[str]) -> bool:
    text = "".join(s.bare[start : start + size])
    return len(text) > 1 and text in places and not _is_everyday(s, start)


def _is_everyday(s: Sentence, place: int) -> bool:
    word = s.bare[place]
    if word in s.pack["words", "common"] or word in s.pack["words", "stop"] or place in s.used:
        return True
    return any(s.pack[section, name].at(s.low, place, s.bare) for section, name in _NO_NAMES)


_NO_NAMES = (
    ("title", "groups"),
    ("attribution", "verbs"),
    ("attribution", "speakers"),
    ("words", "everyday"),
    ("certainty", "hedges"),
    ("certainty", "negations"),
)


# ---------------------------------------------------------------- by the ends of words


def _tailed(s: Sentence, is_korean: bool, offices: set[int]) -> Iterator[Spot]:
    if is_korean:
        for i, word in enumerate(s.bare):
            sort = None if i in s.used or i in offices or _is_everyday(s, i) else _by_tail(word, s.pack)
            if sort is not None and len(word) >= 3:
                yield i, i + 1, word, sort
        return
    for section, sort in (("organisation", Sort.ORGANISATION), ("place", Sort.PLACE)):
        for tail in s.find(section, "tails"):
            if offices.intersection(range(tail.start, tail.end)) or _is_inside_word(s, tail.start, tail.end):
                continue
            start = _begin_of_row(s, tail.start)
            is_known = "".join(s.low[start : tail.end]) in s.pack.long("places")
            if tail.start - start >= 2 or (tail.start - start == 1 and (is_known or sort is not Sort.PLACE)):
                yield start, tail.end, "".join(s.low[start : tail.end]), sort


def _is_inside_word(s: Sentence, start: int, end: int) -> bool:
    """Whether a word of every day holds the tail: the 村 of 村民."""
    everyday = s.pack["words", "everyday"]
    for i in range(max(0, start - 2), start + 1):
        found = everyday.at(s.low, i, s.low)
        if found is not None and found.end > start and (found.start < start or found.end > end):
            return True
    return False


def _begin_of_row(s: Sentence, start: int) -> int:
    """Where the row of characters begins that the tail at `start` ends."""
    end = start
    while start > 0 and end - start < 6 and _is_han(s.low[start - 1]) and not _is_everyday(s, start - 1):
        if start > 1 and s.pack["words", "everyday"].at(s.low, start - 2, s.low):
            break
        start -= 1
    return start


def _is_han(word: str) -> bool:
    return "\u4e00" <= word[:1] <= "\u9fff"


def _by_tail(word: str, pack: Pack) -> Sort | None:
    for section, sort in (("organisation", Sort.ORGANISATION), ("place", Sort.PLACE)):
        for tail in pack[section, "tails"].whole:
            joined = "".join(tail)
            if word.endswith(joined) and len(word) > len(joined) + (len(joined) == 1):
                return sort
    return None


# ---------------------------------------------------------------- people


def _korean(s: Sentence, taken: set[int]) -> Iterator[Spot]:
    surnames, offices = s.pack["person", "surnames"], s.pack["title", "groups"]
    for i, word in enumerate(s.bare):
        if i in taken or i in s.used or len(word) != _PERSON_ENDS or word[0] not in surnames:
            continue
        next_ = s.bare[i + 1] if i + 1 < len(s.bare) else ""
        is_office_next = any(t in offices for t in (next_, s.low[i + 1] if next_ else ""))
        if is_office_next or (i > 0 and s.bare[i - 1] in offices):
            yield i, i + 1, word, Sort.PERSON


def _chinese(s: Sentence, taken: set[int]) -> Iterator[Spot]:
    for title in s.find("title", "groups"):
        for size in (3, 2, 1):
            for start, end in ((title.end, title.end + size), (title.start - size, title.start)):
                within = range(start, end)
                is_inside = start >= 0 and end <= len(s.low) and not taken.intersection(within)
                is_shaped = is_inside and _is_shaped(s, start, end) and (size > 1 or end == title.start)
                if is_shaped:
                    taken.update(within)
                    yield start, end, "".join(s.low[start:end]), Sort.PERSON


def _is_shaped(s: Sentence, start: int, end: int) -> bool:
    """Whether a row of characters may be a person's name."""
    if s.low[start] not in s.pack["person", "surnames"]:
        return False
    return all(_is_han(s.low[i]) and not _is_everyday(s, i) for i in range(start, end)) and (
        end - start > 1 or start == 0 or not _is_han(s.low[start - 1])
    )


def swapped_people(one: Sentence, other: Sentence) -> tuple[str, str] | None:
    """The two names, where the sentences differ in one short word shaped like a person's name on both sides."""
    left, right = one.bare, other.bare
    if left == right or not left or not right:
        return None
    first = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    behind = 0
    while behind < min(len(left), len(right)) - first and left[-1 - behind] == right[-1 - behind]:
        behind += 1
    if any("\uac00" <= word[:1] <= "\ud7a3" for word in one.low):
        return _swapped_words(one, other, first, behind)
    for before in range(_PERSON_ENDS):
        for after in range(_PERSON_ENDS):
            start, far = first - before, behind - after
            ends = len(left) - far, len(right) - far
            if start < 0 or far < 0 or not all(2 <= end - start <= _PERSON_ENDS for end in ends):
                continue
            if _is_shaped(one, start, ends[0]) and _is_shaped(other, start, ends[1]):
                return "".join(left[start : ends[0]]), "".join(right[start : ends[1]])
    return None


def _swapped_words(one: Sentence, other: Sentence, first: int, behind: int) -> tuple[str, str] | None:
    found = []
    for s in (one, other):
        if len(s.bare) - behind - first != 1:
            return None
        word = s.bare[first]
        is_shaped = len(word) in (_PERSON_ENDS, 4, 2) and word[0] in s.pack["person", "surnames"]
        if not is_shaped or word.endswith(_KOREAN_VERBS) or _is_everyday(s, first) or _by_tail(word, s.pack):
            return None
        found.append(word)
    if _PERSON_ENDS not in map(len, found):
        return None
    return found[0], found[1]


_KOREAN_VERBS = ("다", "고", "며", "지", "게", "서", "한", "할", "된", "될", "적", "음", "기")
