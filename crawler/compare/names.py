"""The names in a sentence, and of what each is the name. Pure.

For scripts with capitals, a name is a run of words with capital letters inside a sentence; where capitals tell
nothing, at a sentence's start and in an English headline, a word is a name if the pack knows it as one, or if the
press does not write it in lower case. Of what it is the name is for `sorts` to say; Korean and Chinese names are
found in `unmarked`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from crawler.compare.everyday import is_everyday, is_function, is_given
from crawler.compare.gazetteer import is_gazetted
from crawler.compare.mentions import is_own_name
from crawler.compare.reading import Sentence
from crawler.compare.sentences import PIECES
from crawler.compare.sorts import Scores, Sort, is_listed, scores, words_of
from crawler.compare.unmarked import unmarked
from crawler.text import words

_MOST_NAMES = 200
_MOST_READ = 4_000
_DOUBTFUL = 1.6  # weight of a sort that capitals and a rare surname alone may give
_MOST_SHARED = 1.5
_SHARED = 0.5  # of its neighbour's cues that a name in a list has, too


@dataclass(frozen=True, slots=True)
class Name:
    """Words `start` to `end` are a name; `scores`: how much speaks for each sort."""

    start: int
    end: int
    text: str  # in comparing form
    scores: Scores
    is_first: bool = False  # where any word has a capital letter

    @property
    def is_doubtful(self) -> bool:
        """Whether nothing but a capital letter that any word has there tells that it is a name."""
        return self.is_first and self.end - self.start == 1 and self.scores[self.sort] < _DOUBTFUL

    @property
    def sort(self) -> Sort:
        return max(Sort, key=lambda sort: self.scores[sort])

    @property
    def lead(self) -> float:
        first, second = sorted(self.scores.values(), reverse=True)[:2]
        return first - second

    def beside(self, other: Scores, share: float, most: float = 99.0) -> Name:
        """The name with a share of what speaks for another, which is likely of its sort."""
        shares = {sort: min(share * other[sort], most) for sort in Sort}
        return replace(self, scores={sort: self.scores[sort] + shares[sort] for sort in Sort})


def names(s: Sentence, *, is_title_case: bool = False, known: frozenset[str] = frozenset()) -> list[Name]:
    """The names in a sentence. `is_title_case`: capitals tell nothing, as in most English headlines.

    `known`: words in lower case that stand with a capital letter in the middle of a sentence nearby.
    """
    found = list(_quoted(s))
    taken = {i for name in found for i in range(name.start, name.end)}
    if any(word[:1].isupper() for word in s.written):
        spans = _capital(s, taken, is_title_case=is_title_case, known=known)
        found += _in_lists(s, [_named(s, a, b, known, is_title_case) for a, b in islice(spans, _MOST_NAMES)])
    if any("\uac00" <= word[:1] <= "\ud7a3" or "\u4e00" <= word[:1] <= "\u9fff" for word in s.low):
        found += [
            Name(start, end, text, {one: 5.0 * (one is sort) for one in Sort})
            for start, end, text, sort in unmarked(s, taken)
        ]
    found = sorted(found, key=lambda name: name.start)[:_MOST_NAMES]
    for name in found:
        s.note(Counter(), name.text, name.start, name.end)
    return found


def _named(s: Sentence, start: int, end: int, known: frozenset[str], loud: bool) -> Name:
    is_first = (
        (start == 0 or loud) and s.low[start] not in known and not s.written[start].endswith(("'s", "’s"))
    )
    return Name(start, end, _text(s, start, end), scores(s, start, end), is_first)


def counted(found: Sequence[Name], sort: Sort) -> Counter[str]:
    return Counter(name.text for name in found if name.sort is sort)


def known_names(texts: Sequence[str]) -> frozenset[str]:
    """Words that stand with a capital letter in the middle of a sentence somewhere in the text."""
    found: set[str] = set()
    for text in texts[:400]:
        row = words(text[:_MOST_READ])
        longer = [w for w in row if len(w) > 3 and w[0].isalpha()]
        if longer and sum(w[0].isupper() for w in longer) >= 0.7 * len(longer):
            continue  # a line in capitals says nothing of any word
        found.update(w.casefold() for w in row[1:] if w[:1].isupper() and not w.isupper())
    return frozenset(found)


def _text(s: Sentence, start: int, end: int) -> str:
    spoken = words_of(s, start, end)
    is_spelt = len(spoken) > 1 and all(len(word) == 1 for word in spoken)  # U.N.
    return ("" if is_spelt else " ").join(spoken)


def _in_lists(s: Sentence, found: list[Name]) -> list[Name]:
    """The names, those between which nothing but *and* or a comma stands with a share of each other's cues."""
    shared = list(found)
    for i in range(1, len(found)):
        if s.low[found[i - 1].end : found[i].start] in _JOINTS:
            shared[i] = shared[i].beside(found[i - 1].scores, _SHARED, _MOST_SHARED)
            shared[i - 1] = shared[i - 1].beside(found[i].scores, _SHARED, _MOST_SHARED)
    return shared


