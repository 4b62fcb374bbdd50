"""Whether a teaser tells what its article says, and how the two differ where it does not. Pure.

An excerpt is the start of its article's body, a teaser's headline the article's. Where a site follows that,
a difference is an edit. But many sites word a teaser on their own, which is none, so what differs must still
be recognised as the same words, edited:

| excerpt against the body's start | headlines | verdict |
|---|---|---|
| the same, or cut | the same | as told |
| the same, or cut | others | `headline`: this listing quotes its articles, so the headline was edited |
| most words the same | any | `paragraphs`, and `headline` where that differs |
| other words, or none | most words the same | `headline` |
| other words, or none | other words, or one is the other shortened | worded on its own: nothing can be said |
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rapidfuzz.distance import LCSseq

from crawler.compare import differ
from crawler.compare.sentences import PIECES
from crawler.text import normalise
from storage.records import Article, Teaser

_LEAST_WORDS = 5  # of an excerpt: fewer say nothing about the body
_MOST_WORDS = 200  # of an excerpt, or of a headline, that are looked at
_SAME_EXCERPT = 0.6  # share of its words, in order, that the body's start must hold
_SAME_HEADLINE = 0.6  # the same, of the longer headline's words
_MOST_BEFORE = 200  # characters of the body, a dateline say, that an excerpt may leave out in front
_CHARACTERS_READ = 20_000  # of the body


@dataclass(frozen=True, slots=True)
class Told:
    """How the article reads otherwise than its teaser: `fields` by the article's names.

    `before` and `after` hold only what can be compared: the headline, and of the body as much as was told.
    """

    fields: tuple[str, ...]
    before: Article
    after: Article


def told_otherwise(teaser: Teaser, article: Article) -> Told | None:
    """How `article` differs from what `teaser` told of it; None where it does not, or nobody can say."""
    start = _start(teaser.excerpt, article) if teaser.excerpt else None
    is_headed = teaser.headline is not None and article.headline is not None
    differs = is_headed and not _same_headline(teaser.headline or "", article.headline or "")
    fields = []
    if differs and (start is not None or _is_edited_headline(teaser.headline or "", article.headline or "")):
        fields.append("headline")
    if start is not None and not start.is_same:
        fields.append("paragraphs")
    if not fields:
        return None
    bare = replace(article, captured_at=None, redirected_from=None)
    old_start, new_start = ((start.told,), (start.text,)) if start else ((), ())
    return Told(
        tuple(fields),
        replace(bare, headline=teaser.headline or article.headline, paragraphs=old_start),
        replace(bare, paragraphs=new_start),
    )


@dataclass(frozen=True, slots=True)
class _Start:
    """What an excerpt told, without its ellipsis, and as much of the body as stands against it."""

    told: str
    text: str
    is_same: bool


def _start(excerpt: str, article: Article) -> _Start | None:
    """The start of the body that `excerpt` tells; None where it was worded on its own."""
    told = differ.uncut(excerpt)
    body = " ".join(filter(None, map(normalise, article.paragraphs)))[:_CHARACTERS_READ]
    if not told or not body:
        return None
    at = body.find(told, 0, len(told) + _MOST_BEFORE)
    if at >= 0:
        return _Start(told, body[at : at + len(told)], is_same=True)
    window = body[: 2 * len(told) + _MOST_BEFORE]
    old, new = _words(told)[:_MOST_WORDS], _words(window)[: 2 * _MOST_WORDS]
    match = _match([text for text, _ in old], [text for text, _ in new])
    if len(old) < _LEAST_WORDS or match is None:
        return None
    return _Start(told, body[: new[match.last][1]], is_same=match.is_whole)


@dataclass(frozen=True, slots=True)
class _Match:
    """That a text begins as it was told: `last` is the last word that was. `is_whole`: word for word."""

    last: int
    is_whole: bool


def _match(old: list[str], new: list[str]) -> _Match | None:
    """Where the words of `new` stand against `old`; None where it does not begin with them, edited or not.

    The last word of `old` may be cut short.
    """
    blocks = [b for b in LCSseq.opcodes(old, new) if b.tag == "equal"]
    found = sum(b.src_end - b.src_start for b in blocks)
    if not blocks or found < _SAME_EXCERPT * len(old):
        return None
    end = blocks[-1].dest_end
    left = len(old) - blocks[-1].src_end  # words of the excerpt after the last that was found
    is_cut = left == 1 and end < len(new) and new[end].startswith(old[-1])
    is_run = len(blocks) == 1 and blocks[0].src_start == 0
    return _Match(min(end + left, len(new)) - 1, is_whole=is_run and (left == 0 or is_cut))


def _words(text: str) -> list[tuple[str, int]]:
    """The words of `text` with where each ends, signs left out; of Chinese and Japanese each character."""
    return [(m.group(), m.end()) for m in PIECES.finditer(text) if m.group()[0].isalnum()]


def _same_headline(one: str, other: str) -> bool:
    """Whether two headlines read alike, capitals, a cut end, and a kicker or label in front apart."""
    short, long = sorted((differ.uncut(one).casefold(), differ.uncut(other).casefold()), key=len)
    if short == long or (_is_cut(one) and long.startswith(differ.uncut(one).casefold())):
        return True
    before = long[: -len(short)].rstrip() if short and long.endswith(short) else ""
    return before.endswith(_KICKER_ENDS) and len(before) <= _LONGEST_KICKER


_KICKER_ENDS = (":", ";", "|", "+", ")", "-", "»", "/")  # dashes are plain here: the text is normalised
_LONGEST_KICKER = 80  # characters


def _is_cut(headline: str) -> bool:
    return differ.uncut(headline) != normalise(headline)


def _is_edited_headline(one: str, other: str) -> bool:
    """Whether two differing headlines are one, edited, and neither is the other shortened."""
    old, new = ([w for w, _ in _words(normalise(t).casefold())][:_MOST_WORDS] for t in (one, other))
    common = LCSseq.similarity(old, new)
    return common < min(len(old), len(new)) and common >= _SAME_HEADLINE * max(len(old), len(new))
