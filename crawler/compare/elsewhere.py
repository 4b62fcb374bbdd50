"""What a text says elsewhere: the teaser that announced an article, the original that a copy names. Pure.

* The first capture of an article is held against what its source's teaser said until then. Where they differ
  (`told`), the article was edited before anybody saw it: `changed`, from the teaser's snapshot, in the time
  between the teaser's last capture and the article's first.
* Each capture of an article that names its original is held against what was last seen there before. Where
  the two differ, once for each pair of texts: `changed`, from the original's snapshot, `of` the original.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.compare import differ, match
from crawler.compare.fingerprint import original_clue
from crawler.compare.ledger import Ledger
from crawler.compare.observe import article_key_of
from crawler.compare.told import told_otherwise
from storage.jsonl import format_time
from storage.records import Article, ChangeKind, Item, Snapshot, Teaser


def compare_with_teaser(article: Article, item: Item, snapshot: Snapshot, ledger: Ledger) -> None:
    """The first capture of `item` is in hand: was it edited since its teaser was written?"""
    key = ledger.seen.counterparts[0]
    teaser = ledger.known.item_by_key(key) if key else None
    if teaser is None or not ledger.known.snapshots(teaser.id):
        return
    ledger.require_order(ledger.last_seen(teaser) <= ledger.at)
    _log_told(teaser, item, article, snapshot, ledger)


def compare_with_article(teaser: Item, earlier: Snapshot | None, key: str | None, ledger: Ledger) -> None:
    """A capture of `teaser` is in hand; `key`: its article's. Only what came before that article tells.

    `earlier`: what the teaser said until now. An article first seen at this very instant, before the teaser
    was, is held against it where the teaser's text is new.
    """
    keys = [key] if key else [article_key_of(a.key, teaser.source) for a in ledger.known.addresses(teaser.id)]
    if key is None and keys:  # found by its words, so nobody asked where its article is
        newest = ledger.known.newest
        ledger.require_order(newest is None or newest <= ledger.at)
    for address in filter(None, map(ledger.known.address, keys)):
        ledger.require_order(address.since <= ledger.at)
        item = ledger.known.item(address.item_id)
        if item is None or address.since < ledger.at or item.first_seen < ledger.at:
            continue
        is_new = earlier is None or ledger.known.snapshots(teaser.id)[-1].id != earlier.id
        first = ledger.known.snapshots(item.id)[-1]
        if is_new and item.source == teaser.source and first.number == 1:
            assert isinstance(first.content, Article)
            _log_told(teaser, item, first.content, first, ledger)


def _log_told(teaser: Item, item: Item, article: Article, snapshot: Snapshot, ledger: Ledger) -> None:
    current, content = ledger.known.snapshots(teaser.id)[-1], ledger.content(teaser)
    assert isinstance(content, Teaser)
    told = told_otherwise(content, article)
    if told is None:
        return
    last_seen = ledger.last_seen(teaser)
    ledger.log(
        ChangeKind.CHANGED,
        item,
        article,
        changed_after=last_seen,
        before=current.id,
        after=snapshot.id,
        fields=told.fields,
        similarity=match.text_similarity(told.before, told.after),
        reason=f"its teaser, last seen {format_time(last_seen)}, told it otherwise: edited before "
        "the article was first seen",
    )


def compare_with_original(article: Article, item: Item, ledger: Ledger) -> None:
    """A capture of `item` is in hand: does it still read as the original that it names?"""
    original = ledger.known.item_by_key(ledger.seen.original_key) if ledger.seen.original_key else None
    if original is None or original.id == item.id:
        return
    earlier = [s for s in ledger.known.snapshots(original.id) if s.seen_at < ledger.at]
    if not earlier:
        return
    there, here = earlier[-1], ledger.known.snapshots(item.id)[-1]
    fields = _divergence(there.content, article, ledger.zone)
    if not fields or _is_said(item, original, there, here, ledger):
        return
    ledger.log(
        ChangeKind.CHANGED,
        item,
        article,
        changed_after=_last_agreed(earlier, ledger.known.snapshots(item.id), ledger.zone),
        before=there.id,
        after=here.id,
        fields=fields,
        similarity=match.text_similarity(there.content, article),
        of=original.id,
        reason=f"differs from the original that it names, as that read on {format_time(there.seen_at)}",
    )


def require_no_later_copy(item: Item, ledger: Ledger) -> None:
    """Raises OutOfOrder where an article that names `item`'s address as its original was seen later."""
    for address in ledger.known.addresses(item.id):
        for clue in ledger.known.clues(*original_clue(address.key)):
            copy = ledger.known.item(clue.item_id)
            if copy is not None and copy.id != item.id:
                ledger.require_order(ledger.last_seen(copy) <= ledger.at)


def _divergence(there: object, here: Article, zone: str) -> tuple[str, ...]:
    """The fields in which a copy reads otherwise than its original; () where it is another story."""
    if not isinstance(there, Article):
        return ()
    plain = replace(here, byline=None, published=None, modified=None)
    fields = differ.differences(there, plain, zone)
    return fields if fields and match.is_same_story(there, plain) else ()


def _is_said(item: Item, original: Item, there: Snapshot, here: Snapshot, ledger: Ledger) -> bool:
    """Whether the log holds already that these texts differ: as such, or calling one the other's copy."""
    for said in ledger.known.copies(original.id):
        if (said.item_id, said.after) == (item.id, here.id):
            is_copy = said.kind is not ChangeKind.CHANGED and there.seen_at < said.detected_at
            if is_copy or (said.kind is ChangeKind.CHANGED and said.before == there.id):
                return True
    return any(
        (said.item_id, said.after) == (original.id, there.id) and here.seen_at <= said.detected_at
        for said in ledger.known.copies(item.id)
    )


def _last_agreed(there: list[Snapshot], here: list[Snapshot], zone: str) -> datetime | None:
    """A time at which copy and original still read alike, before the one that changed last did; else None."""
    if there[-1].seen_at > here[-1].seen_at and len(there) > 1:
        pair = there[-2], here[-1]
    elif here[-1].seen_at > there[-1].seen_at and len(here) > 1:
        pair = there[-1], here[-2]
    else:
        return None
    assert isinstance(pair[1].content, Article)
    if _divergence(pair[0].content, pair[1].content, zone):
        return None
    return max(snapshot.seen_at for snapshot in pair)
