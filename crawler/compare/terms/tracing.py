"""One term through many versions of many items: where it appeared, stayed and vanished.

What must not live here: how a term is found in a text (`words`), and how a trace is drawn (`crawler.report`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby

from crawler.compare.terms.words import occurrences


@dataclass(frozen=True, slots=True)
class Version:
    """One snapshot of an item: its whole text, first seen so at `seen_at` and last seen so at `last_seen`."""

    item_id: str
    source: str
    url: str | None
    headline: str | None
    snapshot_id: str
    seen_at: datetime
    text: str
    last_seen: datetime
    is_technical: bool = False  # another reading of the page before it


@dataclass(frozen=True, slots=True)
class Presence:
    """One stretch of versions of an item that hold the term.

    It appeared after `appeared_after` (None: it was there when we first saw the item) and by
    `appeared_before`; it was last seen at `held_until`, and vanished by `vanished_before` (None: it has not).
    The snapshots are the first with the term and the first without it again. `most`: how often.
    """

    appeared_in: str
    appeared_after: datetime | None
    appeared_before: datetime
    held_until: datetime
    most: int
    vanished_in: str | None = None
    vanished_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemTrace:
    """An item that holds the term or once did; `presences` oldest first, more than one if it came back."""

    item_id: str
    source: str
    url: str | None
    headline: str | None
    presences: tuple[Presence, ...]

    @property
    def is_there(self) -> bool:
        return self.presences[-1].vanished_before is None


@dataclass(frozen=True, slots=True)
class Total:
    """From `at` on, `items` hold the term; at that instant it appeared in some and vanished from others."""

    at: datetime
    items: int
    appeared: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A term through time. `items` by first appearance, `totals` by time, one for each instant of change."""

    term: str
    items: tuple[ItemTrace, ...]
    totals: tuple[Total, ...]

    @property
    def first(self) -> ItemTrace | None:
        """The item in which the term was seen first."""
        return self.items[0] if self.items else None


def trace(term: str, versions: Iterable[Version]) -> Trace:
    """Where `term` appeared, stayed and vanished. `versions`: those of one item together, oldest first.

    Read as a stream: only the items that hold the term are kept.
    """
    items = []
    for _, of_item in groupby(versions, key=lambda version: version.item_id):
        followed = _follow(term, of_item)
        if followed is not None:
            items.append(followed)
    items.sort(key=lambda item: (item.presences[0].appeared_before, item.item_id))
    return Trace(term, tuple(items), tuple(_totals(items)))


def _follow(term: str, versions: Iterable[Version]) -> ItemTrace | None:
    presences: list[Presence] = []
    previous: Version | None = None
    is_held = False
    latest: Version | None = None
    for latest in versions:
        count = occurrences(latest.text, term)
        if count and is_held:
            presences[-1] = _extended(presences[-1], latest, count)
        elif count and latest.is_technical and previous is not None:  # it was there, and not read
            presences.append(Presence(previous.snapshot_id, None, previous.seen_at, latest.last_seen, count))
        elif count:
            after = previous.last_seen if previous else None
            presences.append(Presence(latest.snapshot_id, after, latest.seen_at, latest.last_seen, count))
        elif is_held and not latest.is_technical:
            presences[-1] = _ended(presences[-1], latest)
        is_held, previous = count > 0, latest
    if latest is None or not presences:
        return None
    return ItemTrace(latest.item_id, latest.source, latest.url, latest.headline, tuple(presences))


def _extended(presence: Presence, version: Version, count: int) -> Presence:
    return replace(presence, held_until=version.last_seen, most=max(presence.most, count))


def _ended(presence: Presence, version: Version) -> Presence:
    return replace(presence, vanished_in=version.snapshot_id, vanished_before=version.seen_at)


def _totals(items: Iterable[ItemTrace]) -> Iterator[Total]:
    steps = []
    for presence in chain.from_iterable(item.presences for item in items):
        steps.append((presence.appeared_before, 1))
        if presence.vanished_before is not None:
            steps.append((presence.vanished_before, -1))
    held = 0
    for at, together in groupby(sorted(steps), key=lambda step: step[0]):
        signs = [sign for _, sign in together]
        held += sum(signs)
        yield Total(at, held, signs.count(1), signs.count(-1))
