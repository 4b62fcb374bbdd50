"""Names in a sentence, and whether each is of a person, an organisation or a place. Pure.

By rules: what a language pack knows (countries, cities, bodies, given names), the word a name ends or begins
with (*Ministry*, *River*, 위원회, 省), what stands beside it (an office, *in*), and, for scripts with capitals,
where a capital letter stands inside a sentence. Without any sign, a name of several words is a person's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crawler.compare.lexicon import Pack
from crawler.compare.mentions import Sentence, is_own_name
from crawler.compare.sentences import PIECES

_MOST_NAMES = 200
_PERSON_ENDS = 3  # characters of a Korean or Chinese name


class Sort(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Name:
    start: int
    end: int
    text: str  # in comparing form
    sort: Sort
    is_sure: bool = True  # else nothing but the capital letters says what it is


def names(s: Sentence, *, is_title_case: bool = False, known: frozenset[str] = frozenset()) -> list[Name]:
    """The names in a sentence. `is_title_case`: capitals tell nothing, as in most English headlines.

    `known`: words in lower case that stand with a capital letter in the middle of a sentence nearby.
    """
    found = list(_listed(s))
    found += _quoted(s, {i for name in found for i in range(name.start, name.end)})
    taken = {i for name in found for i in range(name.start, name.end)}
    if any(word[:1].isupper() for word in s.written):
        found += _capital(s, taken, is_title_case=is_title_case, known=known)
    if any("\uac00" <= word[:1] <= "\ud7a3" or "\u4e00" <= word[:1] <= "\u9fff" for word in s.low):
        found += _unmarked(s, taken)
    found = sorted(found, key=lambda name: name.start)[:_MOST_NAMES]
    for name in found:
        s.note(Counter(), name.text, name.start, name.end)
    return found


def counted(found: list[Name], sort: Sort) -> Counter[str]:
    return Counter(name.text for name in found if name.sort is sort)


def _listed(s: Sentence) -> Iterator[Name]:
    """What the pack knows by name."""
    lists = (
        ("organisation", "known", Sort.ORGANISATION),
        ("place", "countries", Sort.PLACE),
        ("place", "cities", Sort.PLACE),
        ("place", "regions", Sort.PLACE),
    )
    taken: set[int] = set()
    for section, name, sort in lists:
        for one in s.find(section, name):
            within = range(one.start, one.end)
            has_case = (
                s.written[one.start] != s.low[one.start] or s.low[one.start].upper() == s.low[one.start]
            )
            if not has_case or taken.intersection(within) or _is_part_of_name(s, one.start, one.end, sort):
                continue
            taken.update(within)
            yield Name(
                one.start,
                one.end,
                one.meaning if sort is Sort.PLACE else " ".join(s.bare[one.start : one.end]),
                sort,
            )


def _quoted(s: Sentence, taken: set[int]) -> Iterator[Name]:
    """Companies, papers and the like, as Russian writes them: «Газпром»."""
    for match in _GUILLEMETS.finditer(s.text):
        words = PIECES.findall(match[1].casefold())
        for i in range(len(s.low) - len(words) + 1):
            if is_own_name(match[1]) and s.low[i : i + len(words)] == words and i not in taken:
                yield Name(i, i + len(words), " ".join(words), Sort.ORGANISATION)
                break


_GUILLEMETS = re.compile(r"«([^«»]{2,80})»")


def _is_part_of_name(s: Sentence, start: int, end: int, sort: Sort) -> bool:
    """Whether a place's name is only part of a longer one: *Washington Post*, *Paris Hilton*, *Bank of Korea*."""
    if sort is not Sort.PLACE:
        return False
    before = s.written[start - 1] if start else ""
    after = s.written[end] if end < len(s.written) else ""
    if before.casefold() in s.pack["person", "addressed"] or (
        before == "." and start > 1 and s.low[start - 2] in s.pack["person", "addressed"]
    ):
        return True
    is_aged = s.low[end : end + 1] == [","] and s.low[end + 1 : end + 2] != [] and s.low[end + 1].isdecimal()
    if is_aged and s.low[end + 2 : end + 3] == [","] and len(s.low[end + 1]) < 3:
        return True
    given, titles = s.pack["person", "given"], s.pack["title", "groups"]
    if before[:1].isupper() and before.casefold() in given:
        return True
    if after[:1].isupper() and not after.isupper():
        low = after.casefold()
        return low in s.pack["organisation", "heads"] or not (
            low in titles or low in s.pack["place", "heads"] or _is_function(s, end)
        )
    joins = s.pack["organisation", "joiners"]
    return (
        before.casefold() in joins
        and start > 1
        and s.low[start - 2] in s.pack["organisation", "heads_before"]
    )


