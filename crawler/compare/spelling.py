"""Whether two sentences are one in another spelling. Pure.

What lives here: the one form in which *grey* and *gray*, *U.N.* and *United Nations*, *12* and *twelve* are the same,
and what a typing error is. What must not: anything about what a sentence mentions (`mentions`, `figures`, `names`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from crawler.compare.figures import figure
from crawler.compare.lexicon import Found, Pack
from crawler.compare.reading import Sentence
from crawler.text import normalise

_SPELT = re.compile(r"\b(?:[A-Z]\.){2,9}(?=\s|\Z)(?!\s[A-Z][a-z])")  # U.N., not the J.K. of a name
_TYPO_LETTERS = 4
_TYPO_STEPS = 2
_MOST_TYPOS = 3


def is_spelt_otherwise(old: str, new: str, chosen: Pack, *, in_names: bool = False) -> bool:
    """Whether two sentences are one in another spelling. `in_names`: words with capitals may be misspelt, too."""
    old, new = _with_initials(old, new), _with_initials(new, old)
    left: Sequence[str] = canonical(old, chosen)
    right: Sequence[str] = canonical(new, chosen)
    if left == right or "".join(left) == "".join(right) or _letters(old) == _letters(new):
        return True
    if not in_names and not _pairs_up(left, right):
        left, right = (
            _written(old, chosen),
            _written(new, chosen),
        )  # a short form for what the other misspells
    if len(left) != len(right):
        return False
    odd = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    return len(odd) <= _MOST_TYPOS and all(
        is_typo(a, b, chosen) and (in_names or (_is_small(a, old) and _is_small(b, new))) for a, b in odd
    )


def _with_initials(text: str, other: str) -> str:
    """`text` with the initials by which `other` calls a body that it writes out: *FAO*."""
    for initials in list(dict.fromkeys(_INITIALS.findall(other)))[:_MOST_INITIALS]:
        if initials not in text:
            between = r"[ -](?:(?:of|and|for|the|on|in|to|de|des|du|la) ){0,2}"
            spelt = between.join(rf"{letter}[^\W\d_]+" for letter in initials)
            text = re.sub(rf"\b{spelt}\b", initials, text, count=1)
    return text


_INITIALS = re.compile(r"\b[A-Z]{2,6}\b")
_MOST_INITIALS = 4


def _letters(text: str) -> str:
    """The letters and figures of a text, blanks and signs left out."""
    return "".join(c for c in normalise(text).casefold() if c.isalnum() or c in "$€£¥₩₽₹%.,").strip(".,")


def _pairs_up(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether, word for word, no two differ in length by more than typing errors make."""
    return len(left) == len(right) and all(
        abs(len(a) - len(b)) <= _TYPO_STEPS for a, b in zip(left, right, strict=True)
    )


def _written(text: str, chosen: Pack) -> list[str]:
    """The words of `text` as they are spelt."""
    return [word for word in Sentence.read(text, chosen).low if word[0].isalnum()]


def _is_small(word: str, text: str) -> bool:
    """Whether a word stands in lower case: names and figures are no typing errors."""
    return re.search(rf"(?<!\w){re.escape(word[:3])}", text) is not None


