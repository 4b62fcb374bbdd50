"""Words and phrases that an edit took out of a text or brought into it, and where a term stood when. Pure.

What lives here: what a *term* is, which terms one change touched, and the trace of one term through many
versions. What must not: whether many changes together mean anything (`campaigns`), and any store.

    words    the words of a text, in comparing form      unfit    those that no term starts or ends with
    changed  where two versions differ                   phrases  the terms in that
    tracing  one term through many versions

A term is one to four words in a row, or two to four characters of Chinese or Japanese, which write no blanks:

* no sign and no end of a line lies between its words (*Jang Song Thaek*, but not *Jang, Song*);
* it neither starts nor ends with a stop word, a word of the calendar (*Monday*, *May*) or a number; but a
  number may end it after a capital letter (*Room 39*), and a word that is a name beside one (*An Sung Pak*);
* it is **removed** where it stood in the old text and stands nowhere in the new one, **added** the other way
  round, **replaced** where another stands at its spot, wherever else the two may stand.

What replaced what may be longer, up to `LONGEST_EXCHANGED` words or characters a side.

Of the words that an edit touched, every such phrase is named, the whole and its parts: another article may
have only *Thaek* to lose. Words that stayed take part where they carry on a name (*Kim Jong* Il → *Kim Jong*
Un) or where the touched words alone were neither lost nor gained.

Terms are compared in comparing form (`folded`): normalised, case folded, without *'s* and without the
particle at the end of a long Korean word. Russian words are compared as they stand, each case of a noun for itself.

Bounds: of each side at most `MOST_CHARACTERS` are read, `MOST_CHANGED` changed words looked at, and each of
the three lists has at most `MOST_TERMS` terms. Where that is too few, names go first, then single words.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.compare.terms.changed import stretches
from crawler.compare.terms.phrases import MOST_TERMS, Other, exchanged, lost
from crawler.compare.terms.tracing import ItemTrace, Presence, Total, Trace, Version, trace
from crawler.compare.terms.words import LONGEST, MOST_CHARACTERS, folded, occurrences

__all__ = [
    "LONGEST",
    "MOST_CHARACTERS",
    "MOST_TERMS",
    "ItemTrace",
    "Presence",
    "TermChanges",
    "Total",
    "Trace",
    "Version",
    "folded",
    "occurrences",
    "term_changes",
    "trace",
]


@dataclass(frozen=True, slots=True)
class TermChanges:
    """The terms one change touched, as they were written; names first, then in order of the text."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()


def term_changes(old: str, new: str) -> TermChanges:
    """The terms that the edit from `old` to `new` removed, added or replaced. Lines are kept apart.

    >>> term_changes("He met Ri Yong Ho.", "He met an aide.")
    TermChanges(removed=('Ri Yong Ho', 'Ri Yong', 'Yong Ho', 'Ri', 'Yong', 'Ho'), added=('aide',), \
replaced=(('Ri Yong Ho', 'aide'),))
    """
    olds, news = old[:MOST_CHARACTERS], new[:MOST_CHARACTERS]
    changed = list(stretches(olds.split("\n"), news.split("\n")))
    if not changed:
        return TermChanges()
    return TermChanges(
        lost([(one.old, [(gap.i, gap.i_end) for gap in one.gaps]) for one in changed], Other(news)),
        lost([(one.new, [(gap.j, gap.j_end) for gap in one.gaps]) for one in changed], Other(olds)),
        exchanged(changed),
    )
