"""What identifies an observation's content: digests, comparing forms and clues. Pure.

A fingerprint is a cache, never an identity: it carries `crawler.text.VERSION`, and verdicts are taken on the
texts. What must not live here: rules about what counts as a change (`differ`) or as the same (`match`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from crawler import text
from crawler.compare.similar import bands
from storage.jsonl import format_time
from storage.records import Article, Content, Gone, Listing, Observation, Origin, Sighting, Teaser

KeyOf = Callable[[str, str], str]  # (address, source name) -> identity of the address

KEPT_LENGTH = 100_000  # characters of a body up to which what was worked out of it is remembered for a while
_EXCERPT_START = 40  # characters of an excerpt that are never cut away


def sight(
    observation: Observation,
    origin: Origin,
    *,
    evidence: str | None = None,
    seq: int = 0,
    reader: str = "",
    charset: str = "",
) -> Sighting:
    """`observation` as a sighting, with its digest and its order among others of the same instant."""
    if isinstance(observation, Article):
        observation = undoubted(observation)
    content = _content_digest(observation)
    published = observation.published if isinstance(observation, Article) else None
    order = "|".join(
        (_rank(observation), published or "", observation.source, observation.url or "", content)
    )
    return Sighting(observation, content, order, origin, evidence, seq, reader, charset)


def sight_again(sighting: Sighting, observation: Observation, origin: Origin | None = None) -> Sighting:
    """`observation`, another form of what `sighting` saw, from the same raw bytes; of the same origin unless told."""
    return sight(
        observation,
        origin or sighting.origin,
        evidence=sighting.evidence,
        reader=sighting.reader,
        charset=sighting.charset,
    )


def undoubted(article: Article) -> Article:
    """`article` without a doubtful date, one with a note.

    Such a date may come from "3 hours ago" or from the day of the last update, and would be another one at
    every look without an edit of its own.
    """
    if article.published_note is None:
        return article
    return replace(article, published=None, published_note=None)


def identity(sighting: Sighting) -> str:
    """What makes two captures one and the same: kind, source, address, time and content."""
    seen = sighting.observation
    old = getattr(seen, "redirected_from", None)
    how = [sighting.origin] if sighting.origin is Origin.REREAD else []
    return text.digest(
        _rank(seen), seen.source, seen.url, old, format_time(sighting.at), sighting.digest, *how
    )


def _rank(observation: Observation) -> str:
    """Which comes first at one instant.

    What is gone before what redirected before what answered, so that a story found elsewhere has moved; a
    listing before the blocks on article pages, which are trusted less.
    """
    match observation:
        case Gone():
            return "0"
        case Article():
            return "1" if observation.redirected_from is not None else "2"
        case Listing():
            return "4" if observation.is_block else "3"


def body(article: Article) -> str:
    """The normalised text of an article's paragraphs as one string: how it is split does not count."""
    return " ".join(filter(None, map(text.normalise, article.paragraphs)))


def headed(content: Content) -> str:
    """Everything a reader reads of `content`, normalised; the headline on a line of its own.

    So its last words do not run on into the text.
    """
    rest = body(content) if isinstance(content, Article) else text.normalise(content.excerpt or "")
    return "\n".join(filter(None, (text.normalise(content.headline or ""), rest)))


def exact(content: Content) -> str:
    """SHA-256 over the normalised fields of `content`, hexadecimal."""
    if isinstance(content, Article):
        published = undoubted(content).published
        return text.digest(_folded(content.headline), _folded(content.byline), published, body(content))
    return text.digest(_folded(content.headline), _folded(content.excerpt), content.date)


def clues(content: Content) -> Iterator[tuple[str, int]]:
    """The hashes under which `content` can be found again by a capture without an address, or a copy."""
    subject = "a" if isinstance(content, Article) else "t"
    if content.headline:
        yield f"{subject}-headline", text.hash64("headline", text.normalise(content.headline).casefold())
    if isinstance(content, Teaser):
        excerpt = text.normalise(content.excerpt or "")
        if len(excerpt) >= _EXCERPT_START:
            yield "t-excerpt", text.hash64("excerpt", excerpt[:_EXCERPT_START])
        return
    joined = body(content)
    if joined:
        yield "a-text", text.hash64("text", joined)
        for band in (_bands if len(joined) <= KEPT_LENGTH else _bands.__wrapped__)(joined):
            yield "a-band", band


def original_clue(key: str) -> tuple[str, int]:
    """The hash by which the articles that name the address of identity `key` as their original are found."""
    return "a-original", text.hash64("original", key)


@lru_cache(maxsize=256)
def _bands(joined: str) -> tuple[int, ...]:
    """The bands of a body: the dearest part of its clues, and asked for several times while it is decided."""
    return tuple(dict.fromkeys(bands(joined)))


def _folded(value: str | None) -> str | None:
    return None if value is None else text.normalise(value)


def _content_digest(observation: Observation) -> str:
    match observation:
        case Article():
            return text.digest(
                observation.headline,
                observation.byline,
                observation.published,
                observation.modified,
                observation.source_line,
                *observation.paragraphs,
                *(["original", observation.original] if observation.original else []),
            )
        case Listing():
            parts = [x for t in observation.teasers for x in (t.url, t.headline, t.excerpt, t.date)]
            return text.digest(observation.source_line, *parts)
        case Gone():
            return text.digest(str(observation.status))
