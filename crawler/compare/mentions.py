"""Offices, doubts and quotations that a sentence mentions. Pure.

What lives here: turning a sentence, with the words of its language's pack, into counted *mentions* of each, in a
form in which two sentences can be held against each other. Dates and numbers are found in `figures`, names in
`names`, who says so in `said`. What must not: judging which mentions make an edit of a kind (`evidence`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache

from crawler.compare.figures import part
from crawler.compare.lexicon import Found, Pack
from crawler.compare.reading import Mentions, Sentence
from crawler.text import normalise

_QUOTED = re.compile(
    r"[\"“”„‟«»＂]([^\"“”„‟«»＂]{1,2000})[\"“”„‟«»＂]|「([^「」]{1,2000})」|『([^『』]{1,2000})』"
    r"|(?<!\w)['‘]([^'‘’]{1,2000}(?:['’]\w[^'‘’]{0,2000}){0,9})['’](?!\w)"
)


def certainties(s: Sentence, named: Collection[int] = ()) -> tuple[Mentions, Mentions]:
    """Negations and hedges, and an *about* before a figure; and words that hedge only now and then.

    `named`: the words that belong to names, such as the *May* of *Theresa May*.
    """
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    plain = {i for name in ("plain", "approximators") for i in _spread(s, name)}
    weak_words = s.pack["certainty", "weak"]
    for name in ("negations", "hedges", "weak"):
        for one in s.find("certainty", name):
            if one.start in plain or _is_other_word(s, one, named) or _is_inside_word(s, one):
                continue
            plain.update(range(one.start, one.end))
            is_single = one.end - one.start == 1
            is_listed = tuple(s.low[one.start : one.end]) in weak_words.whole
            is_weak = is_listed or one.meaning in weak_words or (is_single and s.low[one.start] in weak_words)
            s.note(weak if is_weak else strong, one.meaning, one.start, one.end)
    for i, word in enumerate(s.low):
        if word.endswith(("n't", "n’t")):
            s.note(strong, "not", i, i + 1)
    for about in s.find("certainty", "approximators"):
        if any(_is_figure(s, i) for i in _beside(s, about)):
            s.note(strong, f"about {about.meaning}", about.start, about.end)
    return strong, weak


def _beside(s: Sentence, about: Found) -> tuple[int, ...]:
    """Where the figure stands that *about* may belong to."""
    if not s.low[about.start].isascii():
        return about.start - 1, about.end, about.end + 1, about.end + 2
    if s.low[about.start] == "or":
        return about.start - 1, about.start - 2
    is_led = about.end < len(s.low) and s.low[about.end] in _BEFORE_FIGURE
    return (about.end, about.end + 1) if is_led else (about.end,)


_ALL = frozenset(
    {"all", "everyone", "everybody", "everything", "every", "none", "half", "always", "entirely", "certainly"}
)
_BEFORE_FIGURE = frozenset({"a", "an", "the", "$", "€", "£", "¥", "₩", "₹", "us", "another", "every"})


def _is_figure(s: Sentence, place: int) -> bool:
    if not 0 <= place < len(s.low):
        return False
    if s.low[place] in _ALL:
        return True
    return part(s, place) != (None, None) or s.low[place][:1].isdigit() or place in s.used


def _spread(s: Sentence, name: str) -> Iterator[int]:
    """The words of phrases in which a word of doubt stands for something else: *not only*, *no fewer than*."""
    for one in s.find("certainty", name):
        if one.end - one.start > 1:
            yield from range(one.start, one.end)


def _is_inside_word(s: Sentence, one: Found) -> bool:
    """Whether a longer word of every day begins with it: the 不 of 不少."""
    longer = s.pack["words", "everyday"].at(s.low, one.start, s.low)
    return longer is not None and longer.end > one.end


def _is_other_word(s: Sentence, one: Found, named: Collection[int]) -> bool:
    """Whether the word says no doubt here: *May* is the month, *could* is seeing, *alleged* is what somebody did."""
    is_month = s.low[one.start] == "may" and (one.start in s.used or _is_called(s, one.start))
    is_name = s.low[one.start] == "may" and (
        s.low[one.end : one.end + 1] == ["to"] or (one.start == 0 and s.low[1:2] and s.low[1].endswith("s"))
    )
    is_able = s.low[one.end : one.end + 1] in _ABLE or bool(set(s.low[one.start - 3 : one.start]) & _SO_THAT)
    is_seen = s.low[one.start] == "could" and is_able
    is_numbered = s.low[one.start] == "no" and s.low[one.end : one.end + 1] == ["."]
    is_verb = s.low[one.start] == "alleged" and s.at("attribution", "speakers", one.start - 1) is not None
    return is_month or is_name or is_seen or is_verb or is_numbered or one.start in named


def _is_called(s: Sentence, place: int) -> bool:
    """Whether a word has a capital letter that its neighbours have not."""
    before = s.written[place - 1] if place else ""
    return s.written[place] == "May" and before[:1].islower()


_SO_THAT = frozenset({"so", "where", "until", "before", "what", "whatever", "all", "everything", "as"})
_ABLE = (["see"], ["hear"], ["feel"], ["smell"], ["not"], ["hardly"])


def titles(
    s: Sentence, named: Collection[int] = (), people: Collection[int] = ()
) -> tuple[Mentions, Mentions]:
    """Offices and ranks; and those that tell only beside another.

    `named`: words of names that are no person's; `people`: of names that are.
    """
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    held: set[int] = set(named)
    for one in s.find("title", "groups"):
        if one.start in held:
            continue
        held.update(range(one.start - 1, one.end))
        is_weak = all(word in s.pack["title", "weak"] for word in s.bare[one.start : one.end])
        is_capital = any(word[:1].isupper() for word in s.written[one.start : one.end + 1])
        is_owner = s.low[one.end - 1] != s.bare[one.end - 1]
        is_beside = one.start - 1 in people and not s.low[one.start].isascii()
        is_common = (
            is_weak and not is_beside and (not is_capital or (is_owner and s.written[one.start].islower()))
        )
        before = s.low[one.start - 1] if one.start else ""
        meaning = f"{before} {one.meaning}" if before in s.pack["title", "modifiers"] else one.meaning
        s.note(weak if is_common else strong, meaning, one.start - (meaning != one.meaning), one.end)
    for one in s.find("title", "weak"):
        if one.start not in held:
            s.note(weak, one.meaning, one.start, one.end)
    for i, word in enumerate(s.bare):
        ending = next((t for t in _long_titles(s.pack) if word.endswith(t) and word != t), None)
        if ending is not None:
            s.note(strong, ending, i, i + 1)
    return strong, weak


@cache
def _long_titles(chosen: Pack) -> tuple[str, ...]:
    """The offices that Korean writes in one word with a name, longest first."""
    found = (
        "".join(entry) for entry in chosen["title", "groups"].whole if "\uac00" <= entry[0][0] <= "\ud7a3"
    )
    return tuple(sorted((title for title in found if len(title) >= 3), key=len, reverse=True))


def quotations(text: str) -> Mentions:
    """What stands between quotation marks, in comparing form without signs at its ends."""
    found: Mentions = Counter()
    for match in _QUOTED.finditer(text):
        inside = next(part for part in match.groups() if part is not None)
        if match.group()[0] == "«" and is_own_name(match):
            continue
        mention = normalise(inside).casefold().strip(" .,;:!?。，、！？")
        found[mention] += 1
    return found


def unquoted(text: str) -> str:
    """`text` without what stands between quotation marks."""
    return _QUOTED.sub(" ", text)


def is_own_name(match: re.Match[str]) -> bool:
    """Whether what stands in « » is what something is called, as Russian writes companies and papers."""
    quoted = match.string[match.start() + 1 : match.end() - 1]
    found = quoted.split()
    is_called = len(found) <= 2 or (len(found) == 3 and all(word[:1].isupper() for word in found))
    is_spoken = re.match(r"\s*,?\s*[—–-]\s", match.string[match.end() : match.end() + 6]) is not None
    return is_called and not is_spoken and quoted[:1].isupper() and quoted[-1:].isalnum()