def _is_function(s: Sentence, place: int) -> bool:
    word = s.low[place]
    return word in s.pack["words", "common"] or word in s.pack["words", "stop"] or place in s.used


def _capital(s: Sentence, taken: set[int], *, is_title_case: bool, known: frozenset[str]) -> Iterator[Name]:
    """Names by their capital letters."""
    last = max(_listed(s), key=lambda name: name.start, default=None)
    i = 0
    while i < len(s.written):
        if not _may_begin(s, i, taken, is_title_case=is_title_case, known=known):
            i += 1
            continue
        end = _end_of_name(s, i, taken)
        name = _sorted_name(s, i, end)
        if last is not None and last.sort is Sort.PLACE and end - i == 1 and _is_joined(s, last.end, i):
            name = Name(i, end, name.text, Sort.PLACE)
        last = name
        yield name
        i = end


def _is_joined(s: Sentence, end: int, start: int) -> bool:
    """Whether nothing but *and* or a comma stands between two names."""
    between = s.low[end:start]
    return between in (["and"], [","], ["or"], [",", "and"], ["и"])


def _may_begin(s: Sentence, i: int, taken: set[int], *, is_title_case: bool, known: frozenset[str]) -> bool:
    word, low = s.written[i], s.low[i]
    is_called_so = (
        low in s.pack["person", "given"] and i + 1 < len(s.written) and s.written[i + 1][:1].isupper()
    )
    after = s.written[i + 1 : i + 3]
    is_inside = i > 0 and s.written[i - 1].islower() and low not in s.pack["words", "stop"]
    is_begun = is_inside and any(w[:1].isupper() for w in after[: 2 if after[:1] in (["'"], ["’"]) else 1])
    if i in taken or i in s.used or not word[:1].isupper():
        return False
    if _is_function(s, i) and not (is_called_so or is_begun):
        return False
    if low in s.pack["words", "nationalities"] or low in s.pack["title", "modifiers"]:
        return False
    if any(s.at(section, name, i) for section, name in (("title", "groups"), ("certainty", "hedges"))):
        return False
    if i == 0 and low in s.pack["title", "weak"]:
        return False
    is_first = i == 0 or s.written[i - 1] in ('"', "“", "«", ".", ":")
    if not (is_first or is_title_case):
        return True
    person = s.pack["person", "given"], s.pack["person", "surnames"]
    is_known = low in known or any(low in lexicon for lexicon in person)
    heads = s.pack["organisation", "heads"], s.pack["organisation", "heads_before"], s.pack["place", "heads"]
    is_head_next = (
        i + 1 < len(s.low) and s.written[i + 1][:1].isupper() and any(s.low[i + 1] in h for h in heads)
    )
    is_run = (
        not is_title_case
        and i + 1 < len(s.written)
        and s.written[i + 1][:1].isupper()
        and not _is_function(s, i + 1)
    )
    is_owner = after[:1] in (["'"], ["’"]) and after[1:] == ["s"] and not is_title_case
    if _RUSSIAN.search(low) or is_called_so or is_owner:
        return True
    if word.isupper() and len(word) > 3 and i == 0 and s.written[1:2] == [","]:
        return True
    acronym = word.isupper() and 2 <= len(word) <= 6 and not s.text.isupper()
    return is_known or is_head_next or is_run or acronym or any(low in h for h in heads[:2])


def _end_of_name(s: Sentence, start: int, taken: set[int]) -> int:
    """Where the run of capital words ends; *of* and the like may join two of them."""
    i = start + 1
    while i < len(s.written):
        if _is_capital(s, i) and not _is_title(s, i):
            i += 1
        elif _is_capital(s, i + 1) and _may_join(s, i, start):
            i += 2
        else:
            break
    return i


def _is_capital(s: Sentence, place: int) -> bool:
    return place < len(s.written) and s.written[place][:1].isupper() and place not in s.used


def _may_join(s: Sentence, place: int, start: int) -> bool:
    """Whether a word or sign holds two parts of a name together: *-*, *'*, *de*, the *of* of a ministry."""
    low = s.low[place]
    if low in ("-", "'", "’") or (low == "." and len(s.written[place - 1]) == 1):
        return True
    if low in s.pack["person", "particles"]:
        return True
    is_body = (
        s.low[start] in s.pack["organisation", "heads_before"]
        or s.low[place - 1] in s.pack["organisation", "heads"]
    )
    return is_body and low in s.pack["organisation", "joiners"]


