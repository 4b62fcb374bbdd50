"""Where a sentence names those who say so: the words before a verb, behind it, at either end of a headline. Pure.

What lives here: finding those words, and which of them tell what sort of people they are. What must not: whether a
verb reports, and whether two sources are one (`said`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from crawler.compare.lexicon import Found
from crawler.compare.reading import Sentence

BOUNDS = frozenset(',.;:"“”„«»()–—-') | {"'", "‘", "’"}  # signs at which a clause ends
_QUOTES = frozenset('"“”„«»') | {"'", "‘", "’"}
_LONGEST_SOURCE = 14
_RELATIVE = frozenset(
    {
        "who",
        "which",
        "whose",
        "whom",
        "holding",
        "wearing",
        "standing",
        "sitting",
        "speaking",
        "familiar",
        "close",
        "briefed",
        "что",
        "который",
        "которая",
        "которые",
    }
)
_SET_OFF = re.compile(r"\s[-–—]\s+\S+(?:\s\S+){0,2}\s*\Z")
_BEFORE_TAIL = frozenset({":", "-", "–", "—", "…", "...", ".."})


def telling(s: Sentence, places: Iterable[int]) -> set[str]:
    """The words at these places that name somebody: little words, adverbs and figures say nothing of it."""
    found = set()
    for i in places:
        word = s.bare[i]
        is_adverb = word in _ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in _NO_ADVERBS)
        if word[0].isalpha() and not is_adverb and word not in s.pack["words", "stop"] and i not in s.used:
            found.add(s.at("attribution", "speakers", i) or word)
    return found


_NO_ADVERBS = frozenset({"family", "assembly", "italy", "daily", "weekly", "monthly", "monopoly", "sicily"})
_ADVERBS = frozenset(
    {
        "also",
        "later",
        "earlier",
        "has",
        "have",
        "had",
        "then",
        "however",
        "meanwhile",
        "would",
        "could",
        "will",
    }
    | {"may", "might", "previously", "already", "still", "statement", "interview", "telephone", "separately"}
    | {"further", "late", "early", "today", "yesterday"}
)


def source(s: Sentence, verb: Found) -> Iterator[int]:
    """The words that name who says so: before the verb, or behind it after a quotation."""
    before = s.low[verb.start - 1] if verb.start else ""
    earlier = s.low[verb.start - 2] if verb.start > 1 else ""
    is_turned = before in _QUOTES or (
        before in (",", "-", "—", "–") and (earlier in _QUOTES or _ends_soon(s, verb))
    )
    if is_turned:
        yield from words_behind(s, verb.end)
        return
    yield from words_before(s, verb.start)


def _ends_soon(s: Sentence, verb: Found) -> bool:
    """Whether only a few words follow: *…, say officials.*, *…, сообщили спасатели.*"""
    rest = s.low[verb.end :]
    size = next((i for i, word in enumerate(rest) if word in BOUNDS), len(rest))
    return 0 < size <= 6 and "that" not in rest[:size]


def words_behind(s: Sentence, start: int) -> Iterator[int]:
    for i in range(start, min(start + 7, len(s.low))):
        if s.low[i] in BOUNDS or s.low[i] in _RELATIVE or s.low[i] in ("that", "as", "to", "on", "after"):
            return
        yield i


def words_before(s: Sentence, end: int) -> Iterator[int]:
    """The words of the clause before a verb; of the whole sentence so far, where a comma sets off an apposition."""
    start, is_apposed = end, s.low[end - 1 : end] == [","]
    stop = end - 1 if is_apposed else end
    start = stop
    while start > 0 and stop - start < _LONGEST_SOURCE:
        word = s.low[start - 1]
        if word in _QUOTES or word in (";", ":", ".") or (word in BOUNDS and not is_apposed and word != "-"):
            break
        if word in ("that", "because", "if", "although", "but") and not is_apposed:
            break
        start -= 1
    for i in range(start, stop):
        if s.low[i] in _RELATIVE:
            return
        yield i


def tail(s: Sentence, named: Collection[int]) -> Iterator[int]:
    """*Talks fail: report*, *Talks fail – envoy*: a source behind the last sign of a headline."""
    for size in (1, 2, 3):
        start = len(s.low) - size
        if start < 3 or s.low[start - 1] not in _BEFORE_TAIL:
            continue
        if s.low[start - 1] in ("-", "–", "—") and not _SET_OFF.search(s.text):
            return
        spots = range(start, len(s.low))
        is_source = any(is_speaker(s, i) for i in spots) or all(i in named for i in spots)
        if is_source:
            yield from spots
        return


def front(s: Sentence, named: Collection[int]) -> Iterator[int]:
    """*Police: boy found safe*: a source before the first sign of a headline."""
    sign = next((i for i, word in enumerate(s.low[:4]) if word == ":"), 0)
    if 0 < sign < len(s.low) - 2 and all(
        s.at("attribution", "speakers", i) or i in named for i in range(sign)
    ):
        yield from range(sign)


def is_speaker(s: Sentence, place: int) -> bool:
    """Whether a word names people who are asked: *witnesses*, *engineers*, *the ministry*."""
    word = s.bare[place]
    lists = (
        ("attribution", "speakers"),
        ("person", "roles"),
        ("organisation", "roles"),
        ("organisation", "heads"),
    )
    return any(form in s.pack[one] for one in lists for form in (word, word.removesuffix("s")))


def heads(s: Sentence, places: Sequence[int]) -> set[str]:
    """What sort of people the words at these places name; an office is a kind of its own."""
    found = set()
    for i in places:
        role = s.bare[i] if s.bare[i] in s.pack["person", "roles"] else None
        head = s.at("attribution", "speakers", i) or role
        if i + 1 in places and s.at("attribution", "speakers", i + 1):
            continue  # *local officials*, *aid workers*
        if head is not None and (head.startswith("spokes") or not s.at("title", "groups", i)):
            found.add(head)
    return found
