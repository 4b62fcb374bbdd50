"""What a batch of sightings asks of the store before it can be decided. Pure.

`observe` gives each sighting its place and the identities of its addresses; `questions` collects what
`Store.recall` must answer. What a text may be a copy of is asked only where no address identifies it, where it is
new, or was gone: any other page is answered at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.compare import fingerprint
from crawler.compare.fingerprint import KeyOf
from storage.known import Known, Questions
from storage.records import Article, Content, Gone, Item, Listing, Observation, Origin, Sighting


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting made ready for deciding.

    `place` is None for an article without an address: it gets the place of the item that it turns out to be.
    `keys` identifies the article or, one for each, the teasers; None where there is no address. Its
    `counterparts` are, for the same addresses, the article's teaser, or the teasers' articles.
    """

    sighting: Sighting
    place: str | None
    keys: tuple[str | None, ...]
    counterparts: tuple[str | None, ...] = ()
    old_key: str | None = None  # of the address that redirected here
    original_key: str | None = None  # of the original that the article names


def observe(sightings: Iterable[Sighting], key_of: KeyOf) -> list[Seen]:
    """The sightings in their order of time, each with its place and keys."""
    ordered = sorted(sightings, key=lambda s: (s.at, s.order, s.seq))
    return [_seen(sighting, key_of) for sighting in ordered]


def questions(seen: Sequence[Seen]) -> Questions:
    """What must be known about the places, the addresses, who names them as originals, and the captures themselves."""
    own = (key for s in seen if not _is_listing(s) for key in s.keys if key)
    return Questions(
        identities=frozenset(fingerprint.identity(s.sighting) for s in seen),
        keys=frozenset(key for s in seen for key in (*s.keys, s.old_key, s.original_key) if key),
        whereabouts=frozenset(key for s in seen if _is_listing(s) for key in s.counterparts if key),
        places=frozenset(s.place for s in seen if s.place),
        clues=frozenset(frozenset({fingerprint.original_clue(key)}) for key in own),
        instants=frozenset(s.sighting.at for s in seen if s.sighting.origin is not Origin.CRAWL),
    )


def further_questions(seen: Sequence[Seen], known: Known) -> Questions:
    """What must be known about those contents that `known` does not identify by address, or in this text."""
    clues = {frozenset(fingerprint.clues(content)) for s in seen for content in _strangers(s, known)}
    return Questions(keys=frozenset(_counterparts(seen, known)), clues=frozenset(clues))


def _counterparts(seen: Sequence[Seen], known: Known) -> Iterable[str]:
    """The teasers of articles seen for the first time, and the articles first seen at this very instant."""
    for s in seen:
        for key, counterpart in zip(s.keys, s.counterparts, strict=True):
            address = known.address((counterpart if _is_listing(s) else key) or "")
            is_first = address is None or address.since >= s.sighting.at
            if counterpart and is_first and (address is not None or not _is_listing(s)):
                yield counterpart


def _is_listing(seen: Seen) -> bool:
    return isinstance(seen.sighting.observation, Listing)


def article_key(key: str) -> str:
    """The identity of an article's address among all addresses: the same from every source."""
    return f"a|{key}"


def teaser_key(source: str, key: str) -> str:
    """The identity of a teaser's address: a teaser belongs to the source that shows it."""
    return f"t|{source}|{key}"


def article_key_of(key: str, source: str) -> str:
    """The identity of the article to which a teaser of `source`, whose address has identity `key`, leads."""
    return article_key(key.removeprefix(teaser_key(source, "")))


def listing_place(source: str, key: str) -> str:
    """The place of a listing with an address of its own; `key` is empty for one without."""
    return f"l|{source}|{key}"


def block_place(source: str) -> str:
    """The place of the 'More from' blocks on a source's article pages: all show one and the same list."""
    return f"b|{source}"


def is_block(place: str) -> bool:
    return place.startswith("b|")


def is_addressed(place: str) -> bool:
    """Whether a listing's place is a page of its own that can be looked at again."""
    return place.startswith("l|") and not place.endswith("|")


def _seen(sighting: Sighting, key_of: KeyOf) -> Seen:
    observation = sighting.observation
    source = observation.source
    match observation:
        case Article(url=None):
            return Seen(sighting, None, (None,), (None,))
        case Article() | Gone():
            assert observation.url is not None
            own = key_of(observation.url, source)
            key = article_key(own)
            others = [getattr(observation, name, None) for name in ("redirected_from", "original")]
            old_key, original_key = (article_key(key_of(url, source)) if url else None for url in others)
            return Seen(
                sighting,
                key,
                (key,),
                (teaser_key(source, own),),
                old_key if old_key != key else None,
                original_key if original_key != key else None,
            )
        case Listing():
            place = listing_place(source, key_of(observation.url, source) if observation.url else "")
            own_keys = [key_of(t.url, source) if t.url else None for t in observation.teasers]
            return Seen(
                sighting,
                block_place(source) if observation.is_block else place,
                tuple(teaser_key(source, key) if key else None for key in own_keys),
                tuple(article_key(key) if key else None for key in own_keys),
            )


def _strangers(seen: Seen, known: Known) -> Iterable[Content]:
    """The contents of one sighting whose address or text is new, or whose item goes or comes back."""
    if isinstance(seen.sighting.observation, Gone):
        gone = known.item_by_key(seen.keys[0] or "")
        if gone is not None:
            yield known.snapshots(gone.id)[-1].content
    for content, key in zip(_contents(seen.sighting.observation), seen.keys, strict=False):
        item = known.item_by_key(key) if key else None
        if item is None or _was_away(item, known) or _is_other(content, item, known):
            yield content


def _was_away(item: Item, known: Known) -> bool:
    """Whether the item was ever gone: it being there then bears on what its copies are."""
    return bool(known.turns(item.id)) or any(s.snapshot_id is None for s in known.spans(item.id))


def _is_other(content: Content, item: Item, known: Known) -> bool:
    return known.snapshots(item.id)[-1].exact != fingerprint.exact(content)


def _contents(observation: Observation) -> tuple[Content, ...]:
    """What could become a snapshot: the article, or the teasers; nothing of an address that is gone."""
    match observation:
        case Article():
            return (observation,)
        case Listing():
            return observation.teasers
        case Gone():
            return ()
