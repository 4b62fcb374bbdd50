"""Names in the long lists of a pack, in any case that their language puts them in. Pure.

What lives here: looking up a town in the gazetteer, and a Russian name in its first case. What must not: what that
says about the name (`sorts`).
"""

from __future__ import annotations

from crawler.compare.reading import Sentence

_ENDINGS = ("", "а", "ь", "я", "й", "о", "ы", "и", "е")  # of a Russian name in its first case
_CASES = (
    "ского",
    "ском",
    "ской",
    "ами",
    "ах",
    "ью",
    "ом",
    "ем",
    "ой",
    "ей",
    "е",
    "у",
    "ю",
    "а",
    "я",
    "и",
    "ы",
)


def is_gazetted(name: str, s: Sentence) -> bool:
    """Whether the long list of places has the name, in any of its cases."""
    places = s.pack.long("places")
    if name in places:
        return True
    if not places or not "а" <= name[:1] <= "я":
        return False
    for case in _CASES:
        stem = name[: -len(case)]
        if len(stem) > 2 and name.endswith(case) and any(stem + ending in places for ending in _ENDINGS):
            return True
    return False


def is_in_cases(name: str, s: Sentence, section: str, kind: str) -> bool:
    """Whether the pack lists a Russian name in any of its cases."""
    listed = s.pack[section, kind].whole
    stems = [name[: -len(case)] for case in _CASES if name.endswith(case)]
    return any((stem + ending,) in listed for stem in stems if len(stem) > 2 for ending in _ENDINGS)
