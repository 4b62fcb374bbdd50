"""Who says so: the verbs and phrases of reporting in a sentence, and their sources. Pure.

What lives here: telling a verb that reports from the same word elsewhere (*the alleged thief*), and whether two
sources are one. What must not: which words name a source (`sources`), or whether all that makes an edit (`evidence`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz.distance import DamerauLevenshtein

from crawler.compare.lexicon import Found, Lexicon, Pack
from crawler.compare.reading import Mentions, Sentence
from crawler.compare.sources import (
    BOUNDS,
    front,
    heads,
    is_speaker,
    source,
    tail,
    telling,
    words_before,
    words_behind,
)

_FAR = 4  # words between a speaker and the verb that reports, in languages without capitals
_SAME = 0.6


@dataclass(slots=True)
class Told:
    """What of a sentence reports. `sources`, `hearers`: the words that name who says so, and who is told."""

    strong: Mentions = field(default_factory=Counter)
    weak: Mentions = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    hearers: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)  # of the sources, what sort of people they are
    describers: dict[str, set[str]] = field(default_factory=dict)  # of each verb, who describes


def told(s: Sentence, named: Collection[int]) -> Told:
    """The reporting in a sentence. `named`: the words that belong to names."""
    found = Told()
    held: set[int] = set()
    hedged = {
        i for one in s.find("certainty", "hedges") for i in range(one.start, one.end) if _is_unspaced(s)
    }
    for phrase in s.find("attribution", "phrases"):
        hedge = s.pack["certainty", "hedges"].at(s.low, phrase.start, s.bare)
        if hedge is not None and hedge.end > phrase.end:
            continue  # 据称
        s.note(found.strong, phrase.meaning, phrase.start, phrase.end)
        held.update(range(phrase.start, phrase.end))
        is_by = s.low[phrase.end : phrase.end + 1] == ["by"]
        if s.low[phrase.start] == "told":
            _keep(found, s, list(words_before(s, phrase.start)))
        elif is_by or s.low[phrase.end - 1] in _BEFORE_SOURCE:
            _keep(found, s, list(words_behind(s, phrase.end + is_by)))
    for verb in s.find("attribution", "verbs"):
        if verb.start in hedged:
            continue
        if (
            not held.intersection(range(verb.start, verb.end))
            and verb.start not in named
            and _reports(s, verb)
        ):
            _take(found, s, verb)
    for ends in (list(tail(s, named)), list(front(s, named))):
        if ends:
            s.note(found.strong, f"by {' '.join(s.bare[i] for i in ends)}", ends[0], ends[-1] + 1)
    if _is_unspaced(s):
        found.sources.clear()
        _speakers(s, found, held)
    return found


def _take(found: Told, s: Sentence, verb: Found) -> None:
    """Count one verb, with those it names."""
    is_closing = _is_closing(s, verb) or _is_held(s, verb)
    is_strong = _is_strong(s, verb) or is_closing or s.low[verb.end : verb.end + 1] == ["that"]
    if is_strong or (_has_subject(s, verb) and s.low[verb.end : verb.end + 1] != ["by"]):
        s.note(found.strong if is_strong else found.weak, verb.meaning, verb.start, verb.end)
    if is_strong:
        _keep(found, s, list(source(s, verb)))
        if verb.meaning == "tell":
            found.hearers |= telling(s, words_behind(s, verb.end))
    elif verb.meaning in s.pack["attribution", "describing"]:
        is_passive = s.low[verb.end : verb.end + 1] == ["by"]
        places = list(words_behind(s, verb.end + 1) if is_passive else words_before(s, verb.start))
        if any(is_speaker(s, i) for i in places):
            found.describers.setdefault(verb.meaning, telling(s, places))
            found.heads |= heads(s, places)


def _is_held(s: Sentence, verb: Found) -> bool:
    """Whether people who are asked are said to think so: *researchers believe the wolves …*."""
    if verb.meaning in s.pack["attribution", "held"] and s.low[verb.end : verb.end + 1] != ["to"]:
        return verb.start > 0 and s.at("attribution", "speakers", verb.start - 1) is not None
    if verb.meaning not in s.pack["attribution", "mental"] or s.low[verb.end : verb.end + 1] == ["to"]:
        return False
    near = range(max(0, verb.start - 3), verb.start)
    is_passive = any(s.low[i] in _PASSIVES for i in near)
    return not is_passive and any(s.at("attribution", "speakers", i) for i in near)


def _has_subject(s: Sentence, verb: Found) -> bool:
    """Whether somebody stands before the word, so that it is no noun: *amid fears*."""
    if not s.pack.long("words"):
        return True
    near = range(max(0, verb.start - 3), verb.start)
    return any(
        s.low[i] in s.pack["attribution", "pronouns"] or s.written[i][:1].isupper() or is_speaker(s, i)
        for i in near
    )


def _keep(found: Told, s: Sentence, places: Sequence[int]) -> None:
    """Count those that the words at these places name as a source."""
    found.sources |= telling(s, places)
    found.heads |= heads(s, places)


def _is_closing(s: Sentence, verb: Found) -> bool:
    """Whether a few words and the verb close the sentence behind a comma: *…, analysts predict.*"""
    after = s.low[verb.end] if verb.end < len(s.low) else "."
    if after not in (".", "!") or verb.end < 5:
        return False
    start = next(
        (i for i in range(verb.start - 1, max(0, verb.start - 8), -1) if s.low[i] in (",", "-", "–", "—")), 0
    )
    return 2 < start < verb.start - 1 and not telling(s, range(start + 1, verb.start)) <= {
        "he",
        "she",
        "they",
    }


def is_other_source(old: Told, new: Told, names: Collection[str], pack: Pack) -> tuple[str, str] | None:
    """The two sources, if both sentences name one and it is another. `names`: those in only one of them."""
    bodies = pack["organisation", "heads_before"]
    apart = [{word for word in name.split() if word not in pack["words", "stop"]} for name in names]
    heard = old.hearers ^ new.hearers
    is_other = not old.hearers & new.hearers or any(name & heard for name in apart)
    if old.hearers and new.hearers and heard and is_other:
        return " ".join(sorted(old.hearers)), " ".join(sorted(new.hearers))
    if old.heads and new.heads and not old.heads & new.heads:
        return " ".join(sorted(old.sources)), " ".join(sorted(new.sources))
    pairs = [(old.sources, new.sources)]
    pairs += [
        (old.describers[verb], new.describers[verb]) for verb in old.describers.keys() & new.describers.keys()
    ]
    for one, other in pairs:
        shown = " ".join(sorted(one)), " ".join(sorted(other))
        if (
            one
            and other
            and one != other
            and _are_others(one, other, apart, bodies, bool(old.heads & new.heads))
        ):
            return shown
    return None


def _are_others(
    one: set[str], other: set[str], apart: list[set[str]], bodies: Lexicon, is_same_sort: bool
) -> bool:
    """Whether the words name somebody else: a name came that shares no word with the other side, or all differ."""
    for own, across in ((one, other), (other, one)):
        for name in (name & own for name in apart):
            is_alone = not any(one <= across for one in apart)
            if is_same_sort and not is_alone:
                continue  # *a spokesman for* one, and for another
            kept = {word for word in name if not is_alone or word not in bodies}
            if name and not kept & across and not any(_is_like(a, b) for a in name for b in across - own):
                return True
    return not one & other and not _is_like(" ".join(sorted(one)), " ".join(sorted(other)))


def _is_like(one: str, other: str) -> bool:
    return bool(one and other) and DamerauLevenshtein.normalized_similarity(one, other) > _SAME


def _is_unspaced(s: Sentence) -> bool:
    """Whether the sentence is Korean or Chinese."""
    return not any("a" <= word[:1] <= "z" or "а" <= word[:1] <= "я" for word in s.low)


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
    if before in _DETERMINERS or (before not in BOUNDS and _is_participle(s, verb)):
        return False
    if before in _PASSIVES and (verb.meaning in _NOT_PASSIVE or after not in ("that", "by", ",", ".", "")):
        return False
    if after in ("goodbye", "farewell", "no", "yes", "thank", "sorry"):
        return False
    if (
        verb.meaning == "tell"
        and "to" in s.low[verb.end : verb.end + 5]
        and "that" not in s.low[verb.end : verb.end + 4]
    ):
        return False  # told the jury to ignore it
    return not (verb.meaning == "tell" and (after == "apart" or before in _PASSIVES))


def _is_participle(s: Sentence, verb: Found) -> bool:
    """Whether the word tells of what kind those are that follow it: *the two suspected officers*."""
    return s.low[verb.start].endswith("ed") and s.at("attribution", "speakers", verb.end) is not None


_PASSIVES = frozenset({"was", "were", "be", "been", "is", "are", "being"})
_DETERMINERS = frozenset(
    {"a", "an", "the", "and", "or", "his", "her", "their", "its", "our", "of", "for", "with", "to"}
    | {"this", "that", "these", "those", "no", "confirmed", "unconfirmed", "my", "your", "in", "on"}
) - {"and", "that"}
_NOT_PASSIVE = frozenset({"confirm", "find", "suspect"})  # cases *were confirmed*: nobody says so
_BEFORE_SOURCE = frozenset(
    {"to", "per", "citing", "by", "of", "quoting", "словам", "данным", "информации", "сообщению", "согласно"}
    | {"на", "мнению", "версии", "сообщает"}
)


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
