"""What a batch of sightings asks of the store before it can be decided. Pure.

`observe` gives each sighting its place and the identities of its addresses; `questions` collects what
`Store.recall` must answer. Clues are asked only for what no address identifies: an unchanged page costs none.
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
    `keys` identifies the article or, one for each, the teasers; None where there is no address.
    """

    sighting: Sighting
    place: str | None
    keys: tuple[str | None, ...]
    old_key: str | None = None  # of the address that redirected here


def observe(sightings: Iterable[Sighting], key_of: KeyOf) -> list[Seen]:
    """The sightings in their order of time, each with its place and keys."""
    ordered = sorted(sightings, key=lambda s: (s.at, s.order, s.seq))
    return [_seen(sighting, key_of) for sighting in ordered]


def questions(seen: Sequence[Seen]) -> Questions:
    """What must be known about the places, the addresses and the captures themselves."""
    return Questions(
        identities=frozenset(fingerprint.identity(s.sighting) for s in seen),
        keys=frozenset(key for s in seen for key in (*s.keys, s.old_key) if key),
        places=frozenset(s.place for s in seen if s.place),
        instants=frozenset(s.sighting.at for s in seen if s.sighting.origin is not Origin.CRAWL),
    )


def further_questions(seen: Sequence[Seen], known: Known) -> Questions:
    """What must be known about those contents that `known` does not identify by address, or in this text."""
    strangers = [content for s in seen for content in _strangers(s, known)]
    return Questions(clues=frozenset(clue for content in strangers for clue in fingerprint.clues(content)))


def article_key(key: str) -> str:
    """The identity of an article's address among all addresses: the same from every source."""
    return f"a|{key}"


def teaser_key(source: str, key: str) -> str:
    """The identity of a teaser's address: a teaser belongs to the source that shows it."""
    return f"t|{source}|{key}"


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
            return Seen(sighting, None, (None,))
        case Article() | Gone():
            assert observation.url is not None
            key = article_key(key_of(observation.url, source))
            old = getattr(observation, "redirected_from", None)
            old_key = article_key(key_of(old, source)) if old else None
            return Seen(sighting, key, (key,), old_key if old_key != key else None)
        case Listing():
            place = listing_place(source, key_of(observation.url, source) if observation.url else "")
            keys = tuple(
                teaser_key(source, key_of(t.url, source)) if t.url else None for t in observation.teasers
            )
            return Seen(sighting, block_place(source) if observation.is_block else place, keys)


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
