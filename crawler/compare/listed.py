"""The rules for teasers: what a listing's rows mean, and what their absence means. Pure.

* A teaser's identity is its address within its source; without one, its headline, or excerpt and date.
* It is compared with what **this listing** showed of it last. A listing that merely lags behind, or words the
  teaser in its own way while another listing still shows the known wording, changes nothing.
* A 'More from' block on an article page is trusted for what it shows first, never for what it lacks: a
  cached page may show an old one.
* Missing: no longer listed while an older neighbour still is. Falling off the end is not missing. A teaser
  that is missing here and listed nowhere else is `removed`; the same text at another address in the same
  place has `moved`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from crawler.compare import differ, elsewhere, entries, fingerprint, match, swings
from crawler.compare.ledger import Ledger
from crawler.compare.observe import is_addressed, is_block
from storage.records import ChangeKind, Item, Listing, Snapshot, Span, Subject, Teaser
from storage.rewind import shown

_DEFAULT_SLACK = timedelta(minutes=30)


def take_listing(listing: Listing, place: str, keys: tuple[str | None, ...], ledger: Ledger) -> str:
    """Decide every teaser of one listing, in page order, then what it no longer lists."""
    if not is_block(place):
        ledger.require_latest(place)
    listed_before = ledger.known.listed(place)
    found = _identify(listing, keys, ledger)
    if ledger.is_reread:
        _read_again(listing, keys, found, listed_before, ledger)
        return place
    there = {item.id for item in found.values()}
    lost = {} if is_block(place) else {s.item_id: s for s in listed_before if s.item_id not in there}
    settled: set[str] = set()
    for position, (teaser, key) in enumerate(zip(listing.teasers, keys, strict=True)):
        item = found.get(position) or _repeated(teaser, key, settled, ledger)
        earlier = ledger.known.snapshots(item.id)[-1] if item else None
        if item is None:
            ledger.note_unlike(_newest(listed_before, ledger))
            item = _appear(teaser, key, position, place, lost, ledger)
        elif item.id not in settled:
            _come_again(teaser, key, item, position, place, ledger)
        if item.id not in settled:
            elsewhere.compare_with_article(item, earlier, ledger.seen.counterparts[position], ledger)
        settled.add(item.id)
    for span in lost.values():
        _miss(span, listed_before, settled, ledger)
    return place


def _newest(listed_before: list[Span], ledger: Ledger) -> Snapshot | None:
    """Of the texts that the listing showed last, the newest: its page shows what was listed beside it."""
    texts = (ledger.known.snapshots(span.item_id)[-1] for span in listed_before)
    return max((text for text in texts if text.evidence), key=lambda text: text.seen_at, default=None)


def _read_again(
    listing: Listing,
    keys: tuple[str | None, ...],
    found: Mapping[int, Item],
    listed_before: list[Span],
    ledger: Ledger,
) -> None:
    """The page of some teasers, read by another reader: nothing that it reads otherwise now is an edit.

    A teaser that nobody had read there was there; one that is not read any more is none, and so is not missed.
    """
    for position, (teaser, key) in enumerate(zip(listing.teasers, keys, strict=True)):
        item = found.get(position)
        if item is None:
            if key is not None and ledger.known.item_by_key(key) is None:
                ledger.add_snapshot(
                    ledger.new_item(Subject.TEASER, key, teaser, position), teaser, is_technical=True
                )
            continue
        current = ledger.known.snapshots(item.id)[-1]
        ledger.require_order(current.seen_at <= ledger.at)
        ledger.require_not_before(item)
        is_other = differ.differences(ledger.content(item), teaser, ledger.zone)
        if is_other and ledger.is_same_page(current):
            ledger.add_snapshot(item, teaser, is_technical=True)
    there = {item.id for item in found.values()}
    for span in listed_before:
        if span.item_id not in there and ledger.is_same_page(ledger.known.snapshots(span.item_id)[-1]):
            ledger.close(span)


def _identify(listing: Listing, keys: tuple[str | None, ...], ledger: Ledger) -> dict[int, Item]:
    """The known item of each teaser, by position: addresses first, so that no seed is taken by another."""
    known, sighting = ledger.known, ledger.seen.sighting
    found = {i: item for i, key in enumerate(keys) if (item := ledger.item_by_key(key))}
    taken = {item.id for item in found.values()}
    above: set[str | Teaser] = set()
    for i, teaser in enumerate(listing.teasers):
        is_repeat = (keys[i] or teaser) in above
        above.add(keys[i] or teaser)
        if i not in found and not is_repeat and (teaser.headline or teaser.excerpt):
            clues = list(fingerprint.clues(teaser))
            item = match.find_teaser(sighting, teaser, clues, known, ledger.zone, ledger.require_order, taken)
            if item is not None:
                found[i] = item
                taken.add(item.id)
    return found


def _repeated(teaser: Teaser, key: str | None, settled: set[str], ledger: Ledger) -> Item | None:
    """The item that stood further up in this very listing, if this is it once more."""
    if key is not None:
        return ledger.known.item_by_key(key)
    for kind, value in fingerprint.clues(teaser):
        for clue in ledger.known.clues(kind, value):
            item = ledger.known.item(clue.item_id) if clue.item_id in settled else None
            if item and not differ.differences(ledger.content(item), teaser, ledger.zone, is_cut=True):
                return item
    return None


def _come_again(
    teaser: Teaser, key: str | None, item: Item, position: int, place: str, ledger: Ledger
) -> None:
    """A teaser that has an earlier snapshot: unchanged, changed or restored."""
    if key and ledger.known.item_by_key(key) is None:
        ledger.add_address(item, key, teaser.url or "")
    current = ledger.known.snapshots(item.id)[-1]
    before = ledger.content(item)
    span = ledger.known.span(item.id, place)
    is_cut = span is None or not is_addressed(place)
    fields = differ.differences(before, teaser, ledger.zone, is_cut=is_cut)
    ledger.require_order(current.seen_at <= ledger.at)
    ledger.require_not_before(item)
    ledger.require_no_later_turn(item)
    if not is_block(place):
        ledger.require_order(not _is_missed_later(item, ledger))
    if fields:
        ledger.require_order(ledger.last_seen(item) <= ledger.at)
    if fields and not is_block(place) and not ledger.is_away(item):
        snapshots = ledger.known.snapshots(item.id)
        other = swings.swung_to(snapshots, teaser, span, ledger.at, ledger.zone)
        if other is not None:
            ledger.note_unchanged()
            ledger.show(item, place, other.id, shown(teaser), position, teaser.url)
            return
    if fields and _is_own_wording(teaser, item, span, place, ledger):
        ledger.note_unchanged()
        if not is_block(place):
            ledger.show(item, place, current.id, shown(teaser), position, teaser.url)
        return
    if fields and ledger.is_same_page(current):
        current, fields = ledger.add_snapshot(item, teaser, is_technical=True), ()
    elif fields:
        ledger.note_unlike(current)
    last_seen = ledger.last_seen(item)
    ledger.require_order(not fields or last_seen < ledger.at)
    content = entries.filled(teaser, before)
    snapshot = ledger.add_snapshot(item, teaser) if fields else current
    entries.end_absence(item, content, current, ledger, rank=position)
    if fields:
        ledger.require_no_later_look_alike(item, teaser)
        entries.log_change(
            item, before, content, current, snapshot, fields, last_seen, ledger, span, rank=position
        )
    else:
        ledger.note_unchanged()
        ledger.complete(item, before, teaser)
    ledger.show(item, place, snapshot.id, shown(teaser), position, teaser.url)


def _is_missed_later(item: Item, ledger: Ledger) -> bool:
    """Whether some listing was found to lack the teaser at a later time than the one in hand."""
    closed = (s.closed_at for s in ledger.known.spans(item.id) if not s.is_block)
    return any(at is not None and at > ledger.at for at in closed)


def _is_own_wording(teaser: Teaser, item: Item, span: Span | None, place: str, ledger: Ledger) -> bool:
    """Whether a wording that differs from the known one is this place's own, or out of date, and no edit."""
    if span is not None and span.closed_at is None and span.shown == shown(teaser):
        return True
    if is_block(place):
        older = ledger.known.snapshots(item.id)[:-1]
        return any(not differ.differences(s.content, teaser, ledger.zone, is_cut=True) for s in older)
    if span is not None or not is_addressed(place):
        return False
    current = ledger.known.snapshots(item.id)[-1].id
    return any(
        other.place != place
        and is_addressed(other.place)
        and other.closed_at is None
        and other.snapshot_id == current
        for other in ledger.known.spans(item.id)
    )


