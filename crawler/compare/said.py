"""Who says so: the verbs and phrases of reporting in a sentence, and their sources. Pure.

What lives here: telling a verb that reports from the same word elsewhere (*the alleged thief*), finding the words
that name its source, and whether two sources are one. What must not: whether that makes an edit (`evidence`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz.distance import DamerauLevenshtein

from crawler.compare.lexicon import Found, Pack
from crawler.compare.reading import Mentions, Sentence

_FAR = 4  # words between a speaker and the verb that reports, in languages without capitals
_LONGEST_SOURCE = 14
_SAME = 0.6
_BOUNDS = frozenset(',.;:"“”„«»()–—-') | {"'", "‘", "’"}
_QUOTES = frozenset('"“”„«»') | {"'", "‘", "’"}
_RELATIVE = frozenset({"who", "which", "whose", "whom", "что", "который", "которая", "которые"})


@dataclass(slots=True)
class Told:
    """What of a sentence reports. `sources`: of each source, the words that name it."""

    strong: Mentions = field(default_factory=Counter)
    weak: Mentions = field(default_factory=Counter)
    sources: list[frozenset[str]] = field(default_factory=list)
    describers: dict[str, frozenset[str]] = field(default_factory=dict)  # of each verb, who describes


def told(s: Sentence, named: Collection[int]) -> Told:
    """The reporting in a sentence. `named`: the words that belong to names."""
    found = Told()
    held: set[int] = set()
    for phrase in s.find("attribution", "phrases"):
        s.note(found.strong, phrase.meaning, phrase.start, phrase.end)
        held.update(range(phrase.start, phrase.end))
        if phrase.meaning.split("_")[-1] in _BEFORE_SOURCE or s.low[phrase.end - 1] in _BEFORE_SOURCE:
            _keep(found, s, _words_behind(s, phrase.end))
        elif s.low[phrase.end : phrase.end + 1] == ["by"]:
            _keep(found, s, _words_behind(s, phrase.end + 1))
    for verb in s.find("attribution", "verbs"):
        if held.intersection(range(verb.start, verb.end)) or not _reports(s, verb) or verb.start in named:
            continue
        is_strong = _is_strong(s, verb) or s.low[verb.end : verb.end + 1] == ["that"]
        s.note(found.strong if is_strong else found.weak, verb.meaning, verb.start, verb.end)
        if is_strong:
            _keep(found, s, _source(s, verb))
        elif verb.meaning in s.pack["attribution", "describing"]:
            found.describers.setdefault(verb.meaning, _telling(s, _words_before(s, verb.start)))
    _keep(found, s, _tail(s, named))
    if not any("a" <= word[:1] <= "z" or "а" <= word[:1] <= "я" for word in s.low):
        _speakers(s, found, held)
    return found


def is_other_source(old: Told, new: Told, names: Collection[str]) -> tuple[str, str] | None:
    """The two sources, if both sentences name one and it is another. `names`: those in only one of them."""
    if not (old.sources and new.sources):
        return _other_describer(old, new)
    one, other = frozenset().union(*old.sources), frozenset().union(*new.sources)
    shown = " ".join(sorted(one - other)), " ".join(sorted(other - one))
    if one == other or not (one and other):
        return None
    is_named = any(set(name.split()) & (one ^ other) for name in names)
    if is_named and not (_is_like(*shown) or (one <= other and not other - one - _of_names(names, one))):
        common = (one & other) - _of_names(names, frozenset())
        return None if common and not _is_named_anew(one, other, names) else shown
    return None if one & other or _is_like(*shown) else shown


def _is_named_anew(one: frozenset[str], other: frozenset[str], names: Collection[str]) -> bool:
    """Whether a whole name came to the source or left it, not only a part of one that both have."""
    return any(set(name.split()) <= (one ^ other) for name in names)


def _of_names(names: Collection[str], beside: frozenset[str]) -> set[str]:
    """The words of those names that share one with `beside`: *Ada Lowe* for *Lowe*."""
    return {word for name in names for word in name.split() if not beside or beside & set(name.split())}


def _other_describer(old: Told, new: Told) -> tuple[str, str] | None:
    for verb in old.describers.keys() & new.describers.keys():
        one, other = old.describers[verb], new.describers[verb]
        if one and other and not one & other and not _is_like(" ".join(sorted(one)), " ".join(sorted(other))):
            return " ".join(sorted(one)), " ".join(sorted(other))
    return None


def _is_like(one: str, other: str) -> bool:
    return bool(one and other) and DamerauLevenshtein.normalized_similarity(one, other) > _SAME


# ---------------------------------------------------------------- verbs


def _is_strong(s: Sentence, verb: Found) -> bool:
    """Whether the verb says of itself that somebody says so."""
    strong = s.pack["attribution", "strong"]
    if "".join(s.low[verb.start : verb.end]) in _joined(s.pack) or verb.meaning in strong:
        return True
    return any(word in strong for word in s.low[verb.start : verb.end])


@cache
def _joined(chosen: Pack) -> frozenset[str]:
    return frozenset("".join(entry) for entry in chosen["attribution", "strong"].whole)


def _reports(s: Sentence, verb: Found) -> bool:
    """Whether the word is a verb here: not *the alleged thief*, *confirmed reports* or *was told to*."""
    before = s.low[verb.start - 1] if verb.start else ""
    after = s.low[verb.end] if verb.end < len(s.low) else ""
    if before in _DETERMINERS or s.at("attribution", "speakers", verb.end):
        return False
    if before in _PASSIVES and (
        verb.meaning in _NOT_PASSIVE or after not in ("that", "by", ",", ".", "to", "")
    ):
        return False
    if after in ("goodbye", "farewell", "no", "yes", "thank", "sorry"):
        return False
    return not (verb.meaning == "tell" and (after in ("to", "apart") or before in _PASSIVES))


_PASSIVES = frozenset({"was", "were", "be", "been", "is", "are", "being", "it"} - {"it"})
_DETERMINERS = frozenset(
    {"a", "an", "the", "and", "or", "his", "her", "their", "its", "our", "of", "for", "with", "to"}
    | {"this", "that", "these", "those", "no", "confirmed", "unconfirmed", "my", "your", "in", "on"}
) - {"and", "that"}
_NOT_PASSIVE = frozenset({"confirm", "find", "suspect"})  # cases *were confirmed*: nobody says so
_BEFORE_SOURCE = frozenset(
    {"to", "per", "citing", "by", "of", "quoting", "словам", "данным", "информации", "сообщению", "согласно"}
    | {"на", "мнению", "версии", "сообщает"}
)


# ---------------------------------------------------------------- sources


def _keep(found: Told, s: Sentence, places: Iterator[int]) -> None:
    words = _telling(s, places)
    if words:
        found.sources.append(words)
        for word in words:
            s.shown.setdefault(word, word)


def _telling(s: Sentence, places: Iterator[int]) -> frozenset[str]:
    """The words at these places that name somebody: little words, adverbs and figures say nothing of it."""
    found = []
    for i in places:
        word = s.bare[i]
        if (
            not word[0].isalpha()
            or word in s.pack["words", "stop"]
            or (word.endswith("ly") and len(word) > 4)
        ):
            continue
        if i not in s.used and word not in _ADVERBS:
            found.append(s.at("attribution", "speakers", i) or word)
    return frozenset(found)


_ADVERBS = frozenset(
    {"also", "later", "earlier", "has", "have", "had", "then", "however", "meanwhile", "would", "could", "will"}
    | {"may", "might", "previously", "already", "still", "statement", "interview", "telephone", "separately"}
    | {"further", "late", "early", "today", "yesterday"}
)

def _source(s: Sentence, verb: Found) -> Iterator[int]:
    """The words that name who says so: before the verb, or behind it after a quotation."""
    before = s.low[verb.start - 1] if verb.start else ""
    earlier = s.low[verb.start - 2] if verb.start > 1 else ""
    is_turned = before in _QUOTES or (
        before in (",", "-", "—", "–") and (earlier in _QUOTES or _ends_soon(s, verb))
    )
    if is_turned:
        yield from _words_behind(s, verb.end)
        return
    yield from _words_before(s, verb.start)
    if verb.meaning == "tell":
        yield from _words_behind(s, verb.end)


def _ends_soon(s: Sentence, verb: Found) -> bool:
    """Whether only a few words follow: *…, say officials.*, *…, сообщили спасатели.*"""
    rest = s.low[verb.end :]
    size = next((i for i, word in enumerate(rest) if word in _BOUNDS), len(rest))
    return 0 < size <= 6 and "that" not in rest[:size]


def _words_behind(s: Sentence, start: int) -> Iterator[int]:
    for i in range(start, min(start + 7, len(s.low))):
        if s.low[i] in _BOUNDS or s.low[i] in _RELATIVE or s.low[i] in ("that", "as", "to", "on", "after"):
            return
        yield i


def _words_before(s: Sentence, end: int) -> Iterator[int]:
    """The words of the clause before a verb; of the whole sentence so far, where a comma sets off an apposition."""
    start, is_apposed = end, s.low[end - 1 : end] == [","]
    stop = end - 1 if is_apposed else end
    start = stop
    while start > 0 and stop - start < _LONGEST_SOURCE:
        word = s.low[start - 1]
        if word in _QUOTES or word in (";", ":", ".") or (word in _BOUNDS and not is_apposed and word != "-"):
            break
        if word in ("that", "because", "if", "although", "but") and not is_apposed:
            break
        start -= 1
    for i in range(start, stop):
        if s.low[i] in _RELATIVE:
            return
        yield i


def _tail(s: Sentence, named: Collection[int]) -> Iterator[int]:
    """*Talks fail: report*, *Talks fail – envoy*: a source behind the last sign of a headline."""
    for size in (1, 2, 3):
        start = len(s.low) - size
        if start < 3 or s.low[start - 1] not in (":", "-", "–", "—"):
            continue
        is_joined = s.text.rstrip()[-sum(map(len, s.low[start:])) - size - 1 :][:1] not in (" ", "\xa0")
        if s.low[start - 1] == "-" and is_joined:
            return
        is_source = any(
            s.at("attribution", "speakers", i) or s.at("person", "roles", i) for i in range(start, len(s.low))
        )
        if (
            is_source
            or s.bare[-1] in s.pack["organisation", "heads"]
            or all(i in named for i in range(start, len(s.low)))
        ):
            yield from range(start, len(s.low))
        return


def _speakers(s: Sentence, found: Told, phrased: set[int]) -> None:
    """Those who speak, beside what reports, in languages that are told by lists alone."""
    speaking = {i for one in s.find("attribution", "verbs") for i in range(one.start, one.end)}
    for speaker in s.find("attribution", "speakers"):
        if s.at("title", "groups", speaker.start):
            continue  # an office, which is a kind of its own
        is_before = any(0 <= place - speaker.end < _FAR - 1 for place in speaking - phrased)
        is_after = any(0 < speaker.start - place <= _FAR for place in phrased)
        is_behind = any(speaker.start - place == 1 for place in speaking - phrased)
        is_phrased = any(0 <= place - speaker.end < 2 for place in phrased)
        if is_before or is_after or is_behind or is_phrased:
            s.note(found.strong, f"by {speaker.meaning}", speaker.start, speaker.end)
