"""The working copy in which a batch is decided, and the rows that deciding it has brought so far. Pure.

It knows how rows are made (their ids, numbers and places in the log) and nothing of when: the rules are in
`decide` and `listed`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawler import text
from crawler.compare import differ, fingerprint, match
from crawler.compare.observe import Seen, is_block
from storage.jsonl import format_time
from storage.known import RANKS, Known, Unlike, Verdict
from storage.records import (
    Address,
    Article,
    Change,
    ChangeKind,
    Clue,
    Completion,
    Content,
    Item,
    Origin,
    Snapshot,
    Span,
    Subject,
)

_ID_LENGTH = 16  # hexadecimal digits: 64 bits


class OutOfOrder(Exception):
    """Something that this sighting bears on and that is later was decided before: decide again."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(f"decided without what was seen at {since}")


class Ledger:
    """Takes the rows of one batch. `is_ordered`: the batch is all there is from its start on, in order."""

    def __init__(self, known: Known, *, is_ordered: bool = False) -> None:
        self.known = Known(below=known)
        self.is_ordered = is_ordered
        self.unchanged: Counter[int] = Counter()  # by the seq of the sighting
        self.unlike: dict[str, Unlike] = {}  # by the evidence of the earlier text
        self.seen: Seen
        self._ranks = 0

    def turn_to(self, seen: Seen) -> None:
        """The rows that follow come from `seen`."""
        self.seen = seen
        self._ranks = 0

    @property
    def at(self) -> datetime:
        return self.seen.sighting.at

    @property
    def source(self) -> str:
        return self.seen.sighting.observation.source

    @property
    def zone(self) -> str:
        """The time zone of the source in hand; UTC for one that is not configured."""
        source = self.known.source(self.source)
        return source.time_zone if source else "UTC"

    def note_unchanged(self) -> None:
        """Something in the sighting in hand was as it was known."""
        self.unchanged[self.seen.sighting.seq] += 1

    # ------------------------------------------------------------ readers

    @property
    def is_reread(self) -> bool:
        """Whether the sighting in hand is no look at the site, but a kept response read again."""
        return self.seen.sighting.origin is Origin.REREAD

    def is_same_page(self, current: Snapshot) -> bool:
        """Whether the sighting in hand was read off the very bytes that `current` was: then it cannot be an edit."""
        return current.evidence is not None and current.evidence == self.seen.sighting.evidence

    def note_unlike(self, earlier: Snapshot | None) -> None:
        """The sighting in hand is held against `earlier`; another reader may have read that off its page."""
        later = self.seen.sighting
        is_read = later.origin is Origin.CRAWL and later.reader
        if is_read and earlier is not None and earlier.evidence and earlier.reader != later.reader:
            self.unlike.setdefault(earlier.evidence, Unlike(later, earlier))

    # ------------------------------------------------------------ order

    def require_order(self, is_in_order: bool) -> None:
        """Raises OutOfOrder unless `is_in_order`; a batch known to be ordered is never doubted."""
        if not (is_in_order or self.is_ordered):
            raise OutOfOrder(self.at)

    def require_alone(self) -> None:
        """Raises OutOfOrder where the store holds other captures of this very instant.

        What came in together is in order; what a crawl dates stands in the order in which it arrived.
        """
        sighting = self.seen.sighting
        is_crawl = sighting.origin in (Origin.CRAWL, Origin.REREAD)
        self.require_order(is_crawl or not self.known.has_instant(sighting.at))

    def require_latest(self, place: str) -> None:
        """Raises OutOfOrder where `place` was observed later, or otherwise at the same instant."""
        latest = self.known.latest_at(place)
        if latest is not None:
            at, digest = latest
            self.require_order(at < self.at or (at == self.at and digest == self.seen.sighting.digest))

    def require_older(self, item: Item) -> None:
        """Raises OutOfOrder where `item` appeared after the sighting in hand."""
        self.require_order(match.is_older(item, self.seen.sighting))

    def require_not_before(self, item: Item) -> None:
        """Raises OutOfOrder where the sighting in hand may come before the one that gave `item` its text.

        Within the one instant of a dated pass, the order in which its pages arrived stands.
        """
        latest = self.known.snapshots(item.id)[-1]
        if self.seen.sighting.origin in (Origin.CRAWL, Origin.REREAD) and latest.seen_at == self.at:
            return
        is_new = latest.number == 1
        is_after = match.is_older(item, self.seen.sighting) if is_new else latest.seen_at < self.at
        self.require_order(is_after)

    def require_no_later_turn(self, item: Item) -> None:
        """Raises OutOfOrder where the log says of a later time that `item` went or came back."""
        self.require_order(all(turn.detected_at <= self.at for turn in self.known.turns(item.id)))

    def require_presence_known(self, item: Item) -> None:
        """Raises OutOfOrder where whether `item` was there was last settled at a later time."""
        self.require_no_later_turn(item)
        gone = [span for span in self.known.spans(item.id) if span.snapshot_id is None]
        self.require_order(all(max(s.last_at, s.closed_at or s.last_at) <= self.at for s in gone))

    def require_no_later_copy(self, item: Item) -> None:
        """Raises OutOfOrder where a later item was judged by whether `item` was there."""
        self.require_order(all(copy.detected_at < self.at for copy in self.known.copies(item.id)))

    def require_no_later_look_alike(self, item: Item, content: Content) -> None:
        """Raises OutOfOrder where an item that appeared later reads like `content`, what `item` says now."""
        clues = list(fingerprint.clues(content))
        self.require_no_later_seed(item.subject, clues)
        for copy in match.copies_of(content, self.at, clues, self.known):
            if copy.item.id != item.id:
                self.require_older(copy.item)

    def require_no_later_seed(self, subject: Subject, clues: list[tuple[str, int]]) -> None:
        """Raises OutOfOrder where a later capture without an address was taken for an item that reads so."""
        for item in match.candidates(subject, clues, self.known):
            seeds = (s for s in self.known.snapshots(item.id) if s.url is None)
            self.require_order(all(seed.seen_at <= self.at for seed in seeds))

    # ------------------------------------------------------------ rows

    def new_item(self, subject: Subject, key: str | None, content: Content, position: int = 0) -> Item:
        """Open an item. Its id follows from its address, or, without one, from what it first said.

        `position` is that of a teaser in its listing: of one listing, the upper item is the older.
        """
        sighting = self.seen.sighting
        parts = (key,) if key else (sighting.observation.source, fingerprint.exact(content), _iso(self.at))
        id_ = _id(subject, *parts)
        while self.known.item(id_):  # the same words twice at one instant, and yet two
            id_ = _id(id_)
        item = Item(
            id=id_,
            subject=subject,
            source=self.source,
            first_seen=self.at,
            order=f"{sighting.order}|{position:05d}",
            origin=sighting.origin,
            source_line=getattr(sighting.observation, "source_line", None),
        )
        self.known.add(item)
        if key:
            self.add_address(item, key, content.url or "")
        return item

    def add_address(self, item: Item, key: str, url: str) -> None:
        self.known.add(Address(key, item.id, url, self.at))

    def add_snapshot(self, item: Item, content: Content, *, is_technical: bool = False) -> Snapshot:
        """Keep `content` as the item's next text, with the clues by which it can be found again.

        `is_technical`: it is no other text, but another reading of the same raw bytes.
        """
        exact = fingerprint.exact(content)
        sighting = self.seen.sighting
        earlier = self.known.snapshots(item.id)
        id_ = _id("snapshot", item.id, exact, _iso(self.at))
        while self.known.snapshot(id_):  # there and back within one instant
            id_ = _id(id_)
        snapshot = Snapshot(
            id=id_,
            item_id=item.id,
            number=earlier[-1].number + 1 if earlier else 1,
            seen_at=self.at,
            exact=exact,
            normaliser=text.VERSION,
            content=_bare(content),
            url=content.url,
            evidence=sighting.evidence,
            origin=Origin.REREAD if is_technical else sighting.origin,
            reader=sighting.reader,
            charset=sighting.charset,
        )
        self.known.add(snapshot)
        found = dict.fromkeys(fingerprint.clues(content))
        if self.seen.original_key is not None and isinstance(content, Article):
            found[fingerprint.original_clue(self.seen.original_key)] = None
        for kind, value in found:
            self.known.add(Clue(kind, value, item.id, snapshot.id, self.at))
        return snapshot

    def complete(self, item: Item, before: Content, after: Content) -> None:
        """Keep what `after` knows and `before`, otherwise equal, left open."""
        for name, value in differ.completing(before, after).items():
            self.known.add(Completion(item.id, self.at, name, value))

    def show(
        self,
        item: Item,
        place: str,
        snapshot_id: str | None,
        shown: str,
        position: int = 0,
        url: str | None = None,
    ) -> None:
        """The place showed this: the stretch goes on, or one ends and the next begins."""
        span = self.known.span(item.id, place)
        is_same = span is not None and (span.snapshot_id, span.shown) == (snapshot_id, shown)
        if span is not None and span.closed_at is None and is_same:
            last_at = max(span.last_at, self.at)
            self.known.add(replace(span, last_at=last_at, position=position, url=url))
            return
        if span is not None and span.closed_at is None:
            self.close(span)
        self.known.add(
            Span(
                item.id,
                place,
                snapshot_id,
                shown,
                self.at,
                self.at,
                position,
                url,
                is_block=is_block(place),
            )
        )

    def close(self, span: Span, *, is_missing: bool = False) -> None:
        """The stretch ended: its place showed something else at the time in hand."""
        self.known.add(replace(span, closed_at=self.at, is_missing=is_missing))

    def log(self, kind: ChangeKind, item: Item, content: Content, **said: Any) -> Change:
        """One line of the change log about `item`, whose text is now `content`.

        `said` holds further fields of `Change`; `rank` is the position of a teaser in its listing.
        """
        said.setdefault("changed_after", None)
        said.setdefault("changed_before", self.at)
        position = said.pop("rank", self._ranks)
        self._ranks += 1
        change = Change(
            id=_id(kind, item.id, said.get("before"), said.get("after"), _iso(self.at), said.get("of")),
            kind=kind,
            subject=item.subject,
            item_id=item.id,
            source=self.source,
            url=content.url or self.url_of(item),
            headline=content.headline,
            detected_at=self.at,
            rank=self.seen.sighting.seq * RANKS + position,
            **said,
        )
        self.known.add(change)
        return change

    # ------------------------------------------------------------ what it says now

    def item_by_key(self, key: str | None) -> Item | None:
        """The item known at this address. Raises OutOfOrder where it was found there only later."""
        address = self.known.address(key) if key else None
        if address is None:
            return None
        self.require_order(address.since <= self.at)
        return self.known.item(address.item_id)

    def content(self, item: Item) -> Content:
        """The item's latest text with what later captures filled in."""
        return differ.merged(self.known.snapshots(item.id)[-1].content, self.known.completions(item.id))

    def url_of(self, item: Item) -> str | None:
        """The item's latest address, as far as it was known at the time in hand."""
        addresses = [a for a in self.known.addresses(item.id) if a.since <= self.at]
        return addresses[-1].url if addresses else None

    def last_seen(self, item: Item) -> datetime:
        """When the item was last seen showing any text, anywhere."""
        spans = (s.last_at for s in self.known.spans(item.id) if s.snapshot_id)
        return max(spans, default=item.first_seen)

    def is_away(self, item: Item) -> bool:
        """Whether the log says that the item was removed or has moved, and not that it came back."""
        turns = self.known.turns(item.id)
        return bool(turns) and turns[-1].kind is not ChangeKind.RESTORED

    def place_seen(self, place: str) -> None:
        """The sighting in hand is the newest observation of `place`."""
        latest = self.known.latest_at(place)
        if latest is None or latest[0] <= self.at:
            self.known.latest[place] = (self.at, self.seen.sighting.digest)

    def verdict(self, seen: list[Seen], places: dict[int, str]) -> Verdict:
        """Everything this ledger has taken."""
        return Verdict(
            rows=self.known.rows,
            sightings=[s.sighting for s in seen],
            places=places,
            identities={s.sighting.seq: fingerprint.identity(s.sighting) for s in seen},
            revision=self.known.revision,
            unchanged_in=self.unchanged,
            unlike=list(self.unlike.values()),
        )


def _id(*parts: str | None) -> str:
    return text.digest(*parts)[:_ID_LENGTH]


def _iso(at: datetime) -> str:
    return format_time(at) or ""


def _bare(content: Content) -> Content:
    """`content` as a snapshot keeps it: when and by which detour it came is not part of the text."""
    if isinstance(content, Article):
        return replace(content, captured_at=None, redirected_from=None)
    return content