_JOINTS = (["and"], [","], ["or"], [",", "and"], ["и"], ["и", "в"], ["to"], ["and", "the"])


def _quoted(s: Sentence) -> Iterator[Name]:
    """Companies, papers and the like, as Russian writes them: «Газпром»."""
    for match in _GUILLEMETS.finditer(s.text):
        inside = PIECES.findall(match[1].casefold())
        for i in range(len(s.low) - len(inside) + 1):
            if is_own_name(match) and s.low[i : i + len(inside)] == inside:
                scored = {sort: 5.0 * (sort is Sort.ORGANISATION) for sort in Sort}
                yield Name(i, i + len(inside), " ".join(inside), scored)
                break


_GUILLEMETS = re.compile(r"«([^«»]{2,80})»")


# ---------------------------------------------------------------- by capital letters


def _capital(
    s: Sentence, taken: set[int], *, is_title_case: bool, known: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Where each name begins and ends, by the capital letters."""
    listed = _listed(s)
    titles = {i for one in s.find("title", "groups") for i in range(one.start, one.end)}
    loud = is_title_case or s.text.isupper()
    i = 0
    while i < len(s.written):
        end = listed.get(i, i)
        if (
            i in taken
            or i in s.used
            or not s.written[i][:1].isupper()
            or (i in titles and end < i + 2 and not _is_called_office(s, i, titles))
        ):
            i += 1
            continue
        if end == i and not _begins(s, i, loud=loud, known=known):
            i += 1
            continue
        end = _end_of_name(s, i, max(end, i + 1), titles, loud=loud, known=known)
        if not _is_thing(s, i, end):
            yield i, end
        i = end


def _is_called_office(s: Sentence, place: int, titles: set[int]) -> bool:
    """Whether the office is the name of a company: *Premier Oil*."""
    after = s.written[place + 1] if place + 1 < len(s.written) else ""
    is_head = (
        after.casefold() in s.pack["organisation", "heads"]
        and after[:1].isupper()
        and place + 1 not in titles
    )
    return is_head and s.written[place][:1].isupper()


def _is_thing(s: Sentence, start: int, end: int) -> bool:
    """Whether the name is of a prize, a war, a storm: no person's, no body's and no place's."""
    if s.low[start] in s.pack["words", "things_before"]:
        return True
    return s.bare[end - 1] in s.pack["words", "things"] and not is_given(s.pack, s.low[start])


def _listed(s: Sentence) -> dict[int, int]:
    """Where what the pack knows by name begins, and where it ends."""
    found: dict[int, int] = {}
    for section, name in (
        ("organisation", "known"),
        ("place", "countries"),
        ("place", "cities"),
        ("place", "regions"),
    ):
        for one in s.find(section, name):
            if s.written[one.start][:1].isupper() and (
                s.written[one.start].lower() not in ("us", "who", "it") or s.written[one.start].isupper()
            ):
                found[one.start] = max(one.end, found.get(one.start, 0))
    return found


def _begins(s: Sentence, i: int, *, loud: bool, known: frozenset[str]) -> bool:
    """Whether a name begins with the capital word `i`."""
    low = s.low[i]
    following = s.written[i + 1] if i + 1 < len(s.written) else ""
    is_first = i == 0 or (s.written[i - 1] in _OPENING) or s.written[i - 1] == "."
    if low in s.pack["title", "modifiers"] or low in s.pack["words", "stop"]:
        return False
    if low in s.pack["words", "nationalities"]:
        return following[:1].isupper() and not loud and _ends_in_body(s, i)
    if s.at("certainty", "hedges", i) and is_first:
        return False
    if (
        following in ("of", "for")
        and not is_first
        and s.written[i + 2 : i + 3]
        and s.written[i + 2][:1].isupper()
    ):
        return (
            low in s.pack["organisation", "heads_before"]
            or low in s.pack["place", "nouns"]
            or not is_function(s, i)
        )
    behind = s.written[i + 2] if following in ("'", "’") and i + 2 < len(s.written) else following
    is_begun = not is_first and behind[:1].isupper() and not loud
    if is_function(s, i) and not is_begun:
        return is_given(s.pack, low) and following[:1].isupper()
    if not is_first and not loud:
        return True
    return _is_name_like(s, i, known, loud=loud)


_OPENING = frozenset("\"“”„«»:([-–—*‘'")


def _is_name_like(s: Sentence, i: int, known: frozenset[str], *, loud: bool) -> bool:
    """Whether a word is a name though its capital letter says nothing."""
    word, low, pack = s.written[i], s.bare[i], s.pack
    is_next_capital = i + 1 < len(s.written) and s.written[i + 1][:1].isupper() and not loud
    if low in known or (word.isupper() and 2 <= len(word) <= 6 and not s.text.isupper()):
        return True
    if is_everyday(low, pack):
        is_body = i + 1 < len(s.written) and s.written[i + 1][:1].isupper() and _ends_in_body(s, i)
        return is_body and not loud
    if not pack.long("words"):
        is_likely = is_given(pack, low) or low in pack["person", "surnames"] or is_gazetted(low, s)
        return is_likely or any(low.endswith(end) for (end,) in pack["person", "suffixes"].whole)
    return word[:1].isalpha() or (is_next_capital and not s.at("title", "groups", i + 1))


def _ends_in_body(s: Sentence, start: int) -> bool:
    """Whether the run of capital words ends in *Bank*, *Party*, *River* and the like."""
    i = start
    while i + 1 < len(s.written) and s.written[i + 1][:1].isupper() and i - start < 6:
        i += 1
    return s.bare[i] in s.pack["organisation", "heads"] or s.bare[i] in s.pack["place", "heads"]


def _end_of_name(
    s: Sentence, start: int, end: int, titles: set[int], *, loud: bool, known: frozenset[str]
) -> int:
    """Where the run of capital words ends; *of* and the like may join two of them."""
    i = end
    while i < len(s.written) and i - start < 12:
        if s.written[i - 1].endswith(("'s", "’s")):
            break
        if _goes_on(s, i, titles, loud=loud, known=known):
            i += 1
        elif _goes_on(s, i + 1, titles, loud=loud, known=known) and _may_join(s, i, start):
            i += 2
        else:
            break
    return i


def _goes_on(s: Sentence, place: int, titles: set[int], *, loud: bool, known: frozenset[str]) -> bool:
    if not (place < len(s.written) and s.written[place][:1].isupper() and place not in s.used):
        return False
    low = s.low[place]
    before = s.low[place - 1]
    is_street = before == "-" or before in s.pack["place", "heads_before"]  # Calle Mayor, el-Sheikh
    if place in titles and low not in s.pack["organisation", "heads"] and not is_street:
        return False
    if not loud:
        return True
    heads = s.pack["organisation", "heads"], s.pack["place", "heads"]
    return _is_name_like(s, place, known, loud=True) or any(low in one for one in heads)


def _may_join(s: Sentence, place: int, start: int) -> bool:
    """Whether a word or sign holds two parts of a name together: *-*, *de*, the *of* of a ministry."""
    low = s.low[place]
    if low in ("-", "&", "'", "’") and (low != "-" or s.is_tight(place)):
        return True
    if low == "." and len(s.written[place - 1]) == 1:
        return True
    if low in s.pack["person", "particles"]:
        return True
    if low not in s.pack["organisation", "joiners"]:
        return False
    if low == "of" and s.low[place - 1] in s.pack["place", "nouns"]:
        return True  # Strait of Hormuz
    heads = s.pack["organisation", "heads"]
    if s.low[start] in s.pack["organisation", "heads_before"] or s.low[place - 1] in heads:
        return True
    is_begun = place - start < 4 and not is_listed(s, start, place)
    return low in ("and", "of", "for", "on") and is_begun and _ends_in_body_behind(s, place)


def _ends_in_body_behind(s: Sentence, place: int) -> bool:
    """*Food and Agriculture Organization*: one body, though *and* stands in its name."""
    i = place + 1
    while i + 1 < len(s.written) and s.written[i + 1][:1].isupper() and i - place < 4:
        i += 1
    return s.bare[i] in s.pack["organisation", "heads"] and i > place + 1
