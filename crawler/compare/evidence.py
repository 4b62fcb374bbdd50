"""What of two versions of a sentence differs: each kind with the words that show it. Pure.

What lives here: holding what the two mention against each other. A word that tells a kind only now and then
counts where another of its kind stands opposite. What must not: finding mentions in a sentence (`figures`, `names`,
`said`, `mentions`), or what an edit is where nothing mentioned differs (`kinds`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from crawler.compare import figures, mentions
from crawler.compare.edit import Evidence, Kind
from crawler.compare.lexicon import Pack
from crawler.compare.names import Name, counted, names
from crawler.compare.reading import Mentions, Sentence
from crawler.compare.said import is_other_source, told
from crawler.compare.sorts import Sort
from crawler.compare.unmarked import swapped_people

_SHARED = 0.7  # of the cues of the name it took the place of, that a name has, too
_CERTAIN = 4.5  # a lead that no other name can turn
_SORTS = ((Sort.PERSON, Kind.PERSON), (Sort.ORGANISATION, Kind.ORGANISATION), (Sort.PLACE, Kind.PLACE))


def evidence(old: str, new: str, where: str, chosen: Pack, known: frozenset[str]) -> list[Evidence]:
    """Everything that one of the two sentences mentions and the other does not. `known`: names nearby."""
    one, other = Sentence.read(old, chosen), Sentence.read(new, chosen)
    for s in (one, other):
        _hold_bodies(s)
    found = _differing(
        Kind.DATE, one, other, (figures.dates(one), Counter()), (figures.dates(other), Counter())
    )
    found += _differing(Kind.NUMBER, one, other, figures.numbers(one), figures.numbers(other))
    left, right = _names(one, other, where, known)
    found += _of_names(one, other, left, right)
    named = tuple({i for name in held for i in range(name.start, name.end)} for held in (left, right))
    found += _differing(
        Kind.TITLE,
        one,
        other,
        mentions.titles(one, *_by_people(left)),
        mentions.titles(other, *_by_people(right)),
    )
    quoted = mentions.quotations(old), mentions.quotations(new)
    found += _differing(Kind.QUOTATION, one, other, (quoted[0], Counter()), (quoted[1], Counter()))
    found += _of_sources(one, other, left, right, named)
    if bool(quoted[0]) != bool(quoted[1]):  # a doubt inside went with its quotation
        one, other = (Sentence.read(mentions.unquoted(text), chosen) for text in (old, new))
        for s in (one, other):
            figures.dates(s)
            named = (set(), set())
    found += _differing(
        Kind.CERTAINTY, one, other, mentions.certainties(one, named[0]), mentions.certainties(other, named[1])
    )
    return found


def _hold_bodies(s: Sentence) -> None:
    """Keep known bodies from being read as figures: the 百 of 百度."""
    if any(_is_unmarked(word) for word in s.low):
        s.held = {i for one in s.find("organisation", "known") for i in range(one.start, one.end)}


Pair = tuple[Mentions, Mentions]  # what tells a kind, and what tells it only now and then


def _differing(kind: Kind, one: Sentence, other: Sentence, left: Pair, right: Pair) -> list[Evidence]:
    gone, come = left[0] - right[0] - right[1], right[0] - left[0] - left[1]
    weak_gone, weak_come = left[1] - right[1], right[1] - left[1]
    if gone or come or (weak_gone and weak_come):
        return [Evidence(kind, _shown(gone + weak_gone, one), _shown(come + weak_come, other))]
    return []


def _shown(found: Mentions, s: Sentence) -> str | None:
    """Mentions by the words that stand in the sentence."""
    return ", ".join(sorted({s.shown.get(mention, mention) for mention in found})) or None


# ---------------------------------------------------------------- names


def _names(
    one: Sentence, other: Sentence, where: str, known: frozenset[str]
) -> tuple[list[Name], list[Name]]:
    is_title_case = where == "headline" and (_is_title_case(one) or _is_title_case(other))
    left, right = (names(s, is_title_case=is_title_case, known=known) for s in (one, other))
    return _told_by_each_other(one, other, left, right)


def _is_title_case(s: Sentence) -> bool:
    """Whether nearly every longer word begins with a capital letter, so that capitals tell nothing."""
    longer = [word for word in s.written if len(word) > 3 and word[0].isalpha()]
    capital = sum(word[0].isupper() for word in longer)
    return len(longer) >= 3 and capital >= 0.75 * len(longer)


def _told_by_each_other(
    one: Sentence, other: Sentence, left: list[Name], right: list[Name]
) -> tuple[list[Name], list[Name]]:
    """The names with a share of the cues of what they stand against, and one sort for what both have."""
    same = {a.text for a in left} & {b.text for b in right}
    gone = [name for name in left if name.text not in same]
    come = [name for name in right if name.text not in same]
    told: dict[Name | int, Name] = {}
    for a, b in _opposite(one, other, gone, come):
        if a.sort is b.sort or min(a.lead, b.lead) < _CERTAIN:
            told[id(a)], told[id(b)] = a.beside(b.scores, _SHARED), b.beside(a.scores, _SHARED)
    left, right = (
        [name for name in own if name.text in same or id(name) in told or not name.is_doubtful]
        for own in (left, right)
    )
    by_text = {b.text: b for b in right}
    for a in left:
        if a.text in same:
            b = by_text[a.text]
            told[id(a)] = told[id(b)] = a.beside(b.scores, 1.0)
    held = [[told.get(id(name), name) for name in own] for own in (left, right)]
    return (
        [_moved(new, at) for new, at in zip(held[0], left, strict=True)],
        [_moved(new, at) for new, at in zip(held[1], right, strict=True)],
    )


def _moved(name: Name, at: Name) -> Name:
    return replace(at, scores=name.scores)


def _opposite(
    one: Sentence, other: Sentence, gone: Sequence[Name], come: Sequence[Name]
) -> list[tuple[Name, Name]]:
    """Names that took each other's place: as many on both sides, or between the same words."""
    if len(gone) == len(come) and not any(name.is_doubtful for name in (*gone, *come)):
        return list(zip(gone, come, strict=True))
    found = []
    for a in gone:
        around = _around(one, a)
        match = next((b for b in come if _are_alike(around, _around(other, b))), None)
        if match is not None:
            found.append((a, match))
    return found


