"""Words of every day: those that the press writes in lower case, so that a capital letter makes no name of them. Pure.

What lives here: telling such a word by the pack's lists and by its ending. What must not: where a name begins and
ends (`names`), or of what it is the name (`sorts`).
"""

from __future__ import annotations

from crawler.compare.lexicon import Pack
from crawler.compare.reading import Sentence


def is_everyday(word: str, pack: Pack) -> bool:
    """Whether the press writes the word in lower case, too, so that it is no name by itself."""
    everyday = pack.long("words")
    if word in everyday or word in pack["words", "common"] or word in pack["words", "stop"]:
        return True
    if is_given(pack, word) or word in pack["person", "surnames"]:
        return False
    for section, name in _EVERYDAY:
        if (word,) in pack[section, name].whole:
            return True
    if word in pack.long("surnames") or "_".join((word,)) in pack.long("places"):
        return False
    if word.endswith("s") and not word.endswith(("ss", "is", "us", "os", "as")):
        return True  # more people than names end so
    if any(word[:i] in everyday and word[i:] in everyday for i in range(3, len(word) - 3)):
        return True  # *schoolchildren*
    return any(
        len(word) > len(ending) + 2
        and word.endswith(ending)
        and (not stem or _has_stem(word, ending, everyday))
        for ending, stem in _EVERYDAY_ENDINGS
    )


_EVERYDAY = (
    ("person", "roles"),
    ("organisation", "roles"),
    ("organisation", "heads"),
    ("place", "nouns"),
    ("place", "heads"),
    ("title", "groups"),
    ("title", "weak"),
    ("attribution", "verbs"),
    ("attribution", "speakers"),
    ("certainty", "hedges"),
    ("words", "nationalities"),
)
_EVERYDAY_ENDINGS = (  # and whether what is left must be a word of every day
    *(
        (ending, False)
        for ending in ("ness", "ing", "ments", "tions", "tion", "ologists", "ographers", "ically", "ively")
    ),
    *(
        (ending, False)
        for ending in ("fulness", "ations", "ities", "ously", "ingly", "edly", "fully", "less")
    ),
    *(
        (ending, True)
        for ending in ("s", "es", "ers", "er", "ed", "d", "ing", "ly", "ors", "ists", "ies", "y")
    ),
)


def _has_stem(word: str, ending: str, everyday: frozenset[str]) -> bool:
    stem = word[: -len(ending)]
    doubled = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return any(one in everyday for one in (stem, f"{stem}e", f"{stem}y", doubled))


def is_given(pack: Pack, word: str) -> bool:
    return word in pack["person", "given"] or word in pack.long("given")


def is_function(s: Sentence, place: int) -> bool:
    """Whether a word holds others together, or is one with which any sentence may begin."""
    word = s.low[place]
    return word in s.pack["words", "common"] or word in s.pack["words", "stop"] or place in s.used
