"""Of what a name is the name: a person, an organisation or a place. Pure.

By cues, each with its weight: what the language pack knows by that name, the words it begins and ends with
(*Ministry*, *River*, *-ville*), and what stands beside it (an office, *in*, *shares in*, *was born*, an age). No
cue decides alone; the sort with the most weight wins, and a lead that is small is open to what the other version
of the sentence says. The words are data of the packs. What must not live here: where a name begins and ends (`names`).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from crawler.compare.gazetteer import is_gazetted, is_in_cases
from crawler.compare.reading import Sentence


class Sort(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"


Scores = dict[Sort, float]
Cue = tuple[Sort, float]

_P, _O, _L = Sort.PERSON, Sort.ORGANISATION, Sort.PLACE
_ARTICLES = frozenset({"the", "a", "an"})
_LITTLE = frozenset({"and", ",", "or", "и"})
_NEAR = 6  # words behind a comma in which an apposition is looked for


def scores(s: Sentence, start: int, end: int) -> Scores:
    """How much speaks for each sort of the name that words `start` to `end` are."""
    found = dict.fromkeys(Sort, 0.0)
    for cues in (_known(s, start, end), _own(s, start, end), _left(s, start, end), _right(s, start, end)):
        for sort, weight in cues:
            found[sort] += weight
    return found


def words_of(s: Sentence, start: int, end: int) -> list[str]:
    """The words of a name without signs, the last one bare of what its language hangs on it."""
    return [word for word in (*s.low[start : end - 1], s.bare[end - 1]) if word[0].isalnum()]


# ---------------------------------------------------------------- what is known by that name


def _known(s: Sentence, start: int, end: int) -> Iterator[Cue]:
    words = words_of(s, start, end)
    row = tuple(words)
    whole = (*s.low[start : end - 1], s.bare[end - 1])
    for section, name, cue in _LISTS:
        lexicon = s.pack[section, name]
        if whole in lexicon.whole or row in lexicon.whole or tuple(s.low[start:end]) in lexicon.whole:
            yield cue
            is_known = True
            break
    else:
        is_known = False
        if "а" <= s.low[start][:1] <= "я" and any(is_in_cases(s.low[start], s, *key) for key in _INFLECTED):
            yield _O, 4.0
    one, last = len(words) == 1, words[-1] if words else ""
    if not is_known and is_gazetted("_".join(words), s):
        yield _L, 2.0 if one else 3.0
    if not words:
        return
    if words[0] in s.pack["person", "given"]:
        yield _P, 2.0 if one else 3.5
    elif words[0] in s.pack.long("given"):
        yield _P, 1.0 if one else 2.5
    if last in s.pack["person", "surnames"]:
        yield _P, 1.5
    elif last in s.pack.long("surnames"):
        yield _P, 0.9


_LISTS = (
    ("organisation", "known", (_O, 5.0)),
    ("place", "countries", (_L, 4.5)),
    ("place", "cities", (_L, 3.0)),
    ("place", "regions", (_L, 3.0)),
)


def is_listed(s: Sentence, start: int, end: int) -> bool:
    """Whether the pack knows a body or a place by these words."""
    row = tuple(s.bare[start:end])
    is_place = is_gazetted("_".join(row), s)
    return is_place or any(row in s.pack[section, name].whole for section, name, _ in _LISTS)


_INFLECTED = (("organisation", "known"),)


# ---------------------------------------------------------------- the name itself


def _own(s: Sentence, start: int, end: int) -> Iterator[Cue]:
    words = words_of(s, start, end)
    if not words:
        return
    yield from _by_head(s, start, words)
    many, written = len(words) > 1, s.written[start]
    if not many and written.isupper() and 2 <= len(written) <= 6 and not _is_loud(s):
        yield _O, 4.0
    if (
        many
        and any(len(word) == 1 for word in words[:-1])
        and words[0] not in s.pack["organisation", "heads"]
    ):
        yield _P, 3.0  # J. Smith
    if any(word in s.pack["person", "particles"] for word in words[1:-1]):
        yield _P, 1.0
    yield from _by_ending(s, words[-1])
    if not many and _is_club(s, start, words[0]):
        yield _O, 3.7  # a club goes by its town
    yield _P, 0.8 if many else 0.4


def _by_head(s: Sentence, start: int, words: list[str]) -> Iterator[Cue]:
    """By the words a name begins and ends with."""
    many, last = len(words) > 1, words[-1]
    heads = s.pack["organisation", "heads"]
    is_given = words[0] in s.pack["person", "given"] or words[0] in s.pack.long("given")
    is_called = is_given and len(words) == 2  # *Jonah Hill*
    is_body = any(word in heads for word in words)
    if last in heads:
        yield _O, 4.5 if many and not is_called else 2.5
        if len(words) > 2:
            yield _O, 1.5  # Kim Il Sung University
    elif is_body:
        yield _O, 2.5 if len(words) < 4 else 4.5
    if many and words[0] in s.pack["organisation", "heads_before"]:
        yield _O, 3.0
    if many and s.low[start + 1] == "of" and words[0] in s.pack["place", "nouns"]:
        yield _L, 4.0
    if many and last in s.pack["place", "heads"] and not is_body:
        yield _L, 2.0 if is_called else 4.0
    elif many and words[0] in s.pack["place", "heads_before"]:
        yield _L, 2.5


def _is_loud(s: Sentence) -> bool:
    """Whether so much is in capital letters that they do not tell initials."""
    return s.text.isupper() or sum(word.isupper() and len(word) > 2 for word in s.written) > 4


def _is_club(s: Sentence, start: int, word: str) -> bool:
    """Whether a town's name stands where sport is spoken of, and not as a place."""
    if start > 0 and s.low[start - 1] in s.pack["place", "prepositions"]:
        return False
    if not is_gazetted(word, s) and (word,) not in s.pack["place", "cities"].whole:
        return False
    return any(one in s.pack["organisation", "arena"] for one in s.low)