def _are_alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] or one[1] == other[1]


def _around(s: Sentence, name: Name) -> tuple[str, str]:
    """The words beside a name."""
    before = s.low[name.start - 1] if name.start else "^"
    return before, s.low[name.end] if name.end < len(s.low) else "$"


def _of_names(one: Sentence, other: Sentence, left: Sequence[Name], right: Sequence[Name]) -> list[Evidence]:
    found = []
    swapped = swapped_people(one, other) if any(_is_unmarked(word) for word in one.low) else None
    if swapped is not None:
        left = [name for name in left if swapped[0] not in name.text and name.text not in swapped[0]]
        right = [name for name in right if swapped[1] not in name.text and name.text not in swapped[1]]
        found.append(Evidence(Kind.PERSON, *swapped))
    for sort, kind in _SORTS:
        gone, come = _apart(counted(left, sort), counted(right, sort), one, other)
        if sort is Sort.PLACE:
            gone, come = _without_demonyms(gone, other), _without_demonyms(come, one)
        found += _differing(kind, one, other, (gone, Counter()), (come, Counter()))
    return found


def _is_unmarked(word: str) -> bool:
    return "\uac00" <= word[:1] <= "\ud7a3" or "\u4e00" <= word[:1] <= "\u9fff"


def _apart(left: Mentions, right: Mentions, one: Sentence, other: Sentence) -> Pair:
    """Names that are told apart: not one that stands in the other sentence under another sort or in more words."""
    gone, come = left - right, right - left
    texts = [f" {' '.join(word for word in s.bare if word[0].isalnum())} " for s in (one, other)]
    gone = Counter({name: n for name, n in gone.items() if _times(texts[0], name) > _times(texts[1], name)})
    come = Counter({name: n for name, n in come.items() if _times(texts[1], name) > _times(texts[0], name)})
    return gone, come


def _without_demonyms(found: Mentions, other: Sentence) -> Mentions:
    """Places but for those whose people or adjective the other sentence names: *France's*, *French*."""
    demonyms = other.pack["place", "demonyms"].whole
    return Counter({name: n for name, n in found.items() if demonyms.get((name,), " ") not in other.low})


def _times(text: str, name: str) -> int:
    return text.count(f" {name} ") or text.replace(" ", "").count(name.replace(" ", "")) * (
        " " not in name and not name.isascii()
    )


def _by_people(held: Sequence[Name]) -> tuple[set[int], set[int]]:
    """The words of names that are no person's (no office is mentioned in *Calle Mayor*), and of those that are."""
    people = {i for name in held if name.sort is Sort.PERSON for i in range(name.start, name.end)}
    return {i for name in held for i in range(name.start, name.end)} - people, people


# ---------------------------------------------------------------- sources


def _of_sources(
    one: Sentence, other: Sentence, left: Sequence[Name], right: Sequence[Name], named: Sequence[set[int]]
) -> list[Evidence]:
    said, says = told(one, named[0]), told(other, named[1])
    found = _differing(Kind.ATTRIBUTION, one, other, (said.strong, said.weak), (says.strong, says.weak))
    texts = {a.text for a in left} ^ {b.text for b in right}
    speakers = None if found else is_other_source(said, says, texts, one.pack)
    if speakers is None:
        return found
    return [Evidence(Kind.ATTRIBUTION, speakers[0] or None, speakers[1] or None)]
