"""The truth table: what a capture means, given what was known. Pure.

| earlier snapshot of this item? | same text? | same or near text under another item? | verdict |
|---|---|---|---|
| yes | yes | - | unchanged: no row |
| yes | no | - | `changed` (outranks duplicate); names the snapshot it reverts to |
| yes | no, but read off the same raw bytes, by another reader | - | a technical snapshot, no row |
| yes, five texts that are two in turn | no: the other of the two | - | swings: no row, see `swings` |
| no | - | same story at an old address that now redirects here, or is gone | `moved` |
| no | - | a seeded item without an address that is this one | *adopted*: its snapshot is the earlier one |
| no | - | exact | `duplicate` of the oldest, similarity 1.0 |
| no | - | near | `duplicate`, similarity measured on the texts |
| no | - | no | `new` |
| yes, its address answered 404/410 twice, an hour or more apart | - | - | `removed`; seen again: `restored` |
| yes, and it went and came back twice in two weeks | - | - | only after three days: `removed` |

Teasers follow the same table, by their listing: `listed`. Which item a capture is, and what it is a copy of:
`match`. Which fields differ: `differ`. What a row says: `entries`; how it is made: `ledger`.

The log is the one that watching in order of time gives. A capture that comes in late and bears on something
already decided raises `OutOfOrder`; the caller then decides again from that time on, with `is_ordered=True`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crawler.compare import differ, elsewhere, entries, fingerprint, listed, match, swings
from crawler.compare.ledger import Ledger, OutOfOrder
from crawler.compare.observe import Seen
from crawler.urls import host
from storage.known import Known, Verdict
from storage.records import (
    Article,
    ChangeKind,
    Gone,
    Item,
    Listing,
    Snapshot,
    Span,
    Subject,
)

__all__ = ["GONE_FOR", "OutOfOrder", "decide"]

GONE_FOR = timedelta(hours=1)  # between two 404s before an article counts as removed


def decide(seen: Sequence[Seen], known: Known, *, is_ordered: bool = False) -> Verdict:
    """What `seen` (in order of time) means. Captures that are held already mean nothing.

    `is_ordered`: no observation from the first one's time on is missing, so order is never doubted.
    Raises OutOfOrder otherwise, where something later must be decided again.
    """
    ledger = Ledger(known, is_ordered=is_ordered)
    taken: list[Seen] = []
    places: dict[int, str] = {}
    for one in seen:
        identity = fingerprint.identity(one.sighting)
        if ledger.known.is_held(identity):
            continue
        ledger.known.held.add(identity)
        ledger.turn_to(one)
        ledger.require_alone()
        places[one.sighting.seq] = _take(one, ledger)
        taken.append(one)
    return ledger.verdict(taken, places)


def _take(seen: Seen, ledger: Ledger) -> str:
    """Decide one sighting; gives back its place."""
    match seen.sighting.observation:
        case Article() as article:
            place = _take_article(article, seen, ledger)
        case Listing() as listing:
            assert seen.place is not None
            place = listed.take_listing(listing, seen.place, seen.keys, ledger)
        case Gone():
            assert seen.place is not None
            place = _take_gone(seen.place, ledger)
    ledger.place_seen(place)
    return place


# ---------------------------------------------------------------- articles


def _take_article(article: Article, seen: Seen, ledger: Ledger) -> str:
    if seen.place:
        ledger.require_latest(seen.place)
    key = seen.keys[0]
    item = ledger.item_by_key(key)
    if ledger.is_reread:
        assert seen.place is not None
        if item is not None:
            _read_again(article, item, ledger)
        return seen.place
    if item is None:
        clues = list(fingerprint.clues(article))
        item = match.find_article(
            seen.sighting, article, clues, ledger.known, ledger.zone, ledger.require_order
        )
        if item is None:
            return _appear(article, seen, clues, ledger)
        if key:
            ledger.add_address(item, key, article.url or "")
    place = seen.place or item_place(item)
    _come_again(article, item, place, ledger)
    elsewhere.compare_with_original(article, item, ledger)
    _follow_redirect(article, item, seen, ledger)
    return place


def item_place(item: Item) -> str:
    """The place of an article that has no address."""
    return f"i|{item.id}"


def _come_again(article: Article, item: Item, place: str, ledger: Ledger) -> None:
    """An article that has an earlier snapshot: unchanged, changed or restored."""
    current = ledger.known.snapshots(item.id)[-1]
    before = ledger.content(item)
    fields = differ.differences(before, article, ledger.zone)
    last_seen = ledger.last_seen(item)
    span = ledger.known.span(item.id, place)
    ledger.require_order(span is None or span.first_at <= ledger.at)
    ledger.require_order(current.seen_at <= ledger.at and (not fields or last_seen < ledger.at))
    ledger.require_not_before(item)
    ledger.require_no_later_turn(item)
    if fields and ledger.is_same_page(current):
        current, fields = ledger.add_snapshot(item, article, is_technical=True), ()
    elif fields:
        ledger.note_unlike(current)
    if fields and (other := _swung_to(article, item, span, ledger)) is not None:
        ledger.note_unchanged()
        ledger.show(item, place, other.id, other.exact[:16])
        return
    if fields:
        ledger.require_no_later_look_alike(item, article)
        elsewhere.require_no_later_copy(item, ledger)
    content = entries.filled(article, before)
    snapshot = ledger.add_snapshot(item, article) if fields else current
    entries.end_absence(item, content, current, ledger)
    if fields:
        entries.log_change(item, before, content, current, snapshot, fields, last_seen, ledger, span)
        for span in ledger.known.spans(item.id):
            if span.closed_at is None and span.snapshot_id != snapshot.id:
                ledger.close(span)
    else:
        ledger.note_unchanged()
        ledger.complete(item, before, article)
    ledger.show(item, place, snapshot.id, snapshot.exact[:16])


def _read_again(article: Article, item: Item, ledger: Ledger) -> None:
    """The page of the item's text, read by another reader: what it reads otherwise now is no edit."""
    current = ledger.known.snapshots(item.id)[-1]
    ledger.require_order(current.seen_at <= ledger.at)
    ledger.require_not_before(item)
    if not ledger.is_same_page(current):
        return
    before = ledger.content(item)
    if differ.differences(before, article, ledger.zone):
        ledger.add_snapshot(item, article, is_technical=True)
    else:
        ledger.complete(item, before, article)