def _by_ending(s: Sentence, word: str) -> Iterator[Cue]:
    for section, sort in (("person", _P), ("organisation", _O), ("place", _L)):
        endings = s.pack[section, "suffixes"].whole
        if any((word[-size:],) in endings for size in range(2, min(9, len(word) - 2))):
            yield sort, 1.2
    if word.startswith(("mc", "o'", "o’", "fitz")):
        yield _P, 1.5


# ---------------------------------------------------------------- what stands before


_BEHIND_DATELINE = ([","], ["("], ["-"], ["—"], ["–"])


def _left(s: Sentence, start: int, end: int) -> Iterator[Cue]:
    words = words_of(s, start, end)
    if start == 0:
        if (
            s.written[0].isupper()
            and len(s.written[0]) > 3
            and s.low[end : end + 1] in _BEHIND_DATELINE
            and not s.text.isupper()
        ):
            yield _L, 6.0  # a dateline
        return
    before = s.low[start - 1]
    at = start - (before in _ARTICLES)
    yield from _titled(s, start)
    yield from _phrases_before(s, at, end)
    if before == "the" and words:
        is_known_place = at > 0 and s.low[at - 1] in s.pack["place", "prepositions"]
        yield _P, -2.0
        yield (_O, 1.2) if not is_known_place or len(words) > 1 else (_L, 0.3)
    if before == "-" and start > 1 and s.low[start - 2] in ("al", "el", "bin"):
        yield _P, 1.5
    if (
        before == "of"
        and start > 2
        and s.written[start - 2][:1].isupper()
        and not _is_place_noun(s, start - 2)
    ):
        yield _O, 2.5  # somebody of a body; places are known by name
    if before in s.pack["person", "particles"] and not before.isdecimal():
        yield _P, 1.0
    if before == "based" or s.low[start - 2 : start] == ["-", "based"]:
        yield _O, 4.0


def _is_place_noun(s: Sentence, place: int) -> bool:
    return (
        s.low[place] in s.pack["place", "nouns"]
        or s.low[place] in s.pack["place", "heads"]
        or place in s.used
    )


def _titled(s: Sentence, start: int) -> Iterator[Cue]:
    """An office, a form of address, a role (*actor*, *carmaker*) right before the name."""
    before = s.low[start - 1]
    spot = start - 2 if before == "." and start > 1 else start - 1
    if s.low[spot] in s.pack["person", "addressed"]:
        yield _P, 5.0
    elif ends_title(s, start):
        yield _P, 4.0
    is_comma = before == "," and start > 1
    role = s.bare[start - 2] if is_comma else before
    if is_comma and s.low[start - 3 : start - 2] not in (
        ["a"],
        ["an"],
        ["the"],
        ["his"],
        ["her"],
        ["their"],
        ["my"],
    ):
        return
    for section, name, cue in _ROLES:
        if role in s.pack[section, name] or role.removesuffix("s") in s.pack[section, name]:
            yield cue