def _is_title(s: Sentence, place: int) -> bool:
    return s.low[place] in s.pack["title", "groups"]


def _sorted_name(s: Sentence, start: int, end: int) -> Name:
    words = [*s.low[start : end - 1], s.bare[end - 1]]
    spoken = [word for word in words if word[0].isalnum()]
    is_spelt = len(spoken) > 1 and all(len(word) == 1 for word in spoken)  # U.N.
    text = ("" if is_spelt else " ").join(spoken)
    after = s.low[end] if end < len(s.low) else ""
    before = s.low[start - 1] if start else ""
    heads = s.pack["organisation", "heads"]
    is_body = (
        words[-1] in heads
        or words[0] in s.pack["organisation", "heads_before"]
        or any(w in heads for w in words[1:])
    )
    given, surnames = s.pack["person", "given"], s.pack["person", "surnames"]
    has_title = start > 0 and (_ends_title(s, start) or before in s.pack["person", "addressed"])
    if start == 0 and words[0].upper() == s.written[0] and len(words[0]) > 3 and after == ",":
        return Name(start, end, text, Sort.PLACE)  # a dateline
    if words[-1] in s.pack["place", "heads"] and len(words) > 1 and not has_title:
        return Name(start, end, text, Sort.PLACE)
    if words[0] in s.pack["place", "heads_before"] and len(words) > 1 and not is_body:
        return Name(start, end, text, Sort.PLACE)
    if is_body and not (words[0] in given and len(words) == 2 and words[1] not in heads):
        return Name(start, end, text, Sort.ORGANISATION)
    if words[0] in given or has_title or after in s.pack["person", "after"]:
        return Name(start, end, text, Sort.PERSON)
    if len(words) == 1 and s.written[start].isupper() and len(words[0]) > 1 and not s.text.isupper():
        return Name(start, end, text, Sort.ORGANISATION)
    two_before = s.low[start - 2] if start > 1 else ""
    if (before == "in" and two_before in s.pack["organisation", "held"]) or (
        before == "by" and two_before in s.pack["organisation", "made"] and len(words) == 1
    ):
        return Name(start, end, text, Sort.ORGANISATION)
    if before == "of" and start > 1 and s.written[start - 2][:1].isupper() and len(words) <= 2:
        return Name(start, end, text, Sort.ORGANISATION)  # somebody of a body; places are known by name
    is_said = before == "to" and two_before == "according"
    is_near = len(words) == 1 and words[0] not in surnames and not is_said
    if after == "," and end + 2 < len(s.low) and s.low[end + 1].isdecimal() and s.low[end + 2] == ",":
        return Name(start, end, text, Sort.PERSON)  # and the age
    told = _apposition(s, end) if after == "," else None
    if told is not None:
        return Name(start, end, text, told)
    if before in s.pack["place", "strong_prepositions"] or (
        before in s.pack["place", "prepositions"] and is_near
    ):
        return Name(start, end, text, Sort.PLACE)
    if before in s.pack["place", "left"] and is_near and words[0] not in given:
        return Name(start, end, text, Sort.PLACE)
    if before in s.pack["place", "before"] and words[0] not in surnames:
        return Name(start, end, text, Sort.PLACE)
    if after == "," and _is_place_after(s, end):
        return Name(start, end, text, Sort.PLACE)
    behind = s.low[end + 1] if after in ("'", "’") and end + 2 < len(s.low) else after
    for section, sort in (("place", Sort.PLACE), ("organisation", Sort.ORGANISATION)):
        if len(words) <= 2 and words[-1] not in surnames and behind in s.pack[section, "after"]:
            return Name(start, end, text, sort)
    if before == "the" and two_before in s.pack["place", "strong_prepositions"] and len(words) == 1:
        return Name(start, end, text, Sort.PLACE)  # in the Trent
    is_sure = words[-1] in surnames or after in s.pack["attribution", "strong"]
    return Name(
        start, end, text, Sort.ORGANISATION if before == "the" and len(words) > 1 else Sort.PERSON, is_sure
    )