def _appear(
    teaser: Teaser,
    key: str | None,
    position: int,
    place: str,
    lost: Mapping[str, Span],
    ledger: Ledger,
) -> Item:
    """A teaser without an earlier snapshot: moved, duplicate or new."""
    clues = list(fingerprint.clues(teaser))
    copies = match.copies_of(teaser, ledger.at, clues, ledger.known)
    for found in copies:
        ledger.require_older(found.item)
        ledger.require_presence_known(found.item)
    ledger.require_no_later_seed(Subject.TEASER, clues)
    item = ledger.new_item(Subject.TEASER, key, teaser, position)
    snapshot = ledger.add_snapshot(item, teaser)
    ledger.show(item, place, snapshot.id, shown(teaser), position, teaser.url)
    left = next((c for c in copies if _is_left(c.item, lost, ledger)), None)
    if left is not None:
        entries.log_move(item, left.item, teaser, snapshot, "is no longer listed", ledger, rank=position)
    elif copies:
        entries.log_duplicate(item, teaser, snapshot, copies[0], ledger, rank=position)
    else:
        entries.log_new(item, teaser, snapshot, ledger, "not listed before", rank=position)
    return item


def _is_left(item: Item, lost: Mapping[str, Span], ledger: Ledger) -> bool:
    """Whether the item's teaser went from this listing just now, or was removed from it before."""
    if item.source != ledger.source or not ledger.known.addresses(item.id):
        return False
    has_moved = any(turn.kind is ChangeKind.MOVED for turn in ledger.known.turns(item.id))
    return not has_moved and (item.id in lost or ledger.is_away(item))


