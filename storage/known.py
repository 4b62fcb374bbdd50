"""What is known about some items: rows of the derived record with the indexes that deciding asks for.

A `Known` is what a store answers to `recall`, what the in-memory store is made of, and, laid over another
one (`Known(below=…)`), the working copy in which a batch is decided one observation after another.
Nothing here decides anything; which of many candidates are worth reading is told by `most_alike`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from storage.records import (
    Address,
    Change,
    ChangeKind,
    Clue,
    Completion,
    Item,
    Sighting,
    Snapshot,
    Source,
    Span,
)

T = TypeVar("T")
MOST_ALIKE = 64  # items looked at for one capture
_MOST_BY_ONE_BAND = 16  # ... of those that have no more than one band in common with it
_MOST_ANSWERS = 64  # items to a clue: one that more of them share tells nothing
_MOST_IN_BAND = 16  # ... and to a band: copies have several in common, and many others share a stock phrase
_TURNS = (ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.RESTORED)
RANKS = 10_000  # changes that one observation can bring: `Change.rank` is seq * RANKS + n
SpanKey = tuple[str, str, datetime]  # item, place, first seen


@dataclass(slots=True)
class Rows:
    """Rows of the derived record, as a verdict adds them and as a store keeps them."""

    items: list[Item] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    clues: list[Clue] = field(default_factory=list)
    spans: dict[SpanKey, Span] = field(default_factory=dict)  # upserted
    changes: list[Change] = field(default_factory=list)


class Known:
    """Rows with indexes. Every look-up answers from this layer and those below it, oldest row first."""

    def __init__(self, below: Known | None = None) -> None:
        self.below = below
        self.rows = Rows()
        self._items: dict[str, Item] = {}
        self._by_key: dict[str, Address] = {}
        self._addresses: dict[str, list[Address]] = {}
        self._snapshots: dict[str, list[Snapshot]] = {}
        self._snapshot: dict[str, Snapshot] = {}
        self._completions: dict[str, list[Completion]] = {}
        self._clues: dict[tuple[str, int], list[Clue]] = {}
        self._spans: dict[str, dict[str, Span]] = {}
        self._places: dict[str, set[str]] = {}
        self._turns: dict[str, list[Change]] = {}
        self._copies: dict[str, list[Change]] = {}
        self.held: set[str] = set()
        self.latest: dict[str, tuple[datetime, str]] = {}
        self.instants: set[datetime] = set()
        self.newest: datetime | None = below.newest if below else None  # of all observations
        self.sources: dict[str, Source] = {}
        self.next_seq: int = below.next_seq if below else 1
        self.revision: int = below.revision if below else 0

    # ------------------------------------------------------------ adding

    def add(self, row: Item | Address | Snapshot | Completion | Clue | Span | Change) -> None:
        """Take `row` into this layer; a span replaces the one of the same item, place and start."""
        rows = self.rows
        match row:
            case Item():
                rows.items.append(row)
                self._items[row.id] = row
            case Address():
                rows.addresses.append(row)
                self._by_key[row.key] = row
                self._addresses.setdefault(row.item_id, []).append(row)
            case Snapshot():
                rows.snapshots.append(row)
                self._snapshots.setdefault(row.item_id, []).append(row)
                self._snapshot[row.id] = row
            case Completion():
                rows.completions.append(row)
                self._completions.setdefault(row.item_id, []).append(row)
            case Clue():
                rows.clues.append(row)
                self._clues.setdefault((row.kind, row.value), []).append(row)
            case Span():
                rows.spans[row.item_id, row.place, row.first_at] = row
                latest = self._spans.setdefault(row.item_id, {})
                if row.place not in latest or latest[row.place].first_at <= row.first_at:
                    latest[row.place] = row
                self._places.setdefault(row.place, set()).add(row.item_id)
            case Change():
                rows.changes.append(row)
                self._index_turn(row)

    def add_all(self, rows: Rows) -> None:
        """Take every row of `rows` into this layer."""
        for group in (rows.items, rows.addresses, rows.snapshots, rows.completions, rows.clues):
            for row in group:
                self.add(row)
        for span in rows.spans.values():
            self.add(span)
        for change in rows.changes:
            self.add(change)

    def _index_turn(self, change: Change) -> None:
        if change.kind in (ChangeKind.REMOVED, ChangeKind.RESTORED):
            self._turns.setdefault(change.item_id, []).append(change)
        elif change.of is not None:  # also where a copy was found to differ from its original
            self._copies.setdefault(change.of, []).append(change)
            if change.kind is ChangeKind.MOVED:
                self._turns.setdefault(change.of, []).append(change)

    # ------------------------------------------------------------ looking up

    def _layers(self) -> Iterator[Known]:
        layer: Known | None = self
        while layer is not None:
            yield layer
            layer = layer.below

    def item(self, item_id: str) -> Item | None:
        return next((x for layer in self._layers() if (x := layer._items.get(item_id))), None)

    def address(self, key: str) -> Address | None:
        """The address of identity `key`, with the item known there and since when."""
        return next((x for layer in self._layers() if (x := layer._by_key.get(key))), None)

    def item_by_key(self, key: str) -> Item | None:
        """The item known under address identity `key`."""
        address = self.address(key)
        return self.item(address.item_id) if address else None

    def addresses(self, item_id: str) -> list[Address]:
        return _gather(layer._addresses.get(item_id) for layer in self._layers())

    def snapshots(self, item_id: str) -> list[Snapshot]:
        """In order of their numbers; a store may leave out old ones that no question asked for."""
        return _gather(layer._snapshots.get(item_id) for layer in self._layers())

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        return next((x for layer in self._layers() if (x := layer._snapshot.get(snapshot_id))), None)

    def completions(self, item_id: str) -> list[Completion]:
        return _gather(layer._completions.get(item_id) for layer in self._layers())

    def clues(self, kind: str, value: int) -> list[Clue]:
        return _gather(layer._clues.get((kind, value)) for layer in self._layers())

    def alike(self, clues: Iterable[tuple[str, int]]) -> list[str]:
        """The ids of the items that have most of `clues`, those of one capture, in common with it."""
        answers = (sorted(self.clues(*clue), key=_age)[: most_answers(clue[0])] for clue in clues)
        return most_alike(answers)

    def spans(self, item_id: str) -> list[Span]:
        """The latest span of the item at each place that is known."""
        latest: dict[str, Span] = {}
        for layer in self._layers():
            for place, span in layer._spans.get(item_id, {}).items():
                latest.setdefault(place, span)
        return list(latest.values())

    def span(self, item_id: str, place: str) -> Span | None:
        return next((x for y in self._layers() if (x := y._spans.get(item_id, {}).get(place))), None)

    def listed(self, place: str) -> list[Span]:
        """The spans that are open at `place`, top of the listing first."""
        item_ids = {item_id for layer in self._layers() for item_id in layer._places.get(place, ())}
        spans = (self.span(item_id, place) for item_id in item_ids)
        shown = [span for span in spans if span and span.closed_at is None and span.snapshot_id]
        return sorted(shown, key=lambda span: (span.position, span.item_id))

    def turns(self, item_id: str) -> list[Change]:
        """The changes that took the item away or brought it back: removed, restored, and moved from it.

        In order of time; of one instant, in the order in which a page being gone, found elsewhere and there
        again are decided.
        """
        turns = _gather(layer._turns.get(item_id) for layer in self._layers())
        return sorted(turns, key=lambda turn: (turn.detected_at, _TURNS.index(turn.kind)))

    def copies(self, item_id: str) -> list[Change]:
        """The changes that call another item a duplicate of this one, or say that it moved there."""
        return _gather(layer._copies.get(item_id) for layer in self._layers())

    def source(self, name: str) -> Source | None:
        return next((x for layer in self._layers() if (x := layer.sources.get(name))), None)

    def is_held(self, identity: str) -> bool:
        """Whether the observation of this identity is kept already."""
        return any(identity in layer.held for layer in self._layers())

    def has_instant(self, at: datetime) -> bool:
        """Whether anything seen at exactly that instant is kept already."""
        return any(at in layer.instants for layer in self._layers())

    def latest_at(self, place: str) -> tuple[datetime, str] | None:
        """Time and content digest of the newest observation of `place`."""
        return next((x for layer in self._layers() if (x := layer.latest.get(place))), None)


def _gather(found: Iterable[list[T] | None]) -> list[T]:
    """The lists of the layers, top layer first, joined bottom layer first."""
    lists = [rows for rows in found if rows]
    if len(lists) == 1:
        return lists[0]
    return [row for rows in reversed(lists) for row in rows]


def most_answers(kind: str) -> int:
    """How many clues of one kind and value are read, oldest first."""
    return _MOST_IN_BAND if kind.endswith("band") else _MOST_ANSWERS


def most_alike(answers: Iterable[Sequence[Clue]]) -> list[str]:
    """The ids of at most `MOST_ALIKE` items, those first that hold most of the clues of one capture.

    `answers`: for each of its clues, who holds it. Of those that hold equally many the one with the rarest
    clue comes first, then the oldest. What holds a single band is seldom a copy: few of those are taken.
    """
    shared = Counter[str]()
    best: dict[str, tuple[bool, int, datetime, str]] = {}  # is it a band, how many hold it, since when
    for holders in answers:
        shared.update({clue.item_id for clue in holders})
        for clue in holders:
            rank = (clue.kind.endswith("band"), len(holders), clue.at, clue.snapshot_id)
            best[clue.item_id] = min(rank, best.get(clue.item_id, rank))
    ranked = sorted(shared, key=lambda item_id: (-shared[item_id], best[item_id]))
    sure = [item_id for item_id in ranked if shared[item_id] > 1 or not best[item_id][0]][:MOST_ALIKE]
    doubtful = [item_id for item_id in ranked if shared[item_id] == 1 and best[item_id][0]]
    return sure + doubtful[: min(_MOST_BY_ONE_BAND, MOST_ALIKE - len(sure))]


def _age(clue: Clue) -> tuple[datetime, str]:
    return clue.at, clue.snapshot_id


@dataclass(frozen=True, slots=True)
class Questions:
    """What deciding some observations needs to know. `clues` are asked only for those not found by key.

    Of `keys` everything about the items there is asked, of `texts` only what they say now, of `whereabouts` only
    the addresses themselves, of `clues`, a set for each capture, those that hold them and everything about the
    items most alike.
    """

    identities: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    whereabouts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    clues: frozenset[frozenset[tuple[str, int]]] = frozenset()
    instants: frozenset[datetime] = frozenset()


@dataclass(frozen=True, slots=True)
class Unlike:
    """What was compared although two readers had read it: the capture `later`, and an earlier text from raw bytes."""

    later: Sighting
    earlier: Snapshot


@dataclass(slots=True)
class Verdict:
    """The answer of deciding: the observations to keep, the rows they add, and what was seen unchanged.

    `places` and `identities` are by the seq of an observation. With `rewind_to`, every derived row from that
    instant on is first taken back, because older evidence came in; `sightings` then holds only what is not
    stored yet, and `places` all that was decided again. `unlike`: what of it rests on readings of different readers.
    """

    rows: Rows
    sightings: list[Sighting]
    places: dict[int, str]
    identities: dict[int, str]
    revision: int
    unchanged_in: Mapping[int, int] = field(default_factory=dict)  # how many, by seq
    rewind_to: datetime | None = None
    unlike: list[Unlike] = field(default_factory=list)

    def brought(self) -> list[Change]:
        """The changes that come from the observations not stored before, in the order of the log."""
        fresh = {sighting.seq for sighting in self.sightings}
        return [change for change in self.log() if change.rank // RANKS in fresh]

    @property
    def unchanged(self) -> int:
        """How many articles and teasers of the observations not stored before were as they were known."""
        return sum(self.unchanged_in.get(sighting.seq, 0) for sighting in self.sightings)

    def log(self) -> list[Change]:
        """The changes in the order of the log."""
        return sorted(self.rows.changes, key=lambda change: (change.detected_at, change.rank))
