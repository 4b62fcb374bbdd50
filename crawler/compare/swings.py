"""An item that swings between two texts, or between being there and not: told, and then no more. Pure.

| | |
|---|---|
| it swings | its last five texts are two in turn, all within two weeks; or so are its last four goings and returns |
| then | the next swing between the *same* two is no change: the capture says where it stands, and that is all |
| a third text | is a change, as always |
| it stands still | for three days: where it came to stand is a change, and swinging is over |

So a page that two servers tell differently is four changes, the last of which says so, and not one an hour
for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.compare import differ
from storage.records import Change, ChangeKind, Content, Snapshot, Span

_TEXTS = 5
_TURNS = 4
_WITHIN = timedelta(days=14)
STANDS_STILL = timedelta(days=3)


def swings(snapshots: Sequence[Snapshot]) -> bool:
    """Whether an item of these texts, in order, swings between the last two."""
    last = snapshots[-_TEXTS:]
    if len(last) < _TEXTS or last[-1].seen_at - last[0].seen_at > _WITHIN:
        return False
    return len({one.exact for one in last[::2]}) == len({one.exact for one in last[1::2]}) == 1


def swung_to(
    snapshots: Sequence[Snapshot], content: Content, span: Span | None, at: datetime, zone: str
) -> Snapshot | None:
    """The earlier text that a swinging item shows once more at `at`, where that is no news.

    `span`: what its place showed until now. None where this is to be decided as any other capture.
    """
    if span is None or span.closed_at is not None or not swings(snapshots):
        return None
    other = snapshots[-2]
    if differ.differences(other.content, content, zone):
        return None
    is_still_there = span.snapshot_id == other.id
    stood = (at if is_still_there else span.last_at) - span.first_at
    return other if stood < STANDS_STILL else None


def stands_since(
    snapshots: Sequence[Snapshot], now: Snapshot, span: Span | None, last_seen: datetime
) -> tuple[datetime, datetime]:
    """Between when and when an item of these earlier texts came to show `now`.

    That is between the last two captures, but for a text that has stood unrecorded since it swung there.
    """
    if span is None or span.closed_at is not None or not swings(snapshots):
        return last_seen, now.seen_at
    if span.snapshot_id != snapshots[-2].id or now.exact != snapshots[-2].exact:
        return last_seen, now.seen_at
    return snapshots[-1].seen_at, span.first_at


def comes_and_goes(turns: Sequence[Change]) -> bool:
    """Whether an item with these goings and returns, in order, is one of which a going says little.

    It is believed to be gone for good when it is gone for three days.
    """
    last = turns[-_TURNS:]
    kinds = [turn.kind for turn in last]
    is_in_turn = kinds == [ChangeKind.REMOVED, ChangeKind.RESTORED] * (_TURNS // 2)
    return is_in_turn and last[-1].detected_at - last[0].detected_at <= _WITHIN