_ROLES = (
    ("person", "roles", (_P, 3.0)),
    ("organisation", "roles", (_O, 3.0)),
    ("place", "nouns", (_L, 3.5)),
)


def ends_title(s: Sentence, place: int) -> bool:
    """Whether an office or rank ends right before `place`."""
    for size in range(1, 5):
        start = place - size
        if start >= 0:
            found = s.pack["title", "groups"].at(s.low, start, s.bare)
            if found is not None and found.end == place:
                return True
    return False


def _phrases_before(s: Sentence, at: int, end: int) -> Iterator[Cue]:
    longest: list[tuple[int, Sort, float]] = []
    for sort in Sort:
        for name, weight in (("before", 3.0), ("before_maybe", 1.0)):
            found = s.pack[sort.value, name].before(s.low, at)
            if found is not None:
                size = found.end - found.start
                longest.append((size, sort, weight + 0.5 * (size > 1)))
                break
    size = max((one[0] for one in longest), default=0)
    for length, sort, weight in longest:
        yield sort, weight if length == size else 0.4 * weight
    before = s.low[at - 1] if at else ""
    if size > 1 or s.written[end - 1].endswith(("'s", "’s")):
        return  # a longer phrase says more than its preposition; *in Kramer's garage* is no place
    if before in s.pack["place", "strong_prepositions"]:
        yield _L, 3.0
    elif before in s.pack["place", "prepositions"]:
        yield _L, 1.0


# ---------------------------------------------------------------- what stands behind


def _right(s: Sentence, start: int, end: int) -> Iterator[Cue]:
    if end >= len(s.low):
        return
    after, written = s.low[end], s.low[end - 1]
    if written.endswith(("'s", "’s")) or after in ("'", "’"):
        behind = end + (after in ("'", "’"))
        for sort, weight in ((_P, 1.8), (_O, 2.5), (_L, 2.5)):
            if behind < len(s.low) and s.pack[sort.value, "belongings"].at(s.low, behind, s.low):
                yield sort, weight
        return
    if after in (",", "("):
        yield from _apposed(s, end)
        return
    if after in s.pack["place", "nouns"]:
        yield _L, 2.5  # the Theewaterskloof dam
    for sort in Sort:
        for name, weight in (("after", 2.5), ("after_maybe", 0.8)):
            fit = s.pack[sort.value, name].at(s.low, end, s.low)
            if fit is not None:
                yield sort, weight + 1.0 * (fit.end - fit.start > 1)
                break


def _apposed(s: Sentence, sign: int) -> Iterator[Cue]:
    """What stands behind the comma: an age, *who*, a country, *a small laboratory*."""
    rest = s.low[sign + 1 : sign + 1 + _NEAR]
    if not rest:
        return
    if rest[0].isdecimal() and len(rest[0]) < 3 and rest[1:2] in ([","], [")"], ["."], []):
        yield _P, 5.0
    elif rest[0] in ("who", "whose", "aged"):
        yield _P, 3.0
    elif rest[0] == "where":
        yield _L, 3.0
    elif any(s.at("place", name, sign + 1) for name in ("countries", "regions")):
        yield _L, 1.5
    if rest[0] not in ("a", "an", "the", "his", "her", "one", "our", "my", "their"):
        return
    for i in range(sign + 2, min(sign + 1 + _NEAR, len(s.low))):
        if not s.low[i].isalpha():
            return
        for section, name, (sort, weight) in (*_ROLES, ("organisation", "heads", (_O, 3.0))):
            if s.low[i] in s.pack[section, name] and s.written[i].islower() and _closes(s, i):
                yield sort, weight
                return


def _closes(s: Sentence, place: int) -> bool:
    """Whether the noun at `place` is the last of its phrase: *a small laboratory*, not *a bank clerk*."""
    after = s.low[place + 1] if place + 1 < len(s.low) else "."
    return not after.isalpha() or after in s.pack["words", "stop"] or after in s.pack["words", "common"]