def _apposition(s: Sentence, comma: int) -> Sort | None:
    """What the words behind a comma call a name: *Quorix, a small laboratory*; *Velsk, the river port*."""
    if s.low[comma + 1 : comma + 2] not in (["a"], ["an"], ["the"]):
        return None
    for i in range(comma + 2, min(comma + 6, len(s.low))):
        for section, sort in (("organisation", Sort.ORGANISATION), ("place", Sort.PLACE)):
            is_last = i + 1 == len(s.low) or not s.low[i + 1].isalpha() or _is_function(s, i + 1)
            if s.low[i] in s.pack[section, "heads"] and is_last and s.written[i].islower():
                return sort
        if not s.low[i].isalpha():
            break
    return None


def _is_place_after(s: Sentence, comma: int) -> bool:
    """*Leeds, England*: a country or region behind the comma."""
    return any(s.at("place", name, comma + 1) for name in ("countries", "regions"))


def _ends_title(s: Sentence, place: int) -> bool:
    """Whether an office or rank ends right before `place`."""
    for size in range(1, 5):
        start = place - size
        if start >= 0:
            found = s.pack["title", "groups"].at(s.low, start, s.bare)
            if found is not None and found.end == place:
                return True
    return s.low[place - 1] in s.pack["title", "weak"] and s.written[place - 1] != ","


_RUSSIAN = re.compile(
    r"[а-я]{2}(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|енко|чук|юк|ян|швили)\Z"
)

# ---------------------------------------------------------------- Korean and Chinese, which have no capitals


def _unmarked(s: Sentence, taken: set[int]) -> Iterator[Name]:
    """Names by the ends of Korean words and Chinese rows of characters, and by surname beside an office."""
    taken |= {i for one in s.find("title", "groups") for i in range(one.start, one.end)}
    if any("\uac00" <= word[:1] <= "\ud7a3" for word in s.low):
        yield from _korean(s, taken)
    else:
        yield from _chinese(s, taken)


def _korean(s: Sentence, taken: set[int]) -> Iterator[Name]:
    surnames = s.pack["person", "surnames"]
    for i, word in enumerate(s.bare):
        if i in taken or i in s.used or len(word) < 2:
            continue
        sort = _by_tail(word, s.pack)
        next_ = s.bare[i + 1] if i + 1 < len(s.bare) else ""
        is_office_next = any(t in s.pack["title", "groups"] for t in (next_, s.low[i + 1] if next_ else ""))
        is_personal = (
            word[0] in surnames
            and len(word) == _PERSON_ENDS
            and (is_office_next or (i > 0 and s.bare[i - 1] in s.pack["title", "groups"]))
        )
        if is_personal:
            yield Name(i, i + 1, word, Sort.PERSON)
        elif sort is not None and len(word) >= 3:
            yield Name(i, i + 1, word, sort)


def _by_tail(word: str, pack: Pack) -> Sort | None:
    if word in pack["title", "groups"] or word in pack["attribution", "speakers"]:
        return None
    for section, sort in (("organisation", Sort.ORGANISATION), ("place", Sort.PLACE)):
        for tail in pack[section, "tails"].whole:
            joined = "".join(tail)
            if word.endswith(joined) and len(word) > len(joined) + (len(joined) == 1):
                return sort
    return None


def _chinese(s: Sentence, taken: set[int]) -> Iterator[Name]:
    surnames = s.pack["person", "surnames"]
    for title in s.find("title", "groups"):
        for size in (3, 2):
            for start, end in ((title.end, title.end + size), (title.start - size, title.start)):
                within = range(start, end)
                if (
                    start < 0
                    or end > len(s.low)
                    or taken.intersection(within)
                    or not all("\u4e00" <= c <= "\u9fff" for c in s.low[start:end])
                ):
                    continue
                if s.low[start] in surnames and not any(
                    _is_function(s, i) or s.at("attribution", "verbs", i) for i in within
                ):
                    taken.update(within)
                    yield Name(start, end, "".join(s.low[start:end]), Sort.PERSON)
    for section, sort in (("organisation", Sort.ORGANISATION), ("place", Sort.PLACE)):
        for tail in s.find(section, "tails"):
            start = tail.start
            while (
                start > 0
                and tail.start - start < 6
                and "\u4e00" <= s.low[start - 1] <= "\u9fff"
                and start - 1 not in taken
                and not _is_function(s, start - 1)
                and start - 1 not in s.used
            ):
                start -= 1
            within = range(start, tail.end)
            if tail.start - start >= 1 and not taken.intersection(within):
                taken.update(within)
                yield Name(start, tail.end, "".join(s.low[start : tail.end]), sort)