def is_typo(old: str, new: str, chosen: Pack) -> bool:
    """Whether one word is the other misspelt: a letter or two, in a word long enough to be known again."""
    if _without_accents(old) == _without_accents(new):
        return True
    confused = chosen["form", "confused"].whole
    if confused.get((old,), old) == confused.get((new,), new):
        return True  # *their* for *there*
    if not (old.isalpha() and new.isalpha()) or old[0] != new[0]:
        return False
    if len(old) >= _TYPO_LETTERS and sorted(old) == sorted(new):
        return True  # two letters in the wrong order
    everyday = chosen.long("words")
    least, steps = min(len(old), len(new)), DamerauLevenshtein.distance(old, new, score_cutoff=_TYPO_STEPS)
    is_mended = (old in everyday) != (new in everyday)
    if least >= _TYPO_LETTERS - 1 and is_mended and steps == 1 and old.rstrip("s") != new.rstrip("s"):
        return True
    if least < _TYPO_LETTERS or (old in everyday and new in everyday):
        return False
    if old.rstrip("s") == new.rstrip("s") or old[:-2] == new[:-2]:
        return False  # another ending says something else: *expects*, *expected*
    return least > _TYPO_LETTERS and steps <= (1 if least < 7 else _TYPO_STEPS)


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=64)  # a pair is looked at from several sides
def canonical(text: str, chosen: Pack) -> tuple[str, ...]:
    """The words of `text` in one spelling, signs left out."""
    for shape, plain in _SHAPES:
        text = shape.sub(plain, text)
    s = Sentence.read(_SPELT.sub(lambda match: match[0].replace(".", ""), text), chosen)
    found: list[str] = []
    i = 0
    while i < len(s.low):
        listed = _unit(s, i, found, chosen) or _listed_spelling(s, i, chosen)
        end, value = figure(s, i) if listed is None else (i, "")
        if listed is not None:
            found.append(listed.meaning)
            i = listed.end
        elif end > i and not (end == i + 1 and s.low[i] in chosen["number", "weak"] and s.low[i] != "one"):
            found.append(value)
            i = end
        else:
            shared = next((x for key in _SHARED if (x := chosen[key].at(s.low, i, s.low))), None)
            if shared is not None and not s.written[i].islower():
                found.append(shared.meaning)
                i = shared.end
                continue
            is_article = s.low[i] in ("a", "an") and i + 1 < len(s.low) and figure(s, i + 1)[0] > i + 1
            if (s.low[i][0].isalnum() or s.low[i] in "$€£¥₩₽₹%&") and not is_article:
                found.append(_spelling(s.low[i]))
            i += 1
    return tuple(word for i, word in enumerate(found) if i == 0 or word != found[i - 1])


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_SHAPES = tuple(  # what is written in several shapes, and the one they are compared in
    (re.compile(shape, re.IGNORECASE), plain)
    for shape, plain in (
        (r"(\d)\s?([ap])\.?m\b\.?", r"\1 \2m"),  # 6pm, 6 p.m.
        (r"\bat (\d{1,2})\.(\d\d)\b", r"at \1:\2"),
        (rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTHS})\b", r"\2 \1"),
        (rf"\b({_MONTHS})\.? (\d{{1,2}})(?:st|nd|rd|th)\b", r"\1 \2"),
        (r"([$€£¥₩₹]\d[\d.,]{0,15})\s?(?:m|mn|mln)\b", r"\1 million"),
        (r"([$€£¥₩₹]\d[\d.,]{0,15})\s?(?:bn|bln|b)\b", r"\1 billion"),
        (r"([$€£¥₩₹]\d[\d.,]{0,15})\s?k\b", r"\1 thousand"),
        (r"([$€£¥₩₹])(\d[\d.,]{0,15}(?<=\d))((?: (?:thousand|million|billion|trillion))?)", r"\2\3 \1"),
        (r"(\d)(km|kg|cm|mm|ha|mph|kph|kw|mw|gw|m|g|l|ft|lb|lbs)\b", r"\1 \2"),
        (r"\b1st\b", "first"),
        (r"\b2nd\b", "second"),
        (r"\b3rd\b", "third"),
        (r"(?<=[a-z]) st\b\.?(?=(?-i: [a-z])|\Z|,)", " street"),
        (r"(?<=[a-z]) ave\b\.?", " avenue"),
        (r"(?<=[a-z]) rd\b\.?", " road"),
        (r"百分之([\d.一二三四五六七八九十]{1,8})", r"\1%"),
    )
)
_SHARED = (("date", "months"), ("date", "weekdays"))  # Sept. and September


def _unit(s: Sentence, i: int, found: Sequence[str], chosen: Pack) -> Found | None:
    """The unit behind a figure: *km*, *kilometres*."""
    return chosen["number", "units"].at(s.low, i, s.low) if found and found[-1][:1].isdigit() else None


def _listed_spelling(s: Sentence, i: int, chosen: Pack) -> Found | None:
    """The abbreviation or spelling that the pack lists at word `i`; *it* is no *IT*."""
    short = chosen["form", "abbreviations"].at(s.low, i, s.low)
    if short is not None and (short.end - i > 1 or s.written[i].isupper() or len(s.low[i]) > 3):
        return short
    return chosen["form", "spellings"].at(s.low, i, s.low)


_SPELLINGS = tuple(  # British and American ones of a word; only ever used to see that two are one
    tuple(pair.split("="))
    for pair in (
        *(
            "isation=ization",
            "ising=izing",
            "ise=ize",
            "yse=yze",
            "our=or",
            "lled=led",
            "lling=ling",
            "ller=ler",
        ),
        *(
            "tre=ter",
            "ence=ense",
            "ogue=og",
            "programme=program",
            "aem=em",
            "oed=ed",
            "cheque=check",
            "grey=gray",
        ),
    )
)


def _spelling(word: str) -> str:
    """A word in one of its spellings, without hyphen and apostrophe."""
    word = word.replace("'", "").replace("’", "").replace("ё", "е").replace("&", "and")
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word
