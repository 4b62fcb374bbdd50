"""The entries of the change log, each with its reason in words. Pure.

When to write which: `decide` for articles, `listed` for teasers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from crawler.compare import differ, match, swings
from crawler.compare.ledger import Ledger
from crawler.compare.match import Copy
from storage.jsonl import format_time
from storage.records import ChangeKind, Content, Gone, Item, Snapshot, Span


def log_new(
    item: Item, content: Content, snapshot: Snapshot, ledger: Ledger, reason: str, **said: Any
) -> None:
    """The row for an item that nothing like it came before."""
    ledger.log(ChangeKind.NEW, item, content, after=snapshot.id, reason=reason, **said)


def log_change(
    item: Item,
    before: Content,
    content: Content,
    current: Snapshot,
    snapshot: Snapshot,
    fields: tuple[str, ...],
    last_seen: datetime,
    ledger: Ledger,
    span: Span | None = None,
    **said: Any,
) -> None:
    """The row for an edit, naming the older snapshot to which it returns, if it does.

    `span`: what its place showed until now.
    """
    earlier = ledger.known.snapshots(item.id)[:-1]
    changed_after, changed_before = swings.stands_since(earlier, snapshot, span, last_seen)
    older = ledger.known.snapshots(item.id)[:-2]
    reverts = next((s for s in reversed(older) if _is_return(s, content, ledger.zone)), None)
    reason = f"{_and(fields)} {'differs' if len(fields) == 1 else 'differ'} from snapshot {current.number}"
    if reverts is not None:
        reason += f"; reads again as snapshot {reverts.number} of {_day(reverts)}"
    if swings.swings(ledger.known.snapshots(item.id)):
        reason += (
            f"; flapping between snapshots {current.number} and {snapshot.number}: "
            "further swings between these two are not recorded"
        )
    ledger.log(
        ChangeKind.CHANGED,
        item,
        content,
        changed_after=changed_after,
        changed_before=changed_before,
        before=current.id,
        after=snapshot.id,
        fields=fields,
        similarity=match.text_similarity(before, content),
        reverts_to=reverts.id if reverts else None,
        reason=reason,
        **said,
    )


def log_duplicate(
    item: Item, content: Content, snapshot: Snapshot, copy: Copy, ledger: Ledger, **said: Any
) -> None:
    """The row for a copy of an older item."""
    degree = "the same text as" if copy.similarity == 1.0 else f"{copy.similarity:.0%} like"
    ledger.log(
        ChangeKind.DUPLICATE,
        item,
        content,
        after=snapshot.id,
        similarity=copy.similarity,
        of=copy.item.id,
        reason=f"{degree} one of {copy.item.source}, first seen {format_time(copy.item.first_seen)}",
        **said,
    )


def log_move(
    item: Item, old: Item, content: Content, snapshot: Snapshot, how: str, ledger: Ledger, **said: Any
) -> None:
    """The row for a story that stands at another address than before."""
    before = ledger.content(old)
    fields = differ.differences(before, content, ledger.zone, is_cut=True)
    ledger.log(
        ChangeKind.MOVED,
        item,
        content,
        changed_after=ledger.last_seen(old),
        before=ledger.known.snapshots(old.id)[-1].id,
        after=snapshot.id,
        fields=("url", *fields),
        similarity=match.text_similarity(before, content),
        of=old.id,
        reason=f"the old address {ledger.url_of(old) or '(unknown)'} {how}",
        **said,
    )


def log_removal(item: Item, absence: Span, ledger: Ledger) -> None:
    """The row for an article whose address answers that nothing is there."""
    gone = ledger.seen.sighting.observation
    assert isinstance(gone, Gone)
    ledger.log(
        ChangeKind.REMOVED,
        item,
        ledger.content(item),
        changed_after=ledger.last_seen(item),
        changed_before=absence.first_at,
        before=ledger.known.snapshots(item.id)[-1].id,
        reason=f"its address answers {gone.status}, first on {format_time(absence.first_at)}",
    )


def end_absence(item: Item, content: Content, current: Snapshot, ledger: Ledger, **said: Any) -> None:
    """The item is there: a stretch of being gone ends, and if the log says it went, it is `restored`."""
    absent = [s for s in ledger.known.spans(item.id) if s.snapshot_id is None and s.closed_at is None]
    for span in absent:
        ledger.close(span)
    if absent or ledger.is_away(item):
        ledger.require_no_later_look_alike(item, content)
    if not ledger.is_away(item):
        return
    gone_last = max((span.last_at for span in absent), default=None)
    turn = ledger.known.turns(item.id)[-1]
    was = "moved" if turn.kind is ChangeKind.MOVED else "removed"
    ledger.log(
        ChangeKind.RESTORED,
        item,
        content,
        changed_after=gone_last or turn.detected_at,
        before=current.id,
        after=ledger.known.snapshots(item.id)[-1].id,
        similarity=match.text_similarity(current.content, content),
        reason=f"seen again; {was} on {format_time(turn.detected_at)}",
        **said,
    )


def filled(content: Content, before: Content) -> Content:
    """`content` with what it leaves open and `before` knew."""
    return replace(content, **differ.completing(content, before))  # type: ignore[arg-type]


def _is_return(snapshot: Snapshot, content: Content, zone: str) -> bool:
    return not differ.differences(snapshot.content, content, zone)


def _and(fields: tuple[str, ...]) -> str:
    return fields[0] if len(fields) == 1 else f"{', '.join(fields[:-1])} and {fields[-1]}"


def _day(snapshot: Snapshot) -> str:
    return snapshot.seen_at.date().isoformat()
