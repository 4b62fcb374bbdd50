"""What channels were told, in SQL: arrivals of changes, and how far each channel has got. The rest: `sql`.

Changes are ordered by when they happened, and older evidence puts new ones among the old: a time is no cursor.
Every change gets a number when it first comes in, and keeps it through every rewind that brings it back. What
was superseded meanwhile is not told; what stands in its place is a change of its own, with a later number. One
that was superseded and stands again gets a new number: channels may have passed the old one while it did not
stand. A channel that was told of it before is told again, rather than another never.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from storage.records import Delivery
from storage.rows import chunks
from storage.tables import ARRIVAL, CHANGE, DELIVERY, SUPERSEDED


def arrive(db: Connection, change_ids: Sequence[str]) -> None:
    """Number those that have no number yet, and those that were superseded until now, in this order."""
    known: set[str] = set()
    number = last(db)
    for chunk in chunks(change_ids):
        back = select(SUPERSEDED.c.id).where(SUPERSEDED.c.id.in_(chunk))
        db.execute(delete(ARRIVAL).where(ARRIVAL.c.change_id.in_(back)))
        known |= set(db.execute(select(ARRIVAL.c.change_id).where(ARRIVAL.c.change_id.in_(chunk))).scalars())
    new = [id_ for id_ in dict.fromkeys(change_ids) if id_ not in known]
    rows = [{"number": number + place, "change_id": id_} for place, id_ in enumerate(new, 1)]
    if rows:
        db.execute(insert(ARRIVAL), rows)


def last(db: Connection) -> int:
    """The number of the latest arrival; 0 before the first."""
    return int(db.execute(select(func.max(ARRIVAL.c.number))).scalar() or 0)


def arrivals(after: int, until: int | None, most: int) -> Any:
    """The statement for the changes that stand, with their numbers, by these."""
    wanted = select(CHANGE, ARRIVAL.c.number).join(ARRIVAL, ARRIVAL.c.change_id == CHANGE.c.id)
    wanted = wanted.where(ARRIVAL.c.number > after)
    if until is not None:
        wanted = wanted.where(ARRIVAL.c.number <= until)
    return wanted.order_by(ARRIVAL.c.number).limit(most)


def deliveries(db: Connection) -> dict[str, Delivery]:
    names = [column.name for column in DELIVERY.columns]
    return {
        row.channel: Delivery(**{n: getattr(row, n) for n in names}) for row in db.execute(select(DELIVERY))
    }