def _swung_to(article: Article, item: Item, span: Span | None, ledger: Ledger) -> Snapshot | None:
    """The earlier text that a swinging article shows once more; None where this is news."""
    is_there = not ledger.is_away(item) and all(s.snapshot_id for s in _open_spans(item, ledger))
    snapshots = ledger.known.snapshots(item.id)
    return swings.swung_to(snapshots, article, span, ledger.at, ledger.zone) if is_there else None


def _open_spans(item: Item, ledger: Ledger) -> list[Span]:
    return [span for span in ledger.known.spans(item.id) if span.closed_at is None]


def _appear(article: Article, seen: Seen, clues: list[tuple[str, int]], ledger: Ledger) -> str:
    """An article without an earlier snapshot: moved, duplicate or new."""
    known = ledger.known
    old = ledger.item_by_key(seen.old_key)
    copies = match.copies_of(article, ledger.at, clues, known)
    for found in copies:
        ledger.require_older(found.item)
        ledger.require_presence_known(found.item)
    ledger.require_no_later_seed(Subject.ARTICLE, clues)
    item = ledger.new_item(Subject.ARTICLE, seen.keys[0], article)
    snapshot = ledger.add_snapshot(item, article)
    place = seen.place or item_place(item)
    ledger.show(item, place, snapshot.id, snapshot.exact[:16])
    elsewhere.require_no_later_copy(item, ledger)
    if old is not None:
        old = _where_it_went(old, ledger)
    if old is not None and match.is_same_story(ledger.content(old), article):
        entries.log_move(item, old, article, snapshot, "redirects here", ledger)
        return place
    gone = next((c for c in copies if _is_left(c.item, article, ledger)), None)
    if gone is not None:
        entries.log_move(item, gone.item, article, snapshot, "is gone", ledger)
    elif copies:
        entries.log_duplicate(item, article, snapshot, copies[0], ledger)
    else:
        entries.log_new(item, article, snapshot, ledger, "not seen before")
    if gone is None:
        elsewhere.compare_with_teaser(article, item, snapshot, ledger)
        elsewhere.compare_with_original(article, item, ledger)
    return place


def _follow_redirect(article: Article, item: Item, seen: Seen, ledger: Ledger) -> None:
    """An old address leads to an item that was known already: the old item has moved, said once."""
    old = ledger.item_by_key(seen.old_key)
    if old is None or old.id == item.id or ledger.is_away(old):
        return
    if match.is_same_story(ledger.content(old), article):
        entries.log_move(item, old, article, ledger.known.snapshots(item.id)[-1], "redirects here", ledger)


def _where_it_went(old: Item, ledger: Ledger) -> Item:
    """The item that `old` is now: where it has moved, and moved on. So a second move is told of the first one's end."""
    for _ in range(_MOST_MOVES):
        turns = ledger.known.turns(old.id)
        went = ledger.known.item(turns[-1].item_id) if turns and turns[-1].kind is ChangeKind.MOVED else None
        if went is None or went.id == old.id or not ledger.known.snapshots(went.id):
            break
        old = went
    return old


_MOST_MOVES = 20


def _is_left(item: Item, article: Article, ledger: Ledger) -> bool:
    """Whether the item's address is gone while `article`, of the same source or site, stands elsewhere."""
    url = ledger.url_of(item)
    is_near = item.source == article.source or (url and article.url and host(url) == host(article.url))
    is_gone = any(s.snapshot_id is None and s.closed_at is None for s in ledger.known.spans(item.id))
    has_moved = any(turn.kind is ChangeKind.MOVED for turn in ledger.known.turns(item.id))
    return bool(is_near) and not has_moved and (is_gone or ledger.is_away(item))


def _take_gone(place: str, ledger: Ledger) -> str:
    """An address answered 404 or 410: the second time, an hour or more later, its article is `removed`."""
    ledger.require_latest(place)
    item = ledger.item_by_key(place)
    if item is None:
        return place
    ledger.require_order(ledger.last_seen(item) <= ledger.at)
    ledger.require_no_later_look_alike(item, ledger.content(item))
    absence = f"g|{place}"
    ledger.show(item, absence, None, "gone")
    span = ledger.known.span(item.id, absence)
    assert span is not None
    comes_and_goes = swings.comes_and_goes(ledger.known.turns(item.id))
    long = swings.STANDS_STILL if comes_and_goes else GONE_FOR
    if ledger.at - span.first_at >= long and not ledger.is_away(item):
        entries.log_removal(item, span, ledger)
    return place