def _miss(span: Span, listed_before: list[Span], settled: set[str], ledger: Ledger) -> None:
    """The listing no longer shows what it showed: the stretch ends, and may end the teaser."""
    neighbour = _older_neighbour(span, listed_before, settled, ledger)
    ledger.close(span, is_missing=neighbour is not None)
    item = ledger.known.item(span.item_id)
    assert item is not None
    ledger.require_order(ledger.last_seen(item) <= ledger.at and not _is_missed_later(item, ledger))
    spans = [s for s in ledger.known.spans(item.id) if not s.is_block and s.snapshot_id]
    if not any(s.is_missing for s in spans) or ledger.is_away(item):
        return
    if any(_is_still_listed(other, span, ledger) for other in spans):
        return
    ledger.require_no_later_copy(item)
    ledger.note_unlike(ledger.known.snapshots(item.id)[-1])
    what = ledger.content(neighbour).headline if neighbour else None
    ledger.log(
        ChangeKind.REMOVED,
        item,
        ledger.content(item),
        changed_after=ledger.last_seen(item),
        before=ledger.known.snapshots(item.id)[-1].id,
        rank=5_000 + span.position,
        reason="no longer listed, while the older "
        + (f"“{what}” below it still is" if what else "teaser below it still is"),
    )


def _older_neighbour(span: Span, listed_before: list[Span], settled: set[str], ledger: Ledger) -> Item | None:
    """The first teaser that stood below the missing one, is not dated later, and is still listed."""
    item = ledger.known.item(span.item_id)
    date = _date(item, ledger)
    for other in listed_before:
        if other.position > span.position and other.item_id in settled:
            neighbour = ledger.known.item(other.item_id)
            other_date = _date(neighbour, ledger)
            if date is None or other_date is None or other_date[:10] <= date[:10]:
                return neighbour
    return None


def _date(item: Item | None, ledger: Ledger) -> str | None:
    if item is None:
        return None
    content = ledger.content(item)
    return content.date if isinstance(content, Teaser) else None


def _is_still_listed(other: Span, span: Span, ledger: Ledger) -> bool:
    """Whether another listing shows the teaser, and was looked at about as lately as this one was."""
    source = ledger.known.source(ledger.source)
    slack = timedelta(seconds=source.every_seconds) if source else _DEFAULT_SLACK
    return (
        other.place != span.place
        and is_addressed(other.place)
        and other.closed_at is None
        and other.last_at >= span.last_at - slack
    )
